// Package methods makes Go modules that serve contracts of many methods, and
// benchmark them: whether a call costs more where there are more methods.
package methods

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Command runs a program in a folder.
type Command func(ctx context.Context, dir, name string, args ...string) error

// module is the import path of what is made.
const module = "bench.example/methods"

//go:embed benchmark.txt
var benchmark string

// Write makes the module in dir, with a contract of each of counts methods. What
// it needs has the versions of the module at root, whose generator makes its code.
func Write(ctx context.Context, root, dir string, counts []int, run Command) error {
	generator := filepath.Join(dir, "openrpcgen")
	if err := run(ctx, root, "go", "build", "-o", generator, "./tools/openrpcgen"); err != nil {
		return err
	}
	if err := writeModule(root, dir); err != nil {
		return err
	}
	for _, n := range counts {
		in := fmt.Sprintf("openrpc%d.json", n)
		if err := os.WriteFile(filepath.Join(dir, in), document(n), 0o600); err != nil {
			return err
		}
		args := []string{"-in", in, "-out", fmt.Sprintf("gen%d", n), "-package", fmt.Sprintf("api%d", n)}
		if n != counts[0] {
			args = append(args, "-runtime", fmt.Sprintf("%s/gen%d/jsonrpc", module, counts[0]))
		}
		if err := run(ctx, dir, generator, args...); err != nil {
			return err
		}
		name := filepath.Join(dir, fmt.Sprintf("methods%d_test.go", n))
		if err := os.WriteFile(name, []byte(service(n)), 0o600); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "benchmark_test.go"), []byte(benchmark), 0o600)
}

// writeModule gives the module the requirements of the one at root.
func writeModule(root, dir string) error {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(string(mod), "\n")
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module "+module+"\n"+rest), 0o600); err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o600)
}

// document is a contract of n methods that add.
func document(n int) []byte {
	type object = map[string]any
	integer := object{"type": "integer"}
	methods := make([]object, n)
	for i := range methods {
		methods[i] = object{
			"name": fmt.Sprintf("method_%04d", i),
			"params": []object{
				{"name": "a", "required": true, "schema": integer},
				{"name": "b", "required": true, "schema": integer},
			},
			"result": object{"name": "sum", "schema": integer},
		}
	}
	text, err := json.Marshal(object{
		"openrpc": "1.2.6",
		"info":    object{"title": "Many methods", "version": "1.0.0"},
		"methods": methods,
	})
	if err != nil {
		panic(err) // there is nothing in it that could not be encoded
	}
	return text
}

// few is how many methods are called where few are.
const few = 10

// service is the Go code that implements a contract of n methods, and that
// benchmarks it: FewOf and ManyOf of them are called.
func service(n int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "package methods\n\nimport (\n\t\"context\"\n\t\"testing\"\n\n\t%[2]q\n\t%[3]q\n)\n\ntype service%[1]d struct{}\n\n",
		n, fmt.Sprintf("%s/gen%d/api%d", module, n, n), fmt.Sprintf("%s/gen%d/api%d/api%dserver", module, n, n, n))
	for i := range n {
		fmt.Fprintf(&s, "func (service%[1]d) Method%04[2]d(_ context.Context, p api%[1]d.Method%04[2]dParams) (int64, error) { return p.A + p.B, nil }\n", n, i)
	}
	const text = "\nfunc Benchmark%[1]s%[2]d(b *testing.B) { run(b, api%[2]dserver.NewHandler(service%[2]d{}), %[2]d, %[3]d) }\n"
	fmt.Fprintf(&s, text, "FewOf", n, min(n, few))
	fmt.Fprintf(&s, text, "ManyOf", n, n)
	return s.String()
}
