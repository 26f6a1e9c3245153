package service_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ziyara/notify"
	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/portal"
	"ziyara/service/secret"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

// public gives the centre an address for links.
func public(c *service.Config) { c.PublicURL = "http://127.0.0.1:8080" }

// linked is a visitor with a link to their visit.
type linked struct {
	*servicetest.Visitor
	t      *testing.T
	centre *servicetest.Centre
	visit  api.Appointment
	path   string
}

// linkedVisit books a visit and takes the link from the confirmation.
func linkedVisit(t *testing.T, lang string, options ...servicetest.Option) linked {
	t.Helper()
	centre := servicetest.Open(t, 1, append([]servicetest.Option{public}, options...)...)
	visitor := centre.Visitor(1)
	visitor.Lang = lang
	l := linked{Visitor: visitor, t: t, centre: centre}
	l.visit = visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	l.path = l.newest()
	return l
}

// newest returns the path of the link in the newest message.
func (l linked) newest() string {
	l.t.Helper()
	text := l.Receives().Text
	link, err := url.Parse(text[strings.LastIndexByte(text, '\n')+1:])
	if err != nil || link.Host != "127.0.0.1:8080" || !strings.HasPrefix(link.Path, "/m/") {
		l.t.Fatalf("no link at the end of %q", text)
	}
	return link.Path
}

// looks opens a page of the link and returns it.
func (l linked) looks(path string) string {
	l.t.Helper()
	answer := l.opens(l.path + path)
	if answer.Status != http.StatusOK {
		l.t.Fatalf("GET %s: %d %s", path, answer.Status, answer.Body)
	}
	return string(answer.Body)
}

// opens opens a page with a browser in the visitor's language.
func (l linked) opens(path string) servicetest.Answer {
	l.t.Helper()
	return l.centre.Send(servicetest.Request{Method: http.MethodGet, Path: path, Header: map[string]string{"Accept-Language": l.Lang}})
}

// presses sends a form of the link's pages.
func (l linked) presses(path string, fields url.Values) servicetest.Answer {
	l.t.Helper()
	return l.centre.Send(servicetest.Request{Method: http.MethodPost, Path: l.path + path, Body: fields.Encode(),
		Header: map[string]string{
			"Accept-Language": l.Lang, "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin",
		}})
}

// follows presses, and follows to the page that says how it went.
func (l linked) follows(path string, fields url.Values) string {
	l.t.Helper()
	answer := l.presses(path, fields)
	if answer.Status != http.StatusSeeOther {
		l.t.Fatalf("POST %s: %d %s", path, answer.Status, answer.Body)
	}
	return l.looks(strings.TrimPrefix(answer.Header.Get("Location"), l.path))
}

// says fails the test unless a page says what it should.
func says(t *testing.T, page string, want ...string) {
	t.Helper()
	page = html.UnescapeString(page)
	for _, w := range want {
		if !strings.Contains(page, w) {
			t.Fatalf("%q is missing in:\n%s", w, page)
		}
	}
}

// times returns what can be chosen on a page, in RFC 3339.
func times(page string) []string {
	var list []string
	for _, found := range regexp.MustCompile(`name="start" value="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		list = append(list, found[1])
	}
	return list
}

// A confirmation ends with a link. Behind it the visitor says that they come,
// moves and cancels, each with one press and without signing in.
func TestLinkInAMessage(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	if size := notify.Measure(l.Receives().Text); size.Segments != 2 {
		t.Errorf("%+v, want 2 segments", size)
	}
	page := l.looks("")
	says(t, page, `<html lang="ar" dir="rtl">`, "تم حجز موعدكم", "نقل العوائد إلى الورثة", "الأربعاء 25 نوفمبر 2026م",
		"15 جمادى الآخرة 1448هـ", "9:00 ص",
		"المركز الرئيس بالرياض", l.visit.Reference, "نعم، سأحضر", "تعديل الموعد", "إلغاء الموعد", "19990")
	for what, private := range map[string]string{"name": l.Name, "number": l.ID, "mobile": "500000001", "key": l.visit.ManageToken} {
		if strings.Contains(page, private) {
			t.Errorf("the page shows the %s", what)
		}
	}

	says(t, l.follows("/confirm", url.Values{"version": {"1"}}), "شكرًا لكم", "أكدتم حضوركم")
	if page = l.looks(""); strings.Contains(page, "نعم، سأحضر") {
		t.Error("who has confirmed is asked again")
	}

	says(t, l.looks("/move"), "اختيار اليوم", "day=2026-11-26")
	choices := times(l.looks("/move?day=2026-11-26"))
	if len(choices) == 0 {
		t.Fatal("no time to choose on a day that has some")
	}
	says(t, l.follows("/move", url.Values{"start": {choices[0]}}), "تم تعديل موعدكم", "الخميس 26 نوفمبر 2026", "تم حجز موعدكم", "نعم، سأحضر")
	if now := l.Shows(l.visit); now.Start.Format(time.RFC3339) != "2026-11-26T07:30:00+03:00" || now.Version != 3 {
		t.Errorf("the visit is at %v in version %d", now.Start, now.Version)
	}
	old := l.path
	if l.path = l.newest(); l.path == old {
		t.Error("the link of the new start ends with the old one")
	}

	says(t, l.looks("/cancel"), "إلغاء الموعد؟", "تأكيد الإلغاء")
	says(t, l.follows("/cancel", nil), "تم الإلغاء", "تم إلغاء هذا الموعد")
	for _, path := range []string{"", "/move", "/cancel"} {
		page = l.looks(path)
		says(t, page, "تم إلغاء هذا الموعد", "حجز موعد جديد")
		if strings.Contains(page, "<form") {
			t.Errorf("a cancelled visit can still be acted on at %q", path)
		}
	}
	if got := l.Shows(l.visit).Status; got != "cancelled" {
		t.Errorf("the visit is %s", got)
	}
	if got := len(l.Messages()); got != 4 { // code, booked, moved, cancelled
		t.Errorf("%d messages, want 4", got)
	}
	l.centre.AuditClean()
}

// The page speaks the language of the booking, and the other when it is asked.
func TestLinkSpeaksBothLanguages(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "en")
	says(t, l.looks(""), `<html lang="en" dir="ltr">`, "Your visit is booked", "Wednesday 25 November 2026", "15 Jumada al-Akhirah 1448 AH",
		"Riyadh head office", "Yes, I'm coming", "العربية")
	says(t, l.looks("?lang=ar"), `<html lang="ar" dir="rtl">`, "تم حجز موعدكم", ">English<")
	says(t, l.looks("?lang=fr"), `<html lang="en" dir="ltr">`)
	says(t, l.looks("/move?day=2026-11-26&lang=ar"), `<html lang="ar" dir="rtl">`, "اختيار الوقت", "day=2026-11-26", "lang=en")
	says(t, l.follows("/confirm", url.Values{"version": {"1"}, "lang": {"ar"}}), "شكرًا لكم")
}

// tables returns everything that a page could change, as a text.
func tables(t *testing.T, databaseURL string) string {
	t.Helper()
	return servicetest.Query[string](t, databaseURL, `
		SELECT concat_ws('|',
			(SELECT string_agg(x::text || xmin, '' ORDER BY x::text) FROM appointments x),
			(SELECT string_agg(x::text || xmin, '' ORDER BY x::text) FROM appointment_events x),
			(SELECT string_agg(x::text || xmin, '' ORDER BY x::text) FROM appointment_confirmations x),
			(SELECT string_agg(x::text || xmin, '' ORDER BY x::text) FROM ledger_days x),
			(SELECT string_agg(x::text || xmin, '' ORDER BY x::text) FROM messages x),
			(SELECT string_agg(x::text || xmin, '' ORDER BY x::text) FROM idempotency_keys x))`)
}

// A phone that looks ahead, a scanner of messages, a browser that loads pages
// before they are asked for: following a link changes nothing.
func TestFollowingALinkChangesNothing(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	before := tables(t, l.centre.DatabaseURL)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		for _, path := range []string{"", "/", "/move", "/move?day=2026-11-26", "/move?from=2026-12-01", "/cancel",
			"/cancel?lang=en", "?done=cancelled", "/confirm", "/confirm?version=1", "/move?start=2026-11-26T07:30:00Z"} {
			for _, agent := range []map[string]string{
				nil, {"Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"User-Agent": "WhatsApp/2.23 preview"},
			} {
				answer := l.centre.Send(servicetest.Request{Method: method, Path: l.path + path, Header: agent})
				if path != "/confirm" && path != "/confirm?version=1" && answer.Status != http.StatusOK {
					t.Errorf("%s %s: %d", method, path, answer.Status)
				}
			}
		}
	}
	if after := tables(t, l.centre.DatabaseURL); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

// Who has the page open while the visit changes is told, and nothing else
// happens.
func TestLinkAfterAChange(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	conflict := func(path string, fields url.Values, want ...string) {
		t.Helper()
		answer := l.presses(path, fields)
		if answer.Status != http.StatusConflict {
			t.Errorf("%s %v: %d, want 409", path, fields, answer.Status)
		}
		says(t, string(answer.Body), want...)
	}
	l.TryMove(l.visit, servicetest.At(t, "2026-11-26T09:00"))
	conflict("/confirm", url.Values{"version": {"1"}}, "تغيّر موعدكم قبل قليل", "الخميس 26 نوفمبر")
	conflict("/confirm", url.Values{"version": {"x"}}, "تغيّر موعدكم قبل قليل")

	other := l.centre.Visitor(2)
	for {
		places := other.Slots(heirs, "riyadh", "2026-11-29", "2026-11-29")
		if len(places) == 0 || !places[0].Start.Equal(servicetest.At(t, "2026-11-29T07:30")) {
			break
		}
		other.Holds(heirs, "riyadh", places[0].Start)
	}
	conflict("/move", url.Values{"start": {"2026-11-29T04:30:00Z"}}, "لم يعد هذا الموعد متاحًا", "ولم يتغير موعدكم", "اختيار اليوم")
	conflict("/move", url.Values{"start": {"2026-11-29T04:31:00Z"}}, "لم يعد هذا الموعد متاحًا")
	conflict("/move", url.Values{"start": {"tomorrow"}}, "لم يعد هذا الموعد متاحًا")
	if got := l.Shows(l.visit); !got.Start.Equal(servicetest.At(t, "2026-11-26T09:00")) {
		t.Errorf("the visit is at %v", got.Start)
	}

	says(t, l.follows("/cancel", nil), "تم إلغاء هذا الموعد")
	says(t, l.follows("/cancel", nil), "تم إلغاء هذا الموعد") // pressed twice
	conflict("/confirm", url.Values{"version": {"2"}}, "تم إلغاء هذا الموعد")
	conflict("/move", url.Values{"start": {"2026-11-29T06:00:00Z"}}, "تم إلغاء هذا الموعد")
	l.centre.AuditClean()
}

// When it is too late to move or cancel, the page says so and whom to call;
// twelve hours after the start the link ends, with a page that helps.
func TestLinkWhenTimeRunsOut(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	l.centre.Clock.Add(servicetest.At(t, "2026-11-25T08:30").Sub(l.centre.Clock.Now()))
	page := l.looks("?view=ticket")
	says(t, page, "انتهت مهلة تعديل الموعد وإلغائه", "نعم، سأحضر", `href="tel:19990"`)
	for _, action := range []string{">تعديل الموعد<", ">إلغاء الموعد<"} {
		if strings.Contains(page, action) {
			t.Errorf("%s is offered too late", action)
		}
	}
	says(t, l.looks("/cancel"), "تم حجز موعدكم")
	says(t, l.looks("/move"), "تم حجز موعدكم")
	for path, fields := range map[string]url.Values{"/cancel": nil, "/move": {"start": {"2026-11-26T06:00:00Z"}}} {
		answer := l.presses(path, fields)
		if answer.Status != http.StatusConflict {
			t.Errorf("%s: %d, want 409", path, answer.Status)
		}
		says(t, string(answer.Body), "ولم يتغير موعدكم")
	}
	l.centre.Clock.Add(30 * time.Minute)
	for path, fields := range map[string]url.Values{
		"/confirm": {"version": {"1"}}, "/cancel": nil, "/move": {"start": {"2026-11-26T06:00:00Z"}},
	} {
		if answer := l.presses(path, fields); answer.Status != http.StatusConflict {
			t.Errorf("%s at the start: %d, want 409", path, answer.Status)
		}
	}
	l.centre.Clock.Add(12 * time.Hour)
	for _, answer := range []servicetest.Answer{
		l.opens(l.path), l.presses("/confirm", url.Values{"version": {"1"}}), l.presses("/cancel", nil),
	} {
		if answer.Status != http.StatusGone {
			t.Errorf("got %d, want 410", answer.Status)
		}
		says(t, string(answer.Body), "انتهت صلاحية هذا الرابط", "حجز موعد جديد", "19990")
	}
	if got := l.Shows(l.visit).Status; got != "booked" {
		t.Errorf("the visit is %s", got)
	}
}

// A link for one thing shows that at once, and does nothing else.
func TestLinkForOneThing(t *testing.T) {
	t.Parallel()
	keys, err := secret.New([]byte(servicetest.Secret))
	if err != nil {
		t.Fatal(err)
	}
	links, err := portal.NewLinks("http://127.0.0.1:8080", keys)
	if err != nil {
		t.Fatal(err)
	}
	l := linkedVisit(t, "ar")
	for _, c := range []struct {
		action portal.Action
		shows  string
		does   map[string]url.Values
		not    []string
	}{
		{
			portal.Confirm, "تم حجز موعدكم", map[string]url.Values{"/confirm": {"version": {"1"}}},
			[]string{"/move", "/cancel", "/accept", "/refuse"},
		},
		{
			portal.Move, "اختيار اليوم", map[string]url.Values{"/move": {"start": {"2026-11-29T04:30:00Z"}}},
			[]string{"/confirm", "/cancel", "/accept", "/refuse"},
		},
		{portal.Cancel, "إلغاء الموعد؟", map[string]url.Values{"/cancel": nil}, []string{"/confirm", "/move", "/accept", "/refuse"}},
	} {
		l.path = strings.TrimPrefix(links.Link(portal.Subject{Reference: ref(t, l.visit)}, c.action, l.visit.Start), "http://127.0.0.1:8080")
		page := l.looks("")
		says(t, page, c.shows)
		for _, do := range c.not {
			if answer := l.presses(do, url.Values{"version": {"1"}, "start": {"2026-11-30T04:30:00Z"}}); answer.Status != http.StatusNotFound {
				t.Errorf("%c at %s: %d, want 404", c.action, do, answer.Status)
			}
			if strings.Contains(page, l.path+do) {
				t.Errorf("%c offers %s", c.action, do)
			}
		}
		for do, fields := range c.does {
			l.follows(do, fields)
		}
	}
	if got := l.Shows(l.visit); got.Status != "cancelled" || got.Version != 4 {
		t.Errorf("the visit is %s in version %d", got.Status, got.Version)
	}
}

// A link that was cut or changed, one of another centre, another host, a form
// of another page: each is refused with a page, and says nothing of a visit.
func TestLinkRefused(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	flip := map[bool]string{true: "B", false: "A"}
	for _, c := range []struct {
		name   string
		r      servicetest.Request
		status int
		want   string
	}{
		{"cut", servicetest.Request{Method: http.MethodGet, Path: l.path[:len(l.path)-1]}, http.StatusNotFound, "هذا الرابط غير صحيح"},
		{
			"changed", servicetest.Request{Method: http.MethodGet, Path: l.path[:4] + flip[l.path[4] == 'A'] + l.path[5:]}, http.StatusNotFound,
			"هذا الرابط غير صحيح",
		},
		{
			"in English", servicetest.Request{Method: http.MethodGet, Path: l.path[:20] + "?lang=en"}, http.StatusNotFound,
			"This link does not work",
		},
		{
			"to be acted on", servicetest.Request{Method: http.MethodPost, Path: l.path[:20] + "/cancel"}, http.StatusNotFound,
			"هذا الرابط غير صحيح",
		},
		{
			"another host", servicetest.Request{Method: http.MethodGet, Path: l.path, Header: map[string]string{"Host": "evil.example"}},
			http.StatusMisdirectedRequest, "عنوان الصفحة غير صحيح",
		},
		{
			"a form of another page",
			servicetest.Request{Method: http.MethodPost, Path: l.path + "/cancel", Header: map[string]string{"Sec-Fetch-Site": "cross-site"}},
			http.StatusForbidden, "لم يُنفَّذ الطلب",
		},
	} {
		if c.r.Header == nil {
			c.r.Header = map[string]string{}
		}
		c.r.Header["Accept-Language"] = "ar"
		answer := l.centre.Send(c.r)
		if answer.Status != c.status || !strings.Contains(string(answer.Body), c.want) ||
			strings.Contains(string(answer.Body), l.visit.Reference) {
			t.Errorf("%s: %d %s", c.name, answer.Status, answer.Body)
		}
	}
	if got := l.Shows(l.visit).Status; got != "booked" {
		t.Errorf("the visit is %s", got)
	}
}

// The address is the key: it is told to nobody else, kept by no cache, found by
// no search, and in neither log nor metrics; the page runs no script but ours, which
// its policy lets connect to nothing.
func TestLinkKeepsItsSecret(t *testing.T) {
	t.Parallel()
	journal := &journal{}
	l := linkedVisit(t, "ar", journal.option)
	answers := map[string]servicetest.Answer{
		"the page": l.centre.Get(l.path), "an action": l.presses("/confirm", url.Values{"version": {"1"}}),
		"a refusal": l.centre.Get(l.path[:20]), "a conflict": l.presses("/confirm", url.Values{"version": {"7"}}),
	}
	for what, answer := range answers {
		for header, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex", "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "default-src 'none'", "X-Frame-Options": "DENY",
		} {
			if got := answer.Header.Get(header); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s is %q, want %q", what, header, got, want)
			}
		}
		others := regexp.MustCompile(`<script type="module" src="/assets/[\w.]+" integrity="sha256-[^"]+"></script>`).
			ReplaceAllString(string(answer.Body), "")
		if strings.Contains(others, "<script") || strings.Contains(others, "javascript:") {
			t.Errorf("%s has a script", what)
		}
	}
	token := strings.TrimPrefix(l.path, "/m/")
	if log := journal.String(); strings.Contains(log, token) || !strings.Contains(log, "/m/:token") {
		t.Errorf("the log:\n%s", log)
	}
	if metrics := l.centre.Metrics(); strings.Contains(metrics, token) || !strings.Contains(metrics, "/m/:token") {
		t.Errorf("the metrics:\n%s", metrics)
	}
}

// Who presses too often is told when to come back; who only looks is not.
func TestLinkIsLimited(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar", limited("change-address=10/1m"))
	var last servicetest.Answer
	for range 11 {
		last = l.presses("/confirm", url.Values{"version": {"1"}})
	}
	if last.Status != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" {
		t.Errorf("got %d, Retry-After %q", last.Status, last.Header.Get("Retry-After"))
	}
	says(t, string(last.Body), "محاولات كثيرة")
	l.looks("")
}

// Without its database the page says that nothing has changed.
func TestLinkInAnOutage(t *testing.T) {
	t.Parallel()
	line := servicetest.NewLine(t, servicetest.Database(t))
	centre := servicetest.OpenOn(t, line.URL, 1, public)
	l := linked{Visitor: centre.Visitor(1), t: t, centre: centre}
	l.visit = l.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	l.path = l.newest()
	line.Cut()
	for _, answer := range []servicetest.Answer{l.opens(l.path), l.presses("/cancel", nil)} {
		if answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
			t.Errorf("got %d, Retry-After %q", answer.Status, answer.Header.Get("Retry-After"))
		}
		says(t, string(answer.Body), "لم يتغير موعدكم")
	}
	line.Heal()
	until(t, "the page is back", func() bool { return centre.Get(l.path).Status == http.StatusOK })
}

// Behind the link of a proposal the visitor accepts or refuses it, and sees
// where the request stands.
func TestLinkAnswersAProposal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answer string
		want   []string
		start  string
		status api.AppointmentStatus
	}{
		{"/accept", []string{"تم حجز الموعد المقترح", "تم حجز موعدكم", "الأحد 29 نوفمبر 2026"}, "2026-11-29T07:30", api.AppointmentStatusBooked},
		{
			"/refuse", []string{"وما زال طلبكم بانتظار الموافقة", "طلبكم بانتظار الموافقة", "الخميس 26 نوفمبر 2026"}, "2026-11-26T07:30",
			api.AppointmentStatusRequested,
		},
	} {
		t.Run(c.answer, func(t *testing.T) {
			t.Parallel()
			centre := servicetest.Open(t, 1, public)
			l := linked{Visitor: centre.Visitor(1), t: t, centre: centre}
			l.Lang = "ar"
			var reference slots.Reference
			l.visit, reference = requests(t, l.Visitor)
			l.Messages()
			if _, err := centre.Replicas[0].Booker().
				Propose(t.Context(), reference, servicetest.At(t, "2026-11-29T07:30"), "noura", centre.Clock.Now()); err != nil {
				t.Fatal(err)
			}
			l.path = l.newest()
			page := l.looks("")
			says(t, page, "طلبكم بانتظار الموافقة", "الموعد المقترح", "الأحد 29 نوفمبر 2026", "قبول الموعد المقترح", "لا يناسبني", "إلغاء الطلب")
			for _, action := range []string{"نعم، سأحضر", ">تعديل الموعد<"} {
				if strings.Contains(page, action) {
					t.Errorf("%s is offered for a request", action)
				}
			}
			if answer := l.presses("/confirm", url.Values{"version": {"1"}}); answer.Status != http.StatusConflict {
				t.Errorf("a request was confirmed: %d", answer.Status)
			}
			says(t, l.follows(c.answer, nil), c.want...)
			says(t, l.follows(c.answer, nil), c.want...) // pressed twice
			if strings.Contains(l.looks(""), "لا يناسبني") {
				t.Error("what was answered is asked again")
			}
			other := map[string]string{"/accept": "/refuse", "/refuse": "/accept"}[c.answer]
			if answer := l.presses(other, nil); answer.Status != http.StatusConflict {
				t.Errorf("the other answer after it: %d, want 409", answer.Status)
			}
			if now := l.Shows(l.visit); now.Status != c.status || !now.Start.Equal(servicetest.At(t, c.start)) {
				t.Errorf("%s at %v", now.Status, now.Start)
			}
			centre.AuditClean()
		})
	}
}

// Who was declined reads why, and can't act.
func TestLinkToADeclinedRequest(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	l := linked{Visitor: centre.Visitor(1), t: t, centre: centre}
	var reference slots.Reference
	l.visit, reference = requests(t, l.Visitor)
	booker := centre.Replicas[0].Booker()
	if _, err := booker.Propose(t.Context(), reference, servicetest.At(t, "2026-11-29T07:30"), "noura", centre.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	l.path = l.newest()
	if _, err := booker.Refuse(t.Context(), reference, centre.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := booker.Decline(t.Context(), reference, "noura", "The hall is closed", centre.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	page := l.looks("")
	says(t, page, "Your request was not approved", "The hall is closed", "book a new visit")
	if strings.Contains(page, "<form") {
		t.Error("a declined request can be acted on")
	}
	centre.AuditClean()
}

// A department's words go out from every replica within seconds, and are kept
// as they were sent.
func TestDepartmentsOwnWords(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	staff := centre.Coordinator("revenues")
	save := func(replica int, tag string, wordings ...any) {
		t.Helper()
		if wordings == nil {
			wordings = []any{}
		}
		answer := staff.Sends(servicetest.Request{
			Method: http.MethodPut, Path: "/v1/departments/revenues/texts/moved/en", Replica: replica,
			Header: map[string]string{"If-Match": tag}, Body: map[string]any{"wordings": wordings},
		})
		if answer.Status != http.StatusOK {
			t.Fatalf("save: %d %s", answer.Status, answer.Body)
		}
		if answer = centre.Admin().Sends(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/departments/revenues/texts/moved/en/approve", Replica: replica,
			Header: map[string]string{"If-Match": "*"},
		}); answer.Status != http.StatusOK {
			t.Fatalf("approve: %d %s", answer.Status, answer.Body)
		}
		centre.Jobs()
	}
	preview := func(replica int, path string, wordings ...any) (p api.MessagePreview) {
		t.Helper()
		body := map[string]any{"reference": visit.Reference}
		if wordings != nil {
			body["wordings"] = wordings
		}
		staff.Sends(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/departments/revenues/texts/" + path + "/preview", Replica: replica, Body: body,
		}).JSON(t, &p)
		return p
	}
	text := map[string]string{"other": "Revenues expect you {{.Day}} {{.Time}}, {{.Branch}} {{.Reference}}"}
	want := "Revenues expect you 25 Nov 9:00 am, Head office " + visit.Reference
	if p := preview(1, "moved/en", text); p.Text != want || p.Segments != 1 {
		t.Fatalf("preview = %+v, want %q", p, want)
	}
	save(0, `"0"`, text)
	visitor.TryMove(visit, servicetest.At(t, "2026-11-26T09:00"))
	if got := visitor.Receives().Text; got != strings.Replace(want, "25 Nov", "26 Nov", 1) {
		t.Errorf("got %q", got)
	}
	save(1, `"1"`) // back to the catalogue
	visitor.TryMove(visit, servicetest.At(t, "2026-11-25T09:00"))
	if got := visitor.Receives().Text; !strings.HasPrefix(got, "Your visit has been moved") {
		t.Errorf("got %q", got)
	}
	if p := preview(0, "delayed/ar"); !strings.Contains(p.Text, "120 دقيقة") {
		t.Errorf("preview of a delay = %+v", p)
	}
}

// Staff are told once that a budget goes to its end, by whichever replica.
func TestBudgetIsWatched(t *testing.T) {
	t.Parallel()
	journal := &journal{}
	centre := servicetest.Open(t, 2, journal.option)
	servicetest.Exec(t, centre.DatabaseURL,
		"UPDATE departments SET monthly_segments = 2, budget_warn_percent = 50, segment_price = 575 WHERE slug = 'revenues'")
	visitor := centre.Visitor(1)
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	count := func(level string) int {
		return strings.Count(journal.String(), `"department":"revenues","level":"`+level+`"`)
	}
	centre.Jobs()
	centre.Jobs()
	if count("warned") != 1 || count("spent") != 0 {
		t.Errorf("after half of it: %d warnings, %d ends", count("warned"), count("spent"))
	}
	visitor.TryMove(visit, servicetest.At(t, "2026-11-26T09:00"))
	centre.Jobs()
	centre.Jobs()
	if count("warned") != 1 || count("spent") != 1 {
		t.Errorf("after all of it: %d warnings, %d ends", count("warned"), count("spent"))
	}
	metrics := centre.Metrics()
	if !strings.Contains(metrics, `ziyara_message_budget_used_ratio{department="revenues"} 1`) {
		t.Errorf("the metrics:\n%s", metrics)
	}
	servicetest.Exec(t, centre.DatabaseURL, `
		INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
		SELECT 'survey', branch_id, id, version, lang, created_at, created_at, end_at FROM appointments`)
	centre.Jobs()
	if got := servicetest.Query[string](
		t,
		centre.DatabaseURL,
		"SELECT state || ': ' || reason FROM messages WHERE kind = 'survey'",
	); got != "dropped: budget" {
		t.Errorf("the survey of a department that has nothing left is %s", got)
	}
	visitor.TryCancel(visit)
	if got := visitor.Receives().Text; !strings.Contains(got, "cancelled") {
		t.Errorf("what the visitor has to know was left out: %q", got)
	}
}

// The public address is the ministry's own: https, and nothing but a host.
func TestPublicURL(t *testing.T) {
	t.Parallel()
	database := servicetest.HandedOn(t)
	for address, fine := range map[string]bool{
		"":                                           true,
		"https://visit.mof.gov.sa":                   true,
		"https://visit.mof.gov.sa/":                  true,
		"https://visit.mof.gov.sa:8443":              true,
		"http://localhost:8080":                      true,
		"http://[::1]:8080":                          true,
		"http://visit.mof.gov.sa":                    false,
		"ftp://127.0.0.1":                            false,
		"visit.mof.gov.sa":                           false,
		"https://":                                   false,
		"https://visit.mof.gov.sa/path":              false,
		"https://visit.mof.gov.sa?a=b":               false,
		"https://me@visit.mof.gov.sa":                false,
		"https://" + strings.Repeat("a", 28) + ".sa": false,
	} {
		config := service.Config{
			DatabaseURL: database, Secret: []byte(servicetest.Secret), Listen: "127.0.0.1:0", PublicURL: address,
			LazyStatements: true, SMS: service.NoSMS, Connect: servicetest.Connect,
		}
		replica, err := service.New(context.Background(), config)
		if (err == nil) != fine {
			t.Errorf("%q: %v", address, err)
		}
		if err == nil {
			ctx, stop := context.WithCancel(context.Background())
			stop()
			if err = replica.Run(ctx); err != nil {
				t.Error(err)
			}
		} else if !strings.Contains(err.Error(), "ZIYARA_PUBLIC_URL") {
			t.Errorf("%q: %v doesn't say what to change", address, err)
		}
	}
}

// ref returns the reference of a visit.
func ref(t *testing.T, a api.Appointment) slots.Reference {
	t.Helper()
	r, err := slots.ParseReference(a.Reference)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
