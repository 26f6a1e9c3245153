package service_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// comer is a visitor with a link, at a branch with a receptionist, on the day of the
// visit: 9:00 on 25 November, one of three desks.
type comer struct {
	linked

	reception *servicetest.Staff
	other     api.Appointment // of another visitor, at the same time
}

// onTheDay opens the day of a visit at a time.
func onTheDay(t *testing.T, lang, hhmm string, options ...servicetest.Option) comer {
	t.Helper()
	l := linkedVisit(t, lang, options...)
	other := l.centre.Visitor(2).Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	c := comer{l, l.centre.Receptionist("riyadh"), other}
	c.clock(hhmm)
	return c
}

// clock sets the time of that day.
func (c comer) clock(hhmm string) {
	c.t.Helper()
	c.centre.Clock.Set(servicetest.At(c.t, "2026-11-25T"+hhmm))
	c.centre.Jobs()
}

// does does something to a visit at reception.
func (c comer) does(a api.Appointment, verb string, body any) api.HallVisit {
	c.t.Helper()
	return inHall(c.t, c.reception.Posts("/v1/appointments/"+a.Reference+"/"+verb, body))
}

// checksIn checks a visitor in.
func (c comer) checksIn(a api.Appointment) api.HallVisit {
	c.t.Helper()
	return c.does(a, "check-in", map[string]any{"branch": "riyadh"})
}

// calls calls a visitor to a desk.
func (c comer) calls(a api.Appointment, desk string) {
	c.t.Helper()
	inHall(c.t, c.reception.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": desk, "reference": a.Reference}))
}

// neverSays fails the test if a page says one of the texts.
func neverSays(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) {
			t.Errorf("says %q:\n%s", text, page)
		}
	}
}

// unmarked takes the isolation of numbers and times off a page.
func unmarked(page string) string {
	return regexp.MustCompile(`</?bdi[^>]*>`).ReplaceAllString(page, "")
}

// On the day of the visit the link shows where the visitor stands, from the morning
// until the service is rated.
func TestPageOfTheDay(t *testing.T) {
	t.Parallel()
	c := onTheDay(t, "ar", "07:30")
	says(t, unmarked(c.looks("")), "موعدكم اليوم", "9:00 ص", c.visit.Reference, "يبدأ تسجيل الحضور لدى الاستقبال من الساعة 8:00 ص.",
		"آخر تحديث 7:30 ص", "نعم، سأحضر", "يظهر رقم المكتب هنا وعلى الشاشة: 5 أو 6 أو 7", "40 دقيقة", "view=ticket")
	says(t, c.looks("?view=ticket"), "تم حجز موعدكم", c.visit.Reference)

	delay := map[string]any{"desk_group": "riyadh-returns-files", "minutes": 5}
	if answer := c.reception.Posts("/v1/branches/riyadh/delays", delay); answer.Status != http.StatusCreated {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	c.clock("08:52")
	c.checksIn(c.other)
	c.checksIn(c.visit)
	page := unmarked(c.looks(""))
	says(t, page, "بانتظار النداء", ">2<", "قبلكم زائر واحد", "من الآن إلى ", "<svg class=\"axis\"", "تم تسجيل الحضور", "8:52 ص",
		"يتأخر النداء نحو 5 دقائق. نعتذر عن ذلك.", "تقييم الخدمة")
	neverSays(t, page, "نعم، سأحضر", c.Name, "style=", "<script")

	c.calls(c.other, "5")
	says(t, c.looks(""), "أنتم التالون")
	c.calls(c.visit, "6")
	says(t, unmarked(c.looks("")), "حان دوركم", "المكتب", ">6<", "نرجو التوجه إلى المكتب الآن.", "الساعة 8:52 ص، المكتب 6")
	c.does(c.visit, "start", map[string]any{})
	says(t, c.looks(""), "زيارتكم جارية", `aria-current="step"`)
	c.does(c.visit, "complete", nil)
	page = c.looks("")
	says(t, page, "اكتملت زيارتكم", "شكرًا لزيارتكم")
	link := regexp.MustCompile(`href="(/m/[^"?]+)"`).FindStringSubmatch(page)
	if link == nil || link[1] == c.path {
		t.Fatalf("no link to the survey:\n%s", page)
	}
	c.path = link[1]
	says(t, c.follows("/survey", url.Values{"satisfaction": {"5"}}), "تم استلام تقييمكم")
}

// The page loads itself again without a script, says of when it is, and stands still for
// those who ask; what was done is said once.
func TestPageOfTheDayLoadsItselfAgain(t *testing.T) {
	t.Parallel()
	c := onTheDay(t, "ar", "08:30")
	refresh := func(query string) string { return c.opens(c.path + query).Header.Get("Refresh") }
	if got, want := refresh("?done=late"), "30; url="+c.path+"?lang=ar"; got != want {
		t.Errorf("Refresh: %q, want %q", got, want)
	}
	if got := refresh("?refresh=off"); got != "" || strings.Contains(c.looks("?refresh=off"), "refresh=off\">") {
		t.Errorf("asked to stand still: Refresh: %q", got)
	}
	if got := refresh("?view=ticket"); got != "" {
		t.Errorf("the ticket: Refresh: %q", got)
	}
	c.checksIn(c.visit)
	c.calls(c.visit, "5")
	c.does(c.visit, "start", map[string]any{})
	if got := refresh(""); got == "" {
		t.Error("at the desk it does not load itself again")
	}
	c.does(c.visit, "complete", nil)
	if got := refresh(""); got != "" {
		t.Errorf("completed: Refresh: %q", got)
	}
}

// A visitor tells reception by the page that they are late, and takes it back; then in
// the hall, that they leave for a moment and are back.
func TestPageTellsReceptionOfLateness(t *testing.T) {
	t.Parallel()
	c := onTheDay(t, "ar", "08:30")
	says(t, unmarked(c.looks("")), "إبلاغ الاستقبال بالتأخر", "10 دقائق", "حتى 9:10 ص", "30 دقيقة")
	page := unmarked(c.follows("/late", url.Values{"minutes": {"10"}}))
	says(t, page, "تم إبلاغ الاستقبال بحضوركم الساعة 9:10 ص.", "إلغاء الإبلاغ")
	neverSays(t, unmarked(c.follows("/late", url.Values{"minutes": {"0"}})), "بحضوركم الساعة")

	c.clock("09:15")
	page = unmarked(c.looks(""))
	says(t, page, "حتى 9:20 ص", "حتى 9:30 ص")
	neverSays(t, page, "حتى 9:10 ص")
	for _, minutes := range []string{"10", "35", "7", "x", ""} {
		answer := c.presses("/late", url.Values{"minutes": {minutes}})
		if answer.Status != http.StatusConflict {
			t.Errorf("%q minutes: %d", minutes, answer.Status)
		}
		says(t, string(answer.Body), "لم يُسجَّل الإبلاغ")
	}
	c.clock("09:30")
	page = c.looks("")
	says(t, page, "مضى وقت موعدكم. نرجو مراجعة الاستقبال في الفرع.")
	neverSays(t, page, "إبلاغ الاستقبال بالتأخر")

	c.checksIn(c.visit)
	says(t, unmarked(c.looks("")), "يُحفظ رقمكم ودوركم", "5 دقائق", "حتى 9:35 ص")
	page = unmarked(c.follows("/late", url.Values{"minutes": {"15"}}))
	says(t, page, "تم إبلاغ الاستقبال بعودتكم الساعة 9:45 ص", "إبلاغ الاستقبال بالعودة", "من 9:45 ص إلى 9:50 ص")
	neverSays(t, unmarked(c.follows("/late", url.Values{"minutes": {"0"}})), "بعودتكم الساعة")
	c.calls(c.visit, "5")
	if answer := c.presses("/late", url.Values{"minutes": {"5"}}); answer.Status != http.StatusConflict {
		t.Errorf("called: %d", answer.Status)
	}
}

// Whoever left, did not come, or has another day is told what is true.
func TestPageOfTheDayWithoutAVisit(t *testing.T) {
	t.Parallel()
	c := onTheDay(t, "en", "08:50")
	c.checksIn(c.visit)
	for range 3 {
		c.calls(c.visit, "5")
		c.does(c.visit, "not-there", nil)
	}
	says(t, c.looks(""), "Your turn has passed", "speak to reception", "Your number stays the same")
	other := onTheDay(t, "en", "09:15")
	other.does(other.visit, "no-show", nil)
	says(t, other.looks(""), "A no-show was recorded", "speak to reception", "To book a new visit")
	late := onTheDay(t, "en", "08:00")
	if answer := late.presses("/late", url.Values{"minutes": {"10"}}); answer.Status != http.StatusSeeOther {
		t.Errorf("%d", answer.Status)
	}
	tomorrow := linkedVisit(t, "en")
	says(t, tomorrow.looks(""), "Your visit is booked")
	if answer := tomorrow.presses("/late", url.Values{"minutes": {"10"}}); answer.Status != http.StatusConflict {
		t.Errorf("the day before: %d", answer.Status)
	}
}
