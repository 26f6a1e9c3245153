package service_test

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ziyara/service"
	"ziyara/service/portal"
	"ziyara/service/servicetest"
)

// mayBeKept has the routes whose answers may be kept, and how. Everything else says no-store,
// whatever it answers: a new route does, unless it is added here.
//
//nolint:gochecknoglobals // constants in all but name
var mayBeKept = map[string]string{
	`/assets/.*`:                                               "public, max-age=31536000, immutable", // their names change with them
	`/docs|/openapi\.(json|yaml)`:                              "public, max-age=3600",
	`/robots\.txt|/manifest\.webmanifest`:                      "public, max-age=3600",
	`/|/departments/:department`:                               "private, no-cache",
	`/services/:service(/:branch/?)?`:                          "private, no-cache",
	`/privacy|/accessibility|/how`:                             "private, no-cache",
	`/v1/services/:service/(first|slots|days)`:                 "no-cache",
	`/v1/(branches|departments|services|cancellation-reasons)`: "no-cache",
	`/v1/(branches/:branch|services/:service)`:                 "no-cache",
	`/v1/branches/:branch/display`:                             "no-cache",
	`/v1/appointment-events`:                                   "private, (no-cache|max-age=31536000, immutable)",
	`/open/places`:                                             "public, max-age=(3600|8)",
	`/open/(\$bulk-publish|.*\.ndjson)`:                        "public, max-age=60",
	`/feeds/:token\.ics`:                                       "private, no-cache",
}

// cached returns how the answers of a route may be kept.
func cached(route string) string {
	for pattern, how := range mayBeKept {
		if regexp.MustCompile("^(" + pattern + ")$").MatchString(route) {
			return how
		}
	}
	return "no-store"
}

// hardened fails the test unless an answer has the headers of its class.
func hardened(t *testing.T, what, route string, status int, header http.Header, https bool) {
	t.Helper()
	want := map[string]string{
		"X-Content-Type-Options": "^nosniff$", "X-Frame-Options": "^DENY$", "Cross-Origin-Resource-Policy": "^same-origin$",
		"Referrer-Policy":         "^(no-referrer|same-origin)$",
		"Content-Security-Policy": "^default-src 'none'; .*",
		"Cache-Control":           "^no-store$",
	}
	if how := cached(route); how != "no-store" && (status == http.StatusOK || status == http.StatusNotModified) {
		want["Cache-Control"] = "^(no-store|" + how + ")$"
	}
	if https {
		want["Strict-Transport-Security"] = `^max-age=31536000$`
	}
	if strings.HasPrefix(header.Get("Content-Type"), "text/html") {
		want["Cross-Origin-Opener-Policy"], want["Permissions-Policy"] = "^same-origin$", `.*camera=\(\).*`
		want["Content-Security-Policy"] = "^default-src 'none'; .*base-uri 'none'.*frame-ancestors 'none'.*"
	}
	if strings.Contains(route, ":token") {
		want["Referrer-Policy"] = "^no-referrer$"
	}
	for name, pattern := range want {
		if got := header.Values(name); len(got) != 1 || !regexp.MustCompile(pattern).MatchString(got[0]) {
			t.Errorf("%s: %d with %s %q, want %s", what, status, name, got, pattern)
		}
	}
	if policy := header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("%s: the policy is %q", what, policy)
	}
	if got := header.Get("Server"); got != "" {
		t.Errorf("%s: the server says that it is %s", what, got)
	}
}

// sends sends a request to a host, and returns status and headers.
func sends(t *testing.T, centre *servicetest.Centre, host, method, path string, header map[string]string) (int, http.Header, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, centre.Replicas[0].URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = host
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(body)
}

// Every route there is answers with the headers of its class, whoever asks and whether
// it works or not: for programs, for browsers, for staff and for owners of a visit.
func TestHeadersOfEveryRoute(t *testing.T) {
	t.Parallel()
	const host = "visit.example.gov.sa"
	centre := servicetest.Open(t, 1, func(c *service.Config) {
		c.PublicURL = "https://" + host
		c.OIDC.Issuer = "https://127.0.0.1:1"
		c.VisitorOIDC.Issuer = "https://127.0.0.1:1"
	})
	visitor := centre.Visitor(1)
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	link := strings.TrimPrefix(linkTo(t, visit, portal.Manage), "/m/")
	feed := centre.Coordinator("revenues")
	var made struct{ URL string }
	feed.Posts("/v1/feeds", map[string]any{"name": "F", "department": "revenues"}).JSON(t, &made)
	values := map[string]string{
		":service": heirs, ":branch": "riyadh", ":reference": visit.Reference, ":department": "revenues", ":gateway": "none",
		":token.ics": made.URL[strings.LastIndex(made.URL, "/")+1:], ":token": link,
	}
	callers := map[string]map[string]string{
		"program":            {},
		"browser":            {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"},
		"browser of another": {"Accept": "text/html", "Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
		"admin":              {"Authorization": "Bearer " + centre.Admin().Token()},
		"owner":              {"Authorization": "Bearer " + visit.ManageToken},
	}
	seen, worked := map[string]bool{}, map[string]bool{}
	for _, route := range centre.Replicas[0].Routes() {
		if seen[route.Method+route.Path] || slices.Contains([]string{http.MethodConnect, http.MethodTrace}, route.Method) {
			continue
		}
		seen[route.Method+route.Path] = true
		path := fill(route.Path, values)
		if strings.HasPrefix(route.Path, "/v1/services/:service/") {
			path += "?branch=riyadh"
		}
		for caller, header := range callers {
			if route.Method != http.MethodGet && caller == "owner" && !strings.Contains(route.Path, "/calendar") {
				continue // the visit stays as it is
			}
			if route.Method != http.MethodGet && caller == "admin" {
				continue
			}
			status, got, _ := sends(t, centre, host, route.Method, path, header)
			hardened(t, fmt.Sprintf("%s %s for a %s", route.Method, route.Path, caller), route.Path, status, got, true)
			if status == http.StatusOK {
				worked[route.Path] = true
			}
		}
	}
	if len(seen) < 200 || len(worked) < 50 {
		t.Errorf("looked at %d routes, %d of which work", len(seen), len(worked))
	}
	for _, path := range []string{
		"/v1/appointments/:reference", "/v1/appointments/:reference/calendar.ics", "/v1/appointments/:reference/code.svg",
		"/m/:token/", "/m/:token/visit.ics", "/m/:token/code.svg", "/feeds/:token.ics", "/docs", "/", "/visits", "/v1/audit",
		"/v1/services/:service/slots",
	} {
		if !worked[path] {
			t.Errorf("%s was not seen to work", path)
		}
	}
	for path, method := range map[string]string{"/nothing": "GET", "/v1/nothing": "GET", "/assets/nothing.css": "GET", "/v1/holds": "PURGE"} {
		for caller, header := range callers {
			status, got, _ := sends(t, centre, host, method, path, header)
			hardened(t, method+" "+path+" for a "+caller, path, status, got, true)
		}
	}
	status, got, _ := sends(t, centre, host, http.MethodGet, "/v1/services", map[string]string{"X-Y": strings.Repeat("y", 9000)})
	hardened(t, "a long header", "/v1/services", status, got, true)
}

// fill puts values into a route.
func fill(route string, values map[string]string) string {
	return regexp.MustCompile(`:[a-z_]+(\.ics)?\??`).ReplaceAllStringFunc(route, func(name string) string {
		if value, ok := values[strings.TrimSuffix(name, "?")]; ok {
			return value
		}
		return nobody
	})
}

// In the trial, too, and there without https.
func TestHeadersOfTheTrial(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public, func(c *service.Config) {
		c.Dev, c.Sender, c.Postman, c.SignIn, c.OIDC.Demo = true, nil, nil, nil, true
	})
	host := strings.TrimPrefix(centre.Replicas[0].URL(), "http://")
	for _, route := range centre.Replicas[0].Routes() {
		if route.Method != http.MethodGet || !strings.HasPrefix(route.Path, "/dev") && !strings.HasPrefix(route.Path, "/staff") {
			continue
		}
		status, got, _ := sends(t, centre, host, route.Method, route.Path, map[string]string{"Accept": "text/html"})
		hardened(t, "GET "+route.Path, route.Path, status, got, false)
		if got.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: browsers would come by https from now on", route.Path)
		}
	}
}
