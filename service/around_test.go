package service_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"image/png"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/service"
	"ziyara/service/servicetest"
)

// kindOfPage is a page, and what may be done with it.
type kindOfPage struct {
	path   string
	status int
	public bool // it has no personal data: browsers may keep it, search engines may list it
}

// kindsOfPages are pages of all kinds. The walker holds a place and has typed something.
func kindsOfPages(t *testing.T) (*walker, []kindOfPage) {
	t.Helper()
	_, visitor, w := portalCentre(t, demoSignIn)
	w.goes("/services/heirs-returns/riyadh").chooses()
	held := w.at.Path
	w.sends(w.action("name"), details(visitor))
	public := func(path string) kindOfPage { return kindOfPage{path, http.StatusOK, true} }
	private := func(path string, status int) kindOfPage { return kindOfPage{path, status, false} }
	return w, []kindOfPage{
		public("/"), public("/?lang=en"), public("/departments/revenues"), public("/services/heirs-returns"),
		public("/services/heirs-returns?party=2"), public("/services/heirs-returns/riyadh"),
		public("/services/heirs-returns/riyadh?day=2026-11-25"),
		public("/privacy"), public("/accessibility"), public("/how"),
		private("/?q=iban", http.StatusOK), private("/services/heirs-returns/riyadh/wait", http.StatusOK),
		private("/services/heirs-returns/riyadh/taken?start=2026-11-27T07:30:00Z", http.StatusOK), private(held, http.StatusOK),
		private("/waiting", http.StatusOK), private("/visits", http.StatusOK),
		private("/m/nothing", http.StatusNotFound), private("/nothing", http.StatusNotFound),
		private("/services/nothing", http.StatusNotFound), private("/departments/nothing", http.StatusNotFound),
		private("/services/heirs-returns/nothing", http.StatusNotFound), private("/staff/sign-out", http.StatusOK),
		private("/problems", http.StatusOK),
	}
}

// A page without personal data may be kept by a browser, which asks whether it is still
// true, and listed; every other page may not.
func TestWhatIsKeptAndListed(t *testing.T) {
	t.Parallel()
	w, pages := kindsOfPages(t)
	for _, p := range pages {
		w.goes(p.path)
		if w.status != p.status {
			t.Errorf("%s: %d, want %d", p.path, w.status, p.status)
		}
		want := map[bool]struct{ cache, robots string }{
			true: {"private, no-cache", ""}, false: {"no-store", "noindex, nofollow, noarchive"},
		}[p.public]
		if got := w.header.Get("Cache-Control"); got != want.cache {
			t.Errorf("%s: Cache-Control is %q, want %q", p.path, got, want.cache)
		}
		if got := w.header.Get("X-Robots-Tag"); got != want.robots {
			t.Errorf("%s: X-Robots-Tag is %q, want %q", p.path, got, want.robots)
		}
		for _, mark := range []string{`rel="canonical"`, `hreflang="x-default"`, `property="og:title"`, `name="description"`} {
			if strings.Contains(w.page, mark) != p.public {
				t.Errorf("%s: %s on the page: %t", p.path, mark, !p.public)
			}
		}
	}
}

// disallowed are the lines of robots.txt.
var disallowed = regexp.MustCompile(`(?m)^Disallow: (\S+)$`)

// mayRead reports whether robots.txt lets search engines read an address (RFC 9309).
func mayRead(robots, address string) bool {
	for _, line := range disallowed.FindAllStringSubmatch(robots, -1) {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(line[1]), `\*`, ".*")
		if regexp.MustCompile("^" + pattern).MatchString(address) {
			return false
		}
	}
	return true
}

// robots.txt lets search engines read the public pages and what they load, and nothing
// that belongs to one visitor, to staff or to programs; without pages for visitors,
// nothing at all.
func TestRobots(t *testing.T) {
	t.Parallel()
	w, _ := kindsOfPages(t)
	robots := w.goes("/robots.txt").says(http.StatusOK, "User-agent: *").page
	style := regexp.MustCompile(`href="(/assets/[^"]*)"`).FindStringSubmatch(w.goes("/").page)[1]
	for _, path := range []string{
		"/", "/?lang=en", "/departments/revenues", "/services/heirs-returns", "/services/heirs-returns/riyadh", "/privacy", "/accessibility",
		"/how", "/manifest.webmanifest", style,
	} {
		if !mayRead(robots, path) {
			t.Errorf("%s is closed", path)
		}
	}
	for _, path := range []string{
		"/?q=iban", "/?lang=en&q=iban", "/m/token", "/book/hold", "/visits", "/waiting", "/v1/services", "/dev", "/dev/phone", "/staff",
		"/staff/sign-in", "/docs", "/feeds/token.ics", "/openapi.yaml", "/problems", "/receipts/operator",
	} {
		if mayRead(robots, path) {
			t.Errorf("%s is open", path)
		}
	}
	without := string(servicetest.Open(t, 1).Get("/robots.txt").Body)
	if mayRead(without, "/") || mayRead(without, "/problems") {
		t.Errorf("without a portal: %s", without)
	}
}

// A public page says where it is in each language, and how it looks where it is shared:
// at the public address, without what else the address says.
func TestSharedAddresses(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, func(c *service.Config) { c.PublicURL = "https://visit.mof.gov.sa/" })
	page := string(centre.Send(servicetest.Request{
		Method: http.MethodGet, Path: "/services/heirs-returns?party=2&lang=en", Header: map[string]string{"Host": "visit.mof.gov.sa"},
	}).Body)
	for _, want := range []string{
		`<link rel="canonical" href="https://visit.mof.gov.sa/services/heirs-returns?lang=en">`,
		`<link rel="alternate" hreflang="ar" href="https://visit.mof.gov.sa/services/heirs-returns?lang=ar">`,
		`<link rel="alternate" hreflang="en" href="https://visit.mof.gov.sa/services/heirs-returns?lang=en">`,
		`<link rel="alternate" hreflang="x-default" href="https://visit.mof.gov.sa/services/heirs-returns">`,
		`<meta property="og:url" content="https://visit.mof.gov.sa/services/heirs-returns?lang=en">`,
		`<meta property="og:locale" content="en_GB">`, `<meta property="og:locale:alternate" content="ar_SA">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	title := regexp.MustCompile(`<h1>([^<]*)</h1>`).FindStringSubmatch(page)[1]
	if !strings.Contains(page, `<meta property="og:title" content="`+title+`">`) {
		t.Errorf("the title %q is not shared", title)
	}
}

// Each page of visitors leads to the pages about the site; without a portal, none
// does, and they are not there.
func TestEveryPageLeadsToThoseAround(t *testing.T) {
	t.Parallel()
	w, pages := kindsOfPages(t)
	links := []string{`<a href="/privacy">`, `<a href="/accessibility">`, `<a href="/how">`}
	for _, p := range pages {
		for _, link := range links {
			if !strings.Contains(w.goes(p.path).page, link) {
				t.Errorf("%s has no %s", p.path, link)
			}
		}
	}
	without := newWalker(t, servicetest.Open(t, 1))
	for _, path := range []string{"/privacy", "/accessibility", "/how", "/manifest.webmanifest"} {
		if without.goes(path).status != http.StatusNotFound || strings.Contains(without.page, links[0]) {
			t.Errorf("%s without a portal: %d", path, without.status)
		}
	}
}

// The privacy page tells the times that hold here, and where to turn.
func TestPrivacyTellsTheTruth(t *testing.T) {
	t.Parallel()
	_, _, w := portalCentre(t)
	w.goes("/privacy?lang=en").says(http.StatusOK, "90 days after they were sent", "10 minutes. If you do not finish it", "2 hours, encrypted",
		"The code is valid for 5 minutes", "Personal Data Protection Law of Saudi Arabia", "Call 19990").lacks("Or write to")
	w.goes("/privacy?lang=ar").says(http.StatusOK, "الخصوصية", "90 يومًا من إرسالها", "لمدة ساعتين، مشفرًا في متصفحكم فقط",
		"نظام حماية البيانات الشخصية",
		"ويُحذف سجل التحقق بعد مدة أقصاها: يومان", "سدايا")
	_, _, w = portalCentre(t, func(c *service.Config) {
		c.Keep.Texts, c.Hold, c.Brand.Email = 29*24*time.Hour+time.Hour, 15*time.Minute, "visits@mof.gov.sa"
	})
	w.goes("/privacy?lang=en").says(http.StatusOK, "30 days after they were sent", "15 minutes. If you do not finish it",
		"Or write to us at visits@mof.gov.sa.")
	w.goes("/services/heirs-returns/riyadh").says(http.StatusOK, "reserved for you for 15 minutes")
}

// Texts of messages, codes and holds are gone when the privacy page says so.
func TestPrivacyIsKept(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	w.goes("/services/heirs-returns/riyadh").chooses()
	w.sends(w.action("name"), details(visitor))
	centre.Jobs()
	kept := func(what, query string, want int) {
		t.Helper()
		if got := servicetest.Query[int](t, centre.DatabaseURL, query); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	centre.Pass(47 * time.Hour)
	centre.Jobs()
	kept("holds after 47 hours", "SELECT count(*) FROM appointments", 1)
	kept("checks after 47 hours", "SELECT count(*) FROM verifications", 1)
	centre.Pass(2 * time.Hour)
	centre.Jobs()
	kept("holds after two days", "SELECT count(*) FROM appointments", 0)
	kept("checks after two days", "SELECT count(*) FROM verifications", 0)
	kept("messages with a code after two days", "SELECT count(*) FROM messages", 0)
}

// The page on how booking works shows messages as they go out, and names the sender
// where it is known.
func TestHowShowsRealMessages(t *testing.T) {
	t.Parallel()
	_, visitor, w := portalCentre(t, named)
	w.goes("/how?lang=ar").says(http.StatusOK, "طريقة الحجز", "حجز الموعد مجاني", "لا نطلب رمز التحقق باتصال أو رسالة", "تم حجز موعدكم",
		"http://127.0.0.1:8080/m/…\u200e").lacks("يظهر اسم المرسل")
	visitor.AsksForCode()
	w.centre.Jobs()
	sent := strings.Join(strings.Fields(regexp.MustCompile(`\d{6}`).ReplaceAllString(visitor.Receives().Text, "482913")), " ")
	w.goes("/how?lang=en").says(http.StatusOK, sent)
}

// Where gateways send the messages, the page names the sender that telephones show.
func TestHowNamesTheSender(t *testing.T) {
	t.Parallel()
	gateway := newSMSGateway(t)
	_, _, w := portalCentre(t, func(c *service.Config) { c.Sender, c.SMS = nil, gateway.file })
	w.goes("/how?lang=en").says(http.StatusOK, "The sender is shown as: MOF.")
}

// named gives the ministry its name.
func named(c *service.Config) {
	c.Ministry.Name = catalog.Text{AR: "وزارة المالية", EN: "Ministry of Finance"}
}

// An empty centre says so, and does not ask what it can't answer.
func TestEmptyCentre(t *testing.T) {
	t.Parallel()
	database := servicetest.MigratedDatabase(t)
	var logged bytes.Buffer
	centre := servicetest.OpenOn(t, database, 1, public, func(c *service.Config) { c.Log = slog.New(slog.NewTextHandler(&logged, nil)) })
	w := newWalker(t, centre)
	w.goes("/").says(http.StatusOK, "لا توجد خدمات متاحة للحجز بعد", "19990")
	w.goes("/?lang=en").says(http.StatusOK, "No services can be booked yet")
	w.goes("/how").says(http.StatusOK, "Booking is free")
	for _, path := range []string{"/", "/?lang=en", "/readyz"} { // and what to do next
		w.goes(path).says(http.StatusOK, "ziyara centre new")
	}
	if status, body := centre.Operations("/readyz"); status != http.StatusOK || !strings.Contains(body, "ziyara centre new") {
		t.Errorf("operators are told: %d, %s", status, body)
	}
	if !strings.Contains(logged.String(), "ziyara centre new") {
		t.Errorf("the log does not say what to do next: %s", logged.String())
	}
	if strings.Contains(w.goes("/").page, `role="search"`) {
		t.Error("an empty centre has a search")
	}
}

// A page that is not there offers the search, and the way back to the beginning.
func TestNotFoundLeadsOn(t *testing.T) {
	t.Parallel()
	_, _, w := portalCentre(t)
	for _, path := range []string{"/nothing", "/services/nothing", "/departments/nothing", "/m/nothing", "/book/nothing"} {
		w.goes(path)
		if w.status < http.StatusBadRequest || !strings.Contains(w.page, `href="/"`) {
			t.Errorf("%s: %d, %s", path, w.status, w.page)
		}
	}
	for _, path := range []string{"/nothing", "/services/nothing"} {
		if w.goes(path); !strings.Contains(w.page, `<form role="search" method="get" action="/">`) {
			t.Errorf("%s has no search", path)
		}
	}
	l := linkedVisit(t, "ar")
	if w = newWalker(t, l.centre).goes(l.path + "/nothing"); w.status != http.StatusNotFound || !strings.Contains(w.page, `role="search"`) {
		t.Errorf("below the link of a visit: %d, %s", w.status, w.page)
	}
	if got := w.header.Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("Referrer-Policy is %q on an address with a token", got)
	}
	without := newWalker(t, servicetest.Open(t, 1))
	if without.goes("/nothing"); without.status != http.StatusNotFound || strings.Contains(without.page, `role="search"`) {
		t.Errorf("without a portal: %d, %s", without.status, without.page)
	}
}

// A fault has a number to quote, which the log has, too.
func TestFaultHasANumber(t *testing.T) {
	t.Parallel()
	journal := &journal{}
	centre, _, w := portalCentre(t, journal.option)
	servicetest.Exec(t, centre.DatabaseURL, "ALTER TABLE ledger_days RENAME COLUMN used TO gone")
	t.Cleanup(func() { servicetest.Exec(t, centre.DatabaseURL, "ALTER TABLE ledger_days RENAME COLUMN gone TO used") })
	w.goes("/services/heirs-returns/riyadh").says(http.StatusInternalServerError, "حدث خلل في النظام")
	number := regexp.MustCompile(`<p class="quote"><bdi dir="ltr">([^<]+)</bdi>`).FindStringSubmatch(w.page)
	if number == nil || number[1] != w.header.Get("X-Request-ID") || !strings.Contains(journal.String(), number[1]) {
		t.Errorf("number %v, header %v, page %s", number, w.header, w.page)
	}
	if !strings.Contains(w.page, `href="/"`) || w.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v: %s", w.header, w.page)
	}
}

// The manifest is in the language of the page that leads to it, and its icons are
// there in the sizes that it says.
func TestManifest(t *testing.T) {
	t.Parallel()
	centre, _, w := portalCentre(t, named)
	w.goes("/?lang=en")
	path := html.UnescapeString(regexp.MustCompile(`<link rel="manifest" href="([^"]*)"`).FindStringSubmatch(w.page)[1])
	apple := regexp.MustCompile(`<link rel="apple-touch-icon" href="([^"]*)"`).FindStringSubmatch(w.page)[1]
	if !strings.Contains(w.header.Get("Content-Security-Policy"), "manifest-src 'self'") {
		t.Errorf("policy %s", w.header.Get("Content-Security-Policy"))
	}
	answer := centre.Get(path)
	var m struct {
		Name, Lang, Dir string
		Short           string `json:"short_name"`
		Start           string `json:"start_url"`
		Icons           []struct{ Src, Sizes, Type string }
	}
	if err := json.Unmarshal(answer.Body, &m); err != nil {
		t.Fatalf("%s: %v", answer.Body, err)
	}
	if m.Name != "Ziyara, Ministry of Finance" || m.Short != "Ziyara" || m.Lang != "en" || m.Dir != "ltr" || m.Start != "/" ||
		answer.Header.Get("Content-Type") != "application/manifest+json" {
		t.Errorf("%s, %v", answer.Body, answer.Header)
	}
	sizes := map[string]bool{}
	for _, i := range append(m.Icons, struct{ Src, Sizes, Type string }{apple, "180x180", "image/png"}) {
		picture := centre.Get(i.Src)
		if picture.Status != http.StatusOK || picture.Header.Get("Content-Type") != i.Type {
			t.Errorf("%s: %d %v", i.Src, picture.Status, picture.Header)
		}
		if i.Type == "image/png" {
			config, err := png.DecodeConfig(bytes.NewReader(picture.Body))
			if err != nil || i.Sizes != fmt.Sprintf("%dx%d", config.Width, config.Height) {
				t.Errorf("%s is %v, not %s: %v", i.Src, config, i.Sizes, err)
			}
		}
		sizes[i.Sizes] = true
	}
	if !sizes["192x192"] || !sizes["512x512"] || !sizes["any"] {
		t.Errorf("sizes %v", sizes)
	}
	if arabic := string(centre.Get("/manifest.webmanifest?lang=ar").Body); !strings.Contains(arabic, "زيارة، وزارة المالية") {
		t.Errorf("in Arabic: %s", arabic)
	}
}

// A centre gives the pages its own name, mark, colour and contacts.
func TestBrand(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "mark.svg")
	mark := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="5" fill="#003366"/></svg>`
	if err := os.WriteFile(file, []byte(mark), 0o600); err != nil {
		t.Fatal(err)
	}
	centre, _, w := portalCentre(t, func(c *service.Config) {
		c.Brand = service.Brand{Product: catalog.Text{AR: "مواعيد", EN: "Visits"}, Mark: file,
			Colour: "#003366", Email: "visits@mof.gov.sa", X: "@MOFKSA"}
	})
	w.goes("/").says(http.StatusOK, "مواعيد", "visits@mof.gov.sa", "@MOFKSA").lacks("زيارة احجز")
	for _, want := range []string{`href="mailto:visits@mof.gov.sa"`, `href="https://x.com/MOFKSA"`} {
		if !strings.Contains(w.page, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(w.page, "apple-touch-icon") {
		t.Error("the neutral mark is offered for home screens")
	}
	loaded := map[string]string{}
	for _, found := range regexp.MustCompile(`(?:href|src)="(/assets/([a-z]+)[^"]*)"`).FindAllStringSubmatch(w.page, -1) {
		loaded[found[2]] = string(centre.Get(found[1]).Body)
	}
	if loaded["mark"] != mark || !strings.Contains(loaded["colours"], "--green: #003366;") || loaded["ziyara"] == "" {
		t.Errorf("loaded %v", loaded)
	}
	for name, brand := range map[string]service.Brand{
		"ZIYARA_COLOUR": {Colour: "#82c91e"}, "ZIYARA_MARK": {Mark: filepath.Join(t.TempDir(), "none.svg")}, "ZIYARA_EMAIL": {Email: "visits"},
		"ZIYARA_X": {X: "two words"},
	} {
		if _, err := service.New(t.Context(), service.Config{
			DatabaseURL: "postgres://localhost/none", Secret: []byte(servicetest.Secret), Listen: "127.0.0.1:0", SMS: service.NoSMS, Brand: brand,
		}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is tried out is one window: each page of visitors leads to the sandbox phone, and
// one page to everything else; elsewhere there is none of it.
func TestTrialIsOneWindow(t *testing.T) {
	t.Parallel()
	_, _, w := portalCentre(t, demoSignIn, sandboxed, func(c *service.Config) { c.Postman = nil })
	for _, path := range []string{"/", "/services/heirs-returns", "/how", "/nothing"} {
		if !strings.Contains(w.goes(path).page, `<a href="/dev/phone" target="ziyara-phone">`) {
			t.Errorf("%s does not lead to the phone", path)
		}
	}
	w.goes("/dev").says(http.StatusOK, "تجربة زيارة", "جوال التجربة", "بريد التجربة", "منسقو الإدارات", "الاستقبال")
	for _, want := range []string{`href="/"`, `href="/dev/phone"`, `href="/dev/mail"`, `href="/docs"`, "login_hint=salem"} {
		if !strings.Contains(w.page, want) {
			t.Errorf("/dev has no %s", want)
		}
	}
	plain := newWalker(t, servicetest.Open(t, 1, public))
	if strings.Contains(plain.goes("/").page, "/dev") || plain.goes("/dev").status != http.StatusNotFound {
		t.Errorf("/dev exists elsewhere: %d", plain.status)
	}
}

// A link of the page of the trial signs a member of the demo staff in, with one press.
func TestTrialSignsIn(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn, sandboxed)
	w := newWalker(t, centre)
	for _, c := range []struct{ id, name string }{{"salem", "سالم الدوسري"}, {"noura", "نورة القحطاني"}} {
		w.goes("/dev")
		links := regexp.MustCompile(`href="(/staff/sign-in\?login_hint=[^"]*)"`).FindAllStringSubmatch(w.page, -1)
		at := slices.IndexFunc(links, func(l []string) bool { return strings.HasSuffix(l[1], "="+c.id) })
		if at < 0 {
			t.Fatalf("no link for %s in %v", c.id, links)
		}
		w.goes(html.UnescapeString(links[at][1])).says(http.StatusOK, c.name)
		if w.at.Path != "/staff" {
			t.Errorf("signed in at %s", w.at)
		}
	}
	w.goes("/staff/sign-in?login_hint=nobody").says(http.StatusOK, "الدخول التجريبي")
}
