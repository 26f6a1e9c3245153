package service_test

import (
	"bytes"
	"net/http"
	"sync"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// A key as a client would make it.
const key = "3f1c1f4e-98b7-4a52-9f0e-1d2c7a4e5b60"

func withKey(k string) map[string]string { return map[string]string{"Idempotency-Key": k} }

// atOnce sends a request twenty times to each of two replicas, all at the
// same time, and returns the one answer that all got.
func atOnce(t *testing.T, centre *servicetest.Centre, r servicetest.Request) servicetest.Answer {
	t.Helper()
	const each = 20
	answers := make([]servicetest.Answer, len(centre.Replicas)*each)
	var callers sync.WaitGroup
	gate := make(chan struct{})
	for i := range answers {
		callers.Go(func() {
			r := r
			r.Replica = i % len(centre.Replicas)
			<-gate
			answers[i] = centre.Send(r)
		})
	}
	close(gate)
	callers.Wait()
	for i, a := range answers {
		first := answers[0]
		if a.Status != first.Status || !bytes.Equal(a.Body, first.Body) || a.Header.Get("Location") != first.Header.Get("Location") {
			t.Fatalf("answer %d: %d %s\nanswer 0: %d %s", i, a.Status, a.Body, first.Status, first.Body)
		}
	}
	return answers[0]
}

// A request that is repeated at once, over and over, through two replicas,
// does once what it asks for, and every caller gets the same bytes.
func TestTheSameRequestAtOnceFromEverywhere(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	start := servicetest.At(t, "2026-11-24T09:00")
	count := func(what, query string, want int) {
		t.Helper()
		if got := servicetest.Query[int](t, centre.DatabaseURL, query); got != want {
			t.Errorf("got %d %s, want %d", got, what, want)
		}
	}

	// One desk: if a second request took a place of its own, it would fail.
	holding := servicetest.Request{
		Method: http.MethodPost, Path: "/v1/holds", Header: withKey(key),
		Body: map[string]any{"service": "heirs-returns", "branch": "dammam", "start": start}}
	held := atOnce(t, centre, holding)
	if held.Status != http.StatusCreated {
		t.Fatalf("hold: %d %s", held.Status, held.Body)
	}
	count("holds", "SELECT count(*) FROM appointments", 1)
	var hold api.Hold
	held.JSON(t, &hold)

	// Where there is room, it takes one place all the same.
	holding.Header = withKey(key + "-roomy")
	holding.Body = map[string]any{"service": "heirs-returns", "branch": "riyadh", "start": start}
	if a := atOnce(t, centre, holding); a.Status != http.StatusCreated {
		t.Fatalf("hold: %d %s", a.Status, a.Body)
	}
	count("holds", "SELECT count(*) FROM appointments", 2)

	verifying := servicetest.Request{
		Method: http.MethodPost, Path: "/v1/verifications", Header: withKey(key + "-code"), Body: map[string]any{"mobile": visitor.Mobile}}
	started := atOnce(t, centre, verifying)
	if started.Status != http.StatusAccepted {
		t.Fatalf("verification: %d %s", started.Status, started.Body)
	}
	if got := len(visitor.Messages()); got != 1 {
		t.Errorf("got %d messages, want 1", got)
	}

	centre.Clock.Add(time.Minute) // the next code may be asked for
	booking := servicetest.Request{
		Method: http.MethodPost, Path: "/v1/appointments", Header: withKey(key + "-book"), Body: visitor.BookingBody(hold)}
	booked := atOnce(t, centre, booking)
	if booked.Status != http.StatusCreated {
		t.Fatalf("booking: %d %s", booked.Status, booked.Body)
	}
	count("visits", "SELECT count(*) FROM appointments WHERE status = 'booked'", 1)
	count("events", "SELECT count(*) FROM appointment_events", 1)
	if got := len(visitor.Messages()); got != 3 { // two codes and the confirmation
		t.Errorf("got %d messages, want 3", got)
	}
	centre.AuditClean()
}

// The first answer is given again whatever has become of what it tells of.
func TestTheFirstAnswerStays(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	same := func(what string, r servicetest.Request, first servicetest.Answer) {
		t.Helper()
		for r.Replica = range centre.Replicas {
			again := centre.Send(r)
			if again.Status != first.Status || !bytes.Equal(again.Body, first.Body) {
				t.Errorf("%s again: %d %s\nfirst: %d %s", what, again.Status, again.Body, first.Status, first.Body)
			}
		}
	}

	holding := servicetest.Request{
		Method: http.MethodPost, Path: "/v1/holds", Header: withKey(key),
		Body: map[string]any{"service": "heirs-returns", "branch": "dammam", "start": servicetest.At(t, "2026-11-25T09:00")}}
	held := centre.Send(holding)
	centre.Pass(11 * time.Minute) // the hold runs out
	same("hold", holding, held)
	var expired api.Hold
	held.JSON(t, &expired)
	centre.Refused(visitor.TryBook(expired), http.StatusGone, "hold-expired")

	verifying := servicetest.Request{
		Method: http.MethodPost, Path: "/v1/verifications", Header: withKey(key + "-code"), Body: map[string]any{"mobile": "0555555555"}}
	started := centre.Send(verifying)
	same("verification", verifying, started) // within the pause between two codes
	centre.Pass(2 * time.Hour)
	same("verification", verifying, started)

	hold := visitor.Holds("heirs-returns", "dammam", servicetest.At(t, "2026-11-25T09:00"))
	booking := servicetest.Request{
		Method: http.MethodPost, Path: "/v1/appointments", Header: withKey(key + "-book"), Body: visitor.BookingBody(hold)}
	booked := centre.Send(booking)
	same("booking", booking, booked)
	var visit api.Appointment
	booked.JSON(t, &visit)
	if answer := visitor.TryMove(visit, servicetest.At(t, "2026-11-26T09:00")); answer.Status != http.StatusOK {
		t.Fatalf("move: %d %s", answer.Status, answer.Body)
	}
	same("booking", booking, booked)
	if answer := visitor.TryCancel(visit); answer.Status != http.StatusOK {
		t.Fatalf("cancel: %d %s", answer.Status, answer.Body)
	}
	same("booking", booking, booked)
	centre.Clock.Add(time.Hour) // the proof of the mobile has run out
	same("booking", booking, booked)
	centre.AuditClean()
}

// A key belongs to one request: with another body, or for another operation,
// it is 422 and nothing happens.
func TestAKeyBelongsToOneRequest(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	start := servicetest.At(t, "2026-11-24T09:00")
	post := func(path, k string, body map[string]any) servicetest.Answer {
		t.Helper()
		return centre.Send(servicetest.Request{Method: http.MethodPost, Path: path, Body: body, Header: withKey(k)})
	}
	place := func(at time.Time) map[string]any {
		return map[string]any{"service": "heirs-returns", "branch": "riyadh", "start": at}
	}

	held := post("/v1/holds", key, place(start))
	var hold api.Hold
	held.JSON(t, &hold)
	for name, body := range map[string]map[string]any{
		"another start":  place(start.Add(45 * time.Minute)),
		"no start":       place(start.Add(time.Minute)), // refused by itself as well
		"another branch": {"service": "heirs-returns", "branch": "dammam", "start": start},
		"a party":        {"service": "heirs-returns", "branch": "riyadh", "start": start, "party": 2},
	} {
		centre.Refused(post("/v1/holds", key, body), http.StatusUnprocessableEntity, "key-reused")
		if t.Failed() {
			t.Fatalf("in %q", name)
		}
	}
	// The same request spelled in another way is the same request.
	spelled := `{ "start" : "2026-11-24T09:00:00+03:00", "branch":"riyadh",  "service":"heirs-returns" }`
	again := centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/holds", Body: spelled, Header: withKey(key)})
	if again.Status != http.StatusCreated || !bytes.Equal(again.Body, held.Body) {
		t.Errorf("in another spelling: %d %s\nfirst: %d %s", again.Status, again.Body, held.Status, held.Body)
	}

	centre.Refused(post("/v1/verifications", key, map[string]any{"mobile": visitor.Mobile}), http.StatusUnprocessableEntity, "key-reused")
	centre.Refused(post("/v1/appointments", key, visitor.BookingBody(hold)), http.StatusUnprocessableEntity, "key-reused")

	if answer := post("/v1/verifications", key+"-code", map[string]any{"mobile": "0555555555"}); answer.Status != http.StatusAccepted {
		t.Fatalf("verification: %d %s", answer.Status, answer.Body)
	}
	centre.Refused(post("/v1/verifications", key+"-code", map[string]any{"mobile": "0555555556"}), http.StatusUnprocessableEntity,
		"key-reused")

	body := visitor.BookingBody(hold)
	if answer := post("/v1/appointments", key+"-book", body); answer.Status != http.StatusCreated {
		t.Fatalf("book: %d %s", answer.Status, answer.Body)
	}
	body["needs"] = []string{"wheelchair"}
	centre.Refused(post("/v1/appointments", key+"-book", body), http.StatusUnprocessableEntity, "key-reused")

	if got := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM appointments"); got != 1 {
		t.Errorf("got %d holds and visits, want 1", got)
	}
	centre.AuditClean()
}

// A request that failed is not remembered: when what stood against it is
// gone, the same key does it.
func TestAFailureIsNotRemembered(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	start := servicetest.At(t, "2026-11-24T09:00")
	other := centre.Visitor(1).Holds("heirs-returns", "dammam", start)
	r := servicetest.Request{
		Method: http.MethodPost, Path: "/v1/holds", Header: withKey(key),
		Body: map[string]any{"service": "heirs-returns", "branch": "dammam", "start": start}}
	centre.Refused(centre.Send(r), http.StatusConflict, "slot-taken")
	centre.Visitor(1).TryRelease(other)
	if answer := centre.Send(r); answer.Status != http.StatusCreated {
		t.Errorf("got %d %s, want 201", answer.Status, answer.Body)
	}
	centre.AuditClean()
}

// Booking the same hold again, without any key, gives the same answer; so it
// does through another replica.
func TestBookingAHoldTwice(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	hold := visitor.Holds("heirs-returns", "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	first := visitor.TryBook(hold)
	visitor.Replica = 1
	again := visitor.TryBook(hold)
	if again.Status != http.StatusCreated || !bytes.Equal(first.Body, again.Body) {
		t.Errorf("again: %d %s\nfirst: %d %s", again.Status, again.Body, first.Status, first.Body)
	}
	if got := len(visitor.Messages()); got != 2 { // code and confirmation
		t.Errorf("got %d messages, want 2", got)
	}
	centre.AuditClean()
}
