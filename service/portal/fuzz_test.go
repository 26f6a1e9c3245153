package portal

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"ziyara/centre"
	"ziyara/service/web"
)

// seeds are what people and programs put into addresses and forms.
func seeds() []string {
	return []string{
		"", "day=2026-11-26", "from=2026-12-20&party=2&needs=sign_language&lang=en", "from=0001-01-01&day=9999-12-31",
		"from=-5877641-06-23", "party=-1",
		"start=0001-01-01T00:00:00Z", "start=9999-12-31T23:59:59-23:59", "start=2026-11-26T06:00:00.1Z", "q=%00%FF%C3", "q=%22%3E%3Cscript%3E",
		"needs=x&needs=x&needs=sign_language", "check=1&lang=xx",
		"name=%3Cb%3E&id=%D9%A1&mobile=05&documents=1", "from=2026-12-01&to=2026-11-01&part=x",
		"name=" + strings.Repeat("%F0%A0%80%80", 200) + "&email=" + strings.Repeat("%22%5C", 200) +
			"&by_name=" + strings.Repeat("%E2%80%A8", 300),
		"wakala=1&wakala_expires=0000-00-00&by_id=%00", "code=%E2%80%8F123456", "party=%D9%A3", "q=V-7K3F-9Q2M-R",
	}
}

// ask sends a request to a portal and fails the test unless the answer is a page that
// helps, or leads to one of this site, and what the browser keeps fits in a cookie.
func ask(t *testing.T, p *Portal, method, path, text string) {
	t.Helper()
	values, _ := url.ParseQuery(text) // as far as it can be read
	target, body := path+"?"+values.Encode(), ""
	if method == http.MethodPost {
		target, body = path, values.Encode()
	}
	r := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1:8080"+target, strings.NewReader(body))
	r.Header.Set(fiber.HeaderContentType, fiber.MIMEApplicationForm)
	status, header, page := answered(t, p, r)
	for _, cookie := range header.Values("Set-Cookie") {
		if len(cookie) > 4096 {
			t.Errorf("%s %s: a cookie of %d bytes", method, target, len(cookie))
		}
	}
	if status == http.StatusSeeOther {
		if to := header.Get("Location"); !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\r\n\x00") {
			t.Errorf("%s %s: leads to %q", method, target, to)
		}
		return
	}
	if status >= http.StatusInternalServerError || strings.Count(page, "<h1") != 1 ||
		!strings.Contains(page, "</html>") || !utf8.ValidString(page) ||
		strings.ContainsAny(page, "\x00\x1b") {
		t.Errorf("%s %s %q: %d %q", method, target, body, status, page)
	}
}

// Whatever stands in an address or a form, its page helps.
func FuzzPages(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2_000 {
			return // the server refuses longer heads
		}
		links, err := NewLinks("http://127.0.0.1:8080", newKeys(t))
		if err != nil {
			t.Fatal(err)
		}
		snapshot := snapshotAt(t, "first", "Asia/Riyadh")
		p := newPortal(t, links, oneVisit{}, func() *centre.Snapshot { return snapshot })
		const at = "/services/heirs-returns/riyadh"
		for _, path := range []string{"/", "/services/heirs-returns", at, at + "/taken", at + "/wait",
			"/departments/revenues", "/book/x", "/waiting",
		} {
			ask(t, p, http.MethodGet, path, text)
		}
		ask(t, p, http.MethodPost, at+"/wait", text)
		ask(t, p, http.MethodPost, "/book/x.y", text)
	})
}

// Nothing that a browser sends in place of a cookie of ours is read, also not what was sealed
// for another use.
func FuzzCookies(f *testing.F) {
	links, err := NewLinks("http://127.0.0.1:8080", newKeys(f))
	if err != nil {
		f.Fatal(err)
	}
	p := &Portal{Config: Config{Links: links, Keys: newKeys(f)}}
	for _, use := range []string{"draft", "proof of a mobile", "another"} {
		sealed, err := p.Keys.Seal([]byte(`{"b":"browser","m":"+966500000001","e":9999999999}`), use)
		if err != nil {
			f.Fatal(err)
		}
		if use == "another" {
			f.Add(base64.RawURLEncoding.EncodeToString(sealed))
			continue
		}
		f.Add(base64.RawURLEncoding.EncodeToString(sealed[:len(sealed)-1]))
	}
	f.Add("")
	f.Add("e30")
	f.Fuzz(func(t *testing.T, text string) {
		for name, cookie := range map[string]web.SealedCookie{
			"draft": p.drafts(), "proof": p.proofs(), "person": p.persons(), "code": p.codes(), "own visits": p.owned(),
		} {
			var into any
			if cookie.Open(text, &into) {
				t.Fatalf("%s: %q is read as %v", name, text, into)
			}
		}
	})
}

// No link opens anything that was not made here.
func FuzzLinks(f *testing.F) {
	links, err := NewLinks("http://127.0.0.1:8080", newKeys(f))
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", strings.Repeat("=", 28), "AAAAAAAAAAAAAAAAAAAAAAAAAAA\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if to, err := links.read(token, time.Unix(0, 0)); err == nil {
			t.Fatalf("%q opens %v", token, to)
		}
	})
}
