package service_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"ziyara/notify"
	"ziyara/service"
	"ziyara/service/servicetest"
)

// Moving a visit over and over sends a few messages, and the last one tells where the
// visit is.
func TestManyMovesSendFewMessages(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	starts := visitor.Slots(heirs, dammam, "2026-11-25", "2026-11-26")
	visit := visitor.Books(heirs, dammam, starts[0].Start)
	centre.Jobs()
	for n := range 12 {
		visitor.Replica = n % 2
		if answer := visitor.TryMove(visit, starts[n+1].Start); answer.Status != http.StatusOK {
			t.Fatalf("move %d: %d %s", n, answer.Status, answer.Body)
		}
		centre.Pass(time.Second)
		centre.Pass(time.Second)
	}
	if got := len(visitor.Messages()); got > 5 {
		t.Errorf("%d messages within 24 seconds, want at most 5", got)
	}
	centre.Pass(2 * time.Minute)
	got := texts(visitor)
	if len(got) > 6 {
		t.Errorf("%d messages in all: %q", len(got), got)
	}
	clock := starts[12].Start.Format("3:04")
	if last := got[len(got)-1]; !strings.Contains(last, clock) || !strings.Contains(last, visit.Reference) {
		t.Errorf("the last message is %q, want the visit at %s", last, clock)
	}
	centre.Pass(time.Hour)
	if more := len(visitor.Messages()); more != len(got) {
		t.Errorf("%d messages after an hour, want %d", more, len(got))
	}
}

// has lets a number have had n messages just now, of which the service has sent none.
func has(t *testing.T, centre *servicetest.Centre, visitor *servicetest.Visitor, n int) {
	t.Helper()
	sent := "INSERT INTO message_numbers VALUES ('+966%s', array_fill('%s'::timestamptz, ARRAY[%d])) " +
		"ON CONFLICT (mobile) DO UPDATE SET sent = excluded.sent"
	servicetest.Exec(t, centre.DatabaseURL, fmt.Sprintf(sent, visitor.Mobile[1:], centre.Clock.Now().Format(time.RFC3339), n))
}

// A number that has had its share for the day is told of a closure at once, and of the
// visit on the next day: its reminder is not lost.
func TestClosureAndReminderReachANumberThatHadItsShare(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	noura := centre.Coordinator("revenues")
	visits := books(t, centre, 1, "iban-update", "riyadh", servicetest.At(t, "2026-11-24T12:00"))
	visitor := centre.Visitor(1)
	stays := centre.Visitor(2)
	stays.Books(heirs, dammam, servicetest.At(t, "2026-11-24T09:00"))
	centre.Jobs()
	has(t, centre, visitor, 30)
	has(t, centre, stays, 30)
	before, remindedBefore := len(visitor.Messages()), len(stays.Messages())
	asks(t, noura, returns+"/changes", version(noura, "riyadh-returns"), map[string]any{
		"edit":   map[string]any{"close": []any{closing("2026-11-24")}},
		"reason": both("انقطاع الكهرباء", "Power cut"),
	}, http.StatusCreated)
	centre.Pass(time.Minute)
	if got := visitor.Messages(); len(got) != before+1 {
		t.Errorf("%d messages to %s, want the closure: %+v", len(got)-before, visits[0].Reference, got)
	}
	centre.Pass(2 * time.Hour) // the reminder of a day is due at 10:00, a cap away
	if got := len(stays.Messages()); got != remindedBefore {
		t.Errorf("%d more messages, want none over the cap", got-remindedBefore)
	}
	centre.Pass(22 * time.Hour)
	if got := len(stays.Messages()); got != remindedBefore+1 {
		t.Errorf("%d more messages on the next day, want the reminder", got-remindedBefore)
	}
}

// When the day's codes to strangers are used up, new numbers are told to call. Numbers that
// have proved something get codes, confirmations and closures all the same. Operators are
// told once.
func TestBreakerStopsCodesToStrangersFirst(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	centre := servicetest.Open(t, 1, public, func(c *service.Config) {
		c.Codes.Messages.Day.Strangers = notify.Budget{Segments: 3}
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	known := centre.Visitor(1)
	known.Books(heirs, dammam, servicetest.At(t, "2026-11-24T09:00")) // one code to a stranger
	for n := 2; n <= 3; n++ {
		centre.Visitor(n).Code()
	}
	answer := centre.Visitor(4).AsksForCode()
	p := centre.Refused(answer, http.StatusServiceUnavailable, "codes-stopped")
	if p.RetryAfter != 3600 || !strings.Contains(p.Detail, "19990") {
		t.Errorf("%+v", p)
	}
	w := newWalker(t, centre)
	w.goes("/visits").sends("/visits", map[string][]string{"mobile": {centre.Visitor(4).Mobile}}).
		says(http.StatusTooManyRequests, "تعذّر إرسال رموز التحقق إلى أرقام جديدة", "19990")

	centre.Clock.Add(time.Hour)
	known.Proves()
	known.Books("annual-returns", "riyadh", servicetest.At(t, "2026-11-29T09:30"))
	if got := len(known.Messages()); got != 4 {
		t.Errorf("%d messages to a number that is proved, want 4", got)
	}
	centre.Jobs()
	metrics := centre.Metrics()
	if !strings.Contains(metrics, `ziyara_messages_day_used_ratio{of="strangers"} 1`) {
		t.Errorf("no ratio in the metrics")
	}
	if got := strings.Count(log.String(), "codes to new numbers are stopped"); got != 1 {
		t.Errorf("operators are told %d times, want once: %s", got, log.String())
	}
	centre.Clock.Add(24 * time.Hour) // another day
	centre.Visitor(4).Code()
}

// A code that was asked for before the money was spent is not sent after.
func TestBreakerStopsCodesThatWait(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, func(c *service.Config) { c.Codes.Messages.Day.All = notify.Budget{Segments: 1} })
	for n := range 3 {
		if answer := centre.Visitor(n + 1).AsksForCode(); answer.Status != http.StatusAccepted {
			t.Fatalf("%d %s", answer.Status, answer.Body)
		}
		if n == 0 {
			centre.Jobs()
			servicetest.Exec(t, centre.DatabaseURL, "UPDATE message_days SET segments = 0") // as long as none was counted
		}
	}
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE message_days SET segments = 1")
	centre.Jobs()
	all := servicetest.Query[string](t, centre.DatabaseURL,
		"SELECT string_agg(state || coalesce(' ' || reason, ''), ', ' ORDER BY id) FROM messages")
	if all != "accepted, dropped stopped, dropped stopped" {
		t.Errorf("%s", all)
	}
}

// Numbers are forgotten when nothing was sent to them for a day.
func TestNumbersAreForgotten(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	centre.Visitor(1).Code()
	if got := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM message_numbers"); got != 1 {
		t.Fatalf("%d numbers", got)
	}
	centre.Pass(24*time.Hour + time.Second)
	if got := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM message_numbers"); got != 0 {
		t.Errorf("%d numbers after a day", got)
	}
}
