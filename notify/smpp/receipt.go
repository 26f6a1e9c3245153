package smpp

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/linxGnu/gosmpp/pdu"

	"ziyara/notify"
)

// The bits of esm_class that give the type of a deliver_sm (SMPP 3.4, 5.2.12).
const (
	esmType    = 0x3c
	esmReceipt = 0x04
)

// receipt is the content of a deliver_sm about a message.
type receipt struct {
	id       string
	delivery notify.Delivery // empty while on its way, or if the outcome stays unknown
	code     string
}

// The fields of a receipt's text (SMPP 3.4, appendix B). Centres write them in
// this order, but some leave fields out or use another case.
var (
	receiptID    = regexp.MustCompile(`(?i)\bid:\s*([^\s]{1,65})`)
	receiptState = regexp.MustCompile(`(?i)\bstat:\s*([a-z]{1,10})`)
	receiptError = regexp.MustCompile(`(?i)\berr:\s*([^\s]{1,20})`)
)

// The deliveries of the states in receipts, and of message_state (SMPP 3.4,
// 5.2.28). The first seven letters of a word decide.
var (
	deliveries = map[string]notify.Delivery{
		"delivrd": notify.Delivered, "deliver": notify.Delivered,
		"expired": notify.Overdue,
		"deleted": notify.Undelivered, "undeliv": notify.Undelivered,
		"rejectd": notify.Undelivered, "rejecte": notify.Undelivered,
	}
	messageStates = map[byte]notify.Delivery{
		2: notify.Delivered, 3: notify.Overdue, 4: notify.Undelivered, 5: notify.Undelivered, 8: notify.Undelivered,
	}
)

// parseReceipt returns the receipt in d, and false if there is none: d is a
// message from a mobile, or a text without an id. The optional parameters win
// over the text.
func parseReceipt(d *pdu.DeliverSM) (receipt, bool) {
	if d.EsmClass&esmType != esmReceipt {
		return receipt{}, false
	}
	text := receiptText(d)
	r := receipt{id: field(receiptID, text), code: field(receiptError, text)}
	state := strings.ToLower(field(receiptState, text))
	r.delivery = deliveries[state[:min(len(state), 7)]]

	if id, ok := d.OptionalParameters[pdu.TagReceiptedMessageID]; ok && id.String() != "" {
		r.id = printable(id.String())
	}
	if state, ok := d.OptionalParameters[pdu.TagMessageStateOption]; ok && len(state.Data) == 1 {
		r.delivery = messageStates[state.Data[0]]
	}
	// Network type and a number of two octets (5.3.2.31).
	if failure, ok := d.OptionalParameters[pdu.TagNetworkErrorCode]; ok && len(failure.Data) == 3 {
		r.code = strconv.Itoa(int(failure.Data[1])<<8 | int(failure.Data[2]))
	}
	return r, r.id != ""
}

// receiptText returns the text of d.
func receiptText(d *pdu.DeliverSM) string {
	raw, _ := d.Message.GetMessageData() // its error is always nil
	if payload, ok := d.OptionalParameters[pdu.TagMessagePayload]; ok && len(raw) == 0 {
		raw = payload.Data
	}
	return string(raw)
}

func field(pattern *regexp.Regexp, text string) string {
	if found := pattern.FindStringSubmatch(text); found != nil {
		return printable(found[1])
	}
	return ""
}

// printable returns the visible ASCII characters of s.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r
		}
		return -1
	}, s)
}

// asSent returns the id in the notation of the answer to the message.
func asSent(id string, decimal bool) string {
	if !decimal {
		return id
	}
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return id
	}
	return strconv.FormatUint(n, 16)
}

// canonical returns an id in the form used for comparison: with
// DecimalReceipts, lower-case hexadecimal without leading zeros.
func canonical(id string, decimal bool) string {
	id = printable(id)
	if !decimal {
		return id
	}
	n, err := strconv.ParseUint(id, 16, 64)
	if err != nil {
		return id
	}
	return strconv.FormatUint(n, 16)
}
