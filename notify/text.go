package notify

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"ziyara/catalog"
	"ziyara/texts"
)

// ErrFacts is returned for facts from which no text can be rendered.
var ErrFacts = errors.New("notify: incomplete facts")

// Facts is everything a text is made of. Which of them a kind needs follows
// from what its texts may mention: see Variables.
type Facts struct {
	Kind       Kind
	Lang       string // "ar" or "en"; anything else is Arabic
	Department string // slug; "" for none
	Code       string
	Reference  string // of the visit, or the number of a case
	Service    catalog.Text
	Branch     catalog.Text
	Start      time.Time      // of a Proposed message: the proposed one
	End        time.Time      // of the visit; only e-mail tells it
	Until      time.Time      // when an offer ends
	Minutes    int            // how much later a delayed visit begins
	Reason     catalog.Text   // why the centre has called the visit off; zero of other cancellations
	Lead       time.Duration  // of a reminder: how long ahead of the start it is
	Zone       *time.Location // of the branch: Start and Until are told in its wall time
	Entry      int64          // of an offer: the number of the waitlist entry, for its link

	// Only e-mail has room for these.
	Address      catalog.Text // of the branch
	Requirements []catalog.Text
}

// Texts renders messages. It is safe for concurrent use.
type Texts struct {
	link        func(Facts) string
	departments atomic.Pointer[map[string]department]
}

// TextOption changes how texts are rendered.
type TextOption func(*Texts)

// WithLinks lets messages that ask the visitor to come or to choose end with
// the address that link returns; "" for none.
func WithLinks(link func(Facts) string) TextOption { return func(t *Texts) { t.link = link } }

// NewTexts returns the texts of the catalogue.
func NewTexts(options ...TextOption) *Texts {
	t := &Texts{link: func(Facts) string { return "" }}
	t.departments.Store(&map[string]department{})
	for _, o := range options {
		o(t)
	}
	return t
}

// Render returns the text of a message in the words of its department: the
// fullest wording that fits one segment, or two when it ends with a link,
// otherwise the shortest one, in which nothing is cut. Dates are Gregorian with
// the day first, times are of 24 hours, digits are Western. It returns an error
// that wraps ErrFacts when a fact the kind needs is missing.
func (t *Texts) Render(f Facts) (string, error) {
	p, err := t.render(f, nil)
	return p.Text, err
}

// render renders a message with the wordings of c, or with those in use when c
// is nil.
func (t *Texts) render(f Facts, c *Checked) (Preview, error) {
	if err := f.check(); err != nil {
		return Preview{}, err
	}
	v := f.view()
	of, known := (*t.departments.Load())[f.Department]
	ending, fits := "", 1
	if link := t.linkOf(f, of, known); link != "" {
		ending, fits = "\n"+link, 2
	} else if f.Kind == Survey {
		return Preview{}, fmt.Errorf("%w: %s without link", ErrFacts, f.Kind)
	}
	p := Preview{}
	for i, say := range t.wordings(f, of, c) {
		p.Text, p.Wording = say(v)+ending, i
		if p.Size = Measure(p.Text); p.Segments <= fits {
			break
		}
	}
	p.Cost = of.Price.Times(int64(p.Segments))
	return p, nil
}

// linkOf returns the address that a message ends with, "" for none.
func (t *Texts) linkOf(f Facts, of department, known bool) string {
	if !f.Kind.told().link && !f.calledOff() || known && !of.Links && f.Kind != Survey {
		return ""
	}
	return t.link(f)
}

// noSurvey reports whether the facts are of a survey that has no page.
func (t *Texts) noSurvey(f Facts) bool { return f.Kind == Survey && t.link(f) == "" }

// wordings returns the ways to say a message, the fullest first: those of c,
// else those of the department, else those of the catalogue. What departments
// say of a cancellation is about one that the visitor asked for: a visit that
// the centre calls off has words of its own.
func (t *Texts) wordings(f Facts, of department, c *Checked) []func(view) string {
	var list []func(view) string
	if f.calledOff() && c == nil {
		for _, name := range catalogued(f.Kind) {
			list = append(list, func(v view) string { return f.say("sms.called_off."+name, v) })
		}
		return list
	}
	own := of.texts[textKey{f.Kind, f.lang()}]
	if c != nil {
		own = *c
	}
	for _, w := range own.wordings {
		list = append(list, func(v view) string { return w.texts(f.lang(), f.Minutes).Fill(v.of) })
	}
	if list != nil {
		return list
	}
	for _, name := range catalogued(f.Kind) {
		list = append(list, func(v view) string { return f.say("sms."+string(f.Kind)+"."+name, v) })
	}
	return list
}

// calledOff reports whether it was the centre that cancelled the visit.
func (f Facts) calledOff() bool { return f.Kind == Cancelled && f.Reason != (catalog.Text{}) }

// lang returns the language of the facts as the catalogues have it.
func (f Facts) lang() string {
	if f.Lang == "en" {
		return "en"
	}
	return "ar"
}

// catalogued returns the wordings of a kind in the catalogues, the fullest
// first.
func catalogued(k Kind) []string {
	if k == VerificationCode {
		return []string{"full"}
	}
	return []string{"full", "short", "shortest"}
}

// view is what the wordings may mention, in the language of the message.
type view struct {
	Code, Reference, Service, Branch   string
	Weekday, Day, Time, Until, Minutes string
	Reason                             string
	Date, Hijri, Address               string // only letters have them
}

// of returns what a variable stands for. It panics for one that there isn't: a
// test renders all texts of the catalogue, and departments' were checked.
func (v view) of(name string) string {
	switch Variable(name) {
	case VarCode:
		return v.Code
	case VarReference:
		return v.Reference
	case VarService:
		return v.Service
	case VarBranch:
		return v.Branch
	case VarWeekday:
		return v.Weekday
	case VarDay:
		return v.Day
	case VarTime:
		return v.Time
	case VarUntil:
		return v.Until
	case VarMinutes:
		return v.Minutes
	case varReason:
		return v.Reason
	case varDate:
		return v.Date
	case varHijri:
		return v.Hijri
	case varAddress:
		return v.Address
	}
	panic("notify: no variable " + name)
}

// view returns the facts in their language.
func (f Facts) view() view {
	v := view{
		Code:      f.Code,
		Reference: f.Reference,
		Service:   plainName(f.Service.In(f.Lang)),
		Branch:    plainName(f.Branch.In(f.Lang)),
		Minutes:   strconv.Itoa(f.Minutes),
		Reason:    plainName(f.Reason.In(f.Lang)),
		Address:   plainName(f.Address.In(f.Lang)),
	}
	if f.Start.IsZero() || f.Zone == nil {
		return v
	}
	start := f.Start.In(f.Zone)
	v.Time, v.Until = start.Format("15:04"), f.Until.In(f.Zone).Format("15:04")
	v.Day, v.Weekday = texts.ShortDate(start).In(f.Lang), texts.Weekday(start.Weekday()).In(f.Lang)
	return v
}

// plainName joins the words of a name by single spaces, and writes dashes and
// quotation marks as GSM 7 has them: one typographic dash would turn a whole
// English text into UCS-2, with 70 characters instead of 160.
func plainName(name string) string {
	plain := strings.NewReplacer("‐", "-", "‑", "-", "–", "-", "—", "-", "‘", "'", "’", "'", "“", `"`, "”", `"`)
	return plain.Replace(strings.Join(strings.Fields(name), " "))
}

// say renders one entry of the visitors' catalogue.
func (f Facts) say(key string, v view) string { return texts.Message(f.lang(), key, f.Minutes, v.of) }
