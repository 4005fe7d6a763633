package auth

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"unicode"
)

// Of 32 random bytes 30 or so differ, and as many of the steps from one to the next; fewer than these come once in 10^12.
const minDistinct = 18

// isWeak tells whether what is to be random surely is not. Of random bytes it refuses fewer than one in a million.
func isWeak(random []byte) bool {
	steps := make([]byte, len(random)-1)
	for i := range steps {
		steps[i] = random[i+1] - random[i]
	}
	return distinct(random) < minDistinct || distinct(steps) < minDistinct || isRepeated(random) || isText(random) || isDigest(random)
}

func distinct(data []byte) int {
	seen := map[byte]bool{}
	for _, b := range data {
		seen[b] = true
	}
	return len(seen)
}

// isRepeated tells whether data is its own beginning, again and again.
func isRepeated(data []byte) bool {
	for period := 1; period <= len(data)/2; period++ {
		if bytes.Equal(data[period:], data[:len(data)-period]) {
			return true
		}
	}
	return false
}

// isText tells whether somebody has encoded words, or digits.
func isText(data []byte) bool {
	return !bytes.ContainsFunc(data, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) && !unicode.IsSpace(r) })
}

// isDigest tells whether somebody has taken the SHA-256 of nothing, or of a word.
func isDigest(data []byte) bool {
	return slices.ContainsFunc(append([]string{""}, commonWords...), func(word string) bool {
		digest := sha256.Sum256([]byte(word))
		return bytes.Equal(digest[:], data)
	})
}

// commonWords are what people write where a secret is to come.
var commonWords = []string{
	"changeme", "change+me", "change/me", "secret", "password", "passwort", "rollcall", "example", "default", "insecure",
}

// isWeakText tells whether the base64 of what is to be random was surely written by somebody: it has such words, or one case alone.
func isWeakText(text string) bool {
	folded := strings.ToLower(text)
	return folded == text || strings.ToUpper(text) == text ||
		slices.ContainsFunc(commonWords, func(word string) bool { return strings.Contains(folded, word) })
}

// isWeakKey tells whether everybody can sign with a key, as far as its public half shows: its private half is printed in a
// specification, or it is of small order, so that signatures can be made without one.
func isWeakKey(public ed25519.PublicKey) bool {
	return isWeak(public) || slices.Contains(weakKeys, base64.StdEncoding.EncodeToString(public))
}

var weakKeys = []string{
	// RFC 8032, section 7.1; the first is in RFC 8037, appendix A, too.
	"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
	"PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=",
	"/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=",
	"J4EX/BRMcjQPZ9DyMW6Dhs7/vyskKMnFH+98WX8dQm4=",
	"7Bcrk61eVjv0kyxw4SRQNMNUZ+8u/U1k6/gZaDRn4r8=", // in section 7.3 too
	"38lCXk+Wj38MKfAlnPX5rtaFHCu0rYv7hgz+4KskgpI=", // section 7.2
	"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=", // RFC 8410, section 10.3
	// The points of order 8, each with either sign. Those of orders 1, 2 and 4 have a pattern.
	"JuiVj8KyJ7BFw/SJ8u+Y8NXfrAXTxjM5sTgCiG1T/AU=",
	"JuiVj8KyJ7BFw/SJ8u+Y8NXfrAXTxjM5sTgCiG1T/IU=",
	"xxdqcD1N2E+6PAt2DRBnDyogU/osOczGTsf9d5KsA3o=",
	"xxdqcD1N2E+6PAt2DRBnDyogU/osOczGTsf9d5KsA/o=",
}
