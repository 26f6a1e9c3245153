package service_test

import (
	"net/http"
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

// A coordinator closes her counter for an afternoon with one request, sees why
// it is closed, and takes it back. Every replica offers what is open.
func TestCoordinatorClosesAnAfternoon(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
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
