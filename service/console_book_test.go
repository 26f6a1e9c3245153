package service_test

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// form is a form of the console as a browser has it: what was typed, and what the last
// page put in.
type form struct {
	seat

	fields url.Values
}

var inputs = regexp.MustCompile(`<input[^>]*>`)

func attribute(tag, name string) string {
	found := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(tag)
	if found == nil {
		return ""
	}
	return html.UnescapeString(found[1])
}

// asks asks the contract in the session of the browser.
func (s seat) asks(path string) servicetest.Answer { return s.send(http.MethodGet, path, nil, nil) }

// takes reads the fields of a page.
func (f *form) takes(page string) {
	f.fields = url.Values{}
	for _, tag := range inputs.FindAllString(page, -1) {
		name, kind := attribute(tag, "name"), attribute(tag, "type")
		if name == "" || name == "q" || kind == "checkbox" && !strings.Contains(tag, " checked") {
			continue
		}
		f.fields.Add(name, attribute(tag, "value"))
	}
}

// sends sends the form with more fields, such as the button, and takes the answer's.
func (f *form) sends(more ...string) (status int, page string) {
	f.t.Helper()
	body := maps.Clone(f.fields)
	for i := 0; i < len(more); i += 2 {
		body.Set(more[i], more[i+1])
	}
	answer := f.send(http.MethodPost, "/console/book", body, ownPage())
	page = string(answer.Body)
	if strings.Contains(page, `action="/console/book"`) {
		f.takes(page)
	}
	return answer.Status, page
}

var choices = regexp.MustCompile(`<button[^>]* name="(pick|time|person|next)"[^>]*>`)

// buttons returns the values of the buttons of a name.
func buttons(page, name string) (values []string) {
	for _, tag := range choices.FindAllString(page, -1) {
		if attribute(tag, "name") == name {
			values = append(values, attribute(tag, "value"))
		}
	}
	return values
}

// callsIn opens the page for a call to an agent.
func callsIn(t *testing.T, centre *servicetest.Centre, user string) *form {
	t.Helper()
	f := &form{seat: sits(t, centre, user)}
	f.takes(f.opens("/console/book?lang=en"))
	return f
}

// Somebody without a smartphone calls; the agent finds the service in the caller's words,
// takes the nearest time at a branch, and reads the reference. Another call: who booked
// before is found by mobile.
func TestConsoleBooksForACaller(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	caller := centre.Visitor(1)
	f := callsIn(t, centre, "huda")
	_, page := f.sends("caller", caller.ID)
	if !strings.Contains(page, "No earlier booking with this number") {
		t.Errorf("an unknown caller: %s", said(page))
	}
	if got := f.fields.Get("identity"); got != caller.ID {
		t.Errorf("the identity that was typed is %q", got)
	}
	_, page = f.sends("words", "عوائد")
	if !strings.Contains(page, `value="`+annualReturns+`"`) {
		t.Fatalf("the words lead to: %s", said(page))
	}
	_, page = f.sends("pick", annualReturns)
	times := buttons(page, "time")
	if len(times) < 3 || !strings.Contains(page, "Documents to bring") {
		t.Fatalf("times %v on %s", times, said(page))
	}
	_, page = f.sends("time", times[0])
	if !strings.Contains(page, "Kept until") {
		t.Fatalf("held: %s", said(page))
	}
	// Something is missing: nothing typed is lost, and the place stays held.
	held := f.fields.Get("held")
	status, page := f.sends("name", caller.Name)
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#read"`) || f.fields.Get("held") != held ||
		f.fields.Get("name") != caller.Name {
		t.Errorf("without reading the documents: %d %s", status, said(page))
	}
	status, page = f.sends("read", "yes")
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#mobile"`) {
		t.Errorf("an agent without a mobile: %d %s", status, said(page))
	}
	last := f.fields
	_, page = f.sends("mobile", caller.Mobile)
	if !strings.Contains(page, "The visit is booked") || strings.Count(page, `class="letter"`) != 10 {
		t.Fatalf("booked: %s", said(page))
	}
	if got := caller.Receives().Text; !strings.Contains(got, "موعدك") {
		t.Errorf("the caller is told %q", got)
	}
	// The same form again is the same booking.
	f.fields = last
	if _, page = f.sends("mobile", caller.Mobile); !strings.Contains(page, "The visit is booked") {
		t.Errorf("sent twice: %s", said(page))
	}
	var list api.AppointmentList
	f.asks("/v1/appointments?q="+caller.ID).JSON(t, &list)
	if len(list.Appointments) != 1 {
		t.Fatalf("sent twice: %v", list)
	}
	var visit api.Appointment
	f.asks("/v1/appointments/"+list.Appointments[0].Reference).JSON(t, &visit)
	if visit.Staff.Channel != "agent" || visit.History[0].Actor != "huda" {
		t.Errorf("booked over %s by %s", visit.Staff.Channel, visit.History[0].Actor)
	}

	// Found by mobile: the name comes, the identity has to be asked for.
	again := callsIn(t, centre, "huda")
	_, page = again.sends("caller", caller.Mobile)
	if !strings.Contains(page, "has booked before") || again.fields.Get("name") != caller.Name || again.fields.Get("identity") != "" ||
		!strings.Contains(page, "ID ends in "+caller.ID[6:]) || strings.Contains(page, caller.ID) {
		t.Errorf("found by mobile: %v %s", again.fields, said(page))
	}
	if status, page = again.sends("caller", "abc"); status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#caller"`) {
		t.Errorf("nobody: %d %s", status, said(page))
	}
	centre.AuditClean()
}

// The place is taken between the page and the press: the form is kept, with other times.
func TestConsoleBookTakenMeanwhile(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	f := callsIn(t, centre, "huda")
	f.sends("words", "عوائد")
	_, page := f.sends("pick", "heirs-returns")
	first := buttons(page, "time")[0]
	branch, at, _ := strings.Cut(first, "|")
	start := servicetest.At(t, at[:16])
	for i := range 20 {
		if a := centre.Visitor(30+i).TryHold("heirs-returns", branch, start); a.Status != http.StatusCreated {
			break
		}
	}
	status, page := f.sends("time", first, "name", "نورة العتيبي")
	if status != http.StatusConflict || f.fields.Get("name") != "نورة العتيبي" || f.fields.Get("service") != "heirs-returns" ||
		f.fields.Get("held") != "" {
		t.Errorf("taken: %d %v %s", status, f.fields, said(page))
	}
	others := buttons(page, "time")
	if len(others) == 0 || others[0] == first {
		t.Errorf("offers %v after %s was taken", others, first)
	}
	if status, page = f.sends("time", others[0]); status != http.StatusOK || f.fields.Get("held") == "" {
		t.Errorf("another: %d %s", status, said(page))
	}
	// A need that makes the visit longer, after the place was held, gets a longer place.
	caller := centre.Visitor(1)
	status, page = f.sends("needs", "sign_language", "read", "yes", "identity", caller.ID, "mobile", caller.Mobile)
	if status != http.StatusOK || !strings.Contains(page, "The visit is booked") {
		t.Errorf("with a need: %d %s", status, said(page))
	}
	// The hold runs out during a long call.
	slow := callsIn(t, centre, "huda")
	_, page = slow.sends("pick", annualReturns)
	slow.sends("time", buttons(page, "time")[0])
	centre.Clock.Add(11 * time.Minute)
	other := centre.Visitor(2)
	status, page = slow.sends("name", other.Name, "identity", other.ID, "mobile", other.Mobile, "read", "yes")
	if status != http.StatusGone || slow.fields.Get("held") != "" || slow.fields.Get("identity") != other.ID {
		t.Errorf("too late: %d %s", status, said(page))
	}
	if times := buttons(page, "time"); len(times) == 0 {
		t.Error("too late, and no other time")
	}
}

// What a form of the booking page is for, by role: readers and managers neither see nor
// send it, and reception books at its own branch, also without a mobile.
func TestConsoleBookingIsForWhoMay(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	for user, may := range map[string]bool{"salem": true, "noura": true, "majed": false, "huda": true, "reem": true} {
		s := sits(t, centre, user)
		want := map[bool]int{true: http.StatusOK, false: http.StatusForbidden}[may]
		if got := s.send(http.MethodGet, "/console/book?lang=en", nil, nil); got.Status != want {
			t.Errorf("%s opens the page: %d, want %d", user, got.Status, want)
		}
		if status, _ := s.submits("/console/book", "words", "عوائد"); status != want {
			t.Errorf("%s sends the form: %d, want %d", user, status, want)
		}
		if got := strings.Contains(s.opens("/console/visits?lang=en"), `href="/console/book?`); got != may {
			t.Errorf("%s is led to the page: %v, want %v", user, got, may)
		}
	}
	desk, visitor := callsIn(t, centre, "salem"), centre.Visitor(3)
	_, page := desk.sends("pick", annualReturns)
	for _, at := range buttons(page, "time") {
		if !strings.HasPrefix(at, "riyadh|") {
			t.Errorf("reception of Riyadh is offered %s", at)
		}
	}
	if status, page := desk.sends("time", "jeddah|2026-11-29T08:30:00+03:00"); status != http.StatusForbidden {
		t.Errorf("elsewhere: %d %s", status, said(page))
	}
	desk.sends("time", buttons(page, "time")[0])
	_, page = desk.sends("name", visitor.Name, "identity", visitor.ID, "read", "yes")
	if !strings.Contains(page, "There is no message without a mobile number") {
		t.Errorf("without a mobile at the desk: %s", said(page))
	}
	// From another site nothing is booked.
	answer := desk.send(http.MethodPost, "/console/book", url.Values{"pick": {annualReturns}}, map[string]string{
		"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example",
	})
	if answer.Status != http.StatusForbidden {
		t.Errorf("from another site: %d", answer.Status)
	}
}

// One visit: what staff do to it is done and told; who acts on what has changed meanwhile
// sees the change, and nothing is done.
func TestConsoleVisit(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	visitor := centre.Visitor(1)
	booked := visitor.Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-25T08:30"))
	visitor.Receives()
	agent := sits(t, centre, "huda")
	path := "/console/visits/" + booked.Reference
	page := agent.opens(path + "?lang=en")
	for _, want := range []string{visitor.Name, booked.Reference, "Documents to bring", "Booked", "Text message to", "confirmation"} {
		if !strings.Contains(said(page), want) {
			t.Errorf("the page lacks %q: %s", want, said(page))
		}
	}
	if strings.Contains(page, visitor.ID) {
		t.Error("the page shows the whole identity number")
	}
	seen := "1"
	act := func(more ...string) (int, string) {
		return agent.submits(path, append([]string{"seen", seen}, more...)...)
	}
	if status, page := act("act", "cancel", "why", ""); status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#why"`) {
		t.Errorf("cancelled without a reason: %d %s", status, said(page))
	}
	if status, page := act("act", "correct", "mobile", "12", "why", "x", "name", visitor.Name); status != http.StatusUnprocessableEntity ||
		!strings.Contains(page, `href="#mobile"`) || !strings.Contains(page, `value="12"`) {
		t.Errorf("a wrong mobile: %d %s", status, said(page))
	}
	page = agent.opens(path + "/move?lang=en&day=2026-11-26")
	start := regexp.MustCompile(`name="start" value="([^"]*)"`).FindStringSubmatch(page)
	if start == nil {
		t.Fatalf("no times: %s", said(page))
	}
	_, page = act("act", "move", "start", html.UnescapeString(start[1]), "why", "طلب الزائر")
	if !strings.Contains(page, "The time was changed") {
		t.Errorf("moved: %s", said(page))
	}
	if got := visitor.Receives().Text; !strings.Contains(got, "has been moved") {
		t.Errorf("the visitor is told %q", got)
	}
	// The other colleague's page is as old as the booking.
	desk := sits(t, centre, "salem")
	for _, other := range []string{"cancel", "correct", "move"} {
		status, page := desk.submits(path, "act", other, "seen", "1", "why", "تعذر الحضور")
		if status != http.StatusConflict || !strings.Contains(page, "What changed meanwhile") ||
			!strings.Contains(said(page), "By huda · طلب الزائر") {
			t.Errorf("%s of a stale page: %d %s", other, status, said(page))
		}
	}
	var got api.Appointment
	agent.asks("/v1/appointments/"+booked.Reference).JSON(t, &got)
	if got.Status != api.AppointmentStatusBooked || got.Version != 2 {
		t.Errorf("after stale forms: %s, version %d", got.Status, got.Version)
	}
	seen = "2"
	_, page = act("act", "correct", "name", visitor.Name, "mobile", "0500000077", "why", "رقم جديد")
	if !strings.Contains(page, "The details were corrected") || !strings.Contains(page, "0500000077") {
		t.Errorf("corrected: %s", said(page))
	}
	// A no-show, and its undo.
	centre.Clock.Set(servicetest.At(t, "2026-11-26T12:30"))
	desk = sits(t, centre, "salem") // their session is over
	_, page = desk.submits(path, "act", "absent", "seen", "3")
	if !strings.Contains(page, "The no-show was recorded") {
		t.Errorf("a no-show: %s", said(page))
	}
	_, page = desk.submits(path, "act", "restore", "seen", "4", "why", "كان في صالة الانتظار")
	if !strings.Contains(page, "The no-show was removed") || !strings.Contains(said(page), "By salem · كان في صالة الانتظار") {
		t.Errorf("restored: %s", said(page))
	}
	if got := sits(t, centre, "huda").send(http.MethodGet, "/console/visits/V-2222-2222-2", nil, nil); got.Status != http.StatusNotFound {
		t.Errorf("no such visit: %d", got.Status)
	}
	manager := sits(t, centre, "majed")
	if page = manager.opens(path + "?lang=en"); strings.Contains(page, `value="cancel"`) || strings.Contains(page, "0500000077") {
		t.Errorf("a manager may act, or sees the mobile: %s", said(page))
	}
	if status, _ := manager.submits(path, "act", "cancel", "seen", "5", "why", "x"); status != http.StatusForbidden {
		t.Errorf("a manager cancels: %d", status)
	}
}
