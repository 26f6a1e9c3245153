package service_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// provider is an HTTP gateway that wants no secret.
const provider = `
url = "https://sms.example.sa/send"
method = "POST"
format = "json"
fields = { to = "${mobile}", text = "${text}", from = "${from}" }
[answer]
format = "json"
id = "id"
[[answer.rules]]
status = [200]
means = "accepted"
`

// A message leaves the house by the gateways of a file.
func TestGatewayFile(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []string
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(body) // what is missing is seen below
		got = append(got, string(body))
		fmt.Fprintf(w, `{"id": %d}`, len(got)) //nolint:errcheck // the client sees it
	}))
	t.Cleanup(gateway.Close)
	dir := t.TempDir()
	file := filepath.Join(dir, "gateways.toml")
	for path, content := range map[string]string{
		filepath.Join(dir, "own.toml"): provider,
		// The first is down.
		file: fmt.Sprintf("[[gateway]]\nname = \"down\"\nkind = \"http\"\nprovider = \"own.toml\"\n"+
			"from = \"MOF\"\nurl = \"http://127.0.0.1:1/\"\n"+
			"[[gateway]]\nname = \"up\"\nkind = \"http\"\nprovider = \"own.toml\"\nfrom = \"MOF\"\nurl = %q\n", gateway.URL),
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	centre := servicetest.Open(t, 1, func(c *service.Config) {
		c.Sender, c.SMS, c.SMTP = nil, file, "smtps://mail.example.sa?from=visits@example.sa"
	})
	if answer := centre.Visitor(1).AsksForCode(); answer.Status != http.StatusAccepted {
		t.Fatalf("code: %d %s", answer.Status, answer.Body)
	}
	centre.Jobs()
	mu.Lock()
	defer mu.Unlock()
	if len(got) != 1 || !strings.Contains(got[0], `"to":"+966500000001"`) || !strings.Contains(got[0], `"from":"MOF"`) {
		t.Fatalf("the gateway got %q, want one message", got)
	}
	if answer := centre.Get("/dev/phone.json"); answer.Status != http.StatusNotFound {
		t.Errorf("the sandbox phone answers %d, but messages leave the house", answer.Status)
	}
}
