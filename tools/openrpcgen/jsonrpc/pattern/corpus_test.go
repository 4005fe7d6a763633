package pattern

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"regexp/syntax"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// corpus is where public OpenRPC documents of real systems lie.
const corpus = "../../../../../shared/corpus"

// TestCorpus compares the patterns of real documents with package regexp, on
// strings that match and on those that nearly do.
func TestCorpus(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("../shared/corpus is not there")
	}
	patterns := corpusPatterns(t)
	if len(patterns) < 20 {
		t.Errorf("only %d patterns", len(patterns))
	}
	var machines, notCompiled, left []string
	for _, expr := range patterns {
		re, err := regexp.Compile(expr)
		if err != nil {
			notCompiled = append(notCompiled, expr)
			continue
		}
		matcher := compile(expr)
		if _, ok := matcher.(*machine); ok {
			machines = append(machines, expr)
		} else {
			left = append(left, expr)
		}
		t.Run(expr, rapid.MakeCheck(func(t *rapid.T) {
			whole := rapid.StringMatching(withoutAnchors(t, expr)).Draw(t, "whole")
			for _, s := range []string{whole, mutated(t, whole), text().Draw(t, "text")} {
				if got, want := matcher.MatchString(s), re.MatchString(s); got != want {
					t.Fatalf("%q: %v, want %v", s, got, want)
				}
			}
		}))
	}
	t.Logf("%d machines; %d left to package regexp: %q; %d that Go does not compile: %q",
		len(machines), len(left), left, len(notCompiled), notCompiled)
}

// withoutAnchors makes expr match somewhere, even where it asks for something
// before the beginning, as one document does.
func withoutAnchors(t *rapid.T, expr string) string {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	var walk func(*syntax.Regexp)
	walk = func(re *syntax.Regexp) {
		if re.Op == syntax.OpBeginText || re.Op == syntax.OpEndText {
			re.Op = syntax.OpEmptyMatch
		}
		for _, sub := range re.Sub {
			walk(sub)
		}
	}
	walk(tree)
	return tree.String()
}

// mutated puts something in place of a part of s.
func mutated(t *rapid.T, s string) string {
	from := rapid.IntRange(0, len(s)).Draw(t, "from")
	to := rapid.IntRange(from, min(from+2, len(s))).Draw(t, "to")
	return s[:from] + rapid.SampledFrom(append(pieces, "")).Draw(t, "piece") + s[to:]
}

// corpusPatterns lists the different patterns of all documents.
func corpusPatterns(t *testing.T) []string {
	patterns := map[string]bool{}
	err := filepath.WalkDir(corpus, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var document any
		if err := json.Unmarshal(content, &document); err != nil {
			return err
		}
		collectPatterns(document, patterns)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(patterns))
}

func collectPatterns(value any, patterns map[string]bool) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			collectPatterns(element, patterns)
		}
	case map[string]any:
		if expr, ok := value["pattern"].(string); ok {
			patterns[expr] = true
		}
		if byName, ok := value["patternProperties"].(map[string]any); ok {
			for expr := range byName {
				patterns[expr] = true
			}
		}
		for _, member := range value {
			collectPatterns(member, patterns)
		}
	}
}
