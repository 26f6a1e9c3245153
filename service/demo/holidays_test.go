package demo_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hablullah/go-hijri"

	"ziyara/scheduling"
)

// The months of the Hijri year that matter for the Eids.
const (
	ramadan     = 9
	shawwal     = 10
	dhuAlHijjah = 12
)

type closed struct {
	Name, From, Until string
	Provisional       bool
}

// The holidays are those that their rules compute: the Eids by the Umm al-Qura
// calendar, the national days moved off the weekend. The Eids of 2027 have not
// been announced yet.
func TestHolidays(t *testing.T) {
	t.Parallel()
	var want []closed
	for _, year := range []struct {
		gregorian   int
		hijri       int64
		provisional bool
	}{
		{2026, 1447, false},
		{2027, 1448, true},
	} {
		fitr := eid("Eid al-Fitr", umm(year.hijri, ramadan, 25), umm(year.hijri, shawwal, 5), year.provisional)
		adha := eid("Eid al-Adha", umm(year.hijri, dhuAlHijjah, 5), umm(year.hijri, dhuAlHijjah, 15), year.provisional)
		founding := nationalDay("Founding Day", year.gregorian, time.February, 22)
		national := nationalDay("National Day", year.gregorian, time.September, 23)
		for _, h := range []closed{founding, national} {
			for _, e := range []closed{fitr, adha} {
				if h.From >= e.From && h.From <= e.Until {
					t.Fatalf("%s %d falls into %s, so the rule does not move it", h.Name, year.gregorian, e.Name)
				}
			}
		}
		want = append(want, founding, fitr, adha, national)
	}
	var got []closed
	holidays, err := scheduling.CompileHolidays(load(t).HolidayLists[0].HolidayList)
	if err != nil {
		t.Fatal(err)
	}
	for h := range holidays.Between(scheduling.NewDate(2026, time.January, 1), scheduling.NewDate(2027, time.December, 31)) {
		got = append(got, closed{h.Name.EN, h.From.String(), h.Until.String(), h.Provisional})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("holidays differ (-want +got):\n%s", diff)
	}
}

// Dates known from other sources, so that an error in the rules above can't
// hide the same error in the data.
func TestHolidayRules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, got, want string
	}{
		{"Ramadan 1448 begins", umm(1448, ramadan, 1).Format(time.DateOnly), "2027-02-08"},
		{"Eid al-Fitr 1448 is closed from", eid("", umm(1448, ramadan, 25), umm(1448, shawwal, 5), true).From, "2027-03-04"},
		{"Eid al-Fitr 1448 is closed until", eid("", umm(1448, ramadan, 25), umm(1448, shawwal, 5), true).Until, "2027-03-13"},
		{"Eid al-Adha 1448 is closed from", eid("", umm(1448, dhuAlHijjah, 5), umm(1448, dhuAlHijjah, 15), true).From, "2027-05-11"},
		{"Eid al-Adha 1448 is closed until", eid("", umm(1448, dhuAlHijjah, 5), umm(1448, dhuAlHijjah, 15), true).Until, "2027-05-22"},
		{"a working day stays", nationalDay("", 2026, time.September, 23).From, "2026-09-23"},
		{"Friday moves to Thursday", nationalDay("", 2022, time.September, 23).From, "2022-09-22"},
		{"Saturday moves to Sunday", nationalDay("", 2025, time.February, 22).From, "2025-02-23"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.got != tt.want {
				t.Errorf("got %s, want %s", tt.got, tt.want)
			}
		})
	}
}

func umm(year, month, day int64) time.Time {
	return hijri.UmmAlQuraDate{Year: year, Month: month, Day: day}.ToGregorian()
}

// eid is closed on the given dates and over a weekend that follows directly.
func eid(name string, from, until time.Time, provisional bool) closed {
	for next := until.AddDate(0, 0, 1); weekend(next); next = next.AddDate(0, 0, 1) {
		until = next
	}
	return closed{name, from.Format(time.DateOnly), until.Format(time.DateOnly), provisional}
}

// nationalDay is closed on its date; if that is a Friday, on the Thursday
// before, and if it is a Saturday, on the Sunday after.
func nationalDay(name string, year int, month time.Month, day int) closed {
	d := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	switch {
	case d.Weekday() == time.Friday:
		d = d.AddDate(0, 0, -1)
	case d.Weekday() == time.Saturday:
		d = d.AddDate(0, 0, 1)
	}
	return closed{name, d.Format(time.DateOnly), d.Format(time.DateOnly), false}
}

func weekend(d time.Time) bool {
	return d.Weekday() == time.Friday || d.Weekday() == time.Saturday
}
