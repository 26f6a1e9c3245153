package privacy

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the tables of docs/PRIVACY.md")

// The documentation names every column with data of people, with what it is and how long it
// is kept, and no other.
func TestInventoryIsDocumented(t *testing.T) {
	t.Parallel()
	const file, begin, end = "../docs/PRIVACY.md", "<!-- inventory -->\n", "<!-- end of the inventory -->\n"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the inventory", file)
	}
	var table strings.Builder
	table.WriteString("| column | what it is | in the database | kept |\n|---|---|---|---|\n")
	for _, c := range Inventory() {
		form := string(c.Form)
		if c.Because != "" {
			form += ": " + c.Because
		}
		fmt.Fprintf(&table, "| `%s.%s` | %s | %s | %s |\n", c.Table, c.Column, c.What, form, Default().Of(c.Kind))
	}
	want := before + begin + "\n" + table.String() + "\n" + end + after
	if *update {
		if err = os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want != string(data) {
		t.Errorf("%s is out of date: run go test ./privacy -update", file)
	}
}

// No column is listed twice.
func TestInventoryHasEachOnce(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, c := range Inventory() {
		name := c.Table + "." + c.Column
		if seen[name] {
			t.Errorf("%s is listed twice", name)
		}
		seen[name] = true
	}
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		periods Periods
		wrong   string
	}{
		"the defaults":              {Periods{}, ""},
		"texts at once":             {Periods{Texts: time.Nanosecond}, ""},
		"visits before their month": {Periods{Visits: 29 * day}, "ZIYARA_KEEP_VISITS"},
		"negative texts":            {Periods{Texts: -1}, "ZIYARA_KEEP_TEXTS"},
		"negative waitlist":         {Periods{Waitlist: -1}, "ZIYARA_KEEP_WAITLIST"},
	} {
		if err := c.periods.Filled().Check(); (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %v, want an error about %q", name, err, c.wrong)
		}
	}
}

// A copy for who has proved a mobile only does not tell the numbers of others.
func TestMasked(t *testing.T) {
	t.Parallel()
	full := Data{
		Visits: []Visit{{Person: Person{
			Name: "نورة", ID: "1000000008", Representative: &Representative{Name: "سعد", ID: "1000000016", Wakala: "441234567"},
		}}},
		Waitlist: []Entry{{Person: Person{ID: ""}}},
	}
	p := full.Masked().Visits[0].Person
	if p.ID != "••••••0008" || p.Representative.ID != "••••••0016" || p.Representative.Wakala != "•••••4567" || p.Name != "نورة" {
		t.Errorf("%+v %+v", p, p.Representative)
	}
	if full.Visits[0].Person.ID != "1000000008" || full.Visits[0].Person.Representative.Wakala != "441234567" {
		t.Error("the full copy was changed")
	}
}
