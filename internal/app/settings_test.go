package app

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

// settingsOf are the flags of a command, in the order of its help.
func settingsOf(t *testing.T, command string) (flags []*kong.Flag) {
	t.Helper()
	node := must(kong.New(new(commandLine)))(t).Model.Node
	for name := range strings.FieldsSeq(command) {
		i := slices.IndexFunc(node.Children, func(child *kong.Node) bool { return child.Name == name })
		if i < 0 {
			t.Fatalf("there is no command %s", command)
		}
		node = node.Children[i]
	}
	return node.Flags
}

// Every setting is a flag and an environment variable of the same name, and
// help tells both.
func TestHelp(t *testing.T) {
	t.Parallel()
	env := []string{"DATABASE_URL=postgres://u:CANARY@h/d", "ROLLCALL_TOKEN_KEYS=CANARY", "ROLLCALL_SECRET=CANARY"}
	for _, command := range []string{"dev", "serve", "admin create"} {
		got := finish(t, env, "", append(strings.Fields(command), "--help")...)
		if got.code != 0 || got.errors != "" || strings.Contains(got.out, "CANARY") {
			t.Errorf("rollcall %s --help: code %d, tells a secret or fails:\n%s%s", command, got.code, got.out, got.errors)
		}
		for _, flag := range settingsOf(t, command) {
			if command == "admin create" && len(flag.Envs) == 0 {
				continue // what an account is called is no setting
			}
			want := "ROLLCALL_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
			if flag.Name == "database-url" {
				want = "DATABASE_URL" // as everywhere
			}
			if !slices.Equal(flag.Envs, []string{want}) || flag.Help == "" {
				t.Errorf("rollcall %s --%s has the variables %q and the help %q, want %s and some", command, flag.Name, flag.Envs, flag.Help, want)
			}
			if !strings.Contains(got.out, " --"+flag.Name) || !strings.Contains(got.out, "$"+want+")") {
				t.Errorf("rollcall %s --help does not tell of --%s or %s:\n%s", command, flag.Name, want, got.out)
			}
		}
	}
	for _, args := range [][]string{nil, {"--help"}} {
		got := finish(t, nil, "", args...)
		for _, command := range []string{"dev", "serve", "admin create", "keys new", "keys list", "keys retire"} {
			if got.code != 0 || !strings.Contains(got.out, "\n  "+command+" ") {
				t.Errorf("rollcall %v, code %d, does not tell of %s:\n%s%s", args, got.code, command, got.out, got.errors)
			}
		}
	}
}

// The README's table is what the flags say of themselves. UPDATE_GOLDENS=1
// writes it.
func TestReadmeListsTheSettings(t *testing.T) {
	t.Parallel()
	table := "| flag | variable | default | |\n|---|---|---|---|\n"
	serve, dev := settingsOf(t, "serve"), settingsOf(t, "dev")
	for _, flag := range serve {
		table += settingsRow(flag, only("serve", flag, dev))
	}
	for _, flag := range dev {
		if where := only("dev", flag, serve); where != "" {
			table += settingsRow(flag, where)
		}
	}
	const begin, end = "<!-- settings -->\n", "<!-- /settings -->"
	readme := filepath.Join(checkout, "README.md")
	before, rest, ok := strings.Cut(string(must(os.ReadFile(readme))(t)), begin)
	old, after, okEnd := strings.Cut(rest, end)
	if !ok || !okEnd {
		t.Fatal("README.md has no place for the table")
	}
	if os.Getenv("UPDATE_GOLDENS") != "" {
		check(t, os.WriteFile(readme, []byte(before+begin+table+end+after), 0o644))
		return
	}
	if diff := cmp.Diff(old, table); diff != "" {
		t.Errorf("README.md's table of settings (-) is not what the flags say (+); UPDATE_GOLDENS=1 writes it:\n%s", diff)
	}
}

// only says where a flag is to be had if another command has none like it. A
// flag of both must be the same in both.
func only(command string, flag *kong.Flag, others []*kong.Flag) string {
	same := slices.ContainsFunc(others, func(other *kong.Flag) bool {
		return other.Name == flag.Name && other.Default == flag.Default && other.Help == flag.Help
	})
	if same {
		return ""
	}
	return " (" + command + ")"
}

func settingsRow(flag *kong.Flag, where string) string {
	preset := flag.Default
	switch {
	case flag.Required:
		preset = "required"
	case preset != "":
		preset = "`" + preset + "`"
	}
	return fmt.Sprintf("| `--%s`%s | `%s` | %s | %s |\n", flag.Name, where, strings.Join(flag.Envs, "`, `"), preset, flag.Help)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	const (
		positive    = " must be more than 0"
		conns       = "dev: --database-max-conns must be more than 0, and --database-min-conns 0 to as many"
		notNegative = "dev: --database-statement-timeout and --database-idle-in-tx-timeout must not be negative"
		cutOff      = "dev: --database-statement-timeout must be more than --call-timeout, or 0: else Postgres ends what a call still waits for"
		workers     = "dev: --batch-workers must be 1 to 256: each may hold a result as large as an answer, and needs a connection to Postgres"
		cache       = "dev: --token-cache must be 1 to 10000000: each token takes about 300 bytes"
		slots       = "dev: --hash-slots must be 0 to 256: each takes 19 MiB, and more than there are CPUs gain nothing"
	)
	tests := []struct{ args, env, want string }{
		{"nonsense", "", "unexpected argument nonsense"},
		{"dev nonsense", "", "unexpected argument nonsense"},
		{"dev --nonsense", "", "unknown flag --nonsense"},
		{"dev --max-body=1MB", "", `--max-body: expected a valid 64 bit int but got "1MB"`},
		{"dev", "ROLLCALL_READ_TIMEOUT=10", `--read-timeout: expected duration but got "10": time: missing unit in duration "10" (from envar ROLLCALL_READ_TIMEOUT="10")`},
		{"dev --max-body=0", "", "dev: --max-body" + positive},
		{"dev --max-batch=-1", "", "dev: --max-batch" + positive},
		{"dev --batch-workers=0", "", "dev: --batch-workers" + positive},
		{"dev --batch-workers=257", "", workers},
		{"dev --max-answer=0", "", "dev: --max-answer" + positive},
		{"dev --max-header=0", "", "dev: --max-header" + positive},
		{"dev --read-timeout=0s", "", "dev: --read-timeout" + positive},
		{"dev --call-timeout=0s", "", "dev: --call-timeout" + positive},
		{"dev --idle-timeout=-1s", "", "dev: --idle-timeout" + positive},
		{"dev --shutdown-timeout=0s", "", "dev: --shutdown-timeout" + positive},
		{"dev --slow-call=-1s", "", "dev: --slow-call must not be negative"},
		{"dev --write-timeout=20s", "",
			"dev: --write-timeout must be more than --read-timeout and --call-timeout together: answers would be cut off"},
		{"dev --database-max-conns=0", "", conns},
		{"dev --database-min-conns=-1", "", conns},
		{"dev --database-max-conns=2 --database-min-conns=3", "", conns},
		{"dev --database-connect-timeout=0s", "", "dev: --database-connect-timeout" + positive},
		{"dev --database-statement-timeout=-1s", "", notNegative},
		{"dev --database-idle-in-tx-timeout=-1s", "", notNegative},
		{"dev --database-statement-timeout=10s", "", cutOff},
		{"dev --call-timeout=12s", "", cutOff},
		{"dev --database-exec-mode=simple_protocol", "",
			`--database-exec-mode must be one of "cache_statement","cache_describe","exec" but got "simple_protocol"`},
		{"dev --token-lifetime=1ms", "", "dev: --token-lifetime must be 1s to 24h: a token that is stolen is good for as long"},
		{"dev --token-issuer=", "", "dev: --token-issuer and --token-audience must not be empty"},
		{"dev --token-cache=0", "", cache},
		{"dev --token-cache=10000001", "", cache},
		{"dev --hash-slots=-1", "", slots},
		{"dev --hash-slots=257", "", slots},
		{"dev --hash-queue-timeout=0s", "", "dev: --hash-queue-timeout" + positive},
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
