package service_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"ziyara/service/servicetest"
)

// Two receptionists press at the same time, until nobody waits: each
// visitor is called once, to one desk, and everybody is.
func TestConsoleTwoReceptionists(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	const visitors = 4
	var references []string
	for i := range visitors {
		at := []string{"08:30", "08:30", "08:50", "08:50"}[i]
		booked := centre.Visitor(1+i).Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-23T"+at))
		references = append(references, booked.Reference)
	}
	centre.Clock.Set(servicetest.At(t, "2026-11-23T08:20"))
	for _, r := range references {
		sits(t, centre, "salem").submits("/console/hall/arrivals", "who", r)
	}
	centre.Clock.Set(servicetest.At(t, "2026-11-23T08:51"))
	seats := []seat{sits(t, centre, "salem"), sits(t, centre, "salem")}
	var mu sync.Mutex
	called := map[string]int{}
	number := regexp.MustCompile(`Number (\d+) was called to desk`)
	for round := range visitors / 2 {
		var both sync.WaitGroup
		for i, s := range seats {
			both.Go(func() {
				_, page := s.submits("/console/hall", "act", "next", "desk", fmt.Sprint(1+2*round+i))
				if found := number.FindStringSubmatch(notices(page)); found != nil {
					mu.Lock()
					defer mu.Unlock()
					called[found[1]]++
				}
			})
		}
		both.Wait()
	}
	if len(called) != visitors {
		t.Errorf("called %v, want each of %d once", called, visitors)
	}
	for n, times := range called {
		if times != 1 {
			t.Errorf("number %s was called %d times", n, times)
		}
	}
	page := seats[0].opens("/console/hall?lang=en")
	if got := column(t, page, "called"); strings.Count(got, "To desk") != visitors {
		t.Errorf("called: %s", got)
	}
}

// The database is away in the middle of the morning: pages say that nothing is lost and to
// wait, what was pressed is not half done, and the hall goes on where it was.
func TestConsoleDatabaseAway(t *testing.T) {
	t.Parallel()
	line := servicetest.NewLine(t, servicetest.Database(t))
	centre := servicetest.OpenOn(t, line.URL, 1, demoSignIn)
	booked := centre.Visitor(1).Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-23T08:30"))
	centre.Clock.Set(servicetest.At(t, "2026-11-23T08:25"))
	desk := sits(t, centre, "salem")
	desk.submits("/console/hall/arrivals", "who", booked.Reference)
	centre.Clock.Set(servicetest.At(t, "2026-11-23T08:31"))

	line.Cut()
	for _, path := range []string{"/console/hall?lang=en", "/console/book?lang=en", "/display/riyadh?lang=en"} {
		answer := desk.send(http.MethodGet, path, nil, nil)
		if answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
			t.Errorf("%s while the database is away: %d, Retry-After %q", path, answer.Status, answer.Header.Get("Retry-After"))
		}
	}
	if page := string(desk.send(http.MethodGet, "/display/riyadh?lang=en", nil, nil).Body); strings.Contains(page, "data-lost hidden") {
		t.Errorf("the wall while the database is away: %s", said(page))
	}
	if status, _ := desk.submits("/console/hall", "act", "next", "desk", "1"); status != http.StatusServiceUnavailable {
		t.Errorf("a call while the database is away: %d", status)
	}

	line.Heal()
	until(t, "the service is ready", func() bool { return centre.Get("/readyz").Status == http.StatusOK })
	page := desk.opens("/console/hall?lang=en")
	if got := column(t, page, "waiting"); !strings.Contains(got, centre.Visitor(1).Name) {
		t.Errorf("who waited: %s", got)
	}
	if _, page = desk.submits("/console/hall", "act", "next", "desk", "1"); notices(page) != "Number 1 was called to desk 1" {
		t.Errorf("the next one: %s", notices(page))
	}
	if page = desk.opens("/display/riyadh?lang=en"); !strings.Contains(said(page), "Please go to desk 1") ||
		!strings.Contains(page, "data-lost hidden") {
		t.Errorf("the wall: %s", said(page))
	}
}

// A scanner that is cut off types half a code: nobody is checked in, and the page says what
// to do.
func TestConsoleHalfACode(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	booked := centre.Visitor(1).Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-23T08:30"))
	centre.Clock.Set(servicetest.At(t, "2026-11-23T08:25"))
	desk := sits(t, centre, "salem")
	whole := booked.Reference
	for n := 1; n < len(whole); n++ {
		_, page := desk.submits("/console/hall/arrivals", "who", whole[:n])
		if got := column(t, page, "waiting"); !strings.Contains(got, "No one is waiting.") || notices(page) == "" {
			t.Errorf("%s: %s; %s", whole[:n], notices(page), got)
		}
	}
	if _, page := desk.submits("/console/hall/arrivals", "who", strings.ToLower(strings.ReplaceAll(whole, "-", ""))); notices(page) !=
		"Checked in with number 1" {
		t.Errorf("the whole code in small letters: %s", notices(page))
	}
}
