package secret

import (
	"crypto/hmac"
	"encoding/base64"
	"strconv"
	"strings"
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

// TokenOf returns the Token of a generation of tokens of id: a later one ends the earlier
// ones. It names its generation, so that Generation knows a forged one by itself.
func (k *Keys) TokenOf(use, id string, generation uint8) string {
	if generation == 0 { // as before there were generations
		return k.Token(use, id)
	}
	n := strconv.Itoa(int(generation))
	return k.Token(use, id+"\n"+n) + "." + n
}

// Generation reports whether token is a TokenOf use and id, and of which generation, in
// constant time. The caller has to compare it with the present one.
func (k *Keys) Generation(use, id, token string) (generation uint8, ok bool) {
	first, n, later := strings.Cut(token, ".")
	if !later {
		return 0, k.Match(use, id, token)
	}
	number, err := strconv.ParseUint(n, 10, 8)
	if err != nil || number == 0 || n != strconv.FormatUint(number, 10) {
		return 0, false
	}
	return uint8(number), k.Match(use, id+"\n"+n, first)
}
