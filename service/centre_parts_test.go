package service_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
	"ziyara/setup"
)

// editor changes a centre over the API.
type editor struct {
	*servicetest.Staff

	t *testing.T
}

// reads returns a part and its tag.
func (e editor) reads(path string) (part map[string]any, tag string) {
	e.t.Helper()
	answer := e.Gets("/v1/centre/" + path)
	if answer.Status != http.StatusOK {
		e.t.Fatalf("%s: %d %s", path, answer.Status, answer.Body)
	}
	answer.JSON(e.t, &part)
	return part, answer.Header.Get("ETag")
}

// puts sends a body for a part.
func (e editor) puts(path, match string, body any) servicetest.Answer {
	e.t.Helper()
	r := servicetest.Request{Method: http.MethodPut, Path: "/v1/centre/" + path, Body: body, Header: map[string]string{}}
	switch match {
	case "":
	case "new":
		r.Header["If-None-Match"] = "*"
	default:
		r.Header["If-Match"] = match
	}
	return e.Sends(r)
}

// changes reads a part, changes it, and sends it with what else the body has.
func (e editor) changes(path string, change func(part map[string]any), more map[string]any) servicetest.Answer {
	e.t.Helper()
	file, _, _ := strings.Cut(path, "?")
	body, tag := e.reads(file)
	for _, part := range body {
		change(part.(map[string]any))
	}
	maps.Copy(body, more)
	return e.puts(path, tag, body)
}

// does is changes that succeeds.
func (e editor) does(path string, change func(part map[string]any), more map[string]any) (out api.CentreOutcome) {
	e.t.Helper()
	answer := e.changes(path, change, more)
	if answer.Status != http.StatusOK {
		e.t.Fatalf("%s: %d %s", path, answer.Status, answer.Body)
	}
	answer.JSON(e.t, &out)
	return out
}

func set(name string, value any) func(map[string]any) {
	return func(part map[string]any) { part[name] = value }
}

// ownCentre is the municipality, open, with its admin.
func ownCentre(t *testing.T, options ...servicetest.Option) (service.Config, *servicetest.Centre, editor) {
	t.Helper()
	config := migrated(t)
	centre := servicetest.OpenOn(t, config.DatabaseURL, 1, options...)
	apply(t, config, municipality(t))
	centre.Job("reload centre")
	return config, centre, editor{centre.Admin(), t}
}

// A centre that a file has made is changed over the API: a pause with visits is previewed,
// refused, decided about and told; it is exported, and applied to an empty database.
func TestCentreOverTheAPI(t *testing.T) {
	t.Parallel()
	config, centre, admin := ownCentre(t)
	const service, branch = "building-permit", "town-hall"
	visitor, other := centre.Visitor(1), centre.Visitor(2)
	within := visitor.Books(service, branch, servicetest.At(t, "2026-12-08T10:00"))
	after := other.Books(service, branch, servicetest.At(t, "2026-12-14T10:00"))

	pause := set("pauses", []any{map[string]any{
		"from": "2026-12-06", "until": "2026-12-10", "reason": map[string]string{"ar": "صيانة", "en": "Maintenance"},
	}})
	tried := admin.does("services/"+service+"?dry_run=true", pause, nil)
	if tried.Undecided != 1 || len(tried.Visits) != 1 || tried.Visits[0].Reference != within.Reference || tried.Visits[0].Effect != "closed" ||
		!slices.Equal(tried.Changed, []string{"pauses"}) || tried.Change != "" {
		t.Errorf("a trial says %+v", tried)
	}
	if _, tag := admin.reads("services/" + service); !strings.Contains(tag, `"`) {
		t.Errorf("the tag is %q", tag)
	}
	if p := centre.Refused(admin.changes("services/"+service, pause, nil), http.StatusConflict, "visits-affected"); p.Affected != 1 {
		t.Errorf("%d visits are affected, want 1", p.Affected)
	}
	if got := len(visitor.Slots(service, branch, "2026-12-06", "2026-12-06")); got == 0 {
		t.Error("what was tried and refused has closed the day")
	}
	centre.Refused(admin.changes("services/"+service, pause, map[string]any{"decision": "propose"}), http.StatusUnprocessableEntity, "invalid")

	out := admin.does("services/"+service, pause, map[string]any{
		"decision": "propose", "reason": map[string]string{"ar": "صيانة", "en": "Maintenance"},
	})
	if out.Change == "" || out.Undecided != 1 {
		t.Fatalf("the change says %+v", out)
	}
	if got := visitor.Slots(service, branch, "2026-12-06", "2026-12-10"); len(got) != 0 {
		t.Errorf("%d starts in the pause", len(got))
	}
	visitor.Messages()
	centre.Jobs()
	var change api.Change
	admin.Gets("/v1/changes/"+out.Change).JSON(t, &change)
	if change.State != "applied" || change.Affected != 1 || change.ToCall != 1 || change.Reason.EN != "Maintenance" {
		t.Errorf("the change is %+v", change)
	}
	told := visitor.Messages()
	if len(told) == 0 || !strings.Contains(told[0].Text, "no longer available") {
		t.Errorf("the visitor was told %+v", told)
	}
	if now := visitor.Shows(within); now.Proposal == nil || !now.Proposal.Start.After(servicetest.At(t, "2026-12-02T00:00")) {
		t.Errorf("proposed: %+v", now.Proposal)
	}
	centre.Jobs() // the place is there still: nobody may be told that the visit takes place after all
	if now := visitor.Shows(within); now.Proposal == nil {
		t.Error("the proposal was withdrawn")
	}
	if answer := visitor.TryAccept(within); answer.Status != http.StatusOK {
		t.Errorf("accept: %d %s", answer.Status, answer.Body)
	}
	if now := other.Shows(after); !now.Start.Equal(after.Start) || now.Proposal != nil {
		t.Errorf("a visit after the pause is at %v", now.Start)
	}

	// What needs no decision is told, and takes place as booked.
	longer := admin.does("services/"+service, set("duration", "50m"), nil)
	if longer.Undecided != 0 || len(longer.Visits) != 2 || longer.Visits[0].Effect != "length" {
		t.Errorf("a longer service: %+v", longer)
	}
	// Another desk group takes the service over, in a new part.
	admin.does("desk-groups/permits-town", set("services", []any{"boat-licence"}), map[string]any{"decision": "keep"})
	second, _ := admin.reads("desk-groups/permits-town")
	group := second["desk_group"].(map[string]any)
	group["slug"], group["services"], group["desks"] = "permits-second", []any{service}, []any{map[string]any{"name": "C"}}
	if answer := admin.puts("desk-groups/permits-second", "new", second); answer.Status != http.StatusOK {
		t.Fatalf("a new desk group: %d %s", answer.Status, answer.Body)
	}
	centre.Visitor(3).Books(service, branch, servicetest.At(t, "2026-12-15T10:00"))
	if now := other.Shows(after); !now.Start.Equal(after.Start) || now.Status != "booked" {
		t.Errorf("a visit of the former desk group is %+v", now)
	}

	moves(t, config)
	logged := servicetest.Query[int](t, config.DatabaseURL,
		"SELECT count(*) FROM audit_log WHERE action LIKE 'setup.%' AND request_id IS NOT NULL")
	if logged != 4 {
		t.Errorf("%d entries in the log have a request, want 4", logged)
	}
	centre.AuditClean()
}

// moves exports a centre and applies it to an empty database: the same.
func moves(t *testing.T, config service.Config) {
	t.Helper()
	exported, err := setup.Write(described(t, config))
	if err != nil {
		t.Fatal(err)
	}
	read, err := setup.Read(exported)
	if err != nil {
		t.Fatalf("%v\n%s", err, exported)
	}
	elsewhere := migrated(t)
	apply(t, elsewhere, read)
	again, err := setup.Write(described(t, elsewhere))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(exported), string(again)); diff != "" {
		t.Errorf("the centre on another database (-here +there):\n%s", diff)
	}
}

// A branch that is retired with decision "cancel" calls off the visits after its end.
func TestRetiringABranchTellsItsVisitors(t *testing.T) {
	t.Parallel()
	_, centre, admin := ownCentre(t)
	visitor, early := centre.Visitor(1), centre.Visitor(2)
	late := visitor.Books("building-permit", "town-hall", servicetest.At(t, "2026-12-22T10:00"))
	before := early.Books("building-permit", "town-hall", servicetest.At(t, "2026-12-17T10:00"))
	out := admin.does("branches/town-hall", set("retired", map[string]any{"from": "2026-12-20"}), map[string]any{
		"decision": "cancel", "reason": map[string]string{"ar": "أُغلق الفرع", "en": "The branch is closed"},
	})
	if out.Undecided != 1 {
		t.Errorf("%d to decide about, want 1", out.Undecided)
	}
	centre.Jobs()
	if now := visitor.Shows(late); now.Status != "cancelled" {
		t.Errorf("the visit after the end is %s", now.Status)
	}
	if now := early.Shows(before); now.Status != "booked" {
		t.Errorf("the visit before the end is %s", now.Status)
	}
	centre.AuditClean()
}

// Calendars, quotas and desks have one history with all else, whatever changed them, and
// each version can be restored, over more than one step.
func TestBackToAnyVersion(t *testing.T) {
	t.Parallel()
	config, _, admin := ownCentre(t)
	const group = "desk-groups/permits-town"
	first, _ := admin.reads(group)
	firstService, _ := admin.reads("services/building-permit")

	closes := func(day string) {
		t.Helper()
		answer := admin.Sends(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/desk-groups/permits-town/closures", Header: map[string]string{"If-Match": "*"},
			Body: map[string]any{
				"start": day + "T09:00:00+02:00", "end": day + "T11:00:00+02:00", "reason": map[string]string{"ar": "تدريب", "en": "Training"},
			},
		})
		if answer.Status != http.StatusOK {
			t.Fatalf("close: %d %s", answer.Status, answer.Body)
		}
	}
	closes("2027-01-04")
	second, _ := admin.reads(group)
	closes("2027-01-05")
	if answer := admin.Sends(servicetest.Request{
		Method: http.MethodPut, Path: "/v1/branches/town-hall/desks/D", Body: map[string]any{"desk_group": "permits-town", "accessible": false},
	}); answer.Status != http.StatusOK {
		t.Fatalf("desk: %d %s", answer.Status, answer.Body)
	}
	admin.does(group, set("name", map[string]string{"ar": "شباك", "en": "Counter"}), nil)
	apply(t, config, municipality(t)) // a file changes it back, with its closures
	quota := func(n int) {
		t.Helper()
		if answer := admin.Sends(servicetest.Request{
			Method: http.MethodPut, Path: "/v1/services/building-permit/quota", Header: map[string]string{"If-Match": "*"},
			Body: map[string]any{"hold_back": map[string]int{"public": n}},
		}); answer.Status != http.StatusOK {
			t.Fatalf("quota: %d %s", answer.Status, answer.Body)
		}
	}
	quota(2)
	quota(3)

	var history api.CentreVersionList
	admin.Gets("/v1/centre/"+group+"/history").JSON(t, &history)
	var fields []string
	for _, v := range history.Versions {
		var after map[string]any
		if err := json.Unmarshal(v.After, &after); err != nil {
			t.Fatal(err)
		}
		names := make([]string, 0, len(after))
		for name := range after {
			names = append(names, name)
		}
		slices.Sort(names)
		fields = append(fields, strings.Join(names, " "))
	}
	if want := []string{"name plan", "name", "desks", "plan", "plan"}; len(fields) != 6 || !slices.Equal(fields[:5], want) {
		t.Errorf("the fields of the history are %q", fields)
	}

	at := func(path string, version string) map[string]any {
		t.Helper()
		part, _ := admin.reads(path + "/history/" + version)
		return part
	}
	if diff := cmp.Diff(first, at(group, "1")); diff != "" {
		t.Errorf("version 1 (-then +now):\n%s", diff)
	}
	if diff := cmp.Diff(second, at(group, "2")); diff != "" {
		t.Errorf("version 2 (-then +now):\n%s", diff)
	}
	// Back over four steps, and forward again.
	_, tag := admin.reads(group)
	if answer := admin.puts(group, tag, at(group, "2")); answer.Status != http.StatusOK {
		t.Fatalf("back: %d %s", answer.Status, answer.Body)
	}
	now, _ := admin.reads(group)
	second["desk_group"].(map[string]any)["desks"] = now["desk_group"].(map[string]any)["desks"] // desks stay
	if diff := cmp.Diff(second, now); diff != "" {
		t.Errorf("restored (-want +got):\n%s", diff)
	}
	admin.does("services/building-permit", func(part map[string]any) {
		maps.Copy(part, at("services/building-permit", "1")["service"].(map[string]any))
	}, nil)
	if again, _ := admin.reads("services/building-permit"); !cmp.Equal(firstService, again) {
		t.Errorf("the quota restored:\n%s", cmp.Diff(firstService, again))
	}
	for _, path := range []string{"/9", "/1000"} {
		if answer := admin.Gets("/v1/centre/" + group + "/history" + path); answer.Status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, answer.Status, answer.Body)
		}
	}
}

// Conditions, bad input and two changes at once.
func TestChangesOfPartsAreConditional(t *testing.T) {
	t.Parallel()
	_, centre, admin := ownCentre(t)
	const path = "services/building-permit"
	body, tag := admin.reads(path)
	centre.Refused(admin.puts(path, "", body), http.StatusPreconditionRequired, "version-needed")
	centre.Refused(admin.puts(path, `"old"`, body), http.StatusPreconditionFailed, "edit-conflict")
	centre.Refused(admin.puts(path, "new", body), http.StatusPreconditionFailed, "edit-conflict")
	centre.Refused(admin.puts("services/unknown", tag, body), http.StatusPreconditionFailed, "edit-conflict")
	centre.Refused(admin.Gets("/v1/centre/services/unknown"), http.StatusNotFound, "not-found")

	answers := make([]servicetest.Answer, 6)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			part := maps.Clone(body["service"].(map[string]any))
			part["party_limit"] = i + 4
			answers[i] = admin.puts(path, tag, map[string]any{"service": part})
		})
	}
	all.Wait()
	done := 0
	for _, a := range answers {
		switch a.Status {
		case http.StatusOK:
			done++
		case http.StatusPreconditionFailed:
		default:
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if done != 1 {
		t.Errorf("%d of six changes of one version were made, want 1", done)
	}

	for _, tt := range []struct {
		name, path, match string
		body              map[string]any
		pointer, says     string
	}{
		{"another slug", "services/other", "new", map[string]any{"service": body["service"]}, "#/service/slug", "slug"},
		{"an unknown department", "services/tree", "new", map[string]any{"service": map[string]any{
			"slug": "tree", "department": "parks", "name": map[string]string{"ar": "شجرة", "en": "Tree"}, "duration": "20m",
		}}, "#/service", "parks"},
		{"a plan without rules", "desk-groups/new", "new", map[string]any{"desk_group": map[string]any{
			"slug": "new", "branch": "harbour", "department": "waste", "name": map[string]string{"ar": "جديد", "en": "New"},
			"services": []string{"bulky-waste"}, "plan": map[string]any{},
		}}, "#/desk_group/plan", "never opens"},
		{"a service that is served already", "desk-groups/new", "new", map[string]any{"desk_group": map[string]any{
			"slug": "new", "branch": "harbour", "department": "waste", "name": map[string]string{"ar": "جديد", "en": "New"},
			"services": []string{"bulky-waste"}, "plan": map[string]any{"rules": []any{map[string]any{
				"name": map[string]string{"ar": "يوميًا", "en": "Daily"}, "rrule": "FREQ=DAILY", "from": "2026-01-01",
				"openings": []any{map[string]any{"from": "09:00", "to": "12:00", "places": 1}},
			}}},
		}}, "#/desk_group", "served by"},
		{"the wrong kind", "branches/harbour", "*", map[string]any{"service": body["service"]}, "#/service", ""},
		{"a pause without a reason", "departments/waste", "*", map[string]any{"department": map[string]any{
			"slug": "waste", "name": map[string]string{"ar": "النظافة", "en": "Waste"},
			"pauses": []any{map[string]any{"from": "2026-12-06", "until": "2026-12-10"}},
		}}, "#/department/pauses/0/reason", ""},
		{"a pause that ends before it begins", "departments/waste", "*", map[string]any{"department": map[string]any{
			"slug": "waste", "name": map[string]string{"ar": "النظافة", "en": "Waste"},
			"pauses": []any{map[string]any{"from": "2026-12-10", "until": "2026-12-06", "reason": map[string]string{"ar": "س", "en": "x"}}},
		}}, "#/department", "order"},
	} {
		answer := admin.Sends(servicetest.Request{
			Method: http.MethodPut, Path: "/v1/centre/" + tt.path, Body: tt.body,
			Header: map[string]string{"Accept-Language": "en", map[bool]string{true: "If-None-Match", false: "If-Match"}[tt.match == "new"]: "*"},
		})
		p := centre.Refused(answer, http.StatusUnprocessableEntity, "invalid")
		if !slices.ContainsFunc(p.Errors, func(e api.FieldError) bool { return e.Pointer == tt.pointer && strings.Contains(e.Detail, tt.says) }) {
			t.Errorf("%s: %+v, want %s that says %q", tt.name, p.Errors, tt.pointer, tt.says)
		}
	}
	zone := admin.changes("branches/harbour", set("zone", "Asia/Dubai"), nil)
	if p := centre.Refused(zone, http.StatusConflict, "centre-refused"); len(p.Errors) != 1 {
		t.Errorf("another zone: %+v", p.Errors)
	}
}

// Coordinators change their departments, with the services and desk groups of these.
func TestCoordinatorsChangeTheirOwn(t *testing.T) {
	t.Parallel()
	_, centre, admin := ownCentre(t)
	permits := editor{centre.Coordinator("permits"), t}
	permits.does("services/building-permit", set("party_limit", 5), nil)
	permits.does("desk-groups/permits-town", set("name", map[string]string{"ar": "شباك", "en": "Counter"}), nil)
	permits.does("departments/permits", set("name", map[string]string{"ar": "الرخص", "en": "Licences"}), nil)
	foreign, _ := admin.reads("services/bulky-waste")
	branch, _ := admin.reads("branches/harbour")
	fresh := map[string]any{"service": map[string]any{
		"slug": "fresh", "department": "permits", "name": map[string]string{"ar": "جديدة", "en": "Fresh"}, "duration": "20m",
	}}
	if answer := permits.puts("services/fresh", "new", fresh); answer.Status != http.StatusOK {
		t.Errorf("a new service of one's own: %d %s", answer.Status, answer.Body)
	}
	fresh["service"].(map[string]any)["department"] = "waste"
	given := permits.puts("services/fresh", "*", fresh)
	fresh["service"].(map[string]any)["slug"] = "fresher"
	named := func(slug string) map[string]any {
		return map[string]any{"department": map[string]any{"slug": slug, "name": map[string]string{"ar": "س", "en": "x"}}}
	}
	for what, answer := range map[string]servicetest.Answer{
		"another's service":       permits.puts("services/bulky-waste", "*", foreign),
		"a branch":                permits.puts("branches/harbour", "*", branch),
		"to another department":   given,
		"a new one of another":    permits.puts("services/fresher", "new", fresh),
		"another's, to read":      permits.Gets("/v1/centre/services/bulky-waste"),
		"another's history":       permits.Gets("/v1/centre/services/bulky-waste/history"),
		"another's version":       permits.Gets("/v1/centre/services/bulky-waste/history/1"),
		"for the receptionist":    centre.Receptionist("town-hall").Gets("/v1/centre/services/building-permit"),
		"a manager who changes":   editor{centre.Manager(), t}.puts("services/bulky-waste", "*", foreign),
		"another's department":    permits.puts("departments/waste", "*", named("waste")),
		"a department that isn't": permits.puts("departments/parks", "new", named("parks")),
	} {
		if answer.Status != http.StatusForbidden {
			t.Errorf("%s: %d %s", what, answer.Status, answer.Body)
		}
	}
	var list api.CentrePartList
	permits.Gets("/v1/centre/services").JSON(t, &list)
	if len(list.Parts) != 3 {
		t.Errorf("a coordinator sees %d services, want 3", len(list.Parts))
	}
	permits.Gets("/v1/centre/branches?limit=1").JSON(t, &list)
	if len(list.Parts) != 1 || list.NextCursor != "town-hall" {
		t.Errorf("a page of branches: %+v", list)
	}
}
