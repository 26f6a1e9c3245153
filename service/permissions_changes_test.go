package service_test

import (
	"net/http"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// closes is a change of the returns counter that takes the place of a visit.
func closes(a api.Appointment) map[string]any {
	return map[string]any{
		"edit": map[string]any{"close": []any{map[string]any{
			"start": a.Start.Format(time.RFC3339), "end": a.End.Format(time.RFC3339), "reason": both("صيانة", "Maintenance"),
		}}},
		"reason": both("صيانة", "Maintenance"),
	}
}

// draftsChange drafts a change.
func draftsChange(w *walk) asked {
	return aboutReturns(http.MethodPost, "/changes?dry_run=true", "*", closes(w.booked("iban-update")))
}

// draftsHolidays drafts a change of the holidays.
func draftsHolidays(w *walk) asked {
	return ofHolidays(http.MethodPost, "/changes?dry_run=true", map[string]any{
		"announce": map[string]any{"holiday": "eid-al-fitr", "year": 1448, "from": "2027-03-05", "until": "2027-03-14"},
		"reason":   both("إجازة العيد", "Eid holiday"),
	})(w)
}

// ofChange asks for what follows the address of a change of the returns
// counter: a draft, or one that is applied.
func ofChange(method, suffix string, dry bool) fixture {
	return func(w *walk) asked {
		c, _ := w.changes(dry)
		return asked{Request: servicetest.Request{Method: method, Path: "/v1/changes/" + c.ID + suffix}, Department: "revenues"}
	}
}

// notesCall notes what came of a call to an affected visitor.
func notesCall(w *walk) asked {
	c, a := w.changes(false)
	return asked{
		Request: servicetest.Request{
			Method: http.MethodPost, Path: "/v1/changes/" + c.ID + "/visits/" + a.Reference, Body: map[string]any{"outcome": "keeps"},
		},
		Department: "revenues",
	}
}

// changes has the admin draft, or make, a change that displaces a visit.
func (w *walk) changes(dry bool) (api.Change, api.Appointment) {
	w.t.Helper()
	path := returns + "/changes"
	if dry {
		path += "?dry_run=true"
	}
	a := w.booked("iban-update")
	return asks(w.t, w.Admin(), path, "*", closes(a), http.StatusCreated), a
}
