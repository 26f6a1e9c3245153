package bench

import (
	"context"
	"errors"
	"sync"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// places hands out starts of a desk group that no other part books, each start
// once per place. A fast machine that has taken all of them ends its
// measurement early and never meets a full start.
type places struct {
	each int // places per start

	mu    sync.Mutex
	sets  [][]time.Time // booked one after another; within a set the starts take turns
	taken int           // number taken from the first set
}

// spreadPlaces hands out the starts of all days in turn.
func spreadPlaces(c Config, centre *centre.Snapshot, service string, now time.Time) (*places, error) {
	days, err := startsOf(centre, service, now)
	if err != nil {
		return nil, err
	}
	// Callers at the same moment get different days.
	var starts []time.Time
	for i := range len(days[0]) {
		for _, day := range days {
			starts = append(starts, day[i])
		}
	}
	return &places{each: c.places, sets: [][]time.Time{starts}}, nil
}

// hotPlaces hands out the starts of one day, and of the next one when it is
// full.
func hotPlaces(c Config, centre *centre.Snapshot, service string, now time.Time) (*places, error) {
	days, err := startsOf(centre, service, now)
	if err != nil {
		return nil, err
	}
	return &places{each: c.places, sets: days}, nil
}

// take returns a start with a free place, or false if there is none.
func (p *places) take() (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.sets) > 0 && p.taken == len(p.sets[0])*p.each {
		p.sets, p.taken = p.sets[1:], 0
	}
	if len(p.sets) == 0 {
		return time.Time{}, false
	}
	start := p.sets[0][p.taken%len(p.sets[0])]
	p.taken++
	return start, true
}

// nextDay moves to a new day if anything of the current one is taken.
func (p *places) nextDay() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken > 0 {
		p.sets, p.taken = p.sets[1:], 0
	}
}

// startsOf returns the starts of each measured day, from tomorrow on.
func startsOf(centre *centre.Snapshot, slug string, now time.Time) ([][]time.Time, error) {
	service, group, err := centre.Desk(slug, benchBranch)
	if err != nil {
		return nil, err
	}
	visit, err := slots.ShapeOf(service, 1, catalog.Public)
	if err != nil {
		return nil, err
	}
	days := make([][]time.Time, benchDays)
	first := group.Calendar.DateOf(now) + 1
	for i := range days {
		for _, s := range slots.Free(group.Calendar.Day(first+scheduling.Date(i)), nil, visit, now) { //nolint:gosec // a few days
			days[i] = append(days[i], s.Start)
		}
	}
	return days, nil
}

// rate counts what was done in what time, over all turns of a measurement.
type rate struct {
	done  int
	took  time.Duration
	ended bool // because all places were taken
}

func (r *rate) perSecond() float64 { return float64(r.done) / r.took.Seconds() }

// note returns a remark for the row of a measurement that ended early.
func (r *rate) note() string {
	if r.ended {
		return ", until all places were taken"
	}
	return ""
}

// run books with all callers for the time of one measurement, or until no
// places are left. The first failure ends it.
func (r *rate) run(ctx context.Context, c Config, from *places, book func(time.Time) error) error {
	ctx, stop := context.WithTimeout(ctx, c.Each)
	defer stop()
	var wg sync.WaitGroup
	errs, done := make([]error, c.Callers), make([]int, c.Callers)
	left := make([]bool, c.Callers)
	began := time.Now()
	for i := range c.Callers {
		wg.Go(func() {
			for ctx.Err() == nil {
				var start time.Time
				if start, left[i] = from.take(); !left[i] {
					return
				}
				if errs[i] = book(start); errs[i] != nil {
					stop()
					return
				}
				done[i]++
			}
		})
	}
	wg.Wait()
	before := r.done
	for i := range c.Callers {
		r.done += done[i]
		r.ended = r.ended || (done[i] > 0 && !left[i])
	}
	if r.done > before {
		r.took += time.Since(began)
	}
	switch err := summary(errs); {
	case err != nil:
		return err
	case r.done == 0:
		return errors.New("nothing was booked: no places, or no time")
	}
	return nil
}
