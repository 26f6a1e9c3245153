package smpp

import (
	"fmt"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"ziyara/notify"
)

const (
	receiptAlways = 1 // registered_delivery: a receipt for any outcome (SMPP 3.4, 5.2.17)

	// longestValidity is the longest relative validity period that needs no
	// months.
	longestValidity = 31 * 24 * time.Hour
)

// submits returns the PDUs of m, one for each part, without sequence numbers.
// Only the last part asks for a receipt: one message, one receipt.
func (c *Client) submits(m notify.Message) ([]*pdu.SubmitSM, error) {
	to, err := destination(m.Mobile)
	if err != nil {
		return nil, err
	}
	parts := notify.Split(m.Text)
	if len(parts) > 255 {
		return nil, fmt.Errorf("%w: a text of %d parts is too long", notify.ErrPermanent, len(parts))
	}
	submits := make([]*pdu.SubmitSM, len(parts))
	for i, part := range parts {
		message, err := shortMessage(part, notify.Measure(m.Text).Encoding)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", notify.ErrPermanent, err)
		}
		s := pdu.NewSubmitSM().(*pdu.SubmitSM)
		if len(parts) > 1 {
			// The reference that joins the parts is derived from the message,
			// so parts of a second attempt complete those of the first.
			message.SetUDH(pdu.UDH{pdu.NewIEConcatMessage(uint8(len(parts)), uint8(i+1), uint8(m.ID))})
			s.EsmClass = data.SM_UDH_GSM
		}
		s.SourceAddr, s.DestAddr, s.Message = c.from, to, message
		s.ValidityPeriod = validity(m.Expires, c.config.Now())
		if i == len(parts)-1 && c.config.Receipts != nil {
			s.RegisteredDelivery = receiptAlways
		}
		submits[i] = s
	}
	return submits, nil
}

// shortMessage encodes text; GSM7 uses one octet per septet.
func shortMessage(text string, e notify.Encoding) (pdu.ShortMessage, error) {
	encoding := data.UCS2
	if e == notify.GSM7 {
		encoding = data.GSM7BIT
	}
	return pdu.NewShortMessageWithEncoding(text, encoding)
}

// validity returns the relative validity period (SMPP 3.4, 7.1.1.1) that ends
// at expires, at least a minute. So nothing arrives when it is too late to be
// useful. It needs neither a common clock nor a zone.
func validity(expires, now time.Time) string {
	if expires.IsZero() {
		return ""
	}
	left := min(max(expires.Sub(now), time.Minute), longestValidity)
	seconds := int(left / time.Second)
	return fmt.Sprintf("0000%02d%02d%02d%02d000R", seconds/86400, seconds/3600%24, seconds/60%60, seconds%60)
}

// refusal returns the meaning of a status other than ESME_ROK for a message. An
// error of the connection, the account or the sender id says nothing about the
// message, so it is temporary.
func (c *Client) refusal(status data.CommandStatusType) error {
	said := fmt.Errorf("smpp: status 0x%08x (%s)", uint32(status), status)
	switch status {
	case data.ESME_RTHROTTLED, data.ESME_RMSGQFUL:
		return &notify.BusyError{After: c.config.Pause, Err: said}
	case data.ESME_RINVDSTADR:
		return fmt.Errorf("%w: %w", notify.ErrRecipient, said)
	case data.ESME_RINVMSGLEN, data.ESME_RX_P_APPN, data.ESME_RX_R_APPN:
		return fmt.Errorf("%w: %w", notify.ErrPermanent, said)
	default:
		return fmt.Errorf("%w: %w", notify.ErrTemporary, said)
	}
}
