package ir

// breakCycles puts a pointer where a type would hold itself by value, which Go
// has no size for.
func breakCycles(types []*Type) {
	const open, done = 1, 2
	state := map[*Type]int{}
	var visit func(t *Type)
	visit = func(t *Type) {
		if state[t] != 0 {
			return
		}
		state[t] = open
		for _, f := range t.Fields {
			part := base(f.Type)
			if part.Kind < Struct || !byValue(f.Presence) {
				continue
			}
			if state[part] == open {
				f.Presence = pointer[f.Presence]
				continue
			}
			visit(part)
		}
		state[t] = done
	}
	for _, t := range types {
		visit(base(t))
	}
}

func byValue(p Presence) bool { return p == Required || p == ZeroMissing }

var pointer = map[Presence]Presence{Required: OrNull, ZeroMissing: NilMissing}
