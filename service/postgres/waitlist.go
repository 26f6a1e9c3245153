package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/lib/pq"

	"ziyara/centre"
	"ziyara/fault"
	"ziyara/once"
	"ziyara/scheduling"
	"ziyara/slots"
)

// Waitlist keeps the waitlist and its offers. It implements
// slots.WaitlistStore.
type Waitlist struct{ *core }

var _ slots.WaitlistStore = (*Waitlist)(nil)

// Join implements slots.WaitlistStore.
func (s *Waitlist) Join(ctx context.Context, e slots.Entry, once *once.Request[slots.Entry]) error {
	err := s.transact(ctx, func(q session) error {
		if e.Booking.MobileLimit > 0 {
			var turn string // void
			if err := q.get(ctx, &turn, "waitlist/turn_of_mobile", s.vault.hash(ofMobile, e.Booking.Mobile)); err != nil {
				return err
			}
		}
		if _, err := q.exec(ctx, "waitlist/end_own", string(e.Booking.Person), e.Service, e.Created); err != nil {
			return err
		}
		if err := q.join(ctx, e); err != nil {
			return err
		}
		return keepAnswer(ctx, q, once, e, e.Created)
	})
	if err == nil {
		s.wake()
	}
	return err
}

func (q session) join(ctx context.Context, e slots.Entry) error {
	b := e.Booking
	var until scheduling.Date
	if b.Representative != nil {
		until = b.Representative.Expires
	}
	p, err := q.store.vault.keep(entriesTable, e.ID, personalOf(b.Visitor, b.Mobile, b.Representative))
	if err != nil {
		return err
	}
	var replaces sql.NullString
	if e.Replaces != nil {
		replaces = null(string(e.Replaces.Reference))
	}
	var full struct {
		Person bool `db:"person_full"`
		Mobile bool `db:"mobile_full"`
	}
	err = q.get(ctx, &full, "waitlist/join", e.ID, e.Service, e.Branch, e.Wish.From.String(), e.Wish.To.String(),
		int(e.Wish.Earliest), int(e.Wish.Latest), e.Created, e.Ends,
		string(b.Person), p.Mobile, b.Lang, p.Name, string(b.Visitor.Identity.Kind), p.Number, null(p.Email),
		null(p.ByName), null(p.ByKind), null(p.ByNumber), null(p.Wakala), nullDate(until),
		pq.StringArray(append([]string{}, b.Needs...)), e.Wish.Party, replaces, nullLimit(b.MobileLimit))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return centre.ErrNotOffered // removed since the snapshot was taken
	case err != nil:
		return err
	case full.Person:
		return slots.ErrPersonLimit
	case full.Mobile:
		return slots.ErrMobileWaits
	}
	return nil
}

// FindEntry implements slots.WaitlistStore.
func (s *Waitlist) FindEntry(ctx context.Context, id string, now time.Time) (slots.Entry, error) {
	row, err := s.pool().entry(ctx, id)
	if err != nil {
		return slots.Entry{}, err
	}
	e, err := row.entry(&s.vault)
	return e.At(now, row.Served), err
}

// EntriesOf implements slots.WaitlistStore. It takes one round trip for the ids and
// one for the entries.
func (s *Waitlist) EntriesOf(ctx context.Context, of slots.Owner, now time.Time) ([]slots.Entry, error) {
	var ids []string
	err := s.pool().list(ctx, &ids, "waitlist/of_owner", s.vault.spellings(ofMobile, of.Mobiles...), null(string(of.Person)))
	if err != nil || ids == nil {
		return nil, err
	}
	var rows []entryRow
	if err := s.pool().list(ctx, &rows, "waitlist/find", pq.StringArray(ids)); err != nil {
		return nil, err
	}
	entries := make([]slots.Entry, len(rows))
	for i, r := range rows {
		e, err := r.entry(&s.vault)
		if err != nil {
			return nil, err
		}
		entries[i] = e.At(now, r.Served)
	}
	return entries, nil
}

// WaitlistEntryID returns the id of the waitlist entry with a number, or
// fault.ErrNotFound.
func (s *Waitlist) WaitlistEntryID(ctx context.Context, number int64) (string, error) {
	var id string
	err := s.pool().get(ctx, &id, "waitlist/number", number)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault.ErrNotFound
	}
	return id, err
}

func (q session) entry(ctx context.Context, id string) (entryRow, error) {
	var row entryRow
	if !isID(id) {
		return row, fault.ErrNotFound
	}
	err := q.get(ctx, &row, "waitlist/find", pq.StringArray{id})
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.ErrNotFound
	}
	return row, err
}

// ChangeEntry implements slots.WaitlistStore.
func (s *Waitlist) ChangeEntry(ctx context.Context, id string, now time.Time,
	decide func(slots.Entry) (slots.Entry, error),
) (slots.Entry, error) {
	var after slots.Entry
	if !isID(id) {
		return after, fault.ErrNotFound
	}
	err := s.transact(ctx, func(q session) error {
		var locked string
		err := q.get(ctx, &locked, "waitlist/lock", id)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.ErrNotFound
		}
		if err != nil {
			return err
		}
		row, err := q.entry(ctx, id)
		if err != nil {
			return err
		}
		before, err := row.entry(&s.vault)
		if err != nil {
			return err
		}
		if after, err = decide(before); err != nil {
			return err
		}
		return q.writeEntry(ctx, before, after, now)
	})
	if err != nil {
		return slots.Entry{}, err
	}
	return after, nil
}

// writeEntry writes the new state of an entry. It gives back the place of an offer that
// the entry does not have any more.
func (q session) writeEntry(ctx context.Context, before, after slots.Entry, now time.Time) error {
	if before.State == after.State && before.Offer == after.Offer {
		return nil
	}
	hold := sql.NullString{}
	if after.Offer != nil {
		hold = null(after.Offer.Hold)
	}
	if _, err := q.exec(ctx, "waitlist/change", after.ID, string(after.State), hold, now); err != nil {
		return err
	}
	if before.Offer == nil || after.Offer != nil {
		return nil
	}
	var rows []placeRow
	if err := q.list(ctx, &rows, "holds/release", before.Offer.Hold); err != nil {
		return err
	}
	return q.giveBack(ctx, places(rows))
}

// CloseEntries implements slots.WaitlistStore.
func (s *Waitlist) CloseEntries(ctx context.Context, now time.Time, limit int) (int, error) {
	var most int
	err := s.pool().get(ctx, &most, "waitlist/close", now, now.Add(-48*time.Hour), limit)
	return most, err
}

// entryRow is an entry of the waitlist with its last offer.
type entryRow struct {
	ID             string         `db:"id"`
	Number         int64          `db:"number"`
	State          string         `db:"state"`
	Service        string         `db:"service"`
	Branch         string         `db:"branch"`
	FromDay        time.Time      `db:"from_day"`
	ToDay          time.Time      `db:"to_day"`
	Earliest       int16          `db:"earliest"`
	Latest         int16          `db:"latest"`
	Party          int            `db:"party"`
	CreatedAt      time.Time      `db:"created_at"`
	EndsAt         time.Time      `db:"ends_at"`
	Ignored        int            `db:"ignored"`
	HoldID         sql.NullString `db:"hold_id"`
	StartAt        sql.NullTime   `db:"start_at"`
	EndAt          sql.NullTime   `db:"end_at"`
	ExpiresAt      sql.NullTime   `db:"expires_at"`
	Person         string         `db:"person"`
	Mobile         string         `db:"mobile"`
	Lang           string         `db:"lang"`
	VisitorName    string         `db:"visitor_name"`
	IdentityKind   string         `db:"identity_kind"`
	Identity       string         `db:"identity"`
	Email          sql.NullString `db:"email"`
	ByName         sql.NullString `db:"representative_name"`
	ByIdentityKind sql.NullString `db:"representative_identity_kind"`
	ByIdentity     sql.NullString `db:"representative_identity"`
	Wakala         sql.NullString `db:"wakala"`
	WakalaExpires  sql.NullTime   `db:"wakala_expires"`
	Needs          pq.StringArray `db:"needs"`
	Replaces       sql.NullString `db:"replaces"`
	ReplacedStart  sql.NullTime   `db:"replaced_start"`
	ReplacedBooked bool           `db:"replaced_booked"`
	ReplacedLinks  int            `db:"replaced_links"`
	Served         bool           `db:"served"`
}

// entriesTable is where what is personal of entries is sealed.
const entriesTable = "waitlist_entries"

// keepEntry writes what is personal of an entry, and its party.
func (q session) keepEntry(ctx context.Context, e slots.Entry, party int) error {
	p, err := q.store.vault.keep(entriesTable, e.ID, personalOf(e.Booking.Visitor, e.Booking.Mobile, e.Booking.Representative))
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, "waitlist/keep", e.ID, party, p.Name, p.Number, p.Mobile, null(p.Email),
		null(p.ByName), null(p.ByKind), null(p.ByNumber), null(p.Wakala))
	return err
}

func (r entryRow) entry(v *vault) (slots.Entry, error) {
	who, err := v.open(entriesTable, r.ID, personal{
		Name: r.VisitorName, Number: r.Identity, Mobile: r.Mobile, Email: r.Email.String,
		ByName: r.ByName.String, ByKind: r.ByIdentityKind.String, ByNumber: r.ByIdentity.String, Wakala: r.Wakala.String,
	})
	e := slots.Entry{
		ID: r.ID, Number: r.Number, State: slots.EntryState(r.State), Service: r.Service, Branch: r.Branch,
		Wish: slots.Wish{
			From: dateOf(r.FromDay), To: dateOf(r.ToDay),
			Earliest: scheduling.WallTime(r.Earliest), Latest: scheduling.WallTime(r.Latest), Party: r.Party,
		},
		Created: r.CreatedAt.UTC(), Ends: r.EndsAt.UTC(), Ignored: r.Ignored,
		Booking: slots.Booking{
			Person: slots.Person(r.Person), Mobile: who.Mobile, Lang: r.Lang,
			Visitor: slots.Visitor{
				Name:     who.Name,
				Identity: slots.Identity{Kind: slots.IdentityKind(r.IdentityKind), Number: who.Number},
				Email:    who.Email,
			},
			Needs: r.Needs,
		},
	}
	if r.Replaces.Valid {
		e.Replaces = &slots.Replaced{
			Reference: slots.Reference(r.Replaces.String), Start: utc(r.ReplacedStart), Booked: r.ReplacedBooked,
			Links: generation(r.ReplacedLinks),
		}
	}
	if r.HoldID.Valid {
		e.Offer = &slots.Offer{
			Hold:  r.HoldID.String,
			Start: r.StartAt.Time.UTC(), End: r.EndAt.Time.UTC(), Expires: r.ExpiresAt.Time.UTC(),
		}
	}
	e.Booking.Representative = who.representative(r.WakalaExpires)
	return e, err
}
