package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"
)

// The errors of signed tokens.
var (
	ErrToken        = errors.New("secret: the token is malformed or forged")
	ErrTokenExpired = errors.New("secret: the token has expired")
)

// expirySize is the length in bytes of the expiry, in microseconds since 1970,
// which precedes the payload.
const expirySize = 8

// Sign returns a token in base64url that carries payload and is valid for one
// use until expires, exclusive, in whole microseconds. Anyone with the token
// can read the payload. With a mobile number as payload it has at most 75
// characters.
func (k *Keys) Sign(use, payload string, expires time.Time) string {
	body := binary.BigEndian.AppendUint64(nil, uint64(expires.UnixMicro()))
	body = append(body, payload...)
	return base64.RawURLEncoding.EncodeToString(append(body, mac(mac(k.writer.Load().sign, use), string(body))...))
}

// Open returns the payload of a token that Sign made for the use. It returns
// ErrToken for any other text, and ErrTokenExpired at and after the expiry.
func (k *Keys) Open(use, token string, now time.Time) (payload string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) < expirySize+sha256.Size {
		return "", ErrToken
	}
	// The decoder ignores line breaks and unused bits, but a token has only one
	// spelling.
	if base64.RawURLEncoding.EncodeToString(raw) != token {
		return "", ErrToken
	}
	body, tag := raw[:len(raw)-sha256.Size], raw[len(raw)-sha256.Size:]
	if !k.any(func(one *key) bool { return hmac.Equal(tag, mac(mac(one.sign, use), string(body))) }) {
		return "", ErrToken
	}
	expires := time.UnixMicro(int64(binary.BigEndian.Uint64(body))) //nolint:gosec // the bits that Sign was given
	if !now.Before(expires) {
		return "", ErrTokenExpired
	}
	return string(body[expirySize:]), nil
}
