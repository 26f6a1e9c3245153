package notify

import (
	"embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"ziyara/catalog"
)

// ErrFacts is returned for facts from which no text can be rendered.
var ErrFacts = errors.New("notify: incomplete facts")

//go:embed texts/active.*.toml
var textFiles embed.FS

// Facts is everything a text is made of. A verification code needs Code, an
// offer all but Code and Reference, and the other kinds all but Code and Until.
type Facts struct {
	Kind      Kind
	Lang      string // "ar" or "en"; anything else is Arabic
	Code      string
	Reference string
	Service   catalog.Text
	Branch    catalog.Text
	Start     time.Time      // of a Proposed message: the proposed one
	Until     time.Time      // when an offer ends
	Zone      *time.Location // of the branch: Start and Until are told in its wall time
}

// Texts renders messages. It is safe for concurrent use.
type Texts struct {
	arabic, english *i18n.Localizer
}

// NewTexts loads the embedded catalogues. It returns an error when a wording
// is missing in a language or can't be rendered.
func NewTexts() (*Texts, error) {
	bundle := i18n.NewBundle(language.Arabic)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	for _, lang := range []string{"ar", "en"} {
		path := "texts/active." + lang + ".toml"
		content, err := textFiles.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("notify: load texts: %w", err)
		}
		if _, err := bundle.ParseMessageFileBytes(content, path); err != nil {
			return nil, fmt.Errorf("notify: load %s: %w", path, err)
		}
	}
	t := &Texts{
		arabic:  i18n.NewLocalizer(bundle, "ar"),
		english: i18n.NewLocalizer(bundle, "en"),
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	return t, nil
}

// Render returns the text of a message: the fullest wording that fits one
// segment, otherwise the shortest one, in which nothing is cut. Dates are
// Gregorian with the day first, times are of 24 hours, digits are Western. It
// returns an error that wraps ErrFacts when a fact the kind needs is missing.
func (t *Texts) Render(f Facts) (string, error) {
	if err := f.check(); err != nil {
		return "", err
	}
	v, err := t.view(f)
	if err != nil {
		return "", err
	}
	var text string
	for _, wording := range wordings(f.Kind) {
		if text, err = t.say(f.Lang, string(f.Kind)+"."+wording, v); err != nil {
			return "", err
		}
		if Measure(text).Segments == 1 {
			break
		}
	}
	return text, nil
}

// wordings returns the wordings of a kind, the fullest first.
func wordings(k Kind) []string {
	if k == VerificationCode {
		return []string{"full"}
	}
	return []string{"full", "short", "shortest"}
}

// check returns an error that names the first fact missing.
func (f Facts) check() error {
	missing := func(fact string) error { return fmt.Errorf("%w: %s without %s", ErrFacts, f.Kind, fact) }
	switch f.Kind {
	case VerificationCode:
		if f.Code == "" {
			return missing("code")
		}
		return nil
	case Requested, Booked, Approved, Declined, Proposed, Moved, Cancelled, Offer:
		switch {
		case f.Reference == "" && f.Kind != Offer:
			return missing("reference")
		case f.Until.IsZero() && f.Kind == Offer:
			return missing("until")
		case f.Service.In(f.Lang) == "":
			return missing("service")
		case f.Branch.In(f.Lang) == "":
			return missing("branch")
		case f.Start.IsZero():
			return missing("start")
		case f.Zone == nil:
			return missing("zone")
		}
		return nil
	}
	return fmt.Errorf("%w: unknown kind %q", ErrFacts, f.Kind)
}

// view is what the wordings of a catalogue may mention.
type view struct {
	Code, Reference, Service, Branch string
	Weekday, Day, Time, Until        string
	Start                            time.Time // in the zone of the branch
}

// view returns the facts in their language.
func (t *Texts) view(f Facts) (view, error) {
	v := view{
		Code:      f.Code,
		Reference: f.Reference,
		Service:   plainName(f.Service.In(f.Lang)),
		Branch:    plainName(f.Branch.In(f.Lang)),
	}
	if f.Kind == VerificationCode {
		return v, nil
	}
	v.Start = f.Start.In(f.Zone)
	v.Time = v.Start.Format("15:04")
	v.Until = f.Until.In(f.Zone).Format("15:04")
	var err error
	if v.Day, err = t.say(f.Lang, "day.format", v); err != nil {
		return view{}, err
	}
	v.Weekday, err = t.say(f.Lang, "weekday."+strings.ToLower(v.Start.Weekday().String()), v)
	return v, err
}

// plainName joins the words of a name by single spaces, and writes dashes and
// quotation marks as GSM 7 has them: one typographic dash would turn a whole
// English text into UCS-2, with 70 characters instead of 160.
func plainName(name string) string {
	plain := strings.NewReplacer("‐", "-", "‑", "-", "–", "-", "—", "-", "‘", "'", "’", "'", "“", `"`, "”", `"`)
	return plain.Replace(strings.Join(strings.Fields(name), " "))
}

// say renders one entry of the catalogue of a language.
func (t *Texts) say(lang, id string, v view) (string, error) {
	localizer := t.arabic
	if lang == "en" {
		localizer = t.english
	}
	text, err := localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: v})
	if err != nil {
		return "", fmt.Errorf("notify: render %s in %q: %w", id, lang, err)
	}
	return text, nil
}

// check renders every wording once in each language, on each day of a week.
func (t *Texts) check() error {
	name := catalog.Text{AR: "-", EN: "-"}
	for _, lang := range []string{"ar", "en"} {
		for _, kind := range Kinds() {
			for day := range 7 {
				err := t.checkWordings(Facts{
					Kind: kind, Lang: lang, Code: "0", Reference: "V", Service: name, Branch: name,
					Start: time.Date(2026, time.January, 1+day, 9, 0, 0, 0, time.UTC), Zone: time.UTC,
					Until: time.Date(2026, time.January, 1, 8, 0, 0, 0, time.UTC),
				})
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// checkWordings renders every wording of one message.
func (t *Texts) checkWordings(f Facts) error {
	v, err := t.view(f)
	if err != nil {
		return err
	}
	for _, wording := range wordings(f.Kind) {
		if _, err := t.say(f.Lang, string(f.Kind)+"."+wording, v); err != nil {
			return err
		}
	}
	return nil
}
