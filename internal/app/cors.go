package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/rs/cors"
)

// corsMaxAge is for how many seconds a browser need not ask again.
const corsMaxAge = 600

// allowOrigins lets scripts of pages of the origins call what next serves, and
// read the answers: to a browser, only what they are told by name is theirs.
// There are no cookies, so that a page has no more rights than the tokens that it
// holds.
func allowOrigins(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	return cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type"},
		ExposedHeaders: []string{"X-Request-Id"},
		MaxAge:         corsMaxAge,
	}).Handler(next)
}

// checkOrigins asks for origins as browsers spell them, and for no patterns: an
// origin that is let in by mistake is another's page.
func checkOrigins(origins []string) error {
	for _, origin := range origins {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Scheme+"://"+u.Host != origin ||
			strings.Contains(origin, "*") || strings.ToLower(origin) != origin {
			return fmt.Errorf("--cors-origin %q: want the origin of a page, like https://app.example.com", origin)
		}
	}
	return nil
}
