package notify

import (
	"errors"
	"fmt"
	"net/url"
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
	BranchSMS  catalog.Text   // its name where each letter counts; zero for Branch
	Start      time.Time      // of a Proposed message: the proposed one
	End        time.Time      // of the visit; only e-mail tells it
	Until      time.Time      // when an offer ends
	Minutes    int            // how much later a delayed visit begins
	Reason     catalog.Text   // why the centre has called the visit off or taken its time; zero of other messages
	Lead       time.Duration  // of a reminder: how long ahead of the start it is
	Zone       *time.Location // of the branch: Start and Until are told in its wall time
	Entry      int64          // of an offer: the number of the waitlist entry, for its link
	Links      uint8          // the generation of the links to the visit, for its link

	// Only e-mail has room for these.
	Address      catalog.Text // of the branch
	Requirements []catalog.Text
}

// Texts renders messages. It is safe for concurrent use.
type Texts struct {
	link        func(Facts) string
	confirm     func(f Facts, email string) string
	ministry    catalog.Ministry
	hosts       Hosts
	departments atomic.Pointer[map[string]department]
}

// TextOption changes how texts are rendered.
type TextOption func(*Texts)

// WithLinks lets messages that ask the visitor to come or to choose end with
// the address that link returns; "" for none.
func WithLinks(link func(Facts) string) TextOption { return func(t *Texts) { t.link = link } }

// WithConfirmation lets e-mails to an address that is not confirmed have the address of
// the page where it can be, which confirm returns; "" for none.
func WithConfirmation(confirm func(f Facts, email string) string) TextOption {
	return func(t *Texts) { t.confirm = confirm }
}

// From lets messages speak for a ministry, which has to be complete. Without this
// option it has a neutral name.
func From(m catalog.Ministry) TextOption { return func(t *Texts) { t.ministry = m } }

// NewTexts returns the texts of the catalogue.
func NewTexts(options ...TextOption) *Texts {
	neutral, _ := catalog.Ministry{}.Complete() // nothing in it can be wrong
	t := &Texts{
		link: func(Facts) string { return "" }, confirm: func(Facts, string) string { return "" }, ministry: neutral,
	}
	t.departments.Store(&map[string]department{})
	for _, o := range options {
		o(t)
	}
	return t
}

// Render returns the text of a message in the words of its department: the
// fullest wording that fits one segment, or two for messages with a link and for
// those without which a visitor might come in vain; otherwise the shortest one, in
// which nothing is cut. Dates have the month in words, times are of 12 hours,
// digits are Western. It returns an error that wraps ErrFacts when a fact the kind
// needs is missing.
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
	v := t.viewSMS(f)
	of, known := (*t.departments.Load())[f.Department]
	link := t.linkOf(f, of, known)
	if link == "" && f.Kind == Survey {
		return Preview{}, fmt.Errorf("%w: %s without link", ErrFacts, f.Kind)
	}
	wordings, own := t.wordings(f, of, c, link != "")
	endings, fits := f.endings(v, link, own)
	p := Preview{}
	for i, say := range wordings {
		for _, ending := range endings {
			p.Text, p.Wording = say(v)+ending, i
			if p.Size = Measure(p.Text); p.Segments <= fits {
				p.Cost = of.Price.Times(int64(p.Segments))
				return p, nil
			}
		}
	}
	p.Cost = of.Price.Times(int64(p.Segments))
	return p, nil
}

// endings returns the ways to end a message, the fullest first, and the segments
// that it may take with them. A link is introduced where there is room, unless the
// department's own wording does that. Where the visitor has to answer and there is
// no link, the message says whom to call.
func (f Facts) endings(v view, link string, own bool) (endings []string, fits int) {
	rule := f.Kind.told()
	switch {
	case link != "" && rule.manage && !own:
		return []string{"\n" + f.say("sms_end.manage", v) + "\n" + link, "\n" + link}, 2
	case link != "":
		return []string{"\n" + link}, 2
	case rule.answer:
		return []string{"\n" + f.say("sms_end.call", v)}, 2
	case rule.spares || f.calledOff():
		return []string{""}, 2
	}
	return []string{""}, 1
}

// linkOf returns the address that a message ends with, "" for none.
func (t *Texts) linkOf(f Facts, of department, known bool) string {
	if !f.Kind.told().link || known && !of.Links && f.Kind != Survey {
		return ""
	}
	return t.link(f)
}

// kept returns the text of a message as it is kept, with … for links that open a visit: they
// are in nobody's hands but the visitor's.
func (t *Texts) kept(c Claimed, text string) string {
	for _, link := range []string{t.confirm(c.Facts, c.Email), t.link(c.Facts)} {
		if to, err := url.Parse(link); link != "" && err == nil {
			page, _, _ := strings.Cut(strings.TrimPrefix(to.Path, "/"), "/")
			text = strings.ReplaceAll(text, link, to.Scheme+"://"+to.Host+"/"+page+"/…")
		}
	}
	return text
}

// noSurvey reports whether the facts are of a survey that has no page.
func (t *Texts) noSurvey(f Facts) bool { return f.Kind == Survey && t.link(f) == "" }

// wordings returns the ways to say a message, the fullest first: those of c,
// else those of the department, else those of the catalogue. What departments
// say of a cancellation is about one that the visitor asked for: a visit that
// the centre calls off has words of its own.
func (t *Texts) wordings(f Facts, of department, c *Checked, linked bool) (list []func(view) string, own bool) {
	words := of.texts[textKey{f.Kind, f.lang()}]
	if f.calledOff() {
		words = Checked{}
	}
	if c != nil {
		words = *c
	}
	for _, w := range words.wordings {
		list = append(list, func(v view) string { return w.texts(f.lang(), f.Minutes).Fill(v.of) })
	}
	if list != nil {
		return list, true
	}
	for _, name := range f.catalogued(linked) {
		list = append(list, func(v view) string { return f.say("sms."+f.subject()+"."+name, v) })
	}
	return list, false
}

// subject returns the name of a message in the catalogues.
func (f Facts) subject() string {
	if f.calledOff() {
		return "called_off"
	}
	return string(f.Kind)
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

// catalogued returns the wordings of a message in the catalogues, the fullest
// first. The last ones leave out the branch: not for visitors who are to come and
// have no link that shows it.
func (f Facts) catalogued(linked bool) []string {
	all := []string{"full", "named", "short", "brief", "shortest"}
	switch f.Kind {
	case VerificationCode, Delayed, Survey, CaseUpdated:
		return []string{"full", "short"}
	case Closed:
		return []string{"full", "short", "brief", "lean", "shortest"}
	case Cancelled:
		if f.calledOff() {
			return []string{"full", "short", "brief", "lean", "shortest"}
		}
	case Booked, Approved, Moved, Reminder:
		if !linked {
			return all[:4]
		}
	case Requested, Declined, Proposed, Offer:
	}
	return all
}

// view is what the wordings may mention, in the language of the message.
type view struct {
	Code, Reference, Service, Branch   string
	Weekday, Day, Time, Until, Minutes string
	Reason, Ministry, Phone            string
	Date, When, Hijri, Address         string // only letters have them
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
	case varMinistry:
		return v.Ministry
	case varPhone:
		return v.Phone
	case varDate:
		return v.Date
	case varWhen:
		return v.When
	case varHijri:
		return v.Hijri
	case varAddress:
		return v.Address
	}
	panic("notify: no variable " + name)
}

// view returns the facts in their language.
func (t *Texts) view(f Facts) view {
	v := view{
		Code:      f.Code,
		Reference: f.Reference,
		Service:   plainName(f.Service.In(f.Lang)),
		Branch:    plainName(f.Branch.In(f.Lang)),
		Minutes:   strconv.Itoa(f.Minutes),
		Reason:    plainName(f.Reason.In(f.Lang)),
		Address:   plainName(f.Address.In(f.Lang)),
		Ministry:  plainName(t.ministry.Name.In(f.Lang)),
		Phone:     t.ministry.Dial().In(f.Lang),
	}
	if f.Start.IsZero() || f.Zone == nil {
		return v
	}
	start := f.Start.In(f.Zone)
	v.Time, v.Until = texts.ClockAt(start).In(f.Lang), texts.ClockAt(f.Until.In(f.Zone)).In(f.Lang)
	v.Day, v.Weekday = texts.ShortDate(start).In(f.Lang), texts.Weekday(start.Weekday()).In(f.Lang)
	return v
}

// viewSMS returns the facts as short messages have them.
func (t *Texts) viewSMS(f Facts) view {
	v := t.view(f)
	if f.BranchSMS != (catalog.Text{}) {
		v.Branch = plainName(f.BranchSMS.In(f.Lang))
	}
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
