package secret

import (
	"crypto/hmac"
	"encoding/binary"
	"fmt"
)

// Code returns the six Western digits that prove the mobile number of the
// verification with the id. All codes are equally likely: reducing 64 bits
// favours none by more than 1 in 10¹³.
func (k *Keys) Code(id string) string { return k.writer.Load().codeOf(id) }

// IsCode reports whether a text is the code of the verification with the id, in constant
// time.
func (k *Keys) IsCode(id, code string) bool {
	return k.any(func(one *key) bool { return hmac.Equal([]byte(one.codeOf(id)), []byte(code)) })
}

func (k *key) codeOf(id string) string {
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(mac(k.code, id))%1_000_000)
}
