// Package secret provides everything derived from the program's ring of keys: codes,
// tokens, signatures, pseudonyms, sealed answers and sealed rows. None of it has to be stored
// to be checked. One key of the ring writes; what another one has written still opens, until
// that key is retired.
package secret

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/prf/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// minSecret is the minimum length of the secret in bytes. A shorter one would
// be easier to guess than the 256-bit keys.
const minSecret = 32

// ErrShort is returned for a secret of fewer than 32 bytes.
var ErrShort = errors.New("secret: shorter than 32 bytes")

// Keys are the keys of a ring that open, and the one of them that writes. Each has a key of
// its own for each purpose, so one key reveals nothing about another. They are safe for
// concurrent use.
type Keys struct {
	ring   []*key // the primary first
	writer atomic.Pointer[key]
	hashes atomic.Pointer[key] // see WithHashes
}

// key is one key of a ring, with the keys derived from it for each purpose.
type key struct {
	id                                                      uint32
	root                                                    []byte
	code, token, sign, person, address, seal, link, row, of []byte
	aead                                                    cipher.AEAD        // for seal
	rows                                                    tink.AEAD          // for row
	hash                                                    *subtle.AESCMACPRF // for of
}

// New derives the keys from one secret: the ring of a deployment that has none. The secret
// must be random and the same in all replicas. New returns ErrShort if it has fewer than 32
// bytes.
func New(secret []byte) (*Keys, error) {
	ring, err := FromSecret(secret)
	if err != nil {
		return nil, err
	}
	return ring.Keys()
}

// newKey derives the keys for each purpose from root, which it copies.
func newKey(id uint32, root []byte) (*key, error) {
	if len(root) < minSecret {
		return nil, ErrShort
	}
	extracted, err := hkdf.Extract(sha256.New, root, nil)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	k := &key{id: id, root: bytes.Clone(root)}
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
		{"row", &k.row},
		{"hash", &k.of},
	} {
		*purpose.key, err = hkdf.Expand(sha256.New, extracted, "ziyara/v1/"+purpose.name, sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("secret: key %s: %w", purpose.name, err)
		}
	}
	if k.aead, err = newAEAD(k.seal); err != nil {
		return nil, err
	}
	if k.rows, err = newRows(k.row, id); err != nil {
		return nil, err
	}
	if k.hash, err = subtle.NewAESCMACPRF(k.of); err != nil { // RFC 4493, with AES-256
		return nil, fmt.Errorf("secret: %w", err)
	}
	return k, nil
}

// ErrNoKey is returned for a key that the ring does not have.
var ErrNoKey = errors.New("secret: a key that ZIYARA_KEYS does not have")

// Writer returns the id of the key that writes: the ring's primary until Write.
func (k *Keys) Writer() uint32 { return k.writer.Load().id }

// Primary returns the id of the ring's primary key.
func (k *Keys) Primary() uint32 { return k.ring[0].id }

// Write makes the key with the id the one that writes. It returns ErrNoKey without one.
func (k *Keys) Write(id uint32) error {
	one := k.find(id)
	if one == nil {
		return fmt.Errorf("%w: %d", ErrNoKey, id)
	}
	k.writer.Store(one)
	return nil
}

func (k *Keys) find(id uint32) *key {
	for _, one := range k.ring {
		if one.id == id {
			return one
		}
	}
	return nil
}

// any reports whether a key of the ring satisfies ok; the one that writes is asked first.
func (k *Keys) any(ok func(*key) bool) bool {
	writer := k.writer.Load()
	return ok(writer) || slices.ContainsFunc(k.ring, func(one *key) bool { return one != writer && ok(one) })
}

// mac returns the HMAC-SHA256 of text. Two texts a and b are authenticated as
// mac(mac(key, a), b): that way a has a key of its own, and moving characters
// from a to b never gives the same result.
func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
