package service_test

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/portal"
	"ziyara/service/secret"
	"ziyara/service/servicetest"
)

// plain returns a page without what isolates its parts.
func plain(page string) string {
	return regexp.MustCompile(`</?bdi[^>]*>`).ReplaceAllString(page, "")
}

// saysNot fails the test if a page says what it should not.
func saysNot(t *testing.T, page string, not ...string) {
	t.Helper()
	for _, n := range not {
		if strings.Contains(page, n) {
			t.Fatalf("%q is in:\n%s", n, page)
		}
	}
}

// linkTo returns the path of a link to a visit, for an action.
func linkTo(t *testing.T, visit api.Appointment, action portal.Action) string {
	t.Helper()
	keys, err := secret.New([]byte(servicetest.Secret))
	if err != nil {
		t.Fatal(err)
	}
	links, err := portal.NewLinks("http://127.0.0.1:8080", keys)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(links.Link(portal.Subject{Reference: ref(t, visit)}, action, visit.Start), "http://127.0.0.1:8080")
}

// The page that a booking leads to is a ticket: when, its number with the code that
// reception scans, what and where, what to bring, and until when it can be changed.
func TestTicket(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	page := plain(l.looks("?done=booked"))
	says(t, page, "تم حجز موعدكم", "نرسل التفاصيل إلى الجوال 05•••••001.", l.visit.Reference, "40 دقيقة، زائر واحد",
		"https://www.google.com/maps/search/?api=1&query=", `rel="noopener noreferrer"`, "صك حصر الورثة",
		"التعديل متاح حتى الثلاثاء 24 نوفمبر الساعة 9:00 ص.", "الإلغاء متاح حتى الأربعاء 25 نوفمبر الساعة 5:00 ص.",
		"إضافة إلى التقويم", "التسجيل في قائمة الانتظار")
	saysNot(t, page, "نعم، سأحضر") // they have just chosen the time
	says(t, l.looks(""), "نعم، سأحضر")
	saysNot(t, l.looks(""), "نرسل التفاصيل")
	says(t, plain(l.looks("/cancel")), "سيُتاح موعدكم لغيركم", "يمكنكم تعديل الموعد بدلًا من إلغائه", "9:00 ص")
	l.centre.AuditClean()
}

// The page offers the files of the visit as the API does, and no link for another thing
// does.
func TestFilesOfTheTicket(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	page := l.looks("")
	owner := map[string]string{"Authorization": "Bearer " + l.visit.ManageToken, "Accept-Language": "ar"}
	survey := linkTo(t, l.visit, portal.Survey)
	for path, contract := range map[string]string{"/visit.ics": "/calendar.ics", "/code.svg": "/code.svg"} {
		says(t, page, l.path+path)
		got := l.opens(l.path + path)
		want := l.centre.Send(servicetest.Request{
			Method: http.MethodGet, Path: "/v1/appointments/" + l.visit.Reference + contract, Header: owner,
		})
		if got.Status != http.StatusOK || want.Status != http.StatusOK || !bytes.Equal(got.Body, want.Body) {
			t.Errorf("%s: %d %s, want %d %s", path, got.Status, got.Body, want.Status, want.Body)
		}
		for _, name := range []string{"Content-Type", "Content-Disposition", "Cache-Control", "Content-Security-Policy"} {
			if got.Header.Get(name) != want.Header.Get(name) {
				t.Errorf("%s: %s is %q, want %q", path, name, got.Header.Get(name), want.Header.Get(name))
			}
		}
		if answer := l.opens(survey + path); answer.Status != http.StatusNotFound {
			t.Errorf("%s of a survey: %d, want 404", path, answer.Status)
		}
	}
}

// Only the page that has something for the script may load it, and no other script.
func TestScriptOfTheTicket(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "en")
	for path, want := range map[string]bool{"": true, "/move": false, "/cancel": false} {
		answer := l.opens(l.path + path)
		policy := answer.Header.Get("Content-Security-Policy")
		loads := strings.Contains(string(answer.Body), `<script type="module" src="/assets/ziyara.`)
		if loads != want || strings.Contains(policy, "script-src 'self'") != want || !strings.HasPrefix(policy, "default-src 'none'") {
			t.Errorf("%q: loads %t, %s; want %t", path, loads, policy, want)
		}
	}
}

// From the page of a visit one waits for an earlier start with one press, sees that one
// does, stops, and sees what is offered.
func TestEarlierFromThePage(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	says(t, l.looks(""), "موعد أقرب من هذا الموعد", l.path+"/wait")
	says(t, l.follows("/wait", nil), "تم تسجيلكم في قائمة الانتظار", "أنتم مسجلون في قائمة الانتظار", l.path+"/wait/stop")
	says(t, l.follows("/wait", nil), "أنتم مسجلون في قائمة الانتظار") // pressed twice
	says(t, l.looks("/cancel"), "وينتهي تسجيلكم في قائمة الانتظار")
	for range 2 {
		says(t, l.follows("/wait/stop", nil), "تم إلغاء تسجيلكم في قائمة الانتظار", "التسجيل في قائمة الانتظار")
	}
	l.follows("/wait", nil)
	l.centre.Pass(time.Minute) // there are free places before

	page := l.looks("")
	says(t, page, "موعد أقرب متاح لكم")
	link := regexp.MustCompile(`href="(/m/[^"]+)"[^>]*>\s*عرض الموعد المتاح`).FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("no link to the offer in:\n%s", page)
	}
	offer := linked{Visitor: l.Visitor, t: t, centre: l.centre, path: link[1]}
	page = offer.looks("")
	says(t, page, "موعد متاح لكم", "موعدكم الحالي")
	offered := times(page)[0]
	if answer := offer.presses("/offer/accept", start(offered)); answer.Status != http.StatusSeeOther {
		t.Fatalf("accept: %d %s", answer.Status, answer.Body)
	}
	if got := l.Shows(l.visit); got.Start.UTC().Format(time.RFC3339) != offered || !got.Start.Before(l.visit.Start) {
		t.Errorf("the visit is at %v, want %s", got.Start, offered)
	}
	l.centre.AuditClean()
}

// Who can't wait for an earlier start is not offered to, and is told why when they ask
// all the same.
func TestEarlierFromThePageRefused(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	l := linked{Visitor: centre.Visitor(1), t: t, centre: centre}
	l.Lang = "ar"
	first := l.Slots("annual-returns", "riyadh", "2026-11-24", "2026-11-24")[0].Start
	l.visit = l.Books("annual-returns", "riyadh", first)
	l.path = l.newest()
	conflict := func(want string) {
		t.Helper()
		saysNot(t, l.looks(""), l.path+"/wait\"")
		answer := l.presses("/wait", nil)
		if answer.Status != http.StatusConflict {
			t.Fatalf("%d %s, want 409", answer.Status, answer.Body)
		}
		says(t, string(answer.Body), want)
	}
	centre.Clock.Set(first.Add(-5 * time.Hour))
	conflict("لا توجد مواعيد قبل موعدكم")
	centre.Clock.Set(first.Add(-3 * time.Hour))
	conflict("انتهت مهلة هذا الإجراء")
	if answer := l.TryCancel(l.visit); answer.Status != http.StatusOK {
		t.Fatalf("cancel: %d", answer.Status)
	}
	conflict("تغيّر موعدكم قبل قليل")
}

// Who waits for a visit of their own at the same service waits once.
func TestEarlierFromThePageOfWhoWaits(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	servicetest.Exec(t, l.centre.DatabaseURL, "UPDATE services SET active_limit = 2")
	l.Waits(heirs, dammam, "2026-11-25", "2026-11-25")
	saysNot(t, l.looks(""), l.path+"/wait\"")
	answer := l.presses("/wait", nil)
	if answer.Status != http.StatusConflict {
		t.Fatalf("%d %s, want 409", answer.Status, answer.Body)
	}
	says(t, string(answer.Body), "أنتم مسجلون في قائمة انتظار هذه الخدمة")
}
