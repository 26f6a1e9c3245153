package service_test

import (
	"net/http"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// ofReturns asks for what follows the address of a desk group, whatever its
// version.
func ofReturns(method, suffix string, body any) fixture {
	return func(*walk) asked { return aboutReturns(method, suffix, "*", body) }
}

func aboutReturns(method, suffix, version string, body any) asked {
	return asked{
		Request:    servicetest.Request{Method: method, Path: returns + suffix, Body: body, Header: map[string]string{"If-Match": version}},
		Department: "revenues", Branch: "riyadh",
	}
}

// changed is the version of the desk group after the admin has changed it.
func (w *walk) changed(method, suffix string, body any) string {
	w.t.Helper()
	answer := changes(w.Admin(), method, returns+suffix, "*", body)
	if answer.Status != http.StatusOK {
		w.t.Fatalf("%s %s: %d %s", method, suffix, answer.Status, answer.Body)
	}
	return answer.Header.Get("ETag")
}

// reopens takes the first closure away.
func reopens(w *walk) asked {
	return aboutReturns(http.MethodDelete, "/closures/0", w.changed(http.MethodPost, "/closures", closing("2026-12-03")), nil)
}

// clearsHours takes the hours of a date back.
func clearsHours(w *walk) asked {
	return aboutReturns(http.MethodDelete, "/hours/2026-12-06", w.changed(http.MethodPut, "/hours/2026-12-06", hours()), nil)
}

// undoes undoes a change.
func undoes(w *walk) asked {
	return aboutReturns(http.MethodPost, "/undo", w.changed(http.MethodPost, "/closures", closing("2026-12-07")), nil)
}

// ofHolidays asks for what follows the address of the holidays, whatever their
// version.
func ofHolidays(method, suffix string, body any) fixture {
	return func(*walk) asked {
		return asked{
			Request: servicetest.Request{Method: method, Path: "/v1/holidays" + suffix, Body: body, Header: map[string]string{"If-Match": "*"}},
		}
	}
}

// setsHolidays replaces the holidays by what they are.
func setsHolidays(w *walk) asked {
	var list api.HolidayList
	w.Admin().Gets("/v1/holidays").JSON(w.t, &list)
	return ofHolidays(http.MethodPut, "", map[string]any{"holidays": list.Holidays, "bridge": list.Bridge})(w)
}

// undoesHolidays undoes a change of the holidays.
func undoesHolidays(w *walk) asked {
	if answer := changes(w.Admin(), http.MethodPut, "/v1/holidays/eid-al-fitr/announced/1448", "*", fitr()); answer.Status != http.StatusOK {
		w.t.Fatalf("announce: %d %s", answer.Status, answer.Body)
	}
	return ofHolidays(http.MethodPost, "/undo", nil)(w)
}

// ofQuota asks for the quota of a service, whatever it is.
func ofQuota(method string, body any) fixture {
	return func(*walk) asked {
		return asked{
			Request: servicetest.Request{
				Method: method, Path: "/v1/services/iban-update/quota", Body: body, Header: map[string]string{"If-Match": "*"},
			},
			Department: "revenues",
		}
	}
}

// ofPart asks about a service as a part of the centre.
func ofPart(method, path string, body any) fixture {
	return func(*walk) asked {
		return asked{
			Request: servicetest.Request{
				Method: method, Path: "/v1/centre/services/iban-update" + path, Body: body, Header: map[string]string{"If-Match": "*"},
			},
			Department: "revenues",
		}
	}
}

// ibanUpdate is that service with another length.
func ibanUpdate() map[string]any {
	return map[string]any{"service": map[string]any{
		"slug": "iban-update", "department": "revenues", "name": map[string]string{"ar": "الآيبان", "en": "IBAN"}, "duration": "35m",
	}}
}
