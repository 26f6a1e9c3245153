package servicetest

import (
	"maps"
	"net/http"
	"time"

	"ziyara/service/api"
)

// Holds holds a place on behalf of a visitor. Fields in more are added to the
// request.
func (s *Staff) Holds(service, branch string, start time.Time, more map[string]any) api.Hold {
	s.centre.t.Helper()
	var hold api.Hold
	s.succeeds(s.TryHold(service, branch, start, more), http.StatusCreated, &hold)
	return hold
}

// TryHold asks for a place on behalf of a visitor and returns the answer.
func (s *Staff) TryHold(service, branch string, start time.Time, more map[string]any) Answer {
	s.centre.t.Helper()
	body := map[string]any{"service": service, "branch": branch, "start": start}
	maps.Copy(body, more)
	return s.Posts("/v1/holds", body)
}

// Books books a hold on behalf of a visitor. Fields in more are added to the
// request.
func (s *Staff) Books(v *Visitor, hold api.Hold, more map[string]any) api.Appointment {
	s.centre.t.Helper()
	var a api.Appointment
	s.succeeds(s.TryBook(v, hold, more), http.StatusCreated, &a)
	return a
}

// TryBook asks for a booking on behalf of a visitor and returns the answer. A nil
// value in more removes a field.
func (s *Staff) TryBook(v *Visitor, hold api.Hold, more map[string]any) Answer {
	s.centre.t.Helper()
	body := map[string]any{
		"hold": hold.ID, "hold_token": hold.Token, "mobile": v.Mobile,
		"visitor": map[string]any{"name": v.Name, "id": v.ID}, "documents_acknowledged": true,
	}
	for name, value := range more {
		if body[name] = value; value == nil {
			delete(body, name)
		}
	}
	return s.Posts("/v1/appointments", body)
}

// Sees returns a visit as staff see it.
func (s *Staff) Sees(reference string) api.Appointment {
	s.centre.t.Helper()
	var a api.Appointment
	s.succeeds(s.Gets("/v1/appointments/"+reference), http.StatusOK, &a)
	return a
}

// Cancels cancels a visit on behalf of its visitor.
func (s *Staff) Cancels(reference, reason string) api.Appointment {
	s.centre.t.Helper()
	var a api.Appointment
	s.succeeds(s.Posts("/v1/appointments/"+reference+"/cancel-on-behalf", map[string]any{"reason": reason}), http.StatusOK, &a)
	return a
}

// TryMove asks to move a visit on behalf of its visitor and returns the answer.
func (s *Staff) TryMove(reference string, start time.Time, reason string) Answer {
	s.centre.t.Helper()
	return s.Posts("/v1/appointments/"+reference+"/move-on-behalf", map[string]any{"start": start, "reason": reason})
}

// TryCorrect asks to correct the details of a visit and returns the answer.
func (s *Staff) TryCorrect(reference string, body any) Answer {
	s.centre.t.Helper()
	return s.Sends(Request{Method: http.MethodPatch, Path: "/v1/appointments/" + reference, Body: body})
}

// Moves moves a visit on behalf of its visitor.
func (s *Staff) Moves(reference string, start time.Time, reason string) api.Appointment {
	s.centre.t.Helper()
	var a api.Appointment
	s.succeeds(s.TryMove(reference, start, reason), http.StatusOK, &a)
	return a
}

// Lists returns the references of the visits in a list, in its order, from all its
// pages.
func (s *Staff) Lists(query string) []string {
	s.centre.t.Helper()
	references := []string{}
	for cursor := ""; ; {
		var page api.AppointmentList
		s.succeeds(s.Gets("/v1/appointments?"+query+cursor), http.StatusOK, &page)
		for _, a := range page.Appointments {
			references = append(references, a.Reference)
		}
		if page.NextCursor == "" {
			return references
		}
		cursor = "&cursor=" + page.NextCursor
	}
}

// succeeds fails the test unless the answer has the status, and decodes it.
func (s *Staff) succeeds(a Answer, status int, dest any) {
	s.centre.t.Helper()
	if a.Status != status {
		s.centre.t.Fatalf("%s: got %d %s, want %d", s.ID, a.Status, a.Body, status)
	}
	a.JSON(s.centre.t, dest)
}

// Slots returns the free starts of a service at a branch on a date, for the
// channel of agents.
func (s *Staff) Slots(service, branch, date string) []api.Slot {
	s.centre.t.Helper()
	var list api.SlotList
	s.succeeds(s.Gets("/v1/services/"+service+"/slots?branch="+branch+"&from="+date+"&to="+date), http.StatusOK, &list)
	var all []api.Slot
	for _, d := range list.Days {
		all = append(all, d.Slots...)
	}
	return all
}
