package api

import (
	"context"

	"ziyara/slots"
)

// appointmentFor returns the appointment as the caller sees it. The handler has
// checked that they may see it.
func (s *Server) appointmentFor(ctx context.Context, a slots.Appointment) Appointment {
	out := appointmentJSON(centreOf(ctx), a, s.Now())
	m := metaOf(ctx)
	if m.staff == nil {
		return out
	}
	sawVisit(ctx, a)
	for i, e := range a.History {
		out.History[i].Actor, out.History[i].Reason = e.Actor, e.Reason
	}
	view := StaffView{
		Spoken: a.Reference.Spoken(m.lang), Channel: a.Channel, Lang: a.Lang,
		IDKind: string(a.Visitor.Identity.Kind), ID: a.Visitor.Identity.Masked(),
	}
	if m.staff.SeesContact(departmentOf(ctx, a.Service), a.Branch) {
		view.Mobile, view.Email, view.Representative = a.Mobile, a.Visitor.Email, representativeView(a.Representative)
	}
	out.Staff = &view
	return out
}

func representativeView(by *slots.Representative) *StaffViewRepresentative {
	if by == nil {
		return nil
	}
	return &StaffViewRepresentative{
		Name: by.Name, ID: by.Identity.Masked(), Wakala: by.Wakala, WakalaExpires: by.Expires.String(),
	}
}
