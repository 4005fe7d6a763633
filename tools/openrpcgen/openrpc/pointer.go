package openrpc

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// locate follows a fragment: a JSON pointer (RFC 6901, section 6), or a name that a $id in the same file gives.
func locate(root *Node, fragment string) (*Node, error) {
	if fragment == "" || fragment == "/" && root.Get("") == nil {
		return root, nil // many write #/ for the whole
	}
	if !strings.HasPrefix(fragment, "/") {
		if n := root.anchor(fragment); n != nil {
			return n, nil
		}
		return nil, fmt.Errorf("leads nowhere, no schema has the $id %s: add it, or write a JSON pointer like #/components/schemas/Name",
			quote("#"+fragment))
	}
	n := root
	for token := range strings.SplitSeq(fragment[1:], "/") {
		next := step(n, token)
		if next == nil {
			return nil, missingToken(n, token)
		}
		n = next
	}
	return n, nil
}

func (n *Node) anchor(name string) *Node {
	if n.source == nil {
		return nil
	}
	return n.source.anchors[name]
}

// step follows one token as RFC 6901 section 6 decodes it, or else as it stands: real names hold bare percent signs.
func step(n *Node, token string) *Node {
	decoded := unescapePointer(unescape(token))
	if n.Kind == Array {
		if i, err := strconv.Atoi(decoded); err == nil && i >= 0 && i < len(n.Elements) && strconv.Itoa(i) == decoded {
			return n.Elements[i]
		}
		return nil
	}
	return cmp.Or(n.Get(decoded), n.Get(unescapePointer(token)))
}

func unescapePointer(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}

func missingToken(n *Node, token string) error {
	where := shorten(printable(n.Pointer()))
	if where == "" {
		where = "the top of the file"
	}
	return fmt.Errorf("leads nowhere, there is no %s in %s: add it, or mend the reference", quote(unescapePointer(unescape(token))), where)
}
