package service_test

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"ziyara/notify"
	"ziyara/notify/sandbox"
	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// withMail returns the n-th visitor with an address.
func withMail(c *servicetest.Centre, lang string) *servicetest.Visitor {
	v := c.Visitor(1)
	v.Email, v.Lang = "noura@example.net", lang
	return v
}

// subjects returns the subjects of the e-mails to a visitor, oldest first.
func subjects(v *servicetest.Visitor) []string {
	list := []string{}
	for _, m := range v.Mails() {
		list = append(list, m.Subject)
	}
	slices.Reverse(list)
	return list
}

// mailsIn returns how many e-mails are in a state.
func mailsIn(t *testing.T, databaseURL, state string) int {
	t.Helper()
	return servicetest.Query[int](t, databaseURL, "SELECT count(*) FROM messages WHERE way = 'email' AND state = $1", state)
}

// Whoever gives an address is told by e-mail, too, once for each fact, with
// what their calendar is to know: one entry that follows the visit.
func TestMailsOfAVisit(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, public)
	visitor := withMail(centre, "en")
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Jobs()
	visitor.TryMove(visit, servicetest.At(t, "2026-11-26T10:30"))
	centre.Jobs()
	visitor.TryCancel(visit)
	want := []string{
		"Your visit is booked: Wednesday 25 November 2026 at 9:00 am",
		"Your visit has been moved to Thursday 26 November 2026 at 10:30 am",
		"Your visit has been cancelled: Thursday 26 November 2026 at 10:30 am",
	}
	if diff := cmp.Diff(want, subjects(visitor)); diff != "" {
		t.Fatalf("subjects (-want +got):\n%s", diff)
	}
	mails := visitor.Mails()
	booked := mails[2]
	for _, part := range []string{
		visit.Reference, "Heirs", "Wednesday 25 November 2026 at 9:00 am",
		"15 Jumada al-Akhirah 1448 AH", "Documents to bring:\n- ", "\nhttp://127.0.0.1:8080/m/",
	} {
		if !strings.Contains(booked.Text, part) {
			t.Errorf("the confirmation lacks %q:\n%s", part, booked.Text)
		}
	}
	for i, entry := range []notify.EntryOfDay{
		{Sequence: 3, Cancelled: true, Start: servicetest.At(t, "2026-11-26T10:30")},
		{Sequence: 2, Start: servicetest.At(t, "2026-11-26T10:30")},
		{Sequence: 1, Start: servicetest.At(t, "2026-11-25T09:00")},
	} {
		got := mails[i].Entry
		if got == nil || got.Reference != visit.Reference || got.Sequence != entry.Sequence || got.Cancelled != entry.Cancelled ||
			!got.Start.Equal(entry.Start) || got.End.Sub(got.Start) != 40*time.Minute {
			t.Errorf("%s: the calendar is told %+v, want %+v", mails[i].Subject, got, entry)
		}
	}
	if got := len(visitor.Messages()); got != 4 { // with the code
		t.Errorf("%d SMS, want 4", got)
	}
	centre.AuditClean()
}

// Arabic comes first in letters, too.
func TestMailInArabic(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	visitor := withMail(centre, "ar")
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	m := visitor.Mails()[0]
	if want := "تم حجز موعدكم: الأربعاء 25 نوفمبر 2026م، الساعة 9:00 ص"; m.Subject != want || m.Lang != "ar" {
		t.Errorf("subject %q in %s, want %q", m.Subject, m.Lang, want)
	}
	for _, part := range []string{
		"الموعد: الأربعاء 25 نوفمبر 2026م، الساعة 9:00 ص", "الموافق 15 جمادى الآخرة 1448هـ",
		"رقم الحجز: " + visit.Reference, "المستندات المطلوبة عند الحضور:\n- ",
	} {
		if !strings.Contains(m.Text, part) {
			t.Errorf("the confirmation lacks %q:\n%s", part, m.Text)
		}
	}
}

// Reminders go by e-mail, too: what is reminded of 47 hours ahead is, at 2
// hours it is not, and a visit that was booked on its own day has none.
func TestMailReminder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, booked, next string
		want               int
	}{
		{"47 hours ahead: yes", "2026-11-22T09:00", "2026-11-24T11:30", 1},
		{"2 hours ahead: no", "2026-11-22T09:00", "2026-11-26T08:30", 0},
		{"booked on the same day: no", "2026-11-26T07:00", "2026-11-26T09:00", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			centre := servicetest.Open(t, 1)
			plan(t, centre, heirs, "{2880}")
			centre.Clock.Set(servicetest.At(t, test.booked))
			visitor := withMail(centre, "en")
			visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-26T10:30"))
			visitor.Mails() // the confirmation
			centre.Clock.Set(servicetest.At(t, test.next))
			passUntil(centre, servicetest.At(t, "2026-11-26T12:00"), 6*time.Hour)
			got := subjects(visitor)[1:]
			if len(got) != test.want || test.want > 0 && got[0] != "Reminder: your visit is on Thursday 26 November 2026 at 10:30 am" {
				t.Errorf("reminded by %q, want %d reminders", got, test.want)
			}
		})
	}
}

// A mail server that is away keeps no SMS waiting and changes nothing about
// it; e-mails wait for it, and what is not true any more is never sent.
func TestMailServerAway(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	centre.Mailbox.Fail(notify.ErrTemporary)
	visitor := withMail(centre, "en")
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Jobs()
	visitor.TryMove(visit, servicetest.At(t, "2026-11-26T10:30"))
	for range 5 {
		centre.Pass(time.Minute)
	}
	if got := len(visitor.Messages()); got != 3 { // code, confirmation, move
		t.Errorf("%d SMS while the mail server is away, want 3", got)
	}
	if got := mailsIn(t, centre.DatabaseURL, "queued"); got != 1 {
		t.Errorf("%d e-mails wait, want the 1 that is true", got)
	}
	centre.Mailbox.Fail(nil)
	passUntil(centre, centre.Clock.Now().Add(2*time.Hour), 10*time.Minute)
	if diff := cmp.Diff([]string{"Your visit has been moved to Thursday 26 November 2026 at 10:30 am"}, subjects(visitor)); diff != "" {
		t.Errorf("subjects (-want +got):\n%s", diff)
	}
}

// An address that does not exist is tried once, and staff see it; the SMS is
// on the phone.
func TestMailToNobody(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	centre.Mailbox.Fail(notify.ErrRecipient)
	visitor := withMail(centre, "en")
	visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	for range 3 {
		centre.Pass(10 * time.Minute)
	}
	if got := mailsIn(t, centre.DatabaseURL, "failed"); got != 1 {
		t.Errorf("%d e-mails failed, want 1", got)
	}
	attempts := servicetest.Query[int](t, centre.DatabaseURL, "SELECT attempts FROM messages WHERE way = 'email'")
	if attempts != 1 {
		t.Errorf("%d attempts, want 1", attempts)
	}
	if got := len(visitor.Messages()); got != 2 {
		t.Errorf("%d SMS, want 2", got)
	}
}

// Without a mail server nothing is written for one.
func TestNoMailServer(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, func(c *service.Config) { c.Postman = nil })
	visitor := withMail(centre, "en")
	visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Jobs()
	if got := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM messages WHERE way = 'email'"); got != 0 {
		t.Errorf("%d e-mails for nobody to send", got)
	}
}

// Nobody is sent an e-mail twice, however many replicas deliver at once.
func TestMailsBySeveralReplicas(t *testing.T) {
	t.Parallel()
	const n = 300
	url := servicetest.HandedOn(t)
	centre := servicetest.OpenOn(t, url, 2)
	plan(t, centre, heirs, "{1440}")
	centre.Visitor(1).Books(heirs, "riyadh", servicetest.At(t, "2026-11-29T09:00"))
	centre.Jobs()
	bookedLongAgo(t, url, n, servicetest.At(t, "2026-11-25T07:30"))
	servicetest.Exec(t, url, "UPDATE appointments SET email = reference || '@example.net' WHERE reference LIKE 'CR%'")
	centre.Clock.Set(servicetest.At(t, "2026-11-24T09:00"))
	var running sync.WaitGroup
	for _, r := range centre.Replicas {
		running.Go(func() {
			for range 3 {
				if err := r.RunJobs(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	got := map[string]int{}
	for _, m := range centre.Mailbox.Mails("") {
		got[m.To]++
		if got[m.To] > 1 {
			t.Errorf("%s has %d", m.To, got[m.To])
		}
	}
	if len(got) != n || mailsIn(t, url, "accepted") != n {
		t.Errorf("%d e-mails arrived and %d are recorded, want %d", len(got), mailsIn(t, url, "accepted"), n)
	}
}

// An e-mail by a real mail server: two texts and an invitation that a calendar
// understands. A later one takes the place of the first, and a cancellation
// takes it out.
func TestMailByServer(t *testing.T) {
	t.Parallel()
	server, address := newMailServer(t)
	centre := servicetest.Open(t, 1, public, func(c *service.Config) {
		c.Postman, c.SMTP = nil, "smtp://"+address+"?security=none&from=Visits+%3Cvisits@example.sa%3E"
	})
	visitor := withMail(centre, "ar")
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Jobs()
	centre.Clock.Add(time.Minute)
	visitor.TryMove(visit, servicetest.At(t, "2026-11-26T10:30"))
	centre.Jobs()
	centre.Clock.Add(time.Minute)
	visitor.TryCancel(visit)
	centre.Jobs()
	got := server.taken()
	if len(got) != 3 {
		t.Fatalf("%d e-mails, want 3", len(got))
	}
	uids := map[string]bool{}
	for i, want := range []struct{ method, status, sequence, start string }{
		{"REQUEST", "CONFIRMED", "1", "20261125T060000Z"},
		{"REQUEST", "CONFIRMED", "2", "20261126T073000Z"},
		{"CANCEL", "CANCELLED", "3", "20261126T073000Z"},
	} {
		m := got[i]
		if len(m.parts) != 3 || !strings.HasPrefix(m.types[2], "text/calendar; method="+want.method) {
			t.Fatalf("parts %q, want the invitation last", m.types)
		}
		if !strings.Contains(m.parts[0], visit.Reference) || !strings.Contains(m.parts[1], `dir="rtl"`) {
			t.Errorf("texts %q", m.parts[:2])
		}
		if linked := strings.Contains(m.parts[1], `<a href="http://127.0.0.1:8080/m/`); linked != (want.method == "REQUEST") {
			t.Errorf("link in the page of a %s: %t", want.method, linked)
		}
		calendar, err := ics.ParseCalendar(strings.NewReader(m.parts[2]))
		if err != nil || len(calendar.Events()) != 1 {
			t.Fatalf("invitation: %v\n%s", err, m.parts[2])
		}
		event := calendar.Events()[0]
		uids[event.Id()] = true
		value := func(p ics.ComponentProperty) string {
			if found := event.GetProperty(p); found != nil {
				return found.Value
			}
			return ""
		}
		fields := []string{
			value(ics.ComponentPropertyStatus), value(ics.ComponentPropertySequence), value(ics.ComponentPropertyDtStart),
			value(ics.ComponentPropertyAttendee), value(ics.ComponentPropertyOrganizer),
		}
		if diff := cmp.Diff(
			[]string{want.status, want.sequence, want.start, "mailto:noura@example.net", "mailto:visits@example.sa"},
			fields,
		); diff != "" {
			t.Errorf("the calendar is told (-want +got):\n%s", diff)
		}
	}
	if len(uids) != 1 || !uids[visit.Reference+"@example.sa"] {
		t.Errorf("entries %v, want one that stays the same", uids)
	}
}

// mailServer is a real mail server that keeps what it takes.
type mailServer struct {
	mu    sync.Mutex
	mails []takenMail
}

// takenMail are the parts of an e-mail.
type takenMail struct{ types, parts []string }

// newMailServer returns a mail server and the address at which it listens.
func newMailServer(t *testing.T) (*mailServer, string) {
	t.Helper()
	m := &mailServer{}
	server := smtp.NewServer(m)
	server.Domain = "mail.example.sa"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() {
		_ = listener.Close() // Close alone misses a Serve that has not begun yet
		_ = server.Close()
		<-done
	})
	return m, listener.Addr().String()
}

// NewSession begins a session.
func (m *mailServer) NewSession(*smtp.Conn) (smtp.Session, error) { return mailSession{m}, nil }

func (m *mailServer) taken() []takenMail {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.mails)
}

type mailSession struct{ server *mailServer }

// Reset forgets nothing: there is nothing yet.
func (mailSession) Reset() {}

// Logout ends the session.
func (mailSession) Logout() error { return nil }

// Mail takes any sender.
func (mailSession) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt takes any recipient.
func (mailSession) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Data takes an e-mail.
func (s mailSession) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	_, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	var taken takenMail
	reader := multipart.NewReader(m.Body, parameters["boundary"])
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		if err != nil {
			return err
		}
		taken.types, taken.parts = append(taken.types, part.Header.Get("Content-Type")), append(taken.parts, string(body))
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.mails = append(s.server.mails, taken)
	return nil
}

// Who has an address and no mobile is told by e-mail alone, reminders too, and
// is on no list of those who can't be reached; without a mail server they are.
func TestMailWithoutMobile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		options []servicetest.Option
		want    []string
		state   string // of the SMS
	}{
		{"with a mail server", nil, []string{
			"Your visit has been moved to Thursday 26 November 2026 at 10:30 am", "Reminder: your visit is on Thursday 26 November 2026 at 10:30 am",
			"Your visit has been cancelled: Thursday 26 November 2026 at 10:30 am",
		}, "dropped"},
		{"without one", []servicetest.Option{func(c *service.Config) { c.Postman = nil }}, []string{}, "failed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			centre := servicetest.Open(t, 1, test.options...)
			plan(t, centre, heirs, "{1440}")
			visitor := withMail(centre, "en")
			visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T10:30"))
			centre.Jobs()
			servicetest.Exec(t, centre.DatabaseURL, "UPDATE appointments SET mobile = NULL, mobile_place = NULL")
			visitor.TryMove(visit, servicetest.At(t, "2026-11-26T10:30"))
			centre.Jobs()
			centre.Clock.Set(servicetest.At(t, "2026-11-25T10:30"))
			centre.Jobs()
			visitor.TryCancel(visit)
			got := subjects(visitor)
			if diff := cmp.Diff(test.want, got[min(1, len(got)):]); diff != "" { // after the confirmation
				t.Errorf("subjects (-want +got):\n%s", diff)
			}
			if n := servicetest.Query[int](
				t,
				centre.DatabaseURL,
				"SELECT count(*) FROM messages WHERE way = 'sms' AND kind <> 'booked' AND state = $1",
				test.state,
			); n != 3 {
				t.Errorf("%d SMS are %s, want 3", n, test.state)
			}
		})
	}
}

// Who booked at the desk, with an address and no mobile, is told by e-mail what
// a closure makes of the visit: choose another start, or it is cancelled, or it
// takes place after all.
func TestClosureWithoutMobile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		decision string
		reopens  bool
		outcome  string
		want     []string // the oldest first
	}{
		{
			"another start is proposed", "propose", false, "waiting",
			[]string{"Please choose another time instead of Monday 23 November 2026 at 12:10 pm"},
		},
		{
			"it is called off", "cancel", false, "called_off",
			[]string{"We are sorry, your visit has been cancelled: Monday 23 November 2026 at 12:10 pm"},
		},
		{"it takes place after all", "propose", true, "restored", []string{
			"Please choose another time instead of Monday 23 November 2026 at 12:10 pm",
			"Your visit is booked: Monday 23 November 2026 at 12:10 pm",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			centre := servicetest.Open(t, 1, public)
			visitor, desk := withMail(centre, "en"), centre.Receptionist("riyadh")
			hold := desk.Holds("iban-update", "riyadh", servicetest.At(t, "2026-11-23T12:10"), nil)
			desk.Books(visitor, hold, map[string]any{"mobile": nil, "lang": "en", "visitor": map[string]any{
				"name": visitor.Name, "id": visitor.ID, "email": visitor.Email,
			}})
			centre.Jobs()
			noura := centre.Coordinator("revenues")
			change := asks(t, noura, returns+"/changes", version(noura, "riyadh-returns"), map[string]any{
				"edit":     map[string]any{"close": []any{closing("2026-11-23")}},
				"decision": test.decision, "reason": both("انقطاع الكهرباء", "Power cut"),
			}, http.StatusCreated)
			if test.reopens {
				centre.Jobs()
				if answer := changes(noura, http.MethodPost, returns+"/undo", "*", nil); answer.Status != http.StatusOK {
					t.Fatalf("undo: %d %s", answer.Status, answer.Body)
				}
			}
			got := subjects(visitor)
			if diff := cmp.Diff(test.want, got[min(1, len(got)):]); diff != "" { // after the confirmation
				t.Errorf("subjects (-want +got):\n%s", diff)
			}
			told := visitsOf(t, noura, change.ID, test.outcome)
			if !test.reopens && (len(told) != 1 || told[0].Message != "accepted") {
				t.Errorf("staff see %+v, want that the e-mail was accepted", told)
			}
			centre.AuditClean()
		})
	}
}

// Who tries the service out without a mail server sees e-mails on a page of
// this machine.
func TestSandboxMailbox(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, sandboxed, func(c *service.Config) { c.Postman = nil })
	visitor := withMail(centre, "en")
	answer := visitor.AsksForCode()
	var started api.Verification
	answer.JSON(t, &started)
	centre.Jobs()
	var phone []sandbox.Message
	centre.Get("/dev/phone.json").JSON(t, &phone)
	if len(phone) != 1 {
		t.Fatalf("the phone shows %+v, want the code", phone)
	}
	hold := visitor.Holds(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	var proof api.VerificationProof
	visitor.TryCode(started.ID, regexp.MustCompile(`\d{6}`).FindString(phone[0].Text)).JSON(t, &proof)
	booking := map[string]any{
		"hold": hold.ID, "hold_token": hold.Token, "verification": proof.Token, "documents_acknowledged": true,
		"visitor": map[string]any{"name": visitor.Name, "id": visitor.ID, "email": visitor.Email},
	}
	if answer := centre.Post("/v1/appointments", booking); answer.Status != http.StatusCreated {
		t.Fatalf("book: %d %s", answer.Status, answer.Body)
	}
	centre.ConfirmEmails()
	centre.Jobs()
	var mails []sandbox.Mail
	centre.Get("/dev/mail.json?to="+visitor.Email).JSON(t, &mails)
	if len(mails) != 1 || mails[0].To != visitor.Email || mails[0].Entry == nil {
		t.Errorf("the mailbox shows %+v", mails)
	}
	says(t, string(centre.Get("/dev/mail").Body), "Your visit is booked", "REQUEST", visitor.Email)
	if got := centre.Get("/dev/mail.json?to=other@example.net").Body; string(got) != "[]" {
		t.Errorf("somebody else has %s", got)
	}
}
