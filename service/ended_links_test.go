package service_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/portal"
	"ziyara/service/servicetest"
)

// holderOf tries all that links and tokens of a visit are good for, and returns what still
// answers otherwise than that it is ended.
func (l linked) holderOf(visit api.Appointment, paths ...string) (open []string) {
	l.t.Helper()
	for _, path := range paths {
		for _, of := range []struct {
			method, path string
			fields       url.Values
		}{
			{"GET", "", nil}, {"GET", "/move", nil}, {"GET", "/cancel", nil}, {"GET", "/code.svg", nil}, {"GET", "/visit.ics", nil},
			{"GET", "/details", nil}, {"POST", "/confirm", url.Values{"version": {"1"}}}, {"POST", "/late", url.Values{"minutes": {"10"}}},
			{"POST", "/details", url.Values{"name": {"سالم العتيبي"}}}, {"POST", "/links/end", nil}, {"POST", "/wait", nil},
			{"POST", "/move", url.Values{"start": {"2026-11-29T04:30:00Z"}}}, {"POST", "/cancel", nil}, {"POST", "/accept", nil},
			{"POST", "/survey", url.Values{"satisfaction": {"1"}}}, {"POST", "/again", nil},
		} {
			answer := l.centre.Send(servicetest.Request{Method: of.method, Path: path + of.path, Body: of.fields.Encode(),
				Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}})
			if answer.Status != http.StatusGone && answer.Status != http.StatusNotFound {
				open = append(open, of.method+" "+path+of.path)
			}
			if strings.Contains(string(answer.Body), visit.Reference) {
				l.t.Errorf("%s %s tells the reference", of.method, of.path)
			}
		}
	}
	at := "/v1/appointments/" + visit.Reference
	for _, of := range []struct {
		method, path string
		body         map[string]any
	}{
		{"GET", "", nil}, {"GET", "/calendar.ics", nil}, {"GET", "/code.png", nil}, {"GET", "/code.svg", nil}, {"GET", "/today", nil},
		{"PATCH", "", map[string]any{"party": 2}}, {"PATCH", "", map[string]any{"end_links": true}}, {"POST", "/cancel", nil},
		{"POST", "/move", map[string]any{"start": "2026-11-29T07:30:00+03:00"}}, {"POST", "/late", map[string]any{"minutes": 10}},
		{"POST", "/earlier", map[string]any{}}, {"POST", "/accept", nil}, {"POST", "/decline-proposal", nil},
	} {
		var body any
		if of.body != nil {
			body = of.body
		}
		answer := l.centre.Send(servicetest.Request{Method: of.method, Path: at + of.path, Body: body,
			Header: map[string]string{"Authorization": "Bearer " + visit.ManageToken}})
		if answer.Status != http.StatusNotFound {
			open = append(open, of.method+" "+at+of.path)
		}
	}
	return open
}

// Somebody else has Noura's link. She ends all links to her visit, from its page or with its
// token, or an agent does for her: none of them opens or changes anything any more, also none
// that is for one thing, and whoever ended them is shown no new one. Her visit is as it was; she
// opens it with a code to her mobile, and the next message has a link that works.
func TestLinksAreEnded(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, l linked){
		"on the page": func(t *testing.T, l linked) {
			t.Helper()
			says(t, l.looks(""), "رابط موعدي لدى شخص آخر", "إيقاف جميع الروابط")
			answer := l.presses("/links/end", nil)
			if answer.Status != http.StatusSeeOther || !strings.HasPrefix(answer.Header.Get("Location"), l.path) {
				t.Fatalf("%d to %q", answer.Status, answer.Header.Get("Location"))
			}
			page := l.opens(answer.Header.Get("Location"))
			says(t, string(page.Body), "تم إيقاف هذا الرابط", "/visits")
		},
		"with the token": func(t *testing.T, l linked) {
			t.Helper()
			if now := l.Corrects(l.visit, map[string]any{"end_links": true}); now.ManageToken != "" || !now.History[1].EndedLinks {
				t.Errorf("answered %+v", now)
			}
		},
		"by an agent": func(t *testing.T, l linked) {
			t.Helper()
			answer := l.centre.Agent().TryCorrect(l.visit.Reference,
				map[string]any{"end_links": true, "reason": "وصل الرابط إلى رقم آخر"})
			if answer.Status != http.StatusOK || strings.Contains(string(answer.Body), "manage_token") {
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := linkedVisit(t, "ar")
			old := []string{l.path}
			for _, a := range []portal.Action{portal.Confirm, portal.Move, portal.Cancel, portal.Answer, portal.Survey, portal.Mailbox} {
				old = append(old, linkTo(t, l.visit, a))
			}
			end(t, l)
			if open := l.holderOf(l.visit, old...); len(open) > 0 {
				t.Errorf("still open: %q", open)
			}
			found := mine(t, l.Visitor).Coming[0]
			if found.Reference != l.visit.Reference || found.Status != "booked" || found.Version != 2 || !found.Start.Equal(l.visit.Start) {
				t.Errorf("the visit is now %+v", found)
			}
			if found.ManageToken == l.visit.ManageToken {
				t.Fatal("the token is the old one")
			}
			if answer := l.TryMove(found, servicetest.At(t, "2026-11-26T09:00")); answer.Status != http.StatusOK {
				t.Fatalf("move with the new token: %d %s", answer.Status, answer.Body)
			}
			fresh := l
			fresh.path = l.newest()
			says(t, fresh.looks(""), "تم حجز موعدكم", l.visit.Reference)
			again := fresh.presses("/links/end", nil)
			if again.Status != http.StatusSeeOther {
				t.Fatalf("ended again: %d", again.Status)
			}
			if open := l.holderOf(found, append(old, fresh.path)...); len(open) > 0 {
				t.Errorf("still open after the second time: %q", open)
			}
			l.centre.AuditClean()
		})
	}
}

// Another mobile or e-mail address in place of one ends the links that went to the old one; whoever
// corrects goes on with a new one. What had nobody who could have a link ends nothing.
func TestCorrectedAddressesEndLinks(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	first := l.Corrects(l.visit, of(map[string]any{"email": "noura@example.net"}))
	if first.ManageToken != l.visit.ManageToken {
		t.Error("the first e-mail address has ended links")
	}
	answer := l.presses("/details", url.Values{"email": {"nora@example.net"}})
	moved := answer.Header.Get("Location")
	if answer.Status != http.StatusSeeOther || strings.HasPrefix(moved, l.path) {
		t.Fatalf("%d to %q", answer.Status, moved)
	}
	says(t, string(l.opens(moved).Body), "تم تصحيح بيانات موعدكم", l.visit.Reference)
	if open := l.holderOf(first, l.path); len(open) > 0 {
		t.Errorf("still open: %q", open)
	}
	second := mine(t, l.Visitor).Coming[0]
	third := l.Corrects(second, of(map[string]any{"name": "نورة السبيعي"}))
	if third.ManageToken != second.ManageToken {
		t.Error("another name has ended links")
	}
	other := l.centre.Visitor(2)
	fourth := l.Corrects(third, map[string]any{"verification": other.Proves()})
	if open := l.holderOf(third, strings.Split(moved, "?")[0]); len(open) > 0 {
		t.Errorf("still open: %q", open)
	}
	if got := other.Shows(fourth); got.Reference != l.visit.Reference || got.Mobile != "+9665•••••002" {
		t.Errorf("shown with the new token: %+v", got)
	}
}

// An offer of an earlier start moves the visit, so its link and the token of the entry end with
// the links to the visit; the entry waits on.
func TestEndedLinksOfAnEarlierStart(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	noura, ahmed := centre.Visitor(1), centre.Visitor(2)
	starts := noura.Slots(heirs, dammam, "2026-11-25", "2026-11-25")
	noon := noura.Books(heirs, dammam, starts[2].Start)
	visit := ahmed.Books(heirs, dammam, starts[5].Start)
	clock := starts[2].Start.Format("15:04")
	wish := map[string]any{"from": "2026-11-25", "earliest": clock, "latest": clock}
	ticket := ahmed.WaitsEarlier(visit, wish)
	cancels(t, noura, noon)
	ahmed.IsOffered(ticket)
	l := linked{ahmed, t, centre, visit, ""}
	for _, m := range ahmed.Messages() {
		if strings.Contains(m.Text, "until") || strings.Contains(m.Text, "available") {
			l.path = m.Text[strings.LastIndex(m.Text, "/m/"):]
			break
		}
	}
	says(t, l.looks("?lang=ar"), "موعد متاح لكم")
	ahmed.Corrects(visit, map[string]any{"end_links": true})
	for path, fields := range map[string]url.Values{
		"/offer/accept": {"start": {starts[2].Start.UTC().Format(time.RFC3339)}}, "/offer/decline": nil,
	} {
		if answer := l.presses(path, fields); answer.Status != http.StatusGone {
			t.Errorf("%s: %d", path, answer.Status)
		}
	}
	for _, answer := range []servicetest.Answer{
		ahmed.TryAcceptOffer(ticket), ahmed.TryDecline(ticket), ahmed.TryLeave(ticket),
	} {
		if answer.Status != http.StatusNotFound {
			t.Errorf("with the token of the entry: %d %s", answer.Status, answer.Body)
		}
	}
	found := mine(t, ahmed)
	if len(found.Waiting) != 1 || found.Waiting[0].State != api.WaitlistStateOffered {
		t.Fatalf("the entry is now %+v", found.Waiting)
	}
	now := ticket
	now.Token = found.Waiting[0].Token
	if moved := ahmed.AcceptsOffer(now); !moved.Start.Equal(starts[2].Start) || moved.ManageToken != found.Coming[0].ManageToken {
		t.Errorf("accepted: %+v", moved)
	}
	centre.AuditClean()
}

// Once the visit has begun its details are what they are, and so are its links.
func TestLinksOfABegunVisit(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	l.centre.Clock.Set(servicetest.At(t, "2026-11-25T09:00"))
	for path, fields := range map[string]url.Values{"/links/end": nil, "/details": {"name": {"سالم العتيبي"}}} {
		if answer := l.presses(path, fields); answer.Status != http.StatusConflict {
			t.Errorf("%s: %d", path, answer.Status)
		}
	}
	if got := l.Shows(l.visit); got.Version != 1 {
		t.Errorf("%+v", got)
	}
}

// A link or token of another generation that was not made here opens nothing.
func TestGenerationsAreNotGuessed(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	for _, token := range []string{l.visit.ManageToken + ".0", l.visit.ManageToken + ".1", l.visit.ManageToken + ".", ".1", "."} {
		answer := l.centre.Send(servicetest.Request{Method: http.MethodGet, Path: "/v1/appointments/" + l.visit.Reference,
			Header: map[string]string{"Authorization": "Bearer " + token}})
		if answer.Status != http.StatusNotFound {
			t.Errorf("%q: %d", token, answer.Status)
		}
	}
	later := "M" + strings.TrimPrefix(l.path, "/m/")[1:]
	if answer := l.opens("/m/" + later); answer.Status != http.StatusNotFound {
		t.Errorf("another use: %d", answer.Status)
	}
	var history struct {
		History []map[string]json.RawMessage `json:"history"`
	}
	answer := l.centre.Send(servicetest.Request{Method: http.MethodGet, Path: "/v1/appointments/" + l.visit.Reference,
		Header: map[string]string{"Authorization": "Bearer " + l.visit.ManageToken}})
	answer.JSON(t, &history)
	if _, told := history.History[0]["ended_links"]; told {
		t.Error("a booking is told to have ended links")
	}
}
