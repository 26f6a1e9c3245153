package service_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ziyara/notify"
	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// gateway stands between the service and the phone, and fails as it is told.
type gateway struct {
	notify.Sender

	mu      sync.Mutex
	failure error // of the next sends; nil to let them through
	tries   int
}

func (g *gateway) Send(ctx context.Context, m notify.Message) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tries++
	if g.failure != nil {
		return "", g.failure
	}
	return g.Sender.Send(ctx, m)
}

// fails makes every send fail with err; nil lets them through again.
func (g *gateway) fails(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failure, g.tries = err, 0
}

// tried returns how often a message was tried since the last change.
func (g *gateway) tried() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.tries
}

func (g *gateway) option(c *service.Config) {
	g.Sender = c.Sender
	c.Sender = g
}

// texts returns what arrived, oldest first.
func texts(v *servicetest.Visitor) []string {
	var list []string
	for _, m := range v.Messages() {
		list = append([]string{m.Text}, list...)
	}
	return list
}

// A visitor is told each thing once, in the language of the booking, in one
// segment and with the reference.
func TestMessagesOfAVisit(t *testing.T) {
	t.Parallel()
	for lang, words := range map[string][]string{
		"ar": {"رمز التحقق", "تم حجز موعدكم", "تم تعديل موعدكم", "تم إلغاء موعدكم"},
		"en": {"Verification code", "booked", "moved", "cancelled"},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			centre := servicetest.Open(t, 2)
			visitor := centre.Visitor(1)
			visitor.Lang = lang
			visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
			centre.Jobs()
			visitor.Lang = map[string]string{"ar": "en", "en": "ar"}[lang] // the language of the booking stays
			visitor.TryMove(visit, servicetest.At(t, "2026-11-26T10:30"))
			centre.Jobs()
			visitor.TryCancel(visit)
			centre.Pass(time.Hour)
			centre.Pass(24 * time.Hour)

			got := texts(visitor)
			if len(got) != len(words) {
				t.Fatalf("got %d messages %q, want %d", len(got), got, len(words))
			}
			for i, text := range got {
				if !strings.Contains(text, words[i]) {
					t.Errorf("message %d: %q, want %q in it", i, text, words[i])
				}
				if i > 0 && !strings.Contains(text, visit.Reference) {
					t.Errorf("message %d: %q does not name %s", i, text, visit.Reference)
				}
				if size := notify.Measure(text); size.Segments != 1 {
					t.Errorf("message %d has %d segments, want 1: %q", i, size.Segments, text)
				}
			}
			if !strings.Contains(got[1], " 9:00 ") || !strings.Contains(got[2], "10:30") {
				t.Errorf("the times are not those of the visit: %q, %q", got[1], got[2])
			}
			centre.AuditClean()
		})
	}
}

// What is no longer true when the gateway takes messages again is not sent.
func TestOnlyWhatIsTrueIsSent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*servicetest.Visitor, api.Appointment)
		want   string
	}{
		{"cancelled before the confirmation", func(v *servicetest.Visitor, a api.Appointment) {
			v.TryCancel(a)
		}, "cancelled"},
		{"moved before the confirmation", func(v *servicetest.Visitor, a api.Appointment) {
			v.TryMove(a, a.Start.Add(45*time.Minute))
		}, "9:45 am"},
		{"moved twice", func(v *servicetest.Visitor, a api.Appointment) {
			v.TryMove(a, a.Start.Add(45*time.Minute))
			v.TryMove(a, a.Start.Add(90*time.Minute))
		}, "10:30 am"},
		{"moved away and back", func(v *servicetest.Visitor, a api.Appointment) {
			v.TryMove(a, a.Start.Add(45*time.Minute))
			v.TryMove(a, a.Start)
		}, "9:00 am"},
		{"moved, then cancelled", func(v *servicetest.Visitor, a api.Appointment) {
			v.TryMove(a, a.Start.Add(45*time.Minute))
			v.TryCancel(a)
		}, "cancelled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			gateway := &gateway{}
			centre := servicetest.Open(t, 2, gateway.option)
			visitor := centre.Visitor(1)
			visitor.Proves()
			gateway.fails(notify.ErrTemporary)
			visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
			centre.Jobs() // tried in vain
			test.change(visitor, visit)
			gateway.fails(nil)
			centre.Pass(time.Minute)
			got := texts(visitor)
			if len(got) != 2 || !strings.Contains(got[1], test.want) { // after the code
				t.Errorf("got %q, want one message with %q", got[1:], test.want)
			}
			centre.AuditClean()
		})
	}
}

// A failure that may pass is tried again, later and later; one that will not
// is not; nothing is sent twice.
func TestFailingGateway(t *testing.T) {
	t.Parallel()
	gateway := &gateway{}
	centre := servicetest.Open(t, 1, gateway.option)
	visitor := centre.Visitor(1)
	visitor.Proves()
	state := func() string {
		return servicetest.Query[string](t, centre.DatabaseURL, "SELECT state FROM messages ORDER BY id DESC LIMIT 1")
	}

	gateway.fails(fmt.Errorf("%w: no route", notify.ErrTemporary))
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Jobs()
	centre.Jobs() // not due yet: the clock stands
	if got := gateway.tried(); got != 1 {
		t.Errorf("tried %d times at once, want 1", got)
	}
	for n, wait := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second} {
		centre.Pass(wait - time.Second)
		if got := gateway.tried(); got != n+1 {
			t.Errorf("tried %d times before %v were over, want %d", got, wait, n+1)
		}
		centre.Pass(time.Second)
		if got := gateway.tried(); got != n+2 {
			t.Errorf("tried %d times after %v, want %d", got, wait, n+2)
		}
	}
	gateway.fails(nil)
	centre.Pass(time.Minute)
	if got := len(visitor.Messages()); got != 2 || state() != "accepted" {
		t.Errorf("got %d messages and state %s, want 2 and accepted", got, state())
	}

	gateway.fails(fmt.Errorf("%w: not on the network", notify.ErrPermanent))
	visitor.TryMove(visit, servicetest.At(t, "2026-11-26T09:00"))
	centre.Jobs()
	for range 5 {
		centre.Pass(10 * time.Minute)
	}
	if got := gateway.tried(); got != 1 || state() != "failed" {
		t.Errorf("tried %d times, state %s; want once, failed", got, state())
	}
	gateway.fails(nil)
	centre.Pass(time.Hour)
	if got := len(visitor.Messages()); got != 2 {
		t.Errorf("got %d messages, want 2", got)
	}
	centre.AuditClean()
}

// journal keeps what is logged. It is safe for concurrent use.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) option(c *service.Config) {
	c.Log = slog.New(slog.NewJSONHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Nothing that tells who somebody is, or that opens a door, is logged or
// measured: through a whole story, with mistakes, failures and an outage.
func TestNothingPersonalIsLogged(t *testing.T) {
	t.Parallel()
	gateway, journal := &gateway{}, &journal{}
	line := servicetest.NewLine(t, servicetest.Database(t))
	centre := servicetest.OpenOn(t, line.URL, 1, gateway.option, journal.option)
	visitor := centre.Visitor(7)
	started, code := visitor.Code()
	visitor.TryCode(started.ID, wrong(code))
	proved := visitor.TryCode(started.ID, code)
	var proof api.VerificationProof
	proved.JSON(t, &proof)

	hold := visitor.Holds(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	representative := servicetest.NationalID(8)
	body := map[string]any{
		"hold": hold.ID, "hold_token": hold.Token, "verification": proof.Token, "documents_acknowledged": true,
		"visitor":        map[string]any{"name": visitor.Name, "id": visitor.ID, "email": "noura@example.sa"},
		"representative": map[string]any{"name": "سعد العتيبي", "id": representative, "wakala": "449876543", "wakala_expires": "2026-01-01"},
	}
	book := servicetest.Request{Method: http.MethodPost, Path: "/v1/appointments", Body: body, Header: withKey(key)}
	centre.Refused(centre.Send(book), http.StatusUnprocessableEntity, "invalid") // by a constraint of the database
	line.Cut()
	centre.Refused(centre.Send(book), http.StatusServiceUnavailable, "unavailable")
	line.Heal()
	until(t, "the service is ready", func() bool { return centre.Get("/readyz").Status == http.StatusOK })
	body["representative"].(map[string]any)["wakala_expires"] = "2027-01-01"
	answer := centre.Send(book)
	if answer.Status != http.StatusCreated {
		t.Fatalf("book: %d %s", answer.Status, answer.Body)
	}
	var visit api.Appointment
	answer.JSON(t, &visit)

	gateway.fails(fmt.Errorf("%w: %s is busy", notify.ErrTemporary, "+966500000007"))
	centre.Jobs()
	gateway.fails(fmt.Errorf("%w: %s is gone", notify.ErrPermanent, "+966500000007"))
	centre.Pass(time.Minute)
	gateway.fails(nil)
	visitor.Shows(visit)
	visitor.TryMove(visit, servicetest.At(t, "2026-11-26T09:00"))
	visitor.TryCancel(visit)
	visitor.TryCancel(visit)
	centre.Get("/v1/appointments/" + visit.Reference)
	centre.Get("/v1/guide?q=" + "0500000007")
	centre.Get("/v1/" + visit.Reference + "/0500000007")
	centre.Pass(time.Hour)

	log := journal.String()
	if got := strings.Count(log, `"msg":"request"`); got < 15 {
		t.Fatalf("got %d requests in the log, want all of them:\n%s", got, log)
	}
	metrics := centre.Metrics()
	reasons := servicetest.Query[string](t, centre.DatabaseURL, "SELECT string_agg(reason, ' ') FROM messages")
	for what, private := range map[string]string{
		"the name": visitor.Name, "part of the name": "زائر", "the id": visitor.ID, "the e-mail": "noura",
		"the mobile": "500000007", "the code": code, "a wrong code": wrong(code),
		"the representative": "العتيبي", "the representative's id": representative, "the wakala": "449876543",
		"the hold's token": hold.Token, "the proof": proof.Token, "the manage token": visit.ManageToken,
		"the reference": visit.Reference, "the bare reference": strings.ReplaceAll(visit.Reference[2:], "-", ""),
		"the key": key, "the password of the database": password(t, centre.DatabaseURL),
	} {
		for where, text := range map[string]string{"the log": log, "the metrics": metrics, "the reasons": reasons} {
			if i := strings.Index(text, private); i >= 0 {
				t.Errorf("%s is in %s: …%s…", what, where, text[max(0, i-100):min(len(text), i+100)])
			}
		}
	}
	centre.AuditClean()
}

// password returns the password that a URL holds.
func password(t *testing.T, databaseURL string) string {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	p, ok := u.User.Password()
	if !ok || p == "" {
		t.Fatal("the URL of the database has no password")
	}
	return p
}
