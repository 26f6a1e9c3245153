package smpp

import (
	"fmt"
	"strings"

	"github.com/linxGnu/gosmpp/pdu"

	"ziyara/notify"
)

// Types of number and numbering plans (SMPP 3.4, 5.2.5 and 5.2.6).
const (
	tonInternational   = 1
	tonNetworkSpecific = 3
	tonAlphanumeric    = 5
	npiUnknown         = 0
	npiISDN            = 1
)

const (
	maxName   = 11 // characters of an alphanumeric sender id (3GPP TS 23.040, 9.1.2.5)
	maxDigits = 15 // ITU-T E.164
)

// sourceAddress returns the address of a sender id: a number if it starts with
// +, a short code if it consists of digits, otherwise a name.
func sourceAddress(from string) (pdu.Address, error) {
	number, international := strings.CutPrefix(from, "+")
	switch {
	case from == "":
		return pdu.Address{}, fmt.Errorf("smpp: no sender id")
	case international:
		if !digits(number) || len(number) > maxDigits {
			return pdu.Address{}, fmt.Errorf("smpp: sender id %q is not a number", from)
		}
		return pdu.NewAddressWithTonNpiAddr(tonInternational, npiISDN, number)
	case digits(from):
		if len(from) > maxDigits {
			return pdu.Address{}, fmt.Errorf("smpp: sender id %q is too long", from)
		}
		return pdu.NewAddressWithTonNpiAddr(tonNetworkSpecific, npiUnknown, from)
	}
	for _, r := range from {
		if r < ' ' || r > '~' {
			return pdu.Address{}, fmt.Errorf("smpp: sender id %q has a character that is not ASCII", from)
		}
	}
	if len(from) > maxName {
		return pdu.Address{}, fmt.Errorf("smpp: sender id %q has more than %d characters", from, maxName)
	}
	return pdu.NewAddressWithTonNpiAddr(tonAlphanumeric, npiUnknown, from)
}

// destination returns the address of a mobile.
func destination(m notify.Mobile) (pdu.Address, error) {
	number := strings.TrimPrefix(string(m), "+")
	if !digits(number) || len(number) > maxDigits {
		return pdu.Address{}, fmt.Errorf("%w: not a number", notify.ErrRecipient)
	}
	return pdu.NewAddressWithTonNpiAddr(tonInternational, npiISDN, number)
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
