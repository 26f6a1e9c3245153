package api

import (
	"context"
	"errors"
	"time"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/slots"
	"ziyara/texts"
)

// errChannel is returned when a visitor asks for a channel of staff,
// errNotYourChannel when staff ask for a channel that they may not use, and
// errVisitorsHold when staff book a visitor's hold.
var (
	errChannel        = errors.New("api: the channel is for staff")
	errNotYourChannel = errors.New("api: the channel is not open to this member of staff")
	errVisitorsHold   = errors.New("api: the hold was made by a visitor")
)

// onBehalf returns the member of staff who makes a request that visitors can
// make too; nil for a visitor. An invalid or expired token is access.ErrSignIn,
// so that staff never book as a visitor by mistake.
func onBehalf(ctx context.Context) (*access.Grant, error) {
	m := metaOf(ctx)
	if m.staff == nil && m.bearer != "" {
		return nil, access.ErrSignIn
	}
	return m.staff, nil
}

// askedBy returns what sets the kept answers of a member of staff, or of a user of a system,
// apart from those of others; "" for a visitor, who has the key alone: their address changes.
func askedBy(ctx context.Context) string {
	switch m := metaOf(ctx); {
	case m.staff != nil:
		return " by " + m.staff.ID
	case m.user != "":
		return " for " + m.user
	}
	return ""
}

// channelToSee returns the channel whose places a search counts. It returns
// errChannel or access.ErrSignIn.
func channelToSee(ctx context.Context, asked catalog.Channel) (catalog.Channel, error) {
	switch m := metaOf(ctx); {
	case m.staff != nil && asked == "":
		return catalog.Agent, nil
	case m.staff != nil:
		return asked, nil
	case asked == "" || asked == catalog.Public:
		return catalog.Public, nil
	case m.bearer != "":
		return "", access.ErrSignIn
	}
	return "", errChannel
}

// channelToHold returns the channel over which a place is held. Staff may hold
// places of their departments and branches, and protected places only of a
// department that they run.
func (s *Server) channelToHold(ctx context.Context, body *HoldRequest) (catalog.Channel, error) {
	staff, err := onBehalf(ctx)
	switch {
	case err != nil:
		return "", err
	case staff == nil:
		return channelToSee(ctx, body.Channel)
	}
	service, ok := centreOf(ctx).Service(body.Service)
	if !ok {
		return "", centre.ErrUnknownService
	}
	if _, err = permit(ctx, service.Department, body.Branch); err != nil {
		return "", err
	}
	switch body.Channel {
	case "", catalog.Agent:
		return catalog.Agent, nil
	case catalog.Protected:
		if staff.GivesProtected(service.Department, body.Branch) {
			return catalog.Protected, nil
		}
	case catalog.Public, catalog.WalkIn:
	}
	return "", errNotYourChannel
}

// booker returns the member of staff who books; nil for a visitor, who needs a
// verification and may not fill in the fields that are for staff.
func (s *Server) booker(ctx context.Context, body *AppointmentRequest) (*access.Grant, error) {
	staff, err := onBehalf(ctx)
	if staff != nil || err != nil {
		return staff, err
	}
	switch {
	case body.Verification == "" && body.Identity == "":
		return nil, invalid("#/verification", required())
	case body.Mobile != "":
		return nil, invalid("#/mobile", forStaff())
	case body.Reason != "":
		return nil, invalid("#/reason", forStaff())
	}
	return nil, nil
}

func forStaff() flaw {
	return flaw{FieldErrorCodeNotAllowed, texts.Visitors("invalid.for_staff")}
}

// mayBook returns nil if the member of staff who asks may book the hold, and
// otherwise the reason.
func (s *Server) mayBook(ctx context.Context, body *AppointmentRequest) error {
	hold, err := bookerOf(ctx).FindHold(ctx, body.Hold)
	if err != nil {
		return err
	}
	department := departmentOf(ctx, hold.Service)
	staff, err := permit(ctx, department, hold.Branch)
	switch {
	case err != nil:
		return err
	case hold.Channel == catalog.Public:
		return errVisitorsHold
	case hold.Channel == catalog.Protected && !staff.GivesProtected(department, hold.Branch):
		return errNotYourChannel
	case body.Mobile == "" && body.Verification == "" && body.Visitor.Email == "" && !staff.AtDesk(department, hold.Branch):
		return invalid("#/mobile", flaw{FieldErrorCodeContact, texts.Staff("invalid.ask_mobile")})
	}
	return nil
}

// mobileOf returns the number that the messages about a booking go to: the one
// that the visitor has proved, or that staff have entered; "" for none.
func (s *Server) mobileOf(ctx context.Context, body *AppointmentRequest, once repeatable, now time.Time) (string, error) {
	switch {
	case body.Verification != "":
		return s.proved(ctx, body.Verification, once, now)
	case body.Mobile == "":
		return "", nil
	}
	mobile, err := s.Countries.Parse(body.Mobile)
	if err != nil {
		return "", invalid("#/mobile", s.wrongMobileOf(err))
	}
	return string(mobile), nil
}

// CancelOnBehalf cancels an appointment for its visitor.
func (s *Server) CancelOnBehalf(ctx context.Context, r CancelOnBehalfRequestObject) (CancelOnBehalfResponseObject, error) {
	a, staff, err := s.concerned(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	a, err = bookerOf(ctx).CancelByStaff(ctx, a.Reference, slots.StaffAction{Actor: staff.ID, Reason: r.Body.Reason}, s.Now())
	if err != nil {
		return nil, err
	}
	return CancelOnBehalf200JSONResponse(s.appointmentFor(ctx, a)), nil
}

// MoveOnBehalf moves an appointment for its visitor.
func (s *Server) MoveOnBehalf(ctx context.Context, r MoveOnBehalfRequestObject) (MoveOnBehalfResponseObject, error) {
	a, staff, err := s.concerned(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	over, by := channelOver(ctx, staff, a), slots.StaffAction{Actor: staff.ID, Reason: r.Body.Reason}
	if a, err = bookerOf(ctx).MoveByStaff(ctx, a.Reference, r.Body.Start, over, by, s.Now()); err != nil {
		return nil, err
	}
	return MoveOnBehalf200JSONResponse(s.appointmentFor(ctx, a)), nil
}

// channelOver returns the channel whose places a member of staff gives to a visit.
func channelOver(ctx context.Context, staff access.Staff, a slots.Appointment) catalog.Channel {
	if a.Channel == catalog.Protected && staff.GivesProtected(departmentOf(ctx, a.Service), a.Branch) {
		return catalog.Protected
	}
	return catalog.Agent
}
