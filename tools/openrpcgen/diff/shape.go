package diff

import (
	"cmp"
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/diff/subset"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// The keywords that say what objects and arrays are made of. A schema that is on both sides is a pair to go on with.

func (k *keywords) required() {
	goal := func(name string) *schema {
		return k.only(func(to *schema) { to.Required = []string{name} })
	}
	for _, name := range k.new.Required {
		if !k.old.RequiresMember(name) {
			k.find(k.new.Node.Get("required"), nil, goal(name), "the property %q is required now", name)
		}
	}
	for _, name := range k.old.Required {
		if !k.new.RequiresMember(name) {
			k.find(cmp.Or(k.new.Node.Get("required"), k.old.Node.Get("required")), goal(name), nil, "the property %q is no longer required", name)
		}
	}
}

func (k *keywords) properties() {
	for _, p := range k.new.Properties {
		if old := k.old.Property(p.Name); old != nil {
			k.inner = append(k.inner, [2]*schema{old, p.Schema})
		} else {
			k.find(p.Schema.Node, k.unnamed(k.old, p.Name), k.property(p), "the property %q is new", p.Name)
		}
	}
	for _, p := range k.old.Properties {
		if k.new.Property(p.Name) == nil {
			k.find(p.Schema.Node, k.property(p), k.unnamed(k.new, p.Name), "the property %q is gone", p.Name)
		}
	}
}

func (k *keywords) property(p openrpc.Property) *schema {
	return k.only(func(to *schema) { to.Properties = []openrpc.Property{p} })
}

// unnamed is what a side that does not name the property says about it.
func (k *keywords) unnamed(side *schema, name string) *schema {
	if len(side.PatternProperties) > 0 {
		return k.members(side)
	}
	rest := side.AdditionalProperties
	if rest == nil {
		rest = subset.Anything
	}
	return k.property(openrpc.Property{Name: name, Schema: rest})
}

// members is all that a side says about the members of objects.
func (k *keywords) members(side *schema) *schema {
	return k.only(func(to *schema) {
		to.Properties, to.PatternProperties, to.AdditionalProperties = side.Properties, side.PatternProperties, side.AdditionalProperties
	})
}

func (k *keywords) patterns() {
	for _, p := range k.new.PatternProperties {
		if i := slices.IndexFunc(k.old.PatternProperties, named(p.Name)); i >= 0 {
			k.inner = append(k.inner, [2]*schema{k.old.PatternProperties[i].Schema, p.Schema})
		} else {
			k.find(p.Schema.Node, k.unmatchedNames(k.old), k.pattern(p), "the pattern %q of properties is new", p.Name)
		}
	}
	for _, p := range k.old.PatternProperties {
		if !slices.ContainsFunc(k.new.PatternProperties, named(p.Name)) {
			k.find(p.Schema.Node, k.pattern(p), k.unmatchedNames(k.new), "the pattern %q of properties is gone", p.Name)
		}
	}
}

func (k *keywords) pattern(p openrpc.Property) *schema {
	return k.only(func(to *schema) { to.PatternProperties = []openrpc.Property{p} })
}

// unmatchedNames is what a side that does not have a pattern says about the names it matches, nil for nothing.
func (k *keywords) unmatchedNames(side *schema) *schema {
	if side.AdditionalProperties == nil {
		return nil
	}
	return k.members(side)
}

func named(name string) func(openrpc.Property) bool {
	return func(p openrpc.Property) bool { return p.Name == name }
}

func (k *keywords) additional() {
	old, new := k.old.AdditionalProperties, k.new.AdditionalProperties
	switch {
	case old != nil && new != nil && old.Boolean == nil && new.Boolean == nil:
		k.inner = append(k.inner, [2]*schema{old, new})
	case !k.prover.Same(old, new):
		node := cmp.Or(k.new.Node.Get("additionalProperties"), k.old.Node.Get("additionalProperties"))
		k.find(node, k.others(k.old), k.others(k.new), "for properties that are not named, %s is allowed, was %s", extent(new), extent(old))
	}
}

// others is what a side says about the members that neither side names.
func (k *keywords) others(side *schema) *schema {
	return k.only(func(to *schema) {
		for _, s := range []*schema{k.old, k.new} {
			for _, p := range s.Properties {
				to.Properties = append(to.Properties, openrpc.Property{Name: p.Name, Schema: subset.Anything})
			}
			for _, p := range s.PatternProperties {
				to.PatternProperties = append(to.PatternProperties, openrpc.Property{Name: p.Name, Schema: subset.Anything})
			}
		}
		to.AdditionalProperties = side.AdditionalProperties
	})
}

func (k *keywords) elements() {
	old, new := k.old, k.new
	switch {
	case old.Items != nil && new.Items != nil:
		k.inner = append(k.inner, [2]*schema{old.Items, new.Items})
	case old.Tuple != nil && len(old.Tuple) == len(new.Tuple) && (old.AdditionalItems == nil) == (new.AdditionalItems == nil):
		for i := range old.Tuple {
			k.inner = append(k.inner, [2]*schema{old.Tuple[i], new.Tuple[i]})
		}
		if old.AdditionalItems != nil {
			k.inner = append(k.inner, [2]*schema{old.AdditionalItems, new.AdditionalItems})
		}
	default:
		goalOld, goalNew := k.array(old), k.array(new)
		if !k.prover.Same(goalOld, goalNew) {
			k.find(cmp.Or(new.Node.Get("items"), old.Node.Get("items"), new.Node), goalOld, goalNew, "the items of the array are others")
		}
	}
}

func (k *keywords) array(side *schema) *schema {
	return k.only(func(to *schema) {
		to.Items, to.Tuple, to.AdditionalItems = side.Items, side.Tuple, side.AdditionalItems
	})
}
