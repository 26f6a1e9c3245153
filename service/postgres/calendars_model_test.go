package postgres_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// Whatever is edited, booked, held, given up and undone in whatever order: the
// days that are opened have the places of the calendar, the ledger agrees with
// the claims, nothing is booked where no place is open, no visit is lost, and
// those without a place are known.
func TestEditsBetweenBookings(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			m := &editModel{t: t, random: rand.New(rand.NewPCG(seed, 26)), bench: open(t)} //nolint:gosec // a test repeats itself
			m.begin()
			for range 60 {
				m.step()
				m.agrees()
			}
			t.Logf("%d booked, %d refused edits, %d lost and %d regained places", len(m.visits), m.refused, m.lost, m.regained)
			if len(m.visits) == 0 || m.lost == 0 {
				t.Error("nothing of interest happened")
			}
			m.noDeadlocks(t)
		})
	}
}

type editModel struct {
	*bench

	t       *testing.T
	random  *rand.Rand
	booker  *slots.Booker
	visits  map[slots.Reference]bool // that stand
	persons int

	refused, lost, regained int
}

func (m *editModel) begin() {
	m.t.Helper()
	m.visits = make(map[slots.Reference]bool)
	snapshot, err := m.store.Centre().Load(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	bookers, err := slots.NewBookers(m.store.Appointments(), 10*time.Minute, m.id, slots.WithRefresh(m.store.Centre().Load))
	if err != nil {
		m.t.Fatal(err)
	}
	m.booker = bookers.On(snapshot)
}

func (m *editModel) step() {
	m.t.Helper()
	switch n := m.random.IntN(10); {
	case n < 5:
		m.books()
	case n < 6:
		m.cancels()
	case n < 7:
		m.undoes()
	default:
		m.edits(n == 9)
	}
}

// books books or holds a place that a search finds, on one of four days.
func (m *editModel) books() {
	m.t.Helper()
	found, err := m.booker.Search(m.t.Context(), slots.Query{
		Service: updates, Branch: "riyadh", From: date(m.t, "2026-11-22"), To: date(m.t, "2026-11-25"), Party: 1, Channel: catalog.Public}, m.now)
	days := found.Days
	if err != nil {
		m.t.Fatal(err)
	}
	if len(days) == 0 {
		return
	}
	list := days[m.random.IntN(len(days))].Slots
	start := list[m.random.IntN(min(len(list), 6))].Start // close together, so that ticks fill
	hold, err := m.booker.Hold(m.t.Context(), slots.HoldRequest{
		Service: updates, Branch: "riyadh", Start: start, Party: 1, Channel: catalog.Public}, nil, m.now)
	if err != nil {
		m.t.Fatalf("what is offered can't be held: %v", err)
	}
	m.room(hold.Place)
	if m.random.IntN(4) == 0 {
		return // it stays a hold
	}
	m.persons++
	a, err := m.booker.Book(m.t.Context(), hold.ID, booking(m.persons, m.ids.Add(1)), nil, m.now)
	if err != nil {
		m.t.Fatal(err)
	}
	m.visits[a.Reference] = true
}

// room fails the test if a place that was just taken is one too many.
func (m *editModel) room(p slots.Place) {
	m.t.Helper()
	o := m.occupied(p.Day)
	for tick := p.First; tick < p.First+p.Ticks; tick++ {
		if i := tick - o.First; o.Used[i] > o.Open[i] {
			m.t.Fatalf("%s tick %d: %d of %d places are taken", p.Day, tick, o.Used[i], o.Open[i])
		}
	}
}

func (m *editModel) occupied(d scheduling.Date) slots.Occupied {
	m.t.Helper()
	days, err := m.store.Appointments().Occupancies(m.t.Context(), []slots.GroupDays{{Group: m.plan(m.t).DeskGroup, From: d, To: d}})
	if err != nil {
		m.t.Fatal(err)
	}
	return days[0][0]
}

func (m *editModel) cancels() {
	m.t.Helper()
	if len(m.visits) == 0 {
		return
	}
	r := slices.Sorted(maps.Keys(m.visits))[0]
	if _, err := m.booker.Cancel(m.t.Context(), r, "", m.now); err != nil {
		m.t.Fatal(err)
	}
	delete(m.visits, r)
}

// edits changes the calendar: as coordinators do, who are refused where visits
// lose their places, or whatever becomes of those.
func (m *editModel) edits(force bool) {
	m.t.Helper()
	e := m.edit()
	decide := func(d centre.DeskPlan) (scheduling.Revision, error) { return d.Revise(m.t.Context(), e, m.now) }
	if !force {
		before := m.plan(m.t).Version
		_, err := m.store.Calendars().EditPlan(m.t.Context(), edited, only(before), m.by("calendar.changed"), decide)
		m.tally(err, before)
		return
	}
	impacts, err := m.store.Calendars().ForcePlan(m.t.Context(), edited, m.by("calendar.changed"), decide)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, i := range impacts {
		m.lost += len(i.Lost)
		m.regained += len(i.Regained)
	}
}

func (m *editModel) undoes() {
	m.t.Helper()
	before := m.plan(m.t).Version
	_, err := m.store.Calendars().UndoPlan(m.t.Context(), edited, only(before), m.by("calendar.undone"))
	if !errors.Is(err, slots.ErrNothingToUndo) {
		m.tally(err, before)
	}
}

// tally counts a change that was refused, which changes nothing.
func (m *editModel) tally(err error, before int64) {
	m.t.Helper()
	if _, affected := errors.AsType[*slots.AffectedError](err); !affected && err != nil {
		m.t.Fatal(err)
	}
	if err == nil {
		return
	}
	m.refused++
	if now := m.plan(m.t).Version; now != before {
		m.t.Fatalf("refused, and yet the version went from %d to %d", before, now)
	}
}

// edit returns a change of one of the four days, or of all.
func (m *editModel) edit() scheduling.Edit {
	day := date(m.t, "2026-11-22") + scheduling.Date(m.random.IntN(4)) //nolint:gosec // small
	from := scheduling.Clock(7+m.random.IntN(3), 30)
	to := from + scheduling.WallTime(60+30*m.random.IntN(6)) //nolint:gosec // small
	openings := []scheduling.Opening{{From: from, To: to, Places: 1 + m.random.IntN(4)}}
	name := scheduling.Text{AR: "تعديل", EN: "Edit"}
	switch m.random.IntN(4) {
	case 0:
		start := day.At(from, m.plan(m.t).Calendar.Zone())
		return scheduling.Edit{Close: []scheduling.Closure{{Start: start, End: start.Add(2 * time.Hour), Reason: name, Places: m.random.IntN(3)}}}
	case 1:
		return scheduling.Edit{SetHours: []scheduling.DayHours{{Date: day, Reason: name, Openings: openings}}}
	case 2:
		if len(m.plan(m.t).Plan.Closures) > 0 {
			return scheduling.Edit{Reopen: []int{0}}
		}
		return scheduling.Edit{StaysOpen: &[]string{"founding-day"}}
	}
	rules := []scheduling.Rule{{Name: name, RRule: "FREQ=DAILY", From: date(m.t, "2026-01-01"), Openings: openings}}
	return scheduling.Edit{Rules: &rules}
}

// agrees checks what always holds.
func (m *editModel) agrees() {
	m.t.Helper()
	m.ledgerAgrees(m.t)
	for r := range m.visits {
		if a, err := m.booker.Find(m.t.Context(), r); err != nil || a.Status != slots.Booked {
			m.t.Fatalf("visit %s is %s, %v", r, a.Status, err)
		}
	}
	d := m.plan(m.t)
	for day := date(m.t, "2026-11-22"); day <= date(m.t, "2026-11-25"); day++ {
		all, err := m.store.Calendars().DayCounts(m.t.Context(), d.DeskGroup, []scheduling.Day{d.Calendar.Day(day)})
		if err != nil {
			m.t.Fatal(err)
		}
		counts := all[0]
		over := false
		for i, used := range counts.Used {
			over = over || used > counts.Open[i]
		}
		if over && counts.Unsupported == 0 {
			m.t.Fatalf("%s: more is taken than open, and nobody is without a place: %+v", day, counts)
		}
	}
}
