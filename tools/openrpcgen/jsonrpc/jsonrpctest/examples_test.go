package jsonrpctest

import "testing"

func TestDifference(t *testing.T) {
	for _, test := range []struct {
		got, want string
		droppable []string
		pointer   string
		differ    bool
	}{
		{got: `{"a":[1,null,"x",true]}`, want: `{"a":[1,null,"x",true]}`},
		{got: `{"a":1}`, want: `{"a":2}`, pointer: "/a", differ: true},
		{got: `{}`, want: `{"a":1}`, pointer: "/a", differ: true},
		{got: `{}`, want: `{"a":null}`, pointer: "/a", differ: true},
		{got: `{"a":null}`, want: `{}`, pointer: "/a", differ: true},
		{got: `{}`, want: `{"a/b":1}`, droppable: []string{"/a~1b"}},
		{got: `{"a":1}`, want: `{"a":1}`, droppable: []string{"/a"}},
		{got: `{"a":2}`, want: `{"a":1}`, droppable: []string{"/a"}, pointer: "/a", differ: true},
		{got: `{"a":[{}]}`, want: `{"a":[{"b":1}]}`, droppable: []string{"/b"}, pointer: "/a/0/b", differ: true},
		{got: `{"a":[{}]}`, want: `{"a":[{"b":1}]}`, droppable: []string{"/a/0/b"}},
		{got: `[1]`, want: `[1,2]`, pointer: "/1", differ: true},
		{got: `[1]`, want: `[1,2]`, droppable: []string{"/1"}},
		{got: `[null,2]`, want: `[1,2]`, droppable: []string{"/0"}},
		{got: `[null,2]`, want: `[1,2]`, pointer: "/0", differ: true},
		{got: `[1,2]`, want: `[1]`, differ: true},
		{got: `[]`, want: `null`, differ: true},
		{got: `{}`, want: `[]`, differ: true},
		{got: `{"a":""}`, want: `{"a":0}`, pointer: "/a", differ: true},
		{got: `1`, want: `1.0`},
		{got: `100`, want: `1e2`},
		{got: `9007199254740992`, want: `9007199254740993`, differ: true},
		{got: `0.1`, want: `0.1000000000000000000001`},
		{got: `0.1`, want: `0.10000001`, differ: true},
		{got: `"2020-01-01T00:00:00Z"`, want: `"2020-01-01t01:00:00+01:00"`},
		{got: `"2020-01-01T00:00:00Z"`, want: `"2020-01-01T00:00:01Z"`, differ: true},
		{got: `"a"`, want: `"A"`, differ: true},
	} {
		pointer, differ := difference("", parse([]byte(test.got)), parse([]byte(test.want)), test.droppable)
		if differ != test.differ || differ && pointer != test.pointer {
			t.Errorf("%s and %s: differ is %v at %q, want %v at %q", test.got, test.want, differ, pointer, test.differ, test.pointer)
		}
	}
}
