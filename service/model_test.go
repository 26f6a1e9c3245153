package service_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

var (
	modelRuns  = flag.Int("model.runs", 2, "how many random histories TestBookingsAgreeWithModel plays")
	modelSteps = flag.Int("model.steps", 150, "how many operations each history has")
	modelSeed  = flag.Uint64("model.seed", 1, "seed of the first history; the next have the next seeds")
)

// Random holds, bookings, moves, corrections, cancellations and expiries through two
// replicas end as a plain model says, and the audit is clean after each
// history.
func TestBookingsAgreeWithModel(t *testing.T) {
	t.Parallel()
	for run := range *modelRuns {
		seed := *modelSeed + uint64(run)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			m := newModel(t, seed)
			for step := range *modelSteps {
				m.step()
				if t.Failed() {
					t.Fatalf("seed %d, step %d", seed, step)
				}
			}
			m.compare()
			m.centre.AuditClean()
		})
	}
}

// model is the plain truth: a list of claims, and counting.
type model struct {
	t      *testing.T
	centre *servicetest.Centre
	random *rand.Rand
	claims []*claim
	dates  []scheduling.Date
	given  map[giver][]time.Time
}

// giver is who gives up visits to a service.
type giver struct {
	person  int
	service string
}

type claim struct {
	slots.Appointment
	person int
}

// The services share one desk group; the last is longer than the others.
func modelServices() []string {
	return []string{"heirs-returns", "returns-by-agent", "state-debt-instalments"}
}

func newModel(t *testing.T, seed uint64) *model {
	t.Helper()
	//nolint:gosec // not a secret
	m := &model{t: t, centre: servicetest.Open(t, 2, manyVisits), random: rand.New(rand.NewPCG(seed, 0)), given: map[giver][]time.Time{}}
	servicetest.Exec(t, m.centre.DatabaseURL, "UPDATE services SET place_per_visitor = true")
	servicetest.Exec(t, m.centre.DatabaseURL, "UPDATE centre SET version = version + 1")
	m.centre.Jobs()
	for d := range scheduling.Date(2) {
		m.dates = append(m.dates, scheduling.NewDate(2026, time.November, 25)+d)
	}
	return m
}

func (m *model) booker() *slots.Booker { return m.centre.Replicas[m.random.IntN(2)].Booker() }
func (m *model) now() time.Time        { return m.centre.Clock.Now() }

// step does something that a visitor or time may do.
func (m *model) step() {
	m.t.Helper()
	switch n := m.random.IntN(22); {
	case n < 8:
		m.hold()
	case n < 13:
		m.book()
	case n < 15:
		m.move()
	case n < 16:
		m.cancel()
	case n < 17:
		m.release()
	case n < 19:
		m.correct()
	case n < 21:
		m.centre.Clock.Add(time.Duration(m.random.IntN(240)) * time.Second)
	default:
		m.centre.Jobs()
		m.expire(nil)
	}
}

// wanted picks a start, mostly one of the grid.
func (m *model) wanted(service string) (*catalog.Service, *centre.DeskGroup, time.Time) {
	v, group, err := m.centre.Replicas[0].Centre().Desk(service, "dammam")
	if err != nil {
		m.t.Fatal(err)
	}
	day := group.Calendar.Day(m.dates[m.random.IntN(len(m.dates))])
	if len(day.Openings) == 0 {
		m.t.Fatalf("%s is closed on %s", group.Slug, day.Date)
	}
	step := int(v.Step / scheduling.Tick)
	return v, group, day.At(day.Openings[0].From + step*m.random.IntN(6) + m.random.IntN(12)/11)
}

// place returns what a start takes for a party, or the rule that it breaks.
func (m *model) place(v *catalog.Service, group *centre.DeskGroup, start time.Time, party int) (slots.Place, error) {
	day := group.Calendar.Day(group.Calendar.DateOf(start))
	visit, err := slots.ShapeOf(v, party, catalog.Public)
	if err != nil {
		return slots.Place{}, err
	}
	return slots.Place{
		Branch: group.BranchID, DeskGroup: group.ID, Day: day.Date,
		First: int(start.Sub(day.Start)/scheduling.Tick) - visit.Before,
		Ticks: visit.Before + visit.Duration + visit.After, Count: visit.Places,
	}, visit.Check(day, start, m.now())
}

// fits counts every tick, without the claim that is about to leave.
func (m *model) fits(v *catalog.Service, group *centre.DeskGroup, p slots.Place, leaving *claim) bool {
	day := group.Calendar.Day(p.Day)
	for tick := p.First; tick < p.First+p.Ticks; tick++ {
		used := p.Count
		for _, c := range m.claims {
			at := c.Place
			if c != leaving && c.Status.TakesPlace() && at.DeskGroup == p.DeskGroup && at.Day == p.Day && tick >= at.First &&
				tick < at.First+at.Ticks {
				used += at.Count
			}
		}
		if used > day.Places(tick)-v.HoldBack[catalog.Public] {
			return false
		}
	}
	return true
}

// room is fits, once more without holds that have run out.
func (m *model) room(v *catalog.Service, group *centre.DeskGroup, p slots.Place, leaving *claim) bool {
	if m.fits(v, group, p, leaving) {
		return true
	}
	m.expire(&p)
	return m.fits(v, group, p, leaving)
}

// expire ends holds that have run out, on one ledger day or everywhere.
func (m *model) expire(on *slots.Place) {
	for _, c := range m.claims {
		here := on == nil || c.Place.DeskGroup == on.DeskGroup && c.Place.Day == on.Day
		if here && c.Status == slots.Held && !m.now().Before(c.Expires) {
			c.Status = slots.Expired
		}
	}
}

func (m *model) hold() {
	m.t.Helper()
	service := modelServices()[m.random.IntN(3)]
	v, group, start := m.wanted(service)
	got, err := m.booker().Hold(m.t.Context(), slots.HoldRequest{
		Service: service, Branch: "dammam", Start: start, Party: 1, Channel: catalog.Public,
	}, nil, m.now())
	place, want := m.place(v, group, start, 1)
	if want == nil && !m.room(v, group, place, nil) {
		want = slots.ErrTaken
	}
	m.same("hold", err, want)
	if err == nil {
		m.claims = append(m.claims, &claim{Appointment: got})
	}
}

// busy returns what stands against another visit of the person.
func (m *model) busy(person int, wanted *claim, start, end time.Time) error {
	active := 0
	for _, c := range m.claims {
		if c == wanted || c.Status != slots.Booked || c.person != person {
			continue
		}
		if c.Service == wanted.Service {
			active++
		}
		if start.Before(c.End) && c.Start.Before(end) && wanted.Status == slots.Booked {
			return slots.ErrPersonBusy
		}
	}
	v, _ := m.centre.Replicas[0].Centre().Service(wanted.Service)
	if until := v.Rebooking.PausedUntil(m.given[giver{person, wanted.Service}]); wanted.Status == slots.Held && m.now().Before(until) {
		return &slots.PauseError{Until: until}
	}
	if wanted.Status == slots.Held && active >= v.ActiveLimit {
		return slots.ErrPersonLimit
	}
	for _, c := range m.claims {
		if c != wanted && c.Status == slots.Booked && c.person == person && start.Before(c.End) && c.Start.Before(end) {
			return slots.ErrPersonBusy
		}
	}
	return nil
}

func (m *model) book() {
	m.t.Helper()
	c := m.any()
	if c == nil {
		return
	}
	person := m.random.IntN(12)
	id := servicetest.NationalID(person)
	booking := slots.Booking{
		Reference: slots.NewReference(
			[5]byte{byte(m.random.Uint32()), byte(m.random.Uint32()), byte(m.random.Uint32()), byte(m.random.Uint32()), byte(m.random.Uint32())},
		),
		Person:  slots.Person(uuid.NewSHA1(uuid.NameSpaceOID, []byte(id)).String()),
		Mobile:  "+966500000000",
		Lang:    "ar",
		Visitor: slots.Visitor{Name: "زائر", Identity: slots.Identity{Kind: slots.NationalID, Number: id}},
	}
	got, err := m.booker().Book(m.t.Context(), c.ID, booking, nil, m.now())
	t, want := c.Appointment.Book(booking, catalog.Approval{}, m.now())
	after := t.After
	if want == nil && c.Status == slots.Held {
		want = m.busy(person, c, c.Start, c.End)
	}
	m.same("book", err, want)
	if err == nil && c.Status == slots.Held {
		c.Appointment, c.person = after, person
		if got.Reference != after.Reference || got.Status != slots.Booked || !got.Start.Equal(c.Start) {
			m.t.Errorf("booked %+v, want %+v", got, after)
		}
	}
}

func (m *model) move() {
	m.t.Helper()
	c := m.visit()
	if c == nil {
		return
	}
	v, group, start := m.wanted(c.Service)
	got, err := m.booker().Move(m.t.Context(), c.Reference, start, m.now())
	place, broken := m.place(v, group, start, c.Party)
	t, want := c.Appointment.Move(place, start, start.Add(v.Duration), v, m.now())
	after := t.After
	if want == nil && after.Version != c.Version {
		switch want = broken; {
		case want != nil:
		case !m.room(v, group, place, c):
			want = slots.ErrTaken
		default:
			want = m.busy(c.person, c, start, start.Add(v.Duration))
		}
	}
	m.same("move", err, want)
	if err == nil {
		if after.Version != c.Version {
			m.givesUp(c)
		}
		c.Appointment = after
		if got.Version != after.Version || !got.Start.Equal(after.Start) {
			m.t.Errorf("moved to version %d at %v, want %d at %v", got.Version, got.Start, after.Version, after.Start)
		}
	}
}

// correct changes the party of a visit.
func (m *model) correct() {
	m.t.Helper()
	c := m.visit()
	if c == nil {
		return
	}
	v, group, _ := m.wanted(c.Service)
	party := 1 + m.random.IntN(3)
	got, err := m.booker().Correct(m.t.Context(), c.Reference, slots.Correction{Party: &party}, m.now())
	t, want := c.Appointment.Correct(slots.Correction{Party: &party}, v, m.now())
	if want == nil && t.After.Place.Count > c.Place.Count && !m.room(v, group, t.After.Place, c) {
		want = slots.ErrTaken
	}
	m.same("correct", err, want)
	if err == nil {
		c.Appointment = t.After
		if got.Version != c.Version || got.Party != party || got.Place != c.Place {
			m.t.Errorf("corrected to version %d for %d in %+v, want %d for %d in %+v", got.Version, got.Party, got.Place, c.Version, party, c.Place)
		}
	}
}

func (m *model) cancel() {
	m.t.Helper()
	c := m.visit()
	if c == nil {
		return
	}
	v, _ := m.centre.Replicas[0].Centre().Service(c.Service)
	_, err := m.booker().Cancel(m.t.Context(), c.Reference, "", m.now())
	t, want := c.Appointment.Cancel(v, "", m.now())
	after := t.After
	m.same("cancel", err, want)
	if err == nil {
		if after.Status != c.Status {
			m.givesUp(c)
		}
		c.Appointment = after
	}
}

func (m *model) givesUp(c *claim) {
	of := giver{c.person, c.Service}
	m.given[of] = append(m.given[of], m.now())
}

func (m *model) release() {
	m.t.Helper()
	c := m.any()
	if c == nil {
		return
	}
	err := m.booker().Release(m.t.Context(), c.ID)
	after, want := c.Appointment.Release()
	m.same("release", err, want)
	if err == nil {
		c.Appointment = after
	}
}

// any picks a claim, whatever became of it.
func (m *model) any() *claim {
	if len(m.claims) == 0 {
		return nil
	}
	return m.claims[m.random.IntN(len(m.claims))]
}

// visit picks a claim that has a reference.
func (m *model) visit() *claim {
	for range 10 {
		if c := m.any(); c != nil && c.Reference != "" {
			return c
		}
	}
	return nil
}

// same fails the test unless both errors are of the same kind.
func (m *model) same(what string, got, want error) {
	m.t.Helper()
	if kindOf(got) != kindOf(want) {
		m.t.Errorf("%s: got %v, the model says %v", what, got, want)
	}
}

// kindOf names an error by what it means to the caller.
func kindOf(err error) string {
	if rule, ok := errors.AsType[*slots.RuleError](err); ok {
		return rule.Error()
	}
	if _, ok := errors.AsType[*slots.PauseError](err); ok {
		return "pause"
	}
	if errors.Is(err, slots.ErrReleased) {
		err = slots.ErrExpired // see ended
	}
	for _, known := range []error{
		slots.ErrTaken, slots.ErrExpired, slots.ErrHoldUsed, slots.ErrNotBooked,
		slots.ErrPersonBusy, slots.ErrPersonLimit, fault.ErrNotFound,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return fmt.Sprint(err)
}

// compare checks every claim and every free start against the database.
func (m *model) compare() {
	m.t.Helper()
	m.centre.Jobs()
	m.expire(nil)
	for _, c := range m.claims {
		got, err := m.booker().FindHold(m.t.Context(), c.ID)
		if err != nil {
			m.t.Errorf("%s: %v", c.ID, err)
			continue
		}
		if ended(got.Status) != ended(c.Status) || got.Version != c.Version || !got.Start.Equal(c.Start) || len(got.History) != len(c.History) {
			m.t.Errorf("%s: got %s version %d at %v with %d events, the model says %s %d %v %d", c.ID,
				got.Status, got.Version, got.Start, len(got.History), c.Status, c.Version, c.Start, len(c.History))
		}
	}
	for _, service := range modelServices() {
		m.compareFree(service)
	}
}

// ended makes released holds and those that ran out the same: the periodic jobs
// may end an overdue hold before its owner gives it back.
func ended(s slots.Status) slots.Status {
	if s == slots.Released {
		return slots.Expired
	}
	return s
}

// compareFree compares what is offered. A replica may show for two seconds what
// another one has changed; it has minutes.
func (m *model) compareFree(service string) {
	m.t.Helper()
	wrong := m.wrongOffers(service)
	for range 6000 {
		if len(wrong) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
		wrong = m.wrongOffers(service)
	}
	m.t.Errorf("%s: offered wrongly, or not offered: %v", service, wrong)
}

// wrongOffers returns the starts at which the model and the service disagree.
func (m *model) wrongOffers(service string) []time.Time {
	m.t.Helper()
	v, group, _ := m.wanted(service)
	found, err := m.booker().Search(m.t.Context(), slots.Query{
		Service: service, Branch: "dammam", From: m.dates[0], To: m.dates[len(m.dates)-1], Party: 1, Channel: catalog.Public,
	}, m.now())
	days := found.Days
	if err != nil {
		m.t.Fatal(err)
	}
	free := map[time.Time]bool{}
	for _, d := range days {
		for _, s := range d.Slots {
			free[s.Start] = true
		}
	}
	var wrong []time.Time
	for _, date := range m.dates {
		day := group.Calendar.Day(date)
		for tick := day.First; tick < day.First+len(day.Open); tick++ {
			start := day.At(tick)
			place, err := m.place(v, group, start, 1)
			if want := err == nil && m.fits(v, group, place, nil); free[start] != want {
				wrong = append(wrong, start)
			}
		}
	}
	return wrong
}
