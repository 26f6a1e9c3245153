package service_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// onPortal is a visitor with a browser, which keeps cookies.
type onPortal struct {
	*servicetest.Visitor
	t       *testing.T
	centre  *servicetest.Centre
	cookies map[string]string
}

func atHome(t *testing.T, v *servicetest.Visitor, centre *servicetest.Centre) *onPortal {
	t.Helper()
	v.Lang = "ar"
	return &onPortal{v, t, centre, map[string]string{}}
}

func (b *onPortal) sends(method, path string, fields url.Values) servicetest.Answer {
	b.t.Helper()
	var pairs []string
	for name, value := range b.cookies {
		pairs = append(pairs, name+"="+value)
	}
	r := servicetest.Request{Method: method, Path: path, Header: map[string]string{
		"Accept-Language": b.Lang, "Cookie": strings.Join(pairs, "; "), "Sec-Fetch-Site": "same-origin",
	}}
	if method == http.MethodPost {
		r.Header["Content-Type"], r.Body = "application/x-www-form-urlencoded", fields.Encode()
	}
	answer := b.centre.Send(r)
	for _, cookie := range (&http.Response{Header: answer.Header}).Cookies() {
		if cookie.Value == "" {
			delete(b.cookies, cookie.Name)
		} else {
			b.cookies[cookie.Name] = cookie.Value
		}
	}
	return answer
}

// opens opens a page, and goes where it leads.
func (b *onPortal) opens(path string) string {
	b.t.Helper()
	answer := b.sends(http.MethodGet, path, nil)
	for range 3 {
		if answer.Status != http.StatusSeeOther {
			break
		}
		path = answer.Header.Get("Location")
		answer = b.sends(http.MethodGet, path, nil)
	}
	if answer.Status != http.StatusOK {
		b.t.Fatalf("GET %s: %d %s", path, answer.Status, answer.Body)
	}
	return plain(string(answer.Body))
}

// presses sends a form and goes where it leads.
func (b *onPortal) presses(path string, fields url.Values) string {
	b.t.Helper()
	answer := b.sends(http.MethodPost, path, fields)
	if answer.Status != http.StatusSeeOther {
		b.t.Fatalf("POST %s: %d %s", path, answer.Status, answer.Body)
	}
	return b.opens(answer.Header.Get("Location"))
}

// isRefused sends a form and returns the page that says what is wrong.
func (b *onPortal) isRefused(status int, path string, fields url.Values) string {
	b.t.Helper()
	answer := b.sends(http.MethodPost, path, fields)
	if answer.Status != status {
		b.t.Fatalf("POST %s: %d %s, want %d", path, answer.Status, answer.Body, status)
	}
	return plain(string(answer.Body))
}

// asks asks for a code and returns the one that arrives.
func (b *onPortal) asks() string {
	b.t.Helper()
	says(b.t, b.presses("/visits", url.Values{"mobile": {b.Mobile}}), "التحقق من رقم الجوال", `autocomplete="one-time-code"`)
	return b.arrived()
}

func (b *onPortal) arrived() string { return regexp.MustCompile(`\d{6}`).FindString(b.Receives().Text) }

// proves proves the visitor's mobile, a minute later, and returns the list of visits.
func (b *onPortal) proves() string {
	b.t.Helper()
	b.centre.Clock.Add(time.Minute) // between two codes
	return b.presses("/visits/code", url.Values{"code": {b.asks()}})
}

func withCode(text string) url.Values { return url.Values{"code": {text}} }

// hidden returns the value of a hidden field of a page.
func hidden(t *testing.T, page, name string) string {
	t.Helper()
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no field %s in %s", name, page)
	}
	return found[1]
}

// Who proves a mobile sees all that belongs to it, goes on from there, and signs out.
// The mobile is in no address and in no log.
func TestVisitsPage(t *testing.T) {
	t.Parallel()
	journal := &journal{}
	centre := servicetest.Open(t, 1, public, journal.option)
	b := atHome(t, centre.Visitor(1), centre)
	says(t, b.opens("/visits"), "مواعيدكم", "إرسال رمز التحقق", `autocomplete="tel"`)
	says(t, b.proves(), "لا توجد مواعيد قادمة", `href="/"`, "مواعيد الجوال 05•••••001", "حتى الساعة 9:31 ص")

	centre.Clock.Add(time.Minute)
	late := b.Books(heirs, "riyadh", servicetest.At(t, "2026-11-30T09:00"))
	cancels(t, b.Visitor, late)
	early := b.Books(heirs, "riyadh", servicetest.At(t, "2026-11-24T10:30"))
	other := centre.Visitor(2)
	foreign := other.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	page := b.opens("/visits")
	says(t, page, "المواعيد القادمة", "نقل العوائد إلى الورثة", "10:30 ص", "تم الحجز", "مواعيد سابقة أو ملغاة", "تم الإلغاء",
		"الاثنين 30 نوفمبر 2026م")
	saysNot(t, page, foreign.Reference, b.Name)
	links := regexp.MustCompile(`href="(/m/[^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(links) != 2 {
		t.Fatalf("%d links in %s", len(links), page)
	}
	says(t, b.opens(links[0][1]), early.Reference, "تعديل الموعد")
	says(t, b.opens(links[1][1]), late.Reference, "تم إلغاء هذا الموعد")

	says(t, b.presses("/visits/sign-out", nil), "تم تسجيل الخروج", "إرسال رمز التحقق")
	says(t, b.opens("/visits"), "إرسال رمز التحقق")
	if log := journal.String(); strings.Contains(log, "500000001") || !strings.Contains(log, "/visits") {
		t.Errorf("the log:\n%s", log)
	}
	centre.AuditClean()
}

// A proof is kept for half an hour from the code, and not longer for being used.
func TestVisitsPageForgets(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	b := atHome(t, centre.Visitor(1), centre)
	right := b.asks()
	b.presses("/visits/code", withCode(right))
	kept := b.cookies["ziyara_visitor"]
	centre.Clock.Add(30*time.Minute - time.Second)
	says(t, b.opens("/visits"), "تسجيل الخروج")
	centre.Clock.Add(time.Second)
	says(t, b.opens("/visits"), "إرسال رمز التحقق")
	centre.Clock.Add(-time.Minute)
	for i := range kept {
		changed := []byte(kept)
		changed[i] ^= 1
		b.cookies["ziyara_visitor"] = string(changed)
		if i%16 == 0 { // a request each
			says(t, b.opens("/visits"), "إرسال رمز التحقق")
		}
	}
}

// A visit that is over is shown by its card's link as long as the proof counts.
func TestVisitsPageShowsPastVisits(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	b := atHome(t, centre.Visitor(1), centre)
	visit := b.Books(heirs, "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	centre.Clock.Set(servicetest.At(t, "2026-11-24T12:00"))
	page := b.proves()
	says(t, page, "لا توجد مواعيد قادمة", "انتهى وقت الموعد")
	link := regexp.MustCompile(`href="(/m/[^"]+)"`).FindStringSubmatch(page)[1]
	says(t, b.opens(link), visit.Reference, "مضى وقت موعدكم")
}

// A wrong code says how many tries are left, an empty one costs none; after the fifth, and
// after five minutes, another has to be sent.
func TestCodesOnThePage(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	b := atHome(t, centre.Visitor(1), centre)
	right := b.asks()
	says(t, b.opens("/visits/code"), "إعادة الإرسال متاحة من الساعة 9:01 ص", "صالح حتى الساعة 9:05 ص", "05•••••001")
	for _, empty := range []string{"", "  "} {
		says(t, b.isRefused(http.StatusUnprocessableEntity, "/visits/code", withCode(empty)), "نرجو كتابة الأرقام الستة")
	}
	for _, left := range []string{"4 محاولات", "3 محاولات", "محاولتان", "محاولة واحدة"} {
		page := b.isRefused(http.StatusUnprocessableEntity, "/visits/code", withCode(wrong(right)))
		says(t, page, "الرمز غير صحيح", left, `aria-invalid="true"`)
	}
	says(t, b.isRefused(http.StatusTooManyRequests, "/visits/code", withCode(wrong(right))), "انتهت محاولات إدخال هذا الرمز")
	says(t, b.isRefused(http.StatusTooManyRequests, "/visits/code", withCode(right)), "انتهت محاولات إدخال هذا الرمز")

	says(t, b.isRefused(http.StatusTooManyRequests, "/visits/code/again", nil), "يمكن إرسال رمز آخر من الساعة 9:01 ص")
	centre.Clock.Add(time.Minute)
	says(t, b.opens("/visits/code"), "لم يصلكم الرمز؟")
	says(t, b.presses("/visits/code/again", nil), "أرسلنا رمزًا آخر")
	right = b.arrived()
	centre.Clock.Add(5 * time.Minute)
	says(t, b.opens("/visits/code"), "انتهت صلاحية رمز التحقق")
	says(t, b.isRefused(http.StatusGone, "/visits/code", withCode(right)), "انتهت صلاحية رمز التحقق")
	b.presses("/visits/code/again", nil)
	arabic := strings.NewReplacer("0", "٠", "1", "١", "2", "٢", "3", "٣", "4", "٤", "5", "٥", "6", "٦", "7", "٧", "8", "٨", "9", "٩")
	says(t, b.presses("/visits/code", withCode(" "+arabic.Replace(b.arrived()))), "لا توجد مواعيد قادمة")
	says(t, b.opens("/visits/code"), "لا توجد مواعيد قادمة") // nothing is asked any more
}

// Forms that are sent twice send one code, and both answers lead to it; who corrects the
// number gets a code there.
func TestCodesOnThePageOnce(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	b := atHome(t, centre.Visitor(1), centre)
	key := hidden(t, b.opens("/visits"), "key")
	form := url.Values{"mobile": {b.Mobile}, "key": {key}}
	b.presses("/visits", form)
	first := b.cookies["ziyara_code"]
	delete(b.cookies, "ziyara_code") // its answer did not arrive
	b.presses("/visits", form)
	if first == "" || b.cookies["ziyara_code"] == "" {
		t.Error("the second answer knows of no code")
	}
	if got := len(b.Messages()); got != 1 {
		t.Errorf("%d messages, want 1", got)
	}
	right := b.arrived()
	b.presses("/visits", url.Values{"mobile": {b.Mobile}}) // typed again, from another page: it is on its way
	other := centre.Visitor(2)
	b.presses("/visits", url.Values{"mobile": {other.Mobile}, "key": {key}})
	if got := len(other.Messages()); got != 1 {
		t.Errorf("%d messages to the corrected number, want 1", got)
	}
	says(t, b.isRefused(http.StatusUnprocessableEntity, "/visits/code", withCode(wrong(right))), "الرمز غير صحيح")

	centre.Clock.Add(6 * time.Minute)
	b.presses("/visits", form) // an old page, sent again
	says(t, b.presses("/visits/code", withCode(b.arrived())), "لا توجد مواعيد قادمة")
}

// What is typed is kept and said to be wrong; too many codes are refused until a time.
func TestMobileOnThePage(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	b := atHome(t, centre.Visitor(1), centre)
	for _, typed := range []string{"", "12345", `"><b>`} {
		page := b.isRefused(http.StatusUnprocessableEntity, "/visits", url.Values{"mobile": {typed}})
		says(t, page, `href="#mobile"`, "نرجو كتابة رقم جوال صحيح", `aria-invalid="true"`)
		saysNot(t, page, `"><b>`)
	}
	says(t, b.isRefused(http.StatusUnprocessableEntity, "/visits", url.Values{"mobile": {"12345"}}), `value="12345"`)
	b.asks()
	stranger := atHome(t, b.Visitor, centre)
	answer := stranger.sends(http.MethodPost, "/visits", url.Values{"mobile": {b.Mobile}})
	if answer.Status != http.StatusTooManyRequests || answer.Header.Get("Retry-After") != "60" {
		t.Errorf("%d, Retry-After %s", answer.Status, answer.Header.Get("Retry-After"))
	}
	says(t, plain(string(answer.Body)), "يمكن إرسال رمز آخر من الساعة 9:01 ص", b.Mobile)
	for range 4 {
		centre.Clock.Add(time.Minute)
		b.presses("/visits/code/again", nil)
	}
	centre.Clock.Add(time.Minute)
	says(t, b.isRefused(http.StatusTooManyRequests, "/visits/code/again", nil), "أرسلنا رموزًا كثيرة", "10:00 ص")
	for _, path := range []string{"/visits/code", "/visits/code/again"} { // without a code on its way
		says(t, atHome(t, b.Visitor, centre).presses(path, withCode("123456")), "إرسال رمز التحقق")
	}
}

// Who waits sees for what, leaves, and is led to what is offered; what belongs to others
// can't be left.
func TestWaitingOnThePage(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	noura, other := centre.Visitor(3), centre.Visitor(2)
	nine := servicetest.At(t, "2026-11-25T09:00")
	visit := noura.Books(heirs, dammam, nine)
	b := atHome(t, centre.Visitor(1), centre)
	ticket := waitsFor(b.Visitor, "09:00")
	later := other.Waits(heirs, dammam, "2026-11-26", "2026-11-27")
	page := b.proves()
	says(t, page, "قائمة الانتظار", "نقل العوائد إلى الورثة", "الأربعاء 25 نوفمبر", ticket.ID)
	saysNot(t, page, later.ID)
	says(t, b.presses("/visits/leave", url.Values{"entry": {later.ID}}), ticket.ID)
	if e := other.Entry(later); e.State == "left" {
		t.Errorf("the other's entry is %s", e.State)
	}
	cancels(t, noura, visit)
	b.IsOffered(ticket)
	page = b.opens("/visits")
	says(t, page, "موعد متاح لكم", "9:00 ص", "محجوز لكم مؤقتًا حتى الساعة")
	says(t, b.opens(regexp.MustCompile(`href="(/m/[^"]+)"`).FindStringSubmatch(page)[1]), "قبول الموعد")
	for range 2 {
		says(t, b.presses("/visits/leave", url.Values{"entry": {ticket.ID}}), "تم إلغاء تسجيلكم في قائمة الانتظار", "لا توجد مواعيد قادمة")
	}
	says(t, b.presses("/visits/leave", url.Values{"entry": {"x"}}), "لا توجد مواعيد قادمة")
	if answer := atHome(t, b.Visitor, centre).sends(http.MethodPost, "/visits/leave", url.Values{"entry": {later.ID}}); answer.Status !=
		http.StatusSeeOther || other.Entry(later).State == "left" {
		t.Errorf("without a proof: %d", answer.Status)
	}
	centre.AuditClean()
}

// A family that shares a mobile is told whose visit is whose.
func TestVisitsPageOfAFamily(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	b, child := atHome(t, centre.Visitor(1), centre), centre.Visitor(2)
	child.Mobile = b.Mobile
	b.Books(heirs, "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	b.Receives()
	centre.Clock.Add(time.Minute)
	child.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	b.Receives()
	says(t, b.proves(), b.Name, child.Name)
}

// The pages are for one address and for forms of our own, are kept by no cache, and are
// not there without an address.
func TestVisitsPageIsGuarded(t *testing.T) {
	t.Parallel()
	if got := servicetest.Open(t, 1, func(c *service.Config) { c.PublicURL = "https://visit.example" }).Get("/visits"); got.Status !=
		http.StatusMisdirectedRequest {
		t.Errorf("under another name: %d", got.Status)
	}
	if got := servicetest.Open(t, 1).Get("/visits"); got.Status != http.StatusNotFound {
		t.Errorf("without an address for pages: %d", got.Status)
	}
	centre := servicetest.Open(t, 1, public)
	got := centre.Get("/visits")
	if got.Status != http.StatusOK || got.Header.Get("Cache-Control") != "no-store" ||
		!strings.HasPrefix(got.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%d %v", got.Status, got.Header)
	}
	foreign := centre.Send(servicetest.Request{
		Method: http.MethodPost, Path: "/visits", Body: url.Values{"mobile": {"0500000001"}}.Encode(),
		Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"},
	})
	if foreign.Status != http.StatusForbidden {
		t.Errorf("a form of another site: %d", foreign.Status)
	}
}
