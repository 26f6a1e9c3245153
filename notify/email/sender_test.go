package email_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify"
	"ziyara/notify/email"
	"ziyara/notify/sendertest"
)

func now() time.Time { return time.Date(2026, time.November, 15, 6, 30, 0, 0, time.UTC) }

// decode returns the text of a part in base64.
func decode(p *multipart.Part) (string, error) {
	body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
	return strings.ReplaceAll(string(body), "\r\n", "\n"), err
}

func newSender(t *testing.T, s *server, changes ...func(*email.Config)) *email.Sender {
	t.Helper()
	c := email.Config{
		Host: "127.0.0.1", Port: s.port, Security: email.None, Now: now,
		From: mail.Address{Name: "مركز الخدمة", Address: "visits@example.sa"},
	}
	for _, change := range changes {
		change(&c)
	}
	sender, err := email.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sender.Close() })
	return sender
}

// asSMS sends the messages of the suite as mail.
type asSMS struct{ *email.Sender }

func (a asSMS) Send(ctx context.Context, m notify.Message) (string, error) {
	return a.Sender.Send(ctx, email.Mail{ID: m.ID, To: "first@example.net", Subject: "موعد", Text: m.Text, Expires: m.Expires})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	sendertest.Run(t, func(t *testing.T) sendertest.Gateway {
		s := newServer(t, plain)
		sender := newSender(t, s)
		return sendertest.Gateway{Sender: asSMS{sender}, Close: sender.Close, Answer: s.obey, Taken: s.taken}
	})
}

const invitation = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:V-1@example.sa\r\nSEQUENCE:2\r\n" +
	"SUMMARY:موعد\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// The parts of a mail, in the order of RFC 2046, 5.1.4: the best last.
func TestParts(t *testing.T) {
	t.Parallel()
	m := email.Mail{
		ID: 5, To: "noura@example.net", Subject: "موعدكم\r\nBcc: x@example.net",
		Text:     "موعدكم <غدًا> & \"بعده\"\nالساعة 09:30\n\nأحضروا الهوية",
		Calendar: []byte(invitation), Method: email.Request,
	}
	text := part{Type: "text/plain; charset=UTF-8", Body: m.Text}
	calendar := part{Type: "text/calendar; method=REQUEST; charset=UTF-8", Body: strings.ReplaceAll(invitation, "\r\n", "\n")}
	cancel := part{Type: "text/calendar; method=CANCEL; charset=UTF-8", Body: strings.Replace(calendar.Body, "REQUEST", "CANCEL", 1)}
	tests := []struct {
		name   string
		change func(*email.Mail)
		types  []part
		html   []string
	}{
		{"Arabic with an invitation", func(*email.Mail) {}, []part{text, {}, calendar}, []string{
			`<html lang="ar" dir="rtl">`, `<body dir="rtl"`, "<p>موعدكم &lt;غدًا&gt; &amp; &#34;بعده&#34;<br>\nالساعة 09:30</p>",
			"<p>أحضروا الهوية</p>",
		}},
		{"English without one", func(m *email.Mail) { m.Lang, m.Calendar = "en", nil }, []part{text, {}}, []string{`<html lang="en" dir="ltr">`}},
		{"a cancellation", func(m *email.Mail) {
			m.Method, m.Calendar = email.Cancel, []byte(strings.Replace(invitation, "REQUEST", "CANCEL", 1))
		}, []part{text, {}, cancel}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, plain)
			m := m
			tt.change(&m)
			id, err := newSender(t, s).Send(t.Context(), m)
			if err != nil || id != "visit-message-5@example.sa" {
				t.Fatalf("Send = %q, %v", id, err)
			}
			got, err := parse(s.raw[0])
			if err != nil {
				t.Fatal(err)
			}
			page := got[1]
			got[1] = part{}
			if diff := cmp.Diff(tt.types, got); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
			if page.Type != "text/html; charset=UTF-8" {
				t.Errorf("second part is %s", page.Type)
			}
			for _, want := range tt.html {
				if !strings.Contains(page.Body, want) {
					t.Errorf("HTML without %s:\n%s", want, page.Body)
				}
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := newServer(t, plain)
	sender := newSender(t, s)
	for range 2 {
		m := email.Mail{ID: 5, To: "noura@example.net", Subject: "موعدكم\r\nBcc: x@example.net", Text: "hello"}
		if _, err := sender.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for _, raw := range s.raw {
		m, err := mail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		decoder := mime.WordDecoder{}
		read := func(name string) string {
			value, err := decoder.DecodeHeader(m.Header.Get(name))
			if err != nil {
				t.Fatal(err)
			}
			return value
		}
		want := map[string]string{
			"From": `"مركز الخدمة" <visits@example.sa>`, "To": "<noura@example.net>", "Subject": "موعدكم Bcc: x@example.net", "Bcc": "",
			"Message-Id": "<visit-message-5@example.sa>", "Date": "Sun, 15 Nov 2026 06:30:00 +0000",
			"Auto-Submitted": "auto-generated", "User-Agent": "",
		}
		got := map[string]string{}
		for name := range want {
			got[name] = read(name)
		}
		got["From"] = strings.Replace(got["From"], "مركز الخدمة <", `"مركز الخدمة" <`, 1) // quotes are optional
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("headers (-want +got):\n%s", diff)
		}
	}
}

// Mail goes out encrypted, to the right server, and after login.
func TestSecurity(t *testing.T) {
	t.Parallel()
	trusted := func(c *email.Config) {
		c.RootCAs = x509.NewCertPool()
		c.RootCAs.AddCert(certificate(t).Certificate())
	}
	sign := func(c *email.Config) { c.User, c.Password = "ziyara", "p@ss word" }
	kind := func(s email.Security) func(*email.Config) {
		return func(c *email.Config) { c.Security = s }
	}
	tests := []struct {
		name    string
		server  security
		changes []func(*email.Config)
		want    error
	}{
		{"STARTTLS", startTLS, []func(*email.Config){kind(email.StartTLS), trusted, sign}, nil},
		{"TLS from the start", implicit, []func(*email.Config){kind(email.Implicit), trusted, sign}, nil},
		{"no protection, on this machine", plain, []func(*email.Config){sign}, nil},
		{"STARTTLS with an untrusted certificate", startTLS, []func(*email.Config){kind(email.StartTLS), sign}, notify.ErrTemporary},
		{"TLS with an untrusted certificate", implicit, []func(*email.Config){kind(email.Implicit), sign}, notify.ErrTemporary},
		{"STARTTLS is not offered", plain, []func(*email.Config){kind(email.StartTLS), trusted, sign}, notify.ErrTemporary},
		{"wrong password", plain, []func(*email.Config){sign, func(c *email.Config) { c.Password = "secret-guess" }}, notify.ErrTemporary},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, tt.server)
			_, err := newSender(t, s, tt.changes...).Send(t.Context(), email.Mail{ID: 1, To: "noura@example.net", Text: "hello"})
			if !errors.Is(err, tt.want) || tt.want == nil && err != nil || err != nil && strings.Contains(err.Error(), "secret-guess") {
				t.Fatalf("Send = %v, want %v", err, tt.want)
			}
			if tt.want == nil && !slices.Equal(s.loggedIn, []string{"ziyara"}) {
				t.Errorf("logged in: %v", s.loggedIn)
			}
			if tt.want != nil && len(s.taken()) > 0 {
				t.Error("the mail went out")
			}
		})
	}
}

func TestSendRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*email.Mail)
		want   error
	}{
		{"no address", func(m *email.Mail) { m.To = "" }, notify.ErrRecipient},
		{"not an address", func(m *email.Mail) { m.To = "noura" }, notify.ErrRecipient},
		{"an address with a name", func(m *email.Mail) { m.To = "Noura <noura@example.net>" }, notify.ErrRecipient},
		{"two addresses", func(m *email.Mail) { m.To = "a@example.net, b@example.net" }, notify.ErrRecipient},
		{"a header in the address", func(m *email.Mail) { m.To = "a@example.net\r\nBcc: b@example.net" }, notify.ErrRecipient},
		{"no text", func(m *email.Mail) { m.Text = "" }, notify.ErrPermanent},
		{"expired", func(m *email.Mail) { m.Expires = now() }, notify.ErrPermanent},
		{"an invitation with another method", func(m *email.Mail) { m.Method = email.Cancel }, notify.ErrPermanent},
		{"an invitation without a method", func(m *email.Mail) { m.Method = "" }, notify.ErrPermanent},
		{"an invitation that is too long", func(m *email.Mail) { m.Calendar = make([]byte, 300<<10) }, notify.ErrPermanent},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, plain)
			m := email.Mail{ID: 1, To: "noura@example.net", Text: "hello", Calendar: []byte(invitation), Method: email.Request}
			tt.change(&m)
			if _, err := newSender(t, s).Send(t.Context(), m); !errors.Is(err, tt.want) {
				t.Errorf("Send = %v, want %v", err, tt.want)
			}
			if len(s.taken()) > 0 {
				t.Error("it was sent")
			}
		})
	}
}

func TestParseURL(t *testing.T) {
	t.Parallel()
	from := mail.Address{Address: "visits@example.sa"}
	tests := []struct {
		name, url string
		want      email.Config
		wantErr   string
	}{
		{
			name: "STARTTLS", url: "smtp://mail.example.sa?from=visits@example.sa",
			want: email.Config{Host: "mail.example.sa", Port: 587, Security: email.StartTLS, From: from},
		},
		{name: "TLS", url: "smtps://ziyara:p%40ss%20word@mail.example.sa/?from=visits@example.sa", want: email.Config{
			Host: "mail.example.sa", Port: 465, Security: email.Implicit, User: "ziyara", Password: "p@ss word", From: from,
		}},
		{name: "a port and a name", url: "smtp://mail.example.sa:2525?from=Visits+%3Cvisits@example.sa%3E", want: email.Config{
			Host: "mail.example.sa", Port: 2525, Security: email.StartTLS, From: mail.Address{Name: "Visits", Address: "visits@example.sa"},
		}},
		{
			name: "unprotected on this machine", url: "smtp://[::1]:25?security=none&from=visits@example.sa",
			want: email.Config{Host: "::1", Port: 25, Security: email.None, From: from},
		},
		{name: "unprotected elsewhere", url: "smtp://mail.example.sa?security=none&from=visits@example.sa", wantErr: "loopback"},
		{name: "no sender", url: "smtp://mail.example.sa", wantErr: "from"},
		{name: "another scheme", url: "http://mail.example.sa?from=visits@example.sa", wantErr: "http"},
		{name: "no host", url: "smtp:?from=visits@example.sa", wantErr: "not a URL"},
		{name: "unknown parameter", url: "smtp://mail.example.sa?from=visits@example.sa&tls=no", wantErr: "tls"},
		{name: "security of smtps", url: "smtps://mail.example.sa?from=visits@example.sa&security=none", wantErr: "security"},
		{name: "a path", url: "smtp://mail.example.sa/x?from=visits@example.sa", wantErr: "path"},
		{name: "a wrong port", url: "smtp://mail.example.sa:99999?from=visits@example.sa", wantErr: "port"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := email.ParseURL(tt.url)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Errorf("ParseURL = %v, want %q in it", err, tt.wantErr)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("ParseURL: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}
