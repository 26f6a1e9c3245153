package service_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// read decodes an answer of status 200.
func read[T any](t *testing.T, a servicetest.Answer) T {
	t.Helper()
	if a.Status != http.StatusOK {
		t.Fatalf("got %d %s, want 200", a.Status, a.Body)
	}
	var v T
	a.JSON(t, &v)
	return v
}

// holds posts a hold that has to succeed.
func holds(t *testing.T, centre *servicetest.Centre, body map[string]any) api.Hold {
	t.Helper()
	answer := centre.Post("/v1/holds", body)
	if answer.Status != http.StatusCreated {
		t.Fatalf("hold %v: %d %s", body, answer.Status, answer.Body)
	}
	var hold api.Hold
	answer.JSON(t, &hold)
	return hold
}

// whereFirst says what was found, as branch and local time.
func whereFirst(list api.FirstSlots) []string {
	var found []string
	for _, b := range list.Branches {
		at := "none"
		if b.Slot != nil {
			at = b.Slot.Start.Format("01-02 15:04")
		}
		found = append(found, b.Branch+" "+at)
	}
	return found
}

// Somebody who goes anywhere asks for the first free time, and takes it.
// Dammam has one desk, so its first time is another then.
func TestTheFirstFreeSlotAnywhere(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	const path = "/v1/services/heirs-returns/first"
	answer := centre.Get(path)
	list := read[api.FirstSlots](t, answer)
	// A day's notice, from Sunday 09:00.
	want := []string{"riyadh 11-23 09:00", "jeddah 11-23 09:00", "dammam 11-23 09:00"}
	if diff := cmp.Diff(want, whereFirst(list)); diff != "" {
		t.Errorf("first (-want +got):\n%s", diff)
	}
	first := list.First
	if first == nil || first.Branch != "riyadh" || first.Date != "2026-11-23" || first.Hijri != "1448-06-13" || first.Zone != "Asia/Riyadh" ||
		first.Name.AR == "" || first.Slot.Places != 3 {
		t.Fatalf("the first is %+v", first)
	}

	visitor := centre.Visitor(1)
	visitor.Books("heirs-returns", "dammam", list.Branches[2].Slot.Start)
	changed := centre.Send(
		servicetest.Request{
			Method:  http.MethodGet,
			Path:    path,
			Replica: 1,
			Header:  map[string]string{"If-None-Match": answer.Header.Get("ETag")},
		},
	)
	want[2] = "dammam 11-23 09:45"
	if diff := cmp.Diff(want, whereFirst(read[api.FirstSlots](t, changed))); diff != "" {
		t.Errorf("first, after a booking at Dammam (-want +got):\n%s", diff)
	}
	tag := changed.Header.Get("ETag")
	again := centre.Send(servicetest.Request{Method: http.MethodGet, Path: path, Header: map[string]string{"If-None-Match": tag}})
	if again.Status != http.StatusNotModified || len(again.Body) > 0 || again.Header.Get("ETag") != tag {
		t.Errorf("unchanged: got %d %q with ETag %q, want 304", again.Status, again.Body, again.Header.Get("ETag"))
	}

	// A service of one branch that needs two working days; later dates, in
	// either kind of digits; a need; a party.
	for _, test := range []struct{ path, want string }{
		{"/v1/services/agency-meeting/first", "riyadh 11-24 07:30"},
		{path + "?from=2026-12-20", "riyadh 12-20 07:30, jeddah 12-20 07:30, dammam 12-21 07:30"}, // Dammam is closed on the 20th
		{path + "?from=2027-01-07", "riyadh none, jeddah none, dammam none"},
		{path + "?from=" + url.QueryEscape("٢٠٢٦-١٢-٠١"), "riyadh 12-01 07:30, jeddah 12-01 07:30, dammam 12-01 07:30"},
		{path + "?needs=sign_language", "riyadh 11-23 09:00, jeddah 11-23 09:00, dammam 11-23 09:45"},
		{"/v1/services/iban-update/first?party=2", "riyadh 11-22 11:00, jeddah 11-22 11:00, dammam 11-22 11:00"},
	} {
		list := read[api.FirstSlots](t, centre.Get(test.path))
		if got := strings.Join(whereFirst(list), ", "); got != test.want {
			t.Errorf("%s: got %s, want %s", test.path, got, test.want)
		}
		if found := strings.Contains(test.want, ":"); found != (list.First != nil) {
			t.Errorf("%s: the first of all is %+v", test.path, list.First)
		}
	}
	centre.AuditClean()
}

// What is free in the month is free on its day: the two never disagree,
// whatever happens in between.
func TestTheMonthAgreesWithItsDays(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	const path = "/v1/services/heirs-returns/days?branch=dammam&month="
	compare := func(month string) (states map[string]string) {
		t.Helper()
		view := read[api.Month](t, centre.Get(path+month))
		states = make(map[string]string)
		for _, d := range view.Days {
			states[d.Date] = d.State
			if found := visitor.Slots("heirs-returns", "dammam", d.Date, d.Date); len(found) != d.Starts || (d.State == "free") != (len(found) > 0) {
				t.Errorf("%s is %s with %d starts, but a search finds %d", d.Date, d.State, d.Starts, len(found))
			}
		}
		return states
	}
	for _, slot := range visitor.Slots("heirs-returns", "dammam", "2026-11-25", "2026-11-25") {
		centre.Visitor(2).Holds("heirs-returns", "dammam", slot.Start)
	}
	visitor.Books("heirs-returns", "dammam", servicetest.At(t, "2026-11-24T09:00"))
	november := compare("2026-11")
	for day, want := range map[string]string{
		"01": "too_soon", // past
		"22": "too_soon", // today, with a day's notice
		"23": "free",
		"25": "full",
		"27": "closed", // a Friday
		"30": "free",
	} {
		if got := november["2026-11-"+day]; got != want {
			t.Errorf("%s November is %s, want %s", day, got, want)
		}
	}
	if len(november) != 30 {
		t.Errorf("November has %d days", len(november))
	}
	december := compare("2026-12")
	if got := december["2026-12-20"]; got != "closed" { // maintenance
		t.Errorf("20 December is %s, want closed", got)
	}
	if got := compare("2027-01")["2027-01-07"]; got != "too_late" { // a Thursday, behind the horizon
		t.Errorf("7 January is %s, want too_late", got)
	}
	centre.Pass(11 * time.Minute) // the holds have run out
	if got := compare("2026-11")["2026-11-25"]; got != "free" {
		t.Errorf("25 November is %s once the holds are gone, want free", got)
	}
	centre.AuditClean()
}

// A month shows the holidays by name and both calendars, and is not sent again
// while nothing changes.
func TestAMonthWithAHoliday(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	const path = "/v1/services/heirs-returns/days?branch=riyadh&month="
	answer := centre.Get(path + "2027-03")
	month := read[api.Month](t, answer)
	if month.HijriMonth.AR != "رمضان – شوال 1448هـ" || month.HijriMonth.EN != "Ramadan – Shawwal 1448 AH" || month.Month != "2027-03" ||
		len(month.Days) != 31 {
		t.Errorf("month %s with %d days is %+v", month.Month, len(month.Days), month.HijriMonth)
	}
	eid := month.Days[7]
	if eid.Date != "2027-03-08" || eid.Hijri != "1448-09-29" || eid.State != "holiday" || eid.Holiday == nil ||
		eid.Holiday.AR != "عيد الفطر" || eid.Holiday.EN != "Eid al-Fitr" {
		t.Errorf("8 March is %+v, want Eid al-Fitr", eid)
	}
	if first := month.Days[0]; first.State != "too_late" || first.Holiday != nil {
		t.Errorf("1 March is %+v, want too_late", first)
	}
	tag := answer.Header.Get("ETag")
	again := centre.Send(
		servicetest.Request{Method: http.MethodGet, Path: path + url.QueryEscape("٢٠٢٧-٠٣"), Header: map[string]string{"If-None-Match": tag}},
	)
	if again.Status != http.StatusNotModified || again.Header.Get("ETag") != tag || tag == "" {
		t.Errorf("unchanged, in Arabic-Indic digits: got %d with ETag %q, want 304 with %q", again.Status, again.Header.Get("ETag"), tag)
	}
	// Without a month: the present one of the branch. At 22:30 UTC on the last
	// of November it is December in Riyadh.
	centre.Clock.Set(time.Date(2026, time.November, 30, 22, 30, 0, 0, time.UTC))
	if now := read[api.Month](t, centre.Get(strings.TrimSuffix(path, "&month="))); now.Month != "2026-12" {
		t.Errorf("the present month is %s, want 2026-12", now.Month)
	}
	// The Hijri year begins in June 2027.
	if june := read[api.Month](t, centre.Get(path+"2027-06")).HijriMonth; june.EN != "Dhu al-Hijjah 1448 – Muharram 1449 AH" ||
		june.AR != "ذو الحجة 1448هـ – محرم 1449هـ" {
		t.Errorf("June 2027 is %+v", june)
	}
}

// A visitor who needs sign language gets a visit that is long enough, from
// the search to the move.
func TestAVisitIsLongerForADeclaredNeed(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	service := read[api.Service](t, centre.Get("/v1/services/heirs-returns"))
	extra := make(map[string]int)
	for _, n := range service.Needs {
		extra[n.Slug] = n.ExtraMinutes
		if n.Name.AR == "" || n.Name.EN == "" {
			t.Errorf("need %+v without a name", n)
		}
	}
	if diff := cmp.Diff(
		map[string]int{"wheelchair": 0, "sign_language": 20, "visual": 0, "elderly_companion": 0, "interpreter": 20},
		extra,
	); diff != "" {
		t.Errorf("needs of the service (-want +got):\n%s", diff)
	}
	// The last starts before noon and before closing are too late for an hour.
	list := slotList(t,
		centre.Get("/v1/services/heirs-returns/slots?branch=dammam&from=2026-11-24&to=2026-11-24&needs=wheelchair,%20sign_language,wheelchair"))
	if diff := cmp.Diff([]string{"wheelchair", "sign_language"}, list.Needs); diff != "" {
		t.Errorf("needs of the search (-want +got):\n%s", diff)
	}
	var starts []string
	for _, s := range list.Days[0].Slots {
		if s.End.Sub(s.Start) != time.Hour {
			t.Errorf("%v to %v, want an hour", s.Start, s.End)
		}
		starts = append(starts, s.Start.Format("15:04"))
	}
	if diff := cmp.Diff([]string{"07:30", "08:15", "09:00", "09:45", "10:30", "12:30"}, starts); diff != "" {
		t.Errorf("starts (-want +got):\n%s", diff)
	}

	start := servicetest.At(t, "2026-11-24T09:00")
	hold := holds(t, centre, map[string]any{"service": heirs, "branch": dammam, "start": start, "needs": []string{"sign_language"}})
	if !slices.Equal(hold.Needs, []string{"sign_language"}) || hold.End.Sub(hold.Start) != time.Hour {
		t.Errorf("the hold is %+v, want an hour with sign language", hold)
	}
	// 09:45 is taken by the longer visit.
	centre.Refused(visitor.TryHold(heirs, dammam, start.Add(45*time.Minute)), http.StatusConflict, "slot-taken")

	body := visitor.BookingBody(hold)
	body["needs"] = []string{"visual", "interpreter"}
	late := centre.Refused(centre.Post("/v1/appointments", body), http.StatusUnprocessableEntity, "invalid")
	if diff := cmp.Diff([]string{"#/needs/1"}, servicetest.Pointers(late)); diff != "" {
		t.Errorf("a need that the place is too short for: pointers (-want +got):\n%s", diff)
	}
	body["needs"] = []string{"visual"}
	answer := centre.Post("/v1/appointments", body)
	if answer.Status != http.StatusCreated {
		t.Fatalf("book: %d %s", answer.Status, answer.Body)
	}
	var visit api.Appointment
	answer.JSON(t, &visit)
	moved := visitor.TryMove(visit, servicetest.At(t, "2026-11-25T09:45"))
	if moved.Status != http.StatusOK {
		t.Fatalf("move: %d %s", moved.Status, moved.Body)
	}
	shown := visitor.Shows(visit)
	if !slices.Equal(shown.Needs, []string{"sign_language", "visual"}) || shown.End.Sub(shown.Start) != time.Hour {
		t.Errorf("the visit is %+v, want an hour with sign language and low vision", shown)
	}
	// Nor is a start offered to which an hour no longer fits.
	if refused := centre.Refused(
		visitor.TryMove(visit, servicetest.At(t, "2026-11-25T11:15")),
		http.StatusUnprocessableEntity,
		"rule-closed",
	); refused.Rule != "closed" {
		t.Errorf("rule %q, want closed", refused.Rule)
	}
	centre.AuditClean()
}

// A need that the service does not know is refused where it stands, in the
// visitor's language; so are other things that a search can't be about.
func TestWhatAnOfferCantBeAbout(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	for _, test := range []struct {
		path    string
		status  int
		kind    string
		pointer string
	}{
		{"/v1/services/heirs-returns/slots?branch=riyadh&needs=wings", 422, "invalid", "?needs"},
		{"/v1/services/heirs-returns/slots?branch=riyadh&needs=visual,", 422, "invalid", "?needs"},
		{"/v1/services/heirs-returns/slots?branch=riyadh&needs=Visual", 422, "invalid", "?needs"},
		{"/v1/services/iban-update/slots?branch=riyadh&needs=interpreter", 422, "invalid", "?needs"}, // another service has it
		{"/v1/services/heirs-returns/first?needs=wings", 422, "invalid", "?needs"},
		{"/v1/services/heirs-returns/first?from=soon", 422, "invalid", "?from"},
		{"/v1/services/heirs-returns/first?party=0", 422, "invalid", "?party"},
		{"/v1/services/heirs-returns/first?party=6", 422, "rule-party-limit", ""},
		{"/v1/services/passport/first", 404, "unknown-service", ""},
		{"/v1/services/heirs-returns/days?branch=riyadh&needs=wings", 422, "invalid", "?needs"},
		{"/v1/services/heirs-returns/days?branch=riyadh&party=6", 422, "rule-party-limit", ""},
		{"/v1/services/heirs-returns/days?branch=riyadh&month=2027-13", 422, "invalid", "?month"},
		{"/v1/services/heirs-returns/days?branch=riyadh&month=2027-3", 422, "invalid", "?month"},
		{"/v1/services/heirs-returns/days?branch=riyadh&month=2027-03-01", 422, "invalid", "?month"},
		{"/v1/services/heirs-returns/days?branch=riyadh&month=0000-01", 422, "invalid", "?month"},
		{"/v1/services/heirs-returns/days?branch=riyadh&month=1937-03", 422, "invalid", "?month"},
		{"/v1/services/heirs-returns/days?branch=riyadh&month=2077-11", 422, "invalid", "?month"},
		{"/v1/services/heirs-returns/days", 422, "invalid", "?branch"},
		{"/v1/services/heirs-returns/days?branch=abha", 404, "unknown-branch", ""},
		{"/v1/services/agency-meeting/days?branch=dammam", 404, "not-offered", ""},
		{"/v1/services/passport/days?branch=riyadh", 404, "unknown-service", ""},
	} {
		said := make(map[string]bool)
		for _, lang := range []string{"ar", "en"} {
			p := centre.Refused(
				centre.Send(servicetest.Request{Method: http.MethodGet, Path: test.path, Header: map[string]string{"Accept-Language": lang}}),
				test.status,
				test.kind,
			)
			if got := strings.Join(servicetest.Pointers(p), " "); got != test.pointer {
				t.Errorf("%s: pointers %q, want %q", test.path, got, test.pointer)
			}
			for _, e := range p.Errors {
				said[e.Detail] = true
			}
		}
		if test.pointer != "" && len(said) != 2 {
			t.Errorf("%s: said %v, want it in two languages", test.path, said)
		}
	}
	// The edges of the months with Hijri dates.
	for _, month := range []string{"1937-04", "2077-10"} {
		if got := read[api.Month](t, centre.Get("/v1/services/heirs-returns/days?branch=riyadh&month="+month)); got.Days[0].State == "free" {
			t.Errorf("%s: %+v", month, got.Days[0])
		}
	}
	for _, needs := range []struct {
		list    []string
		pointer string
	}{
		{[]string{"visual", "wings"}, "#/needs/1"}, {[]string{"visual", "visual"}, "#/needs"},
		{[]string{"a b"}, "#/needs/0"}, {[]string{""}, "#/needs/0"},
	} {
		p := centre.Refused(centre.Post("/v1/holds", map[string]any{
			"service": heirs, "branch": dammam, "start": servicetest.At(t, "2026-11-24T09:00"), "needs": needs.list,
		}), http.StatusUnprocessableEntity, "invalid")
		if diff := cmp.Diff([]string{needs.pointer}, servicetest.Pointers(p)); diff != "" {
			t.Errorf("hold with %q: pointers (-want +got):\n%s", needs.list, diff)
		}
	}
	centre.AuditClean()
}

// A party that takes a place each is booked, moved and cancelled as one; more
// than the service takes are refused wherever they ask.
func TestAPartyFromSearchToCancellation(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	places := func(day string) int {
		t.Helper()
		return visitor.Slots("iban-update", "riyadh", day, day)[0].Places
	}
	for slug, each := range map[string]bool{"iban-update": true, "heirs-returns": false} {
		if got := read[api.Service](t, centre.Get("/v1/services/"+slug)); got.PlacePerVisitor != each {
			t.Errorf("%s: a place for each visitor %t, want %t", slug, got.PlacePerVisitor, each)
		}
	}
	hold := holds(t, centre, map[string]any{
		"service": "iban-update", "branch": "riyadh", "start": servicetest.At(t, "2026-11-24T07:30"), "party": 2,
	})
	answer := visitor.TryBook(hold)
	if answer.Status != http.StatusCreated {
		t.Fatalf("book: %d %s", answer.Status, answer.Body)
	}
	var visit api.Appointment
	answer.JSON(t, &visit)
	if visit.Party != 2 || places("2026-11-24") != 1 { // four desks, one held back
		t.Errorf("a party of %d leaves %d places, want 2 and 1", visit.Party, places("2026-11-24"))
	}
	if a := visitor.TryMove(visit, servicetest.At(t, "2026-11-25T07:30")); a.Status != http.StatusOK {
		t.Fatalf("move: %d %s", a.Status, a.Body)
	}
	if places("2026-11-24") != 3 || places("2026-11-25") != 1 {
		t.Errorf("after the move: %d and %d places, want 3 and 1", places("2026-11-24"), places("2026-11-25"))
	}
	if a := visitor.TryCancel(visit); a.Status != http.StatusOK || places("2026-11-25") != 3 {
		t.Errorf("cancel: %d, then %d places, want 3", a.Status, places("2026-11-25"))
	}
	for _, path := range []string{"/slots?branch=riyadh&party=3", "/first?party=3", "/days?branch=riyadh&party=3"} {
		if p := centre.Refused(
			centre.Get("/v1/services/iban-update"+path),
			http.StatusUnprocessableEntity,
			"rule-party-limit",
		); p.Rule != "party_limit" {
			t.Errorf("%s: rule %q", path, p.Rule)
		}
	}
	centre.Refused(centre.Post("/v1/holds", map[string]any{
		"service": "iban-update", "branch": "riyadh", "start": servicetest.At(t, "2026-11-24T07:30"), "party": 3,
	}), http.StatusUnprocessableEntity, "rule-party-limit")
	centre.AuditClean()
}

// One desk at Dammam receives visits of 15, 20 and 35 minutes. Each begins
// where the one before it ends, so that the day fills up to the last minute
// that any of them fits into.
func TestVisitsOfAllLengthsFillOneDesk(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	const day = "2026-11-24"
	if got := read[api.Service](t, centre.Get("/v1/services/bank-guarantee")).GapStepMinutes; got != 5 {
		t.Errorf("starts follow gaps every %d minutes, want 5", got)
	}
	lengths := map[string]int{"dues-certificate": 15, "bank-guarantee": 20, "supplier-claim": 35} // with buffers
	// Somebody comes in the middle of the morning.
	busy := visitor.Holds("dues-certificate", dammam, servicetest.At(t, day+"T08:30"))
	taken := lengths["dues-certificate"]
	// A start that would waste the time before it is not to be had.
	refused := centre.Refused(visitor.TryHold("bank-guarantee", dammam, busy.End.Add(5*time.Minute)), http.StatusConflict, "slot-taken")
	if len(refused.Alternatives) == 0 {
		t.Error("no alternatives")
	}
	order := []string{"supplier-claim", "dues-certificate", "bank-guarantee"}
	for full := 0; full < len(order); {
		service := order[taken%len(order)]
		free := visitor.Slots(service, dammam, day, day)
		if len(free) == 0 {
			full = 0
			for _, s := range order {
				if len(visitor.Slots(s, dammam, day, day)) == 0 {
					full++
				}
			}
			service = "dues-certificate" // the shortest is the last to find a place
			if free = visitor.Slots(service, dammam, day, day); len(free) == 0 {
				continue
			}
		}
		visitor.Holds(service, dammam, free[0].Start)
		taken += lengths[service]
	}
	// From 07:30 to 14:30, on both sides of the first visit, at most a remainder
	// shorter than the shortest visit is left.
	if left := 7*60 - taken; left >= 2*15 {
		t.Errorf("%d minutes are left over, want less than 15 on either side", left)
	}
	centre.AuditClean()
}

// Many ask two replicas at once for times of every length at one desk. Whoever
// is refused is told of times that are offered now, and can have the first of
// them; nobody gets a time that somebody else has.
func TestOneDeskForAllLengthsInARush(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	const day = "2026-11-24"
	services := [...]string{"supplier-claim", "dues-certificate", "bank-guarantee"}
	var listed [len(services)][]api.Slot
	for i, service := range services {
		listed[i] = centre.Visitor(1).Slots(service, dammam, day, day)
	}
	var rush sync.WaitGroup
	got := make([]servicetest.Answer, 40)
	for i := range got {
		visitor := centre.Visitor(i + 1)
		visitor.Replica = i % 2
		of := i % len(services)
		rush.Go(func() { got[i] = visitor.TryHold(services[of], dammam, listed[of][i%7].Start) })
	}
	rush.Wait()
	var held []api.Hold
	for i, a := range got {
		if a.Status != http.StatusCreated {
			if p := centre.Refused(a, http.StatusConflict, "slot-taken"); len(p.Alternatives) == 0 {
				t.Errorf("claim %d: no alternatives", i)
			}
			continue
		}
		var hold api.Hold
		a.JSON(t, &hold)
		held = append(held, hold)
	}
	slices.SortFunc(held, func(a, b api.Hold) int { return a.Start.Compare(b.Start) })
	for i := range held[1:] {
		if held[i+1].Start.Before(held[i].End) {
			t.Errorf("%s to %s and %s overlap", held[i].Start, held[i].End, held[i+1].Start)
		}
	}
	if len(held) < 3 {
		t.Errorf("%d of 40 claims got a time, want a few", len(held))
	}
	late := centre.Visitor(41)
	p := centre.Refused(late.TryHold("dues-certificate", dammam, held[0].Start), http.StatusConflict, "slot-taken")
	tookPlace(t, "the first alternative", late.TryHold("dues-certificate", dammam, p.Alternatives[0].Start))
	centre.AuditClean()
}

// The same instant in another offset, or a default that is written out, is the
// same request to hold; another instant is not.
func TestTheSameHoldInOtherWords(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	send := func(body string) servicetest.Answer {
		return centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/holds", Header: withKey(key), Body: body})
	}
	const asked = `{"service":"heirs-returns","branch":"dammam","start":"%s"%s}`
	first := send(fmt.Sprintf(asked, "2026-11-24T09:00:00+03:00", ""))
	tookPlace(t, "first", first)
	for _, same := range []struct{ start, more string }{
		{"2026-11-24T06:00:00Z", ""},
		{"2026-11-24T01:00:00-05:00", ""},
		{"2026-11-24T09:00:00.000+03:00", ""},
		{"2026-11-24T09:00:00+03:00", `,"party":1`},
		{"2026-11-24T09:00:00+03:00", `,"channel":"public","needs":[]`},
	} {
		if again := send(fmt.Sprintf(asked, same.start, same.more)); again.Status != first.Status || string(again.Body) != string(first.Body) {
			t.Errorf("%+v: %d %s, want the first answer", same, again.Status, again.Body)
		}
	}
	for _, other := range []struct{ start, more string }{
		{"2026-11-24T09:00:00Z", ""},
		{"2026-11-24T09:00:00+03:00", `,"party":2`},
		{"2026-11-24T09:00:00+03:00", `,"needs":["visual"]`},
	} {
		centre.Refused(send(fmt.Sprintf(asked, other.start, other.more)), http.StatusUnprocessableEntity, "key-reused")
	}
	centre.AuditClean()
}
