package service_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/service/servicetest"
)

// publishes has the centre publish two services.
func publishes(t *testing.T, centre *servicetest.Centre) {
	t.Helper()
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE services SET published = true WHERE slug IN ('iban-update', 'annual-returns')")
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE centre SET version = version + 1")
	centre.Jobs()
	centre.Jobs()
}

type freeDay struct {
	ID, State string
	Modified  int64
	Data      struct {
		Service, Branch, Date, URL string
		Starts                     []time.Time
	}
}

// readsOpen reads the feed of free places to its end.
func readsOpen(t *testing.T, centre *servicetest.Centre, replica int, from string) (items []freeDay, next string) {
	t.Helper()
	for next = from; ; {
		path := strings.TrimPrefix(next, "http://127.0.0.1:8080")
		answer := centre.Send(servicetest.Request{Method: http.MethodGet, Path: path, Replica: replica})
		var page struct {
			Next, License string
			Items         []freeDay
		}
		if answer.JSON(t, &page); answer.Status != http.StatusOK || page.License == "" {
			t.Fatalf("%s: %d %s", path, answer.Status, answer.Body)
		}
		items = append(items, page.Items...)
		if next = page.Next; len(page.Items) == 0 {
			if path != strings.TrimPrefix(next, "http://127.0.0.1:8080") {
				t.Errorf("the last page is %s, and its next is %s", path, next)
			}
			return items, next
		}
	}
}

// startsOf returns what the feed says of a service at a branch.
func startsOf(items []freeDay, service, branch string) (starts []time.Time) {
	for _, i := range items {
		if i.Data.Service == service && i.Data.Branch == branch {
			starts = append(starts, i.Data.Starts...)
		}
	}
	slices.SortFunc(starts, time.Time.Compare)
	return starts
}

// What is free of published services is what a search finds, in both forms; what is taken is told within a minute, by either
// replica; and nothing is told of services that are not published.
func TestOpenPlaces(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, public)
	if answer := centre.Get("/open/places"); answer.Status != http.StatusOK || strings.Contains(string(answer.Body), "riyadh") {
		t.Errorf("nothing is published: %d %s", answer.Status, answer.Body)
	}
	publishes(t, centre)
	visitor := centre.Visitor(1)
	search := func() (starts []time.Time) {
		for _, s := range visitor.Slots("iban-update", "riyadh", "2026-11-22", "2027-01-20") {
			starts = append(starts, s.Start.UTC())
		}
		return starts
	}
	items, next := readsOpen(t, centre, 0, "/open/places")
	if got := startsOf(items, "iban-update", "riyadh"); !slices.EqualFunc(got, search(), time.Time.Equal) || len(got) == 0 {
		t.Errorf("the feed has %d starts, a search %d", len(got), len(search()))
	}
	for _, i := range items {
		if i.Data.Service != "iban-update" && i.Data.Service != "annual-returns" {
			t.Errorf("%s is not published", i.Data.Service)
		}
		if page := strings.TrimPrefix(i.Data.URL, "http://127.0.0.1:8080"); i.ID == items[0].ID {
			if answer := centre.Get(page + "&source=a&booking-referral=b"); answer.Status != http.StatusOK {
				t.Errorf("%s: %d", page, answer.Status)
			}
		}
	}
	var manifest struct {
		TransactionTime time.Time
		Request         string
		Output          []struct{ Type, URL string }
		Error           []struct{}
	}
	centre.Get("/open/$bulk-publish").JSON(t, &manifest)
	if manifest.TransactionTime.IsZero() || manifest.Request != "http://127.0.0.1:8080/open/$bulk-publish" || manifest.Error == nil {
		t.Errorf("got %+v", manifest)
	}
	resources := map[string][]map[string]any{}
	var slots []time.Time
	for _, o := range manifest.Output {
		answer := centre.Get(strings.TrimPrefix(o.URL, "http://127.0.0.1:8080"))
		if answer.Status != http.StatusOK || answer.Header.Get("Content-Type") != "application/fhir+ndjson" ||
			answer.Header.Get("Cache-Control") != "public, max-age=60" || answer.Header.Get("ETag") == "" {
			t.Fatalf("%s: %d %v", o.URL, answer.Status, answer.Header)
		}
		for line := range strings.Lines(string(answer.Body)) {
			var r map[string]any
			if err := json.Unmarshal([]byte(line), &r); err != nil || r["resourceType"] != o.Type {
				t.Fatalf("%s: %v %s", o.URL, err, line)
			}
			resources[o.Type] = append(resources[o.Type], r)
			if strings.HasSuffix(o.URL, "/iban-update/riyadh.ndjson") {
				slots = append(slots, servicetest.At(t, strings.TrimSuffix(r["start"].(string), ":00+03:00")))
			}
		}
	}
	if !slices.EqualFunc(slots, search(), time.Time.Equal) {
		t.Errorf("there are %d slots, a search finds %d", len(slots), len(search()))
	}
	if len(resources["Schedule"]) != len(manifest.Output)-2 || len(resources["Location"]) == 0 {
		t.Errorf("%d schedules, %d locations", len(resources["Schedule"]), len(resources["Location"]))
	}

	// All places of a start are taken.
	start := search()[0]
	for n := 2; slices.ContainsFunc(search(), start.Equal); n++ {
		centre.Visitor(n).Books("iban-update", "riyadh", start)
	}
	centre.Jobs()
	for replica := range 2 {
		changed, _ := readsOpen(t, centre, replica, next)
		got := startsOf(changed, "iban-update", "riyadh")
		if len(changed) != 1 || slices.ContainsFunc(got, start.Equal) || len(got) == 0 {
			t.Errorf("replica %d tells of %d days: %v", replica, len(changed), changed)
		}
	}
	// The centre does not publish any more.
	_, next = readsOpen(t, centre, 0, next)
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE services SET published = false")
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE centre SET version = version + 1")
	centre.Jobs()
	centre.Jobs()
	gone, _ := readsOpen(t, centre, 1, next)
	if len(gone) != len(items) || gone[0].State != "deleted" {
		t.Errorf("%d days are gone, want %d", len(gone), len(items))
	}
	if answer := centre.Get("/open/slots/iban-update/riyadh.ndjson"); answer.Status != http.StatusNotFound {
		t.Errorf("slots of a service that is not published: %d", answer.Status)
	}
	centre.Clock.Add(8 * 24 * time.Hour)
	centre.Job("purge published")
	if n := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM published_days"); n != 0 {
		t.Errorf("%d days are kept for ever", n)
	}
}

// What is published is asked for in vain if it is known, in any coding, costs no statement, and
// nothing else is under /open.
func TestOpenPlacesAreCached(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	publishes(t, centre)
	for _, path := range []string{"/open/places", "/open/$bulk-publish", "/open/locations.ndjson", "/open/slots/iban-update/riyadh.ndjson"} {
		for _, coding := range []string{"br", "gzip", "identity"} {
			header := map[string]string{"Accept-Encoding": coding}
			answer := centre.Send(servicetest.Request{Method: http.MethodGet, Path: path, Header: header})
			if got := answer.Header.Get("Content-Encoding"); answer.Status != http.StatusOK || got != coding && coding != "identity" {
				t.Errorf("%s in %s: %d in %q", path, coding, answer.Status, got)
			}
			header["If-None-Match"] = answer.Header.Get("ETag")
			again := centre.Send(servicetest.Request{Method: http.MethodGet, Path: path, Header: header})
			if again.Status != http.StatusNotModified {
				t.Errorf("%s again: %d", path, again.Status)
			}
		}
	}
	for path, status := range map[string]int{
		"/open": 404, "/open/slots/iban-update/nowhere.ndjson": 404, "/open/slots/heirs-returns/riyadh.ndjson": 404,
		"/open/places?afterChangeNumber=x": 422, "/open/places?afterChangeNumber=-1": 422, "/open/places?afterChangeNumber=99999999": 200,
	} {
		if answer := centre.Get(path); answer.Status != status {
			t.Errorf("%s: %d, want %d", path, answer.Status, status)
		}
	}
}
