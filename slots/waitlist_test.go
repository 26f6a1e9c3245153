package slots_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ziyara/fault"
	"ziyara/once"
	"ziyara/scheduling"
	"ziyara/slots"
)

// oneEntry is a store that knows one entry, which others may change between
// two calls. What it does not implement is not called.
type oneEntry struct {
	slots.WaitlistStore
	entry     slots.Entry
	meanwhile func(*slots.Entry) // just before it is changed
}

func (s *oneEntry) FindEntry(context.Context, string, time.Time) (slots.Entry, error) {
	return s.entry, nil
}

func (s *oneEntry) ChangeEntry(
	_ context.Context, _ string, _ time.Time, decide func(slots.Entry) (slots.Entry, error),
) (slots.Entry, error) {
	if s.meanwhile != nil {
		s.meanwhile(&s.entry)
	}
	var err error
	s.entry, err = decide(s.entry)
	return s.entry, err
}

func newWaitlist(t *testing.T, store slots.WaitlistStore) *slots.Waitlist {
	t.Helper()
	w, err := slots.NewWaitlist(store, slots.DefaultWaitPolicy())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Accepting books the hold and ends the entry; the offer stays, as what was
// accepted.
func TestAccept(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	hold := r.hold(at(t, "09:00"))
	store := &oneEntry{entry: slots.Entry{ID: "e", State: slots.Waiting, Booking: booking("1000000008"),
		Offer: &slots.Offer{Hold: hold.ID, Start: hold.Start, Expires: hold.Expires}}}
	w := newWaitlist(t, store)
	for range 2 {
		visit, err := w.Accept(t.Context(), r.Booker, "e", "R", nil, heldAt)
		if err != nil || visit.Reference != "R" || visit.Status != slots.Booked {
			t.Fatalf("accepted %+v, %v", visit, err)
		}
	}
	if e := store.entry; e.State != slots.EntryBooked || e.Offer == nil || e.Offer.Hold != hold.ID {
		t.Errorf("the entry is %+v", e)
	}
}

// An offer that came between booking and ending the entry goes back: the person
// has a visit.
func TestAcceptWhileAnotherOfferComes(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	hold := r.hold(at(t, "09:00"))
	store := &oneEntry{
		entry:     slots.Entry{State: slots.Waiting, Booking: booking("1000000008"), Offer: &slots.Offer{Hold: hold.ID}},
		meanwhile: func(e *slots.Entry) { e.Offer = &slots.Offer{Hold: "another"} },
	}
	if _, err := newWaitlist(t, store).Accept(t.Context(), r.Booker, "e", "R", nil, heldAt); err != nil {
		t.Fatal(err)
	}
	if e := store.entry; e.State != slots.EntryBooked || e.Offer != nil {
		t.Errorf("the entry is %+v, want it without the other offer", e)
	}
}

// joins is a store that takes entries.
type joins struct{ slots.WaitlistStore }

func (joins) Join(context.Context, slots.Entry, *once.Request[slots.Entry]) error { return nil }

// Waiting for an earlier start ends when the visit can't be moved any more, and asks for
// dates up to that of the visit only.
func TestEarlierEntryEndsWithTheCutOff(t *testing.T) {
	t.Parallel()
	s := hourly()
	s.MoveCutoff = cutoff
	r := newRig(t, "09:00-15:00", s)
	visit := r.book("1000000008", at(t, "14:00"))
	day := scheduling.DateOf(visit.Start, midnight.Location())
	e, err := newWaitlist(t, joins{}).JoinEarlier(t.Context(), r.Booker, slots.EarlierRequest{
		Visit: visit.Reference, To: day + 9, Latest: scheduling.Clock(24, 0),
	}, nil, heldAt)
	if err != nil {
		t.Fatal(err)
	}
	if want := visit.Start.Add(-cutoff); !e.Ends.Equal(want) || e.Wish.To != day {
		t.Errorf("ends at %v, asks until %v; want %v and %v", e.Ends, e.Wish.To, want, day)
	}
}

// waits is a store with the entries of a mobile.
type waits struct {
	slots.WaitlistStore
	entries []slots.Entry
}

func (s waits) EntriesOf(context.Context, slots.Owner, time.Time) ([]slots.Entry, error) {
	return s.entries, nil
}

// A visitor is told that they wait for an earlier start of this visit, and is offered to
// wait only where that could come to something.
func TestEarlier(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-15:00", hourly())
	first, visit := r.book("1000000008", at(t, "09:00")), r.book("1000000016", at(t, "14:00"))
	mine := slots.Entry{ID: "mine", State: slots.Waiting, Service: visit.Service,
		Booking:  slots.Booking{Person: visit.Person, Visitor: visit.Visitor},
		Replaces: &slots.Replaced{Reference: visit.Reference, Start: visit.Start, Booked: true}}
	fresh, over, family := mine, mine, mine
	fresh.Replaces = nil
	over.State = slots.EntryLeft
	family.Replaces, family.Booking.Person = nil, first.Person
	silent := visit
	silent.Mobile = ""
	for name, c := range map[string]struct {
		visit    slots.Appointment
		entries  []slots.Entry
		waits    bool
		possible bool
	}{
		"does not wait":                       {visit, nil, false, true},
		"waits":                               {visit, []slots.Entry{family, mine}, true, false},
		"waits no more":                       {visit, []slots.Entry{over}, false, true},
		"waits for a visit of its own":        {visit, []slots.Entry{fresh}, false, false},
		"another person with the same mobile": {visit, []slots.Entry{family}, false, true},
		"there is nothing earlier":            {first, nil, false, false},
		"could not be told":                   {silent, nil, false, false},
	} {
		got, err := newWaitlist(t, waits{entries: c.entries}).Earlier(t.Context(), r.Booker, c.visit, heldAt)
		if err != nil {
			t.Fatal(err)
		}
		if (got.Entry != nil) != c.waits || got.Possible != c.possible || c.waits && got.Entry.ID != "mine" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// An offer of an earlier start moves the visit as it is when the offer is accepted: not
// one that was moved to before it since the entry was read, nor into a hold that ended or
// is for another number of visitors.
func TestEarlierOfferIsOvertaken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(r *rig, visit, hold slots.Appointment) error
		at        string // of the visit in the end
		want      error
	}{
		"nothing happens": {func(*rig, slots.Appointment, slots.Appointment) error { return nil }, "13:00", nil},
		"the visit is moved to before the offer": {func(r *rig, visit, _ slots.Appointment) error {
			_, err := r.Move(r.t.Context(), visit.Reference, at(r.t, "12:00"), heldAt)
			return err
		}, "12:00", slots.ErrOfferOver},
		"the hold ends": {func(r *rig, _, hold slots.Appointment) error { return r.Release(r.t.Context(), hold.ID) },
			"14:00", slots.ErrOfferOver},
		"another visitor joins": {func(r *rig, visit, _ slots.Appointment) error {
			_, err := r.Correct(r.t.Context(), visit.Reference, ofParty(2), heldAt)
			return err
		}, "14:00", slots.ErrOfferOver},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "09:00-15:00 x2", each())
			visit := r.book("1000000008", at(t, "14:00"))
			hold := r.hold(at(t, "13:00"))
			store := &oneEntry{entry: slots.Entry{ID: "e", State: slots.Waiting,
				Offer:    &slots.Offer{Hold: hold.ID, Start: hold.Start, Expires: hold.Expires},
				Replaces: &slots.Replaced{Reference: visit.Reference, Start: visit.Start, Booked: true}}}
			if err := c.meanwhile(r, visit, hold); err != nil {
				t.Fatal(err)
			}
			_, err := newWaitlist(t, store).Accept(t.Context(), r.Booker, "e", "", nil, heldAt)
			if got := r.store.claims[visit.ID].Start; !errors.Is(err, c.want) || !got.Equal(at(t, c.at)) {
				t.Errorf("%v, the visit is at %v; want %v, at %s", err, got, c.want, c.at)
			}
		})
	}
}

// What can't be accepted says why, and the entry stays as it is.
func TestAcceptRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		state slots.EntryState
		offer string // hold; "" for none
		want  error
	}{
		{"nothing was offered", slots.Waiting, "", slots.ErrNoOffer},
		{"the offer ran out", slots.Waiting, "expired", slots.ErrOfferOver},
		{"the offer was given back", slots.Waiting, "released", slots.ErrOfferOver},
		{"the offer is long gone", slots.Waiting, "purged", slots.ErrOfferOver},
		{"the entry was left", slots.EntryLeft, "", slots.ErrNotWaiting},
		{"the range is over", slots.EntryExpired, "expired", slots.ErrNotWaiting},
		{"booked elsewhere", slots.EntryBooked, "", slots.ErrNotWaiting},
		{"too many went unanswered", slots.EntryUnanswered, "expired", slots.ErrOfferOver},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "09:00-12:00", hourly())
			now := heldAt
			var offer *slots.Offer
			switch c.offer {
			case "expired":
				offer = &slots.Offer{Hold: r.hold(at(t, "09:00")).ID}
				now = now.Add(holdFor)
			case "released":
				offer = &slots.Offer{Hold: r.hold(at(t, "09:00")).ID}
				if err := r.Release(t.Context(), offer.Hold); err != nil {
					t.Fatal(err)
				}
			case "purged":
				offer = &slots.Offer{Hold: "gone"}
			}
			store := &oneEntry{entry: slots.Entry{State: c.state, Offer: offer, Booking: booking("1000000008")}}
			if _, err := newWaitlist(t, store).Accept(t.Context(), r.Booker, "e", "R", nil, now); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if store.entry.State != c.state {
				t.Errorf("the entry is %s, want %s", store.entry.State, c.state)
			}
		})
	}
}

// stubbornLine is a store whose desk groups fail, or have a calendar that is
// not the snapshot's.
type stubbornLine struct {
	slots.WaitlistStore
	err error
}

func (s stubbornLine) Freed(context.Context) ([]int, error) { return []int{7, 99}, nil }

func (s stubbornLine) Offer(context.Context, slots.Look, slots.Matching) (int, error) {
	return 0, s.err
}

// A desk group that the snapshot does not know yet, or knows by an old
// calendar, waits for the next one; any other failure is told.
func TestOffersThatCanNotBeMade(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	for _, c := range []struct{ err, want error }{{nil, nil}, {slots.ErrStale, nil}, {fault.ErrUnavailable, fault.ErrUnavailable}} {
		if _, err := newWaitlist(t, stubbornLine{err: c.err}).OfferFreed(t.Context(), r.Booker, heldAt); !errors.Is(err, c.want) {
			t.Errorf("a desk group that says %v: got %v, want %v", c.err, err, c.want)
		}
	}
}

// What a Waitlist is made of is checked.
func TestNewWaitlist(t *testing.T) {
	t.Parallel()
	store := &oneEntry{}
	edit := func(edit func(*slots.WaitPolicy)) slots.WaitPolicy {
		p := slots.DefaultWaitPolicy()
		edit(&p)
		return p
	}
	for name, build := range map[string]func() (*slots.Waitlist, error){
		"no store": func() (*slots.Waitlist, error) { return slots.NewWaitlist(nil, slots.DefaultWaitPolicy()) },
		"offers that stand no time": func() (*slots.Waitlist, error) {
			return slots.NewWaitlist(store, edit(func(p *slots.WaitPolicy) { p.Stands, p.Least = 0, 0 }))
		},
		"offers shorter than least": func() (*slots.Waitlist, error) {
			return slots.NewWaitlist(store, edit(func(p *slots.WaitPolicy) { p.Stands = p.Least - 1 }))
		},
		"no offer may be ignored": func() (*slots.Waitlist, error) {
			return slots.NewWaitlist(store, edit(func(p *slots.WaitPolicy) { p.Ignored = 0 }))
		},
	} {
		if _, err := build(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// joined is a store that takes whoever joins.
type joined struct {
	slots.WaitlistStore
	entry *slots.Entry
}

func (s joined) Join(_ context.Context, e slots.Entry, _ *once.Request[slots.Entry]) error {
	*s.entry = e
	return nil
}

// A wish is bounded by what can be booked: 62 days, the horizon, a time at
// which the service is received.
func TestWishesThatCanBeFulfilled(t *testing.T) {
	t.Parallel()
	service := hourly() // a day's notice, thirty days ahead
	service.Horizon = 90 * 24 * time.Hour
	now := at(t, "09:00")
	day := scheduling.Clock(24, 0)
	for _, c := range []struct {
		name string
		wish slots.Wish
		want error // nil, ErrRange, or a rule
		rule slots.Rule
	}{
		{"tomorrow", slots.Wish{From: tuesday + 1, To: tuesday + 1, Latest: day, Party: 1}, nil, ""},
		{"today, and the notice", slots.Wish{From: tuesday, To: tuesday, Latest: day, Party: 1}, nil, slots.RuleNotice},
		{"from today on", slots.Wish{From: tuesday, To: tuesday + 1, Latest: day, Party: 1}, nil, ""},
		{"62 days", slots.Wish{From: tuesday, To: tuesday + 61, Latest: day, Party: 1}, nil, ""},
		{"63 days", slots.Wish{From: tuesday, To: tuesday + 62, Latest: day, Party: 1}, slots.ErrRange, ""},
		{"up to the horizon", slots.Wish{From: tuesday + 60, To: tuesday + 90, Latest: day, Party: 1}, nil, ""},
		{"a day beyond it", slots.Wish{From: tuesday + 60, To: tuesday + 91, Latest: day, Party: 1}, nil, slots.RuleHorizon},
		{"backwards", slots.Wish{From: tuesday + 2, To: tuesday + 1, Latest: day, Party: 1}, slots.ErrRange, ""},
		{"times backwards", slots.Wish{From: tuesday + 1, To: tuesday + 1, Earliest: 600, Latest: 599, Party: 1}, slots.ErrRange, ""},
		{"the last start", slots.Wish{From: tuesday + 1, To: tuesday + 1, Earliest: 660, Latest: 660, Party: 1}, nil, ""},
		{"after the last start", slots.Wish{From: tuesday + 1, To: tuesday + 1, Earliest: 661, Latest: day, Party: 1}, nil, slots.RuleClosed},
		{"too many", slots.Wish{From: tuesday + 1, To: tuesday + 1, Latest: day, Party: 4}, nil, slots.RulePartyLimit},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "09:00-12:00", service)
			var got slots.Entry
			e, err := newWaitlist(t, joined{entry: &got}).Join(t.Context(), r.Booker, slots.JoinRequest{
				Service: service.Slug, Branch: "riyadh", Wish: c.wish, Booking: booking("1000000008")}, nil, now)
			switch {
			case c.rule != "":
				if broken(err) != c.rule {
					t.Errorf("got %v, want rule %s", err, c.rule)
				}
			case !errors.Is(err, c.want):
				t.Errorf("got %v, want %v", err, c.want)
			case err == nil:
				if want := midnight.AddDate(0, 0, int(c.wish.To-tuesday)+1); e.State != slots.Waiting || !e.Ends.Equal(want) || got.ID != e.ID {
					t.Errorf("joined as %+v, want it to end %v", e, want)
				}
			}
		})
	}
}
