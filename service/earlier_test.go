package service_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// earlier is a story in which Noura holds a place before Ahmed's visit, and Ahmed
// waits for an earlier start than his own.
type earlier struct {
	centre       *servicetest.Centre
	noura, ahmed *servicetest.Visitor
	starts       []time.Time // of 25 November at Dammam
	noon         api.Appointment
	visit        api.Appointment
	ticket       api.WaitlistTicket
}

// The starts by their use: Ahmed's visit begins at ofVisit, and Noura's at freed.
const (
	atFirst, freed, between, ofVisit, later = 0, 2, 3, 5, 7
)

func waitsForEarlier(t *testing.T) *earlier {
	t.Helper()
	e := &earlier{centre: servicetest.Open(t, 1)}
	e.noura, e.ahmed = e.centre.Visitor(1), e.centre.Visitor(2)
	for _, s := range e.noura.Slots(heirs, dammam, "2026-11-25", "2026-11-25") {
		e.starts = append(e.starts, s.Start)
	}
	e.noon = e.noura.Books(heirs, dammam, e.starts[freed])
	e.visit = e.ahmed.Books(heirs, dammam, e.starts[ofVisit])
	// Of the earlier starts only Noura's suits him.
	clock := e.starts[freed].Format("15:04")
	e.ticket = e.ahmed.WaitsEarlier(e.visit, map[string]any{"from": "2026-11-25", "earliest": clock, "latest": clock})
	return e
}

// isFree reports whether the public is offered the start.
func (e *earlier) isFree(i int) bool {
	return slices.ContainsFunc(e.centre.Visitor(9).Slots(heirs, dammam, "2026-11-25", "2026-11-25"),
		func(s api.Slot) bool { return s.Start.Equal(e.starts[i]) })
}

// What happens to the visit meanwhile, before or after the offer is made, and what
// then comes of accepting, declining and not answering.
func TestEarlierStart(t *testing.T) {
	t.Parallel()
	move := func(to int) func(*testing.T, *earlier) {
		return func(t *testing.T, e *earlier) {
			if answer := e.ahmed.TryMove(e.visit, e.starts[to]); answer.Status != http.StatusOK {
				t.Fatalf("move: %d %s", answer.Status, answer.Body)
			}
		}
	}
	for _, c := range []struct {
		name      string
		meanwhile func(*testing.T, *earlier)
		at        int               // where the visit is then; -1 for nowhere
		state     api.WaitlistState // of the entry then: offered, or how it ended
	}{
		{"nothing happens", func(*testing.T, *earlier) {}, ofVisit, api.WaitlistStateOffered},
		{"it is moved later", move(later), later, api.WaitlistStateOffered},
		{"it is moved earlier, but not so early", move(between), between, api.WaitlistStateOffered},
		{"it is moved to before the offer", move(atFirst), atFirst, api.WaitlistStateBooked},
		{"it is cancelled", func(t *testing.T, e *earlier) { cancels(t, e.ahmed, e.visit) }, -1, api.WaitlistStateLeft},
	} {
		for _, reply := range []string{"accept", "decline", "expire"} {
			t.Run(c.name+", "+reply, func(t *testing.T) {
				t.Parallel()
				e := waitsForEarlier(t)
				cancels(t, e.noura, e.noon)
				if offer := e.ahmed.IsOffered(e.ticket); !offer.Start.Equal(e.starts[freed]) {
					t.Fatalf("offered %v, want %v", offer.Start, e.starts[freed])
				}
				c.meanwhile(t, e)
				open := c.state == api.WaitlistStateOffered
				got := e.ahmed.Entry(e.ticket)
				if got.State != c.state || got.Replaces != e.visit.Reference || open != (got.Offer != nil) {
					t.Errorf("the entry then: %+v, want %s", got, c.state)
				}
				want, state, free := c.at, c.state, true
				switch {
				case reply == "accept" && open:
					moved := e.ahmed.AcceptsOffer(e.ticket)
					again := e.ahmed.AcceptsOffer(e.ticket)
					if again.Reference != e.visit.Reference || again.Version != moved.Version {
						t.Errorf("accepted again: %+v", again)
					}
					if last := moved.History[len(moved.History)-1]; last.Event != "moved" || moved.Reference != e.visit.Reference {
						t.Errorf("accepted: %+v", moved)
					}
					if told := e.ahmed.Receives().Text; !strings.Contains(told, e.starts[freed].Format("3:04 pm")) {
						t.Errorf("told %q", told)
					}
					want, state, free = freed, api.WaitlistStateBooked, false
				case reply == "accept":
					answer := e.ahmed.TryAcceptOffer(e.ticket)
					if answer.Status != http.StatusConflict && answer.Status != http.StatusGone {
						t.Errorf("accept: %d %s", answer.Status, answer.Body)
					}
				case reply == "decline" && open:
					e.ahmed.Declines(e.ticket)
					state = api.WaitlistStateWaiting
				case reply == "decline":
					e.centre.Refused(e.ahmed.TryDecline(e.ticket), http.StatusConflict, "not-waiting")
				case open:
					e.centre.Pass(15 * time.Minute)
					state = api.WaitlistStateWaiting
				default:
					e.centre.Pass(15 * time.Minute)
				}
				if got = e.ahmed.Entry(e.ticket); got.State != state || got.Offer != nil {
					t.Errorf("the entry in the end: %+v, want %s", got, state)
				}
				if visit := e.ahmed.Shows(e.visit); want >= 0 && !visit.Start.Equal(e.starts[want]) {
					t.Errorf("the visit is at %v, want %v", visit.Start, e.starts[want])
				}
				for i := range e.starts {
					if taken := i == want || i == freed && !free; e.isFree(i) == taken {
						t.Errorf("start %v: taken should be %v", e.starts[i], taken)
					}
				}
				e.centre.AuditClean()
			})
		}
	}
}

// Only earlier starts than the visit's are offered, also when it was moved before a
// place became free; and none once the visit can't be moved.
func TestEarlierStartsOnly(t *testing.T) {
	t.Parallel()
	e := waitsForEarlier(t)
	if answer := e.ahmed.TryMove(e.visit, e.starts[atFirst]); answer.Status != http.StatusOK {
		t.Fatalf("move: %d %s", answer.Status, answer.Body)
	}
	cancels(t, e.noura, e.noon)
	e.centre.Pass(time.Minute)
	if got := e.ahmed.Entry(e.ticket); got.Offer != nil || !e.isFree(freed) {
		t.Errorf("offered a later start: %+v", got)
	}
	e.centre.AuditClean()
}

// What can't be waited for is refused, as a move is.
func TestEarlierRefused(t *testing.T) {
	t.Parallel()
	e := waitsForEarlier(t)
	clock := func(i int) string { return e.starts[i].Format("15:04") }
	e.centre.Refused(e.ahmed.TryWaitEarlier(e.visit, map[string]any{}), http.StatusConflict, "already-waiting")
	e.ahmed.TryLeave(e.ticket)
	if answer := e.ahmed.TryWaitEarlier(e.visit, map[string]any{"from": "2026-11-25", "earliest": clock(ofVisit)}); answer.Status !=
		http.StatusUnprocessableEntity {
		t.Errorf("nothing is earlier: %d %s", answer.Status, answer.Body)
	}
	e.centre.Refused(e.ahmed.TryWaitEarlier(e.visit, map[string]any{"from": "2026-11-26"}), http.StatusUnprocessableEntity, "range")
	forged := e.visit
	forged.ManageToken = e.noon.ManageToken
	e.centre.Refused(e.ahmed.TryWaitEarlier(forged, map[string]any{}), http.StatusNotFound, "not-found")
	cancels(t, e.ahmed, e.visit)
	e.centre.Refused(e.ahmed.TryWaitEarlier(e.visit, map[string]any{}), http.StatusConflict, "not-booked")
}

// A request to accept an earlier start that is repeated with its key gets the first answer
// again, whatever has happened to the visit since, and moves nothing; its key is of no use
// for another request, nor is one of another request for it.
func TestEarlierStartIsAcceptedOnce(t *testing.T) {
	t.Parallel()
	e := waitsForEarlier(t)
	cancels(t, e.noura, e.noon)
	e.ahmed.IsOffered(e.ticket)
	accept := func(key string) servicetest.Answer {
		header := withKey(key)
		header["Authorization"] = "Bearer " + e.ticket.Token
		return e.centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/waitlist/" + e.ticket.ID + "/accept", Header: header})
	}
	const used, key = "key-of-another-request", "key-of-the-earlier-start"
	e.centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/holds", Header: withKey(used),
		Body: map[string]any{"service": heirs, "branch": "riyadh", "start": servicetest.At(t, "2026-11-26T09:00")}})
	e.centre.Refused(accept(used), http.StatusUnprocessableEntity, "key-reused")
	if got := e.ahmed.Shows(e.visit); !got.Start.Equal(e.starts[ofVisit]) {
		t.Fatalf("a key of another request moved the visit to %v", got.Start)
	}
	first := accept(key)
	if first.Status != http.StatusCreated {
		t.Fatalf("%d %s", first.Status, first.Body)
	}
	if answer := e.ahmed.TryMove(e.visit, e.starts[later]); answer.Status != http.StatusOK {
		t.Fatalf("move: %d %s", answer.Status, answer.Body)
	}
	if again := accept(key); again.Status != first.Status || string(again.Body) != string(first.Body) {
		t.Errorf("again: %d %s, want %d %s", again.Status, again.Body, first.Status, first.Body)
	}
	if got := e.ahmed.Shows(e.visit); !got.Start.Equal(e.starts[later]) {
		t.Errorf("accepting again moved the visit to %v", got.Start)
	}
	other := e.centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/holds", Header: withKey(key),
		Body: map[string]any{"service": heirs, "branch": "riyadh", "start": servicetest.At(t, "2026-11-26T09:00")}})
	e.centre.Refused(other, http.StatusUnprocessableEntity, "key-reused")
	e.centre.AuditClean()
}
