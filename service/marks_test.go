package service_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// Marks of a visitor that are in nothing else.
const (
	markedEmail   = "qamarzad@lighthouse.example"
	markedComment = "Zumurrud was kind"
	markedWakala  = "4499887766"
)

// Every operation and every page is asked for with the data of a marked visitor: by who may, by
// nobody, and with the marks where an address has room for them. Then they are in no log of the
// program or of the database, in no metric, in no dump of the database, and in no address: where an answer leads, and what a
// page links to. A new route is part of it by itself: it needs a row in routesOfVisitors() or
// expected().
func TestMarksAreNowhere(t *testing.T) {
	t.Parallel()
	database, journal := servicetest.Database(t), &journal{}
	data := servicetest.Query[string](t, database, "SHOW data_directory")
	name := servicetest.Query[string](t, database, "SELECT current_database()")
	for _, setting := range []string{"log_parameter_max_length_on_error = -1", "log_lock_waits = on"} {
		servicetest.Exec(t, database, "ALTER DATABASE "+name+" SET "+setting)
	}
	office := servicetest.OpenOn(t, database, 1, public, journal.option)
	centre := servicetest.OpenOn(t, database, 1, public, signsIn, journal.option,
		func(c *service.Config) { c.OIDC.Demo, c.SignIn = true, nil })
	owner := somebody(t, centre, 1, munira)
	m := &marker{t: t, centre: centre, office: office, owner: owner, marks: map[string]string{
		"the name": owner.Name, "the identity": owner.ID, "the mobile": owner.Mobile[1:], "the e-mail": "qamarzad@",
		"the comment": "Zumurrud", "the power of attorney": markedWakala, "the token of the hold": owner.token,
		"the token of the visit": owner.bearers["visit"], "the token of the entry": owner.bearers["entry"],
		"the proof of the mobile": owner.bearers["mobile"], "the proof of the identity": owner.bearers["identity"],
	}}
	rows, staff := routesOfVisitors(), staffOperations(t)
	bodies, operations := contractExamples(t)
	called := map[string]bool{}
	for _, operation := range slices.Sorted(maps.Keys(staff)) {
		m.asStaff(operation)
		called[operation] = true
	}
	var routes []string
	for _, route := range centre.Replicas[0].Routes() {
		name := route.Method + " /" + strings.Trim(route.Path, "/")
		if _, visitors := rows[name]; visitors || operations[name] != "" {
			routes = append(routes, name)
		}
	}
	slices.SortFunc(routes, func(a, b string) int { return cmp.Or(lastly(a)-lastly(b), strings.Compare(a, b)) })
	for _, name := range slices.Compact(routes) {
		if both, of := staff[operations[name]]; !of || both {
			m.asVisitor(name, rows[name], bodies[name])
		}
		called[operations[name]] = true
	}
	for operation := range allOperations(t) {
		if !called[operation] {
			t.Errorf("operation %s was not asked for", operation)
		}
	}
	for range 3 {
		office.Jobs()
		office.Pass(time.Minute)
	}
	m.refusals()

	log := journal.String()
	if got := strings.Count(log, `"msg":"request"`); got < 3*len(routes) {
		t.Fatalf("got %d requests in the log, want all of them", got)
	}
	servers := string(must(os.ReadFile(filepath.Join(filepath.Dir(data), "postgres.log"))))
	if !strings.Contains(servers, "appointments_person_overlap") {
		t.Error("the log of the database has no refusals: is it the right one?")
	}
	for where, text := range map[string]string{
		"the log": log, "the log of the database": servers, "the metrics": office.Metrics() + centre.Metrics(),
		"a dump": dumpOf(t, centre),
	} {
		m.lacks(where, text)
	}
}

// lastly orders routes: what ends something is asked for last.
func lastly(name string) int {
	for i, last := range []string{"DELETE", "/cancel", "/leave", "/erase", "/sign-out", "/forget"} {
		if strings.Contains(name, last) {
			return 2 + i
		}
	}
	if strings.HasPrefix(name, "GET") {
		return 0
	}
	return 1
}

// marker asks with the data of a marked visitor.
type marker struct {
	t              *testing.T
	centre, office *servicetest.Centre // with sign-in as it is, and with the staff of tests
	owner          whose
	marks          map[string]string // what must be nowhere, by what it is
	walks          int
}

// lacks fails the test if a text has a mark, also as an address would write it.
func (m *marker) lacks(where, text string) {
	m.t.Helper()
	for what, mark := range m.marks {
		for _, written := range []string{mark, url.QueryEscape(mark), url.PathEscape(mark)} {
			if at := strings.Index(text, written); at >= 0 {
				m.t.Errorf("%s is in %s: %.200q", what, where, text[max(0, at-100):])
				break
			}
		}
	}
}

// asStaff asks for an operation of staff, about visitors who are marked, too.
func (m *marker) asStaff(operation string) {
	m.t.Helper()
	r, ok := expected()[operation]
	if !ok {
		m.t.Fatalf("operation %s has no row in expected()", operation)
	}
	m.walks++
	first := 60_000 + 100*m.walks
	w := &walk{Centre: m.office, t: m.t, visitors: first}
	a := r.ask(w)
	for n := first + 1; n <= w.visitors; n++ {
		v := m.office.Visitor(n)
		m.marks[fmt.Sprint("the identity of visitor ", n)], m.marks[fmt.Sprint("the mobile of visitor ", n)] = v.ID, v.Mobile[1:]
	}
	askers := w.askers(r, a, true)
	for _, c := range []asker{askers[slices.IndexFunc(askers, func(c asker) bool { return c.may })], askers[0]} {
		answer := w.send(c, a.Request)
		if c.may && answer.Status >= http.StatusBadRequest {
			m.t.Errorf("%s: %d %s", operation, answer.Status, answer.Body)
		}
		m.leadsNowhere(operation, answer)
	}
	a.Path += map[bool]string{true: "&", false: "?"}[strings.Contains(a.Path, "?")] + m.query()
	w.send(askers[0], a.Request)
	w.send(asker{staff: m.office.Admin()}, a.Request)
}

// query has all marks of the visitor.
func (m *marker) query() string {
	return url.Values{"q": {m.owner.Name}, "id": {m.owner.ID}, "mobile": {m.owner.Mobile}, "email": {markedEmail}}.Encode()
}

// asVisitor asks for a route as its owner, as nobody, and with marks instead of what names things.
func (m *marker) asVisitor(name string, of reach, example any) {
	m.t.Helper()
	method, path, _ := strings.Cut(name, " ")
	page, values := !strings.HasPrefix(path, "/v1/"), maps.Clone(m.owner.values)
	if strings.Contains(path, "/holds/") {
		values[":id"] = values["hold"]
	}
	key := map[bool]string{true: "entry", false: "visit"}[strings.Contains(path, "/waitlist/")]
	if of == proving {
		key = "mobile"
	}
	own := http.Header{"Authorization": {"Bearer " + m.owner.bearers[key]}, "Hold-Token": {m.owner.token}}
	jar := m.owner.browser.client.Jar
	if !page {
		jar = nil
	}
	marked := maps.Clone(values)
	for parameter := range marked {
		marked[parameter] = url.PathEscape(m.owner.Mobile + " " + m.owner.Name)
	}
	for _, c := range []struct {
		path   string
		header http.Header
		jar    http.CookieJar
		marked bool // the address: what leads to it again has the marks, too
	}{
		{fill(path, values), own, jar, false}, {fill(path, values), nil, nil, false},
		{fill(path, values) + "?" + m.query(), own, jar, true}, {fill(path, marked), own, jar, true},
	} {
		body, media := "", "application/json"
		switch {
		case page && method == http.MethodPost:
			body, media = m.form().Encode(), "application/x-www-form-urlencoded"
		case example != nil:
			text, err := json.Marshal(m.filled(example))
			if err != nil {
				m.t.Fatal(err)
			}
			body = string(text)
		}
		if answer := m.asks(method, c.path, c.header, c.jar, body, media); !c.marked {
			m.leadsNowhere(name, answer)
		}
	}
}

// asks sends a request and follows nothing.
func (m *marker) asks(method, path string, header http.Header, jar http.CookieJar, body, media string) servicetest.Answer {
	m.t.Helper()
	r, err := http.NewRequestWithContext(m.t.Context(), method, m.centre.Replicas[0].URL()+path, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	maps.Copy(r.Header, header)
	if body != "" {
		r.Header.Set("Content-Type", media)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Referer", m.centre.Replicas[0].URL()+"/?"+m.query())
	r.Header.Set("User-Agent", "Browser of "+m.owner.Name)
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // read to its end
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		return servicetest.Answer{Status: answer.StatusCode, Header: answer.Header}
	}
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	return servicetest.Answer{Status: answer.StatusCode, Header: answer.Header, Body: read}
}

// form is what a visitor may type, in the fields of all forms.
func (m *marker) form() url.Values {
	return url.Values{
		"name": {m.owner.Name}, "id": {m.owner.ID}, "mobile": {m.owner.Mobile}, "email": {markedEmail}, "documents": {"1"},
		"for": {"another"}, "by_name": {m.owner.Name}, "by_id": {m.owner.ID}, "wakala": {markedWakala}, "wakala_expires": {"2027-01-01"},
		"comment": {markedComment}, "satisfaction": {"5"}, "version": {"1"}, "start": {"2026-11-29T06:00:00Z"}, "code": {"000000"},
		"entry": {m.owner.values[":id"]}, "party": {"1"}, "q": {m.owner.Name}, "part": {"any"},
	}
}

// filled is the body of an example with the marks of the visitor, and with their hold and proofs.
func (m *marker) filled(example any) any {
	switch v := example.(type) {
	case map[string]any:
		out, is := maps.Clone(v), map[string]string{
			"name": m.owner.Name, "id": m.owner.ID, "mobile": m.owner.Mobile, "email": markedEmail, "wakala": markedWakala,
			"comment": markedComment, "hold": m.owner.values["hold"], "hold_token": m.owner.token,
			"verification": m.owner.bearers["mobile"], "identity": m.owner.bearers["identity"], "id_token": m.owner.ID,
		}
		for field, value := range v {
			out[field] = m.filled(value)
			if _, text := value.(string); text && is[field] != "" {
				out[field] = is[field]
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = m.filled(v[i])
		}
		return out
	}
	return example
}

// leadsNowhere fails the test if an answer has a mark in an address: in a header, in what its page
// links to or loads, or in a form that would send it in an address.
func (m *marker) leadsNowhere(name string, answer servicetest.Answer) {
	m.t.Helper()
	if answer.Status >= http.StatusInternalServerError && answer.Status != http.StatusServiceUnavailable {
		m.t.Errorf("%s: %d %.300s", name, answer.Status, answer.Body)
	}
	for _, header := range []string{"Location", "Refresh", "Link", "Content-Location", "Content-Disposition"} {
		m.lacks(header+" of "+name, answer.Header.Get(header))
	}
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		return
	}
	page := html.UnescapeString(string(answer.Body))
	for _, at := range regexp.MustCompile(`(?:href|src|action|formaction|content)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		m.lacks("a link of "+name, at[1])
	}
	for _, form := range regexp.MustCompile(`(?s)<form[^>]*>.*?</form>`).FindAllString(page, -1) {
		if !strings.Contains(form[:strings.IndexByte(form, '>')], `method="post"`) {
			m.lacks("a form of "+name+" that is sent in an address", form)
		}
	}
}

// refusals provokes what the database refuses: the same twice, and at once.
func (m *marker) refusals() {
	m.t.Helper()
	v := m.office.Visitor(69_999)
	v.Name, v.Email = m.owner.Name, markedEmail
	m.marks["the identity of who is refused"], m.marks["the mobile of who is refused"] = v.ID, v.Mobile[1:]
	first := v.Books(heirs, "dammam", v.Slots(heirs, "dammam", "2026-11-29", "2026-11-29")[5].Start)
	m.office.Pass(time.Minute)
	starts := v.Slots("iban-update", "dammam", "2026-11-29", "2026-11-29")
	hold := v.Holds("iban-update", "dammam", starts[slices.IndexFunc(starts, func(s api.Slot) bool {
		return s.Start.Before(first.End) && first.Start.Before(s.End)
	})].Start)
	m.office.Refused(v.TryBook(hold), http.StatusConflict, "person-busy")
	v.WaitsEarlier(first, map[string]any{})
	m.office.Refused(v.TryWaitEarlier(first, map[string]any{}), http.StatusConflict, "already-waiting")
}
