package peer

import (
	"io"
	"net/http"
	"strconv"
)

// floor is the least that any server on net/http does: it reads the body and
// answers without having looked at it.
func floor(calls int) http.Handler {
	constant := []byte(answer(calls))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			http.Error(w, "The body could not be read.", http.StatusBadRequest)
			return
		}
		send(w, constant)
	})
}

func send(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}
