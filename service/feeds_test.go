package service_test

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// subscribes makes a feed and returns it.
func subscribes(t *testing.T, staff *servicetest.Staff, body map[string]any) api.Feed {
	t.Helper()
	answer := staff.Posts("/v1/feeds", body)
	if answer.Status != http.StatusCreated {
		t.Fatalf("got %d %s, want 201", answer.Status, answer.Body)
	}
	var feed api.Feed
	answer.JSON(t, &feed)
	return feed
}

// seen reads a feed and returns its events by their references.
func seen(t *testing.T, answer servicetest.Answer) map[string]*ics.VEvent {
	t.Helper()
	if answer.Status != http.StatusOK {
		t.Fatalf("got %d %s, want 200", answer.Status, answer.Body)
	}
	calendar, err := ics.ParseCalendar(strings.NewReader(string(answer.Body)))
	if err != nil {
		t.Fatal(err)
	}
	events := map[string]*ics.VEvent{}
	for _, e := range calendar.Events() {
		events[strings.TrimSuffix(e.Id(), "@ziyara")] = e
	}
	return events
}

func property(e *ics.VEvent, name ics.ComponentProperty) string {
	if e == nil || e.GetProperty(name) == nil {
		return ""
	}
	return e.GetProperty(name).Value
}

const iban = "iban-update"

// A coordinator subscribes to their department. The calendar follows what
// becomes of visits, has nobody's name in it, and is gone once it is revoked.
func TestFeedFollowsVisits(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	department := departmentOf(t, centre, iban)
	coordinator := centre.Coordinator(department)
	feed := subscribes(t, coordinator, map[string]any{"name": "الآيبان", "department": department})
	read := func() map[string]*ics.VEvent { t.Helper(); return seen(t, centre.Get(feed.URL)) }
	if got := read(); len(got) != 0 {
		t.Fatalf("%d visits before anybody booked", len(got))
	}

	visitor := centre.Visitor(1)
	free := visitor.Slots(iban, "riyadh", "2026-11-24", "2026-11-26")
	a := visitor.Books(iban, "riyadh", free[0].Start)
	other := centre.Visitor(2).Books(iban, "riyadh", free[3].Start)
	got := read()
	if len(got) != 2 || property(got[a.Reference], ics.ComponentPropertySequence) != "1" ||
		property(got[a.Reference], ics.ComponentPropertyStatus) != "CONFIRMED" {
		t.Errorf("booked: %v", got)
	}

	centre.Clock.Add(time.Minute)
	visitor.TryMove(a, free[5].Start)
	centre.Visitor(2).TryCancel(other)
	got = read()
	if e := got[a.Reference]; property(e, ics.ComponentPropertySequence) != "2" ||
		property(e, ics.ComponentPropertyDtStart) != free[5].Start.UTC().Format("20060102T150405Z") {
		t.Errorf("moved: %v", e)
	}
	if e := got[other.Reference]; property(e, ics.ComponentPropertyStatus) != "CANCELLED" {
		t.Errorf("cancelled: %v", e)
	}
	body := string(centre.Get(feed.URL).Body)
	for _, personal := range []string{visitor.Name, visitor.ID, strings.TrimPrefix(visitor.Mobile, "0")} {
		if strings.Contains(body, personal) {
			t.Errorf("the feed tells %q", personal)
		}
	}

	centre.Clock.Add(9 * 24 * time.Hour) // what was cancelled is forgotten after a week, what took place is not
	if got = read(); got[other.Reference] != nil || got[a.Reference] == nil {
		t.Errorf("nine days later: %v", got)
	}

	path := "/v1/feeds/" + feed.ID
	for range 2 { // again is the same
		if answer := coordinator.Sends(servicetest.Request{Method: http.MethodDelete, Path: path}); answer.Status != http.StatusNoContent {
			t.Errorf("revoke: %d %s", answer.Status, answer.Body)
		}
	}
	for replica := range 2 {
		centre.Refused(centre.Send(servicetest.Request{Method: http.MethodGet, Path: feed.URL, Replica: replica}), http.StatusGone,
			"feed-revoked")
	}
	centre.Refused(centre.Get("/feeds/kq3vXo0b7m5C1u2Y8fJwRgQZ0t9sLx4a.ics"), http.StatusNotFound, "not-found")
	var log api.ActList
	coordinator.Gets("/v1/audit?subject=feed+"+feed.ID).JSON(t, &log)
	var actions []string
	for _, act := range log.Acts {
		actions = append(actions, act.Action)
	}
	if !slices.Equal(actions, []string{"feed.revoked", "feed.added"}) {
		t.Errorf("log %v", actions)
	}
	centre.AuditClean()
}

// A request that waits for approval is tentative (RFC 5545 section 3.8.1.11).
func TestFeedShowsRequestsAsTentative(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	a, _ := requests(t, centre.Visitor(1))
	feed := subscribes(t, centre.Admin(), map[string]any{"name": "x", "department": departmentOf(t, centre, meeting), "lang": "en"})
	if got := property(seen(t, centre.Get(feed.URL))[a.Reference], ics.ComponentPropertyStatus); got != "TENTATIVE" {
		t.Errorf("status %q, want TENTATIVE", got)
	}
}

// Programs ask often: what they know is 304 and nothing else (RFC 9110
// section 13.1.2), until something changes. HEAD tells the same without it.
func TestFeedIsCheapToAskAgain(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	department := departmentOf(t, centre, iban)
	visitor := centre.Visitor(1)
	a := visitor.Books(iban, "riyadh", visitor.Slots(iban, "riyadh", "2026-11-24", "2026-11-24")[0].Start)
	feed := subscribes(t, centre.Admin(), map[string]any{"name": "x", "department": department})
	ask := func(method, known string) servicetest.Answer {
		t.Helper()
		return centre.Send(servicetest.Request{Method: method, Path: feed.URL, Header: map[string]string{"If-None-Match": known}})
	}
	first := ask(http.MethodGet, "")
	tag := first.Header.Get("ETag")
	if tag == "" || first.Header.Get("Content-Type") != "text/calendar; charset=utf-8" ||
		first.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("headers %v", first.Header)
	}
	if again := ask(http.MethodGet, tag); again.Status != http.StatusNotModified || len(again.Body) > 0 || again.Header.Get("ETag") != tag {
		t.Errorf("asked again: %d %q %s", again.Status, again.Body, again.Header.Get("ETag"))
	}
	if head := ask(http.MethodHead, ""); head.Status != http.StatusOK || len(head.Body) > 0 || head.Header.Get("ETag") != tag {
		t.Errorf("HEAD: %d %q %s", head.Status, head.Body, head.Header.Get("ETag"))
	}
	centre.Clock.Add(time.Hour)
	if later := ask(http.MethodGet, tag); later.Status != http.StatusNotModified {
		t.Errorf("an hour later: %d, want 304", later.Status)
	}
	visitor.TryCancel(a)
	if changed := ask(http.MethodGet, tag); changed.Status != http.StatusOK || changed.Header.Get("ETag") == tag {
		t.Errorf("after a cancellation: %d %s", changed.Status, changed.Header.Get("ETag"))
	}
}

// Who may make and see feeds, and what is refused.
func TestFeedsAreBounded(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	department := departmentOf(t, centre, iban)
	group := servicetest.Query[string](t, centre.DatabaseURL, `SELECT g.slug FROM desk_groups g JOIN departments d ON d.id = g.department_id
		JOIN branches b ON b.id = g.branch_id WHERE d.slug = $1 AND b.slug = 'riyadh' ORDER BY g.id LIMIT 1`, department)
	coordinator, stranger := centre.Coordinator(department), centre.Coordinator("elsewhere")
	own, far := centre.Receptionist("riyadh"), centre.Receptionist("jeddah")
	stranger.ID, far.ID = "a stranger", "far away" // somebody else: a feed ends with the role of who made it
	whole, desk := map[string]any{"name": "all", "department": department}, map[string]any{"name": "desk", "desk_group": group}

	centre.Refused(centre.Post("/v1/feeds", whole), http.StatusUnauthorized, "sign-in-needed")
	centre.Refused(stranger.Posts("/v1/feeds", whole), http.StatusForbidden, "forbidden")
	centre.Refused(stranger.Posts("/v1/feeds", desk), http.StatusForbidden, "forbidden")
	centre.Refused(own.Posts("/v1/feeds", whole), http.StatusForbidden, "forbidden")
	centre.Refused(far.Posts("/v1/feeds", desk), http.StatusForbidden, "forbidden")
	centre.Refused(centre.Admin().Posts("/v1/feeds", map[string]any{"name": "x", "department": "nothing"}), http.StatusNotFound,
		"unknown-feed-scope")
	centre.Refused(centre.Admin().Posts("/v1/feeds", map[string]any{"name": "x", "desk_group": "nothing"}), http.StatusNotFound,
		"unknown-feed-scope")
	centre.Refused(coordinator.Posts("/v1/feeds", map[string]any{"name": "x"}), http.StatusUnprocessableEntity, "invalid")
	centre.Refused(coordinator.Posts("/v1/feeds", map[string]any{"name": " ", "department": department}), http.StatusUnprocessableEntity,
		"invalid")
	both := map[string]any{"name": "x", "department": department, "desk_group": group}
	centre.Refused(coordinator.Posts("/v1/feeds", both), http.StatusUnprocessableEntity, "invalid")
	centre.Refused(coordinator.Gets("/v1/feeds?cursor=x"), http.StatusUnprocessableEntity, "invalid")

	a, b := subscribes(t, coordinator, whole), subscribes(t, own, desk)
	if b.Department != department || b.Branch != "riyadh" {
		t.Errorf("the feed of a desk group: %+v", b)
	}
	list := func(staff *servicetest.Staff, query string) []string {
		t.Helper()
		var page api.FeedList
		staff.Gets("/v1/feeds"+query).JSON(t, &page)
		var names []string
		for _, f := range page.Feeds {
			if f.URL != "" {
				t.Errorf("the list has the address of %s", f.Name)
			}
			names = append(names, f.Name)
		}
		return names
	}
	for _, c := range []struct {
		who  *servicetest.Staff
		want int
	}{{coordinator, 2}, {own, 1}, {far, 0}, {stranger, 0}, {centre.Admin(), 2}} {
		if got := list(c.who, ""); len(got) != c.want {
			t.Errorf("%s of %v sees %v, want %d", c.who.Roles, append(c.who.Departments, c.who.Branches...), got, c.want)
		}
	}
	var page api.FeedList
	coordinator.Gets("/v1/feeds?limit=1").JSON(t, &page)
	if page.NextCursor == "" || slices.Equal(list(coordinator, "?limit=1"), list(coordinator, "?limit=1&cursor="+page.NextCursor)) {
		t.Errorf("the second page is the first: %+v", page)
	}
	revoke := servicetest.Request{Method: http.MethodDelete, Path: "/v1/feeds/" + a.ID}
	centre.Refused(own.Sends(revoke), http.StatusForbidden, "forbidden")
	centre.Refused(stranger.Sends(revoke), http.StatusForbidden, "forbidden")
	centre.Refused(coordinator.Sends(servicetest.Request{Method: http.MethodDelete, Path: "/v1/feeds/" + nobody}), http.StatusNotFound,
		"not-found")
	centre.Refused(coordinator.Sends(servicetest.Request{Method: http.MethodDelete, Path: "/v1/feeds/x"}), http.StatusNotFound, "not-found")
}

// The same request twice is one feed and one address.
func TestFeedIsMadeOnce(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	department := departmentOf(t, centre, iban)
	ask := func(replica int, name string) servicetest.Answer {
		t.Helper()
		return centre.Coordinator(department).Sends(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/feeds", Body: map[string]any{"name": name, "department": department},
			Header: map[string]string{"Idempotency-Key": "the-same-key-each-time"}, Replica: replica,
		})
	}
	first, second := ask(0, "x"), ask(1, "x")
	if first.Status != http.StatusCreated || string(first.Body) != string(second.Body) {
		t.Errorf("%d %s, then %d %s", first.Status, first.Body, second.Status, second.Body)
	}
	if n := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM feeds"); n != 1 {
		t.Errorf("%d feeds", n)
	}
	centre.Refused(ask(0, "y"), http.StatusUnprocessableEntity, "key-reused")
}

// A department has so many feeds and no more; a revoked one makes room.
func TestFeedsOfADepartmentAreLimited(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	department := departmentOf(t, centre, iban)
	coordinator := centre.Coordinator(department)
	body := map[string]any{"name": "x", "department": department}
	first := subscribes(t, coordinator, body)
	servicetest.Exec(t, centre.DatabaseURL, `INSERT INTO feeds (id, token, name, department_id, lang, created_at, created_by)
		SELECT gen_random_uuid(), sha256(n::text::bytea), 'x', d.id, 'ar', now(), 'x'
		FROM generate_series(2, 50) AS n, departments d WHERE d.slug = $1`, department)
	centre.Refused(coordinator.Posts("/v1/feeds", body), http.StatusConflict, "too-many-feeds")
	coordinator.Sends(servicetest.Request{Method: http.MethodDelete, Path: "/v1/feeds/" + first.ID})
	subscribes(t, coordinator, body)
}

// The address of a feed is a secret: it is in no log, and only its hash is
// in the database.
func TestFeedAddressStaysSecret(t *testing.T) {
	t.Parallel()
	var log logged
	centre := servicetest.Open(t, 1, func(c *service.Config) {
		c.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	department := departmentOf(t, centre, iban)
	feed := subscribes(t, centre.Admin(), map[string]any{"name": "x", "department": department})
	token := strings.TrimSuffix(strings.TrimPrefix(feed.URL, "/feeds/"), ".ics")
	if len(token) < 32 {
		t.Errorf("token %q has fewer than 192 bits", token)
	}
	centre.Get(feed.URL)
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE feeds SET revoked_at = now()")
	centre.Get(feed.URL)
	text := log.String()
	if strings.Contains(text, token) || !strings.Contains(text, `"route":"/feeds/:token.ics"`) {
		t.Errorf("the log:\n%s", text)
	}
	if metrics := centre.Metrics(); strings.Contains(metrics, token) {
		t.Error("the address is in the metrics")
	}
	stored := servicetest.Query[string](t, centre.DatabaseURL,
		"SELECT (SELECT string_agg(f::text, '') FROM feeds f) || (SELECT string_agg(l::text, '') FROM audit_log l)")
	if strings.Contains(stored, token) {
		t.Error("the address is in the database")
	}
}

// logged is a log that can be read while it is written.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Whoever reads feeds too often is told when to come back.
func TestFeedReadersAreLimited(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, limited("feed-address=120/1m"))
	feed := subscribes(t, centre.Admin(), map[string]any{"name": "x", "department": departmentOf(t, centre, iban)})
	refused := 0
	for range 130 {
		if answer := centre.Get(feed.URL); answer.Status == http.StatusTooManyRequests {
			if refused++; answer.Header.Get("Retry-After") == "" {
				t.Error("429 without Retry-After")
			}
		}
	}
	if refused == 0 {
		t.Error("nobody was asked to come back later")
	}
}

// makesFeed asks for a feed of a desk group at Riyadh.
func makesFeed(*walk) asked {
	return asked{Department: "revenues", Branch: "riyadh", Request: servicetest.Request{
		Method: http.MethodPost, Path: "/v1/feeds", Body: map[string]any{"name": "x", "desk_group": "riyadh-returns"}}}
}

// revokesFeed revokes a feed of a desk group at Riyadh.
func revokesFeed(w *walk) asked {
	feed := subscribes(w.t, w.Admin(), map[string]any{"name": "x", "desk_group": "riyadh-returns"})
	return asked{Department: feed.Department, Branch: feed.Branch, Request: servicetest.Request{
		Method: http.MethodDelete, Path: "/v1/feeds/" + feed.ID}}
}

// A feed ends with the role of who made it: when they sign in without it, when it is taken away
// meanwhile, and when they have not been seen for a quarter.
func TestFeedsEndWithTheRole(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	token := func(user string) map[string]string {
		return map[string]string{"Authorization": "Bearer " + devToken(t, centre, user)}
	}
	made := func(department string) api.Feed {
		t.Helper()
		var feed api.Feed
		a := centre.Send(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/feeds", Header: token("reem"),
			Body: map[string]any{"name": "زيارات", "department": department},
		})
		if a.Status != http.StatusCreated {
			t.Fatalf("feed: %d %s", a.Status, a.Body)
		}
		a.JSON(t, &feed)
		return feed
	}
	reads := func(feed api.Feed) int {
		t.Helper()
		_, path, _ := strings.Cut(feed.URL, "/feeds/")
		return centre.Get("/feeds/" + path).Status
	}
	own, other := made("revenues"), made("care")
	// Noura runs one of the departments: the feeds are hers from now on.
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE feeds SET created_by = 'noura'")
	for _, feed := range []api.Feed{own, other} {
		if status := reads(feed); status != http.StatusOK {
			t.Fatalf("read: %d", status)
		}
	}
	b := newBrowser(t, centre)
	b.presses(b.send(http.MethodGet, "/staff/sign-in?return=/v1/me", nil, nil), "noura")
	if a, z := reads(own), reads(other); a != http.StatusOK || z != http.StatusGone {
		t.Errorf("her own: %d, and that of another department: %d", a, z)
	}
	if n := servicetest.Query[int](t, centre.DatabaseURL,
		"SELECT count(*) FROM audit_log WHERE action = 'feed.revoked' AND actor = 'ziyara'"); n != 1 {
		t.Errorf("%d entries in the log, want 1", n)
	}
	centre.Clock.Add(60 * 24 * time.Hour)
	centre.Send(servicetest.Request{Method: http.MethodGet, Path: "/v1/feeds", Header: token("noura")})
	centre.Clock.Add(60 * 24 * time.Hour)
	if status := reads(own); status != http.StatusOK {
		t.Errorf("of somebody who was seen: %d", status)
	}
	centre.Clock.Add(30 * 24 * time.Hour)
	if status := reads(own); status != http.StatusGone {
		t.Errorf("of somebody who was not seen: %d", status)
	}
}
