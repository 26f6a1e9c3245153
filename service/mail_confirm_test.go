package service_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"ziyara/service/servicetest"
)

// confirmLink is the link in an e-mail by which its address is confirmed.
var confirmLink = regexp.MustCompile(`http://127\.0\.0\.1:8080(/m/\S+/email/\S+)`) //nolint:gochecknoglobals // a pattern

// visitLink is a link to a visit in an e-mail.
var visitLink = regexp.MustCompile(`/m/[^\s/]+(\s|$)`) //nolint:gochecknoglobals // a pattern

// An e-mail to an address that nobody has confirmed has no link to the visit and no
// calendar entry, only a link to confirm it. One tap there leads to the visit, and from
// then on e-mails have both, also about a later visit.
func TestEmailIsConfirmedFirst(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	visitor := withMail(centre, "en")
	visitor.Unconfirmed = true
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	bare := func(n int) string {
		t.Helper()
		m := visitor.Mails()
		if len(m) != n || m[0].Entry != nil || visitLink.MatchString(m[0].Text) {
			t.Fatalf("%d e-mails, want %d; the last has %+v and says %s", len(m), n, m[0].Entry, m[0].Text)
		}
		link := confirmLink.FindStringSubmatch(m[0].Text)
		if link == nil || !strings.Contains(m[0].Text, "19990") {
			t.Fatalf("no way to go on: %s", m[0].Text)
		}
		return link[1]
	}
	bare(1)
	visitor.TryMove(visit, servicetest.At(t, "2026-11-26T10:30"))
	link := bare(2)
	token, _, _ := strings.Cut(strings.TrimPrefix(link, "/m/"), "/")
	for _, path := range []string{"/m/" + token, "/m/" + token + "/cancel", "/m/" + token + "/visit.ics", link + "x"} {
		if answer := centre.Get(path); answer.Status != http.StatusNotFound {
			t.Errorf("%s: %d, want 404: the link is for one thing", path, answer.Status)
		}
	}

	w := newWalker(t, centre)
	w.goes(link+"?lang=en").says(http.StatusOK, "Is this your e-mail address?", visitor.Email).lacks(visit.Reference)
	if n := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM confirmed_emails"); n != 0 {
		t.Error("looking confirms")
	}
	w.sends(link, nil).says(http.StatusOK, visit.Reference)
	w.sends(link, nil).says(http.StatusOK, visit.Reference) // again
	visitor.TryCancel(visit)
	if m := visitor.Mails()[0]; m.Entry == nil || !m.Entry.Cancelled {
		t.Errorf("the cancellation has %+v", m.Entry)
	}
	visitor.Books("annual-returns", "riyadh", servicetest.At(t, "2026-11-29T09:30"))
	if m := visitor.Mails()[0]; m.Entry == nil || !visitLink.MatchString(m.Text) || confirmLink.MatchString(m.Text) {
		t.Errorf("the next confirmation has %+v and says %s", m.Entry, m.Text)
	}
	centre.AuditClean()
}

// A link that was sent to a wrong address confirms nothing once the address is corrected.
func TestWrongEmailConfirmsNothing(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	visitor := withMail(centre, "en")
	visitor.Unconfirmed = true
	centre.InClear() // the address is corrected below
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	wrong := confirmLink.FindStringSubmatch(visitor.Mails()[0].Text)[1]
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE appointments SET email = 'right@example.net'")
	w := newWalker(t, centre)
	w.goes(wrong).says(http.StatusNotFound)
	w.sends(wrong, nil).says(http.StatusNotFound)
	visitor.TryMove(visit, servicetest.At(t, "2026-11-26T10:30"))
	centre.Pass(time.Minute)
	if m := centre.Mailbox.Mails("right@example.net"); len(m) != 1 || m[0].Entry != nil || visitLink.MatchString(m[0].Text) {
		t.Errorf("to the corrected address: %+v", m)
	}
}
