// Package peer holds the servers that are compared: they all answer add over
// HTTP, each in the way its authors show.
package peer

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Server is one way to answer add.
type Server struct {
	Key     string // on the command line
	Name    string // in tables
	Method  string // how add has to be called here
	Params  string // how its params have to be passed here
	NoBatch bool
	// Handler returns the server for requests of so many calls. Only the floor,
	// which looks at nothing, needs to be told.
	Handler func(calls int) http.Handler
}

// Servers are those that run in a process of this program. The first is the
// floor that the others are measured by.
var Servers = []Server{
	{Key: "floor", Name: "net/http floor: reads, answers a constant", Method: "add", Params: ByName, Handler: floor},
	{Key: "generated", Name: "Rollcall, the generated handler", Method: "add", Params: ByName, Handler: generated},
	{Key: "handwritten", Name: "by hand with encoding/json, unchecked", Method: "add", Params: ByName, Handler: handwritten},
	{Key: "ethereum", Name: "go-ethereum/rpc", Method: "m_add", Params: ByPosition, Handler: ethereum},
	{Key: "jrpc2", Name: "creachadair/jrpc2, jhttp", Method: "add", Params: ByName, Handler: bridge},
	{Key: "gorilla", Name: "gorilla/rpc, json2", Method: "m.Add", Params: ByName, NoBatch: true, Handler: gorilla},
}

// How params are passed.
const (
	ByName     = `{"a":15,"b":25}`
	ByPosition = `[15,25]`
)

// Find returns the server of a key.
func Find(key string) (Server, error) {
	i := slices.IndexFunc(Servers, func(s Server) bool { return s.Key == key })
	if i < 0 {
		return Server{}, fmt.Errorf("there is no server %q", key)
	}
	return Servers[i], nil
}

// Path is where every server answers.
const Path = "/jsonrpc"

// Body returns a call of add or, if calls is not 0, a batch of them.
func (s Server) Body(calls int) string {
	return listOf(calls, func(id int) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"%s","params":%s}`, id, s.Method, s.Params)
	})
}

// answer is what [Server.Body] is to be answered with, in so many words.
func answer(calls int) string {
	return listOf(calls, func(id int) string { return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":40}`, id) })
}

func listOf(calls int, element func(id int) string) string {
	if calls == 0 {
		return element(1)
	}
	elements := make([]string, calls)
	for i := range elements {
		elements[i] = element(i + 1)
	}
	return "[" + strings.Join(elements, ",") + "]"
}

// Verify reports what is wrong with an answer to [Server.Body].
func Verify(body []byte, calls int) error {
	list := body
	if calls == 0 {
		list = slices.Concat([]byte("["), body, []byte("]"))
	}
	var responses []struct {
		JSONRPC string
		ID      int
		Result  float64
		Error   any
	}
	if err := json.Unmarshal(list, &responses); err != nil {
		return fmt.Errorf("%w in %.300s", err, body)
	}
	answered := map[int]bool{}
	for _, r := range responses {
		if r.JSONRPC != "2.0" || r.Result != 40 || r.Error != nil {
			return fmt.Errorf("a wrong answer: %.300s", body)
		}
		answered[r.ID] = true
	}
	want := max(calls, 1)
	if len(responses) != want || len(answered) != want || !answered[1] || !answered[want] {
		return fmt.Errorf("%d answers to %d calls: %.300s", len(responses), want, body)
	}
	return nil
}
