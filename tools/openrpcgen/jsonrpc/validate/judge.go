package validate

import (
	"errors"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// judge goes through the params of one call, once, and keeps no more than the
// places on the way to the one where it is.
//
// jsonschema/v5 goes through a value once for each way that leads to a schema of
// it; where a choice lies in itself, each level doubles the ways. It is asked
// only about the keywords that apply no other schema.
type judge struct {
	schemas     *Schemas
	interrupted func() error
	steps       int                // taken so far: places, values digested, patterns, runes matched without a table
	looks       int                // whether anybody still waits
	digests     map[uintptr]digest // by the address of an array or an object
	err         error              // why it gave up
}

// patience is after how many steps a judge looks whether anybody still waits.
const patience = 1024

var errLoop = errors.New("a schema applies itself to the value that it is applied to")

// violations tell why params break their schema; there are none if they do not.
func (j *judge) violations(s *jsonschema.Schema, params map[string]any, names []string) ([]jsonrpc.Violation, error) {
	root := j.at(params, names, ask{schema: s, told: true}).settle(s)
	if j.err != nil || !root.broken {
		return nil, j.err
	}
	if len(root.faults) == 0 { // params must not pass because nobody can say what is wrong
		root.faults.add(jsonrpc.Violation{Message: want("", nil)})
	}
	return root.faults, nil
}

// spend takes steps, and gives up if nobody waits any more.
func (j *judge) spend(steps int) {
	j.steps += steps
	if looks := j.steps / patience; looks > j.looks && j.err == nil {
		j.looks = looks
		j.err = j.interrupted()
	}
}

// ask is the question whether a value fits a schema.
type ask struct {
	schema *jsonschema.Schema
	by     int  // the claim of the place around it
	told   bool // why it does not is to be told
	some   bool // contains asks, for which one element is enough
}

// at judges a value, and all that is inside it, by the schemas asked for.
func (j *judge) at(value any, names []string, asks ...ask) *place {
	j.spend(1)
	p := &place{judge: j, value: value, names: names}
	for _, a := range asks {
		p.apply(a.schema, a.told)
	}
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			p.enter(p.step(name), member, func(s *jsonschema.Schema, ask asking) { j.askOfMember(s, name, ask) })
			p.enter(p.step(name), name, askOfName)
		}
	case []any:
		for i, element := range v {
			p.enter(strconv.Itoa(i), element, func(s *jsonschema.Schema, ask asking) { askOfElement(s, i, ask) })
		}
	}
	return p
}
