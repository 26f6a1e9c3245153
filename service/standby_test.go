package service_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"ziyara/fault"
	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// kept is a request that was answered with success, and the answer.
type kept struct {
	request servicetest.Request
	answer  servicetest.Answer
}

// acknowledging sends requests to a centre on a pair of servers and keeps what was
// answered with success.
type acknowledging struct {
	*servicetest.Centre
	t    *testing.T
	pair *servicetest.Pair
	kept []kept
}

// start sends a request and returns the function that waits for the answer.
func (a *acknowledging) start(r servicetest.Request) (wait func() servicetest.Answer) {
	answered := make(chan servicetest.Answer, 1)
	go func() {
		answer := a.Send(r)
		for range 1000 { // "unavailable" says that nothing was recorded: the connections broke in the crash before
			if !bytes.Contains(answer.Body, []byte("/problems#unavailable")) {
				break
			}
			time.Sleep(10 * time.Millisecond)
			answer = a.Send(r)
		}
		answered <- answer
	}()
	return func() servicetest.Answer { return <-answered }
}

// done checks that a request was answered with success, and keeps the answer.
func (a *acknowledging) done(r servicetest.Request, answer servicetest.Answer) servicetest.Answer {
	a.t.Helper()
	if answer.Status >= http.StatusMultipleChoices {
		a.t.Fatalf("%s %s: %d %s", r.Method, r.Path, answer.Status, answer.Body)
	}
	a.kept = append(a.kept, kept{r, answer})
	return answer
}

// notKnown sends a request whose commit does not reach the standby, because of what
// breaks does when it waits, and expects to be told so.
func (a *acknowledging) notKnown(r servicetest.Request, breaks func()) {
	a.t.Helper()
	wait := a.start(r)
	breaks()
	answer := wait()
	p := a.Refused(answer, http.StatusServiceUnavailable, "not-known")
	if answer.Header.Get("Retry-After") == "" || p.RetryAfter < 1 {
		a.t.Errorf("Retry-After %q, retry_after %d", answer.Header.Get("Retry-After"), p.RetryAfter)
	}
}

// afterwards sends a request while the standby does not receive, and expects success
// once back lets it.
func (a *acknowledging) afterwards(r servicetest.Request, back func()) servicetest.Answer {
	a.t.Helper()
	wait := a.start(r)
	a.pair.Waits()
	back()
	return a.done(r, wait())
}

// Whatever is answered with success, the first time or again, is on the synchronous
// standby: it is there after the primary is lost. What may be lost is answered "not
// known". A commit that waits is never cancelled by us; the server ends some waits
// itself, or crashes.
func TestAcknowledgedIsOnTheStandby(t *testing.T) {
	t.Parallel()
	pair := servicetest.NewPair(t)
	line := servicetest.NewLine(t, pair.URL)
	a := &acknowledging{Centre: servicetest.OpenOn(t, line.URL, 2), t: t, pair: pair}
	visitor := a.Visitor(1)
	start := servicetest.At(t, "2026-11-24T09:00")
	hold := visitor.Holds("heirs-returns", "riyadh", start)
	booking := servicetest.Request{
		Method: http.MethodPost, Path: "/v1/appointments", Header: withKey(key), Body: visitor.BookingBody(hold)}

	// The same request with the same key, while no standby has the rows.
	pair.Pause()
	a.notKnown(booking, pair.CancelWaits)
	booking.Replica = 1
	a.notKnown(booking, pair.CancelWaits)
	a.notKnown(booking, pair.TerminateWaits)
	booking.Replica = 0
	a.notKnown(booking, pair.Crash)
	booked := a.afterwards(booking, pair.Resume)
	if again := a.Send(booking); again.Status != http.StatusCreated || !bytes.Equal(again.Body, booked.Body) {
		t.Errorf("again: %d %s\nfirst: %d %s", again.Status, again.Body, booked.Status, booked.Body)
	}
	var visit api.Appointment
	booked.JSON(t, &visit)

	// The same hold booked again without a key: nothing is written, something is answered.
	keyless := booking
	keyless.Header = nil
	pair.Pause()
	a.notKnown(keyless, pair.CancelWaits)
	a.afterwards(keyless, pair.Resume)

	// One statement that commits itself.
	holding := servicetest.Request{Method: http.MethodPost, Path: "/v1/holds",
		Body: map[string]any{"service": "heirs-returns", "branch": "riyadh", "start": start.Add(24 * time.Hour)}}
	pair.Pause()
	a.notKnown(holding, pair.CancelWaits)
	holding.Header = withKey(key + "-hold")
	// A slow standby delays the answer and changes nothing about it.
	a.afterwards(holding, pair.Resume)

	// A transaction that locks, reads and writes.
	moving := servicetest.Request{Method: http.MethodPost, Path: "/v1/appointments/" + visit.Reference + "/move",
		Header: map[string]string{"Authorization": "Bearer " + visit.ManageToken},
		Body:   map[string]any{"start": servicetest.At(t, "2026-11-25T09:00")}}
	pair.KillStandby()
	a.notKnown(moving, pair.CancelWaits)
	a.afterwards(moving, pair.StartStandby)

	// A message is handed over only by a worker whose claim is safe.
	pair.Pause()
	before := len(a.Phone.Messages(""))
	delivering := make(chan error, 1)
	go func() { delivering <- a.Replicas[0].RunJob(context.Background(), "deliver messages") }()
	pair.CancelWaits()
	if err := <-delivering; !errors.Is(err, fault.ErrUncertain) {
		t.Errorf("messages were claimed without the standby: %v", err)
	}
	if after := len(a.Phone.Messages("")); after != before {
		t.Errorf("%d messages were sent by a claim that may be lost", after-before)
	}
	pair.Resume()

	// The primary is lost.
	pair.Promote()
	line.LeadTo(t, pair.StandbyURL)
	until(t, "the service is ready", func() bool {
		return a.Send(servicetest.Request{Method: http.MethodGet, Path: "/readyz"}).Status == http.StatusOK &&
			a.Send(servicetest.Request{Method: http.MethodGet, Path: "/readyz", Replica: 1}).Status == http.StatusOK
	})
	for _, k := range a.kept {
		if k.request.Header["Idempotency-Key"] == "" {
			continue // it gets the present state, not the first answer
		}
		if again := a.Send(k.request); again.Status != k.answer.Status || !bytes.Equal(again.Body, k.answer.Body) {
			t.Errorf("%s %s, after the failover: %d %s\nbefore: %d %s", k.request.Method, k.request.Path,
				again.Status, again.Body, k.answer.Status, k.answer.Body)
		}
	}
	if now := visitor.Shows(visit); !now.Start.Equal(servicetest.At(t, "2026-11-25T09:00")) {
		t.Errorf("the visit is at %s, was moved to 2026-11-25", now.Start)
	}
	a.DatabaseURL = pair.StandbyURL
	a.AuditClean()
}

// A migration that the standby does not have is not reported as applied.
func TestMigrationIsOnTheStandby(t *testing.T) {
	t.Parallel()
	pair := servicetest.NewPair(t)
	servicetest.Exec(t, pair.URL, "CREATE DATABASE empty")
	empty, err := url.Parse(pair.URL)
	if err != nil {
		t.Fatal(err)
	}
	empty.Path = "/empty"
	pair.Pause()
	migrating := make(chan error, 1)
	go func() {
		_, err := service.Migrate(context.Background(), empty.String())
		migrating <- err
	}()
	for err = nil; err == nil; {
		// Each wait: goose tries again to make its own table. It may end before the next one.
		pair.CancelWaitsOfNow()
		select {
		case err = <-migrating:
			if err == nil {
				t.Fatal("the migrations were reported as applied")
			}
		case <-time.After(10 * time.Millisecond):
		}
	}
	pair.Resume()
}
