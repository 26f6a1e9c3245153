package slots_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// tuesday is an ordinary working day, and midnight the instant at which it
// begins in Riyadh.
var (
	tuesday  = scheduling.NewDate(2026, time.November, 24)
	midnight = time.Date(2026, time.November, 23, 21, 0, 0, 0, time.UTC)
)

// at is a time of tuesday in Riyadh, written 09:00 or 09:00:00.
func at(t testing.TB, clock string) time.Time {
	t.Helper()
	if len(clock) == len("09:00") {
		clock += ":00"
	}
	of, err := time.Parse(time.TimeOnly, clock)
	if err != nil {
		t.Fatal(err)
	}
	return midnight.Add(of.Sub(of.Truncate(24 * time.Hour)))
}

// opens reads openings written "09:00-12:00 x2, +14:00-16:00": two places from
// nine, and one from two that is added to what overlaps it.
func opens(t testing.TB, s string) []scheduling.Opening {
	t.Helper()
	var openings []scheduling.Opening
	for part := range strings.SplitSeq(s, ", ") {
		o := scheduling.Opening{Places: 1}
		part, o.Add = strings.CutPrefix(part, "+")
		span, places, _ := strings.Cut(part, " x")
		for _, c := range places {
			o.Places = int(c - '0')
		}
		from, to, _ := strings.Cut(span, "-")
		var errs [2]error
		o.From, errs[0] = scheduling.ParseWallTime(from)
		o.To, errs[1] = scheduling.ParseWallTime(to)
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatal(err)
		}
		openings = append(openings, o)
	}
	return openings
}

// deskOf is a desk group with the calendar.
func deskOf(c *scheduling.Calendar) *centre.DeskGroup { return &centre.DeskGroup{Calendar: c} }

// daily is the plan of a desk group that opens like this on every date.
func daily(zone string, openings []scheduling.Opening, closures ...scheduling.Closure) scheduling.Plan {
	return scheduling.Plan{
		Zone: zone,
		Rules: []scheduling.Rule{{
			Name:  scheduling.Text{AR: "كل يوم", EN: "Every day"},
			RRule: "FREQ=DAILY", From: scheduling.NewDate(2000, time.January, 1), Openings: openings,
		}},
		Closures: closures,
	}
}

func compile(t testing.TB, p scheduling.Plan) *scheduling.Calendar {
	t.Helper()
	c, err := scheduling.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// visit is a visit of one person, of this many minutes, that starts every so
// many. It may start at once and a year ahead.
func visit(minutes, step int) slots.Shape {
	return slots.Shape{Duration: minutes / 5, Step: step / 5, Places: 1, Horizon: 366 * 24 * time.Hour}
}

// claim is an appointment of tuesday in some state, from and to written 09:00.
type claim struct {
	from, to string
	status   slots.Status
	count    int
}

// ledger is what the claims take of the day: each that holds a place counts.
func ledger(t testing.TB, day scheduling.Day, claims ...claim) []int16 {
	t.Helper()
	used := make([]int16, len(day.Open))
	for _, c := range claims {
		if !c.status.TakesPlace() {
			continue
		}
		from := int(at(t, c.from).Sub(day.Start) / scheduling.Tick)
		to := int(at(t, c.to).Sub(day.Start) / scheduling.Tick)
		for tick := from; tick < to; tick++ {
			used[tick-day.First] += int16(max(c.count, 1))
		}
	}
	return used
}

// starts are the local times at which slots begin.
func starts(free []slots.Slot, zone *time.Location) []string {
	var clocks []string
	for _, s := range free {
		clocks = append(clocks, s.Start.In(zone).Format("15:04"))
	}
	return clocks
}

// every lists the times from first to last, so many minutes apart.
func every(t testing.TB, minutes int, first, last string) []string {
	t.Helper()
	var clocks []string
	for i := at(t, first); !i.After(at(t, last)); i = i.Add(time.Duration(minutes) * time.Minute) {
		clocks = append(clocks, i.Add(3*time.Hour).Format("15:04"))
	}
	return clocks
}

// broken is the rule that err is about, "" for another error.
func broken(err error) slots.Rule {
	if rule, ok := errors.AsType[*slots.RuleError](err); ok {
		return rule.Rule
	}
	return ""
}

// heirs is a service with a rule of every kind: 40 minutes, ten of them behind
// the visit for the desk, a day's notice, a month ahead.
func heirs() catalog.Service {
	return catalog.Service{
		Slug: "heirs-returns", Department: "revenues",
		Name:     catalog.Text{AR: "وراثة العوائد", EN: "Heirs' returns"},
		Duration: 30 * time.Minute, After: 10 * time.Minute, Step: 40 * time.Minute,
		Notice: 24 * time.Hour, Horizon: 30 * 24 * time.Hour,
		CancelCutoff: 2 * time.Hour, MoveCutoff: 4 * time.Hour,
		PartyLimit: 3, ActiveLimit: 2,
	}
}

// centre is a centre with one branch and one desk group, which offers the
// services.
func aCentre(t testing.TB, plan scheduling.Plan, services ...catalog.Service) *centre.Snapshot {
	t.Helper()
	names := catalog.Text{AR: "الرياض", EN: "Riyadh"}
	c, err := catalog.NewCentre(
		[]catalog.Branch{
			{Slug: "riyadh", Name: names, Address: names, City: names, Zone: plan.Zone},
			{Slug: "dammam", Name: names, Address: names, City: names, Zone: plan.Zone},
		},
		[]catalog.Department{{Slug: "revenues", Name: names}}, services, nil,
		catalog.CancellationReason{Slug: "other-time", Name: names}, catalog.CancellationReason{Slug: "other", Name: names})
	if err != nil {
		t.Fatal(err)
	}
	slugs := make([]string, 0, len(services))
	for _, s := range services {
		slugs = append(slugs, s.Slug)
	}
	joined, err := centre.New(c, []*centre.DeskGroup{{
		ID: 7, BranchID: 1, Slug: "revenue-desks", Branch: "riyadh", Department: "revenues", Name: names,
		Services: slices.Clip(slugs), Calendar: compile(t, plan), Version: 1,
	}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return joined
}

// after returns what a decision makes of an appointment, whose history has grown
// by its event or not at all.
func after(t slots.Transition, err error) (slots.Appointment, error) {
	history := t.Before.History
	if t.Changes() {
		history = append(slices.Clip(history), t.Event)
	}
	if err == nil && !slices.Equal(history, t.After.History) {
		panic("the history does not end with the event of the transition")
	}
	return t.After, err
}

// cutOff returns a service whose visits are moved and cancelled strictly earlier
// than that before they begin.
func cutOff(d time.Duration) *catalog.Service {
	return &catalog.Service{MoveCutoff: d, CancelCutoff: d}
}
