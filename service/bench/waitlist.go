package bench

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/service"
	"ziyara/slots"
)

// The number of people who wait, and of places given back at once.
const (
	peopleWaiting = 500
	placesFreed   = 50
)

// waitlist measures how long a running service takes to offer the places of
// cancelled visits to people who wait.
func waitlist(ctx context.Context, c Config, r *report) error {
	c.now = atNoon()
	return with(ctx, c, true, func(replica *service.Service) error { return offers(ctx, replica, c.now, r) })
}

func offers(ctx context.Context, replica *service.Service, now func() time.Time, r *report) error {
	visits, date, err := full(ctx, replica, now())
	if err != nil {
		return err
	}
	entries, err := wait(ctx, replica, date, now())
	if err != nil {
		return err
	}
	began := time.Now()
	if err = cancelAll(ctx, replica.Booker(), visits, now()); err != nil {
		return err
	}
	cancelled := time.Now()
	for offered := 0; offered < placesFreed; {
		if offered, err = standing(ctx, replica.Waitlist(), entries, now()); err != nil {
			return err
		}
		if offered > placesFreed || time.Since(cancelled) > time.Minute {
			return fmt.Errorf("%d offers, want %d", offered, placesFreed)
		}
	}
	done := time.Now()
	r.line("| %d people wait, %d visits are cancelled at once in %.0f ms: all places offered, none twice | %.0f ms after the last one | |",
		peopleWaiting, placesFreed, ms(cancelled.Sub(began)), ms(done.Sub(cancelled)))
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// atNoon returns a clock that starts at noon in Riyadh, because no offers are
// made at night.
func atNoon() func() time.Time {
	now := time.Now().UTC()
	shift := now.Truncate(24 * time.Hour).Add(9 * time.Hour).Sub(now)
	return func() time.Time { return time.Now().UTC().Add(shift).Truncate(time.Second) }
}

// standing returns how many of the entries have an offer, each of a different
// place.
func standing(ctx context.Context, w *slots.Waitlist, entries []string, now time.Time) (int, error) {
	holds := make(map[string]bool)
	for _, id := range entries[:placesFreed] { // the first ones in the list
		e, err := w.Find(ctx, id, now)
		if err != nil {
			return 0, err
		}
		if o := e.Offered(now); o != nil {
			holds[o.Hold] = true
		}
	}
	return len(holds), nil
}

// full books every place of the desk group on the day after tomorrow, and
// returns the visits to cancel.
func full(ctx context.Context, replica *service.Service, now time.Time) ([]slots.Reference, scheduling.Date, error) {
	_, group, err := replica.Centre().Desk(waitedService, benchBranch)
	if err != nil {
		return nil, 0, err
	}
	date := group.Calendar.DateOf(now) + 2
	found, err := replica.Booker().Search(ctx, slots.Query{
		Service: waitedService, Branch: benchBranch, From: date, To: date, Party: 1, Channel: catalog.Public,
	}, now)
	days := found.Days
	if err != nil {
		return nil, 0, err
	}
	var visits []slots.Reference
	for _, day := range days {
		for _, s := range day.Slots {
			for range s.Places {
				r, err := bookOne(replica.Booker(), waitedService, s.Start, now)
				if err != nil {
					return nil, 0, err
				}
				visits = append(visits, r)
			}
		}
	}
	if len(visits) < placesFreed {
		return nil, 0, fmt.Errorf("%d places on %s, want %d", len(visits), date, placesFreed)
	}
	return visits[:placesFreed], date, nil
}

// wait adds people to the waitlist for that day and returns their entries.
func wait(ctx context.Context, replica *service.Service, date scheduling.Date, now time.Time) ([]string, error) {
	var entries []string
	for range peopleWaiting {
		booking := newBooking()
		booking.Reference = ""
		e, err := replica.Waitlist().Join(ctx, replica.Booker(), slots.JoinRequest{
			Service: waitedService, Branch: benchBranch, Booking: booking,
			Wish: slots.Wish{From: date, To: date, Latest: scheduling.Clock(24, 0), Party: 1},
		}, nil, now)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e.ID)
	}
	return entries, nil
}

func cancelAll(ctx context.Context, booker *slots.Booker, visits []slots.Reference, now time.Time) error {
	var wg sync.WaitGroup
	errs := make([]error, len(visits))
	for i, r := range visits {
		wg.Go(func() { _, errs[i] = booker.Cancel(ctx, r, "", now) })
	}
	wg.Wait()
	return summary(errs)
}
