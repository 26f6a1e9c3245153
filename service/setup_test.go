package service_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/service"
	"ziyara/service/servicetest"
	"ziyara/setup"
	"ziyara/slots"
)

// municipality reads the file of a made-up municipality, with other texts.
func municipality(t *testing.T, oldnew ...string) setup.Centre {
	t.Helper()
	file, err := os.ReadFile("testdata/municipality.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(oldnew); i += 2 {
		if !strings.Contains(string(file), oldnew[i]) {
			t.Fatalf("the file has no %q", oldnew[i])
		}
	}
	c, err := setup.Read([]byte(strings.NewReplacer(oldnew...).Replace(string(file))))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// migrated is an empty centre.
func migrated(t *testing.T) service.Config {
	t.Helper()
	return service.Config{
		DatabaseURL: servicetest.MigratedDatabase(t), Patience: time.Minute, Now: servicetest.Opening, Connect: servicetest.Connect,
	}
}

// apply applies a file and returns the lines of what it changes.
func apply(t *testing.T, c service.Config, want setup.Centre) []string {
	t.Helper()
	out, err := service.Apply(t.Context(), c, want, "a test", false)
	if err != nil {
		t.Fatal(err)
	}
	return linesOf(out.Changes)
}

func linesOf(changes []setup.Change) []string {
	var lines []string
	for _, c := range changes {
		lines = append(lines, c.Lines()...)
	}
	return lines
}

func described(t *testing.T, c service.Config) setup.Centre {
	t.Helper()
	centre, err := service.Describe(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return centre
}

// A municipality sets up its centre from a file while the service runs, is booked,
// changes the file, and moves its centre to another database.
func TestCentreOfOnesOwn(t *testing.T) {
	t.Parallel()
	config := migrated(t)
	centre := servicetest.OpenOn(t, config.DatabaseURL, 1)
	if n := len(apply(t, config, municipality(t))); n != 12 {
		t.Errorf("%d things were added, want 12", n)
	}
	if lines := apply(t, config, municipality(t)); lines != nil {
		t.Errorf("applied again, the file changes %q", lines)
	}
	centre.Job("reload centre")

	visitor := centre.Visitor(1)
	booked := visitor.Books("building-permit", "town-hall", servicetest.At(t, "2026-12-01T10:00")) // 09:00 in Cairo
	if got := booked.End.Sub(booked.Start); got != 30*time.Minute {
		t.Errorf("the visit takes %v, want 30 minutes", got)
	}

	// A longer service is for new visits.
	lines := apply(t, config, municipality(t, "duration: 30m", "duration: 50m", "{from: \"09:00\", to: \"13:00\", places: 2}",
		"{from: \"09:00\", to: \"14:00\", places: 3}"))
	want := []string{
		"~ service building-permit", "    duration: 30m -> 50m",
		"~ desk group permits-town", "    plan.rules[0].openings[0].places: 2 -> 3", "    plan.rules[0].openings[0].to: 13:00 -> 14:00",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	centre.Job("reload centre")
	if now := visitor.Shows(booked); !now.End.Equal(booked.End) || !now.Start.Equal(booked.Start) {
		t.Errorf("the visit is from %v to %v", now.Start, now.End)
	}
	if another := centre.Visitor(2).Books("building-permit", "town-hall", servicetest.At(t,
		"2026-12-01T10:00")); another.End.Sub(another.Start) != 50*time.Minute {
		t.Errorf("a new visit takes %v, want 50 minutes", another.End.Sub(another.Start))
	}
	centre.Visitor(3).Books("building-permit", "town-hall", servicetest.At(t, "2026-12-01T14:00")) // 13:00, opened by the change

	// Nobody loses a place by a file.
	before := described(t, config)
	closing := municipality(t, "BYDAY=SU,MO,TU,WE,TH", "BYDAY=SU,MO,WE,TH", "en: Bulky waste", "en: Large waste")
	_, err := service.Apply(t.Context(), config, closing, "a test", false)
	var affected *slots.AffectedError
	if !errors.As(err, &affected) || affected.Visits != 3 || !strings.Contains(err.Error(), "permits-town") {
		t.Errorf("a file that closes Tuesdays: %v, want 3 visits of permits-town", err)
	}
	if diff := cmp.Diff(before, described(t, config)); diff != "" {
		t.Errorf("the refused file changed the centre (-before +after):\n%s", diff)
	}

	// What a trial says is what happens, and a trial changes nothing.
	widened := municipality(t, "party_limit: 3", "party_limit: 4", "duration: 30m", "duration: 50m",
		"{from: \"09:00\", to: \"13:00\", places: 2}", "{from: \"09:00\", to: \"15:00\", places: 3}")
	tried, err := service.Apply(t.Context(), config, widened, "a test", true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, described(t, config)); diff != "" {
		t.Errorf("a trial changed the centre (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(linesOf(tried.Changes), apply(t, config, widened)); diff != "" {
		t.Errorf("changes (-tried +made):\n%s", diff)
	}

	// The centre moves.
	exported, err := setup.Write(described(t, config))
	if err != nil {
		t.Fatal(err)
	}
	read, err := setup.Read(exported)
	if err != nil {
		t.Fatalf("%v\n%s", err, exported)
	}
	elsewhere := migrated(t)
	apply(t, elsewhere, read)
	again, err := setup.Write(described(t, elsewhere))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(exported), string(again)); diff != "" {
		t.Errorf("the centre on another database (-here +there):\n%s", diff)
	}

	logged := servicetest.Query[int](t, config.DatabaseURL,
		"SELECT count(*) FROM audit_log WHERE actor = 'a test' AND action IN ('setup.added', 'setup.changed')")
	if logged != 12+2+2 {
		t.Errorf("%d entries in the log, want one for each change", logged)
	}
	centre.AuditClean()
}

// Services move between desk groups of a branch in one file, however they are listed.
func TestServicesChangePlaces(t *testing.T) {
	t.Parallel()
	config := migrated(t)
	second := `  - slug: permits-second
    branch: town-hall
    department: permits
    name: {ar: شباك القوارب, en: Boats counter}
    services: [%s]
    plan:
      rules:
        - {name: {ar: يوميًا, en: Daily}, rrule: FREQ=DAILY, from: 2026-01-01, openings: [{from: "09:00", to: "12:00", places: 1}]}
entities:`
	split := func(first, other string) setup.Centre {
		return municipality(t, "services: [building-permit, boat-licence]", "services: ["+first+"]",
			"entities:", strings.Replace(second, "%s", other, 1))
	}
	apply(t, config, split("building-permit", "boat-licence"))
	apply(t, config, split("boat-licence", "building-permit"))
	for _, g := range described(t, config).DeskGroups {
		want := map[string]string{"permits-town": "boat-licence", "permits-second": "building-permit", "waste-harbour": "bulky-waste"}[g.Slug]
		if !slices.Equal(g.Services, []string{want}) {
			t.Errorf("%s serves %v, want %s", g.Slug, g.Services, want)
		}
	}
}

// A desk belongs to one desk group.
func TestDeskOfAnother(t *testing.T) {
	t.Parallel()
	config := migrated(t)
	apply(t, config, municipality(t))
	taken := municipality(t, "services: [building-permit, boat-licence]", "services: [building-permit]",
		"- {name: A, accessible: true}", "- {name: C}",
		"entities:", `  - slug: permits-second
    branch: town-hall
    department: permits
    name: {ar: شباك القوارب, en: Boats counter}
    services: [boat-licence]
    desks: [{name: A}]
    plan:
      rules:
        - {name: {ar: يوميًا, en: Daily}, rrule: FREQ=DAILY, from: 2026-01-01, openings: [{from: "09:00", to: "12:00", places: 1}]}
entities:`)
	before := described(t, config)
	if _, err := service.Apply(t.Context(), config, taken, "a test", false); !errors.Is(err, setup.ErrRefused) {
		t.Errorf("a desk of two desk groups: %v, want setup.ErrRefused", err)
	}
	if diff := cmp.Diff(before, described(t, config)); diff != "" {
		t.Errorf("the refused file changed the centre (-before +after):\n%s", diff)
	}
}

// Two files applied at once are applied one after the other, and both as a whole.
func TestFilesAtOnce(t *testing.T) {
	t.Parallel()
	config := migrated(t)
	files := make([]setup.Centre, 6)
	for i := range files {
		files[i] = municipality(t, "party_limit: 3", "party_limit: "+string(rune('1'+i)), "active_limit: 2", "active_limit: "+string(rune('1'+i)))
	}
	var all sync.WaitGroup
	for _, f := range files {
		all.Go(func() {
			if _, err := service.Apply(t.Context(), config, f, "a test", false); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s := described(t, config).Services[0]
	if s.PartyLimit != s.ActiveLimit {
		t.Errorf("half of one file and half of another: party limit %d, active limit %d", s.PartyLimit, s.ActiveLimit)
	}
}

// What a file does not name stays.
func TestFileNamesAPart(t *testing.T) {
	t.Parallel()
	config := migrated(t)
	apply(t, config, municipality(t))
	part, err := setup.Read([]byte(`format: 1
departments:
  - {slug: parks, name: {ar: الحدائق, en: Parks}}
services:
  - {slug: tree-felling, department: parks, name: {ar: قطع شجرة, en: Tree felling}, duration: 20m}
`))
	if err != nil {
		t.Fatal(err)
	}
	if lines := apply(t, config, part); !slices.Equal(lines, []string{"+ department parks", "+ service tree-felling"}) {
		t.Errorf("changes: %q", lines)
	}
	if c := described(t, config); len(c.Services) != 4 || len(c.DeskGroups) != 2 {
		t.Errorf("%d services and %d desk groups, want 4 and 2", len(c.Services), len(c.DeskGroups))
	}
}

// Things are shown in the order of the file, and another order is a change.
func TestOrderOfTheFile(t *testing.T) {
	t.Parallel()
	config := migrated(t)
	centre := municipality(t)
	slices.Reverse(centre.Services)
	apply(t, config, centre)
	order := func() (slugs []string) {
		for _, s := range described(t, config).Services {
			slugs = append(slugs, s.Slug)
		}
		return slugs
	}
	if got := order(); !slices.Equal(got, []string{"bulky-waste", "boat-licence", "building-permit"}) {
		t.Errorf("the order is %q", got)
	}
	if lines := apply(t, config, municipality(t)); !slices.Equal(lines, []string{"~ order of services"}) {
		t.Errorf("changes: %q", lines)
	}
	if got := order(); !slices.Equal(got, []string{"building-permit", "boat-licence", "bulky-waste"}) {
		t.Errorf("the order is %q", got)
	}
	if lines := apply(t, config, municipality(t)); lines != nil {
		t.Errorf("applied again, the file changes %q", lines)
	}
	heads := municipality(t)
	slices.Reverse(heads.Branches)
	apply(t, config, heads)
	if first := described(t, config).Branches[0].Slug; first != "harbour" {
		t.Errorf("the head office is %s", first)
	}
}

// A spreadsheet of services is applied to the centre as it is, all or nothing.
func TestTableIsApplied(t *testing.T) {
	t.Parallel()
	config := migrated(t)
	apply(t, config, municipality(t))
	table := func(lines string) setup.Table {
		t.Helper()
		read, err := setup.ReadTable([]byte("المعرف;الإدارة;الاسم بالعربية;الاسم بالإنجليزية;المدة\n" + lines))
		if err != nil {
			t.Fatal(err)
		}
		return read
	}
	before := described(t, config)
	_, err := service.ApplyTable(t.Context(), config, table("tree;waste;قطع شجرة;Tree;20\nother;parks;قطع;Other;20\n"), "a test", false)
	var faults setup.FileError
	if !errors.As(err, &faults) || faults[0].Line != 3 || !strings.Contains(err.Error(), "parks") {
		t.Errorf("a department that isn't there: %v", err)
	}
	if diff := cmp.Diff(before, described(t, config)); diff != "" {
		t.Errorf("the refused table changed the centre (-before +after):\n%s", diff)
	}
	out, err := service.ApplyTable(t.Context(), config, table("tree;waste;قطع شجرة;Tree;20\nbuilding-permit;;;;50\n"), "a test", false)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"+ service tree", "~ service building-permit", "    duration: 30m -> 50m"}
	if diff := cmp.Diff(want, linesOf(out.Changes)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}
