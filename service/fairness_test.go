package service_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// A service of the demo centre whose dates open at ten, three weeks ahead; and
// one that offers given-up places again up to two hours later.
const (
	followUp     = "exemption-follow-up"
	compensation = "expropriation-compensation"
)

// A visitor gives up three visits within a week. The fourth booking is refused
// with the time from which it is possible; somebody else has no such trouble.
func TestPauseStory(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	start := servicetest.At(t, "2026-11-26T09:00")
	for n := range 3 {
		visitor.Replica = n % 2
		visit := visitor.Books(heirs, "riyadh", start)
		if answer := visitor.TryCancel(visit); answer.Status != http.StatusOK {
			t.Fatalf("cancel: %d %s", answer.Status, answer.Body)
		}
	}
	hold := visitor.Holds(heirs, "riyadh", start)
	answer := visitor.TryBook(hold)
	p := centre.Refused(answer, http.StatusTooManyRequests, "rebooking-pause")
	until := centre.Clock.Now().Add(24 * time.Hour)
	if p.PossibleFrom == nil || p.PossibleFrom.Format(time.RFC3339) != until.In(start.Location()).Format(time.RFC3339) {
		t.Errorf("possible from %v, want %v in Riyadh's time", p.PossibleFrom, until)
	}
	if got := answer.Header.Get("Retry-After"); got != "86400" || p.RetryAfter != 86400 {
		t.Errorf("Retry-After %q, retry_after %d, want a day", got, p.RetryAfter)
	}
	visitor.Lang = "ar"
	if arabic := centre.Refused(visitor.TryBook(hold), http.StatusTooManyRequests, "rebooking-pause"); arabic.Detail == p.Detail {
		t.Errorf("in Arabic: %q", arabic.Detail)
	}
	if answer := centre.Visitor(2).TryBook(hold); answer.Status != http.StatusCreated {
		t.Errorf("somebody else: %d %s", answer.Status, answer.Body)
	}
	visitor.Books("returns-by-agent", "riyadh", servicetest.At(t, "2026-11-25T09:00")) // another service

	centre.Pass(24*time.Hour - time.Second)
	centre.Refused(visitor.TryBook(visitor.Holds(heirs, "riyadh", start)), http.StatusTooManyRequests, "rebooking-pause")
	centre.Clock.Add(time.Second)
	visitor.Books(heirs, "riyadh", start)
	centre.AuditClean()
}

// The rule is part of what is said of the service.
func TestServicesTellTheirRules(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	var got api.Service
	centre.Get("/v1/services/"+followUp).JSON(t, &got)
	if got.OpensAt != "10:00" || got.Rebooking == nil ||
		*got.Rebooking != (api.Rebooking{Limit: 3, WindowMinutes: 7 * 24 * 60, PauseMinutes: 24 * 60}) {
		t.Errorf("opens at %q, rebooking %+v", got.OpensAt, got.Rebooking)
	}
	centre.Get("/v1/services/"+heirs).JSON(t, &got)
	if service := centre.Get("/v1/services/" + heirs); string(service.Body) == "" || got.Rebooking == nil {
		t.Errorf("got %s", service.Body)
	}
}

// limitedHolds bounds holds as a centre behind one address would, but lower.
func limitedHolds(c *service.Config) { c.HoldsPerAddress, c.HoldsPerMobile = 4, 2 }

// Four holds of an address stand; the fifth is refused until the oldest runs
// out, at whichever replica. All of an IPv6 /64 is one address. Who books or
// gives back makes room.
func TestHoldsOfAnAddress(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, behindProxy, limitedHolds)
	starts := centre.Visitor(1).Slots("annual-returns", "riyadh", "2026-11-24", "2026-11-26")
	sent := 0
	asks := func(address string) servicetest.Answer {
		t.Helper()
		sent++
		return centre.Send(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/holds", Replica: sent % 2, Header: map[string]string{"X-Forwarded-For": address},
			Body: map[string]any{"service": "annual-returns", "branch": "riyadh", "start": starts[sent].Start}})
	}
	for _, test := range []struct {
		name    string
		address func(n int) string
		other   string // that is somebody else
	}{
		{"IPv4", func(int) string { return "192.0.2.7" }, "192.0.2.8"},
		{"IPv6", func(n int) string { return fmt.Sprintf("2001:db8:1:2:%x::%x", n, n) }, "2001:db8:1:3::1"},
	} {
		var first api.Hold
		for n := range 4 {
			answer := asks(test.address(n))
			if answer.Status != http.StatusCreated {
				t.Fatalf("%s, hold %d: %d %s", test.name, n, answer.Status, answer.Body)
			}
			if n == 0 {
				answer.JSON(t, &first)
				centre.Clock.Add(time.Minute)
			}
		}
		answer := asks(test.address(9))
		p := centre.Refused(answer, http.StatusTooManyRequests, "too-many-holds")
		for name, want := range map[string]string{"Retry-After": "540", "RateLimit-Policy": `"holds";q=4`, "RateLimit": `"holds";r=0;t=540`} {
			if got := answer.Header.Get(name); got != want {
				t.Errorf("%s: %s %s, want %s", test.name, name, got, want)
			}
		}
		if p.RetryAfter != 9*60 {
			t.Errorf("%s: retry_after %d", test.name, p.RetryAfter)
		}
		if answer := asks(test.other); answer.Status != http.StatusCreated {
			t.Errorf("%s, somebody else: %d %s", test.name, answer.Status, answer.Body)
		}
		centre.Visitor(1).TryRelease(first)
		if answer := asks(test.address(5)); answer.Status != http.StatusCreated {
			t.Errorf("%s, after one was given back: %d %s", test.name, answer.Status, answer.Body)
		}
	}
	centre.Clock.Add(9 * time.Minute) // and nobody has swept
	if answer := asks("192.0.2.7"); answer.Status != http.StatusCreated {
		t.Errorf("when the oldest has run out: %d %s", answer.Status, answer.Body)
	}
	kept := servicetest.Query[int](t, centre.DatabaseURL,
		`SELECT count(*) FROM appointments WHERE length(address) <> 16 OR position('192.0.2.7'::bytea IN address) > 0`)
	if kept > 0 {
		t.Errorf("%d addresses are not hidden", kept)
	}
	centre.AuditClean()
}

// A hold with a proof of a mobile is that mobile's: nobody else can book it,
// and it has only so many of them.
func TestHoldsOfAMobile(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, limitedHolds)
	visitor, other := centre.Visitor(1), centre.Visitor(2)
	starts := visitor.Slots("annual-returns", "riyadh", "2026-11-24", "2026-11-24")
	holds := func(n int, proof, key string) servicetest.Answer {
		t.Helper()
		return centre.Send(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/holds", Replica: n % 2, Header: map[string]string{"Idempotency-Key": key},
			Body: map[string]any{"service": "annual-returns", "branch": "riyadh", "start": starts[n].Start, "verification": proof}})
	}
	var hold api.Hold
	answer := holds(0, visitor.Proves(), "a-key-of-the-visitor")
	answer.JSON(t, &hold)
	centre.Refused(other.TryBook(hold), http.StatusForbidden, "hold-bound")
	if second := holds(1, visitor.Proves(), ""); second.Status != http.StatusCreated {
		t.Errorf("a second hold: %d %s", second.Status, second.Body)
	}
	centre.Refused(holds(2, visitor.Proves(), ""), http.StatusTooManyRequests, "too-many-holds")
	if again := holds(0, visitor.Proves(), "a-key-of-the-visitor"); string(again.Body) != string(answer.Body) {
		t.Errorf("the first request again: %d %s, want what it was answered", again.Status, again.Body)
	}
	if booked := visitor.TryBook(hold); booked.Status != http.StatusCreated {
		t.Errorf("by its mobile: %d %s", booked.Status, booked.Body)
	}
	if third := holds(2, visitor.Proves(), ""); third.Status != http.StatusCreated {
		t.Errorf("after one was booked: %d %s", third.Status, third.Body)
	}
	centre.Refused(holds(3, "no proof", ""), http.StatusForbidden, "proof-invalid")
	proof := visitor.Proves()
	centre.Clock.Add(30 * time.Minute)
	centre.Refused(holds(3, proof, ""), http.StatusForbidden, "proof-expired")
	centre.Refused(holds(3, "", ""), http.StatusUnprocessableEntity, "invalid")
	centre.AuditClean()
}

// A cancelled place of a scarce service stays taken for whoever was told to
// come at that moment, for up to two hours; nothing says when it comes back.
func TestDelayedReleaseStory(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	start := servicetest.At(t, "2026-11-30T09:00")
	places := func() int {
		t.Helper()
		for _, s := range visitor.Slots(compensation, "riyadh", "2026-11-30", "2026-11-30") {
			if s.Start.Equal(start) {
				return s.Places
			}
		}
		return 0
	}
	all := places()
	visit := visitor.Books(compensation, "riyadh", start)
	explained := centre.Get("/v1/services/" + compensation + "/slots/explain?branch=riyadh&date=2026-11-30")
	cancelled := visitor.TryCancel(visit)
	if cancelled.Status != http.StatusOK {
		t.Fatalf("cancel: %d %s", cancelled.Status, cancelled.Body)
	}
	centre.Jobs()
	if got := places(); got != all-1 {
		t.Errorf("%d places are free at once, want %d", got, all-1)
	}
	after := centre.Get("/v1/services/" + compensation + "/slots/explain?branch=riyadh&date=2026-11-30")
	if string(after.Body) != string(explained.Body) {
		t.Errorf("the explanation changes from %s to %s", explained.Body, after.Body)
	}
	centre.AuditClean()
	centre.Pass(2 * time.Hour)
	if got := places(); got != all {
		t.Errorf("%d places are free two hours later, want %d", got, all)
	}
	centre.AuditClean()
}

// Dates open at ten. Who comes earlier is told so by a refused hold, by the
// list of slots and by the explanation, all three the same instant; at ten the
// whole date is there.
func TestDatesOpenAtTen(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	centre.Clock.Set(servicetest.At(t, "2026-11-22T09:59"))
	opens := servicetest.At(t, "2026-11-22T10:00")
	ask := func(replica int) api.SlotList {
		t.Helper()
		return slotList(t, centre.Send(servicetest.Request{
			Method: http.MethodGet, Path: "/v1/services/" + followUp + "/slots?branch=riyadh&from=2026-12-09&to=2026-12-20", Replica: replica}))
	}
	early := ask(0)
	if next := early.Bookable.OpensNext; next == nil || next.Format(time.RFC3339) != "2026-11-22T10:00:00+03:00" {
		t.Errorf("opens next %v, want %v", next, opens)
	}
	if got := early.Bookable.Until.Format(time.RFC3339); got != "2026-12-12T23:59:00+03:00" {
		t.Errorf("bookable until %s", got)
	}
	start := servicetest.At(t, "2026-12-13T14:00")
	if early.Days[len(early.Days)-1].Date != "2026-12-10" { // before a weekend
		t.Errorf("the last date is %s", early.Days[len(early.Days)-1].Date)
	}
	answer := visitor.TryHold(followUp, "riyadh", start)
	p := centre.Refused(answer, http.StatusUnprocessableEntity, "rule-horizon")
	if p.Rule != "horizon" || p.PossibleFrom == nil || !p.PossibleFrom.Equal(opens) || answer.Header.Get("Retry-After") != "60" {
		t.Errorf("rule %q, possible from %v, Retry-After %q", p.Rule, p.PossibleFrom, answer.Header.Get("Retry-After"))
	}
	var why api.Explanation
	centre.Get("/v1/services/"+followUp+"/slots/explain?branch=riyadh&date=2026-12-13").JSON(t, &why)
	if why.Offers.PossibleFrom == nil || !why.Offers.PossibleFrom.Equal(opens) || why.Offers.Slots != 0 {
		t.Errorf("explained as %+v", why.Offers)
	}

	centre.Clock.Set(opens)
	list := ask(1)
	day := list.Days[len(list.Days)-1]
	if day.Date != "2026-12-13" || len(day.Slots) < 10 {
		t.Errorf("at ten: %s with %d starts, want all of 2026-12-13", day.Date, len(day.Slots))
	}
	if next := list.Bookable.OpensNext; next == nil || next.Format(time.RFC3339) != "2026-11-23T10:00:00+03:00" {
		t.Errorf("opens next %v, want tomorrow at ten", next)
	}
	visitor.Books(followUp, "riyadh", day.Slots[len(day.Slots)-1].Start)
	why = api.Explanation{}
	centre.Get("/v1/services/"+followUp+"/slots/explain?branch=riyadh&date=2026-12-13").JSON(t, &why)
	if why.Offers.PossibleFrom != nil {
		t.Errorf("opens at %v, and is open", why.Offers.PossibleFrom)
	}
	for _, far := range []string{"9999-12-30T23:59:59Z", "9999-12-30T11:59:59-12:00", "2300-01-01T00:00:00Z"} {
		for _, service := range []string{followUp, heirs} {
			answer := centre.Post("/v1/holds", map[string]any{"service": service, "branch": "riyadh", "start": far})
			if p := centre.Refused(answer, http.StatusUnprocessableEntity, "rule-horizon"); p.PossibleFrom == nil || p.RetryAfter <= 0 {
				t.Errorf("%s at %s: %s", service, far, answer.Body)
			}
		}
	}
	if rolling := slotList(t, centre.Get("/v1/services/"+heirs+"/slots?branch=riyadh")); rolling.Bookable.OpensNext != nil {
		t.Errorf("a rolling horizon opens next at %v", rolling.Bookable.OpensNext)
	}
	centre.AuditClean()
}
