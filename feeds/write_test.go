package feeds_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/feeds"
)

var made = time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)

func scope(lang string) feeds.Scope {
	return feeds.Scope{
		Zone:       time.FixedZone("Riyadh", 3*60*60),
		Department: catalog.Text{AR: "الإيرادات", EN: "Revenues"},
		Feed:       feeds.Feed{ID: "f", Name: "IBAN, Riyadh", Department: "revenues", Lang: lang, Created: made},
	}
}

func visit(reference string, start time.Time) feeds.Visit {
	return feeds.Visit{
		Reference: reference, Service: catalog.Text{AR: "تحديث الآيبان", EN: "IBAN update"},
		DeskGroup: catalog.Text{AR: "مكتب ١", EN: "Desk 1"}, Branch: catalog.Text{AR: "الرياض", EN: "Riyadh"},
		Start: start, End: start.Add(10 * time.Minute), Party: 1, Version: 1, Created: made, Changed: made,
	}
}

func write(t *testing.T, s feeds.Scope, visits ...feeds.Visit) string {
	t.Helper()
	var out bytes.Buffer
	if err := feeds.Write(&out, s, "ziyara", visits); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Another implementation reads each visit as what it is (RFC 5545 sections
// 3.8.1.11, 3.8.4.7 and 3.8.7.4).
func TestWrite(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)
	moved := visit("V-7K3F-9Q2M-R", start)
	moved.Version, moved.Changed, moved.Party = 3, made.Add(time.Hour), 4
	asked, gone := visit("V-AAAA-AAAA-A", start), visit("V-BBBB-BBBB-B", start)
	asked.Status, gone.Status = feeds.Tentative, feeds.Cancelled
	for _, c := range []struct {
		name, lang string
		visit      feeds.Visit
		want       map[ics.ComponentProperty]string
	}{
		{"moved twice, a group", "en", moved, map[ics.ComponentProperty]string{
			ics.ComponentPropertyUniqueId: "V-7K3F-9Q2M-R@ziyara", ics.ComponentPropertySequence: "3",
			ics.ComponentPropertyStatus: "CONFIRMED", ics.ComponentPropertySummary: "IBAN update · V-7K3F-9Q2M-R (4)",
			ics.ComponentPropertyLocation:    "Desk 1, Riyadh",
			ics.ComponentPropertyDescription: "Reference: V-7K3F-9Q2M-R\nVisitors: 4",
			ics.ComponentPropertyDtStart:     "20261124T060000Z", ics.ComponentPropertyDtEnd: "20261124T061000Z",
			ics.ComponentPropertyLastModified: "20261101T070000Z", ics.ComponentPropertyDtstamp: "20261101T070000Z",
		}},
		{"not approved yet", "ar", asked, map[ics.ComponentProperty]string{
			ics.ComponentPropertyStatus: "TENTATIVE", ics.ComponentPropertySummary: "تحديث الآيبان · V-AAAA-AAAA-A",
			ics.ComponentPropertyLocation:    "مكتب ١، الرياض",
			ics.ComponentPropertyDescription: "رقم الحجز: V-AAAA-AAAA-A\nعدد الزوار: 1\nبانتظار موافقة الإدارة",
		}},
		{"cancelled", "ar", gone, map[ics.ComponentProperty]string{
			ics.ComponentPropertyStatus:      "CANCELLED",
			ics.ComponentPropertyDescription: "رقم الحجز: V-BBBB-BBBB-B\nعدد الزوار: 1\nتم إلغاء الموعد",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			calendar, err := ics.ParseCalendar(strings.NewReader(write(t, scope(c.lang), c.visit)))
			if err != nil {
				t.Fatal(err)
			}
			got := map[ics.ComponentProperty]string{}
			for name := range c.want {
				got[name] = calendar.Events()[0].GetProperty(name).Value
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A calendar without visits is one, with a component that shows nothing (RFC
// 5545 section 3.6), and says how it is called and how often to look (RFC 7986
// sections 5.1 and 5.7).
func TestWriteNothing(t *testing.T) {
	t.Parallel()
	got := write(t, scope("ar"))
	for _, line := range []string{
		"METHOD:PUBLISH", `NAME:IBAN\, Riyadh`, `X-WR-CALNAME:IBAN\, Riyadh`,
		"REFRESH-INTERVAL;VALUE=DURATION:PT15M", "X-PUBLISHED-TTL:PT15M",
	} {
		if !strings.Contains(got, line+"\r\n") {
			t.Errorf("no line %s in\n%s", line, got)
		}
	}
	calendar, err := ics.ParseCalendar(strings.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	if len(calendar.Components) != 1 || len(calendar.Timezones()) != 1 {
		t.Errorf("components %v, want one time zone", calendar.Components)
	}
}

// What does not fit is said to be left out, not silently.
func TestWriteTooMany(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)
	visits := slices.Repeat([]feeds.Visit{visit("V-7K3F-9Q2M-R", start)}, feeds.MaxVisits)
	if got := write(t, scope("en"), visits...); strings.Contains(got, "X-WR-CALDESC") {
		t.Error("as many as fit, and some are said to be left out")
	}
	got := write(t, scope("en"), append(visits, visit("V-AAAA-AAAA-A", start.Add(time.Hour)))...)
	if n := strings.Count(got, "BEGIN:VEVENT"); n != feeds.MaxVisits {
		t.Errorf("%d visits, want %d", n, feeds.MaxVisits)
	}
	if !strings.Contains(got, "X-WR-CALDESC:Visits from Tuesday 24 November 2026 at 10:00 am are left out") {
		t.Errorf("does not say what is left out:\n%.600s", got)
	}
}

// The window moves at midnight UTC only, and holds 7 days back and 62 ahead.
func TestWindow(t *testing.T) {
	t.Parallel()
	for _, now := range []string{"2026-11-22T00:00:00Z", "2026-11-22T09:00:00+03:00", "2026-11-22T23:59:59Z"} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		from, until, gone := feeds.Covered(at)
		got := [3]string{from.Format(time.DateOnly), until.Format(time.DateOnly), gone.Format(time.DateOnly)}
		if want := [3]string{"2026-11-15", "2027-01-24", "2026-11-15"}; got != want {
			t.Errorf("at %s: %v, want %v", now, got, want)
		}
	}
}
