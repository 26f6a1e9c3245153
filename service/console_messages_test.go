package service_test

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"ziyara/notify"
	"ziyara/service/servicetest"
)

// unreached is a centre at which a message has reached nobody, and the reference of its
// visit.
func unreached(t *testing.T, options ...servicetest.Option) (*servicetest.Centre, *gateway, string) {
	t.Helper()
	gateway := &gateway{}
	centre := servicetest.Open(t, 1, append([]servicetest.Option{public, gateway.option, demoSignIn}, options...)...)
	visitor := withMail(centre, "ar")
	visitor.Proves()
	gateway.fails(fmt.Errorf("%w: no such number", notify.ErrRecipient))
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Jobs()
	gateway.fails(nil)
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE departments SET segment_price = 575, monthly_segments = 5`)
	return centre, gateway, visit.Reference
}

// A coordinator finds who was not reached and why, has the message sent again, and sees
// what became of all messages about the visit.
func TestConsoleMessages(t *testing.T) {
	t.Parallel()
	centre, _, reference := unreached(t)
	noura := sits(t, centre, "noura")
	page := noura.opens("/console/messages?lang=en")
	text := said(page)
	for _, want := range []string{"Visit booked", "Failed", "+9665•••••001", reference, "The number or e-mail address does not exist"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	id := regexp.MustCompile(`name="message" value="(\d+)"`).FindStringSubmatch(page)
	if id == nil {
		t.Fatalf("nothing to send again: %s", text)
	}
	status, page := noura.submits("/console/messages", "message", id[1])
	if status != http.StatusOK || !strings.Contains(said(page), "The message is queued again") || strings.Contains(page, id[0]) {
		t.Errorf("sent again: %d %s", status, said(page))
	}
	status, page = noura.submits("/console/messages", "message", id[1])
	if status != http.StatusConflict || !strings.Contains(said(page), "sent again It did not fail") {
		t.Errorf("twice: %d %s", status, said(page))
	}
	centre.Jobs()
	_, page = noura.submits("/console/messages", "reference", " "+reference)
	if text = said(page); !strings.Contains(text, "E-mail to") || !strings.Contains(text, "Sent") || strings.Contains(page, "/m/"+reference) {
		t.Errorf("about the visit: %s", text)
	}
	if got := said(noura.opens("/console/messages?lang=en")); !strings.Contains(got, "Every message has reached its visitor") {
		t.Errorf("nothing failed: %s", got)
	}
	for _, fields := range [][]string{
		{"reference", "V-2222-2222-2"}, {"reference", "<script>"}, {"message", "999999"}, {"message", "-1"}, {"message", "x"},
	} {
		status, page = noura.submits("/console/messages", fields...)
		if status != http.StatusNotFound && status != http.StatusUnprocessableEntity || strings.Contains(page, "<script>") {
			t.Errorf("%v: %d %s", fields, status, said(page))
		}
	}
	if answer := noura.send(http.MethodGet, "/console/messages?cursor=x&lang=en", nil, nil); answer.Status != http.StatusUnprocessableEntity {
		t.Errorf("a cursor of nobody: %d", answer.Status)
	}
}

// What messages say is shown in both languages, with their sizes; each sees and does what
// their role may.
func TestConsoleMessagesAreForWhoMay(t *testing.T) {
	t.Parallel()
	centre, _, _ := unreached(t)
	for _, c := range []struct {
		user                       string
		failed, budget, own, texts bool
	}{
		{"noura", true, true, true, true}, {"reem", true, true, true, true}, {"majed", false, true, false, false},
		{"salem", true, false, true, false}, {"huda", true, false, true, false},
	} {
		s := sits(t, centre, c.user)
		page := s.opens("/console/messages?lang=en")
		for what, is := range map[string][2]bool{
			"messages": {strings.Contains(page, `id="failed"`), c.failed}, "budgets": {strings.Contains(page, "Budget of the month"), c.budget},
			"resending": {strings.Contains(page, `name="message"`), c.own}, "texts": {strings.Contains(page, "/console/messages/texts"), c.texts},
		} {
			if is[0] != is[1] {
				t.Errorf("%s, %s: %v, want %v", c.user, what, is[0], is[1])
			}
		}
		want := map[bool]int{true: http.StatusOK, false: http.StatusForbidden}[c.texts]
		if got := s.send(http.MethodGet, "/console/messages/texts?lang=en", nil, nil); got.Status != want {
			t.Errorf("%s reads the texts: %d, want %d", c.user, got.Status, want)
		}
		if status, _ := s.submits("/console/messages", "message", "1"); (status == http.StatusForbidden) == c.own {
			t.Errorf("%s sends again: %d", c.user, status)
		}
	}
	// A GET changes nothing, whoever leads to it: from another site, too.
	noura := sits(t, centre, "noura")
	led := map[string]string{"Sec-Fetch-Site": "cross-site"}
	if got := noura.send(http.MethodGet, "/console/messages/texts", nil, led); got.Status != http.StatusOK {
		t.Errorf("from another site: %d", got.Status)
	}
	for _, kind := range []string{"booked", "closed", "delayed", "survey"} {
		page := noura.opens("/console/messages/texts?lang=en&department=revenues&kind=" + kind)
		if text := said(page); strings.Count(text, "The centre's text") != 2 || !strings.Contains(text, "Segments: ") {
			t.Errorf("%s: %s", kind, text)
		}
	}
	for path, want := range map[string]int{
		"kind=poem": http.StatusNotFound, "department=contracts": http.StatusForbidden, "department=..%2F..": http.StatusForbidden,
	} {
		if got := noura.send(http.MethodGet, "/console/messages/texts?lang=en&"+path, nil, nil); got.Status != want {
			t.Errorf("%s: %d, want %d: %s", path, got.Status, want, said(html.UnescapeString(string(got.Body))))
		}
	}
	// The dearest of a department's budget comes first.
	if cells := tableRow(t, noura.opens("/console/messages?lang=en"), "Revenues"); !strings.Contains(cells[1], "%") {
		t.Errorf("the budget: %v", cells)
	}
}

// Who oversees finds in the log who did what to a visit, and sees up to where the log is
// sealed; others see none of it.
func TestConsoleLog(t *testing.T) {
	t.Parallel()
	centre, _, reference := unreached(t)
	noura := sits(t, centre, "noura")
	id := regexp.MustCompile(`name="message" value="(\d+)"`).FindStringSubmatch(noura.opens("/console/messages?lang=en"))
	noura.submits("/console/messages", "message", id[1])
	centre.Jobs() // seals
	for _, c := range []struct {
		user   string
		status int
	}{
		{"noura", http.StatusOK}, {"majed", http.StatusOK}, {"reem", http.StatusOK},
		{"salem", http.StatusForbidden}, {"huda", http.StatusForbidden},
	} {
		s := sits(t, centre, c.user)
		answer := s.send(http.MethodGet, "/console/log?lang=en", nil, nil)
		if answer.Status != c.status {
			t.Errorf("%s: %d, want %d", c.user, answer.Status, c.status)
		}
		if status, _ := s.submits("/console/log", "subject", reference); status != c.status {
			t.Errorf("%s seeks: %d, want %d", c.user, status, c.status)
		}
		if leads := strings.Contains(s.opens("/console/visits?lang=en"), `href="/console/log`); leads != (c.status == http.StatusOK) {
			t.Errorf("%s is led to the log: %v", c.user, leads)
		}
	}
	reem := sits(t, centre, "reem")
	if got := said(reem.opens("/console/log?lang=en")); !regexp.MustCompile(`Last seal: .*\d+:[0-9a-f]{8,}`).MatchString(got) {
		t.Errorf("no seal: %s", got)
	}
	for _, fields := range [][]string{
		{"subject", strings.ToLower(reference)}, {"subject", "appointment " + reference}, {"actor", "noura", "did", "message.resent"},
		{"department", "revenues", "did", "message.resent"},
	} {
		_, page := reem.submits("/console/log", fields...)
		if got := said(page); !strings.Contains(got, "Sent a message again") || !strings.Contains(got, "Visit "+reference) ||
			!strings.Contains(got, "Riyadh head office") {
			t.Errorf("%v: %s", fields, got)
		}
	}
	for _, fields := range [][]string{{"actor", "nobody"}, {"subject", `"><script>`}, {"did", "' OR 1=1 --"}} {
		if _, page := reem.submits("/console/log", fields...); !strings.Contains(said(page), "No entries") || strings.Contains(page, "<script>") {
			t.Errorf("%v: %s", fields, said(page))
		}
	}
	if status, page := reem.submits("/console/log", "cursor", "x"); status != http.StatusUnprocessableEntity {
		t.Errorf("a cursor of nobody: %d %s", status, said(page))
	}
	if status, page := noura.submits("/console/log", "department", "contracts"); status != http.StatusForbidden {
		t.Errorf("another department: %d %s", status, said(page))
	}
}
