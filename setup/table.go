package setup

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

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

// ReadTable reads a Sheet of services or desk groups. The error is a FileError: everything
// that is wrong, with its line.
func ReadTable(data []byte) (Table, error) {
	kinds := []Kind{KindService, KindDeskGroup}
	s, err := ReadSheet(data, MaxSize, columnsOf(kinds[0]), columnsOf(kinds[1]))
	if err != nil {
		return Table{}, err
	}
	t := Table{kind: kinds[s.kind]}
	s.Lines(false, func(l Line) { t.rows = append(t.rows, l.row()) })
	if len(t.rows) == 0 && len(s.faults) == 0 {
		s.fault(position{line: s.first, column: 1}, "the table has no lines below the names of its columns")
	}
	return t, s.Err()
}

// columnsOf returns the columns of services and of desk groups.
func columnsOf(k Kind) Columns {
	list := []Column{
		{"slug", []string{"slug", "code", "المعرف", "الرمز"}},
		{"department", []string{"department", "الإدارة", "القسم"}},
		{"name_ar", []string{"name_ar", "name (arabic)", "arabic name", "الاسم", "الاسم بالعربية", "اسم الخدمة"}},
		{"name_en", []string{"name_en", "name", "name (english)", "english name", "الاسم بالإنجليزية"}},
		{"retired", []string{"retired", "retired from", "إيقاف من", "متوقفة من"}},
	}
	things, needed := strings.ReplaceAll(k.List(), "_", " "), []string{"slug"}
	if k == KindDeskGroup {
		return Columns{things, append(list,
			Column{"branch", []string{"branch", "الفرع"}},
			Column{"services", []string{"services", "الخدمات"}},
			Column{"holiday_list", []string{"holiday_list", "holidays", "قائمة الإجازات", "الإجازات"}},
			Column{"days", []string{"days", "الأيام", "أيام العمل"}},
			Column{"opens", []string{"opens", "from", "من", "بداية العمل"}},
			Column{"closes", []string{"closes", "to", "إلى", "نهاية العمل"}},
			Column{"places", []string{"places", "desks", "عدد المواعيد", "المكاتب"}},
			Column{"since", []string{"since", "start date", "ابتداء من", "تاريخ البداية"}}), needed}
	}
	return Columns{things, append(list,
		Column{"about_ar", []string{"about_ar", "description (arabic)", "الوصف", "الوصف بالعربية"}},
		Column{"about_en", []string{"about_en", "about", "description", "description (english)", "الوصف بالإنجليزية"}},
		Column{"duration", []string{"duration", "minutes", "المدة", "المدة بالدقائق"}},
		Column{"before", []string{"before", "وقت قبل الموعد"}},
		Column{"after", []string{"after", "وقت بعد الموعد"}},
		Column{"notice", []string{"notice", "أقل مهلة للحجز", "المهلة"}},
		Column{"horizon", []string{"horizon", "أبعد موعد للحجز", "فترة الحجز"}},
		Column{"cancel_cutoff", []string{"cancel_cutoff", "مهلة الإلغاء"}},
		Column{"move_cutoff", []string{"move_cutoff", "مهلة التعديل"}},
		Column{"party_limit", []string{"party_limit", "visitors", "عدد الزوار"}},
		Column{"active_limit", []string{"active_limit", "visits per person", "المواعيد للشخص"}},
		Column{"online", []string{"online", "link", "الرابط", "الخدمة الإلكترونية"}}), needed}
}

// row reads one line.
func (l Line) row() tableRow {
	columns := l.sheet.fields
	row := tableRow{
		at: position{line: l.Number, column: 1}, fields: map[string]any{}, cells: map[string]position{}, hours: map[string]string{},
	}
	for i, cell := range l.cells {
		if i >= len(columns) || columns[i] == "" {
			continue
		}
		at, value := position{line: l.Number, column: i + 1}, textnorm.Line(cell)
		if value == "" {
			continue
		}
		field, language := columns[i], ""
		if f, l, ok := strings.Cut(field, "_"); ok && (l == "ar" || l == "en") {
			field, language = f, l
		}
		if wrong := Garbled(value, language); wrong != "" {
			l.Fault(columns[i], wrong)
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
