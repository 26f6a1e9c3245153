package secret

import (
	"crypto/hmac"
	"encoding/base64"
	"time"
)

// A link is 21 bytes, which base64url encodes as 28 characters without waste:
// its use, its subject, its generation unless that is 0, its expiry, and 96 or 88
// bits of the HMAC over these. A guess succeeds once in 3·10²⁶ tries, and each try
// needs a request.
const (
	linkSize    = 21
	linkPayload = 5
	linkExpiry  = 3
)

// linkFirst is the bit of a use that says that the generation is 0: links that were made
// before there were generations have it.
const linkFirst = 0x20

// linkGrain is the resolution of the expiry of a link: three bytes of it cover
// 1970 to 2129.
const linkGrain = 5 * time.Minute

// Link is what a link says.
type Link struct {
	Use        byte // a lower-case letter of ASCII, with or without the bit 0x80
	Payload    [linkPayload]byte
	Generation uint8 // of the links to the subject: a later one ends the earlier ones
}

// Link returns a token that is short enough for an SMS: 28 characters of
// base64url. It says what l does until expires, exclusive,
// rounded up to five minutes. Anyone with the token can read it. An
// expiry before 1970 or after 2129 is moved to these limits.
func (k *Keys) Link(l Link, expires time.Time) string {
	grains := expires.Add(linkGrain-1).Unix() / int64(linkGrain/time.Second)
	grains = min(max(grains, 0), 1<<24-1)
	body := append([]byte{l.Use | linkFirst}, l.Payload[:]...)
	if l.Generation > 0 {
		body[0] &^= linkFirst
		body = append(body, l.Generation)
	}
	body = append(body, byte(grains>>16), byte(grains>>8), byte(grains)) //nolint:gosec // 24 bits
	return base64.RawURLEncoding.EncodeToString(append(body, k.writer.Load().linkTag(body)...))
}

// OpenLink returns what Link was given. It returns ErrToken
// for any other text. At and after the expiry it returns ErrTokenExpired
// together with the link, so the page can say what has expired. Who knows the subject
// has to compare the generation.
func (k *Keys) OpenLink(token string, now time.Time) (Link, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != linkSize || len(token) != base64.RawURLEncoding.EncodedLen(len(raw)) {
		return Link{}, ErrToken
	}
	l, expiry := Link{Use: raw[0] | linkFirst, Payload: [linkPayload]byte(raw[1:])}, 1+linkPayload
	if raw[0]&linkFirst == 0 {
		l.Generation = raw[expiry]
		expiry++
	}
	body, tag := raw[:expiry+linkExpiry], raw[expiry+linkExpiry:]
	if !k.any(func(one *key) bool { return hmac.Equal(tag, one.linkTag(body)) }) {
		return Link{}, ErrToken
	}
	grains := int64(raw[expiry])<<16 | int64(raw[expiry+1])<<8 | int64(raw[expiry+2])
	if expires := time.Unix(grains*int64(linkGrain/time.Second), 0); !now.Before(expires) {
		return l, ErrTokenExpired
	}
	return l, nil
}

// linkTag returns as much of the HMAC over body as a link has room for.
func (k *key) linkTag(body []byte) []byte { return mac(k.link, string(body))[:linkSize-len(body)] }
