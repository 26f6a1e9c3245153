package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// Letter is a message on its way to a mailbox.
type Letter struct {
	ID      int64 // of the message; the same at every attempt
	To      string
	Lang    string // "ar" or "en"
	Subject string
	Text    string      // paragraphs with an empty line between; an address has a line of its own
	Entry   *EntryOfDay // what the visitor's calendar is to know; nil for nothing
	Expires time.Time   // from this instant on it is of no use
}

// EntryOfDay is a visit as a calendar keeps it. A later one with the same
// Reference takes the place of one with a smaller Sequence.
type EntryOfDay struct {
	Reference   string // of the visit, the same for all versions of it
	Sequence    int    // the version of the start, and one more for a cancellation (RFC 5546, 2.1.4)
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

// Letter returns the message as an e-mail: what it is about in the words of
// its department, or else of the catalogue, then everything the visitor has to
// know, and the link. It returns an error that wraps ErrFacts when a fact is
// missing.
func (t *Texts) Letter(c Claimed) (Letter, error) {
	f := c.Facts
	if !f.Kind.told().mail {
		return Letter{}, fmt.Errorf("%w: %s is not told by e-mail", ErrFacts, f.Kind)
	}
	if err := f.check(); err != nil {
		return Letter{}, err
	}
	v, err := t.view(f)
	if err == nil {
		err = t.longDates(f, &v)
	}
	if err != nil {
		return Letter{}, err
	}
	l := Letter{ID: c.ID, To: c.Email, Lang: f.lang(), Expires: c.Expires}
	if l.Subject, err = t.say(f, "mail_"+string(f.Kind)+".subject", v); err != nil {
		return Letter{}, err
	}
	if l.Text, err = t.body(f, v); err != nil {
		return Letter{}, err
	}
	l.Entry, err = t.entryOfDay(c, v)
	return l, err
}

// body returns the text of a letter.
func (t *Texts) body(f Facts, v view) (string, error) {
	opening, err := t.opening(f, v)
	if err != nil {
		return "", err
	}
	paragraphs := []string{opening}
	link := t.link(f)
	if f.Kind == Survey {
		if link == "" {
			return "", fmt.Errorf("%w: %s without link", ErrFacts, f.Kind)
		}
	} else {
		facts, err := t.lines(f, v, "service", "when", "hijri", "where", "address", "reference")
		if err != nil {
			return "", err
		}
		paragraphs = append(paragraphs, facts)
	}
	if f.Kind.expected() && len(f.Requirements) > 0 {
		bring, err := t.say(f, "mail.bring", v)
		if err != nil {
			return "", err
		}
		for _, r := range f.Requirements {
			bring += "\n- " + r.In(f.lang())
		}
		paragraphs = append(paragraphs, bring)
	}
	if link != "" && f.Kind != Cancelled && f.Kind != Declined {
		about := "mail.manage"
		if f.Kind == Survey {
			about = "mail.survey"
		}
		ask, err := t.say(f, about, v)
		if err != nil {
			return "", err
		}
		paragraphs = append(paragraphs, ask+"\n"+link)
	}
	closing, err := t.say(f, "mail.closing", v)
	return strings.Join(append(paragraphs, closing), "\n\n"), err
}

// opening returns the first paragraph: the fullest wording of the department,
// where it has words of its own (see wordings).
func (t *Texts) opening(f Facts, v view) (string, error) {
	if f.calledOff() {
		return t.say(f, "called_off.opening", v)
	}
	of := (*t.departments.Load())[f.Department]
	if own := of.texts[textKey{f.Kind, f.lang()}]; len(own.wordings) > 0 {
		return say(own.wordings[0].texts(f.lang(), f.Minutes), v), nil
	}
	return t.say(f, "mail_"+string(f.Kind)+".opening", v)
}

// lines returns those of the lines whose facts are known.
func (t *Texts) lines(f Facts, v view, names ...string) (string, error) {
	var lines []string
	for _, name := range names {
		if name == "hijri" && v.Hijri == "" || name == "address" && v.Address == "" {
			continue
		}
		line, err := t.say(f, "mail."+name, v)
		if err != nil {
			return "", err
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n"), nil
}

// expected reports whether a message of the kind tells somebody to come, who is
// told what to bring.
func (k Kind) expected() bool {
	switch k {
	case Requested, Booked, Approved, Moved, Reminder:
		return true
	case VerificationCode, Declined, Proposed, Cancelled, Closed, Offer, Delayed, Survey, CaseUpdated:
		return false
	}
	return false
}

// entryOfDay returns what the visitor's calendar is to know of a message: that
// a visit is booked, or that it is not any more. nil for nothing new.
func (t *Texts) entryOfDay(c Claimed, v view) (*EntryOfDay, error) {
	f := c.Facts
	e := &EntryOfDay{
		Reference: f.Reference, Sequence: c.Version, Start: f.Start, End: f.End,
		Location: strings.Join(known(v.Branch, v.Address), ", "),
	}
	switch f.Kind {
	case Booked, Approved, Moved:
	case Cancelled:
		e.Cancelled, e.Sequence = true, c.Version+1
	case VerificationCode, Requested, Declined, Proposed, Closed, Reminder, Offer, Delayed, Survey, CaseUpdated:
		return nil, nil //nolint:nilnil // nothing new
	}
	if !e.End.After(e.Start) {
		return nil, fmt.Errorf("%w: %s without end", ErrFacts, f.Kind)
	}
	var err error
	if e.Summary, err = t.say(f, "mail.summary", v); err != nil {
		return nil, err
	}
	e.Description, err = t.lines(f, v, "reference")
	if link := t.link(f); err == nil && link != "" && !e.Cancelled {
		e.Description += "\n" + link
	}
	return e, err
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

// longDates adds the dates as letters write them: with the month in words, and
// in both calendars.
func (t *Texts) longDates(f Facts, v *view) error {
	month, err := t.say(f, "month."+strings.ToLower(v.Start.Month().String()), *v)
	if err != nil {
		return err
	}
	v.Date = fmt.Sprintf("%d %s %d", v.Start.Day(), month, v.Start.Year())
	if h := scheduling.HijriOf(scheduling.DateOf(f.Start, f.Zone)); !h.IsZero() {
		name := h.MonthName()
		v.Hijri = fmt.Sprintf("%d %s %d", h.Day, catalog.Text{AR: name.AR, EN: name.EN}.In(f.lang()), h.Year)
	}
	return nil
}

// checkLetter renders everything that letters of a kind may say, in each month.
func (t *Texts) checkLetter(k Kind, lang string, name catalog.Text) error {
	if !k.told().mail {
		return nil
	}
	for month := range 12 {
		f := Facts{
			Kind: k, Lang: lang, Reference: "V", Service: name, Branch: name, Address: name,
			Start: time.Date(2026, time.January+time.Month(month), 1, 9, 0, 0, 0, time.UTC), Zone: time.UTC,
		}
		v, err := t.view(f)
		if err == nil {
			err = t.longDates(f, &v)
		}
		if err != nil {
			return err
		}
		if month > 0 { // they differ in nothing else
			continue
		}
		for _, id := range []string{
			"mail_" + string(k) + ".subject", "mail_" + string(k) + ".opening", "mail.service", "mail.when", "mail.hijri",
			"mail.where", "mail.address", "mail.reference", "mail.bring", "mail.manage", "mail.survey", "mail.closing", "mail.summary",
		} {
			if _, err = t.say(f, id, v); err != nil {
				return err
			}
		}
	}
	return nil
}
