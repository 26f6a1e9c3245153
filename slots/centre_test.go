package slots_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/slots"
)

func TestDesk(t *testing.T) {
	t.Parallel()
	other := heirs()
	other.Slug = "iban-update"
	c := centre(t, daily("Asia/Riyadh", opens(t, "09:00-17:00")), heirs(), other)
	for _, tc := range []struct {
		name, service, branch string
		want                  error
	}{
		{"offered", "heirs-returns", "riyadh", nil},
		{"an unknown service", "passport", "riyadh", slots.ErrUnknownService},
		{"an unknown branch", "heirs-returns", "abha", slots.ErrUnknownBranch},
		{"the service is named first", "passport", "abha", slots.ErrUnknownService},
		{"not at this branch", "heirs-returns", "dammam", slots.ErrNotOffered},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, g, err := c.Desk(tc.service, tc.branch)
			if !errors.Is(err, tc.want) {
				t.Fatalf("Desk = %v, want %v", err, tc.want)
			}
			if found := s != nil && g != nil; found != (tc.want == nil) {
				t.Errorf("found: %v, beside %v", found, err)
			}
		})
	}
	if diff := cmp.Diff([]string{"riyadh"}, c.BranchesOf("iban-update")); diff != "" {
		t.Errorf("branches (-want +got):\n%s", diff)
	}
	if got := c.BranchesOf("passport"); got != nil {
		t.Errorf("branches of an unknown service: %v", got)
	}
}

func TestNewCentreRefuses(t *testing.T) {
	t.Parallel()
	names := catalog.Text{AR: "الرياض", EN: "Riyadh"}
	c, err := catalog.NewCentre(
		[]catalog.Branch{{Slug: "riyadh", Name: names, Address: names, City: names, Zone: "Asia/Riyadh"}},
		[]catalog.Department{{Slug: "revenues", Name: names}}, []catalog.Service{heirs()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	group := func(slug, branch string, services ...string) *slots.DeskGroup {
		return &slots.DeskGroup{Slug: slug, Branch: branch, Services: services}
	}
	for _, tc := range []struct {
		name   string
		groups []*slots.DeskGroup
		ok     bool
		want   error
	}{
		{"one group for a service", []*slots.DeskGroup{group("a", "riyadh", "heirs-returns"), group("b", "riyadh")}, true, nil},
		{"an unknown branch", []*slots.DeskGroup{group("a", "abha", "heirs-returns")}, false, slots.ErrUnknownBranch},
		{"an unknown service", []*slots.DeskGroup{group("a", "riyadh", "passport")}, false, slots.ErrUnknownService},
		{"two groups for a service", []*slots.DeskGroup{group("a", "riyadh", "heirs-returns"), group("b", "riyadh", "heirs-returns")}, false, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := slots.NewCentre(c, tc.groups, 1)
			if (err == nil) != tc.ok || tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("NewCentre = %v, accepted: want %v, %v", err, tc.ok, tc.want)
			}
		})
	}
}
