package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/lib/pq"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/privacy"
	"ziyara/slots"
)

// Appointments keeps appointments and the ledger of places. It implements
// slots.Store.
type Appointments struct {
	*core
	remembered versions
	sweeps     batcher[dayKey, *sweep]
	holds      batcher[dayKey, *holding]
	bookings   batcher[string, *booking]
}

var _ slots.Store = (*Appointments)(nil)

func newAppointments(shared *core) *Appointments {
	s, limit := &Appointments{core: shared}, shared.config.QueueLimit
	s.sweeps = batcher[dayKey, *sweep]{workers: batchWorkers, most: limit, limit: limit, crowd: true, do: s.sweep}
	s.holds = batcher[dayKey, *holding]{workers: batchWorkers, most: mostHolds, limit: limit, crowd: true, do: s.hold}
	s.bookings = batcher[string, *booking]{workers: batchWorkers, most: mostBookings, limit: limit, do: s.book}
	return s
}

// Find implements slots.Store.
func (s *Appointments) Find(ctx context.Context, id string) (slots.Appointment, error) {
	if !isID(id) {
		return slots.Appointment{}, fault.ErrNotFound
	}
	return s.pool().appointment(ctx, id, nil)
}

// FindReference implements slots.Store.
func (s *Appointments) FindReference(ctx context.Context, r slots.Reference) (slots.Appointment, error) {
	return s.pool().appointment(ctx, nil, string(r))
}

// appointment returns the appointment with this id, or, if that is nil, this reference.
func (q session) appointment(ctx context.Context, id, reference any) (slots.Appointment, error) {
	var row appointmentRow
	err := q.get(ctx, &row, "appointments/find_one", id, reference)
	if errors.Is(err, sql.ErrNoRows) {
		return slots.Appointment{}, fault.ErrNotFound
	}
	if err != nil {
		return slots.Appointment{}, err
	}
	return row.appointment(&q.store.vault)
}

// OfOwner implements slots.Store. It takes one round trip for the ids and one for
// the visits.
func (s *Appointments) OfOwner(ctx context.Context, of slots.Owner, since time.Time, limit int) ([]slots.Appointment, error) {
	var ids []string
	err := s.pool().list(ctx, &ids, "appointments/of_owner", s.vault.spellings(ofMobile, of.Mobiles...), null(string(of.Person)), since, limit)
	if err != nil || ids == nil {
		return nil, err
	}
	var rows []appointmentRow
	if err = s.pool().list(ctx, &rows, "appointments/find", pq.StringArray(ids)); err != nil {
		return nil, err
	}
	visits := make([]slots.Appointment, len(rows))
	for i, r := range rows {
		if visits[i], err = r.appointment(&s.vault); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(visits, func(a, b slots.Appointment) int { return b.Start.Compare(a.Start) })
	return visits, nil
}

// Release implements slots.Store.
func (s *Appointments) Release(ctx context.Context, id string) error {
	if !isID(id) {
		return fault.ErrNotFound
	}
	return s.transact(ctx, func(q session) error {
		var rows []placeRow
		switch err := q.list(ctx, &rows, "holds/release", id); {
		case err != nil:
			return err
		case len(rows) == 0:
			return fault.ErrNotFound
		}
		return q.giveBack(ctx, places(rows))
	})
}

// Change implements slots.Store.
func (s *Appointments) Change(ctx context.Context, r slots.Reference, decide slots.Decide) (slots.Appointment, error) {
	began := s.cache.now()
	t, err := s.change(ctx, r, decide, func(q session, t slots.Transition) error {
		if err := q.exchangeFor(ctx, t); err != nil {
			if t.Takes != nil {
				s.cache.doubt(t.Takes.DeskGroup, began) // a visitor was shown a place that is taken
			}
			return err
		}
		if err := q.writeTransition(ctx, t); err != nil {
			return err
		}
		return keepAnswer(ctx, q, t.Once, t.After, t.Event.At)
	})
	return t.After, err
}

// change locks an appointment and lets decide turn it into another. It writes the
// transition with write, if anything changes.
func (s *core) change(ctx context.Context, r slots.Reference, decide slots.Decide,
	write func(q session, t slots.Transition) error,
) (t slots.Transition, err error) {
	err = s.transact(ctx, func(q session) error {
		before, err := q.lockAppointment(ctx, r)
		if err != nil {
			return err
		}
		if t, err = decide(before); err != nil || !t.Changes() {
			return err
		}
		if err = t.Check(); err != nil {
			return err
		}
		return write(q, t)
	})
	if err != nil {
		return slots.Transition{}, err
	}
	return t, nil
}

// lockAppointment locks an appointment that is booked or requested until the
// transaction ends, and returns it. It returns fault.ErrNotFound.
func (q session) lockAppointment(ctx context.Context, r slots.Reference) (slots.Appointment, error) {
	var locked struct {
		ID   string
		Turn string // void
	}
	switch err := q.get(ctx, &locked, "appointments/lock", string(r)); {
	case errors.Is(err, sql.ErrNoRows):
		return slots.Appointment{}, fault.ErrNotFound
	case err != nil:
		return slots.Appointment{}, err
	}
	return q.appointment(ctx, locked.ID, nil)
}

// exchangeFor updates the ledger for a transition: it ends the hold of an earlier
// proposal, the hold whose place the visit takes over and the hold of an offer for
// another number of places, gives back or delays the place that is given up, and
// takes the one that is wanted.
func (q session) exchangeFor(ctx context.Context, t slots.Transition) error {
	proposed, err := q.endProposal(ctx, t)
	if err != nil {
		return err
	}
	back, err := t.Back(proposed)
	if err != nil {
		return err
	}
	if t.Resizes() {
		var offered []placeRow
		if err = q.list(ctx, &offered, "waitlist/withdraw", t.Before.ID); err != nil {
			return err
		}
		back = append(back, places(offered)...)
	}
	if t.Kept != "" {
		var kept []placeRow
		if err = q.list(ctx, &kept, "holds/release", t.Kept); err != nil {
			return err
		}
		if len(kept) == 0 {
			return slots.ErrOfferOver
		}
	}
	if !t.BackAt.IsZero() {
		if _, err = q.exec(ctx, "ledger/delay_place", t.Before.ID, t.BackAt); err != nil {
			return err
		}
	}
	if err = q.exchange(ctx, back, t.Takes); err != nil || !t.GivenUp {
		return err
	}
	return q.countGivenUp(ctx, t.Before.ID, t.Event.At)
}

// writeTransition writes an appointment after a transition, with its history and
// the message to the visitor. The ledger is up to date already.
func (q session) writeTransition(ctx context.Context, t slots.Transition) (err error) {
	a, p, e, n := t.After, t.After.Place, t.Event, told(t)
	switch {
	case e.Kind == slots.WasMoved:
		_, err = q.exec(ctx, "appointments/move", a.ID, e.At, p.DeskGroup, p.Day.String(), p.First, p.Ticks, p.Count,
			a.Start, a.End, a.StartVersion, null(e.Actor), null(e.Reason), kind(n), nullTime(n.Expires))
		return err
	case e.Kind == slots.WasCorrected:
		return q.correct(ctx, t)
	case e.Kind == slots.WasCancelled:
		_, err = q.exec(ctx, "appointments/cancel", a.ID, e.At, null(e.Actor), null(e.Reason), kind(n), nullTime(n.Expires),
			null(e.CancellationReason))
		return err
	case e.Kind == slots.WasProposed:
		if err = q.holdProposal(ctx, t); err != nil {
			return err
		}
	}
	return q.answerRequest(ctx, t)
}

// correct writes the corrected details of a visit, and of the entry of the waitlist for an
// earlier start of it.
func (q session) correct(ctx context.Context, t slots.Transition) error {
	a, e, v := t.After, t.Event, &q.store.vault
	p, err := v.keep(visitsTable, a.ID, personalOf(a.Visitor, a.Mobile, a.Representative))
	if err != nil {
		return err
	}
	var entry entryRow
	switch err = q.get(ctx, &entry, "waitlist/replacing", string(a.Reference)); {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return err
	default:
		of, err := entry.entry(v)
		if err != nil {
			return err
		}
		of.Booking.Visitor.Name, of.Booking.Visitor.Email, of.Booking.Mobile = a.Visitor.Name, a.Visitor.Email, a.Mobile
		if err = q.keepEntry(ctx, of, a.Party); err != nil {
			return err
		}
	}
	_, err = q.exec(ctx, "appointments/correct", a.ID, e.At, p.Name, v.nameKey(a.Visitor.Name), null(p.Email),
		null(p.Mobile), a.Party, a.Place.Count, null(e.Actor), null(e.Reason), nullLimit(t.MobileLimit), p.Number, null(p.ByName), null(p.ByKind),
		null(p.ByNumber), null(p.Wakala), v.spellings(ofMobile, a.Mobile), null(entry.HoldID.String),
		e.EndsLinks)
	if _, none := errors.AsType[*slots.HoldLimitError](err); none { // its numbers are those of holds, too
		return slots.ErrMobileLimit
	}
	return err
}

// CloseVisits implements slots.Store.
func (s *Appointments) CloseVisits(ctx context.Context, now time.Time, of *slots.Booking, limit int) (int, error) {
	if of != nil {
		return s.pool().exec(ctx, "appointments/close_of_person", now, limit, string(of.Person), s.vault.spellings(ofMobile, of.Mobile))
	}
	return s.pool().exec(ctx, "appointments/close", now, limit)
}

// Purge removes answers to requests after a day, ended holds and verifications
// after two days, and records of given-up visits once they do not matter any more.
// It removes at most limit of each at once, until none is left.
func (s *Appointments) Purge(ctx context.Context, now time.Time, limit int) error {
	for {
		var removed int
		err := s.pool().get(ctx, &removed, "appointments/purge", now.Add(-privacy.KeepAnswers), now.Add(-privacy.KeepHolds), limit, now)
		if err != nil || removed < limit {
			return err
		}
	}
}

// appointmentRow is a row of appointments with the names of its service and
// branch.
type appointmentRow struct {
	BranchID       sql.NullInt32  `db:"branch_id"`
	ID             sql.NullString `db:"id"`
	Status         sql.NullString `db:"status"`
	ServiceID      sql.NullInt32  `db:"service_id"`
	DeskGroupID    sql.NullInt32  `db:"desk_group_id"`
	Day            sql.NullTime   `db:"day"`
	FirstTick      sql.NullInt32  `db:"first_tick"`
	Ticks          sql.NullInt32  `db:"ticks"`
	Places         sql.NullInt32  `db:"places"`
	StartAt        sql.NullTime   `db:"start_at"`
	EndAt          sql.NullTime   `db:"end_at"`
	Party          sql.NullInt32  `db:"party"`
	Channel        sql.NullString `db:"channel"`
	CreatedAt      sql.NullTime   `db:"created_at"`
	ExpiresAt      sql.NullTime   `db:"expires_at"`
	Reference      sql.NullString `db:"reference"`
	StartVersion   sql.NullInt32  `db:"version"`
	Person         sql.NullString `db:"person"`
	PersonPlace    sql.NullInt32  `db:"person_place"`
	Mobile         sql.NullString `db:"mobile"`
	Lang           sql.NullString `db:"lang"`
	VisitorName    sql.NullString `db:"visitor_name"`
	VisitorKey     sql.NullString `db:"visitor_key"`
	IdentityKind   sql.NullString `db:"identity_kind"`
	Identity       sql.NullString `db:"identity"`
	Email          sql.NullString `db:"email"`
	ByName         sql.NullString `db:"representative_name"`
	ByIdentityKind sql.NullString `db:"representative_identity_kind"`
	ByIdentity     sql.NullString `db:"representative_identity"`
	Wakala         sql.NullString `db:"wakala"`
	WakalaExpires  sql.NullTime   `db:"wakala_expires"`
	Needs          pq.StringArray `db:"needs"`
	Address        []byte         `db:"address"`
	AddressPlace   sql.NullInt32  `db:"address_place"`
	MobilePlace    sql.NullInt32  `db:"mobile_place"`
	Service        sql.NullString `db:"service"`
	Branch         sql.NullString `db:"branch"`
	History        []byte         `db:"history"`
	AnswerBy       sql.NullTime   `db:"answer_by"`
	ProposedTo     sql.NullString `db:"proposed_to"`
	Proposal       []byte         `db:"proposal"` // a row of appointments as JSON
	Change         []byte         `db:"change"`   // a changeOfRow as JSON
}

func (r appointmentRow) appointment(v *vault) (slots.Appointment, error) {
	who, err := v.open(visitsTable, r.ID.String, personal{
		Name: r.VisitorName.String, Number: r.Identity.String, Mobile: r.Mobile.String, Email: r.Email.String,
		ByName: r.ByName.String, ByKind: r.ByIdentityKind.String, ByNumber: r.ByIdentity.String, Wakala: r.Wakala.String,
	})
	if err != nil {
		return slots.Appointment{}, err
	}
	a := slots.Appointment{
		ID: r.ID.String, Status: slots.Status(r.Status.String),
		Service: r.Service.String, Branch: r.Branch.String,
		Place: slots.Place{
			Branch: int(r.BranchID.Int32), DeskGroup: int(r.DeskGroupID.Int32), Day: dateOf(r.Day.Time),
			First: int(r.FirstTick.Int32), Ticks: int(r.Ticks.Int32), Count: int(r.Places.Int32),
		},
		Start: r.StartAt.Time.UTC(), End: r.EndAt.Time.UTC(),
		Party: int(r.Party.Int32), Channel: catalog.Channel(r.Channel.String),
		Created: r.CreatedAt.Time.UTC(), Expires: r.ExpiresAt.Time.UTC(),
		Reference: slots.Reference(r.Reference.String), StartVersion: int(r.StartVersion.Int32), Person: slots.Person(r.Person.String),
		Mobile: who.Mobile, Lang: r.Lang.String,
		Visitor: slots.Visitor{
			Name:     who.Name,
			Identity: slots.Identity{Kind: slots.IdentityKind(r.IdentityKind.String), Number: who.Number},
			Email:    who.Email,
		},
		Needs: r.Needs, AnswerBy: utc(r.AnswerBy),
	}
	a.Representative = who.representative(r.WakalaExpires)
	var events []struct {
		Kind   slots.EventKind `json:"kind"`
		At     time.Time       `json:"at"`
		Start  time.Time       `json:"start"`
		Actor  string          `json:"actor"`
		Reason string          `json:"reason"`
		Cancel string          `json:"cancellation"`
		Ends   bool            `json:"ends_links"`
	}
	if err = json.Unmarshal(r.History, &events); err != nil {
		return slots.Appointment{}, err
	}
	for _, e := range events {
		a.History = append(a.History, slots.Event{
			Kind: e.Kind, At: e.At.UTC(), Start: e.Start.UTC(), Actor: e.Actor, Reason: e.Reason,
			CancellationReason: e.Cancel, EndsLinks: e.Ends,
		})
	}
	a.Version = len(a.History)
	if a.Change, err = changeOf(r.Change); err != nil {
		return a, err
	}
	a.Proposal, err = proposal(r.Proposal)
	return a, err
}
