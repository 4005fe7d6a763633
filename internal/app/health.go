package app

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

// health tells how the service is.
type health struct {
	version  string // the contract's
	ping     func(context.Context) error
	log      *slog.Logger
	draining atomic.Bool
}

// pingTimeout is how long the database may take to show that it is there.
const pingTimeout = 2 * time.Second

// health is the page's: whoever gets an answer knows that the service runs.
func (h *health) health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{
		"status":    "healthy",
		"timestamp": time.Now().UTC().Format(time.RFC3339Nano),
		"version":   h.version,
	})
}

// live says that the process need not be restarted.
func (h *health) live(w http.ResponseWriter, _ *http.Request) { status(w, http.StatusOK, "live") }

// ready says whether calls should be sent here: not while the database is out
// of reach, and not once the process has been told to end.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	if h.draining.Load() {
		status(w, http.StatusServiceUnavailable, "shutting down")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), pingTimeout)
	defer cancel()
	if err := h.ping(ctx); err != nil {
		h.log.WarnContext(ctx, "not ready", "error", err)
		status(w, http.StatusServiceUnavailable, "the database is out of reach")
		return
	}
	status(w, http.StatusOK, "ready")
}

func status(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": text})
}
