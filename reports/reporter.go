package reports

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"ziyara/centre"
	"ziyara/scheduling"
)

// Source counts what reports are made of.
type Source interface {
	// Counts returns the counts of the report by the keys of q, and those of
	// all together: what Definition.Needs names, but for open_minutes, and for
	// Forecast "visits". A key under which nothing happened may be missing. now
	// tells what is past.
	Counts(ctx context.Context, q Query, now time.Time) (rows map[Key]Counts, total Counts, err error)

	// Opened returns what is known to have been or to be open on the dates from
	// from to to, both inclusive.
	Opened(ctx context.Context, from, to scheduling.Date) (Opened, error)
}

// Reporter makes reports. It is safe for concurrent use.
type Reporter struct {
	source Source
	centre func() *centre.Snapshot
}

// New returns a Reporter over a source and the current snapshot of the centre.
func New(source Source, centre func() *centre.Snapshot) (*Reporter, error) {
	if source == nil || centre == nil {
		return nil, errors.New("reports: a reporter needs a source and a centre")
	}
	return &Reporter{source, centre}, nil
}

// Report is what was asked for. Rows come in the order of Key: by time, then
// in the order of the catalogue. Total is of all that is counted, not the sum
// of the rows: a median has no sum, and desks are open to several services.
type Report struct {
	Query
	Definition Definition
	Rows       []Row
	Total      Values
}

// Row is one line of a report.
type Row struct {
	Key
	Values Values
}

// Values are figures in the order of Definition.Figures; nil where nothing can
// be said.
type Values []*float64

// Report returns a report. Today is the date of now at the head office. It
// returns fault.ErrNotFound, ErrRange, ErrGrouping, ErrRows, ErrAhead, or an error of
// the source.
func (r *Reporter) Report(ctx context.Context, q Query, today scheduling.Date, now time.Time) (Report, error) {
	d, err := q.check()
	if err != nil {
		return Report{}, err
	}
	snapshot := r.centre()
	keys, err := q.keys(snapshot)
	if err != nil {
		return Report{}, err
	}
	made := Report{Query: q, Definition: d}
	if q.Report == Forecast {
		err = r.forecast(ctx, &made, snapshot, keys, today, now)
		return made, err
	}
	counted, total, err := r.source.Counts(ctx, q, now)
	if err != nil {
		return Report{}, err
	}
	if q.Report == Utilisation {
		opened, err := r.source.Opened(ctx, q.From, q.To)
		if err != nil {
			return Report{}, err
		}
		rows, all := q.open(snapshot, opened)
		counted, total = withOpen(counted, rows), with(total, "open_minutes", all)
	}
	for _, key := range q.sorted(snapshot, keys, slices.Collect(maps.Keys(counted))) {
		made.Rows = append(made.Rows, Row{key, d.values(counted[key])})
	}
	made.Total = d.values(total)
	return made, nil
}

// sorted returns the keys of all rows in order: those that the centre has, and
// others that were found.
func (q Query) sorted(c *centre.Snapshot, keys, found []Key) []Key {
	if len(q.GroupBy) == 0 {
		return []Key{{}}
	}
	known := make(map[Key]bool, len(keys))
	for _, k := range keys {
		known[k] = true
	}
	for _, k := range found {
		if !known[k] {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b Key) int { return a.compare(c, b) })
	return keys
}

func (d Definition) values(c Counts) Values {
	values := make(Values, len(d.Figures))
	for i, f := range d.Figures {
		values[i] = f.Value(c)
	}
	return values
}

func withOpen(counted map[Key]Counts, open map[Key]float64) map[Key]Counts {
	all := maps.Clone(counted)
	if all == nil {
		all = make(map[Key]Counts)
	}
	for key, minutes := range open {
		all[key] = with(all[key], "open_minutes", minutes)
	}
	return all
}

func with(c Counts, name string, n float64) Counts {
	all := maps.Clone(c)
	if all == nil {
		all = make(Counts)
	}
	all[name] = n
	return all
}

// forecast fills a report with what is to be expected. Each row is foretold by
// itself, and so are all together.
func (r *Reporter) forecast(ctx context.Context, made *Report, c *centre.Snapshot, keys []Key, today scheduling.Date, now time.Time) error {
	q := made.Query
	if q.To >= today+ForecastDays {
		return ErrAhead
	}
	if len(q.places(c))*len(q.channels()) > maxSeries {
		return ErrRows
	}
	first := min(origin(q.From, today), today-testDays) - learnDays
	last := max(q.To, today)
	daily := q
	daily.From, daily.To = first, last
	daily.GroupBy = append(slices.DeleteFunc(slices.Clone(q.GroupBy), func(d Dimension) bool { return d == ByMonth || d == ByDay }), ByDay)
	counted, _, err := r.source.Counts(ctx, daily, now)
	if err != nil {
		return err
	}
	opened, err := r.source.Opened(ctx, first, last)
	if err != nil {
		return err
	}
	open := daily.days(c, opened, first, last)
	visits := make(map[Key][]float64) // by the row without its time; the zero Key is all
	for key, counts := range counted {
		at := key.Day - first
		key.Day = 0
		for _, k := range slices.Compact([]Key{key, {}}) {
			if visits[k] == nil {
				visits[k] = make([]float64, last-first+1)
			}
			visits[k][at] += counts["visits"]
		}
	}
	tellings := make(map[Key]telling)
	tell := func(key Key) telling {
		key.Day, key.Month = 0, 0
		t, ok := tellings[key]
		if !ok {
			t = newTelling(Series{From: first, Values: visits[key], Open: open[key]}, q, today)
			tellings[key] = t
		}
		return t
	}
	var found []Key
	for key := range counted {
		if key.Day >= q.From && key.Day <= q.To {
			at := q.at(key.Day)
			key.Day, key.Month = at.Day, at.Month
			found = append(found, key)
		}
	}
	slices.SortFunc(found, func(a, b Key) int { return a.compare(c, b) })
	for _, key := range q.sorted(c, keys, slices.Compact(found)) {
		from, to := q.From, q.To
		switch {
		case key.Day != 0:
			from, to = key.Day, key.Day
		case key.Month != 0:
			month := key.Month.Time()
			from = max(from, key.Month)
			to = min(to, scheduling.NewDate(month.Year(), month.Month()+1, 0))
		}
		made.Rows = append(made.Rows, Row{key, tell(key).values(from, to)})
	}
	made.Total = tell(Key{}).values(q.From, q.To)
	return nil
}

// telling is a series with what was foretold of it.
type telling struct {
	series Series
	from   scheduling.Date
	today  scheduling.Date
	told   []*float64 // from from on
	tested Missed     // over the last testDays
}

func newTelling(s Series, q Query, today scheduling.Date) telling {
	t := telling{series: s, from: q.From, today: today, told: s.Foretold(q.From, q.To, today)}
	for i, forecast := range s.Foretold(today-testDays, today-1, today) {
		if forecast != nil {
			t.tested.add(s.value(today-testDays+scheduling.Date(i)), *forecast)
		}
	}
	return t
}

// values returns the figures of the dates from to to, both inclusive, in the
// order of the definition.
func (t telling) values(from, to scheduling.Date) Values {
	var forecast, actual, booked *float64
	var missed Missed
	add := func(sum **float64, v float64) {
		if *sum == nil {
			*sum = new(float64)
		}
		**sum += v
	}
	for d := from; d <= to; d++ {
		told, value := t.told[d-t.from], t.series.value(d)
		if told != nil {
			add(&forecast, *told)
		}
		if d >= t.today {
			add(&booked, value)
			continue
		}
		add(&actual, value)
		if told != nil {
			missed.add(value, *told)
		}
	}
	if forecast != nil {
		forecast = Minutes.round(*forecast) // tenths of a visit
	}
	days := float64(t.tested.Days)
	return Values{forecast, actual, booked, missed.Mean(), &days, t.tested.Mean()}
}
