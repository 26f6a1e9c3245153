package slots_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/slots"
)

// displacedAt is a booked visit at a time of tuesday that a change has
// displaced, with the start that is proposed instead; "" for none.
func displacedAt(t testing.TB, clock, proposed string, now time.Time) slots.Appointment {
	t.Helper()
	a := slots.Appointment{ID: "a", Status: slots.Booked, Lang: "ar", StartVersion: 1, Start: at(t, clock), End: at(t, clock).Add(time.Hour)}
	var p *slots.Proposal
	if proposed != "" {
		p = &slots.Proposal{ID: "hold", Start: at(t, proposed), End: at(t, proposed).Add(time.Hour)}
	}
	displaced, _ := a.Displace(slots.Rebook, p, reason(), "noura", 0, now)
	return displaced.After
}

func reason() slots.ChangeOf {
	return slots.ChangeOf{ID: "change", Reason: catalog.Text{AR: "صيانة", EN: "Maintenance"}}
}

// What is decided for a booked visit, and for a request.
func TestDisplace(t *testing.T) {
	t.Parallel()
	now := midnight
	for _, tc := range []struct {
		name     string
		status   slots.Status
		decision slots.Decision
		proposed string
		want     slots.Status
		event    slots.EventKind // "" for none
		start    string          // of the event
		version  int
		expires  string // of the proposal, "" for none
		answerBy string // of a request
		waits    bool
	}{
		{"kept", slots.Booked, slots.Keep, "", slots.Booked, "", "", 1, "", "", false},
		{"called off", slots.Booked, slots.CallOff, "", slots.Cancelled, slots.WasCancelled, "12:00", 1, "", "", false},
		{"asked, with a later start", slots.Booked, slots.Rebook, "13:00", slots.Booked, slots.WasProposed, "13:00", 2, "12:00", "", true},
		{"asked, with an earlier start", slots.Booked, slots.Rebook, "09:00", slots.Booked, slots.WasProposed, "09:00", 2, "09:00", "", true},
		{"asked, with nothing to propose", slots.Booked, slots.Rebook, "", slots.Booked, slots.WasProposed, "12:00", 2, "", "", true},
		{"a request is kept", slots.Requested, slots.Keep, "", slots.Requested, "", "", 1, "", "11:00", false},
		{"a request is declined", slots.Requested, slots.CallOff, "", slots.Declined, slots.WasDeclined, "12:00", 1, "", "", false},
		{"a request, with another start", slots.Requested, slots.Rebook, "13:00",
			slots.Requested, slots.WasProposed, "13:00", 2, "02:00", "04:00", false},
		{"a request, with nothing to propose, waits for its department", slots.Requested,
			slots.Rebook, "", slots.Requested, "", "", 1, "", "11:00", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a := slots.Appointment{Status: tc.status, Lang: "ar", StartVersion: 1, Start: at(t, "12:00"), End: at(t, "12:30")}
			if tc.status == slots.Requested {
				a.AnswerBy = at(t, "11:00")
			}
			var p *slots.Proposal
			if tc.proposed != "" {
				p = &slots.Proposal{ID: "hold", Start: at(t, tc.proposed)}
			}
			displaced, outcome := a.Displace(tc.decision, p, reason(), "noura", 2*time.Hour, now)
			if want := outcomeOf(tc.event); outcome != want {
				t.Errorf("outcome %s, want %s", outcome, want)
			}
			got := displaced.After
			if got.Status != tc.want || got.StartVersion != tc.version || got.Displaced() != tc.waits || !got.Start.Equal(a.Start) {
				t.Errorf("%s, version %d, displaced %v at %v", got.Status, got.StartVersion, got.Displaced(), got.Start)
			}
			var events []slots.Event
			if tc.event != "" {
				events = []slots.Event{{Kind: tc.event, At: now, Start: at(t, tc.start), Actor: "noura", Reason: "صيانة"}}
			}
			if diff := cmp.Diff(events, got.History); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
			if (got.Proposal != nil) != (tc.expires != "") || got.Proposal != nil && !got.Proposal.Expires.Equal(at(t, tc.expires)) {
				t.Errorf("proposal %+v, want it to expire at %q", got.Proposal, tc.expires)
			}
			if tc.answerBy == "" != got.AnswerBy.IsZero() || tc.answerBy != "" && !got.AnswerBy.Equal(at(t, tc.answerBy)) {
				t.Errorf("answer by %v, want %q", got.AnswerBy, tc.answerBy)
			}
		})
	}
}

// The visitor of a displaced visit accepts, refuses, moves or cancels until it
// would begin, whatever the cut-offs are; and nothing of it can be done twice.
func TestAnswersOfTheDisplaced(t *testing.T) {
	t.Parallel()
	late := at(t, "11:59")
	a := displacedAt(t, "12:00", "13:00", midnight)
	accepted, err := after(a.Accept(late))
	if err != nil || !accepted.Start.Equal(at(t, "13:00")) || accepted.Displaced() || accepted.Proposal != nil || accepted.StartVersion != 3 {
		t.Errorf("accepted: %+v, %v", accepted, err)
	}
	again, err := accepted.Accept(late)
	if err != nil || again.Changes() || !again.After.Start.Equal(accepted.Start) {
		t.Errorf("accepted again: %+v, %v", again, err)
	}
	refused, err := after(a.Refuse(time.Hour, late))
	if err != nil || !refused.Displaced() || refused.Proposal != nil || !refused.AnswerBy.IsZero() {
		t.Errorf("refused: %+v, %v", refused, err)
	}
	if _, err = after(refused.Accept(late)); !errors.Is(err, slots.ErrNoProposal) {
		t.Errorf("accepted after that: %v", err)
	}
	moved, err := after(a.Move(slots.Place{}, at(t, "14:00"), at(t, "15:00"), cutOff(24*time.Hour), late))
	if err != nil || moved.Displaced() || moved.Proposal != nil || moved.StartVersion != 3 {
		t.Errorf("moved: %+v, %v", moved, err)
	}
	cancelled, err := after(a.Cancel(cutOff(24*time.Hour), "", late))
	if err != nil || cancelled.Status != slots.Cancelled || cancelled.Proposal != nil {
		t.Errorf("cancelled: %+v, %v", cancelled, err)
	}
	for name, begun := range map[string]error{
		"accept": second(after(a.Accept(at(t, "12:00")))),
		"move":   second(after(a.Move(slots.Place{}, at(t, "14:00"), at(t, "15:00"), cutOff(0), at(t, "12:00")))),
		"cancel": second(after(a.Cancel(cutOff(0), "", at(t, "12:00")))),
	} {
		if begun == nil {
			t.Errorf("%s when it would have begun", name)
		}
	}
	back, outcome := a.Restore(late)
	if restored := back.After; outcome != slots.OutcomeRestored ||
		restored.Displaced() || restored.Proposal != nil || restored.StartVersion != 3 || !restored.Start.Equal(a.Start) {
		t.Errorf("restored: %+v", restored)
	}
}

// outcomeOf returns how a visit stands with a change that has done this to it.
func outcomeOf(k slots.EventKind) slots.Outcome {
	switch k {
	case "":
		return slots.OutcomeKept
	case slots.WasProposed:
		return slots.OutcomeWaiting
	default:
		return slots.OutcomeCalledOff
	}
}

func second(_ slots.Appointment, err error) error { return err }

// What comes of a call is said once; the same again is fine, another answer is
// not, and nobody is asked about who has not been told.
func TestCalls(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		call    slots.CallOutcome
		outcome slots.Outcome
		open    bool
		err     error
	}{
		{slots.CallAccepts, slots.OutcomeWaiting, true, nil},
		{slots.CallAccepts, slots.OutcomeUnanswered, true, nil},
		{slots.CallAccepts, slots.OutcomeAccepted, false, nil},
		{slots.CallCancels, slots.OutcomeCancelled, false, nil},
		{slots.CallKeeps, slots.OutcomeKept, false, nil},
		{slots.CallCancels, slots.OutcomeAccepted, false, slots.ErrChangeSettled},
		{slots.CallNotReached, slots.OutcomeAccepted, false, slots.ErrChangeSettled},
		{slots.CallAccepts, slots.OutcomeCalledOff, false, slots.ErrChangeSettled},
		{slots.CallAccepts, slots.OutcomeRestored, false, slots.ErrChangeSettled},
		{slots.CallAccepts, slots.OutcomePlanned, false, slots.ErrNotCarriedOut},
		{slots.CallAccepts, slots.OutcomePending, false, slots.ErrNotCarriedOut},
	} {
		open, err := slots.Call{Outcome: tc.call}.Open(tc.outcome)
		if open != tc.open || !errors.Is(err, tc.err) {
			t.Errorf("%s for who %s: %v, %v", tc.call, tc.outcome, open, err)
		}
	}
	late := at(t, "11:00")
	for call, want := range map[slots.CallOutcome]struct {
		event   slots.EventKind
		outcome slots.Outcome
	}{
		slots.CallAccepts: {slots.WasAccepted, slots.OutcomeAccepted},
		slots.CallCancels: {slots.WasCancelled, slots.OutcomeCancelled},
		slots.CallKeeps:   {slots.WasRefused, slots.OutcomeKept},
	} {
		got, outcome, err := displacedAt(t, "12:00", "13:00", midnight).ApplyCall(slots.Call{Outcome: call, Actor: "huda", Note: "called"}, late)
		if err != nil {
			t.Fatal(err)
		}
		a := got.After
		if outcome != want.outcome || got.GivenUp {
			t.Errorf("%s: %s, given up: %v; want %s", call, outcome, got.GivenUp, want.outcome)
		}
		e := a.History[len(a.History)-1]
		if e != got.Event || e.Kind != want.event || e.Actor != "huda" || e.Reason != "called" || a.Displaced() || a.Proposal != nil {
			t.Errorf("%s: %+v, %+v", call, e, a)
		}
	}
}

// One decision counts for all, what a draft has planned before it, and an
// exception before both; only affected visits can have one.
func TestDecisions(t *testing.T) {
	t.Parallel()
	affected := []slots.Reference{"A", "B", "C"}
	planned := map[slots.Reference]slots.Decision{"A": slots.Rebook, "B": slots.Keep, "GONE": slots.Keep}
	for _, tc := range []struct {
		name    string
		request slots.ChangeRequest
		planned map[slots.Reference]slots.Decision
		want    map[slots.Reference]slots.Decision
		err     error
	}{
		{"one for all", slots.ChangeRequest{Decision: slots.CallOff}, nil,
			map[slots.Reference]slots.Decision{"A": slots.CallOff, "B": slots.CallOff, "C": slots.CallOff}, nil},
		{"as drafted; who booked since gets the usual", slots.ChangeRequest{}, planned,
			map[slots.Reference]slots.Decision{"A": slots.Rebook, "B": slots.Keep, "C": slots.Rebook}, nil},
		{"an exception", slots.ChangeRequest{Decision: slots.CallOff, Exceptions: map[slots.Reference]slots.Decision{"B": slots.Keep}},
			nil, map[slots.Reference]slots.Decision{"A": slots.CallOff, "B": slots.Keep, "C": slots.CallOff}, nil},
		{"for who was in the draft and has cancelled since",
			slots.ChangeRequest{Exceptions: map[slots.Reference]slots.Decision{"GONE": slots.CallOff}}, planned,
			map[slots.Reference]slots.Decision{"A": slots.Rebook, "B": slots.Keep, "C": slots.Rebook}, nil},
		{"for somebody else", slots.ChangeRequest{Exceptions: map[slots.Reference]slots.Decision{"X": slots.Keep}},
			nil, nil, slots.ErrNotAffected},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.request.Decisions(affected, tc.planned, slots.Rebook)
			if !errors.Is(err, tc.err) {
				t.Fatalf("%v, want %v", err, tc.err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
