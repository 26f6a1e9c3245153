package setup_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/setup"
)

// start returns the file that new centres start from, which has no fault.
func start() string { return string(setup.New()) }

func TestNewIsRight(t *testing.T) {
	t.Parallel()
	c, err := setup.Read(setup.New())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Branches) != 1 || len(c.Services) != 1 || len(c.DeskGroups) != 1 || c.DeskGroups[0].MostPlaces() != 2 {
		t.Errorf("the centre to start from: %+v", c)
	}
	s := c.Services[0]
	if s.Step != 30*time.Minute || s.Horizon != 30*24*time.Hour || s.PartyLimit != 1 || s.ActiveLimit != 1 || len(s.Reminders) != 2 {
		t.Errorf("defaults of a service: %+v", s)
	}
	if zone := c.DeskGroups[0].Plan.Zone; zone != "Asia/Riyadh" {
		t.Errorf("the zone of a plan is %q, want that of its branch", zone)
	}
}

// fault is a fault as a test expects it: the line that has a text, and what is said.
type fault struct{ line, says string }

// check reads a file and compares its faults with those expected.
func check(t *testing.T, file string, want ...fault) {
	t.Helper()
	_, err := setup.Read([]byte(file))
	var faults setup.FileError
	if len(want) == 0 && err == nil {
		return
	}
	if !errors.As(err, &faults) {
		t.Fatalf("Read = %v, want faults", err)
	}
	lines := strings.Split(file, "\n")
	for i, f := range faults {
		if i >= len(want) {
			t.Errorf("one fault more than expected: %v", f)
			continue
		}
		if f.Line < 1 || f.Line > len(lines) || !strings.Contains(lines[f.Line-1], want[i].line) || !strings.Contains(f.Text, want[i].says) {
			t.Errorf("fault %d is %v\nwant one in the line with %q that says %q", i, f, want[i].line, want[i].says)
		}
	}
	if len(faults) < len(want) {
		t.Errorf("%d faults, want %d:\n%v", len(faults), len(want), err)
	}
}

// Each mistake is told in plain words, with its line.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		old, new string // one replacement in the file to start from
		want     fault
	}{
		{"an unknown field", "duration: 30m", "durations: 30m\n    duration: 30m", fault{"durations", "did you mean duration?"}},
		{"a field of elsewhere", "duration: 30m", "zone: UTC\n    duration: 30m", fault{"zone: UTC", "there is no field zone here"}},
		{"a field twice", "duration: 30m", "duration: 30m\n    duration: 40m", fault{"duration: 40m", "twice"}},
		{"a missing field", "    duration: 30m # with the visitor\n", "", fault{"slug: building-permit", "duration is missing"}},
		{"a number for a text", "en: Al Kharj", "en: 7", fault{"en: 7", "in quotes"}},
		{"an odd length of time", "duration: 30m", "duration: half an hour", fault{"half an hour", "such as 40m"}},
		{"a duration beside the grid", "duration: 30m", "duration: 31m", fault{"slug: building-permit", "multiple of 5m"}},
		{"an odd slug", "{slug: deed,", "{slug: Deed,", fault{"slug: Deed", "lower-case words"}},
		{"a slug twice", "departments:\n", "departments:\n  - {slug: permits, name: {ar: أ, en: a}}\n",
			fault{"{slug: permits, name: {ar: الرخص", "used twice"}},
		{"a name in one language", "{ar: الرخص, en: Permits}", "{ar: الرخص}", fault{"ar: الرخص", "en is missing"}},
		{"an empty name", "{ar: الرخص, en: Permits}", `{ar: الرخص, en: ""}`, fault{"ar: الرخص", "Arabic and English"}},
		{"an unknown zone", "zone: Asia/Riyadh", "zone: Asia/Atlantis", fault{"slug: main", "zone"}},
		{"an unknown branch", "branch: main", "branch: medina", fault{"slug: main-permits", `unknown branch "medina"`}},
		{"an unknown department", "    department: permits\n    name: {ar: مكتب", "    department: fax\n    name: {ar: مكتب",
			fault{"slug: main-permits", `unknown department "fax"`}},
		{"an unknown service", "services: [building-permit]", "services: [building-permit, fax]", fault{"main-permits", `unknown service "fax"`}},
		{"no services", "services: [building-permit]", "services: []", fault{"services: []", "at least 1"}},
		{"an unknown list of holidays", "holiday_list: public", "holiday_list: private", fault{"private", "unknown holiday list"}},
		{"a rule without dates", "rrule: FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH", "rrule: FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2",
			fault{"rrule", "never occurs"}},
		{"a rule that is none", "rrule: FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH", "rrule: every day", fault{"rrule: every day", "rule"}},
		{"an hour that does not exist", `to: "14:00"`, `to: "14:75"`, fault{"14:75", "time of day"}},
		{"hours in the wrong order", `to: "15:00"`, `to: "07:00"`, fault{`from: "10:00"`, "opening"}},
		{"a break outside the hours", `from: "12:00", to: "12:30"`, `from: "15:00", to: "15:30"`, fault{"15:00", "breaks"}},
		{"a date that does not exist", "from: 2026-01-01", "from: 2026-02-30", fault{"2026-02-30", "date"}},
		{"a plan with a zone", "    plan:\n", "    plan:\n      zone: UTC\n", fault{"zone: UTC", "there is no field zone here"}},
		{"too many places", "places: 2 # visitors", "places: 100000 # visitors", fault{"places: 100000", "at most 1000"}},
		{"an http link", "topics: # other", "online: http://a.example\n    topics: # other", fault{"http://a.example", "https address"}},
		{"another version", "format: 1", "format: 2", fault{"format: 2", "want 1"}},
		{"an alias", "{ar: الرخص, en: Permits}", "*name", fault{"*name", "in quotes"}},
		{"a tab", "    department: permits\n    name: {ar: رخصة", "\tdepartment: permits\n    name: {ar: رخصة",
			fault{"\tdepartment", "use spaces"}},
		{"a bracket too few", "[building-permit]", "[building-permit", fault{"", "no YAML"}},
		{"a second document", "\n# Where else people belong", "\n---\nformat: 1\n# Where else people belong", fault{"---", "second document"}},
		{"a desk twice", "holiday_list: public", "holiday_list: public\n    desks:\n      - name: A\n      - name: A # again",
			fault{"# again", "already a desk"}},
		{"a list for fields", "quiet: {from: \"21:00\", to: \"09:00\"}", "quiet: [21, 9]",
			fault{"quiet: [21", "is a list: want a set of fields"}},
		{"nothing for a text", "zone: Asia/Riyadh", "zone:", fault{"zone:", "is nothing: want text"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(start(), tt.old) {
				t.Fatalf("the file has no %q", tt.old)
			}
			check(t, strings.Replace(start(), tt.old, tt.new, 1), tt.want)
		})
	}
}

// All mistakes are told at once, in the order of their lines, and none twice because
// of another.
func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	file := strings.NewReplacer(
		"zone: Asia/Riyadh", "zone: Asia/Atlantis",
		"duration: 30m", "duration: soon",
		"yearly: {from: 02-22, until: 02-22}", "yearly: {from: 13-22, until: 02-22}",
		"shift: true # off", "shift: maybe # off",
		`to: "14:00"`, `to: "07:00"`,
		"services: [building-permit]", "services: [building-permit, fax]",
	).Replace(start())
	check(t, file,
		fault{"slug: main", "zone"},
		fault{"duration: soon", "such as 40m"},
		fault{"yearly: {from: 13-22", "a month and a day"},
		fault{"shift: maybe", "is text: want true or false"},
		fault{"slug: main-permits", `unknown service "fax"`},
	)
}

func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x, x]\n"
	for i, last := 1, "a"; i < 30; i++ {
		name := fmt.Sprintf("a%d", i)
		bomb += fmt.Sprintf("%s: &%s [*%s, *%s]\n", name, name, last, last)
		last = name
	}
	for _, tt := range []struct {
		name, file, says string
	}{
		{"empty", "", "ziyara centre new"},
		{"comments only", "# nothing\n", "ziyara centre new"},
		{"a list", "- format: 1\n", "is a list: want a set of fields"},
		{"text", "centre", "is text: want a set of fields"},
		{"Windows-1256", "format: 1\nbranches:\n  - slug: \xc7\xe1\xd1\xed\xc7\xd6\n", "not UTF-8"},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00", ""},
		{"a bomb of aliases", bomb, "write the value out"},
		{"nested without end", strings.Repeat("[", 100_000), ""},
		{"nested deeper than a file", "a: " + strings.Repeat("[", 100) + strings.Repeat("]", 100), "nested too deep"},
		{"larger than a file", strings.Repeat("#", setup.MaxSize+1), "32"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := setup.Read([]byte(tt.file))
			var faults setup.FileError
			if !errors.As(err, &faults) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Read = %.300v, want faults that say %q", err, tt.says)
			}
		})
	}
}

// A hundred thousand services are refused in a line, not one each.
func TestTooManyServices(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("format: 1\ndepartments:\n  - {slug: d, name: {ar: أ, en: a}}\nservices:\n")
	for i := range 100_000 {
		fmt.Fprintf(&b, "  - {slug: s%d, department: d, name: {ar: أ, en: a}, duration: 10m}\n", i)
	}
	check(t, b.String(), fault{"{slug: s0,", "at most 20000"})
}

// What is written reads the same, and a second time nothing differs.
func TestWrittenReadsTheSame(t *testing.T) {
	t.Parallel()
	c, err := setup.Read(setup.New())
	if err != nil {
		t.Fatal(err)
	}
	text, err := setup.Write(c)
	if err != nil {
		t.Fatal(err)
	}
	again, err := setup.Read(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if diff := cmp.Diff(c, again); diff != "" {
		t.Errorf("read again (-first +second):\n%s", diff)
	}
	if twice, err := setup.Write(again); err != nil || !bytes.Equal(text, twice) {
		t.Errorf("written again: %v\n%s", err, twice)
	}
}

// Whatever is in a file, it is read or refused, and faults have lines that are there.
func FuzzRead(f *testing.F) {
	f.Add(setup.New())
	f.Add([]byte("format: 1\nservices: [{slug: a, slug: b}]\n"))
	f.Add([]byte("format: 1\ndesk_groups:\n  - {slug: a, plan: {rules: [{rrule: x}]}}\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("? [a]\n: b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := setup.Read(data)
		var faults setup.FileError
		switch {
		case err == nil:
			text, err := setup.Write(c)
			if err != nil {
				t.Fatalf("can't be written: %v", err)
			}
			if _, err = setup.Read(text); err != nil {
				t.Fatalf("written, it has faults: %v\n%s", err, text)
			}
		case !errors.As(err, &faults):
			t.Fatalf("Read = %v, want faults", err)
		default:
			for _, one := range faults {
				if one.Line < 1 || one.Line > bytes.Count(data, []byte("\n"))+2 || one.Text == "" {
					t.Errorf("no such line: %v", one)
				}
			}
		}
	})
}
