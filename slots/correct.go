package slots

import (
	"context"
	"math"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/textnorm"
)

// Correction is what is to be different in the details of a visit; nil leaves a
// detail as it is. It has no identity number: an unproved number must not give a
// visit to another person (docs/adr/0043-corrections.md).
type Correction struct {
	Name   *string
	Email  *string // "" removes it
	Mobile *string // E.164, proved by the visitor or told to staff
	Party  *int
	// EndLinks ends all links and tokens to the visit: somebody else has one. Another
	// e-mail address or mobile in place of one ends them too.
	EndLinks bool
}

// NewCorrection checks a correction of the visitor's details, and cleans them as
// NewVisitor does. It returns a *VisitorError with every field that can't be
// accepted. Which mobile and which party can be is known elsewhere.
func NewCorrection(name, email *string) (Correction, error) {
	var c Correction
	var bad []Field
	if name != nil {
		clean := textnorm.Line(*name)
		c.Name = &clean
		if !plausibleName(clean) {
			bad = append(bad, Field{Name: "visitor/name", Fault: FaultName})
		}
	}
	if email != nil {
		clean := textnorm.Symbols(*email)
		c.Email = &clean
		if clean != "" && !plausibleEmail(clean) {
			bad = append(bad, Field{Name: "visitor/email", Fault: FaultEmail})
		}
	}
	if bad != nil {
		return Correction{}, &VisitorError{bad}
	}
	return c, nil
}

// changes reports whether the correction makes any difference to the visit.
func (c Correction) changes(a Appointment) bool {
	return c.EndLinks || differs(c.Name, a.Visitor.Name) || differs(c.Email, a.Visitor.Email) || differs(c.Mobile, a.Mobile) ||
		differs(c.Party, a.Party)
}

// endsLinks reports whether whoever could open the visit before may not any more.
func (c Correction) endsLinks(a Appointment) bool {
	return c.EndLinks || a.Mobile != "" && differs(c.Mobile, a.Mobile) || a.Visitor.Email != "" && differs(c.Email, a.Visitor.Email)
}

// LinkGeneration counts how often all links to the visit were ended. A link or token of
// an earlier generation opens it no more. After 255 times nothing is ended any more.
func (a Appointment) LinkGeneration() uint8 {
	ended := 0
	for _, e := range a.History {
		if e.EndsLinks {
			ended++
		}
	}
	return uint8(min(ended, math.MaxUint8)) //nolint:gosec // it is bounded
}

func differs[T comparable](to *T, from T) bool { return to != nil && *to != from }

func set[T any](field *T, to *T) {
	if to != nil {
		*field = *to
	}
}

// Correct returns the visit or request with its details corrected; one that has
// them already stays as it is. It returns the errors of CanCorrect and, for another
// party, those of CanChangeParty, a *RuleError of RulePartyLimit,
// centre.ErrUnknownService for a service that no longer exists (nil), or
// ErrUnsettled.
func (a Appointment) Correct(c Correction, s *catalog.Service, now time.Time) (Transition, error) {
	return a.correct(c, s, s, StaffAction{}, now)
}

// CorrectByStaff is Correct by a member of staff, to whom no cut-off applies. It
// also returns ErrUnaudited.
func (a Appointment) CorrectByStaff(c Correction, s *catalog.Service, by StaffAction, now time.Time) (Transition, error) {
	if !by.Audited() {
		return Transition{}, ErrUnaudited
	}
	return a.correct(c, s, nil, by, now)
}

// correct corrects the details of a visit to the service s. The deadlines are those of
// cutoff, which is s or nil.
func (a Appointment) correct(c Correction, s, cutoff *catalog.Service, by StaffAction, now time.Time) (Transition, error) {
	if (a.Status == Booked || a.Status == Requested) && !c.changes(a) {
		return a.stays(), nil
	}
	if err := a.CanCorrect(now); err != nil {
		return Transition{}, err
	}
	after := a
	set(&after.Visitor.Name, c.Name)
	set(&after.Visitor.Email, c.Email)
	set(&after.Mobile, c.Mobile)
	if differs(c.Party, a.Party) {
		err := a.CanChangeParty(cutoff, now)
		if err == nil {
			after.Party, after.Place, err = a.placeOf(*c.Party, s, now)
		}
		if err != nil {
			return Transition{}, err
		}
	}
	return a.becomes(after, Event{
		Kind: WasCorrected, At: now, Start: a.Start, Actor: by.Actor, Reason: by.Reason, EndsLinks: c.endsLinks(a),
	}), nil
}

// placeOf returns the party with the place that it takes where the visit is. The
// place can't change while another one is held for the visit, or while it has none.
func (a Appointment) placeOf(party int, s *catalog.Service, now time.Time) (int, Place, error) {
	if s == nil {
		return 0, Place{}, centre.ErrUnknownService
	}
	if err := partyAllowed(s, party); err != nil {
		return 0, Place{}, err
	}
	place := a.Place
	if place.Count = s.Places(party); place != a.Place && (a.Displaced() || a.Proposed(now) != nil) {
		return 0, Place{}, ErrUnsettled
	}
	return party, place, nil
}

// Correct corrects the details of a visit or a request. Corrections that are made
// already change nothing. A party that takes more places gets them at the same
// start, or nothing changes. A visit that counts for its person counts for a corrected
// mobile too. It returns fault.ErrNotFound, the errors of
// Appointment.Correct, ErrMobileLimit, a *TakenError, or centre.ErrNotOffered.
func (b *Booker) Correct(ctx context.Context, r Reference, c Correction, now time.Time) (Appointment, error) {
	return b.correct(ctx, r, c, mover{}, now)
}

// CorrectByStaff does so on behalf of a member of staff, with places of the channel
// over. It also returns ErrUnaudited.
func (b *Booker) CorrectByStaff(
	ctx context.Context, r Reference, c Correction, over catalog.Channel, by StaffAction, now time.Time,
) (Appointment, error) {
	return b.correct(ctx, r, c, mover{staff: true, by: by, over: over}, now)
}

func (b *Booker) correct(ctx context.Context, r Reference, c Correction, by mover, now time.Time) (a Appointment, err error) {
	err = b.fresh(ctx, func() error {
		var same target // the start of the visit, for the new party
		decide := func(current Appointment) (Transition, error) {
			service, _ := b.centre.Service(current.Service)
			t, err := by.correct(current, c, service, now)
			t.MobileLimit = b.mobileLimit(Booking{Mobile: t.After.Mobile, StaffAction: by.by})
			if err != nil || t.After.Place == t.Before.Place {
				return t, err
			}
			if same, err = b.sameStart(t.After, by.channel(current), now); err != nil {
				return Transition{}, err
			}
			if t.Takes = &same.wanted; t.After.Place.Count < t.Before.Place.Count {
				t.Takes = &Wanted{Place: t.After.Place} // it has these places already, whatever else is taken
			}
			return t, nil
		}
		return b.take(ctx, &same, now, func() error {
			a, err = b.store.Change(ctx, r, decide)
			return err
		})
	})
	return a, err
}

// correct corrects the details of a visit as the mover may.
func (m mover) correct(a Appointment, c Correction, s *catalog.Service, now time.Time) (Transition, error) {
	if m.staff {
		return a.CorrectByStaff(c, s, m.by, now)
	}
	return a.Correct(c, s, now)
}

// sameStart returns the target of a visit that stays where it is, but takes another
// number of places. The rules about starts don't apply: it has its start already.
func (b *Booker) sameStart(a Appointment, over catalog.Channel, now time.Time) (target, error) {
	service, ok := b.centre.Service(a.Service)
	if !ok {
		return target{}, centre.ErrUnknownService
	}
	group, ok := b.centre.Group(a.Place.DeskGroup)
	if !ok {
		return target{}, centre.ErrNotOffered
	}
	shape, err := ShapeOf(service, a.Party, over, stillKnown(service, a.Needs)...)
	if err != nil {
		return target{}, err
	}
	shape = shape.Counted(group, now)
	day := group.Calendar.Day(a.Place.Day)
	return target{
		service: service, group: group, shape: shape, day: day,
		wanted: shape.wanted(group, day, a.Place), start: a.Start, end: a.End,
	}, nil
}
