package smpp_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/fiorix/go-smpp/smpp/pdu"
	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutext"
	"github.com/fiorix/go-smpp/smpp/smpptest"

	"ziyara/notify/sendertest"
)

// Statuses of SMPP 3.4, 5.1.3.
const (
	statusSystemError    = 0x08
	statusNoSuchNumber   = 0x0b
	statusQueueFull      = 0x14
	statusThrottled      = 0x58
	statusRejected       = 0x66
	statusTemporaryError = 0x64
)

// smsc is an SMS centre that answers as it is told. It uses the server of
// go-smpp.
type smsc struct {
	*smpptest.Server

	mu       sync.Mutex
	answer   sendertest.Answer
	status   map[int]pdu.Status // replaces answer for the nth part that comes, from 1
	conn     smpptest.Conn      // the latest
	conns    map[smpptest.Conn]bool
	submits  []pdu.Body
	statuses []pdu.Status // of the answers to deliver_sm
	held     []func()
	taken    []string
	parts    map[string]map[int]string // by destination and reference
	enquired int
}

func newSMSC(t *testing.T) *smsc {
	t.Helper()
	s := &smsc{
		Server: smpptest.NewUnstartedServer(), answer: sendertest.Accept,
		parts: map[string]map[int]string{}, status: map[int]pdu.Status{}, conns: map[smpptest.Conn]bool{},
	}
	s.Handler = s.handle
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func (s *smsc) handle(c smpptest.Conn, p pdu.Body) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn = c
	s.conns[c] = true
	switch p.Header().ID { //nolint:exhaustive // nothing else is sent
	case pdu.EnquireLinkID:
		s.enquired++
		s.write(c, pdu.NewEnquireLinkRespSeq(p.Header().Seq))
	case pdu.UnbindID:
		r := pdu.NewUnbindResp()
		r.Header().Seq = p.Header().Seq
		s.write(c, r)
	case pdu.DeliverSMRespID:
		s.statuses = append(s.statuses, p.Header().Status)
	case pdu.SubmitSMID:
		s.submits = append(s.submits, p)
		s.submitted(c, p)
	}
}

func (s *smsc) submitted(c smpptest.Conn, p pdu.Body) {
	n := len(s.submits)
	answer := func(status pdu.Status, id string) {
		r := pdu.NewSubmitSMResp()
		r.Header().Seq, r.Header().Status = p.Header().Seq, status
		_ = r.Fields().Set(pdufield.MessageID, id)
		s.write(c, r)
	}
	id := fmt.Sprintf("%08X", 0xA0+n)
	if status, ok := s.status[n]; ok {
		answer(status, "")
		return
	}
	switch s.answer {
	case sendertest.Throttle:
		answer(statusThrottled, "")
	case sendertest.Fail:
		answer(statusSystemError, "")
	case sendertest.Unknown:
		answer(statusNoSuchNumber, "")
	case sendertest.Refuse:
		answer(statusRejected, "")
	case sendertest.Hold:
		s.take(p)
		s.held = append(s.held, func() { answer(0, id) })
	case sendertest.Garble:
		s.take(p)
		s.write(c, garbled{pdu.NewSubmitSMResp(), p.Header().Seq})
	case sendertest.Accept:
		s.take(p)
		answer(0, id)
	}
}

// write must be called with s.mu held, because connections don't lock.
func (s *smsc) write(c smpptest.Conn, p pdu.Body) { _ = c.Write(p) } // a lost connection concerns only the client

// take assembles the parts of a message (3GPP TS 23.040, 9.2.3.24.1).
func (s *smsc) take(p pdu.Body) {
	raw := p.Fields()[pdufield.ShortMessage].Bytes()
	if p.Fields()[pdufield.ESMClass].Bytes()[0]&0x40 == 0 {
		s.taken = append(s.taken, decode(p, raw))
		return
	}
	if raw[0] != 5 || raw[1] != 0 || raw[2] != 3 {
		s.taken = append(s.taken, fmt.Sprintf("unknown user data header % x", raw[:6]))
		return
	}
	reference, total, part := raw[3], int(raw[4]), int(raw[5])
	key := p.Fields()[pdufield.DestinationAddr].String() + string(reference)
	if s.parts[key] == nil {
		s.parts[key] = map[int]string{}
	}
	s.parts[key][part] = decode(p, raw[6:])
	if len(s.parts[key]) == total {
		var text strings.Builder
		for _, i := range slices.Sorted(maps.Keys(s.parts[key])) {
			text.WriteString(s.parts[key][i])
		}
		delete(s.parts, key)
		s.taken = append(s.taken, text.String())
	}
}

// decode decodes text by its data_coding: 0 is the GSM alphabet, 8 is UCS-2.
func decode(p pdu.Body, raw []byte) string {
	if p.Fields()[pdufield.DataCoding].Bytes()[0] == byte(pdutext.DefaultType) {
		return string(pdutext.GSM7(raw).Decode())
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}

func (s *smsc) obey(a sendertest.Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = a
	for _, answer := range s.held {
		answer()
	}
	s.held = nil
}

func (s *smsc) texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

// with calls f with the server's lock held.
func (s *smsc) with(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// garbled is an answer whose optional parameter is cut off.
type garbled struct {
	pdu.Body
	sequence uint32
}

// SerializeTo writes the answer.
func (g garbled) SerializeTo(w io.Writer) error {
	body := []byte{'x', 0, 0x04, 0x24, 0x01, 0xff, '?'}
	frame := binary.BigEndian.AppendUint32(nil, uint32(16+len(body)))
	frame = binary.BigEndian.AppendUint32(frame, uint32(pdu.SubmitSMRespID))
	frame = binary.BigEndian.AppendUint32(frame, 0)
	frame = binary.BigEndian.AppendUint32(frame, g.sequence)
	_, err := w.Write(append(frame, body...))
	return err
}
