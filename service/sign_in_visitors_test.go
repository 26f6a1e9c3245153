package service_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// signs signs in as a made-up visitor, by the link of the page, and comes back to it.
func (w *walker) signs(user string) *walker {
	w.t.Helper()
	link := regexp.MustCompile(`href="(/sign-in\?to=[^"]*)"`).FindStringSubmatch(w.page)
	if link == nil {
		w.t.Fatalf("%s: no link that signs in", w.at)
	}
	return w.goes(html.UnescapeString(link[1]) + "&login_hint=" + user)
}

// mark is what the form of the page says about who has signed in.
func (w *walker) mark() string {
	w.t.Helper()
	return hidden(w.t, w.page, "person")
}

// Munira signs in from the form: it has her name, her number and her mobile, and none of it can
// be changed. She books without a code, finds her visit, and signs out: nothing of her stays.
func TestJourneySignedIn(t *testing.T) {
	t.Parallel()
	centre, munira, w := portalCentre(t, signsIn)
	munira = as(munira, "munira")
	munira.Mobile = "0500000071"
	w.goes("/services/heirs-returns/riyadh").chooses().says(http.StatusOK, "الدخول عبر النفاذ الوطني الموحد", "الاسم الكامل")
	form := w.at.String()
	w.signs("munira").says(http.StatusOK, munira.Name, munira.ID, "الحجز لشخص آخر", "حجز الموعد").lacks("إرسال رمز التحقق")
	if w.at.String() != form || regexp.MustCompile(`name="(name|id|mobile)"`).MatchString(w.page) {
		t.Errorf("%s: %s", w.at, w.page)
	}
	// What a form says all the same does not count.
	w.sends(w.action("documents"), url.Values{
		"documents": {"1"}, "person": {w.mark()}, "name": {"اسم آخر"}, "id": {servicetest.NationalID(9)}, "mobile": {"0500000009"},
	}).says(http.StatusOK, "تم حجز موعدكم", "V-")
	visit := w.at.Path
	centre.Jobs()
	says(t, munira.Receives().Text, "حجز")
	if got := servicetest.Booked(t, centre.DatabaseURL); !slices.Equal(got[:3], []string{munira.Name, munira.ID, "+966500000071"}) {
		t.Errorf("booked is %s", got)
	}

	w.goes("/visits").says(http.StatusOK, "تم تسجيل الدخول", "نقل العوائد").lacks("نرسل رمز تحقق")
	w.sends("/visits/sign-out", nil).says(http.StatusOK, "تم تسجيل الخروج", "الدخول عبر النفاذ الوطني الموحد").lacks(munira.Name)
	w.goes(visit).says(http.StatusOK, "رقم الجوال المسجل في الموعد").lacks(munira.Name) // her link is for a browser that is hers
	w.goes(form).says(http.StatusForbidden)
	centre.AuditClean()
}

// Hamad has no mobile at the sign-in. He books without one and hears nothing; one that he types
// gets a code first, as everybody's.
func TestJourneySignedInWithoutMobile(t *testing.T) {
	t.Parallel()
	centre, hamad, w := portalCentre(t, signsIn)
	hamad = as(hamad, "hamad")
	w.goes("/services/heirs-returns/riyadh").chooses().signs("hamad").says(http.StatusOK, hamad.Name, "رقم الجوال (اختياري)", "حجز الموعد")
	w.sends(w.action("documents"), url.Values{"documents": {"1"}, "person": {w.mark()}, "mobile": {""}}).says(http.StatusOK, "تم حجز موعدكم")
	centre.Jobs()
	if got := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM messages WHERE state = 'sent'"); got != 0 {
		t.Errorf("%d messages were sent to nobody", got)
	}
	w.goes("/visits").says(http.StatusOK, "نقل العوائد", "مواعيد حُجزت برمز تحقق")

	w.goes("/services/iban-update/riyadh?day=2026-11-29").chooses().says(http.StatusOK, hamad.Name)
	fields := url.Values{"documents": {"1"}, "person": {w.mark()}, "mobile": {hamad.Mobile}}
	w.sends(w.action("mobile"), fields).says(http.StatusOK, "رمز التحقق")
	if got := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM appointments WHERE mobile IS NOT NULL"); got != 0 {
		t.Errorf("%d visits with a mobile that is not proved", got)
	}
	centre.Jobs()
	fields.Set("code", code(hamad))
	w.sends(w.action("code"), fields).says(http.StatusOK, "تم حجز موعدكم")
	if got := servicetest.Query[int](t, centre.DatabaseURL,
		"SELECT count(DISTINCT person) FROM appointments WHERE status = 'booked'"); got != 1 {
		t.Errorf("his visits count for %d persons", got)
	}
	centre.AuditClean()
}

// A daughter who has signed in books for her father: his number is not proved, her mobile is.
func TestJourneyForAnother(t *testing.T) {
	t.Parallel()
	centre, father, w := portalCentre(t, signsIn)
	w.goes("/services/heirs-returns/riyadh").chooses().signs("munira")
	path := w.at.Path
	w.goes(path+"?for=another").says(http.StatusOK, "الحجز لشخص آخر", "الاسم الكامل", "الحجز لي").lacks("الحجز لشخص آخر لي")
	form := details(father)
	form.Set("for", "another")
	form.Set("mobile", "")
	w.sends(w.action("name"), form).says(http.StatusOK, "الاسم الكامل", "تم التحقق من رقم الجوال") // hers, and still for another
	form.Set("mobile", "0500000071")
	w.sends(w.action("name"), form).says(http.StatusOK, "تم حجز موعدكم")
	if got := servicetest.Booked(t, centre.DatabaseURL)[1]; got != father.ID {
		t.Errorf("booked is for %s", got)
	}
	w.goes("/visits").says(http.StatusOK, "نقل العوائد") // of her mobile
	centre.AuditClean()
}

// On a computer that others use too, a form is only for who has opened it.
func TestSignedInForNobodyElse(t *testing.T) {
	t.Parallel()
	centre, _, w := portalCentre(t, signsIn)
	w.goes("/services/heirs-returns/riyadh").chooses()
	open := w.at.String()
	w.signs("munira")
	of := w.mark()
	send := func() *walker { return w.sends(open, url.Values{"documents": {"1"}, "person": {of}}) }

	w.goes("/sign-in?to=/visits&login_hint=hamad").says(http.StatusOK, "تم تسجيل الدخول")
	send().says(http.StatusOK, "تغيّرت حالة تسجيل الدخول", "حمد بن ناصر الشمري").lacks("منيرة")

	w.goes("/sign-in?to=/visits&login_hint=munira")
	centre.Clock.Add(25 * time.Minute)
	w.goes("/services/heirs-returns/riyadh").chooses()
	open, of = w.at.String(), w.mark()
	centre.Clock.Add(5 * time.Minute)
	send().says(http.StatusOK, "تغيّرت حالة تسجيل الدخول", "الاسم الكامل").lacks("منيرة")
	w.goes("/visits").says(http.StatusOK, "الدخول عبر النفاذ الوطني الموحد").lacks("تم تسجيل الدخول")

	// And who was signed out does not book under a form of before.
	w.goes("/sign-in?to=/visits&login_hint=munira")
	w.sends("/forget", nil)
	if got := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM appointments WHERE reference IS NOT NULL"); got != 0 {
		t.Errorf("%d visits", got)
	}
}

// What was proved before somebody signs in may have been proved by another: it is gone.
func TestSigningInEndsTheProof(t *testing.T) {
	t.Parallel()
	centre, other, w := portalCentre(t, signsIn)
	visit := other.Books(heirs, "riyadh", servicetest.At(t, "2026-11-26T09:00"))
	centre.Pass(2 * time.Minute)
	proves := func() {
		w.sends("/visits", url.Values{"mobile": {other.Mobile}})
		centre.Jobs()
		w.sends("/visits/code", url.Values{"code": {code(other)}})
	}
	proves()
	w.says(http.StatusOK, "نقل العوائد")
	card := regexp.MustCompile(`class="cover" href="([^"]*)"`).FindStringSubmatch(w.page)[1]
	w.goes("/sign-in?to=/visits&login_hint=hamad").says(http.StatusOK, "لا توجد مواعيد قادمة").lacks("نقل العوائد")
	w.goes(card).says(http.StatusOK, "لا توجد مواعيد قادمة").lacks(visit.Reference)
	centre.Pass(2 * time.Minute)
	proves() // signed in, he proves the mobile too
	w.says(http.StatusOK, "تم تسجيل الدخول", "نقل العوائد")

	// The same for what was proved in a booking under way.
	w = newWalker(t, centre)
	centre.Pass(2 * time.Minute)
	w.goes("/services/iban-update/riyadh?day=2026-11-29").chooses().books(other, details(other)).says(http.StatusOK, "تم حجز موعدكم")
	w.goes("/sign-in?to=/visits&login_hint=hamad")
	w.goes("/services/annual-returns/riyadh?day=2026-11-30").chooses()
	w.goes(w.at.Path + "?for=another")
	form := details(other)
	form.Set("for", "another")
	w.sends(w.action("name"), form).says(http.StatusOK, "رمز التحقق").lacks("تم التحقق من رقم الجوال")
}

// The waiting list takes who has signed in, and needs a mobile for its offers.
func TestWaitingSignedIn(t *testing.T) {
	t.Parallel()
	centre, _, w := portalCentre(t, signsIn)
	w.goes("/services/heirs-returns/dammam/wait").signs("hamad")
	w.sends(w.action("part"), url.Values{"documents": {"1"}, "person": {w.mark()}, "part": {"any"}, "mobile": {""}}).
		says(http.StatusOK, "رقم جوال صحيح")
	w.goes("/sign-in?to=/services/heirs-returns/dammam/wait&login_hint=munira")
	w.sends(w.action("part"), url.Values{"documents": {"1"}, "person": {w.mark()}, "part": {"any"}}).says(http.StatusOK, "تم تسجيلكم")
	w.goes("/visits").says(http.StatusOK, "قائمة الانتظار")
	entry := hidden(t, w.page, "entry")
	w.sends("/visits/leave", url.Values{"entry": {entry}}).says(http.StatusOK, "تم إلغاء تسجيلكم")
	centre.AuditClean()
}

// On a day of which others hold their share without a proof, the mobile that the provider has
// verified counts as one.
func TestSignedInOnABusyDay(t *testing.T) {
	t.Parallel()
	centre, other, w := portalCentre(t, signsIn, func(c *service.Config) { c.UnprovedShare = 1 })
	w.goes("/sign-in?to=/visits&login_hint=munira")
	other.Holds(heirs, "riyadh", other.Slots(heirs, "riyadh", "2026-11-25", "2026-11-25")[4].Start)
	w.goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses().says(http.StatusOK, "بيانات الزائر", "منيرة")
	w.sends(w.action("documents"), url.Values{"documents": {"1"}, "person": {w.mark()}}).says(http.StatusOK, "تم حجز موعدكم")
	centre.AuditClean()
}

// A sign-in that comes to nothing says so in the visitor's language, and how to go on without.
func TestNotSignedIn(t *testing.T) {
	t.Parallel()
	centre, _, w := portalCentre(t, signsIn)
	said := map[string]map[string][]string{
		"ar": {"denied": {"لم يتم تسجيل الدخول", "المتابعة دون تسجيل دخول"}, "attempt": {"تعذّر إكمال تسجيل الدخول", "المتابعة دون تسجيل دخول"},
			"down": {"تسجيل الدخول غير متاح الآن", "المتابعة دون تسجيل دخول"}},
		"en": {"denied": {"You are not signed in", "Go on without signing in"}, "attempt": {"could not be completed", "Go on without signing in"},
			"down": {"Sign-in is not available now", "Go on without signing in"}},
	}
	for _, lang := range []string{"ar", "en"} {
		w.goes("/services/heirs-returns/riyadh?lang=" + lang).chooses()
		form := w.at.Path
		link := regexp.MustCompile(`href="(/sign-in\?to=[^"]*)"`).FindStringSubmatch(w.page)[1]
		leads := func(to string) {
			t.Helper()
			if !strings.Contains(w.page, `class="first" href="`+to+`"`) && !strings.Contains(w.page, `href="`+to+`"`) {
				t.Errorf("does not lead on to %s: %s", to, w.page)
			}
		}
		w.goes(html.UnescapeString(link)) // to the provider
		list := servicetest.Answer{Body: []byte(w.page)}
		pressed := (&browser{t: t, centre: centre, client: *w.client}).presses(list, "")
		w.status, w.page = pressed.Status, string(pressed.Body)
		w.says(http.StatusForbidden, said[lang]["denied"]...)
		leads(form)
		w.goes("/sign-in/back?state=x&code=y").says(http.StatusBadRequest, said[lang]["attempt"]...)
		leads("/")
		if strings.Contains(w.page, "code=y") {
			t.Error("the page repeats the code")
		}
	}

	down, _, w := portalCentre(t, func(c *service.Config) { c.VisitorOIDC.Issuer = "http://127.0.0.1:1" })
	for _, lang := range []string{"ar", "en"} {
		w.goes("/services/heirs-returns/riyadh?lang="+lang).chooses().signs("munira").
			says(http.StatusServiceUnavailable, said[lang]["down"]...)
		if w.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	down.AuditClean()
}

// Without a provider there is no sign-in, and no trace of one.
func TestNoSignInOfVisitors(t *testing.T) {
	t.Parallel()
	_, _, w := portalCentre(t)
	w.goes("/services/heirs-returns/riyadh").chooses().says(http.StatusOK, "الاسم الكامل").lacks("النفاذ")
	w.goes("/visits").says(http.StatusOK).lacks("النفاذ")
	w.goes("/sign-in").says(http.StatusNotFound)
}
