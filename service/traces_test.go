package service_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"ziyara"
	"ziyara/access"
	"ziyara/audit"
	"ziyara/service/api"
	"ziyara/service/servicetest"
	catalogue "ziyara/texts"
)

// Each operation of the contract says what of it is in the log, and that is what gets
// there when staff ask for it: who, what, about which visit, and nothing that tells who
// the visitor is. An operation without a row fails the test.
func TestTraces(t *testing.T) { //nolint:tparallel // the operations share a centre, in turn
	t.Parallel()
	centre := servicetest.Open(t, 1)
	rows := expected()
	for i, name := range slices.Sorted(maps.Keys(allOperations(t))) { //nolint:paralleltest // see above
		t.Run(name, func(t *testing.T) {
			want, ok := audit.TraceOf(name)
			if !ok {
				t.Fatalf("operation %s has no row in audit/operations.go: say what of it is in the log", name)
			}
			r, ok := rows[name]
			if !ok {
				if want != audit.Nothing {
					t.Errorf("%s leaves the trace %s, and is not for staff", name, want)
				}
				return
			}
			w := &walk{Centre: centre, t: t, visitors: 50_000 + 100*i}
			a := r.ask(w)
			if name == "getReport" {
				a.Path += "&format=csv"
			}
			last := servicetest.Query[int](t, centre.DatabaseURL, "SELECT coalesce(max(id), 0) FROM audit_log")
			askers := w.askers(r, a, true)
			first := askers[slices.IndexFunc(askers, func(c asker) bool { return c.may })]
			if answer := w.send(first, a.Request); answer.Status >= http.StatusMultipleChoices {
				t.Fatalf("got %d %s", answer.Status, answer.Body)
			}
			entries := func(where string) int {
				return servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM audit_log WHERE id > $1 AND actor = $2 AND "+where,
					last, first.staff.ID)
			}
			shown := entries("action IN ('read', 'search', 'export') AND after->>'operation' = '" + name + "'")
			acts := entries("action NOT IN ('read', 'search', 'export', 'refused')")
			switch {
			case want == audit.Act && changesNothing[name], name == "previewMessageText":
				return
			case want == audit.Nothing:
				if shown+acts > 0 {
					t.Errorf("%d entries, want none", shown+acts)
				}
			case want == audit.Act:
				if acts == 0 || shown > 0 {
					t.Errorf("%d entries of what was done and %d of what was shown", acts, shown)
				}
			default:
				if shown != 1 {
					t.Errorf("%d entries of what was shown, want one", shown)
				}
			}
		})
	}
	tellsNobody(t, centre)
	saysInWords(t, centre)
}

// saysInWords fails the test if the page of the log has no words for what is in the log.
func saysInWords(t *testing.T, centre *servicetest.Centre) {
	t.Helper()
	actions := servicetest.Query[string](t, centre.DatabaseURL, "SELECT string_agg(DISTINCT action, ' ') FROM audit_log")
	if n := len(strings.Fields(actions)); n < 30 {
		t.Errorf("only %d actions in the log: %s", n, actions)
	}
	for action := range strings.FieldsSeq(actions) {
		func() {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("the page of the log has no words for %s: %v", action, r)
				}
			}()
			catalogue.Staff("log_room.act_" + strings.NewReplacer(".", "_", "-", "_").Replace(action))
		}()
	}
}

// changesNothing has the operations whose fixtures ask for what already is.
//
//nolint:gochecknoglobals // a table
var changesNothing = map[string]bool{"enableWebhook": true, "setHolidays": true, "moveOnBehalf": true}

// tellsNobody fails the test if the log of staff tells who visitors are.
func tellsNobody(t *testing.T, centre *servicetest.Centre) {
	t.Helper()
	for what, pattern := range map[string]string{
		"mobiles": `(\+9665|05)[0-9]{8}`, "identity numbers": `\m[12][0-9]{9}\M`, "names": strings.TrimSuffix(centre.Visitor(1).Name, "1"),
	} {
		if n := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM audit_log l WHERE l::text ~ $1", pattern); n > 0 {
			t.Errorf("%d entries of the log have %s of visitors", n, what)
		}
	}
}

// What staff may not do is in the log as they tried it, and no more often than they may try.
func TestRefusalsAreInTheLog(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visit := centre.Visitor(1).Books("annual-returns", "riyadh", servicetest.At(t, "2026-11-24T07:30"))
	elsewhere := centre.Coordinator("care")
	if a := elsewhere.Gets("/v1/appointments/" + visit.Reference); a.Status != http.StatusForbidden {
		t.Fatalf("got %d %s", a.Status, a.Body)
	}
	if a := centre.Agent().Posts("/v1/appointments/"+visit.Reference+"/approve", nil); a.Status != http.StatusForbidden {
		t.Fatalf("got %d %s", a.Status, a.Body)
	}
	nobody := centre.Staff(access.Staff{ID: "leaver", Roles: []access.Role{}})
	if a := nobody.Gets("/v1/appointments"); a.Status != http.StatusForbidden {
		t.Fatalf("got %d %s", a.Status, a.Body)
	}
	got := servicetest.Query[string](t, centre.DatabaseURL,
		"SELECT string_agg(actor || ' ' || subject, ', ' ORDER BY id) FROM audit_log WHERE action = 'refused'")
	if want := "noura operation getAppointment, huda operation approveAppointment, leaver operation listAppointments"; got != want {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

// A search is in the log by the kind of its term, whether it found anybody or not, and
// never by the term.
func TestSearchesAreInTheLog(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	visit := visitor.Books("annual-returns", "riyadh", servicetest.At(t, "2026-11-24T07:30"))
	agent := centre.Agent()
	byReference := `["reference"]`
	if !strings.ContainsAny(visit.Reference, "0123456789") { // these letters could be a name, too
		byReference = `["reference", "name"]`
	}
	for _, c := range []struct{ term, by, visits string }{
		{visitor.ID, `["identity"]`, visit.Reference},
		{visitor.Mobile, `["mobile"]`, visit.Reference},
		{visit.Reference, byReference, visit.Reference},
		{"%D9%84%D8%A7%20%D8%A3%D8%AD%D8%AF", `["name"]`, ""},
		{servicetest.NationalID(77), `["identity"]`, ""},
	} {
		agent.Gets("/v1/appointments?q=" + c.term)
		got := servicetest.Query[string](t, centre.DatabaseURL, `
			SELECT action || ' ' || subject || ' ' || (after->'by')::text || ' ' || l::text FROM audit_log l ORDER BY id DESC LIMIT 1`)
		want := "search appointments " + c.by
		if c.visits != "" {
			want = "search appointment " + c.visits + " " + c.by
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("the log has %q, want %q", got, want)
		}
		if c.by != byReference && strings.Contains(got, c.term) {
			t.Errorf("the log has the term: %s", got)
		}
	}
}

// Calendar programs that read a feed are in the log as the one who made it, and so are files
// of reports; who asks for the same again and again is there once in ten minutes.
func TestExportsAreInTheLog(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura := centre.Coordinator("revenues")
	var feed api.Feed
	noura.Posts("/v1/feeds", map[string]any{"name": "العوائد", "department": "revenues"}).JSON(t, &feed)
	visit := centre.Visitor(1).Books("annual-returns", "riyadh", servicetest.At(t, "2026-11-24T07:30"))
	for range 3 {
		centre.Get(feed.URL)
		noura.Gets("/v1/reports/no-shows?department=revenues&format=csv")
		noura.Gets("/v1/reports/no-shows?department=revenues")
		noura.Gets("/v1/appointments/" + visit.Reference)
	}
	centre.Clock.Add(10 * time.Minute)
	noura.Gets("/v1/appointments/" + visit.Reference)
	got := servicetest.Query[string](t, centre.DatabaseURL, `
		SELECT string_agg(action || ' ' || subject || ' ' || n, ', ' ORDER BY subject) FROM (
			SELECT action, subject, count(*) AS n FROM audit_log WHERE actor = 'noura' AND action IN ('read', 'search', 'export')
			GROUP BY action, subject) AS l`)
	if want := "read appointment " + visit.Reference + " 2, read feed " + feed.ID + " 1, export report no-shows 3"; got != want {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

// No answer leaves before it is in the log.
func TestNothingIsShownUnlogged(t *testing.T) {
	t.Parallel()
	database := servicetest.Database(t)
	centre := servicetest.OpenOn(t, database, 1)
	visit := centre.Visitor(1).Books("annual-returns", "riyadh", servicetest.At(t, "2026-11-24T07:30"))
	servicetest.Exec(t, database, "REVOKE INSERT ON audit_log FROM "+servicetest.ServingRole)
	for _, path := range []string{"/v1/appointments/" + visit.Reference, "/v1/appointments?q=" + visit.Reference} {
		if a := centre.Agent().Gets(path); a.Status != http.StatusServiceUnavailable || strings.Contains(string(a.Body), "زائر") {
			t.Errorf("%s: got %d %s", path, a.Status, a.Body)
		}
	}
}

// allOperations returns the operations of the contract.
func allOperations(t *testing.T) map[string]bool {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(ziyara.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]bool{}
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			list[operation.OperationID] = true
		}
	}
	return list
}
