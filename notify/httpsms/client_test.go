package httpsms_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify"
	"ziyara/notify/httpsms"
	"ziyara/notify/sendertest"
)

const secret = "a-secret-of-the-gateway"

func now() time.Time { return time.Date(2026, time.November, 15, 6, 30, 0, 0, time.UTC) }

func message(text string) notify.Message {
	return notify.Message{ID: 17, Mobile: "+966501234567", Text: text, Size: notify.Measure(text)}
}

// provider returns a built-in provider, or the generic one of the tests.
func provider(t testing.TB, name string) httpsms.Provider {
	t.Helper()
	if name == "generic" {
		p, err := httpsms.Parse([]byte(generic))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p, ok, err := httpsms.BuiltIn(name)
	if err != nil || !ok {
		t.Fatalf("BuiltIn(%s) = %t, %v", name, ok, err)
	}
	return p
}

// newClient returns a client of the provider that sends to server.
func newClient(t *testing.T, name, server string, changes ...func(*httpsms.Config)) *httpsms.Client {
	t.Helper()
	p := provider(t, name)
	at, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := httpsms.Config{Provider: p, URL: server + at.Path, From: "MOF", Pause: 20 * time.Millisecond, Now: now, Secrets: map[string]string{}}
	for _, s := range p.Secrets {
		c.Secrets[s] = secret
	}
	for _, change := range changes {
		change(&c)
	}
	client, err := httpsms.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestConformance(t *testing.T) {
	t.Parallel()
	doubles := map[string]func(*testing.T) *double{"unifonic": newUnifonic, "taqnyat": newTaqnyat, "generic": newGeneric}
	for name, start := range doubles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sendertest.Run(t, func(t *testing.T) sendertest.Gateway {
				d := start(t)
				client := newClient(t, name, d.URL)
				return sendertest.Gateway{Sender: client, Close: client.Close, Answer: d.obey, Taken: d.taken}
			})
		})
	}
}

// The meaning of each answer, as documented by the providers.
func TestAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, provider string
		status         int
		body           string
		want           error
		id             string
	}{
		{
			"Unifonic, success as text", "unifonic", 200,
			`{"success":"true","errorCode":"ER-00","data":{"MessageID":3200017889310,"Status":"Queued"}}`, nil, "3200017889310",
		},
		{"Unifonic, success without an id", "unifonic", 200, `{"success":true,"errorCode":"ER-00","data":{}}`, notify.ErrUncertain, ""},
		{"Unifonic, a duplicate was taken before", "unifonic", 409, `{"success":false,"message":"This message is duplicate"}`, nil, "17"},
		{"Unifonic, invalid destination", "unifonic", 482, `{}`, notify.ErrRecipient, ""},
		{"Unifonic, invalid destination as a code", "unifonic", 200, `{"success":false,"errorCode":"ER-482"}`, notify.ErrRecipient, ""},
		{"Unifonic, wrong credentials", "unifonic", 401, `{"success":false,"errorCode":"ER-401"}`, notify.ErrTemporary, ""},
		{"Unifonic, sender id not allowed", "unifonic", 480, `{"success":false,"errorCode":"ER-480"}`, notify.ErrTemporary, ""},
		{"Unifonic, filtered", "unifonic", 200, `{"success":false,"errorCode":"ER-07"}`, notify.ErrPermanent, ""},
		{"Unifonic, request failed", "unifonic", 599, ``, notify.ErrUncertain, ""},
		{
			"Taqnyat, rejected", "taqnyat", 201, `{"statusCode":201,"messageId":1,"accepted":"[]","rejected":"[966501234567,]"}`,
			notify.ErrRecipient, "",
		},
		{"Taqnyat, wrong credentials", "taqnyat", 401, `{"statusCode":401}`, notify.ErrTemporary, ""},
		{"Taqnyat, invalid number", "taqnyat", 400, `{"statusCode":400,"message":"Invalid mobile number"}`, notify.ErrRecipient, ""},
		{"Taqnyat, no id", "taqnyat", 201, `{"statusCode":201}`, notify.ErrUncertain, ""},
		// Answers without a matching rule are judged by their status.
		{"a redirect is not followed", "generic", 302, ``, notify.ErrTemporary, ""},
		{"not found", "generic", 404, ``, notify.ErrTemporary, ""},
		{"internal error", "generic", 500, ``, notify.ErrTemporary, ""},
		{"out of order", "generic", 503, ``, notify.ErrTemporary, ""},
		{"too many", "generic", 429, ``, notify.ErrTemporary, ""},
		{"a proxy that lost the answer", "generic", 502, ``, notify.ErrUncertain, ""},
		{"a proxy that timed out", "generic", 504, ``, notify.ErrUncertain, ""},
		{"an unreadable success", "generic", 200, `fine`, notify.ErrUncertain, ""},
		{"an endless answer", "generic", 200, strings.Repeat("OK 1\n", 100_000), notify.ErrUncertain, ""},
		{"an id that is too long", "generic", 200, "OK " + strings.Repeat("1", 200), notify.ErrUncertain, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if tt.status == 302 {
					w.Header().Set("Location", "http://elsewhere.example.net/")
				}
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.body) //nolint:errcheck // the client sees it
			}))
			t.Cleanup(server.Close)
			id, err := newClient(t, tt.provider, server.URL).Send(t.Context(), message("hello"))
			if id != tt.id || !errors.Is(err, tt.want) || tt.want == nil && err != nil {
				t.Errorf("Send = %q, %v; want %q, %v", id, err, tt.id, tt.want)
			}
			if want := tt.want == notify.ErrRecipient; errors.Is(err, notify.ErrRecipient) != want { //nolint:errorlint // the case names the error
				t.Errorf("Send = %v; is ErrRecipient: %t", err, !want)
			}
		})
	}
}

// A busy gateway may say for how long (RFC 9110, 10.2.3).
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{
		"7": 7 * time.Second, "": 20 * time.Millisecond, "Sun, 15 Nov 2026 06:31:00 GMT": 20 * time.Millisecond,
		"0": 20 * time.Millisecond, "99999999999": 20 * time.Millisecond,
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", header)
				w.WriteHeader(http.StatusTooManyRequests)
			}))
			t.Cleanup(server.Close)
			_, err := newClient(t, "generic", server.URL).Send(t.Context(), message("hello"))
			if got, busy := notify.BusyFor(err); !busy || got != want {
				t.Errorf("BusyFor(%v) = %v, %t; want %v", err, got, busy, want)
			}
		})
	}
}

// A message that never reached the gateway may go to another one; a message
// that may have reached it may not.
func TestConnections(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	hangUp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}))
	t.Cleanup(hangUp.Close)
	plain := httptest.NewUnstartedServer(nil)
	plain.StartTLS() // its certificate is not trusted
	t.Cleanup(plain.Close)
	tests := []struct {
		name, url string
		want      error
	}{
		{"no listener", "http://127.0.0.1:1", notify.ErrTemporary},
		{"an untrusted certificate", plain.URL, notify.ErrTemporary},
		{"hangs up on the request", hangUp.URL, notify.ErrUncertain},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, name := range []string{"unifonic", "generic"} {
				_, err := newClient(t, name, tt.url).Send(t.Context(), message("hello"))
				if !errors.Is(err, tt.want) {
					t.Errorf("%s: Send = %v, want %v", name, err, tt.want)
				}
				for _, private := range []string{secret, "hello", "501234567"} {
					if strings.Contains(err.Error(), private) {
						t.Errorf("%s: the error reveals %q: %v", name, private, err)
					}
				}
			}
		})
	}
	t.Cleanup(func() {
		if got := requests.Load(); got != 2 {
			t.Errorf("%d requests for two messages, want no repetition", got)
		}
	})
}

// If a connection that was already open fails, the request is not repeated,
// although net/http would repeat a GET.
func TestNoHiddenRepetition(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) == 1 {
			fmt.Fprint(w, "OK 1") //nolint:errcheck // the client sees it
			return
		}
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}))
	t.Cleanup(server.Close)
	client := newClient(t, "generic", server.URL)
	if _, err := client.Send(t.Context(), message("first")); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Send(t.Context(), message("second")); !errors.Is(err, notify.ErrUncertain) {
		t.Errorf("Send = %v, want it uncertain", err)
	}
	if got := requests.Load(); got != 2 {
		t.Errorf("%d requests for two messages, want no repetition", got)
	}
}

// Waiting for a slow gateway ends after the timeout.
func TestTimeout(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // accepts connections and never answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	client := newClient(t, "taqnyat", "http://"+listener.Addr().String(), func(c *httpsms.Config) { c.Timeout = 3 * time.Second })
	if _, err := client.Send(t.Context(), message("hello")); !errors.Is(err, notify.ErrUncertain) {
		t.Errorf("Send = %v, want it uncertain", err)
	}
}

// The values that replace ${…}.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	d := newGeneric(t)
	client := newClient(t, "generic", d.URL, func(c *httpsms.Config) { c.ReceiptURL = "https://visits.example.sa/r?type=%d" })
	m := message("موعد ${password} ${id} & a=b")
	m.Expires = now().Add(90 * time.Minute)
	if _, err := client.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"username": {"ziyara"}, "password": {secret}, "from": {"MOF"}, "to": {"+966501234567"}, "text": {m.Text},
		"charset": {"UTF-8"}, "coding": {"2"}, "validity": {"90"}, "dlr-url": {"https://visits.example.sa/r?type=%d"},
	}
	if diff := cmp.Diff(want, d.seen[0].URL.Query()); diff != "" {
		t.Errorf("query (-want +got):\n%s", diff)
	}
	if _, err := newClient(t, "generic", d.URL).Send(t.Context(), message("hello")); err != nil {
		t.Fatal(err)
	}
	want = url.Values{
		"username": {"ziyara"}, "password": {secret}, "from": {"MOF"}, "to": {"+966501234567"}, "text": {"hello"},
		"charset": {"UTF-8"}, "coding": {"0"},
	}
	if diff := cmp.Diff(want, d.seen[1].URL.Query()); diff != "" {
		t.Errorf("query without empty fields (-want +got):\n%s", diff)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*httpsms.Config)
	}{
		{"no provider", func(c *httpsms.Config) { c.Provider = httpsms.Provider{} }},
		{"no sender id", func(c *httpsms.Config) { c.From = "" }},
		{"no secret", func(c *httpsms.Config) { c.Secrets = nil }},
		{"no clock", func(c *httpsms.Config) { c.Now = nil }},
		{"negative timeout", func(c *httpsms.Config) { c.Timeout = -1 }},
		{"plain http to elsewhere", func(c *httpsms.Config) { c.URL = "http://sms.example.net/" }},
		{"credentials in the URL", func(c *httpsms.Config) { c.URL = "https://a:b@sms.example.net/" }},
		{"no URL", func(c *httpsms.Config) { c.URL = "sms" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := httpsms.Config{Provider: provider(t, "unifonic"), From: "MOF", Now: now, Secrets: map[string]string{"app_sid": secret}}
			if _, err := httpsms.New(c); err != nil {
				t.Fatal(err)
			}
			tt.change(&c)
			if _, err := httpsms.New(c); err == nil {
				t.Error("New accepted it")
			}
		})
	}
}

// Errors in a provider file name the fault and its place.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, old, new, want string }{
		{"no TOML", "url =", "url", "toml"},
		{"unknown key", "format = \"query\"\n", "format = \"query\"\nfromat = 1\n", "fromat"},
		{"unknown key of a rule", "status = [503]", "statsu = [503]", "statsu"},
		{"method and format", `"GET"`, `"POST"`, "method"},
		{"plain http", "https://", "http://", "https"},
		{"unknown placeholder", "${from}", "${form}", "unknown placeholder ${form}"},
		{"no text", "${text}", "x", "${text}"},
		{"no number", "${mobile}", "x", "${mobile}"},
		{"an unused secret", `["password"]`, `["password", "other"]`, "${other}"},
		{"unknown encoding", "gsm7 =", "gsm =", "encodings.gsm"},
		{"unknown format of answers", `format = "text"`, `format = "xml"`, "answer.format"},
		{"id without a group", "([0-9a-f]+)", "[0-9a-f]+", "answer.id"},
		{"unknown meaning", `means = "busy"`, `means = "bussy"`, "number 2"},
		{"nothing is accepted", `means = "accepted"`, `means = "refused"`, "accepted"},
		{"a rule that matches everything", "matches = '^OK '", "", "matches everything"},
		{"a wrong regular expression", "'queue'", "'('", "matches"},
		{"unknown format of receipts", "[receipt]\nformat = \"query\"", "[receipt]\nformat = \"xml\"", "receipt.format"},
		{"receipts without a state", `state = ["type"]`, "", "receipt"},
		{"a table in a query", `username = "ziyara"`, `username = {a = 1}`, "fields.username"},
		{"a header of two lines", "[fields]", "[headers]\nA = \"b\\nc\"\n[fields]", "line break"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if strings.Count(generic, tt.old) == 0 {
				t.Fatalf("%q is not in the file", tt.old)
			}
			_, err := httpsms.Parse([]byte(strings.Replace(generic, tt.old, tt.new, 1)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Parse = %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestBuiltInUnknown(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"other", "../provider", ""} {
		if _, ok, err := httpsms.BuiltIn(name); ok || err != nil {
			t.Errorf("BuiltIn(%q) = %t, %v", name, ok, err)
		}
	}
}
