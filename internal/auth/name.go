package auth

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxUsername is the contract's, in code points.
const maxUsername = 64

// CanonicalName makes all spellings of a username one: NFKC, case folded. It is "" for what no account can have, which may be
// megabytes and is not looked at further.
//
// It alone decides which account a login is for and which one it counts for. Postgres knows another version of Unicode: were it
// asked as well, the two could differ, and each spelling on which they did would be more guesses.
func CanonicalName(name string) string {
	if len(name) > maxUsername*utf8.UTFMax || utf8.RuneCountInString(name) > maxUsername || strings.ContainsRune(name, 0) {
		return ""
	}
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(name)))
}
