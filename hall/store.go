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
	// day, lets decide say what becomes of it, and writes that with its history,
	// its call and what its visitor is told. It returns fault.ErrNotFound or the error
	// of decide.
	Change(ctx context.Context, reference string, decide func(Visit, Floor) (Step, error)) (Visit, error)

	// Call locks a hall and lets choose say who of it is called, and writes
	// that. expected are the visits to the desk group of which nobody has come
	// and that start in [q.From, q.To). It returns the error of choose.
	Call(ctx context.Context, q QueueQuery, choose func(floor Floor, expected []Visit) (Step, error)) (Visit, error)

	// Find returns the visit with the reference, or fault.ErrNotFound.
	Find(ctx context.Context, reference string) (Visit, error)

	// Of returns at most limit visits of a person (slots.Person), at any
	// branch, that start in [from, to) and are booked, completed or no-shows,
	// the earliest first.
	Of(ctx context.Context, person string, from, to time.Time, limit int) ([]Visit, error)

	// Look returns the hall of a branch as it is, and of whom nobody has come:
	// of a desk group, or of all for q.GroupID 0.
	Look(ctx context.Context, q QueueQuery) (Floor, []Visit, error)

	// Crowd returns who is in any hall, and of whom nobody has come of those who
	// start in [from, to) at desk groups that somebody is in the hall for.
	Crowd(ctx context.Context, from, to time.Time) (present, expected []Visit, err error)

	// List returns a page of the visits of a branch on a day.
	List(ctx context.Context, q ListQuery) ([]Visit, error)

	// Counts returns how many visits of a branch on a day stand where, by
	// Visit.Where. groups are keys of desk groups, nil for all.
	Counts(ctx context.Context, branch int, day scheduling.Date, groups []int) (map[Where]int, error)

	// Leftover returns at most limit references of visits that are still booked
	// and ended before the instant, on a day on which somebody was checked in
	// for their desk group, and whose end nobody wrote down. Who left before so
	// many calls in vain as misses says, and what was restored, is left alone.
	Leftover(ctx context.Context, before time.Time, misses, limit int) ([]string, error)

	// Tell enqueues the messages of notices, each number of minutes once and
	// none that says less than an earlier one, and returns how many it added.
	Tell(ctx context.Context, notices []Notice, now time.Time) (int, error)

	// Announce records a delay, enqueues the messages about it, and returns how
	// many those are.
	Announce(ctx context.Context, d Delay) (int, error)

	// Calls returns at most limit calls of a branch on a day, the oldest first:
	// those behind the call with the number after, or the last for one below 0.
	Calls(ctx context.Context, branch int, day scheduling.Date, after, limit int) ([]Call, error)

	// Desks returns the desks of a branch, by name.
	Desks(ctx context.Context, branch int) ([]Desk, error)

	// PutDesk adds a desk or changes whether it is accessible, and records that.
	// It returns a *DeskError for a name that another group of the branch has.
	PutDesk(ctx context.Context, c DeskChange) error

	// RemoveDesk removes a desk and records that. It returns fault.ErrNotFound.
	RemoveDesk(ctx context.Context, c DeskChange) error
}

// QueueQuery is a hall, and the starts of visits that matter in it.
type QueueQuery struct {
	BranchID int
	Day      scheduling.Date
	GroupID  int
	From, To time.Time
}

// Where says where a visit of the day stands.
type Where string

// Where visits stand: those of an appointment, and of who has come.
const (
	AtExpected  Where = "expected"
	AtWaiting   Where = "waiting"
	AtCalled    Where = "called"
	AtServing   Where = "serving"
	AtCompleted Where = "completed"
	AtLeft      Where = "left"
	AtNoShow    Where = "no_show"
)

// Where returns where the visit stands.
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
	// After is the start of the last visit that was listed before, and ID its
	// key; zero for the first page.
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
	// Done says that the visitor is not awaited at the desk any more.
	Done bool
}

// DeskChange is what somebody of the staff does to a desk.
type DeskChange struct {
	Group     *centre.DeskGroup
	Desk      Desk
	Actor     string
	RequestID string
	At        time.Time
}

// Entry returns the entry of the audit log for the change: put, or removed.
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
