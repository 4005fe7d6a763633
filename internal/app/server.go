package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/rollcall/rollcallserver"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
	"github.com/rollcall-rpc/rollcall/internal/service"
)

// server is the service with all it needs, ready to listen.
type server struct {
	settings httpSettings
	hosts    []string // what the server may be called
	log      *slog.Logger
	handler  http.Handler
	health   *health
	database *postgres.DB
	delay    time.Duration // between no longer being ready and refusing connections
}

func newServer(settings httpSettings, hosts []string, log *slog.Logger, config service.Config) (*server, error) {
	version, err := contractVersion()
	if err != nil {
		return nil, err
	}
	proxies, err := parseProxies(settings.TrustedProxy)
	if err != nil {
		return nil, err
	}
	s := &server{
		settings: settings,
		hosts:    hosts,
		log:      log,
		database: config.DB,
		health:   &health{version: version, ping: config.DB.Ping, log: log},
	}
	rpc := rollcallserver.NewHandler(
		service.New(config),
		auth.Authenticator{Tokens: config.Tokens, Sessions: config.DB},
		settings.handlerOptions(log)...,
	)
	s.handler = withOrigin(log, proxies, logRefusals(log, guard(hosts, settings.CORSOrigin, allowOrigins(settings.CORSOrigin, s.routes(rpc, config.Tokens)))))
	return s, nil
}

// contractVersion is info.version of the contract.
func contractVersion() (string, error) {
	var document struct{ Info struct{ Version string } }
	err := json.Unmarshal([]byte(rollcallserver.Document), &document)
	return document.Info.Version, err
}

func (s *server) routes(rpc http.Handler, keys auth.KeySource) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/jsonrpc", rpc)
	mux.HandleFunc("GET /health", s.health.health)
	mux.HandleFunc("GET /livez", s.health.live)
	mux.HandleFunc("GET /readyz", s.health.ready)
	mux.HandleFunc("GET /openrpc.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, rollcallserver.Document)
	})
	mux.HandleFunc("GET /.well-known/jwks.json", func(w http.ResponseWriter, _ *http.Request) { jwks(w, keys.Keys()) })
	return mux
}

// jwks shows other services the keys that verify tokens. Whoever keeps the
// answer for as long as they may has the next key before it signs.
func jwks(w http.ResponseWriter, keys *auth.KeySet) {
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(jwksMaxAge.Seconds())))
	_, _ = w.Write(keys.JWKS())
}

// jwksMaxAge is how long others may keep the keys. A new key is published for
// longer before it signs.
const jwksMaxAge = 5 * time.Minute

// serve answers on l until ctx ends. Then it stops being ready, gives whoever
// looks at that time to send requests elsewhere, and lets what runs come to its
// end.
func (s *server) serve(ctx context.Context, l net.Listener) error {
	forgetStart()
	var sweeper sync.WaitGroup
	defer sweeper.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	sweeper.Go(func() { sweepAgain(ctx, s.database, s.log) })
	h := s.http()
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	s.log.Info("shutting down", "delay", s.delay.String(), "timeout", s.settings.ShutdownTimeout.String())
	s.health.draining.Store(true)
	time.Sleep(s.delay)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.settings.ShutdownTimeout)
	defer cancel()
	if err := h.Shutdown(drain); err != nil {
		_ = h.Close()
		return fmt.Errorf("requests were cut off after %v: %w", s.settings.ShutdownTimeout, err)
	}
	return nil
}

// http is the HTTP server with all of its bounds.
func (s *server) http() *http.Server {
	return &http.Server{
		Handler: s.handler,
		// OPTIONS * would be answered before the guard could look at it.
		DisableGeneralOptionsHandler: true,
		MaxHeaderBytes:               s.settings.MaxHeader,
		ReadHeaderTimeout:            s.settings.ReadTimeout,
		ReadTimeout:                  s.settings.ReadTimeout,
		WriteTimeout:                 s.settings.WriteTimeout,
		IdleTimeout:                  s.settings.IdleTimeout,
		ErrorLog:                     slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
}

// listen says what to do where an address cannot be had.
func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; choose another address by --addr HOST:PORT", addr, unwrapAll(err))
	}
	return l, nil
}

// unwrapAll leaves out the layers of net that would say the address again.
func unwrapAll(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// startTimeout bounds what is done before the service listens.
const startTimeout = 2 * time.Minute
