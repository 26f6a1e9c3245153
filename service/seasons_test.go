package service_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// openFrom returns the first and the last start that are free on a date, as
// HH:MM, "" for none.
func openFrom(t *testing.T, centre *servicetest.Centre, replica int, date string) (first, last string) {
	t.Helper()
	var list api.SlotList
	path := "/v1/services/iban-update/slots?branch=riyadh&from=" + date + "&to=" + date
	centre.Send(servicetest.Request{Method: http.MethodGet, Path: path, Replica: replica}).JSON(t, &list)
	if len(list.Days) == 0 {
		return "", ""
	}
	free := list.Days[0].Slots
	return free[0].Start.Format("15:04"), free[len(free)-1].Start.Format("15:04")
}

// Every replica offers a date from one time to another; "" for not at all.
func everywhere(t *testing.T, centre *servicetest.Centre, date, first, last string) {
	t.Helper()
	for replica := range centre.Replicas {
		centre.Eventually(date+" from "+first+" to "+last, func() bool {
			from, to := openFrom(t, centre, replica, date)
			return from == first && to == last
		})
	}
}

// Ramadan hours go by the Hijri range: a season that the coordinator adds
// changes what is offered in Ramadan and nowhere else. What would take places
// from visitors is not done; what leaves them theirs is.
func TestRamadanHours(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, servicetest.Woken)
	centre.Pass(time.Date(2027, time.January, 28, 6, 0, 0, 0, time.UTC).Sub(servicetest.Opening()))
	noura := centre.Coordinator("revenues")
	ramadan := func(from, to string, places int) map[string]any {
		return map[string]any{"reason": "ساعات رمضان", "seasons": []any{map[string]any{
			"name": both("رمضان", "Ramadan"), "hijri": map[string]any{"from": "09-01", "until": "09-30"},
			"openings": []any{opening(from, to, places)},
		}}}
	}
	everywhere(t, centre, "2027-02-09", "10:00", "14:50")
	for n := range 3 { // three visitors come at noon on the second day of Ramadan
		centre.Visitor(n+1).Books("iban-update", "riyadh", servicetest.At(t, "2027-02-09T12:00"))
	}

	refused := centre.Refused(changes(noura, http.MethodPatch, returns, "*", ramadan("13:00", "17:00", 4)), http.StatusConflict,
		"visits-affected")
	if refused.Affected != 3 {
		t.Errorf("%d visits would lose their places, want 3", refused.Affected)
	}
	if fewer := centre.Refused(
		changes(noura, http.MethodPatch, returns, "*", ramadan("09:00", "15:00", 2)),
		http.StatusConflict,
		"visits-affected",
	); fewer.Affected != 1 {
		t.Errorf("with two desks %d visits would lose their places, want the latest one", fewer.Affected)
	}
	if done := changes(noura, http.MethodPatch, returns, "*", ramadan("11:00", "16:00", 4)); done.Status != http.StatusOK {
		t.Fatalf("%d %s", done.Status, done.Body)
	}
	everywhere(t, centre, "2027-02-09", "11:00", "15:50")
	everywhere(t, centre, "2027-02-10", "11:00", "15:50")
	everywhere(t, centre, "2027-02-07", "07:30", "14:20") // the last of Sha'ban

	var day api.DeskGroupDay
	noura.Gets(returns+"/day?date=2027-02-09&at=2027-02-09T10:30:00%2B03:00").JSON(t, &day)
	if day.Visits != 3 || day.Unsupported != 0 || day.Hijri != "1448-09-02" || day.Moment.Places != 0 ||
		day.Layers[len(day.Layers)-1].Kind != "season" {
		t.Errorf("day %+v", day)
	}
	centre.AuditClean()
}

// Eid is announced late. Until then its computed dates are closed, and said to
// be provisional; the announcement moves them for every desk group at once,
// unless visitors have places there.
func TestAnnouncementMovesEidForAll(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, servicetest.Woken)
	centre.Pass(time.Date(2027, time.March, 2, 6, 0, 0, 0, time.UTC).Sub(servicetest.Opening()))
	admin := centre.Admin()
	fitrOf := func(list api.HolidayList) api.HolidayDates {
		for _, d := range list.Dates {
			if d.Slug == "eid-al-fitr" {
				return d
			}
		}
		return api.HolidayDates{}
	}
	var list api.HolidayList
	centre.Coordinator("revenues").Gets("/v1/holidays").JSON(t, &list)
	if d := fitrOf(list); d.From != "2027-03-04" || d.Until != "2027-03-13" || !d.Provisional {
		t.Errorf("computed %+v", d)
	}
	everywhere(t, centre, "2027-03-04", "", "")
	everywhere(t, centre, "2027-03-14", "07:30", "14:20")
	centre.Visitor(1).Books("iban-update", "riyadh", servicetest.At(t, "2027-03-14T09:00"))

	// Longer than computed: somebody has a visit on the first day after.
	announce := func(from, until string) servicetest.Answer {
		return changes(admin, http.MethodPut, "/v1/holidays/eid-al-fitr/announced/1448", "*", map[string]any{"from": from, "until": until})
	}
	if p := centre.Refused(announce("2027-03-05", "2027-03-14"), http.StatusConflict, "visits-affected"); p.Affected != 1 {
		t.Errorf("%d visits are affected, want 1", p.Affected)
	}
	everywhere(t, centre, "2027-03-04", "", "")

	announced := announce("2027-03-05", "2027-03-13")
	announced.JSON(t, &list)
	if d := fitrOf(list); announced.Status != http.StatusOK || d.From != "2027-03-05" || d.Until != "2027-03-13" || d.Provisional {
		t.Fatalf("announced %d %s", announced.Status, announced.Body)
	}
	everywhere(t, centre, "2027-03-04", "10:00", "14:50") // the last Thursday of Ramadan is a working day
	everywhere(t, centre, "2027-03-14", "07:30", "14:20")

	// A mistake is taken back as a whole.
	if undone := changes(admin, http.MethodPost, "/v1/holidays/undo", announced.Header.Get("ETag"), nil); undone.Status != http.StatusOK {
		t.Fatalf("%d %s", undone.Status, undone.Body)
	}
	everywhere(t, centre, "2027-03-04", "", "")
	var log api.ActList
	admin.Gets("/v1/audit?subject=holidays+saudi-public").JSON(t, &log)
	if len(log.Acts) != 2 || log.Acts[1].Action != "holiday.announced" {
		t.Errorf("log %+v", log.Acts)
	}
	centre.AuditClean()
}

// A calendar file announces the holidays that it names as the list does, adds
// others, and is told what was left out of it.
func TestHolidaysOfACalendarFile(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	event := func(uid, from, until, more string) string {
		return "BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:20261101T000000Z\r\nDTSTART;VALUE=DATE:" + from +
			"\r\nDTEND;VALUE=DATE:" + until + "\r\n" + more + "END:VEVENT\r\n"
	}
	file := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\n" +
		event("1", "20270512", "20270523", "SUMMARY:Eid al-Adha\r\n") +
		event("2", "20270401", "20270402", "SUMMARY:Open day\r\n") +
		event("3", "20270601", "20270602", "SUMMARY:Perhaps\r\nSTATUS:TENTATIVE\r\n") +
		"END:VCALENDAR\r\n"
	answer := changes(centre.Admin(), http.MethodPost, "/v1/holidays/import", "*", map[string]any{"calendar": file})
	var list api.HolidayList
	answer.JSON(t, &list)
	found := map[string]api.HolidayDates{}
	for _, d := range list.Dates {
		if _, ok := found[d.Name.EN]; !ok {
			found[d.Name.EN] = d
		}
	}
	if d := found["Eid al-Adha"]; d.From != "2027-05-12" || d.Until != "2027-05-22" || d.Provisional || d.Slug != "eid-al-adha" {
		t.Errorf("Adha %+v", d)
	}
	if d := found["Open day"]; d.From != "2027-04-01" || d.Slug == "" || d.Name.AR == "" {
		t.Errorf("another holiday %+v", d)
	}
	if len(list.LeftOut) != 1 || list.LeftOut[0].Name.EN == "" || list.LeftOut[0].Text.AR == "" {
		t.Errorf("left out %+v", list.LeftOut)
	}
	if _, ok := found["Perhaps"]; ok {
		t.Error("a tentative holiday was taken over")
	}
}

// A calendar file of Outlook has one event for each day of a holiday, in a zone
// of its own. An event without a name, and a calendar that cancels, add nothing.
func TestHolidaysOfAnOutlookFile(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	day := func(from, until, more string) string {
		return "BEGIN:VEVENT\r\nDTSTAMP:20261101T000000Z\r\nUID:" + from + "\r\nDTSTART;TZID=Arab Standard Time:" + from +
			"T000000\r\nDTEND;TZID=Arab Standard Time:" + until + "T000000\r\n" + more + "END:VEVENT\r\n"
	}
	zone := "BEGIN:VTIMEZONE\r\nTZID:Arab Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\n" +
		"TZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
	head := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\n"
	file := head + "METHOD:PUBLISH\r\n" + zone +
		day("20270512", "20270513", "SUMMARY:Eid al-Adha\r\n") + day("20270513", "20270514", "SUMMARY:Eid al-Adha\r\n") +
		day("20270516", "20270517", "SUMMARY:Eid al-Adha\r\n") + day("20270601", "20270602", "SUMMARY:\u200f\r\n") + "END:VCALENDAR\r\n" +
		head + "METHOD:CANCEL\r\n" + day("20270701", "20270702", "SUMMARY:Open day\r\n") + "END:VCALENDAR\r\n"
	admin := centre.Admin()
	answer := changes(admin, http.MethodPost, "/v1/holidays/import", "*", map[string]any{"calendar": file})
	var list api.HolidayList
	answer.JSON(t, &list)
	closed := map[string]string{}
	for _, d := range list.Dates {
		if !d.Provisional && d.From >= "2027-05-01" && d.From < "2027-08-01" {
			closed[d.From] = d.Until
		}
	}
	if want := map[string]string{"2027-05-12": "2027-05-13", "2027-05-16": "2027-05-16"}; !maps.Equal(closed, want) {
		t.Errorf("closed %v, want %v", closed, want)
	}
	if len(list.LeftOut) != 2 || !strings.Contains(list.LeftOut[0].Text.EN, "METHOD:CANCEL") ||
		!strings.Contains(list.LeftOut[1].Text.EN, "has no name") {
		t.Errorf("left out %+v", list.LeftOut)
	}
	again := changes(admin, http.MethodPost, "/v1/holidays/import", "*", map[string]any{"calendar": file})
	if tag := again.Header.Get("ETag"); tag != answer.Header.Get("ETag") {
		t.Errorf("imported again: %s, before %s", tag, answer.Header.Get("ETag"))
	}
}

// The openings of a desk group go to calendar programs without what is closed.
func TestOpeningsForCalendarPrograms(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura := centre.Coordinator("revenues")
	if done := changes(noura, http.MethodPost, returns+"/closures", "*", closing("2026-11-24")); done.Status != http.StatusOK {
		t.Fatalf("%d %s", done.Status, done.Body)
	}
	answer := noura.Gets(returns + "/openings.ics?from=2026-11-24&to=2026-11-24")
	text := string(answer.Body)
	if got := answer.Header.Get("Content-Type"); answer.Status != http.StatusOK || got != "text/calendar" {
		t.Errorf("%d, media type %q", answer.Status, got)
	}
	for _, want := range []string{"BEGIN:VAVAILABILITY\r\n", "DTSTART:20261124T043000Z", "DTEND:20261124T090000Z", "X-ZIYARA-PLACES:4"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	centre.Refused(noura.Gets(returns+"/openings.ics?from=2026-11-24&to=2028-11-24"), http.StatusUnprocessableEntity, "invalid")
}
