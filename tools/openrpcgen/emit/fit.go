package emit

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

// fit writes what is known of variants that only the closest fit tells apart.
func (w *writer) fit(p *printer, t *ir.Type, tables *tables) {
	c := t.Choice
	if c.ByFit() {
		for _, v := range c.Objects {
			w.fits(p, v, "name string", tables)
		}
		w.shapes(p, t)
	}
	if len(c.Arrays) > 1 && !byFirst(c.Arrays) {
		for _, v := range c.Arrays {
			w.fits(p, v, "i int", tables)
		}
		w.lengths(p, t)
	}
}

func (w *writer) shapes(p *printer, t *ir.Type) {
	p.p("var shapesOf%s = []%s{", t.Name, p.rt("Shape"))
	for _, v := range t.Choice.Objects {
		var known []string
		if len(v.Required) > 0 {
			known = append(known, "Required: []string{"+quotedList(v.Required)+"}")
		}
		if len(v.Optional) > 0 {
			known = append(known, "Optional: []string{"+quotedList(v.Optional)+"}")
		}
		if v.Open {
			known = append(known, "Open: true")
		}
		if v.Closed {
			known = append(known, "Closed: true")
		}
		p.known(v, known)
	}
	p.p("}\n")
}

func (w *writer) lengths(p *printer, t *ir.Type) {
	p.p("var lengthsOf%s = []%s{", t.Name, p.rt("Lengths"))
	for _, v := range t.Choice.Arrays {
		var known []string
		if v.Least > 0 {
			known = append(known, fmt.Sprintf("Least: %d", v.Least))
		}
		if v.Most != nil {
			known = append(known, fmt.Sprintf("Most: new(%d)", *v.Most))
		}
		p.known(v, known)
	}
	p.p("}\n")
}

// known writes what is known of a variant.
func (p *printer) known(v *ir.Variant, known []string) {
	if len(v.Fits) > 0 {
		known = append(known, "Fits: fitsOf"+v.Type.Name)
	}
	p.p("{%s}, // %s", strings.Join(known, ", "), v.Type.Name)
}

// fits writes the function that tells whether a part is as its schema asks for.
func (w *writer) fits(p *printer, v *ir.Variant, param string, tables *tables) {
	function := "fitsOf" + v.Type.Name
	if len(v.Fits) == 0 || tables.written[function] {
		return
	}
	tables.written[function] = true
	for _, part := range v.Fits {
		for _, c := range part.Checks {
			if c.Kind == ir.Pattern {
				p.pattern(tables, c.Arg, "patternOf"+cmp.Or(part.Type.Name, v.Type.Name+part.GoName))
			}
		}
	}
	if v.Fits[0].At < 0 {
		p.p("func %s(_ int, d *%s) bool {", function, p.rt("Decoder"))
		p.p("%s", p.fitsPart(v.Fits[0], tables))
		p.p("}\n")
		return
	}
	p.p("func %s(%s, d *%s) bool {", function, param, p.rt("Decoder"))
	p.p("switch %s {", strings.Fields(param)[0])
	cases := map[string][]string{} // by what they check
	var bodies []string
	for _, part := range v.Fits {
		label := fmt.Sprintf("%q", part.Name)
		if param == "i int" {
			label = fmt.Sprint(part.At)
		}
		body := p.fitsPart(part, tables)
		if cases[body] == nil {
			bodies = append(bodies, body)
		}
		cases[body] = append(cases[body], label)
	}
	for _, body := range bodies {
		p.p("case %s:", strings.Join(cases[body], ", "))
		p.p("%s", body)
	}
	p.p("}")
	p.p("return true")
	p.p("}\n")
}

// fitsPart spells the checks of the value that comes next.
func (p *printer) fitsPart(part ir.PartChecks, tables *tables) string {
	if c := part.Checks[0]; c.Kind == ir.Kinds {
		var kinds []string
		for _, kind := range c.Kinds {
			kinds = append(kinds, "d.Kind() == "+p.rt(jsonKind(kind)))
		}
		return "return " + cmp.Or(strings.Join(kinds, " || "), "false")
	}
	decode, _, _ := strings.Cut(p.scalarDecoder(part.Type), "[")
	conditions := []string{fmt.Sprintf("%s(&v, d) == nil", decode)}
	for _, c := range part.Checks {
		if c.Kind == ir.Pattern {
			conditions = append(conditions, fmt.Sprintf("%s.MatchString(%s)", tables.patterns[c.Arg], convert(part.Type, "string", "v")))
		} else {
			conditions = append(conditions, p.condition(part.Type, c, "v"))
		}
	}
	return fmt.Sprintf("var v %s\nreturn %s", p.typ(part.Type), joined(conditions))
}

// unused takes a name, or the first with a number that is not taken.
func unused(name string, taken map[string]bool) string {
	candidate := name
	for n := 2; taken[candidate]; n++ {
		candidate = fmt.Sprintf("%s%d", name, n)
	}
	taken[candidate] = true
	return candidate
}
