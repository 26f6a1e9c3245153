package postgres_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/lib/pq"

	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// nothingLocked fails the test if a row is locked that a request may want.
func (b *bench) nothingLocked(t *testing.T, during string) {
	t.Helper()
	connector, err := pq.NewConnector(b.url)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close() //nolint:errcheck // nothing is written
	for _, table := range []string{"desk_groups", "holiday_lists", "ledger_days", "appointments", "changes", "change_visits"} {
		if _, err := db.ExecContext(t.Context(), "SELECT 1 FROM "+table+" FOR UPDATE NOWAIT"); err != nil {
			t.Errorf("%s: %s: %v", during, table, err)
		}
	}
}

// While a change of a calendar is worked out, with the places for visits that lose
// theirs, nobody waits for it: nothing is locked, and another edit of the same desk
// group goes through. Then the change is worked out again from what that one left.
func TestChangesAreWorkedOutBeforeTheLock(t *testing.T) {
	t.Parallel()
	for name, does := range map[string]func(c *changing, r slots.ChangeRequest) (string, error){
		"draft": func(c *changing, r slots.ChangeRequest) (string, error) {
			return c.Draft(context.Background(), r, c.now)
		},
		"apply": func(c *changing, r slots.ChangeRequest) (string, error) {
			return c.Apply(context.Background(), r, c.now)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := openChanging(t)
			c.book(t, 1, updates, "riyadh", sunday(t, "12:00"))
			r := c.closing(t, "12:00", "14:30")
			r.From = nil
			times := 0
			c.Changes = c.store.Changes(func() *centre.Snapshot { // needed to find other places
				times++
				c.nothingLocked(t, name)
				if times == 1 {
					if _, err := c.edit(t, 0, scheduling.Edit{Close: []scheduling.Closure{
						closure(t, "2026-12-01T07:00:00+03:00", "2026-12-01T12:00:00+03:00")}}); err != nil {
						t.Errorf("an edit while a change is worked out: %v", err)
					}
				}
				return c.centre
			}, c.id)
			before := c.plan(t)
			id, err := does(c, r)
			if err != nil {
				t.Fatal(err)
			}
			closures, version := 1, before.Version+1 // of the other edit
			if name == "apply" {
				closures, version = 2, before.Version+2
			}
			if after := c.plan(t); after.Version != version || len(after.Plan.Closures) != len(before.Plan.Closures)+closures {
				t.Errorf("version %d with %d closures, want %d with %d", after.Version, len(after.Plan.Closures),
					version, len(before.Plan.Closures)+closures)
			}
			if want := closures; times != want { // a draft does not depend on the version
				t.Errorf("worked out %d times, want %d", times, want)
			}
			affected, err := c.Affected(t.Context(), slots.AffectedQuery{Change: id, Limit: 10}, c.now)
			if err != nil || len(affected) != 1 || affected[0].Proposed.IsZero() {
				t.Errorf("affected: %+v, %v; want one visit with a proposal", affected, err)
			}
			c.ledgerAgrees(t)
		})
	}
}

// The same for the list of holidays, which concerns every desk group.
func TestHolidaysAreWorkedOutBeforeTheLock(t *testing.T) {
	t.Parallel()
	b := open(t)
	before := b.plan(t)
	calendars, times := b.store.Calendars(), 0
	list, err := calendars.EditHolidays(t.Context(), nil, b.by("holidays.changed"),
		func(l scheduling.HolidayList) (scheduling.HolidayList, error) {
			times++
			b.nothingLocked(t, "holidays")
			if times == 1 {
				if _, err := b.edit(t, 0, scheduling.Edit{Close: []scheduling.Closure{
					closure(t, "2026-12-01T07:00:00+03:00", "2026-12-01T12:00:00+03:00")}}); err != nil {
					t.Errorf("an edit while the list is worked out: %v", err)
				}
			}
			l.Bridge = scheduling.Text{AR: "يوم بين عطلتين", EN: "A day between two holidays"}
			return l, nil
		})
	if err != nil {
		t.Fatal(err)
	}
	// The edit went through before the desk groups were read, so the list is worked out once.
	if after := b.plan(t); after.Version != before.Version+2 || times != 1 || list.Bridge.EN == "" {
		t.Errorf("worked out %d times, version %d, want once and %d", times, after.Version, before.Version+2)
	}
	b.ledgerAgrees(t)
}

// A visit for which another place has been found gets another visitor before the place is
// held: what is held has places for all of them.
func TestPartyChangesWhileAChangeIsWorkedOut(t *testing.T) {
	t.Parallel()
	c := openChanging(t)
	visit := c.book(t, 1, updates, "riyadh", sunday(t, "12:00"))
	r := c.closing(t, "12:00", "14:30")
	party, times := 2, 0
	c.Changes = c.store.Changes(func() *centre.Snapshot { return c.centre }, func() string {
		if times++; times == 2 { // after the change, the hold of the place that was found is named
			if _, err := c.Correct(t.Context(), visit.Reference, slots.Correction{Party: &party}, c.now); err != nil {
				t.Errorf("correct: %v", err)
			}
		}
		return c.id()
	})
	c.applies(t, r)
	held := column[int](t, connect(t, c.url), "SELECT places FROM appointments WHERE status = 'held'")
	if len(held) != 1 || held[0] != party {
		t.Errorf("held places %v, want one hold of %d", held, party)
	}
	c.ledgerAgrees(t)
}

// A day that is opened while a change is worked out is not forgotten.
func TestDayOpenedWhileAChangeIsWorkedOut(t *testing.T) {
	t.Parallel()
	c := openChanging(t)
	c.book(t, 1, updates, "riyadh", sunday(t, "12:00"))
	r := c.closing(t, "12:00", "14:30")
	r.Edit.Close = append(r.Edit.Close, closure(t, "2026-12-03T07:00:00+03:00", "2026-12-03T23:00:00+03:00"))
	times := 0
	c.Changes = c.store.Changes(func() *centre.Snapshot {
		if times++; times == 1 {
			c.book(t, 2, updates, "riyadh", c.starts(t, updates, "riyadh", "2026-12-03", "2026-12-03")[0])
		}
		return c.centre
	}, c.id)
	id, err := c.Apply(t.Context(), r, c.now)
	if err != nil || times != 2 {
		t.Fatalf("worked out %d times, %v; want twice", times, err)
	}
	c.stands(t, id, slots.ChangeApplied, map[slots.Outcome]int{slots.OutcomeWaiting: 2})
	c.ledgerAgrees(t)
}

// A change whose caller has gone is not worked out to its end.
func TestChangesEndWithTheirContext(t *testing.T) {
	t.Parallel()
	c := openChanging(t)
	c.book(t, 1, updates, "riyadh", sunday(t, "12:00"))
	ctx, cancel := context.WithCancel(t.Context())
	c.Changes = c.store.Changes(func() *centre.Snapshot { cancel(); return c.centre }, c.id)
	before := c.plan(t).Version
	if _, err := c.Apply(ctx, c.closing(t, "12:00", "14:30"), c.now); err == nil {
		t.Error("a change was applied for a caller who had gone")
	}
	if after := c.plan(t).Version; after != before {
		t.Errorf("version %d, want %d", after, before)
	}
}
