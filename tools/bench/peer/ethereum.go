package peer

import (
	"net/http"

	"github.com/ethereum/go-ethereum/rpc"
)

// ethereum takes positional params only, and method names of two parts.
func ethereum(int) http.Handler {
	server := rpc.NewServer()
	if err := server.RegisterName("m", ethereumService{}); err != nil {
		panic(err) // the type below is at fault
	}
	return server
}

type ethereumService struct{}

// Add is the method m_add.
func (ethereumService) Add(a, b float64) float64 { return a + b }
