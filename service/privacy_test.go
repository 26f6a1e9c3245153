package service_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ziyara/privacy"
	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// forgetsAfter is the period of visits in these stories.
func forgetsAfter(c *service.Config) { c.Keep.Visits = 40 * 24 * time.Hour }

// allReports returns every report about the days of a week, grouped in every way, as it is
// sent.
func allReports(t *testing.T, centre *servicetest.Centre) map[string]string {
	t.Helper()
	manager, all := centre.Manager(), make(map[string]string)
	var list api.ReportList
	manager.Gets("/v1/reports").JSON(t, &list)
	for _, d := range list.Reports {
		for _, by := range []string{"", "day", "month,department", "service", "branch,channel"} {
			path := "/v1/reports/" + d.Report + "?group_by=" + by
			if d.Report != "forecast" {
				path += "&from=" + recountFrom + "&to=" + recountTo
			}
			answer := manager.Gets(path)
			if answer.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", path, answer.Status, answer.Body)
			}
			all[path] = string(answer.Body)
		}
	}
	return all
}

// personal counts the rows that still have something personal in a column of the
// inventory of these kinds.
func personal(t *testing.T, centre *servicetest.Centre, kinds ...privacy.Kind) map[string]int {
	t.Helper()
	left := make(map[string]int)
	for _, c := range privacy.Inventory() {
		for _, k := range kinds {
			if c.Kind != k || c.Column == "identity_kind" { // who issued it says little
				continue
			}
			query := fmt.Sprintf(`SELECT count(*) FROM %s x WHERE coalesce(x.%s::text, '') NOT IN ('', '{}')`,
				c.Table, c.Column)
			if c.Table == "appointments" {
				query += " AND reference IS NOT NULL"
				if c.Column == "person" {
					query += " AND person <> id"
				}
			}
			if n := servicetest.Query[int](t, centre.DatabaseURL, query); n > 0 {
				left[c.Table+"."+c.Column] = n
			}
		}
	}
	return left
}

// Once their period is over, past visits have no person any more, by two replicas at once
// and in portions; and every report says what it said before.
func TestVisitsAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWeek(t, 28, forgetsAfter)
	w.pass()
	w.Clock.Add(39 * 24 * time.Hour)
	w.Jobs()
	forget := func() {
		t.Helper()
		var both sync.WaitGroup
		for _, r := range w.Replicas {
			both.Go(func() {
				if err := r.RunJob(t.Context(), "forget visits"); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
	}
	forget()
	if left := personal(t, w.Centre, privacy.OfVisit); left["appointments.visitor_name"] == 0 {
		t.Fatal("visits were forgotten before their time")
	}
	w.Clock.Add(30 * 24 * time.Hour)
	before := allReports(t, w.Centre)
	forget()
	for column, n := range personal(t, w.Centre, privacy.OfVisit) {
		t.Errorf("%s is left in %d rows", column, n)
	}
	after := allReports(t, w.Centre)
	for path, want := range before {
		if after[path] != want {
			t.Errorf("%s: got\n%s, want\n%s", path, after[path], want)
		}
	}
	w.AuditClean()
}

// person is somebody with a past visit, what was sent about it and said of it.
type person struct {
	*servicetest.Visitor

	centre *servicetest.Centre
	visit  api.Appointment
}

func withPast(t *testing.T, options ...servicetest.Option) *person {
	t.Helper()
	centre := servicetest.Open(t, 1, append([]servicetest.Option{public}, options...)...)
	p := &person{Visitor: centre.Visitor(1), centre: centre}
	p.Name, p.Email = "Qamarzad Lighthouse", "qamarzad@lighthouse.example"
	p.visit = p.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Jobs()
	other := centre.Visitor(2)
	other.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:45"))
	centre.Clock.Set(servicetest.At(t, "2026-11-27T09:00"))
	centre.Jobs() // the day is closed
	return p
}

// A person gets a copy of all that is kept, and has it erased, once no visit is to come;
// nothing of others is touched.
func TestPersonIsExportedAndErased(t *testing.T) {
	t.Parallel()
	p := withPast(t)
	config := service.Config{DatabaseURL: p.centre.DatabaseURL}
	for name, who := range map[string]privacy.Who{
		"by mobile": {Mobile: "+966" + p.Mobile[1:]}, "by identity": {Identity: p.ID}, "by both": {Mobile: "+966" + p.Mobile[1:], Identity: p.ID},
	} {
		data, err := service.ExportPerson(t.Context(), config, who)
		if err != nil || len(data.Visits) != 1 || !data.Complete {
			t.Fatalf("%s: %+v, %v", name, data, err)
		}
		v := data.Visits[0]
		if v.Reference != p.visit.Reference || v.Person.Name != p.Name || v.Person.ID != p.ID || v.Person.Email != p.Email ||
			len(v.History) == 0 || len(v.Messages) == 0 || v.Messages[0].Text == "" {
			t.Errorf("%s: %+v", name, v)
		}
	}
	none, err := service.ExportPerson(t.Context(), config, privacy.Who{Mobile: "+966" + p.Mobile[1:], Identity: servicetest.NationalID(2)})
	if err != nil || len(none.Visits)+len(none.Waitlist) != 0 {
		t.Errorf("the mobile of one with the identity of another: %+v, %v", none, err)
	}
	coming := p.Books(heirs, "riyadh", servicetest.At(t, "2026-12-02T09:00"))
	who := privacy.Who{Identity: p.ID}
	_, err = service.ErasePerson(t.Context(), config, who, p.centre.Clock.Now())
	if ongoing, ok := err.(*privacy.OngoingError); !ok || len(ongoing.Visits) != 1 || ongoing.Visits[0] != coming.Reference {
		t.Fatalf("erased with a visit to come: %v", err)
	}
	if left := dumpOf(t, p.centre); !strings.Contains(left, p.Name) {
		t.Fatal("it was erased all the same")
	}
	cancels(t, p.Visitor, coming)
	p.centre.Jobs()
	erased, err := service.ErasePerson(t.Context(), config, who, p.centre.Clock.Now())
	if err != nil || erased.Visits != 2 || erased.Texts < 2 {
		t.Fatalf("erased %+v, %v", erased, err)
	}
	p.centre.Pass(3 * 24 * time.Hour) // checks, answers and numbers are purged
	dump := dumpOf(t, p.centre)
	for what, marked := range map[string]string{
		"the name": "Qamarzad", "the name as it is searched for": "qamarzad", "the e-mail": "lighthouse", "the identity": p.ID, "the mobile": p.Mobile[1:],
	} {
		if i := strings.Index(dump, marked); i >= 0 {
			t.Errorf("%s is left: %s", what, dump[max(0, i-200):i+50])
		}
	}
	if other := p.centre.Visitor(2); !strings.Contains(dump, other.ID) || !strings.Contains(dump, other.Mobile[1:]) {
		t.Error("another visitor was erased, too")
	}
	p.centre.AuditClean()
}

// dumpOf returns all that the database keeps, as JSON.
func dumpOf(t *testing.T, centre *servicetest.Centre) string {
	t.Helper()
	tables := servicetest.Query[string](t, centre.DatabaseURL,
		"SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = current_schema()")
	var dump strings.Builder
	for table := range strings.SplitSeq(tables, ",") {
		dump.WriteString(servicetest.Query[string](t, centre.DatabaseURL,
			"SELECT '"+table+" ' || coalesce(string_agg(to_jsonb(x)::text, E'\\n'), '') || E'\\n' FROM "+table+" x"))
	}
	return dump.String()
}

// decode reads JSON.
func decode[T any](t *testing.T, body []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v
}

// Who proves a mobile gets a copy and erases it, with the reasons for what is kept; nobody
// without the proof does. The copy does not tell identity numbers, which a mobile does not
// prove.
func TestOwnDataOverTheAPI(t *testing.T) {
	t.Parallel()
	p := withPast(t)
	send := func(method, proof string) servicetest.Answer {
		header := map[string]string{}
		if proof != "" {
			header["Authorization"] = "Bearer " + proof
		}
		return p.centre.Send(servicetest.Request{Method: method, Path: "/v1/my-data", Header: header})
	}
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		p.centre.Refused(send(method, ""), http.StatusUnauthorized, "proof-needed")
		p.centre.Refused(send(method, p.visit.ManageToken), http.StatusForbidden, "proof-invalid")
	}
	stranger := p.centre.Visitor(3)
	if data := decode[privacy.Data](t, send(http.MethodGet, stranger.Proves()).Body); len(data.Visits) != 0 {
		t.Errorf("another mobile gets %+v", data)
	}
	p.Proves()
	proof := p.Proves()
	answer := send(http.MethodGet, proof)
	data := decode[privacy.Data](t, answer.Body)
	if answer.Status != http.StatusOK || len(data.Visits) != 1 || data.Visits[0].Person.Name != p.Name {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	if strings.Contains(string(answer.Body), p.ID) {
		t.Error("the copy tells the identity number")
	}
	coming := p.Books(heirs, "riyadh", servicetest.At(t, "2026-12-02T09:00"))
	p.centre.Refused(send(http.MethodDelete, proof), http.StatusConflict, "visits-to-come")
	cancels(t, p.Visitor, coming)
	answer = send(http.MethodDelete, proof)
	erasure := decode[api.Erasure](t, answer.Body)
	if answer.Status != http.StatusOK || erasure.Erased.Visits != 2 || len(erasure.Kept) != 3 || erasure.Kept[0].Why.AR == "" {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	if again := decode[api.Erasure](t, send(http.MethodDelete, proof).Body); again.Erased != (privacy.Erasure{}) {
		t.Errorf("again: %+v", again)
	}
	if data = decode[privacy.Data](t, send(http.MethodGet, proof).Body); len(data.Visits)+len(data.Waitlist) != 0 {
		t.Errorf("left: %+v", data)
	}
	// Staff still find what the report counts, without a person.
	if got := p.centre.Manager().Gets("/v1/appointments/" + p.visit.Reference); got.Status != http.StatusOK || strings.Contains(string(got.Body), "Qamarzad") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}
