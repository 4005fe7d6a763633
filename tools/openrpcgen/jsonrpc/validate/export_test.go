package validate

import "github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"

// Judge judges params that may be deeper than what callers send. It returns how
// many steps it took, too.
func (s *Schemas) Judge(method string, params map[string]any) ([]jsonrpc.Violation, int, error) {
	j := judge{schemas: s, interrupted: func() error { return nil }}
	violations, err := j.violations(s.methods[method].schema, params, nil)
	return violations, j.steps, err
}
