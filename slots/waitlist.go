package slots

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/once"
	"ziyara/scheduling"
)

// Waitlist lets visitors wait for a place that another gives back. It is safe for
// concurrent use, also by several replicas. Callers pass now.
type Waitlist struct {
	store  WaitlistStore
	policy WaitPolicy
}

// NewWaitlist returns a waitlist over store. What it needs to know of the centre
// and what it books, it asks of the Booker of each request.
func NewWaitlist(store WaitlistStore, p WaitPolicy) (*Waitlist, error) {
	if store == nil || p.Stands < p.Least || p.Least <= 0 || p.Ignored < 1 {
		return nil, errors.New("slots: a waitlist needs a store, a time for offers, and a number of offers")
	}
	return &Waitlist{store: store, policy: p}, nil
}

// JoinRequest asks for an offer when a place becomes free.
type JoinRequest struct {
	Service, Branch string // slugs
	Wish            Wish
	Booking         Booking // without a reference
}

// Join adds a visitor at the end of the waitlist. Besides the errors of
// centre.Snapshot.Desk it returns ErrRange, a *RuleError when no free place could
// ever meet the wish, a *VisitorError for unknown needs,
// ErrAlreadyWaiting, ErrPersonLimit, ErrMobileWaits, a *once.RepeatedError or once.ErrKeyReused.
func (w *Waitlist) Join(ctx context.Context, b *Booker, r JoinRequest, once *once.Request[Entry], now time.Time) (Entry, error) {
	e, err := b.entry(r, now)
	if err == nil {
		err = w.store.Join(ctx, e, once)
	}
	if err == nil {
		return e, nil
	}
	return Entry{}, once.Repeated(ctx, b.store, err)
}

// entry returns the entry that a request asks for.
func (b *Booker) entry(r JoinRequest, now time.Time) (Entry, error) {
	service, group, err := b.centre.Desk(r.Service, r.Branch)
	if err != nil {
		return Entry{}, err
	}
	shape, err := ShapeOf(service, r.Wish.Party, catalog.Public, r.Booking.Needs...)
	if err != nil {
		return Entry{}, err
	}
	if err = r.Wish.check(group, shape, time.Time{}, now); err != nil {
		return Entry{}, err
	}
	r.Booking.Needs, r.Booking.MobileLimit = distinct(r.Booking.Needs), b.mobileLimit(r.Booking)
	return Entry{
		ID: b.newID(), State: Waiting, Service: r.Service, Branch: r.Branch, Wish: r.Wish,
		Created: now, Ends: (r.Wish.To + 1).At(0, group.Calendar.Zone()), Booking: r.Booking,
	}, nil
}

// EarlierRequest asks for an offer when a place before a visit becomes free.
type EarlierRequest struct {
	Visit    Reference
	From, To scheduling.Date // 0 for today, and for the date of the visit
	// Earliest and Latest bound the wall time of the start, as in Wish.
	Earliest, Latest scheduling.WallTime
}

// JoinEarlier adds a visitor who wants a visit earlier at the end of the waitlist.
// The entry ends when the visit can't be moved any more, as it stands now. Besides
// the errors of Join it returns those of Appointment.CanMove, fault.ErrNotFound,
// and ErrNoMobile for a visitor who could not be told of an offer.
func (w *Waitlist) JoinEarlier(
	ctx context.Context, b *Booker, r EarlierRequest, once *once.Request[Entry], now time.Time,
) (Entry, error) {
	e, err := b.earlier(ctx, r, now)
	if err == nil {
		err = w.store.Join(ctx, e, once)
	}
	if err == nil {
		return e, nil
	}
	return Entry{}, once.Repeated(ctx, b.store, err)
}

// Earlier says how a visitor stands with an earlier start of a visit.
type Earlier struct {
	Entry    *Entry // by which they wait for one; nil if they don't
	Possible bool   // they don't wait, and could with the whole range of an EarlierRequest
}

// Earlier returns whether the visitor of a visit waits for an earlier start, or
// could. A visit without a mobile takes no round trip.
func (w *Waitlist) Earlier(ctx context.Context, b *Booker, visit Appointment, now time.Time) (Earlier, error) {
	if visit.Mobile == "" {
		return Earlier{}, nil
	}
	waiting, err := w.store.EntriesOf(ctx, Owner{Mobiles: []string{visit.Mobile}}, now)
	if err != nil {
		return Earlier{}, err
	}
	out := Earlier{Possible: true}
	for _, e := range waiting {
		switch {
		case e.State != Waiting:
		case e.Replaces != nil && e.Replaces.Reference == visit.Reference:
			return Earlier{Entry: &e}, nil
		case e.Service == visit.Service && e.Booking.Person == visit.Person: // a person waits once for a service
			out.Possible = false
		}
	}
	if out.Possible {
		_, err = b.earlierThan(visit, EarlierRequest{Latest: scheduling.Clock(24, 0)}, now)
		out.Possible = err == nil
	}
	return out, nil
}

// earlier returns the entry that a request for an earlier start asks for.
func (b *Booker) earlier(ctx context.Context, r EarlierRequest, now time.Time) (Entry, error) {
	visit, err := b.Find(ctx, r.Visit)
	if err != nil {
		return Entry{}, err
	}
	return b.earlierThan(visit, r, now)
}

// earlierThan is like earlier, for a visit that was found.
func (b *Booker) earlierThan(visit Appointment, r EarlierRequest, now time.Time) (Entry, error) {
	service, group, err := b.centre.Desk(visit.Service, visit.Branch)
	if err != nil {
		return Entry{}, err
	}
	if err = visit.CanMove(service, now); err != nil {
		return Entry{}, err
	}
	if visit.Mobile == "" {
		return Entry{}, ErrNoMobile
	}
	needs := stillKnown(service, visit.Needs)
	shape, err := ShapeOf(service, visit.Party, catalog.Public, needs...)
	if err != nil {
		return Entry{}, err
	}
	zone := group.Calendar.Zone()
	wish := Wish{From: r.From, To: scheduling.DateOf(visit.Start, zone), Earliest: r.Earliest, Latest: r.Latest, Party: visit.Party}
	if r.To > 0 {
		wish.To = min(wish.To, r.To)
	}
	if wish.From == 0 {
		wish.From = max(scheduling.DateOf(now, zone), wish.To-MaxDays+1)
	}
	if err = wish.check(group, shape, visit.Start, now); err != nil {
		return Entry{}, err
	}
	booking := Booking{
		Person: visit.Person, Visitor: visit.Visitor, Representative: visit.Representative,
		Mobile: visit.Mobile, Lang: visit.Lang, Needs: needs,
	}
	booking.MobileLimit = b.mobileLimit(booking)
	return Entry{
		ID: b.newID(), State: Waiting, Service: visit.Service, Branch: visit.Branch, Wish: wish, Created: now,
		Ends: earlier((wish.To+1).At(0, zone), visit.MoveBefore(service)), Booking: booking,
		Replaces: &Replaced{Reference: visit.Reference, Start: visit.Start, Booked: true, Links: visit.LinkGeneration()},
	}, nil
}

// Find returns the entry with the id as it is at now, or fault.ErrNotFound.
func (w *Waitlist) Find(ctx context.Context, id string, now time.Time) (Entry, error) {
	return w.store.FindEntry(ctx, id, now)
}

// Leave ends the entry; one that is over stays as it is. It returns
// fault.ErrNotFound.
func (w *Waitlist) Leave(ctx context.Context, id string, now time.Time) error {
	_, err := w.store.ChangeEntry(ctx, id, now, func(e Entry) (Entry, error) { return e.Leave(), nil })
	return err
}

// Decline gives an open offer's place back; the entry keeps waiting. It returns fault.ErrNotFound or ErrNotWaiting.
func (w *Waitlist) Decline(ctx context.Context, id string, now time.Time) (Entry, error) {
	return w.store.ChangeEntry(ctx, id, now, func(e Entry) (Entry, error) { return e.Decline(now) })
}

// Accept books the offered place under the given reference, or moves the visit of an
// entry for an earlier start into it, with the errors of Booker.Move. Accepting
// again returns the same visit. If the entry can't be updated after that, the
// visit still ends it later. It returns fault.ErrNotFound, ErrNotWaiting, ErrNoOffer, ErrOfferOver, ErrPersonBusy,
// ErrPersonLimit, ErrMobileLimit, a *once.RepeatedError or once.ErrKeyReused.
func (w *Waitlist) Accept(ctx context.Context, b *Booker, id string, r Reference,
	once *once.Request[Appointment], now time.Time,
) (Appointment, error) {
	e, err := w.store.FindEntry(ctx, id, now)
	if err != nil {
		return Appointment{}, err
	}
	hold, err := e.acceptable()
	if err != nil {
		return Appointment{}, once.Repeated(ctx, b.store, err)
	}
	var a Appointment
	if e.Replaces != nil {
		a, err = b.moveInto(ctx, e.Replaces.Reference, hold, once, now)
	} else {
		booking := e.Booking
		booking.Reference = r
		booking.Needs = nil // the hold has them
		a, err = b.Book(ctx, hold, booking, once, now)
	}
	switch {
	case errors.Is(err, ErrExpired), errors.Is(err, ErrReleased), errors.Is(err, fault.ErrNotFound): // or purged since
		return Appointment{}, ErrOfferOver
	case err != nil:
		return Appointment{}, err
	}
	_, err = w.store.ChangeEntry(ctx, id, now, func(e Entry) (Entry, error) { return e.book(hold), nil })
	return a, err
}

// OfferFreed offers the places that have become free since the last call in any
// replica, and returns how many offers it made. A failure at one desk group does
// not hold up the others.
func (w *Waitlist) OfferFreed(ctx context.Context, b *Booker, now time.Time) (int, error) {
	groups, err := w.store.Freed(ctx)
	if err != nil {
		return 0, err
	}
	return w.offer(ctx, b, groups, false, now)
}

// OfferAll looks at every desk group with waiting visitors: places can also become
// free through the passing of time and through calendar changes.
func (w *Waitlist) OfferAll(ctx context.Context, b *Booker, now time.Time) (int, error) {
	groups, err := w.store.Awaited(ctx)
	if err != nil {
		return 0, err
	}
	return w.offer(ctx, b, groups, true, now)
}

func (w *Waitlist) offer(ctx context.Context, b *Booker, groups []int, always bool, now time.Time) (int, error) {
	made := 0
	var errs []error
	for _, id := range groups {
		group, ok := b.centre.Group(id)
		if !ok {
			continue // newer than the snapshot
		}
		n, err := w.store.Offer(ctx, Look{group, w.policy, now, always}, w.matching(b, group, now))
		switch {
		case errors.Is(err, ErrStale): // the next snapshot will do
		case err != nil:
			errs = append(errs, fmt.Errorf("offer places of %s: %w", group.Slug, err))
		}
		made += n
	}
	return made, errors.Join(errs...)
}

// matching returns the function that assigns the places of a desk group at now.
func (w *Waitlist) matching(b *Booker, g *centre.DeskGroup, now time.Time) Matching {
	return func(waiting []Waits, dates []scheduling.Date, ledger map[scheduling.Date]Occupied) []Matched {
		candidates := make([]Candidate, 0, len(waiting))
		for _, e := range waiting {
			service, ok := b.centre.Service(e.Service)
			if !ok {
				continue
			}
			shape, err := ShapeOf(service, e.Wish.Party, catalog.Public, stillKnown(service, e.Needs)...)
			if err != nil {
				continue // the rules have changed; its time will run out
			}
			e.Shape = shape.Counted(g, now)
			if !e.Before.IsZero() {
				e.Closes = moveBefore(e.Before, service)
			}
			candidates = append(candidates, e.Candidate)
		}
		days := make([]LedgerDay, len(dates))
		for i, date := range dates {
			days[i].Day, days[i].Used = ledger[date].on(g.Calendar.Day(date))
		}
		matched := Match(g, days, candidates, w.policy, now)
		for i := range matched {
			matched[i].Hold = b.newID()
		}
		return matched
	}
}
