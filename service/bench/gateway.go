package bench

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/fiorix/go-smpp/smpp/pdu"
	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/fiorix/go-smpp/smpp/smpptest"

	"ziyara/notify"
	"ziyara/notify/smpp"
)

// Gateway starts a gateway to send reminders to. The caller must call stop,
// which returns an error unless everything sent has arrived.
type Gateway struct {
	Name  string
	Start func() (way notify.Sender, stop func() error, err error)
}

// smppWindow is the number of messages on their way to the SMPP server at once.
const smppWindow = 50

// smppGateway is the server of go-smpp in this process, over a real connection.
// It accepts everything.
func smppGateway() Gateway {
	return Gateway{Name: "an SMPP server", Start: func() (notify.Sender, func() error, error) {
		var taken atomic.Int64
		server := smpptest.NewUnstartedServer()
		server.Handler = func(c smpptest.Conn, p pdu.Body) {
			var answer pdu.Body
			switch p.Header().ID {
			case pdu.SubmitSMID:
				answer = pdu.NewSubmitSMResp()
				_ = answer.Fields().Set(pdufield.MessageID, strconv.FormatInt(taken.Add(1), 10)) // setting a string never fails
			case pdu.EnquireLinkID:
				answer = pdu.NewEnquireLinkResp()
			case pdu.UnbindID:
				answer = pdu.NewUnbindResp()
			default:
				return
			}
			answer.Header().Seq = p.Header().Seq
			_ = c.Write(answer) // a lost connection concerns only the client
		}
		server.Start()
		client, err := smpp.New(smpp.Config{
			Address: server.Addr(), SystemID: smpptest.DefaultUser, Password: smpptest.DefaultPasswd, From: "MOF",
			Window: smppWindow, Now: time.Now,
		})
		if err != nil {
			server.Close()
			return nil, nil, err
		}
		counted := &countingSender{Sender: client}
		return counted, func() error {
			err := client.Close()
			server.Close()
			if taken.Load() != counted.accepted.Load() {
				err = errors.Join(err, errors.New("the SMPP server counted a different number of messages"))
			}
			return err
		}, nil
	}}
}

// countingSender counts the accepted messages.
type countingSender struct {
	notify.Sender

	accepted atomic.Int64
}

// Send sends and counts.
func (s *countingSender) Send(ctx context.Context, m notify.Message) (string, error) {
	id, err := s.Sender.Send(ctx, m)
	if err == nil {
		s.accepted.Add(1)
	}
	return id, err
}
