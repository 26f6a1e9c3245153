package postgres

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/lib/pq"

	"ziyara/scheduling"
	"ziyara/slots"
)

// Imports takes over the visits of another system. The store's vault is open.
type Imports struct{ *core }

// Imported is a visit that was imported before.
type Imported struct {
	Reference slots.Reference
	Same      bool // whether it is the one that was asked about
}

// atOnce is how many visits are asked about at once, and mostImported how many are written
// together: their ledger days are locked for as long.
const (
	importedAtOnce = 5000
	mostImported   = 250
)

// former returns the hash by which the reference of another system is known, and
// fingerprint what it was imported for.
func (s *Imports) former(v slots.Import) string {
	return hashMark + s.vault.keys.Hash("former reference", v.Former)
}

func (s *Imports) fingerprint(v slots.Import) string {
	return hashMark + s.vault.keys.Hash("imported visit",
		v.Service+" "+v.Branch+" "+v.Start.UTC().Format(time.RFC3339)+" "+v.Visitor.Identity.Number)
}

// Known returns those of the visits that were imported before, by their former references.
func (s *Imports) Known(ctx context.Context, visits []slots.Import) (map[string]Imported, error) {
	known := make(map[string]Imported)
	for part := range slices.Chunk(visits, importedAtOnce) {
		hashes := make(pq.StringArray, len(part))
		byHash := make(map[string]slots.Import, len(part))
		for i, v := range part {
			hashes[i] = s.former(v)
			byHash[hashes[i]] = v
		}
		var rows []struct {
			Former      string `db:"old_reference"`
			Fingerprint string `db:"fingerprint"`
			Reference   string `db:"reference"`
		}
		if err := s.pool().list(ctx, &rows, "imports/known", hashes); err != nil {
			return nil, err
		}
		for _, r := range rows {
			v := byHash[r.Former]
			known[v.Former] = Imported{slots.Reference(r.Reference), r.Fingerprint == s.fingerprint(v)}
		}
	}
	return known, nil
}

// Ledger returns what is taken of the time of the persons and of the ledger days of visits that have a
// place; unopened returns a day that the ledger does not have yet.
func (s *Imports) Ledger(ctx context.Context, visits []slots.Import, now time.Time, unopened func(slots.Place) slots.Occupied,
) (slots.Ledger, error) {
	l := slots.Ledger{Days: make(map[slots.Place]slots.Occupied), Persons: make(map[slots.Person][]slots.Standing)}
	asked := make(map[slots.Person]bool)
	var persons pq.StringArray
	var days []dayKey
	for _, v := range visits {
		if !asked[v.Person] {
			asked[v.Person] = true
			persons = append(persons, string(v.Person))
		}
		if key := slots.DayOf(v.Wanted.Place); l.Days[key].Open == nil {
			l.Days[key] = unopened(key)
			days = append(days, keyOf(key))
		}
	}
	for part := range slices.Chunk(persons, importedAtOnce) {
		var rows []struct {
			Person  string    `db:"person"`
			Service string    `db:"service"`
			Start   time.Time `db:"start_at"`
			End     time.Time `db:"end_at"`
			Counts  bool      `db:"counts"`
		}
		if err := s.pool().list(ctx, &rows, "imports/standing", part, now); err != nil {
			return l, err
		}
		for _, r := range rows {
			person := slots.Person(r.Person)
			l.Persons[person] = append(l.Persons[person], slots.Standing{
				Person: person, Service: r.Service, Start: r.Start.UTC(), End: r.End.UTC(), Counts: r.Counts,
			})
		}
	}
	for part := range slices.Chunk(days, importedAtOnce) {
		c := keyColumns(part)
		var rows []struct {
			dayKeyRow
			ledgerDayRow
		}
		if err := s.pool().list(ctx, &rows, "imports/days", c.branches, c.groups, c.days); err != nil {
			return l, err
		}
		for _, r := range rows {
			l.Days[slots.Place{Branch: r.Branch, DeskGroup: r.Group, Day: dateOf(r.Day)}] = r.occupied()
		}
	}
	return l, nil
}

// ImportOutcome is what became of a visit.
type ImportOutcome struct {
	Visit slots.Import
	Err   error // nil if it was written
}

// errTurn is the outcome of a visit while another one of its person is being booked.
var errTurn = errors.New("postgres: another booking of the person is in progress")

// Importing is how visits are imported.
type Importing struct {
	*slots.Importing
	Reason string // in the history of each visit
	Tell   bool   // whether visitors get the message of a booking
}

// Import writes visits that have a place, as far as it is still free. A portion is one transaction, and done
// is told what became of each of its visits. The visits are in the order of slots.InLedgerOrder. The error of a
// visit is slots.ErrTaken, slots.ErrStale, slots.ErrPersonBusy, slots.ErrPersonLimit or slots.ErrImported.
func (s *Imports) Import(ctx context.Context, visits []slots.Import, how Importing, done func([]ImportOutcome)) error {
	var waiting []slots.Import // for a portion without another visit of their person
	for len(visits)+len(waiting) > 0 {
		var portion, still []slots.Import
		persons := make(map[slots.Person]bool, mostImported)
		add := func(v slots.Import) {
			if persons[v.Person] {
				still = append(still, v)
				return
			}
			persons[v.Person] = true
			portion = append(portion, v)
		}
		n := min(len(waiting), mostImported)
		for _, v := range waiting[:n] {
			add(v)
		}
		waiting = waiting[n:]
		for len(portion) < mostImported && len(visits) > 0 {
			add(visits[0])
			visits = visits[1:]
		}
		waiting = append(still, waiting...)
		outcomes, err := s.importTogether(ctx, portion, how)
		if err != nil {
			return err
		}
		done(outcomes)
	}
	return nil
}

// importTogether writes a portion. What can't be written together is tried one by one.
func (s *Imports) importTogether(ctx context.Context, portion []slots.Import, how Importing) ([]ImportOutcome, error) {
	outcomes, err := s.importPortion(ctx, portion, how)
	if len(portion) == 1 || err != nil && !errors.Is(err, errConflict) {
		return outcomes, err
	}
	if err != nil { // none was written
		outcomes = make([]ImportOutcome, len(portion))
		for i, v := range portion {
			outcomes[i] = ImportOutcome{v, errTurn}
		}
	}
	for i, o := range outcomes {
		if !errors.Is(o.Err, errTurn) {
			continue
		}
		alone, err := s.importPortion(ctx, []slots.Import{o.Visit}, how)
		if err != nil {
			return nil, err
		}
		outcomes[i] = alone[0]
	}
	return outcomes, nil
}

// importPortion writes visits of different persons in one transaction.
func (s *Imports) importPortion(ctx context.Context, portion []slots.Import, how Importing) (outcomes []ImportOutcome, err error) {
	rows := make([]importRow, len(portion))
	for i, v := range portion {
		if rows[i], err = s.importRow(i, v, how); err != nil {
			return nil, err
		}
	}
	err = s.transact(ctx, func(q session) error {
		outcomes = make([]ImportOutcome, len(portion))
		days, err := q.lockImported(ctx, portion, how)
		if err != nil {
			return err
		}
		var accepted []importRow
		for i, v := range portion {
			outcomes[i].Visit = v
			key := keyOf(v.Wanted.Place)
			day, err := days[key].Taking(v.Wanted)
			if outcomes[i].Err = err; err == nil {
				days[key] = day
				accepted = append(accepted, rows[i])
			}
		}
		if len(accepted) == 0 {
			return nil
		}
		var judged []struct {
			N       int            `db:"n"`
			Refusal sql.NullString `db:"refusal"`
		}
		if err = q.list(ctx, &judged, "imports/book", asJSON(accepted), len(portion) == 1); err != nil {
			return err
		}
		var taken []slots.Place
		for _, r := range judged {
			if outcomes[r.N].Err = refusals[r.Refusal.String]; outcomes[r.N].Err == nil {
				place := portion[r.N].Wanted.Place
				place.Count = -place.Count
				taken = append(taken, place)
			}
		}
		if len(taken) == 0 {
			return nil
		}
		q.touch(taken)
		p := columns(taken)
		_, err = q.exec(ctx, "ledger/exchange", p.branches, p.groups, p.days, p.first, p.ticks, p.counts)
		return err
	})
	return outcomes, err
}

// refusals are those of imports/book.sql.
//
//nolint:gochecknoglobals // a table
var refusals = map[string]error{
	"": nil, "imported": slots.ErrImported, "turn": errTurn, "busy": slots.ErrPersonBusy, "limit": slots.ErrPersonLimit,
}

// lockImported locks the ledger days of visits, and opens those that there are none of.
func (q session) lockImported(ctx context.Context, portion []slots.Import, how Importing) (map[dayKey]slots.Occupied, error) {
	var keys []dayKey
	seen := make(map[dayKey]bool)
	for _, v := range portion {
		if key := keyOf(v.Wanted.Place); !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	days, err := q.lockDays(ctx, keys, false)
	if err != nil || len(days) == len(keys) {
		return days, err
	}
	var missing []openRow
	for _, key := range keys {
		if _, ok := days[key]; ok {
			continue
		}
		group, ok := how.Centre.Group(key.group)
		if !ok {
			return nil, slots.ErrStale
		}
		missing = append(missing, newOpenRow(group, key.day))
	}
	if err = q.openDays(ctx, missing); err != nil {
		return nil, err
	}
	return q.lockDays(ctx, keys, false)
}

// importRow is what imports/book.sql reads: a claim and a booking at once.
type importRow struct {
	bookingRow

	Service     string          `json:"service"`
	Branch      int             `json:"branch_id"`
	Group       int             `json:"desk_group_id"`
	Day         scheduling.Date `json:"day"`
	First       int             `json:"first_tick"`
	Ticks       int             `json:"ticks"`
	Places      int             `json:"places"`
	Start       time.Time       `json:"start_at"`
	End         time.Time       `json:"end_at"`
	Party       int             `json:"party"`
	Channel     string          `json:"channel"`
	Former      string          `json:"old_reference"`
	Fingerprint string          `json:"fingerprint"`
	Message     *string         `json:"message"`
}

func (s *Imports) importRow(n int, v slots.Import, how Importing) (importRow, error) {
	b, err := newBookingRow(n, &booking{id: v.ID, by: v.Booking, now: how.Now}, &s.vault)
	b.Needs, b.Reason = append([]string{}, v.Needs...), optional(how.Reason)
	p := v.Wanted.Place
	row := importRow{
		bookingRow: b, Service: v.Service, Branch: p.Branch, Group: p.DeskGroup, Day: p.Day, First: p.First, Ticks: p.Ticks, Places: p.Count,
		Start: v.Start, End: v.End, Party: v.Party, Channel: string(v.Channel), Former: s.former(v), Fingerprint: s.fingerprint(v),
	}
	if how.Tell {
		row.Message = b.IfBooked
	}
	return row, err
}
