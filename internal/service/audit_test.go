package service_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// The audit log is read in pages, newest first, of everybody or of those whom the
// filters name.
func TestListAudit(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first, second := f.account(t, "first", rollcall.RoleAdmin), f.account(t, "second", rollcall.RoleAdmin)
	ada, grace := f.account(t, "ada", rollcall.RoleUser), f.account(t, "grace", rollcall.RoleUser)
	c := f.as(t, first)
	for _, of := range []rollcall.UserID{rollcall.UserID(ada.ID), rollcall.UserID(grace.ID), rollcall.UserID(ada.ID)} {
		for _, by := range []*rollcall.Client{c, f.as(t, second)} {
			must(by.SetRole(t.Context(), rollcall.SetRoleParams{UserID: of, Role: rollcall.RoleUser}))(t)
		}
	}
	login(t, f, "ada", password)
	_, _ = f.client("").Authenticate(t.Context(), rollcall.AuthenticateParams{Username: "nobody", Password: password})

	all := must(c.ListAudit(t.Context(), rollcall.ListAuditParams{}))(t)
	if len(all) != 8 || !slices.IsSortedFunc(all, func(a, b rollcall.AuditEntry) int { return int(b.ID - a.ID) }) {
		t.Fatalf("all entries: %v, want 8, newest first", all)
	}
	for _, actor := range []rollcall.UserID{0, rollcall.UserID(first.ID), rollcall.UserID(ada.ID), 1000} {
		for _, target := range []rollcall.UserID{0, rollcall.UserID(ada.ID), rollcall.UserID(first.ID), 1000} {
			want := slices.DeleteFunc(slices.Clone(all), func(e rollcall.AuditEntry) bool {
				return actor != 0 && e.ActorID != actor || target != 0 && e.TargetID != target
			})
			got := rollcall.AuditEntries{}
			for page := rollcall.AuditEntries(nil); page == nil || len(page) > 0; got = append(got, page...) {
				params := rollcall.ListAuditParams{Limit: 2, Actor: actor, Target: target}
				if len(page) > 0 {
					params.After = page[len(page)-1].ID
				}
				page = must(c.ListAudit(t.Context(), params))(t)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("of actor %d and target %d (-want +got):\n%s", actor, target, diff)
			}
		}
	}
}
