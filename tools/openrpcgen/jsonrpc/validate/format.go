package validate

import (
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// Format reports whether text has a format of JSON Schema, for fast lanes: what
// it takes jsonschema/v5 takes too. Formats that no one knows are not checked.
func Format(format, text string) bool {
	if format == "email" {
		return isEmail(text)
	}
	check, known := jsonschema.Formats[format]
	return !known || check(text)
}

// isEmail takes the addresses that people have, without quotes, comments or
// bytes beyond ASCII, and needs no memory. The others cost the slow lane's time.
func isEmail(text string) bool {
	local, domain, ok := strings.Cut(text, "@")
	if !ok || len(text) > 254 || len(local) > 64 || len(domain) > 253 {
		return false
	}
	return dotted(local, isAtom) && dotted(domain, isLabel)
}

// dotted reports whether text is made of parts with dots between them.
func dotted(text string, isPart func(string) bool) bool {
	for part := range strings.SplitSeq(text, ".") {
		if !isPart(part) {
			return false
		}
	}
	return true
}

func isAtom(part string) bool {
	for i := range len(part) {
		if c := part[i]; !isAlphanumeric(c) && strings.IndexByte("!#$%&'*+/=?^_`{|}~-", c) < 0 {
			return false
		}
	}
	return part != ""
}

func isLabel(part string) bool {
	for i := range len(part) {
		if c := part[i]; !isAlphanumeric(c) && (c != '-' || i == 0 || i == len(part)-1) {
			return false
		}
	}
	return part != "" && len(part) <= 63
}

func isAlphanumeric(c byte) bool { return c-'0' < 10 || c|0x20-'a' < 26 }
