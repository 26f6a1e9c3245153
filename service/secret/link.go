package secret

import (
	"crypto/hmac"
	"encoding/base64"
	"time"
)

// A link is 21 bytes, which base64url writes as 28 characters without waste:
// what it may be used for, what it is about, when it ends, and 96 bits of the
// HMAC over these. A guess succeeds once in 8·10²⁸ tries, and each try is a
// request.
const (
	linkPayload = 5
	linkBody    = 1 + linkPayload + 3
	linkTag     = 12
)

// linkGrain is the grain of the end of a link: three bytes of it reach from
// 1970 to 2129.
const linkGrain = 5 * time.Minute

// Link returns a token that is short enough for an SMS: 28 characters of
// base64url. It may be used for use, is about payload, and ends at expires,
// exclusive, rounded up to five minutes. Whoever has the token can read the
// payload. An expiry before 1970 or after 2129 is moved to these bounds.
func (k *Keys) Link(use byte, payload [linkPayload]byte, expires time.Time) string {
	grains := expires.Add(linkGrain-1).Unix() / int64(linkGrain/time.Second)
	grains = min(max(grains, 0), 1<<24-1)
	body := append([]byte{use}, payload[:]...)
	body = append(body, byte(grains>>16), byte(grains>>8), byte(grains)) //nolint:gosec // 24 bits
	return base64.RawURLEncoding.EncodeToString(append(body, k.linkTag(body)...))
}

// OpenLink returns what Link was given for the token. It returns ErrToken for
// any other text, and ErrTokenExpired at and after its expiry, together with what
// the link was about: the page can say what has ended.
func (k *Keys) OpenLink(token string, now time.Time) (use byte, payload [linkPayload]byte, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != linkBody+linkTag || len(token) != base64.RawURLEncoding.EncodedLen(len(raw)) {
		return 0, payload, ErrToken
	}
	body, tag := raw[:linkBody], raw[linkBody:]
	if !hmac.Equal(tag, k.linkTag(body)) {
		return 0, payload, ErrToken
	}
	grains := int64(body[6])<<16 | int64(body[7])<<8 | int64(body[8])
	if expires := time.Unix(grains*int64(linkGrain/time.Second), 0); !now.Before(expires) {
		return body[0], [linkPayload]byte(body[1:]), ErrTokenExpired
	}
	return body[0], [linkPayload]byte(body[1:]), nil
}

func (k *Keys) linkTag(body []byte) []byte { return mac(k.link, string(body))[:linkTag] }
