package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ziyara/scheduling"
	"ziyara/texts"
)

// Letter is a message on its way to a mailbox.
type Letter struct {
	ID      int64 // of the message; the same at every attempt
	To      string
	Lang    string // "ar" or "en"
	Subject string
	Text    string      // paragraphs with an empty line between; an address has a line of its own
	Entry   *EntryOfDay // entry for the visitor's calendar; nil for none
	Expires time.Time   // from this instant on it is of no use
}

// EntryOfDay is a visit as a calendar entry. It replaces an entry with the same
// Reference and a smaller Sequence.
type EntryOfDay struct {
	Reference   string // of the visit, the same for all versions of it
	Sequence    int    // the version of the visit: a change of it has a greater one (RFC 5546, 2.1.4)
	Cancelled   bool
	Start, End  time.Time
	Summary     string
	Location    string
	Description string
}

// Postman hands letters to a mail server.
type Postman interface {
	// Post returns the id of the letter once the server has taken it. Its
	// errors are those of Sender.Send. Concurrent calls are allowed.
	Post(ctx context.Context, l Letter) (id string, err error)
}

// Letter returns the message as an e-mail: an opening in the department's wording,
// or else the catalogue's, then everything the visitor needs to know, and the link. It returns an error that wraps ErrFacts when a fact is
// missing.
func (t *Texts) Letter(c Claimed) (Letter, error) {
	f := c.Facts
	if !f.Kind.told().mail {
		return Letter{}, fmt.Errorf("%w: %s is not told by e-mail", ErrFacts, f.Kind)
	}
	if err := f.check(); err != nil {
		return Letter{}, err
	}
	v := f.view()
	v.Date, v.Hijri = f.longDates()
	l := Letter{
		ID: c.ID, To: c.Email, Lang: f.lang(), Expires: c.Expires,
		Subject: f.say("letter_"+string(f.Kind)+".subject", v),
	}
	var err error
	if l.Text, err = t.body(f, v); err != nil {
		return Letter{}, err
	}
	l.Entry, err = t.entryOfDay(c, v)
	return l, err
}

// body returns the text of a letter.
func (t *Texts) body(f Facts, v view) (string, error) {
	paragraphs := []string{t.opening(f, v)}
	link := t.link(f)
	if f.Kind == Survey {
		if link == "" {
			return "", fmt.Errorf("%w: %s without link", ErrFacts, f.Kind)
		}
	} else {
		paragraphs = append(paragraphs, f.lines(v))
	}
	if f.Kind.expected() && len(f.Requirements) > 0 {
		bring := []string{f.say("letter.bring", v)}
		for _, r := range f.Requirements {
			bring = append(bring, "- "+r.In(f.lang()))
		}
		paragraphs = append(paragraphs, strings.Join(bring, "\n"))
	}
	if link != "" && f.Kind != Cancelled && f.Kind != Declined {
		about := "letter.manage"
		if f.Kind == Survey {
			about = "letter.survey"
		}
		paragraphs = append(paragraphs, f.say(about, v)+"\n"+link)
	}
	return strings.Join(append(paragraphs, f.say("letter.closing", v)), "\n\n"), nil
}

// opening returns the first paragraph: the fullest wording of the department,
// where it has words of its own (see wordings).
func (t *Texts) opening(f Facts, v view) string {
	if f.calledOff() {
		return f.say("sms.called_off.opening", v)
	}
	of := (*t.departments.Load())[f.Department]
	if own := of.texts[textKey{f.Kind, f.lang()}]; len(own.wordings) > 0 {
		return own.wordings[0].texts(f.lang(), f.Minutes).Fill(v.of)
	}
	return f.say("letter_"+string(f.Kind)+".opening", v)
}

// lines returns the details of the visit, one per line.
func (f Facts) lines(v view) string {
	lines := []string{f.say("letter.service", v), f.say("letter.when", v)}
	if v.Hijri != "" {
		lines = append(lines, f.say("letter.hijri", v))
	}
	lines = append(lines, f.say("letter.where", v))
	if v.Address != "" {
		lines = append(lines, f.say("letter.address", v))
	}
	return strings.Join(append(lines, f.say("letter.reference", v)), "\n")
}

// expected reports whether a message of the kind asks the visitor to come, and so
// says what to bring.
func (k Kind) expected() bool {
	switch k {
	case Requested, Booked, Approved, Moved, Reminder:
		return true
	case VerificationCode, Declined, Proposed, Cancelled, Closed, Offer, Delayed, Survey, CaseUpdated:
		return false
	}
	return false
}

// entryOfDay returns the calendar entry of a message: for a visit that is booked or
// cancelled. It is nil for other messages.
func (t *Texts) entryOfDay(c Claimed, v view) (*EntryOfDay, error) {
	f := c.Facts
	e := &EntryOfDay{
		Reference: f.Reference, Sequence: c.Version, Start: f.Start, End: f.End,
		Location: strings.Join(known(v.Branch, v.Address), ", "),
	}
	switch f.Kind {
	case Booked, Approved, Moved:
	case Cancelled:
		e.Cancelled = true
	case VerificationCode, Requested, Declined, Proposed, Closed, Reminder, Offer, Delayed, Survey, CaseUpdated:
		return nil, nil //nolint:nilnil // nothing new
	}
	if !e.End.After(e.Start) {
		return nil, fmt.Errorf("%w: %s without end", ErrFacts, f.Kind)
	}
	e.Summary, e.Description = f.say("letter.summary", v), f.say("letter.reference", v)
	if link := t.link(f); link != "" && !e.Cancelled {
		e.Description += "\n" + link
	}
	return e, nil
}

// known returns the texts that are not empty.
func known(texts ...string) []string {
	var list []string
	for _, s := range texts {
		if s != "" {
			list = append(list, s)
		}
	}
	return list
}

// longDates returns the date of the visit as letters write it, with the month
// in words, in both calendars; "" for a Hijri date where that does not reach.
func (f Facts) longDates() (date, hijri string) {
	date = texts.Date(f.Start.In(f.Zone)).In(f.Lang)
	if h := scheduling.HijriOf(scheduling.DateOf(f.Start, f.Zone)); !h.IsZero() {
		hijri = h.Long().In(f.Lang)
	}
	return date, hijri
}
