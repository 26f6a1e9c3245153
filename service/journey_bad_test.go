package service_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"ziyara/service/servicetest"
)

const heirsAtRiyadh = "/services/heirs-returns/riyadh"

// helps fails the test unless the page is one that helps: complete, readable, in one
// piece, and not about a fault of ours.
func (w *walker) helps() *walker {
	w.t.Helper()
	switch {
	case w.status >= http.StatusInternalServerError, w.status == http.StatusBadRequest:
		w.t.Errorf("%s: %d: %s", w.at, w.status, textOf(w.page))
	case !utf8.ValidString(w.page):
		w.t.Errorf("%s: not UTF-8", w.at)
	case strings.Count(w.page, "<h1") != 1 || !strings.HasSuffix(strings.TrimSpace(w.page), "</html>"):
		w.t.Errorf("%s: no page: %s", w.at, w.page)
	}
	page := strings.ReplaceAll(w.page, `<script type="module" src="/assets/`, "") // our own
	for _, raw := range []string{"<script", "<b>x", "\x00", "%!("} {
		if strings.Contains(page, raw) {
			w.t.Errorf("%s: %q on the page", w.at, raw)
		}
	}
	return w
}

// hostile are texts meant to break a page.
func hostile() map[string]string {
	return map[string]string{
		"nothing": "", "blank": " \u00a0\u200f", "a script": `"><script>alert(1)</script><b>x</b>`, "a template": "{{.}} ${x} %d %!s",
		"long": strings.Repeat("ن", 10_000), "long and escaped": strings.Repeat(`<"\`, 3_000), "wide": strings.Repeat("𠀀", 10_000),
		"NUL": "a\x00b", "controls": "a\x1b[31m\r\nSet-Cookie: x=y", "not UTF-8": "\xff\xfe\xc3", "separators": strings.Repeat("\u2028", 3_000),
		"marks":    "\u202eمحمد\u202c\u200f\u2066 " + strings.Repeat("\u0301", 500),
		"negative": "-1", "huge": "99999999999999999999", "a path": "../../etc/passwd",
		"year 1": "0001-01-01", "year 9999": "9999-12-31", "instant 1": "0001-01-01T00:00:00Z", "instant 9999": "9999-12-31T23:59:59Z",
		"Arabic-Indic": "٢٠٢٦-١٢-٠١", "beyond": "10000-01-01", "an hour off": "2026-12-01T07:30:00.000000001+23:59",
	}
}

// Whatever an address says, its page helps.
func TestOddAddresses(t *testing.T) {
	t.Parallel()
	centre, _, w := portalCentre(t)
	for name, text := range hostile() {
		text = text[:min(len(text), 4_000)]
		for _, path := range []string{"/", "/departments/revenues", "/services/heirs-returns",
			heirsAtRiyadh, heirsAtRiyadh + "/taken", heirsAtRiyadh + "/wait",
		} {
			for _, key := range []string{"q", "party", "needs", "day", "from", "start", "lang", "check"} {
				if len(text) > 100 && key != "q" && path != heirsAtRiyadh {
					continue
				}
				address := path + "?" + key + "=" + url.QueryEscape(text)
				if len(address) > 6_000 {
					address = address[:6_000]
					address = address[:strings.LastIndexByte(address, '%')]
				}
				if w.goes(address).helps(); t.Failed() {
					t.Fatal(name)
				}
			}
		}
	}
	for _, path := range []string{
		"/services/%00", "/services/%ff", "/services/..%2f",
		"/services/none", "/services/heirs-returns/none", "/services/heirs-returns/none/wait",
		"/services/exemption-request/jeddah", "/departments/none", "/book/x", "/book/x.y", "/book/" + strings.Repeat("x", 3_000),
		"/book/00000000-0000-0000-0000-000000000000.x", "/book/%00.%00", "/visit", "/waiting?x=1",
	} {
		w.goes(path).helps()
		if w.status == http.StatusOK && !strings.HasPrefix(path, "/waiting") {
			t.Errorf("%s: 200", path)
		}
	}
	w.goes(heirsAtRiyadh+"?"+strings.Repeat("needs=sign_language&needs=x&party=9&", 150)).helps().says(http.StatusOK, "60 دقيقة")
	got := strings.Count(w.page, "needs=sign_language")
	if got == 0 || strings.Contains(w.page, "needs=sign_language&amp;needs=sign_language") {
		t.Errorf("the need is in %d addresses, or twice in one", got)
	}
	centre.AuditClean()
}

// Whatever a form says, its page helps, and nothing that was typed leads astray.
func TestOddForms(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes(heirsAtRiyadh + "?day=2026-11-25").chooses()
	held := w.at.Path
	for name, text := range hostile() {
		for _, path := range []string{heirsAtRiyadh, held, held + "/code", heirsAtRiyadh + "/wait", heirsAtRiyadh + "/wait/code"} {
			all := url.Values{"lang": {text[:min(len(text), 1_000)]}} // all in all less than a body may have
			for _, field := range []string{
				"start", "name", "id", "mobile", "email", "by_name", "by_id", "wakala", "wakala_expires", "documents", "code", "from", "to", "part",
			} {
				all.Set(field, text[:min(len(text), 1_000)])
			}
			if w.sends(path, all).helps(); t.Failed() {
				t.Fatalf("%s at %s", name, path)
			}
			one := details(visitor)
			one.Set("name", text[:min(len(text), 15_000)])
			if w.sends(path, one).helps(); t.Failed() {
				t.Fatalf("name %s at %s", name, path)
			}
		}
	}
	centre.AuditClean()
}

// Details may be typed with other digits and pasted with marks; the code, too.
func TestTypedWithOtherDigits(t *testing.T) {
	t.Parallel()
	arabic := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r - '0' + '٠'
			}
			return r
		}, s)
	}
	persian := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r - '0' + '۰'
			}
			return r
		}, s)
	}
	for name, types := range map[string]func(string) string{
		"Arabic-Indic": arabic, "Persian": persian,
		"pasted": func(s string) string { return "\u200f\u202a " + s + "\u00a0\u202c\ufeff" },
		"spaced": func(s string) string { return s[:3] + " " + s[3:] },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			centre, visitor, w := portalCentre(t)
			w.goes(heirsAtRiyadh + "?day=2026-11-25").chooses()
			form := details(visitor)
			form.Set("id", types(visitor.ID))
			form.Set("mobile", types(visitor.Mobile))
			w.sends(w.action("name"), form).lacks("نرجو تصحيح ما يلي").says(http.StatusOK, "رمز التحقق")
			centre.Jobs()
			form.Set("code", types(code(visitor)))
			w.sends(w.action("code"), form).says(http.StatusOK, "تم حجز موعدكم")
			centre.AuditClean()
		})
	}
}

// A form of a version before, with fields missing or of other names, leads to a page
// that asks for them.
func TestFormsOfAnotherVersion(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes(heirsAtRiyadh)
	for _, fields := range []url.Values{nil, {"slot": {"x"}}, {"start": {""}}} {
		w.sends(heirsAtRiyadh+"?day=2026-12-01", fields).says(http.StatusOK, "اليوم والوقت").helps()
	}
	w.goes(heirsAtRiyadh).chooses()
	held := w.at.Path
	for _, path := range []string{held, held + "/code"} {
		w.sends(path, url.Values{"full_name": {visitor.Name}, "phone": {visitor.Mobile}}).
			says(http.StatusOK, "نرجو تصحيح ما يلي", "بيانات الزائر")
		form := details(visitor)
		form.Del("documents")
		w.sends(path, form).says(http.StatusOK, "نرجو تصحيح ما يلي")
		if !strings.Contains(w.page, visitor.Name) {
			t.Error("what was typed is gone")
		}
	}
	w.sends(held, details(visitor)).says(http.StatusOK, "رمز التحقق", "حجز الموعد") // without a code: one is sent
	w.sends(heirsAtRiyadh+"/wait", url.Values{"name": {visitor.Name}}).says(http.StatusOK, "نرجو تصحيح ما يلي", "قائمة الانتظار")
	address := w.at.Scheme + "://" + w.at.Host + held
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(`{"name":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/html")
	if answer, err := w.client.Do(request); err != nil || answer.StatusCode >= http.StatusInternalServerError {
		t.Errorf("JSON: %v, %v", answer, err)
	} else {
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
	}
	centre.AuditClean()
}

// A cookie that is not ours, or not of this browser, is as none.
func TestCookieFromElsewhere(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes(heirsAtRiyadh).chooses()
	held := w.at.Path
	w.sends(held+"/code", details(visitor)).says(http.StatusOK, "رمز التحقق")
	jar := w.client.Jar
	kept := jar.Cookies(w.at)
	for name, change := range map[string]func(string) string{
		"none":  func(string) string { return "" },
		"short": func(s string) string { return s[:10] }, "not ours": func(string) string { return "e30" },
		"tampered": func(s string) string { return s[:20] + map[bool]string{true: "B", false: "A"}[s[20] == 'A'] + s[21:] },
		"huge":     func(s string) string { return strings.Repeat("A", 3_900) },
	} {
		other := newWalker(t, centre)
		for _, c := range kept {
			if c.Name == "ziyara_draft" {
				other.client.Jar.SetCookies(w.at, []*http.Cookie{{Name: c.Name, Value: change(c.Value), Path: "/"}})
			}
		}
		other.goes(held).says(http.StatusForbidden, "بدأ هذا الحجز في متصفح آخر").lacks(visitor.Name).helps()
		other.goes(heirsAtRiyadh).helps().chooses().says(http.StatusOK, "بيانات الزائر").lacks(visitor.Name)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	w.goes(held).says(http.StatusOK, "رمز التحقق")
	centre.AuditClean()
}

// atOnce sends a form twice at the same time, as an impatient visitor does, and
// returns where the answers lead.
func (w *walker) atOnce(address string, fields url.Values) (where [2]string) {
	w.t.Helper()
	var both sync.WaitGroup
	for i := range where {
		other := *w
		both.Go(func() { where[i] = other.sends(address, fields).helps().at.RequestURI() })
	}
	both.Wait()
	return where
}

// Two taps at the same time are as one: on a time, also on the first page that a
// visitor sees, on the button that sends a code, and on the one that books.
func TestTapsAtOnce(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes(heirsAtRiyadh)
	where := w.atOnce(w.action("start"), url.Values{"start": {times(w.page)[0]}})
	if where[0] != where[1] {
		t.Errorf("two taps on a time lead to %s", where)
	}
	w.goes(where[0]).says(http.StatusOK, "بيانات الزائر")
	w.atOnce(w.action("name"), details(visitor))
	centre.Jobs()
	if n := len(visitor.Messages()); n != 1 {
		t.Errorf("%d codes were sent, want 1", n)
	}
	w.goes(where[0]).says(http.StatusOK, "رمز التحقق")
	form := details(visitor)
	form.Set("code", code(visitor))
	where = w.atOnce(w.action("code"), form)
	if where[0] != where[1] || !strings.HasPrefix(where[0], "/m/") {
		t.Errorf("two taps on the button lead to %s", where)
	}
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM appointments WHERE status IN ('held', 'booked')`); n != 1 {
		t.Errorf("%d places are held or booked, want 1", n)
	}
	centre.AuditClean()
}

// Two tabs with two services: each is booked with its own details, and what was said
// of one is not said of the other.
func TestTwoServicesInTwoTabs(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes(heirsAtRiyadh + "?day=2026-11-25").chooses()
	first := w.at.Path
	w.goes("/services/returns-by-agent/riyadh?day=2026-11-26").chooses()
	second := w.at.Path
	w.goes(first).says(http.StatusOK, "نقل العوائد إلى الورثة", "محجوز لكم مؤقتًا")
	w.sends(first+"/code", details(visitor)).says(http.StatusOK, "رمز التحقق")
	w.goes(second).says(http.StatusOK, "محجوز لكم مؤقتًا")
	if !strings.Contains(w.page, visitor.Name) || strings.Contains(w.page, "checked") {
		t.Errorf("the name is not carried over, or the documents of the other service are read: %s", w.page)
	}
	centre.Jobs()
	form := details(visitor)
	form.Set("code", code(visitor))
	w.sends(first, form).says(http.StatusOK, "تم حجز موعدكم")
	w.sends(second+"/code", details(visitor))
	if strings.Contains(w.page, "إرسال رمز التحقق") {
		t.Error("the code was not sent, or is asked for without need")
	}
	centre.Jobs()
	form.Set("code", code(visitor))
	w.sends(second, form).says(http.StatusOK, "تم حجز موعدكم")
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM appointments WHERE status = 'booked'`); n != 2 {
		t.Errorf("%d visits, want 2", n)
	}
	centre.AuditClean()
}

// The same service in two tabs: the later choice counts, the former place is free for
// others at once, and a tab left behind still books.
func TestSameServiceInTwoTabs(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	held := func() int {
		return servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM appointments WHERE status = 'held'`)
	}
	w.goes(heirsAtRiyadh + "?day=2026-11-25").chooses()
	first := w.at.Path
	w.goes(heirsAtRiyadh + "?day=2026-11-26").chooses()
	if n := held(); n != 1 {
		t.Errorf("%d places are held, want 1", n)
	}
	w.goes(first).says(http.StatusOK, "ما زال موعد", "متاحًا")
	w.sends(first+"/code", details(visitor)).says(http.StatusOK, "رمز التحقق")
	centre.Jobs()
	form := details(visitor)
	form.Set("code", code(visitor))
	w.sends(first, form).says(http.StatusOK, "تم حجز موعدكم", "25 نوفمبر")
	if n := held(); n != 0 {
		t.Errorf("%d places are held after the visit was booked, want 0", n)
	}
	centre.AuditClean()
}

// What stands against one visit is said once, and not of another start.
func TestSaidOfOneVisitOnly(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T07:30"))
	centre.Pass(2 * time.Minute) // until another code can be sent
	proves := func() {
		t.Helper()
		w.sends(w.action("name"), details(visitor))
		if strings.Contains(w.page, `name="code"`) {
			centre.Jobs()
			form := details(visitor)
			form.Set("code", code(visitor))
			w.sends(w.action("code"), form)
		}
	}
	w.goes("/services/returns-by-agent/riyadh?day=2026-11-25").chooses()
	proves()
	w.says(http.StatusOK, "لديكم موعد آخر في الوقت نفسه")
	w.goes("/services/returns-by-agent/riyadh?day=2026-11-26").chooses().lacks("لديكم موعد آخر في الوقت نفسه")
	w.goes(heirsAtRiyadh + "/wait").lacks("لديكم موعد آخر في الوقت نفسه")
	w.goes(heirsAtRiyadh + "?day=2026-11-26").chooses()
	proves()
	w.says(http.StatusOK, "بلغتم الحد الأقصى من المواعيد لهذه الخدمة")
}

// A visitor can pause for an hour at each step and go on from there, in either language.
func TestPauseAtEveryStep(t *testing.T) {
	t.Parallel()
	for step := range 5 {
		t.Run(fmt.Sprint(step), func(t *testing.T) {
			t.Parallel()
			centre, visitor, w := portalCentre(t)
			pause := func(at int) {
				t.Helper()
				if at != step {
					return
				}
				centre.Pass(time.Hour)
				here := *w.at
				for _, lang := range []string{"en", "ar"} {
					q := here.Query()
					q.Set("lang", lang)
					w.goes(here.Path + "?" + q.Encode()).helps()
				}
			}
			w.goes("/?q=" + url.QueryEscape("ورثة"))
			pause(0)
			w.goes("/services/heirs-returns")
			pause(1)
			w.goes(heirsAtRiyadh + "?day=2026-11-25")
			pause(2)
			w.chooses()
			pause(3)
			w.sends(w.action("name"), details(visitor)).says(http.StatusOK, "حجز الموعد")
			pause(4)
			form := details(visitor)
			if step == 4 {
				if !strings.Contains(w.page, visitor.Name) {
					t.Error("what was typed is gone")
				}
				w.sends(w.action("name"), form).says(http.StatusOK, "حجز الموعد")
			}
			centre.Jobs()
			form.Set("code", code(visitor))
			w.sends(w.action("code"), form).says(http.StatusOK, "تم حجز موعدكم", "7:30 ص")
			centre.AuditClean()
		})
	}
}

// What was typed is kept while the service can't answer, and a code that was right
// is not asked for again.
func TestTypedWhileAway(t *testing.T) {
	t.Parallel()
	line := servicetest.NewLine(t, servicetest.Database(t))
	centre := servicetest.OpenOn(t, line.URL, 1, public)
	visitor, w := centre.Visitor(1), newWalker(t, centre)
	w.goes(heirsAtRiyadh).chooses()
	held := w.at.Path
	line.Cut()
	w.sends(held+"/code", details(visitor)).says(http.StatusServiceUnavailable, "الموقع غير متاح الآن", "بياناتكم محفوظة")
	line.Heal()
	centre.Eventually("it is back", func() bool { return w.goes(held).status == http.StatusOK })
	if w.says(http.StatusOK, "بيانات الزائر"); !strings.Contains(w.page, visitor.Name) {
		t.Errorf("what was typed is gone: %s", w.page)
	}
}

// Too many attempts are answered by a page, and what was typed is kept.
func TestTypedWhileTooMany(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t, limited("prove-address=10/1m"))
	w.goes(heirsAtRiyadh).chooses()
	held := w.at.Path
	for w.status != http.StatusTooManyRequests {
		w.sends(held+"/code", nil)
	}
	w.sends(held+"/code", details(visitor)).says(http.StatusTooManyRequests, "محاولات كثيرة خلال وقت قصير")
	centre.Clock.Add(2 * time.Minute)
	if w.goes(held).says(http.StatusOK, "بيانات الزائر"); !strings.Contains(w.page, visitor.Name) {
		t.Errorf("what was typed is gone: %s", w.page)
	}
}

// A time that is not offered, or of another service, leads to those that are.
func TestTimeNotOffered(t *testing.T) {
	t.Parallel()
	centre, _, w := portalCentre(t)
	w.goes("/services/iban-update/riyadh")
	other := times(w.page)[1]
	for name, start := range map[string]string{
		"another service": other, "yesterday": "2026-11-21T06:00:00Z", "a Friday": "2026-11-27T06:00:00Z", "off the grid": "2026-11-25T06:01:00Z",
		"year 1": "0001-01-01T00:00:00Z", "year 9999": "9999-12-31T23:59:59Z", "night": "2026-11-25T00:30:00+03:00",
	} {
		w.sends(heirsAtRiyadh, url.Values{"start": {start}}).helps()
		if w.status != http.StatusOK || !strings.Contains(w.page, heirsAtRiyadh) {
			t.Errorf("%s: %d %s", name, w.status, textOf(w.page))
		}
	}
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM appointments`); n != 0 {
		t.Errorf("%d places are held, want 0", n)
	}
}

// Two visitors come at the same time, booked one after the other with one browser:
// each has a visit, and going back to the first form leads to the first visit.
func TestTwoVisitorsOneBrowser(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	var forms, visits [2]string
	for i, v := range []*servicetest.Visitor{visitor, centre.Visitor(2)} {
		w.goes(heirsAtRiyadh+"?day=2026-11-25").chooses().says(http.StatusOK, "بيانات الزائر")
		forms[i] = w.at.Path
		w.sends(w.action("name"), details(v)).says(http.StatusOK, "رمز التحقق")
		centre.Jobs()
		form := details(v)
		form.Set("code", code(v))
		w.sends(w.action("code"), form).says(http.StatusOK, "تم حجز موعدكم", "7:30 ص")
		visits[i] = w.at.Path
	}
	if visits[0] == visits[1] {
		t.Error("the second visitor was shown the visit of the first")
	}
	for i, form := range forms {
		if w.goes(form).says(http.StatusOK, "تم حجز موعدكم"); w.at.Path != visits[i] {
			t.Errorf("the form %d leads to %s, not %s", i+1, w.at.Path, visits[i])
		}
	}
	centre.AuditClean()
}

// One browser has codes sent to three mobiles, not to a fourth; those three still get
// theirs.
func TestThreeMobilesOfABrowser(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes(heirsAtRiyadh).chooses()
	form := details(visitor)
	for n := range 3 {
		form.Set("mobile", centre.Visitor(n+1).Mobile)
		w.sends(w.action("name"), form).says(http.StatusOK, "رمز التحقق").lacks("ثلاثة أرقام")
	}
	form.Set("mobile", centre.Visitor(4).Mobile)
	w.sends(w.action("name"), form).says(http.StatusOK, "أرسلنا رموز التحقق إلى ثلاثة أرقام جوال", "19990")
	centre.Jobs()
	if got := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM messages"); got != 3 {
		t.Errorf("%d codes, want 3", got)
	}
	centre.Clock.Add(time.Minute)
	form.Set("mobile", visitor.Mobile)
	w.sends(w.action("name"), form).says(http.StatusOK, "رمز التحقق").lacks("ثلاثة أرقام")
}

// No code is sent for a hold that is over: the place is held again first. If it is taken
// meanwhile, the visitor learns that instead, and nothing typed is lost.
func TestNoCodeForAHoldThatIsOver(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes(heirsAtRiyadh)
	list := times(w.page)
	w.sends(w.action("start"), url.Values{"start": {list[len(list)-1]}}) // long enough before
	first := w.at.Path
	form := details(visitor)
	centre.Pass(11 * time.Minute)
	w.sends(first+"/code", form).says(http.StatusOK, "رمز التحقق", "الموعد محجوز لكم مؤقتًا حتى الساعة")
	if w.at.Path == first {
		t.Errorf("the hold that is over is shown again")
	}
	centre.Jobs()
	form.Set("code", code(visitor))
	start := servicetest.Query[time.Time](t, centre.DatabaseURL, "SELECT start_at FROM appointments WHERE status = 'held'")
	held := w.at.Path
	centre.Pass(11 * time.Minute)
	for n := 50; centre.Visitor(n).TryHold(heirs, "riyadh", start).Status == http.StatusCreated; n++ {
	}
	form.Del("code")
	form.Set("mobile", centre.Visitor(2).Mobile)
	before := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM verifications")
	w.sends(held+"/code", form).says(http.StatusOK)
	if !strings.Contains(w.at.Path, "/taken") || !strings.Contains(w.page, visitor.Name) {
		t.Errorf("at %s, want what is free instead, with what was typed", w.at)
	}
	if after := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM verifications"); after != before {
		t.Errorf("%d codes for a place that is taken", after-before)
	}
}
