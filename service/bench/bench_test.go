package bench

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/service/servicetest"
)

func TestMain(m *testing.M) { os.Exit(servicetest.Main(m)) }

// Each start is handed out once per place and no more.
func TestPlacesRunOut(t *testing.T) {
	t.Parallel()
	day := func(n int) []time.Time {
		first := time.Date(2026, time.November, n, 6, 0, 0, 0, time.UTC)
		return []time.Time{first, first.Add(20 * time.Minute), first.Add(40 * time.Minute)}
	}
	p := &places{each: 2, sets: [][]time.Time{day(1), day(2), day(3)}}
	taken := make(map[time.Time]int)
	take := func(n int) {
		for range n {
			start, ok := p.take()
			if !ok {
				t.Fatalf("no place after %v", taken)
			}
			taken[start]++
		}
	}
	take(7) // all of the first day, and one of the second
	p.nextDay()
	take(6)
	if start, ok := p.take(); ok {
		t.Errorf("%s was handed out when all were taken", start)
	}
	for _, start := range slices.Concat(day(1), day(3)) {
		if taken[start] != 2 {
			t.Errorf("%s was handed out %d times, want 2", start, taken[start])
		}
	}
	if n := taken[day(2)[0]]; n != 1 {
		t.Errorf("the start taken before the second day was left was handed out %d times, want 1", n)
	}
}

// If a machine runs out of places, it measures what there were, without an
// error.
func TestSizesItself(t *testing.T) {
	t.Parallel()
	var out, progress bytes.Buffer
	err := Run(t.Context(), Config{
		DatabaseURL: servicetest.EmptyDatabase(t), Only: []string{"hot-day"}, Each: 10 * time.Minute, Callers: 8,
		Out: &out, Progress: &progress, places: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), ", until all places were taken"); n != 2 {
		t.Errorf("%d rows say that all places were taken, want both:\n%s", n, out.String())
	}
	if !strings.Contains(progress.String(), "hot-day, 1 of 1") {
		t.Errorf("the progress is %q", progress.String())
	}
}

func TestUnknownPart(t *testing.T) {
	t.Parallel()
	err := Run(t.Context(), Config{Only: []string{"bookings", "cold-day"}, Out: io.Discard, Progress: io.Discard})
	if err == nil || !strings.Contains(err.Error(), `"cold-day"`) || !strings.Contains(err.Error(), "hot-day") {
		t.Errorf("got %v, want an error that names the part and the known ones", err)
	}
}

// Equal errors of a thousand callers are reported once.
func TestSummary(t *testing.T) {
	t.Parallel()
	errs := make([]error, 0, 1010)
	for range 1000 {
		errs = append(errs, nil, context.DeadlineExceeded)
	}
	for _, text := range []string{"a", "b", "c", "d"} {
		errs = append(errs, errors.New(text))
	}
	got := summary(errs)
	if want := "1000 times: context deadline exceeded\na\nb\nand 2 other errors"; got == nil || got.Error() != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if !errors.Is(got, context.DeadlineExceeded) {
		t.Error("the original error is lost")
	}
	if err := summary(make([]error, 3)); err != nil {
		t.Errorf("got %v for no error", err)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	this := "| what | figure | ratio |\n|---|---|---|\n| bookings, 32 callers | 4000/s | 0.80 |\n| only here | 1 | |\n"
	other := "| what | figure | ratio |\n|---|---|---|\n| bookings, 32 callers | 3000/s | 0.70 |\n| only there | 2 | |\n"
	got := beside([][]byte{[]byte(this), []byte(this)}, [][]byte{[]byte(other)})
	want := []string{
		"| bookings, 32 callers | 4000/s (0.80), 4000/s (0.80) | 3000/s (0.70) |",
		"| only here | 1, 1 | |",
		"| only there | | 2 |",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
