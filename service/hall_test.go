package service_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// door is reception at Riyadh, in a story.
type door struct {
	*servicetest.Staff

	t      *testing.T
	centre *servicetest.Centre
}

// reception opens the centre, with its receptionist at Riyadh, on Monday 23
// November 2026.
func reception(t *testing.T, replicas int, options ...servicetest.Option) door {
	t.Helper()
	centre := servicetest.Open(t, replicas, options...)
	return door{centre.Receptionist("riyadh"), t, centre}
}

// clock sets the time of that Monday.
func (d door) clock(hhmm string) {
	d.t.Helper()
	d.centre.Clock.Set(servicetest.At(d.t, "2026-11-23T"+hhmm))
	d.centre.Jobs()
}

// books books a visit to the annual returns, 20 minutes at one of four desks.
func (d door) books(v *servicetest.Visitor, hhmm string) api.Appointment {
	d.t.Helper()
	return v.Books(annualReturns, "riyadh", servicetest.At(d.t, "2026-11-23T"+hhmm))
}

// checksIn checks a visitor in.
func (d door) checksIn(a api.Appointment) api.HallVisit {
	d.t.Helper()
	return inHall(d.t, d.tries(a, "check-in", map[string]any{"branch": "riyadh"}))
}

// tries does something to a visit and returns whatever comes back.
func (d door) tries(a api.Appointment, verb string, body any) servicetest.Answer {
	d.t.Helper()
	return d.Posts("/v1/appointments/"+a.Reference+"/"+verb, body)
}

// does does something to a visit.
func (d door) does(a api.Appointment, verb string, body any) api.HallVisit {
	d.t.Helper()
	return inHall(d.t, d.tries(a, verb, body))
}

// calls calls the next visitor to a desk.
func (d door) calls(desk string) api.HallVisit {
	d.t.Helper()
	return inHall(d.t, d.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": desk}))
}

// looks returns the hall.
func (d door) looks(query string) api.Hall {
	d.t.Helper()
	answer := d.Gets("/v1/branches/riyadh/hall" + query)
	if answer.Status != http.StatusOK {
		d.t.Fatalf("the hall: %d %s", answer.Status, answer.Body)
	}
	var h api.Hall
	answer.JSON(d.t, &h)
	return h
}

// queue returns the references of who waits for the annual returns, in order.
func (d door) queue() []string {
	d.t.Helper()
	var list []string
	for _, q := range d.looks("?desk_group=riyadh-returns").Queues {
		for _, w := range q.Waiting {
			list = append(list, w.Reference)
		}
	}
	return list
}

// walksIn serves somebody who comes without a booking.
func (d door) walksIn(v *servicetest.Visitor, key string) servicetest.Answer {
	d.t.Helper()
	r := servicetest.Request{Method: http.MethodPost, Path: "/v1/walk-ins", Body: map[string]any{
		"branch": "riyadh", "service": annualReturns, "visitor": map[string]any{"name": v.Name, "id": v.ID}}}
	if key != "" {
		r.Header = map[string]string{"Idempotency-Key": key}
	}
	return d.Sends(r)
}

// inHall reads the visit that reception is shown.
func inHall(t *testing.T, answer servicetest.Answer) api.HallVisit {
	t.Helper()
	var v api.HallVisit
	if answer.Status != http.StatusOK {
		t.Fatalf("got %d %s", answer.Status, answer.Body)
	}
	answer.JSON(t, &v)
	return v
}

// stands fails the test unless the visit stands there.
func stands(t *testing.T, v api.HallVisit, where string) {
	t.Helper()
	if v.Where != where {
		t.Errorf("%s is %s, want %s", v.Reference, v.Where, where)
	}
}

// Walk-ins before opening are expected at opening, one at each desk.
func TestWalkInsBeforeOpening(t *testing.T) {
	t.Parallel()
	d := reception(t, 1)
	d.clock("07:17")
	for n := range 3 {
		if answer := d.walksIn(d.centre.Visitor(n+1), ""); answer.Status != http.StatusCreated {
			t.Fatalf("%d %s", answer.Status, answer.Body)
		}
	}
	opening := servicetest.At(t, "2026-11-23T07:30")
	check := func(when string) {
		t.Helper()
		waits := 0
		for _, q := range d.looks("?desk_group=riyadh-returns").Queues {
			for _, w := range q.Waiting {
				if waits++; !w.ExpectedAt.Equal(opening) {
					t.Errorf("%s: number %d is expected at %v, want %v", when, w.Number, w.ExpectedAt, opening)
				}
			}
		}
		if waits != 3 {
			t.Errorf("%s: %d wait", when, waits)
		}
	}
	check("before opening")
	d.clock("07:30")
	check("at opening")
}

// A day in the hall, from opening to closing: one comes in time and is served,
// one comes late, one is called in vain, one does not come, and one leaves
// unnoticed.
func TestHallFromOpeningToClosing(t *testing.T) {
	t.Parallel()
	d := reception(t, 2)
	visitors, visits := make([]*servicetest.Visitor, 5), make([]api.Appointment, 5)
	for i, at := range []string{"09:10", "08:50", "09:10", "09:10", "09:30"} {
		visitors[i] = d.centre.Visitor(1 + i)
		visits[i] = d.books(visitors[i], at)
	}
	punctual, late, away, absent, lost := visits[0], visits[1], visits[2], visits[3], visits[4]

	d.clock("08:40")
	first := d.checksIn(punctual)
	if stands(t, first, "waiting"); *first.Number != 1 || *first.Late {
		t.Errorf("the first: %+v", first)
	}
	if again := d.checksIn(punctual); *again.Number != 1 || !again.ArrivedAt.Equal(*first.ArrivedAt) {
		t.Errorf("checked in twice: %+v", again)
	}
	d.checksIn(away)
	d.clock("09:05") // booked for 08:50: more than ten minutes late
	if v := d.checksIn(late); !*v.Late || !v.TurnAt.Equal(punctual.Start) {
		t.Errorf("late: %t, turn at %v, want behind who waits until %v", *v.Late, v.TurnAt, punctual.Start)
	}
	d.checksIn(lost)
	d.clock("09:11")
	order := []string{punctual.Reference, away.Reference, late.Reference, lost.Reference}
	if got, want := strings.Join(d.queue(), " "), strings.Join(order, " "); got != want {
		t.Errorf("in the queue: %s, want %s", got, want)
	}
	h := d.looks("")
	if c := h.Counts; c.Expected != 1 || c.Waiting != 4 || len(h.Visits) != 5 {
		t.Errorf("at 09:11: %+v, %d visits", c, len(h.Visits))
	}
	for _, w := range h.Queues[0].Waiting {
		if len(w.Why) == 0 || w.Why[0].AR == "" || w.Why[0].EN == "" || w.ExpectedAt.Before(servicetest.At(t, "2026-11-23T09:11")) {
			t.Errorf("number %d: %+v at %v", w.Number, w.Why, w.ExpectedAt)
		}
	}

	if v := d.calls("2"); v.Reference != punctual.Reference || v.Desk != "2" {
		t.Errorf("called: %+v", v)
	}
	d.centre.Refused(d.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": "2"}), http.StatusConflict, "desk-busy")
	d.does(punctual, "start", map[string]any{})
	stands(t, d.does(punctual, "start", map[string]any{}), "serving") // again

	// Called three times in vain: behind the others each time, then gone.
	for i := range 3 {
		v := inHall(t, d.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": "3", "reference": away.Reference}))
		if *v.Calls != i+1 {
			t.Errorf("call %d: %+v", i+1, v)
		}
		v = d.does(away, "not-there", nil)
		if want := []string{"waiting", "waiting", "left"}[i]; v.Where != want {
			t.Errorf("after %d calls in vain: %s, want %s", i+1, v.Where, want)
		}
	}
	if v := d.calls("3"); v.Reference != late.Reference {
		t.Errorf("next: %+v", v)
	}
	d.does(late, "start", map[string]any{})

	d.clock("09:24")
	d.centre.Refused(d.tries(absent, "no-show", nil), http.StatusConflict, "no-show-too-early")
	d.clock("09:30")
	stands(t, d.does(absent, "no-show", nil), "no_show")
	stands(t, d.does(absent, "no-show", nil), "no_show") // again
	stands(t, d.does(away, "no-show", nil), "no_show")
	stands(t, d.does(punctual, "complete", nil), "completed")
	stands(t, d.does(punctual, "complete", nil), "completed") // again
	d.centre.AuditClean()

	// How it was is asked within five minutes, of who was served.
	const surveys = `SELECT coalesce(string_agg(a.reference || to_char(m.created_at AT TIME ZONE 'Asia/Riyadh', ' HH24:MI'), ','), 'none')
		FROM messages m JOIN appointments a ON a.id = m.appointment_id WHERE m.kind = 'survey' AND m.way = 'sms'`
	want := strings.ReplaceAll(strings.TrimPrefix(punctual.Reference, "V-"), "-", "") + " 09:30"
	if got := servicetest.Query[string](t, d.centre.DatabaseURL, surveys); got != want {
		t.Errorf("asked: %s, want %s", got, want)
	}
	// Nobody wrote down how two visits ended: the clock does, a day later.
	d.centre.Clock.Set(servicetest.At(t, "2026-11-24T10:00"))
	d.centre.Jobs()
	if got := visitors[1].Shows(late); got.Status != api.AppointmentStatusCompleted || eventsOf(got) != "booked checked_in started completed" {
		t.Errorf("served and forgotten: %s, %s", got.Status, eventsOf(got))
	}
	if got := visitors[4].Shows(lost); got.Status != api.AppointmentStatusBooked || eventsOf(got) != "booked checked_in left" {
		t.Errorf("left unnoticed: %s, %s", got.Status, eventsOf(got))
	}
	d.centre.AuditClean()
}

// Somebody comes without a booking and without a mobile. They take a place
// that is kept for walk-ins, and booked visitors come first.
func TestWalkInFromTheReserve(t *testing.T) {
	t.Parallel()
	d := reception(t, 1)
	early := d.books(d.centre.Visitor(1), "09:10")
	d.clock("09:05")
	key := "a walk-in's key of 16"
	key = strings.ReplaceAll(key, " ", "-")
	first, again := d.walksIn(d.centre.Visitor(2), key), d.walksIn(d.centre.Visitor(2), key)
	if first.Status != http.StatusCreated || string(first.Body) != string(again.Body) {
		t.Fatalf("first: %d %s\nagain: %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	var walkIn api.WalkIn
	first.JSON(t, &walkIn)
	if walkIn.Number != 1 || !walkIn.Start.Equal(servicetest.At(t, "2026-11-23T09:05")) {
		t.Errorf("%+v, want the place that begins now", walkIn)
	}
	d.checksIn(early)
	d.clock("09:10") // both have come, and it is their time
	if got := strings.Join(d.queue(), " "); got != early.Reference+" "+walkIn.Reference {
		t.Errorf("in the queue: %s", got)
	}
	if v := d.calls("2"); v.Reference != early.Reference {
		t.Errorf("first called: %+v", v)
	}
	if v := d.calls("3"); v.Reference != walkIn.Reference || !*v.WalkIn {
		t.Errorf("then: %+v", v)
	}
	// The same person twice is refused; and when the day is full, so is
	// everybody, with other times.
	d.centre.Refused(d.walksIn(d.centre.Visitor(2), ""), http.StatusConflict, "person-limit")
	d.clock("14:15")
	p := d.centre.Refused(d.walksIn(d.centre.Visitor(3), ""), http.StatusUnprocessableEntity, "rule-closed")
	if p.Rule != "closed" {
		t.Errorf("%+v", p)
	}
	d.centre.AuditClean()
}

// A no-show was recorded in error: what it rests on is kept, the visitor who
// comes after all is none any more, and one who appeals is not either. The
// rest of the place was free meanwhile.
func TestNoShowInError(t *testing.T) {
	t.Parallel()
	d := reception(t, 1)
	comes, appeals := d.centre.Visitor(1), d.centre.Visitor(2)
	a, b := d.books(comes, "09:10"), d.books(appeals, "09:10")
	d.clock("09:25")
	d.does(a, "no-show", nil)
	d.does(b, "no-show", nil)
	if got := comes.Shows(a); got.Status != api.AppointmentStatusNoShow {
		t.Errorf("%s", got.Status)
	}
	evidence := servicetest.Query[string](
		t,
		d.centre.DatabaseURL,
		`SELECT (evidence->>'grace_minutes') || ' ' || actor || ' ' || coalesce(evidence->>'arrived_at', 'never')
		FROM appointment_events WHERE kind = 'no_show' ORDER BY id LIMIT 1`,
	)
	if evidence != "15 salem never" {
		t.Errorf("the evidence: %s", evidence)
	}
	d.centre.AuditClean()

	d.clock("09:40")
	v := d.checksIn(a)
	if stands(t, v, "waiting"); !*v.Late {
		t.Errorf("%+v", v)
	}
	if got := comes.Shows(a); got.Status != api.AppointmentStatusBooked || eventsOf(got) != "booked no_show restored checked_in" {
		t.Errorf("who came: %s, %s", got.Status, eventsOf(got))
	}
	d.centre.Refused(d.tries(b, "restore", map[string]any{"reason": " "}), http.StatusUnprocessableEntity, "invalid")
	reason := map[string]any{"reason": "كان في القاعة ولم تُقرأ هويته"}
	stands(t, d.does(b, "restore", reason), "expected")
	stands(t, d.does(b, "restore", reason), "expected") // again
	if got := appeals.Shows(b); eventsOf(got) != "booked no_show restored" {
		t.Errorf("who appealed: %s", eventsOf(got))
	}
	var log api.ActList
	d.centre.Admin().Gets("/v1/audit?action=restored").JSON(t, &log)
	if len(log.Acts) != 2 || log.Acts[0].Actor != "salem" || log.Acts[0].Reason != reason["reason"] {
		t.Errorf("the log: %+v", log.Acts)
	}
	d.centre.AuditClean()
}

// Two receptionists call the next visitor at the same moment, at different
// replicas: different visitors, each once.
func TestTwoCallAtOnce(t *testing.T) {
	t.Parallel()
	d := reception(t, 2)
	const pairs = 4
	visits := make([]api.Appointment, 2*pairs)
	for i := range visits {
		visits[i] = d.books(d.centre.Visitor(1+i), []string{"08:50", "09:10", "09:30"}[i%3])
	}
	d.clock("08:45")
	for _, a := range visits {
		d.checksIn(a)
	}
	d.clock("09:10")
	seen := map[string]bool{}
	for range pairs {
		var both sync.WaitGroup
		called := make([]servicetest.Answer, 2)
		for replica, desk := range []string{"2", "3"} {
			both.Go(func() {
				called[replica] = d.Sends(servicetest.Request{
					Method: http.MethodPost, Path: "/v1/branches/riyadh/calls", Body: map[string]any{"desk": desk}, Replica: replica})
			})
		}
		both.Wait()
		for _, answer := range called {
			v := inHall(t, answer)
			if seen[v.Reference] {
				t.Errorf("%s was called twice", v.Reference)
			}
			seen[v.Reference] = true
			a := api.Appointment{Reference: v.Reference}
			d.does(a, "start", map[string]any{})
			d.does(a, "complete", nil)
		}
	}
	if len(seen) != 2*pairs {
		t.Errorf("%d were called, want %d", len(seen), 2*pairs)
	}
	d.centre.Refused(d.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": "2"}), http.StatusConflict, "nobody-waits")
	d.centre.AuditClean()
}

// Visitors are told of a delay, once for each step, whatever the hour; and a
// receptionist can tell them by hand.
func TestDelaysAreTold(t *testing.T) {
	t.Parallel()
	d := reception(t, 2)
	servicetest.Exec(t, d.centre.DatabaseURL,
		`UPDATE desk_groups SET plan = jsonb_set(plan, '{rules,0,openings,0,places}', '1') WHERE slug = 'riyadh-returns'`)
	servicetest.Exec(t, d.centre.DatabaseURL, `UPDATE services SET hold_back = '{}' WHERE slug = 'annual-returns'`)
	servicetest.Exec(t, d.centre.DatabaseURL, `UPDATE centre SET version = version + 1`)
	d.centre.Jobs()
	slow, next, later := d.centre.Visitor(1), d.centre.Visitor(2), d.centre.Visitor(3)
	a := d.books(slow, "08:50")
	d.books(next, "09:10")
	b := d.books(later, "09:30")
	d.clock("08:50")
	d.checksIn(a)
	d.calls("1")
	d.clock("09:05") // who is called now is at the desk until 09:25
	d.does(a, "start", map[string]any{})
	d.centre.Jobs()
	d.centre.Jobs()
	told := func(v *servicetest.Visitor) int {
		t.Helper()
		n := 0
		for _, m := range v.Messages() {
			if strings.Contains(m.Text, "late") {
				n++
			}
		}
		return n
	}
	if got := told(next); got != 1 || !strings.Contains(next.Receives().Text, "15 minutes late") {
		t.Errorf("told %d times: %q", got, next.Receives().Text)
	}
	d.clock("09:09")
	if got := told(next); got != 1 {
		t.Errorf("told %d times of the same delay", got)
	}
	var delay api.Delay
	answer := d.Posts("/v1/branches/riyadh/delays", map[string]any{"desk_group": "riyadh-returns", "minutes": 40})
	if answer.JSON(t, &delay); answer.Status != http.StatusCreated || delay.Told != 2 {
		t.Errorf("%d %s, want 2 told", answer.Status, answer.Body)
	}
	if got := told(later); got != 2 || !strings.Contains(later.Receives().Text, "40 minutes late") {
		t.Errorf("told %d times: %q", got, later.Receives().Text)
	}
	// Who is called is told nothing any more.
	d.clock("09:25")
	d.does(a, "complete", nil)
	d.checksIn(b)
	// Who is early is not called before who is expected.
	d.centre.Refused(d.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": "1"}), http.StatusConflict, "nobody-waits")
	d.clock("09:30")
	d.calls("1")
	d.Posts("/v1/branches/riyadh/delays", map[string]any{"desk_group": "riyadh-returns", "minutes": 60})
	if got := told(later); got != 2 {
		t.Errorf("told %d times, though called", got)
	}
	d.centre.AuditClean()
}

// Who is in the hall is not reminded of the visit any more, and their page says
// where they are.
func TestNoReminderInTheHall(t *testing.T) {
	t.Parallel()
	d := reception(t, 1)
	servicetest.Exec(t, d.centre.DatabaseURL, `UPDATE services SET reminder_minutes = '{30}' WHERE slug = 'annual-returns'`)
	servicetest.Exec(t, d.centre.DatabaseURL, `UPDATE centre SET version = version + 1`)
	d.centre.Jobs()
	here, away := d.centre.Visitor(1), d.centre.Visitor(2)
	a := d.books(here, "11:10")
	d.books(away, "11:10")
	d.clock("10:20")
	d.checksIn(a)
	d.clock("10:41")
	reminded := func(v *servicetest.Visitor) bool { return strings.Contains(v.Receives().Text, "Reminder") }
	if reminded(here) || !reminded(away) {
		t.Errorf("who is here is reminded: %t; who is not: %t", reminded(here), reminded(away))
	}
}

// Two receptionists serve walk-ins at the same moment, at different replicas:
// each gets a place of their own as long as there are any.
func TestWalkInsAtOnce(t *testing.T) {
	t.Parallel()
	d := reception(t, 2)
	d.clock("09:05")
	var all sync.WaitGroup
	answers := make([]servicetest.Answer, 6) // four desks
	for i := range answers {
		v := d.centre.Visitor(10 + i)
		all.Go(func() {
			answers[i] = d.Sends(servicetest.Request{Method: http.MethodPost, Path: "/v1/walk-ins", Replica: i % 2, Body: map[string]any{
				"branch": "riyadh", "service": annualReturns, "visitor": map[string]any{"name": v.Name, "id": v.ID}}})
		})
	}
	all.Wait()
	numbers := map[int]bool{}
	for _, answer := range answers {
		var w api.WalkIn
		if answer.JSON(t, &w); answer.Status != http.StatusCreated || numbers[w.Number] {
			t.Errorf("%d %s", answer.Status, answer.Body)
		}
		numbers[w.Number] = true
	}
	d.centre.AuditClean()
}
