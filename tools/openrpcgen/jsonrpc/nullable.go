package jsonrpc

import "encoding/json"

// Nullable is a value that may be left out and may be null. The zero value is
// left out; read Value where null and left out are the same to you.
type Nullable[T any] struct {
	Value *T
	Null  bool // sent as null; Value is nil
}

// Value is a Nullable that holds v.
func Value[T any](v T) Nullable[T] { return Nullable[T]{Value: &v} }

// Null is the Nullable that is null.
func Null[T any]() Nullable[T] { return Nullable[T]{Null: true} }

// IsZero reports whether n is left out.
func (n Nullable[T]) IsZero() bool { return n.Value == nil && !n.Null }

// MarshalJSON writes the value or null.
func (n Nullable[T]) MarshalJSON() ([]byte, error) { return json.Marshal(n.Value) }

// UnmarshalJSON reads a value or null.
func (n *Nullable[T]) UnmarshalJSON(data []byte) error {
	err := json.Unmarshal(data, &n.Value)
	n.Null = n.Value == nil
	return err
}
