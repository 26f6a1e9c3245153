package setup

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	utf16 "golang.org/x/text/encoding/unicode"

	"ziyara/textnorm"
)

// Table is a spreadsheet of services or desk groups, one in a line: part of a centre, for
// teams that keep their lists in one. A cell that is empty leaves its field as it is.
type Table struct {
	kind Kind
	rows []tableRow
}

// String says how many lines there are.
func (t Table) String() string {
	things := strings.ReplaceAll(t.kind.List(), "_", " ")
	if len(t.rows) == 1 {
		return "1 line of " + things
	}
	return fmt.Sprintf("%d lines of %s", len(t.rows), things)
}

// tableRow is one line.
type tableRow struct {
	at     position
	fields map[string]any      // by the names of a file
	cells  map[string]position // of the fields
	hours  map[string]string   // of a desk group: days, opens, closes, places, since
}

// ReadTable reads a spreadsheet that was saved as text: with commas, semicolons or tabs
// between its cells, in UTF-8, UTF-16 or Windows-1256. Its first line has the names of its
// columns, in English or Arabic. The error is a FileError: everything that is wrong, with
// its line.
func ReadTable(data []byte) (Table, error) {
	d := &tableReader{document: &document{positions: map[string]position{}}, first: 1}
	if len(data) > MaxSize {
		d.fault(position{line: 1, column: 1}, fmt.Sprintf("the file has %d MB: at most %d are read", len(data)>>20, MaxSize>>20))
		return Table{}, sorted(d.faults)
	}
	text := d.decoded(data)
	if len(d.faults) > 0 {
		return Table{}, sorted(d.faults)
	}
	if rest, ok := strings.CutPrefix(text, "sep="); ok { // as Excel marks its separator
		_, text, _ = strings.Cut(rest, "\n")
		d.first++
	}
	d.readHead(text)
	if len(d.faults) > 0 {
		return Table{}, sorted(d.faults)
	}
	d.readLines(text)
	if len(d.table.rows) == 0 && len(d.faults) == 0 {
		d.fault(position{line: d.first, column: 1}, "the table has no lines below the names of its columns")
	}
	return d.table, sorted(d.faults)
}

// tableReader reads a table.
type tableReader struct {
	*document

	table   Table
	first   int      // line with the names of the columns
	comma   rune     // between cells
	columns []string // "" for one without a name
}

// decoded returns the text of a file.
func (d *document) decoded(data []byte) string {
	decode := func(with interface {
		Bytes(b []byte) ([]byte, error)
	}) string {
		text, err := with.Bytes(data)
		if err != nil {
			d.fault(position{line: 1, column: 1}, "the file can't be read: save it as CSV in UTF-8")
		}
		return string(text)
	}
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return decode(utf16.UTF16(utf16.LittleEndian, utf16.UseBOM).NewDecoder())
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case !utf8.Valid(data) && !d.mixed(data):
		return decode(charmap.Windows1256.NewDecoder())
	}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if len(d.faults) == 0 && (!utf8.Valid(line) || bytes.Contains(line, []byte("\x00"))) {
			d.fault(position{line: i + 1, column: 1}, "the line is neither UTF-8 nor Windows-1256: save the file as CSV in UTF-8")
		}
	}
	return string(data)
}

// mixed reports whether some lines are UTF-8 and others are not, and tells which.
func (d *document) mixed(data []byte) bool {
	var utf, other []int
	for i, line := range bytes.Split(data, []byte("\n")) {
		switch {
		case !utf8.Valid(line):
			other = append(other, i+1)
		case slices.ContainsFunc(line, func(b byte) bool { return b >= utf8.RuneSelf }):
			utf = append(utf, i+1)
		}
	}
	if len(utf) == 0 {
		return false
	}
	for _, line := range other {
		d.fault(position{line: line, column: 1}, "the line is not UTF-8 as others are: it was pasted from a file in another encoding")
	}
	return true
}

// column is a column of a table.
type column struct {
	field string   // of a file, with _ar or _en for one language, or of hours
	names []string // by which it is known, folded
}

// columnsOf returns the columns of services and of desk groups.
func columnsOf(k Kind) []column {
	list := []column{
		{"slug", []string{"slug", "code", "المعرف", "الرمز"}},
		{"department", []string{"department", "الإدارة", "القسم"}},
		{"name_ar", []string{"name_ar", "name (arabic)", "arabic name", "الاسم", "الاسم بالعربية", "اسم الخدمة"}},
		{"name_en", []string{"name_en", "name", "name (english)", "english name", "الاسم بالإنجليزية"}},
		{"retired", []string{"retired", "retired from", "إيقاف من", "متوقفة من"}},
	}
	if k == KindDeskGroup {
		return append(list,
			column{"branch", []string{"branch", "الفرع"}},
			column{"services", []string{"services", "الخدمات"}},
			column{"holiday_list", []string{"holiday_list", "holidays", "قائمة الإجازات", "الإجازات"}},
			column{"days", []string{"days", "الأيام", "أيام العمل"}},
			column{"opens", []string{"opens", "from", "من", "بداية العمل"}},
			column{"closes", []string{"closes", "to", "إلى", "نهاية العمل"}},
			column{"places", []string{"places", "desks", "عدد المواعيد", "المكاتب"}},
			column{"since", []string{"since", "start date", "ابتداء من", "تاريخ البداية"}})
	}
	return append(list,
		column{"about_ar", []string{"about_ar", "description (arabic)", "الوصف", "الوصف بالعربية"}},
		column{"about_en", []string{"about_en", "about", "description", "description (english)", "الوصف بالإنجليزية"}},
		column{"duration", []string{"duration", "minutes", "المدة", "المدة بالدقائق"}},
		column{"before", []string{"before", "وقت قبل الموعد"}},
		column{"after", []string{"after", "وقت بعد الموعد"}},
		column{"notice", []string{"notice", "أقل مهلة للحجز", "المهلة"}},
		column{"horizon", []string{"horizon", "أبعد موعد للحجز", "فترة الحجز"}},
		column{"cancel_cutoff", []string{"cancel_cutoff", "مهلة الإلغاء"}},
		column{"move_cutoff", []string{"move_cutoff", "مهلة التعديل"}},
		column{"party_limit", []string{"party_limit", "visitors", "عدد الزوار"}},
		column{"active_limit", []string{"active_limit", "visits per person", "المواعيد للشخص"}},
		column{"online", []string{"online", "link", "الرابط", "الخدمة الإلكترونية"}})
}

// folded returns a name of a column in its plainest form.
func folded(name string) string {
	return strings.Join(textnorm.Words(strings.NewReplacer("_", " ", "-", " ").Replace(name)), " ")
}

// separators are what may stand between cells.
const separators = ",;\t"

// readHead reads the first line: what kind of table it is, and its columns.
func (d *tableReader) readHead(text string) {
	head, _, _ := strings.Cut(text, "\n")
	best := -1
	var cells []string
	for _, k := range []Kind{KindService, KindDeskGroup} {
		known := map[string]string{}
		for _, c := range columnsOf(k) {
			for _, name := range c.names {
				known[folded(name)] = c.field
			}
		}
		for _, separator := range separators {
			written := cellsOf(head, separator)
			found, named := 0, make([]string, len(written))
			for i, cell := range written {
				if named[i] = known[folded(cell)]; named[i] != "" {
					found++
				}
			}
			if found > best {
				best, cells, d.columns, d.table.kind, d.comma = found, written, named, k, separator
			}
		}
	}
	for i, field := range d.columns {
		at := position{line: d.first, column: i + 1}
		switch {
		case field == "" && strings.TrimSpace(cells[i]) != "":
			d.fault(at, fmt.Sprintf("column %d: there is no column %.40q: %s", i+1, cells[i], namesOf(d.table.kind)))
		case field != "" && slices.Contains(d.columns[:i], field):
			d.fault(at, fmt.Sprintf("column %d: %s is there twice", i+1, field))
		}
	}
	if !slices.Contains(d.columns, "slug") {
		d.fault(position{line: d.first, column: 1}, "the first line names no column slug: "+namesOf(d.table.kind))
	}
}

// namesOf says which columns there are.
func namesOf(k Kind) string {
	list := columnsOf(k)
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.field
	}
	return "the columns of " + strings.ReplaceAll(k.List(), "_", " ") + " are " + strings.Join(names, ", ")
}

func readerOf(text string, separator rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = separator, -1, true
	return r
}

func cellsOf(line string, separator rune) []string {
	cells, err := readerOf(line, separator).Read()
	if err != nil {
		return nil
	}
	return cells
}

// readLines reads the lines below the names of the columns.
func (d *tableReader) readLines(text string) {
	columns := d.columns
	r := readerOf(text, d.comma)
	for n := 0; ; n++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			d.fault(position{line: d.first, column: 1}, "the table can't be read: "+err.Error())
			return
		}
		line, _ := r.FieldPos(0)
		if n == 0 || strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		line += d.first - 1
		if len(cells) > len(columns) && strings.TrimSpace(strings.Join(cells[len(columns):], "")) != "" || len(cells) < 2 && len(columns) > 2 {
			d.fault(position{line: line, column: 1}, fmt.Sprintf("the line has %d cells, and there are %d columns: a cell is missing, or "+
				"has a separator and no quotes", len(cells), len(columns)))
			continue
		}
		d.table.rows = append(d.table.rows, d.row(line, cells))
	}
}

// row reads one line.
func (d *tableReader) row(line int, cells []string) tableRow {
	columns := d.columns
	row := tableRow{
		at: position{line: line, column: 1}, fields: map[string]any{}, cells: map[string]position{}, hours: map[string]string{},
	}
	for i, cell := range cells {
		if i >= len(columns) || columns[i] == "" {
			continue
		}
		at, value := position{line: line, column: i + 1}, textnorm.Line(cell)
		if value == "" {
			continue
		}
		field, language := columns[i], ""
		if f, l, ok := strings.Cut(field, "_"); ok && (l == "ar" || l == "en") {
			field, language = f, l
		}
		if wrong := garbled(value, language); wrong != "" {
			d.fault(at, fmt.Sprintf("column %d (%s) %s", i+1, columns[i], wrong))
			continue
		}
		row.cells[field] = at
		row.put(field, language, value)
	}
	return row
}

// put notes the value of a cell.
func (r *tableRow) put(field, language, value string) {
	switch field {
	case "name", "about":
		text, _ := r.fields[field].(map[string]any)
		if text == nil {
			text = map[string]any{}
		}
		text[language] = value
		r.fields[field] = text
	case "services":
		list := strings.FieldsFunc(textnorm.Symbols(value), func(c rune) bool { return strings.ContainsRune(" ,;|،؛\n", c) })
		services := make([]any, len(list))
		for i, s := range list {
			services[i] = s
		}
		r.fields[field] = services
	case "retired":
		r.fields[field] = map[string]any{"from": textnorm.Symbols(value)}
	case "days", "opens", "closes", "places", "since":
		r.hours[field] = textnorm.Symbols(value)
	case "party_limit", "active_limit":
		r.fields[field] = numbered(textnorm.Symbols(value))
	case "duration", "before", "after", "notice", "horizon", "cancel_cutoff", "move_cutoff":
		value = textnorm.Symbols(value)
		if _, err := strconv.Atoi(value); err == nil { // as a spreadsheet has minutes
			value += "m"
		}
		r.fields[field] = value
	default:
		r.fields[field] = textnorm.Symbols(value)
	}
}

// numbered returns a number as JSON has it, or the text if it is none.
func numbered(value string) any {
	if n, err := strconv.Atoi(value); err == nil {
		return json.Number(strconv.Itoa(n))
	}
	return value
}

// garbled says what is wrong with the letters of a cell; "" for nothing. A cell in the wrong
// language has slipped into another column, or was read in another encoding.
func garbled(value, language string) string {
	arabic := strings.ContainsFunc(value, func(r rune) bool { return unicode.Is(unicode.Arabic, r) })
	latin := strings.Count(value, "Ø") + strings.Count(value, "Ù") + strings.Count(value, "Ã")
	switch {
	case strings.ContainsRune(value, utf8.RuneError), latin > 1:
		return "is garbled: it was read in the wrong encoding before it was saved"
	case language == "ar" && !arabic:
		return "has no Arabic letter: the columns are shifted, or the encoding is wrong"
	case language == "en" && arabic:
		return "has Arabic letters: the columns are shifted"
	}
	return ""
}

// weekdays are how days are written, folded, with the names of RFC 5545.
func weekdays() map[string]string {
	names := map[string][]string{
		"SU": {"su", "sun", "sunday", "الأحد", "احد"}, "MO": {"mo", "mon", "monday", "الاثنين", "الإثنين", "اثنين"},
		"TU": {"tu", "tue", "tuesday", "الثلاثاء", "ثلاثاء"}, "WE": {"we", "wed", "wednesday", "الأربعاء", "اربعاء"},
		"TH": {"th", "thu", "thursday", "الخميس", "خميس"}, "FR": {"fr", "fri", "friday", "الجمعة", "جمعة"},
		"SA": {"sa", "sat", "saturday", "السبت", "سبت"},
	}
	all := map[string]string{}
	for day, spellings := range names {
		for _, s := range spellings {
			all[folded(s)] = day
		}
	}
	return all
}

// plan returns the plan that a line of a desk group describes: nil if it describes none.
func (r *tableRow) plan() (map[string]any, error) {
	if len(r.hours) == 0 {
		return nil, nil //nolint:nilnil // there is none
	}
	for _, field := range []string{"days", "opens", "closes", "places", "since"} {
		if r.hours[field] == "" {
			return nil, fmt.Errorf("the hours need %s too: days, opens, closes, places and since", field)
		}
	}
	var days []string
	known := weekdays()
	for _, word := range strings.FieldsFunc(r.hours["days"], func(c rune) bool { return strings.ContainsRune(" ,;|،؛", c) }) {
		day, ok := known[folded(word)]
		if !ok {
			return nil, fmt.Errorf("%.40q is no day: want days such as SU MO TU WE TH", word)
		}
		days = append(days, day)
	}
	return map[string]any{"rules": []any{map[string]any{
		"name": map[string]any{"ar": "أيام العمل", "en": "Working days"}, "rrule": "FREQ=WEEKLY;BYDAY=" + strings.Join(days, ","),
		"from": r.hours["since"],
		"openings": []any{map[string]any{
			"from": r.hours["opens"], "to": r.hours["closes"], "places": numbered(r.hours["places"]),
		}},
	}}}, nil
}

// On returns what the table makes of a centre: the things that it names, with what they have
// already, checked with all of the centre. The error is a FileError.
func (t Table) On(have Centre) (Centre, error) {
	whole, err := asDocument(have)
	if err != nil {
		return Centre{}, err
	}
	fields, _ := whole.value.(map[string]any)
	list, _ := fields[t.kind.List()].([]any)
	alone := &document{positions: map[string]position{}}
	var named []any
	only, lines := map[string]bool{}, map[string]int{}
	for _, row := range t.rows {
		slug, _ := row.fields["slug"].(string)
		if before := lines[slug]; before > 0 && slug != "" {
			alone.fault(row.at, fmt.Sprintf("%s is in line %d already", slug, before))
			continue
		}
		lines[slug] = row.at.line
		at := slices.IndexFunc(list, func(item any) bool { return slugOf(item) == slug })
		if at < 0 {
			at, list = len(list), append(list, map[string]any{})
		}
		thing, _ := list[at].(map[string]any)
		merged := maps.Clone(thing)
		maps.Copy(merged, row.fields)
		if plan, err := row.plan(); err != nil {
			alone.fault(row.at, err.Error())
		} else if plan != nil {
			merged["plan"] = plan
		}
		list[at] = merged
		pointer := fmt.Sprintf("/%s/%d", t.kind.List(), at)
		only[pointer] = true
		place := func(d *document, pointer string) {
			d.positions[pointer] = row.at
			for field, cell := range row.cells {
				d.positions[pointer+"/"+field] = cell
			}
		}
		place(whole, pointer)
		place(alone, fmt.Sprintf("/%s/%d", t.kind.List(), len(named)))
		named = append(named, merged)
	}
	alone.value = map[string]any{"format": json.Number("1"), t.kind.List(): named}
	if _, err = alone.shape(); err != nil {
		return Centre{}, err
	}
	if len(alone.faults) > 0 {
		return Centre{}, sorted(alone.faults)
	}
	fields[t.kind.List()] = list
	r := &reader{document: whole, only: only}
	c := r.centre()
	if err = sorted(whole.faults); err != nil {
		return Centre{}, err
	}
	var want Centre
	for _, row := range t.rows {
		slug, _ := row.fields["slug"].(string)
		one := c.only(t.kind, slug)
		want.Services, want.DeskGroups = append(want.Services, one.Services...), append(want.DeskGroups, one.DeskGroups...)
	}
	return want, nil
}
