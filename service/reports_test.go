package service_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// reportOf asks for a report, as somebody of the staff who may see it.
func reportOf(t *testing.T, by *servicetest.Staff, path string) (r api.Report) {
	t.Helper()
	answer := by.Gets("/v1/reports/" + path)
	if answer.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, answer.Status, answer.Body)
	}
	answer.JSON(t, &r)
	return r
}

// figure returns a figure of the total, which says something.
func figure(t *testing.T, r api.Report, name string) float64 {
	t.Helper()
	v, ok := r.Total[name]
	if !ok || v == nil {
		t.Fatalf("%s has no %s", r.Report, name)
	}
	return *v
}

// A manager sees all, a coordinator their departments at every branch, a
// receptionist all departments at their branches; nobody else sees anything.
func TestReportsAreBounded(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	centre.Visitor(1).Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))            // revenues
	centre.Visitor(2).Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))          // revenues
	centre.Visitor(3).Books("supplier-claim", dammam, servicetest.At(t, "2026-11-25T09:15")) // contracts
	const week = "?from=2026-11-22&to=2026-11-28"
	for _, c := range []struct {
		name  string
		staff *servicetest.Staff
		path  string
		want  float64
		rows  string
	}{
		{"a manager", centre.Manager(), week + "&group_by=branch", 3, "riyadh jeddah dammam"},
		{"an admin", centre.Admin(), week, 3, ""},
		{"a coordinator", centre.Coordinator("revenues"), week + "&group_by=department", 2, "revenues"},
		{"a coordinator at a branch", centre.Coordinator("revenues"), week + "&branch=dammam&group_by=branch", 1, "dammam"},
		{"a coordinator of two", centre.Coordinator("revenues", "contracts"), week + "&group_by=department", 3, "revenues contracts"},
		{"a receptionist", centre.Receptionist(dammam), week + "&group_by=branch", 2, dammam},
		{"a receptionist, one department", centre.Receptionist(dammam), week + "&department=revenues&group_by=department", 1, "revenues"},
		{"a receptionist, one service", centre.Receptionist(dammam), week + "&service=" + heirs + "&group_by=service", 1, heirs},
	} {
		for _, name := range []string{"changes", "channels", "lead-time", "utilisation"} {
			r := reportOf(t, c.staff, name+c.path)
			if name == "changes" && figure(t, r, "made") != c.want || name == "channels" && figure(t, r, "public") != c.want ||
				name == "lead-time" && figure(t, r, "visits") != c.want {
				t.Errorf("%s, %s: total %v, want %v visits", c.name, name, r.Total, c.want)
			}
			var rows []string
			for _, row := range r.Rows {
				for _, n := range []*api.Named{row.Group.Department, row.Group.Branch, row.Group.Service} {
					if n != nil {
						rows = append(rows, n.Slug)
					}
				}
			}
			if got := strings.Join(rows, " "); got != c.rows {
				t.Errorf("%s, %s: rows %q, want %q", c.name, name, got, c.rows)
			}
		}
	}
	for name, refused := range map[string]servicetest.Answer{
		"an agent":                       centre.Agent().Gets("/v1/reports/changes"),
		"another department":             centre.Coordinator("revenues").Gets("/v1/reports/changes?department=contracts"),
		"a service of another":           centre.Coordinator("revenues").Gets("/v1/reports/changes?service=supplier-claim"),
		"another branch":                 centre.Receptionist(dammam).Gets("/v1/reports/changes?branch=riyadh"),
		"a coordinator of none":          centre.Coordinator().Gets("/v1/reports/changes"),
		"before anything else is wrong":  centre.Agent().Gets("/v1/reports/changes?from=2026-12-01&to=2026-11-01"),
		"an unknown department, as well": centre.Coordinator("revenues").Gets("/v1/reports/changes?department=magic"),
	} {
		if refused.Status != http.StatusForbidden {
			t.Errorf("%s: got %d %s, want 403", name, refused.Status, refused.Body)
		}
	}
}

// What can't be answered is a problem that says what to do.
func TestReportsRefused(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	majed := centre.Manager()
	for _, c := range []struct {
		path    string
		status  int
		kind    string
		pointer string
	}{
		{"profit", http.StatusNotFound, "no-such-address", ""},
		{"changes?from=2026-11-30&to=2026-11-01", http.StatusUnprocessableEntity, "report-range", ""},
		{"changes?from=2025-11-01&to=2026-11-02", http.StatusUnprocessableEntity, "report-range", ""},
		{"changes?from=2026-02-30", http.StatusUnprocessableEntity, "invalid", "?from"},
		{"changes?group_by=person", http.StatusUnprocessableEntity, "invalid", "?group_by"},
		{"changes?group_by=day,day", http.StatusUnprocessableEntity, "invalid", "?group_by"},
		{"changes?department=magic", http.StatusUnprocessableEntity, "invalid", "?department"},
		{"changes?branch=moon", http.StatusUnprocessableEntity, "invalid", "?branch"},
		{"changes?service=magic", http.StatusUnprocessableEntity, "invalid", "?service"},
		{"changes?channel=fax", http.StatusUnprocessableEntity, "invalid", "?channel"},
		{"changes?format=xls", http.StatusUnprocessableEntity, "invalid", "?format"},
		{"changes?from=2026-01-01&to=2026-12-31&group_by=day,service,branch", http.StatusUnprocessableEntity, "report-too-large", ""},
		{"forecast?to=2026-12-20", http.StatusUnprocessableEntity, "forecast-reach", ""},
	} {
		p := centre.Refused(majed.Gets("/v1/reports/"+c.path), c.status, c.kind)
		if got := strings.Join(servicetest.Pointers(p), " "); got != c.pointer {
			t.Errorf("%s: errors %q, want %q", c.path, got, c.pointer)
		}
	}
}

// A report comes as a table to whoever asks for one, in their language; what
// is not said is the four weeks until yesterday.
func TestReportFormats(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	ask := func(path string, header map[string]string) servicetest.Answer {
		return centre.Manager().Sends(servicetest.Request{Method: http.MethodGet, Path: "/v1/reports/" + path, Header: header})
	}
	for _, c := range []struct{ query, accept, want string }{
		{"", "", "application/json"},
		{"", "*/*", "application/json"},
		{"", "application/json, text/csv;q=0.5", "application/json"},
		{"", "text/csv", "text/csv; charset=utf-8; header=present"},
		{"", "text/csv;q=0.9, application/json;q=0.8", "text/csv; charset=utf-8; header=present"},
		{"", "text/html, text/csv;q=0.9, */*;q=0.1", "text/csv; charset=utf-8; header=present"},
		{"?format=csv", "application/json", "text/csv; charset=utf-8; header=present"},
		{"?format=json", "text/csv", "application/json"},
	} {
		if got := ask("changes"+c.query, map[string]string{"Accept": c.accept}).Header.Get("Content-Type"); got != c.want {
			t.Errorf("%q with Accept %q: %q, want %q", c.query, c.accept, got, c.want)
		}
	}
	table := ask("no-shows?from=2026-11-01&to=2026-11-02&group_by=day&format=csv", map[string]string{"Accept-Language": "ar"})
	want := "\uFEFFالتاريخ,حضروا,لم يحضروا,نسبة عدم الحضور,عدم حضور أُلغي تسجيله,دون تسجيل\r\n" +
		"2026-11-01,0,0,,0,0\r\n2026-11-02,0,0,,0,0\r\n"
	if string(table.Body) != want {
		t.Errorf("got\n%s, want\n%s", table.Body, want)
	}
	if got, want := table.Header.Get("Content-Disposition"), `attachment; filename="ziyara-no-shows-2026-11-01-2026-11-02.csv"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	r := reportOf(t, centre.Manager(), "no-shows?group_by=day")
	if r.From != "2026-10-25" || r.To != "2026-11-21" || len(r.Rows) != 28 || r.Rows[0].Group.Hijri != "1448-05-14" {
		t.Errorf("%s to %s in %d rows, the first %+v", r.From, r.To, len(r.Rows), r.Rows[0].Group)
	}
	if r = reportOf(t, centre.Manager(), "forecast"); r.From != "2026-11-22" || r.To != "2026-12-19" {
		t.Errorf("forecast of %s to %s, want today and 27 dates more", r.From, r.To)
	}
	var list api.ReportList
	centre.Manager().Gets("/v1/reports").JSON(t, &list)
	if len(list.Reports) != 11 {
		t.Errorf("%d reports, want 11", len(list.Reports))
	}
	for _, d := range list.Reports {
		if r := reportOf(t, centre.Manager(), d.Report+"?group_by=channel"); len(r.Rows) != 4 || len(r.Rows[3].Values) != len(d.Columns) {
			t.Errorf("%s: %d rows of %d figures", d.Report, len(r.Rows), len(d.Columns))
		}
	}
}

// Replicas count what is asked for in vain, also what they answer from memory,
// and keep it when they stop; repeating a request is not asking again.
func TestDemandIsCounted(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	nine := servicetest.At(t, "2026-11-25T09:00")
	centre.Visitor(1).Books(heirs, dammam, nine)
	for n := range 4 {
		v := centre.Visitor(2 + n)
		v.Replica = n % 2
		centre.Refused(v.TryHold(heirs, dammam, nine), http.StatusConflict, "slot-taken")
		v.Slots(heirs, dammam, "2026-11-27", "2026-11-28") // Friday and Saturday
		v.Slots(heirs, dammam, "2026-11-24", "2026-11-24") // has places
	}
	key := map[string]string{"Idempotency-Key": "a-key-for-one-hold"}
	for range 3 {
		centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/holds", Header: key,
			Body: map[string]any{"service": heirs, "branch": dammam, "start": servicetest.At(t, "2026-11-25T07:30")}})
	}
	if r := reportOf(t, centre.Manager(), "unmet-demand?from=2026-11-22&to=2026-11-22"); figure(t, r, "refused_holds") != 0 {
		t.Error("a request waited until it was counted")
	}
	centre.Restart(1)
	if r := reportOf(t, centre.Manager(), "unmet-demand?from=2026-11-22&to=2026-11-22"); figure(t, r, "refused_holds") != 2 ||
		figure(t, r, "empty_searches") != 2 {
		t.Errorf("after one replica has stopped: %v", r.Total)
	}
	centre.Jobs()
	centre.Jobs() // once is enough
	r := reportOf(t, centre.Manager(), "unmet-demand?from=2026-11-22&to=2026-11-22&service="+heirs+"&branch="+dammam+"&channel=public")
	for name, want := range map[string]float64{"refused_holds": 4, "empty_searches": 4, "granted_holds": 2, "refusal_rate": 0.6667} {
		if got := figure(t, r, name); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	centre.Pass(801 * 24 * time.Hour)
	if n := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM demand_counts"); n != 0 {
		t.Errorf("%d counts are kept for longer than 800 days", n)
	}
}

// What was open on a date on which nobody came stays what it was, whatever
// becomes of the calendar.
func TestPastCapacityStays(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	const path = "utilisation?from=2026-11-22&to=2026-11-26&group_by=day&department=revenues&branch=dammam"
	centre.Visitor(1).Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	before := reportOf(t, centre.Manager(), path)
	centre.Pass(3 * 24 * time.Hour) // Wednesday 25 November: Sunday to Tuesday are over
	centre.Pass(time.Minute)
	servicetest.Exec(t, centre.DatabaseURL,
		`UPDATE desk_groups SET plan = jsonb_set(plan, '{rules}', '[]'), calendar_version = calendar_version + 1`)
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE centre SET version = version + 1`)
	centre.Jobs()
	after := reportOf(t, centre.Manager(), path)
	for i, row := range after.Rows {
		was, is := *before.Rows[i].Values["open_minutes"], *row.Values["open_minutes"]
		switch {
		case was == 0:
			t.Errorf("%s was closed before", row.Group.Day)
		case i < 3 && is != was:
			t.Errorf("%s had %v minutes open, and now %v", row.Group.Day, was, is)
		case i == 4 && is != 0: // of Wednesday, the ledger knows one of two desk groups
			t.Errorf("%s has %v minutes open, want none by the new calendar", row.Group.Day, is)
		}
	}
}

// What became of those who wait is counted once each, and stays when their
// entries are removed with their names.
func TestWaitlistIsCountedWithoutNames(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	nine := servicetest.At(t, "2026-11-25T09:00")
	noura := centre.Visitor(1)
	visit := noura.Books(heirs, dammam, nine)
	declines, ignores, accepts, leaves := centre.Visitor(2), centre.Visitor(3), centre.Visitor(4), centre.Visitor(5)
	first := waitsFor(declines, "09:00")
	second := waitsFor(ignores, "09:00")
	third := waitsFor(accepts, "09:00")
	fourth := waitsFor(leaves, "09:00")
	cancels(t, noura, visit)
	declines.IsOffered(first)
	declines.Declines(first)
	ignores.IsOffered(second)
	centre.Pass(15 * time.Minute) // the second one's time
	accepts.IsOffered(third)
	centre.Clock.Add(5 * time.Minute)
	accepts.AcceptsOffer(third)
	if answer := leaves.TryLeave(fourth); answer.Status != http.StatusNoContent {
		t.Fatalf("leave: %d %s", answer.Status, answer.Body)
	}
	check := func(when string) {
		t.Helper()
		r := reportOf(t, centre.Manager(), "waitlist?from=2026-11-22&to=2026-11-22&service="+heirs+"&branch="+dammam)
		for name, want := range map[string]float64{
			"joined": 4, "offered": 3, "accepted": 1, "declined": 1, "ignored": 1, "served_otherwise": 0, "acceptance_rate": 0.3333,
		} {
			if got := figure(t, r, name); got != want {
				t.Errorf("%s, %s: got %v, want %v", when, name, got, want)
			}
		}
		if r.Total["median_refill_minutes"] != nil {
			t.Error("the median of one person is shown")
		}
	}
	check("at once")
	if got := servicetest.Query[int](t, centre.DatabaseURL, "SELECT refill_seconds FROM waitlist_log WHERE kind = 'accepted'"); got != 20*60 {
		t.Errorf("booked again after %d seconds, want 20 minutes", got)
	}
	centre.Pass(5 * 24 * time.Hour) // over the day of all wishes
	centre.Pass(3 * 24 * time.Hour)
	if n := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM waitlist_entries"); n != 0 {
		t.Errorf("%d entries are left", n)
	}
	check("a week later")
	vain := reportOf(t, centre.Manager(), "unmet-demand?from=2026-11-22&to=2026-12-01")
	if got := figure(t, vain, "waited_in_vain"); got != 2 { // who declined, and who did not answer
		t.Errorf("%v waited in vain, want 2", got)
	}
}

// The report of messages and the usage by month, which budgets go by, agree.
func TestMessagesAgreeWithUsage(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE departments SET segment_price = 575")
	centre.Visitor(1).Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	v := centre.Visitor(2)
	cancels(t, v, v.Books("supplier-claim", "riyadh", servicetest.At(t, "2026-11-25T09:15")))
	centre.Pass(time.Minute)
	r := reportOf(t, centre.Manager(), "messages?from=2026-11-01&to=2026-11-30&group_by=department")
	for _, row := range r.Rows {
		usage := servicetest.Query[string](t, centre.DatabaseURL, `
			SELECT concat(coalesce(sum(u.messages), 0), ' ', coalesce(sum(u.segments), 0), ' ', coalesce(sum(u.cost), 0))
			FROM departments d LEFT JOIN message_usage u ON u.department_id = d.id WHERE d.slug = $1`, row.Group.Department.Slug)
		v := row.Values
		if got := strings.TrimSpace(
			strings.Join([]string{number(*v["sent"]), number(*v["segments"]), number(*v["cost_riyals"] * 10_000)}, " "),
		); got != usage {
			t.Errorf("%s: the report has %s messages, segments and cost, the usage %s", row.Group.Department.Slug, got, usage)
		}
	}
	// Of the visit that was cancelled at once, that it was booked is not told.
	if m, s, d := figure(t, r, "messages"), figure(t, r, "sent"), figure(t, r, "dropped"); m != 3 || s != 2 || d != 1 ||
		figure(t, r, "cost_riyals") == 0 {
		t.Errorf("%v messages, %v sent, %v left out; want 3, 2 and 1, at a cost", m, s, d)
	}
}

// number writes a figure without decimals.
func number(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }
