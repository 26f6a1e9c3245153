package email

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"net/mail"
	"net/url"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"ziyara/notify"
)

// Method is what an invitation tells a calendar to do (RFC 5546, 3.2).
type Method string

// The methods. A later REQUEST with the same UID and a higher SEQUENCE updates
// the event, and a CANCEL removes it.
const (
	Request Method = "REQUEST"
	Cancel  Method = "CANCEL"
)

// Mail is a message to send to an address.
type Mail struct {
	ID      int64 // of the message; the same for every attempt
	To      string
	Lang    string // "ar" or "en"; anything else is Arabic
	Subject string
	Text    string
	// Calendar is an iCalendar object with this Method; empty for none.
	Calendar []byte
	Method   Method
	Expires  time.Time // not to be sent at or after this instant; zero for never
}

// maxCalendar is the maximum size of an invitation, in bytes.
const maxCalendar = 256 << 10

// check returns an error that wraps notify.ErrPermanent if m can't be sent.
func (m Mail) check(now time.Time) error {
	if _, err := mail.ParseAddress(m.To); err != nil || strings.ContainsAny(m.To, "<>\r\n") {
		return fmt.Errorf("%w: not an address", notify.ErrRecipient)
	}
	var err error
	switch {
	case m.Text == "":
		err = errors.New("no text")
	case !m.Expires.IsZero() && !now.Before(m.Expires):
		err = errors.New("expired")
	case len(m.Calendar) > maxCalendar:
		err = errors.New("invitation too long")
	case len(m.Calendar) > 0 && !m.invites():
		err = fmt.Errorf("invitation without METHOD:%s", m.Method)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", notify.ErrPermanent, err)
	}
	return nil
}

// invites reports whether the invitation has the method that the header will
// name. Calendars use one or the other.
func (m Mail) invites() bool {
	if m.Method != Request && m.Method != Cancel {
		return false
	}
	for line := range bytes.Lines(m.Calendar) {
		if strings.EqualFold(string(bytes.TrimSpace(line)), "METHOD:"+string(m.Method)) {
			return true
		}
	}
	return false
}

// messageID returns the Message-ID. It is the same for every attempt, so
// duplicates can be detected.
func (m Mail) messageID(from mail.Address) string {
	return fmt.Sprintf("visit-message-%d@%s", m.ID, domain(from))
}

// domain returns the part of an address after its last @.
func domain(a mail.Address) string { return a.Address[strings.LastIndex(a.Address, "@")+1:] }

// compose returns the mail for go-mail: the text, the text as HTML and the
// invitation, as alternatives with the same content (RFC 2046, 5.1.4).
func (m Mail) compose(from mail.Address, now time.Time) (*gomail.Msg, error) {
	page, err := m.page()
	if err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingB64), gomail.WithCharset(gomail.CharsetUTF8), gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&from)
	if err := msg.To(m.To); err != nil {
		return nil, err
	}
	msg.Subject(oneLine(m.Subject))
	msg.SetMessageIDWithValue(m.messageID(from))
	msg.SetDateWithValue(now)
	// Ask for no automatic replies, such as absence notices (RFC 3834, 5).
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("Content-Language", m.lang())
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, page)
	if len(m.Calendar) > 0 {
		msg.AddAlternativeString(gomail.ContentType("text/calendar; method="+string(m.Method)), string(m.Calendar))
	}
	return msg, nil
}

func (m Mail) lang() string {
	if m.Lang == "en" {
		return "en"
	}
	return "ar"
}

// oneLine returns s without line breaks, because a line break would end a
// header.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\r' || r == '\n' }), " ")
}

// isAddress reports whether a line consists of the address of a page.
func isAddress(line string) bool {
	u, err := url.Parse(line)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// layout is the text as an HTML page: its lines in their direction, with
// addresses as links.
const layout = `<!DOCTYPE html>
<html lang="{{.Lang}}" dir="{{.Dir}}">
<head><meta charset="utf-8"><title>{{.Subject}}</title></head>
<body dir="{{.Dir}}" style="font-family: sans-serif; font-size: 16px; line-height: 1.6">
{{range .Paragraphs}}<p>{{range $i, $line := .}}{{if $i}}<br>
{{end}}{{if address $line}}<a href="{{$line}}" dir="ltr">{{$line}}</a>{{else}}{{$line}}{{end}}{{end}}</p>
{{end}}</body>
</html>
`

// page returns the text as HTML.
func (m Mail) page() (string, error) {
	t, err := template.New("page").Funcs(template.FuncMap{"address": isAddress}).Parse(layout)
	if err != nil {
		return "", err
	}
	view := struct {
		Lang, Dir, Subject string
		Paragraphs         [][]string
	}{Lang: m.lang(), Dir: "rtl", Subject: oneLine(m.Subject)}
	if view.Lang == "en" {
		view.Dir = "ltr"
	}
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(m.Text, "\r\n", "\n"), "\n\n") {
		view.Paragraphs = append(view.Paragraphs, strings.Split(paragraph, "\n"))
	}
	var b strings.Builder
	err = t.Execute(&b, view)
	return b.String(), err
}
