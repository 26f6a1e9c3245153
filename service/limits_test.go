package service_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"ziyara/limits"
	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// limited sets the limits of requests: the default ones with changes.
func limited(changes ...string) servicetest.Option {
	return func(c *service.Config) {
		table, err := limits.Default().With(changes)
		if err != nil {
			panic(err)
		}
		c.Limits = table
	}
}

// An address may request so much, and is told how much is left; so is a network, whichever
// of its addresses asks.
func TestLimitsOfRequests(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, behindProxy, limited("hold-address=3/1m", "hold-site=4/1m", "hold-network=5/1m", "read-address=8/1m"))
	send := func(method, path, address string) servicetest.Answer {
		t.Helper()
		r := servicetest.Request{Method: method, Path: path, Header: map[string]string{"X-Forwarded-For": address}}
		if method == http.MethodPost {
			r.Body = map[string]any{"service": heirs, "branch": "riyadh", "start": servicetest.At(t, "2026-11-25T09:00")}
		}
		return centre.Send(r)
	}
	tells := func(answer servicetest.Answer, policy, limit string) {
		t.Helper()
		if got := answer.Header.Get("RateLimit-Policy"); got != policy {
			t.Errorf("RateLimit-Policy %s, want %s", got, policy)
		}
		if got := answer.Header.Get("RateLimit"); got != limit {
			t.Errorf("RateLimit %s, want %s", got, limit)
		}
	}
	for n := range 3 {
		answer := send(http.MethodPost, "/v1/holds", "192.0.2.1")
		if answer.Status == http.StatusTooManyRequests {
			t.Fatalf("hold %d: %d %s", n, answer.Status, answer.Body)
		}
		tells(answer, `"hold-address";q=3;w=60`, fmt.Sprintf(`"hold-address";r=%d;t=%d`, 2-n, 20*(n+1)))
	}
	answer := send(http.MethodPost, "/v1/holds", "192.0.2.1")
	p := centre.Refused(answer, http.StatusTooManyRequests, "too-many-requests")
	tells(answer, `"hold-address";q=3;w=60`, `"hold-address";r=0;t=20`)
	if p.RetryAfter != 20 || answer.Header.Get("Retry-After") != "20" {
		t.Errorf("retry_after %d, Retry-After %s", p.RetryAfter, answer.Header.Get("Retry-After"))
	}
	centre.Clock.Add(20 * time.Second)
	if answer := send(http.MethodPost, "/v1/holds", "192.0.2.1"); answer.Status == http.StatusTooManyRequests {
		t.Errorf("20 seconds later: %d", answer.Status)
	}

	tells(send(http.MethodPost, "/v1/holds", "2001:db8:0:101::1"),
		`"hold-address";q=3;w=60, "hold-site";q=4;w=60, "hold-network";q=5;w=60`,
		`"hold-address";r=2;t=20, "hold-site";r=3;t=15, "hold-network";r=4;t=12`)
	for n := range 3 {
		send(http.MethodPost, "/v1/holds", fmt.Sprintf("2001:db8:0:1%02x::1", n+2))
	}
	answer = send(http.MethodPost, "/v1/holds", "2001:db8:0:1ff::1") // of the same /56
	centre.Refused(answer, http.StatusTooManyRequests, "too-many-requests")
	tells(answer, `"hold-site";q=4;w=60`, `"hold-site";r=0;t=15`)
	send(http.MethodPost, "/v1/holds", "2001:db8:0:200::1")
	answer = send(http.MethodPost, "/v1/holds", "2001:db8:0:300::1") // of the same /48
	centre.Refused(answer, http.StatusTooManyRequests, "too-many-requests")
	tells(answer, `"hold-network";q=5;w=60`, `"hold-network";r=0;t=12`)
	if answer := send(http.MethodPost, "/v1/holds", "2001:db8:1::1"); answer.Status == http.StatusTooManyRequests {
		t.Errorf("another network: %d", answer.Status)
	}

	// Looking is limited, too, and says so when little is left.
	for n := range 8 {
		answer := send(http.MethodGet, "/v1/services", "192.0.2.7")
		if answer.Status != http.StatusOK || (answer.Header.Get("RateLimit") != "") != (n >= 6) {
			t.Errorf("look %d: %d with %v", n, answer.Status, answer.Header)
		}
	}
	centre.Refused(send(http.MethodGet, "/v1/services", "192.0.2.7"), http.StatusTooManyRequests, "too-many-requests")
	if answer := send(http.MethodGet, "/healthz", "192.0.2.7"); answer.Status != http.StatusOK {
		t.Errorf("health: %d", answer.Status)
	}
	centre.AuditClean()
}

// Who rotates through all of an IPv6 /48 gets no further than a few addresses.
func TestNetworkThatRotatesHoldsLittle(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, behindProxy, limited("hold-address=2/10m", "hold-site=4/10m", "hold-network=8/10m"))
	starts := centre.Visitor(1).Slots("annual-returns", "riyadh", "2026-11-24", "2026-11-29")
	held := 0
	for n := range 200 {
		answer := centre.Send(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/holds", Replica: n % 2,
			Header: map[string]string{"X-Forwarded-For": fmt.Sprintf("2001:db8:7:%x::1", n*321)},
			Body:   map[string]any{"service": "annual-returns", "branch": "riyadh", "start": starts[n%len(starts)].Start},
		})
		if answer.Status == http.StatusCreated {
			held++
		}
	}
	if most := 2 * 8; held > most { // each replica has limits of its own
		t.Errorf("%d holds, want at most %d", held, most)
	}
	centre.AuditClean()
}

// 200 people behind one address, with the limits that a centre has unless it says
// otherwise: all hold a place, prove their mobiles and book within minutes.
func TestCrowdBehindOneAddressBooks(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, limited(), func(c *service.Config) { c.HoldsPerAddress = 250 })
	starts := centre.Visitor(1).Slots("annual-returns", "riyadh", "2026-11-23", "2026-12-03")
	const people = 200
	visitors, holds, codes := make([]*servicetest.Visitor, people), make([]api.Hold, people), make([]api.Verification, people)
	next := 0
	for n := range people { // all hold before anybody books
		visitors[n] = centre.Visitor(n + 1)
		for {
			answer := visitors[n].TryHold("annual-returns", "riyadh", starts[next].Start)
			if answer.Status == http.StatusConflict { // full
				next++
				continue
			}
			if answer.Status != http.StatusCreated {
				t.Fatalf("hold %d: %d %s", n, answer.Status, answer.Body)
			}
			answer.JSON(t, &holds[n])
			break
		}
	}
	for n, v := range visitors { // and all wait for their codes at the same time
		answer := v.AsksForCode()
		if answer.Status != http.StatusAccepted {
			t.Fatalf("code %d: %d %s", n, answer.Status, answer.Body)
		}
		answer.JSON(t, &codes[n])
	}
	centre.Jobs()
	for n, v := range visitors {
		answer := v.TryCode(codes[n].ID, code(v))
		var proof api.VerificationProof
		answer.JSON(t, &proof)
		body := map[string]any{
			"hold": holds[n].ID, "hold_token": holds[n].Token, "verification": proof.Token, "documents_acknowledged": true,
			"visitor": map[string]any{"name": v.Name, "id": v.ID},
		}
		if answer := centre.Post("/v1/appointments", body); answer.Status != http.StatusCreated {
			t.Fatalf("booking %d: %d %s", n, answer.Status, answer.Body)
		}
	}
	centre.AuditClean()
}

// A service that trusts no proxy says so when it starts, and once more when one forwards
// requests to it.
func TestNoProxyIsSaid(t *testing.T) {
	t.Parallel()
	for _, trusts := range []bool{false, true} {
		var log bytes.Buffer
		centre := servicetest.Open(t, 1, func(c *service.Config) {
			c.Log = slog.New(slog.NewTextHandler(&log, nil))
			if trusts {
				behindProxy(c)
			}
		})
		for range 3 {
			centre.Send(servicetest.Request{Method: http.MethodGet, Path: "/v1/services", Header: map[string]string{"X-Forwarded-For": "192.0.2.1"}})
		}
		for _, said := range []string{"no proxy is trusted", "a proxy that is not trusted forwards requests"} {
			if got := strings.Count(log.String(), said); got != map[bool]int{false: 1, true: 0}[trusts] {
				t.Errorf("proxy trusted %v: %q is said %d times: %s", trusts, said, got, log.String())
			}
		}
	}
}
