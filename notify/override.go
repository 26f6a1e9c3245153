package notify

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"

	"ziyara/textnorm"
	"ziyara/texts"
)

// Override is what a department says instead of the catalogue in the messages
// of one kind and language.
type Override struct {
	Department string // slug
	Kind       Kind
	Lang       string // "ar" or "en"
	Version    int    // 1 for the first that was saved; the greatest that waits for nobody is in use
	// Wordings are the ways to say it, the fullest first; the first one that
	// fits is sent. None returns to the catalogue.
	Wordings []Wording
}

// SavedText is one version of a department's text.
type SavedText struct {
	Override
	At time.Time
	By string // who saved it

	Pending    bool      // it waits for somebody else to approve it
	Approved   time.Time // zero for one that was not
	ApprovedBy string    // "" for nobody
}

// ErrOwnText is returned to the author of a text who approves it.
var ErrOwnText = errors.New("notify: a text is approved by somebody else than its author")

// The bounds of an override.
const (
	MaxWordings = 5
	MaxText     = 600 // characters of a text, variables as they are written
	// maxSegments is what the shortest wording may take without its link.
	maxSegments = 2
)

// Fault says what is wrong with a text.
type Fault string

// The faults.
const (
	FaultDepartment Fault = "department"       // none is named, or the kind belongs to no department
	FaultKind       Fault = "kind"             // there is no such kind
	FaultLang       Fault = "lang"             // the centre doesn't speak it
	FaultWordings   Fault = "wordings"         // more than five
	FaultEmpty      Fault = "empty"            // nothing but space
	FaultSyntax     Fault = "syntax"           // braces that are no variable
	FaultUnknown    Fault = "unknown_variable" // the messages of this kind don't have it
	FaultMissing    Fault = "missing_variable" // the visitor has to be told
	FaultForm       Fault = "plural_form"      // the language doesn't have it, or it is missing
	FaultTooLong    Fault = "too_long"         // more than MaxText characters
	FaultSegments   Fault = "segments"         // the shortest wording takes more than maxSegments segments
	FaultCharacter  Fault = "character"        // invisible, or one that turns the line around
	FaultLink       Fault = "link"             // to a host that is not allowed
)

// TextFault is one thing that is wrong with an override.
type TextFault struct {
	Fault   Fault
	Wording int        // index of the wording, from 0; -1 when it is none
	Form    texts.Form // "" when it is about no text
	Line    int        // from 1; 0 when it is about no place
	Column  int        // in characters from 1; 0 when it is about no place
	Name    string     // the variable, form or characters
}

// String tells the fault with its place.
func (f TextFault) String() string {
	s := string(f.Fault)
	if f.Name != "" {
		s += fmt.Sprintf(" %q", f.Name)
	}
	if f.Wording >= 0 {
		s += fmt.Sprintf(" in wording %d", f.Wording+1)
	}
	if f.Form != "" {
		s += " " + string(f.Form)
	}
	if f.Line > 0 {
		s += fmt.Sprintf(" at %d:%d", f.Line, f.Column)
	}
	return s
}

// TextError lists all that is wrong with an override.
type TextError struct{ Faults []TextFault }

// Error lists the faults.
func (e *TextError) Error() string {
	list := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		list[i] = f.String()
	}
	return "notify: broken text: " + strings.Join(list, "; ")
}

// placedFault is a fault of one text, at a character from 0; at is -1 for none.
type placedFault struct {
	fault Fault
	at    int
	name  string
}

// Checked is an override without fault. Only Texts.Check makes one.
type Checked struct {
	override Override
	wordings []wording
}

// Override returns what was checked.
func (c Checked) Override() Override { return c.override }

// Check reads an override. longest are the facts for which its shortest
// wording has to fit two segments; of these the kind and the language are the
// override's. Texts are cleaned before (textnorm.Lines). It returns a *TextError with
// everything that is wrong, and where in the text as it was typed.
func (t *Texts) Check(o Override, longest ...Facts) (Checked, error) {
	c := Checked{override: o}
	var faults []TextFault
	whole := func(fault Fault, name string) {
		faults = append(faults, TextFault{Fault: fault, Wording: -1, Name: name})
	}
	if o.Department == "" || o.Kind == VerificationCode {
		whole(FaultDepartment, o.Department)
	}
	if !slices.Contains(Kinds(), o.Kind) {
		whole(FaultKind, string(o.Kind))
	}
	if o.Lang != "ar" && o.Lang != "en" {
		whole(FaultLang, o.Lang)
	}
	if len(o.Wordings) > MaxWordings {
		whole(FaultWordings, "")
	}
	if faults == nil {
		c.override.Wordings = make([]Wording, len(o.Wordings))
		for i, source := range o.Wordings {
			c.override.Wordings[i] = Wording{}
			for form, text := range source {
				c.override.Wordings[i][form] = textnorm.Lines(text)
			}
			w, wrong := readWording(o, i, source, t.hosts)
			faults = append(faults, wrong...)
			c.wordings = append(c.wordings, w)
		}
	}
	if faults == nil && len(c.wordings) > 0 {
		wrong, err := t.overlong(c, o.Wordings[len(o.Wordings)-1], longest)
		if err != nil {
			return Checked{}, err
		}
		faults = wrong
	}
	if faults != nil {
		return Checked{}, &TextError{faults}
	}
	return c, nil
}

// readWording reads a wording and returns all that is wrong with it.
func readWording(o Override, index int, source Wording, hosts Hosts) (wording, []TextFault) {
	w := wording{}
	var faults []TextFault
	for _, form := range wrongForms(o, source) {
		faults = append(faults, TextFault{Fault: FaultForm, Wording: index, Form: form, Name: string(form)})
	}
	for _, form := range texts.Forms("ar") { // all there are, in their order
		typed, ok := source[form]
		if !ok {
			continue
		}
		text := textnorm.Lines(typed)
		pieces, broken := texts.Split(text)
		w[form] = pieces
		var wrong []placedFault
		for _, b := range broken {
			wrong = append(wrong, placedFault{fault: FaultSyntax, at: b.At, name: b.Text})
		}
		wrong = append(wrong, faultsOfText(text)...)
		wrong = append(wrong, faultsOfLinks(text, hosts)...)
		wrong = append(wrong, faultsOfVariables(o.Kind, form, pieces)...)
		slices.SortStableFunc(wrong, func(a, b placedFault) int { return a.at - b.at })
		for _, f := range wrong {
			line, column := place(typed, f.at)
			faults = append(faults, TextFault{Fault: f.fault, Wording: index, Form: form, Line: line, Column: column, Name: f.name})
		}
	}
	return w, faults
}

// wrongForms returns the plural forms that a wording has too many or too few:
// without a number it has Other alone, and with one either that or all of its
// language.
func wrongForms(o Override, source Wording) []texts.Form {
	want := []texts.Form{texts.Other}
	if o.Kind.counted() && len(source) > 1 {
		want = texts.Forms(o.Lang)
	}
	var wrong []texts.Form
	for form := range source {
		if !slices.Contains(want, form) {
			wrong = append(wrong, form)
		}
	}
	slices.Sort(wrong)
	for _, form := range want {
		if _, ok := source[form]; !ok {
			wrong = append(wrong, form)
		}
	}
	return wrong
}

// faultsOfText returns what is wrong with the characters of a text.
func faultsOfText(text string) []placedFault {
	var faults []placedFault
	if strings.TrimSpace(text) == "" {
		faults = append(faults, placedFault{fault: FaultEmpty, at: -1})
	}
	for i, r := range []rune(text) {
		if i == MaxText {
			faults = append(faults, placedFault{fault: FaultTooLong, at: i, name: strconv.Itoa(MaxText)})
		}
		if r != '\n' && !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			faults = append(faults, placedFault{fault: FaultCharacter, at: i, name: fmt.Sprintf("%U", r)})
		}
	}
	return faults
}

// faultsOfVariables returns which variables of a text the kind doesn't have,
// and which it lacks. A form for one or two things may say the number in words.
func faultsOfVariables(k Kind, form texts.Form, pieces texts.Pieces) []placedFault {
	may, must := Variables(k)
	var faults []placedFault
	for _, p := range pieces {
		if p.Parameter != "" && !slices.Contains(may, Variable(p.Parameter)) {
			faults = append(faults, placedFault{fault: FaultUnknown, at: p.At, name: p.Parameter})
		}
	}
	inWords := form == texts.Zero || form == texts.One || form == texts.Two
	for _, v := range must {
		if !mentions(pieces, v) && (v != VarMinutes || !inWords) {
			faults = append(faults, placedFault{fault: FaultMissing, at: -1, name: string(v)})
		}
	}
	return faults
}

// place returns line and column in a text as it was typed, both from 1, of what is a
// character of the cleaned text; zeros for no place.
func place(typed string, at int) (line, column int) {
	if at < 0 {
		return 0, 0
	}
	all := []rune(typed)
	at = sort.Search(len(all), func(i int) bool { return runes(textnorm.Lines(string(all[:i+1]))) > at })
	before := lineEnds.Replace(string(all[:at]))
	return strings.Count(before, "\n") + 1, runes(before[strings.LastIndexByte(before, '\n')+1:]) + 1
}

// lineEnds has the ends of lines of other systems.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n") //nolint:gochecknoglobals // a table

// overlong returns where the shortest wording, which was typed so, passes its limit for the
// first of the facts that make it too long.
func (t *Texts) overlong(c Checked, typed Wording, longest []Facts) ([]TextFault, error) {
	o, last := c.override, len(c.wordings)-1
	for _, f := range longest {
		f.Kind, f.Lang = o.Kind, o.Lang
		if err := f.check(); err != nil {
			return nil, err
		}
		v := t.viewSMS(f)
		for _, form := range texts.Forms(o.Lang) {
			pieces := c.wordings[last][form]
			if Measure(pieces.Fill(v.of)).Segments <= maxSegments {
				continue
			}
			line, column := place(typed[form], tooFar(pieces, v))
			return []TextFault{{
				Fault: FaultSegments, Wording: last, Form: form, Line: line, Column: column,
				Name: strconv.Itoa(maxSegments),
			}}, nil
		}
	}
	return nil, nil
}

// tooFar returns the character of the source from which on the text takes too
// many segments.
func tooFar(pieces texts.Pieces, v view) int {
	said := ""
	for _, p := range pieces {
		if p.Parameter != "" {
			if said += v.of(p.Parameter); Measure(said).Segments > maxSegments {
				return p.At
			}
			continue
		}
		for i, r := range []rune(p.Text) {
			if said += string(r); Measure(said).Segments > maxSegments {
				return p.At + i
			}
		}
	}
	return 0
}

// Department is what a department has decided about its messages.
type Department struct {
	Slug   string
	Links  bool  // whether its messages carry links
	Price  Money // of a segment
	Budget Budget
	Texts  []Override // those in use
}

// department is a Department that was read.
type department struct {
	Department
	texts map[textKey]Checked
}

type textKey struct {
	kind Kind
	lang string
}

// Use makes the texts those of the departments from now on. An override that
// is broken, which can only be one that an earlier program accepted, is left
// to the catalogue, and the error joins what is wrong with them.
func (t *Texts) Use(departments []Department) error {
	all := make(map[string]department, len(departments))
	var broken []error
	for _, d := range departments {
		read := department{d, make(map[textKey]Checked)}
		for _, o := range d.Texts {
			checked, err := t.Check(o)
			if err != nil {
				broken = append(broken, fmt.Errorf("%s of %s in %s, version %d: %w", o.Kind, d.Slug, o.Lang, o.Version, err))
				continue
			}
			if len(checked.wordings) > 0 {
				read.texts[textKey{o.Kind, o.Lang}] = checked
			}
		}
		all[d.Slug] = read
	}
	t.departments.Store(&all)
	return errors.Join(broken...)
}
