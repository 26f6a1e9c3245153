package ical_test

import (
	"strings"
	"testing"
	"time"

	"ziyara/scheduling"
	"ziyara/scheduling/ical"
)

const riyadh = "Asia/Riyadh"

func date(t *testing.T, s string) scheduling.Date {
	t.Helper()
	d, err := scheduling.ParseDate(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return d
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func opening(t *testing.T, from, to string, places int) scheduling.Opening {
	t.Helper()
	o := scheduling.Opening{Places: places}
	for _, end := range []struct {
		to   *scheduling.WallTime
		text string
	}{{&o.From, from}, {&o.To, to}} {
		w, err := scheduling.ParseWallTime(end.text)
		if err != nil {
			t.Fatalf("%s: %v", end.text, err)
		}
		*end.to = w
	}
	return o
}

// file returns a calendar that contains the lines.
func file(lines ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n"
}

// event returns a file of one event that contains the lines.
func event(lines ...string) string {
	return file(block("VEVENT", lines...))
}

func block(kind string, lines ...string) string {
	return "BEGIN:" + kind + "\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:" + kind
}

// checkProblems checks that the English text of each problem contains the
// wanted one, and that there is an Arabic text too.
func checkProblems(t *testing.T, got []ical.Problem, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d problems, want %d: %+v", len(got), len(want), got)
	}
	for i, p := range got {
		if !strings.Contains(p.Text.EN, want[i]) {
			t.Errorf("problem %d is %q, want %q in it", i, p.Text.EN, want[i])
		}
		if !strings.ContainsAny(p.Text.AR, "ابتيل") || p.Line < 1 {
			t.Errorf("problem %d has no Arabic text or no line: %+v", i, p)
		}
	}
}
