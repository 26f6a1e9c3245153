package secret

import (
	"encoding/base64"
	"fmt"
)

const (
	// fingerprintSize is the length of a fingerprint in bytes.
	fingerprintSize = 16
	// hashSize is the length of a Hash in bytes: no two of 10¹² values have the same.
	hashSize = 12
	// hashOutput is the length of what hashes are cut from, in bytes.
	hashOutput = 16
)

// WithHashes takes pseudonyms, fingerprints and hashes from a root of their own instead of
// the key that writes. They name people in the database, where constraints compare them, so
// they stay the same when another key writes. It returns ErrShort for fewer than 32 bytes.
func (k *Keys) WithHashes(root []byte) error {
	hashes, err := newKey(0, root)
	if err == nil {
		k.hashes.Store(hashes)
	}
	return err
}

// Root returns the root of the key that writes, for WithHashes in a database whose
// pseudonyms were made with it.
func (k *Keys) Root() []byte { return k.writer.Load().root }

func (k *Keys) hashing() *key {
	if hashes := k.hashes.Load(); hashes != nil {
		return hashes
	}
	return k.writer.Load()
}

// Person returns the pseudonym of the person with an identity number of the
// given kind. It is always the same, and without the secret it can't be found
// by trying all numbers. It has the form of a UUID version 8 (RFC 9562 §5.8),
// which leaves 122 bits.
func (k *Keys) Person(kind, number string) string {
	u := mac(mac(k.hashing().person, kind), number)[:16]
	u[6] = u[6]&0x0f | 0x80 // version 8
	u[8] = u[8]&0x3f | 0x80 // variant 10
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// Fingerprint returns 16 bytes that replace a network address when requests are
// counted. They are always the same for an address, and without the secret they
// can't be found by trying all addresses.
func (k *Keys) Fingerprint(address string) []byte {
	return mac(k.hashing().address, address)[:fingerprintSize]
}

// Hash returns 16 characters of base64url by which a value of a kind, such as a mobile, is
// found again. No kind contains U+0000. They are always the same, and without the secret they can't be found by
// trying all values.
func (k *Keys) Hash(kind, value string) string {
	return base64.RawURLEncoding.EncodeToString(k.hashing().hashOf(kind, value)[:hashSize])
}

// wordEncoding has no character that LIKE takes for a wildcard.
//
//nolint:gochecknoglobals // a constant
var wordEncoding = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.").WithPadding(base64.NoPadding)

// wordSize is the length of the hash of a word, 30 bits: among 10,000 names of 20 hashes
// each, a search finds a wrong one once in 5,000 times.
const wordSize = 5

// Words returns hashes of 5 characters by which words, or beginnings of words, are found.
func (k *Keys) Words(kind string, words []string) []string {
	hashing, list := k.hashing(), make([]string, len(words))
	for i, word := range words {
		list[i] = wordEncoding.EncodeToString(hashing.hashOf(kind, word)[:4])[:wordSize]
	}
	return list
}

// hashOf returns 16 bytes of the value of a kind.
func (k *key) hashOf(kind, value string) []byte {
	hash, err := k.hash.ComputePRF([]byte(kind+"\x00"+value), hashOutput)
	if err != nil { // for more bytes than it has
		panic("secret: " + err.Error())
	}
	return hash
}
