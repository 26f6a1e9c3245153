package service_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
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
			if c.Kind != k {
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
	for column, n := range personal(t, w.Centre, privacy.OfVisit, privacy.OfTexts) {
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
	centre.InClear() // what is personal is marked and looked for
	p := &person{Visitor: centre.Visitor(1), centre: centre}
	p.Name, p.Email = "Qamarzad Lighthouse", "qamarzad@lighthouse.example"
	p.visit = p.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Jobs()
	other := centre.Visitor(2)
	other.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:45"))
	centre.Clock.Set(servicetest.At(t, "2026-11-27T09:00"))
	centre.Jobs()
	of := " FROM appointments a WHERE a.visitor_name = 'Qamarzad Lighthouse'"
	for _, marked := range []string{
		`UPDATE appointments SET representative_name = 'Zumurrud', representative_identity = '1097531246', wakala = '4499887766',
			wakala_expires = '2027-01-01', needs = '{sign_language}' WHERE visitor_name = 'Qamarzad Lighthouse'`,
		`UPDATE appointment_events e SET reason = 'Zumurrud asked' ` + of + ` AND e.appointment_id = a.id`,
		`INSERT INTO survey_answers (branch_id, appointment_id, satisfaction, comment, lang, answered_at, changed_at)
			SELECT branch_id, id, 5, 'Zumurrud was kind', 'en', end_at, end_at` + of,
	} {
		servicetest.Exec(t, centre.DatabaseURL, marked)
	}
	return p
}

// A person gets a copy of all that is kept, and has it erased, once no visit is to come;
// nothing of others is touched.
func TestPersonIsExportedAndErased(t *testing.T) {
	t.Parallel()
	p := withPast(t)
	config := service.Config{DatabaseURL: p.centre.DatabaseURL, Secret: []byte(servicetest.Secret)}
	for name, who := range map[string]privacy.Who{
		"by mobile": {Mobile: "+966" + p.Mobile[1:]}, "by identity": {Identity: p.ID}, "by both": {Mobile: "+966" + p.Mobile[1:], Identity: p.ID},
	} {
		data, err := service.ExportPerson(t.Context(), config, who)
		if err != nil || len(data.Visits) != 1 || !data.Complete {
			t.Fatalf("%s: %+v, %v", name, data, err)
		}
		v := data.Visits[0]
		if v.Reference != p.visit.Reference || v.Person.Name != p.Name || v.Person.ID != p.ID || v.Person.Email != p.Email ||
			v.Person.Representative.Wakala != "4499887766" || v.Opinion.Comment == "" || v.History[0].Reason == "" ||
			len(v.Needs) != 1 || len(v.Messages) == 0 || v.Messages[0].Text == "" {
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
	if ongoing, ok := errors.AsType[*privacy.OngoingError](err); !ok || len(ongoing.Visits) != 1 || ongoing.Visits[0] != coming.Reference {
		t.Fatalf("erased with a visit to come: %v", err)
	}
	if left := dumpOf(t, p.centre); !strings.Contains(left, p.Name) {
		t.Fatal("it was erased all the same")
	}
	cancels(t, p.Visitor, coming)
	p.centre.Jobs()
	erased, err := service.ErasePerson(t.Context(), config, who, p.centre.Clock.Now())
	if err != nil || erased.Visits != 2 || erased.Texts < 2 || erased.Comments != 1 {
		t.Fatalf("erased %+v, %v", erased, err)
	}
	p.centre.Pass(3 * 24 * time.Hour) // checks, answers and numbers are purged
	dump := dumpOf(t, p.centre)
	for what, marked := range map[string]string{
		"the name": "Qamarzad", "the name as it is searched for": "qamarzad", "the e-mail": "lighthouse", "the identity": p.ID,
		"the mobile":         p.Mobile[1:],
		"the representative": "Zumurrud", "their identity": "1097531246", "the power of attorney": "4499887766",
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

// Entries of the waitlist that have ended are removed after their period, those that wait
// stay.
func TestEntriesAreForgotten(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, func(c *service.Config) { c.Keep.Waitlist = 10 * 24 * time.Hour })
	left, waiting := centre.Visitor(1), centre.Visitor(2)
	ticket := left.Waits(heirs, "riyadh", "2026-11-25", "2026-12-20")
	waiting.Waits(heirs, "riyadh", "2026-11-25", "2026-12-20")
	if answer := left.TryLeave(ticket); answer.Status != http.StatusNoContent {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	for _, c := range []struct{ days, want int }{{9, 2}, {2, 1}} {
		centre.Clock.Add(time.Duration(c.days) * 24 * time.Hour)
		centre.Job("forget entries")
		if n := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM waitlist_entries"); n != c.want {
			t.Errorf("%d days later %d entries are left, want %d", c.days, n, c.want)
		}
	}
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
	if got := p.centre.Manager().Gets("/v1/appointments/" + p.visit.Reference); got.Status != http.StatusOK ||
		strings.Contains(string(got.Body), "Qamarzad") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

// On the pages of one's visits a visitor takes a copy and erases, once nothing is to come;
// a browser that has proved nothing, or another mobile, gets nothing.
func TestOwnDataOnThePages(t *testing.T) {
	t.Parallel()
	p := withPast(t)
	w := newWalker(t, p.centre)
	for _, path := range []string{"/visits/data", "/visits/data/copy.json"} {
		if w.goes(path); w.at.Path != "/visits" {
			t.Fatalf("%s leads a stranger to %s", path, w.at)
		}
	}
	w.sends("/visits/data/erase", nil)
	if data, err := service.ExportPerson(t.Context(), service.Config{DatabaseURL: p.centre.DatabaseURL, Secret: []byte(servicetest.Secret)},
		privacy.Who{Identity: p.ID}); err != nil ||
		len(data.Visits) != 1 {
		t.Fatalf("a stranger erased: %+v, %v", data, err)
	}
	enters := func(w *walker, v *servicetest.Visitor) *walker {
		w.goes("/visits").sends("/visits", url.Values{"mobile": {v.Mobile}})
		p.centre.Jobs()
		return w.sends("/visits/code", url.Values{"code": {code(v)}})
	}
	other := enters(newWalker(t, p.centre), p.centre.Visitor(3))
	if other.goes("/visits/data/copy.json"); other.status != http.StatusOK || strings.Contains(other.page, "Qamarzad") {
		t.Fatalf("another mobile: %d %s", other.status, other.page)
	}
	enters(w, p.Visitor).goes("/visits").says(http.StatusOK, "بياناتكم: نسخة منها أو حذفها")
	w.goes("/visits/data/copy.json")
	if got := decode[privacy.Data](t, []byte(w.page)); len(got.Visits) != 1 || strings.Contains(w.page, p.ID) ||
		!strings.HasPrefix(w.header.Get("Content-Disposition"), "attachment") || w.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%v %s", w.header, w.page)
	}
	p.centre.Clock.Add(time.Minute) // until the next code
	coming := p.Books(heirs, "riyadh", servicetest.At(t, "2026-12-02T09:00"))
	w.goes("/visits/data").says(http.StatusOK, "نرجو إلغاءه أولًا").lacks("حذف البيانات")
	w.sends("/visits/data/erase", nil).says(http.StatusOK, "نرجو إلغاءه أولًا")
	cancels(t, p.Visitor, coming)
	w.goes("/visits/data?lang=en").says(http.StatusOK, "Erase my data", "can't be undone", "The log of what staff did")
	w.sends("/visits/data/erase", nil).says(http.StatusOK, "Your data was erased")
	w.goes("/visits/data")
	if w.at.Path != "/visits" {
		t.Errorf("the browser is still signed in: %s", w.at)
	}
	if data, err := service.ExportPerson(t.Context(), service.Config{DatabaseURL: p.centre.DatabaseURL, Secret: []byte(servicetest.Secret)},
		privacy.Who{Identity: p.ID}); err != nil ||
		len(data.Visits) != 0 {
		t.Errorf("left: %+v, %v", data, err)
	}
}

// The page for visitors, in both languages, the manual for operators and the list of
// settings tell the periods that the program keeps to.
func TestPeriodsAreToldAsKept(t *testing.T) {
	t.Parallel()
	days := func(d time.Duration) string { return strconv.Itoa(int(d.Hours()/24)) + " days" }
	read := func(name string) string {
		t.Helper()
		return string(must(os.ReadFile(filepath.Join("..", name))))
	}
	manual, settings := read("docs/OPERATIONS.md"), read("README.md")
	keep := privacy.Default()
	for row, period := range map[string]string{
		"| the person of a visit:":                                days(keep.Visits) + " after its day",
		"| an entry of the waitlist |":                            days(keep.Waitlist) + " after it ended",
		"| texts of messages |":                                   days(keep.Texts) + " after they were sent",
		"| a hold |":                                              "its row " + days(privacy.KeepHolds),
		"| a check of a mobile number |":                          "its row " + days(privacy.KeepChecks),
		"| answers to requests with a key, sealed |":              "| 1 day |",
		"| deliveries to webhooks, without personal data |":       days(privacy.KeepDeliveries),
		"| counts for reports, without personal data |":           days(privacy.KeepCounts),
		"| when a number was sent messages |":                     "1 day after the last",
		"| what a visitor types before booking |":                 "2 hours",
		"| that a visitor's e-mail address is confirmed,":         "until the last visit of the person is emptied",
		"| what stays of visits without a person, the log of sta": "not deleted by the program",
	} {
		_, rest, found := strings.Cut(manual, row)
		line, _, _ := strings.Cut(rest, "\n")
		if !found || !strings.Contains("|"+line, strings.TrimPrefix(period, "|")) {
			t.Errorf("docs/OPERATIONS.md: %s%s: want %q", row, line, period)
		}
	}
	if privacy.KeepAnswers != 24*time.Hour {
		t.Errorf("answers are kept for %s, and the manual says a day", privacy.KeepAnswers)
	}
	for name, period := range map[string]time.Duration{
		"VISITS": keep.Visits, "WAITLIST": keep.Waitlist, "TEXTS": keep.Texts,
	} {
		_, rest, _ := strings.Cut(settings, "| `ZIYARA_KEEP_"+name+"` |")
		line, _, _ := strings.Cut(rest, "\n")
		if want := fmt.Sprintf("| `%.0fh` |", period.Hours()); !strings.HasSuffix(line, want) {
			t.Errorf("README.md says %q of ZIYARA_KEEP_%s, want %s", line, name, want)
		}
	}
	for _, set := range []privacy.Periods{{}, {Visits: 41 * 24 * time.Hour, Waitlist: 17 * 24 * time.Hour, Texts: 13 * 24 * time.Hour}} {
		_, _, w := portalCentre(t, func(c *service.Config) { c.Keep = set })
		told := set.Filled()
		w.goes("/privacy?lang=en").says(http.StatusOK, days(told.Visits)+" after the day of the visit", days(told.Waitlist)+" after you leave it",
			days(told.Texts)+" after they were sent", "deleted after "+days(privacy.KeepHolds), "deleted after "+days(privacy.KeepChecks))
		number := func(d time.Duration) string { return strconv.Itoa(int(d.Hours() / 24)) }
		w.goes("/privacy?lang=ar").says(http.StatusOK, number(told.Visits)+" يومًا من يوم الموعد", number(told.Waitlist)+" يومًا من خروجكم منها",
			number(told.Texts)+" يومًا من إرسالها")
	}
}

// Who has signed in, with a mobile or without, gets and erases what they booked after it, and
// what has the mobile that the provider has verified; nothing that somebody booked with their
// number typed, and nothing of anybody else.
func TestOwnDataAfterSigningIn(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public, signsIn)
	bare, typed := signsInto(t, centre, hamad), as(centre.Visitor(1), hamad)
	start := servicetest.At(t, "2026-11-26T09:00")
	answer := tries(centre, typed, typed.Holds("iban-update", "riyadh", start), map[string]any{"identity": bare.Token, "verification": nil})
	own := decode[api.Appointment](t, answer.Body)
	if answer.Status != http.StatusCreated {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	others := typed.Books(heirs, "riyadh", start.Add(90*time.Minute)) // with his number, by whoever has that mobile
	send := func(method, proof string) servicetest.Answer {
		return centre.Send(servicetest.Request{
			Method: method, Path: "/v1/my-data", Header: map[string]string{"Authorization": "Bearer " + proof},
		})
	}
	data := decode[privacy.Data](t, send(http.MethodGet, bare.Token).Body)
	if len(data.Visits) != 1 || data.Visits[0].Reference != own.Reference {
		t.Fatalf("his copy is %+v", data)
	}
	if other := decode[privacy.Data](t, send(http.MethodGet, signsInto(t, centre, munira).Token).Body); len(other.Visits) != 0 {
		t.Errorf("somebody else gets %+v", other)
	}
	centre.Clock.Add(time.Minute) // until the next code
	data = decode[privacy.Data](t, send(http.MethodGet, typed.Proves()).Body)
	if len(data.Visits) != 1 || data.Visits[0].Reference != others.Reference {
		t.Errorf("who has the mobile gets %+v", data)
	}
	centre.Refused(send(http.MethodDelete, bare.Token), http.StatusConflict, "visits-to-come")
	w := newWalker(t, centre)
	w.goes("/sign-in?to=/visits/data&login_hint="+hamad).says(http.StatusOK, "المسجلة بعد تسجيل دخولكم", "نرجو إلغاءه أولًا")
	w.goes("/visits/data/copy.json")
	if got := decode[privacy.Data](t, []byte(w.page)); len(got.Visits) != 1 || got.Visits[0].Reference != own.Reference {
		t.Errorf("on the page: %s", w.page)
	}
	cancels(t, typed, own)
	w.goes("/visits/data").says(http.StatusOK, "حذف البيانات")
	w.sends("/visits/data/erase", nil).says(http.StatusOK, "تم حذف بياناتكم")
	if again := decode[api.Erasure](t, send(http.MethodDelete, bare.Token).Body); again.Erased != (privacy.Erasure{}) {
		t.Errorf("again: %+v", again)
	}
	if data = decode[privacy.Data](t, send(http.MethodGet, bare.Token).Body); len(data.Visits) != 0 {
		t.Errorf("left: %+v", data)
	}
	if got := typed.Shows(others); got.Visitor != typed.Name {
		t.Errorf("what another booked: %+v", got)
	}

	// With the mobile that the provider has verified, what has that mobile too.
	withMobile, v := signsInto(t, centre, munira), as(centre.Visitor(2), munira)
	for i, more := range []map[string]any{
		{"identity": withMobile.Token, "verification": nil}, {"verification": withMobile.Verification, "identity": nil},
	} {
		hold := v.Holds("iban-update", "jeddah", start.AddDate(0, 0, 4+i))
		if answer := tries(centre, v, hold, more); answer.Status != http.StatusCreated {
			t.Fatalf("%d %s", answer.Status, answer.Body)
		}
	}
	if data = decode[privacy.Data](t, send(http.MethodGet, withMobile.Token).Body); len(data.Visits) != 2 {
		t.Errorf("her copy is %+v", data)
	}
}
