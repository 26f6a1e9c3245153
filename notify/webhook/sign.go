package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	secretPrefix = "whsec_"
	// SecretSize is the length of a secret in bytes; Standard Webhooks allows 24
	// to 64.
	SecretSize = 32
	// Overlap is how long a former secret signs beside the new one.
	Overlap = 24 * time.Hour
)

// FormatSecret returns a secret as receivers configure it: whsec_ and base64.
func FormatSecret(secret []byte) string {
	return secretPrefix + base64.StdEncoding.EncodeToString(secret)
}

// The headers of Standard Webhooks.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
)

// Sign returns the headers of a message sent at an instant, signed with each of
// the secrets: HMAC-SHA256 of id, Unix time and body, joined by dots. Neither id
// nor time has a dot.
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

// Bind returns the context to which the sealed secret of a webhook is bound.
func Bind(webhook string) string { return "webhook " + webhook }
