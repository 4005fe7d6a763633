package diff

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// read reads a document from memory.
func read(t testing.TB, name, text string) *openrpc.Document {
	t.Helper()
	d, faults := openrpc.Read(name, openrpc.Options{Open: func(path string) ([]byte, error) {
		if path != name {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}})
	if d == nil {
		t.Fatalf("%s\n%s", faults, text)
	}
	return d
}

func document(methods, components string) string {
	return `{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[` + methods + `],"components":` + components + `}`
}

// compare returns the changes as "file pointer: breaks", and holds that breaking is the same from the other side.
func compare(t *testing.T, oldText, newText string) []string {
	t.Helper()
	old, new := read(t, "old", oldText), read(t, "new", newText)
	changes, mirrored := Documents(old, new), Documents(new, old)
	if changes.Break(Callers) != mirrored.Break(Servers) || changes.Break(Servers) != mirrored.Break(Callers) {
		t.Errorf("what breaks callers is not what breaks servers the other way round:\n%s%s", changes, mirrored)
	}
	var got []string
	for _, c := range changes {
		got = append(got, fmt.Sprintf("%s %s: %s", c.File, c.Pointer, c.Breaks))
	}
	return got
}

// methodText is a method m with members to replace or add.
func methodText(members string) string {
	text := `{"name":"m"`
	for _, member := range []string{`"params":[]`, `"result":{"name":"r","schema":{"type":"string"}}`} {
		if name, _, _ := strings.Cut(member, ":"); !strings.Contains(members, name) {
			text += "," + member
		}
	}
	return strings.TrimSuffix(text+","+members, ",") + "}"
}

func TestMethods(t *testing.T) {
	const (
		ping = `{"name":"ping","params":[]}`
		add  = `{"name":"add","params":[{"name":"a","schema":{"type":"number"}}],"result":{"name":"r","schema":{"type":"number"}}}`
		plus = `{"name":"plus","params":[{"name":"a","schema":{"type":"number"}}],"result":{"name":"r","schema":{"type":"number"}}}`
	)
	tests := map[string]struct {
		old, new string
		want     []string
	}{
		"same":       {ping, ping, nil},
		"moved":      {ping + "," + add, add + "," + ping, nil},
		"added":      {ping, ping + "," + add, []string{"new /methods/1/name: breaks servers"}},
		"removed":    {ping + "," + add, ping, []string{"old /methods/1/name: breaks callers"}},
		"renamed":    {add, plus, []string{"new /methods/0/name: breaks callers and servers"}},
		"in doubt":   {add, plus + "," + strings.Replace(plus, "plus", "sum", 1), []string{"new /methods/0/name: breaks servers", "new /methods/1/name: breaks servers", "old /methods/0/name: breaks callers"}},
		"other":      {add, ping, []string{"new /methods/0/name: breaks servers", "old /methods/0/name: breaks callers"}},
		"deprecated": {methodText(``), methodText(`"deprecated":true`), []string{"new /methods/0/deprecated: compatible"}},
		"revived":    {methodText(`"deprecated":true`), methodText(``), []string{"old /methods/0/deprecated: compatible"}},
		"described":  {methodText(``), methodText(`"description":"Other words.","tags":[{"name":"t"}]`), []string{"new : compatible"}},
		"x-other":    {methodText(``), methodText(`"x-other":1,"x-go-name":"Other"`), []string{"new : compatible"}},
		"readonly":   {methodText(``), methodText(`"x-readonly":true`), []string{"new /methods/0/x-readonly: breaks servers"}},
		"changing":   {methodText(`"x-readonly":true`), methodText(``), []string{"old /methods/0/x-readonly: breaks callers"}},
		"lenient":    {methodText(``), methodText(`"x-additional-params":true`), []string{"new /methods/0/x-additional-params: breaks servers"}},
		"strict":     {methodText(`"x-additional-params":true`), methodText(``), []string{"old /methods/0/x-additional-params: breaks callers"}},
		"structure named": {methodText(``), methodText(`"paramStructure":"by-name"`),
			[]string{"new /methods/0/paramStructure: breaks callers"}},
		"structure free": {methodText(`"paramStructure":"by-position"`), methodText(``),
			[]string{"old /methods/0/paramStructure: breaks servers"}},
		"structure other": {methodText(`"paramStructure":"by-position"`), methodText(`"paramStructure":"by-name"`),
			[]string{"new /methods/0/paramStructure: breaks callers and servers"}},
		"structure spelled": {methodText(`"paramStructure":"either"`), methodText(``), nil}, // the default
		"notification":      {methodText(``), `{"name":"m","params":[]}`, []string{"old /methods/0/result: breaks callers"}},
		"answered":          {`{"name":"m","params":[]}`, methodText(``), []string{"new /methods/0/result: breaks servers"}},
		"result renamed":    {methodText(``), methodText(`"result":{"name":"other","schema":{"type":"string"}}`), []string{"new : compatible"}},
		"result wider": {methodText(``), methodText(`"result":{"name":"r","schema":{"type":["string","null"]}}`),
			[]string{"new /methods/0/result/schema/type: breaks callers"}},
		"result narrower": {methodText(``), methodText(`"result":{"name":"r","schema":{"type":"string","maxLength":3}}`),
			[]string{"new /methods/0/result/schema/maxLength: breaks servers"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := compare(t, document(test.old, "{}"), document(test.new, "{}"))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParams(t *testing.T) {
	const (
		a     = `{"name":"a","schema":{"type":"string"}}`
		aReq  = `{"name":"a","required":true,"schema":{"type":"string"}}`
		aWide = `{"name":"a","schema":{"type":["string","null"]}}`
		b     = `{"name":"b","schema":{"type":"integer"}}`
		bReq  = `{"name":"b","required":true,"schema":{"type":"integer"}}`
		z     = `{"name":"z","schema":{"type":"string"}}`
	)
	const named, placed, lenient = `,"paramStructure":"by-name"`, `,"paramStructure":"by-position"`, `,"x-additional-params":true`
	tests := map[string]struct {
		old, new, rest string
		want           []string
	}{
		"same":                     {a + "," + b, a + "," + b, ``, nil},
		"optional at the end":      {a, a + "," + b, ``, []string{"new /methods/0/params/1: breaks servers"}},
		"optional in front":        {a, b + "," + a, ``, []string{"new /methods/0/params/0: breaks callers and servers"}},
		"optional in front, named": {a, b + "," + a, named, []string{"new /methods/0/params/0: breaks servers"}},
		"optional, servers ignore": {a, a + "," + b, named + lenient, []string{"new /methods/0/params/1: compatible"}},
		"required":                 {a, a + "," + bReq, ``, []string{"new /methods/0/params/1: breaks callers and servers"}},
		"first required":           {``, aReq, named, []string{"new /methods/0/params/0: breaks callers and servers"}},
		"gone":                     {a + "," + b, a, ``, []string{"old /methods/0/params/1: breaks callers"}},
		"gone in front":            {b + "," + a, a, ``, []string{"old /methods/0/params/0: breaks callers and servers"}},
		"gone, was required":       {a + "," + bReq, a, ``, []string{"old /methods/0/params/1: breaks callers and servers"}},
		"gone, ignored":            {a + "," + b, a, named + lenient, []string{"old /methods/0/params/1: compatible"}},
		"reordered":                {a + "," + b, b + "," + a, ``, []string{"new /methods/0/params: breaks callers and servers"}},
		"reordered, named":         {a + "," + b, b + "," + a, named, []string{"new /methods/0/params: compatible"}},
		"renamed":                  {a + "," + b, z + "," + b, ``, []string{"new /methods/0/params/0/name: breaks callers and servers"}},
		"renamed, by position":     {a + "," + b, z + "," + b, placed, []string{"new /methods/0/params/0/name: compatible"}},
		"replaced":                 {a, b, placed, []string{"new /methods/0/params/0: breaks servers", "old /methods/0/params/0: breaks callers"}},
		"required now":             {a, aReq, ``, []string{"new /methods/0/params/0/required: breaks callers"}},
		"optional now":             {aReq, a, ``, []string{"old /methods/0/params/0/required: breaks servers"}},
		"wider":                    {a, aWide, ``, []string{"new /methods/0/params/0/schema/type: breaks servers"}},
		"narrower":                 {aWide, a, ``, []string{"new /methods/0/params/0/schema/type: breaks callers"}},
		"described":                {a, strings.Replace(a, `"name"`, `"description":"A","name"`, 1), ``, []string{"new : compatible"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text := func(params string) string {
				return document(methodText(`"params":[`+params+`]`+test.rest), "{}")
			}
			if diff := cmp.Diff(test.want, compare(t, text(test.old), text(test.new))); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	const gone = `{"code":1,"message":"gone"}`
	tests := map[string]struct {
		old, new string
		want     []string
	}{
		"same":      {gone, gone, nil},
		"added":     {``, gone, []string{"new /methods/0/errors/0: breaks servers"}},
		"removed":   {gone, ``, []string{"old /methods/0/errors/0: breaks callers"}},
		"code":      {gone, `{"code":2,"message":"gone"}`, []string{"new /methods/0/errors/0/code: breaks callers and servers"}},
		"message":   {gone, `{"code":1,"message":"away"}`, []string{"new /methods/0/errors/0/message: compatible"}},
		"ambiguous": {gone + `,{"code":1,"message":"lost"}`, `{"code":1,"message":"away"},{"code":1,"message":"lost"}`, []string{"new /methods/0/errors/0/message: breaks callers and servers"}},
		"data": {`{"code":1,"message":"gone","data":{"type":"string"}}`, `{"code":1,"message":"gone","data":{"type":["string","null"]}}`,
			[]string{"new /methods/0/errors/0/data/type: breaks callers"}},
		"data added":   {gone, `{"code":1,"message":"gone","data":{"type":"string"}}`, []string{"new /methods/0/errors/0/data: breaks servers"}},
		"data removed": {`{"code":1,"message":"gone","data":{"type":"string"}}`, gone, []string{"old /methods/0/errors/0/data: breaks callers"}},
		"sample":       {`{"code":1,"message":"gone","data":5}`, `{"code":1,"message":"gone","data":6}`, []string{"new : compatible"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text := func(errors string) string { return document(methodText(`"errors":[`+errors+`]`), "{}") }
			if diff := cmp.Diff(test.want, compare(t, text(test.old), text(test.new))); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAccess(t *testing.T) {
	const known, admin, two, self, adminOrSelf = `{"required":true}`, `{"roles":["admin"]}`, `{"roles":["clerk","admin"]}`, `{"self":"id"}`, `{"roles":["admin"],"self":"id"}`
	tests := []struct {
		old, new string
		want     Breaks
	}{
		{``, known, Callers}, {known, ``, Servers}, {known, known, 0}, {``, `{"required":false}`, 0},
		{known, admin, Callers}, {admin, known, Servers}, {admin, two, Servers}, {two, admin, Callers}, {two, `{"roles":["admin","clerk"]}`, 0},
		{admin, adminOrSelf, Servers}, {adminOrSelf, admin, Callers}, {self, adminOrSelf, Servers}, {self, known, Servers},
		{admin, self, Callers | Servers}, {`{"roles":["a"]}`, `{"roles":["b"]}`, Callers | Servers},
	}
	for _, test := range tests {
		text := func(auth string) string {
			members := `"params":[{"name":"id","required":true,"schema":{"type":"string"}}]`
			if auth != "" {
				members += `,"x-auth":` + auth
			}
			return withRoot(`"x-auth":false`, document(methodText(members), "{}"))
		}
		got := compare(t, text(test.old), text(test.new))
		var want []string
		if test.want != 0 {
			want = []string{either(test.new == "", "old", "new") + " /methods/0/x-auth: " + test.want.String()}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s to %s (-want +got):\n%s", test.old, test.new, diff)
		}
	}
	token := func(name string) string {
		return document(methodText(`"result":{"name":"r","schema":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}}`+name), "{}")
	}
	for _, test := range []struct {
		old, new string
		want     string
	}{
		{``, `,"x-auth-token":"a"`, "new /methods/0/x-auth-token: breaks servers"},
		{`,"x-auth-token":"a"`, ``, "old /methods/0/x-auth-token: breaks callers"},
		{`,"x-auth-token":"a"`, `,"x-auth-token":"b"`, "new /methods/0/x-auth-token: breaks callers and servers"},
	} {
		if diff := cmp.Diff([]string{test.want}, compare(t, token(test.old), token(test.new))); diff != "" {
			t.Errorf("%s to %s (-want +got):\n%s", test.old, test.new, diff)
		}
	}
}

// TestDefaultAccess changes who may call the method m, and rpc.discover, which no document declares.
func TestDefaultAccess(t *testing.T) {
	for _, test := range []struct {
		old, new       string // beside methods
		oldOwn, newOwn string // of the method
		want           []string
	}{
		{``, ``, ``, ``, nil},
		{``, `"x-auth":{"required":false}`, ``, ``, nil},
		{``, `"x-auth":true`, ``, ``, []string{"new /x-auth: breaks callers", "new /methods/0: breaks callers"}},
		{`"x-auth":{"roles":["a"]}`, `"x-auth":true`, ``, ``, []string{"new /x-auth: breaks servers", "new /methods/0: breaks servers"}},
		{``, ``, ``, `"x-auth":false`, []string{"new : breaks callers"}},
		{`"x-auth":true`, ``, ``, `"x-auth":true`, nil},
		{`"x-auth":true`, `"x-auth":false`, ``, `"x-auth":true`, []string{"new /x-auth: breaks servers"}},
		{`"x-auth":true,"x-roles":["a"]`, `"x-auth":true,"x-roles":["b"]`, ``, ``, []string{"new : compatible"}},
	} {
		text := func(root, own string) string { return withRoot(root, document(methodText(own), "{}")) }
		if diff := cmp.Diff(test.want, compare(t, text(test.old, test.oldOwn), text(test.new, test.newOwn))); diff != "" {
			t.Errorf("%s, %s to %s, %s (-want +got):\n%s", test.old, test.oldOwn, test.new, test.newOwn, diff)
		}
	}
}

// TestSensitive marks a schema and a param: nothing else is sent for that.
func TestSensitive(t *testing.T) {
	text := func(param, schema string) string {
		return document(methodText(`"params":[{"name":"p"`+param+`,"schema":{"type":"string"`+schema+`}}]`), "{}")
	}
	for _, marked := range []string{text(`,"x-sensitive":true`, ``), text(``, `,"x-sensitive":true`)} {
		if diff := cmp.Diff([]string{"new : compatible"}, compare(t, text(``, ``), marked)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", marked, diff)
		}
	}
}

// withRoot adds members to a document.
func withRoot(members, document string) string {
	if members == "" {
		return document
	}
	return "{" + members + "," + document[1:]
}

// TestSchemas changes the component S, as a param and as a result. Lost is what the new one refuses, gained what the old one does.
func TestSchemas(t *testing.T) {
	const lost, gained = 1, 2
	const closed = `,"additionalProperties":false`
	tests := map[string]struct {
		old, new string
		want     map[string]int // by pointer below S; - for the old document's
	}{
		"same":              {`{"type":"string"}`, `{"type":"string"}`, nil},
		"written otherwise": {`{"type":["string","null"],"enum":["a",null]}`, `{"enum":[null,"a"],"type":["null","string"]}`, nil},
		"type":              {`{"type":"integer"}`, `{"type":"number"}`, map[string]int{"/type": gained}},
		"other type":        {`{"type":"object","required":["a"]}`, `{"type":"string"}`, map[string]int{"/type": lost | gained}},
		"enum":              {`{"enum":["a","b"]}`, `{"enum":["a","c"]}`, map[string]int{"/enum": lost | gained}},
		"enum longer":       {`{"enum":["a"]}`, `{"enum":["a","b"]}`, map[string]int{"/enum": gained}},
		"const to enum":     {`{"const":"a"}`, `{"enum":["a","b"]}`, map[string]int{"-/const": gained, "/enum": 0}},
		"bound":             {`{"type":"integer","maximum":5}`, `{"type":"integer","maximum":6}`, map[string]int{"/maximum": gained}},
		"same bound":        {`{"type":"integer","minimum":1}`, `{"type":"integer","exclusiveMinimum":0}`, map[string]int{"-/minimum": 0, "/exclusiveMinimum": 0}},
		"length":            {`{"type":"string"}`, `{"type":"string","minLength":1}`, map[string]int{"/minLength": lost}},
		"pattern":           {`{"pattern":"^a"}`, `{"pattern":"^b"}`, map[string]int{"/pattern": lost | gained}},
		"format":            {`{"type":"string"}`, `{"type":"string","format":"date"}`, map[string]int{"/format": lost}},
		"uint64":            {`{"type":"integer","format":"uint64"}`, `{"type":"integer"}`, map[string]int{"-/format": lost | gained}},
		"nullable":          {`{"type":"string"}`, `{"type":"string","nullable":true}`, map[string]int{"/nullable": gained}},
		"nullable spelled":  {`{"type":"string","nullable":true}`, `{"type":["string","null"]}`, map[string]int{"-/nullable": 0, "/type": 0}},
		"default":           {`{"type":"integer","default":1}`, `{"type":"integer","default":2}`, map[string]int{"/default": lost | gained}},
		"default added":     {`{"type":"integer"}`, `{"type":"integer","default":2}`, map[string]int{"/default": gained}},
		"optional, open":    {`{"type":"object"}`, `{"type":"object","properties":{"a":{"type":"string"}}}`, map[string]int{"/properties/a": lost}},
		"optional, any":     {`{"type":"object"}`, `{"type":"object","properties":{"a":true}}`, map[string]int{"/properties/a": 0}},
		"optional, closed": {`{"type":"object"` + closed + `}`, `{"type":"object","properties":{"a":{"type":"string"}}` + closed + `}`,
			map[string]int{"/properties/a": gained}},
		"property gone": {`{"type":"object","properties":{"a":{"type":"string"}}` + closed + `}`, `{"type":"object"` + closed + `}`,
			map[string]int{"-/properties/a": lost}},
		"required":      {`{"type":"object"}`, `{"type":"object","required":["a"]}`, map[string]int{"/required": lost}},
		"not required":  {`{"type":"object","required":["a"]}`, `{"type":"object"}`, map[string]int{"-/required": gained}},
		"closed":        {`{"type":"object"}`, `{"type":"object"` + closed + `}`, map[string]int{"/additionalProperties": lost}},
		"opened":        {`{"type":"object"` + closed + `}`, `{"type":"object"}`, map[string]int{"-/additionalProperties": gained}},
		"spelled open":  {`{"type":"object"}`, `{"type":"object","additionalProperties":true}`, nil},
		"map of others": {`{"additionalProperties":{"type":"integer"}}`, `{"additionalProperties":{"type":"number"}}`, map[string]int{"/additionalProperties/type": gained}},
		"deep":          {`{"properties":{"a":{"items":{"maxLength":3}}}}`, `{"properties":{"a":{"items":{"maxLength":4}}}}`, map[string]int{"/properties/a/items/maxLength": gained}},
		"pattern of names": {`{"patternProperties":{"^a":{"type":"integer"}}}`, `{"patternProperties":{"^b":{"type":"integer"}}}`,
			map[string]int{"/patternProperties/^b": lost, "-/patternProperties/^a": gained}},
		"items":        {`{"type":"array","items":{"type":"string"}}`, `{"type":"array"}`, map[string]int{"-/items": gained}},
		"tuple longer": {`{"type":"array","items":[true],"additionalItems":false}`, `{"type":"array","items":[true,true],"additionalItems":false}`, map[string]int{"/items": gained}},
		"alternative":  {`{"anyOf":[{"type":"string"},{"type":"null"}]}`, `{"anyOf":[{"type":"string"},{"type":"null"},{"type":"integer"}]}`, map[string]int{"/anyOf/2": gained}},
		"one more":     {`{"oneOf":[{"type":"string"},{"type":"null"}]}`, `{"oneOf":[{"type":"integer"},{"type":"null"},{"type":"string"}]}`, map[string]int{"/oneOf/0": gained}},
		"one less":     {`{"oneOf":[{"type":"string"},{"type":"null"}]}`, `{"oneOf":[{"type":"string"}]}`, map[string]int{"-/oneOf/1": lost}},
		"overlapping":  {`{"oneOf":[{"type":"string"}]}`, `{"oneOf":[{"type":"string"},{"maxLength":3}]}`, map[string]int{"/oneOf/1": lost | gained}},
		"within":       {`{"oneOf":[{"title":"a","maxLength":3,"type":"string"},{"type":"null"}]}`, `{"oneOf":[{"type":"null"},{"title":"a","maxLength":4,"type":"string"}]}`, map[string]int{"/oneOf/1/maxLength": gained}},
		"part":         {`{"allOf":[{"type":"object"}]}`, `{"allOf":[{"type":"object"},{"required":["a"]}]}`, map[string]int{"/allOf/1": lost}},
		"part gone":    {`{"allOf":[{"type":"object"},{"required":["a"]}]}`, `{"allOf":[{"type":"object"}]}`, map[string]int{"-/allOf/1": gained}},
		"not":          {`{"not":{"type":"string"}}`, `{"not":{"type":["string","null"]}}`, map[string]int{"/not": lost}},
		"if":           {`{"if":{"type":"string"},"then":{"maxLength":3}}`, `{"if":{"type":"string"},"then":{"maxLength":4}}`, map[string]int{"/if": gained}},
		"recursive": {`{"type":"object","properties":{"next":{"$ref":"#/components/schemas/S"},"value":{"type":"integer"}}}`,
			`{"type":"object","properties":{"next":{"$ref":"#/components/schemas/S"},"value":{"type":"number"}}}`, map[string]int{"/properties/value/type": gained}},
		"false": {`true`, `false`, map[string]int{"": lost}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, u := range []use{asked, answered} {
				text := func(schema string) string {
					members := `"params":[{"name":"s","schema":{"$ref":"#/components/schemas/S"}}]`
					if u == answered {
						members = `"result":{"name":"s","schema":{"$ref":"#/components/schemas/S"}}`
					}
					return document(methodText(members), `{"schemas":{"S":`+schema+`,"Unused":{"const":`+fmt.Sprintf("%q", schema)+`}}}`)
				}
				want := map[string]string{}
				for pointer, effect := range test.want {
					file := "new"
					if below, gone := strings.CutPrefix(pointer, "-"); gone {
						file, pointer = "old", below
					}
					b := breaks(effect&lost != 0, effect&gained != 0)
					if u == answered {
						b = breaks(effect&gained != 0, effect&lost != 0)
					}
					want[file+" /components/schemas/S"+pointer] = b.String()
				}
				got := map[string]string{}
				for _, line := range compare(t, text(test.old), text(test.new)) {
					place, b, _ := strings.Cut(line, ": ")
					got[place] = b
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%v (-want +got):\n%s", u, diff)
				}
			}
		})
	}
}

// TestOneLineForAll holds that a component that is used both ways, and often, is one change that tells all it breaks.
func TestOneLineForAll(t *testing.T) {
	text := func(schema string) string {
		return document(
			methodText(`"params":[{"name":"s","schema":{"$ref":"#/components/schemas/S"}}],"result":{"name":"s","schema":{"$ref":"#/components/schemas/S"}}`)+
				`,{"name":"n","params":[{"name":"s","schema":{"type":"array","items":{"$ref":"#/components/schemas/S"}}}]}`,
			`{"schemas":{"S":`+schema+`}}`)
	}
	got := compare(t, text(`{"enum":["a"]}`), text(`{"enum":["a","b"]}`))
	if diff := cmp.Diff([]string{"new /components/schemas/S/enum: breaks callers and servers"}, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}
