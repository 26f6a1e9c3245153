package secret

import (
	"crypto/hmac"
	"encoding/base64"
)

// tokenSize is the length of a token in bytes. 128 bits can't be guessed.
const tokenSize = 16

// Token returns the key to what id names, for one use such as "hold" or
// "manage": 22 characters of base64url.
func (k *Keys) Token(use, id string) string { return k.writer.Load().tokenOf(use, id) }

// Match reports whether token is the Token of use and id, in constant time.
func (k *Keys) Match(use, id, token string) bool {
	return k.any(func(one *key) bool { return hmac.Equal([]byte(one.tokenOf(use, id)), []byte(token)) })
}

func (k *key) tokenOf(use, id string) string {
	return base64.RawURLEncoding.EncodeToString(mac(mac(k.token, use), id)[:tokenSize])
}
