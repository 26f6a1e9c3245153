package secret

import "fmt"

// fingerprintSize is the length of a fingerprint in bytes.
const fingerprintSize = 16

// Person returns the pseudonym of the person with an identity number of the
// given kind. It is always the same, and without the secret it can't be found
// by trying all numbers. It has the form of a UUID version 8 (RFC 9562 §5.8),
// which leaves 122 bits.
func (k *Keys) Person(kind, number string) string {
	u := mac(mac(k.person, kind), number)[:16]
	u[6] = u[6]&0x0f | 0x80 // version 8
	u[8] = u[8]&0x3f | 0x80 // variant 10
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// Fingerprint returns 16 bytes that replace a network address when requests are
// counted. They are always the same for an address, and without the secret they
// can't be found by trying all addresses.
func (k *Keys) Fingerprint(address string) []byte {
	return mac(k.address, address)[:fingerprintSize]
}
