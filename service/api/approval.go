package api

import "context"

// ApproveAppointment approves a request: the visit is booked.
func (s *Server) ApproveAppointment(ctx context.Context, r ApproveAppointmentRequestObject) (ApproveAppointmentResponseObject, error) {
	a, by, err := s.concerned(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	if a, err = bookerOf(ctx).Approve(ctx, a.Reference, by.ID, s.Now()); err != nil {
		return nil, err
	}
	return ApproveAppointment200JSONResponse(s.appointmentFor(ctx, a)), nil
}

// DeclineAppointment declines a request; the visitor sees the reason.
func (s *Server) DeclineAppointment(ctx context.Context, r DeclineAppointmentRequestObject) (DeclineAppointmentResponseObject, error) {
	a, by, err := s.concerned(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	if a, err = bookerOf(ctx).Decline(ctx, a.Reference, by.ID, r.Body.Reason, s.Now()); err != nil {
		return nil, err
	}
	return DeclineAppointment200JSONResponse(s.appointmentFor(ctx, a)), nil
}

// ProposeStart offers the visitor of a request another start.
func (s *Server) ProposeStart(ctx context.Context, r ProposeStartRequestObject) (ProposeStartResponseObject, error) {
	a, by, err := s.concerned(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	if a, err = bookerOf(ctx).Propose(ctx, a.Reference, r.Body.Start, by.ID, s.Now()); err != nil {
		return nil, err
	}
	return ProposeStart200JSONResponse(s.appointmentFor(ctx, a)), nil
}
