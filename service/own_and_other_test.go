package service_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"ziyara"
	"ziyara/service"
	"ziyara/service/portal"
	"ziyara/service/servicetest"
)

// reach says who reaches what a route is about.
type reach string

const (
	open     reach = "open"    // it is about nobody, or about who asks
	owned    reach = "owned"   // with the key of the visit, of the entry or of the hold
	proving  reach = "proving" // who has proved a mobile or an identity number: what belongs to it
	linkedTo reach = "linked"  // who has the link
	here     reach = "here"    // the browser that made it
)

// routesOfVisitors says who reaches what, for each route that is not for staff alone: a new one
// fails the test until it has a line here. What staff may do is in TestPermissions.
func routesOfVisitors() map[string]reach {
	rows := map[string]reach{}
	add := func(r reach, routes ...string) {
		for _, route := range routes {
			rows[route] = r
		}
	}
	add(open, "GET /", "POST /", "GET /forgotten", "GET /robots.txt", "GET /manifest.webmanifest", "GET /openapi.yaml", "GET /openapi.json",
		"GET /docs", "POST /docs",
		"GET /open/$bulk-publish", "GET /open/locations.ndjson", "GET /open/schedules.ndjson", "GET /open/slots/:service/:branch.ndjson",
		"GET /open/places", "GET /problems", "GET /healthz", "GET /readyz", "GET /privacy", "GET /accessibility", "GET /how",
		"GET /departments/:department", "GET /services/:service", "GET /services/:service/:branch", "POST /services/:service/:branch",
		"GET /services/:service/:branch/taken", "GET /services/:service/:branch/mobile", "POST /services/:service/:branch/mobile",
		"GET /services/:service/:branch/mobile/code", "POST /services/:service/:branch/mobile/code",
		"GET /services/:service/:branch/mobile/typed", "POST /services/:service/:branch/mobile/typed",
		"GET /services/:service/:branch/wait", "POST /services/:service/:branch/wait", "GET /services/:service/:branch/wait/code",
		"POST /services/:service/:branch/wait/code", "GET /services/:service/:branch/wait/typed", "POST /services/:service/:branch/wait/typed",
		"POST /forget", "GET /sign-in", "POST /sign-in", "GET /sign-in/back", "GET /sign-in/ended",
		"GET /staff", "GET /staff/sign-in", "GET /staff/callback", "GET /staff/sign-out", "POST /staff/sign-out", "GET /staff/signed-out",
		"GET /staff/sessions", "POST /staff/sessions/end", "POST /staff/backchannel-logout",
		"GET /console", "POST /console", "GET /console/hall", "POST /console/hall", "GET /console/hall/changes", "POST /console/hall/arrivals",
		"GET /console/hall/walk-in", "POST /console/hall/walk-in", "GET /console/hall/delay", "POST /console/hall/delay",
		"GET /console/visits", "POST /console/visits",
		"GET /console/centre", "GET /console/centre/:kind", "POST /console/centre/:kind",
		"GET /console/centre/:kind/:slug", "POST /console/centre/:kind/:slug",
		"GET /console/calendar", "POST /console/calendar", "GET /console/calendar/history", "POST /console/calendar/undo",
		"GET /console/calendar/changes/:change", "POST /console/calendar/changes/:change", "GET /console/calendar/changes/:change/follow",
		"GET /console/book", "POST /console/book", "GET /console/book/:reference",
		"GET /display/:branch", "GET /console/book", "POST /console/book", "GET /console/book/:reference",
		"GET /console/visits/:reference", "POST /console/visits/:reference", "GET /console/visits/:reference/move",
		"GET /console/requests", "POST /console/requests",
		"GET /v1/branches", "GET /v1/branches/:branch", "GET /v1/departments", "GET /v1/services", "GET /v1/services/:service",
		"GET /v1/cancellation-reasons", "GET /v1/guide", "GET /v1/services/:service/slots", "GET /v1/services/:service/first",
		"GET /v1/services/:service/days", "GET /v1/services/:service/slots/explain", "GET /v1/branches/:branch/display",
		"POST /v1/verifications", "POST /v1/verifications/:id/check", "POST /v1/identity-proofs", "POST /v1/holds", "POST /v1/appointments",
		"POST /v1/waitlist")
	add(open, "GET /console/overview", "GET /console/reports", "GET /console/reports/:report", "GET /console/messages",
		"POST /console/messages", "GET /console/messages/texts", "GET /console/log", "POST /console/log",
		"GET /console/choices", "POST /console/choices")
	add(owned, "GET /v1/appointments/:reference", "GET /v1/appointments/:reference/calendar.ics", "GET /v1/appointments/:reference/code.png",
		"GET /v1/appointments/:reference/code.svg", "GET /v1/appointments/:reference/today", "POST /v1/appointments/:reference/cancel",
		"POST /v1/appointments/:reference/earlier", "POST /v1/appointments/:reference/move", "POST /v1/appointments/:reference/late",
		"POST /v1/appointments/:reference/accept", "POST /v1/appointments/:reference/decline-proposal", "PATCH /v1/appointments/:reference",
		"GET /v1/waitlist/:id", "POST /v1/waitlist/:id/accept", "POST /v1/waitlist/:id/decline", "DELETE /v1/waitlist/:id",
		"DELETE /v1/holds/:id")
	add(proving, "GET /v1/my-visits", "GET /visits", "POST /visits", "GET /visits/code", "POST /visits/code", "POST /visits/code/again",
		"POST /visits/leave", "POST /visits/sign-out", "GET /v1/my-data", "DELETE /v1/my-data", "GET /visits/data",
		"GET /visits/data/copy.json", "POST /visits/data/erase")
	add(linkedTo, "GET /v1/surveys/:token", "POST /v1/surveys/:token", "GET /feeds/:token.ics",
		"GET /m/:token", "POST /m/:token", "GET /m/:token/move", "GET /m/:token/cancel", "GET /m/:token/code.svg", "GET /m/:token/visit.ics",
		"GET /m/:token/details", "GET /m/:token/details/code", "GET /m/:token/email/:tag", "POST /m/:token/wait", "POST /m/:token/wait/stop",
		"POST /m/:token/confirm", "POST /m/:token/late", "POST /m/:token/details", "POST /m/:token/details/code", "POST /m/:token/links/end",
		"POST /m/:token/again", "POST /m/:token/move", "POST /m/:token/cancel", "POST /m/:token/accept", "POST /m/:token/refuse",
		"POST /m/:token/email/:tag", "POST /m/:token/survey", "POST /m/:token/offer/accept", "POST /m/:token/offer/decline")
	add(here, "GET /book/:hold", "POST /book/:hold", "GET /book/:hold/code", "POST /book/:hold/code", "GET /book/:hold/typed",
		"POST /book/:hold/typed", "GET /waiting", "GET /waiting/:entry")
	return rows
}

// whose is somebody with a visit, an entry, a hold and a browser of their own.
type whose struct {
	*servicetest.Visitor

	browser *walker
	bearers map[string]string // by what they are for
	values  map[string]string // of the parameters of routes
	token   string            // of their hold
	marks   []string          // what nobody else may be shown
}

// somebody books, waits, holds, proves a mobile and signs in.
func somebody(t *testing.T, centre *servicetest.Centre, n int, user string) whose {
	t.Helper()
	v := centre.Visitor(100 + n)
	v.Name = []string{"", "علامة المالك الفريدة", "علامة شخص آخر"}[n]
	hold := v.Holds("annual-returns", "jeddah", v.Slots("annual-returns", "jeddah", "2026-11-29", "2026-11-29")[n].Start)
	visit := v.Books(heirs, "riyadh", servicetest.At(t, []string{"", "2026-11-26T09:00", "2026-11-26T09:45"}[n]))
	entry := v.Waits("annual-returns", "riyadh", "2026-11-25", "2026-11-30")
	proof := v.Proves()
	w := newWalker(t, centre)
	w.goes("/sign-in?to=/visits&login_hint=" + user)
	centre.Pass(2 * time.Minute)
	w.sends("/visits", url.Values{"mobile": {v.Mobile}})
	centre.Jobs()
	w.sends("/visits/code", url.Values{"code": {code(v)}}).says(http.StatusOK, "نقل العوائد")
	w.goes("/services/heirs-returns/jeddah").chooses()
	w.goes(w.at.Path + "?for=another")
	form := details(v)
	form.Set("for", "another")
	book := w.at.Path
	w.sends(book+"/typed", form).says(http.StatusOK)
	if !strings.Contains(w.page, v.Name) {
		t.Fatalf("%s", w.page)
	}
	return whose{
		Visitor: v, browser: w, token: hold.Token,
		bearers: map[string]string{
			"visit": visit.ManageToken, "entry": entry.Token, "mobile": proof, "identity": signsInto(t, centre, user).Token,
		},
		values: map[string]string{
			":reference": visit.Reference, ":id": entry.ID, "hold": hold.ID, ":hold": strings.TrimPrefix(book, "/book/"),
			":entry": entry.ID + ".AAAAAAAAAAAAAAAAAAAAAA", ":token": strings.TrimPrefix(linkTo(t, visit, portal.Manage), "/m/"),
			":tag": "AAAAAAAAAAAAAAAAAAAAAA", ":service": heirs, ":branch": "riyadh", ":department": "revenues",
		},
		marks: []string{v.Name, v.ID, v.Mobile, "+966" + v.Mobile[1:], visit.Reference, visit.ManageToken, entry.Token},
	}
}

// Nobody reaches what is another's: not with nothing, not with the keys of their own, not with
// a key that is nearly right, and not with a browser that knows somebody else. What the answer
// shows, where it leads, and what is stored afterwards tell nothing of the owner. With their own
// keys the owners do.
func TestOwnAndOthers(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public, signsIn, func(c *service.Config) { c.OIDC.Demo, c.SignIn = true, nil })
	owner, other := somebody(t, centre, 1, munira), somebody(t, centre, 2, hamad)
	rows, staff := routesOfVisitors(), staffOperations(t)
	examples, operations := contractExamples(t)
	state := func() string {
		return servicetest.Query[string](t, centre.DatabaseURL, `SELECT concat(
			(SELECT string_agg(md5(a::text), ' ' ORDER BY id) FROM appointments a WHERE mobile = $1 OR id IN ($2::uuid, $3::uuid)),
			(SELECT string_agg(md5(w::text), ' ' ORDER BY id) FROM waitlist_entries w WHERE mobile = $1))`,
			"+966"+owner.Mobile[1:], owner.values["hold"], owner.values[":hold"][:36])
	}
	before, seen := state(), map[string]bool{}
	for _, route := range centre.Replicas[0].Routes() {
		path := "/" + strings.Trim(route.Path, "/")
		name := route.Method + " " + path
		page := !strings.HasPrefix(path, "/v1/")
		switch {
		case seen[name], strings.HasPrefix(path, "/assets/"), strings.HasPrefix(path, "/dev/"),
			!slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, route.Method),
			page && route.Method != http.MethodGet && route.Method != http.MethodPost: // of groups, which have no such page
			continue
		}
		seen[name] = true
		operation := operations[name]
		row, ok := rows[name]
		delete(rows, name)
		if both, of := staff[operation]; of && !both {
			continue
		}
		if !ok {
			t.Errorf("%s has no row: say in routesOfVisitors() who reaches what it is about", name)
			continue
		}
		at := func(w whose) string {
			values := maps.Clone(w.values)
			if strings.Contains(path, "/holds/") {
				values[":id"] = values["hold"]
			}
			return fill(path, values)
		}
		target := at(owner)
		if row == linkedTo { // nearly right
			target = at(whose{values: map[string]string{":token": nearly(owner.values[":token"]), ":tag": owner.values[":tag"]}})
		}
		for caller, send := range others(t, centre, owner, other) {
			if row == proving && page && caller == "browser" && route.Method == http.MethodPost && path != "/visits/leave" {
				continue // it proves another mobile, or signs out
			}
			if path == "/forget" || path == "/staff/sign-out" || path == "/sign-in" || path == "/sign-in/back" {
				continue // the browser of the test would forget its visitor, or become another
			}
			answer := send(route.Method, target, page, examples[name])
			for _, mark := range owner.marks {
				if strings.Contains(string(answer.Body), mark) || strings.Contains(answer.Header.Get("Location"), mark) {
					t.Errorf("%s as %s tells %q", name, caller, mark)
				}
			}
			if row != open && !page && !slices.Contains([]int{401, 403, 404}, answer.Status) && (row != proving || caller == "nobody" ||
				caller == "browser" || caller == "visit" || caller == "entry") {
				t.Errorf("%s as %s: %d %.200q", name, caller, answer.Status, answer.Body)
			}
			if path == "/book/:hold" && answer.Status != http.StatusForbidden {
				t.Errorf("%s as %s: %d", name, caller, answer.Status)
			}
			if after := state(); after != before {
				t.Fatalf("%s as %s has changed what is another's", name, caller)
			}
		}
		if route.Method == http.MethodGet && row != open {
			reached(t, centre, owner, name, at(owner), page)
		}
	}
	for name := range rows {
		t.Errorf("row %s: there is no such route", name)
	}
}

// reached fails the test if the owner does not reach what is theirs.
func reached(t *testing.T, centre *servicetest.Centre, owner whose, name, path string, page bool) {
	t.Helper()
	switch name {
	case "GET /waiting", "GET /waiting/:entry", "GET /visits/code", "GET /book/:hold/code", "GET /book/:hold/typed",
		"GET /m/:token/email/:tag",
		"GET /m/:token/details/code", "GET /v1/surveys/:token", "GET /feeds/:token.ics": // they have stories of their own
		return
	}
	if page {
		if owner.browser.goes(path); owner.browser.status != http.StatusOK {
			t.Errorf("%s for its owner: %d", name, owner.browser.status)
		}
		return
	}
	key := map[bool]string{true: "entry", false: "visit"}[strings.Contains(name, "/waitlist/")]
	if name == "GET /v1/my-visits" || name == "GET /v1/my-data" {
		key = "mobile"
	}
	answer := centre.Send(servicetest.Request{Method: http.MethodGet, Path: path,
		Header: map[string]string{"Authorization": "Bearer " + owner.bearers[key]}})
	if answer.Status != http.StatusOK && answer.Status != http.StatusConflict { // such as on another day
		t.Errorf("%s for its owner: %d %.200q", name, answer.Status, answer.Body)
	}
}

// nearly is a token that differs in one character.
func nearly(token string) string {
	return map[bool]string{true: "B", false: "A"}[token[0] == 'A'] + token[1:]
}

// sender sends a request of somebody who is not the owner of what it is about.
type sender func(method, path string, page bool, body any) servicetest.Answer

// others are those who are not the owner: with nothing, with each key of their own, and with a
// browser that has proved a mobile and is signed in.
func others(t *testing.T, centre *servicetest.Centre, owner, other whose) map[string]sender {
	t.Helper()
	fields := url.Values{
		"entry": {owner.values[":id"]}, "reference": {owner.values[":reference"]}, "start": {"2026-11-29T06:00:00Z"}, "code": {"000000"},
		"mobile": {other.Mobile}, "name": {other.Name}, "id": {owner.ID}, "version": {"1"}, "documents": {"1"}, "part": {"any"},
		"for": {"another"},
	}
	by := func(client *http.Client, token string) sender {
		return func(method, path string, page bool, body any) servicetest.Answer {
			t.Helper()
			text, media := "", "application/json"
			switch {
			case page && method != http.MethodGet:
				text, media = fields.Encode(), "application/x-www-form-urlencoded"
			case body != nil:
				encoded, err := json.Marshal(body)
				if err != nil {
					t.Fatal(err)
				}
				text = string(encoded)
			}
			r, err := http.NewRequestWithContext(t.Context(), method, centre.Replicas[0].URL()+path, strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if text != "" {
				r.Header.Set("Content-Type", media)
			}
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			if r.Header.Set("Hold-Token", other.token); token != "" {
				r.Header.Set("Authorization", "Bearer "+token)
			}
			answer, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close() //nolint:errcheck // read to its end
			read, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			return servicetest.Answer{Status: answer.StatusCode, Header: answer.Header, Body: read}
		}
	}
	stays := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	all := map[string]sender{
		"nobody":  by(&http.Client{CheckRedirect: stays}, ""),
		"browser": by(&http.Client{CheckRedirect: stays, Jar: other.browser.client.Jar}, ""),
	}
	for what, token := range other.bearers {
		all[what] = by(&http.Client{CheckRedirect: stays}, token)
	}
	return all
}

// contractExamples returns the body of the contract's example by route, and the operation.
func contractExamples(t *testing.T) (bodies map[string]any, operations map[string]string) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(ziyara.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	bodies, operations = map[string]any{}, map[string]string{}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			name := method + " " + regexp.MustCompile(`\{([^}]*)\}`).ReplaceAllString(path, ":$1")
			operations[name] = operation.OperationID
			if operation.RequestBody == nil {
				continue
			}
			media := operation.RequestBody.Value.Content.Get("application/json")
			if media == nil {
				continue
			}
			if bodies[name] = media.Example; media.Example != nil {
				continue
			}
			for _, first := range slices.Sorted(maps.Keys(media.Examples)) {
				bodies[name] = media.Examples[first].Value.Value
				break
			}
		}
	}
	return bodies, operations
}
