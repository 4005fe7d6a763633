package openrpc

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// unreadable lists the documents of real systems that nothing can be generated from, and why.
var unreadable = map[string]string{
	"MetaMask__api-specs__openrpc.json":         "there is no \"uint\" in /components/schemas", // merged into another document when it is published
	"alchemyplatform__docs__debug.json":         "components.yaml, which does not exist",
	"rdkcentral__firebolt-apis__discovery.json": "is on the network",
}

// TestCorpus reads documents of real systems. What is wrong with all but a few is at most a warning.
func TestCorpus(t *testing.T) {
	skipWithoutShared(t)
	for _, path := range corpus(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			d, faults := Read(path, Options{Base: filepath.Join(shared, "corpus/starknet-specs")})
			reason, expected := unreadable[filepath.Base(path)]
			switch {
			case !expected && d == nil:
				t.Errorf("not read:\n%s", faults)
			case expected && (d != nil || !strings.Contains(faults.String(), reason)):
				t.Errorf("want an error because %s, got\n%s", reason, faults)
			case d != nil:
				checkBundles(t, d)
			}
			for _, f := range faults {
				if strings.Contains(f.Message, "not checked") {
					t.Errorf("examples of a real document must be checked: %s", f)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	skipWithoutShared(b)
	for _, name := range []string{"ethereum__execution-apis__refs-openrpc.json", "filecoin-project__lotus__full.json"} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(shared, "corpus", name)
			text, err := os.ReadFile(path)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				Read(path, Options{})
			}
		})
	}
}
