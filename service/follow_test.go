package service_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/service/api"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

const forEver = "private, max-age=31536000, immutable"

// copyOf is another system's copy of all visits.
type copyOf struct {
	t       *testing.T
	centre  *servicetest.Centre
	crm     *servicetest.Staff
	limit   int
	next    string
	visits  map[string]api.VisitEvent // the newest of each
	pages   map[string]string         // the full ones, by what they come after
	refused int
}

func newCopy(t *testing.T, centre *servicetest.Centre, limit int) *copyOf {
	t.Helper()
	return &copyOf{
		t: t, centre: centre, crm: system(centre, "crm", access.Reader), limit: limit,
		visits: map[string]api.VisitEvent{}, pages: map[string]string{},
	}
}

func (c *copyOf) asks(after string, replica int, header map[string]string) servicetest.Answer {
	c.t.Helper()
	path := "/v1/appointment-events?limit=" + strconv.Itoa(c.limit)
	if after != "" {
		path += "&after=" + url.QueryEscape(after)
	}
	return c.crm.Sends(servicetest.Request{Method: http.MethodGet, Path: path, Replica: replica, Header: header})
}

// reads reads up to the end, or until it is refused for now.
func (c *copyOf) reads(replica int) {
	c.t.Helper()
	for {
		answer := c.asks(c.next, replica, nil)
		if answer.Status == http.StatusServiceUnavailable {
			c.refused++
			return
		}
		if answer.Status != http.StatusOK {
			c.t.Errorf("after %q: %d %s", c.next, answer.Status, answer.Body)
			return
		}
		var page api.VisitEventPage
		answer.JSON(c.t, &page)
		for _, e := range page.Events {
			if e.Version > c.visits[e.Reference].Version {
				c.visits[e.Reference] = e
			}
		}
		full := len(page.Events) == c.limit
		if got := answer.Header.Get("Cache-Control"); (got == forEver) != full {
			c.t.Errorf("a page of %d of %d: %s", len(page.Events), c.limit, got)
		}
		if full {
			c.pages[c.next] = string(answer.Body)
		}
		if c.next = page.Next; !full {
			return
		}
	}
}

// now returns the copy as lines.
func (c *copyOf) now() (lines []string) {
	for _, e := range c.visits {
		lines = append(lines, fmt.Sprintf("%s %s %d %s %s %s", e.Reference, e.Status, e.Version, e.Service, e.Branch,
			e.Start.UTC().Format(time.RFC3339)))
	}
	slices.Sort(lines)
	return lines
}

// truth returns the visits of the database as the same lines.
func (c *copyOf) truth() []string {
	c.t.Helper()
	all := servicetest.Query[string](c.t, c.centre.DatabaseURL, `
		SELECT coalesce(string_agg(concat_ws(' ', a.reference, a.status, (SELECT count(*) FROM appointment_events e
				WHERE e.appointment_id = a.id AND e.branch_id = a.branch_id), s.slug, b.slug,
			to_char(a.start_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), E'\n'), '')
		FROM appointments a JOIN services s ON s.id = a.service_id JOIN branches b ON b.id = a.branch_id WHERE a.reference IS NOT NULL`)
	var lines []string
	for line := range strings.Lines(all) {
		reference, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		lines = append(lines, slots.Reference(reference).String()+" "+rest)
	}
	slices.Sort(lines)
	return lines
}

// agrees fails the test unless the copy becomes what the database has: transactions of other
// tests on the same server hold the end back for a while.
func (c *copyOf) agrees() {
	c.t.Helper()
	want := c.truth()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		c.reads(0)
		diff := cmp.Diff(want, c.now())
		if diff == "" {
			return
		}
		if time.Now().After(end) {
			c.t.Fatalf("-database +copy:\n%s", diff)
		}
	}
}

// While visitors book, move and cancel at two replicas, whose connections are killed and one
// of which is replaced, another system follows at either. In the end its copy is what the
// database has, and no page that it could keep has changed.
func TestFollowedWhileReplicasFail(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, manyVisits)
	var gates [2]sync.RWMutex
	var ids atomic.Int64
	starts := centre.Visitor(1).Slots("iban-update", "riyadh", "2026-11-24", "2026-12-03")
	visits := func(n int) {
		r := rand.New(rand.NewPCG(uint64(n), 2)) //nolint:gosec // not a secret
		var booked []slots.Reference
		for range 12 {
			replica := r.IntN(2)
			gates[replica].RLock()
			b := centre.Replicas[replica].Booker()
			now, ctx := centre.Clock.Now(), context.Background()
			at := starts[r.IntN(len(starts))].Start
			if len(booked) > 0 && r.IntN(3) > 0 {
				of := booked[r.IntN(len(booked))]
				if r.IntN(3) == 0 {
					_, _ = b.Cancel(ctx, of, "", now)
				} else {
					_, _ = b.Move(ctx, of, at, now)
				}
			} else if hold, err := b.Hold(ctx, slots.HoldRequest{
				Service: "iban-update", Branch: "riyadh", Start: at, Party: 1, Channel: catalog.Public}, nil, now); err == nil {
				id := int(ids.Add(1))
				by := slots.Booking{
					Reference: slots.NewReference([5]byte{1, 2, 3, byte(id >> 8), byte(id)}),
					Person:    slots.Person(fmt.Sprintf("00000000-0000-8000-9000-%012x", id)), Mobile: fmt.Sprintf("+9665%08d", id), Lang: "ar",
					Visitor: slots.Visitor{Name: "زائر", Identity: slots.Identity{Kind: slots.NationalID, Number: servicetest.NationalID(id)}},
				}
				if a, err := b.Book(ctx, hold.ID, by, nil, now); err == nil {
					booked = append(booked, a.Reference)
				}
			}
			gates[replica].RUnlock()
		}
	}
	crm := newCopy(t, centre, 3)
	var visitors, others sync.WaitGroup
	done := make(chan struct{})
	for n := range 16 {
		visitors.Go(func() { visits(n) })
	}
	others.Go(func() { // follows
		for n := 0; ; n++ {
			gates[n%2].RLock()
			crm.reads(n % 2)
			gates[n%2].RUnlock()
			select {
			case <-done:
				return
			default:
			}
		}
	})
	killed := 0
	others.Go(func() { // kills
		for n := 0; ; n++ {
			killed += servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))
				FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ziyara' AND random() < 0.3`)
			if n%8 == 3 {
				gates[n/8%2].Lock()
				centre.Restart(n / 8 % 2)
				gates[n/8%2].Unlock()
			}
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
	visitors.Wait()
	close(done)
	others.Wait()
	for range 20 { // connections that were killed are found out
		centre.Send(servicetest.Request{Method: http.MethodGet, Path: "/readyz"})
	}
	crm.agrees()
	for after, want := range crm.pages {
		if got := crm.asks(after, 1, nil); got.Status == http.StatusOK && string(got.Body) != want {
			t.Errorf("the page after %q is another one:\n%s\n%s", after, want, got.Body)
		}
	}
	t.Logf("%d visits, %d full pages, %d connections killed, %d times refused", len(crm.visits), len(crm.pages), killed, crm.refused)
	if len(crm.visits) < 10 || len(crm.pages) < 5 || killed == 0 {
		t.Error("too few for a test")
	}
}

// A page is known again by its tag, and what is no position is refused.
func TestFollow(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	crm := newCopy(t, centre, 2)
	if crm.reads(0); crm.next == "" || len(crm.visits) > 0 {
		t.Errorf("of an empty centre: next %q, %v", crm.next, crm.visits)
	}
	visitor := centre.Visitor(1)
	visit := visitor.Books("annual-returns", "riyadh", servicetest.At(t, "2026-11-24T07:30"))
	visitor.TryMove(visit, servicetest.At(t, "2026-11-24T08:30"))
	visitor.TryCancel(visit)
	crm.agrees()
	if e := crm.visits[visit.Reference]; e.Type != "appointment.cancelled" || e.Status != "cancelled" || e.Department != "revenues" {
		t.Errorf("got %+v", e)
	}
	first := crm.asks("", 0, nil)
	for _, mark := range []string{visitor.Name, visitor.ID, visitor.Mobile[1:]} {
		if strings.Contains(string(first.Body), mark) {
			t.Errorf("the feed tells %q", mark)
		}
	}
	for after, cache := range map[string]string{"": forEver, crm.next: "private, no-cache"} {
		page := crm.asks(after, 0, map[string]string{"Accept-Encoding": "identity"})
		again := crm.asks(after, 1, map[string]string{"If-None-Match": page.Header.Get("ETag")})
		if again.Status != http.StatusNotModified || again.Header.Get("Cache-Control") != cache || len(again.Body) > 0 {
			t.Errorf("after %q again: %d %s", after, again.Status, again.Header.Get("Cache-Control"))
		}
	}
	database, _, _ := strings.Cut(crm.next, "_")
	for after, kind := range map[string]string{
		"0000000000000000_1_1":                        "unknown-position",
		database + "_999999999999_1":                  "unknown-position",
		database + "_999999999999999999999_1":         "invalid",
		database + "_1152921504606846976_1":           "invalid",
		database + "_1_-1":                            "invalid",
		database + "_1_1x":                            "invalid",
		strings.ToUpper(database) + "A_1_1":           "invalid",
		"x":                                           "invalid",
		database + "_01_1":                            "invalid",
		strings.Repeat("f", 16) + "_1_1":              "unknown-position",
		database + "_-1152921504606846976_1":          "invalid",
		database + "_-9223372036854775808_1":          "invalid",
		database + "_" + "0" + "_9223372036854775807": "",
	} {
		if kind == "" {
			if got := crm.asks(after, 0, nil); got.Status != http.StatusOK {
				t.Errorf("after %s: %d %s", after, got.Status, got.Body)
			}
			continue
		}
		status := map[string]int{"unknown-position": http.StatusGone, "invalid": http.StatusUnprocessableEntity}[kind]
		centre.Refused(crm.asks(after, 0, nil), status, kind)
	}
}
