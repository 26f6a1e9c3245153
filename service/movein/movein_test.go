package movein_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/service/movein"
	"ziyara/setup"
	"ziyara/slots"
)

// A file with more faults than anybody reads ends early, and a file that is too large at once.
func TestManyFaults(t *testing.T) {
	t.Parallel()
	head := "old_reference,service,branch,date,time,name,identity\n"
	_, _, err := movein.Read([]byte(head+strings.Repeat(",,,,,,x\n", 1_000_000)), small(t))
	faults, ok := errors.AsType[setup.FileError](err)
	if !ok || len(faults) > 10_100 || !strings.Contains(faults[len(faults)-1].Text, "what follows was not read") {
		t.Errorf("a million lines with faults: %d faults, the last one %v", len(faults), faults[len(faults)-1])
	}
	if strings.Count(err.Error(), "\n") > 110 {
		t.Errorf("%d lines of faults are shown", strings.Count(err.Error(), "\n"))
	}
	if _, _, err = movein.Read(make([]byte, movein.MaxSize+1), small(t)); !strings.Contains(err.Error(), "256") {
		t.Errorf("a file that is too large: %v", err)
	}
}

// No spreadsheet calculates what is written, and what is written is read as it was.
func TestGuarded(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", "A-1", "=1+1", "+966500000001", "-x", "@b", "'", "''", "'=1", "a=b"} {
		guarded := movein.Guarded(value)
		if strings.IndexAny(guarded, "=+-@\t\r") == 0 {
			t.Errorf("%q is written as %q", value, guarded)
		}
		if plain := movein.Plain(guarded); plain != value {
			t.Errorf("%q is read as %q", value, plain)
		}
	}
}

// A visit at a time that the clocks show twice is read as it was written.
func TestRepeatedHour(t *testing.T) {
	t.Parallel()
	cairo, err := time.LoadLocation("Africa/Cairo")
	if err != nil {
		t.Fatal(err)
	}
	c := small(t)
	for _, start := range []time.Time{ // 23:30 on 29 October 2026, in summer time and after it
		time.Date(2026, time.October, 29, 20, 30, 0, 0, time.UTC), time.Date(2026, time.October, 29, 21, 30, 0, 0, time.UTC),
	} {
		var file bytes.Buffer
		w, err := movein.NewWriter(&file, func(string) *time.Location { return cairo })
		if err != nil {
			t.Fatal(err)
		}
		err = w.Write(slots.Appointment{
			Reference: slots.NewReference([5]byte{1}), Service: "permit", Branch: "cairo", Start: start, Party: 1, Lang: "ar",
			Channel: catalog.Public, Visitor: slots.Visitor{Name: "زائر", Identity: slots.Identity{Number: "1000000008"}},
		})
		if err = errors.Join(err, w.Flush()); err != nil {
			t.Fatal(err)
		}
		visits, _, err := movein.Read(file.Bytes(), c)
		if err != nil || !visits[0].Start.Equal(start) {
			t.Errorf("%v was read as %+v, %v\n%s", start, visits, err, file.String())
		}
	}
}
