package reports

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/texts"
)

// byteOrderMark makes Excel read UTF-8 as what it is.
const byteOrderMark = "\uFEFF"

// WriteCSV writes the rows of the report as a table (RFC 4180) for
// spreadsheets: UTF-8 with a byte order mark, titles in the language lang ("ar"
// or "en"), numbers with a point, an empty cell where nothing can be said. A
// text that a spreadsheet would take for a formula stays a text. Without a
// grouping the only row is the total.
func (r Report) WriteCSV(w io.Writer, c *centre.Snapshot, lang string) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	var head []string
	for _, by := range Dimensions() {
		if r.Has(by) {
			head = append(head, harmless(by.Title().In(lang)))
		}
	}
	for _, f := range r.Definition.Figures {
		head = append(head, harmless(f.Title.In(lang)))
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for _, row := range r.Rows {
		line := make([]string, 0, len(head))
		for _, by := range Dimensions() {
			if r.Has(by) {
				line = append(line, harmless(row.cell(c, by, lang)))
			}
		}
		for _, v := range row.Values {
			line = append(line, number(v))
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Title returns what the dimension is called.
func (d Dimension) Title() catalog.Text {
	switch d {
	case ByDay:
		return texts.Staff("dimension.day")
	case ByMonth:
		return texts.Staff("dimension.month")
	case ByDepartment:
		return texts.Staff("dimension.department")
	case ByBranch:
		return texts.Staff("dimension.branch")
	case ByService:
		return texts.Staff("dimension.service")
	case ByChannel:
		return texts.Staff("dimension.channel")
	}
	return catalog.Text{}
}

// MonthLayout is how a month is written.
const MonthLayout = "2006-01"

// cell returns what the key says of a dimension.
func (k Key) cell(c *centre.Snapshot, d Dimension, lang string) string {
	switch d {
	case ByDay:
		return k.Day.String()
	case ByMonth:
		return k.Month.Time().Format(MonthLayout)
	case ByDepartment:
		return c.DepartmentName(k.Department).In(lang)
	case ByBranch:
		return c.BranchName(k.Branch).In(lang)
	case ByService:
		return c.ServiceName(k.Service).In(lang)
	case ByChannel:
		return ChannelName(k.Channel).In(lang)
	}
	return ""
}

// ChannelName returns what a channel is called.
func ChannelName(c catalog.Channel) catalog.Text {
	switch c {
	case catalog.Public:
		return texts.Staff("channel.public")
	case catalog.Agent:
		return texts.Staff("channel.agent")
	case catalog.WalkIn:
		return texts.Staff("channel.walk_in")
	case catalog.Protected:
		return texts.Staff("channel.protected")
	}
	return catalog.Text{AR: string(c), EN: string(c)}
}

func number(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

// harmless returns a text that no spreadsheet calculates: one that begins like
// a formula gets an apostrophe in front, and control characters are left out.
func harmless(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if strings.ContainsAny(firstRune(strings.TrimLeft(s, " \u00a0")), "=+-@＝＋－＠") {
		return "'" + s
	}
	return s
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}
