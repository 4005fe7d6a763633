package localpg

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldestMajor is the oldest major version of Postgres that is taken; older ones are treated as not there.
const oldestMajor = 13

// Binaries are the programs of one Postgres installation, seen to run.
type Binaries struct {
	Dir   string // holds postgres and initdb; absolute, links resolved
	Lib   string // shared libraries to be found before the system's; "" for none
	Major int    // 15 for Postgres 15.18
}

// Find returns the newest Postgres on this machine, or the newest of one major version: an existing data directory needs its own.
// 0 stands for any version. The error is a [*NotFoundError] where there is none.
func Find(major int) (Binaries, error) {
	return standardPlaces().Find(major)
}

// Places says where to look for Postgres.
type Places struct {
	Path    []string // folders that hold postgres, or a pg_config that names its folder
	Globs   []string // patterns for folders that hold postgres
	Private string   // the folder that [PrivateDir] describes
}

// Find is the package's [Find] with places of one's own. Of two installations of one version the first place's is taken, in the
// order of the fields.
func (p Places) Find(major int) (Binaries, error) {
	account, err := serverAccount()
	if err != nil {
		return Binaries{}, err
	}
	notFound := &NotFoundError{Major: major}
	var found []Binaries
	for _, b := range p.candidates() {
		b, err := b.probe(account)
		switch {
		case err != nil:
			notFound.Broken = append(notFound.Broken, err)
		case b.Major >= oldestMajor && (major == 0 || major == b.Major):
			found = append(found, b)
		default:
			notFound.Others = append(notFound.Others, b)
		}
	}
	if len(found) == 0 {
		return Binaries{}, notFound
	}
	slices.SortStableFunc(found, func(a, b Binaries) int { return b.Major - a.Major })
	return found[0], nil
}

// PrivateDir returns the folder of the installations that are not the system's. Each is a folder in it with a bin and, if it brings
// libraries that the system lacks, a lib. It lies in the user's cache folder, for root where the user that Postgres runs as can
// reach it. It may not exist yet.
func PrivateDir() (string, error) {
	account, err := serverAccount()
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if account.drop && (err != nil || !account.canEnter(cache)) {
		cache, err = "/var/cache", nil
	}
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "rollcall", "postgres"), nil
}

// NotFoundError says that there is no Postgres to use, and what to do about it.
type NotFoundError struct {
	Major  int        // the version that was asked for, or 0
	Others []Binaries // installations of other versions
	Broken []error    // why the installations that do not run do not
}

func (e *NotFoundError) Error() string {
	var b strings.Builder
	if e.Major == 0 {
		fmt.Fprintf(&b, "no Postgres (%d or newer) found: run `go run ./tools/postgres`, which fetches it, or install it yourself",
			oldestMajor)
	} else {
		fmt.Fprintf(&b, "the data directory needs Postgres %d, which is not here: install that version,"+
			" or move the data directory away to begin with an empty one", e.Major)
	}
	for _, other := range e.Others {
		fmt.Fprintf(&b, "\nfound Postgres %d in %s", other.Major, other.Dir)
	}
	for _, err := range e.Broken {
		fmt.Fprintf(&b, "\n%v", err)
	}
	return b.String()
}

func standardPlaces() Places {
	places := Places{
		Path: filepath.SplitList(os.Getenv("PATH")),
		Globs: []string{
			"/usr/lib/postgresql/*/bin",
			"/opt/homebrew/opt/postgresql*/bin",
			"/usr/local/opt/postgresql*/bin",
			"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
		},
	}
	// A user without a cache folder has no private installation.
	places.Private, _ = PrivateDir()
	return places
}

// candidates returns every folder with a postgres in it, each once, in the order in which the places are listed.
func (p Places) candidates() []Binaries {
	var all []Binaries
	add := func(bin, lib string) {
		if !filepath.IsAbs(bin) {
			return
		}
		program, err := filepath.EvalSymlinks(filepath.Join(bin, "postgres"))
		if err != nil {
			return
		}
		b := Binaries{Dir: filepath.Dir(program), Lib: lib}
		if !slices.ContainsFunc(all, func(c Binaries) bool { return c.Dir == b.Dir }) {
			all = append(all, b)
		}
	}
	for _, dir := range p.Path {
		add(dir, "")
	}
	for _, dir := range p.Path {
		add(bindir(filepath.Join(dir, "pg_config")), "")
	}
	for _, bin := range globs(p.Globs...) {
		add(bin, "")
	}
	if p.Private != "" {
		for _, bin := range globs(filepath.Join(p.Private, "*", "bin")) {
			add(bin, existing(filepath.Join(filepath.Dir(bin), "lib")))
		}
	}
	return all
}

// bindir asks pg_config, if it is there, for the folder of Postgres' programs. pg_config comes with the client library, so its answer
// may be a folder that does not exist.
func bindir(pgConfig string) string {
	if existing(pgConfig) == "" {
		return ""
	}
	out, err := exec.Command(pgConfig, "--bindir").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func globs(patterns ...string) []string {
	var all []string
	for _, pattern := range patterns {
		matches, _ := filepath.Glob(pattern)
		all = append(all, matches...)
	}
	return all
}

// existing returns path, or "" if nothing is there.
func existing(path string) string {
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

var versionPattern = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

// probe runs the binaries as the server's account would, and learns their version by it: a program that lacks a library, is made for
// another machine or lies where the account cannot go is not Postgres for us.
func (b Binaries) probe(a account) (Binaries, error) {
	out, err := a.output(b, "postgres", "--version")
	if err != nil {
		return Binaries{}, err
	}
	version := versionPattern.FindStringSubmatch(out)
	if version == nil {
		return Binaries{}, fmt.Errorf("%s/postgres is not Postgres: it calls itself %q", b.Dir, out)
	}
	if _, err := a.output(b, "initdb", "--version"); err != nil {
		return Binaries{}, err
	}
	b.Major, err = strconv.Atoi(version[1])
	return b, err
}

// environ is all that the server sees of this process' environment: our secrets, and settings like PGDATA, are not its business.
// LC_ALL keeps its messages in English, and on macOS from reading the locale in a thread, which Postgres refuses.
func (b Binaries) environ() []string {
	env := []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	lib := b.Lib
	if lib == "" {
		lib = os.Getenv("LD_LIBRARY_PATH")
	}
	if lib != "" {
		env = append(env, "LD_LIBRARY_PATH="+lib)
	}
	return env
}
