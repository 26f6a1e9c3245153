package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"ziyara/access"
	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/hall"
	"ziyara/once"
	"ziyara/scheduling"
	"ziyara/service/secret"
	"ziyara/slots"
)

// changing is a centre that is another one at every read: the nth snapshot is
// in the nth of zones and asks visitors for paper-n.
type changing struct {
	t     *testing.T
	reads int
}

// zones have a different offset each, from +03:00 in steps of an hour.
//
//nolint:gochecknoglobals // a table
var zones = []string{"Asia/Riyadh", "Asia/Dubai", "Asia/Karachi", "Asia/Dhaka", "Asia/Bangkok", "Asia/Manila", "Asia/Tokyo"}

// once returns the first snapshot at every read.
func (c *changing) once() func() *centre.Snapshot {
	first := c.read()
	return func() *centre.Snapshot { return first }
}

func (c *changing) read() *centre.Snapshot {
	c.t.Helper()
	c.reads++
	zone := zones[min(c.reads, len(zones))-1]
	names := catalog.Text{AR: "اسم", EN: "name"}
	all, err := catalog.NewCentre(
		[]catalog.Branch{{Slug: "riyadh", Name: names, Address: names, City: names, Zone: zone}},
		[]catalog.Department{{Slug: "revenues", Name: names}},
		[]catalog.Service{{
			Slug: "heirs-returns", Department: "revenues", Name: names, Duration: 30 * time.Minute, Step: 30 * time.Minute,
			Horizon: 60 * 24 * time.Hour, PartyLimit: 5, ActiveLimit: 5, MoveCutoff: time.Hour, CancelCutoff: time.Hour,
			Requirements: []catalog.Requirement{{Slug: fmt.Sprintf("paper-%d", c.reads), Name: names}},
			Approval:     catalog.Approval{Answer: 48 * time.Hour, Default: catalog.Approve},
		}}, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	calendar, err := scheduling.Compile(scheduling.Plan{Zone: zone, Rules: []scheduling.Rule{{
		Name: scheduling.Text{AR: "كل يوم", EN: "Every day"}, RRule: "FREQ=DAILY", From: scheduling.NewDate(2000, time.January, 1),
		Openings: []scheduling.Opening{{From: 0, To: scheduling.Clock(24, 0), Places: 3}},
	}}})
	if err != nil {
		c.t.Fatal(err)
	}
	snapshot, err := centre.New(all, []*centre.DeskGroup{{
		ID: 1, BranchID: 1, Slug: "desks", Branch: "riyadh", Department: "revenues", Name: names, Services: []string{"heirs-returns"},
		Calendar: calendar, Version: int64(c.reads),
	}}, int64(c.reads))
	if err != nil {
		c.t.Fatal(err)
	}
	return snapshot
}

// canned is a store with one appointment, which answers everything.
type canned struct {
	slots.Store
	slots.WaitlistStore
	visit slots.Appointment
	stale int // how many holds and moves find that the centre has changed
}

func (s *canned) outdated() error {
	if s.stale == 0 {
		return nil
	}
	s.stale--
	return slots.ErrStale
}

func (s *canned) Occupancy(_ context.Context, _ *centre.DeskGroup, from, to scheduling.Date) ([]slots.Occupied, int64, error) {
	return make([]slots.Occupied, to-from+1), 7, s.outdated()
}

func (s *canned) Stamp(*centre.DeskGroup) int64 { return 7 }

func (s *canned) Occupancies(_ context.Context, spans []slots.GroupDays) ([][]slots.Occupied, error) {
	list := make([][]slots.Occupied, len(spans))
	for i, v := range spans {
		list[i] = make([]slots.Occupied, v.To-v.From+1)
	}
	return list, nil
}

func (s *canned) Hold(context.Context, slots.Appointment, slots.Holder, slots.Wanted, *once.Request[slots.Appointment]) error {
	return s.outdated()
}

func (s *canned) Book(context.Context, string, slots.Booking, time.Time, *once.Request[slots.Appointment]) (slots.Appointment, error) {
	return s.visit, nil
}

func (s *canned) FindReference(context.Context, slots.Reference) (slots.Appointment, error) {
	return s.visit, nil
}

func (s *canned) Change(_ context.Context, _ slots.Reference, decide slots.Decide) (slots.Appointment, error) {
	if err := s.outdated(); err != nil {
		return slots.Appointment{}, err
	}
	t, err := decide(s.visit)
	return t.After, err
}

func (s *canned) FindEntry(context.Context, string, time.Time) (slots.Entry, error) {
	return slots.Entry{
		ID: "e", State: slots.Waiting, Service: "heirs-returns", Branch: "riyadh", Created: seenAt, Ends: seenAt.AddDate(0, 0, 1),
	}, nil
}

// arrivals is the hall of the same appointment.
type arrivals struct {
	hall.Store
	visit hall.Visit
}

func (s arrivals) Find(context.Context, string) (hall.Visit, error) { return s.visit, nil }

func (s arrivals) Change(_ context.Context, _ string, decide func(hall.Visit, hall.Floor) (hall.Step, error)) (hall.Visit, error) {
	step, err := decide(s.visit, hall.Floor{})
	return step.Visit, err
}

// seenAt is now in these tests, and comesAt the start of the visit.
var (
	seenAt  = time.Date(2026, time.November, 24, 6, 0, 0, 0, time.UTC)
	comesAt = time.Date(2026, time.November, 25, 6, 0, 0, 0, time.UTC)
)

func visitIn(status slots.Status) slots.Appointment {
	return slots.Appointment{
		ID: "00000000-0000-4000-8000-000000000000", Status: status, Service: "heirs-returns", Branch: "riyadh",
		Place: slots.Place{Branch: 1, DeskGroup: 1, Day: scheduling.DateOf(comesAt, time.UTC), First: 72, Ticks: 6, Count: 1},
		Start: comesAt, End: comesAt.Add(30 * time.Minute), Party: 1, Channel: catalog.Public, Created: seenAt.Add(-time.Hour),
		Reference: slots.NewReference([5]byte{1, 2, 3, 4, 5}), Version: 1, StartVersion: 1, Lang: "en", AnswerBy: seenAt.Add(time.Hour),
		History: []slots.Event{{Kind: slots.WasBooked, At: seenAt.Add(-time.Hour), Start: comesAt}},
	}
}

// changingAPI is an API over a changing centre and a store with the visit.
func changingAPI(t *testing.T, source *changing, store *canned, keys *secret.Keys) *Server {
	t.Helper()
	s, _ := broken(t, func(c *Config) {
		c.Now, c.Keys, c.Metrics = func() time.Time { return seenAt }, keys, prometheus.NewRegistry()
		c.NewID = func() string { return "00000000-0000-4000-8000-000000000001" }
		c.Random = func(b []byte) { clear(b) }
		c.Visits = func(context.Context, slots.VisitQuery) ([]slots.Appointment, error) {
			return []slots.Appointment{store.visit, store.visit}, nil
		}
		c.Record = func(context.Context, audit.Entry) error { return nil }
		c.SignIn = func(context.Context, string) (access.Staff, error) {
			return access.Staff{ID: "noura", Roles: []access.Role{access.Admin}}, nil
		}
		var err error
		refresh := func(context.Context) (*centre.Snapshot, error) { return source.read(), nil }
		if c.Bookers, err = slots.NewBookers(store, 10*time.Minute, c.NewID, slots.WithRefresh(refresh)); err != nil {
			t.Fatal(err)
		}
		if c.Waitlist, err = slots.NewWaitlist(store, slots.DefaultWaitPolicy()); err != nil {
			t.Fatal(err)
		}
		hallVisit := hall.Visit{
			Reference: string(store.visit.Reference), Service: "heirs-returns", Branch: "riyadh", GroupID: 1, Status: hall.Booked,
			Start: seenAt.Add(10 * time.Minute), End: seenAt.Add(40 * time.Minute), Party: 1,
		}
		if c.Receptions, err = hall.NewReceptions(arrivals{visit: hallVisit}, hall.DefaultPolicy()); err != nil {
			t.Fatal(err)
		}
		c.Centre = source.read
	})
	source.reads = 0
	return s
}

// offsets finds the offset of each instant in an answer.
var offsets = regexp.MustCompile(`T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)"`)

// A request reads the centre once, however many parts of the program answer it,
// so no answer mixes two centres: its times are in one zone, and all that it
// says is of one catalogue.
func TestAnswersAreOfOneCentre(t *testing.T) {
	t.Parallel()
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	booked, requested := visitIn(slots.Booked), visitIn(slots.Requested)
	proposed := requested
	proposed.Proposal = &slots.Proposal{
		ID: "p", Place: booked.Place, Start: comesAt.Add(time.Hour), End: comesAt.Add(90 * time.Minute), Expires: comesAt,
	}
	manage := keys.Token(useManage, string(booked.Reference))
	mobile := keys.Sign(useMobile, "+966500000000", seenAt.Add(time.Hour))
	at := "/v1/appointments/" + booked.Reference.String()
	hold := booked.ID
	const start = `{"start":"2026-11-26T06:00:00Z"`
	for name, c := range map[string]struct {
		visit              slots.Appointment
		method, path, body string
		token              string
		stale              int
		centre             int // the snapshot that the answer is of; 1 by default
	}{
		"search":    {booked, "GET", "/v1/services/heirs-returns/slots?branch=riyadh", "", "", 0, 1},
		"month":     {booked, "GET", "/v1/services/heirs-returns/days?branch=riyadh", "", "", 0, 1},
		"first":     {booked, "GET", "/v1/services/heirs-returns/first", "", "", 0, 1},
		"explain":   {booked, "GET", "/v1/services/heirs-returns/slots/explain?branch=riyadh&date=2026-11-26", "", "", 0, 1},
		"services":  {booked, "GET", "/v1/services", "", "", 0, 1},
		"hold":      {booked, "POST", "/v1/holds", `{"service":"heirs-returns","branch":"riyadh",` + start[1:] + `}`, "", 0, 1},
		"book":      {booked, "POST", "/v1/appointments", bookingBody(hold, keys.Token(useHold, hold), mobile), "", 0, 1},
		"show":      {booked, "GET", at, "", manage, 0, 1},
		"move":      {booked, "POST", at + "/move", start + `}`, manage, 0, 1},
		"same move": {booked, "POST", at + "/move", `{"start":"2026-11-25T06:00:00Z"}`, manage, 0, 1},
		"cancel":    {booked, "POST", at + "/cancel", "", manage, 0, 1},
		"accept":    {proposed, "POST", at + "/accept", "", manage, 0, 1},
		"refuse":    {proposed, "POST", at + "/decline-proposal", "", manage, 0, 1},
		"waitlist":  {booked, "GET", "/v1/waitlist/" + hold, "", keys.Token(useWaitlist, hold), 0, 1},

		// A Booker that finds its snapshot out of date goes on with the next one,
		// and the answer is of that one alone.
		"search, out of date": {booked, "GET", "/v1/services/heirs-returns/slots?branch=riyadh", "", "", 1, 2},
		"hold, out of date":   {booked, "POST", "/v1/holds", `{"service":"heirs-returns","branch":"riyadh",` + start[1:] + `}`, "", 1, 2},
		"move, out of date":   {booked, "POST", at + "/move", start + `}`, manage, 1, 2},

		"staff: list":    {booked, "GET", "/v1/appointments?branch=riyadh&service=heirs-returns", "", "staff", 0, 1},
		"staff: show":    {booked, "GET", at, "", "staff", 0, 1},
		"staff: hold":    {booked, "POST", "/v1/holds", `{"service":"heirs-returns","branch":"riyadh",` + start[1:] + `}`, "staff", 0, 1},
		"staff: approve": {requested, "POST", at + "/approve", "", "staff", 0, 1},
		"staff: decline": {requested, "POST", at + "/decline", `{"reason":"The hall is closed"}`, "staff", 0, 1},
		"staff: propose": {requested, "POST", at + "/propose", start + `}`, "staff", 0, 1},
		"staff: move":    {booked, "POST", at + "/move-on-behalf", start + `,"reason":"They called"}`, "staff", 0, 1},
		"staff: cancel":  {booked, "POST", at + "/cancel-on-behalf", `{"reason":"They called"}`, "staff", 0, 1},
		"staff: arrival": {booked, "POST", at + "/check-in", `{"branch":"riyadh"}`, "staff", 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source, store := &changing{t: t}, &canned{visit: c.visit, stale: c.stale}
			s := changingAPI(t, source, store, keys)
			r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
			if c.body != "" {
				r.Header.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
			}
			if c.token != "" {
				r.Header.Set(fiber.HeaderAuthorization, "Bearer "+c.token)
			}
			answer, err := s.app.Test(r, -1)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close() //nolint:errcheck // read to its end
			data, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
				t.Fatalf("%d: %s", answer.StatusCode, data)
			}
			if source.reads != c.centre {
				t.Errorf("the centre was read %d times, want %d", source.reads, c.centre)
			}
			want := fmt.Sprintf("+%02d:00", 2+c.centre)
			for _, found := range offsets.FindAllSubmatch(data, -1) {
				if got := string(found[1]); got != want && got != "Z" {
					t.Errorf("a time at %s in an answer of the centre at %s", got, want)
					break
				}
			}
			for n := 1; n <= len(zones); n++ {
				if n != c.centre && strings.Contains(string(data), fmt.Sprintf("paper-%d", n)) {
					t.Errorf("a requirement of snapshot %d in an answer of snapshot %d", n, c.centre)
				}
			}
		})
	}
}

func bookingBody(hold, token, verification string) string {
	return fmt.Sprintf(`{"hold":%q,"hold_token":%q,"verification":%q,"documents_acknowledged":true,
		"visitor":{"name":"Noura Al-Qahtani","id":"1000000008"}}`, hold, token, verification)
}
