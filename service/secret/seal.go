package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
)

// ErrSealed is returned for data that is not sealed, was changed, or was sealed
// with another bind.
var ErrSealed = errors.New("secret: not sealed with this secret for this purpose")

// Seal encrypts plain with AES-256-GCM. Only OpenSealed with the same bind
// opens the result, so it can't be moved to another place. The result is 28
// bytes longer than plain and different each time. The random nonce is good for
// 2³² messages (NIST SP 800-38D §8.3).
func (k *Keys) Seal(plain []byte, bind string) ([]byte, error) {
	return k.writer.Load().aead.Seal(nil, nil, plain, []byte(bind)), nil //nolint:gosec // this AEAD creates its own random nonce
}

// OpenSealed returns what Seal was given. It returns ErrSealed for anything
// else.
func (k *Keys) OpenSealed(sealed []byte, bind string) (plain []byte, err error) {
	if !k.any(func(one *key) bool {
		plain, err = one.aead.Open(nil, nil, sealed, []byte(bind))
		return err == nil
	}) {
		return nil, ErrSealed
	}
	return plain, nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	return aead, nil
}
