package slots

import (
	"context"
	"slices"
	"time"

	"ziyara/catalog"
)

// What is listed of an owner.
const (
	// pastVisits is how long a visit is listed after its start.
	pastVisits = 90 * 24 * time.Hour
	// mostVisits is the most visits that are listed, the latest starts first.
	mostVisits = 100
)

// Mine are the visits of an owner.
type Mine struct {
	Coming  []Appointment // requested or booked, and not over; ascending by start
	Past    []Appointment // all others of the last 90 days, descending by start
	Waiting []Entry       // on the waitlist, in the order in which they joined
}

// Mine returns the visits and entries of an owner.
func (w *Waitlist) Mine(ctx context.Context, b *Booker, of Owner, now time.Time) (Mine, error) {
	visits, err := b.store.OfOwner(ctx, of, now.Add(-pastVisits), mostVisits)
	if err != nil {
		return Mine{}, err
	}
	waiting, err := w.store.EntriesOf(ctx, of, now)
	if err != nil {
		return Mine{}, err
	}
	mine := sorted(visits, now)
	mine.Waiting = slices.DeleteFunc(waiting, func(e Entry) bool { return e.State != Waiting })
	return mine, nil
}

// sorted divides visits, which descend by start, into those to come and past ones.
func sorted(visits []Appointment, now time.Time) (m Mine) {
	for _, a := range visits {
		if (a.Status == Requested || a.Status == Booked) && a.End.After(now) {
			m.Coming = append(m.Coming, a)
		} else {
			m.Past = append(m.Past, a)
		}
	}
	slices.Reverse(m.Coming)
	return m
}

// AsksForOwn reports whether a visitor who looks for q means a visit that they have
// already: by the words of catalog.OwnVisits, or by its reference.
func AsksForOwn(q string) bool {
	_, err := ParseReference(q)
	return err == nil || catalog.OwnVisits(q)
}
