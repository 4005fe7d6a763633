package openrpc

// Options says how a document is read. The zero value reads files, follows no network reference, and warns.
type Options struct {
	// Strict makes every warning an error.
	Strict bool
	// IgnoreExamples leaves out the warnings about examples: those of an old version of a document, that nobody will mend.
	IgnoreExamples bool
	// Base is the folder in which a relative reference is looked for if it is not found beside the file that holds it; "": none.
	Base string
	// Map gives the file that stands for a URL. References to URLs that are not in it are errors: nothing is fetched.
	Map map[string]string
	// Used, unless it is nil, gets the URLs of Map that something refers to.
	Used map[string]bool
	// Open returns a file's content, or an error that is fs.ErrNotExist; nil reads regular files from the file system. All files
	// together may have 32 MiB.
	Open func(path string) ([]byte, error)
}

// Read reads the document and what it refers to, and checks all of it. The document is nil if any fault is an Error.
func Read(path string, o Options) (*Document, Faults) {
	r := newReader(path, o)
	d := r.read(path)
	faults := r.faults.result(o.Strict)
	if faults.HasErrors() {
		return nil, faults
	}
	return d, faults
}

// reader is the state of one Read: what was found so far, by the place where it was found.
type reader struct {
	faults *collector
	files  *files
	roles  map[*Node]string // what each object was read as
	// references is what each object with a $ref leads to, one step on.
	references map[*Node]*Node

	schemas            map[*Node]*Schema
	inOrder            []*Schema // all of schemas, as they were found
	unresolved         []*Schema // have a $ref that was not followed yet
	contentDescriptors map[*Node]*ContentDescriptor
	errors             map[*Node]*ErrorObject
	examples           map[*Node]*Example
	examplePairings    map[*Node]*ExamplePairing
	links              map[*Node]*Link
	tags               map[*Node]*Tag

	foreignAuths []*Node       // each x-auth that says nothing of ours
	roleNodes    []*Node       // all roles of x-auth
	selfParams   []typedMember // named by x-auth
	tokenResults []typedMember // named by x-auth-token
	anySensitive bool          // something is x-sensitive
	lenient      bool          // faults are warnings for now
	quiet        bool          // warnings are left out for now

	ignoreExamples bool
}

func newReader(path string, o Options) *reader {
	faults := &collector{file: path}
	return &reader{
		faults:             faults,
		files:              newFiles(o, faults),
		roles:              map[*Node]string{},
		references:         map[*Node]*Node{},
		schemas:            map[*Node]*Schema{},
		contentDescriptors: map[*Node]*ContentDescriptor{},
		errors:             map[*Node]*ErrorObject{},
		examples:           map[*Node]*Example{},
		examplePairings:    map[*Node]*ExamplePairing{},
		links:              map[*Node]*Link{},
		tags:               map[*Node]*Tag{},
		ignoreExamples:     o.IgnoreExamples,
	}
}

func (r *reader) read(path string) *Document {
	file, err := r.files.load(path)
	if err != nil {
		r.faults.add(Error, func() Place { return Place{File: path} }, "cannot be read: %v", withoutPath(err))
		return nil
	}
	if file.root == nil {
		return nil
	}
	d := r.document(file.root)
	r.resolveSchemas()
	r.dropRepeated()
	if d == nil {
		return nil
	}
	d.references, d.roles, d.Sensitive = r.references, r.roles, r.anySensitive
	r.checkRules(d)
	if r.checkChains() {
		// These follow schemas to their ends, so there must be ends.
		r.findUndeclared()
		r.checkExtensions()
		r.checkExamples(d)
	}
	return d
}

// report adds a fault at the beginning of n.
func (r *reader) report(severity Severity, n *Node, format string, args ...any) {
	r.add(severity, n.Place, format, args...)
}

// reportName adds a fault at the name of a member of n.
func (r *reader) reportName(severity Severity, n *Node, name, format string, args ...any) {
	r.add(severity, func() Place { return n.NamePlace(name) }, format, args...)
}

func (r *reader) add(severity Severity, place func() Place, format string, args ...any) {
	if r.lenient {
		severity = Warning
	}
	if severity != Warning || !r.quiet {
		r.faults.add(severity, place, format, args...)
	}
}

// aboutExamples begins to read or check examples, and returns what ends it.
func (r *reader) aboutExamples() (end func()) {
	before := r.quiet
	r.quiet = r.ignoreExamples
	return func() { r.quiet = before }
}
