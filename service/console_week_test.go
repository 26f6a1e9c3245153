package service_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// busyWeek is the week of the returns desk of Riyadh before it begins: Sunday is nearly
// booked, Thursday is closed.
func busyWeek(t *testing.T, options ...servicetest.Option) *servicetest.Centre {
	t.Helper()
	centre := servicetest.Open(t, 1, append(options, demoSignIn)...)
	n := 1
	for _, day := range []struct {
		date  string
		taken []int // in each 40 minutes from ten past nine
	}{
		{"2026-11-29", []int{3, 3, 2, 3, 1, 3}}, {"2026-11-30", []int{2, 1, 3, 3, 2}}, {"2026-12-01", []int{3, 3, 2, 1, 3, 3}},
		{"2026-12-02", []int{1, 0, 2}},
	} {
		for i, taken := range day.taken {
			at := servicetest.At(t, day.date+"T09:10").Add(time.Duration(i) * 40 * time.Minute)
			for range taken {
				centre.Visitor(n).Books(annualReturns, "riyadh", at)
				n++
			}
		}
	}
	if answer := byToken(t, centre, "reem", http.MethodPatch, returns, map[string]any{"close": []any{
		map[string]any{"start": "2026-12-03T00:00:00+03:00", "end": "2026-12-04T00:00:00+03:00",
			"reason": both("جرد ملفات العوائد", "Stocktaking")},
		map[string]any{"start": "2026-11-29T09:00:00+03:00", "end": "2026-11-29T09:30:00+03:00",
			"reason": both("تدريب", "Training"), "places": 1},
	}}); answer.Status != http.StatusOK {
		t.Fatalf("close: %d %s", answer.Status, answer.Body)
	}
	return centre
}

// byToken sends a request of a member of the demo's staff to the API, whatever the version.
func byToken(t testing.TB, centre *servicetest.Centre, user, method, path string, body any) servicetest.Answer {
	t.Helper()
	return centre.Send(servicetest.Request{Method: method, Path: path, Body: body, Header: map[string]string{
		"Authorization": "Bearer " + devToken(t, centre, user), "If-Match": "*",
	}})
}

// withoutMobile has reception book for somebody who has no mobile.
func withoutMobile(t *testing.T, centre *servicetest.Centre, start string) {
	t.Helper()
	var hold api.Hold
	byToken(t, centre, "salem", http.MethodPost, "/v1/holds", map[string]any{
		"service": annualReturns, "branch": "riyadh", "start": servicetest.At(t, start),
	}).JSON(t, &hold)
	v := centre.Visitor(90)
	if answer := byToken(t, centre, "salem", http.MethodPost, "/v1/appointments", map[string]any{
		"hold": hold.ID, "hold_token": hold.Token, "visitor": map[string]any{"name": v.Name, "id": v.ID}, "documents_acknowledged": true,
	}); answer.Status != http.StatusCreated {
		t.Fatalf("book: %d %s", answer.Status, answer.Body)
	}
}

// cellOf returns the text of a cell of a week.
func cellOf(t *testing.T, page, value string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `value="`+value+`"`)
	if !ok {
		t.Fatalf("no cell %s on\n%s", value, page)
	}
	_, rest, _ = strings.Cut(rest, ">")
	part, _, _ := strings.Cut(rest, "</button>")
	return said(part)
}

// A coordinator reads her week: how many places are free in each half hour, what is closed
// and why, in both calendars; two taps choose a stretch.
func TestConsoleWeek(t *testing.T) {
	t.Parallel()
	centre := busyWeek(t)
	noura := sits(t, centre, "noura")
	page := noura.opens("/console/calendar?lang=en&desk_group=riyadh-returns&date=2026-12-01")
	for value, want := range map[string]string{
		"2026-11-29T09:00": "9:00 am Full all 3", "2026-11-29T10:30": "10:30 am 2 free of 4", "2026-12-02T10:00": "10:00 am 4 free of 4",
		"2026-12-03T09:00": "Closed Stocktaking Why?",
	} {
		if got := cellOf(t, page, value); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
	for _, want := range []string{
		"From 29 November to 3 December 2026", "Sunday 29 November", "19 Jumada al-Akhirah", "No hours: Friday and Saturday",
	} {
		if !strings.Contains(said(page), want) {
			t.Errorf("no %q in %s", want, said(page))
		}
	}
	if n := strings.Count(page, `name="tap"`); n > 400 {
		t.Errorf("%d cells", n)
	}
	if len(page) > 40<<10 {
		t.Errorf("the page has %d bytes", len(page))
	}
}

// closingForm closes a desk group on Tuesday from nine to ten.
func closingForm(version string) map[string]string {
	return map[string]string{
		"desk_group": "riyadh-returns", "kind": "close", "date": "2026-12-01", "last": "2026-12-01", "from": "09:00", "until": "10:00",
		"cause": "meeting", "calendar": version,
	}
}

// fields are those of a form, one of them with another value.
func fields(form map[string]string, name, value string) (list []string) {
	for field, was := range form {
		if field == name {
			was = value
		}
		list = append(list, field, was)
	}
	return list
}

// drafts sends the form and returns the page that shows its impact, and where that is.
func drafts(t *testing.T, s seat, form map[string]string) (page, id string) {
	t.Helper()
	status, page := s.submits("/console/calendar", fields(form, "", "")...)
	if status != http.StatusOK {
		t.Fatalf("draft: %d %s", status, said(page))
	}
	_, rest, ok := strings.Cut(page, `action="/console/calendar/changes/`)
	if !ok {
		t.Fatalf("no draft on %s", page)
	}
	id, _, _ = strings.Cut(rest, `"`)
	return page, id
}

// A coordinator closes an hour: she sees whom it hits before anything happens, confirms, and
// all are told by the next job; then she calls those who have not answered, until nobody is
// left.
func TestConsoleClosure(t *testing.T) {
	t.Parallel()
	centre := busyWeek(t)
	withoutMobile(t, centre, "2026-12-01T09:30")
	noura := sits(t, centre, "noura")
	form := closingForm(versionOn(t, noura))
	for name, value := range map[string]string{
		"until": "08:00", "from": "x", "date": "2026-13-01", "last": "2026-11-01", "cause": "nothing", "kind": "nothing",
	} {
		status, page := noura.submits("/console/calendar", fields(form, name, value)...)
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#`+name+`"`) {
			t.Errorf("wrong %s: %d %s", name, status, said(page))
		}
	}

	page, id := drafts(t, noura, form)
	for _, want := range []string{
		"It affects 7 visits", "have another time kept for them", "1 has no mobile number and must be reached another way",
		"Tuesday 1 December from 9:00 am to 10:00 am , Meeting of the department",
		centre.Visitor(27).Name, "Make the change for 7 visits",
	} {
		if !strings.Contains(said(page), want) {
			t.Errorf("no %q in the impact: %s", want, said(page))
		}
	}
	messages := func() int {
		return servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM messages WHERE kind = 'closed'`)
	}
	if n := messages(); n != 0 {
		t.Errorf("%d are told before it is confirmed", n)
	}
	status, page := noura.submits("/console/calendar/changes/"+id, "act", "apply", "decision", "propose", "calendar", form["calendar"])
	if status != http.StatusOK || !strings.Contains(said(page), "It affected 7 visits") ||
		!strings.Contains(said(page), "To call: 7 visitors") {
		t.Fatalf("applied: %d %s", status, said(page))
	}
	if n := messages(); n != 6 {
		t.Errorf("%d are told, want 6", n)
	}
	// Sent again, it is the same change.
	if status, page = noura.submits("/console/calendar/changes/"+id, "act", "apply", "calendar", form["calendar"]); status != http.StatusOK ||
		messages() != 6 {
		t.Errorf("applied again: %d %s", status, said(page))
	}
	for i, act := range []string{"not_reached", "accepts", "keeps", "cancels"} {
		_, rest, ok := strings.Cut(page, `name="visit" value="`)
		if !ok {
			t.Fatalf("nobody to call on %s", page)
		}
		reference, _, _ := strings.Cut(rest, `"`)
		if status, page = noura.submits("/console/calendar/changes/"+id, "act", act, "visit", reference); status != http.StatusOK {
			t.Fatalf("%s: %d %s", act, status, said(page))
		}
		if want := fmt.Sprintf("To call: %d visitors", 7-i); !strings.Contains(said(page), want) {
			t.Errorf("after %s: no %q in %s", act, want, said(page))
		}
	}
	page = noura.opens("/console/calendar?lang=en&desk_group=riyadh-returns&date=2026-12-01&from=09:00&until=09:30")
	for _, want := range []string{"Meeting of the department", "Open again:"} {
		if !strings.Contains(said(page), want) {
			t.Errorf("no %q on the week: %s", want, said(page))
		}
	}
	if got := cellOf(t, page, "2026-12-01T09:00"); !strings.Contains(got, "booked of 0") {
		t.Errorf("the closed hour: %s", got)
	}
}

// Two coordinators have the same week before them: the second is told what the first has
// changed, before anything happens, and looks again.
func TestConsoleStaleWeek(t *testing.T) {
	t.Parallel()
	centre := busyWeek(t)
	noura, reem := sits(t, centre, "noura"), sits(t, centre, "reem")
	form := closingForm(versionOn(t, noura))
	other := closingForm(form["calendar"])
	other["from"], other["until"] = "16:00", "17:00"
	page, id := drafts(t, reem, other)
	_, mine := drafts(t, noura, form)
	if status, page := reem.submits("/console/calendar/changes/"+id, "act", "apply", "calendar", form["calendar"]); status != http.StatusOK {
		t.Fatalf("applied: %d %s", status, said(page))
	}
	_ = page
	// Her draft is of an older calendar: it is not made, and she sees why.
	status, page := noura.submits("/console/calendar/changes/"+mine, "act", "apply", "calendar", form["calendar"])
	if got := said(page); status != http.StatusPreconditionFailed || !strings.Contains(got, "What others changed meanwhile reem") ||
		!strings.Contains(got, "Added: closure Tuesday 1 December from 4:00 pm to 5:00 pm") {
		t.Fatalf("a stale draft: %d %s", status, got)
	}
	status, page = noura.submits("/console/calendar/changes/"+mine, "act", "again", "calendar", form["calendar"])
	if status != http.StatusOK || !strings.Contains(said(page), "It affects 6 visits") {
		t.Fatalf("checked again: %d %s", status, said(page))
	}
	// So is a form that was filled in meanwhile: what was typed is kept.
	status, page = noura.submits("/console/calendar", fields(form, "from", "09:30")...)
	if got := said(page); status != http.StatusPreconditionFailed || !strings.Contains(got, "What others changed meanwhile reem") ||
		!strings.Contains(page, `value="09:30"`) {
		t.Errorf("a stale form: %d %s", status, got)
	}
	// The last change is taken back, once.
	version := versionOn(t, noura)
	if status, page = noura.submits("/console/calendar/undo", "desk_group", "riyadh-returns", "calendar", version); status != http.StatusOK ||
		!strings.Contains(said(page), "The last change was taken back") {
		t.Errorf("undone: %d %s", status, said(page))
	}
	status, page = noura.submits("/console/calendar/undo", "desk_group", "riyadh-returns", "calendar", version)
	if status != http.StatusPreconditionFailed {
		t.Errorf("undone twice: %d %s", status, said(page))
	}
}

// More places, fewer, other hours of a date, and back to the usual ones.
func TestConsoleHours(t *testing.T) {
	t.Parallel()
	centre := busyWeek(t)
	noura := sits(t, centre, "noura")
	week := "/console/calendar?lang=en&desk_group=riyadh-returns&date=2026-12-02"
	for _, c := range []struct {
		form map[string]string
		does string
		cell string
		want string
	}{
		{map[string]string{"kind": "extra", "date": "2026-12-02", "from": "14:30", "until": "15:30", "places": "2"},
			"More places: Wednesday 2 December from 2:30 pm to 3:30 pm , places: 2", "2026-12-02T15:00", "3:00 pm 2 free of 2"},
		{map[string]string{"kind": "extra", "date": "2026-12-02", "from": "07:30", "until": "08:00", "places": "1"},
			"places: 1", "2026-12-02T07:30", "7:30 am 5 free of 5"},
		{map[string]string{"kind": "fewer", "date": "2026-12-02", "from": "11:00", "until": "12:00", "places": "3"},
			"Closure: places taken away: 3", "2026-12-02T11:30", "11:30 am 1 free of 1"},
		{map[string]string{"kind": "hours", "date": "2026-12-05", "from": "10:00", "until": "12:00", "places": "1"},
			"Hours: Saturday 5 December", "2026-12-05T11:30", "11:30 am 1 free of 1"},
		{map[string]string{"kind": "usual", "date": "2026-12-02"}, "Usual hours again", "2026-12-02T07:30", "7:30 am 4 free of 4"},
	} {
		c.form["desk_group"], c.form["cause"], c.form["calendar"] = "riyadh-returns", "season", versionOn(t, noura)
		page, id := drafts(t, noura, c.form)
		if !strings.Contains(said(page), c.does) {
			t.Errorf("%s: no %q in %s", c.form["kind"], c.does, said(page))
		}
		status, page := noura.submits("/console/calendar/changes/"+id, "act", "apply", "calendar", c.form["calendar"])
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", c.form["kind"], status, said(page))
		}
		if got := cellOf(t, noura.opens(week), c.cell); got != c.want {
			t.Errorf("%s: %s, want %s", c.form["kind"], got, c.want)
		}
	}
	// A closure without an end, and one of whole days, are said to be.
	form := closingForm(versionOn(t, noura))
	form["open"] = "1"
	if page, _ := drafts(t, noura, form); !strings.Contains(said(page), "No one can book from then on") {
		t.Errorf("a closure without an end: %s", said(page))
	}
	form = closingForm(versionOn(t, noura))
	form["last"] = "2026-12-20"
	page, id := drafts(t, noura, form)
	if !strings.Contains(said(page), "It closes 19 whole days") {
		t.Errorf("a closure of weeks: %s", said(page))
	}
	if status, page := noura.submits("/console/calendar/changes/"+id, "act", "drop"); status != http.StatusOK ||
		!strings.Contains(page, `value="2026-12-01T09:00"`) {
		t.Errorf("dropped: %d %s", status, said(page))
	}
	if page = noura.opens("/console/calendar/changes/" + id + "?lang=en"); !strings.Contains(said(page), "This draft is over") {
		t.Errorf("after it was dropped: %s", said(page))
	}
}

// Who may see a week, and who may change it: of their own department, by address and by form.
func TestConsoleWeekIsForWhoMay(t *testing.T) {
	t.Parallel()
	centre := busyWeek(t)
	noura := sits(t, centre, "noura")
	form := closingForm(versionOn(t, noura))
	_, id := drafts(t, noura, form)
	for _, c := range []struct {
		user                             string
		sees, edits, history, change, do int
	}{
		{"noura", 200, 200, 200, 200, 200},
		{"fahad", 404, 404, 404, 403, 403}, // of another department
		{"salem", 200, 403, 403, 403, 403},
		{"maha", 404, 404, 403, 403, 403}, // of another branch
		{"huda", 200, 403, 403, 200, 403},
		{"majed", 200, 403, 200, 200, 403},
		{"reem", 200, 200, 200, 200, 200},
	} {
		t.Run(c.user, func(t *testing.T) {
			t.Parallel()
			s := sits(t, centre, c.user)
			get := func(path string) int { return s.send(http.MethodGet, path, nil, nil).Status }
			if got := get("/console/calendar?desk_group=riyadh-returns"); got != c.sees {
				t.Errorf("the week: %d, want %d", got, c.sees)
			}
			if got, _ := s.submits("/console/calendar", fields(form, "", "")...); got != c.edits {
				t.Errorf("a draft: %d, want %d", got, c.edits)
			}
			if got := get("/console/calendar/history?desk_group=riyadh-returns"); got != c.history {
				t.Errorf("the history: %d, want %d", got, c.history)
			}
			if got := get("/console/calendar/changes/" + id); got != c.change {
				t.Errorf("the change: %d, want %d", got, c.change)
			}
			if got := s.send(http.MethodHead, "/console/calendar/changes/"+id+"/follow", nil, nil).Status; got != c.change {
				t.Errorf("what becomes of it: %d, want %d", got, c.change)
			}
			if c.do == http.StatusForbidden {
				for _, act := range []string{"apply", "drop", "again"} {
					if got, page := s.submits("/console/calendar/changes/"+id, "act", act, "calendar", form["calendar"]); got != c.do {
						t.Errorf("%s: %d, want %d: %s", act, got, c.do, said(page))
					}
				}
			}
		})
	}
}

// versionOn is the version of the calendar that a page was made from.
func versionOn(t *testing.T, s seat) string {
	t.Helper()
	page := s.opens("/console/calendar?lang=en&desk_group=riyadh-returns")
	_, rest, ok := strings.Cut(page, `name="calendar" value="`)
	if !ok {
		t.Fatalf("no version on %s", page)
	}
	version, _, _ := strings.Cut(rest, `"`)
	return version
}

// BenchmarkConsoleWeek shows a week with 500 visits, over HTTP and with the database.
func BenchmarkConsoleWeek(b *testing.B) {
	centre := servicetest.Open(b, 1, demoSignIn)
	var hours []any
	dates := []string{"2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03"}
	for _, date := range dates {
		hours = append(hours, map[string]any{
			"date": date, "reason": both("أماكن أكثر", "More places"), "openings": []any{opening("07:30", "14:30", 8)},
		})
	}
	answer := byToken(b, centre, "reem", http.MethodPatch, returns, map[string]any{"set_hours": hours})
	if answer.Status != http.StatusOK {
		b.Fatalf("hours: %d %s", answer.Status, answer.Body)
	}
	for n := range 500 {
		at := servicetest.At(b, dates[n/100]+"T07:30").Add(time.Duration(n%20) * 20 * time.Minute)
		centre.Visitor(1+n).Books(annualReturns, "riyadh", at)
		if n%20 == 19 {
			centre.Clock.Add(time.Second)
		}
	}
	noura := sits(b, centre, "noura")
	size := 0
	for b.Loop() {
		size = len(noura.opens("/console/calendar?lang=ar&desk_group=riyadh-returns&date=2026-12-01"))
	}
	b.ReportMetric(float64(size), "bytes")
}
