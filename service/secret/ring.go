package secret

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf/hkdfprf"
	"github.com/tink-crypto/tink-go/v2/secretdata"
)

// Ring is a keyset of Tink: HKDF keys, from each of which Keys derives one for each purpose.
type Ring struct{ handle *keyset.Handle }

// NewRing returns a ring of one new key.
func NewRing() (*Ring, error) { return (&Ring{}).with(minSecret, nil) }

// FromSecret returns the ring whose one key is a secret of a deployment without a ring: what
// was made from the secret stays valid. It returns ErrShort for fewer than 32 bytes.
func FromSecret(secret []byte) (*Ring, error) {
	if len(secret) < minSecret {
		return nil, ErrShort
	}
	ring, err := (&Ring{}).with(len(secret), secret)
	if err != nil {
		return nil, err
	}
	// Each replica must give the key the same id, and two secrets must not share one.
	id, err := hkdf.Key(sha256.New, secret, nil, "ziyara/v1/id", 4)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	text, err := ring.JSON()
	if err != nil {
		return nil, err
	}
	random, fixed := strconv.FormatUint(uint64(ring.IDs()[0]), 10), strconv.FormatUint(uint64(max(1, binary.BigEndian.Uint32(id))), 10)
	return ParseRing(idOf.ReplaceAllFunc(text, func(field []byte) []byte { return bytes.Replace(field, []byte(random), []byte(fixed), 1) }))
}

// idOf matches where a ring of one key says its id.
//
//nolint:gochecknoglobals // a constant
var idOf = regexp.MustCompile(`"(primaryKeyId|keyId)":\s*[0-9]+`)

// ParseRing reads the JSON form of a keyset of Tink, in clear.
func ParseRing(text []byte) (*Ring, error) {
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		return nil, fmt.Errorf("secret: not a ring of keys: %w", err)
	}
	return &Ring{handle}, nil
}

// JSON returns the ring as ParseRing reads it.
func (r *Ring) JSON() ([]byte, error) {
	var out bytes.Buffer
	if err := insecurecleartextkeyset.Write(r.handle, keyset.NewJSONWriter(&out)); err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	return append(out.Bytes(), '\n'), nil
}

// Rotated returns the ring with a new primary key besides its own.
func (r *Ring) Rotated() (*Ring, error) { return r.with(minSecret, nil) }

// with returns the ring with a primary key of this size, or these bytes.
func (r *Ring) with(size int, root []byte) (*Ring, error) {
	manager := keyset.NewManager()
	if r.handle != nil {
		manager = keyset.NewManagerFromHandle(r.handle)
	}
	parameters, err := hkdfprf.NewParameters(size, hkdfprf.SHA256, nil)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	of := secretdata.NewBytesFromData(root, insecuresecretdataaccess.Token{})
	if root == nil {
		if of, err = secretdata.NewBytesFromRand(uint32(size)); err != nil { //nolint:gosec // 32
			return nil, fmt.Errorf("secret: %w", err)
		}
	}
	made, err := hkdfprf.NewKey(of, parameters)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	id, err := manager.AddKey(made)
	if err == nil {
		err = manager.SetPrimary(id)
	}
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	handle, err := manager.Handle()
	return &Ring{handle}, err
}

// Without returns the ring without a key. It returns an error for the primary key and for
// one that it does not have.
func (r *Ring) Without(id uint32) (*Ring, error) {
	manager := keyset.NewManagerFromHandle(r.handle)
	if err := manager.Delete(id); err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	handle, err := manager.Handle()
	return &Ring{handle}, err
}

// IDs returns the ids of the keys, the primary first.
func (r *Ring) IDs() []uint32 {
	var ids []uint32
	for i := range r.handle.Len() {
		switch entry, err := r.handle.Entry(i); {
		case err != nil: // there are Len of them
		case entry.IsPrimary():
			ids = append([]uint32{entry.KeyID()}, ids...)
		default:
			ids = append(ids, entry.KeyID())
		}
	}
	return ids
}

// Keys derives the keys.
func (r *Ring) Keys() (*Keys, error) {
	k := &Keys{}
	for i := range r.handle.Len() {
		entry, err := r.handle.Entry(i)
		if err != nil {
			return nil, fmt.Errorf("secret: %w", err)
		}
		root, ok := entry.Key().(*hkdfprf.Key)
		if !ok {
			return nil, fmt.Errorf("secret: key %d of the ring is no HKDF key: make rings with ziyara keys", entry.KeyID())
		}
		one, err := newKey(entry.KeyID(), root.KeyBytes().Data(insecuresecretdataaccess.Token{}))
		if err != nil {
			return nil, err
		}
		if entry.IsPrimary() {
			k.ring = append([]*key{one}, k.ring...)
			k.writer.Store(one)
		} else {
			k.ring = append(k.ring, one)
		}
	}
	return k, nil
}
