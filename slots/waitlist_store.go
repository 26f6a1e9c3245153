package slots

import (
	"context"
	"time"

	"ziyara/centre"
	"ziyara/once"
	"ziyara/scheduling"
)

// WaitlistStore keeps the entries of the waitlist and their offers. Each method is
// atomic, like those of Store, and returns fault.ErrUnavailable when the store
// can't be reached. An offer is a hold in the ledger, with the mobile and the
// language of the entry, and no start is ever offered to one entry twice.
type WaitlistStore interface {
	// Join records a new entry, and that its desk group is to be looked at. It
	// returns ErrAlreadyWaiting, ErrPersonLimit when the person has as many
	// upcoming visits to the service as allowed, ErrMobileWaits when as many entries
	// have the mobile as e.Booking.MobileLimit says, or once.ErrAnswered when the key
	// of once is known.
	Join(ctx context.Context, e Entry, once *once.Request[Entry]) error

	// FindEntry returns the entry with the id as it is at now (Entry.At), or
	// fault.ErrNotFound.
	FindEntry(ctx context.Context, id string, now time.Time) (Entry, error)

	// EntriesOf returns the entries of the owner that wait, as they are at
	// now, in the order in which they joined.
	EntriesOf(ctx context.Context, of Owner, now time.Time) ([]Entry, error)

	// ChangeEntry replaces the entry with the id by what decide returns, and
	// gives back the place of an offer that the entry no longer has. It returns
	// errors of decide unchanged, and fault.ErrNotFound.
	ChangeEntry(ctx context.Context, id string, now time.Time, decide func(Entry) (Entry, error)) (Entry, error)

	// Freed returns the ids of the desk groups where, since the last look, an
	// entry has joined or a place was given back on a day that an entry waits
	// for.
	Freed(ctx context.Context) ([]int, error)

	// Awaited returns the ids of all desk groups with waiting entries.
	Awaited(ctx context.Context) ([]int, error)

	// Offer looks at a desk group. Entries whose persons have booked end, and
	// offers that expired are counted, and Policy.Ignored of them end the entry.
	// Then match decides, for one caller at a time, who is offered what. It may
	// be called more than once; only the last answer counts, and its holds,
	// offers and messages are written together. Unless l.Always, nothing is
	// offered when Freed no longer names the desk group. Offer returns
	// how many offers were made, and ErrStale when the calendar of the desk
	// group is not the current one.
	Offer(ctx context.Context, l Look, match Matching) (int, error)

	// CloseEntries ends at most limit entries whose range was over at now and
	// removes at most limit that ended two days earlier. It returns the larger
	// of the two numbers.
	CloseEntries(ctx context.Context, now time.Time, limit int) (int, error)
}

// Look is a look at a desk group.
type Look struct {
	Group  *centre.DeskGroup
	Policy WaitPolicy
	Now    time.Time
	Always bool // also if nothing was freed
}

// Matching assigns free places of the ledger on the given days, and only those, to
// waiting entries. On a day without a ledger row nothing is taken. Shape is not
// set in waiting.
type Matching func(waiting []Waits, days []scheduling.Date, ledger map[scheduling.Date]Occupied) []Matched

// Waits is an entry as Matching needs it.
type Waits struct {
	Candidate
	Service string   // slug
	Needs   []string // slugs; they may make the visit longer
}
