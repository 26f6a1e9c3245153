package service_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
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

// smsGateway is an HTTP gateway, and a gateway file in which it comes after one that is
// down.
type smsGateway struct {
	file string

	mu  sync.Mutex
	got []string // bodies of the requests
}

func newSMSGateway(t *testing.T) *smsGateway {
	t.Helper()
	g := &smsGateway{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what is missing is seen by the test
		g.mu.Lock()
		defer g.mu.Unlock()
		g.got = append(g.got, string(body))
		fmt.Fprintf(w, `{"id": %d}`, len(g.got)) //nolint:errcheck // the client sees it
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	g.file = filepath.Join(dir, "gateways.toml")
	for path, content := range map[string]string{
		filepath.Join(dir, "own.toml"): provider,
		g.file: fmt.Sprintf("[[gateway]]\nname = \"down\"\nkind = \"http\"\nprovider = \"own.toml\"\n"+
			"from = \"MOF\"\nurl = \"http://127.0.0.1:1/\"\n"+
			"[[gateway]]\nname = \"up\"\nkind = \"http\"\nprovider = \"own.toml\"\nfrom = \"MOF\"\nurl = %q\n", server.URL),
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// messages returns the bodies of the requests so far.
func (g *smsGateway) messages() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.got)
}

// A message leaves the house by the gateways of a file.
func TestGatewayFile(t *testing.T) {
	t.Parallel()
	gateway := newSMSGateway(t)
	centre := servicetest.Open(t, 1, func(c *service.Config) {
		c.Sender, c.SMS, c.SMTP = nil, gateway.file, "smtps://mail.example.sa?from=visits@example.sa"
	})
	if answer := centre.Visitor(1).AsksForCode(); answer.Status != http.StatusAccepted {
		t.Fatalf("code: %d %s", answer.Status, answer.Body)
	}
	centre.Jobs()
	got := gateway.messages()
	if len(got) != 1 || !strings.Contains(got[0], `"to":"+966500000001"`) || !strings.Contains(got[0], `"from":"MOF"`) {
		t.Fatalf("the gateway got %q, want one message", got)
	}
	if answer := centre.Get("/dev/phone.json"); answer.Status != http.StatusNotFound {
		t.Errorf("the sandbox phone answers %d, but messages leave the house", answer.Status)
	}
}
