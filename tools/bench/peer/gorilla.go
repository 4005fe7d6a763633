package peer

import (
	"net/http"

	"github.com/gorilla/rpc/v2"
	"github.com/gorilla/rpc/v2/json2"
)

// gorilla knows no batches.
func gorilla(int) http.Handler {
	server := rpc.NewServer()
	server.RegisterCodec(json2.NewCodec(), "application/json")
	if err := server.RegisterService(GorillaService{}, "m"); err != nil {
		panic(err) // the type below is at fault
	}
	return server
}

// GorillaService is exported because gorilla/rpc asks for it.
type GorillaService struct{}

// Add is the method m.Add.
func (GorillaService) Add(_ *http.Request, params *Addition, result *float64) error {
	*result = params.A + params.B
	return nil
}
