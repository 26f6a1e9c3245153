package smpp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"ziyara/notify"
)

const (
	headerSize = 16      // octets
	maxFrame   = 8 << 10 // octets; no PDU from a centre is longer

	// maxSequence is the last sequence number; then they start again (SMPP 3.4,
	// 5.1.4).
	maxSequence = 0x7fffffff

	// receiptsWaiting is how many receipts wait for the callback before the
	// centre is told to send more later.
	receiptsWaiting = 256
)

var (
	errUnbound = errors.New("smpp: the centre ended the session")
	errSilent  = errors.New("smpp: the centre doesn't answer")
	errAnswer  = errors.New("smpp: unreadable answer")
)

// answer is the answer to a request.
type answer struct {
	status data.CommandStatusType
	id     string
	err    error // why it can't be read
}

// request is a request that has no answer yet.
type request struct {
	answer chan answer // has room for one
	tick   int         // number of enquiries when it was sent
}

// session is one bound connection, from bind to the first failure. It is safe
// for concurrent use.
type session struct {
	conn     net.Conn
	config   Config
	window   chan struct{} // has one element for each request without an answer
	receipts chan frame
	over     chan struct{} // closed when the session has ended

	writing sync.Mutex // held while a PDU is written

	mu       sync.Mutex
	tick     int // number of enquiries sent
	sequence int32
	requests map[int32]request
	err      error // why it ended
}

// frame is a PDU as received.
type frame struct {
	header pdu.Header
	raw    []byte
}

// bind starts a session on conn. If bind fails, it does not close conn.
func bind(conn net.Conn, c Config) (*session, error) {
	s := &session{
		conn: conn, config: c,
		window: make(chan struct{}, c.Window), receipts: make(chan frame, receiptsWaiting),
		over: make(chan struct{}), requests: map[int32]request{},
	}
	b := pdu.NewBindRequest(pdu.Transceiver)
	b.SystemID, b.Password, b.SystemType = c.SystemID, c.Password, c.SystemType
	b.SetSequenceNumber(s.next())
	if err := s.write(b); err != nil {
		return nil, fmt.Errorf("smpp: bind: %w", err)
	}
	for {
		f, err := readFrame(conn)
		if err != nil {
			return nil, fmt.Errorf("smpp: bind: %w", err)
		}
		if id := f.header.CommandID; id != data.BIND_TRANSCEIVER_RESP && id != data.GENERIC_NACK {
			continue // for example an outbind
		}
		if status := f.header.CommandStatus; status != data.ESME_ROK || f.header.CommandID == data.GENERIC_NACK {
			return nil, fmt.Errorf("smpp: bind refused: status 0x%08x (%s)", uint32(status), status)
		}
		return s, nil
	}
}

// run serves the session until it ends, and returns the reason.
func (s *session) run() error {
	var group sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	group.Go(s.enquire)
	group.Go(func() { s.deliver(ctx) })
	s.end(s.read())
	cancel()
	group.Wait()
	return s.err
}

// end ends the session with the first reason given. Requests without an answer
// fail.
func (s *session) end(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	s.err = why
	close(s.over)
	_ = s.conn.Close() // nothing is sent or expected any more
}

// next returns the next sequence number, starting at 1.
func (s *session) next() int32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sequence == maxSequence {
		s.sequence = 0
	}
	s.sequence++
	return s.sequence
}

// write writes p completely, or ends the session: half a PDU can't be taken
// back, and the centre never takes half a PDU as a message.
func (s *session) write(p pdu.PDU) error {
	buffer := pdu.NewBuffer(nil)
	p.Marshal(buffer)
	s.writing.Lock()
	defer s.writing.Unlock()
	stuck := time.AfterFunc(s.config.Timeout, func() { s.end(errSilent) })
	defer stuck.Stop()
	if _, err := s.conn.Write(buffer.Bytes()); err != nil {
		s.end(err)
		return err
	}
	return nil
}

// request sends p as soon as the window has room, and returns the answer.
// Errors wrap notify.ErrTemporary if p was not sent, and notify.ErrUncertain if
// it may have been.
func (s *session) request(ctx context.Context, p pdu.PDU) (answer, error) {
	select {
	case s.window <- struct{}{}:
	case <-s.over:
		return answer{}, fmt.Errorf("%w: %w", notify.ErrTemporary, s.reason())
	case <-ctx.Done():
		return answer{}, fmt.Errorf("%w: %w", notify.ErrTemporary, ctx.Err())
	}
	p.SetSequenceNumber(s.next())
	r := request{answer: make(chan answer, 1)}
	s.mu.Lock()
	r.tick = s.tick
	s.requests[p.GetSequenceNumber()] = r
	s.mu.Unlock()
	if err := s.write(p); err != nil {
		return answer{}, fmt.Errorf("%w: %w", notify.ErrTemporary, err)
	}
	// A request given up keeps its place in the window until its answer comes.
	select {
	case a := <-r.answer:
		return a, nil
	default:
	}
	select {
	case a := <-r.answer:
		return a, nil
	case <-s.over:
		return answer{}, fmt.Errorf("%w: %w", notify.ErrUncertain, s.reason())
	case <-ctx.Done():
		return answer{}, fmt.Errorf("%w: %w", notify.ErrUncertain, ctx.Err())
	}
}

// reason returns why the session ended.
func (s *session) reason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// answered passes an answer to the request that waits for it.
func (s *session) answered(sequence int32, a answer) {
	s.mu.Lock()
	r, ok := s.requests[sequence]
	delete(s.requests, sequence)
	s.mu.Unlock()
	if ok {
		r.answer <- a
		<-s.window
	}
}

// read handles the PDUs of the centre until an error. The centre sends at least
// one per interval: the answer to our enquiry.
func (s *session) read() error {
	idle := s.config.Enquire + s.config.Timeout
	silent := time.AfterFunc(idle, func() { s.end(errSilent) })
	defer silent.Stop()
	for {
		f, err := readFrame(s.conn)
		if err != nil {
			return err
		}
		silent.Reset(idle)
		if err := s.handle(f); err != nil {
			return err
		}
	}
}

// readFrame reads one PDU without parsing it, so that an invalid one does not
// end the connection.
func readFrame(r io.Reader) (frame, error) {
	var head [headerSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	f := frame{header: pdu.ParseHeader(head)}
	if n := f.header.CommandLength; n < headerSize || n > maxFrame {
		return frame{}, fmt.Errorf("smpp: PDU of %d octets", uint32(n))
	}
	f.raw = append(make([]byte, 0, f.header.CommandLength), head[:]...)[:f.header.CommandLength]
	_, err := io.ReadFull(r, f.raw[headerSize:])
	return f, err
}

func (s *session) handle(f frame) error {
	sequence := f.header.SequenceNumber
	switch f.header.CommandID {
	case data.SUBMIT_SM_RESP, data.GENERIC_NACK:
		s.answered(sequence, parseAnswer(f))
	case data.UNBIND_RESP:
		s.answered(sequence, answer{})
	case data.ENQUIRE_LINK_RESP, data.ALERT_NOTIFICATION:
		// Its arrival is all that matters.
	case data.ENQUIRE_LINK:
		return s.respond(pdu.NewEnquireLinkResp(), sequence, data.ESME_ROK)
	case data.UNBIND:
		_ = s.respond(pdu.NewUnbindResp(), sequence, data.ESME_ROK) // it ends in any case
		return errUnbound
	case data.DELIVER_SM:
		select {
		case s.receipts <- f:
		default:
			return s.respond(pdu.NewDeliverSMResp(), sequence, data.ESME_RMSGQFUL)
		}
	default:
		return s.respond(pdu.NewGenericNack(), sequence, data.ESME_RINVCMDID)
	}
	return nil
}

// parseAnswer returns what f says about a message. A rejection has no body
// (SMPP 3.4, 4.4.2).
func parseAnswer(f frame) answer {
	if f.header.CommandStatus != data.ESME_ROK {
		return answer{status: f.header.CommandStatus}
	}
	p, err := f.parse()
	if err != nil {
		return answer{err: err}
	}
	response, ok := p.(*pdu.SubmitSMResp)
	if !ok {
		return answer{err: errAnswer}
	}
	return answer{id: response.MessageID}
}

// parse returns the PDU in f. gosmpp panics on some invalid ones.
func (f frame) parse() (p pdu.PDU, err error) {
	defer func() {
		if v := recover(); v != nil {
			p, err = nil, fmt.Errorf("%w: panic", errAnswer)
		}
	}()
	if p, err = pdu.Parse(pdu.NewBuffer(f.raw)); err != nil {
		return nil, fmt.Errorf("%w: %w", errAnswer, err)
	}
	return p, nil
}

// respond writes p as an answer, with the sequence number and status.
func (s *session) respond(p pdu.PDU, sequence int32, status data.CommandStatusType) error {
	p.SetSequenceNumber(sequence)
	switch p := p.(type) {
	case *pdu.DeliverSMResp:
		p.CommandStatus = status
	case *pdu.GenericNack:
		p.CommandStatus = status
	}
	return s.write(p)
}

// enquire checks at every interval whether the centre is still there. It ends
// the session if a message stayed without an answer for too long.
func (s *session) enquire() {
	ticker := time.NewTicker(s.config.Enquire)
	defer ticker.Stop()
	for {
		select {
		case <-s.over:
			return
		case <-ticker.C:
		}
		if s.overdue() {
			s.end(errSilent)
			return
		}
		p := pdu.NewEnquireLink()
		p.SetSequenceNumber(s.next())
		if s.write(p) != nil { // that has ended the session
			return
		}
	}
}

// overdue counts an enquiry, and reports whether a request has waited for more
// enquiries than fit in twice the timeout.
func (s *session) overdue() bool {
	most := int(2*s.config.Timeout/s.config.Enquire) + 1
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick++
	for _, r := range s.requests {
		if s.tick-r.tick > most {
			return true
		}
	}
	return false
}

// deliver passes receipts to the callback, one after the other, and answers
// them. The centre sends those again that could not be recorded.
func (s *session) deliver(ctx context.Context) {
	for {
		select {
		case <-s.over:
			return
		case f := <-s.receipts:
			if s.respond(pdu.NewDeliverSMResp(), f.header.SequenceNumber, s.receive(ctx, f)) != nil {
				return
			}
		}
	}
}

// receive passes the receipt in f, if it is one, to the callback, and returns
// the status to answer with. Messages from mobiles are accepted and ignored.
func (s *session) receive(ctx context.Context, f frame) data.CommandStatusType {
	p, err := f.parse()
	if err != nil {
		return data.ESME_RX_P_APPN // sent again it would be no better
	}
	d, ok := p.(*pdu.DeliverSM)
	if !ok {
		return data.ESME_RX_P_APPN
	}
	r, ok := parseReceipt(d)
	if !ok || r.delivery == "" || s.config.Receipts == nil {
		return data.ESME_ROK
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	err = s.config.Receipts(ctx, notify.Receipt{
		GatewayID: asSent(r.id, s.config.DecimalReceipts), Delivery: r.delivery, Code: r.code, At: s.config.Now().UTC(),
	})
	if err != nil {
		return data.ESME_RX_T_APPN
	}
	return data.ESME_ROK
}
