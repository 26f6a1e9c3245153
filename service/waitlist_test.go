package service_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// waitsFor joins the waitlist of heirs at Dammam for visits that begin at one
// time of 25 November: one desk serves them, so somebody has that place or
// nobody has.
func waitsFor(v *servicetest.Visitor, clock string) api.WaitlistTicket {
	body := v.WaitingBody(heirs, dammam, "2026-11-25", "2026-11-25")
	body["earliest"], body["latest"] = clock, clock
	return v.WaitsBy(body)
}

// cancels cancels a visit in time.
func cancels(t *testing.T, v *servicetest.Visitor, visit api.Appointment) {
	t.Helper()
	if answer := v.TryCancel(visit); answer.Status != http.StatusOK {
		t.Fatalf("cancel: %d %s", answer.Status, answer.Body)
	}
}

// offers returns how many messages with an offer the visitor has got.
func offers(v *servicetest.Visitor) int {
	n := 0
	for _, m := range v.Messages() {
		if strings.Contains(m.Text, "To accept it before") {
			n++
		}
	}
	return n
}

// The whole way: a place that somebody gives back is held for the first who
// waits for it, and for nobody else; they are told, and accept.
func TestFreedPlaceGoesToTheFirstWhoWaits(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura, ahmed, salma := centre.Visitor(1), centre.Visitor(2), centre.Visitor(3)
	nine := servicetest.At(t, "2026-11-25T09:00")
	visit := noura.Books(heirs, dammam, nine)
	first, second := waitsFor(ahmed, "09:00"), waitsFor(salma, "09:00")
	if e := ahmed.Entry(first); e.State != api.WaitlistStateWaiting || e.Offer != nil {
		t.Fatalf("before anything is free: %+v", e)
	}

	cancels(t, noura, visit)
	offer := ahmed.IsOffered(first)
	if !offer.Start.Equal(nine) || !offer.ExpiresAt.Equal(centre.Clock.Now().Add(15*time.Minute)) {
		t.Errorf("offered %v until %v, want %v for a quarter of an hour", offer.Start, offer.ExpiresAt, nine)
	}
	if e := salma.Entry(second); e.State != api.WaitlistStateWaiting {
		t.Errorf("the second is %s, want waiting", e.State)
	}
	message := ahmed.Receives()
	if want := "Wednesday 25 Nov at 9:00 am"; !strings.Contains(message.Text, want) || !strings.Contains(message.Text, "9:15 am") {
		t.Errorf("told %q, want %q and until 09:15", message.Text, want)
	}
	centre.Refused(centre.Visitor(4).TryHold(heirs, dammam, nine), http.StatusConflict, "slot-taken")

	centre.Pass(14 * time.Minute)
	booked := ahmed.AcceptsOffer(first)
	if booked.Status != "booked" || !booked.Start.Equal(nine) || booked.ManageToken == "" {
		t.Errorf("accepted: %+v", booked)
	}
	if again := ahmed.AcceptsOffer(first); again.Reference != booked.Reference || again.ManageToken != booked.ManageToken {
		t.Errorf("accepted again: %s, want %s", again.Reference, booked.Reference)
	}
	if e := ahmed.Entry(first); e.State != api.WaitlistStateBooked || e.Offer != nil {
		t.Errorf("after all: %+v", e)
	}
	if now := ahmed.Shows(booked); now.Visitor != ahmed.Name {
		t.Errorf("the visit is of %s", now.Visitor)
	}
	centre.Pass(time.Hour)
	if got := offers(salma); got != 0 {
		t.Errorf("the second was asked %d times", got)
	}
	centre.AuditClean()
}

// An offer without an answer goes to the next one, and from there to the
// public; nobody is asked twice for the same start.
func TestUnansweredOfferGoesOn(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura, ahmed, salma := centre.Visitor(1), centre.Visitor(2), centre.Visitor(3)
	nine := servicetest.At(t, "2026-11-25T09:00")
	visit := noura.Books(heirs, dammam, nine)
	first, second := waitsFor(ahmed, "09:00"), waitsFor(salma, "09:00")
	cancels(t, noura, visit)
	ahmed.IsOffered(first)

	centre.Pass(15 * time.Minute)
	salma.IsOffered(second)
	if e := ahmed.Entry(first); e.State != api.WaitlistStateWaiting {
		t.Errorf("who did not answer is %s, want waiting", e.State)
	}
	centre.Refused(ahmed.TryAcceptOffer(first), http.StatusGone, "offer-over")

	centre.Pass(15 * time.Minute)
	centre.Pass(time.Minute)
	if a, s := offers(ahmed), offers(salma); a != 1 || s != 1 {
		t.Errorf("asked %d and %d times, want once each", a, s)
	}
	tookPlace(t, "the public", centre.Visitor(4).TryHold(heirs, dammam, nine))
	centre.AuditClean()
}

// A declined place is the next one's at once, without a periodic job.
func TestDeclinedOfferGoesOnAtOnce(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, servicetest.Woken)
	noura, ahmed, salma := centre.Visitor(1), centre.Visitor(2), centre.Visitor(3)
	visit := noura.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	first, second := waitsFor(ahmed, "09:00"), waitsFor(salma, "09:00")
	cancels(t, noura, visit)
	ahmed.IsOffered(first)
	for range 2 { // again: the same
		if e := ahmed.Declines(first); e.State != api.WaitlistStateWaiting || e.Offer != nil {
			t.Errorf("after declining: %+v", e)
		}
	}
	standing := func() bool {
		return servicetest.Query[int](
			t,
			centre.DatabaseURL,
			"SELECT count(*) FROM waitlist_entries JOIN appointments a ON a.id = hold_id "+
				"WHERE a.status = 'held' AND waitlist_entries.id = '"+second.ID+"'",
		) == 1
	}
	until(t, "the next one is asked", standing)
	centre.Refused(ahmed.TryAcceptOffer(first), http.StatusConflict, "no-offer")
	salma.AcceptsOffer(second)
	centre.Pass(time.Hour)
	if got := offers(ahmed); got != 1 {
		t.Errorf("who declined was asked %d times, want once", got)
	}
	centre.AuditClean()
}

// A place that is given back at one replica is offered by it right away; the
// periodic jobs of any replica see it too.
func TestFreedPlaceIsOfferedRightAway(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, servicetest.Woken)
	noura, ahmed := centre.Visitor(1), centre.Visitor(2)
	ahmed.Replica = 1
	visit := noura.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	ticket := waitsFor(ahmed, "09:00")
	cancels(t, noura, visit)
	until(t, "an offer is made", func() bool {
		return servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM waitlist_offers") == 1
	})
	ahmed.AcceptsOffer(ticket)
	centre.AuditClean()
}

// Whatever frees a place, it is offered: a hold given back, a hold that ran
// out, a visit moved away.
func TestWhateverFreesAPlace(t *testing.T) {
	t.Parallel()
	for name, frees := range map[string]func(*testing.T, *servicetest.Centre, *servicetest.Visitor, time.Time) func(){
		"released": func(t *testing.T, _ *servicetest.Centre, v *servicetest.Visitor, at time.Time) func() {
			hold := v.Holds(heirs, dammam, at)
			return func() {
				if answer := v.TryRelease(hold); answer.Status != http.StatusNoContent {
					t.Errorf("release: %d %s", answer.Status, answer.Body)
				}
			}
		},
		"expired": func(_ *testing.T, centre *servicetest.Centre, v *servicetest.Visitor, at time.Time) func() {
			v.Holds(heirs, dammam, at)
			return func() { centre.Pass(10 * time.Minute) }
		},
		"moved": func(t *testing.T, _ *servicetest.Centre, v *servicetest.Visitor, at time.Time) func() {
			visit := v.Books(heirs, dammam, at)
			return func() {
				if answer := v.TryMove(visit, at.Add(24*time.Hour)); answer.Status != http.StatusOK {
					t.Errorf("move: %d %s", answer.Status, answer.Body)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			centre := servicetest.Open(t, 1)
			free := frees(t, centre, centre.Visitor(1), servicetest.At(t, "2026-11-25T09:00"))
			ahmed := centre.Visitor(2)
			ticket := waitsFor(ahmed, "09:00")
			free()
			ahmed.IsOffered(ticket)
			ahmed.AcceptsOffer(ticket)
			centre.AuditClean()
		})
	}
}

// A place that is free is offered to whoever joins, too: a waiting person
// never has to notice it.
func TestJoiningWhileAPlaceIsFree(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	ahmed := centre.Visitor(1)
	ticket := ahmed.Waits(heirs, dammam, "2026-11-25", "2026-11-26")
	offer := ahmed.IsOffered(ticket)
	if want := servicetest.At(t, "2026-11-25T07:30"); !offer.Start.Equal(want) {
		t.Errorf("offered %v, want the first start, %v", offer.Start, want)
	}
	ahmed.Declines(ticket)
	if next := ahmed.IsOffered(ticket); !next.Start.After(offer.Start) {
		t.Errorf("offered %v after %v was declined", next.Start, offer.Start)
	}
	centre.AuditClean()
}

// A place that is too short for what somebody needs goes to the next one; who
// needs longer is held a place that is long enough, and keeps it.
func TestWaitingWithANeed(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	longer, ahmed := centre.Visitor(1), centre.Visitor(2)
	var visits []api.Appointment // at 07:30 and 08:15
	for n, slot := range ahmed.Slots(heirs, dammam, "2026-11-25", "2026-11-25")[:2] {
		visits = append(visits, centre.Visitor(3+n).Books(heirs, dammam, slot.Start))
	}
	body := longer.WaitingBody(heirs, dammam, "2026-11-25", "2026-11-25")
	body["latest"], body["needs"] = "08:00", []string{"sign_language"} // an hour in all
	first := longer.WaitsBy(body)
	second := waitsFor(ahmed, "07:30")

	cancels(t, centre.Visitor(3), visits[0])
	ahmed.IsOffered(second)
	if e := longer.Entry(first); e.Offer != nil {
		t.Errorf("offered %+v, which is too short", e.Offer)
	}
	ahmed.Declines(second)
	cancels(t, centre.Visitor(4), visits[1])
	offer := longer.IsOffered(first)
	if got := offer.End.Sub(offer.Start); got != time.Hour {
		t.Errorf("offered %v, want an hour", got)
	}
	if visit := longer.AcceptsOffer(first); len(visit.Needs) != 1 || !visit.End.Equal(offer.End) {
		t.Errorf("accepted %+v", visit)
	}
	body["needs"] = []string{"sign_language", "helicopter"}
	p := centre.Refused(longer.TryWait(body), http.StatusUnprocessableEntity, "invalid")
	if got := strings.Join(servicetest.Pointers(p), " "); got != "#/needs/1" {
		t.Errorf("points at %s", got)
	}
	centre.AuditClean()
}

// Waiting keeps nobody from booking: at night no offer is made, and the place
// is anybody's; what is still free in the morning is offered then.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura, ahmed, salma := centre.Visitor(1), centre.Visitor(2), centre.Visitor(3)
	nine, later := noura.Books(
		heirs,
		dammam,
		servicetest.At(t, "2026-11-25T09:00"),
	), centre.Visitor(5).
		Books(heirs, dammam, servicetest.At(t, "2026-11-25T10:30"))
	first, second := waitsFor(ahmed, "09:00"), waitsFor(salma, "10:30")
	centre.Jobs() // nothing that goes on by itself is about to look at the clock

	centre.Clock.Set(servicetest.At(t, "2026-11-22T21:00"))
	cancels(t, noura, nine)
	cancels(t, centre.Visitor(5), later)
	for range 3 {
		centre.Pass(3 * time.Hour)
	}
	tookPlace(t, "the public, at night", centre.Visitor(4).TryHold(heirs, dammam, nine.Start))
	if a, s := offers(ahmed), offers(salma); a+s != 0 {
		t.Errorf("asked %d and %d times at night", a, s)
	}
	centre.Clock.Set(servicetest.At(t, "2026-11-23T09:00"))
	salma.IsOffered(second)
	if got := offers(ahmed); got != 1 { // the hold of the night has run out
		ahmed.IsOffered(first)
	}
	centre.AuditClean()
}

// Whoever books the service elsewhere does not wait any more, and what they
// were offered goes on.
func TestBookingElsewhereEndsTheEntry(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura, ahmed, salma := centre.Visitor(1), centre.Visitor(2), centre.Visitor(3)
	visit := noura.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	first, second := waitsFor(ahmed, "09:00"), waitsFor(salma, "09:00")
	cancels(t, noura, visit)
	ahmed.IsOffered(first)
	centre.Clock.Add(time.Minute)
	ahmed.Books(heirs, "riyadh", servicetest.At(t, "2026-11-26T10:30"))
	if e := ahmed.Entry(first); e.State != api.WaitlistStateBooked || e.Offer != nil {
		t.Errorf("after booking elsewhere: %+v", e)
	}
	salma.IsOffered(second)
	if answer := ahmed.TryAcceptOffer(first); answer.Status < 400 {
		t.Errorf("accepting after that: %d %s", answer.Status, answer.Body)
	}
	centre.AuditClean()
}

// A visit at the same time, or the limit of upcoming visits, is a clear answer
// to accepting; the offer stands until it expires.
func TestAcceptingWhileBusy(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura, ahmed := centre.Visitor(1), centre.Visitor(2)
	visit := noura.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	ticket := waitsFor(ahmed, "09:00")
	other := ahmed.Books("document-handover", "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	cancels(t, noura, visit)
	ahmed.IsOffered(ticket)
	centre.Refused(ahmed.TryAcceptOffer(ticket), http.StatusConflict, "person-busy")
	ahmed.IsOffered(ticket)
	cancels(t, ahmed, other)
	ahmed.AcceptsOffer(ticket)
	centre.AuditClean()
}

// Three offers without an answer end the entry: whoever does not look keeps
// places from those who do.
func TestThreeUnansweredOffers(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	ahmed := centre.Visitor(1)
	ticket := ahmed.Waits(heirs, dammam, "2026-11-25", "2026-11-26")
	for range 3 {
		ahmed.IsOffered(ticket)
		centre.Clock.Add(15 * time.Minute)
	}
	if e := ahmed.Entry(ticket); e.State != api.WaitlistStateUnanswered || e.Offer != nil {
		t.Errorf("after three: %+v", e)
	}
	centre.Pass(time.Hour)
	if got := offers(ahmed); got != 3 {
		t.Errorf("asked %d times, want 3", got)
	}
	ahmed.Waits(heirs, dammam, "2026-11-25", "2026-11-26") // once more
	centre.AuditClean()
}

// Leaving gives an offer back and ends the entry, as often as one likes.
func TestLeavingTheWaitlist(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura, ahmed, salma := centre.Visitor(1), centre.Visitor(2), centre.Visitor(3)
	visit := noura.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	first, second := waitsFor(ahmed, "09:00"), waitsFor(salma, "09:00")
	cancels(t, noura, visit)
	ahmed.IsOffered(first)
	for range 2 {
		if answer := ahmed.TryLeave(first); answer.Status != http.StatusNoContent {
			t.Errorf("leave: %d %s", answer.Status, answer.Body)
		}
	}
	if e := ahmed.Entry(first); e.State != api.WaitlistStateLeft || e.Offer != nil {
		t.Errorf("after leaving: %+v", e)
	}
	centre.Refused(ahmed.TryDecline(first), http.StatusConflict, "not-waiting")
	centre.Refused(ahmed.TryAcceptOffer(first), http.StatusConflict, "not-waiting")
	salma.IsOffered(second)
	waitsFor(ahmed, "09:00") // and again
	centre.AuditClean()
}

// An entry ends with its range, and is removed with everything in it two days
// later.
func TestEntriesEnd(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura, ahmed := centre.Visitor(1), centre.Visitor(2)
	noura.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	ticket := waitsFor(ahmed, "09:00")
	ends := servicetest.At(t, "2026-11-26T00:00")
	if !ticket.Expires.Equal(ends) {
		t.Errorf("expires %v, want %v", ticket.Expires, ends)
	}
	centre.Clock.Set(ends.Add(-time.Second))
	if e := ahmed.Entry(ticket); e.State != api.WaitlistStateWaiting {
		t.Errorf("just before: %s, want waiting", e.State)
	}
	centre.Clock.Set(ends) // no job has run
	body := ahmed.WaitingBody(heirs, dammam, "2026-11-29", "2026-11-30")
	ahmed.WaitsBy(body)
	if e := ahmed.Entry(ticket); e.State != api.WaitlistStateExpired {
		t.Errorf("after: %s, want expired", e.State)
	}
	centre.Clock.Set(ends.Add(48 * time.Hour))
	ahmed.Entry(ticket)
	centre.Pass(time.Second)
	if n := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM waitlist_entries WHERE id = '"+ticket.ID+"'"); n != 0 {
		t.Error("the entry is kept for more than two days")
	}
	centre.AuditClean()
}

// A service is waited for once, and not by who has their visit already.
func TestWhoMayWait(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	ahmed := centre.Visitor(1)
	waitsFor(ahmed, "09:00")
	centre.Refused(ahmed.TryWait(ahmed.WaitingBody(heirs, "riyadh", "2026-11-26", "2026-11-26")), http.StatusConflict, "already-waiting")
	ahmed.Waits("state-debt-instalments", dammam, "2026-11-26", "2026-11-26") // another service

	noura := centre.Visitor(2)
	visit := noura.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Refused(noura.TryWait(noura.WaitingBody(heirs, dammam, "2026-11-25", "2026-11-26")), http.StatusConflict, "person-limit")
	cancels(t, noura, visit)
	noura.Waits(heirs, dammam, "2026-11-25", "2026-11-26")
	centre.AuditClean()
}

// A wish that nothing can ever fulfil is refused, and says why.
func TestWishesThatCanNotBeFulfilled(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	ahmed := centre.Visitor(1)
	for _, c := range []struct {
		name           string
		change         map[string]any
		status         int
		kind, pointers string
	}{
		{"unknown service", map[string]any{"service": "passports"}, http.StatusNotFound, "unknown-service", ""},
		{"unknown branch", map[string]any{"branch": "tabuk"}, http.StatusNotFound, "unknown-branch", ""},
		{"not offered there", map[string]any{"service": "agency-meeting"}, http.StatusNotFound, "not-offered", ""},
		{"backwards", map[string]any{"to": "2026-11-24"}, http.StatusUnprocessableEntity, "range", ""},
		{"63 days", map[string]any{"from": "2026-10-25", "to": "2026-12-26"}, http.StatusUnprocessableEntity, "range", ""},
		{"over before the notice", map[string]any{"from": "2026-11-22", "to": "2026-11-22"}, http.StatusUnprocessableEntity, "rule-notice", ""},
		{"beyond the horizon", map[string]any{"to": "2027-01-07"}, http.StatusUnprocessableEntity, "rule-horizon", ""},
		{"a weekend", map[string]any{"from": "2026-11-27", "to": "2026-11-28"}, http.StatusUnprocessableEntity, "rule-closed", ""},
		{"in the evening", map[string]any{"earliest": "18:00"}, http.StatusUnprocessableEntity, "rule-closed", ""},
		{"a crowd", map[string]any{"party": 50}, http.StatusUnprocessableEntity, "rule-party-limit", ""},
		{"no dates", map[string]any{"from": "soon", "to": "2026-02-30"}, http.StatusUnprocessableEntity, "invalid", "#/from #/to"},
		{"no times", map[string]any{"earliest": "nine!", "latest": "24:05"}, http.StatusUnprocessableEntity, "invalid", "#/earliest #/latest"},
		{
			"times the wrong way round", map[string]any{"earliest": "12:00", "latest": "09:00"}, http.StatusUnprocessableEntity, "invalid",
			"#/latest",
		},
		{
			"documents not read", map[string]any{"documents_acknowledged": false}, http.StatusUnprocessableEntity, "invalid",
			"#/documents_acknowledged",
		},
		{
			"no identity", map[string]any{"visitor": map[string]any{"name": "أحمد", "id": "1000000000"}}, http.StatusUnprocessableEntity, "invalid",
			"#/visitor/id",
		},
		{"no proof", map[string]any{"verification": "x"}, http.StatusForbidden, "proof-invalid", ""},
	} {
		body := ahmed.WaitingBody(heirs, dammam, "2026-11-25", "2026-11-26")
		maps.Copy(body, c.change)
		p := centre.Refused(ahmed.TryWait(body), c.status, c.kind)
		if got := strings.Join(servicetest.Pointers(p), " "); got != c.pointers {
			t.Errorf("%s: points at %q, want %q", c.name, got, c.pointers)
		}
	}
	// Arabic-Indic digits are read everywhere.
	body := ahmed.WaitingBody(heirs, dammam, "٢٠٢٦-١١-٢٥", "2026-11-25")
	body["earliest"] = "٠٩:٠٠"
	ticket := ahmed.WaitsBy(body)
	if e := ahmed.Entry(ticket); e.Earliest != "09:00" || e.Latest != "24:00" || e.From != "2026-11-25" {
		t.Errorf("read as %+v", e)
	}
}

// Nobody sees or changes the entry of somebody else, nor learns that it
// exists.
func TestEntriesOfOthers(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	ahmed, other := centre.Visitor(1), centre.Visitor(2)
	ticket := ahmed.Waits(heirs, dammam, "2026-11-25", "2026-11-25")
	ahmed.IsOffered(ticket)
	foreign := other.Waits(heirs, dammam, "2026-11-25", "2026-11-25")
	for _, id := range []string{ticket.ID, "00000000-0000-4000-8000-000000000000", "x"} {
		for _, c := range []struct{ method, path string }{
			{http.MethodGet, ""}, {http.MethodDelete, ""}, {http.MethodPost, "/accept"}, {http.MethodPost, "/decline"},
		} {
			request := servicetest.Request{Method: c.method, Path: "/v1/waitlist/" + id + c.path}
			centre.Refused(centre.Send(request), http.StatusUnauthorized, "waitlist-token-needed")
			request.Header = map[string]string{"Authorization": "Bearer " + foreign.Token}
			centre.Refused(centre.Send(request), http.StatusNotFound, "not-found")
		}
	}
	if e := ahmed.Entry(ticket); e.State != api.WaitlistStateOffered {
		t.Errorf("after all that the entry is %s", e.State)
	}
}

// The same request with the same key is answered the same, and done once.
func TestWaitingAndAcceptingOnce(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	ahmed := centre.Visitor(1)
	key := map[string]string{"Idempotency-Key": "one-key-for-one-wish"}
	body := ahmed.WaitingBody(heirs, dammam, "2026-11-25", "2026-11-25")
	join := func(replica int) servicetest.Answer {
		return centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/waitlist", Body: body, Header: key, Replica: replica})
	}
	first, again := join(0), join(1)
	if first.Status != http.StatusCreated || again.Status != first.Status || string(again.Body) != string(first.Body) ||
		again.Header.Get("Location") != first.Header.Get("Location") {
		t.Errorf("joined with %d %s, and again with %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	var ticket api.WaitlistTicket
	first.JSON(t, &ticket)
	body["party"] = 2
	centre.Refused(join(0), http.StatusUnprocessableEntity, "key-reused")

	ahmed.IsOffered(ticket)
	accept := func(replica int, key string) servicetest.Answer {
		return centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/waitlist/" + ticket.ID + "/accept", Replica: replica,
			Header: map[string]string{"Idempotency-Key": key, "Authorization": "Bearer " + ticket.Token}})
	}
	centre.Refused(accept(0, key["Idempotency-Key"]), http.StatusUnprocessableEntity, "key-reused")
	visit, same := accept(0, "one-key-for-accepting"), accept(1, "one-key-for-accepting")
	if visit.Status != http.StatusCreated || string(visit.Body) != string(same.Body) {
		t.Errorf("accepted with %d %s, and again with %d %s", visit.Status, visit.Body, same.Status, same.Body)
	}
	centre.AuditClean()
}
