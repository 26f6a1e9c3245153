//go:build peers

package feeds_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/feeds"
)

// TestPeerFeed has khal import a feed as it would from a subscription, again
// after a move and a cancellation, and list what is in it (Debian package khal).
func TestPeerFeed(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)
	booked, asked, gone := visit("V-7K3F-9Q2M-R", start),
		visit("V-AAAA-AAAA-A", start.Add(time.Hour)), visit("V-BBBB-BBBB-B", start.Add(2*time.Hour))
	asked.Status, gone.Status = feeds.Tentative, feeds.Cancelled
	got := withKhal(t, write(t, scope("ar"), booked, asked, gone))
	line := func(v feeds.Visit, status string) string {
		return fmt.Sprintf("%s@ziyara|%s|%s|%s", v.Reference, v.Start.Format("2006-01-02 15:04"), "تحديث الآيبان · "+v.Reference, status)
	}
	if diff := cmp.Diff([]string{line(booked, "CONFIRMED"), line(asked, "TENTATIVE"), line(gone, "CANCELLED")}, got); diff != "" {
		t.Errorf("-written +read:\n%s", diff)
	}
	booked.Start, booked.End, booked.Version = start.Add(24*time.Hour), start.Add(25*time.Hour), 2
	got = withKhal(t, write(t, scope("ar"), booked))
	if diff := cmp.Diff([]string{line(booked, "CONFIRMED")}, got); diff != "" {
		t.Errorf("after a move: -written +read:\n%s", diff)
	}
}

// TestPeerEntry has khal import the calendar file of a visit, and again when it was
// cancelled.
func TestPeerEntry(t *testing.T) {
	t.Parallel()
	e := entry()
	line := func(status string) string {
		return fmt.Sprintf("%s@ziyara|%s|موعد: تحديث الآيبان|%s", e.Reference, e.Start.Format("2006-01-02 15:04"), status)
	}
	for status, change := range map[string]func(*feeds.Entry){
		"CONFIRMED": func(*feeds.Entry) {},
		"TENTATIVE": func(e *feeds.Entry) { e.Status, e.Booked = feeds.Tentative, false },
		"CANCELLED": func(e *feeds.Entry) { e.Status, e.Booked = feeds.Cancelled, false },
	} {
		changed := e
		change(&changed)
		if diff := cmp.Diff([]string{line(status)}, withKhal(t, writtenEntry(t, "ar", changed))); diff != "" {
			t.Errorf("%s: -written +read:\n%s", status, diff)
		}
	}
}

// withKhal returns what khal reads in a calendar, a line for each event.
func withKhal(t *testing.T, calendar string) []string {
	t.Helper()
	home := t.TempDir()
	config := fmt.Sprintf(`[calendars]
[[visits]]
path = %s
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %%H:%%M
dateformat = %%Y-%%m-%%d
longdateformat = %%Y-%%m-%%d
datetimeformat = %%Y-%%m-%%d %%H:%%M
longdatetimeformat = %%Y-%%m-%%d %%H:%%M
[sqlite]
path = %s
`, home, filepath.Join(home, "khal.db"))
	for name, content := range map[string]string{"config": config, "visits.ics": calendar} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	khal := exec.CommandContext(t.Context(), "khal", "--config", filepath.Join(home, "config"), "printics",
		"--format", "{uid}|{start-long}|{title}|{status}", filepath.Join(home, "visits.ics"))
	khal.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC")
	out, err := khal.CombinedOutput()
	if err != nil {
		t.Fatalf("run khal: %v; it needs the Debian package khal\n%s", err, out)
	}
	_, events, _ := strings.Cut(string(out), "\n") // how many there are
	var lines []string
	for l := range strings.Lines(events) {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	return lines
}
