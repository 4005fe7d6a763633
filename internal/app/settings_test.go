package app

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every setting is a flag and an environment variable, and help tells both.
func TestHelp(t *testing.T) {
	t.Parallel()
	shared := []string{
		"ROLLCALL_ADDR", "ROLLCALL_MAX_BODY", "ROLLCALL_MAX_BATCH", "ROLLCALL_MAX_ANSWER", "ROLLCALL_MAX_HEADER",
		"ROLLCALL_READ_TIMEOUT", "ROLLCALL_CALL_TIMEOUT", "ROLLCALL_WRITE_TIMEOUT", "ROLLCALL_IDLE_TIMEOUT", "ROLLCALL_SHUTDOWN_TIMEOUT",
		"ROLLCALL_DATABASE_MAX_CONNS", "ROLLCALL_DATABASE_STATEMENT_TIMEOUT", "ROLLCALL_DATABASE_IDLE_IN_TX_TIMEOUT",
		"ROLLCALL_TOKEN_LIFETIME", "ROLLCALL_TOKEN_ISSUER", "ROLLCALL_TOKEN_AUDIENCE", "ROLLCALL_TOKEN_CACHE", "ROLLCALL_HASH_SLOTS",
		"ROLLCALL_LOG_LEVEL", "ROLLCALL_LOG_FORMAT",
	}
	tests := []struct {
		command   string
		variables []string
	}{
		{"dev", append([]string{"ROLLCALL_DATA_DIR"}, shared...)},
		{"serve", append([]string{
			"DATABASE_URL", "ROLLCALL_HOST", "ROLLCALL_TOKEN_KEY", "ROLLCALL_TOKEN_KEY_FILE", "ROLLCALL_SHUTDOWN_DELAY",
		}, shared...)},
		{"admin create", []string{"DATABASE_URL"}},
	}
	variable := regexp.MustCompile(`\$([A-Z_]+)`)
	env := []string{"DATABASE_URL=postgres://u:SECRET@h/d", "ROLLCALL_TOKEN_KEY=SECRET"}
	for _, test := range tests {
		got := finish(t, env, "", append(strings.Fields(test.command), "--help")...)
		var named []string
		for _, match := range variable.FindAllStringSubmatch(got.out, -1) {
			named = append(named, match[1])
		}
		slices.Sort(named)
		slices.Sort(test.variables)
		if got.code != 0 || got.errors != "" || !slices.Equal(named, test.variables) {
			t.Errorf("rollcall %s --help, code %d, names %v, want %v", test.command, got.code, named, test.variables)
		}
		if strings.Contains(got.out, "SECRET") {
			t.Errorf("rollcall %s --help tells a secret:\n%s", test.command, got.out)
		}
	}
	for _, args := range [][]string{nil, {"--help"}} {
		got := finish(t, nil, "", args...)
		for _, command := range []string{"dev", "serve", "admin create"} {
			if got.code != 0 || !strings.Contains(got.out, "\n  "+command+" ") {
				t.Errorf("rollcall %v, code %d, does not tell of %s:\n%s%s", args, got.code, command, got.out, got.errors)
			}
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	const positive, nonNegative = " must be more than 0", " must not be negative"
	tests := []struct{ args, env, want string }{
		{"nonsense", "", "unexpected argument nonsense"},
		{"dev nonsense", "", "unexpected argument nonsense"},
		{"dev --nonsense", "", "unknown flag --nonsense"},
		{"dev --max-body=1MB", "", `--max-body: expected a valid 64 bit int but got "1MB"`},
		{"dev", "ROLLCALL_READ_TIMEOUT=10", `--read-timeout: expected duration but got "10": time: missing unit in duration "10" (from envar ROLLCALL_READ_TIMEOUT="10")`},
		{"dev --max-body=0", "", "dev: --max-body" + positive},
		{"dev --max-batch=-1", "", "dev: --max-batch" + positive},
		{"dev --max-answer=0", "", "dev: --max-answer" + positive},
		{"dev --max-header=0", "", "dev: --max-header" + positive},
		{"dev --read-timeout=0s", "", "dev: --read-timeout" + positive},
		{"dev --call-timeout=0s", "", "dev: --call-timeout" + positive},
		{"dev --idle-timeout=-1s", "", "dev: --idle-timeout" + positive},
		{"dev --shutdown-timeout=0s", "", "dev: --shutdown-timeout" + positive},
		{"dev --write-timeout=20s", "",
			"dev: --write-timeout must be more than --read-timeout and --call-timeout together: answers would be cut off"},
		{"dev --database-max-conns=0", "", "dev: --database-max-conns must be more than 0, and the database's timeouts not negative"},
		{"dev --token-lifetime=1ms", "", "dev: --token-lifetime must be 1s to 24h: a token that is stolen is good for as long"},
		{"dev --token-issuer=", "", "dev: --token-cache must be more than 0, and --token-issuer and --token-audience not empty"},
		{"dev --hash-slots=-1", "", "dev: --hash-slots" + nonNegative},
		{"dev", "ROLLCALL_LOG_FORMAT=xml", `--log-format must be one of "auto","text","json" but got "xml"`},
		{"dev --log-level=loud", "", `--log-level: slog: level string "loud": unknown name`},
	}
	for _, test := range tests {
		got := finish(t, []string{test.env}, "", strings.Fields(test.args)...)
		if message, _, _ := strings.Cut(got.errors, "\n"); got.code != 2 || message != "rollcall: "+test.want {
			t.Errorf("%s %s: code %d, %s; want %s", test.env, test.args, got.code, got.errors, test.want)
		}
		if !strings.Contains(got.errors, "\nTry rollcall") || !strings.HasSuffix(got.errors, " --help.\n") {
			t.Errorf("%s: does not tell where there is help: %s", test.args, got.errors)
		}
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://u:SECRET@db.example.com:5433/accounts",
		"postgres://u@db.example.com:5433/accounts?password=SECRET",
		"host=db.example.com port=5433 user=u password=SECRET dbname=accounts",
	} {
		if got := place(url); got != "db.example.com:5433/accounts" {
			t.Errorf("%s is told as %s", url, got)
		}
	}
}
