package service_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ziyara/service/servicetest"
)

// walker is a visitor with a browser, who goes from page to page without scripts.
type walker struct {
	t      *testing.T
	centre *servicetest.Centre
	client *http.Client
	at     *url.URL
	status int
	header http.Header
	page   string
}

func newWalker(t *testing.T, centre *servicetest.Centre) *walker {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(centre.Replicas[0].URL())
	if err != nil {
		t.Fatal(err)
	}
	return &walker{t: t, centre: centre, client: &http.Client{Jar: jar}, at: at}
}

// goes opens an address, as a link on the present page would.
func (w *walker) goes(address string) *walker {
	w.t.Helper()
	return w.does(http.MethodGet, address, nil)
}

// sends sends a form to an address.
func (w *walker) sends(address string, fields url.Values) *walker {
	w.t.Helper()
	return w.does(http.MethodPost, address, fields)
}

func (w *walker) does(method, address string, fields url.Values) *walker {
	w.t.Helper()
	to, err := w.at.Parse(address)
	if err != nil {
		w.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(w.t.Context(), method, to.String(), strings.NewReader(fields.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	request.Header.Set("Accept", "text/html")
	answer, err := w.client.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	w.at, w.status, w.header, w.page = answer.Request.URL, answer.StatusCode, answer.Header, string(body)
	w.sumsUp()
	return w
}

// sumsUp fails the test unless a page on which something is wrong with a field says so
// in its title and at its top, and no other page does.
func (w *walker) sumsUp() {
	w.t.Helper()
	wrong := strings.Contains(w.page, `class="wrong"`)
	titled := regexp.MustCompile(`<title>(يلزم التصحيح|Error): `).MatchString(w.page)
	if top := strings.Contains(w.page, `id="mistakes"`); wrong != titled || wrong != top {
		w.t.Errorf("%s: wrong fields: %t, said in the title: %t, at the top: %t", w.at, wrong, titled, top)
	}
}

// says fails the test unless the page has this status and these texts.
func (w *walker) says(status int, want ...string) *walker {
	w.t.Helper()
	if w.status != status {
		w.t.Fatalf("%s: %d, want %d: %s", w.at, w.status, status, w.page)
	}
	says(w.t, textOf(w.page), want...)
	return w
}

// lacks fails the test if the page has one of these texts.
func (w *walker) lacks(unwanted ...string) *walker {
	w.t.Helper()
	for _, u := range unwanted {
		if strings.Contains(textOf(w.page), u) {
			w.t.Fatalf("%s: %q on the page", w.at, u)
		}
	}
	return w
}

// textOf returns the text of a page, without its marks.
func textOf(page string) string {
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, ""))), " ")
}

// action is where the form of the page that has the field is sent.
func (w *walker) action(field string) string {
	w.t.Helper()
	for _, form := range regexp.MustCompile(`(?s)<form[^>]*action="([^"]*)".*?</form>`).FindAllStringSubmatch(w.page, -1) {
		if strings.Contains(form[0], `name="`+field+`"`) {
			return html.UnescapeString(form[1])
		}
	}
	w.t.Fatalf("%s: no form with %s in %s", w.at, field, w.page)
	return ""
}

// chooses presses the first time of the page, and goes on to the details.
func (w *walker) chooses() *walker {
	w.t.Helper()
	list := times(w.page)
	if len(list) == 0 {
		w.t.Fatalf("%s: no times in %s", w.at, w.page)
	}
	return w.sends(w.action("start"), url.Values{"start": {list[0]}})
}

// details are what a visitor types.
func details(v *servicetest.Visitor) url.Values {
	return url.Values{"name": {v.Name}, "id": {v.ID}, "mobile": {v.Mobile}, "documents": {"1"}}
}

// code is the newest one on the phone of the visitor.
func code(v *servicetest.Visitor) string {
	return regexp.MustCompile(`\d{6}`).FindString(v.Receives().Text)
}

func portalCentre(t *testing.T, options ...servicetest.Option) (*servicetest.Centre, *servicetest.Visitor, *walker) {
	t.Helper()
	centre := servicetest.Open(t, 1, append([]servicetest.Option{public}, options...)...)
	return centre, centre.Visitor(1), newWalker(t, centre)
}

// A visitor looks for a service, chooses a branch, a day and a time, says who comes,
// proves the mobile, and has a visit: in four pages, without a script.
func TestJourney(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/?q="+url.QueryEscape("ورث العوائد")).says(http.StatusOK, "نتائج البحث", "نقل العوائد إلى الورثة")
	w.goes("/services/heirs-returns").says(http.StatusOK, "الخطوة 2 من 4: الفرع", "صك حصر الورثة", "أقرب موعد", "فرع جدة")
	w.goes("/services/heirs-returns/riyadh").says(http.StatusOK, "الخطوة 3 من 4", "أيام الإغلاق الأسبوعية: الجمعة والسبت", "صباحًا")
	w.chooses().says(http.StatusOK, "بيانات الزائر", "الموعد محجوز لكم مؤقتًا حتى الساعة", "المركز الرئيس بالرياض")
	form := details(visitor)
	w.sends(w.action("name"), form).says(http.StatusOK, "رمز التحقق", "حجز الموعد").lacks("نرجو تصحيح ما يلي")
	centre.Jobs()
	form.Set("code", code(visitor))
	w.sends(w.action("code"), form).says(http.StatusOK, "تم حجز موعدكم", "V-")
	if !strings.HasPrefix(w.at.Path, "/m/") {
		t.Errorf("the visit is shown at %s", w.at)
	}
	centre.Jobs()
	says(t, visitor.Receives().Text, "حجز") // and the confirmation has come
	centre.AuditClean()
}

// What was typed stays: with mistakes, in the other language, and after the hold is
// over, when the start is held again for who goes on.
func TestNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses()
	held := w.at.Path
	form := details(visitor)
	form.Set("id", "1234567890")
	w.sends(w.action("name"), form).says(http.StatusOK, "يلزم التصحيح: بيانات الزائر", "نرجو تصحيح ما يلي",
		"رقم الهوية الوطنية أو الإقامة غير صحيح")
	if !strings.Contains(w.page, visitor.Name) || !strings.Contains(w.page, `value="1234567890"`) {
		t.Errorf("what was typed is gone: %s", w.page)
	}
	w.goes(held+"?lang=en&check=1").says(http.StatusOK, "Error: Your details", "Please correct")
	if !strings.Contains(w.page, visitor.Name) {
		t.Error("what was typed is gone in English")
	}
	w.goes(held + "?lang=ar")
	form.Set("id", visitor.ID)
	w.sends(w.action("name"), form).says(http.StatusOK, "رمز التحقق")
	centre.Pass(11 * time.Minute)
	centre.Jobs()
	w.goes(held).says(http.StatusOK, "انتهت مدة الحجز المؤقت", "ما زال موعد الساعة 7:30 ص متاحًا", "إرسال رمز التحقق")
	w.sends(w.action("name"), form).says(http.StatusOK, "رمز التحقق", "حجز الموعد") // the code was over as well
	centre.Jobs()
	form.Set("code", code(visitor))
	w.sends(w.action("code"), form).says(http.StatusOK, "تم حجز موعدكم", "7:30 ص")
	centre.AuditClean()
}

// switches presses the other language, with what is typed in the form so far.
func (w *walker) switches(typed url.Values) *walker {
	w.t.Helper()
	found := regexp.MustCompile(`form="form"[^>]*formaction="([^"]*)"`).FindStringSubmatch(w.page)
	if found == nil {
		w.t.Fatalf("%s: the other language is not a button of the form: %s", w.at, w.page)
	}
	return w.sends(html.UnescapeString(found[1]), typed)
}

// has fails the test unless the fields of the page have these values.
func (w *walker) has(typed url.Values) *walker {
	w.t.Helper()
	for name := range typed {
		field := regexp.MustCompile(`<(input|textarea)[^>]* name="`+name+`"[^>]*>([^<]*)`).FindAllString(w.page, -1)
		if !strings.Contains(strings.Join(field, " "), html.EscapeString(typed.Get(name))) {
			w.t.Errorf("%s: %s is not %q but %s", w.at, name, typed.Get(name), field)
		}
	}
	return w
}

// What is typed and not yet sent comes along to the other language, unchecked, and back.
func TestOtherLanguageKeepsWhatIsTyped(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes(heirsAtRiyadh + "?day=2026-11-25").chooses()
	held := w.at.Path
	half := url.Values{"name": {"نورة <b>"}, "id": {"12"}, "mobile": {""}, "email": {"noura@"}, "by_name": {"سالم"}}
	w.switches(half).says(http.StatusOK, "Your details", "Send the code").lacks("Please correct").has(half)
	if w.at.Path != held || !strings.Contains(w.page, `lang="en"`) {
		t.Errorf("in English at %s", w.at)
	}
	half.Set("mobile", "05")
	w.switches(half).says(http.StatusOK, "بيانات الزائر").lacks("نرجو تصحيح ما يلي").has(half)
	w.sends(w.action("name"), half).says(http.StatusOK, "نرجو تصحيح ما يلي")
	half.Set("id", visitor.ID)
	w.switches(half).says(http.StatusOK, "Please correct", "You typed 2 digits").has(half)
	w.goes(held+"/typed").says(http.StatusOK, "Your details") // a reload by hand

	wish := url.Values{"name": {"نورة"}, "from": {"2026-11-30"}, "to": {"2026-11-29"}, "part": {"morning"}}
	w.goes(heirsAtRiyadh+"/wait?party=2&lang=ar").switches(wish).
		says(http.StatusOK, "Waiting list").lacks("The last day").has(url.Values{"name": {"نورة"}, "from": {"2026-11-30"}, "to": {"2026-11-29"}})
	if !strings.Contains(w.at.RawQuery, "party=2") {
		t.Errorf("back at %s", w.at)
	}
	number := url.Values{"mobile": {"0500"}}
	w.goes("/visits?lang=ar").switches(number).says(http.StatusOK, "Your visits").lacks("Please correct").has(number)
	w.switches(number).says(http.StatusOK, "مواعيدكم").has(number)
	centre.AuditClean()
}

// When the start is taken meanwhile, the nearest ones are shown with what was typed,
// and a proved mobile is not proved again.
func TestTakenMeanwhile(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses()
	form := details(visitor)
	centre.Pass(6 * time.Minute)
	w.sends(w.action("name"), form)
	centre.Jobs()
	form.Set("code", "000000")
	if form.Get("code") == code(visitor) {
		form.Set("code", "000001")
	}
	w.sends(w.action("code"), form).says(http.StatusOK, "الرمز غير صحيح", "محاولات")
	form.Set("code", code(visitor))
	centre.Pass(4*time.Minute + 30*time.Second) // the hold is over, the code is still good
	start := servicetest.At(t, "2026-11-25T07:30")
	for n := 2; ; n++ {
		if answer := centre.Visitor(n).TryHold(heirs, "riyadh", start); answer.Status != http.StatusCreated {
			break
		}
	}
	w.sends(w.action("code"), form).says(http.StatusOK, "لم يعد موعد الساعة 7:30 ص متاحًا", "بياناتكم محفوظة",
		"أقرب المواعيد المتاحة", "تم التحقق")
	if !strings.Contains(w.page, visitor.Name) {
		t.Error("what was typed is gone")
	}
	w.chooses().says(http.StatusOK, "تم التحقق من رقم الجوال", "حجز الموعد").lacks("إرسال رمز التحقق")
	w.sends(w.action("name"), details(visitor)).says(http.StatusOK, "تم حجز موعدكم")
	centre.AuditClean()
}

// Two taps on a time hold one place, and two taps on the button book one visit.
func TestTwoTaps(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/services/heirs-returns/riyadh")
	action, start := w.action("start"), times(w.page)[0]
	w.sends(action, url.Values{"start": {start}}).says(http.StatusOK, "بيانات الزائر")
	first := w.at.Path
	w.sends(action, url.Values{"start": {start}})
	if w.at.Path != first {
		t.Errorf("the second tap holds another place: %s and %s", first, w.at.Path)
	}
	form := details(visitor)
	w.sends(w.action("name"), form)
	centre.Jobs()
	form.Set("code", code(visitor))
	book := w.action("code")
	w.sends(book, form).says(http.StatusOK, "تم حجز موعدكم")
	visit := w.at.Path
	w.sends(book, form).says(http.StatusOK, "تم حجز موعدكم")
	if w.at.Path != visit {
		t.Errorf("the second tap leads to %s, not %s", w.at.Path, visit)
	}
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM appointments WHERE status IN ('held', 'booked')`); n != 1 {
		t.Errorf("%d places are held or booked, want 1", n)
	}
	w.goes(first).says(http.StatusOK, "تم حجز موعدكم") // back to the form leads to the visit
	centre.AuditClean()
}

// A hold is of no use in another browser.
func TestHoldOfAnotherBrowser(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/services/heirs-returns/riyadh").chooses().says(http.StatusOK, "بيانات الزائر")
	thief := newWalker(t, centre)
	thief.goes(w.at.Path).says(http.StatusForbidden, "بدأ هذا الحجز في متصفح آخر")
	thief.sends(w.at.Path, details(visitor)).says(http.StatusForbidden, "بدأ هذا الحجز في متصفح آخر")
	thief.goes("/services/heirs-returns/riyadh").chooses() // with a cookie of its own
	thief.goes(w.at.Path).says(http.StatusForbidden, "بدأ هذا الحجز في متصفح آخر")
}

// books goes from the details to the visit.
func (w *walker) books(v *servicetest.Visitor, form url.Values) *walker {
	w.t.Helper()
	w.sends(w.action("name"), form).says(http.StatusOK, "رمز التحقق", "حجز الموعد").lacks("نرجو تصحيح ما يلي")
	w.centre.Jobs()
	form.Set("code", code(v))
	return w.sends(w.action("code"), form)
}

// shuts closes counters from a date until another, as an administrator does.
func shuts(t *testing.T, centre *servicetest.Centre, groups []string, from, until string) {
	t.Helper()
	for _, group := range groups {
		answer := changes(centre.Admin(), http.MethodPost, "/v1/desk-groups/"+group+"/closures", "*", map[string]any{
			"start": from + "T00:00:00+03:00", "end": until + "T00:00:00+03:00", "reason": both("صيانة المبنى", "Works in the building"),
		})
		if answer.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", group, answer.Status, answer.Body)
		}
	}
}

// files are the counters for the heirs' returns.
func files() []string {
	return []string{"riyadh-returns-files", "jeddah-returns-files", "dammam-returns-files"}
}
