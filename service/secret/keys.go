// Package secret provides everything derived from the program's one secret:
// codes, tokens, signatures, pseudonyms and sealed answers. None of it has to
// be stored to be checked. Changing the secret invalidates all of it.
package secret

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
)

// minSecret is the minimum length of the secret in bytes. A shorter one would
// be easier to guess than the 256-bit keys.
const minSecret = 32

// ErrShort is returned for a secret of fewer than 32 bytes.
var ErrShort = errors.New("secret: shorter than 32 bytes")

// Keys are the keys derived from one secret, one for each purpose, so one key
// reveals nothing about another. They are safe for concurrent use.
type Keys struct {
	code, token, sign, person, address, seal, link []byte
}

// New derives the keys from secret and does not keep it. The secret must be
// random and the same in all replicas. New returns ErrShort if it has fewer
// than 32 bytes.
func New(secret []byte) (*Keys, error) {
	if len(secret) < minSecret {
		return nil, ErrShort
	}
	root, err := hkdf.Extract(sha256.New, secret, nil)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	k := &Keys{}
	for _, purpose := range []struct {
		name string
		key  *[]byte
	}{
		{"code", &k.code},
		{"token", &k.token},
		{"sign", &k.sign},
		{"person", &k.person},
		{"address", &k.address},
		{"seal", &k.seal},
		{"link", &k.link},
	} {
		*purpose.key, err = hkdf.Expand(sha256.New, root, "ziyara/v1/"+purpose.name, sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("secret: key %s: %w", purpose.name, err)
		}
	}
	return k, nil
}

// mac returns the HMAC-SHA256 of text. Two texts a and b are authenticated as
// mac(mac(key, a), b): that way a has a key of its own, and moving characters
// from a to b never gives the same result.
func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
