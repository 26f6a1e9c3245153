package service_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ziyara/notify"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// offered is a visitor who waits and got a message with an offer of 25
// November at 09:00.
func offered(t *testing.T, lang string) (linked, api.WaitlistTicket) {
	t.Helper()
	centre := servicetest.Open(t, 1, public)
	noura, ahmed := centre.Visitor(1), centre.Visitor(2)
	ahmed.Lang = lang
	visit := noura.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	ticket := waitsFor(ahmed, "09:00")
	cancels(t, noura, visit)
	ahmed.IsOffered(ticket)
	l := linked{Visitor: ahmed, t: t, centre: centre}
	l.path = l.newest()
	return l, ticket
}

// start is what the form of the offer sends.
func start(at string) url.Values { return url.Values{"start": {at}} }

const nineOnTheTwentyFifth = "2026-11-25T06:00:00Z"

// An offer comes with a link: one press books the place, and leads to the page
// of the visit. Looking at it books nothing.
func TestOfferByLink(t *testing.T) {
	t.Parallel()
	l, ticket := offered(t, "ar")
	if size := notify.Measure(l.Receives().Text); size.Segments > 2 {
		t.Errorf("%+v, want at most 2 segments", size)
	}
	says(t, l.looks(""), `<html lang="ar" dir="rtl">`, "موعد متاح لكم", "الأربعاء 25 نوفمبر 2026م", "محجوز لكم مؤقتًا حتى", "9:15 ص",
		"قبول الموعد",
		nineOnTheTwentyFifth)
	says(t, l.looks("?lang=en"), "A time is available for you", "Accept this time")
	if e := l.Entry(ticket); e.State != api.WaitlistStateOffered {
		t.Fatalf("looking has made the entry %s", e.State)
	}
	answer := l.presses("/offer/accept", start(nineOnTheTwentyFifth))
	if answer.Status != http.StatusSeeOther {
		t.Fatalf("accept: %d %s", answer.Status, answer.Body)
	}
	visit := l.centre.Get(answer.Header.Get("Location"))
	says(t, string(visit.Body), "تم حجز موعدكم", "V-")
	if e := l.Entry(ticket); e.State != api.WaitlistStateBooked {
		t.Errorf("the entry is %s, want booked", e.State)
	}
	if again := l.presses("/offer/accept", start(nineOnTheTwentyFifth)); again.Status != http.StatusSeeOther {
		t.Errorf("pressed twice: %d %s", again.Status, again.Body)
	}
	says(t, l.looks(""), "تم حجز موعدكم")
	if got := servicetest.Query[int](t, l.centre.DatabaseURL, "SELECT count(*) FROM appointments WHERE status = 'booked'"); got != 1 {
		t.Errorf("%d visits, want 1", got)
	}
	l.centre.AuditClean()
}

// One press gives the place to the next who waits.
func TestOfferDeclinedByLink(t *testing.T) {
	t.Parallel()
	l, ticket := offered(t, "ar")
	answer := l.presses("/offer/decline", start(nineOnTheTwentyFifth))
	if answer.Status != http.StatusSeeOther {
		t.Fatalf("decline: %d %s", answer.Status, answer.Body)
	}
	page := l.centre.Get(answer.Header.Get("Location"))
	says(t, string(page.Body), "لا يوجد موعد معروض عليكم حاليًا", "قائمة الانتظار")
	if e := l.Entry(ticket); e.State != api.WaitlistStateWaiting || e.Offer != nil {
		t.Errorf("the entry is %+v, want waiting", e)
	}
	tookPlace(t, "the public", l.centre.Visitor(3).TryHold(heirs, dammam, servicetest.At(t, "2026-11-25T09:00")))
	if got := l.presses("/offer/accept", start(nineOnTheTwentyFifth)); got.Status != http.StatusGone {
		t.Errorf("accepted after all: %d, want 410", got.Status)
	}
	l.centre.AuditClean()
}

// A link is good as long as its offer, for the start that was shown, and for
// nothing else.
func TestOfferLinkEnds(t *testing.T) {
	t.Parallel()
	l, _ := offered(t, "ar")
	if got := l.presses("/offer/accept", start("2026-11-25T07:00:00Z")); got.Status != http.StatusConflict ||
		!strings.Contains(string(got.Body), "تغيّر الموعد المعروض عليكم") {
		t.Errorf("for another start: %d %s", got.Status, got.Body)
	}
	for _, path := range []string{"/confirm", "/cancel", "/move", "/accept", "/refuse", "/survey"} {
		if got := l.presses(path, url.Values{"version": {"1"}, "satisfaction": {"5"}}); got.Status != http.StatusNotFound {
			t.Errorf("%s by the link of an offer: %d, want 404", path, got.Status)
		}
	}
	l.centre.Clock.Add(15 * time.Minute)
	for _, got := range []servicetest.Answer{
		l.opens(l.path),
		l.presses("/offer/accept", start(nineOnTheTwentyFifth)),
		l.presses("/offer/decline", start(nineOnTheTwentyFifth)),
	} {
		if got.Status != http.StatusGone || !strings.Contains(string(got.Body), "لا يوجد موعد معروض عليكم حاليًا") {
			t.Errorf("after its end: %d %s", got.Status, got.Body)
		}
	}
	l.centre.AuditClean()
}

// The link of an offer for an earlier start says that accepting moves the visit, and
// from when; one press does it.
func TestEarlierStartByLink(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	noura, ahmed := centre.Visitor(1), centre.Visitor(2)
	ahmed.Lang = "en"
	kept := noura.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	visit := ahmed.Books(heirs, dammam, servicetest.At(t, "2026-11-26T09:45"))
	ticket := ahmed.WaitsEarlier(visit, map[string]any{"to": "2026-11-25", "from": "2026-11-25", "earliest": "09:00", "latest": "09:00"})
	ahmed.Receives() // the confirmation, before the offer
	centre.Pass(time.Minute)
	cancels(t, noura, kept)
	ahmed.IsOffered(ticket)
	l := linked{Visitor: ahmed, t: t, centre: centre}
	l.path = l.newest()
	says(t, l.looks(""), "If you accept, your visit will be moved", "Thursday 26 November 2026 at", "9:45 am", visit.Reference)
	answer := l.presses("/offer/accept", start(nineOnTheTwentyFifth))
	if answer.Status != http.StatusSeeOther {
		t.Fatalf("accept: %d %s", answer.Status, answer.Body)
	}
	says(t, string(l.centre.Get(answer.Header.Get("Location")).Body), visit.Reference, "Wednesday 25 November 2026")
	if again := l.presses("/offer/accept", start(nineOnTheTwentyFifth)); again.Status != http.StatusSeeOther {
		t.Errorf("pressed twice: %d %s", again.Status, again.Body)
	}
	l.centre.AuditClean()
}
