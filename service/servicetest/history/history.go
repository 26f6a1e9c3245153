// Package history records the calls of concurrent callers to the slot engine and
// the answers, and checks that they are linearizable: that the replicas together
// behave like one plain list of claims.
package history

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"

	"ziyara/scheduling"
	"ziyara/slots"
)

// Kind is what an operation does.
type Kind string

// The operations. Begin and End enclose the history of each part: they have the
// state of the database before and after all other calls.
const (
	Begin   Kind = "begin"
	Hold    Kind = "hold"
	Book    Kind = "book"
	Move    Kind = "move"
	Cancel  Kind = "cancel"
	Release Kind = "release"
	Expire  Kind = "expire" // the periodic job
	Places  Kind = "places" // a coordinator changes how many places a day has
	End     Kind = "end"
)

// Call is a call to the engine. Which fields count depends on Kind.
type Call struct {
	Kind    Kind
	Part    string    // histories of different parts don't touch each other
	Replica int       // which was asked
	Now     time.Time // as the caller's clock showed it at first; UTC
	ID      string    // of the hold or visit; all but Hold, where it is an answer
	Ref     string    // Book: the reference that the visit is to have
	Target  Target    // Hold, Move
	Person  string    // Book
	Limit   int       // Book: how many visits to the service a person may have
	Open    Day       // Places
	State   State     // Begin
}

// Target is where a hold or a visit is to be.
type Target struct {
	Service    string
	Place      slots.Place
	HeldBack   []int16 // of each tick of Place
	Start, End time.Time
	// AfterGap says that whether a start is offered depends on what is taken
	// around it: it may be refused as taken although there is room.
	AfterGap bool
}

// Outcome is the outcome of a call.
type Outcome string

// The outcomes. Only the caller, who knows the id of its hold, can tell a claim
// that ended from one that never existed.
const (
	Done      Outcome = "done"
	Taken     Outcome = "taken"
	Ended     Outcome = "ended" // the hold has expired or was released
	Used      Outcome = "used"  // the hold is booked
	NotBooked Outcome = "not booked"
	Busy      Outcome = "person busy"
	Full      Outcome = "person limit"
	Unknown   Outcome = "unknown" // no answer came: Settle finds out
)

// Answer is the answer to a call.
type Answer struct {
	Outcome Outcome
	Until   time.Time // as the clock showed it when the answer came; UTC
	ID      string    // Hold
	Expires time.Time // Hold; UTC
	Version int       // Book, Move, Cancel
	State   State     // End
}

// Recorder collects operations. It is safe for concurrent use.
type Recorder struct {
	now  func() time.Time
	turn atomic.Int64

	mu         sync.Mutex
	operations []porcupine.Operation
}

// NewRecorder returns a recorder that stamps calls with now, which must never
// go back.
func NewRecorder(now func() time.Time) *Recorder { return &Recorder{now: now} }

// Do has do carry out a call at the instant that it is given, and records the call
// and the answer. caller is the number of the caller, from 0.
func (r *Recorder) Do(caller int, c Call, do func(now time.Time) Answer) Answer {
	called := r.turn.Add(1) // before the clock is read: see the model
	c.Now = r.now()
	answer := do(c.Now)
	answer.Until = r.now()
	returned := r.turn.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.operations = append(r.operations, porcupine.Operation{
		ClientId: caller, Input: c, Call: called, Output: answer, Return: returned,
	})
	return answer
}

// Settle replaces every Unknown outcome with what find returns for it, and forgets
// calls that had no effect. No caller may be active any more. The call may have
// taken effect at any time until now.
func (r *Recorder) Settle(find func(Call, Answer) (Answer, bool)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var settled []porcupine.Operation
	for _, o := range r.operations {
		call, answer := o.Input.(Call), o.Output.(Answer) //nolint:forcetypeassert // Do wrote them
		if answer.Outcome == Unknown {
			found, effective := find(call, answer)
			if !effective {
				continue
			}
			found.Until = r.now()
			o.Output, o.Return = found, r.turn.Add(1)
		}
		settled = append(settled, o)
	}
	r.operations = settled
}

// Day has the places of a ledger day.
type Day struct {
	DeskGroup int
	Date      scheduling.Date
	First     int     // tick of the first element
	Open      []int16 // places open
}

// places returns how many places are open in a tick.
func (d Day) places(tick int) int {
	if i := tick - d.First; i >= 0 && i < len(d.Open) {
		return int(d.Open[i])
	}
	return 0
}

// Claim is a hold or a visit.
type Claim struct {
	ID         string
	Status     slots.Status // Held, Booked or Cancelled
	Service    string
	Place      slots.Place
	Start, End time.Time // UTC
	Expires    time.Time // UTC; of a hold
	Person     string    // of a visit
	Version    int       // of a visit
}
