package openrpc

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Severity says whether a fault stands in the way of generating.
type Severity uint8

const (
	// Warning is what the specification forbids and real documents do all the same; Options.Strict makes it an Error.
	Warning Severity = iota
	// Error is what cannot be generated from.
	Error
)

// Fault is one thing that is wrong with a document: where, what, and what to do.
type Fault struct {
	Severity Severity
	Place
	Message string
}

// String is "openrpc.json:12:7: /methods/3/name: message", with "warning: " before the message of a warning. What a fault
// about a whole file does not have (line, column, pointer) is left out.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", f.Line, f.Column)
	}
	b.WriteString(": ")
	if f.Pointer != "" {
		b.WriteString(shorten(printable(f.Pointer)) + ": ")
	}
	if f.Severity == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(f.Message)
	return b.String()
}

// Errorf makes an Error at the beginning of n.
func Errorf(n *Node, format string, args ...any) Fault {
	return Fault{Severity: Error, Place: n.Place(), Message: fmt.Sprintf(format, args...)}
}

// Warnf makes a Warning at the beginning of n.
func Warnf(n *Node, format string, args ...any) Fault {
	return Fault{Severity: Warning, Place: n.Place(), Message: fmt.Sprintf(format, args...)}
}

// Faults is everything that is wrong with a document, in the order of Sort.
type Faults []Fault

// HasErrors reports whether anything stands in the way of generating.
func (fs Faults) HasErrors() bool {
	return slices.ContainsFunc(fs, func(f Fault) bool { return f.Severity == Error })
}

// Strict returns the same faults with every warning made an error.
func (fs Faults) Strict() Faults {
	strict := slices.Clone(fs)
	for i := range strict {
		strict[i].Severity = Error
	}
	return strict
}

// Sort orders by file name, line and column; faults of one place keep their order.
func (fs Faults) Sort() {
	slices.SortStableFunc(fs, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// String is one fault a line.
func (fs Faults) String() string {
	var b strings.Builder
	for _, f := range fs {
		b.WriteString(f.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// maxFaultBytes bounds what a document made to be faulty can cost: a pointer is as long as the names that lead to it.
const maxFaultBytes = 4 << 20

// collector gathers faults up to a bound in size.
type collector struct {
	faults  Faults
	size    int
	dropped int
	worst   Severity // of the dropped ones
	file    string   // the document that was asked for
}

// add adds a fault. Place and message are only made if there is room: a pointer may be long.
func (c *collector) add(severity Severity, place func() Place, format string, args ...any) {
	if c.size > maxFaultBytes {
		c.dropped++
		c.worst = max(c.worst, severity)
		return
	}
	f := Fault{Severity: severity, Place: place(), Message: fmt.Sprintf(format, args...)}
	c.size += len(f.Pointer) + len(f.Message)
	c.faults = append(c.faults, f)
}

func (c *collector) result(strict bool) Faults {
	c.faults.Sort()
	// What several places share is checked for each of them.
	fs := slices.Compact(c.faults)
	if c.dropped > 0 {
		message := fmt.Sprintf("there are %d faults more: mend these first", c.dropped)
		fs = append(fs, Fault{Severity: c.worst, Place: Place{File: c.file}, Message: message})
	}
	if strict {
		fs = fs.Strict()
	}
	return fs
}

// quoteLimit is how much of a document's own text a message repeats, in bytes.
const quoteLimit = 80

// quote makes text of the document fit for a message: quoted, on one line, and short.
func quote(text string) string {
	if len(text) <= quoteLimit {
		return strconv.Quote(text)
	}
	return strconv.Quote(strings.ToValidUTF8(text[:quoteLimit], "")) + "..."
}

// shorten leaves out the middle of a pointer that nobody would read to the end.
func shorten(pointer string) string {
	const half = 120
	if len(pointer) <= 2*half {
		return pointer
	}
	head := strings.ToValidUTF8(pointer[:half], "")
	tail := strings.ToValidUTF8(pointer[len(pointer)-half:], "")
	if i := strings.LastIndexByte(head, '/'); i > 0 {
		head = head[:i+1]
	}
	if i := strings.IndexByte(tail, '/'); i >= 0 {
		tail = tail[i:]
	}
	return head + "…" + tail
}

// printable is text with what would break a line or colour a terminal written as escapes.
func printable(text string) string {
	quoted := strconv.Quote(text)
	return quoted[1 : len(quoted)-1]
}

// quoteJSON is quote for a value.
func quoteJSON(n *Node) string {
	switch n.Kind {
	case String:
		return quote(n.Text)
	case Array, Object:
		return describe(n)
	}
	if len(n.Text) > quoteLimit {
		return n.Text[:quoteLimit] + "..."
	}
	return string(n.JSON())
}

// excerpt makes a message from elsewhere fit for one of ours: on one line, and short.
func excerpt(message string) string {
	const limit = 2 * quoteLimit
	message = printable(message)
	if len(message) > limit {
		message = strings.ToValidUTF8(message[:limit], "") + "..."
	}
	return strings.ReplaceAll(message, `\"`, `"`)
}
