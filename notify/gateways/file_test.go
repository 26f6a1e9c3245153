package gateways_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify"
	"ziyara/notify/gateways"
	"ziyara/notify/httpsms"
)

func now() time.Time { return time.Date(2026, time.November, 15, 6, 30, 0, 0, time.UTC) }

// options has a secret in every variable that begins with ZIYARA_.
func options(receipts notify.Receipts) gateways.Options {
	return gateways.Options{
		Env: func(name string) (string, bool) {
			return "secret-of-" + name, strings.HasPrefix(name, "ZIYARA_")
		},
		Now: now, Receipts: receipts,
	}
}

// example returns the file that the documentation shows.
func example(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../../docs/OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```toml\n(.*?)```").FindSubmatch(content)
	if found == nil {
		t.Fatal("no example in docs/OPERATIONS.md")
	}
	return string(found[1])
}

// The file in the documentation is one that can be used.
func TestLoadExample(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gateways.toml")
	if err := os.WriteFile(path, []byte(example(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := gateways.Load(path, options(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := []gateways.Status{{Name: "operator", Health: gateways.Works}, {Name: "unifonic", Health: gateways.Works}}
	if diff := cmp.Diff(want, s.Status()); diff != "" {
		t.Errorf("gateways (-want +got):\n%s", diff)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// Receipts that a gateway brings carry the id that Send returned.
func TestReceive(t *testing.T) {
	t.Parallel()
	var got []notify.Receipt
	failure := error(nil)
	s, err := gateways.Parse([]byte(example(t)), ".", options(func(_ context.Context, r notify.Receipt) error {
		got = append(got, r)
		return failure
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	c := httpsms.Callback{
		Header: http.Header{"X-Receipt-Token": {"secret-of-ZIYARA_UNIFONIC_RECEIPTS"}, "Content-Type": {"application/x-www-form-urlencoded"}},
		Body:   []byte(url.Values{"MessageID": {"42"}, "DLR": {"Delivered"}}.Encode()),
	}
	if _, err := s.Receive(t.Context(), "unifonic", c); err != nil {
		t.Fatal(err)
	}
	want := []notify.Receipt{{GatewayID: "unifonic:42", Delivery: notify.Delivered, At: now()}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("receipts (-want +got):\n%s", diff)
	}
	failure = errors.New("not now")
	if _, err := s.Receive(t.Context(), "unifonic", c); !errors.Is(err, failure) {
		t.Errorf("Receive = %v, want what the callback returned", err)
	}
	for _, name := range []string{"operator", "other"} {
		if _, err := s.Receive(t.Context(), name, c); !errors.Is(err, gateways.ErrUnknown) {
			t.Errorf("Receive from %s = %v, want ErrUnknown", name, err)
		}
	}
	c.Header = nil
	if _, err := s.Receive(t.Context(), "unifonic", c); !errors.Is(err, httpsms.ErrForged) {
		t.Errorf("Receive without proof = %v, want ErrForged", err)
	}
}

// A gateway that wants to know who answers gets the secret back, once its
// receipts are safe; all receipts of one request are handed on.
func TestReceiveEcho(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	got := map[string]bool{}
	failure := error(nil)
	file := `[[gateway]]
name = "taqnyat"
kind = "http"
provider = "taqnyat"
from = "MOF"
secrets = { token = "ZIYARA_TOKEN" }
receipts = { field = "passPhrase", secret_env = "ZIYARA_PHRASE", echo = true }
`
	s, err := gateways.Parse([]byte(file), ".", options(func(_ context.Context, r notify.Receipt) error {
		mu.Lock()
		defer mu.Unlock()
		got[r.GatewayID] = true
		return failure
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	c := httpsms.Callback{Body: []byte(`{"messageId":7,"status":"delivered","passPhrase":"secret-of-ZIYARA_PHRASE"}`)}
	if answer, err := s.Receive(t.Context(), "taqnyat", c); err != nil || answer != "secret-of-ZIYARA_PHRASE" || !got["taqnyat:7"] {
		t.Errorf("Receive = %q, %v with %v", answer, err, got)
	}
	failure = errors.New("not now")
	if answer, err := s.Receive(t.Context(), "taqnyat", c); !errors.Is(err, failure) || answer != "" {
		t.Errorf("Receive = %q, %v; want no answer before the receipt is safe", answer, err)
	}
	c.Body = []byte(`{"messageId":7,"status":"delivered","passPhrase":"another phrase, long enough"}`)
	if answer, err := s.Receive(t.Context(), "taqnyat", c); !errors.Is(err, httpsms.ErrForged) || answer != "" {
		t.Errorf("Receive with a wrong phrase = %q, %v", answer, err)
	}
}

// A provider may be a file beside the gateway file.
func TestProviderFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	provider, err := os.ReadFile("../httpsms/providers/taqnyat.toml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "own.toml"), provider, 0o600); err != nil {
		t.Fatal(err)
	}
	content := "[[gateway]]\nname = \"own\"\nkind = \"http\"\nprovider = \"own.toml\"\nfrom = \"MOF\"\nsecrets = {token = \"ZIYARA_TOKEN\"}\n"
	s, err := gateways.Parse([]byte(content), dir, options(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// What is wrong with a file is named, and no secret is told.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	file := example(t)
	tests := []struct{ name, old, new, want string }{
		{"no TOML", `name = "operator"`, `name = `, "toml"},
		{"unknown key", "window = 20", "windows = 20", "gateway.windows"},
		{"a key of the other kind", "window = 20", "url = \"https://x\"", "gateway.url"},
		{"unknown table", "[gateway.receipts]", "[gateway.receipt]", "gateway.receipt"},
		{"unknown key at the top", "[[gateway]]", "x = 1\n[[gateway]]", `"x"`},
		{"unknown kind", `kind = "smpp"`, `kind = "smp"`, `"smp"`},
		{"no kind", `kind = "smpp"`, ``, `kind ""`},
		{"no name", `name = "operator"`, ``, "gateway 1"},
		{"the same name twice", `name = "unifonic"`, `name = "operator"`, "operator"},
		{"negative rate", "rate = 50", "rate = -50", "operator"},
		{"rate that is no number", "rate = 50", `rate = "50"`, "rate"},
		{"a time without unit", "window = 20", `timeout = "10"`, "timeout"},
		{"no address", `address = "smpp.operator.example.sa:3550"`, ``, "operator: smpp: address"},
		{"a sender id that is too long", `from = "MOF"`, `from = "Ministry of Finance"`, "sender id"},
		{"a variable that is not set", "ZIYARA_OPERATOR_PASSWORD", "OTHER", `"OTHER"`},
		{"a secret that is not set", "ZIYARA_UNIFONIC_APP_SID", "OTHER", `"OTHER"`},
		{"a secret that is missing", `app_sid = "ZIYARA_UNIFONIC_APP_SID"`, ``, "app_sid"},
		{"unknown provider", `provider = "unifonic"`, `provider = "unifonik"`, "unifonik"},
		{"no such provider file", `provider = "unifonic"`, `provider = "none.toml"`, "none.toml"},
		{"two proofs", `header = "X-Receipt-Token"`, `header = "X-Receipt-Token"` + "\n" + `query = "token"`, "proof"},
		{"no proof", `header = "X-Receipt-Token"`, ``, "proof"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(file, tt.old) {
				t.Fatalf("%q is not in the example", tt.old)
			}
			s, err := gateways.Parse([]byte(strings.Replace(file, tt.old, tt.new, 1)), t.TempDir(), options(nil))
			if err == nil {
				_ = s.Close()
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret-of") {
				t.Errorf("Parse = %v, want it to name %s", err, tt.want)
			}
		})
	}
	for name, content := range map[string]string{"empty": "", "no gateways": "# nothing\n"} {
		if _, err := gateways.Parse([]byte(content), ".", options(nil)); err == nil {
			t.Errorf("%s: Parse accepted it", name)
		}
	}
	for _, path := range []string{filepath.Join(t.TempDir(), "none.toml"), t.TempDir()} {
		if _, err := gateways.Load(path, options(nil)); err == nil {
			t.Errorf("Load(%s) accepted it", path)
		}
	}
}
