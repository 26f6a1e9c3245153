package centre_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
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
		[]catalog.Department{{Slug: "revenues", Name: names}, {Slug: "care", Name: names}}, services, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func group(slug, branch string, services ...string) *centre.DeskGroup {
	return &centre.DeskGroup{Slug: slug, Branch: branch, Department: "revenues", Services: services}
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
	if diff := cmp.Diff([]string{"riyadh"}, c.BranchesOf("iban-update", time.Time{})); diff != "" {
		t.Errorf("branches (-want +got):\n%s", diff)
	}
	if got := c.BranchesOf("passport", time.Time{}); got != nil {
		t.Errorf("branches of an unknown service: %v", got)
	}
}

// Dates and instants of a branch are in its own zone; what belongs to no branch
// that the centre has is in that of the head office.
func TestZone(t *testing.T) {
	t.Parallel()
	names := catalog.Text{AR: "الرياض", EN: "Riyadh"}
	branch := func(slug, zone string) catalog.Branch {
		return catalog.Branch{Slug: slug, Name: names, Address: names, City: names, Zone: zone}
	}
	zoned := func(branches ...catalog.Branch) *centre.Snapshot {
		t.Helper()
		c, err := catalog.NewCentre(branches, nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := centre.New(c, nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	two := zoned(branch("riyadh", "Asia/Riyadh"), branch("london", "Europe/London"))
	for _, tc := range []struct{ branch, want string }{
		{"riyadh", "Asia/Riyadh"}, {"london", "Europe/London"}, {"", "Asia/Riyadh"}, {"closed-down", "Asia/Riyadh"},
	} {
		if got := two.Zone(tc.branch).String(); got != tc.want {
			t.Errorf("zone of %q: %s, want %s", tc.branch, got, tc.want)
		}
	}
	if got := zoned().Zone("riyadh"); got != time.UTC {
		t.Errorf("zone of a centre without branches: %v", got)
	}
}

func TestHallRules(t *testing.T) {
	t.Parallel()
	strict := service("heirs-returns")
	strict.Hall = catalog.HallRules{Early: 10 * time.Minute, LateTurn: catalog.LateKept, NoShow: 5 * time.Minute}
	c, err := centre.New(catalogue(t, strict, service("iban-update")), nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	for service, want := range map[string]catalog.HallRules{
		"heirs-returns": strict.Hall, "iban-update": catalog.DefaultHallRules(), "given-up": catalog.DefaultHallRules(),
	} {
		if got := c.HallRules(service); got != want {
			t.Errorf("rules for %s: %+v, want %+v", service, got, want)
		}
	}
}

func TestServes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		group   *centre.DeskGroup
		service string
		want    bool
	}{
		{"its own", group("a", "riyadh", "heirs-returns"), "heirs-returns", true},
		{"another", group("a", "riyadh", "heirs-returns"), "iban-update", false},
		{"any", group("a", "riyadh", "heirs-returns"), "", true},
		{"any, and it receives none", group("a", "riyadh"), "", false},
	} {
		if got := tc.group.Serves(tc.service); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

// catalog and scheduling know nothing of each other; both count in one tick.
func TestOneTick(t *testing.T) {
	t.Parallel()
	if catalog.Tick != scheduling.Tick {
		t.Errorf("the catalogue counts in ticks of %v, calendars of %v", catalog.Tick, scheduling.Tick)
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
		{"two groups for a service",
			[]*centre.DeskGroup{group("a", "riyadh", "heirs-returns"), group("b", "riyadh", "heirs-returns")}, false, nil},
		{"a service twice", []*centre.DeskGroup{group("a", "riyadh", "heirs-returns", "heirs-returns")}, false, nil},
		{"a slug twice", []*centre.DeskGroup{group("a", "riyadh"), group("a", "dammam")}, false, nil},
		{"an unknown department", []*centre.DeskGroup{{Slug: "a", Branch: "riyadh", Department: "fax"}}, false, nil},
		{"a service of another department",
			[]*centre.DeskGroup{{Slug: "a", Branch: "riyadh", Department: "care", Services: []string{"heirs-returns"}}}, false, nil},
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

// All faults are told at once, each with its desk group.
func TestNewNamesAllFaults(t *testing.T) {
	t.Parallel()
	_, err := centre.New(catalogue(t, service("heirs-returns")), []*centre.DeskGroup{
		group("a", "abha", "heirs-returns"), group("b", "riyadh", "heirs-returns"), group("c", "riyadh", "passport", "heirs-returns"),
	}, 1)
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("New = %v, want joined faults", err)
	}
	var got []int
	for _, e := range joined.Unwrap() {
		var fault *centre.GroupError
		if !errors.As(e, &fault) {
			t.Fatalf("%v is no GroupError", e)
		}
		got = append(got, fault.Index)
	}
	if !slices.Equal(got, []int{0, 2, 2}) {
		t.Errorf("faults of desk groups %v: %v", got, err)
	}
}
