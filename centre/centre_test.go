package centre_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/centre"
)

// service is a service that any department could offer.
func service(slug string) catalog.Service {
	return catalog.Service{
		Slug: slug, Department: "revenues", Name: catalog.Text{AR: "وراثة العوائد", EN: "Heirs' returns"},
		Duration: 30 * time.Minute, Step: 30 * time.Minute, Horizon: 30 * 24 * time.Hour, PartyLimit: 1, ActiveLimit: 1,
	}
}

// catalogue has the branches riyadh and dammam and the services.
func catalogue(t testing.TB, services ...catalog.Service) *catalog.Centre {
	t.Helper()
	names := catalog.Text{AR: "الرياض", EN: "Riyadh"}
	c, err := catalog.NewCentre(
		[]catalog.Branch{
			{Slug: "riyadh", Name: names, Address: names, City: names, Zone: "Asia/Riyadh"},
			{Slug: "dammam", Name: names, Address: names, City: names, Zone: "Asia/Riyadh"},
		},
		[]catalog.Department{{Slug: "revenues", Name: names}}, services, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func group(slug, branch string, services ...string) *centre.DeskGroup {
	return &centre.DeskGroup{Slug: slug, Branch: branch, Services: services}
}

func TestDesk(t *testing.T) {
	t.Parallel()
	c, err := centre.New(catalogue(t, service("heirs-returns"), service("iban-update")),
		[]*centre.DeskGroup{group("revenue-desks", "riyadh", "heirs-returns", "iban-update")}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, service, branch string
		want                  error
	}{
		{"offered", "heirs-returns", "riyadh", nil},
		{"an unknown service", "passport", "riyadh", centre.ErrUnknownService},
		{"an unknown branch", "heirs-returns", "abha", centre.ErrUnknownBranch},
		{"the service is named first", "passport", "abha", centre.ErrUnknownService},
		{"not at this branch", "heirs-returns", "dammam", centre.ErrNotOffered},
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

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	c := catalogue(t, service("heirs-returns"))
	for _, tc := range []struct {
		name   string
		groups []*centre.DeskGroup
		ok     bool
		want   error
	}{
		{"one group for a service", []*centre.DeskGroup{group("a", "riyadh", "heirs-returns"), group("b", "riyadh")}, true, nil},
		{"an unknown branch", []*centre.DeskGroup{group("a", "abha", "heirs-returns")}, false, centre.ErrUnknownBranch},
		{"an unknown service", []*centre.DeskGroup{group("a", "riyadh", "passport")}, false, centre.ErrUnknownService},
		{"two groups for a service", []*centre.DeskGroup{group("a", "riyadh", "heirs-returns"), group("b", "riyadh", "heirs-returns")}, false, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := centre.New(c, tc.groups, 1)
			if (err == nil) != tc.ok || tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("New = %v, accepted: want %v, %v", err, tc.ok, tc.want)
			}
		})
	}
}
