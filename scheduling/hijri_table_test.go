package scheduling_test

import (
	"bufio"
	"bytes"
	_ "embed"
	"strings"
	"testing"

	"ziyara/scheduling"
)

//go:embed testdata/umalqura.txt
var umalquraTable []byte

// Each month of the years 1440 to 1500 begins on the day on which it does in
// ICU's calendar islamic-umalqura, and ends the day before the next begins.
func TestHijriMonths(t *testing.T) {
	t.Parallel()
	months := 0
	var last scheduling.Date
	for lines := bufio.NewScanner(bytes.NewReader(umalquraTable)); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		month, day, _ := strings.Cut(lines.Text(), " ")
		d := date(t, day)
		if want := month + "-01"; month < "1501" {
			months++
			got := scheduling.HijriOf(d)
			if got.String() != want {
				t.Errorf("HijriOf(%s) = %s, want %s", day, got, want)
			}
		}
		if last != 0 {
			before := scheduling.HijriOf(d - 1)
			if length := int(d - last); before.Day != length {
				t.Errorf("the month before %s ends with day %d, want %d", month, before.Day, length)
			}
			for at := last; at < d; at++ {
				if h := scheduling.HijriOf(at); h.Day != int(at-last)+1 {
					t.Errorf("HijriOf(%s) = %s, want day %d", at, h, at-last+1)
				}
			}
		}
		last = d
	}
	if want := 61 * 12; months != want {
		t.Errorf("compared %d months, want %d", months, want)
	}
}
