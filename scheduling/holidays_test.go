package scheduling_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
)

// saudi returns a list like that of a ministry.
func saudi(t testing.TB) scheduling.HolidayList {
	t.Helper()
	var list scheduling.HolidayList
	if err := json.Unmarshal([]byte(`{
		"holidays": [
			{"slug": "founding", "name": {"ar": "يوم التأسيس", "en": "Founding Day"},
				"yearly": {"from": "02-22", "until": "02-22"}, "since": 2022, "shift": true},
			{"slug": "fitr", "name": {"ar": "عيد الفطر", "en": "Eid al-Fitr"}, "hijri": {"from": "09-25", "until": "10-05"}, "weekend": true},
			{"slug": "adha", "name": {"ar": "عيد الأضحى", "en": "Eid al-Adha"}, "hijri": {"from": "12-05", "until": "12-15"}, "weekend": true},
			{"slug": "national", "name": {"ar": "اليوم الوطني", "en": "National Day"}, "yearly": {"from": "09-23", "until": "09-23"}, "shift": true}
		],
		"bridge": {"ar": "بين إجازتين", "en": "Between holidays"}
	}`), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

type shown struct {
	Slug, From, Until string
	Provisional       bool
}

func between(t testing.TB, list scheduling.HolidayList, from, until string) []shown {
	t.Helper()
	holidays, err := scheduling.CompileHolidays(list)
	if err != nil {
		t.Fatal(err)
	}
	var all []shown
	for h := range holidays.Between(date(t, from), date(t, until)) {
		all = append(all, shown{h.Slug, h.From.String(), h.Until.String(), h.Provisional})
	}
	return all
}

func TestHolidayList(t *testing.T) {
	t.Parallel()
	announced := saudi(t)
	announced.Holidays[1].Announced = []scheduling.Announced{{Year: 1448, From: date(t, "2027-03-05"), Until: date(t, "2027-03-14")}}
	inside := scheduling.HolidayList{Holidays: append(saudi(t).Holidays, scheduling.HolidayRule{
		Slug: "long", Name: scheduling.Text{AR: "إجازة", EN: "Break"},
		When: scheduling.When{Dates: []scheduling.DateSpan{{From: date(t, "2022-09-20"), Until: date(t, "2022-09-25")}}},
	})}
	for _, tc := range []struct {
		name        string
		list        scheduling.HolidayList
		from, until string
		want        []shown
	}{
		{"the Eids of 1448, computed and so provisional; Adha runs into the weekend", saudi(t), "2027-02-01", "2027-06-30", []shown{
			{"founding", "2027-02-22", "2027-02-22", false},
			{"fitr", "2027-03-04", "2027-03-13", true},
			{"adha", "2027-05-11", "2027-05-22", true},
		}},
		{"announced dates replace computed ones", announced, "2027-03-01", "2027-03-31", []shown{
			{"fitr", "2027-03-05", "2027-03-14", false},
		}},
		{"Friday moves to Thursday", saudi(t), "2022-09-01", "2022-09-30", []shown{{"national", "2022-09-22", "2022-09-22", false}}},
		{"Saturday moves to Sunday", saudi(t), "2025-02-01", "2025-02-28", []shown{{"founding", "2025-02-23", "2025-02-23", false}}},
		{"a day inside another holiday stays", inside, "2022-09-01", "2022-09-30", []shown{
			{"long", "2022-09-20", "2022-09-25", false}, {"national", "2022-09-23", "2022-09-23", false},
		}},
		{"none before its first year", saudi(t), "2021-02-01", "2021-02-28", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, between(t, tc.list, tc.from, tc.until)); diff != "" {
				t.Errorf("holidays (-want +got):\n%s", diff)
			}
		})
	}
}

// Shared holidays close a desk group unless it stays open on them. A single
// working day between two of them is closed too.
func TestSharedHolidays(t *testing.T) {
	t.Parallel()
	spans := func(ranges ...string) scheduling.HolidayList {
		list := scheduling.HolidayList{Bridge: scheduling.Text{AR: "بين إجازتين", EN: "Between holidays"}}
		for i := 0; i < len(ranges); i += 2 {
			list.Holidays = append(list.Holidays, scheduling.HolidayRule{
				Slug: ranges[i], Name: scheduling.Text{AR: "إجازة", EN: ranges[i]},
				When: scheduling.When{Dates: []scheduling.DateSpan{{From: date(t, ranges[i]), Until: date(t, ranges[i+1])}}},
			})
		}
		return list
	}
	// 22 November 2026 is a Sunday.
	for _, tc := range []struct {
		name  string
		list  scheduling.HolidayList
		stays []string
		want  []float64 // from Sunday
	}{
		{"closed", spans("2026-11-23", "2026-11-24"), nil, []float64{7, 0, 0, 7, 7, 0, 0, 7}},
		{"stays open", spans("2026-11-23", "2026-11-24"), []string{"2026-11-23"}, []float64{7, 7, 7, 7, 7, 0, 0, 7}},
		{"a single working day between", spans("2026-11-22", "2026-11-23", "2026-11-25", "2026-11-26"), nil, []float64{0, 0, 0, 0, 0, 0, 0, 7}},
		{
			"a single working day beside the weekend", spans("2026-11-25", "2026-11-25", "2026-11-29", "2026-11-29"), nil,
			[]float64{7, 7, 7, 0, 0, 0, 0, 0},
		},
		{"two working days stay", spans("2026-11-22", "2026-11-22", "2026-11-25", "2026-11-25"), nil, []float64{0, 7, 7, 0, 7, 0, 0, 7}},
		{
			"no bridge to a holiday on which it stays open", spans("2026-11-22", "2026-11-23", "2026-11-25", "2026-11-26"),
			[]string{"2026-11-25"}, []float64{0, 0, 7, 7, 7, 0, 0, 7},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			holidays, err := scheduling.CompileHolidays(tc.list)
			if err != nil {
				t.Fatal(err)
			}
			plan := scheduling.Plan{Zone: "Asia/Riyadh", StaysOpen: tc.stays, Rules: []scheduling.Rule{{
				RRule: "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH", From: date(t, "2020-01-01"),
				Openings: []scheduling.Opening{opens(t, "07:30-14:30", 1)},
			}}}
			c, err := scheduling.Compile(plan, holidays)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, hours(c, date(t, "2026-11-22"), len(tc.want))); diff != "" {
				t.Errorf("hours (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHolidayListRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		json string
		want error
	}{
		{"no dates", `{"holidays": [{"slug": "a", "name": {"ar": "أ", "en": "A"}}]}`, scheduling.ErrWhen},
		{
			"dates in two ways", `{"holidays": [{"slug": "a", "name": {"ar": "أ", "en": "A"},
				"yearly": {"from": "01-01", "until": "01-01"}, "hijri": {"from": "01-01", "until": "01-01"}}]}`,
			scheduling.ErrWhen,
		},
		{
			"one slug twice", `{"holidays": [
				{"slug": "a", "name": {"ar": "أ", "en": "A"}, "yearly": {"from": "01-01", "until": "01-01"}},
				{"slug": "a", "name": {"ar": "أ", "en": "A"}, "yearly": {"from": "02-01", "until": "02-01"}}]}`,
			scheduling.ErrTwice,
		},
		{"no slug", `{"holidays": [{"name": {"ar": "أ", "en": "A"}, "yearly": {"from": "01-01", "until": "01-01"}}]}`, scheduling.ErrSlug},
		{
			"ends before it begins",
			`{"holidays": [{"slug": "a", "name": {"ar": "أ", "en": "A"}, "dates": [{"from": "2026-02-02", "until": "2026-02-01"}]}]}`,
			scheduling.ErrRange,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var list scheduling.HolidayList
			if err := json.Unmarshal([]byte(tc.json), &list); err != nil {
				t.Fatal(err)
			}
			if _, err := scheduling.CompileHolidays(list); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}
