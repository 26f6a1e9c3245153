package api

import (
	"context"
	"time"

	"ziyara/slots"
	"ziyara/texts"
)

// CorrectAppointment corrects the details of an appointment, for its visitor or for a
// member of staff on the visitor's behalf.
func (s *Server) CorrectAppointment(ctx context.Context, r CorrectAppointmentRequestObject) (CorrectAppointmentResponseObject, error) {
	if metaOf(ctx).staff != nil {
		return s.correctOnBehalf(ctx, r)
	}
	var token string
	out, err := s.byVisitor(ctx, r.Reference, func(ctx context.Context, of slots.Reference, now time.Time) (slots.Appointment, error) {
		switch {
		case r.Body.Mobile != "":
			return slots.Appointment{}, invalid("#/mobile", forStaff())
		case r.Body.Reason != "":
			return slots.Appointment{}, invalid("#/reason", forStaff())
		}
		c, err := s.correction(r.Body, now)
		if err != nil {
			return slots.Appointment{}, err
		}
		a, err := bookerOf(ctx).Correct(ctx, of, c, now)
		if !c.EndLinks { // who ends all links may be who got one wrongly
			token = s.manageToken(a)
		}
		return a, err
	})
	if err != nil {
		return nil, err
	}
	out.ManageToken = token
	return CorrectAppointment200JSONResponse(out), nil
}

func (s *Server) correctOnBehalf(ctx context.Context, r CorrectAppointmentRequestObject) (CorrectAppointmentResponseObject, error) {
	now := s.Now()
	a, staff, err := s.concerned(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	if r.Body.Reason == "" {
		return nil, invalid("#/reason", required())
	}
	c, err := s.correction(r.Body, now)
	if err != nil {
		return nil, err
	}
	by := slots.StaffAction{Actor: staff.ID, Reason: r.Body.Reason}
	if a, err = bookerOf(ctx).CorrectByStaff(ctx, a.Reference, c, channelOver(ctx, staff, a), by, now); err != nil {
		return nil, err
	}
	return CorrectAppointment200JSONResponse(s.appointmentFor(ctx, a)), nil
}

// correction reads what is to be corrected. The mobile is the one that the visitor has
// proved, or that staff have entered.
func (s *Server) correction(body *AppointmentCorrection, now time.Time) (c slots.Correction, err error) {
	if v := body.Visitor; v != nil {
		if v.ID != nil {
			return c, invalid("#/visitor/id", flaw{FieldErrorCodeIdentityFixed, texts.Visitors("fault.other_identity")})
		}
		if c, err = slots.NewCorrection(v.Name, v.Email); err != nil {
			return c, err
		}
	}
	c.Party, c.EndLinks = body.Party, body.EndLinks
	switch {
	case body.Verification != "":
		mobile, err := s.mobileProved(body.Verification, now)
		c.Mobile = &mobile
		return c, err
	case body.Mobile != "":
		mobile, err := s.Countries.Parse(body.Mobile)
		if err != nil {
			return c, invalid("#/mobile", s.wrongMobileOf(err))
		}
		c.Mobile = new(string(mobile))
	}
	return c, nil
}
