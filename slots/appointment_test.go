package slots_test

import (
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/slots"
)

// An hour of tuesday, held at nine the day before for ten minutes.
var (
	start   = midnight.Add(10 * time.Hour)
	heldAt  = start.Add(-25 * time.Hour)
	expires = heldAt.Add(10 * time.Minute)
)

const cutoff = 4 * time.Hour

// asks is what a department wants that approves visits in 20 hours, and
// answerBy when those are over for a visit that is requested a minute after
// heldAt.
var (
	asks     = catalog.Approval{Answer: 20 * time.Hour, Default: catalog.Decline}
	answerBy = heldAt.Add(time.Minute + 20*time.Hour)
)

// proposed is the status of a request for which another start is proposed,
// two hours after heldAt.
const proposed slots.Status = "requested, proposed"

// arrived is the status of a visit whose visitor is in the hall.
const arrived slots.Status = "booked, arrived"

// appointment is one in the status, as the transitions make it.
func appointment(status slots.Status) slots.Appointment {
	a := slots.Appointment{
		ID: "hold", Status: status, Service: "heirs-returns", Branch: "riyadh",
		Place: slots.Place{Branch: 1, DeskGroup: 7, Day: tuesday, First: 120, Ticks: 12, Count: 1},
		Start: start, End: start.Add(time.Hour), Party: 1, Created: heldAt, Expires: expires,
	}
	if status != slots.Held && status != slots.Released && status != slots.Expired {
		b := booking("1000000008")
		a.Reference, a.Person, a.StartVersion, a.Mobile, a.Lang, a.Visitor = b.Reference, b.Person, 1, b.Mobile, b.Lang, b.Visitor
		a.Created, a.Expires = heldAt.Add(time.Minute), time.Time{}
		a.History = []slots.Event{{Kind: slots.WasBooked, At: a.Created, Start: start}}
	}
	switch status {
	case slots.Held, slots.Released, slots.Expired, slots.Booked:
	case slots.Requested:
		a.History[0].Kind, a.AnswerBy = slots.WasRequested, answerBy
	case slots.Declined:
		a.History[0].Kind = slots.WasRequested
		a.History = append(a.History, slots.Event{
			Kind: slots.WasDeclined, At: heldAt.Add(time.Hour), Start: start, Actor: "noura", Reason: "no room"})
	case proposed:
		a.History[0].Kind = slots.WasRequested
		a.Status, a.StartVersion, a.AnswerBy = slots.Requested, 2, start
		p := other()
		p.Expires = heldAt.Add(22 * time.Hour)
		a.Proposal = &p
		a.History = append(a.History, slots.Event{
			Kind: slots.WasProposed, At: heldAt.Add(2 * time.Hour), Start: p.Start, Actor: "noura"})
	case arrived:
		a.Status = slots.Booked
		a.History = append(a.History, slots.Event{Kind: slots.WasCheckedIn, At: start, Start: start, Actor: "salem"})
	case slots.Completed, slots.NoShow:
		a.History = append(a.History, slots.Event{Kind: slots.EventKind(status), At: start, Start: start, Actor: "salem"})
	case slots.Cancelled:
		a.History = append(a.History, slots.Event{Kind: slots.WasCancelled, At: heldAt.Add(time.Hour), Start: start})
	}
	a.Version = len(a.History)
	return a
}

// other is a proposal of an hour later.
func other() slots.Proposal {
	return slots.Proposal{
		ID: "other", Place: slots.Place{Branch: 1, DeskGroup: 7, Day: tuesday, First: 132, Ticks: 12, Count: 1},
		Start: start.Add(time.Hour), End: start.Add(2 * time.Hour),
	}
}

// booking is what a person with the national identity id books with.
func booking(id string) slots.Booking {
	return slots.Booking{
		Reference: slots.NewReference([5]byte{1, 2, 3, 4, 5}), Person: slots.Person("person " + id), Mobile: "+966500000001", Lang: "ar",
		Visitor: slots.Visitor{Name: "نورة", Identity: slots.Identity{Kind: slots.NationalID, Number: id}},
	}
}

// statuses lists the statuses that the package declares, sorted.
func statuses(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("appointment.go")
	if err != nil {
		t.Fatal(err)
	}
	var declared []string
	for _, found := range regexp.MustCompile(`(?m)^\s+\w+ +Status += "(\w+)"`).FindAllSubmatch(source, -1) {
		declared = append(declared, string(found[1]))
	}
	slices.Sort(declared)
	return declared
}

// What becomes of an appointment in each status with each event: its status
// afterwards, or why not. An answer to no request changes nothing.
func TestTransitions(t *testing.T) {
	t.Parallel()
	elsewhere := slots.Place{Branch: 1, DeskGroup: 7, Day: tuesday, First: 132, Ticks: 12, Count: 1}
	book := func(id string, now time.Time) func(slots.Appointment) (slots.Appointment, error) {
		return func(a slots.Appointment) (slots.Appointment, error) {
			return after(a.Book(booking(id), catalog.Approval{}, now))
		}
	}
	move := func(to, now time.Time) func(slots.Appointment) (slots.Appointment, error) {
		return func(a slots.Appointment) (slots.Appointment, error) {
			return after(a.Move(elsewhere, to, to.Add(time.Hour), cutOff(cutoff), now))
		}
	}
	cancel := func(now time.Time) func(slots.Appointment) (slots.Appointment, error) {
		return func(a slots.Appointment) (slots.Appointment, error) { return after(a.Cancel(cutOff(cutoff), "", now)) }
	}
	events := map[string]func(slots.Appointment) (slots.Appointment, error){
		"book in time":                book("1000000008", expires.Add(-1)),
		"book when the hold runs out": book("1000000008", expires),
		"book from another mobile": func(a slots.Appointment) (slots.Appointment, error) {
			b := booking("1000000008")
			b.Mobile = "+966500000002"
			return after(a.Book(b, catalog.Approval{}, heldAt))
		},
		"somebody else books":                     book("2000000006", expires.Add(-1)),
		"release":                                 slots.Appointment.Release,
		"move in time":                            move(start.Add(time.Hour), start.Add(-cutoff-1)),
		"move at the cut-off":                     move(start.Add(time.Hour), start.Add(-cutoff)),
		"move to where it is, past the cut-off":   move(start, start.Add(-1)),
		"cancel in time":                          cancel(start.Add(-cutoff - 1)),
		"cancel at the cut-off":                   cancel(start.Add(-cutoff)),
		"cancel after the visit should have been": cancel(start.Add(24 * time.Hour)),
	}
	// What waits for an approval, by what stands against it where nothing does.
	answers := map[error]map[string]func(slots.Appointment) (slots.Appointment, error){
		slots.ErrNotRequested: {
			"approve in time": func(a slots.Appointment) (slots.Appointment, error) {
				return after(a.Approve("noura", answerBy.Add(-1)))
			},
			"approve when the time is over": func(a slots.Appointment) (slots.Appointment, error) { return after(a.Approve("noura", answerBy)) },
			"approve at the start":          func(a slots.Appointment) (slots.Appointment, error) { return after(a.Approve("noura", start)) },
			"decline in time": func(a slots.Appointment) (slots.Appointment, error) {
				return after(a.Decline("noura", "full", answerBy.Add(-1)))
			},
			"decline when the time is over": func(a slots.Appointment) (slots.Appointment, error) {
				return after(a.Decline("noura", "full", answerBy))
			},
			"propose another start": func(a slots.Appointment) (slots.Appointment, error) {
				return after(a.Propose(other(), "noura", 0, heldAt.Add(3*time.Hour)))
			},
			"propose when the time is over": func(a slots.Appointment) (slots.Appointment, error) {
				return after(a.Propose(other(), "noura", 0, answerBy))
			},
			"propose the start asked for": func(a slots.Appointment) (slots.Appointment, error) {
				return after(a.Propose(slots.Proposal{Start: start.UTC()}, "noura", 0, heldAt))
			},
		},
		slots.ErrNoProposal: {
			"accept in time": func(a slots.Appointment) (slots.Appointment, error) {
				return after(a.Accept(heldAt.Add(22*time.Hour - 1)))
			},
			"accept when the proposal is over": func(a slots.Appointment) (slots.Appointment, error) {
				return after(a.Accept(heldAt.Add(22 * time.Hour)))
			},
			"refuse in time": func(a slots.Appointment) (slots.Appointment, error) {
				return after(a.Refuse(time.Hour, heldAt.Add(22*time.Hour-1)))
			},
			"refuse when the proposal is over": func(a slots.Appointment) (slots.Appointment, error) {
				return after(a.Refuse(time.Hour, heldAt.Add(22*time.Hour)))
			},
		},
		slots.ErrUnaudited: {
			"approve by nobody":        func(a slots.Appointment) (slots.Appointment, error) { return after(a.Approve("", heldAt)) },
			"decline by nobody":        func(a slots.Appointment) (slots.Appointment, error) { return after(a.Decline("", "full", heldAt)) },
			"decline without a reason": func(a slots.Appointment) (slots.Appointment, error) { return after(a.Decline("noura", "", heldAt)) },
			"propose by nobody":        func(a slots.Appointment) (slots.Appointment, error) { return after(a.Propose(other(), "", 0, heldAt)) },
		},
		nil: { // nothing happens
			"the time for an answer is not over": func(a slots.Appointment) (slots.Appointment, error) {
				return a.Lapse(asks, answerBy.Add(-1)).After, nil
			},
			"silence declines": func(a slots.Appointment) (slots.Appointment, error) { return a.Lapse(asks, start).After, nil },
			"silence approves": func(a slots.Appointment) (slots.Appointment, error) {
				return a.Lapse(catalog.Approval{Answer: asks.Answer, Default: catalog.Approve}, start).After, nil
			},
			"no approval is needed any more": func(a slots.Appointment) (slots.Appointment, error) {
				return a.Lapse(catalog.Approval{}, start).After, nil
			},
		},
	}
	events["book where somebody approves"] = func(a slots.Appointment) (slots.Appointment, error) {
		return after(a.Book(booking("1000000008"), asks, expires.Add(-1)))
	}
	events["cancel before the start"] = cancel(start.Add(-1))
	tooLateToMove, tooLateToCancel := &slots.RuleError{Rule: slots.RuleMoveCutoff}, &slots.RuleError{Rule: slots.RuleCancelCutoff}
	all := func(outcome any) map[string]any {
		outcomes := make(map[string]any)
		for event := range events {
			outcomes[event] = outcome
		}
		for refusal, list := range answers {
			for event := range list {
				outcomes[event] = refusal
			}
		}
		return outcomes
	}
	but := func(outcomes, exceptions map[string]any) map[string]any {
		maps.Copy(outcomes, exceptions)
		return outcomes
	}
	over := func(status slots.Status) map[string]any { // a visit that is over stays as it is
		return but(all(slots.ErrNotBooked), map[string]any{
			"book in time": status, "book when the hold runs out": status, "book where somebody approves": status,
			"book from another mobile": slots.ErrHoldUsed, "somebody else books": slots.ErrHoldUsed, "release": slots.ErrHoldUsed,
		})
	}
	want := map[slots.Status]map[string]any{ // a slots.Status or an error; nil: as it was
		slots.Held: but(all(slots.ErrNotBooked), map[string]any{
			"book in time": slots.Booked, "book from another mobile": slots.Booked, "somebody else books": slots.Booked,
			"book where somebody approves": slots.Requested, "book when the hold runs out": slots.ErrExpired,
			"release": slots.Released,
		}),
		slots.Released: but(all(slots.ErrNotBooked), map[string]any{
			"book in time": slots.ErrReleased, "book from another mobile": slots.ErrReleased, "somebody else books": slots.ErrReleased,
			"book where somebody approves": slots.ErrReleased, "book when the hold runs out": slots.ErrReleased,
			"release": slots.Released,
		}),
		slots.Expired: but(all(slots.ErrNotBooked), map[string]any{
			"book in time": slots.ErrExpired, "book from another mobile": slots.ErrExpired, "somebody else books": slots.ErrExpired,
			"book where somebody approves": slots.ErrExpired, "book when the hold runs out": slots.ErrExpired,
			"release": slots.Expired,
		}),
		slots.Requested: but(all(slots.Requested), map[string]any{
			"book from another mobile": slots.ErrHoldUsed, "somebody else books": slots.ErrHoldUsed, "release": slots.ErrHoldUsed,
			"move in time": slots.ErrRequested, "move at the cut-off": slots.ErrRequested,
			"move to where it is, past the cut-off": slots.ErrRequested,
			"cancel in time":                        slots.Cancelled,
			"cancel at the cut-off":                 slots.Cancelled, "cancel before the start": slots.Cancelled,
			"cancel after the visit should have been": tooLateToCancel,
			"approve in time":                         slots.Booked, "decline in time": slots.Declined,
			"propose another start": slots.Requested, "propose the start asked for": slots.ErrSameStart,
			"silence declines": slots.Declined, "silence approves": slots.Booked, "no approval is needed any more": slots.Booked,
		}),
		// The answer time is longer by what the visitor has.
		proposed: but(all(slots.Requested), map[string]any{
			"book from another mobile": slots.ErrHoldUsed, "somebody else books": slots.ErrHoldUsed, "release": slots.ErrHoldUsed,
			"move in time": slots.ErrRequested, "move at the cut-off": slots.ErrRequested,
			"move to where it is, past the cut-off": slots.ErrRequested,
			"cancel in time":                        slots.Cancelled,
			"cancel at the cut-off":                 slots.Cancelled, "cancel before the start": slots.Cancelled,
			"cancel after the visit should have been": tooLateToCancel,
			"approve in time":                         slots.Booked, "approve when the time is over": slots.Booked,
			"decline in time": slots.Declined, "decline when the time is over": slots.Declined,
			"propose another start": slots.Requested, "propose when the time is over": slots.Requested,
			"propose the start asked for": slots.ErrSameStart,
			"accept in time":              slots.Booked, "refuse in time": slots.Requested,
			"silence declines": slots.Declined, "silence approves": slots.Booked, "no approval is needed any more": slots.Booked,
		}),
		slots.Booked: but(all(slots.Booked), map[string]any{
			"book from another mobile": slots.ErrHoldUsed, "somebody else books": slots.ErrHoldUsed, "release": slots.ErrHoldUsed,
			"move at the cut-off": tooLateToMove,
			"cancel in time":      slots.Cancelled, "cancel at the cut-off": tooLateToCancel,
			"cancel after the visit should have been": tooLateToCancel,
			"cancel before the start":                 tooLateToCancel,
			"approve in time":                         slots.Booked,
			"approve when the time is over":           slots.Booked, "approve at the start": slots.Booked,
		}),
		slots.Declined: but(all(slots.ErrNotBooked), map[string]any{
			"book in time": slots.Declined, "book when the hold runs out": slots.Declined, "book where somebody approves": slots.Declined,
			"book from another mobile": slots.ErrHoldUsed, "somebody else books": slots.ErrHoldUsed, "release": slots.ErrHoldUsed,
			"decline in time": slots.Declined, "decline when the time is over": slots.Declined,
		}),
		slots.Cancelled: but(all(slots.Cancelled), map[string]any{
			"book from another mobile": slots.ErrHoldUsed, "somebody else books": slots.ErrHoldUsed, "release": slots.ErrHoldUsed,
			"move in time": slots.ErrNotBooked, "move at the cut-off": slots.ErrNotBooked,
			"move to where it is, past the cut-off": slots.ErrNotBooked,
		}),
		// Who is in the hall is the reception's: not moved, not cancelled.
		arrived: but(all(slots.Booked), map[string]any{
			"approve in time": slots.Booked, "approve when the time is over": slots.Booked, "approve at the start": slots.Booked,
			"book from another mobile": slots.ErrHoldUsed, "somebody else books": slots.ErrHoldUsed, "release": slots.ErrHoldUsed,
			"move in time": slots.ErrArrived, "move at the cut-off": slots.ErrArrived,
			"cancel in time": slots.ErrArrived, "cancel at the cut-off": slots.ErrArrived,
			"cancel after the visit should have been": slots.ErrArrived,
			"cancel before the start":                 slots.ErrArrived,
		}),
		slots.Completed: over(slots.Completed),
		slots.NoShow:    over(slots.NoShow),
	}
	for _, list := range answers {
		maps.Copy(events, list)
	}
	var decided []string
	for status := range want {
		if status != proposed && status != arrived {
			decided = append(decided, string(status))
		}
	}
	slices.Sort(decided)
	if diff := cmp.Diff(statuses(t), decided); diff != "" {
		t.Fatalf("what becomes of each status has to be decided (-declared +decided):\n%s", diff)
	}
	for status, outcomes := range want {
		for event, apply := range events {
			t.Run(string(status)+", "+event, func(t *testing.T) {
				t.Parallel()
				before := appointment(status)
				got, err := apply(appointment(status))
				if diff := cmp.Diff(appointment(status), before); diff != "" {
					t.Errorf("the event changed what it was given:\n%s", diff)
				}
				outcome, decided := outcomes[event]
				if !decided {
					t.Fatalf("no outcome for %s of %s", event, status)
				}
				switch outcome := outcome.(type) {
				case nil:
					if diff := cmp.Diff(before, got); diff != "" || err != nil {
						t.Errorf("%v, changed:\n%s", err, diff)
					}
				case slots.Status:
					if err != nil || got.Status != outcome {
						t.Errorf("got %q, %v, want %q", got.Status, err, outcome)
					}
				case *slots.RuleError:
					if broken(err) != outcome.Rule {
						t.Errorf("got %q, %v, want %v", got.Status, err, outcome)
					}
				case error:
					if !errors.Is(err, outcome) {
						t.Errorf("got %q, %v, want %v", got.Status, err, outcome)
					}
				}
				if err != nil && !cmp.Equal(got, slots.Appointment{}) {
					t.Errorf("beside an error: %+v", got)
				}
			})
		}
	}
}

func TestTakesPlace(t *testing.T) {
	t.Parallel()
	want := map[string]bool{
		"held": true, "requested": true, "booked": true, "completed": true, "no_show": true,
		"released": false, "expired": false, "declined": false, "cancelled": false,
	}
	for _, status := range statuses(t) {
		takes, decided := want[status]
		if got := slots.Status(status).TakesPlace(); !decided || got != takes {
			t.Errorf("%s takes a place: %v, want %v (decided: %v)", status, got, takes, decided)
		}
	}
}

// A transition writes down all that it changes, and no more.
func TestWhatTransitionsChange(t *testing.T) {
	t.Parallel()
	check := func(name string, got slots.Appointment, err error, want slots.Appointment) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	now := heldAt.Add(time.Minute)

	b := booking("1000000008")
	b.Needs = []string{"wheelchair"}
	b.Representative = &slots.Representative{Name: "Ali", Wakala: "43"}
	want := appointment(slots.Booked)
	want.Needs, want.Representative = b.Needs, b.Representative
	got, err := after(appointment(slots.Held).Book(b, catalog.Approval{}, now))
	check("book", got, err, want)

	want = appointment(slots.Held)
	want.Status = slots.Released
	got, err = appointment(slots.Held).Release()
	check("release", got, err, want)

	to := slots.Place{Branch: 1, DeskGroup: 7, Day: tuesday, First: 132, Ticks: 12, Count: 1}
	later := start.Add(time.Hour)
	want = appointment(slots.Booked)
	want.Place, want.Start, want.End, want.StartVersion, want.Version = to, later, later.Add(time.Hour), 2, 2
	want.History = append(want.History, slots.Event{Kind: slots.WasMoved, At: now, Start: later})
	moved, err := after(appointment(slots.Booked).Move(to, later, later.Add(time.Hour), cutOff(cutoff), now))
	check("move", moved, err, want)

	want.Status, want.Version = slots.Cancelled, 3
	want.History = append(want.History, slots.Event{Kind: slots.WasCancelled, At: now, Start: later})
	cancelled, err := after(moved.Cancel(cutOff(cutoff), "", now))
	check("cancel", cancelled, err, want)
}

// The same again changes nothing: no second entry in the history, no version.
func TestTransitionsAreIdempotent(t *testing.T) {
	t.Parallel()
	later := start.Add(time.Hour)
	for name, again := range map[string]struct {
		first slots.Appointment
		event func(slots.Appointment) (slots.Appointment, error)
	}{
		"book": {appointment(slots.Held), func(a slots.Appointment) (slots.Appointment, error) {
			return after(a.Book(booking("1000000008"), catalog.Approval{}, heldAt))
		}},
		"release": {appointment(slots.Held), slots.Appointment.Release},
		"move": {appointment(slots.Booked), func(a slots.Appointment) (slots.Appointment, error) {
			return after(a.Move(slots.Place{First: 132}, later, later.Add(time.Hour), cutOff(cutoff), heldAt))
		}},
		"cancel": {appointment(slots.Booked), func(a slots.Appointment) (slots.Appointment, error) {
			return after(a.Cancel(cutOff(cutoff), "", heldAt))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			once, err := again.event(again.first)
			if err != nil {
				t.Fatal(err)
			}
			twice, err := again.event(once)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(once, twice); diff != "" {
				t.Errorf("the second time (-once +twice):\n%s", diff)
			}
		})
	}
}

// Histories that grow from the same appointment don't write into each other.
func TestHistoriesAreNotShared(t *testing.T) {
	t.Parallel()
	a := appointment(slots.Booked)
	a.History = append(make([]slots.Event, 0, 8), a.History...)
	var moved [2]slots.Appointment
	for i := range moved {
		to := start.Add(time.Duration(i+1) * time.Hour)
		var err error
		if moved[i], err = after(a.Move(slots.Place{}, to, to.Add(time.Hour), cutOff(cutoff), heldAt)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := after(a.Cancel(cutOff(cutoff), "", heldAt)); err != nil {
		t.Fatal(err)
	}
	if got := moved[0].History[1]; got.Kind != slots.WasMoved || !got.Start.Equal(moved[0].Start) {
		t.Errorf("the history of the first move says %+v", got)
	}
}

// What was said in time is said by elapsed time to the nanosecond, whatever
// zone the instants are in.
func TestCutoffs(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("east", 3*60*60)
	for _, tc := range []struct {
		name    string
		cutoff  time.Duration
		now     time.Time
		refused bool
	}{
		{"a nanosecond before the cut-off", cutoff, start.Add(-cutoff - 1), false},
		{"exactly at the cut-off", cutoff, start.Add(-cutoff), true},
		{"exactly at the cut-off, told in another zone", cutoff, start.Add(-cutoff).In(east), true},
		{"after it", cutoff, start.Add(-cutoff + time.Second), true},
		{"without a cut-off, until the visit starts", 0, start.Add(-1), false},
		{"without a cut-off, when it starts", 0, start, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := after(appointment(slots.Booked).Cancel(cutOff(tc.cutoff), "", tc.now))
			if got := broken(err) == slots.RuleCancelCutoff; got != tc.refused || got != (err != nil) {
				t.Errorf("cancel: %v, refused: %v, want %v", err, got, tc.refused)
			}
			_, err = after(appointment(slots.Booked).Move(slots.Place{}, start.Add(time.Hour), start.Add(2*time.Hour), cutOff(tc.cutoff), tc.now))
			if got := broken(err) == slots.RuleMoveCutoff; got != tc.refused || got != (err != nil) {
				t.Errorf("move: %v, refused: %v, want %v", err, got, tc.refused)
			}
		})
	}
}
