package slots_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/slots"
)

// each is a service in which each visitor of a party of at most four takes a place.
func each() catalog.Service {
	s := hourly()
	s.PartyLimit, s.PlacePerVisitor = 4, true
	return s
}

// contact is a correction of all details that take no place.
func contact() slots.Correction {
	return slots.Correction{Name: new("سارة"), Email: new("sara@example.net"), Mobile: new("+966500000002")}
}

func ofParty(n int) slots.Correction { return slots.Correction{Party: &n} }

// What can be corrected in which status, and until when to the nanosecond. What is
// said of it is what happens.
func TestCorrections(t *testing.T) {
	t.Parallel()
	service := &catalog.Service{MoveCutoff: cutoff, PartyLimit: 4}
	tooLate := &slots.RuleError{Rule: slots.RulePartyCutoff}
	type outcome struct{ contact, party, contactLate, partyLate error } // nil: it is corrected
	over := outcome{slots.ErrNotBooked, slots.ErrNotBooked, slots.ErrNotBooked, slots.ErrNotBooked}
	open := outcome{contactLate: slots.ErrStarted, partyLate: tooLate}
	hall := outcome{slots.ErrArrived, slots.ErrArrived, slots.ErrArrived, slots.ErrArrived}
	for status, want := range map[slots.Status]outcome{
		slots.Held: over, slots.Released: over, slots.Expired: over, slots.Declined: over, slots.Cancelled: over,
		slots.Completed: over, slots.NoShow: over, arrived: hall, slots.Requested: open, proposed: open, slots.Booked: open,
	} {
		for name, c := range map[string]struct {
			correction slots.Correction
			now        time.Time
			want       error
		}{
			"contact, until the start":   {contact(), start.Add(-1), want.contact},
			"contact, at the start":      {contact(), start, want.contactLate},
			"party, before the deadline": {ofParty(2), start.Add(-cutoff - 1), want.party},
			"party, at the deadline":     {ofParty(2), start.Add(-cutoff), want.partyLate},
		} {
			t.Run(string(status)+", "+name, func(t *testing.T) {
				t.Parallel()
				before := appointment(status)
				got, err := after(before.Correct(c.correction, service, c.now))
				if !errors.Is(err, c.want) && (broken(c.want) == "" || broken(err) != broken(c.want)) {
					t.Fatalf("Correct = %v, want %v", err, c.want)
				}
				can := before.CanCorrect(c.now)
				if c.correction.Party != nil {
					can = before.CanChangeParty(service, c.now)
				}
				if (can == nil) != (err == nil) || broken(can) != broken(err) {
					t.Errorf("it is said that %v stands against it", can)
				}
				if err != nil {
					return
				}
				wanted := before
				wanted.History = append(wanted.History, slots.Event{
					Kind: slots.WasCorrected, At: c.now, Start: before.Start, EndsLinks: c.correction.Mobile != nil && before.Mobile != "",
				})
				wanted.Version++
				if c.correction.Party != nil {
					wanted.Party = 2
				} else {
					wanted.Visitor.Name, wanted.Visitor.Email, wanted.Mobile = "سارة", "sara@example.net", "+966500000002"
				}
				if diff := cmp.Diff(wanted, got); diff != "" {
					t.Errorf("corrected (-want +got):\n%s", diff)
				}
				again, err := got.Correct(c.correction, service, start.Add(time.Hour))
				if err != nil || again.Changes() {
					t.Errorf("the same again, whenever it comes: %+v, %v", again.Event, err)
				}
			})
		}
	}
}

// What is pasted is cleaned; what can't be accepted is named, all at once.
func TestNewCorrection(t *testing.T) {
	t.Parallel()
	c, err := slots.NewCorrection(new("\u200fنورة\u00a0 العتيبي"), new("\u200enoura@example.net"))
	if err != nil || *c.Name != "نورة العتيبي" || *c.Email != "noura@example.net" {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err = slots.NewCorrection(nil, new(" ")); err != nil || c.Name != nil || *c.Email != "" {
		t.Errorf("an address that is removed: %+v, %v", c, err)
	}
	_, err = slots.NewCorrection(new("1"), new("noura@"))
	want := &slots.VisitorError{Fields: []slots.Field{
		{Name: "visitor/name", Fault: slots.FaultName}, {Name: "visitor/email", Fault: slots.FaultEmail},
	}}
	if diff := cmp.Diff(error(want), err); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

// Staff have no deadline but the start, and say why.
func TestCorrectByStaff(t *testing.T) {
	t.Parallel()
	service := &catalog.Service{MoveCutoff: cutoff, PartyLimit: 4}
	a := appointment(slots.Booked)
	got, err := after(a.CorrectByStaff(ofParty(2), service, asked(), start.Add(-1)))
	if e := got.History[len(got.History)-1]; err != nil || got.Party != 2 || e.Actor != asked().Actor || e.Reason != asked().Reason {
		t.Errorf("corrected: %+v, %v", got, err)
	}
	for name, c := range map[string]struct {
		by   slots.StaffAction
		now  time.Time
		want error
	}{
		"without a reason": {slots.StaffAction{Actor: "huda"}, heldAt, slots.ErrUnaudited},
		"at the start":     {asked(), start, slots.ErrStarted},
	} {
		if _, err = a.CorrectByStaff(ofParty(2), service, c.by, c.now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// A party that takes more places gets them where the visit is, as long as there are
// any; a smaller one gives some back. The ledger always agrees (see newRig).
func TestPartyTakesPlaces(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00 x4", each())
	a, other := r.book("1000000008", start), r.book("2000000006", start)
	correct := func(a slots.Appointment, n int) (slots.Appointment, error) {
		return r.Correct(t.Context(), a.Reference, ofParty(n), heldAt)
	}
	got, err := correct(a, 3)
	if err != nil || got.Party != 3 || got.Place.Count != 3 || got.Version != 2 || got.StartVersion != 1 || !got.Start.Equal(a.Start) {
		t.Fatalf("a party of three: %+v, %v", got, err)
	}
	if _, err = r.Hold(t.Context(), request(start), nil, heldAt); !errors.Is(err, slots.ErrTaken) {
		t.Errorf("a fifth visitor: %v, want %v", err, slots.ErrTaken)
	}
	_, err = correct(other, 2)
	taken, ok := errors.AsType[*slots.TakenError](err)
	if !ok || len(taken.Alternatives) == 0 || taken.Branch != "riyadh" {
		t.Fatalf("more than there are places: %v", err)
	}
	for _, s := range taken.Alternatives {
		if s.Start.Equal(start) || s.Places < 2 {
			t.Errorf("no alternative for two: %+v", s)
		}
	}
	r.wantUnchanged(other)
	if got, err = correct(a, 1); err != nil || got.Place.Count != 1 {
		t.Errorf("alone again: %+v, %v", got, err)
	}
	if got, err = correct(other, 3); err != nil || got.Place.Count != 3 {
		t.Errorf("the other with three: %+v, %v", got, err)
	}
	for n, rule := range map[int]slots.Rule{0: slots.RulePartyLimit, 5: slots.RulePartyLimit} {
		if _, err = correct(a, n); broken(err) != rule {
			t.Errorf("a party of %d: %v", n, err)
		}
	}
}

// Overdue holds are no reason to refuse a party.
func TestPartyTakesPlacesOfExpiredHolds(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00 x2", each())
	a := r.book("1000000008", start)
	r.hold(start)
	if _, err := r.Correct(t.Context(), a.Reference, ofParty(2), expires.Add(-1)); !errors.Is(err, slots.ErrTaken) {
		t.Errorf("while it is held: %v, want %v", err, slots.ErrTaken)
	}
	if got, err := r.Correct(t.Context(), a.Reference, ofParty(2), expires); err != nil || got.Place.Count != 2 {
		t.Errorf("when the hold is over: %+v, %v", got, err)
	}
}

// A visit keeps its start although it could not be booked any more: too late, off the
// grid, or where the desk has closed. Then a smaller party still gives places back,
// and a larger one finds none.
func TestPartyOfAVisitThatCouldNotBeBooked(t *testing.T) {
	t.Parallel()
	service := each()
	service.Notice = 48 * time.Hour
	r := newRig(t, "09:00-12:00 x4", each())
	a := r.book("1000000008", start)
	r.on(aCentre(t, daily("Asia/Riyadh", opens(t, "09:15-11:15 x4")), service)) // the ledger is as it was
	got, err := r.Correct(t.Context(), a.Reference, ofParty(3), heldAt)
	if err != nil || got.Place.Count != 3 {
		t.Errorf("too late to book: %+v, %v", got, err)
	}
	for k, day := range r.store.days { // the desk has closed
		clear(day.Open)
		r.store.days[k] = day
	}
	if _, err = r.Correct(t.Context(), a.Reference, ofParty(4), heldAt); !errors.Is(err, slots.ErrTaken) {
		t.Errorf("more where it is closed: %v, want %v", err, slots.ErrTaken)
	}
	if got, err = r.Correct(t.Context(), a.Reference, ofParty(2), heldAt); err != nil || got.Place.Count != 2 {
		t.Errorf("fewer where it is closed: %+v, %v", got, err)
	}
}

// Visitors get no place that is kept for others; staff give theirs.
func TestPartyLeavesPlacesToOthers(t *testing.T) {
	t.Parallel()
	service := each()
	service.HoldBack = map[catalog.Channel]int{catalog.Public: 1}
	r := newRig(t, "09:00-12:00 x2", service)
	a := r.book("1000000008", start)
	if _, err := r.Correct(t.Context(), a.Reference, ofParty(2), heldAt); !errors.Is(err, slots.ErrTaken) {
		t.Errorf("by the visitor: %v, want %v", err, slots.ErrTaken)
	}
	if got, err := r.CorrectByStaff(t.Context(), a.Reference, ofParty(2), catalog.Agent, asked(), heldAt); err != nil || got.Place.Count != 2 {
		t.Errorf("by staff: %+v, %v", got, err)
	}
}

// Where a visit takes one place whoever comes, another party changes no place.
func TestPartyWithoutPlaces(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	a := r.book("1000000008", start)
	r.store.calls = nil
	if got, err := r.Correct(t.Context(), a.Reference, ofParty(3), heldAt); err != nil || got.Party != 3 || got.Place != a.Place {
		t.Errorf("%+v, %v", got, err)
	}
	r.wantCalls("Change")
}

// A proposal outlives the correction of a name. Its place was found for the party, so
// the places can't change before the visitor has answered.
func TestCorrectionAndProposal(t *testing.T) {
	t.Parallel()
	service := approved()
	service.PartyLimit, service.PlacePerVisitor = 4, true
	r := newRig(t, "09:00-12:00 x2", service)
	r.store.needs["heirs-returns"] = asks
	a := r.book("1000000008", start)
	a, err := r.Propose(t.Context(), a.Reference, start.Add(time.Hour), "noura", heldAt)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = r.Correct(t.Context(), a.Reference, ofParty(2), heldAt); !errors.Is(err, slots.ErrUnsettled) {
		t.Errorf("another party: %v, want %v", err, slots.ErrUnsettled)
	}
	got, err := r.Correct(t.Context(), a.Reference, contact(), heldAt)
	if err != nil || got.Proposal == nil {
		t.Errorf("another name: %+v, %v", got, err)
	}
	if got, err = r.Accept(t.Context(), a.Reference, heldAt); err != nil || got.Status != slots.Booked || got.Visitor.Name != "سارة" {
		t.Errorf("accepted: %+v, %v", got, err)
	}
	if got, err = r.Correct(t.Context(), a.Reference, ofParty(2), heldAt); err != nil || got.Place.Count != 2 {
		t.Errorf("another party at last: %+v, %v", got, err)
	}
}

// When a proposal has lapsed, its hold ends with the exchange.
func TestPartyAfterAProposal(t *testing.T) {
	t.Parallel()
	service := approved()
	service.PartyLimit, service.PlacePerVisitor = 4, true
	r := newRig(t, "09:00-12:00 x2", service)
	r.store.needs["heirs-returns"] = catalog.Approval{Answer: 2 * time.Hour, Default: catalog.Decline}
	a := r.book("1000000008", start)
	if _, err := r.Propose(t.Context(), a.Reference, start.Add(time.Hour), "noura", heldAt); err != nil {
		t.Fatal(err)
	}
	later := r.store.claims[a.ID].Proposal.Expires
	got, err := r.Correct(t.Context(), a.Reference, ofParty(2), later)
	if err != nil || got.Place.Count != 2 || got.Status != slots.Requested {
		t.Errorf("%+v, %v", got, err)
	}
}

// While a displaced visit has no place, its places can't change; its details can.
func TestCorrectDisplaced(t *testing.T) {
	t.Parallel()
	service := each()
	a := displacedAt(t, "12:00", "", midnight)
	a.Party, a.Place = 1, slots.Place{Branch: 1, DeskGroup: 7, Day: tuesday, First: 144, Ticks: 12, Count: 1}
	if _, err := a.Correct(ofParty(2), &service, midnight); !errors.Is(err, slots.ErrUnsettled) {
		t.Errorf("another party: %v, want %v", err, slots.ErrUnsettled)
	}
	got, err := after(a.Correct(contact(), &service, midnight))
	if err != nil || got.Mobile != "+966500000002" || !got.Displaced() {
		t.Errorf("another mobile: %+v, %v", got, err)
	}
}

// The service is gone: what takes no place can still be corrected.
func TestCorrectWithoutService(t *testing.T) {
	t.Parallel()
	a := appointment(slots.Booked)
	if _, err := a.Correct(contact(), nil, heldAt); err != nil {
		t.Error(err)
	}
	if _, err := a.Correct(ofParty(2), nil, heldAt); !errors.Is(err, centre.ErrUnknownService) {
		t.Errorf("another party: %v, want %v", err, centre.ErrUnknownService)
	}
}

// A visit that is moved in between gets its places where it is then.
func TestCorrectWhileMoving(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00 x2", each())
	a := r.book("1000000008", start)
	r.store.before = func(method string) {
		if method != "Change" {
			return
		}
		r.store.before = nil
		if _, err := r.Move(t.Context(), a.Reference, start.Add(time.Hour), heldAt); err != nil {
			t.Errorf("the other request: %v", err)
		}
	}
	got, err := r.Correct(t.Context(), a.Reference, ofParty(2), heldAt)
	if err != nil || got.Place.Count != 2 || !got.Start.Equal(start.Add(time.Hour)) {
		t.Errorf("%+v, %v", got, err)
	}
}

// Links end when they may have reached another, and only then; how often is their generation.
func TestLinkGeneration(t *testing.T) {
	t.Parallel()
	service := &catalog.Service{MoveCutoff: cutoff, PartyLimit: 4}
	visit := appointment(slots.Booked)
	visit.Mobile, visit.Visitor.Email = "", ""
	for i, c := range []struct {
		correction slots.Correction
		want       uint8
	}{
		{slots.Correction{Name: new("سارة")}, 0},
		{slots.Correction{Email: new("sara@example.net"), Mobile: new("+966500000001")}, 0}, // there were none
		{ofParty(2), 0},
		{slots.Correction{Email: new("sarah@example.net")}, 1},
		{slots.Correction{Email: new("sarah@example.net")}, 1}, // it is so already
		{slots.Correction{Email: new("")}, 2},
		{slots.Correction{Mobile: new("+966500000002")}, 3},
		{slots.Correction{EndLinks: true}, 4},
		{slots.Correction{EndLinks: true}, 5},
	} {
		got, err := after(visit.Correct(c.correction, service, start.Add(-2*cutoff)))
		if err != nil || got.LinkGeneration() != c.want {
			t.Errorf("%d: generation %d, %v, want %d", i, got.LinkGeneration(), err, c.want)
		}
		visit = got
	}
	for range 300 {
		visit.History = append(visit.History, slots.Event{Kind: slots.WasCorrected, EndsLinks: true})
	}
	if got := visit.LinkGeneration(); got != 255 {
		t.Errorf("after 305 times: generation %d", got)
	}
}
