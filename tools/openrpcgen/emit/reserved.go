package emit

import (
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Reserved reports whether the service's package cannot have a name, since the
// packages that import it need that for something else, or since nobody could
// import it at all.
func Reserved(name string) bool {
	return token.IsKeyword(name) || types.Universe.Lookup(name) != nil || strings.HasSuffix(name, "_test") || slices.Contains(reserved, name)
}

// reserved are the names of what is imported beside the service's package, and
// of what is declared where it is used.
var reserved = strings.Fields(`
	documentation init internal main testdata vendor
	bytes cmp context fmt http httptest json jsonrpc jsonrpctest log pattern regexp strconv sync testing time validate
	c call connect ctx d document err method ok s schemas seen self server service svc t unset v
`)
