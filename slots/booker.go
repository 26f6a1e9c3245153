package slots

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/once"
	"ziyara/scheduling"
)

// expireAtOnce is the most expired holds that are ended when one of them blocks
// a request.
const expireAtOnce = 1000

// Bookers has what the Bookers of all requests share. It is safe for concurrent
// use.
type Bookers struct {
	store  Store
	hold   time.Duration
	newID  func() string
	limits HoldLimits
	random func(n int64) int64

	perMobile int // see WithVisitsPerMobile
	unproved  int // see WithUnprovedShare

	refresh func(ctx context.Context) (*centre.Snapshot, error) // see WithRefresh
}

// Booker finds slots, holds, books, moves and cancels for one request. All that
// it says is of one snapshot of the centre. If it finds that the snapshot is out
// of date, it goes on with a newer one: the caller renders the answer by the
// method Centre. A Booker has no clock: callers pass now.
type Booker struct {
	*Bookers
	centre *centre.Snapshot
}

// Option changes how Bookers work.
type Option func(*Bookers)

// WithHoldLimits bounds the number of open holds; without it there is no limit.
func WithHoldLimits(l HoldLimits) Option { return func(b *Bookers) { b.limits = l } }

// WithRandom sets the source of chance that decides when given-up places are
// offered again. random returns a number in [0, n). It must be safe for
// concurrent use and unpredictable.
func WithRandom(random func(n int64) int64) Option { return func(b *Bookers) { b.random = random } }

// NewBookers returns Bookers over store. hold is how long a hold lasts; newID
// returns a new UUID.
func NewBookers(store Store, hold time.Duration, newID func() string, options ...Option) (*Bookers, error) {
	if store == nil || newID == nil || hold <= 0 {
		return nil, errors.New("slots: Bookers need a store, ids, and a time for holds")
	}
	// The generator of the standard library is ChaCha8, seeded by the system.
	b := &Bookers{store: store, hold: hold, newID: newID, random: rand.Int64N}
	for _, o := range options {
		o(b)
	}
	if b.limits.PerAddress < 0 || b.limits.PerMobile < 0 || b.perMobile < 0 || b.unproved < 0 || b.random == nil {
		return nil, errors.New("slots: limits can't be negative, and chance needs a source")
	}
	return b, nil
}

// On returns a Booker for one request, on the snapshot c.
func (b *Bookers) On(c *centre.Snapshot) *Booker { return &Booker{b, c} }

// Centre returns the snapshot that the Booker's last answer is of.
func (b *Booker) Centre() *centre.Snapshot { return b.centre }

// HoldRequest asks for a place to be kept.
type HoldRequest struct {
	Service, Branch string // slugs
	Start           time.Time
	Party           int
	Channel         catalog.Channel
	Needs           []string // slugs; the visit is as long as they ask for

	Address []byte // identifies the caller's network address; nil when addresses are not limited
	Mobile  string // proved number, the only one that can book the hold; "" for any
}

// Hold keeps a place until the appointment's Expires. It costs one statement
// when the place is free, plus one read for a service whose starts follow gaps.
// Besides the errors of centre.Snapshot.Desk it returns a *RuleError (a
// *HorizonError before the date opens), a *TakenError with alternatives, a
// *HoldLimitError, ErrProofFirst, a *VisitorError for unknown needs, a *once.RepeatedError or
// once.ErrKeyReused.
func (b *Booker) Hold(ctx context.Context, r HoldRequest, once *once.Request[Appointment], now time.Time) (a Appointment, err error) {
	err = b.fresh(ctx, func() error {
		a, err = b.holdNow(ctx, r, once, now)
		return err
	})
	return a, err
}

func (b *Booker) holdNow(ctx context.Context, r HoldRequest, once *once.Request[Appointment], now time.Time) (Appointment, error) {
	service, group, err := b.centre.Desk(r.Service, r.Branch)
	if err != nil {
		return Appointment{}, once.Repeated(ctx, b.store, err)
	}
	t, err := targetOf(service, group, r.Party, r.Channel, r.Start, now, r.Needs...)
	if err != nil {
		return Appointment{}, once.Repeated(ctx, b.store, err)
	}
	a := Appointment{
		ID: b.newID(), Status: Held, Service: r.Service, Branch: r.Branch, Place: t.wanted.Place,
		Start: t.start, End: t.end, Party: r.Party, Channel: r.Channel,
		Created: now, Expires: now.Add(b.hold), Needs: distinct(r.Needs), Mobile: r.Mobile,
	}
	t.wanted.UnprovedShare = b.unprovedShare(r)
	by := Holder{Address: r.Address, HoldLimits: b.limits}
	err = b.take(ctx, &t, now, func() error {
		if err := b.stillOffered(ctx, t, nil, now); err != nil {
			return err
		}
		return b.withinLimit(ctx, now, func() error { return b.store.Hold(ctx, a, by, t.wanted, once) })
	})
	if err != nil {
		return Appointment{}, once.Repeated(ctx, b.store, err)
	}
	return a, nil
}

// target is a start that the calendar and the rules allow.
type target struct {
	service    *catalog.Service
	group      *centre.DeskGroup
	shape      Shape
	day        scheduling.Day
	wanted     Wanted
	start, end time.Time
}

// targetOf checks a wanted start against everything except the ledger.
func targetOf(
	s *catalog.Service, group *centre.DeskGroup, party int, channel catalog.Channel, start, now time.Time, needs ...string,
) (target, error) {
	shape, err := ShapeOf(s, party, channel, needs...)
	if err != nil {
		return target{}, err
	}
	shape = shape.Counted(group, now)
	start = start.UTC()
	day, err := dayOf(group.Calendar, shape, start, now)
	if err != nil {
		return target{}, shape.sayWhen(err, group.Calendar, start, now)
	}
	place := shape.place(group, day, int(start.Sub(day.Start)/scheduling.Tick))
	return target{
		service: s, group: group, shape: shape, day: day,
		wanted: shape.wanted(group, day, place),
		start:  start, end: start.Add(time.Duration(shape.Duration) * scheduling.Tick),
	}, nil
}

// days has the days of a calendar.
type days interface {
	Day(date scheduling.Date) scheduling.Day
	Before(date scheduling.Date) scheduling.Day
	DateOf(t time.Time) scheduling.Date
}

// dayOf returns the day whose openings the start belongs to: its own date, or
// the previous one when an opening crosses midnight.
func dayOf(c days, v Shape, start, now time.Time) (scheduling.Day, error) {
	date := c.DateOf(start)
	day := c.Day(date)
	err := v.Check(day, start, now)
	if err == nil {
		return day, nil
	}
	before := c.Before(date)
	switch errBefore := v.Check(before, start, now); {
	case errBefore == nil:
		return before, nil
	case isOffGrid(errBefore): // it is open, at other starts
		return scheduling.Day{}, errBefore
	}
	return scheduling.Day{}, err
}

func isOffGrid(err error) bool {
	rule, ok := errors.AsType[*RuleError](err)
	return ok && rule.Rule == RuleOffGrid
}

// take tries to take the target's place, which try may set. It opens the ledger day
// when that is missing, and turns ErrTaken into a *TakenError with alternatives. A
// place counts as taken, and a share as used up, only if it still is after all overdue
// holds of the day have been ended, by this replica or another.
func (b *Booker) take(ctx context.Context, t *target, now time.Time, try func() error) error {
	err := try()
	if errors.Is(err, ErrDayClosed) {
		if err = b.store.OpenDay(ctx, t.group, t.day); err != nil {
			return err
		}
		err = try()
	}
	if !errors.Is(err, ErrTaken) && !errors.Is(err, ErrProofFirst) {
		return err
	}
	if _, err = b.store.ExpireHolds(ctx, now, &t.wanted.Place, expireAtOnce); err != nil {
		return err
	}
	// Try again even if there was nothing to end: another replica may have
	// ended holds since the first try.
	if err = try(); !errors.Is(err, ErrTaken) {
		return err
	}
	alternatives, err := b.nearest(ctx, *t, now)
	if err != nil {
		return err
	}
	return &TakenError{Alternatives: alternatives, Branch: t.group.Branch, Zone: t.group.Calendar.Zone()}
}

// Book turns a hold into a booked visit, or into a request when the service
// needs approval. It costs one statement when the hold is open, plus one read
// when the booking declares needs. If the same person books the same hold again,
// they get the same visit. It returns fault.ErrNotFound, ErrExpired, ErrReleased,
// ErrHoldUsed, ErrHoldBound, ErrUnaudited, ErrPersonBusy, ErrPersonLimit, ErrMobileLimit, a
// *PauseError, a *VisitorError, a *once.RepeatedError or once.ErrKeyReused.
func (b *Booker) Book(ctx context.Context, id string, booking Booking,
	once *once.Request[Appointment], now time.Time,
) (Appointment, error) {
	var err error
	if booking.Needs, err = b.declared(ctx, id, booking.Needs); err != nil {
		return Appointment{}, once.Repeated(ctx, b.store, err)
	}
	booking.MobileLimit = b.mobileLimit(booking)
	a, err := b.store.Book(ctx, id, booking, now, once)
	if errors.Is(err, ErrPersonLimit) || errors.Is(err, ErrMobileLimit) {
		// Visits that are over count until they are closed: by the periodic
		// job, by this call, or by another replica since the first try.
		if _, err = b.store.CloseVisits(ctx, now, &booking, 1000); err != nil {
			return Appointment{}, err
		}
		a, err = b.store.Book(ctx, id, booking, now, once)
	}
	if err == nil {
		return a, nil
	}
	err = once.Repeated(ctx, b.store, err)
	pause, paused := errors.AsType[*PauseError](err)
	if !paused && !errors.Is(err, fault.ErrNotFound) {
		return Appointment{}, err
	}
	// There is no open hold: its state says why.
	if a, err = b.store.Find(ctx, id); err != nil {
		return Appointment{}, err
	}
	if paused {
		return Appointment{}, b.inBranchZone(pause, a)
	}
	booked, err := a.Book(booking, b.approval(a), now)
	if booked.Changes() {
		return Appointment{}, fmt.Errorf("slots: hold %s stands but was not booked", id)
	}
	return booked.After, err
}

// inBranchZone returns the pause with Until in the zone of a's branch.
func (b *Booker) inBranchZone(pause *PauseError, a Appointment) error {
	said := *pause
	if _, group, err := b.centre.Desk(a.Service, a.Branch); err == nil {
		said.Until = said.Until.In(group.Calendar.Zone())
	}
	return &said
}

// Release gives a hold back. It costs one transaction when the hold is open. It
// returns fault.ErrNotFound or ErrHoldUsed; a hold that has expired or was
// already given back is no error.
func (b *Booker) Release(ctx context.Context, id string) error {
	err := b.store.Release(ctx, id)
	if !errors.Is(err, fault.ErrNotFound) {
		return err
	}
	// There is no open hold, nor will there be: its state says why.
	a, err := b.store.Find(ctx, id)
	if err != nil {
		return err
	}
	_, err = a.Release()
	return err
}

// FindHold returns the hold with the id, whatever its state, or
// fault.ErrNotFound.
func (b *Booker) FindHold(ctx context.Context, id string) (Appointment, error) {
	return b.store.Find(ctx, id)
}

// Find returns the appointment with its history, or fault.ErrNotFound.
func (b *Booker) Find(ctx context.Context, r Reference) (Appointment, error) {
	return b.store.FindReference(ctx, r)
}

// Move moves a visit to start, at the same branch, atomically. Moving a visit to
// its own start changes nothing. For a displaced visit it also ends the
// proposal, and no cut-off applies. It returns
// fault.ErrNotFound, ErrRequested, ErrNotBooked, a *RuleError, a *TakenError, ErrPersonBusy, a
// *VisitorError, or the errors of centre.Snapshot.Desk.
func (b *Booker) Move(ctx context.Context, r Reference, start, now time.Time) (Appointment, error) {
	return b.move(ctx, r, start, mover{}, now)
}

// mover says who moves a visit: its visitor or a member of staff.
type mover struct {
	staff bool
	by    StaffAction
	over  catalog.Channel // channel whose places they may give
}

// channel returns the channel whose places the visit may take.
func (m mover) channel(a Appointment) catalog.Channel {
	if m.staff {
		return m.over
	}
	return ownChannel(a.Channel)
}

// can returns what forbids a move, whatever the new start.
func (m mover) can(a Appointment, s *catalog.Service, now time.Time) error {
	if m.staff {
		return a.CanMoveByStaff(m.by, now)
	}
	return a.CanMove(s, now)
}

func (m mover) move(a Appointment, to target, now time.Time) (Transition, error) {
	if m.staff {
		return a.MoveByStaff(to.wanted.Place, to.start, to.end, m.by, now)
	}
	return a.Move(to.wanted.Place, to.start, to.end, to.service, now)
}

func (b *Booker) move(ctx context.Context, r Reference, start time.Time, by mover, now time.Time) (a Appointment, err error) {
	err = b.fresh(ctx, func() error {
		a, err = b.moveNow(ctx, r, start, by, now)
		return err
	})
	return a, err
}

func (b *Booker) moveNow(ctx context.Context, r Reference, start time.Time, by mover, now time.Time) (Appointment, error) {
	current, err := b.store.FindReference(ctx, r)
	if err != nil {
		return Appointment{}, err
	}
	if current.startsAt(start) {
		return current, nil
	}
	// Check the cut-off before the new start: a visitor who can't move at all
	// should not be sent to look for another time.
	service, group, err := b.centre.Desk(current.Service, current.Branch)
	if err != nil {
		return Appointment{}, err
	}
	if err = by.can(current, service, now); err != nil {
		return Appointment{}, err
	}
	to, err := targetOf(service, group, current.Party, by.channel(current), start, now, stillKnown(service, current.Needs)...)
	if err != nil {
		return Appointment{}, err
	}
	decide := func(a Appointment) (Transition, error) {
		t, err := by.move(a, to, now)
		t.Takes = &to.wanted
		return b.delayed(t, now), err
	}
	var moved Appointment
	err = b.take(ctx, &to, now, func() error {
		if err := b.offeredTo(ctx, &current, to, now); err != nil {
			return err
		}
		moved, err = b.store.Change(ctx, r, decide)
		return err
	})
	return moved, err
}

// moveInto moves a visit into the place of a hold that is kept for it, if that is
// earlier. Cut-off and counting are those of Move. It returns the errors of Move,
// ErrOfferOver when the hold has ended, when the visit has been moved to an earlier
// start or takes another number of places, fault.ErrNotFound, a *once.RepeatedError or
// once.ErrKeyReused.
func (b *Booker) moveInto(
	ctx context.Context, r Reference, hold string, once *once.Request[Appointment], now time.Time,
) (Appointment, error) {
	if err := once.Repeated(ctx, b.store, nil); err != nil { // first: another move may have followed
		return Appointment{}, err
	}
	kept, err := b.store.Find(ctx, hold)
	if err != nil {
		return Appointment{}, err
	}
	a, err := b.store.Change(ctx, r, func(a Appointment) (Transition, error) {
		service, _, err := b.centre.Desk(a.Service, a.Branch)
		if err != nil {
			return Transition{}, err
		}
		t, err := a.Move(kept.Place, kept.Start, kept.End, service, now)
		if err != nil || !t.Changes() {
			return t, err
		}
		if kept.Status != Held || !now.Before(kept.Expires) || !kept.Start.Before(a.Start) || kept.Place.Count != service.Places(a.Party) {
			return Transition{}, ErrOfferOver
		}
		t.Kept, t.Once = kept.ID, once
		return b.delayed(t, now), nil
	})
	if err != nil {
		return Appointment{}, once.Repeated(ctx, b.store, err)
	}
	return a, nil
}

// offeredTo is stillOffered for a visit that moves. If the same move arrives
// twice at once, the visit itself may block the start, so it is read again.
func (b *Booker) offeredTo(ctx context.Context, visit *Appointment, t target, now time.Time) error {
	err := b.stillOffered(ctx, t, &visit.Place, now)
	if !errors.Is(err, ErrTaken) {
		return err
	}
	if *visit, err = b.store.FindReference(ctx, visit.Reference); err == nil && !visit.Start.Equal(t.start) {
		return ErrTaken
	}
	return err
}

// ownChannel returns the channel over which visitors move a visit booked over c.
// Only reception and staff give the places kept for walk-ins and urgent cases.
func ownChannel(c catalog.Channel) catalog.Channel {
	if c == catalog.WalkIn || c == catalog.Protected {
		return catalog.Public
	}
	return c
}

// Cancel cancels a visit for one of the centre's reasons (a slug, "" for none);
// cancelling it again changes nothing. It returns fault.ErrNotFound, ErrNotBooked,
// ErrArrived, a *RuleError of RuleCancelCutoff, or a *VisitorError for an unknown
// reason.
func (b *Booker) Cancel(ctx context.Context, r Reference, reason string, now time.Time) (Appointment, error) {
	if _, known := b.centre.CancellationReason(reason); reason != "" && !known {
		return Appointment{}, &VisitorError{[]Field{{Name: "reason", Fault: FaultReason}}}
	}
	return b.store.Change(ctx, r, func(a Appointment) (Transition, error) {
		service, _ := b.centre.Service(a.Service)
		t, err := a.Cancel(service, reason, now)
		return b.delayed(t, now), err
	})
}
