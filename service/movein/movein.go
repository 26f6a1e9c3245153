// Package movein reads the visits of another system from a spreadsheet, and writes visits as
// such a spreadsheet (docs/adr/0062-moving-in.md).
package movein

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/notify"
	"ziyara/scheduling"
	"ziyara/setup"
	"ziyara/slots"
	"ziyara/textnorm"
)

// MaxSize is the largest file in bytes, enough for a million visits.
const MaxSize = 256 << 20

// maxFormer is the length of a reference of another system, in bytes.
const maxFormer = 100

// Visit is a line of the file.
type Visit struct {
	Line int
	slots.Import
}

// The names of the columns.
const (
	colFormer   = "old_reference"
	colService  = "service"
	colBranch   = "branch"
	colDate     = "date"
	colTime     = "time"
	colName     = "name"
	colIdentity = "identity"
	colMobile   = "mobile"
	colEmail    = "email"
	colLanguage = "language"
	colParty    = "party"
	colNeeds    = "needs"
	colChannel  = "channel"
	colByName   = "representative_name"
	colByID     = "representative_identity"
	colWakala   = "wakala"
	colUntil    = "wakala_expires"
	colNote     = "note"
)

// Columns returns the columns of the file.
func Columns() setup.Columns {
	return setup.Columns{
		Things: "visits", Needed: []string{colFormer, colService, colBranch, colDate, colTime, colName, colIdentity},
		List: []setup.Column{
			{Field: colFormer, Names: []string{
				"reference", "booking number", "appointment number", "الرقم المرجعي", "المرجع", "رقم الحجز", "رقم الموعد",
			}},
			{Field: colService, Names: []string{"الخدمة", "اسم الخدمة"}},
			{Field: colBranch, Names: []string{"الفرع", "اسم الفرع"}},
			{Field: colDate, Names: []string{"appointment date", "visit date", "التاريخ", "تاريخ الموعد", "تاريخ الزيارة"}},
			{Field: colTime, Names: []string{"appointment time", "start", "الوقت", "وقت الموعد", "وقت الزيارة"}},
			{Field: colName, Names: []string{"visitor", "visitor name", "full name", "الاسم", "اسم الزائر", "اسم المستفيد"}},
			{Field: colIdentity, Names: []string{
				"id", "id number", "identity number", "national id", "الهوية", "رقم الهوية", "رقم الهوية أو الإقامة",
			}},
			{Field: colMobile, Names: []string{"phone", "mobile number", "الجوال", "رقم الجوال"}},
			{Field: colEmail, Names: []string{"e-mail", "email address", "البريد", "البريد الإلكتروني"}},
			{Field: colLanguage, Names: []string{"lang", "اللغة"}},
			{Field: colParty, Names: []string{"visitors", "عدد الزوار"}},
			{Field: colNeeds, Names: []string{"الاحتياجات"}},
			{Field: colChannel, Names: []string{"القناة"}},
			{Field: colByName, Names: []string{"اسم الوكيل"}},
			{Field: colByID, Names: []string{"هوية الوكيل", "رقم هوية الوكيل"}},
			{Field: colWakala, Names: []string{"power of attorney", "الوكالة", "رقم الوكالة"}},
			{Field: colUntil, Names: []string{"تاريخ انتهاء الوكالة"}},
			{Field: colNote, Names: []string{"notes", "ملاحظة", "ملاحظات"}},
		},
	}
}

// Read reads the visits of a file. Services and branches are those of the centre, by slug or
// by name in one of the languages; dates and times are those of the clocks of the branch. The error is a
// setup.FileError: all that is wrong with the form of the file, with its line. notes is how
// many lines have a note, which is not kept.
func Read(data []byte, c *centre.Snapshot) (visits []Visit, notes int, err error) {
	s, err := setup.ReadSheet(data, MaxSize, Columns())
	if err != nil {
		return nil, 0, err
	}
	r := reader{
		centre: c, services: map[string]string{}, branches: map[string]string{}, formers: map[string]int{}, mobiles: map[string]string{},
		needs: map[string]map[string]string{}, columns: Columns(), cells: map[string]string{},
		languages: map[string]string{},
	}
	r.columns.List = slices.DeleteFunc(r.columns.List, func(c setup.Column) bool { return !s.Has(c.Field) })
	for _, service := range c.Services {
		name(r.services, service.Slug, service.Name)
		r.needs[service.Slug] = map[string]string{}
		for _, need := range service.Needs {
			name(r.needs[service.Slug], need.Slug, need.Name)
		}
	}
	for _, branch := range c.Branches {
		name(r.branches, branch.Slug, branch.Name)
	}
	s.Lines(true, r.line)
	r.settleOrder()
	if len(r.visits) == 0 && s.Err() == nil {
		return nil, 0, setup.FileError{{Line: 1, Column: 1, Text: "the file has no visits below the names of its columns"}}
	}
	if err = s.Err(); err != nil {
		return nil, 0, err
	}
	for i := range r.visits {
		v := &r.visits[i]
		w := r.whens[i]
		zone := w.zone
		if zone == nil {
			zone = c.Zone(v.Branch)
		}
		v.Start = w.date(r.monthFirst).At(w.at, zone)
	}
	return r.visits, r.notes, nil
}

// several marks a name that two things have.
const several = "?"

// name makes a thing known by its slug and its names.
func name(known map[string]string, slug string, text catalog.Text) {
	known[slug] = slug
	for _, n := range []string{text.AR, text.EN} {
		key := textnorm.Fold(n)
		if other, ok := known[key]; ok && other != slug {
			known[key] = several
		} else if key != "" {
			known[key] = slug
		}
	}
}

// reader reads the lines of a file.
type reader struct {
	centre             *centre.Snapshot
	services, branches map[string]string // slugs by their names
	needs              map[string]map[string]string
	formers            map[string]int    // lines by the references that they have
	mobiles, languages map[string]string // as they were read, by what is written
	columns            setup.Columns
	cells              map[string]string // of the line that is being read
	visits             []Visit
	whens              []when
	notes              int

	dayFirst, monthFirstLine, unclear *setup.Line // the first line that shows, or does not show, the order of a date
	monthFirst                        bool
}

// cell returns a cell of the line that is being read, without what keeps a spreadsheet from
// reading it as a formula.
func (r *reader) cell(field string) string { return r.cells[field] }

// line reads a line.
func (r *reader) line(l setup.Line) {
	v := Visit{Line: l.Number}
	ok := true
	wrong := func(field, text string) {
		l.Fault(field, text)
		ok = false
	}
	for _, c := range r.columns.List {
		written := l.Cell(c.Field)
		r.cells[c.Field] = Plain(written)
		switch {
		case isFormula(written):
			wrong(c.Field, "is a formula: paste the values alone")
		case setup.Garbled(written, "") != "":
			wrong(c.Field, setup.Garbled(written, ""))
		}
	}
	if !ok {
		return
	}
	v.Former = textnorm.Symbols(r.cell(colFormer))
	switch earlier := r.formers[v.Former]; {
	case v.Former == "":
		wrong(colFormer, "is empty: each visit needs the reference of the other system, by which a second run knows it")
	case len(v.Former) > maxFormer:
		wrong(colFormer, fmt.Sprintf("has %d letters: at most %d are kept", len(v.Former), maxFormer))
	case earlier > 0:
		wrong(colFormer, fmt.Sprintf("is the reference of line %d already", earlier))
	default:
		r.formers[v.Former] = l.Number
	}
	v.Service = r.known(r.services, r.cell(colService), colService, wrong)
	v.Branch = r.known(r.branches, r.cell(colBranch), colBranch, wrong)
	r.person(&v, wrong)
	r.options(&v, wrong)
	w, fault := readWhen(r.cell(colDate), r.cell(colTime))
	for field, text := range fault {
		wrong(field, text)
	}
	if r.cell(colNote) != "" {
		r.notes++
	}
	if !ok {
		return
	}
	r.order(l, w)
	r.visits, r.whens = append(r.visits, v), append(r.whens, w)
}

// known returns the slug of a service or branch.
func (r *reader) known(all map[string]string, written, field string, wrong func(field, text string)) string {
	slug, ok := all[textnorm.Symbols(written)]
	if !ok {
		slug, ok = all[textnorm.Fold(written)]
	}
	switch {
	case written == "":
		wrong(field, "is empty")
	case !ok:
		wrong(field, fmt.Sprintf("%.60q is no %s of the centre, neither by slug nor by name%s", written, field, shifted(written)))
	case slug == several:
		wrong(field, fmt.Sprintf("%.60q is the name of two: write its slug", written))
	}
	return slug
}

// person reads who comes.
func (r *reader) person(v *Visit, wrong func(field, text string)) {
	var err error
	v.Visitor, err = slots.NewVisitor(r.cell(colName), numeral(r.cell(colIdentity)), r.cell(colEmail))
	r.inColumns(err, map[string]string{"name": colName, "id": colIdentity, "email": colEmail}, wrong)
	if written := r.cell(colMobile); written != "" {
		mobile, known := r.mobiles[written]
		if !known {
			parsed, err := notify.ParseMobile(numeral(written))
			if err != nil {
				wrong(colMobile, notify.MobileText(err).EN+shifted(written))
			}
			mobile = string(parsed)
			r.mobiles[written] = mobile
		}
		v.Mobile = mobile
		if mobile == "" {
			wrong(colMobile, notify.MobileText(notify.ErrMobile).EN)
		}
	}
	if r.cell(colByName) == "" && r.cell(colByID) == "" {
		return
	}
	var until scheduling.Date
	if written := textnorm.Symbols(r.cell(colUntil)); written != "" {
		if until, err = scheduling.ParseDate(written); err != nil {
			wrong(colUntil, "is no date such as 2026-12-31")
		}
	}
	by, err := slots.NewRepresentative(r.cell(colByName), numeral(r.cell(colByID)), r.cell(colWakala), until, v.Visitor.Identity)
	r.inColumns(err, map[string]string{"name": colByName, "id": colByID, "wakala": colWakala}, wrong)
	v.Representative = &by
}

// inColumns tells the faults of a visitor in their columns.
func (r *reader) inColumns(err error, columns map[string]string, wrong func(field, text string)) {
	bad, ok := errors.AsType[*slots.VisitorError](err)
	if !ok {
		return
	}
	for _, f := range bad.Fields {
		column := columns[f.Name]
		text := f.Text().EN
		if rounded(r.cell(column)) {
			text = "the spreadsheet has rounded the number: format the column as text, and enter it again"
		}
		wrong(column, text+shifted(r.cell(column)))
	}
}

// options reads what has a default.
func (r *reader) options(v *Visit, wrong func(field, text string)) {
	var ok bool
	if v.Lang, ok = r.language(r.cell(colLanguage)); !ok {
		wrong(colLanguage, "is neither ar nor en")
	}
	v.Party = 1
	if written := textnorm.Symbols(r.cell(colParty)); written != "" {
		var err error
		if v.Party, err = strconv.Atoi(written); err != nil || v.Party < 1 || v.Party > 100 {
			wrong(colParty, "is no number of visitors from 1 on")
		}
	}
	v.Channel = catalog.Agent
	if written := textnorm.Symbols(r.cell(colChannel)); written != "" {
		v.Channel = catalog.Channel(strings.ToLower(written))
		if !v.Channel.Known() || v.Channel == catalog.WalkIn {
			wrong(colChannel, "is neither public, agent nor protected")
		}
	}
	for _, word := range strings.FieldsFunc(r.cell(colNeeds), func(c rune) bool { return strings.ContainsRune(",;|،؛", c) }) {
		slug, ok := r.needs[v.Service][textnorm.Fold(word)]
		if !ok {
			slug, ok = r.needs[v.Service][textnorm.Symbols(word)]
		}
		if v.Service != "" && v.Service != several && (!ok || slug == several) {
			wrong(colNeeds, fmt.Sprintf("%.60q is no need of the service", strings.TrimSpace(word)))
		}
		if !slices.Contains(v.Needs, slug) {
			v.Needs = append(v.Needs, slug)
		}
	}
}

// language returns the language of a visitor as it is written: Arabic if it is not.
func (r *reader) language(written string) (lang string, ok bool) {
	if lang, ok = r.languages[written]; ok {
		return lang, true
	}
	switch textnorm.Fold(written) {
	case "", "ar", "arabic", textnorm.Fold("العربية"), textnorm.Fold("عربي"):
		lang = "ar"
	case "en", "english", textnorm.Fold("الإنجليزية"), textnorm.Fold("إنجليزي"):
		lang = "en"
	default:
		return "", false
	}
	r.languages[written] = lang
	return lang, true
}

// shifted says what a value looks like that is wrong where it stands.
func shifted(value string) string {
	if value == "" {
		return ""
	}
	clean := textnorm.Symbols(value)
	what := ""
	switch _, isMobile := notify.ParseMobile(clean); {
	case strings.Contains(clean, "@"):
		what = "an e-mail address"
	case isMobile == nil:
		what = "a mobile"
	default:
		if _, err := slots.ParseIdentity(clean); err == nil {
			what = "an identity number"
		} else if w, _ := readWhen(value, "9:00"); w.year != 0 {
			what = "a date"
		}
	}
	if what == "" {
		return ""
	}
	return " (it looks like " + what + ": are the columns shifted?)"
}

// numeral returns a number without what a spreadsheet adds to one: a fraction of zero.
func numeral(written string) string { return strings.TrimSuffix(textnorm.Symbols(written), ".0") }

// rounded reports whether a spreadsheet has written a long number with an exponent.
func rounded(written string) bool {
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(textnorm.Symbols(written)), "E+")
	return ok && strings.Trim(mantissa, "0123456789.,") == "" && strings.Trim(exponent, "0123456789") == ""
}

// isFormula reports whether a spreadsheet would calculate a cell. A plus sign begins a mobile, and
// a hyphen stands for nothing.
func isFormula(written string) bool {
	return strings.HasPrefix(written, "=") || strings.HasPrefix(written, "@") ||
		(strings.HasPrefix(written, "+") || strings.HasPrefix(written, "-")) && strings.ContainsAny(written, "(!")
}

// mark is what keeps a spreadsheet from reading a cell as a formula.
const mark = "'"

// calculates begin a cell that a spreadsheet calculates.
const calculates = "=+-@\t\r"

// Guarded returns a cell that no spreadsheet calculates. Plain is its inverse.
func Guarded(value string) string {
	if value != "" && strings.ContainsRune(calculates+mark, rune(value[0])) {
		return mark + value
	}
	return value
}

// Plain returns what Guarded was given.
func Plain(value string) string {
	if len(value) > 1 && value[0] == mark[0] && strings.ContainsRune(calculates+mark, rune(value[1])) {
		return value[1:]
	}
	return value
}
