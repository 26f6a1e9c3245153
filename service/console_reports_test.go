package service_test

import (
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// pastYear fills the tables with the visits of the year before the stories begin: Sunday
// to Thursday, what became of them, when they were called, and what was sent about them.
// In the last month, more stay away in Dammam than before, and fewer elsewhere.
const pastYear = `
SET session_replication_role = replica;
INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
	start_at, end_at, party, channel, created_at, reference, version, person, mobile, lang, visitor_name, identity)
SELECT o.branch_id, md5('visit ' || n)::uuid,
	CASE WHEN hashtext('s' || n) % 100 BETWEEN 0 AND
		CASE WHEN at < '2026-10-01' THEN 7 WHEN b.slug = 'dammam' THEN 15 ELSE 3 END THEN 'no_show'
		WHEN n % 13 = 0 THEN 'cancelled' ELSE 'completed' END,
	o.service_id, o.desk_group_id, at::date, 90, 4, 1, at, at + interval '20 minutes', 1 + n % 3,
	(ARRAY['public', 'public', 'agent', 'walk_in'])[n % 4 + 1],
	at - (n % 20) * interval '1 day' - interval '1 hour', 'R' || n, 1, gen_random_uuid(), '+966500000000', 'ar', 'x', '1000000008'
FROM (SELECT n, '2025-11-20 05:00Z'::timestamptz + n * interval '367 days' / 12000 AS at FROM generate_series(1, 12000) AS n) AS visit
JOIN (SELECT *, row_number() OVER (ORDER BY branch_id, service_id) - 1 AS i, count(*) OVER () AS of FROM desk_group_services) AS o
	ON o.i = n % o.of
JOIN branches b ON b.id = o.branch_id
WHERE extract(dow FROM at) < 5;
INSERT INTO ledger_days (branch_id, desk_group_id, day, first_tick, open, used, calendar_version)
SELECT g.branch_id, g.id, d::date, 90, array_fill(1::smallint, ARRAY[84]), array_fill(0::smallint, ARRAY[84]), 1
FROM generate_series('2025-11-20'::date, '2026-11-21', '1 day') d, desk_groups g WHERE extract(dow FROM d) < 5;
INSERT INTO idle_days (branch_id, desk_group_id, day, open_ticks)
SELECT g.branch_id, g.id, d::date, 0 FROM generate_series('2025-11-20'::date, '2026-11-21', '1 day') d, desk_groups g
WHERE extract(dow FROM d) >= 5;
INSERT INTO arrivals (branch_id, appointment_id, day, service_id, desk_group_id, number, booked_start, booked_minutes, arrived_at,
	turn_at, late, walk_in, accessible, state, calls, first_called_at, called_at, desk, started_at, completed_at)
SELECT branch_id, id, day, service_id, desk_group_id, row_number() OVER (PARTITION BY branch_id, day), start_at, 20,
	start_at - interval '5 minutes', start_at, false, channel = 'walk_in', false, 'completed', 1, called, called, '1',
	called + interval '1 minute', start_at + interval '30 minutes'
FROM appointments, LATERAL (SELECT start_at +
	((hashtext(id::text) & 7) + CASE WHEN hashtext('w' || id) % 12 = 0 THEN 9 ELSE 0 END) * interval '1 minute'
	AS called) c WHERE status = 'completed';
INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version)
SELECT branch_id, id, kind, created_at, start_at, 1
FROM appointments CROSS JOIN LATERAL unnest(CASE WHEN status = 'cancelled' THEN '{booked,cancelled}'
	WHEN status = 'no_show' THEN '{booked}' ELSE '{booked,checked_in,completed}'::text[] END) AS kind;
INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, state, created_at, next_attempt_at, expires_at, segments, cost)
SELECT 'booked', branch_id, id, 1, 'ar', CASE WHEN n % 40 = 0 THEN 'failed' ELSE 'delivered' END, created_at, created_at, start_at, 2, 1150
FROM (SELECT *, row_number() OVER () AS n FROM appointments) a;
RESET session_replication_role;`

// aYearOld opens a centre that has been open for a year.
func aYearOld(t *testing.T, options ...servicetest.Option) *servicetest.Centre {
	t.Helper()
	centre := servicetest.Open(t, 1, append([]servicetest.Option{demoSignIn}, options...)...)
	servicetest.Exec(t, centre.DatabaseURL, pastYear)
	return centre
}

// asManager asks the API for a report in the name of the demo's manager.
func asManager(t *testing.T, centre *servicetest.Centre, path string) (r api.Report) {
	t.Helper()
	answer := centre.Send(servicetest.Request{
		Method: http.MethodGet, Path: "/v1/reports/" + path, Header: map[string]string{"Authorization": "Bearer " + devToken(t, centre, "majed")},
	})
	if answer.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, answer.Status, answer.Body)
	}
	answer.JSON(t, &r)
	return r
}

// tableRow returns the cells of the row of a table that a word begins.
func tableRow(t *testing.T, page, word string) []string {
	t.Helper()
	for _, row := range regexp.MustCompile(`(?s)<tr[ >].*?</tr>`).FindAllString(page, -1) {
		var cells []string
		for _, cell := range regexp.MustCompile(`(?s)<t[hd][ >].*?</t[hd]>`).FindAllString(row, -1) {
			cells = append(cells, said(cell))
		}
		if len(cells) > 0 && strings.HasPrefix(cells[0], word) {
			return cells
		}
	}
	t.Fatalf("no row of %s on\n%s", word, said(page))
	return nil
}

// A manager reads a report: the sentence, the rows and the picture say what the API says,
// with the period before; the table can be saved.
func TestConsoleReports(t *testing.T) {
	t.Parallel()
	centre := aYearOld(t)
	majed := sits(t, centre, "majed")
	list := majed.opens("/console/reports?lang=en")
	for _, d := range []string{"utilisation", "no-shows", "forecast"} {
		if !strings.Contains(list, `href="/console/reports/`+d+`?lang=en"`) {
			t.Errorf("no way to %s", d)
		}
	}
	const october = "from=2026-10-01&to=2026-10-31&group_by=branch"
	now := asManager(t, centre, "no-shows?"+october)
	before := asManager(t, centre, "no-shows?from=2026-09-01&to=2026-09-30&group_by=branch")
	page := majed.opens("/console/reports/no-shows?lang=en&" + october)
	text := said(page)
	for _, want := range []string{
		"No-show rate: " + share(*now.Total["no_show_rate"]) + " , against " + share(*before.Total["no_show_rate"]),
		"1 October 2026 to 31 October 2026", "compared with 1 September 2026 to 30 September 2026",
		now.Columns[2].About.EN, "This period", "Period before", "1448 AH",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q:\n%s", want, text)
		}
	}
	for i, row := range now.Rows {
		cells := tableRow(t, page, row.Group.Branch.Name.EN)
		if got, want := cells[1], share(*row.Values["no_show_rate"]); got != want {
			t.Errorf("%s: %s, want %s", row.Group.Branch.Slug, got, want)
		}
		way := "down"
		if *row.Values["no_show_rate"] > *before.Rows[i].Values["no_show_rate"] {
			way = "up"
		}
		if !strings.HasPrefix(cells[2], way) {
			t.Errorf("%s: %s, want %s", row.Group.Branch.Slug, cells[2], way)
		}
		if worse := strings.Contains(page, `class="diff worse"`); !worse {
			t.Error("nothing is marked as worse")
		}
	}
	if n := strings.Count(page, "<circle"); n < 40 {
		t.Errorf("the picture has %d points, want one for each day on which the centre was open", n)
	}
	if styled := regexp.MustCompile(`<[^>]+ style=`).FindString(page); styled != "" {
		t.Errorf("%s is refused by the policy", styled)
	}
	saved := majed.send(http.MethodGet, "/console/reports/no-shows.csv?lang=ar&"+october, nil, nil)
	if !strings.HasPrefix(string(saved.Body), "\uFEFFالفرع,حضروا,") || saved.Header.Get("Content-Disposition") !=
		`attachment; filename="ziyara-no-shows-2026-10-01-2026-10-31.csv"` || !strings.HasPrefix(saved.Header.Get("Content-Type"), "text/csv") {
		t.Errorf("the table: %d %v %s", saved.Status, saved.Header, saved.Body)
	}
	// Every report of the API has a page, by whatever its rows stand for.
	for _, name := range []string{
		"utilisation", "lead-time", "no-shows", "waiting", "service-level", "changes", "channels", "messages", "waitlist",
		"unmet-demand", "forecast",
	} {
		for _, by := range []string{"", "day", "month", "service", "channel"} {
			if page := majed.opens("/console/reports/" + name + "?lang=ar&group_by=" + by); !strings.Contains(page, "<table") {
				t.Errorf("%s by %s has no table", name, by)
			}
		}
	}
}

// share writes a share as the pages do.
func share(v float64) string { return strconv.FormatFloat(100*v, 'f', 1, 64) + "%" }

// What can't be answered is said on the form, which keeps what was asked for; what
// nobody knows is no page.
func TestConsoleReportsRefused(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	majed := sits(t, centre, "majed")
	for _, c := range []struct {
		query  string
		status int
		says   string
	}{
		{"no-shows?from=1940-01-01&to=2040-01-01", http.StatusUnprocessableEntity, "366"},
		{"no-shows?from=2026-11-20&to=2026-11-01", http.StatusUnprocessableEntity, `value="2026-11-20"`},
		{"no-shows?from=tomorrow", http.StatusUnprocessableEntity, `href="#from"`},
		{"no-shows?branch=moon", http.StatusUnprocessableEntity, `href="#branch"`},
		{"no-shows?group_by=person", http.StatusUnprocessableEntity, `href="#group_by"`},
		{"no-shows?channel=fax", http.StatusUnprocessableEntity, `href="#channel"`},
		{"no-shows?figure=%3Cscript%3E", http.StatusOK, "No-show rate"},
		{"no-shows?from=0001-01-01&to=0001-01-20", http.StatusUnprocessableEntity, `href="#to"`},
		{"no-shows?from=1990-03-13&to=1990-03-20", http.StatusOK, "nothing to count"},
		{"profit", http.StatusNotFound, ""},
		{"..%2Faudit", http.StatusNotFound, ""},
		{"no-shows.csv?from=2026-11-20&to=2026-11-01", http.StatusUnprocessableEntity, ""},
	} {
		answer := majed.send(http.MethodGet, "/console/reports/"+c.query+map[bool]string{true: "&", false: "?"}[strings.Contains(c.query, "?")]+
			"lang=en", nil, nil)
		if answer.Status != c.status || !strings.Contains(string(answer.Body), c.says) {
			t.Errorf("%s: %d, want %d with %q\n%s", c.query, answer.Status, c.status, c.says, said(string(answer.Body)))
		}
		if strings.Contains(string(answer.Body), "<script>") {
			t.Errorf("%s: what was asked for is taken for a script", c.query)
		}
	}
	// Nothing has happened yet: a report of nothing says so, without a picture.
	page := majed.opens("/console/reports/waiting?lang=en")
	if !strings.Contains(said(page), "nothing to count in this period") || strings.Contains(page, `class="plot"`) {
		t.Errorf("a report of nothing: %s", said(page))
	}
}

// Each sees the reports as far as their role reaches, and no further by the address.
func TestConsoleReportsAreBounded(t *testing.T) {
	t.Parallel()
	centre := aYearOld(t)
	for _, c := range []struct {
		user, query string
		status      int
		sees, not   string
	}{
		{"majed", "?group_by=department", http.StatusOK, "Contracts", ""},
		{"noura", "?group_by=department", http.StatusOK, "Revenues", ">Contracts"},
		{"noura", "?department=contracts", http.StatusForbidden, "", ""},
		{"salem", "?group_by=branch", http.StatusOK, "Riyadh head office", ">Jeddah"},
		{"salem", "?branch=jeddah", http.StatusForbidden, "", ""},
		{"huda", "", http.StatusForbidden, "", ""},
	} {
		s := sits(t, centre, c.user)
		for _, path := range []string{"/console/reports/no-shows", "/console/reports/no-shows.csv"} {
			answer := s.send(http.MethodGet, path+c.query+map[bool]string{true: "?", false: "&"}[c.query == ""]+"lang=en", nil, nil)
			body := string(answer.Body)
			shows := strings.HasSuffix(path, ".csv") || strings.Contains(body, c.sees) && (c.not == "" || !strings.Contains(body, c.not))
			if answer.Status != c.status || !shows {
				t.Errorf("%s asks for %s%s: %d\n%s", c.user, path, c.query, answer.Status, said(body))
			}
		}
	}
}

// The overview says for each branch what the reports say, of the last month that is over;
// what got notably worse comes first, and each figure leads to its report.
func TestConsoleOverview(t *testing.T) {
	t.Parallel()
	centre := aYearOld(t)
	majed := sits(t, centre, "majed")
	page := majed.opens("/console/overview?lang=en")
	text := said(page)
	if !strings.Contains(text, "October 2026") || strings.Contains(text, "so far") {
		t.Errorf("not the last month: %s", text)
	}
	no := asManager(t, centre, "no-shows?from=2026-10-01&to=2026-10-31&group_by=branch")
	waits := asManager(t, centre, "waiting?from=2026-10-01&to=2026-10-31&group_by=branch")
	places := strings.Split(page, `<section class="place`)
	if len(places) != 5 {
		t.Fatalf("%d places, want all together and three branches", len(places)-1)
	}
	for i, row := range no.Rows {
		got := said(places[i+2])
		for _, want := range []string{
			row.Group.Branch.Name.EN, "No-show rate " + share(*row.Values["no_show_rate"]),
			"Target met " + share(*waits.Rows[i].Values["promise_rate"]),
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in %s", row.Group.Branch.Slug, want, got)
			}
		}
	}
	_, look, _ := strings.Cut(page, `<section class="look`)
	look, _, _ = strings.Cut(look, "</section>")
	if got := said(look); !strings.Contains(got, "No-show rate") || !strings.Contains(got, "Dammam") || strings.Contains(got, "Jeddah") {
		t.Errorf("what needs a look: %s", got)
	}
	for _, link := range regexp.MustCompile(`href="(/console/reports/[^"]*)"`).FindAllStringSubmatch(look, -1) {
		report := majed.opens(html.UnescapeString(link[1]))
		if !strings.Contains(said(report), "1 October 2026 to 31 October 2026") || !strings.Contains(report, `value="dammam" selected`) {
			t.Errorf("%s: %s", link[1], said(report))
		}
	}
	// The running month is said to be one; no later one, nor anything but a month.
	if got := said(majed.opens("/console/overview?lang=en&month=2026-11")); !strings.Contains(got, "November 2026 so far") {
		t.Errorf("the running month: %s", got)
	}
	for month, want := range map[string]string{"2199-01": "November 2026", "x": "October 2026", "2020-02": "February 2020"} {
		if got := said(majed.opens("/console/overview?lang=en&month=" + month)); !strings.Contains(got, want) {
			t.Errorf("%s: %s", month, got)
		}
	}
	answer := majed.send(http.MethodGet, "/console/overview?month=0001-01&lang=en", nil, nil)
	if answer.Status != http.StatusUnprocessableEntity {
		t.Errorf("the first month of all: %d", answer.Status)
	}
	// A coordinator's places are their departments, a receptionist's their branch.
	for user, want := range map[string]string{"noura": "Revenues and returns", "salem": "Riyadh head office"} {
		if page := sits(t, centre, user).opens("/console/overview?lang=en"); !strings.Contains(page, want) || strings.Contains(page, `>Jeddah`) {
			t.Errorf("%s: %s", user, said(page))
		}
	}
	if answer := sits(t, centre, "huda").send(http.MethodGet, "/console/overview", nil, nil); answer.Status != http.StatusForbidden {
		t.Errorf("an agent: %d", answer.Status)
	}
}
