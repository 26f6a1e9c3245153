package scheduling_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
)

// Every combination of layers on one date: a rule R that opens at 08:00, a
// season S that opens at 10:00, a holiday H or a holiday h on which the desk
// group stays open, own hours O that open at 12:00. Each opens two places for
// an hour. Each row is tested as it is, with extra hours X that add 14:00, and
// with a closure C that takes one of the places.
func TestPrecedenceTable(t *testing.T) {
	t.Parallel()
	const rule, season, own, extra = "08", "10", "12", "14"
	for layers, opens := range map[string]string{
		"R S H O": own,
		"R S h O": own,
		"R S . O": own,
		"R S H .": "",
		"R S h .": season,
		"R S . .": season,
		"R . H O": own,
		"R . h O": own,
		"R . . O": own,
		"R . H .": "",
		"R . h .": rule,
		"R . . .": rule,
		". S H O": own,
		". S h O": own,
		". S . O": own,
		". S H .": "",
		". S h .": "", // a season opens only on the days of the rules
		". S . .": "",
		". . H O": own,
		". . h O": own,
		". . . O": own,
		". . H .": "",
		". . h .": "",
		". . . .": "",
	} {
		for _, more := range []string{". .", "X .", ". C", "X C"} {
			name := layers + " " + more
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				places := 2
				if strings.Contains(name, "C") {
					places = 1
				}
				var want []string
				for _, hour := range []string{opens, extra} {
					if hour != "" && (hour != extra || strings.Contains(name, "X")) {
						want = append(want, fmt.Sprintf("%s:00 x%d", hour, places))
					}
				}
				var got []string
				day := compile(t, layered(t, name)).Day(date(t, "2026-11-24"))
				for hour := range 24 {
					if n := day.Places(hour * 12); n > 0 {
						got = append(got, fmt.Sprintf("%02d:00 x%d", hour, n))
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("open (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// layered returns a plan with the layers of the given letters.
func layered(t *testing.T, letters string) scheduling.Plan {
	t.Helper()
	d := date(t, "2026-11-24")
	p := scheduling.Plan{Zone: "UTC"}
	for letter := range strings.FieldsSeq(letters) {
		switch letter {
		case "R":
			p.Rules = daily(opens(t, "08:00-09:00", 2))
		case "S":
			p.Seasons = []scheduling.Season{{
				When:     scheduling.When{Dates: []scheduling.DateSpan{{From: d, Until: d}}},
				Openings: []scheduling.Opening{opens(t, "10:00-11:00", 2)},
			}}
		case "h", "H":
			p.Holidays = []scheduling.Holiday{{Slug: "eid", From: d, Until: d}}
			if letter == "h" {
				p.StaysOpen = []string{"eid"}
			}
		case "O":
			p.Hours = append(p.Hours, scheduling.DayHours{Date: d, Openings: []scheduling.Opening{opens(t, "12:00-13:00", 2)}})
		case "X":
			p.Hours = append(p.Hours, scheduling.DayHours{Date: d, Extra: true, Openings: []scheduling.Opening{opens(t, "14:00-15:00", 2)}})
		case "C":
			p.Closures = []scheduling.Closure{{Start: instant(t, "2026-11-24T00:00:00Z"), Places: 1}}
		}
	}
	return p
}
