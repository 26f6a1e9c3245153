package slots_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/once"
	"ziyara/scheduling"
	"ziyara/slots"
)

// fakeStore keeps the promises of slots.Store in memory, for one caller at a
// time.
type fakeStore struct {
	active  map[string]int // service -> visits of one person that may be ahead
	needs   map[string]catalog.Approval
	rule    catalog.Rebooking
	givenUp map[slots.Person][]time.Time
	delayed []fakeDelay
	days    map[ledgerKey]slots.Occupied
	claims  map[string]fakeClaim // by id
	answers map[string]fakeAnswer

	calls  []string             // methods, in the order in which they were called
	fail   map[string]error     // a method that fails, before it does anything
	before func(method string)  // what happens just before a method
	asked  [][2]scheduling.Date // ranges of Occupancy
	stamp  int64                // of every desk group; 0: the fake remembers nothing
	stale  int                  // how often Occupancy finds the calendar out of date
}

type ledgerKey struct {
	branch, group int
	day           scheduling.Date
}

type fakeClaim struct {
	slots.Appointment
	person slots.Person
	counts bool // towards the person's limit
	// ofMobile says that it counts towards the limit of its mobile as well.
	ofMobile bool
	unproved bool // a hold without a proof
	by       slots.Holder
	to       string // id of the request that a held place is proposed to
}

// fakeDelay is a place that is offered again only at an instant.
type fakeDelay struct {
	slots.Place
	until time.Time
}

type fakeAnswer struct {
	fingerprint [32]byte
	answer      []byte
}

var _ slots.Store = (*fakeStore)(nil)

func newFakeStore() *fakeStore {
	return &fakeStore{
		active: map[string]int{"heirs-returns": 2}, needs: make(map[string]catalog.Approval),
		days: make(map[ledgerKey]slots.Occupied), claims: make(map[string]fakeClaim), answers: make(map[string]fakeAnswer),
		fail: make(map[string]error), givenUp: make(map[slots.Person][]time.Time),
	}
}

func (f *fakeStore) called(method string) error {
	if f.before != nil {
		f.before(method)
	}
	f.calls = append(f.calls, method)
	return f.fail[method]
}

// atomically undoes what change did to the ledger, the claims and the answers
// unless it succeeds.
func (f *fakeStore) atomically(change func() error) error {
	days := make(map[ledgerKey]slots.Occupied)
	for k, d := range f.days {
		d.Used = slices.Clone(d.Used)
		days[k] = d
	}
	claims, answers, givenUp, delayed := maps.Clone(f.claims), maps.Clone(f.answers), maps.Clone(f.givenUp), slices.Clone(f.delayed)
	err := change()
	if err != nil {
		f.days, f.claims, f.answers, f.givenUp, f.delayed = days, claims, answers, givenUp, delayed
	}
	return err
}

func (f *fakeStore) take(w slots.Wanted) error {
	k := ledgerKey{w.Branch, w.DeskGroup, w.Day}
	day, ok := f.days[k]
	if !ok {
		return slots.ErrDayClosed
	}
	day.Unproved = 0
	for _, c := range f.claims {
		if c.unproved && c.Status == slots.Held && k == (ledgerKey{c.Place.Branch, c.Place.DeskGroup, c.Place.Day}) {
			day.Unproved += c.Place.Ticks * c.Place.Count
		}
	}
	day, err := day.Taking(w)
	if err == nil {
		f.days[k] = day
	}
	return err
}

func (f *fakeStore) giveBack(p slots.Place) {
	k := ledgerKey{p.Branch, p.DeskGroup, p.Day}
	f.days[k] = f.days[k].Returning(p)
}

func (f *fakeStore) answer(keyed *once.Request[slots.Appointment], a slots.Appointment) error {
	if keyed == nil {
		return nil
	}
	answer, err := keyed.Answer(a)
	if err != nil {
		return err
	}
	if _, known := f.answers[keyed.Key]; known {
		return once.ErrAnswered
	}
	f.answers[keyed.Key] = fakeAnswer{keyed.Fingerprint, answer}
	return nil
}

// busy reports whether the person has another visit that overlaps a.
func (f *fakeStore) busy(person slots.Person, a slots.Appointment) bool {
	for id, c := range f.claims {
		if id != a.ID && c.person == person && c.Status != slots.Held && c.Status.TakesPlace() && c.Start.Before(a.End) && a.Start.Before(c.End) {
			return true
		}
	}
	return false
}

func (f *fakeStore) OfOwner(_ context.Context, of slots.Owner, since time.Time, limit int) ([]slots.Appointment, error) {
	if err := f.called("OfOwner"); err != nil {
		return nil, err
	}
	var found []slots.Appointment
	for _, c := range f.claims {
		if of.Owns(c.Mobile, c.person) && c.Reference != "" && !c.Start.Before(since) {
			found = append(found, c.Appointment)
		}
	}
	slices.SortFunc(found, func(a, b slots.Appointment) int { return b.Start.Compare(a.Start) })
	return found[:min(limit, len(found))], nil
}

func (f *fakeStore) Occupancy(_ context.Context, g *centre.DeskGroup, from, to scheduling.Date) ([]slots.Occupied, int64, error) {
	if err := f.called("Occupancy"); err != nil {
		return nil, 0, err
	}
	if f.stale > 0 {
		f.stale--
		return nil, 0, slots.ErrStale
	}
	f.asked = append(f.asked, [2]scheduling.Date{from, to})
	found := make([]slots.Occupied, to-from+1)
	for k, d := range f.days {
		if k.branch == g.BranchID && k.group == g.ID && k.day >= from && k.day <= to {
			found[k.day-from] = d
		}
	}
	return found, 0, nil
}

func (f *fakeStore) Occupancies(_ context.Context, spans []slots.GroupDays) ([][]slots.Occupied, error) {
	if err := f.called("Occupancies"); err != nil {
		return nil, err
	}
	found := make([][]slots.Occupied, len(spans))
	for i, s := range spans {
		f.asked = append(f.asked, [2]scheduling.Date{s.From, s.To})
		found[i] = make([]slots.Occupied, s.To-s.From+1)
		for k, d := range f.days {
			if k.branch == s.Group.BranchID && k.group == s.Group.ID && k.day >= s.From && k.day <= s.To {
				found[i][k.day-s.From] = d
			}
		}
	}
	return found, nil
}

func (f *fakeStore) Stamp(*centre.DeskGroup) int64 { return f.stamp }

func (f *fakeStore) OpenDay(_ context.Context, g *centre.DeskGroup, day scheduling.Day) error {
	if err := f.called("OpenDay"); err != nil {
		return err
	}
	k := ledgerKey{g.BranchID, g.ID, day.Date}
	if _, ok := f.days[k]; !ok {
		f.days[k] = slots.Occupied{First: day.First, Open: slices.Clone(day.Open), Used: make([]int16, len(day.Open))}
	}
	return nil
}

func (f *fakeStore) Hold(_ context.Context, a slots.Appointment, by slots.Holder, w slots.Wanted,
	keyed *once.Request[slots.Appointment],
) error {
	if err := f.called("Hold"); err != nil {
		return err
	}
	return f.atomically(func() error {
		if err := f.take(w); err != nil {
			return err
		}
		if err := f.limited(a, by); err != nil {
			return err
		}
		f.claims[a.ID] = fakeClaim{Appointment: a, by: by, unproved: w.UnprovedShare > 0}
		return f.answer(keyed, a)
	})
}

// limited returns what stands against one more hold of the holder.
func (f *fakeStore) limited(a slots.Appointment, by slots.Holder) error {
	full := func(limit int, same func(fakeClaim) bool) error {
		standing, oldest := 0, time.Time{}
		for _, c := range f.claims {
			if c.Status != slots.Held || !same(c) {
				continue
			}
			if standing++; oldest.IsZero() || c.Expires.Before(oldest) {
				oldest = c.Expires
			}
		}
		if standing < limit {
			return nil
		}
		return &slots.HoldLimitError{Limit: limit, RetryAfter: oldest.Sub(a.Created)}
	}
	if address := by.CountedAddress(); address != nil {
		if err := full(by.PerAddress, func(c fakeClaim) bool { return slices.Equal(c.by.Address, address) }); err != nil {
			return err
		}
	}
	if a.Mobile != "" && by.PerMobile > 0 {
		return full(by.PerMobile, func(c fakeClaim) bool { return c.Mobile == a.Mobile })
	}
	return nil
}

func (f *fakeStore) Book(_ context.Context, id string, b slots.Booking, now time.Time,
	keyed *once.Request[slots.Appointment],
) (slots.Appointment, error) {
	if err := f.called("Book"); err != nil {
		return slots.Appointment{}, err
	}
	var booked slots.Appointment
	err := f.atomically(func() error {
		c, ok := f.claims[id]
		if !ok || c.Status != slots.Held || !now.Before(c.Expires) || c.Mobile != "" && c.Mobile != b.Mobile {
			return fault.ErrNotFound
		}
		ahead, ofMobile := 0, 0
		for _, other := range f.claims {
			if other.person == b.Person && other.Service == c.Service && other.counts {
				ahead++
			}
			if other.ofMobile && other.Mobile == b.Mobile && other.counts {
				ofMobile++
			}
		}
		if err := b.Pauses(f.rule.PausedUntil(f.givenUp[b.Person]), now); err != nil {
			return err
		}
		if ahead >= f.active[c.Service] {
			return slots.ErrPersonLimit
		}
		if b.MobileLimit > 0 && ofMobile >= b.MobileLimit {
			return slots.ErrMobileLimit
		}
		if f.busy(b.Person, c.Appointment) {
			return slots.ErrPersonBusy
		}
		if r := b.Representative; r != nil && r.Expires < c.Place.Day {
			return &slots.VisitorError{Fields: []slots.Field{{Name: "wakala_expires", Fault: slots.FaultExpired}}}
		}
		t, err := c.Appointment.Book(b, f.needs[c.Service], now)
		booked = t.After
		switch {
		case errors.Is(err, slots.ErrUnaudited):
			return fault.ErrNotFound // no hold that can be booked so
		case err != nil:
			return err
		}
		f.claims[id] = fakeClaim{Appointment: booked, person: b.Person, counts: true, ofMobile: b.MobileLimit > 0}
		return f.answer(keyed, booked)
	})
	if err != nil {
		return slots.Appointment{}, err
	}
	return booked, nil
}

func (f *fakeStore) Answered(_ context.Context, key string, fingerprint [32]byte) ([]byte, error) {
	if err := f.called("Answered"); err != nil {
		return nil, err
	}
	a, ok := f.answers[key]
	switch {
	case !ok:
		return nil, fault.ErrNotFound
	case a.fingerprint != fingerprint:
		return nil, once.ErrKeyReused
	}
	return a.answer, nil
}

func (f *fakeStore) Find(_ context.Context, id string) (slots.Appointment, error) {
	if err := f.called("Find"); err != nil {
		return slots.Appointment{}, err
	}
	c, ok := f.claims[id]
	if !ok {
		return slots.Appointment{}, fault.ErrNotFound
	}
	return c.Appointment, nil
}

func (f *fakeStore) FindReference(_ context.Context, r slots.Reference) (slots.Appointment, error) {
	if err := f.called("FindReference"); err != nil {
		return slots.Appointment{}, err
	}
	c, err := f.byReference(r)
	return c.Appointment, err
}

func (f *fakeStore) byReference(r slots.Reference) (fakeClaim, error) {
	for _, c := range f.claims {
		if c.Reference == r && r != "" {
			return c, nil
		}
	}
	return fakeClaim{}, fault.ErrNotFound
}

func (f *fakeStore) Release(_ context.Context, id string) error {
	if err := f.called("Release"); err != nil {
		return err
	}
	c := f.claims[id]
	if c.Status != slots.Held {
		return fault.ErrNotFound
	}
	f.giveBack(c.Place)
	c.Status = slots.Released
	f.claims[id] = c
	return nil
}

func (f *fakeStore) Change(_ context.Context, r slots.Reference, decide slots.Decide) (slots.Appointment, error) {
	if err := f.called("Change"); err != nil {
		return slots.Appointment{}, err
	}
	var t slots.Transition
	err := f.atomically(func() error {
		before, err := f.byReference(r)
		if err != nil {
			return err
		}
		if t, err = decide(before.Appointment); err != nil || !t.Changes() {
			return err
		}
		return f.write(before, t)
	})
	if err != nil {
		return slots.Appointment{}, err
	}
	return t.After, nil
}

func (f *fakeStore) write(before fakeClaim, t slots.Transition) error {
	var proposed []slots.Place
	if t.EndsProposal() {
		proposed = f.proposal(before.ID)
	}
	back, err := t.Back(proposed)
	if err != nil {
		return err
	}
	if t.Kept != "" {
		kept := f.claims[t.Kept]
		if kept.Status != slots.Held {
			return slots.ErrOfferOver
		}
		kept.Status = slots.Released
		f.claims[t.Kept] = kept
	}
	for _, p := range back {
		f.giveBack(p)
	}
	if !t.BackAt.IsZero() {
		f.delayed = append(f.delayed, fakeDelay{before.Place, t.BackAt})
	}
	if t.Takes != nil {
		if err := f.take(*t.Takes); err != nil {
			return err
		}
	}
	after := t.After
	if after.Status.TakesPlace() && f.busy(before.person, after) {
		return slots.ErrPersonBusy
	}
	if t.GivenUp {
		f.givenUp[before.person] = append(slices.Clone(f.givenUp[before.person]), t.Event.At)
	}
	if p := after.Proposal; p != nil && t.Takes != nil {
		hold := after
		hold.ID, hold.Status, hold.Reference, hold.Proposal, hold.History = p.ID, slots.Held, "", nil, nil
		hold.Place, hold.Start, hold.End, hold.Expires = p.Place, p.Start, p.End, p.Expires
		f.claims[hold.ID] = fakeClaim{Appointment: hold, to: after.ID}
	}
	f.claims[after.ID] = fakeClaim{Appointment: after, person: before.person, counts: before.counts && after.Status.TakesPlace()}
	return nil
}

// proposal ends the hold of the proposal to a request and returns its place,
// which is still taken.
func (f *fakeStore) proposal(request string) []slots.Place {
	for id, c := range f.claims {
		if c.to == request && c.Status == slots.Held {
			c.Status = slots.Released
			f.claims[id] = c
			return []slots.Place{c.Place}
		}
	}
	return nil
}

func (f *fakeStore) DueRequests(_ context.Context, now time.Time, limit int) ([]slots.Reference, error) {
	if err := f.called("DueRequests"); err != nil {
		return nil, err
	}
	var due []slots.Reference
	for _, c := range f.claims {
		if c.Status == slots.Requested && !now.Before(c.AnswerBy) && len(due) < limit {
			due = append(due, c.Reference)
		}
	}
	return due, nil
}

// offerDelayed ends the delays that are over.
func (f *fakeStore) offerDelayed(now time.Time) {
	f.delayed = slices.DeleteFunc(f.delayed, func(d fakeDelay) bool {
		if now.Before(d.until) {
			return false
		}
		f.giveBack(d.Place)
		return true
	})
}

func (f *fakeStore) ExpireHolds(_ context.Context, now time.Time, on *slots.Place, limit int) (int, error) {
	if err := f.called("ExpireHolds"); err != nil {
		return 0, err
	}
	ended := 0
	for id, c := range f.claims {
		if c.Status != slots.Held || now.Before(c.Expires) || ended == limit {
			continue
		}
		if on != nil && (c.Place.Branch != on.Branch || c.Place.DeskGroup != on.DeskGroup || c.Place.Day != on.Day) {
			continue
		}
		f.giveBack(c.Place)
		c.Status = slots.Expired
		f.claims[id] = c
		ended++
	}
	return ended, nil
}

func (f *fakeStore) CloseVisits(_ context.Context, now time.Time, of *slots.Booking, limit int) (int, error) {
	if err := f.called("CloseVisits"); err != nil {
		return 0, err
	}
	closed := 0
	for id, c := range f.claims {
		if c.counts && !now.Before(c.End) && (of == nil || c.person == of.Person || c.ofMobile && c.Mobile == of.Mobile) && closed < limit {
			c.counts = false
			f.claims[id] = c
			closed++
		}
	}
	return closed, nil
}

// audit returns the ticks at which the ledger and the claims on it disagree.
func (f *fakeStore) audit() int {
	wrong := 0
	for k, d := range f.days {
		for i, used := range d.Used {
			for _, p := range f.delayed {
				if k == (ledgerKey{p.Branch, p.DeskGroup, p.Day}) && d.First+i >= p.First && d.First+i < p.First+p.Ticks {
					used -= int16(p.Count)
				}
			}
			for _, c := range f.claims {
				p := c.Place
				if c.Status.TakesPlace() && k == (ledgerKey{p.Branch, p.DeskGroup, p.Day}) && d.First+i >= p.First && d.First+i < p.First+p.Ticks {
					used -= int16(p.Count)
				}
			}
			if used != 0 {
				wrong++
			}
		}
	}
	return wrong
}
