package hall

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ziyara/audit"
	"ziyara/centre"
	"ziyara/scheduling"
)

// Store keeps who is in the hall. Each method is atomic, and those that change
// the hall of a branch on a day take turns.
type Store interface {
	// Change locks the visit with the reference and the hall of its branch and
	// day, and writes the step that decide returns with its history, call and
	// messages. It returns fault.ErrNotFound or the error of decide.
	Change(ctx context.Context, reference string, decide func(Visit, Floor) (Step, error)) (Visit, error)

	// Call locks a hall and writes the call that choose returns. expected are the
	// visits to the desk group that start in [q.From, q.To) and whose visitors
	// have not arrived. It returns the error of choose.
	Call(ctx context.Context, q QueueQuery, choose func(floor Floor, expected []Visit) (Step, error)) (Visit, error)

	// Find returns the visit with the reference, or fault.ErrNotFound.
	Find(ctx context.Context, reference string) (Visit, error)

	// Of returns at most limit visits with an identity number (slots.Identity), at any
	// branch, that start in [from, to) and are booked, completed or no-shows,
	// the earliest first.
	Of(ctx context.Context, identity string, from, to time.Time, limit int) ([]Visit, error)

	// Look returns the hall of a branch and the expected visits, as in Call: of
	// a desk group, or of all for q.GroupID 0.
	Look(ctx context.Context, q QueueQuery) (Floor, []Visit, error)

	// Around returns the visit with the reference, or fault.ErrNotFound; and, if its
	// visitor waits, the other visits to its desk group: those with visitors in the
	// hall, and the expected ones that start in [from, to). All are of one instant.
	Around(ctx context.Context, reference string, from, to time.Time) (Visit, []Visit, error)

	// Board returns what is announced at the desk group of the visit.
	Board(ctx context.Context, v Visit) (Board, error)

	// Crowd returns the visits of all visitors in any hall, and the expected
	// visits that start in [from, to) at desk groups with visitors in the hall.
	Crowd(ctx context.Context, from, to time.Time) (present, expected []Visit, err error)

	// List returns a page of the visits of a branch on a day.
	List(ctx context.Context, q ListQuery) ([]Visit, error)

	// Counts returns the number of visits of a branch on a day by Visit.Where. groups are keys of desk groups, nil for all.
	Counts(ctx context.Context, branch int, day scheduling.Date, groups []int) (map[Where]int, error)

	// Leftover returns at most limit references of visits that are still booked
	// and ended before the instant without a recorded end, on a day with a
	// check-in for their desk group. It leaves out visitors who left before
	// missing as many calls as misses says, and restored visits whose visitors are
	// not in the hall.
	Leftover(ctx context.Context, before time.Time, misses, limit int) ([]string, error)

	// Tell enqueues the messages of notices and returns how many it added. It
	// skips a notice of no more minutes than an earlier one for the same visit.
	Tell(ctx context.Context, notices []Notice, now time.Time) (int, error)

	// Announce records a delay, enqueues its messages, and returns their number.
	Announce(ctx context.Context, d Delay) (int, error)

	// Calls returns at most limit calls of a branch on a day, the oldest first:
	// those after the call with the number after, or the latest when it is negative.
	Calls(ctx context.Context, branch int, day scheduling.Date, after, limit int) ([]Call, error)

	// Version returns a word that is another one after each change of the visits of a
	// branch on a day, booked or in the hall.
	Version(ctx context.Context, branch int, day scheduling.Date) (string, error)

	// Desks returns the desks of a branch, by name.
	Desks(ctx context.Context, branch int) ([]Desk, error)

	// PutDesk adds a desk or changes whether it is accessible, and records that.
	// It returns a *DeskError for a name that another group of the branch has.
	PutDesk(ctx context.Context, c DeskChange) error

	// RemoveDesk removes a desk and records that. It returns fault.ErrNotFound.
	RemoveDesk(ctx context.Context, c DeskChange) error
}

// QueueQuery selects a hall, a desk group of it, and the starts of expected visits
// in [From, To).
type QueueQuery struct {
	BranchID int
	Day      scheduling.Date
	GroupID  int
	From, To time.Time
}

// Where is the state of a visit on its day.
type Where string

// The states, of appointments and of arrivals.
const (
	AtExpected  Where = "expected"
	AtWaiting   Where = "waiting"
	AtCalled    Where = "called"
	AtServing   Where = "serving"
	AtCompleted Where = "completed"
	AtLeft      Where = "left"
	AtNoShow    Where = "no_show"
)

// Open asks in a list for the visits that are not over: expected, waiting, called or
// being served.
const Open = "open"

// Where returns the state of the visit.
func (v Visit) Where() Where {
	switch {
	case v.Status == Completed:
		return AtCompleted
	case v.Status == NoShow:
		return AtNoShow
	case v.Arrival != nil:
		return Where(v.Arrival.State)
	}
	return AtExpected
}

// ListQuery asks for the visits of a branch on a day, by start.
type ListQuery struct {
	BranchID int
	Day      scheduling.Date
	Groups   []int // keys of desk groups; nil for all
	Where    Where // "" for everywhere
	// After is the start of the last visit of the previous page, and ID its key;
	// zero for the first page.
	After time.Time
	ID    string
	Limit int
}

// Call is a number that was called to a desk.
type Call struct {
	Call   int // counts within the branch and day
	Number int
	Desk   string
	At     time.Time
	Again  bool // the number was called before
	// Done says that the visitor is no longer awaited at the desk.
	Done bool
}

// DeskChange is a change of a desk by a member of staff.
type DeskChange struct {
	Group     *centre.DeskGroup
	Desk      Desk
	Actor     string
	RequestID string
	At        time.Time
}

// Entry returns the audit entry of the change: put, or removed.
func (c DeskChange) Entry(removed bool) audit.Entry {
	a := audit.Entry{
		At: c.At, Actor: c.Actor, Action: "desk.put", Subject: "desk " + c.Group.Branch + "/" + c.Desk.Name,
		Department: c.Group.Department, Branch: c.Group.Branch, RequestID: c.RequestID,
	}
	is := json.RawMessage(fmt.Sprintf(`{"desk_group":%q,"accessible":%t}`, c.Group.Slug, c.Desk.Accessible))
	if removed {
		a.Action, a.Before = "desk.removed", is
	} else {
		a.After = is
	}
	return a
}
