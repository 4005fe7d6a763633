package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/module"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/diff"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/emit"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc/validate"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// command is what the flags ask for.
type command struct {
	in, out, packageName, runtime string
	client, server                bool // only that
	tests                         bool
	decide                        ir.Options
	read                          openrpc.Options
}

const usage = `openrpcgen writes a Go server, params validators and a client for an OpenRPC document.

usage: openrpcgen -in openrpc.json -out gen -package NAME [flags]
       openrpcgen check [flags] DOCUMENT     only reports what is wrong with it
       openrpcgen diff [flags] OLD NEW       tells what the difference breaks

It writes OUT/NAME (types, client), OUT/NAME/NAMEserver (handler), OUT/NAME/NAMEtest
(mock) and OUT/jsonrpc (the runtime). Files that it did not write are never touched,
and nothing is written unless everything could be.

flags:
`

// run is the command: 0 if it worked, 1 if the document or the output is at
// fault, 2 if the flags are.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		switch args[0] {
		case "check":
			return runCheck(args[1:], stdout, stderr)
		case "diff":
			return runDiff(args[1:], stdout, stderr)
		}
	}
	c, err := parse(args, stdout)
	if err != nil {
		return refuse("openrpcgen", err, stderr)
	}
	done, faults, err := c.generate()
	fmt.Fprint(stderr, faults)
	if err != nil {
		fmt.Fprintf(stderr, "openrpcgen: %v\n", err)
		return 1
	}
	fmt.Fprintln(stdout, done)
	return 0
}

// refuse is the exit code for a command line that is at fault, or that asked for
// help, which it has got.
func refuse(command string, err error, stderr io.Writer) int {
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintf(stderr, "%s: %v\nTry %s -help.\n", command, err, command)
	return 2
}

func parse(args []string, help io.Writer) (*command, error) {
	c := &command{}
	flags := newFlags(&c.read)
	flags.StringVar(&c.in, "in", "openrpc.json", "the document, `FILE`")
	flags.StringVar(&c.out, "out", "gen", "the `FOLDER` that packages are written to, within a Go module")
	flags.StringVar(&c.packageName, "package", "", "the `NAME` of the package, like petstore")
	flags.StringVar(&c.runtime, "runtime", "", "use the runtime at this `IMPORTPATH` instead of writing one")
	flags.BoolVar(&c.client, "client", false, "write the client alone")
	flags.BoolVar(&c.server, "server", false, "write the server alone")
	flags.BoolVar(&c.tests, "tests", false, "write tests too: of the document's examples, and of how params are read")
	flags.StringVar(&c.decide.TrimPrefix, "trim-prefix", "", "leave a `PREFIX` of the methods' names out of their Go names, like Filecoin.")
	flags.BoolVar(&c.decide.KeepUnknown, "keep-unknown", false, "keep the members of objects that their schemas do not name, as Extra")
	if err := parseFlags(flags, args, usage, help); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: the document is named by -in", flags.Arg(0))
	}
	if err := checkPackageName(c.packageName); err != nil {
		return nil, err
	}
	if c.runtime != "" && (module.CheckImportPath(c.runtime) != nil || path.Base(c.runtime) != "jsonrpc") {
		return nil, fmt.Errorf("-runtime %q: want the import path of a runtime, like example.com/app/gen/jsonrpc", c.runtime)
	}
	if c.client && c.server {
		return nil, errors.New("-client and -server exclude each other: leave both out for all")
	}
	if c.tests && (c.client || c.server) {
		return nil, errors.New("-tests plays client and server against each other: leave -client and -server out")
	}
	return c, nil
}

var packageName = regexp.MustCompile("^[a-z][a-z0-9_]*$")

func checkPackageName(name string) error {
	switch {
	case !packageName.MatchString(name):
		return errors.New("name the package by -package, in lower case, like petstore")
	case emit.Reserved(name), module.CheckImportPath(name) != nil: // no folder of Windows can be nul
		return fmt.Errorf("no package can be called %s beside what Go and generated code use: choose another name, like petstore", name)
	}
	return nil
}

// parseFlags prints the usage if that is what the arguments ask for.
func parseFlags(flags *flag.FlagSet, args []string, usage string, help io.Writer) error {
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(help, usage)
		flags.SetOutput(help)
		flags.PrintDefaults()
	}
	return err
}

// newFlags are the flags that say how a document is read.
func newFlags(read *openrpc.Options) *flag.FlagSet {
	read.Map, read.Used = map[string]string{}, map[string]bool{}
	flags := flag.NewFlagSet("openrpcgen", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&read.Strict, "strict", false, "treat warnings as errors")
	flags.Func("base", "the `FOLDER` in which references to files are looked for as well", func(folder string) error {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return errors.New("there is no such folder: mend the path, or leave -base out")
		}
		read.Base = folder
		return nil
	})
	flags.Func("map", "read a `URL=FILE` instead of a reference to the network; may be repeated", func(s string) error {
		url, file, ok := strings.Cut(s, "=")
		if !ok {
			return errors.New("want URL=FILE")
		}
		read.Map[url] = file
		return nil
	})
	return flags
}

// decide reads a document and decides what is to be written for it.
func decide(name, packageName string, read openrpc.Options, options ir.Options) (*ir.Service, openrpc.Faults, error) {
	document, faults := openrpc.Read(name, read)
	if document == nil {
		return nil, faults, fmt.Errorf("%s has faults", name)
	}
	service, more := ir.Build(document, packageName, options)
	more = append(more, unusedMaps(name, read)...)
	if read.Strict {
		more = more.Strict()
	}
	faults = append(faults, more...)
	faults.Sort()
	if faults.HasErrors() {
		return nil, faults, fmt.Errorf("%s has faults", name)
	}
	if _, err := validate.Compile(string(service.Schemas.JSON())); err != nil {
		return nil, faults, fmt.Errorf("%s: %w", name, err)
	}
	return service, faults, nil
}

// unusedMaps warns of URLs that files are given for and nothing refers to.
func unusedMaps(name string, read openrpc.Options) (faults openrpc.Faults) {
	for _, url := range slices.Sorted(maps.Keys(read.Map)) {
		if !read.Used[url] {
			faults = append(faults, openrpc.Fault{Place: openrpc.Place{File: name},
				Message: fmt.Sprintf("nothing refers to %s, which a file is mapped to: spell it as the document does, or leave it out", url)})
		}
	}
	if read.Strict {
		return faults.Strict()
	}
	return faults
}

// generate reads the document, builds all of the output in memory, and then
// writes it.
func (c *command) generate() (done string, faults openrpc.Faults, err error) {
	service, faults, err := decide(c.in, c.packageName, c.read, c.decide)
	if err != nil {
		return "", faults, fmt.Errorf("%w; nothing was written", err)
	}
	out, err := openOutput(c.out)
	if err != nil {
		return "", faults, err
	}
	options := emit.Options{
		ImportPath: path.Join(out.importPath, c.packageName),
		Runtime:    c.runtime,
		Client:     !c.server,
		Server:     !c.client,
		Tests:      c.tests,
	}
	if c.runtime == "" {
		options.Runtime = path.Join(out.importPath, "jsonrpc")
		out.addRuntime("jsonrpc", options)
	} else if err := out.checkRuntime(options); err != nil {
		return "", faults, err
	}
	files, err := emit.Service(service, options)
	if err != nil {
		return "", faults, err
	}
	for _, folder := range emit.Folders(c.packageName) {
		out.own(path.Join(c.packageName, folder))
	}
	for _, f := range files {
		out.add(path.Join(c.packageName, f.Path), f.Content)
	}
	if err := out.write(); err != nil {
		return "", faults, err
	}
	return fmt.Sprintf("%s: %d methods, %d types, %d errors", path.Join(c.out, c.packageName),
		len(service.Methods), len(service.Types), len(service.Errors)), faults, nil
}

const checkUsage = `openrpcgen check reports what is wrong with an OpenRPC document, and writes nothing.

usage: openrpcgen check [flags] DOCUMENT

flags:
`

// runCheck is openrpcgen check.
func runCheck(args []string, stdout, stderr io.Writer) int {
	var read openrpc.Options
	flags := newFlags(&read)
	err := parseFlags(flags, args, checkUsage, stdout)
	if err == nil && flags.NArg() != 1 {
		err = errors.New("want one document to check")
	}
	if err != nil {
		return refuse("openrpcgen check", err, stderr)
	}
	service, faults, err := decide(flags.Arg(0), "check", read, ir.Options{})
	fmt.Fprint(stderr, faults)
	if err != nil {
		fmt.Fprintf(stderr, "openrpcgen: %v\n", err)
		return 1
	}
	fmt.Fprintf(stdout, "%s: %d methods, %d types, %d errors, %d warnings\n", flags.Arg(0),
		len(service.Methods), len(service.Types), len(service.Errors), len(faults))
	return 0
}

const diffUsage = `openrpcgen diff tells what the difference between two versions of an OpenRPC document
breaks. The exit code is 1 if it breaks anybody, or if a document is at fault.

usage: openrpcgen diff [flags] OLD NEW

flags:
`

// runDiff is openrpcgen diff.
func runDiff(args []string, stdout, stderr io.Writer) int {
	var read openrpc.Options
	flags := newFlags(&read)
	callers := flags.Bool("callers", false, "fail only for what breaks callers")
	err := parseFlags(flags, args, diffUsage, stdout)
	if err == nil && flags.NArg() != 2 {
		err = errors.New("want two documents, the old one and the new one")
	}
	if err != nil {
		return refuse("openrpcgen diff", err, stderr)
	}
	var documents [2]*openrpc.Document
	for i, name := range flags.Args() {
		read.IgnoreExamples = i == 0
		document, faults := openrpc.Read(name, read)
		fmt.Fprint(stderr, faults)
		if document == nil {
			fmt.Fprintf(stderr, "openrpcgen: %s has faults\n", name)
		}
		documents[i] = document
	}
	if documents[0] == nil || documents[1] == nil {
		return 1
	}
	unused := unusedMaps(flags.Arg(1), read)
	if fmt.Fprint(stderr, unused); unused.HasErrors() {
		return 1
	}
	changes := diff.Documents(documents[0], documents[1])
	fmt.Fprint(stdout, changes)
	if changes.Break(diff.Callers) || changes.Break(diff.Servers) && !*callers {
		return 1
	}
	return 0
}
