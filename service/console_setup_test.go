package service_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"ziyara/service/servicetest"
)

// fills returns the fields of the form of a page that goes to an action, as a browser
// sends them, with some of them as given. An empty name ends none; "-" unticks.
func (s seat) fills(page, action string, fields ...string) url.Values {
	s.t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		s.t.Fatal(err)
	}
	form := url.Values{}
	found := false
	for n := range root.Descendants() {
		if n.Data != "form" || attributeOf(n, "action") != action {
			continue
		}
		found = true
		for f := range n.Descendants() {
			name := attributeOf(f, "name")
			switch {
			case name == "":
			case f.Data == "input" && (attributeOf(f, "type") != "checkbox" && attributeOf(f, "type") != "radio" || carries(f, "checked")):
				form.Add(name, attributeOf(f, "value"))
			case f.Data == "select":
				for o := range f.Descendants() {
					if o.Data == "option" && (carries(o, "selected") || !form.Has(name)) {
						form.Set(name, attributeOf(o, "value"))
					}
				}
			}
		}
	}
	if !found {
		s.t.Fatalf("no form for %s on\n%s", action, said(page))
	}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
		if fields[i+1] == "-" {
			form.Del(fields[i])
		}
	}
	return form
}

func carries(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func attributeOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// sendsForm sends a form and follows where it leads.
func (s seat) sendsForm(action string, form url.Values) (status int, page string) {
	s.t.Helper()
	answer := s.send(http.MethodPost, action, form, ownPage())
	return answer.Status, string(answer.Body)
}

// An administrator changes a service in the set-up: sees what it does to visits that are
// booked, and what visitors will see, before it is saved.
func TestConsoleSetup(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	booked := centre.Visitor(1).Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-24T08:30"))
	admin := sits(t, centre, "reem")
	if page := admin.opens("/console/centre?lang=en"); !strings.Contains(page, `/console/centre/branches/riyadh?lang=en`) {
		t.Fatalf("the branches: %s", said(page))
	}
	const service = "/console/centre/services/" + annualReturns

	// A longer visit, with another document: reviewed, then saved.
	page := admin.opens(service + "?lang=en")
	form := admin.fills(page, service, "/duration", "50", "/requirements/7/slug", "iban-letter",
		"/requirements/7/name/ar", "شهادة الآيبان", "/requirements/7/name/en", "IBAN letter", "do", "look")
	status, page := admin.sendsForm(service, form)
	if got := said(page); status != http.StatusOK || !strings.Contains(got, "Length of a visit") || !strings.Contains(got, "50 minutes") ||
		!strings.Contains(got, "IBAN letter") || !strings.Contains(got, booked.Reference) ||
		!strings.Contains(got, "New visits have another length") {
		t.Fatalf("the review: %d %s", status, got)
	}
	if now := centre.Admin().Gets("/v1/centre/services/" + annualReturns); strings.Contains(string(now.Body), "iban-letter") {
		t.Fatal("a review saved something")
	}
	status, page = admin.sendsForm(service, admin.fills(page, service, "do", "save"))
	if got := said(page); status != http.StatusOK || !strings.Contains(got, "Saved") || !strings.Contains(got, "reem") {
		t.Fatalf("saved: %d %s", status, got)
	}
	if public := centre.Get("/v1/services/" + annualReturns); !strings.Contains(string(public.Body), "iban-letter") {
		t.Errorf("visitors see: %s", public.Body)
	}

	// Back to what it was, from the history.
	page = admin.opens(service + "?lang=en&version=0")
	status, page = admin.sendsForm(service, admin.fills(page, service, "do", "look"))
	if !strings.Contains(said(page), "50 minutes") {
		t.Fatalf("going back: %d %s", status, said(page))
	}
	status, page = admin.sendsForm(service, admin.fills(page, service, "do", "save"))
	if status != http.StatusOK || strings.Contains(page, `value="50"`) {
		t.Fatalf("gone back: %d %s", status, said(page))
	}

	// A pause asks what becomes of the visit in it.
	page = admin.opens(service + "?lang=en")
	form = admin.fills(page, service, "/pauses/0/from", "2026-11-24", "/pauses/0/until", "2026-11-25",
		"/pauses/0/reason/ar", "صيانة الأنظمة", "/pauses/0/reason/en", "Systems are maintained", "do", "look")
	if status, page = admin.sendsForm(service, form); !strings.Contains(said(page), "1 booked visit is affected") {
		t.Fatalf("a pause: %d %s", status, said(page))
	}
	review := page
	if status, page = admin.sendsForm(service, admin.fills(review, service, "do", "save")); status != http.StatusConflict {
		t.Fatalf("undecided: %d %s", status, said(page))
	}
	status, page = admin.sendsForm(service, admin.fills(review, service, "do", "save", "choice", "propose",
		"reason_ar", "صيانة الأنظمة", "reason_en", "Systems are maintained"))
	if status != http.StatusOK || !strings.Contains(said(page), "1 visitor is told") {
		t.Fatalf("paused: %d %s", status, said(page))
	}
}

// What is wrong is said at its field, and nothing typed is lost; so is what somebody else
// changed meanwhile.
func TestConsoleSetupRefused(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	admin := sits(t, centre, "reem")
	const departments, service = "/console/centre/departments", "/console/centre/services/" + annualReturns

	page := admin.opens(departments + "?lang=en&add=1")
	status, page := admin.sendsForm(departments, admin.fills(page, departments, "/name/ar", "الرخص", "do", "look"))
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#/slug"`) || !strings.Contains(page, `href="#/name/en"`) {
		t.Errorf("nothing typed: %d %s", status, said(page))
	}
	status, page = admin.sendsForm(departments, admin.fills(page, departments, "/slug", "Not A Slug", "/name/en", "Permits", "do", "look"))
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#/slug"`) || !strings.Contains(page, `value="الرخص"`) {
		t.Errorf("a bad slug: %d %s", status, said(page))
	}
	status, page = admin.sendsForm(departments, admin.fills(page, departments, "/slug", "revenues", "/name/en", "Permits", "do", "look"))
	if status != http.StatusConflict || !strings.Contains(said(page), "This short name is taken") {
		t.Errorf("a taken slug: %d %s", status, said(page))
	}
	status, page = admin.sendsForm(departments, admin.fills(page, departments, "/slug", "permits", "do", "look"))
	if status != http.StatusOK {
		t.Fatalf("a new department: %d %s", status, said(page))
	}
	status, page = admin.sendsForm(departments, admin.fills(page, departments, "do", "save"))
	if status != http.StatusOK || !strings.Contains(said(page), "Saved") {
		t.Fatalf("added: %d %s", status, said(page))
	}

	// Two administrators at once: the second sees what the first has changed.
	mine, other := admin.opens(service+"?lang=en"), admin.opens(service+"?lang=en")
	_, review := admin.sendsForm(service, admin.fills(other, service, "/duration", "30", "do", "look"))
	if status, page = admin.sendsForm(service, admin.fills(review, service, "do", "save")); status != http.StatusOK {
		t.Fatalf("the first: %d %s", status, said(page))
	}
	status, page = admin.sendsForm(service, admin.fills(mine, service, "/about/en", "Something else", "do", "look"))
	if got := said(page); status != http.StatusPreconditionFailed || !strings.Contains(got, "What was changed meanwhile") ||
		!strings.Contains(got, "30 minutes") || !strings.Contains(page, `value="Something else"`) {
		t.Errorf("the second: %d %s", status, got)
	}

	// Coordinators change what is theirs; others see no form to send.
	coordinator := sits(t, centre, "noura")
	if page = coordinator.opens("/console/centre/branches/riyadh?lang=en"); !strings.Contains(said(page), "You can read this only") {
		t.Errorf("a branch for a coordinator: %s", said(page))
	}
	reception := sits(t, centre, "salem")
	if answer := reception.send(http.MethodGet, "/console/centre/branches", nil, nil); answer.Status != http.StatusForbidden {
		t.Errorf("reception: %d", answer.Status)
	}
}

// The session ends while a form of the set-up is filled in: after signing in again it is
// there, and nothing is saved.
func TestConsoleSetupKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	admin := sits(t, centre, "reem")
	const service, departments = "/console/centre/services/" + annualReturns, "/console/centre/departments"
	again := func(path string, form url.Values) string {
		t.Helper()
		endsSessions(t, centre)
		return string(admin.presses(admin.send(http.MethodPost, path, form, ownPage()), "reem").Body)
	}
	form := admin.fills(admin.opens(service+"?lang=en"), service, "/about/en", "Something that was typed", "/duration", "35", "do", "look")
	page := again(service, form)
	if !strings.Contains(page, `value="Something that was typed"`) || !strings.Contains(page, `value="35"`) {
		t.Fatalf("a service after signing in: %s", said(page))
	}
	status, page := admin.sendsForm(service, admin.fills(page, service, "do", "look"))
	if got := said(page); status != http.StatusOK || !strings.Contains(got, "Something that was typed") ||
		!strings.Contains(got, "35 minutes") {
		t.Errorf("reviewed: %d %s", status, got)
	}
	page = again(departments, url.Values{"lang": {"en"}, "do": {"look"}, "/slug": {"permits"}, "/name/en": {"Permits"}})
	if !strings.Contains(page, `value="permits"`) || !strings.Contains(page, `value="Permits"`) {
		t.Errorf("a new department after signing in: %s", said(page))
	}
}
