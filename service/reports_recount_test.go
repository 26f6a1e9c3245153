package service_test

import (
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/scheduling"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// Whatever happens at the centre over a week, every figure of every report is
// what a plain recount of the tables gives, row by row and in all.
func TestReportsAgreeWithARecount(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{28, 1448} {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := newWeek(t, seed)
			w.pass()
			w.AuditClean()
			db, err := sql.Open("postgres", w.DatabaseURL)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close() //nolint:errcheck // nothing was written through it
			r := recount{t: t, centre: w.Centre, db: db, now: w.Clock.Now()}
			for _, by := range []string{"", "day", "month,department", "service", "branch,channel"} {
				for report, figures := range plainly() {
					r.compare(report, by, figures)
				}
				r.compareOpen(by)
			}
			r.compareDemand(w)
			// The history is worth something: the recount is not of zeros.
			total := r.report("service-level", "").Total
			for _, figure := range []string{"offered", "in_time", "finished", "requests"} {
				if *total[figure] == 0 {
					t.Errorf("the week has no %s", figure)
				}
			}
			for report, figures := range map[string][]string{
				"no-shows": {"attended", "no_shows", "restored"}, "changes": {"cancelled", "moves", "declined"},
				"channels": {"public", "walk_in"}, "waitlist": {"joined", "offered", "accepted"}, "messages": {"sent", "segments"},
			} {
				total := r.report(report, "").Total
				for _, figure := range figures {
					if *total[figure] == 0 {
						t.Errorf("the week has no %s of %s", figure, report)
					}
				}
			}
		})
	}
}

// The range of the recount: the week and the days around it.
const recountFrom, recountTo = "2026-11-20", "2026-12-05"

// plainly says how each figure is counted by hand: a query over what a row
// stands for, or two whose quotient it is. {a} is what the row wants of an
// appointment a, {m} of a message m, {w} of an entry of the log of the waitlist.
func plainly() map[string]map[string][]string {
	const (
		stood  = `a.status IN ('requested', 'booked', 'completed', 'no_show')`
		called = `coalesce((SELECT r.first_called_at FROM arrivals r WHERE r.appointment_id = a.id), (SELECT r.started_at FROM arrivals r ` +
			`WHERE r.appointment_id = a.id))`
		due = `(SELECT CASE WHEN r.booked_start > r.arrived_at THEN r.booked_start ELSE r.arrived_at END FROM arrivals r WHERE ` +
			`r.appointment_id = a.id)`
		came = `EXISTS (SELECT FROM arrivals r WHERE r.appointment_id = a.id)`
		left = `EXISTS (SELECT FROM arrivals r WHERE r.appointment_id = a.id AND r.left_at IS NOT NULL)`
	)
	visits := func(which string) string {
		return `SELECT count(*) FROM appointments a WHERE a.reference IS NOT NULL AND {a} AND ` + which
	}
	had := func(kind string) string {
		return `EXISTS (SELECT FROM appointment_events e WHERE e.appointment_id = a.id AND e.kind = '` + kind + `')`
	}
	var (
		made      = visits(`true`)
		cancelled = visits(`a.status = 'cancelled'`)
		moved     = visits(had("moved"))
		attended  = visits(came + ` AND a.status <> 'no_show'`)
		noShows   = visits(`a.status = 'no_show'`)
		callees   = visits(called + ` IS NOT NULL`)
		inTime    = visits(called + ` - ` + due + ` <= interval '10 minutes'`)
		offered   = visits(`(` + called + ` IS NOT NULL OR ` + left + `)`)
		gone      = visits(called + ` IS NULL AND ` + left)
		finished  = visits(`EXISTS (SELECT FROM arrivals r WHERE r.appointment_id = a.id AND r.completed_at IS NOT NULL)`)
		onTime    = visits(`(SELECT r.completed_at FROM arrivals r WHERE r.appointment_id = a.id) - ` + due +
			` <= interval '10 minutes' + (SELECT r.booked_minutes * interval '1 minute' FROM arrivals r WHERE r.appointment_id = a.id)`)
		decided = func(who string) string {
			return had("requested") + ` AND EXISTS (SELECT FROM appointment_events e WHERE e.appointment_id = a.id AND e.kind IN ('approved', ` +
				`'declined', 'proposed') AND ` + who + `)`
		}
		requests = visits(decided("true"))
		inPerson = visits(decided("e.actor IS NOT NULL"))
		messages = func(which string) string {
			return `SELECT count(*) FROM messages m WHERE m.appointment_id IS NOT NULL AND {m} AND ` + which
		}
		taken  = `(m.state IN ('accepted', 'delivered') OR m.state IN ('failed', 'expired') AND m.gateway_id IS NOT NULL)`
		waited = func(kind string) string {
			return `SELECT count(*) FROM waitlist_log w WHERE {w} AND w.kind = '` + kind + `'`
		}
		used = func(which string) string {
			return `SELECT count(*) * 5 FROM appointments a, generate_series(1, a.ticks) AS tick, generate_series(1, a.places) AS place WHERE {a} ` +
				`AND a.reference IS NOT NULL AND ` + which
		}
		wait = `SELECT greatest(0, extract(epoch FROM ` + called + ` - ` + due + `)) / 60 FROM appointments a WHERE {a} AND ` +
			called + ` IS NOT NULL ORDER BY 1`
		lead = `SELECT extract(epoch FROM a.start_at - a.created_at) / 3600 FROM appointments a WHERE {a} AND a.reference IS NOT NULL AND ` +
			stood + ` AND a.channel <> 'walk_in' ORDER BY 1`
		by = func(channel string) string { return visits(`a.channel = '` + channel + `'`) }
	)
	return map[string]map[string][]string{
		"utilisation": {"used_minutes": {used(stood)}, "served_minutes": {used(`a.status = 'completed'`)}},
		"lead-time": {
			"visits": {visits(stood + ` AND a.channel <> 'walk_in'`)}, "median_hours": {"0.5", lead}, "p90_hours": {"0.9", lead},
		},
		"no-shows": {
			"attended": {attended}, "no_shows": {noShows}, "no_show_rate": {noShows, attended + " OF " + noShows},
			"restored":   {visits(had("restored"))},
			"unrecorded": {visits(`a.status = 'booked' AND NOT ` + came + ` AND a.end_at <= {now}`)},
		},
		"waiting": {
			"called": {callees}, "within_promise": {inTime}, "promise_rate": {inTime, callees}, "median_minutes": {"0.5", wait},
			"p90_minutes": {"0.9", wait},
		},
		"service-level": {
			"offered": {offered}, "in_time": {inTime}, "service_level": {inTime, offered}, "abandoned": {gone}, "abandonment_rate": {gone, offered},
			"finished": {finished}, "finished_on_time": {onTime}, "on_time_rate": {onTime, finished},
			"requests": {requests}, "requests_on_time": {inPerson}, "requests_on_time_rate": {inPerson, requests},
		},
		"changes": {
			"made": {made}, "cancelled": {cancelled}, "cancellation_rate": {cancelled, made}, "declined": {visits(`a.status = 'declined'`)},
			"cancelled_by_staff": {
				visits(`a.status = 'cancelled' AND EXISTS (SELECT FROM appointment_events e WHERE e.appointment_id = a.id AND e.kind = 'cancelled' ` +
					`AND e.actor IS NOT NULL)`),
			},
			"cancelled_late": {
				visits(`a.status = 'cancelled' AND (SELECT e.at FROM appointment_events e WHERE e.appointment_id = a.id AND e.kind = 'cancelled') > ` +
					`a.start_at - interval '1 day'`),
			},
			"moved": {moved}, "move_rate": {moved, made},
			"moves": {`SELECT count(*) FROM appointments a, appointment_events e WHERE e.appointment_id = a.id AND e.kind = 'moved' AND {a}`},
		},
		"channels": {
			"made": {made}, "visitors": {`SELECT coalesce(sum(a.party), 0) FROM appointments a WHERE a.reference IS NOT NULL AND {a}`},
			"public": {by("public")}, "agent": {by("agent")}, "walk_in": {by("walk_in")}, "protected": {by("protected")},
			"public_share": {by("public"), made}, "agent_share": {by("agent"), made}, "walk_in_share": {by("walk_in"), made},
			"protected_share": {by("protected"), made},
		},
		"messages": {
			"messages": {messages(`true`)}, "emails": {messages(`m.way = 'email'`)}, "sent": {messages(taken)},
			"delivered":     {messages(`m.state = 'delivered'`)},
			"delivery_rate": {messages(`m.state = 'delivered'`), messages(taken)}, "failed": {messages(`m.state IN ('failed', 'expired')`)},
			"dropped":     {messages(`m.state = 'dropped'`)},
			"segments":    {`SELECT coalesce(sum(m.segments), 0) FROM messages m WHERE m.appointment_id IS NOT NULL AND {m} AND ` + taken},
			"cost_riyals": {`SELECT coalesce(sum(m.cost), 0) / 10000.0 FROM messages m WHERE m.appointment_id IS NOT NULL AND {m}`},
		},
		"waitlist": {
			"joined": {waited("joined")}, "offered": {waited("offered")}, "accepted": {waited("accepted")},
			"acceptance_rate": {waited("accepted"), waited("offered")},
			"declined":        {waited("declined")}, "ignored": {waited("ignored")}, "served_otherwise": {waited("served_otherwise")},
			"median_refill_minutes": {"0.5", `SELECT w.refill_seconds / 60.0 FROM waitlist_log w WHERE {w} AND w.kind = 'accepted' ORDER BY 1`},
		},
	}
}

// recount compares reports with what it counts by hand.
type recount struct {
	t      *testing.T
	centre *servicetest.Centre
	db     *sql.DB
	now    time.Time
}

// report asks for a report of the week.
func (r recount) report(name, by string) (out api.Report) {
	r.t.Helper()
	answer := r.centre.Manager().Gets("/v1/reports/" + name + "?from=" + recountFrom + "&to=" + recountTo + "&group_by=" + by)
	if answer.Status != http.StatusOK {
		r.t.Fatalf("%s by %s: %d %s", name, by, answer.Status, answer.Body)
	}
	answer.JSON(r.t, &out)
	return out
}

// compare compares every figure of every row, and of the total.
func (r recount) compare(name, by string, figures map[string][]string) {
	r.t.Helper()
	report := r.report(name, by)
	for _, column := range report.Columns {
		if figures[column.Name] == nil && name != "utilisation" {
			r.t.Fatalf("%s: nobody recounts %s", name, column.Name)
		}
	}
	for figure, how := range figures {
		for _, row := range report.Rows {
			r.same(name+" by "+by+", "+figure+" of "+describe(row.Group), row.Values[figure], r.count(how, where(row.Group)))
		}
		r.same(name+" by "+by+", "+figure+" in all", report.Total[figure], r.count(how, where(api.ReportGroup{})))
	}
}

// same fails the test unless a figure is what was counted: to the last digit
// that a report shows.
func (r recount) same(what string, got, want *float64) {
	r.t.Helper()
	switch {
	case (got == nil) != (want == nil):
		r.t.Errorf("%s: got %s, want %s", what, shown(got), shown(want))
	case got != nil && math.Abs(*got-*want) > 0.0501 && (strings.Contains(what, "minutes") || strings.Contains(what, "hours")):
		r.t.Errorf("%s: got %v, want %v", what, *got, *want)
	case got != nil && math.Abs(*got-*want) > 0.00006 && !strings.Contains(what, "minutes") && !strings.Contains(what, "hours"):
		r.t.Errorf("%s: got %v, want %v", what, *got, *want)
	}
}

func shown(v *float64) string {
	if v == nil {
		return "nothing"
	}
	return fmt.Sprint(*v)
}

// count counts a figure by hand, where the conditions hold.
func (r recount) count(how []string, condition func(string) string) *float64 {
	r.t.Helper()
	switch {
	case len(how) == 1:
		n := r.number(condition(how[0]))
		return &n
	case how[0] == "0.5" || how[0] == "0.9":
		return r.quantile(condition(how[1]), how[0] == "0.5")
	}
	n, of := r.number(condition(how[0])), 0.0
	for part := range strings.SplitSeq(how[1], " OF ") {
		of += r.number(condition(part))
	}
	if of == 0 {
		return nil
	}
	n /= of
	return &n
}

func (r recount) number(query string) (n float64) {
	r.t.Helper()
	query = strings.ReplaceAll(query, "{now}", "'"+r.now.Format(time.RFC3339Nano)+"'::timestamptz")
	if err := r.db.QueryRowContext(r.t.Context(), query).Scan(&n); err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// quantile returns the median or the 90th percentile of the values that a
// query gives in order, between the two nearest; nil of fewer than five.
func (r recount) quantile(query string, half bool) *float64 {
	r.t.Helper()
	rows, err := r.db.QueryContext(r.t.Context(), query)
	if err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close() //nolint:errcheck // Err says what is wrong
	var values []float64
	for rows.Next() {
		var v float64
		if err := rows.Scan(&v); err != nil {
			r.t.Fatal(err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		r.t.Fatal(err)
	}
	if len(values) < 5 {
		return nil
	}
	at := 0.9 * float64(len(values)-1)
	if half {
		at = 0.5 * float64(len(values)-1)
	}
	below := math.Floor(at)
	v := values[int(below)] + (at-below)*(values[int(math.Ceil(at))]-values[int(below)])
	return &v
}

// where returns what puts the conditions of a row into a query.
func where(g api.ReportGroup) func(string) string {
	of := func(alias, day, channel string) string {
		all := []string{day + ` BETWEEN '` + recountFrom + `' AND '` + recountTo + `'`}
		if g.Day != "" {
			all = append(all, day+` = '`+g.Day+`'`)
		}
		if g.Month != "" {
			all = append(all, `to_char(`+day+`, 'YYYY-MM') = '`+g.Month+`'`)
		}
		if g.Department != nil {
			all = append(all,
				alias+`.service_id IN (SELECT s.id FROM services s, departments d WHERE d.id = s.department_id AND d.slug = '`+g.Department.Slug+`')`)
		}
		if g.Branch != nil {
			all = append(all, `(SELECT slug FROM branches b WHERE b.id = `+alias+`.branch_id) = '`+g.Branch.Slug+`'`)
		}
		if g.Service != nil {
			all = append(all, `(SELECT slug FROM services s WHERE s.id = `+alias+`.service_id) = '`+g.Service.Slug+`'`)
		}
		if g.Channel != nil {
			all = append(all, channel+` = '`+g.Channel.Slug+`'`)
		}
		return `(` + strings.Join(all, ` AND `) + `)`
	}
	// The demo centre is three hours ahead of UTC.
	return strings.NewReplacer(
		"{a}", of("a", "a.day", "a.channel"),
		"{m}", `EXISTS (SELECT FROM appointments a WHERE a.id = m.appointment_id AND `+of("a",
			"(m.created_at AT TIME ZONE 'UTC' + interval '3 hours')::date", "a.channel")+`)`,
		"{w}", of("w", "(w.at AT TIME ZONE 'UTC' + interval '3 hours')::date", "'public'"),
	).Replace
}

func describe(g api.ReportGroup) string {
	words := []string{g.Day, g.Month}
	for _, n := range []*api.Named{g.Department, g.Branch, g.Service, g.Channel} {
		if n != nil {
			words = append(words, n.Slug)
		}
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// compareOpen compares what was open with the ledger, tick by tick, and where
// it has no day with the calendars.
func (r recount) compareOpen(by string) {
	r.t.Helper()
	report := r.report("utilisation", by)
	for _, row := range append(report.Rows, api.ReportRow{Values: report.Total}) {
		g := row.Group
		want := 0.0
		centre := r.centre.Replicas[0].Centre()
		seen := make(map[string]bool)
		for _, service := range centre.Services {
			for _, group := range centre.GroupsOf(service.Slug) {
				if seen[group.Slug] || g.Branch != nil && g.Branch.Slug != group.Branch || g.Department != nil &&
					g.Department.Slug != group.Department ||
					g.Service != nil && !slices.Contains(group.Services, g.Service.Slug) {
					continue
				}
				seen[group.Slug] = true
				from, _ := scheduling.ParseDate(recountFrom)
				to, _ := scheduling.ParseDate(recountTo)
				for d := from; d <= to; d++ {
					if g.Day != "" && g.Day != d.String() || g.Month != "" && g.Month != d.Time().Format("2006-01") {
						continue
					}
					var ledger sql.NullFloat64
					if err := r.db.QueryRowContext(r.t.Context(), `
						SELECT (SELECT sum(open[i]) FROM ledger_days, generate_subscripts(open, 1) AS i WHERE desk_group_id = $1 AND day = $2)`,
						group.ID, d.String()).Scan(&ledger); err != nil {
						r.t.Fatal(err)
					}
					if !ledger.Valid {
						for tick := range 24 * 12 {
							ledger.Float64 += float64(group.Calendar.Day(d).Places(tick))
						}
					}
					want += 5 * ledger.Float64
				}
			}
		}
		what := "by " + by + ", " + describe(g)
		r.same(what+" open_minutes", row.Values["open_minutes"], &want)
		if share := *row.Values["used_minutes"] / want; want > 0 && math.Abs(share-*row.Values["utilisation"]) > 0.00006 {
			r.t.Errorf("%s: utilisation %v, want %v", what, *row.Values["utilisation"], share)
		}
	}
}

// compareDemand compares the demand not met with what the week knows to have
// asked for.
func (r recount) compareDemand(w *week) {
	r.t.Helper()
	report := r.report("unmet-demand", "service,branch")
	for _, row := range report.Rows {
		key := row.Group.Service.Slug + " " + row.Group.Branch.Slug
		for figure, counted := range map[string]map[string]int{
			"refused_holds": w.refused, "granted_holds": w.granted, "empty_searches": w.empty,
		} {
			want := float64(counted[key])
			r.same(figure+" of "+key, row.Values[figure], &want)
		}
		vain := r.number(where(row.Group)(`SELECT count(*) FROM waitlist_log w WHERE {w} AND w.kind IN ('expired', 'unanswered')`))
		r.same("waited_in_vain of "+key, row.Values["waited_in_vain"], &vain)
	}
	for figure, want := range map[string]int{"joined": w.joined, "accepted": w.accepted, "declined": w.declined} {
		want := float64(want)
		r.same(figure+" as the week knows it", r.report("waitlist", "").Total[figure], &want)
	}
}

// week is a week at the centre, in which everything happens that may, by
// chance.
type week struct {
	*servicetest.Centre

	t         *testing.T
	random    *rand.Rand
	visitors  int
	visits    []*visiting
	waiting   []*waits
	reception map[string]*servicetest.Staff
	care      *servicetest.Staff

	refused, granted, empty    map[string]int // by service and branch
	joined, accepted, declined int
}

// visiting is a visit and whose it is.
type visiting struct {
	*servicetest.Visitor
	visit api.Appointment
}

type waits struct {
	*servicetest.Visitor
	ticket api.WaitlistTicket
	since  time.Time
}

func newWeek(t *testing.T, seed uint64, options ...servicetest.Option) *week {
	w := &week{
		Centre: servicetest.Open(t, 2, options...), t: t, random: rand.New(rand.NewPCG(seed, 7)), //nolint:gosec // a test that repeats
		reception: make(map[string]*servicetest.Staff),
		refused:   make(map[string]int), granted: make(map[string]int), empty: make(map[string]int),
	}
	w.care = w.Coordinator("care")
	for _, branch := range []string{"riyadh", "jeddah", dammam} {
		w.reception[branch] = w.Receptionist(branch)
	}
	return w
}

// pass lets Sunday to Wednesday pass, hour by hour.
func (w *week) pass() {
	w.freesPlace()
	missed := w.misses()
	for day := 22; day <= 25; day++ {
		for hour := 7; hour <= 11; hour++ {
			begin := servicetest.At(w.t, fmt.Sprintf("2026-11-%dT%02d:%02d", day, hour, 10+w.random.IntN(3)*5))
			if begin.After(w.Clock.Now()) { // what went on in the hall may have taken longer
				w.Clock.Set(begin)
			}
			w.Jobs()
			for range 4 + w.random.IntN(4) {
				w.Clock.Add(time.Duration(w.random.IntN(200)) * time.Second)
				w.step()
			}
			w.hall()
		}
	}
	w.Pass(20 * time.Hour) // the day is closed, with who did not come
	w.appeals(missed)
	w.Pass(time.Minute)
}

// freesPlace lets one visitor wait for another's place, and get it.
func (w *week) freesPlace() {
	w.visitors += 2
	leaves, waits := w.Visitor(w.visitors-1), w.Visitor(w.visitors)
	visit := leaves.Books(heirs, dammam, servicetest.At(w.t, "2026-11-25T09:00"))
	ticket := waitsFor(waits, "09:00")
	cancels(w.t, leaves, visit)
	waits.IsOffered(ticket)
	w.Clock.Add(7 * time.Minute)
	w.visits = append(w.visits, &visiting{waits, waits.AcceptsOffer(ticket)})
	w.granted[heirs+" "+dammam]++
	w.joined, w.accepted = w.joined+1, w.accepted+1
}

// misses lets one visitor book who does not come, whatever the others do.
func (w *week) misses() *visiting {
	w.visitors++
	v := w.Visitor(w.visitors)
	w.granted["iban-update jeddah"]++
	return &visiting{v, v.Books("iban-update", "jeddah", v.Slots("iban-update", "jeddah", "2026-11-25", "2026-11-25")[0].Start)}
}

// appeals lets the one who was missed say that they had come, and every third
// of the others.
func (w *week) appeals(missed *visiting) {
	restore := func(v *visiting) servicetest.Answer {
		return w.reception[v.visit.Branch].Posts("/v1/appointments/"+v.visit.Reference+"/restore", map[string]any{"reason": "كان في الصالة"})
	}
	if answer := restore(missed); answer.Status != http.StatusOK {
		w.t.Errorf("restore: %d %s", answer.Status, answer.Body)
	}
	for i := 0; i < len(w.visits); i += 3 {
		restore(w.visits[i])
	}
}

// places are the services that people come for; the first has one desk, which
// all want.
func (w *week) place() (service, branch string) {
	all := [][2]string{{heirs, dammam}, {heirs, dammam}, {"annual-returns", "riyadh"}, {"iban-update", "jeddah"}, {meeting, "riyadh"}}
	p := all[w.random.IntN(len(all))]
	return p[0], p[1]
}

func (w *week) step() {
	switch n := w.random.IntN(20); {
	case n < 9:
		w.books()
	case n < 11:
		w.oneOf(func(v *visiting) { v.TryCancel(v.visit) })
		w.answers()
	case n < 13:
		w.oneOf(func(v *visiting) {
			if starts := v.Slots(v.visit.Service, v.visit.Branch, "2026-11-24", "2026-12-01"); len(starts) > 0 {
				v.TryMove(v.visit, starts[w.random.IntN(min(len(starts), 5))].Start)
			}
		})
	case n < 14:
		w.oneOf(func(v *visiting) {
			path := "/v1/appointments/" + v.visit.Reference
			if w.random.IntN(2) == 0 {
				w.care.Posts(path+"/approve", nil)
			} else {
				w.care.Posts(path+"/decline", map[string]any{"reason": "القاعة مغلقة"})
			}
		})
	case n < 16:
		w.waits()
	case n < 18:
		w.answers()
	case n < 19:
		w.searches()
	default:
		w.walksIn()
	}
}

// somebody returns a visitor, new or known.
func (w *week) somebody() *servicetest.Visitor {
	if len(w.visits) > 4 && w.random.IntN(3) == 0 {
		return w.visits[w.random.IntN(len(w.visits))].Visitor
	}
	w.visitors++
	v := w.Visitor(w.visitors)
	v.Replica = w.random.IntN(2)
	return v
}

func (w *week) books() {
	service, branch := w.place()
	v := w.somebody()
	day := w.Clock.Now().AddDate(0, 0, 1+w.random.IntN(3))
	start := time.Date(day.Year(), day.Month(), day.Day(), 4, 30+20*w.random.IntN(6), 0, 0, time.UTC)
	if starts := v.Slots(service, branch, day.Format(time.DateOnly), "2026-12-02"); w.random.IntN(2) == 0 && len(starts) > 0 {
		start = starts[w.random.IntN(min(len(starts), 3))].Start
	} else if len(starts) == 0 {
		w.empty[service+" "+branch]++
	}
	answer := v.TryHold(service, branch, start)
	switch {
	case answer.Status == http.StatusCreated:
		w.granted[service+" "+branch]++
	case strings.HasSuffix(answer.Problem(w.t).Type, "#slot-taken"):
		w.refused[service+" "+branch]++
		return
	default:
		return
	}
	var hold api.Hold
	answer.JSON(w.t, &hold)
	if answer = v.TryBook(hold); answer.Status != http.StatusCreated {
		return
	}
	booked := &visiting{Visitor: v}
	answer.JSON(w.t, &booked.visit)
	w.visits = append(w.visits, booked)
}

// searches looks at a Friday, on which nobody is received.
func (w *week) searches() {
	service, branch := w.place()
	w.Visitor(0).Slots(service, branch, "2026-11-27", "2026-11-28")
	w.empty[service+" "+branch]++
}

// oneOf does something with one of the visits, most often with one of those
// whose places others wait for.
func (w *week) oneOf(do func(*visiting)) {
	for range 5 {
		if len(w.visits) == 0 {
			return
		}
		v := w.visits[w.random.IntN(len(w.visits))]
		if v.visit.Service == heirs || w.random.IntN(4) == 0 {
			do(v)
			return
		}
	}
}

// waits joins the waitlist of a service at a branch, for the times that are
// taken most.
func (w *week) waits() {
	w.visitors++
	v := w.Visitor(w.visitors)
	body := v.WaitingBody(heirs, dammam, "2026-11-24", "2026-11-29")
	if w.random.IntN(2) == 0 {
		body["earliest"], body["latest"] = "07:30", "09:30"
	}
	if answer := v.TryWait(body); answer.Status == http.StatusCreated {
		w.joined++
		e := &waits{Visitor: v, since: w.Clock.Now()}
		answer.JSON(w.t, &e.ticket)
		w.waiting = append(w.waiting, e)
	}
}

// answers lets somebody who waits look, and answer an offer.
func (w *week) answers() {
	if len(w.waiting) == 0 {
		return
	}
	e := w.waiting[w.random.IntN(len(w.waiting))]
	if w.Clock.Now().Sub(e.since) > 40*time.Hour {
		return // an entry that ended is removed two days later
	}
	entry := e.Entry(e.ticket)
	switch {
	case entry.Offer == nil:
	case w.random.IntN(3) > 0:
		if answer := e.TryAcceptOffer(e.ticket); answer.Status == http.StatusCreated {
			w.accepted++
			visit := &visiting{Visitor: e.Visitor}
			answer.JSON(w.t, &visit.visit)
			w.visits = append(w.visits, visit)
		}
	default:
		if answer := e.TryDecline(e.ticket); answer.Status == http.StatusOK {
			w.declined++
		}
	}
}

func (w *week) walksIn() {
	w.visitors++
	service, branch := "iban-update", "jeddah"
	answer := w.reception[branch].Posts("/v1/walk-ins", map[string]any{
		"branch": branch, "service": service, "visitor": map[string]any{"name": "زائر", "id": servicetest.NationalID(w.visitors)},
	})
	switch {
	case answer.Status == http.StatusCreated:
		w.granted[service+" "+branch]++
		v := &visiting{Visitor: w.Visitor(w.visitors)}
		var in api.WalkIn
		answer.JSON(w.t, &in)
		v.visit.Reference, v.visit.Service, v.visit.Branch, v.visit.Start = in.Reference, service, branch, in.Start
		v.visit.ManageToken = in.ManageToken
		w.visits = append(w.visits, v)
	case strings.HasSuffix(answer.Problem(w.t).Type, "#slot-taken"):
		w.refused[service+" "+branch]++
	}
}

// hall lets those of about now come, be called, be served, leave or stay away.
func (w *week) hall() {
	for _, v := range w.visits {
		if until := v.visit.Start.Sub(w.Clock.Now()); until > time.Hour || until < -2*time.Hour {
			continue
		}
		path, staff := "/v1/appointments/"+v.visit.Reference, w.reception[v.visit.Branch]
		desk := map[string]any{"desk": fmt.Sprint(1 + w.random.IntN(3))}
		post := func(what string, body any) { staff.Posts(path+"/"+what, body) }
		what := w.random.IntN(7)
		if what > 1 {
			post("check-in", map[string]any{"branch": v.visit.Branch})
		}
		w.Clock.Add(time.Duration(w.random.IntN(4)) * time.Minute)
		switch what {
		case 0:
			post("no-show", nil)
			if w.random.IntN(2) == 0 {
				post("restore", map[string]any{"reason": "كان في الصالة"})
			}
		case 1, 2: // stays away, or waits on
		default:
			staff.Posts("/v1/branches/"+v.visit.Branch+"/calls", desk)
			w.Clock.Add(time.Duration(w.random.IntN(6)) * time.Minute)
			post("start", desk)
			w.Clock.Add(time.Duration(5+w.random.IntN(20)) * time.Minute)
			post("complete", nil)
		}
	}
}
