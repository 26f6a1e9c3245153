//go:build peers

package ical_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling/ical"
)

var exportSeed = flag.Uint64("seed", 0, "seed for the events of TestPeerEvents; 0 for a new one")

// Debian's Python, which need not be the first in PATH.
const python = "/usr/bin/python3"

// TestPeerEvents lets icalendar, libical and khal read events with all kinds of
// texts. To repeat a run:
//
//	go test -tags peers -run TestPeerEvents -v ./scheduling/ical -seed 5545
func TestPeerEvents(t *testing.T) {
	t.Parallel()
	seed := *exportSeed
	for seed == 0 {
		seed = rand.Uint64()
	}
	events := slices.Concat(tellingEvents(t), clockChanges(t), randomEvents(t, seed, 300))
	t.Logf("seed %d: %d events", seed, len(events))

	t.Run("icalendar", func(t *testing.T) {
		t.Parallel()
		mild := withoutEscapes(events)
		compare(t, eventAnswers(mild), withICalendar(t, written(t, mild)))
	})
	t.Run("libical", func(t *testing.T) {
		t.Parallel()
		compare(t, eventAnswers(events), withLibical(t, written(t, events)))
	})
	t.Run("khal", func(t *testing.T) {
		t.Parallel()
		mild := beforePytzEnds(withoutEscapes(events))
		for _, name := range []string{"UTC", riyadh, zoneOfChanges} {
			zone := inZone(t, name)
			compare(t, khalAnswers(mild, zone), withKhal(t, written(t, mild), zone))
		}
	})
}

// TestPeerMethods lets libical check what each method requires and forbids (RFC
// 5546 sections 3.2.1, 3.2.2 and 3.2.5).
func TestPeerMethods(t *testing.T) {
	t.Parallel()
	for _, method := range []ical.Method{ical.Publish, ical.Request, ical.Cancel} {
		t.Run(string(method), func(t *testing.T) {
			t.Parallel()
			e := visit(t)
			e.Attendee = ical.Party{Name: `A; "B", ^`, Address: "mailto:visitor@example.org"}
			var file bytes.Buffer
			if err := ical.WriteEvents(&file, head(t), method, []ical.Event{e}); err != nil {
				t.Fatal(err)
			}
			e.Cancelled = method == ical.Cancel
			compare(t, eventAnswers([]ical.Event{e}), withLibical(t, file.Bytes()))
		})
	}
}

// TestPeerSnapshot lets icalendar, libical and khal read an event with an alarm,
// without a method.
func TestPeerSnapshot(t *testing.T) {
	t.Parallel()
	e := visit(t)
	e.Alarm = 2 * time.Hour
	var file bytes.Buffer
	if err := ical.WriteEvents(&file, head(t), ical.Snapshot, []ical.Event{e}); err != nil {
		t.Fatal(err)
	}
	want := []ical.Event{e}
	compare(t, eventAnswers(want), withICalendar(t, file.Bytes()))
	compare(t, eventAnswers(want), withLibical(t, file.Bytes()))
	zone := inZone(t, riyadh)
	compare(t, khalAnswers(want, zone), withKhal(t, file.Bytes(), zone))
}

// TestPeerNoEvents lets strict readers read a calendar without events: it has a
// component, and shows nothing (RFC 5545 section 3.6).
func TestPeerNoEvents(t *testing.T) {
	t.Parallel()
	file := written(t, nil)
	compare(t, []string{""}, withICalendar(t, file))
	compare(t, []string{""}, withLibical(t, file))
	compare(t, nil, withKhal(t, file, inZone(t, riyadh)))
}

// TestPeerOpenings lets icalendar and libical read openings as VAVAILABILITY
// (RFC 7953), which khal does not support.
func TestPeerOpenings(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	day := date(t, "2027-01-04")
	err := ical.WriteOpenings(&file, head(t), nights(t), day, day,
		ical.Openings{UID: "desk@example.org", Summary: "الليل", Location: "الرياض", Language: "ar"})
	if err != nil {
		t.Fatal(err)
	}
	available := func(from, to, uid, places string) string {
		return answer("AVAILABLE", instant(t, from), instant(t, to), uid+"-desk@example.org", "الليل", "الرياض", "", places, "", "")
	}
	want := []string{
		answer("VAVAILABILITY", instant(t, "2027-01-04T00:00:00+03:00"), instant(t, "2027-01-05T00:00:00+03:00"),
			"desk@example.org", "الليل", "", "", "", "", "BUSY-UNAVAILABLE"),
		available("2027-01-04T00:00:00+03:00", "2027-01-04T01:00:00+03:00", "2027-01-03-264", "2"),
		available("2027-01-04T22:00:00+03:00", "2027-01-04T23:00:00+03:00", "2027-01-04-264", "2"),
		available("2027-01-04T23:00:00+03:00", "2027-01-04T23:30:00+03:00", "2027-01-04-276", "1"),
		available("2027-01-04T23:30:00+03:00", "2027-01-05T00:00:00+03:00", "2027-01-04-282", "2"),
	}
	t.Run("icalendar", func(t *testing.T) {
		t.Parallel()
		compare(t, want, withICalendar(t, file.Bytes()))
	})
	t.Run("libical", func(t *testing.T) {
		t.Parallel()
		compare(t, want, withLibical(t, file.Bytes()))
	})
}

// tellingEvents returns an event for each text that a reader could stumble
// over.
func tellingEvents(t *testing.T) []ical.Event {
	t.Helper()
	var events []ical.Event
	for i, text := range []string{
		"زيارة مركز الخدمة الشامل", strings.Repeat("تحديث رقم الآيبان ", 20) + "!", "a, b; c: \"d\" \\", "one\n\ntwo\n three",
		"line\u2028paragraph\u2029next\u0085end", "👩🏽‍💼 و😀", strings.Repeat("x", 75*3), "END:VEVENT\nEND:VCALENDAR", "\u202bيمين\u202c",
	} {
		e := visit(t)
		e.UID = fmt.Sprintf("telling-%d@example.org", i)
		e.Summary, e.Location, e.Description = text, text, text
		e.Cancelled, e.Tentative = i%3 == 1, i%3 == 2
		events = append(events, e)
	}
	return events
}

// zoneOfChanges is a zone that changes its clocks.
const zoneOfChanges = "America/New_York"

// clockChanges returns events given in a zone, around the hours of 2027 that
// its clocks skip or show twice.
func clockChanges(t *testing.T) []ical.Event {
	t.Helper()
	zone := inZone(t, zoneOfChanges)
	var events []ical.Event
	for _, change := range []string{"2027-03-14T07:00:00Z", "2027-11-07T06:00:00Z"} {
		for minutes := -150; minutes <= 150; minutes += 30 {
			e := visit(t)
			e.UID = fmt.Sprintf("change-%s%+d@example.org", change[:10], minutes)
			e.Start = instant(t, change).Add(time.Duration(minutes) * time.Minute).In(zone)
			e.End = e.Start.Add(45 * time.Minute)
			e.Cancelled = minutes%60 == 0
			events = append(events, e)
		}
	}
	return events
}

func inZone(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// randomEvents returns n events with random texts. No text begins or ends with
// white space, because khal does not print it.
func randomEvents(t *testing.T, seed uint64, n int) []ical.Event {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 0))
	alphabet := []rune("abcdefghijklmnopqrstuvwxyzABC0123456789 \n\t,;:\"'^\\=<>&%ابتثجحخدذرزسشصضطظعغفقكلمنهويـًّ٠١٢،؛؟😀€é\u200f")
	text := func() string {
		runes := make([]rune, random.IntN(120))
		for i := range runes {
			runes[i] = alphabet[random.IntN(len(alphabet))]
		}
		return strings.TrimSpace(string(runes))
	}
	events := make([]ical.Event, n)
	for i := range events {
		start := time.Unix(random.Int64N(4_000_000_000), 0).UTC()
		events[i] = ical.Event{
			UID:   fmt.Sprintf("random-%d@example.org", i),
			Start: start, End: start.Add(time.Duration(1+random.IntN(100_000)) * time.Second),
			Created: start, Updated: start, Sequence: random.IntN(5),
			Summary: "s" + text(), Location: text(), Description: text(), Language: "ar", Cancelled: random.IntN(3) == 0,
		}
	}
	return events
}

// withoutEscapes returns the events without the texts that icalendar 4.0, and
// so khal, reads wrongly. In RFC 5545 section 3.3.11, \\ encodes a backslash
// whatever follows, and percent signs have no meaning. icalendar combines the
// second half of \\ with what follows, and reads %2C, %3A, %3B and %5C as
// characters.
func withoutEscapes(events []ical.Event) []ical.Event {
	replace := strings.NewReplacer(`\\`, "--", `\n`, "-n", `\N`, "-N", `\;`, "-;", `\,`, "-,", "\\\n", "-\n",
		"%2C", "-2C", "%3A", "-3A", "%3B", "-3B", "%5C", "-5C").Replace
	events = slices.Clone(events)
	for i := range events {
		e := &events[i]
		e.Summary, e.Location, e.Description = replace(e.Summary), replace(e.Location), replace(e.Description)
	}
	return events
}

// beforePytzEnds returns the events up to 2037. khal uses pytz, which knows no
// later changes of clocks.
func beforePytzEnds(events []ical.Event) []ical.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e ical.Event) bool { return e.End.Year() > 2037 })
}

func written(t *testing.T, events []ical.Event) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := ical.WriteEvents(&file, head(t), ical.Publish, events); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// eventAnswers returns what the programs in testdata should print.
func eventAnswers(events []ical.Event) []string {
	want := make([]string, 0, len(events))
	for i := range events {
		e := &events[i]
		want = append(want, answer("VEVENT", e.Start, e.End, e.UID, e.Summary, e.Location, e.Description, "", status(e), ""))
	}
	return want
}

func status(e *ical.Event) string {
	switch {
	case e.Cancelled:
		return "CANCELLED"
	case e.Tentative:
		return "TENTATIVE"
	}
	return "CONFIRMED"
}

// answer returns one line as the programs in testdata print it.
func answer(kind string, start, end time.Time, texts ...string) string {
	line := fmt.Sprint(kind, " ", start.Unix(), " ", end.Unix())
	for _, text := range texts {
		line += " x" + hex.EncodeToString([]byte(text))
	}
	return line
}

// compare reports the first events that differ.
func compare(t *testing.T, want, got []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("read %d events, want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if diff := cmp.Diff(readable(want[i]), readable(got[i])); diff != "" {
			t.Fatalf("event %d (-written +read):\n%s", i, diff)
		}
	}
}

// readable decodes the texts of an answer.
func readable(answer string) []string {
	fields := strings.Split(answer, " ")
	for i, field := range fields {
		if encoded, ok := strings.CutPrefix(field, "x"); ok {
			if text, err := hex.DecodeString(encoded); err == nil {
				fields[i] = string(text)
			}
		}
	}
	return fields
}

func withICalendar(t *testing.T, file []byte) []string {
	t.Helper()
	out := ask(t, file, "python3-icalendar", python, "testdata/read_with_icalendar.py")
	return strings.Split(strings.TrimSpace(out), "\n")
}

func withLibical(t *testing.T, file []byte) []string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "read")
	ask(t, nil, "gcc, libc6-dev and libical-dev", "cc", "-O1", "-Wall", "-Werror", "-o", program, "testdata/read_with_libical.c", "-lical")
	return strings.Split(strings.TrimSpace(ask(t, file, "libical-dev", program)), "\n")
}

// The separators that khal prints between and after the fields of an event.
const (
	khalField = "␟"
	khalEnd   = "␞"
	khalTime  = "2006-01-02 15:04:05"
)

// khalAnswers returns what khal should print for a user in the zone.
func khalAnswers(events []ical.Event, zone *time.Location) []string {
	want := make([]string, 0, len(events))
	for i := range events {
		e := &events[i]
		want = append(want, strings.Join([]string{
			e.UID, e.Start.In(zone).Format(khalTime), e.End.In(zone).Format(khalTime), e.Summary, e.Location, e.Description, status(e),
		}, khalField))
	}
	return want
}

func withKhal(t *testing.T, file []byte, zone *time.Location) []string {
	t.Helper()
	home := t.TempDir()
	config := `
[calendars]
[[visits]]
path = ` + home + `
[locale]
local_timezone = ` + zone.String() + `
default_timezone = ` + zone.String() + `
timeformat = %H:%M:%S
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M:%S
longdatetimeformat = %Y-%m-%d %H:%M:%S
[sqlite]
path = ` + filepath.Join(home, "khal.db") + "\n"
	for name, content := range map[string][]byte{"config": []byte(config), "visits.ics": file} {
		if err := os.WriteFile(filepath.Join(home, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fields := []string{"{uid}", "{start-long}", "{end-long}", "{title}", "{location}", "{description}", "{status}"}
	format := strings.Join(fields, khalField) + khalEnd
	out := ask(
		t, nil, "khal", "khal", "--config", filepath.Join(home, "config"), "printics", "--format", format,
		filepath.Join(home, "visits.ics"),
	)
	_, out, _ = strings.Cut(out, "\n") // the number of events
	var answers []string
	for one := range strings.SplitSeq(strings.TrimSpace(out), khalEnd) {
		if one = strings.TrimSpace(one); one != "" {
			answers = append(answers, one)
		}
	}
	return answers
}

// ask runs a program from the given Debian packages and returns its output.
func ask(t *testing.T, stdin []byte, packages, command string, args ...string) string {
	t.Helper()
	process := exec.CommandContext(t.Context(), command, args...)
	process.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC")
	process.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	process.Stderr = &stderr
	out, err := process.Output()
	if err != nil {
		t.Fatalf("run %s: %v; it needs these Debian packages: %s\n%s", filepath.Base(command), err, packages, &stderr)
	}
	return string(out)
}
