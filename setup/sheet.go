package setup

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	utf16 "golang.org/x/text/encoding/unicode"

	"ziyara/textnorm"
)

// Columns are the columns of a kind of spreadsheet.
type Columns struct {
	Things string   // that are its lines, in the plural
	List   []Column // in the order in which they are told
	Needed []string // fields without which a sheet can't be read
}

// Column is a column of a spreadsheet.
type Column struct {
	Field string   // its name
	Names []string // by which it is also known, in English or Arabic
}

// Sheet is a spreadsheet that was saved as text: with commas, semicolons or tabs between its
// cells, in UTF-8, UTF-16 or Windows-1256. Its first line has the names of its columns.
type Sheet struct {
	*document

	text   string
	first  int      // line with the names of the columns
	comma  rune     // between cells
	kind   int      // of the Columns that it was asked for
	fields []string // of its columns, "" for one without a name
	names  []string // of its columns, as they are written
}

// Line is a line of a sheet below the names of its columns.
type Line struct {
	Number int // in the file, from 1
	sheet  *Sheet
	cells  []string
}

// maxFaults is how many faults of lines are told; then the rest is not read.
const maxFaults = 10_000

// ReadSheet reads the names of the columns of a spreadsheet of at most limit bytes: which of
// the kinds it is, and where its columns are. The error is a FileError.
func ReadSheet(data []byte, limit int, kinds ...Columns) (*Sheet, error) {
	s := &Sheet{document: &document{positions: map[string]position{}}, first: 1}
	if len(data) > limit {
		s.fault(position{line: 1, column: 1}, fmt.Sprintf("the file has %d MB: at most %d are read", len(data)>>20, limit>>20))
		return s, s.Err()
	}
	if s.text = s.decoded(data); len(s.faults) > 0 {
		return s, s.Err()
	}
	if rest, ok := strings.CutPrefix(s.text, "sep="); ok { // as Excel marks its separator
		_, s.text, _ = strings.Cut(rest, "\n")
		s.first++
	}
	s.readHead(kinds)
	return s, s.Err()
}

// Fault adds a fault in a cell of a line; field "" is the line as a whole.
func (l Line) Fault(field, text string) {
	column := max(0, slices.Index(l.sheet.fields, field))
	if field != "" && column < len(l.sheet.names) {
		text = fmt.Sprintf("column %d (%s) %s", column+1, l.sheet.names[column], text)
	}
	l.sheet.fault(position{line: l.Number, column: column + 1}, text)
}

// Cell returns the cell of a field, cleaned as textnorm.Line does, with its lines in one; "" for
// none.
func (l Line) Cell(field string) string {
	if i := slices.Index(l.sheet.fields, field); i >= 0 && i < len(l.cells) {
		return textnorm.Line(strings.Join(strings.FieldsFunc(l.cells[i], func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " "))
	}
	return ""
}

// Has reports whether the sheet has a column for the field.
func (s *Sheet) Has(field string) bool { return slices.Contains(s.fields, field) }

// Err returns the faults found so far as a FileError; nil for none.
func (s *Sheet) Err() error { return sorted(s.faults) }

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
	for _, line := range other[:min(len(other), maxFaults)] {
		d.fault(position{line: line, column: 1}, "the line is not UTF-8 as others are: it was pasted from a file in another encoding")
	}
	return true
}

// folded returns a name of a column in its plainest form.
func folded(name string) string {
	return strings.Join(textnorm.Words(strings.NewReplacer("_", " ", "-", " ").Replace(name)), " ")
}

// separators are what may stand between cells.
const separators = ",;\t"

// readHead reads the first line: what kind of sheet it is, and its columns.
func (s *Sheet) readHead(kinds []Columns) {
	head, _, _ := strings.Cut(s.text, "\n")
	best := -1
	for kind, columns := range kinds {
		known := map[string]string{}
		for _, c := range columns.List {
			known[folded(c.Field)] = c.Field
			for _, name := range c.Names {
				known[folded(name)] = c.Field
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
				best, s.names, s.fields, s.kind, s.comma = found, written, named, kind, separator
			}
		}
	}
	columns := kinds[s.kind]
	for i, field := range s.fields {
		at := position{line: s.first, column: i + 1}
		switch {
		case field == "" && strings.TrimSpace(s.names[i]) != "":
			s.fault(at, fmt.Sprintf("column %d: there is no column %.40q: %s", i+1, s.names[i], columns))
		case field != "" && slices.Contains(s.fields[:i], field):
			s.fault(at, fmt.Sprintf("column %d: %s is there twice", i+1, field))
		}
		if field != "" {
			s.names[i] = field
		}
	}
	missing := slices.DeleteFunc(slices.Clone(columns.Needed), s.Has)
	if len(missing) > 0 {
		s.fault(position{line: s.first, column: 1}, fmt.Sprintf("the first line names no column %s: %s", strings.Join(missing, ", "), columns))
	}
}

// String says which columns there are.
func (c Columns) String() string {
	names := make([]string, len(c.List))
	for i, column := range c.List {
		names[i] = column.Field
	}
	return "the columns of " + c.Things + " are " + strings.Join(names, ", ")
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

// Lines calls read for each line below the names of the columns that has cells, and whose
// cells fit the columns. With strict, quotes must be closed, and no cell may have one that is
// not its own: a file that was cut off is noticed.
func (s *Sheet) Lines(strict bool, read func(Line)) {
	r := readerOf(s.text, s.comma)
	r.LazyQuotes, r.ReuseRecord = !strict, strict
	for n := 0; len(s.faults) < maxFaults; n++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			s.fault(position{line: broken.StartLine + s.first - 1, column: 1}, "a quote of the line is not closed, or stands "+
				"inside a cell: the file was cut off, or not saved by a spreadsheet. What follows was not read")
			return
		}
		if err != nil {
			s.fault(position{line: s.first, column: 1}, "the table can't be read: "+err.Error())
			return
		}
		line, _ := r.FieldPos(0)
		if n == 0 || strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		line += s.first - 1
		columns := len(s.fields)
		if len(cells) > columns && strings.TrimSpace(strings.Join(cells[columns:], "")) != "" || len(cells) < 2 && columns > 2 ||
			strict && len(cells) < columns {
			s.fault(position{line: line, column: 1}, fmt.Sprintf("the line has %d cells, and there are %d columns: a cell is missing, or "+
				"has a separator and no quotes", len(cells), columns))
			continue
		}
		read(Line{Number: line, sheet: s, cells: cells})
	}
	s.fault(position{line: s.faults[len(s.faults)-1].Line + 1, column: 1}, "what follows was not read: mend these lines first")
}

// Garbled says what is wrong with the letters of a cell; "" for nothing. A cell in the wrong
// language ("" for any) has slipped into another column, or was read in another encoding.
func Garbled(value, language string) string {
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

// Alone returns the line for faults that are found after the next ones have been read.
func (l Line) Alone() Line {
	l.cells = nil
	return l
}
