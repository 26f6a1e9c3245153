package secret

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/secretdata"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrRow is returned for a text that SealRow has not made for this row, or that was changed.
var ErrRow = errors.New("secret: not sealed for this row")

// A sealed row is U+0001, which no text that people type contains, and base64url of a zero
// byte and Tink's ciphertext, which begins with the number 1 and the id of the key. The zero
// byte makes the first of it eight whole characters, so that a database finds by them what
// another key has sealed.
const (
	rowMark   = "\x01"
	rowPrefix = len(rowMark) + 8
)

// SealRow seals a text of the row of a table with AES-256-GCM. Only OpenRow with the same
// row opens it, so it can't be moved to another one. row names it: its table and its id, as
// the store's vault puts them together.
func (k *Keys) SealRow(row, text string) (string, error) {
	sealed, err := k.writer.Load().rows.Encrypt([]byte(text), []byte(row))
	if err != nil {
		return "", fmt.Errorf("secret: %w", err)
	}
	out := make([]byte, len(rowMark)+base64.RawURLEncoding.EncodedLen(1+len(sealed)))
	copy(out, rowMark)
	base64.RawURLEncoding.Encode(out[len(rowMark):], append([]byte{0}, sealed...))
	return string(out), nil
}

// RowPrefix returns how what the key that writes has sealed begins.
func (k *Keys) RowPrefix() string { return RowPrefixOf(k.Writer()) }

// RowPrefixOf returns how what the key with an id has sealed begins.
func RowPrefixOf(id uint32) string {
	return rowMark + base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32([]byte{0, 1}, id))
}

// RowSealed reports whether a text claims to be a sealed one.
func RowSealed(text string) bool { return strings.HasPrefix(text, rowMark) }

// OpenRow returns the text that SealRow was given for the row. It returns ErrNoKey for a text
// that a key sealed which the ring does not have, and ErrRow for any other text.
func (k *Keys) OpenRow(row, sealed string) (string, error) {
	if len(sealed) < rowPrefix || !RowSealed(sealed) {
		return "", ErrRow
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(sealed[len(rowMark):])
	if err != nil || len(raw) < 6 || raw[0] != 0 || raw[1] != 1 || strings.ContainsAny(sealed, "\r\n") {
		return "", ErrRow
	}
	id := binary.BigEndian.Uint32(raw[2:])
	one := k.find(id)
	if one == nil {
		return "", fmt.Errorf("%w: %d", ErrNoKey, id)
	}
	text, err := one.rows.Decrypt(raw[1:], []byte(row))
	if err != nil {
		return "", ErrRow
	}
	return string(text), nil
}

func newRows(key []byte, id uint32) (tink.AEAD, error) {
	if id == 0 {
		return nil, nil //nolint:nilnil // hashes seal nothing
	}
	parameters, err := aesgcm.NewParameters(aesgcm.ParametersOpts{
		KeySizeInBytes: 32, IVSizeInBytes: 12, TagSizeInBytes: 16, Variant: aesgcm.VariantTink,
	})
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	made, err := aesgcm.NewKey(secretdata.NewBytesFromData(key, insecuresecretdataaccess.Token{}), id, parameters)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	return aesgcm.NewAEAD(made)
}
