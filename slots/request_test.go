package slots_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/catalog"
	"ziyara/slots"
)

// What each answer to a request changes, and no more.
func TestWhatAnswersChange(t *testing.T) {
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
	now := heldAt.Add(3 * time.Hour)
	happens := func(a slots.Appointment, e slots.Event) slots.Appointment {
		e.At = now
		a.History = append(a.History, e)
		a.Version = len(a.History)
		return a
	}

	got, err := after(appointment(slots.Held).Book(booking("1000000008"), asks, heldAt.Add(time.Minute)))
	check("book", got, err, appointment(slots.Requested))

	for _, status := range []slots.Status{slots.Requested, proposed} {
		want := appointment(status)
		want.Status, want.AnswerBy, want.Proposal = slots.Booked, time.Time{}, nil
		got, err = after(appointment(status).Approve("noura", now))
		check("approve", got, err, happens(want, slots.Event{Kind: slots.WasApproved, Start: start, Actor: "noura"}))

		want.Status = slots.Declined
		got, err = after(appointment(status).Decline("noura", "the hall is closed", now))
		check("decline", got, err, happens(want, slots.Event{
			Kind: slots.WasDeclined, Start: start, Actor: "noura", Reason: "the hall is closed"}))
	}

	want := appointment(slots.Declined)
	want.History[1] = slots.Event{Kind: slots.WasDeclined, At: answerBy, Start: start}
	check("silence", appointment(slots.Requested).Lapse(asks, answerBy).After, nil, want)

	want = appointment(proposed)
	got, err = after(appointment(slots.Requested).Propose(other(), "noura", asks.Answer, heldAt.Add(2*time.Hour)))
	check("propose", got, err, want)

	want = appointment(proposed)
	want.Status, want.AnswerBy, want.Proposal = slots.Booked, time.Time{}, nil
	want.Place, want.Start, want.End, want.StartVersion = other().Place, other().Start, other().End, 3
	got, err = after(appointment(proposed).Accept(now))
	check("accept", got, err, happens(want, slots.Event{Kind: slots.WasAccepted, Start: other().Start}))

	want = appointment(proposed)
	want.AnswerBy, want.Proposal = now.Add(20*time.Hour), nil
	got, err = after(appointment(proposed).Refuse(asks.Answer, now))
	check("refuse", got, err, happens(want, slots.Event{Kind: slots.WasRefused, Start: start}))

	want = appointment(proposed)
	want.Status, want.AnswerBy, want.Proposal = slots.Cancelled, time.Time{}, nil
	got, err = after(appointment(proposed).Cancel(cutOff(cutoff), "", now))
	check("cancel", got, err, happens(want, slots.Event{Kind: slots.WasCancelled, Start: start}))
}

// The same answer again changes nothing.
func TestAnswersAreIdempotent(t *testing.T) {
	t.Parallel()
	now := heldAt.Add(3 * time.Hour)
	for name, again := range map[string]struct {
		first slots.Status
		event func(slots.Appointment) (slots.Appointment, error)
	}{
		"approve": {slots.Requested, func(a slots.Appointment) (slots.Appointment, error) { return after(a.Approve("noura", now)) }},
		"decline": {slots.Requested, func(a slots.Appointment) (slots.Appointment, error) { return after(a.Decline("noura", "full", now)) }},
		"propose": {slots.Requested, func(a slots.Appointment) (slots.Appointment, error) {
			return after(a.Propose(other(), "noura", asks.Answer, now))
		}},
		"accept": {proposed, func(a slots.Appointment) (slots.Appointment, error) { return after(a.Accept(now)) }},
		"refuse": {proposed, func(a slots.Appointment) (slots.Appointment, error) { return after(a.Refuse(asks.Answer, now)) }},
		"lapse":  {slots.Requested, func(a slots.Appointment) (slots.Appointment, error) { return a.Lapse(asks, answerBy).After, nil }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			once, err := again.event(appointment(again.first))
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

// The time for an answer is elapsed time, and never reaches beyond the start
// of the visit; a proposal neither beyond that nor beyond its own start.
func TestTimeForAnAnswer(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name           string
		asked          time.Time // when it was requested
		answer         time.Duration
		want           time.Time
		proposed       time.Time // the start proposed an hour after that
		expires, until time.Time
	}{
		{"long before", start.AddDate(0, 0, -9), 24 * time.Hour, start.AddDate(0, 0, -8),
			start.Add(time.Hour), start.AddDate(0, 0, -8).Add(time.Hour), start.AddDate(0, 0, -7).Add(time.Hour)},
		{"up to the start", start.Add(-24 * time.Hour), 24 * time.Hour, start,
			start.Add(time.Hour), start, start},
		{"cut off at the start", start.Add(-3 * time.Hour), 24 * time.Hour, start,
			start.Add(time.Hour), start, start},
		{"cut off at the proposed start", start.Add(-30 * time.Hour), 24 * time.Hour, start.Add(-6 * time.Hour),
			start.Add(-20 * time.Hour), start.Add(-20 * time.Hour), start},
		{"a service that asks no more", start.Add(-30 * time.Hour), time.Hour, start.Add(-29 * time.Hour),
			start.Add(time.Hour), start.Add(-28*time.Hour - time.Second), start.Add(-27*time.Hour - time.Second)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			hold := appointment(slots.Held)
			hold.Expires = tc.asked.Add(time.Minute)
			a, err := after(hold.Book(booking("1000000008"), catalog.Approval{Answer: tc.answer, Default: catalog.Approve}, tc.asked))
			if err != nil || a.Status != slots.Requested || !a.AnswerBy.Equal(tc.want) {
				t.Fatalf("%s until %v, %v, want %v", a.Status, a.AnswerBy, err, tc.want)
			}
			answer, at := tc.answer, tc.asked.Add(time.Hour)
			if answer == time.Hour {
				answer, at = 0, at.Add(-time.Second)
			}
			p := other()
			p.Start, p.End = tc.proposed, tc.proposed.Add(time.Hour)
			a, err = after(a.Propose(p, "noura", answer, at))
			if err != nil || !a.Proposal.Expires.Equal(tc.expires) || !a.AnswerBy.Equal(tc.until) {
				t.Errorf("the visitor has until %v, the department until %v, %v, want %v and %v",
					a.Proposal.Expires, a.AnswerBy, err, tc.expires, tc.until)
			}
		})
	}
}

// Whatever happens to a request, it keeps the promises: while it waits there
// is a time for the answer, not beyond the start; a proposal never outlasts
// it; and when it is answered neither is left.
func TestRequestsProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := heldAt
		answer := time.Duration(rapid.IntRange(1, 48).Draw(t, "hours")) * time.Hour
		policy := catalog.Approval{Answer: answer,
			Default: rapid.SampledFrom([]catalog.Answer{catalog.Approve, catalog.Decline}).Draw(t, "default")}
		a, err := after(appointment(slots.Held).Book(booking("1000000008"), policy, now))
		if err != nil {
			t.Fatal(err)
		}
		events := 1
		for range rapid.IntRange(1, 12).Draw(t, "events") {
			now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "minutes")) * time.Minute)
			before, err := a, error(nil)
			switch rapid.IntRange(0, 6).Draw(t, "event") {
			case 0:
				a, err = after(a.Approve("noura", now))
			case 1:
				a, err = after(a.Decline("noura", "full", now))
			case 2, 3:
				p := other()
				p.Start = start.Add(time.Duration(rapid.IntRange(-20, 20).Draw(t, "proposed")) * time.Hour)
				p.End = p.Start.Add(time.Hour)
				if p.Start.After(now) {
					a, err = after(a.Propose(p, "noura", answer, now))
				}
			case 4:
				a, err = after(a.Accept(now))
			case 5:
				a, err = after(a.Refuse(answer, now))
			case 6:
				a = a.Lapse(policy, now).After
			}
			if err != nil {
				a = before
			}
			if grown := len(a.History) - len(before.History); grown < 0 || grown > 1 || (grown == 0) != cmp.Equal(a, before) {
				t.Fatalf("%d events more, from\n%+v\nto\n%+v", grown, before, a)
			}
			events = len(a.History)
			waits := a.Status == slots.Requested
			switch {
			case waits == a.AnswerBy.IsZero(), waits && a.AnswerBy.After(a.Start):
				t.Fatalf("%s, starts %v, answer by %v", a.Status, a.Start, a.AnswerBy)
			case !waits && a.Proposal != nil:
				t.Fatalf("%s with a proposal", a.Status)
			case a.Proposal != nil && (a.Proposal.Expires.After(a.AnswerBy) || a.Proposal.Expires.After(a.Proposal.Start)):
				t.Fatalf("a proposal for %v expires %v, answer by %v", a.Proposal.Start, a.Proposal.Expires, a.AnswerBy)
			}
		}
		if lapsed := a.Lapse(policy, start.Add(time.Hour)).After; lapsed.Status == slots.Requested || len(lapsed.History) > events+1 {
			t.Fatalf("when the visit has begun it is %s", lapsed.Status)
		}
	})
}
