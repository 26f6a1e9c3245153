package slots

import (
	"context"
	"time"

	"ziyara/centre"
	"ziyara/once"
	"ziyara/scheduling"
)

// WaitlistStore keeps who waits and what they were offered. Each method is
// atomic, as those of Store are, and returns fault.ErrUnavailable when the store
// can't be reached. An offer is a hold in the ledger, with the mobile and the
// language of the entry, and no start is ever offered to one entry twice.
type WaitlistStore interface {
	// Join records a new entry, and that its desk group is to be looked at. It
	// returns ErrAlreadyWaiting, ErrPersonLimit when the person has as many
	// upcoming visits to the service as allowed, or once.ErrAnswered when the key of
	// once is known.
	Join(ctx context.Context, e Entry, once *once.Request[Entry]) error

	// FindEntry returns the entry with the id as it is at now (Entry.At), or
	// fault.ErrNotFound.
	FindEntry(ctx context.Context, id string, now time.Time) (Entry, error)

	// ChangeEntry lets decide turn the entry with the id into what it becomes,
	// and gives the place of an offer back that the entry has no more. An
	// error of decide is returned as it is. It returns fault.ErrNotFound.
	ChangeEntry(ctx context.Context, id string, now time.Time, decide func(Entry) (Entry, error)) (Entry, error)

	// Freed returns the ids of the desk groups at which, since they were last
	// looked at, somebody has joined or a place was given back on a day that
	// somebody waits for.
	Freed(ctx context.Context) ([]int, error)

	// Awaited returns the ids of all desk groups that anybody waits for.
	Awaited(ctx context.Context) ([]int, error)

	// Offer looks at a desk group. Entries whose persons have booked end, and
	// offers that ran out are counted, the policy's Ignored of them ending the
	// entry. Then, one caller at a time, match decides who is offered what. It
	// may be asked more than once; only the last answer counts, and its holds,
	// offers and messages are written together. Unless l.Always, nothing is
	// offered when Freed does not name the desk group any more. Offer returns
	// how many offers were made, and ErrStale when the calendar of the desk
	// group is not the current one.
	Offer(ctx context.Context, l Look, match Matching) (int, error)

	// CloseEntries ends at most limit entries whose range was over at now and
	// removes at most limit that ended two days before. It returns the larger
	// number.
	CloseEntries(ctx context.Context, now time.Time, limit int) (int, error)
}

// Look is a look at a desk group.
type Look struct {
	Group  *centre.DeskGroup
	Policy WaitPolicy
	Now    time.Time
	Always bool // also if nothing was freed
}

// Matching decides who is offered which of the places that the ledger has
// free on the given days; the other days are not to be looked at. A day
// without a row in the ledger has nothing taken. Shape is not set in waiting.
type Matching func(waiting []Waits, days []scheduling.Date, ledger map[scheduling.Date]Occupied) []Matched

// Waits is what matters of an entry when places are given away.
type Waits struct {
	Candidate
	Service string   // slug
	Needs   []string // slugs; the visit is as long as they ask for
}
