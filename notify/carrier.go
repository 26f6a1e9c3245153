package notify

import (
	"context"
	"errors"
)

var (
	errNoMobile  = errors.New("no mobile")
	errNoAddress = errors.New("no e-mail address")
	// errUnwanted is for a message that nobody misses: who gave an e-mail
	// address and no mobile is told by e-mail.
	errUnwanted = errors.New("no mobile, told by e-mail")
)

// smsCarrier sends texts to mobiles.
type smsCarrier struct {
	sender Sender
	texts  *Texts
	mail   bool // whoever gave an address is told by e-mail, too
}

func (s smsCarrier) write(c Claimed) (written, error) {
	switch {
	case s.mail && c.Mobile == "" && c.Email != "" && c.Facts.Kind.byEmail():
		return written{}, errUnwanted
	case c.Mobile == "":
		return written{}, errNoMobile
	}
	text, err := s.texts.Render(c.Facts)
	if err != nil {
		return written{}, err
	}
	m := Message{ID: c.ID, Mobile: c.Mobile, Text: text, Size: Measure(text), Expires: c.Expires}
	return written{text: text, segments: m.Size.Segments, hand: func(ctx context.Context) (string, error) {
		return s.sender.Send(ctx, m)
	}}, nil
}

// mailCarrier posts letters.
type mailCarrier struct {
	postman Postman
	texts   *Texts
}

func (m mailCarrier) write(c Claimed) (written, error) {
	if c.Email == "" {
		return written{}, errNoAddress
	}
	l, err := m.texts.Letter(c)
	if err != nil {
		return written{}, err
	}
	return written{text: l.Subject + "\n\n" + l.Text, hand: func(ctx context.Context) (string, error) {
		return m.postman.Post(ctx, l)
	}}, nil
}
