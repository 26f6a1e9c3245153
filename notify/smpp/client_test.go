package smpp_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fiorix/go-smpp/smpp/pdu"
	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutlv"
	"github.com/fiorix/go-smpp/smpp/smpptest"
	"github.com/google/go-cmp/cmp"

	"ziyara/notify"
	"ziyara/notify/sendertest"
	"ziyara/notify/smpp"
)

func now() time.Time { return time.Date(2026, time.November, 15, 6, 30, 0, 0, time.UTC) }

func config(s *smsc, changes ...func(*smpp.Config)) smpp.Config {
	c := smpp.Config{
		Address: s.Addr(), SystemID: smpptest.DefaultUser, Password: smpptest.DefaultPasswd, From: "MOF",
		Pause: 10 * time.Millisecond, Now: now,
	}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func newClient(t *testing.T, c smpp.Config) *smpp.Client {
	t.Helper()
	client, err := smpp.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func message(id int64, text string) notify.Message {
	return notify.Message{ID: id, Mobile: "+966501234567", Text: text, Size: notify.Measure(text)}
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 24000 { // two minutes, or more
		if done() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("timed out waiting for %s", what)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	sendertest.Run(t, func(t *testing.T) sendertest.Gateway {
		s := newSMSC(t)
		client := newClient(t, config(s))
		return sendertest.Gateway{Sender: client, Close: client.Close, Answer: s.obey, Taken: s.texts}
	})
}

// The fields of a message as SMPP 3.4 requires them.
func TestSubmitFields(t *testing.T) {
	t.Parallel()
	type fields struct {
		SourceTON, SourceNPI byte
		Source               string
		DestTON, DestNPI     byte
		Dest                 string
		Coding, Receipt      byte
		Validity             string
	}
	receipts := func(context.Context, notify.Receipt) error { return nil }
	base := fields{SourceTON: 5, Source: "MOF", DestTON: 1, DestNPI: 1, Dest: "966501234567"}
	edit := func(change func(*fields)) fields { f := base; change(&f); return f }
	tests := []struct {
		name   string
		config func(*smpp.Config)
		text   string
		left   time.Duration // time until the message expires
		want   fields
	}{
		{"a name is alphanumeric", func(*smpp.Config) {}, "hello", 0, base},
		{"a short code is network specific", func(c *smpp.Config) { c.From = "19990" }, "hello", 0,
			edit(func(f *fields) { f.SourceTON, f.Source = 3, "19990" })},
		{"a number is international", func(c *smpp.Config) { c.From = "+966112345678" }, "hello", 0,
			edit(func(f *fields) { f.SourceTON, f.SourceNPI, f.Source = 1, 1, "966112345678" })},
		{"Arabic is UCS-2", func(*smpp.Config) {}, "مرحبا", 0, edit(func(f *fields) { f.Coding = 8 })},
		{"receipts are requested if they are wanted", func(c *smpp.Config) { c.Receipts = receipts }, "hello", 0,
			edit(func(f *fields) { f.Receipt = 1 })},
		// 7.1.1.1: YYMMDDhhmmsstnnR, counted from when the centre takes it.
		{"valid until it expires", func(*smpp.Config) {}, "hello", 26*time.Hour + 3*time.Minute + 4*time.Second,
			edit(func(f *fields) { f.Validity = "000001020304000R" })},
		{"valid for at least a minute", func(*smpp.Config) {}, "hello", time.Second,
			edit(func(f *fields) { f.Validity = "000000000100000R" })},
		{"valid for at most a month", func(*smpp.Config) {}, "hello", 1000 * time.Hour,
			edit(func(f *fields) { f.Validity = "000031000000000R" })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSMSC(t)
			m := message(1, tt.text)
			if tt.left > 0 {
				m.Expires = now().Add(tt.left)
			}
			if _, err := newClient(t, config(s, tt.config)).Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			s.with(func() {
				f := s.submits[0].Fields()
				octet := func(n pdufield.Name) byte { return f[n].Bytes()[0] }
				got := fields{
					octet(pdufield.SourceAddrTON), octet(pdufield.SourceAddrNPI), f[pdufield.SourceAddr].String(),
					octet(pdufield.DestAddrTON), octet(pdufield.DestAddrNPI), f[pdufield.DestinationAddr].String(),
					octet(pdufield.DataCoding), octet(pdufield.RegisteredDelivery), f[pdufield.ValidityPeriod].String(),
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("submit_sm (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// Each part of a long message has its own sequence number. All parts have the
// same reference, in a second attempt too, and only the last one asks for a
// receipt.
func TestPartsOfALongMessage(t *testing.T) {
	t.Parallel()
	s := newSMSC(t)
	client := newClient(t, config(s, func(c *smpp.Config) {
		c.Receipts = func(context.Context, notify.Receipt) error { return nil }
	}))
	text := strings.Repeat("م", 150) // 67 + 67 + 16
	var id string
	for range 2 {
		var err error
		if id, err = client.Send(t.Context(), message(0x1234, text)); err != nil {
			t.Fatal(err)
		}
	}
	if want := "000000A6"; id != want {
		t.Errorf("id = %q, want %q of the last part", id, want)
	}
	s.with(func() {
		sequences := map[uint32]bool{}
		for i, p := range s.submits {
			part := i%3 + 1
			sequences[p.Header().Seq] = true
			raw := p.Fields()[pdufield.ShortMessage].Bytes()
			if got, want := raw[:6], []byte{5, 0, 3, 0x34, 3, byte(part)}; !cmp.Equal(got, want) {
				t.Errorf("part %d has user data header % x, want % x", i, got, want)
			}
			if got, want := p.Fields()[pdufield.RegisteredDelivery].Bytes()[0] == 1, part == 3; got != want {
				t.Errorf("part %d asks for a receipt: %t", i, got)
			}
		}
		if len(sequences) != 6 {
			t.Errorf("%d sequence numbers for 6 parts", len(sequences))
		}
	})
}

// The meaning of each status of a centre for a message.
func TestStatuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		status  pdu.Status
		parts   int // of the message; the status answers the last one
		want    error
		busy    bool
		submits int
	}{
		{"throttled", statusThrottled, 1, notify.ErrTemporary, true, 1},
		{"queue full", statusQueueFull, 1, notify.ErrTemporary, true, 1},
		{"system error", statusSystemError, 1, notify.ErrTemporary, false, 1},
		{"temporary application error", statusTemporaryError, 1, notify.ErrTemporary, false, 1},
		{"invalid destination", statusNoSuchNumber, 1, notify.ErrRecipient, false, 1},
		{"rejected", statusRejected, 1, notify.ErrPermanent, false, 1},
		{"a wrong sender id is not the fault of the message", 0x0a, 1, notify.ErrTemporary, false, 1},
		{"a status of the centre's own", 0x0400, 1, notify.ErrTemporary, false, 1},
		// A message taken in part can't be sent elsewhere.
		{"system error after the first part", statusSystemError, 2, notify.ErrUncertain, false, 2},
		// Sending it again would only repeat the first part.
		{"rejected after the first part", statusRejected, 2, notify.ErrPermanent, false, 2},
		{"invalid destination after the first part", statusNoSuchNumber, 2, notify.ErrRecipient, false, 2},
		// A busy centre gets the rest of a message that it has begun to take.
		{"throttled after the first part", statusThrottled, 2, nil, false, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSMSC(t)
			s.with(func() { s.status[tt.parts] = tt.status })
			_, err := newClient(t, config(s)).Send(t.Context(), message(1, strings.Repeat("م", 67*tt.parts)))
			if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
				t.Errorf("Send = %v, want %v", err, tt.want)
			}
			if _, busy := notify.BusyFor(err); busy != tt.busy {
				t.Errorf("Send = %v; busy: %t, want %t", err, busy, tt.busy)
			}
			s.with(func() {
				if len(s.submits) != tt.submits {
					t.Errorf("%d parts came, want %d", len(s.submits), tt.submits)
				}
			})
		})
	}
}

// No more messages wait for their answers than the window allows.
func TestWindow(t *testing.T) {
	t.Parallel()
	s := newSMSC(t)
	client := newClient(t, config(s, func(c *smpp.Config) { c.Window = 3 }))
	s.obey(sendertest.Hold)
	var senders sync.WaitGroup
	for i := range int64(7) {
		senders.Go(func() {
			if _, err := client.Send(t.Context(), message(i+1, "hello")); err != nil {
				t.Error(err)
			}
		})
	}
	count := func() (n int) { s.with(func() { n = len(s.submits) }); return n }
	waitFor(t, "the window to fill", func() bool { return count() == 3 })
	for range 50 { // long enough for a fourth to come, if it could
		time.Sleep(time.Millisecond)
		if n := count(); n != 3 {
			t.Fatalf("%d messages without an answer, want 3", n)
		}
	}
	s.obey(sendertest.Accept)
	senders.Wait()
	if n := count(); n != 7 {
		t.Errorf("%d messages came, want 7", n)
	}
}

// A lost connection makes the messages without an answer uncertain, and a new
// connection is made.
func TestReconnect(t *testing.T) {
	t.Parallel()
	s := newSMSC(t)
	client := newClient(t, config(s))
	s.obey(sendertest.Hold)
	sent := make(chan error, 1)
	go func() {
		_, err := client.Send(t.Context(), message(1, "first"))
		sent <- err
	}()
	waitFor(t, "the message", func() bool { return len(s.texts()) == 1 })
	s.with(func() { _ = s.conn.Close(); s.held = nil })
	if err := <-sent; !errors.Is(err, notify.ErrUncertain) {
		t.Errorf("Send = %v, want it uncertain", err)
	}
	s.obey(sendertest.Accept)
	waitFor(t, "a new connection", func() bool {
		_, err := client.Send(t.Context(), message(2, "second"))
		return err == nil
	})
	s.with(func() {
		if len(s.conns) != 2 {
			t.Errorf("%d connections, want 2", len(s.conns))
		}
	})
}

// Without a connection Send fails as temporary and says why.
func TestNotConnected(t *testing.T) {
	t.Parallel()
	s := newSMSC(t)
	tests := []struct {
		name   string
		change func(*smpp.Config)
	}{
		{"no listener", func(c *smpp.Config) { c.Address = "127.0.0.1:1" }},
		{"wrong password", func(c *smpp.Config) { c.Password = "wrong" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := newClient(t, config(s, tt.change)).Send(t.Context(), message(1, "hello"))
			if !errors.Is(err, notify.ErrTemporary) || strings.Contains(err.Error(), "wrong") {
				t.Errorf("Send = %v, want it temporary", err)
			}
		})
	}
}

// The link is checked, and a centre that no longer answers is disconnected.
func TestEnquireLink(t *testing.T) {
	t.Parallel()
	s := newSMSC(t)
	client := newClient(t, config(s, func(c *smpp.Config) {
		c.Enquire, c.Timeout = 20*time.Millisecond, 2*time.Second
	}))
	waitFor(t, "enquiries", func() (ok bool) { s.with(func() { ok = s.enquired > 2 }); return ok })
	s.obey(sendertest.Hold) // enquiries are answered, messages are not
	if _, err := client.Send(t.Context(), message(1, "first")); !errors.Is(err, notify.ErrUncertain) {
		t.Errorf("Send = %v, want it uncertain", err)
	}
	waitFor(t, "another connection", func() (ok bool) { s.with(func() { ok = len(s.conns) > 1 }); return ok })
}

// A centre may end the session, and may enquire itself.
func TestCentreAsks(t *testing.T) {
	t.Parallel()
	s := newSMSC(t)
	client := newClient(t, config(s))
	if _, err := client.Send(t.Context(), message(1, "first")); err != nil {
		t.Fatal(err)
	}
	s.with(func() {
		s.write(s.conn, pdu.NewEnquireLink())
		s.write(s.conn, pdu.NewQuerySM()) // not meant for us: rejected without harm
		s.write(s.conn, pdu.NewUnbind())
	})
	waitFor(t, "a new connection", func() bool {
		_, err := client.Send(t.Context(), message(2, "second"))
		ok := false
		s.with(func() { ok = len(s.conns) == 2 })
		return err == nil && ok
	})
}

// Receipts reach the callback. A receipt that it can't record is requested
// again.
func TestReceipts(t *testing.T) {
	t.Parallel()
	type tlvs map[pdutlv.Tag]any
	const long = "id:A1 sub:001 dlvrd:001 submit date:2611150930 done date:2611150931 "
	tests := []struct {
		name    string
		decimal bool
		esm     uint8
		text    string
		tlvs    tlvs
		want    *notify.Receipt
	}{
		// SMPP 3.4, appendix B.
		{
			name: "delivered", esm: 4, text: long + "stat:DELIVRD err:000 text:hello",
			want: &notify.Receipt{GatewayID: "A1", Delivery: notify.Delivered, Code: "000"},
		},
		{
			name: "expired", esm: 4, text: long + "stat:EXPIRED err:027 text:",
			want: &notify.Receipt{GatewayID: "A1", Delivery: notify.Overdue, Code: "027"},
		},
		{
			name: "undeliverable", esm: 4, text: long + "stat:UNDELIV err:1B text:",
			want: &notify.Receipt{GatewayID: "A1", Delivery: notify.Undelivered, Code: "1B"},
		},
		{
			name: "rejected", esm: 4, text: long + "stat:REJECTD err:9 text:",
			want: &notify.Receipt{GatewayID: "A1", Delivery: notify.Undelivered, Code: "9"},
		},
		{name: "deleted", esm: 4, text: long + "stat:DELETED", want: &notify.Receipt{GatewayID: "A1", Delivery: notify.Undelivered}},
		{
			name: "other spellings", esm: 4, text: "Id:A1 Stat:DELIVERED Err:0",
			want: &notify.Receipt{GatewayID: "A1", Delivery: notify.Delivered, Code: "0"},
		},
		{
			name: "the text quotes the message", esm: 4, text: "id:A1 stat:UNDELIV err:1 text:stat:DELIVRD id:B2",
			want: &notify.Receipt{GatewayID: "A1", Delivery: notify.Undelivered, Code: "1"},
		},
		// 5.3.2.12 and 5.3.2.35: the parameters win.
		{
			name: "by parameters", esm: 4,
			tlvs: tlvs{pdutlv.TagReceiptedMessageID: pdutlv.CString("A1"), pdutlv.TagMessageStateOption: uint8(5)},
			want: &notify.Receipt{GatewayID: "A1", Delivery: notify.Undelivered},
		},
		{name: "parameters in addition to a text", esm: 4, text: "id:B2 stat:UNDELIV err:7", tlvs: tlvs{
			pdutlv.TagReceiptedMessageID: pdutlv.CString("A1"), pdutlv.TagMessageStateOption: uint8(2), pdutlv.TagNetworkErrorCode: []byte{3, 1, 4},
		}, want: &notify.Receipt{GatewayID: "A1", Delivery: notify.Delivered, Code: "260"}},
		{
			name: "decimal id of a hexadecimal answer", decimal: true, esm: 4, text: "id:0000000161 stat:DELIVRD err:000",
			want: &notify.Receipt{GatewayID: "a1", Delivery: notify.Delivered, Code: "000"},
		},
		{name: "still on its way", esm: 4, text: long + "stat:ENROUTE err:000"},
		{name: "accepted is not final", esm: 4, text: long + "stat:ACCEPTD err:000"},
		{name: "unknown", esm: 4, text: long + "stat:UNKNOWN err:000"},
		{name: "without an id", esm: 4, text: "stat:DELIVRD err:000"},
		{name: "a message from a mobile", esm: 0, text: long + "stat:DELIVRD err:000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSMSC(t)
			got := make(chan notify.Receipt, 1)
			fail := true
			client := newClient(t, config(s, func(c *smpp.Config) {
				c.DecimalReceipts = tt.decimal
				c.Receipts = func(_ context.Context, r notify.Receipt) error {
					if fail { // the first time
						fail = false
						return errors.New("not now")
					}
					got <- r
					return nil
				}
			}))
			if _, err := client.Send(t.Context(), message(1, "hello")); err != nil {
				t.Fatal(err)
			}
			bring := func() {
				p := pdu.NewDeliverSM()
				_ = p.Fields().Set(pdufield.ESMClass, tt.esm)
				_ = p.Fields().Set(pdufield.ShortMessage, tt.text)
				// go-smpp writes the length of a user data header even if
				// esm_class says that there is none.
				p.Fields()[pdufield.UDHLength] = &pdufield.SM{}
				for tag, value := range tt.tlvs {
					if err := p.TLVFields().Set(tag, value); err != nil {
						t.Error(err)
					}
				}
				s.with(func() { s.write(s.conn, p) })
			}
			answers := func() (statuses []pdu.Status) {
				s.with(func() { statuses = append(statuses, s.statuses...) })
				return statuses
			}
			bring()
			waitFor(t, "an answer", func() bool { return len(answers()) == 1 })
			if tt.want == nil {
				if got := answers()[0]; got != 0 || !fail {
					t.Fatalf("answered %#x, callback called: %t; want it accepted and ignored", uint32(got), !fail)
				}
				return
			}
			if got := answers()[0]; got != statusTemporaryError {
				t.Errorf("answered %#x to a receipt that was not recorded, want %#x", uint32(got), statusTemporaryError)
			}
			bring()
			want := *tt.want
			want.At = now()
			if diff := cmp.Diff(want, <-got); diff != "" {
				t.Errorf("receipt (-want +got):\n%s", diff)
			}
			waitFor(t, "an answer", func() bool { return len(answers()) == 2 })
			if got := answers()[1]; got != 0 {
				t.Errorf("answered %#x to a receipt that was recorded", uint32(got))
			}
		})
	}
}

// The id that Send returns equals the id of a decimal receipt.
func TestDecimalReceiptMatches(t *testing.T) {
	t.Parallel()
	s := newSMSC(t)
	client := newClient(t, config(s, func(c *smpp.Config) { c.DecimalReceipts = true }))
	id, err := client.Send(t.Context(), message(1, "hello"))
	if err != nil || id != "a1" { // the centre answered 000000A1
		t.Errorf("Send = %q, %v; want a1", id, err)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*smpp.Config)
	}{
		{"no port", func(c *smpp.Config) { c.Address = "localhost" }},
		{"no clock", func(c *smpp.Config) { c.Now = nil }},
		{"negative window", func(c *smpp.Config) { c.Window = -1 }},
		{"no sender id", func(c *smpp.Config) { c.From = "" }},
		{"a name of twelve characters", func(c *smpp.Config) { c.From = "Ministry of F" }},
		{"an Arabic name", func(c *smpp.Config) { c.From = "وزارة" }},
		{"an invalid number", func(c *smpp.Config) { c.From = "+96x" }},
		{"a short code that is too long", func(c *smpp.Config) { c.From = "1234567890123456" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := smpp.Config{Address: "127.0.0.1:1", From: "MOF", Now: now}
			tt.change(&c)
			if client, err := smpp.New(c); err == nil {
				_ = client.Close()
				t.Error("New accepted it")
			}
		})
	}
}
