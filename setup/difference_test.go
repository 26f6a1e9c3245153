package setup_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/setup"
)

// read reads a file without faults.
func read(t *testing.T, file string) setup.Centre {
	t.Helper()
	c, err := setup.Read([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// changed is the file to start from with other texts.
func changed(t *testing.T, oldnew ...string) setup.Centre {
	t.Helper()
	for i := 0; i < len(oldnew); i += 2 {
		if !strings.Contains(start(), oldnew[i]) {
			t.Fatalf("the file has no %q", oldnew[i])
		}
	}
	return read(t, strings.NewReplacer(oldnew...).Replace(start()))
}

// What differs is told field by field, down to the one that differs.
func TestDifferences(t *testing.T) {
	t.Parallel()
	have := read(t, start())
	for _, tt := range []struct {
		name       string
		have, want setup.Centre
		lines      string
	}{
		{"nothing", have, have, ""},
		{"all", setup.Centre{}, have,
			"+ branch main\n+ department permits\n+ service building-permit\n+ holiday list public\n+ desk group main-permits"},
		{"a field", have, changed(t, "duration: 30m", "duration: 45m"),
			"~ service building-permit\n    duration: 30m -> 45m"},
		{"a field that was left out", have, changed(t, "duration: 30m", "duration: 30m\n    after: 10m"),
			"~ service building-permit\n    after: (none) -> 10m"},
		{"deep inside", have, changed(t, "places: 2 # visitors", "places: 3 # visitors"),
			"~ desk group main-permits\n    plan.rules[0].openings[0].places: 2 -> 3"},
		{"a default that is written out", have, changed(t, "duration: 30m",
			"duration: 30m\n    horizon: 30d\n    step: 30m\n    party_limit: 1"), ""},
		{"what the file does not name", have, setup.Centre{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			changes, err := setup.Differences(tt.have, setup.Merge(tt.have, tt.want))
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, c := range changes {
				lines = append(lines, c.Lines()...)
			}
			if diff := cmp.Diff(tt.lines, strings.Join(lines, "\n")); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// A file changes desks by name and leaves the others; without a word of desks it
// leaves them all.
func TestDesksOfAFile(t *testing.T) {
	t.Parallel()
	have := read(t, start())
	have.DeskGroups[0].Desks = []setup.Desk{{Name: "1", Accessible: true}, {Name: "2"}}
	merged := setup.Merge(have, read(t, start()))
	if diff := cmp.Diff(have.DeskGroups[0].Desks, merged.DeskGroups[0].Desks); diff != "" {
		t.Errorf("desks that the file does not name (-before +after):\n%s", diff)
	}
	want := changed(t, "holiday_list: public", `holiday_list: public
    desks: [{name: "2", accessible: true}, {name: A}]`)
	merged = setup.Merge(have, want)
	named := []setup.Desk{{Name: "1", Accessible: true}, {Name: "2", Accessible: true}, {Name: "A"}}
	if diff := cmp.Diff(named, merged.DeskGroups[0].Desks); diff != "" {
		t.Errorf("desks (-want +got):\n%s", diff)
	}
}

// A centre in use keeps what its visits rest on.
func TestAllowed(t *testing.T) {
	t.Parallel()
	have := read(t, start())
	for _, tt := range []struct {
		name string
		want setup.Centre
		says string // "" if it is allowed
	}{
		{"another name", changed(t, "en: Permits}", "en: Licences}"), ""},
		{"another zone", changed(t, "zone: Asia/Riyadh", "zone: Asia/Dubai"), "the zone of branch main can't change"},
		{"another branch", changed(t, "slug: main\n", "slug: second\n", "branch: main", "branch: second"),
			"desk group main-permits can't move to another branch"},
		{"a service that is served already", changed(t, "slug: main-permits", "slug: other"),
			"service building-permit is served by main-permits"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			merged := setup.Merge(have, tt.want)
			changes, err := setup.Differences(have, merged)
			if err != nil {
				t.Fatal(err)
			}
			err = setup.Allowed(merged, changes)
			if tt.says == "" && err != nil || tt.says != "" && (!errors.Is(err, setup.ErrRefused) || !strings.Contains(err.Error(), tt.says)) {
				t.Errorf("Allowed = %v, want one that says %q", err, tt.says)
			}
		})
	}
}

// The order of a file decides where it names things; what it does not name stays where it is.
func TestOrderOfAFile(t *testing.T) {
	t.Parallel()
	centre := func(slugs string) (c setup.Centre) {
		for slug := range strings.FieldsSeq(slugs) {
			c.Entities = append(c.Entities, catalog.Entity{Slug: slug})
		}
		return c
	}
	for _, tt := range []struct{ have, file, want, says string }{
		{"a b c", "a b c", "a b c", ""},
		{"a b c", "c b a", "c b a", "~ order of entities"},
		{"a b c d", "d b", "a d c b", "~ order of entities"},
		{"a b c", "b", "a b c", ""},
		{"a b", "a x b", "a x b", "+ entity x"},
		{"a b", "x", "a b x", "+ entity x"},
		{"a b", "x y b", "a x y b", "+ entity x\n+ entity y"},
		{"a b", "b x", "a b x", "+ entity x"},
		{"", "b a", "b a", "+ entity b\n+ entity a"},
	} {
		have := centre(tt.have)
		merged := setup.Merge(have, centre(tt.file))
		if diff := cmp.Diff(centre(tt.want), merged); diff != "" {
			t.Errorf("%q in %q (-want +got):\n%s", tt.file, tt.have, diff)
		}
		changes, err := setup.Differences(have, merged)
		var lines []string
		for _, c := range changes {
			lines = append(lines, c.Lines()...)
		}
		if got := strings.Join(lines, "\n"); got != tt.says || err != nil {
			t.Errorf("%q in %q changes %q, %v, want %q", tt.file, tt.have, got, err, tt.says)
		}
	}
}
