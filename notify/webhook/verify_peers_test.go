//go:build peers

package webhook_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify/webhook"
)

// TestPeerVerify has the library of Standard Webhooks for JavaScript verify
// what is sent: by the present secret, by the former one while both sign, and
// not when anything was changed or it was sent too long ago.
func TestPeerVerify(t *testing.T) {
	t.Parallel()
	former, present := []byte(strings.Repeat("a", webhook.SecretSize)), []byte(strings.Repeat("ب", webhook.SecretSize/2))
	event := webhook.Event{
		Type: "appointment.booked", At: time.Now(), Reference: "V-7K3F-9Q2M-R", Service: "iban-update", Department: "revenues",
		Branch: "riyadh", Start: time.Now(), Version: 1,
	}
	body, err := event.Body()
	if err != nil {
		t.Fatal(err)
	}
	const id = "msg_6f1c6d1e-5a44-4d7b-8b53-0c4f5d1c2a10"
	now := time.Now()
	both := webhook.Sign(id, now, body, present, former)
	other := maps.Clone(both)
	other["Webhook-Id"] = []string{"msg_0"}
	type message struct {
		Secret  string            `json:"secret"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	}
	var input, want []string
	for _, c := range []struct {
		secret []byte
		header map[string][]string
		body   string
		want   string
	}{
		{present, both, string(body), "ok appointment.booked"},
		{former, both, string(body), "ok appointment.booked"},
		{present, webhook.Sign(id, now, body, present), string(body), "ok appointment.booked"},
		{former, webhook.Sign(id, now, body, present), string(body), "refused No matching signature found"},
		{present, both, strings.Replace(string(body), "riyadh", "jeddah", 1), "refused No matching signature found"},
		{present, other, string(body), "refused No matching signature found"},
		{present, webhook.Sign(id, now.Add(-6*time.Minute), body, present), string(body), "refused Message timestamp too old"},
	} {
		headers := map[string]string{}
		for name, values := range c.header {
			headers[strings.ToLower(name)] = values[0]
		}
		line, err := json.Marshal(message{webhook.FormatSecret(c.secret), headers, c.body})
		if err != nil {
			t.Fatal(err)
		}
		input, want = append(input, string(line)), append(want, c.want)
	}
	if diff := cmp.Diff(want, withLibrary(t, input)); diff != "" {
		t.Errorf("-want +verified:\n%s", diff)
	}
}

// withLibrary returns what the library says of each message.
func withLibrary(t *testing.T, messages []string) []string {
	t.Helper()
	modules, err := filepath.Glob("../../.tools/standardwebhooks-*/node_modules")
	if err != nil || len(modules) == 0 {
		t.Fatal("standardwebhooks is not installed: run make peers")
	}
	slices.Sort(modules)
	path, err := filepath.Abs(modules[len(modules)-1])
	if err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), "node", "testdata/verify.js")
	node.Env = append(os.Environ(), "NODE_PATH="+path)
	node.Stdin, node.Stderr = strings.NewReader(strings.Join(messages, "\n")+"\n"), os.Stderr
	out, err := node.Output()
	if err != nil {
		t.Fatalf("%v; node is in the Debian package nodejs", err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
