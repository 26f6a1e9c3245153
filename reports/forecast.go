package reports

import (
	"math"
	"slices"
	"time"

	"ziyara/scheduling"
)

const (
	// ForecastDays is how many dates ahead a forecast reaches.
	ForecastDays = 28
	// learnDays is how far back a forecast looks.
	learnDays = 182
	// testDays is how many past dates the accuracy is measured on.
	testDays = 84
	// leastDays is how many open dates a forecast needs to have seen.
	leastDays = 10
	// wholeWeek is how many dates of a week have to be open for its weekdays to
	// be compared.
	wholeWeek = 3
	week      = 7
	// maxSeries is how many rows of one date are foretold at most.
	maxSeries = 300
)

// Series is what happened on consecutive dates.
type Series struct {
	From   scheduling.Date
	Values []float64 // by date from From on
	Open   []bool    // the same; may be longer, when it is known what will be open
}

// model is what was learned from a Series: the level of an ordinary open date,
// and how each weekday differs from it.
type model struct {
	level   float64
	weekday [week]float64 // by time.Weekday; 1 is ordinary
}

// smoothings are how much of a new date goes into the level; the one is taken
// that would have foretold the past best.
func smoothings() []float64 { return []float64{0.05, 0.1, 0.2, 0.3, 0.5} }

// Forecast returns what to expect on each of the n dates from origin on, from
// what happened before origin and nothing later: simple exponential smoothing
// of the series without its weekdays, times the weekday (Hyndman and
// Athanasopoulos, Forecasting: Principles and Practice, 8.1 and 3.4). Dates
// that are closed teach nothing, and no visits are expected on them. It returns nil
// when there is too little to learn from.
func (s Series) Forecast(origin scheduling.Date, n int) []float64 {
	m, ok := s.learn(origin)
	if !ok {
		return nil
	}
	expected := make([]float64, n)
	for i := range expected {
		d := origin + scheduling.Date(i)
		if s.open(d) {
			expected[i] = m.level * m.weekday[d.Weekday()]
		}
	}
	return expected
}

func (s Series) open(d scheduling.Date) bool {
	i := int(d - s.From)
	return i >= 0 && i < len(s.Open) && s.Open[i]
}

// value returns what happened on d; nothing before the series.
func (s Series) value(d scheduling.Date) float64 {
	i := int(d - s.From)
	if i < 0 || i >= len(s.Values) {
		return 0
	}
	return s.Values[i]
}

// learn returns the model of the dates before origin. Dates before the first visit
// are left out: there was no service yet.
func (s Series) learn(origin scheduling.Date) (model, bool) {
	begin := max(s.From, origin-learnDays)
	for begin < origin && s.value(begin) == 0 {
		begin++
	}
	m := model{weekday: s.weekdays(begin, origin)}
	var ordinary []float64 // without the weekdays
	for d := begin; d < origin; d++ {
		if index := m.weekday[d.Weekday()]; s.open(d) && index > 0 {
			ordinary = append(ordinary, s.value(d)/index)
		}
	}
	if len(ordinary) < leastDays {
		return model{}, false
	}
	least := math.Inf(1)
	for _, a := range smoothings() {
		if level, missed := smooth(ordinary, a); missed < least {
			m.level, least = level, missed
		}
	}
	return m, true
}

// smooth returns the level after all values, and the sum of the squared errors
// of forecasting each value after the first leastDays from those before it.
func smooth(values []float64, a float64) (level, missed float64) {
	for _, v := range values[:leastDays] {
		level += v / leastDays
	}
	for _, v := range values[leastDays:] {
		missed += (v - level) * (v - level)
		level += a * (v - level)
	}
	return level, missed
}

// weekdays returns how each weekday compares to the mean of its week: the
// median over the weeks from begin to origin, so that one odd week changes
// nothing. A weekday that was never open in a whole week is ordinary.
func (s Series) weekdays(begin, origin scheduling.Date) (index [week]float64) {
	var ratios [week][]float64
	for end := origin; end-week >= begin; end -= week {
		sum, open := 0.0, 0
		for d := end - week; d < end; d++ {
			if s.open(d) {
				sum, open = sum+s.value(d), open+1
			}
		}
		if open < wholeWeek || sum == 0 {
			continue
		}
		for d := end - week; d < end; d++ {
			if s.open(d) {
				ratios[d.Weekday()] = append(ratios[d.Weekday()], s.value(d)*float64(open)/sum)
			}
		}
	}
	for w := time.Sunday; w <= time.Saturday; w++ {
		if index[w] = 1; len(ratios[w]) > 0 {
			index[w] = median(ratios[w])
		}
	}
	return index
}

func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// Missed is how a forecast compared to what happened, over some dates.
type Missed struct {
	Days int     // on which something was expected
	Sum  float64 // of |actual − forecast| ÷ forecast
}

// add counts a date. A date without expected visits says nothing by this measure.
func (m *Missed) add(actual, forecast float64) {
	if forecast > 0 {
		m.Days++
		m.Sum += math.Abs(actual-forecast) / forecast
	}
}

// Mean returns the mean of |actual − forecast| ÷ forecast; nil of none.
func (m Missed) Mean() *float64 {
	if m.Days == 0 {
		return nil
	}
	return Ratio.round(m.Sum / float64(m.Days))
}

// origin returns from which date on the forecast of d was made, on today: dates
// from today on are forecast now, past ones were as the four weeks began that
// they are in, counted back from today.
func origin(d, today scheduling.Date) scheduling.Date {
	if d >= today {
		return today
	}
	blocks := (today - d + ForecastDays - 1) / ForecastDays
	return today - blocks*ForecastDays
}

// Foretold returns the forecast of each date from from to to (inclusive), each
// as it was made at its origin; nil for dates that could not be foretold.
func (s Series) Foretold(from, to, today scheduling.Date) []*float64 {
	all := make([]*float64, to-from+1)
	for d := from; d <= to; {
		made := origin(d, today)
		end := min(to+1, made+ForecastDays)
		if d >= today {
			end = to + 1
		}
		expected := s.Forecast(made, int(end-made))
		for ; d < end; d++ {
			if expected != nil {
				all[d-from] = &expected[d-made]
			}
		}
	}
	return all
}
