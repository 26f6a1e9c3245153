package ical_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/scheduling/ical"
)

// Events with any texts survive being written here and read by golang-ical,
// except for characters that no line can contain.
func TestEventsSurvive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.Map(rapid.OneOf(
			rapid.String(),
			rapid.StringOf(rapid.RuneFrom([]rune("\\;,:\"^ \t\nnN\u0085\u200f\u2028\ufeff'مرحبا😀x"))),
			rapid.StringOfN(rapid.RuneFrom([]rune("aمـ😀")), 60, 90, -1),
		), writableText)
		second := rapid.Int64Range(instant(t, "0001-01-02T00:00:00Z").Unix(), instant(t, "9999-12-30T00:00:00Z").Unix())
		want := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) ical.Event {
			start := time.Unix(second.Draw(rt, "start"), 0).UTC()
			return ical.Event{
				UID:   "u" + strings.TrimSpace(text.Draw(rt, "uid")),
				Start: start, End: start.Add(time.Duration(rapid.Int64Range(1, 86400).Draw(rt, "length")) * time.Second),
				Created: time.Unix(second.Draw(rt, "created"), 0).UTC(), Updated: time.Unix(second.Draw(rt, "updated"), 0).UTC(),
				Sequence: rapid.IntRange(0, 1<<31-1).Draw(rt, "sequence"),
				Summary:  "s" + text.Draw(rt, "summary"), Location: text.Draw(rt, "location"), Description: text.Draw(rt, "description"),
				Language:  rapid.SampledFrom([]string{"", "ar", "ar-SA", "en"}).Draw(rt, "language"),
				Cancelled: rapid.Bool().Draw(rt, "cancelled"),
			}
		}), 0, 3).Draw(rt, "events")
		var b bytes.Buffer
		if err := ical.WriteEvents(&b, head(t), ical.Publish, want); err != nil {
			rt.Fatal(err)
		}
		checkLines(t, b.String())
		calendar, err := ics.ParseCalendar(&b)
		if err != nil {
			rt.Fatal(err)
		}
		got := make([]ical.Event, 0, len(want))
		for _, e := range calendar.Events() {
			got = append(got, libraryEvent(rt, e))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// writableText returns s without the control characters that no line can
// contain.
func writableText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

func libraryEvent(t *rapid.T, e *ics.VEvent) ical.Event {
	// Id would decode the text a second time.
	got := ical.Event{UID: e.GetProperty(ics.ComponentPropertyUniqueId).Value}
	if s := e.GetProperty(ics.ComponentPropertyStatus); s == nil || s.Value != "CONFIRMED" {
		got.Cancelled = s != nil && s.Value == "CANCELLED"
	}
	for _, text := range []struct {
		property ics.ComponentProperty
		to       *string
	}{
		{ics.ComponentPropertySummary, &got.Summary},
		{ics.ComponentPropertyLocation, &got.Location},
		{ics.ComponentPropertyDescription, &got.Description},
	} {
		if p := e.GetProperty(text.property); p != nil {
			*text.to = p.Value
			if languages := p.ICalParameters["LANGUAGE"]; len(languages) > 0 {
				got.Language = languages[0]
			}
		}
	}
	for _, instant := range []struct {
		property ics.ComponentProperty
		to       *time.Time
	}{
		{ics.ComponentPropertyDtStart, &got.Start},
		{ics.ComponentPropertyDtEnd, &got.End},
		{ics.ComponentPropertyCreated, &got.Created},
		{ics.ComponentPropertyLastModified, &got.Updated},
	} {
		at, err := time.Parse("20060102T150405Z", e.GetProperty(instant.property).Value)
		if err != nil {
			t.Fatal(err)
		}
		*instant.to = at
	}
	for _, digit := range e.GetProperty(ics.ComponentPropertySequence).Value {
		got.Sequence = got.Sequence*10 + int(digit-'0')
	}
	return got
}
