package service_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// A group, with a need that makes the visit longer: both decide which times are
// available, and the visit has them.
func TestJourneyOfAGroup(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/services/heirs-returns?party=3&needs=sign_language").
		says(http.StatusOK, "3 زوار، لغة الإشارة", "60 دقيقة", "تزيد مدة الزيارة 20 دقيقة")
	w.goes("/services/heirs-returns/jeddah?party=3&needs=sign_language").says(http.StatusOK, "60 دقيقة", "فرع جدة")
	w.chooses().says(http.StatusOK, "60 دقيقة")
	w.books(visitor, details(visitor)).says(http.StatusOK, "تم حجز موعدكم", "فرع جدة", "3 زوار")
	if got := servicetest.Query[string](t, centre.DatabaseURL, `SELECT concat_ws(' ', party, array_to_string(needs, ','), end_at - start_at)
		FROM appointments WHERE status = 'booked'`); got != "3 sign_language 01:00:00" {
		t.Errorf("booked is %s", got)
	}
	centre.AuditClean()
}

// A representative books with a power of attorney; one that ends before the visit is
// refused at its field.
func TestJourneyOfARepresentative(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses()
	form := details(visitor)
	for name, value := range map[string]string{
		"by_name": "سالم بن فهد العتيبي", "by_id": servicetest.NationalID(77), "wakala": "٤٤١٢٣٤٥٦٧", "wakala_expires": "2026-11-24",
	} {
		form.Set(name, value)
	}
	w.sends(w.action("name"), form).says(http.StatusOK, "تنتهي الوكالة قبل يوم الزيارة")
	form.Set("by_id", visitor.ID)
	form.Set("wakala_expires", "2027-11-24")
	w.sends(w.action("name"), form).says(http.StatusOK, "لا يمكن أن يكون الوكيل هو صاحب الموعد نفسه")
	form.Set("by_id", servicetest.NationalID(77))
	w.books(visitor, form).says(http.StatusOK, "تم حجز موعدكم")
	centre.AuditClean()
}

// A service that needs approval says so before a time is chosen, and the visit is a
// request.
func TestJourneyWithApproval(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/services/agency-meeting").says(http.StatusOK, "يحتاج هذا الموعد إلى موافقة الإدارة المختصة", "خلال 24 ساعة")
	w.goes("/services/agency-meeting/riyadh").chooses()
	w.books(visitor, details(visitor)).says(http.StatusOK, "طلبكم بانتظار الموافقة")
	centre.AuditClean()
}

// Who finds no time that suits joins the waiting list with the same form, and takes
// what is offered.
func TestJourneyOverTheWaitingList(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	other := centre.Visitor(2)
	visit := other.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	w.goes("/services/heirs-returns/dammam/wait").says(http.StatusOK, "قائمة الانتظار", "من تاريخ", "صباحًا")
	form := details(visitor)
	form.Set("from", "2026-11-25")
	form.Set("to", "2026-11-24")
	form.Set("part", "morning")
	w.sends(w.action("name"), form).says(http.StatusOK, "لا يمكن أن يكون آخر يوم قبل أول يوم")
	form.Set("to", "2026-11-25")
	w.sends(w.action("name"), form).says(http.StatusOK, "رمز التحقق")
	centre.Jobs()
	form.Set("code", code(visitor))
	join := w.action("code")
	w.sends(join, form).says(http.StatusOK, "تم تسجيلكم في قائمة الانتظار", "نقل العوائد إلى الورثة", "فرع الدمام",
		"الأربعاء 25 نوفمبر 2026م", "صباحًا", "زائر واحد", "الخطوات التالية", "رابط القبول ومهلته").lacks(visitor.Name)
	entry := w.at.Path
	for _, address := range []string{entry, "/waiting", "/waiting/x.y"} {
		newWalker(t, centre).goes(address).says(http.StatusOK, "نرجو فتح صفحة «مواعيدكم»").lacks("تم تسجيلكم", "الدمام", "نقل العوائد")
	}
	w.goes("/services/heirs-returns/dammam/wait")
	w.sends(join, form).says(http.StatusOK, "تم تسجيلكم في قائمة الانتظار") // a second tap
	if w.at.Path != entry {
		t.Errorf("the second tap leads to %s, not %s", w.at.Path, entry)
	}
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM waitlist_entries`); n != 1 {
		t.Errorf("%d entries, want 1", n)
	}
	cancels(t, other, visit)
	centre.Jobs()
	l := linked{Visitor: visitor, t: t, centre: centre}
	link := l.newest()
	w.goes(link).says(http.StatusOK, "موعد متاح لكم")
	w.sends(link+"/offer/accept", url.Values{"start": {times(w.page)[0]}}).says(http.StatusOK, "تم حجز موعدكم")
	w.goes(entry).lacks("تم تسجيلكم").says(http.StatusOK, "نرجو فتح صفحة «مواعيدكم»")
	centre.AuditClean()
}

// Who goes back sees the time that is kept for them among those of the day, until when,
// and can choose it again; to others it is taken.
func TestJourneyBackToOnesOwnTime(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	days := heirsAtRiyadh + "?day=2026-11-25"
	w.goes(days).chooses()
	held, start := w.at.Path, servicetest.At(t, "2026-11-25T07:30")
	for n := 2; centre.Visitor(n).TryHold(heirs, "riyadh", start).Status == http.StatusCreated; n++ {
	}
	w.goes(days).says(http.StatusOK, "7:30 ص محجوز لكم حتى الساعة 9:10 ص")
	if other := newWalker(t, centre).goes(days).lacks("محجوز لكم حتى", "7:30 ص"); len(times(other.page)) == 0 {
		t.Error("others see no times at all")
	}
	w.goes(days + "&party=2").lacks("محجوز لكم حتى") // another visit
	w.goes(days).chooses()
	if w.at.Path != held {
		t.Errorf("chosen again, it is another hold: %s, not %s", w.at.Path, held)
	}
	w.books(visitor, details(visitor)).says(http.StatusOK, "تم حجز موعدكم")
	w.goes(days).lacks("محجوز لكم حتى")
	w.goes("/services/annual-returns/riyadh?day=2026-11-26").chooses()
	w.goes("/services/annual-returns/riyadh?day=2026-11-26").says(http.StatusOK, "محجوز لكم حتى")
	centre.Pass(10 * time.Minute)
	w.goes("/services/annual-returns/riyadh?day=2026-11-26").lacks("محجوز لكم حتى")
	centre.AuditClean()
}

// From the page of the visit that the browser has just booked, another one is booked with
// the same details and without another code. A link alone does not give them away.
func TestJourneyOnceMore(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes(heirsAtRiyadh + "?day=2026-11-25").chooses()
	form := details(visitor)
	form.Set("email", "noura@example.net")
	w.books(visitor, form).says(http.StatusOK, "تم حجز موعدكم", "حجز موعد آخر بالبيانات نفسها")
	link := w.at.Path
	centre.Jobs()
	l := linked{Visitor: visitor, t: t, centre: centre}
	message, stranger := l.newest(), newWalker(t, centre)
	stranger.goes(message).says(http.StatusOK, "تم حجز موعدكم").lacks("حجز موعد آخر بالبيانات نفسها")
	stranger.sends(message+"/again", nil).says(http.StatusForbidden, "في المتصفح الذي حُجز منه فقط").lacks(visitor.Name)
	stranger.goes("/services/annual-returns/riyadh?day=2026-11-26").chooses().lacks("تم التحقق من رقم الجوال")
	if strings.Contains(stranger.page, visitor.Name) {
		t.Error("the link gives the name away")
	}
	w.sends(link+"/again", nil).says(http.StatusOK, "كيف يمكننا خدمتكم؟")
	w.goes("/services/annual-returns/riyadh?day=2026-11-26").chooses().says(http.StatusOK, "تم التحقق من رقم الجوال").
		has(url.Values{"name": {visitor.Name}, "id": {visitor.ID}, "email": {"noura@example.net"}})
	form = details(visitor)
	w.sends(w.action("name"), form).says(http.StatusOK, "تم حجز موعدكم")
	w.sends("/forget", nil).goes(w.at.String())
	w.goes(link).lacks("حجز موعد آخر بالبيانات نفسها")
	centre.Pass(31 * time.Minute)
	centre.AuditClean()
}

// Who looks for a visit of their own is led to their visits first, by words or by the
// reference however it is pasted; results have a title of their own.
func TestSearchForOnesOwnVisit(t *testing.T) {
	t.Parallel()
	_, _, w := portalCentre(t)
	for _, q := range []string{"موعدي", "وين حجزي", "إلغاء موعد", "my visit", "my appointment", "V-7K3F-9Q2M-R", "v٧k٣f٩q٢m‑r"} {
		w.goes("/?lang=ar&q="+url.QueryEscape(q)).
			says(http.StatusOK, "نتائج البحث", "هل تبحثون عن موعد محجوز؟").lacks("لم نجد", "كيف يمكننا خدمتكم؟")
		if !strings.Contains(w.page, `<a class="button primary" href="/visits">`) {
			t.Errorf("%s: no way to the visits in %s", q, w.page)
		}
	}
	w.goes("/?q="+url.QueryEscape("حجز موعد العوائد")).says(http.StatusOK, "نتائج البحث", "العوائد السنوية").lacks("هل تبحثون عن موعد محجوز؟")
	w.goes("/?q=zzzz").says(http.StatusOK, "نتائج البحث", "لم نجد").lacks("هل تبحثون عن موعد محجوز؟")
	w.goes("/").says(http.StatusOK, "كيف يمكننا خدمتكم؟").lacks("نتائج البحث")
}

// The rules that a booking can break each have a page that says what to do, and keep
// what was typed.
func TestJourneyRefused(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	visitor.Books(heirs, "jeddah", servicetest.At(t, "2026-11-25T07:30"))
	centre.Pass(2 * time.Minute) // until another code can be sent
	w.goes("/services/annual-returns/riyadh?day=2026-11-25").chooses()
	w.books(visitor, details(visitor)).says(http.StatusOK, "لديكم موعد آخر في الوقت نفسه", "مواعيدكم")
	if !strings.Contains(w.page, visitor.Name) {
		t.Error("what was typed is gone")
	}
	w.goes("/services/annual-returns/riyadh?day=2026-11-26").chooses().lacks("لديكم موعد آخر").says(http.StatusOK, "تم التحقق من رقم الجوال")
	w.sends(w.action("name"), details(visitor)).says(http.StatusOK, "تم حجز موعدكم")
	for range 20 { // the next need no code
		w.goes("/services/annual-returns/riyadh").chooses()
		w.sends(w.action("name"), details(visitor)).says(http.StatusOK, "تم التحقق من رقم الجوال")
		w.sends(w.action("name"), details(visitor))
		if !strings.HasPrefix(w.at.Path, "/m/") {
			break
		}
	}
	w.says(http.StatusOK, "بلغتم الحد الأقصى من المواعيد لهذه الخدمة", "تعديل موعدكم الحالي")
	centre.AuditClean()
}

// The database is away while a visitor books: the page says so, and has what was
// typed when it is back.
func TestJourneyWithoutDatabase(t *testing.T) {
	t.Parallel()
	line := servicetest.NewLine(t, servicetest.Database(t))
	centre := servicetest.OpenOn(t, line.URL, 1, public)
	visitor, w := centre.Visitor(1), newWalker(t, centre)
	w.goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses()
	held, action := w.at.Path, w.action("name")
	line.Cut()
	w.sends(action, details(visitor)).says(http.StatusServiceUnavailable, "الموقع غير متاح الآن", "بياناتكم محفوظة", "المحاولة مرة أخرى")
	if !strings.Contains(w.page, `href="`+held+`"`) {
		t.Errorf("no way back to %s in %s", held, w.page)
	}
	line.Heal()
	centre.Eventually("the database answers", func() bool { return w.goes(held).status == http.StatusOK })
	if !strings.Contains(w.page, visitor.Name) {
		t.Errorf("what was typed is gone: %s", w.page)
	}
}

// An address has a bounded number of holds at once, and is told how to go on.
func TestJourneyWithTooManyHolds(t *testing.T) {
	t.Parallel()
	centre, _, w := portalCentre(t, func(c *service.Config) { c.HoldsPerAddress = 2 })
	for n := range 3 {
		other := newWalker(t, centre)
		other.goes("/services/heirs-returns/riyadh").chooses()
		if n < 2 {
			other.says(http.StatusOK, "بيانات الزائر")
		} else {
			other.says(http.StatusTooManyRequests, "حجوزات مؤقتة كثيرة", "دقائق")
		}
	}
	w.goes("/services/heirs-returns/riyadh").says(http.StatusOK, "صباحًا") // looking is free
}

// A code that is not complete costs no try; the last wrong one says that another is
// needed.
func TestJourneyCountsTries(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses()
	form := details(visitor)
	w.sends(w.action("name"), form)
	centre.Jobs()
	right := code(visitor)
	for half, want := range map[string]string{
		"": "نرجو كتابة الأرقام الستة من الرسالة", "12345a6": "نرجو كتابة الأرقام الستة من الرسالة",
		"12": "يتكون الرمز الذي كتبتموه من رقمين، ورمز التحقق من 6 أرقام", "١٢٣٤٥ ٦٧": "يتكون الرمز الذي كتبتموه من 7 أرقام",
	} {
		form.Set("code", half)
		w.sends(w.action("code"), form).says(http.StatusOK, want).lacks("بقيت لكم")
	}
	wrong := "000000"
	if right == wrong {
		wrong = "000001"
	}
	form.Set("code", wrong)
	w.sends(w.action("code"), form).says(http.StatusOK, "بقيت لكم 4 محاولات")
	for range 4 {
		w.sends(w.action("code"), form)
	}
	w.says(http.StatusOK, "انتهت محاولات إدخال هذا الرمز").lacks("بقيت لكم 0")
	form.Set("code", right)
	w.sends(w.action("code"), form).says(http.StatusOK, "انتهت محاولات إدخال هذا الرمز")
	centre.Pass(time.Minute)
	w.sends(w.at.Path+"/code", form).says(http.StatusOK, "رمز التحقق")
	centre.Jobs()
	form.Set("code", code(visitor))
	w.sends(w.action("code"), form).says(http.StatusOK, "تم حجز موعدكم")
	centre.AuditClean()
}

// A visitor with a proved mobile is asked for no other code; one who changes the number
// gets it at the new one.
func TestJourneyWithAnotherMobile(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses()
	form := details(visitor)
	w.sends(w.action("name"), form)
	form.Set("mobile", "0500000077")
	w.sends(w.action("code"), form).says(http.StatusOK, "05•••••077", "رمز التحقق")
	form.Set("mobile", visitor.Mobile)
	centre.Pass(time.Minute + time.Second)
	w.sends(w.action("code"), form).says(http.StatusOK, "05•••••001")
	centre.Jobs()
	form.Set("code", code(visitor))
	w.sends(w.action("code"), form).says(http.StatusOK, "تم حجز موعدكم")
	w.goes("/services/annual-returns/riyadh?day=2026-11-26").chooses().says(http.StatusOK, "تم التحقق من رقم الجوال", "حجز الموعد")
	w.sends("/forget", url.Values{}).says(http.StatusOK, "كيف يمكننا خدمتكم؟")
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM appointments WHERE status = 'held'`); n != 0 {
		t.Errorf("%d holds stand after the browser was told to forget", n)
	}
	w.goes("/services/annual-returns/riyadh?day=2026-11-26").chooses().lacks("تم التحقق من رقم الجوال").says(http.StatusOK, "إرسال رمز التحقق")
	centre.AuditClean()
}

// A draft that comes back after its time, such as from a copied cookie, is none.
func TestJourneyForgetsByItself(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses()
	w.sends(w.action("name"), details(visitor)).says(http.StatusOK, "رمز التحقق")
	centre.Pass(2*time.Hour - time.Second)
	wait := "/services/heirs-returns/riyadh/wait"
	if w.goes(wait); !strings.Contains(w.page, visitor.Name) {
		t.Error("what was typed is gone before its time")
	}
	centre.Pass(time.Second)
	if w.goes(wait); strings.Contains(w.page, visitor.Name) {
		t.Error("what was typed is shown after its time")
	}
}

// The pages of the journey answer at their own address only, and no form that hides
// where it comes from.
func TestJourneyFromElsewhere(t *testing.T) {
	t.Parallel()
	centre, _, w := portalCentre(t)
	w.goes("/services/heirs-returns/riyadh?day=2026-11-25")
	form := url.Values{"start": {times(w.page)[0]}}.Encode()
	for name, c := range map[string]struct {
		method string
		header map[string]string
		status int
	}{
		"another host":       {http.MethodGet, map[string]string{"Host": "visits.example"}, http.StatusMisdirectedRequest},
		"a hidden origin":    {http.MethodPost, map[string]string{"Origin": "null"}, http.StatusForbidden},
		"another site":       {http.MethodPost, map[string]string{"Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		"another origin":     {http.MethodPost, map[string]string{"Origin": "https://visits.example"}, http.StatusForbidden},
		"one's own page":     {http.MethodPost, map[string]string{"Sec-Fetch-Site": "same-origin"}, http.StatusSeeOther},
		"a program, no page": {http.MethodPost, nil, http.StatusSeeOther},
	} {
		header := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
		maps.Copy(header, c.header)
		request := servicetest.Request{Method: c.method, Path: w.action("start"), Header: header}
		if c.method == http.MethodPost {
			request.Body = form
		}
		if answer := centre.Send(request); answer.Status != c.status {
			t.Errorf("%s: %d, want %d", name, answer.Status, c.status)
		}
	}
}

// Who looks in vain is counted as over the API: once for a look, not for each page of
// later days.
func TestJourneyInVainIsCounted(t *testing.T) {
	t.Parallel()
	centre, _, w := portalCentre(t)
	shuts(t, centre, files(), "2026-11-22", "2027-06-30")
	w.goes("/services/heirs-returns/riyadh").says(http.StatusOK, "لا توجد مواعيد متاحة في هذه الأيام")
	w.goes("/services/heirs-returns/riyadh?from=2026-12-20").says(http.StatusOK, "لا توجد مواعيد متاحة")
	centre.Job("count demand")
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT coalesce(sum(n), 0) FROM demand_counts`); n != 1 {
		t.Errorf("%d looks in vain are counted, want 1", n)
	}
}

// A visit that is booked leaves the holds of other services in other tabs as they are:
// another choice there still gives its first place back.
func TestJourneyOfTwoServices(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/services/annual-returns/riyadh?day=2026-11-26").chooses()
	w.goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses()
	w.books(visitor, details(visitor)).says(http.StatusOK, "تم حجز موعدكم")
	w.goes("/services/annual-returns/riyadh?day=2026-11-29").chooses().says(http.StatusOK, "بيانات الزائر")
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM appointments WHERE status = 'held'`); n != 1 {
		t.Errorf("%d places are held, want the latest only", n)
	}
	centre.AuditClean()
}

// The branch with the earliest time is marked, unless another is as early.
func TestJourneyMarksTheEarliestBranch(t *testing.T) {
	t.Parallel()
	centre, _, w := portalCentre(t)
	w.goes("/services/heirs-returns").lacks("أبكر موعد")
	monday := servicetest.At(t, "2026-11-23T09:00")
	for i, branch := range []string{"riyadh", "jeddah"} {
		for n := 10; centre.Visitor(n+100*i).TryHold(heirs, branch, monday).Status == http.StatusCreated; n++ {
		}
	}
	if w.goes("/services/heirs-returns").says(http.StatusOK, "أبكر موعد"); strings.Count(w.page, "أبكر موعد") != 1 {
		t.Errorf("marked: %s", textOf(w.page))
	}
}

// Behind an address that has asked for too many codes, the page says that it is the
// network, and keeps what was typed.
func TestJourneyBehindABusyAddress(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	for n := 2; centre.Visitor(n).AsksForCode().Status < http.StatusBadRequest; n++ {
	}
	w.goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses()
	w.sends(w.action("name"), details(visitor)).says(http.StatusOK, "تعذّر إرسال رمز جديد الآن", "من هذه الشبكة", "إرسال رمز التحقق")
	if !strings.Contains(w.page, visitor.Name) {
		t.Error("what was typed is gone")
	}
}
