package reports_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"ziyara/catalog"
	"ziyara/reports"
)

// A table is UTF-8 that Excel reads as such, in the language asked for, with
// an empty cell where nothing can be said.
func TestCSV(t *testing.T) {
	t.Parallel()
	source := &fake{rows: map[reports.Key]reports.Counts{
		{Day: day(t, "2026-11-01"), Department: "revenues"}: {"attended": 3, "no_shows": 1},
	}}
	r, err := report(t, source, reports.Query{
		Report: reports.NoShows, From: day(t, "2026-11-01"), To: day(t, "2026-11-01"),
		GroupBy: []reports.Dimension{reports.ByDepartment, reports.ByDay}})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{
		"en": "\uFEFFDate,Department,Attended,No-shows,No-show rate,No-shows removed,Not recorded\r\n" +
			"2026-11-01,Revenues,3,1,0.25,0,0\r\n2026-11-01,Care,0,0,,0,0\r\n",
		"ar": "\uFEFFالتاريخ,الإدارة,حضروا,لم يحضروا,نسبة عدم الحضور,عدم حضور أُلغي تسجيله,دون تسجيل\r\n" +
			"2026-11-01,Revenues بالعربية,3,1,0.25,0,0\r\n2026-11-01,Care بالعربية,0,0,,0,0\r\n",
	} {
		var out bytes.Buffer
		if err := r.WriteCSV(&out, snapshot(t), lang); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Errorf("%s: got\n%q, want\n%q", lang, out.String(), want)
		}
	}
}

// No name becomes a formula in a spreadsheet, and none breaks out of its cell.
func TestCSVIsNoProgram(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"=HYPERLINK(\"http://x\")": "'=HYPERLINK(\"http://x\")",
		"+1+1":                     "'+1+1",
		"-2":                       "'-2",
		"@SUM(A1)":                 "'@SUM(A1)",
		"  =1":                     "'  =1",
		"\t=1":                     "'=1",
		"\r\n=1":                   "'=1",
		"＝1":                       "'＝1",
		"a,b;\"c\"":                "a,b;\"c\"",
		"two\nlines":               "twolines",
		"زيارة":                    "زيارة",
	} {
		r := reports.Report{
			Query:      reports.Query{GroupBy: []reports.Dimension{reports.ByChannel}},
			Definition: reports.Definition{},
			Rows:       []reports.Row{{Key: reports.Key{Channel: catalog.Channel(name)}}},
		}
		var out bytes.Buffer
		if err := r.WriteCSV(&out, snapshot(t), "en"); err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
		if err != nil || len(lines) != 2 || lines[1][0] != want {
			t.Errorf("%q: got %q and %v, want %q", name, lines, err, want)
		}
	}
}
