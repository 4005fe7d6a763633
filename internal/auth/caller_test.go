package auth

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/gen/db"
)

func TestFromHeader(t *testing.T) {
	t.Parallel()
	const token = "eyJhbGciOiJFZERTQSJ9.e30.c2ln-_"
	tests := []struct {
		name   string
		fields []string
		want   string // empty: refused
	}{
		{"as usual", []string{"Bearer " + token}, token},
		{"the scheme in another case", []string{"bEARER " + token}, token},
		{"more spaces", []string{"Bearer   " + token + " "}, token},
		{"all of token68", []string{"Bearer aZ09-._~+/=="}, "aZ09-._~+/=="},
		{"no field", nil, ""},
		{"two fields", []string{"Bearer " + token, "Bearer " + token}, ""},
		{"an empty field", []string{""}, ""},
		{"no token", []string{"Bearer"}, ""},
		{"nothing for a token", []string{"Bearer  "}, ""},
		{"only padding", []string{"Bearer =="}, ""},
		{"padding inside", []string{"Bearer a=b"}, ""},
		{"two tokens", []string{"Bearer " + token + " " + token}, ""},
		{"two in a list", []string{"Bearer " + token + ", Bearer " + token}, ""},
		{"a tab", []string{"Bearer\t" + token}, ""},
		{"a quoted token", []string{`Bearer "` + token + `"`}, ""},
		{"beyond ASCII", []string{"Bearer tökén"}, ""},
		{"another scheme", []string{"Basic YWRtaW46YWRtaW4="}, ""},
		{"no scheme", []string{token}, ""},
		{"a longer scheme", []string{"Bearers " + token}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := FromHeader(http.Header{"Authorization": test.fields})
			if got != test.want || (err == nil) != (test.want != "") {
				t.Errorf("token is %q (%v), want %q", got, err, test.want)
			}
			if err != nil && err != NoToken {
				t.Errorf("error is %v, want %v", err, NoToken)
			}
		})
	}
}

func TestCallerFrom(t *testing.T) {
	t.Parallel()
	want := Caller{GetCallerRow: db.GetCallerRow{ID: 42, Username: "ann", Role: "admin"}, SessionID: "S"}
	if diff := cmp.Diff(want, CallerFrom(WithCaller(t.Context(), want))); diff != "" {
		t.Errorf("caller (-want +got):\n%s", diff)
	}
	defer func() {
		if recover() == nil {
			t.Error("a context without a caller has one")
		}
	}()
	CallerFrom(context.Background())
}
