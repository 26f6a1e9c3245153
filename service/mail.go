package service

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"ziyara/notify"
	"ziyara/notify/email"
	"ziyara/scheduling/ical"
)

// newMail returns a postman that sends e-mail.
func newMail(c Config) (*postman, error) {
	config, err := email.ParseURL(c.SMTP)
	if err != nil {
		return nil, err
	}
	config.Now = c.Now
	sender, err := email.New(config)
	if err != nil {
		return nil, err
	}
	return &postman{sender: sender, name: config.From.Name, from: config.From.Address, now: c.Now}, nil
}

// postman sends letters by a mail server, with an invitation for the visitor's
// calendar where the letter is about a start.
type postman struct {
	sender *email.Sender
	name   string // of the centre, in invitations
	from   string // its address
	now    func() time.Time
}

// Post implements notify.Postman.
func (p *postman) Post(ctx context.Context, l notify.Letter) (string, error) {
	m := email.Mail{ID: l.ID, To: l.To, Lang: l.Lang, Subject: l.Subject, Text: l.Text, Expires: l.Expires}
	if l.Entry != nil {
		var err error
		if m.Calendar, m.Method, err = p.invitation(l); err != nil {
			return "", fmt.Errorf("%w: %w", notify.ErrPermanent, err)
		}
	}
	return p.sender.Send(ctx, m)
}

// invitation returns the calendar file of a letter. All versions of a visit have
// one UID, so that each replaces the one before.
func (p *postman) invitation(l notify.Letter) ([]byte, email.Method, error) {
	e := l.Entry
	method, does := ical.Request, email.Request
	if e.Cancelled {
		method, does = ical.Cancel, email.Cancel
	}
	var out bytes.Buffer
	err := ical.WriteEvents(&out,
		ical.Head{Stamp: p.now(), Organizer: ical.Party{Name: p.name, Address: mailto(p.from)}},
		method, []ical.Event{{
			UID:   e.Reference + "@" + p.host(),
			Start: e.Start, End: e.End, Sequence: e.Sequence, Cancelled: e.Cancelled,
			Summary: e.Summary, Location: e.Location, Description: e.Description, Language: l.Lang,
			Attendee: ical.Party{Address: mailto(l.To)},
		}})
	return out.Bytes(), does, err
}

// host returns the domain from which letters come.
func (p *postman) host() string { return p.from[strings.LastIndexByte(p.from, '@')+1:] }

// entryHost returns what the UIDs of visits in their visitors' calendars end with:
// that of invitations by e-mail, so that a calendar has one entry for a visit.
func (m *messaging) entryHost() string {
	if m.mail == nil {
		return "ziyara"
	}
	return m.mail.host()
}

// mailto returns a mail address as a mailto URI.
func mailto(address string) string { return "mailto:" + url.PathEscape(address) }
