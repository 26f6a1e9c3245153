package webhook_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"ziyara/notify/webhook"
)

// The value is the one with which the reference libraries of Standard Webhooks
// test themselves.
func TestSignKnownValue(t *testing.T) {
	t.Parallel()
	const encoded = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	secret, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	if got := webhook.FormatSecret(secret); got != "whsec_"+encoded {
		t.Errorf("secret %s, want whsec_%s", got, encoded)
	}
	h := webhook.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 999), []byte(`{"test": 2432232314}`), secret)
	if got, want := h.Get("webhook-signature"), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
	if h.Get("webhook-id") != "msg_p5jXN8AQM9LWM0D4loKWxJek" || h.Get("webhook-timestamp") != "1614265330" {
		t.Errorf("headers %v", h)
	}
}

// While a secret is changed both sign, with a space between them; what one
// signs is what it would sign alone.
func TestSignWithSeveralSecrets(t *testing.T) {
	t.Parallel()
	one, two := []byte(strings.Repeat("a", 32)), []byte(strings.Repeat("b", 32))
	at, body := time.Unix(1, 0), []byte("{}")
	sign := func(secrets ...[]byte) string {
		return webhook.Sign("msg_1", at, body, secrets...).Get("webhook-signature")
	}
	if got, want := sign(one, two), sign(one)+" "+sign(two); got != want {
		t.Errorf("signatures %s, want %s", got, want)
	}
	if sign(one) == sign(two) {
		t.Error("two secrets sign alike")
	}
	for name, other := range map[string]string{
		"id":   webhook.Sign("msg_2", at, body, one).Get("webhook-signature"),
		"time": webhook.Sign("msg_1", at.Add(time.Second), body, one).Get("webhook-signature"),
		"body": webhook.Sign("msg_1", at, []byte("{ }"), one).Get("webhook-signature"),
	} {
		if other == sign(one) {
			t.Errorf("the signature does not cover the %s", name)
		}
	}
}

// What is sent is thin, and always the same bytes.
func TestBody(t *testing.T) {
	t.Parallel()
	riyadh := time.FixedZone("", 3*60*60)
	event := webhook.Event{
		Type: "appointment.moved", At: time.Date(2026, 11, 22, 9, 0, 0, 0, riyadh), Reference: "V-7K3F-9Q2M-R",
		Service: "iban-update", Department: "revenues", Branch: "riyadh", Start: time.Date(2026, 11, 24, 9, 0, 0, 0, riyadh), Version: 2,
	}
	for _, c := range []struct {
		event webhook.Event
		want  string
	}{
		{event, `{"type":"appointment.moved","timestamp":"2026-11-22T06:00:00Z","data":{"reference":"V-7K3F-9Q2M-R",` +
			`"service":"iban-update","department":"revenues","branch":"riyadh","start":"2026-11-24T09:00:00+03:00","version":2}}`},
		{webhook.Event{Type: webhook.TestType, At: event.At}, `{"type":"webhook.test","timestamp":"2026-11-22T06:00:00Z","data":{}}`},
	} {
		if got, err := c.event.Body(); err != nil || string(got) != c.want {
			t.Errorf("got %s, %v\nwant %s", got, err, c.want)
		}
	}
}
