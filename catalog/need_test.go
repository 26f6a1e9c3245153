package catalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
)

func interpreted() catalog.Service {
	s := valid()
	s.Needs = []catalog.Need{
		{Slug: "sign_language", Name: catalog.Text{AR: "لغة الإشارة", EN: "Sign language"}, ExtraMinutes: 20},
		{Slug: "interpreter", Name: catalog.Text{AR: "مترجم", EN: "Interpreter"}, ExtraMinutes: 15},
	}
	return s
}

// Every service takes the common needs; one that names them says how long
// they take, and may add needs of its own.
func TestDeclarableNeeds(t *testing.T) {
	t.Parallel()
	s := interpreted()
	var got []string
	for _, n := range s.DeclarableNeeds() {
		if n.Name.AR == "" || n.Name.EN == "" {
			t.Errorf("%s has no name in both languages", n.Slug)
		}
		got = append(got, n.Slug)
		if known, ok := s.Need(n.Slug); !ok || known != n {
			t.Errorf("Need(%s) = %+v, %t, want %+v", n.Slug, known, ok, n)
		}
	}
	want := []string{"wheelchair", "sign_language", "visual", "elderly_companion", "interpreter"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("needs (-want +got):\n%s", diff)
	}
	if n, ok := s.Need("wings"); ok {
		t.Errorf("Need(wings) = %+v, want none", n)
	}
}

func TestExtra(t *testing.T) {
	t.Parallel()
	s := interpreted()
	for _, tc := range []struct {
		name  string
		needs []string
		want  time.Duration
	}{
		{"none", nil, 0},
		{"a common need takes no longer", []string{"wheelchair"}, 0},
		{"unless the service says so", []string{"sign_language"}, 20 * time.Minute},
		{"needs add up", []string{"sign_language", "visual", "interpreter"}, 35 * time.Minute},
		{"each counts once", []string{"interpreter", "interpreter"}, 15 * time.Minute},
		{"an unknown one adds nothing", []string{"wings", "interpreter"}, 15 * time.Minute},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := s.Extra(tc.needs); got != tc.want {
				t.Errorf("Extra(%v) = %v, want %v", tc.needs, got, tc.want)
			}
		})
	}
}

func TestNeedsAreValidated(t *testing.T) {
	t.Parallel()
	name := catalog.Text{AR: "مترجم", EN: "Interpreter"}
	for _, tc := range []struct {
		name  string
		needs []catalog.Need
		want  string // in the error; "" for none
	}{
		{"none", nil, ""},
		{"a need in order", []catalog.Need{{Slug: "interpreter", Name: name, ExtraMinutes: 15}}, ""},
		{"words joined by underscores", []catalog.Need{{Slug: "sign_language", Name: name, ExtraMinutes: 0}}, ""},
		{"the longest", []catalog.Need{{Slug: "interpreter", Name: name, ExtraMinutes: 240}}, ""},
		{"no slug", []catalog.Need{{Slug: "", Name: name, ExtraMinutes: 15}}, "a slug"},
		{"capitals", []catalog.Need{{Slug: "Interpreter", Name: name, ExtraMinutes: 15}}, "a slug"},
		{"a comma, which separates needs", []catalog.Need{{Slug: "a,b", Name: name, ExtraMinutes: 15}}, "a slug"},
		{"a slug too long", []catalog.Need{{Slug: strings.Repeat("a", 65), Name: name, ExtraMinutes: 15}}, "a slug"},
		{"one language", []catalog.Need{{Slug: "interpreter", Name: catalog.Text{EN: "Interpreter"}, ExtraMinutes: 15}}, "Arabic"},
		{"not a whole tick", []catalog.Need{{Slug: "interpreter", Name: name, ExtraMinutes: 12}}, "multiple of 5m0s"},
		{"shorter", []catalog.Need{{Slug: "interpreter", Name: name, ExtraMinutes: -5}}, "multiple of 5m0s"},
		{"too long", []catalog.Need{{Slug: "interpreter", Name: name, ExtraMinutes: 245}}, "up to 4h"},
		{"twice", []catalog.Need{{Slug: "interpreter", Name: name}, {Slug: "interpreter", Name: name}}, "twice"},
		{"together longer than a day", []catalog.Need{
			{Slug: "a", Name: name, ExtraMinutes: 240}, {Slug: "b", Name: name, ExtraMinutes: 240}, {Slug: "c", Name: name, ExtraMinutes: 240},
			{Slug: "d", Name: name, ExtraMinutes: 240}, {Slug: "e", Name: name, ExtraMinutes: 240}, {Slug: "f", Name: name, ExtraMinutes: 240},
		}, "24h"},
		{"more than anybody reads", make([]catalog.Need, 21), "at most 20"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := valid()
			s.Needs = tc.needs
			err := s.Validate()
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Validate() = %v, want %q", err, tc.want)
			}
		})
	}
}
