// Package secret holds everything that follows from the program's one secret:
// codes, tokens, signatures, pseudonyms and sealed answers. Nothing of it has
// to be stored to be checked again. Changing the secret makes all of it void.
package secret

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
)

// minSecret is the length of the secret, in bytes, below which the keys would
// be easier to guess than the 256 bits they have.
const minSecret = 32

// ErrShort is returned for a secret of fewer than 32 bytes.
var ErrShort = errors.New("secret: shorter than 32 bytes")

// Keys are the keys derived from one secret, one for each purpose, so that
// what is known of one says nothing of another. They are safe for concurrent
// use.
type Keys struct {
	code, token, sign, person, address, seal, link []byte
}

// New derives the keys from secret, which is not kept. All replicas need the
// same one. It returns ErrShort for fewer than 32 bytes; the bytes have to be
// random.
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
// mac(mac(key, a), b): a has a key of its own, and no shift of characters
// from a to b gives the same result.
func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
