package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/lib/pq"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/once"
	"ziyara/slots"
)

// booking is a request to turn a hold into a visit, for the batcher.
type booking struct {
	id   string
	by   slots.Booking
	now  time.Time
	once *once.Request[slots.Appointment]

	decided bool
	visit   slots.Appointment
	err     error
}

func (b *booking) decide(visit slots.Appointment, err error) {
	b.decided, b.visit, b.err = true, visit, err
}

// Book implements slots.Store.
func (s *Appointments) Book(ctx context.Context, id string, by slots.Booking, now time.Time,
	once *once.Request[slots.Appointment],
) (slots.Appointment, error) {
	if !isID(id) {
		return slots.Appointment{}, fault.ErrNotFound
	}
	b := &booking{id: id, by: by, now: now, once: once}
	if err := s.bookings.serve(ctx, turnOf(by), b); err != nil {
		return slots.Appointment{}, s.outcome("book", err)
	}
	noteOutcome(ctx, b.err)
	return b.visit, b.err
}

// turnOf returns whose bookings are made one after the other: those with one mobile,
// which covers those of one person, or those of a person without a mobile.
func turnOf(b slots.Booking) string {
	if b.Mobile != "" {
		return b.Mobile
	}
	return string(b.Person)
}

// book decides a batch, whose requests are all by different persons. If they can't
// be written together, it tries them one by one, so that none fails because of
// another.
func (s *Appointments) book(batch []*booking) {
	ctx, cancel := context.WithTimeout(context.Background(), batchLimits*s.config.Timeout)
	defer cancel()
	err := retry(func() error { return s.bookTogether(ctx, batch) })
	alone := len(batch) == 1 || err != nil && outOfReach(err)
	for _, b := range batch {
		switch {
		case b.decided:
		case alone:
			b.decide(slots.Appointment{}, err)
		default:
			s.book([]*booking{b})
		}
	}
}

// bookTogether writes the visits of a batch in one transaction. A request that it
// can't book stays undecided unless it is alone: the hold is not valid, the person or
// the mobile has too many visits, the person has a pause, or another booking of theirs
// is in progress.
func (s *Appointments) bookTogether(ctx context.Context, batch []*booking) error {
	var visits map[*booking]slots.Appointment
	write := func(q session) error {
		var err error
		visits, err = q.writeVisits(ctx, batch)
		return err
	}
	var err error
	if slices.ContainsFunc(batch, func(b *booking) bool { return b.once != nil }) {
		err = s.transact(ctx, write)
	} else {
		err = write(s.pool())
	}
	if err != nil {
		return err
	}
	for b, visit := range visits {
		b.decide(visit, nil)
	}
	if len(batch) > 1 || len(visits) > 0 {
		return nil
	}
	return s.whyNotBooked(ctx, batch[0])
}

// whyNotBooked returns why a booking that was alone was refused. It reads a moment
// after the refusal: if the hold is valid and the person has no pause, the reason
// must be the limit of the mobile or the person.
func (s *Appointments) whyNotBooked(ctx context.Context, b *booking) error {
	hold, err := s.Find(ctx, b.id)
	if err != nil {
		return err
	}
	if hold.Mobile != "" && hold.Mobile == s.vault.hash(ofMobile, b.by.Mobile) {
		hold.Mobile = b.by.Mobile
	}
	if t, err := hold.Book(b.by, catalog.Approval{}, b.now); err != nil || !t.Changes() {
		return fault.ErrNotFound // no hold that this booking can use
	}
	var row struct {
		Until      sql.NullTime `db:"paused_until"`
		PersonFull bool         `db:"person_full"`
		MobileFull bool         `db:"mobile_full"`
	}
	if err = s.pool().get(ctx, &row, "appointments/limits", string(b.by.Person), hold.Service,
		null(s.vault.hash(ofMobile, b.by.Mobile)), nullLimit(b.by.MobileLimit)); err != nil {
		return err
	}
	switch err = b.by.Pauses(row.Until.Time, b.now); {
	case err != nil:
		return err
	case row.MobileFull && !row.PersonFull:
		return slots.ErrMobileLimit
	}
	return slots.ErrPersonLimit
}

// bookingRow is what appointments/book.sql reads.
type bookingRow struct {
	N              int       `json:"n"`
	ID             string    `json:"id"`
	Now            time.Time `json:"now"`
	Reference      string    `json:"reference"`
	Person         string    `json:"person"`
	Mobile         *string   `json:"mobile"`
	Mobiles        any       `json:"mobiles"`    // what the mobile of the hold can be
	PerMobile      *int      `json:"per_mobile"` // NULL when the visit does not count for it
	Lang           string    `json:"lang"`
	VisitorName    string    `json:"visitor_name"`
	VisitorKey     string    `json:"visitor_key"`
	IdentityKind   string    `json:"identity_kind"`
	Identity       string    `json:"identity"`
	Email          *string   `json:"email"`
	ByName         *string   `json:"representative_name"`
	ByIdentityKind *string   `json:"representative_identity_kind"`
	ByIdentity     *string   `json:"representative_identity"`
	Wakala         *string   `json:"wakala"`
	WakalaExpires  *string   `json:"wakala_expires"`
	Needs          []string  `json:"needs"`
	Actor          *string   `json:"actor"`
	Reason         *string   `json:"reason"`
	Audited        bool      `json:"audited"`

	// The message to the visitor, by the outcome; nil for none.
	IfBooked    *string `json:"if_booked"`
	IfRequested *string `json:"if_requested"`
}

// heldRow is a hold that appointments/book.sql turned into a visit, as it was before.
type heldRow struct {
	N          int            `db:"n"`
	Branch     int            `db:"branch_id"`
	ID         string         `db:"id"`
	Group      int            `db:"desk_group_id"`
	Day        time.Time      `db:"day"`
	First      int            `db:"first_tick"`
	Ticks      int            `db:"ticks"`
	Places     int            `db:"places"`
	Start      time.Time      `db:"start_at"`
	End        time.Time      `db:"end_at"`
	Party      int            `db:"party"`
	Channel    string         `db:"channel"`
	Created    time.Time      `db:"held_at"`
	Expires    time.Time      `db:"held_until"`
	Service    string         `db:"service"`
	BranchSlug string         `db:"branch"`
	Needs      pq.StringArray `db:"held_needs"`
	approvalRow
}

func (r heldRow) hold() slots.Appointment {
	return slots.Appointment{
		ID: r.ID, Status: slots.Held, Service: r.Service, Branch: r.BranchSlug,
		Place: slots.Place{Branch: r.Branch, DeskGroup: r.Group, Day: dateOf(r.Day), First: r.First, Ticks: r.Ticks, Count: r.Places},
		Start: r.Start.UTC(), End: r.End.UTC(), Party: r.Party, Channel: catalog.Channel(r.Channel),
		Created: r.Created.UTC(), Expires: r.Expires.UTC(), Needs: r.Needs,
	}
}

// writeVisits writes the visits that it can and returns them. It keeps the answers to
// requests that name a key; with one of those the session must be a transaction.
func (q session) writeVisits(ctx context.Context, batch []*booking) (map[*booking]slots.Appointment, error) {
	wanted := make([]bookingRow, len(batch))
	for i, b := range batch {
		var err error
		if wanted[i], err = newBookingRow(i, b, &q.store.vault); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(wanted)
	if err != nil {
		return nil, err
	}
	var rows []heldRow
	if err = q.list(ctx, &rows, "appointments/book", string(text), len(batch) == 1); err != nil {
		return nil, err
	}
	var told answers
	visits := make(map[*booking]slots.Appointment, len(rows))
	for _, row := range rows {
		b := batch[row.N]
		t, err := row.hold().Book(b.by, row.approval(), b.now)
		if err != nil {
			return nil, err
		}
		if err = addAnswer(&told, b.once, t.After, t.After.Created); err != nil {
			return nil, err
		}
		visits[b] = t.After
	}
	return visits, q.keep(ctx, told)
}

func newBookingRow(n int, b *booking, v *vault) (bookingRow, error) {
	p, err := v.keep(visitsTable, b.id, personalOf(b.by.Visitor, b.by.Mobile, b.by.Representative))
	row := bookingRow{
		N: n, ID: b.id, Now: b.now, Reference: string(b.by.Reference), Person: string(b.by.Person),
		Mobile: optional(p.Mobile), Mobiles: v.spellings(ofMobile, b.by.Mobile), Lang: b.by.Lang,
		VisitorName: p.Name, VisitorKey: v.nameKey(b.by.Visitor.Name),
		IdentityKind: string(b.by.Visitor.Identity.Kind), Identity: p.Number,
		Email: optional(p.Email), ByName: optional(p.ByName), ByIdentityKind: optional(p.ByKind), ByIdentity: optional(p.ByNumber),
		Wakala: optional(p.Wakala), Needs: append([]string{}, b.by.Needs...),
		Actor: optional(b.by.Actor), Reason: optional(b.by.Reason), Audited: b.by.Audited(),
	}
	if b.by.MobileLimit > 0 {
		row.PerMobile = &b.by.MobileLimit
	}
	to := contact(b.by.Mobile, b.by.Visitor)
	row.IfBooked = optional(string(notify.Event{Kind: notify.WasBooked}.Notice().To(to).Kind))
	row.IfRequested = optional(string(notify.Event{Kind: notify.WasRequested}.Notice().To(to).Kind))
	if by := b.by.Representative; by != nil && by.Expires != 0 {
		row.WakalaExpires = optional(by.Expires.String())
	}
	return row, err
}
