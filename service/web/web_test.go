package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
)

// answer sends a request to an app with one handler for all paths.
func answer(t *testing.T, r *http.Request, handler fiber.Handler) answered {
	t.Helper()
	app := fiber.New()
	Mount(app, Site{})
	app.Use(handler)
	response, err := app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it is read to its end
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{response.StatusCode, response.Header, body}
}

// unpacked returns the body of an answer without its content coding.
func unpacked(t *testing.T, a answered) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(a.Body)
	switch a.Header.Get("Content-Encoding") {
	case "br":
		r = brotli.NewReader(r)
	case "gzip":
		zipped, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = zipped
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// A page that says the same to everybody is compressed, one with a secret never.
func TestOnlyOpenPagesAreCompressed(t *testing.T) {
	t.Parallel()
	for encoding, want := range map[string]string{"": "", "gzip": "gzip", "gzip, deflate, br": "br", "identity": ""} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", encoding)
		open := answer(t, r, func(c *fiber.Ctx) error { return SendPublic(c, "en", Layout(NewPage(c, Site{}, "", "Title"))) })
		secret := answer(t, r, func(c *fiber.Ctx) error { return Send(c, http.StatusOK, "en", Layout(NewPage(c, Site{}, "", "Title"))) })
		if got := open.Header.Get("Content-Encoding"); got != want || open.Header.Get("Vary") != "Accept-Encoding" ||
			open.Header.Get("Content-Type") != "text/html; charset=utf-8" || open.Header.Get("Content-Language") != "en" {
			t.Errorf("%q: %v, want %q", encoding, open.Header, want)
		}
		if secret.Header.Get("Content-Encoding") != "" {
			t.Errorf("%q: a page that may have a secret is compressed", encoding)
		}
		if !bytes.Equal(unpacked(t, open), secret.Body) {
			t.Errorf("%q: another page", encoding)
		}
	}
}

// answered is an answer that was read.
type answered struct {
	StatusCode int
	Header     http.Header
	Body       []byte
}

// An explicit choice beats the one before, that beats the language of the
// booking, and that beats the browser; an explicit choice is kept.
func TestLanguage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query, cookie, own, accept, want string
		kept                             bool
	}{
		"nothing known":       {want: "ar"},
		"the browser":         {accept: "en-GB,en;q=0.9", want: "en"},
		"another browser":     {accept: "fr", want: "ar"},
		"the booking":         {own: "ar", accept: "en", want: "ar"},
		"chosen before":       {cookie: "en", own: "ar", want: "en"},
		"chosen now":          {query: "ar", cookie: "en", own: "en", accept: "en", want: "ar", kept: true},
		"chosen again":        {query: "en", cookie: "en", want: "en"},
		"not a language":      {query: "fr", cookie: "xx", own: "en", want: "en"},
		"more than a browser": {accept: strings.Repeat("en,", 100), want: "ar"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?lang="+c.query, nil)
		r.Header.Set("Accept-Language", c.accept)
		if c.cookie != "" {
			r.Header.Set("Cookie", LanguageCookie+"="+c.cookie)
		}
		got := ""
		response := answer(t, r, func(ctx *fiber.Ctx) error { got = Language(ctx, c.own); return nil })
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if set := response.Header.Get("Set-Cookie"); strings.HasPrefix(set, LanguageCookie+"="+c.want+";") != c.kept {
			t.Errorf("%s: cookie %q", name, set)
		}
	}
}

// A form of another origin is refused, whatever the age of the browser.
func TestForeign(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method string
		header map[string]string
		want   bool
	}{
		"a page opened from elsewhere":  {http.MethodGet, map[string]string{"Sec-Fetch-Site": "cross-site"}, false},
		"a form of ours":                {http.MethodPost, map[string]string{"Sec-Fetch-Site": "same-origin"}, false},
		"a form of another site":        {http.MethodPost, map[string]string{"Sec-Fetch-Site": "cross-site"}, true},
		"a form of a neighbour":         {http.MethodPost, map[string]string{"Sec-Fetch-Site": "same-site"}, true},
		"no browser":                    {http.MethodPost, nil, false},
		"an old browser":                {http.MethodPost, map[string]string{"Origin": "https://visit.example"}, false},
		"an old browser from elsewhere": {http.MethodPost, map[string]string{"Origin": "https://evil.example"}, true},
		"an old browser, hidden":        {http.MethodPost, map[string]string{"Origin": "null"}, false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, "https://visit.example/m", nil)
		for k, v := range c.header {
			r.Header.Set(k, v)
		}
		got := false
		answer(t, r, func(ctx *fiber.Ctx) error { got = Foreign(ctx); return nil })
		if got != c.want {
			t.Errorf("%s: foreign is %t", name, got)
		}
	}
}

// What other letters would tear apart is isolated, and nothing else is.
func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Wednesday 25 November 2026":          "Wednesday 25 November 2026",
		"رقم V-7K3F-9Q2M-R محفوظ":             "رقم <bdi>V-7K3F-9Q2M-R</bdi> محفوظ",
		"Until 9:30 am":                       "Until <bdi>9:30 am</bdi>",
		"حتى الساعة 9:30 ص.":                  "حتى الساعة <bdi>9:30 ص</bdi>.",
		"من 09:30–10:10":                      "من <bdi>09:30–10:10</bdi>",
		"نسبة 6.5% هذا الشهر":                 "نسبة <bdi>6.5%</bdi> هذا الشهر",
		"إلى +9665••••567، وهو":               "إلى <bdi>+9665••••567</bdi>، وهو",
		"على 0501234567، أو +966501234567":    "على <bdi>0501234567</bdi>، أو <bdi>+966501234567</bdi>",
		"بصيغة application/json (RFC 9457).":  `بصيغة <bdi lang="en">application/json</bdi> (<bdi lang="en">RFC 9457</bdi>).`,
		"بعد 5 دقائق، وعددها 3":               "بعد 5 دقائق، وعددها 3",
		"<b>":                                 "&lt;b&gt;",
		"":                                    "",
		"Annual returns (IBAN), see RFC 9457": "Annual returns (IBAN), see RFC 9457",
	} {
		var b bytes.Buffer
		if err := Words(text).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(b.String()), " "); got != want {
			t.Errorf("%q is\n%s, want\n%s", text, got, want)
		}
	}
}

// The stylesheet serves both directions: it has logical properties only, and
// loads nothing.
func TestStylesheetIsLogical(t *testing.T) {
	t.Parallel()
	css := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAll(style, nil)
	physical := regexp.MustCompile(`(?m)(?:^|[\s;{])(` +
		`(?:margin|padding|border)-(?:left|right|top|bottom)[\w-]*|(?:left|right|top|bottom)|(?:min-|max-)?(?:width|height)|` +
		`overflow-[xy]|border-(?:top|bottom)-(?:left|right)-radius)\s*:|\b((?:text-align|float|clear)\s*:\s*(?:left|right))`)
	for _, found := range physical.FindAllSubmatch(css, -1) {
		t.Errorf("physical: %s", found[0])
	}
	for _, loads := range []string{"url(", "@import", "@font-face"} {
		if bytes.Contains(css, []byte(loads)) {
			t.Errorf("the stylesheet has %s", loads)
		}
	}
}

// The stylesheet is kept for ever under a name that changes with it, small over
// the wire, and the one that pages name.
func TestStylesheet(t *testing.T) {
	t.Parallel()
	fail := func(*fiber.Ctx) error { return fiber.ErrNotFound }
	for encoding, limit := range map[string]int{"": 40_000, "gzip": 9_000, "gzip, br": 8_000} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, stylesheet.path, nil)
		if encoding != "" {
			r.Header.Set("Accept-Encoding", encoding)
		}
		response := answer(t, r, fail)
		if response.StatusCode != http.StatusOK || len(response.Body) > limit {
			t.Fatalf("%q: %d, %d bytes", encoding, response.StatusCode, len(response.Body))
		}
		t.Logf("%q: %d bytes", encoding, len(response.Body))
		body := unpacked(t, response)
		if !bytes.Equal(body, style) || response.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
			response.Header.Get("Content-Type") != "text/css; charset=utf-8" || response.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: %d bytes, %v", encoding, len(body), response.Header)
		}
	}
	changed := NewAsset("ziyara", "css", "", append(slices.Clone(style), ' '))
	if changed.path == stylesheet.path || changed.integrity == stylesheet.integrity {
		t.Errorf("a changed stylesheet has the name %s, too", changed.path)
	}
	response := answer(t, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), func(c *fiber.Ctx) error {
		return Send(c, http.StatusOK, "en", Layout(NewPage(c, Site{}, "", "Title")))
	})
	if !strings.Contains(string(response.Body), `href="`+stylesheet.path+`"`) {
		t.Errorf("the page is %s", response.Body)
	}
}

// A page says whose it is only as far as the configuration does.
func TestFrame(t *testing.T) {
	t.Parallel()
	site := Site{Ministry: catalog.Ministry{Name: catalog.Text{AR: "وزارة", EN: "Ministry"}, Phone: "19990"}}
	for name, c := range map[string]struct {
		site        Site
		has, hasNot []string
	}{
		"neutral": {
			site, []string{
				"Check the address", "visit.example", `lang="en" dir="ltr"`, "Skip to the content", "<small>Ministry</small>", "Ziyara",
				`href="tel:19990"`,
			},
			[]string{"Official", `href="/visits"`},
		},
		"registered": {
			Site{Ministry: site.Ministry, Registration: "20231220123"},
			[]string{"Official Saudi government website", "<bdi>20231220123</bdi>"},
			[]string{"Check the address"},
		},
		"with pages for visitors": {
			Site{Ministry: site.Ministry, Portal: true}, []string{`<a class="brand" href="/">`, `<a href="/visits">`, "Your visits"}, nil,
		},
	} {
		p := Page{Site: c.site, Lang: "en", Host: "visit.example", Title: "Title", Here: "/a?b=1&lang=en&c=2"}
		var b bytes.Buffer
		if err := Layout(p).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		for _, want := range append(c.has, `href="/a?b=1&amp;c=2&amp;lang=ar"`) {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: no %s in\n%s", name, want, b.String())
			}
		}
		for _, not := range c.hasNot {
			if strings.Contains(b.String(), not) {
				t.Errorf("%s: %s in\n%s", name, not, b.String())
			}
		}
	}
}

// The link to the other language stays on this host.
func TestLocal(t *testing.T) {
	t.Parallel()
	got := map[string]bool{}
	for _, address := range []string{"/", "/m/x?a=1", "//evil.example", `/\evil.example`, "https://evil.example", ""} {
		got[address] = local(address)
	}
	want := map[string]bool{
		"/": true, "/m/x?a=1": true, "//evil.example": false, `/\evil.example`: false, "https://evil.example": false, "": false,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
