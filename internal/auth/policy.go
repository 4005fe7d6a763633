package auth

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// PasswordFault is why a new password is refused, by the word for it in the contract's errors.
type PasswordFault string

// The faults of CheckPassword and CheckChange.
const (
	PasswordLength    PasswordFault = "password_length"
	PasswordCommon    PasswordFault = "common_password"
	PasswordPersonal  PasswordFault = "personal_password"
	PasswordUnchanged PasswordFault = "unchanged_password"
)

// Error tells whoever chooses a password what to do.
func (f PasswordFault) Error() string {
	switch f {
	case PasswordLength:
		return "want a password of 8 to 128 characters, counted as code points after NFKC"
	case PasswordCommon:
		return "this is one of the passwords that everybody tries first; choose another"
	case PasswordPersonal:
		return "this is the account's own name or email address, with or without digits after it; choose another password"
	case PasswordUnchanged:
		return "this is the account's password already; choose another"
	}
	return string(f)
}

// CheckPassword tells whether somebody may choose a password; its error is a PasswordFault. Personal are their name and email
// address.
//
// A password has 8 to 128 code points once it is normalised, and no rules about which: they make people predictable (NIST SP
// 800-63B, section 3.1.1.2). It is none of the common ones, nor a personal text or what such a text has before its @, also where
// nothing but digits and signs follow after that; in neither does case count.
func CheckPassword(password string, personal ...string) error {
	password = normalise(password)
	if n := utf8.RuneCountInString(password); n < minPasswordLength || n > maxPasswordLength {
		return PasswordLength
	}
	if strings.Contains(commonPasswords, "\n"+strings.ToLower(password)+"\n") {
		return PasswordCommon
	}
	if slices.ContainsFunc(personal, func(text string) bool { return IsPersonal(password, text) }) {
		return PasswordPersonal
	}
	return nil
}

// CheckChange tells whether a new password is another than the old one; its error is a PasswordFault. Whoever has to change a password
// that somebody knows must not keep it by mistake.
func CheckChange(old, password string) error {
	if normalise(old) == normalise(password) {
		return PasswordUnchanged
	}
	return nil
}

// IsPersonal tells whether a password is a name or email address, or too much like it, as CheckPassword has it.
func IsPersonal(password, text string) bool {
	password, text = strings.ToLower(normalise(password)), strings.ToLower(normalise(text))
	local, _, _ := strings.Cut(text, "@")
	return isVariant(password, text) || isVariant(password, local)
}

const (
	minPasswordLength = 8
	maxPasswordLength = 128
)

// commonPasswords are the first 10,000 of 8 and more characters in the list of the password meter zxcvbn-ts (MIT licence), which
// puts together what was found in several leaks, most frequent first. More would hardly help: who guesses online gets a few dozen
// tries a day, and further down the list are names and words that people combine without harm. The page's own passwords for trying
// things out, test123456 and testpassword123, are in none of its 49,000 lines; admin123 is at 4,800.
//
// It is searched as it lies in the binary, which takes some 50 µs: nothing beside the hash that follows, and nothing at the start.
//
//go:embed common_passwords.txt
var commonPasswords string

// isVariant tells whether a password is text, or begins with it and has no letter after that.
func isVariant(password, text string) bool {
	rest, ok := strings.CutPrefix(password, text)
	return ok && text != "" && !strings.ContainsFunc(rest, unicode.IsLetter)
}

// normalise makes the spellings of a password one, that keyboards and systems have for what looks the same (RFC 8265, section 4.2.1,
// asks for NFC; NFKC goes further, as for names).
func normalise(password string) string { return norm.NFKC.String(password) }
