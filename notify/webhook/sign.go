package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	secretPrefix = "whsec_"
	// SecretSize is the length of a secret in bytes: 24 to 64 are allowed.
	SecretSize = 32
	// Overlap is how long a former secret signs beside the new one.
	Overlap = 24 * time.Hour
)

var errSecret = errors.New("webhook: not a secret")

// FormatSecret returns a secret as it is written: whsec_ and base64.
func FormatSecret(secret []byte) string {
	return secretPrefix + base64.StdEncoding.EncodeToString(secret)
}

// ParseSecret returns the bytes of a secret.
func ParseSecret(s string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(s, secretPrefix)
	secret, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(secret) < 24 || len(secret) > 64 {
		return nil, errSecret
	}
	return secret, nil
}

// The headers of Standard Webhooks.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
)

// Sign returns the headers of a message that is sent at an instant, signed by
// each of the secrets: HMAC-SHA256 of id, Unix time and body with dots between
// them. Neither id nor time has a dot.
func Sign(id string, at time.Time, body []byte, secrets ...[]byte) http.Header {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, len(secrets))
	for i, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(id + "." + timestamp + "."))
		mac.Write(body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return http.Header{
		headerID:        {id},
		headerTimestamp: {timestamp},
		headerSignature: {strings.Join(signatures, " ")},
	}
}

// Bind returns what the sealed secret of a webhook is bound to.
func Bind(webhook string) string { return "webhook " + webhook }
