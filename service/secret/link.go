package secret

import (
	"crypto/hmac"
	"encoding/base64"
	"time"
)

// A link is 21 bytes, which base64url encodes as 28 characters without waste:
// its use, its subject, its expiry, and 96 bits of the HMAC over these. A guess
// succeeds once in 8·10²⁸ tries, and each try needs a request.
const (
	linkPayload = 5
	linkBody    = 1 + linkPayload + 3
	linkTag     = 12
)

// linkGrain is the resolution of the expiry of a link: three bytes of it cover
// 1970 to 2129.
const linkGrain = 5 * time.Minute

// Link returns a token that is short enough for an SMS: 28 characters of
// base64url. It is valid for use and carries payload until expires, exclusive,
// rounded up to five minutes. Anyone with the token can read the payload. An
// expiry before 1970 or after 2129 is moved to these limits.
func (k *Keys) Link(use byte, payload [linkPayload]byte, expires time.Time) string {
	grains := expires.Add(linkGrain-1).Unix() / int64(linkGrain/time.Second)
	grains = min(max(grains, 0), 1<<24-1)
	body := append([]byte{use}, payload[:]...)
	body = append(body, byte(grains>>16), byte(grains>>8), byte(grains)) //nolint:gosec // 24 bits
	return base64.RawURLEncoding.EncodeToString(append(body, k.writer.Load().linkTag(body)...))
}

// OpenLink returns the use and payload that Link was given. It returns ErrToken
// for any other text. At and after the expiry it returns ErrTokenExpired
// together with the use and payload, so the page can say what has expired.
func (k *Keys) OpenLink(token string, now time.Time) (use byte, payload [linkPayload]byte, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != linkBody+linkTag || len(token) != base64.RawURLEncoding.EncodedLen(len(raw)) {
		return 0, payload, ErrToken
	}
	body, tag := raw[:linkBody], raw[linkBody:]
	if !k.any(func(one *key) bool { return hmac.Equal(tag, one.linkTag(body)) }) {
		return 0, payload, ErrToken
	}
	grains := int64(body[6])<<16 | int64(body[7])<<8 | int64(body[8])
	if expires := time.Unix(grains*int64(linkGrain/time.Second), 0); !now.Before(expires) {
		return body[0], [linkPayload]byte(body[1:]), ErrTokenExpired
	}
	return body[0], [linkPayload]byte(body[1:]), nil
}

func (k *key) linkTag(body []byte) []byte { return mac(k.link, string(body))[:linkTag] }
