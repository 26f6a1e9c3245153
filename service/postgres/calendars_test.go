package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/slots"
)

const (
	edited  = "riyadh-returns" // receives ibanUpdate
	updates = "iban-update"
)

// by returns an act of the coordinator.
func (b *bench) by(action string) audit.Entry {
	return audit.Entry{At: b.now, Actor: "noura", Action: action, RequestID: "request-1"}
}

// only returns the one version that a change is meant for, any for 0.
func only(version int64) centre.Versions {
	if version == 0 {
		return nil
	}
	return centre.Versions{version}
}

// edit edits the calendar of the desk group as the coordinator asks for.
func (b *bench) edit(t testing.TB, from int64, e scheduling.Edit) (centre.DeskPlan, error) {
	t.Helper()
	revise := func(d centre.DeskPlan) (scheduling.Revision, error) {
		return scheduling.Revise(t.Context(), d.Plan, e, b.now, d.Lists...)
	}
	return b.store.Calendars().EditPlan(t.Context(), edited, only(from), b.by("plan.changed"), revise)
}

// plan returns the desk group as it is now.
func (b *bench) plan(t testing.TB) centre.DeskPlan {
	t.Helper()
	d, err := b.store.Calendars().FindPlan(t.Context(), edited)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// ledgerAgrees fails the test unless each opened day of the desk group from
// today on has the places of its calendar, and the ledger agrees with the
// claims.
func (b *bench) ledgerAgrees(t testing.TB) {
	t.Helper()
	d := b.plan(t)
	occupied, err := b.store.Appointments().Occupancies(t.Context(),
		[]slots.GroupDays{{Group: d.DeskGroup, From: date(t, "2026-11-20"), To: date(t, "2027-01-15")}})
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range occupied[0] {
		if o.Open == nil {
			continue
		}
		day := d.Calendar.Day(date(t, "2026-11-20") + scheduling.Date(i)) //nolint:gosec // a short range
		for tick := range int(scheduling.EndOfNextDay) / 5 {
			open := 0
			if at := tick - o.First; at >= 0 && at < len(o.Open) {
				open = int(o.Open[at])
			}
			if open != day.Places(tick) {
				t.Fatalf("%s tick %d: %d places in the ledger, %d in the calendar", day.Date, tick, open, day.Places(tick))
			}
		}
	}
	b.auditClean(t)
}

func closure(t testing.TB, from, to string) scheduling.Closure {
	t.Helper()
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	return scheduling.Closure{Start: at(from), End: at(to), Reason: scheduling.Text{AR: "صيانة", EN: "Maintenance"}}
}

// A closure takes the places of a day that is opened already; a hold that has
// no place any more ends, a visit is not moved silently.
func TestEditReopensLedgerDays(t *testing.T) {
	t.Parallel()
	b := open(t)
	starts := b.starts(t, updates, "riyadh", "2026-11-24", "2026-11-24")
	visit := b.book(t, 1, updates, "riyadh", starts[0]) // 07:30
	hold := b.hold(t, updates, "riyadh", starts[len(starts)-1])
	before := b.plan(t)

	_, err := b.edit(t, before.Version,
		scheduling.Edit{Close: []scheduling.Closure{closure(t, "2026-11-24T07:00:00+03:00", "2026-11-24T12:00:00+03:00")}})
	if affected, ok := errors.AsType[*slots.AffectedError](err); !ok || affected.Visits != 1 {
		t.Fatalf("a closure over a visit: %v, want 1 visit affected", err)
	}
	if now := b.plan(t); now.Version != before.Version || len(now.Plan.Closures) != len(before.Plan.Closures) {
		t.Fatalf("refused, and yet the plan is %+v", now)
	}
	b.ledgerAgrees(t)

	after, err := b.edit(t, before.Version,
		scheduling.Edit{Close: []scheduling.Closure{closure(t, "2026-11-24T12:00:00+03:00", "2026-11-24T23:00:00+03:00")}})
	if err != nil {
		t.Fatal(err)
	}
	if after.Version != before.Version+1 {
		t.Errorf("version %d, want %d", after.Version, before.Version+1)
	}
	b.ledgerAgrees(t)
	if _, err = b.Book(t.Context(), hold.ID, booking(2, 77), nil, b.now); !errors.Is(err, slots.ErrReleased) {
		t.Errorf("the hold of a closed place was booked: %v", err)
	}
	if a, err := b.Find(t.Context(), visit.Reference); err != nil || a.Status != slots.Booked {
		t.Errorf("the visit is %+v, %v", a, err)
	}
	if _, err = b.edit(t, before.Version, scheduling.Edit{Reopen: []int{0}}); !errors.Is(err, fault.ErrEdited) {
		t.Errorf("an edit of a version that is gone: %v", err)
	}

}

// A replica that has not heard of a change holds nothing by the calendar that
// is gone, and shows nothing of it, on days that are opened and others; when it
// can read the centre again it goes on by the new one.
func TestReplicaThatHasNotHeardOfAnEdit(t *testing.T) {
	t.Parallel()
	b := open(t)
	snapshot, err := b.store.Centre().Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	refreshed := 0
	bookers, err := slots.NewBookers(b.replica(t).Appointments(), 10*time.Minute, b.id,
		slots.WithRefresh(func(ctx context.Context) (*centre.Snapshot, error) {
			refreshed++
			return b.store.Centre().Load(ctx)
		}))
	if err != nil {
		t.Fatal(err)
	}
	other := bookers.On(snapshot)
	opened := b.starts(t, updates, "riyadh", "2026-11-24", "2026-11-24")
	visit := b.book(t, 1, updates, "riyadh", opened[0])
	if _, err = b.edit(t, 0, scheduling.Edit{Close: []scheduling.Closure{
		closure(t, "2026-11-24T12:00:00+03:00", "2026-11-24T23:00:00+03:00"),
		closure(t, "2026-11-25T12:00:00+03:00", "2026-11-25T23:00:00+03:00"),
	}}); err != nil {
		t.Fatal(err)
	}
	asks := func(start time.Time) slots.HoldRequest {
		return slots.HoldRequest{Service: updates, Branch: "riyadh", Start: start, Party: 1, Channel: catalog.Public}
	}
	noon := time.Date(2026, time.November, 24, 9, 0, 0, 0, time.UTC)
	last := noon.Add(time.Hour)
	for what, start := range map[string]time.Time{
		"closed, opened day": last, "open, opened day": opened[1], "closed, new day": last.AddDate(0, 0, 1),
		"open, new day": opened[1].AddDate(0, 0, 1),
	} {
		if _, err := b.Hold(t.Context(), asks(start), nil, b.now); !errors.Is(err, slots.ErrStale) {
			t.Errorf("%s: held by a calendar that is gone: %v", what, err)
		}
	}
	if _, err := b.Move(t.Context(), visit.Reference, opened[2], b.now); !errors.Is(err, slots.ErrStale) {
		t.Errorf("moved by a calendar that is gone: %v", err)
	}
	query := slots.Query{Service: updates, Branch: "riyadh", From: date(t, "2026-11-24"), To: date(t, "2026-11-25"), Party: 1,
		Channel: catalog.Public}
	if found, err := b.Search(t.Context(), query, b.now); !errors.Is(err, slots.ErrStale) {
		t.Errorf("searched by a calendar that is gone: %v, %v", found.Days, err)
	}

	if _, err := other.Hold(t.Context(), asks(opened[1]), nil, b.now); err != nil {
		t.Errorf("an open place is not held: %v", err)
	}
	_, err = other.Hold(t.Context(), asks(last), nil, b.now)
	if rule, ok := errors.AsType[*slots.RuleError](err); !ok || rule.Rule != slots.RuleClosed {
		t.Errorf("a closed place: %v", rule)
	}
	found, err := other.Search(t.Context(), query, b.now)
	days := found.Days
	if err != nil || len(days) != 2 || refreshed != 1 {
		t.Fatalf("%d days, read %d times, %v", len(days), refreshed, err)
	}
	for i, d := range days {
		if end := d.Slots[len(d.Slots)-1].End; end.After(noon.AddDate(0, 0, i)) {
			t.Errorf("%s is offered until %s", d.Date, end)
		}
	}
	b.ledgerAgrees(t)
}

// Undo brings the plan of before the last change back, undoing that the
// change; each is a version, and each is in the log with what it did.
func TestUndoPlan(t *testing.T) {
	t.Parallel()
	b := open(t)
	first := b.plan(t)
	_, err := b.store.Calendars().UndoPlan(t.Context(), edited, only(first.Version), b.by("plan.undone"))
	if !errors.Is(err, slots.ErrNothingToUndo) {
		t.Fatalf("undo without a change: %v", err)
	}
	closed := closure(t, "2026-11-24T12:00:00+03:00", "2026-11-24T23:00:00+03:00")
	second, err := b.edit(t, 0, scheduling.Edit{Close: []scheduling.Closure{closed}})
	if err != nil {
		t.Fatal(err)
	}
	third, err := b.store.Calendars().UndoPlan(t.Context(), edited, only(second.Version), b.by("plan.undone"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.Plan, third.Plan); diff != "" || third.Version != first.Version+2 {
		t.Errorf("undone: version %d, %s", third.Version, diff)
	}
	fourth, err := b.store.Calendars().UndoPlan(t.Context(), edited, only(third.Version), b.by("plan.undone"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(second.Plan, fourth.Plan); diff != "" {
		t.Errorf("redone: %s", diff)
	}
	acts, err := b.store.AuditLog().List(t.Context(), audit.Query{Subject: "desk-group " + edited, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if len(acts) != 3 || acts[2].Before != nil || acts[1].After != nil || string(acts[1].Before) != string(acts[2].After) ||
		string(acts[0].After) != string(acts[2].After) || acts[0].Department != "revenues" || acts[0].Branch != "riyadh" {
		t.Errorf("log %+v", acts)
	}
	_, err = b.store.Calendars().EditPlan(t.Context(), "nowhere", nil, b.by("plan.changed"), nil)
	if !errors.Is(err, centre.ErrUnknownDeskGroup) {
		t.Errorf("an unknown desk group: %v", err)
	}
}

// While an edit is worked out, nobody waits for it: another edit of the same
// desk group goes through meanwhile, and the first is worked out again from
// what it left.
func TestEditIsWorkedOutBeforeTheLock(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	add := func(d centre.DeskPlan, c scheduling.Closure) (scheduling.Revision, error) {
		return scheduling.Revise(t.Context(), d.Plan, scheduling.Edit{Close: []scheduling.Closure{c}}, b.now, d.Lists...)
	}
	before := b.plan(t)
	times := 0
	calendars := b.store.Calendars()
	after, err := calendars.EditPlan(ctx, edited, nil, b.by("plan.changed"), func(d centre.DeskPlan) (scheduling.Revision, error) {
		if times++; times == 1 {
			closes := func(d centre.DeskPlan) (scheduling.Revision, error) {
				return add(d, closure(t, "2026-12-01T07:00:00+03:00", "2026-12-01T12:00:00+03:00"))
			}
			if _, err := calendars.EditPlan(ctx, edited, only(d.Version), b.by("plan.changed"), closes); err != nil {
				t.Errorf("an edit while another is worked out: %v", err)
			}
		}
		return add(d, closure(t, "2026-12-02T07:00:00+03:00", "2026-12-02T12:00:00+03:00"))
	})
	if err != nil || times != 2 || after.Version != before.Version+2 || len(after.Plan.Closures) != len(before.Plan.Closures)+2 {
		t.Errorf("worked out %d times, version %d with %d closures, %v", times, after.Version, len(after.Plan.Closures), err)
	}
}
