package service_test

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

const (
	returns     = "/v1/desk-groups/riyadh-returns"
	ibanUpdates = "/v1/services/iban-update/slots?branch=riyadh&from=2026-11-24&to=2026-11-24"
)

// words are a text in both languages.
type words map[string]string

func both(ar, en string) words { return words{"ar": ar, "en": en} }

// changes sends a change of a calendar with the version that it is of.
func changes(s *servicetest.Staff, method, path, version string, body any) servicetest.Answer {
	r := servicetest.Request{Method: method, Path: path, Body: body, Header: map[string]string{}}
	if version != "" {
		r.Header["If-Match"] = version
	}
	return s.Sends(r)
}

// places returns how many places all starts of a search have.
func places(t *testing.T, centre *servicetest.Centre, replica int, path string) int {
	t.Helper()
	var list api.SlotList
	centre.Send(servicetest.Request{Method: http.MethodGet, Path: path, Replica: replica}).JSON(t, &list)
	n := 0
	for _, d := range list.Days {
		for _, s := range d.Slots {
			n += s.Places
		}
	}
	return n
}

// closing closes a date at noon.
func closing(date string) map[string]any {
	return map[string]any{"start": date + "T12:00:00+03:00", "end": date + "T23:00:00+03:00", "reason": both("صيانة", "Maintenance")}
}

// hours are shorter ones of a date.
func hours() map[string]any {
	return map[string]any{"reason": both("تدريب", "Training"), "openings": []any{opening("09:00", "11:00", 2)}}
}

func opening(from, to string, places int) map[string]any {
	return map[string]any{"from": from, "to": to, "places": places}
}

// fitr are the dates of Eid al-Fitr 1448 as they are announced.
func fitr() map[string]any { return map[string]any{"from": "2027-03-05", "until": "2027-03-14"} }

// calendarFile has Eid al-Adha 1448, as somebody else has written it down.
const calendarFile = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\n" +
	"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\nDTSTART;VALUE=DATE:20270512\r\nDTEND;VALUE=DATE:20270523\r\n" +
	"SUMMARY:Eid al-Adha\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// unnamed is a list of one holiday whose name can't be seen.
func unnamed() map[string]any {
	return map[string]any{"holidays": []any{map[string]any{
		"slug": "x", "name": both(" ", "\u200b\u200f"), "yearly": map[string]any{"from": "12-01", "until": "12-01"},
	}}}
}

// sundays is a rule for one opening on Sundays.
func sundays(from, to string, places int, add bool) map[string]any {
	return map[string]any{
		"name": both("الأحد", "Sundays"), "rrule": "FREQ=WEEKLY;BYDAY=SU", "from": "2026-01-01",
		"openings": []any{with(opening(from, to, places), "add", add)},
	}
}

// with returns the body with one more member.
func with(body map[string]any, name string, value any) map[string]any {
	more := maps.Clone(body)
	more[name] = value
	return more
}

// A coordinator closes her counter for an afternoon with one request, sees why
// it is closed, and takes it back. Every replica offers what is open.
func TestCoordinatorClosesAnAfternoon(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, servicetest.Woken)
	noura := centre.Coordinator("revenues")
	before := places(t, centre, 0, ibanUpdates)
	if other := places(t, centre, 1, ibanUpdates); before == 0 || other != before {
		t.Fatalf("%d and %d places before", before, other)
	}
	closure := closing("2026-11-24")
	closed := changes(noura, http.MethodPost, returns+"/closures", "*", closure)
	var group api.DeskGroup
	closed.JSON(t, &group)
	tag := closed.Header.Get("ETag")
	if closed.Status != http.StatusOK || len(group.Plan.Closures) != 1 || tag == "" {
		t.Fatalf("%d %s", closed.Status, closed.Body)
	}
	after := places(t, centre, 0, ibanUpdates)
	if after == 0 || after >= before {
		t.Errorf("%d places after, %d before", after, before)
	}
	centre.Eventually("the other replica offers no closed place", func() bool { return places(t, centre, 1, ibanUpdates) == after })

	// The same closure again changes nothing.
	if again := changes(noura, http.MethodPost, returns+"/closures", "*", closure); again.Header.Get("ETag") != tag {
		t.Errorf("again: %d %s", again.Status, again.Body)
	}

	var day api.DeskGroupDay
	noura.Gets(returns+"/day?date=2026-11-24&at=2026-11-24T13:00:00%2B03:00").JSON(t, &day)
	last := day.Layers[len(day.Layers)-1]
	if last.Kind != "closure" || last.Name.EN != "Maintenance" || day.Moment == nil || day.Moment.Places != 0 {
		t.Errorf("day %+v", day)
	}
	if len(day.Stretches) != 1 || day.Stretches[0].Open != 4 || !strings.HasPrefix(day.Stretches[0].End.Format("15:04"), "12:00") {
		t.Errorf("stretches %+v", day.Stretches)
	}

	undone := changes(noura, http.MethodPost, returns+"/undo", tag, nil)
	if undone.Status != http.StatusOK || places(t, centre, 0, ibanUpdates) != before {
		t.Errorf("undone: %d %s", undone.Status, undone.Body)
	}
	var log api.ActList
	noura.Gets("/v1/audit?subject=desk-group+riyadh-returns").JSON(t, &log)
	if len(log.Acts) != 2 || log.Acts[0].Action != "calendar.undone" || log.Acts[1].Action != "closure.added" ||
		!strings.Contains(string(log.Acts[1].After), "Maintenance") || string(log.Acts[0].Before) != string(log.Acts[1].After) {
		t.Errorf("log %+v", log.Acts)
	}
	centre.AuditClean()
}

// What a coordinator gets wrong is a problem that says what to do, and changes
// nothing.
func TestWrongChangesOfACalendar(t *testing.T) { //nolint:tparallel // one calendar, that stays as it is
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura := centre.Coordinator("revenues")
	visit := centre.Visitor(1).Books("iban-update", "riyadh", servicetest.At(t, "2026-11-24T12:00"))
	read := noura.Gets(returns)
	tag := read.Header.Get("ETag")
	var group api.DeskGroup
	read.JSON(t, &group)
	rules := func(more map[string]any) map[string]any {
		return map[string]any{"rules": []any{group.Plan.Rules[0], more}}
	}
	long := strings.Repeat("BEGIN:VEVENT\r\n", 4000)
	for _, c := range []struct { //nolint:paralleltest // see above
		name, method, path, version string
		body                        any
		by                          *servicetest.Staff
		status                      int
		kind, pointer, says         string
	}{
		{
			name: "no version", method: http.MethodPost, path: returns + "/closures", body: closing("2026-11-25"), status: 428,
			kind: "version-needed",
		},
		{
			name: "stale version", method: http.MethodPost, path: returns + "/closures", version: `"77"`, body: closing("2026-11-25"), status: 412,
			kind: "edit-conflict",
		},
		{
			name: "a tag of nobody's", method: http.MethodPatch, path: returns, version: `W/"7"`, body: map[string]any{"stays_open": []string{}},
			status: 412, kind: "edit-conflict",
		},
		{
			name: "another department", method: http.MethodPost, path: "/v1/desk-groups/riyadh-payments/closures", version: "*",
			body: closing("2026-11-25"), status: 403, kind: "forbidden",
		},
		{
			name: "a desk group of nobody's", method: http.MethodPatch, path: "/v1/desk-groups/nowhere", version: "*",
			body: map[string]any{"stays_open": []string{}}, status: 404, kind: "unknown-desk-group",
		},
		{
			name: "an agent", method: http.MethodPost, path: returns + "/closures", version: "*", body: closing("2026-11-25"), by: centre.Agent(),
			status: 403, kind: "forbidden",
		},
		{
			name: "a closure in the past", method: http.MethodPost, path: returns + "/closures", version: "*", body: closing("2026-11-19"),
			status: 422, kind: "plan-invalid", pointer: "#", says: "over",
		},
		{
			name: "hours of a date in the past", method: http.MethodPut, path: returns + "/hours/2026-11-19", version: "*", body: hours(),
			status: 422, kind: "plan-invalid", pointer: "#", says: "over",
		},
		{name: "a closure that ends before it starts", method: http.MethodPost, path: returns + "/closures", version: "*",
			body: with(closing("2026-11-25"), "end", "2026-11-25T11:00:00+03:00"), status: 422, kind: "plan-invalid", pointer: "#", says: "end"},
		{name: "capacity below zero", method: http.MethodPut, path: returns + "/hours/2026-11-25", version: "*",
			body: map[string]any{"reason": both("س", "s"), "openings": []any{opening("09:00", "11:00", -1)}}, status: 422, kind: "invalid",
			pointer: "#/openings/0/places"},
		{name: "capacity over the limit", method: http.MethodPut, path: returns + "/hours/2026-11-25", version: "*",
			body: map[string]any{"reason": both("س", "s"), "openings": []any{opening("09:00", "11:00", 1001)}}, status: 422, kind: "invalid",
			pointer: "#/openings/0/places"},
		{name: "an opening that ends before it starts", method: http.MethodPut, path: returns + "/hours/2026-11-25", version: "*",
			body: map[string]any{"reason": both("س", "s"), "openings": []any{opening("11:00", "09:00", 1)}}, status: 422, kind: "plan-invalid",
			pointer: "#/openings/0"},
		{name: "no such time", method: http.MethodPut, path: returns + "/hours/2026-11-25", version: "*",
			body: map[string]any{"reason": both("س", "s"), "openings": []any{opening("25:61", "26:00", 1)}}, status: 422, kind: "invalid",
			pointer: "#/openings/0/from"},
		{
			name: "no such date", method: http.MethodPut, path: returns + "/hours/2026-02-30", version: "*", body: hours(), status: 404,
			kind: "no-such-address",
		},
		{name: "a reserve for no channel", method: http.MethodPut, path: returns + "/hours/2026-11-25", version: "*",
			body: map[string]any{
				"reason":   both("س", "s"),
				"openings": []any{with(opening("09:00", "11:00", 2), "reserve", map[string]int{"friends": 1})},
			},
			status: 422, kind: "plan-invalid", says: "walk_in"},
		{name: "a service of others", method: http.MethodPut, path: returns + "/hours/2026-11-25", version: "*",
			body: map[string]any{
				"reason":   both("س", "s"),
				"openings": []any{with(opening("09:00", "11:00", 2), "services", []string{"agency-meeting"})},
			},
			status: 422, kind: "plan-invalid", says: "services of this desk group"},
		{
			name: "overlapping rules", method: http.MethodPatch, path: returns, version: "*", body: rules(sundays("13:00", "16:00", 2, false)),
			status: 422, kind: "plan-invalid", says: "add: true",
		},
		{
			name: "a rule of seconds", method: http.MethodPatch, path: returns, version: "*",
			body: map[string]any{"rules": []any{with(sundays("13:00", "16:00", 2, false), "rrule", "FREQ=SECONDLY")}}, status: 422,
			kind: "plan-invalid", pointer: "#/rules/0/rrule",
		},
		{
			name: "a rule without dates", method: http.MethodPatch, path: returns, version: "*",
			body:   map[string]any{"rules": []any{with(sundays("13:00", "16:00", 2, false), "rrule", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")}},
			status: 422, kind: "plan-invalid", pointer: "#/rules/0/rrule",
		},
		{
			name: "a part that does not exist", method: http.MethodPatch, path: returns, version: "*", body: map[string]any{"colour": "red"},
			status: 422, kind: "invalid",
		},
		{name: "nothing to change", method: http.MethodPatch, path: returns, version: "*", body: map[string]any{}, status: 422, kind: "invalid"},
		{
			name: "a list and its entries", method: http.MethodPatch, path: returns, version: "*",
			body: map[string]any{"closures": []any{}, "close": []any{closing("2026-11-25")}}, status: 422, kind: "plan-invalid", says: "not both",
		},
		{
			name: "a closure that is not there", method: http.MethodDelete, path: returns + "/closures/7", version: tag, status: 404,
			kind: "not-found",
		},
		{
			name: "any closure by its place", method: http.MethodDelete, path: returns + "/closures/0", version: "*", status: 428,
			kind: "version-needed",
		},
		{
			name: "hours that are not there", method: http.MethodDelete, path: returns + "/hours/2026-11-29", version: "*", status: 404,
			kind: "not-found",
		},
		{name: "nothing to undo", method: http.MethodPost, path: returns + "/undo", version: "*", status: 409, kind: "nothing-to-undo"},
		{
			name: "a visit in the way", method: http.MethodPost, path: returns + "/closures", version: "*", body: closing("2026-11-24"), status: 409,
			kind: "visits-affected",
		},
		{
			name: "holidays by a coordinator", method: http.MethodPut, path: "/v1/holidays/eid-al-fitr/announced/1448", version: "*", body: fitr(),
			status: 403, kind: "forbidden",
		},
		{
			name: "a holiday of nobody's", method: http.MethodPut, path: "/v1/holidays/moon-day/announced/1448", version: "*", body: fitr(),
			by: centre.Admin(), status: 404, kind: "not-found",
		},
		{
			name: "a holiday in another year", method: http.MethodPut, path: "/v1/holidays/eid-al-fitr/announced/1449", version: "*", body: fitr(),
			by: centre.Admin(), status: 422, kind: "plan-invalid", pointer: "#/from", says: "year",
		},
		{name: "a holiday that is over before it begins", method: http.MethodPut, path: "/v1/holidays/eid-al-fitr/announced/1448", version: "*",
			body: map[string]any{"from": "2027-03-14", "until": "2027-03-05"}, by: centre.Admin(), status: 422, kind: "plan-invalid",
			pointer: "#/until"},
		{
			name: "a file that is none", method: http.MethodPost, path: "/v1/holidays/import", version: "*",
			body: map[string]any{"calendar": "hello"}, by: centre.Admin(), status: 422, kind: "invalid", pointer: "#/calendar", says: "iCalendar",
		},
		{
			name: "an .ics bomb", method: http.MethodPost, path: "/v1/holidays/import", version: "*",
			body: map[string]any{"calendar": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + long}, by: centre.Admin(), status: 422, kind: "invalid",
			pointer: "#/calendar",
		},
		{
			name: "an .ics whose rule never ends", method: http.MethodPost, path: "/v1/holidays/import", version: "*",
			body: map[string]any{
				"calendar": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\nDTSTART;VALUE=DATE:20260101\r\n" +
					"RRULE:FREQ=DAILY\r\nSUMMARY:Closed\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
			},
			by: centre.Admin(), status: 422, kind: "plan-invalid", pointer: "#", says: "60 dates",
		},
		{name: "a file of Hijri dates",
			method: http.MethodPost, path: "/v1/holidays/import", version: "*",
			body: map[string]any{"calendar": strings.Replace(calendarFile, "PRODID", "CALSCALE:ISLAMIC\r\nPRODID", 1)}, by: centre.Admin(),
			status: 422, kind: "invalid", pointer: "#/calendar", says: "Gregorian"},
		{name: "a holiday without a name",
			method: http.MethodPut, path: "/v1/holidays", version: "*", body: unnamed(), by: centre.Admin(),
			status: 422, kind: "plan-invalid", pointer: "#/holidays/0/name", says: "name"},
		{name: "a change to a holiday without a name", method: http.MethodPost, path: "/v1/holidays/changes", version: "*",
			body: map[string]any{"holidays": unnamed(), "reason": both("س", "s")}, by: centre.Admin(),
			status: 422, kind: "plan-invalid", pointer: "#/holidays/holidays/0/name", says: "name"},
		{name: "a desk group's holiday without a name", method: http.MethodPatch, path: returns, version: "*",
			body:   map[string]any{"holidays": []any{with(map[string]any{"from": "2026-11-25", "until": "2026-11-25"}, "name", both("", "\u200b"))}},
			status: 422, kind: "plan-invalid", pointer: "#/holidays/0/name", says: "name"},
		{
			name: "a file that is too large", method: http.MethodPost, path: "/v1/holidays/import", version: "*",
			body: map[string]any{"calendar": strings.Repeat("x", 70_000)}, by: centre.Admin(), status: 413, kind: "too-large",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			by := c.by
			if by == nil {
				by = noura
			}
			p := centre.Refused(changes(by, c.method, c.path, c.version, c.body), c.status, c.kind)
			if c.kind == "visits-affected" && p.Affected != 1 {
				t.Errorf("%d visits are affected, want 1", p.Affected)
			}
			if c.pointer == "" && c.says == "" {
				return
			}
			if len(p.Errors) == 0 || c.pointer != "" && p.Errors[0].Pointer != c.pointer || !strings.Contains(p.Errors[0].Detail, c.says) {
				t.Errorf("errors %+v, want %s %q", p.Errors, c.pointer, c.says)
			}
		})
	}
	if now := noura.Gets(returns).Header.Get("ETag"); now != tag {
		t.Errorf("something was changed: %s, before %s", now, tag)
	}
	var day api.DeskGroupDay
	noura.Gets(returns+"/day?date=2026-11-24").JSON(t, &day)
	if day.Visits != 1 || day.Unsupported != 0 {
		t.Errorf("visit %s: the day has %d visits, %d without a place", visit.Reference, day.Visits, day.Unsupported)
	}
	centre.AuditClean()
}

// Overlaps are taken where the coordinator says how they are meant: the places
// add up, or the larger number counts.
func TestOverlapsThatAreMeant(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura := centre.Coordinator("revenues")
	var group api.DeskGroup
	noura.Gets(returns).JSON(t, &group)
	places := func(change map[string]any) int {
		t.Helper()
		if answer := changes(noura, http.MethodPatch, returns, "*", change); answer.Status != http.StatusOK {
			t.Fatalf("%d %s", answer.Status, answer.Body)
		}
		var day api.DeskGroupDay
		noura.Gets(returns+"/day?date=2026-11-29&at=2026-11-29T13:30:00%2B03:00").JSON(t, &day)
		return day.Moment.Places
	}
	if n := places(map[string]any{"rules": []any{group.Plan.Rules[0], sundays("13:00", "16:00", 2, true)}}); n != 6 {
		t.Errorf("%d places where two come on top of four", n)
	}
	if n := places(map[string]any{"overlap": true, "rules": []any{group.Plan.Rules[0], sundays("13:00", "16:00", 2, false)}}); n != 4 {
		t.Errorf("%d places where the larger of two and four counts", n)
	}
}

// What a channel leaves to others counts at once, for what is booked from then
// on; nobody who is booked loses anything.
func TestQuota(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura := centre.Coordinator("revenues")
	const quota = "/v1/services/iban-update/quota"
	before := places(t, centre, 0, ibanUpdates)
	visit := centre.Visitor(1).Books("iban-update", "riyadh", servicetest.At(t, "2026-11-24T12:00"))
	tag := noura.Gets(quota).Header.Get("ETag")
	keep := func(n map[string]int, version string) servicetest.Answer {
		return changes(noura, http.MethodPut, quota, version, map[string]any{"hold_back": n})
	}
	centre.Refused(keep(map[string]int{"public": 3}, ""), http.StatusPreconditionRequired, "version-needed")
	centre.Refused(keep(map[string]int{"public": 3}, `"another"`), http.StatusPreconditionFailed, "edit-conflict")
	centre.Refused(keep(map[string]int{"public": 1, "agent": 2}, tag), http.StatusUnprocessableEntity, "invalid")
	centre.Refused(keep(map[string]int{"public": -1}, tag), http.StatusUnprocessableEntity, "invalid")
	changed := keep(map[string]int{"public": 3, "agent": 1}, tag)
	if changed.Status != http.StatusOK || changed.Header.Get("ETag") == tag ||
		changed.Header.Get("ETag") != noura.Gets(quota).Header.Get("ETag") {
		t.Fatalf("%d %s", changed.Status, changed.Body)
	}
	if after := places(t, centre, 0, ibanUpdates); after == 0 || after >= before-1 {
		t.Errorf("%d places for the public after, %d before", after, before)
	}
	var log api.ActList
	noura.Gets("/v1/audit?subject=service+iban-update").JSON(t, &log)
	if len(log.Acts) != 1 || !strings.Contains(string(log.Acts[0].After), `"agent":1`) &&
		!strings.Contains(string(log.Acts[0].After), `"agent": 1`) {
		t.Errorf("log %+v", log.Acts)
	}
	var day api.DeskGroupDay
	noura.Gets(returns+"/day?date=2026-11-24").JSON(t, &day)
	if day.Visits != 1 || day.Unsupported != 0 {
		t.Errorf("visit %s: %+v", visit.Reference, day)
	}
	centre.AuditClean()
}

// A week is what its days are, each of which says the same alone; more than six weeks are
// refused.
func TestDaysOfADeskGroup(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura := centre.Coordinator("revenues")
	centre.Visitor(1).Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-24T08:10"))
	centre.Visitor(2).Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-25T09:30"))
	if answer := changes(noura, http.MethodPost, returns+"/closures", "*", closing("2026-11-26")); answer.Status != http.StatusOK {
		t.Fatalf("close: %d %s", answer.Status, answer.Body)
	}
	var week api.DeskGroupDays
	answer := noura.Gets(returns + "/days?from=2026-11-22")
	answer.JSON(t, &week)
	if len(week.Days) != 7 || answer.Header.Get("ETag") != fmt.Sprintf(`"%d"`, week.Version) {
		t.Fatalf("%d days, version %d, %s", len(week.Days), week.Version, answer.Header.Get("ETag"))
	}
	for i, got := range week.Days {
		var want api.DeskGroupDay
		noura.Gets(returns+"/day?date="+got.Date).JSON(t, &want)
		if !reflect.DeepEqual(got, want) || got.Date != fmt.Sprintf("2026-11-%d", 22+i) {
			t.Errorf("day %d: %+v, want %+v", i, got, want)
		}
	}
	if week.Days[2].Visits != 1 || week.Days[3].Visits != 1 || week.Days[4].Open && len(week.Days[4].Layers) < 2 {
		t.Errorf("the week: %+v", week.Days)
	}
	noura.Gets(returns+"/days?from=2026-11-01&to=2026-12-12").JSON(t, &week)
	if len(week.Days) != 42 {
		t.Errorf("six weeks: %d days", len(week.Days))
	}
	for _, query := range []string{"from=2026-11-01&to=2026-12-13", "from=2026-11-22&to=2026-11-21", "from=2026-02-30"} {
		if answer := noura.Gets(returns + "/days?" + query); answer.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", query, answer.Status, answer.Body)
		}
	}
}
