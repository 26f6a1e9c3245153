package postgres_test

import (
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/service/postgres"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

// changing is a bench with what changes calendars.
type changing struct {
	*bench
	*postgres.Changes
	centre *centre.Snapshot
}

func openChanging(t testing.TB) *changing {
	t.Helper()
	c := &changing{bench: open(t)}
	c.reload(t)
	c.Changes = c.store.Changes(func() *centre.Snapshot { return c.centre }, c.id)
	return c
}

// reload takes a new snapshot of the centre, as a replica does that has heard
// of a change.
func (c *changing) reload(t testing.TB) {
	t.Helper()
	var err error
	if c.centre, err = c.store.Centre().Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.Booker = c.On(c.centre)
}

// closing asks for the closure of the returns counter on Sunday from one time
// to another.
func (c *changing) closing(t testing.TB, from, to string) slots.ChangeRequest {
	t.Helper()
	return slots.ChangeRequest{
		DeskGroup: edited, From: only(c.plan(t).Version), Decision: slots.Rebook,
		Edit:   scheduling.Edit{Close: []scheduling.Closure{closure(t, "2026-11-22T"+from+":00+03:00", "2026-11-22T"+to+":00+03:00")}},
		Reason: catalog.Text{AR: "صيانة", EN: "Maintenance"}, Author: audit.Entry{Actor: "noura"},
	}
}

// sunday returns an instant of the Sunday of these tests.
func sunday(t testing.TB, clock string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, "2026-11-22T"+clock+":00+03:00")
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// drafts drafts a change.
func (c *changing) drafts(t testing.TB, r slots.ChangeRequest) string {
	t.Helper()
	id, err := c.Draft(t.Context(), r, c.now)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// applies applies a change.
func (c *changing) applies(t testing.TB, r slots.ChangeRequest) string {
	t.Helper()
	id, err := c.Apply(t.Context(), r, c.now)
	if err != nil {
		t.Fatal(err)
	}
	c.reload(t)
	return id
}

// stands fails the test unless a change stands as it should.
func (c *changing) stands(t testing.TB, id string, state slots.ChangeState, visits map[slots.Outcome]int) {
	t.Helper()
	change, err := c.Changes.Find(t.Context(), id, c.now)
	if err != nil {
		t.Fatal(err)
	}
	if got := change.Stands(c.now); got != state {
		t.Errorf("the change is %s, want %s", got, state)
	}
	if diff := cmp.Diff(visits, change.Visits); diff != "" {
		t.Errorf("visits (-want +got):\n%s", diff)
	}
}

// A draft changes nothing but that it holds the places it proposes, each for
// one visit; they come back when it expires, or is dropped.
func TestDraftHoldsAndGivesBack(t *testing.T) {
	t.Parallel()
	c := openChanging(t)
	var visits []slots.Appointment
	for n, clock := range []string{"11:50", "12:00", "12:00", "13:10"} {
		visits = append(visits, c.book(t, n+1, updates, "riyadh", sunday(t, clock)))
		c.now = c.now.Add(time.Second)
	}
	before := c.starts(t, updates, "riyadh", "2026-11-22", "2026-11-24")
	r := c.closing(t, "12:00", "14:30")
	id := c.drafts(t, r)
	c.stands(t, id, slots.ChangeDrafted, map[slots.Outcome]int{slots.OutcomePlanned: 3})
	affected, err := c.Affected(t.Context(), slots.AffectedQuery{Change: id, Limit: 10}, c.now)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range affected {
		got = append(got, v.Start.Add(3*time.Hour).Format("15:04")+" -> "+v.Proposed.Add(3*time.Hour).Format("2 15:04"))
	}
	if diff := cmp.Diff([]string{"12:00 -> 22 11:50", "12:00 -> 22 11:50", "13:10 -> 22 11:40"}, got); diff != "" {
		t.Errorf("proposals (-want +got):\n%s", diff)
	}
	if now := c.plan(t); now.Version != r.From[0] {
		t.Errorf("the draft has changed the calendar")
	}
	for _, v := range visits {
		if now, err := c.Booker.Find(t.Context(), v.Reference); err != nil || now.Displaced() || now.Proposal != nil || now.Version != 1 {
			t.Errorf("the draft has changed a visit: %+v, %v", now, err)
		}
	}
	c.auditClean(t)
	_, err = c.Apply(t.Context(), slots.ChangeRequest{Draft: id, DeskGroup: "riyadh-care", From: only(1), Author: r.Author}, c.now)
	if !errors.Is(err, slots.ErrUnknownChange) {
		t.Errorf("a draft of another desk group: %v", err)
	}
	second := c.drafts(t, r)
	if err = c.Drop(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	c.now = c.now.Add(slots.DraftFor)
	c.expire(t)
	if diff := cmp.Diff(before, c.starts(t, updates, "riyadh", "2026-11-22", "2026-11-24")); diff != "" {
		t.Errorf("not all is given back (-before +after):\n%s", diff)
	}
	c.stands(t, id, slots.ChangeDropped, map[slots.Outcome]int{slots.OutcomePlanned: 3})
	for _, over := range []string{id, second} {
		_, err = c.Apply(t.Context(), slots.ChangeRequest{Draft: over, DeskGroup: edited, From: r.From, Author: r.Author}, c.now)
		if !errors.Is(err, slots.ErrDraftOver) {
			t.Errorf("a draft that is over: %v", err)
		}
	}
	c.auditClean(t)
}

// expire ends what has run out.
func (b *bench) expire(t testing.TB) {
	t.Helper()
	if _, err := b.store.Appointments().ExpireHolds(t.Context(), b.now, nil, 1000); err != nil {
		t.Fatal(err)
	}
}

// Applying a draft does what it shows: the calendar is closed, each visit keeps
// its own place until its visitor has chosen, and the one-tap answer takes the
// place that is held for it.
func TestApplyDraft(t *testing.T) {
	t.Parallel()
	c := openChanging(t)
	var visits []slots.Appointment
	for n, clock := range []string{"12:00", "12:10", "12:20", "12:30", "12:40"} {
		visits = append(visits, c.book(t, n+1, updates, "riyadh", sunday(t, clock)))
		c.now = c.now.Add(time.Second)
	}
	hold := c.hold(t, updates, "riyadh", sunday(t, "13:00"))
	r := c.closing(t, "12:00", "14:30")
	id := c.drafts(t, r)
	late := c.book(t, 9, updates, "riyadh", sunday(t, "13:20")) // after the draft
	apply := slots.ChangeRequest{Draft: id, DeskGroup: edited, From: r.From, Author: r.Author, Exceptions: map[slots.Reference]slots.Decision{
		visits[3].Reference: slots.CallOff, visits[4].Reference: slots.Keep,
	}}
	if got := c.applies(t, apply); got != id {
		t.Errorf("applied as %s, want %s", got, id)
	}
	c.stands(t, id, slots.ChangeApplied, map[slots.Outcome]int{slots.OutcomeWaiting: 4, slots.OutcomeCalledOff: 1, slots.OutcomeKept: 1})
	c.applies(t, apply) // again: nothing happens
	c.stands(t, id, slots.ChangeApplied, map[slots.Outcome]int{slots.OutcomeWaiting: 4, slots.OutcomeCalledOff: 1, slots.OutcomeKept: 1})
	c.ledgerAgrees(t)

	if _, err := c.Book(t.Context(), hold.ID, booking(50, 50), nil, c.now); !errors.Is(err, slots.ErrReleased) {
		t.Errorf("a hold in the closed time is booked: %v", err)
	}
	now, err := c.Booker.Find(t.Context(), visits[0].Reference)
	if err != nil {
		t.Fatal(err)
	}
	p := now.Proposed(c.now)
	if !now.Displaced() || now.Version != 2 || !now.Start.Equal(visits[0].Start) || p == nil || !p.Expires.Equal(p.Start) ||
		now.Change.Reason.EN != "Maintenance" {
		t.Fatalf("displaced %v, version %d, at %v, proposal %+v", now.Displaced(), now.Version, now.Start, p)
	}
	moved, err := c.Accept(t.Context(), visits[0].Reference, c.now)
	if err != nil || !moved.Start.Equal(p.Start) || moved.Displaced() {
		t.Errorf("accepted: %+v, %v", moved, err)
	}
	if again, err := c.Accept(t.Context(), visits[0].Reference, c.now); err != nil || !again.Start.Equal(p.Start) {
		t.Errorf("accepted again: %+v, %v", again, err)
	}
	if _, err = c.Cancel(t.Context(), visits[1].Reference, "", c.now); err != nil {
		t.Error(err)
	}
	other := c.starts(t, updates, "riyadh", "2026-11-23", "2026-11-23")[3]
	if _, err = c.Move(t.Context(), late.Reference, other, c.now); err != nil {
		t.Error(err)
	}
	c.stands(t, id, slots.ChangeApplied, map[slots.Outcome]int{
		slots.OutcomeWaiting: 1, slots.OutcomeCalledOff: 1, slots.OutcomeKept: 1,
		slots.OutcomeAccepted: 1, slots.OutcomeCancelled: 1, slots.OutcomeChose: 1,
	})
	db := connect(t, c.url)
	if n := column[int](t, db, "SELECT count(*) FROM rebookings")[0]; n != 0 {
		t.Errorf("%d persons are said to have given up what the centre took", n)
	}
	if got := column[int](t, db, "SELECT count(*) FROM unsupported_visits")[0]; got != 2 { // who waits, and who is kept
		t.Errorf("%d visits are without support, want 2", got)
	}
	called := column[string](t, db, "SELECT actor || ': ' || reason FROM appointment_events WHERE kind = 'cancelled' AND actor IS NOT NULL")
	if diff := cmp.Diff([]string{"noura: صيانة"}, called); diff != "" {
		t.Errorf("called off (-want +got):\n%s", diff)
	}
	told := column[string](t, db, "SELECT kind || ' ' || count(*) FROM messages WHERE kind <> 'booked' GROUP BY kind ORDER BY kind")
	if diff := cmp.Diff([]string{"cancelled 2", "closed 4", "moved 2"}, told); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	c.ledgerAgrees(t)
}

// A change of more visits than one transaction carries out changes the calendar
// at once and tells visitors in portions. Whoever dies at it, and whoever else
// is at it, everybody is told once and has a place of their own.
func TestChangeOfManyIsContinued(t *testing.T) {
	t.Parallel()
	c := openChanging(t)
	found, err := c.Search(t.Context(), slots.Query{
		Service: updates, Branch: "riyadh", From: date(t, "2026-11-22"), To: date(t, "2026-11-26"), Party: 1, Channel: catalog.Public}, c.now)
	week := found.Days
	if err != nil {
		t.Fatal(err)
	}
	var visits []slots.Appointment
	for _, day := range week {
		for _, slot := range day.Slots {
			for range slot.Places {
				visits = append(visits, c.book(t, len(visits)+1, updates, "riyadh", slot.Start))
			}
		}
	}
	if len(visits) < 600 {
		t.Fatalf("only %d visits", len(visits))
	}
	r := c.closing(t, "00:00", "00:00")
	r.Edit.Close[0].End = r.Edit.Close[0].Start.AddDate(0, 0, 7)
	r.Exceptions = map[slots.Reference]slots.Decision{visits[0].Reference: slots.Keep, visits[1].Reference: slots.CallOff}
	draft := c.drafts(t, r)
	id := c.applies(t, slots.ChangeRequest{Draft: draft, DeskGroup: edited, From: r.From, Author: r.Author, Exceptions: r.Exceptions})
	c.stands(t, id, slots.ChangeRunning, map[slots.Outcome]int{slots.OutcomePending: len(visits)})
	if free := c.starts(t, updates, "riyadh", "2026-11-22", "2026-11-26"); len(free) > 0 {
		t.Errorf("%d starts are offered in the closed week", len(free))
	}
	c.auditClean(t)

	// One visitor does not wait to be told, in the last hour before the visit.
	last := visits[len(visits)-1]
	other := c.starts(t, updates, "riyadh", "2026-11-29", "2026-12-03")
	if _, err := c.Move(t.Context(), last.Reference, other[len(other)-1], c.now); err != nil {
		t.Fatal(err)
	}

	// A replica dies when it has all but written that a portion is done: nothing
	// of it has happened.
	db := connect(t, c.url)
	before := map[slots.Outcome]int{slots.OutcomePending: len(visits) - 1, slots.OutcomeChose: 1}
	c.dies(t, db, visits[0].ID)
	c.stands(t, id, slots.ChangeRunning, before)
	if told := column[int](t, db, "SELECT count(*) FROM messages WHERE kind IN ('closed', 'cancelled')")[0]; told != 0 {
		t.Errorf("%d are told by a replica that has died", told)
	}
	c.auditClean(t)

	// Two others are at it at once.
	second := c.another(t).Changes(func() *centre.Snapshot { return c.centre }, c.id)
	var working sync.WaitGroup
	for _, m := range []*postgres.Changes{c.Changes, second} {
		working.Go(func() {
			if _, err := m.Continue(t.Context(), c.now); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
	for range 10 {
		if n, err := second.Continue(t.Context(), c.now); err != nil {
			t.Fatal(err)
		} else if n == 0 {
			break
		}
	}
	c.stands(t, id, slots.ChangeApplied, map[slots.Outcome]int{
		slots.OutcomeWaiting: len(visits) - 3, slots.OutcomeKept: 1, slots.OutcomeCalledOff: 1, slots.OutcomeChose: 1,
	})
	told := column[int](t, db, "SELECT count(*) FROM messages WHERE kind = 'closed'")
	twice := column[int](t, db,
		"SELECT count(*) FROM (SELECT FROM messages WHERE kind IN ('closed', 'cancelled') GROUP BY appointment_id HAVING count(*) > 1) AS m")
	if told[0] != len(visits)-3 || twice[0] != 0 {
		t.Errorf("%d are told, %d twice; want %d, 0", told[0], twice[0], len(visits)-3)
	}
	proposals := column[int](t, db, "SELECT count(*) FROM appointments WHERE proposed_to IS NOT NULL AND status = 'held'")
	loose := column[int](t, db, "SELECT count(*) FROM appointments WHERE proposed_to IS NULL AND status = 'held'")
	if proposals[0] < 500 || loose[0] != 0 {
		t.Errorf("%d visits have a proposal, and %d holds are nobody's", proposals[0], loose[0])
	}
	over := column[int](t, db, "SELECT count(*) FROM ledger_days, unnest(open, used) AS tick (o, u) WHERE day > '2026-11-28' AND u > o")
	if over[0] != 0 {
		t.Errorf("%d ticks are over capacity", over[0])
	}
	c.ledgerAgrees(t)
}

// dies has a replica carry out a portion of a change, and kills it where it
// writes how it stands with a visit.
func (c *changing) dies(t testing.TB, db *sql.DB, visit string) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = tx.ExecContext(t.Context(), "SELECT FROM change_visits WHERE appointment_id = $1 FOR UPDATE", visit); err != nil {
		t.Fatal(err)
	}
	died := make(chan error, 1)
	go func() {
		_, err := c.Continue(t.Context(), c.now)
		died <- err
	}()
	for killed := 0; killed == 0; {
		killed = column[int](t, db, `SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'ziyara' AND wait_event_type = 'Lock'`)[0]
	}
	if err = <-died; !errors.Is(err, fault.ErrUnavailable) {
		t.Errorf("it has died of %v", err)
	}
	if err = tx.Rollback(); err != nil {
		t.Error(err)
	}
}

// another opens the store of another replica.
func (b *bench) another(t testing.TB) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), postgres.Config{
		URL: b.url, MaxConnections: 8, Timeout: 20 * time.Second, Lazy: true, Connect: servicetest.Connect,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}
