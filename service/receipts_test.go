package service_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// receiptSecret is what the doubles of gateways prove their receipts with.
const receiptSecret = "a secret of the gateway"

// withGateways opens a centre whose SMS leave by doubles of the gateways that a
// file names, each answered as its provider documents.
func withGateways(t *testing.T) *servicetest.Centre {
	t.Helper()
	return servicetest.Open(t, 1, gatewaysByHTTP(t))
}

// gatewaysByHTTP lets replicas send through doubles of two gateways.
func gatewaysByHTTP(t *testing.T) servicetest.Option {
	t.Helper()
	var sent atomic.Int64
	double := func(answer string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, answer, 7000+sent.Add(1)) //nolint:errcheck // the client sees it
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	file := filepath.Join(t.TempDir(), "gateways.toml")
	content := fmt.Sprintf(`[[gateway]]
name = "unifonic"
kind = "http"
provider = "unifonic"
from = "MOF"
url = %q
secrets = { app_sid = "ZIYARA_TEST_RECEIPTS" }
receipts = { header = "X-Receipt-Token", secret_env = "ZIYARA_TEST_RECEIPTS" }

[[gateway]]
name = "taqnyat"
kind = "http"
provider = "taqnyat"
from = "MOF"
url = %q
secrets = { token = "ZIYARA_TEST_RECEIPTS" }
receipts = { field = "passPhrase", echo = true, secret_env = "ZIYARA_TEST_RECEIPTS" }
`, double(`{"success": true, "message": "", "errorCode": "ER-00", "data": {"MessageID": %d, "Status": "Sent"}}`),
		double(`{"statusCode": 201, "messageId": %d, "accepted": "[]", "rejected": "[]"}`))
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(c *service.Config) {
		c.Sender, c.SMS = nil, file
		limited("change-address=5/1m", "read-address=5/1m")(c)
	}
}

// brings sends a receipt as Unifonic documents it: a form with MessageID and
// DLR.
func brings(c *servicetest.Centre, id, state, proof string) servicetest.Answer {
	return c.Send(servicetest.Request{Method: http.MethodPost, Path: "/receipts/unifonic",
		Body:   url.Values{"MessageID": {id}, "DLR": {state}, "Recipient": {"966500000001"}}.Encode(),
		Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "X-Receipt-Token": proof}})
}

// A gateway's receipt by HTTP ends the message that it is about. What does not
// prove its origin, or can't be read, changes nothing and says so; and
// thousands of receipts are not held to the limit of visitors.
func TestReceiptsByHTTP(t *testing.T) {
	t.Setenv("ZIYARA_TEST_RECEIPTS", receiptSecret)
	centre := withGateways(t)
	centre.Visitor(1).AsksForCode()
	centre.Jobs()
	id := servicetest.Query[string](t, centre.DatabaseURL, "SELECT gateway_id FROM messages")
	if id != "unifonic:7001" {
		t.Fatalf("the message is %q at the gateway", id)
	}
	state := func() string {
		return servicetest.Query[string](t, centre.DatabaseURL, "SELECT state FROM messages")
	}

	centre.Refused(brings(centre, "7001", "Undeliverable", "a guess of the secret"), http.StatusUnauthorized, "receipt-not-proved")
	centre.Refused(brings(centre, "7001", "Undeliverable", ""), http.StatusUnauthorized, "receipt-not-proved")
	centre.Refused(brings(centre, "", "Undeliverable", receiptSecret), http.StatusUnprocessableEntity, "receipt-not-readable")
	centre.Refused(centre.Post("/receipts/other", nil), http.StatusNotFound, "unknown-gateway")
	centre.Refused(brings(centre, strings.Repeat("7", 70<<10), "Delivered", receiptSecret), http.StatusRequestEntityTooLarge, "too-large")
	if got := state(); got != "accepted" {
		t.Fatalf("the message is %s because of receipts that nobody proved", got)
	}
	for range 20 { // more than a visitor may
		if answer := brings(centre, "7001", "Delivered", receiptSecret); answer.Status != http.StatusOK {
			t.Fatalf("receipt: %d %s", answer.Status, answer.Body)
		}
	}
	if got := state(); got != "delivered" {
		t.Errorf("the message is %s, want delivered", got)
	}
}

// A gateway that brings the secret in the body, and wants it back, gets it; a
// receipt that comes before its message is recorded waits for it.
func TestReceiptBeforeItsMessage(t *testing.T) {
	t.Setenv("ZIYARA_TEST_RECEIPTS", receiptSecret)
	centre := withGateways(t)
	answer := centre.Post("/receipts/taqnyat", map[string]any{"messageId": 4711, "status": "delivered", "passPhrase": receiptSecret})
	if answer.Status != http.StatusOK || string(answer.Body) != receiptSecret {
		t.Fatalf("receipt: %d %q, want the phrase", answer.Status, answer.Body)
	}
	centre.Visitor(1).AsksForCode()
	centre.Jobs()
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE messages SET gateway_id = 'taqnyat:4711'")
	centre.Jobs()
	if got := servicetest.Query[string](t, centre.DatabaseURL, "SELECT state FROM messages"); got != "delivered" {
		t.Errorf("the message is %s, want delivered", got)
	}
}

// While the database is away no receipt is acknowledged: the gateway brings it
// again.
func TestReceiptWhileDatabaseIsGone(t *testing.T) {
	t.Setenv("ZIYARA_TEST_RECEIPTS", receiptSecret)
	line := servicetest.NewLine(t, servicetest.Database(t))
	centre := servicetest.OpenOn(t, line.URL, 1, gatewaysByHTTP(t))
	line.Cut()
	centre.Refused(brings(centre, "7001", "Delivered", receiptSecret), http.StatusServiceUnavailable, "unavailable")
	line.Heal()
	if answer := brings(centre, "7001", "Delivered", receiptSecret); answer.Status != http.StatusOK {
		t.Errorf("receipt: %d %s", answer.Status, answer.Body)
	}
}

// How the gateways do is among the metrics.
func TestGatewayMetrics(t *testing.T) {
	t.Setenv("ZIYARA_TEST_RECEIPTS", receiptSecret)
	centre := withGateways(t)
	centre.Visitor(1).AsksForCode()
	centre.Jobs()
	metrics := centre.Metrics()
	for _, line := range []string{
		`ziyara_gateway_state{gateway="unifonic",state="works"} 1`,
		`ziyara_gateway_state{gateway="unifonic",state="rests"} 0`,
		`ziyara_gateway_state{gateway="taqnyat",state="works"} 1`,
		`ziyara_gateway_messages_total{gateway="unifonic",outcome="accepted"} 1`,
		`ziyara_gateway_messages_total{gateway="taqnyat",outcome="accepted"} 0`,
	} {
		if !strings.Contains(metrics, line) {
			t.Errorf("no %s in the metrics", line)
		}
	}
}
