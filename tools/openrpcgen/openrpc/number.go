package openrpc

import (
	"math/big"
	"strconv"
	"strings"
)

const (
	// maxNumberBytes and maxExponent bound the values that are computed with, as the runtime does. Beyond them arithmetic costs more
	// than a document may: 1e999999 alone takes 20 ms to compare, and 1e2000000 makes the validator panic.
	maxNumberBytes = 64
	maxExponent    = 400
	// maxBoundBytes bounds what values are compared with: the largest integer of 256 bits has 78 digits.
	maxBoundBytes = 512
)

// isComputable reports whether a number token is within the bounds.
func isComputable(token string, maxBytes int) bool {
	if len(token) > maxBytes {
		return false
	}
	i := strings.IndexAny(token, "eE")
	if i < 0 {
		return true
	}
	exponent, err := strconv.Atoi(token[i+1:])
	return err == nil && -maxExponent <= exponent && exponent <= maxExponent
}

// isVast reports whether a number of any size lies beyond 64 bits.
func isVast(n *Node) bool {
	if n.Kind != Number {
		return false
	}
	f, _, err := big.ParseFloat(n.Text, 10, 64, big.ToZero)
	if err != nil { // not even the exponent has 64 bits
		return !strings.Contains(strings.ToLower(n.Text), "e-")
	}
	return f.IsInf() || f.MantExp(nil) > 64
}

// uncomputable returns the first number in n that is beyond the bounds, or nil.
func uncomputable(n *Node) *Node {
	if n.Kind == Number && !isComputable(n.Text, maxNumberBytes) {
		return n
	}
	for _, m := range n.Members {
		if found := uncomputable(m.Value); found != nil {
			return found
		}
	}
	for _, e := range n.Elements {
		if found := uncomputable(e); found != nil {
			return found
		}
	}
	return nil
}

// rational returns the value of a computable number.
func (n *Node) rational() (*big.Rat, bool) {
	if n == nil || n.Kind != Number || !isComputable(n.Text, maxBoundBytes) {
		return nil, false
	}
	return new(big.Rat).SetString(n.Text)
}

// integer returns the value of a computable number without a fraction, however it is written: 1, 1.0 and 1e0 are the same.
func (n *Node) integer() (*big.Int, bool) {
	r, ok := n.rational()
	if !ok || !r.IsInt() {
		return nil, false
	}
	return r.Num(), true
}
