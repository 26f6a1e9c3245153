package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"github.com/lib/pq"

	"ziyara/privacy"
	"ziyara/scheduling"
	"ziyara/slots"
)

// Privacy finds and empties what is kept of people.
type Privacy struct{ *core }

// Privacy returns the part of the store for what is kept of people.
func (s *Store) Privacy() *Privacy { return &Privacy{s.core} }

// mostOfPerson is the most visits, and the most entries of the waitlist, of one copy.
const mostOfPerson = 500

// FirstDay returns the first date that can have a visit; false if there is none.
func (s *Privacy) FirstDay(ctx context.Context) (scheduling.Date, bool, error) {
	var first sql.NullTime
	err := s.pool().get(ctx, &first, "privacy/first_day")
	return dateOf(first.Time), first.Valid, err
}

// ForgetVisits empties what is personal of at most limit visits from a date to before
// another that are over, and returns how many.
func (s *Privacy) ForgetVisits(ctx context.Context, from, before scheduling.Date, limit int) (n int, err error) {
	err = s.transact(ctx, func(q session) error {
		var ids []string
		if err := q.list(ctx, &ids, "privacy/past_visits", from.String(), before.String(), limit); err != nil {
			return err
		}
		n = len(ids)
		_, err := q.forget(ctx, ids)
		return err
	})
	return n, err
}

// ForgetEntries removes at most limit entries of the waitlist that ended before an
// instant, and returns how many.
func (s *Privacy) ForgetEntries(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.pool().exec(ctx, "privacy/purge_entries", before, limit)
}

// forget empties what is personal of visits.
func (q session) forget(ctx context.Context, ids []string) (e privacy.Erasure, err error) {
	if len(ids) == 0 {
		return e, nil
	}
	err = q.get(ctx, &e, "privacy/forget_visits", pq.StringArray(ids))
	return e, err
}

// Erase empties what is personal of visits that are over, and removes entries of the
// waitlist that have ended. It returns a *privacy.OngoingError, and has erased nothing,
// if visits are to come or entries wait.
func (s *Privacy) Erase(ctx context.Context, who privacy.Who, now time.Time) (all privacy.Erasure, err error) {
	for {
		n := 0
		var done privacy.Erasure
		err = s.transact(ctx, func(q session) error {
			visits, entries, err := q.of(ctx, who)
			if err != nil {
				return err
			}
			if n = len(visits) + len(entries); n == 0 {
				return nil
			}
			ongoing := &privacy.OngoingError{}
			var ids, ended []string
			for _, v := range visits {
				if privacy.Ongoing(v.Status == slots.Requested || v.Status == slots.Booked, v.End, now) {
					ongoing.Visits = append(ongoing.Visits, v.Reference.String())
				}
				ids = append(ids, v.ID)
			}
			for _, e := range entries {
				if e.State == string(slots.Waiting) {
					ongoing.Waiting++
				}
				ended = append(ended, e.ID)
			}
			if len(ongoing.Visits)+ongoing.Waiting > 0 {
				return ongoing
			}
			if done, err = q.forget(ctx, ids); err != nil {
				return err
			}
			done.Waitlist, err = q.exec(ctx, "privacy/forget_entries", pq.StringArray(ended))
			return err
		})
		if err != nil || n == 0 {
			return all, err
		}
		all = all.Plus(done)
	}
}

// Find returns a copy of what is kept of a person.
func (s *Privacy) Find(ctx context.Context, who privacy.Who) (privacy.Data, error) {
	visits, entries, err := s.pool().of(ctx, who)
	if err != nil {
		return privacy.Data{}, err
	}
	out := privacy.Data{
		Visits: make([]privacy.Visit, len(visits)), Waitlist: make([]privacy.Entry, len(entries)),
		Complete: len(visits) < mostOfPerson && len(entries) < mostOfPerson,
	}
	ids := make(pq.StringArray, len(visits))
	for i, v := range visits {
		out.Visits[i], ids[i] = copyOf(v), v.ID
	}
	var rows []struct {
		ID       string          `db:"id"`
		Messages json.RawMessage `db:"messages"`
		Opinion  []byte          `db:"opinion"`
	}
	if err = s.pool().list(ctx, &rows, "privacy/about_visits", ids); err != nil {
		return privacy.Data{}, err
	}
	at := make(map[string]*privacy.Visit, len(visits))
	for i, v := range visits {
		at[v.ID] = &out.Visits[i]
	}
	for _, r := range rows {
		if err = s.about(at[r.ID], r.Messages, r.Opinion); err != nil {
			return privacy.Data{}, err
		}
	}
	for i, e := range entries {
		if out.Waitlist[i], err = e.copy(&s.vault); err != nil {
			return privacy.Data{}, err
		}
	}
	return out, nil
}

// about reads the messages about a visit, and what its visitor said about it.
func (s *Privacy) about(v *privacy.Visit, messages json.RawMessage, opinion []byte) error {
	var sent []struct {
		privacy.Message
		ID int64 `json:"id"`
	}
	if err := json.Unmarshal(messages, &sent); err != nil {
		return err
	}
	for _, m := range sent {
		text, err := s.vault.openText(messagesTable, strconv.FormatInt(m.ID, 10), m.Text)
		if err != nil {
			return err
		}
		m.Text = text
		v.Messages = append(v.Messages, m.Message)
	}
	if opinion == nil {
		return nil
	}
	err := json.Unmarshal(opinion, &v.Opinion)
	if err == nil {
		reference, _ := slots.ParseReference(v.Reference)
		v.Opinion.Comment, err = s.vault.openText(commentsTable, string(reference), v.Opinion.Comment)
	}
	return err
}

// of returns the visits and the entries of a person, at most mostOfPerson of each.
func (q session) of(ctx context.Context, who privacy.Who) (visits []slots.Appointment, entries []entryOfPerson, err error) {
	var ids []string
	mobile, identity := q.store.vault.spellings(ofMobile, who.Mobile), q.store.vault.spellings(ofIdentity, who.Identity)
	if err = q.list(ctx, &ids, "privacy/visits_of", mobile, identity, mostOfPerson, null(who.Person)); err != nil {
		return nil, nil, err
	}
	if visits, err = q.appointments(ctx, ids); err != nil {
		return nil, nil, err
	}
	err = q.list(ctx, &entries, "privacy/entries_of", mobile, identity, mostOfPerson, null(who.Person))
	return visits, entries, err
}

// appointments returns those with these ids, in their order.
func (q session) appointments(ctx context.Context, ids []string) ([]slots.Appointment, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []appointmentRow
	if err := q.list(ctx, &rows, "appointments/find", pq.StringArray(ids)); err != nil {
		return nil, err
	}
	by := make(map[string]slots.Appointment, len(rows))
	for _, r := range rows {
		a, err := r.appointment(&q.store.vault)
		if err != nil {
			return nil, err
		}
		by[a.ID] = a
	}
	visits := make([]slots.Appointment, 0, len(ids))
	for _, id := range ids {
		if a, ok := by[id]; ok { // and not removed meanwhile
			visits = append(visits, a)
		}
	}
	return visits, nil
}

// copyOf copies what is kept of the person of a visit.
func copyOf(a slots.Appointment) privacy.Visit {
	v := privacy.Visit{
		Reference: a.Reference.String(), Status: string(a.Status), Service: a.Service, Branch: a.Branch, Start: a.Start, End: a.End,
		Party: a.Party, Channel: string(a.Channel), Created: a.Created, Needs: append([]string{}, a.Needs...),
		Person: privacy.Person{
			Name: a.Visitor.Name, IDKind: string(a.Visitor.Identity.Kind), ID: a.Visitor.Identity.Number, Mobile: a.Mobile, Email: a.Visitor.Email,
		},
		History: []privacy.Event{}, Messages: []privacy.Message{},
	}
	if by := a.Representative; by != nil {
		v.Person.Representative = &privacy.Representative{
			Name: by.Name, ID: by.Identity.Number, Wakala: by.Wakala, Expires: by.Expires.String(),
		}
	}
	for _, e := range a.History {
		v.History = append(v.History, privacy.Event{At: e.At, Kind: string(e.Kind), Start: e.Start, Reason: e.Reason})
	}
	return v
}

// entryOfPerson is an entry of the waitlist.
type entryOfPerson struct {
	ID       string         `db:"id"`
	State    string         `db:"state"`
	Service  string         `db:"service"`
	Branch   string         `db:"branch"`
	From     time.Time      `db:"from_day"`
	To       time.Time      `db:"to_day"`
	Party    int            `db:"party"`
	Created  time.Time      `db:"created_at"`
	Ended    sql.NullTime   `db:"ended_at"`
	Name     string         `db:"visitor_name"`
	Kind     string         `db:"identity_kind"`
	Identity string         `db:"identity"`
	Mobile   string         `db:"mobile"`
	Email    sql.NullString `db:"email"`
	ByName   sql.NullString `db:"representative_name"`
	ByID     sql.NullString `db:"representative_identity"`
	Wakala   sql.NullString `db:"wakala"`
	Expires  sql.NullTime   `db:"wakala_expires"`
	Needs    pq.StringArray `db:"needs"`
}

func (r entryOfPerson) copy(v *vault) (privacy.Entry, error) {
	who, err := v.open(entriesTable, r.ID, personal{
		Name: r.Name, Number: r.Identity, Mobile: r.Mobile, Email: r.Email.String,
		ByName: r.ByName.String, ByNumber: r.ByID.String, Wakala: r.Wakala.String,
	})
	e := privacy.Entry{
		State: r.State, Service: r.Service, Branch: r.Branch, From: dateOf(r.From).String(), To: dateOf(r.To).String(), Party: r.Party,
		Created: r.Created.UTC(), Needs: append([]string{}, r.Needs...),
		Person: privacy.Person{Name: who.Name, IDKind: r.Kind, ID: who.Number, Mobile: who.Mobile, Email: who.Email},
	}
	if r.Ended.Valid {
		ended := r.Ended.Time.UTC()
		e.Ended = &ended
	}
	if by := who.representative(r.Expires); by != nil {
		e.Person.Representative = &privacy.Representative{Name: by.Name, ID: by.Identity.Number, Wakala: by.Wakala, Expires: by.Expires.String()}
	}
	return e, err
}
