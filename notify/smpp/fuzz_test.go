package smpp

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
)

// Anything a centre sends is read or rejected: nothing panics, and no more is
// read than the frame contains.
func FuzzFrame(f *testing.F) {
	receipt := pdu.NewDeliverSM().(*pdu.DeliverSM)
	receipt.EsmClass = esmReceipt
	receipt.Message, _ = pdu.NewShortMessage("id:A1 stat:DELIVRD err:000")
	receipt.RegisterOptionalParam(pdu.Field{Tag: pdu.TagReceiptedMessageID, Data: []byte("A1\x00")})
	answer := pdu.NewSubmitSMResp().(*pdu.SubmitSMResp)
	answer.MessageID = "A1"
	for _, p := range []pdu.PDU{receipt, answer, pdu.NewGenericNack(), pdu.NewUnbind()} {
		buffer := pdu.NewBuffer(nil)
		p.Marshal(buffer)
		f.Add(uint32(p.GetHeader().CommandID), buffer.Bytes()[headerSize:])
	}
	// A user data header that is longer than the text.
	f.Add(uint32(data.DELIVER_SM), []byte{0, 0, 0, 0, 0, 0, 0, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 2, 9, 0})
	// A query with an optional parameter.
	f.Add(uint32(data.QUERY_SM), []byte{0, 0, 0, 0, 0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, id uint32, body []byte) {
		raw := binary.BigEndian.AppendUint32(nil, uint32(headerSize+len(body)))
		raw = binary.BigEndian.AppendUint32(raw, id)
		raw = append(raw, 0, 0, 0, 0, 0, 0, 0, 1)
		stream := bytes.NewReader(append(append(raw, body...), "next"...))
		frame, err := readFrame(stream)
		if err != nil {
			if headerSize+len(body) <= maxFrame {
				t.Fatal(err)
			}
			return
		}
		if stream.Len() != len("next") {
			t.Fatalf("%d octets left, want %d", stream.Len(), len("next"))
		}
		parseAnswer(frame)
		p, err := frame.parse()
		if err != nil {
			return
		}
		if d, ok := p.(*pdu.DeliverSM); ok {
			if r, ok := parseReceipt(d); ok && (r.id == "" || r.id != printable(r.id)) {
				t.Fatalf("receipt of id %q", r.id)
			}
		}
	})
}
