package reports_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/reports"
	"ziyara/scheduling"
)

// weekly are visits of each weekday, from Sunday on.
type weekly [7]float64

// ordinary is a week that begins busy; Friday and Saturday are closed.
func ordinary() weekly { return weekly{60, 40, 40, 30, 30, 0, 0} }

// series returns n dates from a Sunday on.
func (w weekly) series(t testing.TB, n int, value func(i int, usual float64) float64) reports.Series {
	s := reports.Series{From: day(t, "2026-01-04")}
	for i := range n {
		usual := w[(s.From + scheduling.Date(i)).Weekday()]
		s.Open = append(s.Open, usual > 0)
		s.Values = append(s.Values, value(i, usual))
	}
	return s
}

func usual(_ int, v float64) float64 { return v }

// What repeats every week is foretold exactly.
func TestForecastRepeats(t *testing.T) {
	t.Parallel()
	w := ordinary()
	s := w.series(t, 140, usual)
	got := s.Forecast(s.From+112, 28)
	for i, v := range got {
		if want := w[(s.From + scheduling.Date(112+i)).Weekday()]; math.Abs(v-want) > 1e-9 {
			t.Errorf("date %d: %v, want %v", i, v, want)
		}
	}
}

// Nobody is expected on a date that is closed, and a week that was closed
// teaches nothing: not that weekdays differ, not that demand fell.
func TestForecastKnowsHolidays(t *testing.T) {
	t.Parallel()
	w := ordinary()
	s := w.series(t, 140, usual)
	for i := 98; i < 110; i++ { // Eid, until two dates before the forecast is made
		s.Open[i], s.Values[i] = false, 0
	}
	s.Open[115] = false // a Wednesday ahead
	for i, v := range s.Forecast(s.From+112, 28) {
		want := w[(s.From + scheduling.Date(112+i)).Weekday()]
		if i == 3 {
			want = 0
		}
		if math.Abs(v-want) > 1e-9 {
			t.Errorf("date %d: %v, want %v", i, v, want)
		}
	}
}

// One odd week does not change what a weekday is like.
func TestForecastForgivesOneOddWeek(t *testing.T) {
	t.Parallel()
	w := ordinary()
	s := w.series(t, 140, func(i int, v float64) float64 {
		if i/7 == 8 && i%7 == 0 {
			return v * 5
		}
		return v
	})
	for i, v := range s.Forecast(s.From+112, 28) {
		if want := w[(s.From + scheduling.Date(112+i)).Weekday()]; math.Abs(v-want) > want*0.05 {
			t.Errorf("date %d: %v, want about %v", i, v, want)
		}
	}
}

// Demand that has doubled is followed.
func TestForecastFollowsTheLevel(t *testing.T) {
	t.Parallel()
	w := ordinary()
	s := w.series(t, 140, func(i int, v float64) float64 {
		if i >= 70 {
			return 2 * v
		}
		return v
	})
	for i, v := range s.Forecast(s.From+112, 7) {
		if want := 2 * w[i]; math.Abs(v-want) > want*0.05 {
			t.Errorf("date %d: %v, want about %v", i, v, want)
		}
	}
}

// Too little is not made into a forecast, and what was before a service began
// is no demand of zero.
func TestForecastNeedsToHaveSeenSomething(t *testing.T) {
	t.Parallel()
	w := ordinary()
	begins := func(at int) reports.Series {
		return w.series(t, 140, func(i int, v float64) float64 {
			if i < at {
				return 0
			}
			return v
		})
	}
	if s := begins(98); s.Forecast(s.From+112, 28) == nil { // ten open dates
		t.Error("ten open dates are not enough")
	}
	if s := begins(99); s.Forecast(s.From+112, 28) != nil { // nine
		t.Error("nine open dates are enough, want ten")
	}
	s := begins(84) // four weeks
	for i, v := range s.Forecast(s.From+112, 7) {
		if math.Abs(v-w[i]) > 1e-9 {
			t.Errorf("date %d: %v, want %v", i, v, w[i])
		}
	}
	empty := w.series(t, 140, func(int, float64) float64 { return 0 })
	if empty.Forecast(empty.From+112, 28) != nil {
		t.Error("nothing at all was made into a forecast")
	}
}

// Only what happened before the origin counts: the future can be anything.
func TestForecastDoesNotLookAhead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(60, 200).Draw(t, "dates")
		s := reports.Series{From: scheduling.NewDate(2026, time.January, 4)}
		for range n {
			s.Values = append(s.Values, float64(rapid.IntRange(0, 80).Draw(t, "visits")))
			s.Open = append(s.Open, rapid.IntRange(0, 9).Draw(t, "open") > 1)
		}
		at := rapid.IntRange(30, n).Draw(t, "origin")
		first := s.Forecast(s.From+scheduling.Date(at), 28)
		for i := at; i < n; i++ {
			s.Values[i] += 1000
		}
		second := s.Forecast(s.From+scheduling.Date(at), 28)
		if (first == nil) != (second == nil) {
			t.Fatal("the future decides whether there is a forecast")
		}
		for i := range first {
			switch {
			case first[i] != second[i]:
				t.Fatalf("date %d: %v, and %v with another future", i, first[i], second[i])
			case first[i] < 0 || math.IsNaN(first[i]) || math.IsInf(first[i], 0):
				t.Fatalf("date %d: %v visits", i, first[i])
			case at+i < n && !s.Open[at+i] && first[i] != 0:
				t.Fatalf("date %d is closed: %v visits", i, first[i])
			}
		}
	})
}

// Against what happened, on noisy demand with a trend and holidays, the
// forecast misses less than repeating the last week does, and than ignoring
// weekdays.
func TestForecastBeatsRepeatingTheLastWeek(t *testing.T) {
	t.Parallel()
	var ours, lastWeek, flat reports.Missed
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 28)) //nolint:gosec // a test that repeats
		w := ordinary()
		s := w.series(t, 350, func(i int, v float64) float64 {
			return math.Max(0, v*(1+float64(i)/700)*(1+0.2*random.NormFloat64()))
		})
		for i := range s.Open {
			if random.IntN(40) == 0 {
				s.Open[i], s.Values[i] = false, 0
			}
		}
		today := s.From + 350
		told := s.Foretold(today-84, today-1, today)
		for i, v := range told {
			at := 350 - 84 + i
			if v == nil {
				t.Fatalf("seed %d: no forecast of date %d", seed, i)
			}
			if !s.Open[at] {
				continue
			}
			miss(&ours, s.Values[at], *v)
			before := at - 7*(1+i%28/7) // the same weekday, in the last week before the four began
			miss(&lastWeek, s.Values[at], s.Values[before])
			miss(&flat, s.Values[at], 40)
		}
	}
	// A perfect forecast would miss by 0.16: so much is noise.
	if o, l, f := *ours.Mean(), *lastWeek.Mean(), *flat.Mean(); o > 0.2 || o > 0.9*l || o > 0.8*f {
		t.Errorf("missed by %v; repeating the last week by %v, without weekdays by %v", o, l, f)
	}
}

func miss(m *reports.Missed, actual, forecast float64) {
	if forecast > 0 {
		m.Days++
		m.Sum += math.Abs(actual-forecast) / forecast
	}
}

// The report says what is expected, what happened and how far apart they were:
// |actual − forecast| ÷ forecast of each date (COPC), each date foretold from
// what was known before its four weeks.
func TestForecastReport(t *testing.T) {
	t.Parallel()
	today := day(t, "2026-11-22")
	source := &fake{rows: map[reports.Key]reports.Counts{}}
	w := ordinary()
	for d := today - 200; d < today+28; d++ {
		n := w[d.Weekday()]
		switch {
		case d == day(t, "2026-11-18"): // a holiday
			continue
		case d == day(t, "2026-11-17"): // a Tuesday, with half as many again
			n = 60
		case d >= today:
			n = 2 // booked so far
		}
		source.rows[reports.Key{Day: d}] = reports.Counts{"visits": n}
	}
	r, err := report(t, source, reports.Query{
		Report: reports.Forecast, From: today - 6, To: today + 1, GroupBy: []reports.Dimension{reports.ByDay}})
	if err != nil {
		t.Fatal(err)
	}
	type line struct{ forecast, actual, booked, missed float64 }
	var got []line
	for _, row := range r.Rows {
		v := values(r, row.Values)
		got = append(got, line{v["forecast"], v["actual"], v["booked"], v["error"]})
		if v["tested_days"] < 50 || v["tested_error"] <= 0 || v["tested_error"] > 0.02 {
			t.Errorf("tested on %v dates with an error of %v", v["tested_days"], v["tested_error"])
		}
	}
	want := []line{
		{40, 40, 0, 0},   // Monday
		{40, 60, 0, 0.5}, // Tuesday
		{0, 0, 0, 0},     // the holiday
		{30, 30, 0, 0},   // Thursday
		{}, {},           // Friday, Saturday
		{0, 0, 2, 0}, // today: see below
		{0, 0, 2, 0},
	}
	for i, w := range want {
		g := got[i]
		if i >= 6 { // the odd Tuesday has moved the level a little
			if math.Abs(g.forecast-ordinary()[i-6]) > 2 {
				t.Errorf("row %d: %v, want about %v", i, g.forecast, ordinary()[i-6])
			}
			g.forecast = 0
		}
		if g != w {
			t.Errorf("row %d: %v, want %v", i, g, w)
		}
	}
	total := values(r, r.Total)
	if total["actual"] != 130 || total["booked"] != 4 || total["error"] != 0.1667 {
		t.Errorf("total %v, want 130 visits, 4 booked, and an error of 0.5 in three dates", total)
	}
}
