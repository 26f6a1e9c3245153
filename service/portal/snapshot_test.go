package portal

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/hall"
	"ziyara/notify/verify"
	"ziyara/once"
	"ziyara/privacy"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/survey"
	"ziyara/texts"
)

// seenAt is now in these tests, and comesAt the start of the visit.
var (
	seenAt  = time.Date(2026, time.November, 24, 6, 0, 0, 0, time.UTC)
	comesAt = time.Date(2026, time.November, 25, 6, 0, 0, 0, time.UTC)
)

// oneVisit is a store with one visit and nothing else.
type oneVisit struct {
	slots.Store
	visit slots.Appointment
}

func (s oneVisit) FindReference(context.Context, slots.Reference) (slots.Appointment, error) {
	return s.visit, nil
}

func (s oneVisit) Change(_ context.Context, _ slots.Reference, decide slots.Decide) (slots.Appointment, error) {
	t, err := decide(s.visit)
	return t.After, err
}

func (s oneVisit) Occupancy(_ context.Context, _ *centre.DeskGroup, from, to scheduling.Date) ([]slots.Occupied, int64, error) {
	return make([]slots.Occupied, to-from+1), 0, nil
}

func (s oneVisit) Occupancies(_ context.Context, spans []slots.GroupDays) ([][]slots.Occupied, error) {
	found := make([][]slots.Occupied, len(spans))
	for i, span := range spans {
		found[i] = make([]slots.Occupied, span.To-span.From+1)
	}
	return found, nil
}

func (s oneVisit) Stamp(*centre.DeskGroup) int64 { return 0 }

// oneEntry is a waitlist with one entry, which has an offer.
type oneEntry struct{ slots.WaitlistStore }

func (oneEntry) FindEntry(context.Context, string, time.Time) (slots.Entry, error) {
	return slots.Entry{
		ID: "e", State: slots.Waiting, Service: "heirs-returns", Branch: "riyadh", Wish: slots.Wish{Party: 1}, Booking: slots.Booking{Lang: "en"},
		Offer: &slots.Offer{Hold: "h", Start: comesAt, Expires: comesAt},
	}, nil
}

// snapshotAt returns a centre whose branch, in the zone, and service have the name.
func snapshotAt(t *testing.T, name, zone string) *centre.Snapshot {
	t.Helper()
	names := catalog.Text{AR: name, EN: name}
	all, err := catalog.NewCentre(
		[]catalog.Branch{{Slug: "riyadh", Name: names, Address: names, City: names, Zone: zone}},
		[]catalog.Department{{Slug: "revenues", Name: names}},
		[]catalog.Service{{
			Slug: "heirs-returns", Department: "revenues", Name: names, Duration: 30 * time.Minute, Step: 30 * time.Minute,
			Horizon: 60 * 24 * time.Hour, PartyLimit: 1, ActiveLimit: 1, MoveCutoff: time.Hour, CancelCutoff: time.Hour,
		}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := scheduling.Compile(scheduling.Plan{Zone: zone, Rules: []scheduling.Rule{{
		Name: scheduling.Text{AR: name, EN: name}, RRule: "FREQ=DAILY", From: scheduling.NewDate(2000, time.January, 1),
		Openings: []scheduling.Opening{{From: scheduling.Clock(9, 0), To: scheduling.Clock(12, 0), Places: 3}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := centre.New(all, []*centre.DeskGroup{{
		ID: 1, BranchID: 1, Slug: "desks", Branch: "riyadh", Department: "revenues", Services: []string{"heirs-returns"}, Calendar: calendar,
	}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// A page reads the centre once, however many of its parts speak of it: it never
// shows the service of one snapshot at the branch of another.
func TestPagesAreOfOneCentre(t *testing.T) {
	t.Parallel()
	reference := slots.NewReference([5]byte{1, 2, 3, 4, 5})
	visit := slots.Appointment{
		ID: "v", Status: slots.Booked, Service: "heirs-returns", Branch: "riyadh",
		Place: slots.Place{Branch: 1, DeskGroup: 1, Day: scheduling.DateOf(comesAt, time.UTC), First: 108, Ticks: 6, Count: 1},
		Start: comesAt, End: comesAt.Add(30 * time.Minute), Party: 1, Channel: catalog.Public, Reference: reference, Version: 1, Lang: "en",
	}
	keys := newKeys(t)
	links, err := NewLinks("http://127.0.0.1:8080", keys)
	if err != nil {
		t.Fatal(err)
	}
	manage := links.path(Subject{Reference: reference}, Manage, comesAt)
	for name, c := range map[string]struct {
		method, path, form string
		status             int
	}{
		"visit":            {http.MethodGet, manage, "", http.StatusOK},
		"today":            {http.MethodGet, manage, "", http.StatusOK},
		"late":             {http.MethodPost, manage + "/late", "minutes=7", http.StatusConflict},
		"dates":            {http.MethodGet, manage + "/move", "", http.StatusOK},
		"times":            {http.MethodGet, manage + "/move?day=2026-11-26", "", http.StatusOK},
		"ask to cancel":    {http.MethodGet, manage + "/cancel", "", http.StatusOK},
		"cancel":           {http.MethodPost, manage + "/cancel", "", http.StatusSeeOther},
		"move, no start":   {http.MethodPost, manage + "/move", "", http.StatusConflict},
		"move, closed":     {http.MethodPost, manage + "/move", "start=2026-11-26T20:00:00Z", http.StatusConflict},
		"nothing proposed": {http.MethodPost, manage + "/accept", "", http.StatusConflict},
		"survey":           {http.MethodGet, links.path(Subject{Reference: reference}, Survey, comesAt), "", http.StatusOK},
		"offer":            {http.MethodGet, strings.TrimPrefix(links.Offer(1, 0, comesAt), "http://127.0.0.1:8080"), "", http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reads := 0
			p := newPortal(t, links, oneVisit{visit: visit}, func() *centre.Snapshot {
				if reads++; reads == 1 {
					return snapshotAt(t, "first", "Asia/Riyadh")
				}
				return snapshotAt(t, "second", "Asia/Tokyo")
			})
			reads = 0
			if name == "today" || name == "late" {
				p.Now = func() time.Time { return comesAt.Add(-time.Hour) }
			}
			status, body := fetch(t, p, c.method, c.path, c.form)
			if status != c.status {
				t.Fatalf("%d: %s", status, body)
			}
			if reads != 1 {
				t.Errorf("the centre was read %d times, want once", reads)
			}
			if strings.Contains(body, "second") || strings.Contains(body, "+09:00") {
				t.Errorf("part of the page is of a second centre")
			}
			if status != http.StatusSeeOther && !strings.Contains(body, "first") {
				t.Errorf("the page shows nothing of the centre")
			}
		})
	}
}

// A page that acknowledges a change waits until the change is durable, and says so if
// that is not known.
func TestPagesWaitForWhatTheyAcknowledge(t *testing.T) {
	t.Parallel()
	reference := slots.NewReference([5]byte{1, 2, 3, 4, 5})
	links, err := NewLinks("http://127.0.0.1:8080", newKeys(t))
	if err != nil {
		t.Fatal(err)
	}
	visit := slots.Appointment{
		ID: "v", Status: slots.Booked, Service: "heirs-returns", Branch: "riyadh", Start: comesAt, End: comesAt.Add(30 * time.Minute),
		Party: 1, Channel: catalog.Public, Reference: reference, Version: 1, Lang: "en",
	}
	p := newPortal(t, links, oneVisit{visit: visit}, func() *centre.Snapshot { return snapshotAt(t, "first", "Asia/Riyadh") })
	p.Settle = func(context.Context) error { return fault.ErrUncertain }
	status, body := fetch(t, p, http.MethodPost, links.path(Subject{Reference: reference}, Manage, comesAt)+"/cancel", "")
	if want := texts.Visitors("page.not_known").EN; status != http.StatusServiceUnavailable || !strings.Contains(body, want) {
		t.Errorf("%d, want %q in %s", status, want, body)
	}
}

// oneVisitor is a hall with nobody in it yet but the visitor of the visit.
type oneVisitor struct{ hall.Store }

func (oneVisitor) Around(context.Context, string, time.Time, time.Time) (hall.Visit, []hall.Visit, error) {
	return hall.Visit{
		GroupID: 1, Branch: "riyadh", Service: "heirs-returns", Day: scheduling.DateOf(comesAt, time.UTC),
		Start: comesAt, End: comesAt.Add(30 * time.Minute), Status: hall.Booked,
	}, nil, nil
}

func (oneVisitor) Change(
	_ context.Context, _ string, decide func(hall.Visit, hall.Floor) (hall.Step, error),
) (hall.Visit, error) {
	v, _, err := oneVisitor{}.Around(context.Background(), "", time.Time{}, time.Time{})
	if err == nil {
		_, err = decide(v, hall.Floor{})
	}
	return v, err
}

func (oneVisitor) Board(context.Context, hall.Visit) (hall.Board, error) { return hall.Board{}, nil }

// uncounted counts nothing.
type uncounted struct{}

func (uncounted) FoundNothing(*centre.Snapshot, string, string, catalog.Channel, time.Time) {}

func (uncounted) Held(*centre.Snapshot, string, string, catalog.Channel, error, time.Time) {}

func (uncounted) Booked() {}

func newPortal(t *testing.T, links *Links, store slots.Store, source func() *centre.Snapshot) *Portal {
	t.Helper()
	bookers, err := slots.NewBookers(store, 10*time.Minute, func() string { return "id" })
	if err != nil {
		t.Fatal(err)
	}
	waitlist, err := slots.NewWaitlist(oneEntry{}, slots.DefaultWaitPolicy())
	if err != nil {
		t.Fatal(err)
	}
	receptions, err := hall.NewReceptions(oneVisitor{}, hall.DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Config{
		Receptions: receptions,
		Links:      links, Bookers: bookers, Centre: source, Now: func() time.Time { return seenAt }, Log: slog.New(slog.DiscardHandler),
		Settle:          func(context.Context) error { return nil },
		Confirm:         func(context.Context, slots.Reference, int, time.Time) error { return nil },
		ConfirmEmail:    func(context.Context, slots.Reference, string, time.Time) error { return nil },
		Confirmed:       func(context.Context, slots.Reference) (bool, error) { return false, nil },
		FindSurvey:      func(context.Context, slots.Reference) (*survey.Answer, error) { return nil, nil },
		FindPerson:      func(context.Context, privacy.Who) (privacy.Data, error) { return privacy.Data{}, nil },
		ErasePerson:     func(context.Context, privacy.Who, time.Time) (privacy.Erasure, error) { return privacy.Erasure{}, nil },
		SaveSurvey:      func(context.Context, slots.Reference, survey.Answer, time.Time) error { return nil },
		Waitlist:        waitlist,
		WaitlistEntryID: func(context.Context, int64) (string, error) { return "e", nil },
		NewReference:    func() slots.Reference { return "R" },
		Verifier:        new(verify.Verifier), Keys: newKeys(t), Random: func([]byte) {}, Counts: uncounted{},
		EntryHost: "visit.example", Hold: time.Minute, Keep: privacy.Default(), Site: web.Site{Origin: "http://127.0.0.1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fetch asks for a page, with a form unless it is "".
func fetch(t *testing.T, p *Portal, method, path, form string) (status int, body string) {
	t.Helper()
	u, err := url.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("lang", "en")
	u.RawQuery = q.Encode()
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+u.String(), strings.NewReader(form))
	if form != "" {
		r.Header.Set(fiber.HeaderContentType, fiber.MIMEApplicationForm)
	}
	status, _, body = answered(t, p, r)
	return status, body
}

// answered returns the answer of a portal to a request.
func answered(t *testing.T, p *Portal, r *http.Request) (status int, header http.Header, body string) {
	t.Helper()
	app := fiber.New()
	app.Use(func(c *fiber.Ctx) error { // as the API does, and the store
		c.SetUserContext(once.Track(c.UserContext()))
		once.Asked(c.UserContext())
		return c.Next()
	})
	p.Mount(app, func(c *fiber.Ctx) error { return c.Next() })
	answer, err := app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // read to its end
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(data)
}
