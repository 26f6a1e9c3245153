package notify

import (
	"context"
	"errors"
	"slices"
)

var (
	errNoMobile  = errors.New("no mobile")
	errNoAddress = errors.New("no e-mail address")
	errCountry   = errors.New("no text messages to the country of the mobile")

	// Expected omissions: a visitor with an e-mail address and no mobile is told
	// by e-mail, one who has removed the address by SMS, and without links there is
	// no survey.
	errByEmail  = errors.New("no mobile, told by e-mail")
	errByMobile = errors.New("the e-mail address was removed, told by SMS")
	errNoSurvey = errors.New("there are no links, so no survey")
)

// unwanted reports whether err means that the message is not meant to be sent.
func unwanted(err error) bool {
	return errors.Is(err, errByEmail) || errors.Is(err, errByMobile) || errors.Is(err, errNoSurvey)
}

// smsCarrier sends texts to mobiles.
type smsCarrier struct {
	sender Sender
	texts  *Texts
	served []Medium
	reach  func(Mobile) bool
}

func (s smsCarrier) write(c Claimed) (written, error) {
	to := Contact{c.Mobile, c.Email}
	abroad := to.Mobile != "" && !s.reach(to.Mobile) // its country was served when it was given
	if abroad {
		to.Mobile = ""
	}
	switch media := c.Facts.Kind.MediaFor(to, s.served...); {
	case slices.Contains(media, SMS):
	case len(media) > 0:
		return written{}, errByEmail
	case abroad:
		return written{}, errCountry
	default:
		return written{}, errNoMobile
	}
	if s.texts.noSurvey(c.Facts) {
		return written{}, errNoSurvey
	}
	text, err := s.texts.Render(c.Facts)
	if err != nil {
		return written{}, err
	}
	m := Message{ID: c.ID, Mobile: c.Mobile, Text: text, Size: Measure(text), Expires: c.Expires}
	return written{text: text, kept: s.texts.kept(c, text), segments: m.Size.Segments, hand: func(ctx context.Context) (string, error) {
		return s.sender.Send(ctx, m)
	}}, nil
}

// mailCarrier posts letters.
type mailCarrier struct {
	postman Postman
	texts   *Texts
}

func (m mailCarrier) write(c Claimed) (written, error) {
	switch {
	case c.Email == "" && c.Mobile != "":
		return written{}, errByMobile
	case c.Email == "":
		return written{}, errNoAddress
	}
	if m.texts.noSurvey(c.Facts) {
		return written{}, errNoSurvey
	}
	l, err := m.texts.Letter(c)
	if err != nil {
		return written{}, err
	}
	text := l.Subject + "\n\n" + l.Text
	return written{text: text, kept: m.texts.kept(c, text), hand: func(ctx context.Context) (string, error) {
		return m.postman.Post(ctx, l)
	}}, nil
}
