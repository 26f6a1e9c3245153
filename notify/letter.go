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

// Letter returns the message as an e-mail: a greeting, an opening in the
// department's wording or else the catalogue's, everything the visitor needs to
// know, what to do and where, and the ministry's name. It returns an error that
// wraps ErrFacts when a fact is missing.
func (t *Texts) Letter(c Claimed) (Letter, error) {
	f := c.Facts
	if !f.Kind.told().mail {
		return Letter{}, fmt.Errorf("%w: %s is not told by e-mail", ErrFacts, f.Kind)
	}
	if err := f.check(); err != nil {
		return Letter{}, err
	}
	v := t.view(f)
	start := f.Start.In(f.Zone)
	v.Date, v.When = texts.Day(start).In(f.Lang), texts.Moment(start).In(f.Lang)
	v.Hijri = scheduling.HijriOf(scheduling.DateOf(f.Start, f.Zone)).Long().In(f.Lang)
	l := Letter{
		ID: c.ID, To: c.Email, Lang: f.lang(), Expires: c.Expires,
		Subject: f.say("letter_"+f.subject()+".subject", v),
	}
	var err error
	if l.Text, err = t.body(c, v); err != nil {
		return Letter{}, err
	}
	if !c.Unconfirmed {
		l.Entry, err = t.entryOfDay(c, v)
	}
	return l, err
}

// body returns the text of a letter.
func (t *Texts) body(c Claimed, v view) (string, error) {
	f := c.Facts
	next, err := t.next(c, v)
	if err != nil {
		return "", err
	}
	paragraphs := []string{f.say("letter.greeting", v), t.opening(f, v), f.lines(v)}
	if f.Kind.expected() && len(f.Requirements) > 0 {
		bring := []string{f.say("letter.bring", v)}
		for _, r := range f.Requirements {
			bring = append(bring, "- "+r.In(f.lang()))
		}
		paragraphs = append(paragraphs, strings.Join(bring, "\n"))
	}
	return strings.Join(append(paragraphs, next, f.say("letter.signature", v), f.say("letter.closing", v)), "\n\n"), nil
}

// next returns what the visitor can do, and where: by the link, on the page where
// visits are booked, or by telephone. An address that is not confirmed gets no link to the
// visit, since it may be somebody else's: only one to confirm it.
func (t *Texts) next(c Claimed, v view) (string, error) {
	f := c.Facts
	about, call, link := "letter.manage", "letter.manage_call", t.link(f)
	toVisit := true // is the link
	switch f.Kind {
	case Requested:
		about, call = "letter.withdraw", "letter.withdraw_call"
	case Proposed:
		about, call = "letter.answer", "letter.answer_call"
	case Closed:
		about, call = "letter.choose", "letter.choose_call"
	case Declined, Cancelled:
		about, call, link = "letter.again", "letter.again_call", t.ministry.Booking
		toVisit = false
	case Survey:
		if link == "" {
			return "", fmt.Errorf("%w: %s without link", ErrFacts, f.Kind)
		}
		about, toVisit = "letter.rate", false
	case Booked, Approved, Moved, Reminder:
	case VerificationCode, Offer, Delayed, CaseUpdated: // not told by e-mail
	}
	if c.Unconfirmed && toVisit {
		said := f.say(call, v)
		if confirm := t.confirm(f, c.Email); confirm != "" {
			said += "\n\n" + f.say("letter.confirm", v) + "\n" + confirm
		}
		return said, nil
	}
	if link == "" {
		return f.say(call, v), nil
	}
	return f.say(about, v) + "\n" + link, nil
}

// opening returns the first paragraph: the fullest wording of the department,
// where it has words of its own (see wordings).
func (t *Texts) opening(f Facts, v view) string {
	of := (*t.departments.Load())[f.Department]
	if own := of.texts[textKey{f.Kind, f.lang()}]; len(own.wordings) > 0 && !f.calledOff() {
		return own.wordings[0].texts(f.lang(), f.Minutes).Fill(v.of)
	}
	return f.say("letter_"+f.subject()+".opening", v)
}

// lines returns the details of the visit, one per line; of a survey only the
// service, because the visit is over.
func (f Facts) lines(v view) string {
	lines := []string{f.say("letter.service", v)}
	if f.Kind == Survey {
		return lines[0]
	}
	when := "letter.when"
	if f.Kind == Proposed {
		when = "letter.proposed"
	}
	lines = append(lines, f.say(when, v))
	if v.Hijri != "" {
		lines = append(lines, f.say("letter.hijri", v))
	}
	lines = append(lines, f.say("letter.where", v))
	if v.Address != "" {
		lines = append(lines, f.say("letter.address", v))
	}
	lines = append(lines, f.say("letter.reference", v))
	if v.Reason != "" {
		lines = append(lines, f.say("letter.reason", v))
	}
	return strings.Join(lines, "\n")
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
		Location: strings.Join(known(v.Branch, v.Address), texts.Comma().In(f.Lang)),
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
		e.Description += "\n" + f.say("letter.manage", v) + "\n" + link
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
