package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"ziyara/centre"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/texts"
)

// errProof is returned for an invalid verification token, errProofExpired for an
// expired one, and errNoToken for a request without the visit's token.
var (
	errProof        = errors.New("api: the verification token is not valid")
	errProofExpired = errors.New("api: the verification token has expired")
	errNoToken      = errors.New("api: a token is needed")
)

// CreateAppointment turns a hold into a booked visit.
func (s *Server) CreateAppointment(ctx context.Context, r CreateAppointmentRequestObject) (CreateAppointmentResponseObject, error) {
	now := s.Now()
	key := r.Params.IdempotencyKey
	render := s.bookedAnswer(ctx)
	if metaOf(ctx).staff != nil { // the manage token goes to the visitor only, in a link
		render = func(a slots.Appointment) (stored, error) { return bookedJSON(s.appointmentFor(ctx, a)) }
	}
	once, err := answerOnce(s, key, "appointments"+askedBy(ctx), r.Body, render)
	if err != nil {
		return nil, err
	}
	by, err := s.booker(ctx, r.Body)
	if err != nil {
		return nil, err
	}
	if err = s.ownsHold(r.Body.Hold, r.Body.HoldToken); err != nil {
		return nil, err
	}
	if by != nil {
		if err = s.mayBook(ctx, r.Body); err != nil {
			return nil, err
		}
	}
	mobile, err := s.mobileOf(ctx, r.Body, once, now)
	if err != nil {
		return s.again(key, err)
	}
	who, err := s.whoBooks(ctx, r.Body.Identity, once, now)
	if err != nil {
		return s.again(key, err)
	}
	booking, err := s.booking(r.Body, mobile, who)
	if err != nil {
		return nil, err
	}
	booking.Reference, booking.Lang = s.newReference(), metaOf(ctx).lang
	if r.Body.Lang != "" {
		booking.Lang = r.Body.Lang
	}
	if by != nil {
		booking.StaffAction = slots.StaffAction{Actor: by.ID, Reason: r.Body.Reason}
	}
	a, err := bookerOf(ctx).Book(ctx, r.Body.Hold, booking, once, now)
	if err != nil {
		return s.again(key, err)
	}
	s.Counts.Booked()
	return render(a)
}

// newReference returns a random reference.
func (s *Server) newReference() slots.Reference {
	var random [5]byte
	s.Random(random[:])
	return slots.NewReference(random)
}

// booking reads the input of a visitor with a mobile, and reports all that is wrong
// with it at once. The booking has no reference. who has proved their identity number, nil
// for nobody.
func (s *Server) booking(body *AppointmentRequest, mobile string, who *slots.Proved) (slots.Booking, error) {
	var bad []pointerError
	if !body.DocumentsAcknowledged {
		bad = append(bad, pointerError{"#/documents_acknowledged", flaw{FieldErrorCodeDocuments, texts.Visitors("invalid.documents")}})
	}
	visitor, err := slots.NewVisitor(body.Visitor.Name, body.Visitor.ID, body.Visitor.Email)
	bad = append(bad, pointers("#/visitor/", err)...)
	booking := slots.Booking{Visitor: visitor, Mobile: mobile}
	if by := body.Representative; by != nil {
		expires, err := scheduling.ParseDate(by.WakalaExpires)
		if err != nil {
			bad = append(bad, pointerError{"#/representative/wakala_expires", allDates()})
		}
		representative, err := slots.NewRepresentative(by.Name, by.ID, by.Wakala, expires, visitor.Identity)
		bad = append(bad, pointers("#/representative/", err)...)
		booking.Representative = &representative
	}
	if bad != nil {
		return slots.Booking{}, &invalidError{Status: http.StatusUnprocessableEntity, Errors: bad}
	}
	booking.Needs = body.Needs
	return booking, s.becomes(&booking, who)
}

// bookedAnswer renders the answer to a visitor who books, with the manage token.
func (s *Server) bookedAnswer(ctx context.Context) func(slots.Appointment) (stored, error) {
	return func(a slots.Appointment) (stored, error) {
		out := appointmentJSON(centreOf(ctx), a, s.Now())
		out.ManageToken = s.manageToken(a)
		return bookedJSON(out)
	}
}

func bookedJSON(a Appointment) (stored, error) {
	answer, err := created(a)
	answer.Location = "/v1/appointments/" + a.Reference
	return answer, err
}

// appointmentJSON returns the appointment at now, in the centre c.
func appointmentJSON(c *centre.Snapshot, a slots.Appointment, now time.Time) Appointment {
	zone := c.Zone(a.Branch)
	out := Appointment{
		Reference: a.Reference.String(), Status: AppointmentStatus(a.Status),
		Service: a.Service, Branch: a.Branch, Start: a.Start.In(zone), End: a.End.In(zone),
		Party: a.Party, Needs: a.Needs, CreatedAt: a.Created.In(zone), Version: a.Version,
		Mobile: masked(a.Mobile), Visitor: a.Visitor.Name,
		Requirements: []Named{}, History: []AppointmentEvent{},
	}
	service, ok := c.Service(a.Service)
	if ok {
		out.Requirements, out.ServiceName = requirementsJSON(service), &service.Name
	}
	if name := c.BranchName(a.Branch); name.Complete() {
		out.BranchName = &name
	}
	out.CancelBefore, out.MoveBefore = a.CancelBefore(service).In(zone), a.MoveBefore(service).In(zone)
	addRequest(&out, a, zone, now)
	for _, e := range a.History {
		event := AppointmentEvent{
			At: e.At.In(zone), Event: string(e.Kind), Start: e.Start.In(zone), CancellationReason: e.CancellationReason,
			EndedLinks: e.EndsLinks,
		}
		if e.Kind == slots.WasDeclined { // other reasons are for staff only
			event.Reason = e.Reason
		}
		out.History = append(out.History, event)
	}
	return out
}

// masked returns a mobile number with all but its last digits hidden; "" for none.
func masked(mobile string) string {
	if mobile == "" {
		return ""
	}
	return notify.Mobile(mobile).Masked()
}

// addRequest adds the state of a request for approval, or of a visit that lost
// its start to a closure, with the start that is proposed.
func addRequest(out *Appointment, a slots.Appointment, zone *time.Location, now time.Time) {
	switch {
	case a.Displaced():
		out.Closed = &AppointmentClosed{Reason: a.Change.Reason}
	case a.Status == slots.Requested:
		answerBy := a.AnswerBy.In(zone)
		out.AnswerBy = &answerBy
	default:
		return
	}
	if p := a.Proposed(now); p != nil {
		out.Proposal = &Proposal{Start: p.Start.In(zone), End: p.End.In(zone), ExpiresAt: p.Expires.In(zone)}
	}
}

// manageToken returns the token that opens a visit.
func (s *Server) manageToken(a slots.Appointment) string {
	return s.Keys.TokenOf(useManage, string(a.Reference), a.LinkGeneration())
}

// owned returns the visit whose bearer token the request has. It
// returns errNoToken, or fault.ErrNotFound for a wrong token, one that was ended, and an
// unknown reference, so that no caller learns which references exist. A wrong token is
// refused before anything is read.
func (s *Server) owned(ctx context.Context, reference string) (slots.Appointment, error) {
	token := metaOf(ctx).bearer
	if token == "" {
		return slots.Appointment{}, errNoToken
	}
	r, err := slots.ParseReference(reference)
	if err != nil {
		return slots.Appointment{}, fault.ErrNotFound
	}
	generation, ok := s.Keys.Generation(useManage, string(r), token)
	if !ok {
		return slots.Appointment{}, fault.ErrNotFound
	}
	a, err := bookerOf(ctx).Find(ctx, r)
	if err == nil && a.LinkGeneration() != generation {
		err = fault.ErrNotFound
	}
	return a, err
}

// GetAppointment shows an appointment.
func (s *Server) GetAppointment(ctx context.Context, r GetAppointmentRequestObject) (GetAppointmentResponseObject, error) {
	a, err := s.visible(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	return taggedVisit(s.appointmentFor(ctx, a), r.Params.IfNoneMatch)
}

// visible returns an appointment to staff whose roles reach it, or to the visitor
// who has its token. It returns the errors of concerned or of owned.
func (s *Server) visible(ctx context.Context, reference string) (slots.Appointment, error) {
	if metaOf(ctx).staff != nil {
		a, _, err := s.concerned(ctx, reference)
		if err == nil {
			sawVisit(ctx, a)
		}
		return a, err
	}
	return s.owned(ctx, reference)
}

// byVisitor changes an appointment for the visitor whose token the request bears.
func (s *Server) byVisitor(ctx context.Context, reference string,
	change func(context.Context, slots.Reference, time.Time) (slots.Appointment, error),
) (Appointment, error) {
	a, err := s.owned(ctx, reference)
	if err == nil {
		a, err = change(ctx, a.Reference, s.Now())
	}
	if err != nil {
		return Appointment{}, err
	}
	return appointmentJSON(centreOf(ctx), a, s.Now()), nil
}

// CancelAppointment cancels an appointment.
func (s *Server) CancelAppointment(ctx context.Context, r CancelAppointmentRequestObject) (CancelAppointmentResponseObject, error) {
	a, err := s.byVisitor(ctx, r.Reference, func(ctx context.Context, of slots.Reference, now time.Time) (slots.Appointment, error) {
		return bookerOf(ctx).Cancel(ctx, of, r.Body.Reason, now)
	})
	if err != nil {
		return nil, err
	}
	return CancelAppointment200JSONResponse(a), nil
}

// MoveAppointment moves an appointment to another start.
func (s *Server) MoveAppointment(ctx context.Context, r MoveAppointmentRequestObject) (MoveAppointmentResponseObject, error) {
	a, err := s.byVisitor(ctx, r.Reference, func(ctx context.Context, of slots.Reference, now time.Time) (slots.Appointment, error) {
		return bookerOf(ctx).Move(ctx, of, r.Body.Start, now)
	})
	if err != nil {
		return nil, err
	}
	return MoveAppointment200JSONResponse(a), nil
}

// AcceptProposal books a requested visit at the proposed start.
func (s *Server) AcceptProposal(ctx context.Context, r AcceptProposalRequestObject) (AcceptProposalResponseObject, error) {
	a, err := s.byVisitor(ctx, r.Reference, bookerOf(ctx).Accept)
	if err != nil {
		return nil, err
	}
	return AcceptProposal200JSONResponse(a), nil
}

// DeclineProposal declines the proposed start and frees its place.
func (s *Server) DeclineProposal(ctx context.Context, r DeclineProposalRequestObject) (DeclineProposalResponseObject, error) {
	a, err := s.byVisitor(ctx, r.Reference, bookerOf(ctx).Refuse)
	if err != nil {
		return nil, err
	}
	return DeclineProposal200JSONResponse(a), nil
}
