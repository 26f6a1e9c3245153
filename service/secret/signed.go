package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"
)

// What can be wrong with a signed token.
var (
	ErrToken        = errors.New("secret: the token is malformed or forged")
	ErrTokenExpired = errors.New("secret: the token has expired")
)

// expirySize is the length in bytes of what precedes the payload: when the
// token expires, in microseconds since 1970.
const expirySize = 8

// Sign returns a token in base64url that carries payload and is valid for one
// use until expires, exclusive, in whole microseconds. Whoever has the token
// can read the payload. With a payload of a mobile number it has at most 75
// characters.
func (k *Keys) Sign(use, payload string, expires time.Time) string {
	body := binary.BigEndian.AppendUint64(nil, uint64(expires.UnixMicro()))
	body = append(body, payload...)
	return base64.RawURLEncoding.EncodeToString(append(body, mac(mac(k.sign, use), string(body))...))
}

// Open returns the payload of a token that Sign made for the use. It returns
// ErrToken for any other text, and ErrTokenExpired at and after its expiry.
func (k *Keys) Open(use, token string, now time.Time) (payload string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) < expirySize+sha256.Size {
		return "", ErrToken
	}
	// The decoder passes over line breaks and unused bits; one token has one
	// spelling.
	if base64.RawURLEncoding.EncodeToString(raw) != token {
		return "", ErrToken
	}
	body, tag := raw[:len(raw)-sha256.Size], raw[len(raw)-sha256.Size:]
	if !hmac.Equal(tag, mac(mac(k.sign, use), string(body))) {
		return "", ErrToken
	}
	expires := time.UnixMicro(int64(binary.BigEndian.Uint64(body))) //nolint:gosec // the bits that Sign was given
	if !now.Before(expires) {
		return "", ErrTokenExpired
	}
	return string(body[expirySize:]), nil
}
