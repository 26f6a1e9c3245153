package service_test

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// nobody is a UUID that names nothing.
const nobody = "5d3c1c0e-8f3a-4b57-9d2e-2f6f1a0b7c44"

// What does not exist is 404 and says what it is that does not exist.
func TestUnknownThingsAreNotFound(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	start := servicetest.At(t, "2026-11-24T09:00")
	hold := func(service, branch string) map[string]any {
		return map[string]any{"service": service, "branch": branch, "start": start}
	}
	bearer := map[string]string{"Authorization": "Bearer x"}

	for _, test := range []struct {
		name         string
		method, path string
		body         any
		header       map[string]string
		kind         string
	}{
		{name: "service", path: "/v1/services/nothing", kind: "unknown-service"},
		{name: "services of a branch", path: "/v1/services?branch=nowhere", kind: "unknown-branch"},
		{name: "slots of a service", path: "/v1/services/nothing/slots?branch=riyadh", kind: "unknown-service"},
		{name: "slots at a branch", path: "/v1/services/heirs-returns/slots?branch=nowhere", kind: "unknown-branch"},
		{name: "slots of what another branch offers", path: "/v1/services/agency-meeting/slots?branch=jeddah", kind: "not-offered"},
		{name: "explanation of a service", path: "/v1/services/nothing/slots/explain?branch=riyadh&date=2026-11-24", kind: "unknown-service"},
		{
			name: "explanation of a branch", path: "/v1/services/heirs-returns/slots/explain?branch=nowhere&date=2026-11-24", kind: "unknown-branch",
		},
		{name: "hold of a service", method: http.MethodPost, path: "/v1/holds", body: hold("nothing", "riyadh"), kind: "unknown-service"},
		{name: "hold at a branch", method: http.MethodPost, path: "/v1/holds", body: hold("heirs-returns", "nowhere"), kind: "unknown-branch"},
		{
			name: "hold of what another branch offers", method: http.MethodPost, path: "/v1/holds", body: hold("agency-meeting", "jeddah"),
			kind: "not-offered",
		},
		{
			name: "check of a code", method: http.MethodPost, path: "/v1/verifications/" + nobody + "/check", body: map[string]any{"code": "123456"},
			kind: "not-found",
		},
		{
			name: "check by what is no UUID", method: http.MethodPost, path: "/v1/verifications/first/check", body: map[string]any{"code": "123456"},
			kind: "not-found",
		},
		{name: "visit", path: "/v1/appointments/V-0000-0000-0", header: bearer, kind: "not-found"},
		{name: "visit by what is no reference", path: "/v1/appointments/first", header: bearer, kind: "not-found"},
		{name: "cancellation", method: http.MethodPost, path: "/v1/appointments/V-0000-0000-0/cancel", header: bearer, kind: "not-found"},
		{
			name: "move", method: http.MethodPost, path: "/v1/appointments/V-0000-0000-0/move", body: map[string]any{"start": start}, header: bearer,
			kind: "not-found",
		},
		{name: "route", path: "/v1/nothing", kind: "no-such-address"},
		{name: "version", path: "/v2/services", kind: "no-such-address"},
		{name: "empty segment", path: "/v1/services//slots", kind: "no-such-address"},
		{name: "slash at the end", path: "/v1/holds/", kind: "no-such-address"},
		{name: "root of nothing", path: "/nothing", kind: "no-such-address"},
	} {
		if test.method == "" {
			test.method = http.MethodGet
		}
		answer := centre.Send(servicetest.Request{Method: test.method, Path: test.path, Body: test.body, Header: test.header})
		centre.Refused(answer, http.StatusNotFound, test.kind)
		if t.Failed() {
			t.Fatalf("in %q", test.name)
		}
	}
	centre.AuditClean()
}

// A method that the address does not know is 405, with those it knows.
func TestWrongMethods(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	for _, test := range []struct{ method, path, allow string }{
		{http.MethodPut, "/v1/holds", "POST"},
		{http.MethodGet, "/v1/holds", "POST"},
		{http.MethodDelete, "/v1/branches", "GET, HEAD"},
		{http.MethodPatch, "/v1/appointments/V-0000-0000-0/cancel", "POST"},
		{http.MethodPost, "/healthz", "GET, HEAD"},
		{"BREW", "/v1/holds", "POST"},
	} {
		answer := centre.Send(servicetest.Request{Method: test.method, Path: test.path})
		centre.Refused(answer, http.StatusMethodNotAllowed, "method")
		if got := answer.Header.Get("Allow"); got != test.allow {
			t.Errorf("%s %s: Allow %q, want %q", test.method, test.path, got, test.allow)
		}
	}
}

// A start that is no slot is 422 and names the rule, for a hold and for a
// move; the visit stays where it was.
func TestStartsThatAreNoSlot(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	visit := visitor.Books("heirs-returns", "riyadh", servicetest.At(t, "2026-11-26T09:00"))

	for _, test := range []struct{ name, start, rule string }{
		{"in the past", "2026-11-19T09:00", "notice"},
		{"today", "2026-11-22T12:30", "notice"},
		{"a step before a day ahead", "2026-11-23T08:15", "notice"},
		{"over 45 days ahead", "2027-01-10T09:00", "horizon"},
		{"a Friday", "2026-11-27T09:00", "closed"},
		{"before opening", "2026-11-24T06:45", "closed"},
		{"into the midday break", "2026-11-24T11:30", "closed"},
		{"after closing", "2026-11-24T14:00", "closed"},
		{"between two starts", "2026-11-24T09:05", "off_grid"},
	} {
		start := servicetest.At(t, test.start)
		kind := "rule-" + strings.ReplaceAll(test.rule, "_", "-")
		for what, answer := range map[string]servicetest.Answer{
			"hold": visitor.TryHold("heirs-returns", "riyadh", start), "move": visitor.TryMove(visit, start),
		} {
			if p := centre.Refused(answer, http.StatusUnprocessableEntity, kind); p.Rule != test.rule {
				t.Errorf("%s %s: rule %q, want %q", what, test.name, p.Rule, test.rule)
			}
		}
	}
	half := servicetest.At(t, "2026-11-24T09:00").Add(30 * time.Second)
	centre.Refused(visitor.TryHold("heirs-returns", "riyadh", half), http.StatusUnprocessableEntity, "rule-off-grid")

	// Six come where at most five may.
	answer := centre.Post("/v1/holds", map[string]any{
		"service": "heirs-returns", "branch": "riyadh", "start": servicetest.At(t, "2026-11-24T09:00"), "party": 6})
	if p := centre.Refused(answer, http.StatusUnprocessableEntity, "rule-party-limit"); p.Rule != "party_limit" {
		t.Errorf("rule %q, want party_limit", p.Rule)
	}
	answer = centre.Get("/v1/services/heirs-returns/slots?branch=riyadh&party=6")
	centre.Refused(answer, http.StatusUnprocessableEntity, "rule-party-limit")

	if now := visitor.Shows(visit); !now.Start.Equal(visit.Start) || now.Version != 1 {
		t.Errorf("the visit is at %v, version %d: want %v, 1", now.Start, now.Version, visit.Start)
	}
	centre.AuditClean()
}

// Notice counts from now, and a start exactly that far ahead can be booked.
func TestNoticeIsInclusive(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	start := servicetest.At(t, "2026-11-23T09:00") // in 24 hours
	centre.Clock.Add(time.Second)
	centre.Refused(visitor.TryHold("heirs-returns", "riyadh", start), http.StatusUnprocessableEntity, "rule-notice")
	centre.Clock.Add(-time.Second)
	visitor.Books("heirs-returns", "riyadh", start)
	centre.AuditClean()
}

// A place that is taken is 409 with at most five alternatives, the nearest
// first, and each of them can really be booked.
func TestTakenPlaceOffersTheNearest(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	start := servicetest.At(t, "2026-11-24T09:00")
	centre.Visitor(1).Books("heirs-returns", "dammam", start) // one desk
	p := centre.Refused(centre.Visitor(2).TryHold("heirs-returns", "dammam", start), http.StatusConflict, "slot-taken")

	var got []string
	for _, a := range p.Alternatives {
		if a.Branch != "dammam" {
			t.Errorf("alternative at branch %q, want dammam", a.Branch)
		}
		got = append(got, a.Start.Format("2006-01-02T15:04Z07:00"))
	}
	want := []string{
		"2026-11-24T08:15+03:00", "2026-11-24T09:45+03:00", "2026-11-24T07:30+03:00", "2026-11-24T10:30+03:00", "2026-11-24T11:15+03:00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("alternatives (-want +got):\n%s", diff)
	}
	for i, a := range p.Alternatives {
		centre.Visitor(10+i).Books("heirs-returns", a.Branch, a.Start)
	}
	centre.AuditClean()
}

// When everything near is taken, the alternatives are further away; when
// nothing is left at all there are none.
func TestAlternativesRunOut(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE services SET horizon_minutes = 2880 WHERE slug = 'heirs-returns'`)
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE centre SET version = version + 1`)
	centre.Jobs() // takes notice
	visitor := centre.Visitor(1)
	free := visitor.Slots("heirs-returns", "dammam", "2026-11-22", "2026-11-30")
	if len(free) == 0 {
		t.Fatal("got no free start, want some")
	}
	for _, s := range free {
		visitor.Holds("heirs-returns", "dammam", s.Start)
	}
	answer := visitor.TryHold("heirs-returns", "dammam", free[0].Start)
	if p := centre.Refused(answer, http.StatusConflict, "slot-taken"); len(p.Alternatives) > 0 {
		t.Errorf("got alternatives %v, want none", p.Alternatives)
	}
	centre.AuditClean()
}

// A hold that ran out or was given back is 410, one with the wrong token 403,
// one that somebody else booked 409.
func TestHoldsThatCanNotBeBooked(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	first, second := centre.Visitor(1), centre.Visitor(2)
	start := servicetest.At(t, "2026-11-24T09:00")

	overdue := first.Holds("heirs-returns", "riyadh", start)
	first.Proves()
	centre.Clock.Add(10 * time.Minute) // expires_at is the first instant without it
	centre.Refused(first.TryBook(overdue), http.StatusGone, "hold-expired")
	centre.Jobs()
	centre.Refused(first.TryBook(overdue), http.StatusGone, "hold-expired")

	released := first.Holds("heirs-returns", "riyadh", start)
	if answer := first.TryRelease(released); answer.Status != http.StatusNoContent {
		t.Fatalf("release: %d %s", answer.Status, answer.Body)
	}
	centre.Refused(first.TryBook(released), http.StatusGone, "hold-released")

	mine, other := first.Holds("heirs-returns", "riyadh", start), second.Holds("heirs-returns", "riyadh", start)
	stolen := mine
	stolen.Token = other.Token
	centre.Refused(second.TryBook(stolen), http.StatusForbidden, "wrong-token")
	centre.Refused(second.TryRelease(stolen), http.StatusForbidden, "wrong-token")
	for _, id := range []string{nobody, "first"} { // nobody learns which holds there are
		stolen.ID = id
		centre.Refused(second.TryRelease(stolen), http.StatusForbidden, "wrong-token")
	}
	stolen.ID = nobody
	centre.Refused(second.TryBook(stolen), http.StatusForbidden, "wrong-token")
	stolen.ID, stolen.Token = mine.ID, ""
	centre.Refused(second.TryRelease(stolen), http.StatusUnauthorized, "hold-token-needed")

	if answer := first.TryBook(mine); answer.Status != http.StatusCreated {
		t.Fatalf("book: %d %s", answer.Status, answer.Body)
	}
	centre.Refused(second.TryBook(mine), http.StatusConflict, "hold-used")
	centre.Refused(first.TryRelease(mine), http.StatusConflict, "hold-used")
	centre.AuditClean()
}

// Everything that is wrong with a booking is said at once, with pointers and
// without repeating it. The hold survives and can still be booked.
func TestBookingsThatNeedCorrecting(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	hold := visitor.Holds("heirs-returns", "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	by := func(changes map[string]any) map[string]any {
		all := map[string]any{"name": "سعد العتيبي", "id": servicetest.NationalID(77), "wakala": "441234567", "wakala_expires": "2027-06-30"}
		maps.Copy(all, changes)
		return all
	}
	who := func(changes map[string]any) map[string]any {
		all := map[string]any{"name": visitor.Name, "id": visitor.ID}
		maps.Copy(all, changes)
		return all
	}

	for _, test := range []struct {
		name    string
		changes map[string]any
		want    []string
	}{
		{"wrong check digit", map[string]any{"visitor": who(map[string]any{"id": "1000000009"})}, []string{"#/visitor/id"}},
		{"too few digits", map[string]any{"visitor": who(map[string]any{"id": "100000000"})}, []string{"#/visitor/id"}},
		{"an establishment is nobody", map[string]any{"visitor": who(map[string]any{"id": "7000000006"})}, []string{"#/visitor/id"}},
		{"over-long id", map[string]any{"visitor": who(map[string]any{"id": strings.Repeat("1", 21)})}, []string{"#/visitor/id"}},
		{"e-mail without domain", map[string]any{"visitor": who(map[string]any{"email": "noura"})}, []string{"#/visitor/email"}},
		{"e-mail with a name", map[string]any{"visitor": who(map[string]any{"email": "Noura <noura@example.sa>"})}, []string{"#/visitor/email"}},
		{
			"over-long e-mail", map[string]any{"visitor": who(map[string]any{"email": strings.Repeat("a", 250) + "@example.sa"})},
			[]string{"#/visitor/email"},
		},
		{"over-long name", map[string]any{"visitor": who(map[string]any{"name": strings.Repeat("ن", 121)})}, []string{"#/visitor/name"}},
		{"control character in the name", map[string]any{"visitor": who(map[string]any{"name": "نورة\u0007"})}, []string{"#/visitor/name"}},
		{"line break in the name", map[string]any{"visitor": who(map[string]any{"name": "نورة\nالعتيبي"})}, []string{"#/visitor/name"}},
		{"name without letters", map[string]any{"visitor": who(map[string]any{"name": "12345"})}, []string{"#/visitor/name"}},
		{"control character in the token", map[string]any{"hold_token": "a\u0000b"}, []string{"#/hold_token"}},
		{"hold that is no UUID", map[string]any{"hold": "first"}, []string{"#/hold"}},
		{"documents not read", map[string]any{"documents_acknowledged": false}, []string{"#/documents_acknowledged"}},
		{"unknown field", map[string]any{"visitor": who(map[string]any{"nickname": "nono"})}, []string{"#/visitor/nickname"}},
		{"visitor missing", map[string]any{"visitor": nil}, []string{"#/visitor"}},
		{"unknown need", map[string]any{"needs": []string{"helicopter"}}, []string{"#/needs/0"}},
		{"need twice", map[string]any{"needs": []string{"visual", "visual"}}, []string{"#/needs"}},
		{"represents self", map[string]any{"representative": by(map[string]any{"id": visitor.ID})}, []string{"#/representative/id"}},
		{"wakala with letters", map[string]any{"representative": by(map[string]any{"wakala": "44-A"})}, []string{"#/representative/wakala"}},
		{
			"wakala without a date", map[string]any{"representative": by(map[string]any{"wakala_expires": "soon"})},
			[]string{"#/representative/wakala_expires"},
		},
		{
			"wakala until the day before", map[string]any{"representative": by(map[string]any{"wakala_expires": "2026-11-23"})},
			[]string{"#/representative/wakala_expires"},
		},
		{
			"wakala of long ago", map[string]any{"representative": by(map[string]any{"wakala_expires": "1970-01-01"})},
			[]string{"#/representative/wakala_expires"},
		},
		{
			"wakala before the calendar", map[string]any{"representative": by(map[string]any{"wakala_expires": "0001-01-01"})},
			[]string{"#/representative/wakala_expires"},
		},
		{"several at once", map[string]any{
			"visitor":                who(map[string]any{"name": "7", "id": "1000000009", "email": "noura"}),
			"documents_acknowledged": false,
		}, []string{"#/visitor/name"}}, // the form is checked before what it says
		{"several at once, all in good form", map[string]any{
			"visitor":                who(map[string]any{"name": "777", "id": "1000000009", "email": "noura"}),
			"representative":         by(map[string]any{"id": "2", "wakala": "x"}),
			"documents_acknowledged": false,
		}, []string{
			"#/documents_acknowledged", "#/representative/id", "#/representative/wakala", "#/visitor/email", "#/visitor/id", "#/visitor/name",
		}},
	} {
		body := visitor.BookingBody(hold)
		maps.Copy(body, test.changes)
		answer := centre.Post("/v1/appointments", body)
		p := centre.Refused(answer, http.StatusUnprocessableEntity, "invalid")
		got := servicetest.Pointers(p)
		slices.Sort(got)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: pointers (-want +got):\n%s", test.name, diff)
		}
		for _, private := range []string{"1000000009", "noura", "nono", "helicopter", "12345"} {
			if strings.Contains(strings.ReplaceAll(string(answer.Body), "#/visitor/nickname", ""), `"`+private) {
				t.Errorf("%s: the answer repeats what was sent: %s", test.name, answer.Body)
			}
		}
	}

	body := visitor.BookingBody(hold)
	body["visitor"] = who(map[string]any{"email": "noura@example.sa"})
	body["representative"] = by(map[string]any{"wakala_expires": "2026-11-24"}) // valid on the day itself
	body["needs"] = []string{"wheelchair", "visual"}
	if answer := centre.Post("/v1/appointments", body); answer.Status != http.StatusCreated {
		t.Errorf("the booking in order: %d %s", answer.Status, answer.Body)
	}
	centre.AuditClean()
}

// A power of attorney that ends before the new day keeps a visit from moving
// there.
func TestMoveBeyondThePowerOfAttorney(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	hold := visitor.Holds("heirs-returns", "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	body := visitor.BookingBody(hold)
	body["representative"] = map[string]any{
		"name": "سعد العتيبي", "id": servicetest.NationalID(77), "wakala": "441234567", "wakala_expires": "2026-11-24"}
	answer := centre.Post("/v1/appointments", body)
	if answer.Status != http.StatusCreated {
		t.Fatalf("book: %d %s", answer.Status, answer.Body)
	}
	var visit api.Appointment
	answer.JSON(t, &visit)
	centre.Refused(visitor.TryMove(visit, servicetest.At(t, "2026-11-25T09:00")), http.StatusUnprocessableEntity, "invalid")
	if now := visitor.Shows(visit); !now.Start.Equal(visit.Start) {
		t.Errorf("the visit is at %v, want %v", now.Start, visit.Start)
	}
	centre.AuditClean()
}

// What can't be a mobile number, a party, a start or a channel is 422 and is
// pointed at; channels of the staff are 403.
func TestOtherFieldsThatNeedCorrecting(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	for _, test := range []struct{ name, mobile string }{
		{"a landline", "0112345678"},
		{"too short", "05123"},
		{"letters", "05O1234567"},
		{"no such country", "+999501234567"},
		{"over-long", strings.Repeat("0", 33)},
		{"control character", "0501234567\u0000"},
	} {
		p := centre.Refused(centre.Post("/v1/verifications", map[string]any{"mobile": test.mobile}), http.StatusUnprocessableEntity, "invalid")
		if diff := cmp.Diff([]string{"#/mobile"}, servicetest.Pointers(p)); diff != "" {
			t.Errorf("%s: pointers (-want +got):\n%s", test.name, diff)
		}
	}
	hold := func(name string, value any) map[string]any {
		all := map[string]any{"service": "heirs-returns", "branch": "riyadh", "start": "2026-11-24T09:00:00+03:00"}
		all[name] = value
		return all
	}
	for _, test := range []struct {
		name    string
		body    any
		pointer string
	}{
		{"nobody comes", hold("party", 0), "#/party"},
		{"a crowd", hold("party", 51), "#/party"},
		{"a part of a person", hold("party", 1.5), "#/party"},
		{"a start without its offset", hold("start", "2026-11-24T09:00:00"), "#/start"},
		{"a start that is no text", hold("start", 5), "#/start"},
		{"an unknown channel", hold("channel", "smoke"), "#/channel"},
		{"a list", []int{1}, "#"},
		{"over-long slug", hold("service", strings.Repeat("s", 65)), "#/service"},
		{"control character", hold("branch", "riyadh\t"), "#/branch"},
	} {
		p := centre.Refused(centre.Post("/v1/holds", test.body), http.StatusUnprocessableEntity, "invalid")
		if diff := cmp.Diff([]string{test.pointer}, servicetest.Pointers(p)); diff != "" {
			t.Errorf("%s: pointers (-want +got):\n%s", test.name, diff)
		}
	}
	for _, channel := range []string{"agent", "walk_in", "protected"} {
		centre.Refused(centre.Post("/v1/holds", hold("channel", channel)), http.StatusForbidden, "channel-not-allowed")
	}
	// Refused by its announced size: a client that sends it all may find the connection closed before it has read why.
	centre.Refused(announces(t, centre, 64<<10+1), http.StatusRequestEntityTooLarge, "too-large")
	if got := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM appointments"); got != 0 {
		t.Errorf("got %d holds, want none", got)
	}
	centre.AuditClean()
}

// A search covers 1 to 62 days, of dates that exist.
func TestRangesOfDays(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	slots := func(query string) servicetest.Answer {
		return centre.Get("/v1/services/heirs-returns/slots?branch=riyadh&" + query)
	}
	for _, test := range []struct{ name, query, kind, pointer string }{
		{"backwards", "from=2026-11-25&to=2026-11-24", "range", ""},
		{"to before today", "to=2026-11-21", "range", ""},
		{"63 days", "from=2026-11-24&to=2027-01-25", "range", ""},
		{"a day that does not exist", "from=2026-02-30", "invalid", "?from"},
		{"day first", "to=24-11-2026", "invalid", "?to"},
		{"a word", "from=tomorrow", "invalid", "?from"},
		{"year 1", "from=0001-01-01", "invalid", "?from"},
		{"year 9999", "from=9999-12-30", "invalid", "?from"},
		{"given twice", "from=2026-11-24&from=2026-11-25", "invalid", "?from"},
		{"party of none", "party=0", "invalid", "?party"},
		{"party in words", "party=two", "invalid", "?party"},
	} {
		p := centre.Refused(slots(test.query), http.StatusUnprocessableEntity, test.kind)
		if test.pointer != "" && !slices.Equal(servicetest.Pointers(p), []string{test.pointer}) {
			t.Errorf("%s: pointers %v, want %s", test.name, servicetest.Pointers(p), test.pointer)
		}
	}
	for _, query := range []string{"from=2026-11-24&to=2027-01-24", "from=2026-11-24&to=2026-11-24"} {
		if answer := slots(query); answer.Status != http.StatusOK {
			t.Errorf("%s: got %d %s, want 200", query, answer.Status, answer.Body)
		}
	}
	for _, date := range []string{"1900-01-01", "1937-03-13", "2077-11-17", "9999-12-31", "2026-02-30"} {
		answer := centre.Get("/v1/services/heirs-returns/slots/explain?branch=riyadh&date=" + date)
		p := centre.Refused(answer, http.StatusUnprocessableEntity, "invalid")
		if !slices.Equal(servicetest.Pointers(p), []string{"?date"}) {
			t.Errorf("%s: pointers %v, want ?date", date, servicetest.Pointers(p))
		}
	}
	centre.Refused(centre.Get("/v1/services/heirs-returns/slots/explain?branch=riyadh"), http.StatusUnprocessableEntity, "invalid")
}

// announces sends the head of a request with a body of so many bytes, and returns the answer.
func announces(t *testing.T, centre *servicetest.Centre, size int) servicetest.Answer {
	t.Helper()
	host := strings.TrimPrefix(centre.Replicas[0].URL(), "http://")
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close() //nolint:errcheck // the answer is read by then
	const head = "POST /v1/holds HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
	_, err = fmt.Fprintf(connection, head, host, size)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return servicetest.Answer{Status: response.StatusCode, Header: response.Header, Body: body}
}

// What can't be read is 400, 415 or 413, before anything is looked at.
func TestUnreadableRequests(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	valid := `{"service":"heirs-returns","branch":"riyadh","start":"2026-11-24T09:00:00+03:00"}`
	padded := func(n int) string { return valid + strings.Repeat(" ", n-len(valid)) }
	for _, test := range []struct {
		name   string
		body   string
		header map[string]string
		status int
		kind   string
	}{
		{"nothing", "", nil, http.StatusBadRequest, "malformed"},
		{"half", valid[:20], nil, http.StatusBadRequest, "malformed"},
		{"two values", valid + valid, nil, http.StatusBadRequest, "malformed"},
		{"not UTF-8", strings.Replace(valid, "riyadh", "riyadh\xff", 1), nil, http.StatusBadRequest, "malformed"},
		{
			"form", "service=heirs-returns", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, http.StatusUnsupportedMediaType,
			"media-type",
		},
		{"text", valid, map[string]string{"Content-Type": "text/plain"}, http.StatusUnsupportedMediaType, "media-type"},
		{"no media type", valid, map[string]string{"Content-Type": ""}, http.StatusUnsupportedMediaType, "media-type"},
		{
			"another character set", valid, map[string]string{"Content-Type": "application/json; charset=windows-1256"},
			http.StatusUnsupportedMediaType, "media-type",
		},
		{"compressed", valid, map[string]string{"Content-Encoding": "gzip"}, http.StatusUnsupportedMediaType, "media-type"},
	} {
		answer := centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/holds", Body: test.body, Header: test.header})
		centre.Refused(answer, test.status, test.kind)
		if t.Failed() {
			t.Fatalf("in %q", test.name)
		}
	}
	if got := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM appointments"); got != 0 {
		t.Errorf("got %d holds, want none", got)
	}
	if answer := centre.Post("/v1/holds", padded(64<<10)); answer.Status != http.StatusCreated {
		t.Errorf("64 KiB: got %d %s, want 201", answer.Status, answer.Body)
	}
	centre.AuditClean()
}

// Digits may be Arabic-Indic wherever people write them.
func TestArabicIndicDigits(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	indic := strings.NewReplacer("0", "٠", "1", "١", "2", "٢", "3", "٣", "4", "٤", "5", "٥", "6", "٦", "7", "٧", "8", "٨", "9", "٩").Replace
	visitor := centre.Visitor(1)
	visitor.Lang = "ar"
	visitor.Mobile, visitor.ID = indic(visitor.Mobile), indic(visitor.ID)

	started, code := visitor.Code()
	answer := visitor.TryCode(started.ID, " "+indic(code[:3])+" "+indic(code[3:])+" ")
	if answer.Status != http.StatusOK {
		t.Fatalf("code: %d %s", answer.Status, answer.Body)
	}
	var proof api.VerificationProof
	answer.JSON(t, &proof)
	day := indic("2026-11-24")
	free := visitor.Slots("heirs-returns", "riyadh", day, day)
	if len(free) != 8 {
		t.Fatalf("got %d starts, want 8", len(free))
	}
	if answer = centre.Get("/v1/services/heirs-returns/slots/explain?branch=riyadh&date=" + day); answer.Status != http.StatusOK {
		t.Errorf("explain: %d %s", answer.Status, answer.Body)
	}
	booking := func(hold api.Hold, id, wakalaExpires string) map[string]any {
		return map[string]any{
			"hold": hold.ID, "hold_token": hold.Token, "verification": proof.Token, "documents_acknowledged": true,
			"visitor": map[string]any{"name": visitor.Name, "id": id},
			"representative": map[string]any{
				"name": "سعد العتيبي", "id": indic(servicetest.NationalID(77)), "wakala": indic("441234567"), "wakala_expires": wakalaExpires},
		}
	}
	hold := visitor.Holds("heirs-returns", "riyadh", free[0].Start)
	answer = centre.Post("/v1/appointments", booking(hold, visitor.ID, indic("2026-11-23")))
	p := centre.Refused(answer, http.StatusUnprocessableEntity, "invalid") // it is read as the day before
	if diff := cmp.Diff([]string{"#/representative/wakala_expires"}, servicetest.Pointers(p)); diff != "" {
		t.Errorf("pointers (-want +got):\n%s", diff)
	}
	answer = centre.Post("/v1/appointments", booking(hold, visitor.ID, day))
	if answer.Status != http.StatusCreated {
		t.Fatalf("book: %d %s", answer.Status, answer.Body)
	}
	// The same person in other digits is the same person.
	again := visitor.Holds("heirs-returns", "riyadh", free[1].Start)
	answer = centre.Post("/v1/appointments", booking(again, servicetest.NationalID(1), "2026-11-24"))
	centre.Refused(answer, http.StatusConflict, "person-limit")
	centre.AuditClean()
}

// Problems come in Arabic unless English is asked for (RFC 9110, 12.5.4).
func TestLanguageOfProblems(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	const arabic, english = "خدمة غير معروفة", "Unknown service"
	for _, test := range []struct{ header, want string }{
		{"", arabic},
		{"ar", arabic},
		{"ar-SA", arabic},
		{"en", english},
		{"en-GB", english},
		{"en-GB;q=0.9, ar;q=0.8", english},
		{"en;q=0.5, ar-SA;q=0.9", arabic},
		{"fr, en;q=0.3", english},
		{"fr", arabic},
		{"*", arabic},
		{"no language at all", arabic},
	} {
		answer := centre.Send(servicetest.Request{
			Method: http.MethodGet, Path: "/v1/services/nothing", Header: map[string]string{"Accept-Language": test.header}})
		if got := centre.Refused(answer, http.StatusNotFound, "unknown-service").Title; got != test.want {
			t.Errorf("%q: title %q, want %q", test.header, got, test.want)
		}
		if !strings.Contains(answer.Header.Get("Vary"), "Accept-Language") {
			t.Errorf("%q: Vary %q", test.header, answer.Header.Get("Vary"))
		}
	}
}

// What an idempotency key has to look like.
func TestIdempotencyKeysThatNeedCorrecting(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	for _, key := range []string{"short", strings.Repeat("k", 129), "a key with spaces in it"} {
		answer := centre.Send(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/verifications", Body: map[string]any{"mobile": "0501234567"},
			Header: map[string]string{"Idempotency-Key": key}})
		p := centre.Refused(answer, http.StatusUnprocessableEntity, "invalid")
		if diff := cmp.Diff([]string{"Idempotency-Key:"}, servicetest.Pointers(p)); diff != "" {
			t.Errorf("%q: pointers (-want +got):\n%s", key, diff)
		}
	}
}
