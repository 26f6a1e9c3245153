package service_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify"
	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// reminded returns the wall times in Riyadh at which a visitor was reminded,
// without letting anything more be delivered.
func reminded(t *testing.T, c *servicetest.Centre, v *servicetest.Visitor) []string {
	t.Helper()
	mobile, err := notify.ParseMobile(v.Mobile)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, m := range c.Phone.Messages(mobile) {
		if isReminder(m.Text) {
			list = append([]string{m.At.In(time.FixedZone("", 3*60*60)).Format("2006-01-02T15:04")}, list...)
		}
	}
	return list
}

func isReminder(text string) bool {
	return strings.Contains(text, "Reminder") || strings.Contains(text, "تذكير") || strings.Contains(text, "نذكركم")
}

// plan gives a service another plan, and lets it be booked at the last minute.
func plan(t *testing.T, c *servicetest.Centre, service, minutes string) {
	t.Helper()
	servicetest.Exec(t, c.DatabaseURL, "UPDATE services SET reminder_minutes = $2, notice_minutes = 0 WHERE slug = $1", service, minutes)
	servicetest.Exec(t, c.DatabaseURL, "UPDATE centre SET version = version + 1")
	c.Jobs()
}

// passUntil moves the clock by steps, with all jobs at each.
func passUntil(c *servicetest.Centre, until time.Time, step time.Duration) {
	for c.Clock.Now().Before(until) {
		c.Pass(min(step, until.Sub(c.Clock.Now())))
	}
}

// passDays moves the clock to the given date, with all jobs at some times of
// each day.
func passDays(t *testing.T, c *servicetest.Centre, until string) {
	t.Helper()
	end := servicetest.At(t, until+"T00:00")
	for day := c.Clock.Now().Add(3 * time.Hour).Truncate(24 * time.Hour); day.Before(end); day = day.Add(24 * time.Hour) {
		for _, at := range []string{"08:59", "09:00", "09:45", "10:30", "11:15", "19:00", "20:59", "21:00"} {
			if now := servicetest.At(t, day.Format(time.DateOnly)+"T"+at); now.After(c.Clock.Now()) {
				c.Clock.Set(now)
				c.Jobs()
			}
		}
	}
}

// A visitor is reminded three days and one day ahead, once each, whoever of
// the replicas is first, in one segment with reference and time.
func TestRemindersOfAVisit(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ar", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			centre := servicetest.Open(t, 2)
			visitor := centre.Visitor(1)
			visitor.Lang = lang
			visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-26T10:30"))
			centre.Clock.Set(servicetest.At(t, "2026-11-23T10:29"))
			centre.Jobs()
			if got := reminded(t, centre, visitor); len(got) > 0 {
				t.Fatalf("reminded early, at %v", got)
			}
			passDays(t, centre, "2026-11-28")
			want := []string{"2026-11-23T10:30", "2026-11-25T10:30"}
			if diff := cmp.Diff(want, reminded(t, centre, visitor)); diff != "" {
				t.Errorf("reminded (-want +got):\n%s", diff)
			}
			for _, text := range texts(visitor)[2:] {
				if !isReminder(text) || !strings.Contains(text, visit.Reference) || !strings.Contains(text, "10:30") {
					t.Errorf("the reminder says %q", text)
				}
				if size := notify.Measure(text); size.Segments != 1 {
					t.Errorf("%d segments: %q", size.Segments, text)
				}
			}
			centre.AuditClean()
		})
	}
}

// A reminder of 48 hours for a visit on 3 January at 10:30 is decided upon on
// 1 January and goes out at 10:30 of that day; when the visit is cancelled,
// none does.
func TestReminderTwoDaysAhead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		cancel bool
		want   []string
	}{
		{"the visit stands", false, []string{"2027-01-01T10:30"}},
		{"the visit is cancelled", true, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			centre := servicetest.Open(t, 1)
			plan(t, centre, heirs, "{2880}")
			centre.Clock.Set(servicetest.At(t, "2026-12-28T12:00"))
			visitor := centre.Visitor(1)
			visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2027-01-03T10:30"))
			centre.Clock.Set(servicetest.At(t, "2027-01-01T03:00"))
			centre.Jobs()
			if test.cancel {
				visitor.TryCancel(visit)
			}
			for _, at := range []string{"2027-01-01T10:29", "2027-01-01T10:30", "2027-01-01T10:31", "2027-01-02T10:30", "2027-01-03T10:30"} {
				centre.Clock.Set(servicetest.At(t, at))
				centre.Jobs()
			}
			if diff := cmp.Diff(test.want, reminded(t, centre, visitor)); diff != "" {
				t.Errorf("reminded (-want +got):\n%s", diff)
			}
		})
	}
}

// A reminder that is late goes out as long as it is of use: one of 48 hours at
// 47 hours, and not at 2. A visit booked on its own day has none.
func TestLateReminder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		booked string
		next   string // when the program runs again, after the booking
		want   []string
	}{
		{"47 hours ahead: yes", "2026-11-22T09:00", "2026-11-24T11:30", []string{"2026-11-24T11:30"}},
		{"2 hours ahead: no", "2026-11-22T09:00", "2026-11-26T08:30", nil},
		{"booked on the day of the visit: no", "2026-11-26T07:00", "2026-11-26T09:00", nil},
		{"booked inside the 48 hours: the confirmation is enough", "2026-11-24T10:31", "2026-11-24T11:30", nil},
		{"booked just before them", "2026-11-24T10:29", "2026-11-24T11:30", []string{"2026-11-24T11:30"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			centre := servicetest.Open(t, 1)
			plan(t, centre, heirs, "{2880}")
			centre.Clock.Set(servicetest.At(t, test.booked))
			visitor := centre.Visitor(1)
			visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-26T10:30"))
			visitor.Receives() // the confirmation
			centre.Clock.Set(servicetest.At(t, test.next))
			centre.Jobs()
			passUntil(centre, servicetest.At(t, "2026-11-26T12:00"), 6*time.Hour)
			if diff := cmp.Diff(test.want, reminded(t, centre, visitor)); diff != "" {
				t.Errorf("reminded (-want +got):\n%s", diff)
			}
		})
	}
}

// Each start has its own reminders; what became of the visit decides whether
// they are told.
func TestRemindersFollowTheVisit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		plan   string // of the service; its own when empty
		start  string
		story  func(*testing.T, *servicetest.Centre, *servicetest.Visitor, api.Appointment, *gateway)
		want   []string
		reason string // why the last reminder was not accepted; "" when it was
	}{
		{
			name: "moved later: again, by the new start", start: "2026-11-26T10:30",
			story: func(t *testing.T, c *servicetest.Centre, v *servicetest.Visitor, a api.Appointment, _ *gateway) {
				passUntil(c, servicetest.At(t, "2026-11-23T12:00"), 90*time.Minute)
				v.TryMove(a, servicetest.At(t, "2026-11-30T11:15"))
			},
			want: []string{"2026-11-23T10:30", "2026-11-27T11:15", "2026-11-29T11:15"},
		}, {
			name: "moved nearer, past a reminder: only what is ahead", start: "2026-11-30T10:30",
			story: func(t *testing.T, c *servicetest.Centre, v *servicetest.Visitor, a api.Appointment, _ *gateway) {
				passUntil(c, servicetest.At(t, "2026-11-23T12:00"), 90*time.Minute)
				v.TryMove(a, servicetest.At(t, "2026-11-25T11:15"))
			},
			want: []string{"2026-11-24T11:15"},
		}, {
			name: "cancelled after the first one: silence", start: "2026-11-26T10:30",
			story: func(t *testing.T, c *servicetest.Centre, v *servicetest.Visitor, a api.Appointment, _ *gateway) {
				passUntil(c, servicetest.At(t, "2026-11-23T12:00"), 90*time.Minute)
				v.TryCancel(a)
			},
			want: []string{"2026-11-23T10:30"},
		}, {
			name: "cancelled while the gateway is away: silence", start: "2026-11-26T10:30", reason: "superseded",
			story: func(t *testing.T, c *servicetest.Centre, v *servicetest.Visitor, a api.Appointment, g *gateway) {
				g.fails(notify.ErrTemporary)
				passUntil(c, servicetest.At(t, "2026-11-23T12:00"), 90*time.Minute)
				v.TryCancel(a)
				g.fails(nil)
			},
		}, {
			name: "moved while the gateway is away: only by the new start", start: "2026-11-26T10:30",
			story: func(t *testing.T, c *servicetest.Centre, v *servicetest.Visitor, a api.Appointment, g *gateway) {
				g.fails(notify.ErrTemporary)
				passUntil(c, servicetest.At(t, "2026-11-23T12:00"), 90*time.Minute)
				v.TryMove(a, servicetest.At(t, "2026-11-29T11:15"))
				g.fails(nil)
			},
			want: []string{"2026-11-26T11:15", "2026-11-28T11:15"},
		}, {
			name: "the gateway is away until the visit has begun: silence",
			plan: "{120}", start: "2026-11-23T13:15", reason: "notify: temporary failure",
			story: func(t *testing.T, c *servicetest.Centre, _ *servicetest.Visitor, _ api.Appointment, g *gateway) {
				g.fails(notify.ErrTemporary)
				passUntil(c, servicetest.At(t, "2026-11-23T13:15"), 5*time.Minute)
				g.fails(nil)
			},
		}, {
			name: "due at 07:30, in the quiet hours: at their end", start: "2026-11-26T07:30",
			story: func(*testing.T, *servicetest.Centre, *servicetest.Visitor, api.Appointment, *gateway) {},
			want:  []string{"2026-11-23T09:00", "2026-11-25T09:00"},
		}, {
			name: "two hours ahead of a visit at 07:30: the evening before", plan: "{120}", start: "2026-11-26T07:30",
			story: func(*testing.T, *servicetest.Centre, *servicetest.Visitor, api.Appointment, *gateway) {},
			want:  []string{"2026-11-25T19:00"},
		}, {
			name: "the gateway is away until the quiet hours: at their end", plan: "{3900}", start: "2026-11-26T12:30", // due on the 23rd, 19:30
			story: func(t *testing.T, c *servicetest.Centre, _ *servicetest.Visitor, _ api.Appointment, g *gateway) {
				passUntil(c, servicetest.At(t, "2026-11-23T19:00"), time.Hour)
				g.fails(notify.ErrTemporary)
				passUntil(c, servicetest.At(t, "2026-11-23T21:00"), 10*time.Minute)
				g.fails(nil)
			},
			want: []string{"2026-11-24T09:00"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			gateway := &gateway{}
			centre := servicetest.Open(t, 1, gateway.option)
			if test.plan != "" {
				plan(t, centre, heirs, test.plan)
			}
			visitor := centre.Visitor(1)
			visit := visitor.Books(heirs, "riyadh", servicetest.At(t, test.start))
			visitor.Receives()
			test.story(t, centre, visitor, visit, gateway)
			passDays(t, centre, "2026-12-02")
			if diff := cmp.Diff(test.want, reminded(t, centre, visitor)); diff != "" {
				t.Errorf("reminded (-want +got):\n%s", diff)
			}
			reason := servicetest.Query[string](t, centre.DatabaseURL,
				"SELECT coalesce((SELECT reason FROM messages WHERE kind = 'reminder' ORDER BY id DESC LIMIT 1), '')")
			if reason != test.reason {
				t.Errorf("the last reminder ended with %q, want %q", reason, test.reason)
			}
		})
	}
}

// counting is a gateway before another one that counts the reminders that it
// accepts.
type counting struct {
	notify.Sender

	mu       sync.Mutex
	accepted map[int64]int // by message
	at       func(n int)   // called after the n-th acceptance; may be nil
	total    int
}

func newCounting() *counting { return &counting{accepted: make(map[int64]int)} }

func (g *counting) Send(ctx context.Context, m notify.Message) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if !isReminder(m.Text) {
		return g.Sender.Send(ctx, m)
	}
	g.count(m.ID)
	return fmt.Sprint("counted-", m.ID), nil
}

func (g *counting) count(id int64) {
	g.mu.Lock()
	g.accepted[id]++
	g.total++
	n, at := g.total, g.at
	g.mu.Unlock()
	if at != nil {
		at(n)
	}
}

// sent returns how many messages were accepted, each time counted.
func (g *counting) sent() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.total
}

func (g *counting) option(c *service.Config) {
	g.Sender = c.Sender
	c.Sender = g
}

// twice returns how many messages were accepted, and which of them more than
// once.
func (g *counting) twice() (accepted int, twice []int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for id, n := range g.accepted {
		if n > 1 {
			twice = append(twice, id)
		}
	}
	return len(g.accepted), twice
}

// bookedLongAgo writes visits for n people at the Riyadh branch, booked long before,
// that start from the given instant on, a minute apart within an hour. Their
// ledger is left alone.
func bookedLongAgo(t *testing.T, databaseURL string, n int, start time.Time) {
	t.Helper()
	servicetest.Exec(t, databaseURL, `
		WITH visits AS (
			INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
				start_at, end_at, party, channel, created_at, reference, version, person, mobile, lang, visitor_name, identity)
			SELECT b.id, gen_random_uuid(), 'booked', s.id, g.desk_group_id, l.day, 90, 4, 1,
				$2::timestamptz + n % 60 * interval '1 minute', $2::timestamptz + n % 60 * interval '1 minute' + interval '40 minutes',
				1, 'public', $2::timestamptz - interval '9 days',
				'CR' || lpad(n::text, 7, '0'), 1, gen_random_uuid(), '+9665' || lpad(n::text, 8, '0'), 'ar', 'x', '1000000008'
			FROM generate_series(1, $1) AS n
			JOIN branches b ON b.slug = 'riyadh'
			JOIN services s ON s.slug = 'heirs-returns'
			JOIN desk_group_services g ON (g.branch_id, g.service_id) = (b.id, s.id)
			JOIN ledger_days l ON (l.branch_id, l.desk_group_id) = (b.id, g.desk_group_id)
			RETURNING branch_id, id, created_at, start_at)
		INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version)
		SELECT branch_id, id, 'booked', created_at, start_at, 1 FROM visits`, n, start)
}

// openCrowd opens a centre at which n reminders become due at 09:00 of the
// 24th, and lets the clock show that, with no job run yet.
func openCrowd(t *testing.T, n, replicas int, options ...servicetest.Option) *servicetest.Centre {
	t.Helper()
	url := servicetest.HandedOn(t)
	centre := servicetest.OpenOn(t, url, replicas, options...)
	plan(t, centre, heirs, "{1440}")
	centre.Visitor(1).Books(heirs, "riyadh", servicetest.At(t, "2026-11-29T09:00")) // makes the one day of the ledger
	centre.Jobs()
	bookedLongAgo(t, url, n, servicetest.At(t, "2026-11-25T07:30"))
	centre.Clock.Set(servicetest.At(t, "2026-11-24T09:00"))
	return centre
}

// remindersIn returns how many reminders are in a state.
func remindersIn(t *testing.T, databaseURL, state string) int {
	t.Helper()
	return servicetest.Query[int](t, databaseURL, "SELECT count(*) FROM messages WHERE kind = 'reminder' AND state = $1", state)
}

// Two replicas that plan and deliver at the same time send each reminder once.
func TestRemindersBySeveralReplicas(t *testing.T) {
	t.Parallel()
	const n = 1000
	gateway := newCounting()
	centre := openCrowd(t, n, 2, gateway.option)
	var running sync.WaitGroup
	for _, r := range centre.Replicas {
		running.Go(func() {
			for range 3 {
				if err := r.RunJobs(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	if accepted, twice := gateway.twice(); accepted != n || len(twice) > 0 {
		t.Errorf("%d accepted, %v of them twice; want %d", accepted, twice, n)
	}
	if got := remindersIn(t, centre.DatabaseURL, "accepted"); got != n {
		t.Errorf("%d reminders are recorded, want %d", got, n)
	}
}

// While the gateway is away for an hour, everything waits; after it, what is
// still true is sent, once, and nothing else.
func TestGatewayAwayForAnHour(t *testing.T) {
	t.Parallel()
	const n = 200
	gateway := &gateway{}
	centre := openCrowd(t, n, 2, gateway.option)
	gateway.fails(notify.ErrTemporary)
	passUntil(centre, servicetest.At(t, "2026-11-24T09:30"), time.Minute)
	if got := remindersIn(t, centre.DatabaseURL, "queued"); got != n {
		t.Fatalf("%d reminders wait, want %d", got, n)
	}
	// Meanwhile every fifth visit is cancelled and every seventh moved.
	servicetest.Exec(t, centre.DatabaseURL,
		"UPDATE appointments SET status = 'cancelled' WHERE reference LIKE 'CR%' AND right(reference, 4)::int % 5 = 0")
	servicetest.Exec(
		t,
		centre.DatabaseURL,
		"UPDATE appointments SET version = 2, start_at = start_at + interval '5 days', end_at = end_at + interval '5 days' "+
			"WHERE reference LIKE 'CR%' AND right(reference, 4)::int % 7 = 0",
	)
	passUntil(centre, servicetest.At(t, "2026-11-24T10:00"), time.Minute)
	gateway.fails(nil)
	passUntil(centre, servicetest.At(t, "2026-11-24T10:15"), time.Minute)
	want := 0
	for i := 1; i <= n; i++ {
		if i%5 != 0 && i%7 != 0 {
			want++
		}
	}
	if got := remindersIn(t, centre.DatabaseURL, "accepted"); got != want {
		t.Errorf("%d reminders were sent, want the %d that are true", got, want)
	}
	if got := remindersIn(t, centre.DatabaseURL, "dropped"); got != n-want {
		t.Errorf("%d reminders were dropped, want the %d that are not true any more", got, n-want)
	}
	if got := gateway.tried(); got != want {
		t.Errorf("the gateway got %d messages after the hour, want %d", got, want)
	}
}

// A clock that jumps forward sends what is still of use then, and what was
// missed too long ago not at all; one that jumps back sends nothing twice, and
// what is booked after it has its reminders.
func TestClockThatJumps(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	near, far, later := centre.Visitor(1), centre.Visitor(2), centre.Visitor(3)
	near.Books(heirs, "riyadh", servicetest.At(t, "2026-11-26T10:30"))
	far.Books(heirs, "riyadh", servicetest.At(t, "2026-11-30T10:30"))
	centre.Jobs()
	// Forward: of near both were missed, and the second is of use until
	// 04:30, in the quiet hours; of far the first is a day late.
	centre.Clock.Set(servicetest.At(t, "2026-11-26T09:00"))
	centre.Jobs()
	centre.Clock.Set(servicetest.At(t, "2026-11-28T10:00"))
	centre.Jobs()
	if got := reminded(t, centre, near); len(got) > 0 {
		t.Errorf("the first visitor was reminded of the past at %v", got)
	}
	if diff := cmp.Diff([]string{"2026-11-28T10:00"}, reminded(t, centre, far)); diff != "" {
		t.Errorf("the second visitor (-want +got):\n%s", diff)
	}
	// Back, and through the same days again.
	centre.Clock.Set(servicetest.At(t, "2026-11-24T09:00"))
	centre.Jobs()
	later.Books(heirs, "riyadh", servicetest.At(t, "2026-11-29T11:15"))
	passDays(t, centre, "2026-12-02")
	for visitor, want := range map[*servicetest.Visitor][]string{
		near:  {"2026-11-25T10:30"}, // not planned when it was of no use; true now
		far:   {"2026-11-28T10:00", "2026-11-29T10:30"},
		later: {"2026-11-26T11:15", "2026-11-28T11:15"},
	} {
		got := reminded(t, centre, visitor)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("in the end (-want +got):\n%s", diff)
		}
	}
	centre.AuditClean()
}

// The database goes away in the middle of a delivery: what was sent and could
// not be recorded is remembered, so that nothing is sent twice.
func TestDatabaseAwayInADelivery(t *testing.T) {
	t.Parallel()
	const n = 600
	gateway := newCounting()
	url := servicetest.Database(t)
	line := servicetest.NewLine(t, url)
	centre := servicetest.OpenOn(t, line.URL, 1, gateway.option)
	centre.Visitor(1).Books(heirs, "riyadh", servicetest.At(t, "2026-11-29T09:00"))
	centre.Jobs()
	plan(t, centre, heirs, "{1440}")
	bookedLongAgo(t, url, n, servicetest.At(t, "2026-11-25T07:30"))
	gateway.at = func(total int) {
		if total == n/3 {
			line.Cut()
		}
	}
	centre.Clock.Set(servicetest.At(t, "2026-11-24T09:00"))
	if err := centre.Replicas[0].RunJobs(context.Background()); err == nil {
		t.Fatal("the database went away unnoticed")
	}
	line.Heal()
	until(t, "everything is sent", func() bool {
		centre.Clock.Add(time.Minute)                        // leases of what was claimed run out
		_ = centre.Replicas[0].RunJobs(context.Background()) // connections may still be broken
		return remindersIn(t, url, "accepted") == n
	})
	if accepted, twice := gateway.twice(); accepted != n || len(twice) > 0 {
		t.Errorf("%d accepted, %d of them twice; want %d", accepted, len(twice), n)
	}
}
