package api

import (
	"context"
	"strings"
	"unicode"

	"ziyara/access"
	"ziyara/centre"
	"ziyara/notify"
	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/texts"
)

const (
	listDays    = 92 // most dates of a list of visits
	nameDays    = 31 // most dates of a search by name
	defaultList = 30 // days from the first date to the last, if the request names no last one
)

// ListAppointments shows staff a page of the visits that they may see.
func (s *Server) ListAppointments(ctx context.Context, r ListAppointmentsRequestObject) (ListAppointmentsResponseObject, error) {
	q, err := s.visitQuery(ctx, &r.Params)
	if err != nil {
		return nil, err
	}
	limit := q.Limit
	q.Limit++
	visits, err := s.visits(ctx, q)
	if err != nil {
		return nil, err
	}
	out := ListAppointments200JSONResponse{Appointments: []AppointmentEntry{}}
	visits, out.NextCursor = paged(visits, limit, func(a slots.Appointment) string { return cursorAfter(a.Start, a.ID) })
	for _, a := range visits {
		sawVisit(ctx, a)
		out.Appointments = append(out.Appointments, rowJSON(centreOf(ctx), a))
	}
	return out, nil
}

// visits reads a page. Letters that could be either a reference or a name are
// taken as a name if no visit has the reference.
func (s *Server) visits(ctx context.Context, q slots.VisitQuery) ([]slots.Appointment, error) {
	names := q.Name
	if q.Of != nil {
		q.Name = nil
	}
	visits, err := s.Visits(ctx, q)
	if err != nil || len(visits) > 0 || q.Of == nil || len(names) == 0 {
		return visits, err
	}
	q.Of, q.Name = nil, names
	return s.Visits(ctx, q)
}

func rowJSON(c *centre.Snapshot, a slots.Appointment) AppointmentEntry {
	zone := c.Zone(a.Branch)
	out := AppointmentEntry{
		Reference: a.Reference.String(), Status: AppointmentStatus(a.Status), Department: departmentIn(c, a.Service),
		Service: a.Service, Branch: a.Branch, Start: a.Start.In(zone), End: a.End.In(zone), Party: a.Party,
		Needs: a.Needs, Channel: a.Channel, Visitor: a.Visitor.Name, ID: a.Visitor.Identity.Masked(), Mobile: masked(a.Mobile),
		CreatedAt: a.Created.In(zone), Version: a.Version,
	}
	if a.Representative != nil {
		out.Representative = a.Representative.Name
	}
	if !a.AnswerBy.IsZero() {
		answerBy := a.AnswerBy.In(zone)
		out.AnswerBy = &answerBy
	}
	return out
}

// visitQuery reads the request for a list, limited to what the caller may see.
func (s *Server) visitQuery(ctx context.Context, p *ListAppointmentsParams) (q slots.VisitQuery, err error) {
	if q.Departments, q.Branches, err = within(ctx); err != nil {
		return q, err
	}
	if err = s.mayList(ctx, p); err != nil {
		return q, err
	}
	q.Department, q.Branch, q.Service = p.Department, p.Branch, p.Service
	q.Channel, q.Limit = p.Channel, limitOf(p.Limit)
	if p.Status != nil {
		q.Status = slots.Status(*p.Status)
	}
	if q.After.Start, q.After.ID, err = openCursor(p.Cursor); err != nil {
		return q, err
	}
	if p.Q != "" {
		if q.Of, q.Name, err = s.soughtBy(p.Q); err != nil {
			return q, err
		}
		sought(ctx, termsOf(q)...)
	}
	q.From, q.To, err = s.listed(ctx, p, q.Of != nil && len(q.Name) == 0, len(q.Name) > 0)
	return q, err
}

// mayList returns access.ErrForbidden for a department, branch or service in
// which the caller may see nothing.
func (s *Server) mayList(ctx context.Context, p *ListAppointmentsParams) error {
	department := p.Department
	if department == "" && p.Service != "" {
		department = departmentOf(ctx, p.Service)
	}
	grant, err := grantOf(ctx)
	if err != nil || grant.Touches(department, p.Branch) || p.Department+p.Service+p.Branch == "" {
		return err
	}
	return access.ErrForbidden
}

// listed reads the dates of a list, both included. Without dates the list begins
// today; with anyDate, for the visits of one visitor, it covers all dates.
func (s *Server) listed(ctx context.Context, p *ListAppointmentsParams, anyDate, byName bool) (from, to scheduling.Date, err error) {
	if p.Date != "" {
		if p.From != "" || p.To != "" {
			return 0, 0, invalid("?date", flaw{FieldErrorCodeNotTogether, texts.Staff("invalid.date_alone")})
		}
		from, err = date("?date", p.Date)
		return from, from, err
	}
	if from, err = dateOr("?from", p.From, 0); err != nil {
		return 0, 0, err
	}
	if to, err = dateOr("?to", p.To, 0); err != nil {
		return 0, 0, err
	}
	if anyDate {
		if from > 0 && to > 0 && to < from {
			return 0, 0, wrongRange(listDays)
		}
		return from, to, nil
	}
	if from == 0 {
		from = scheduling.DateOf(s.Now(), centreOf(ctx).Zone(p.Branch))
	}
	if to == 0 {
		to = from + defaultList
	}
	most := listDays
	if byName {
		most = nameDays
	}
	if to < from || int(to-from) >= most {
		return 0, 0, wrongRange(most)
	}
	return from, to, nil
}

func wrongRange(most int) error {
	return invalid("?to", flaw{FieldErrorCodeOutOfRange, texts.Staff("invalid.range", "Days", most)})
}

// termsOf returns the kinds of terms of a search.
func termsOf(q slots.VisitQuery) (kinds []string) {
	add := func(kind string, is bool) {
		if is {
			kinds = append(kinds, kind)
		}
	}
	if q.Of != nil {
		add("reference", q.Of.Reference != "")
		add("mobile", q.Of.Mobile != "")
		add("identity", q.Of.Identity != slots.Identity{})
	}
	add("name", len(q.Name) > 0)
	return kinds
}

// soughtBy reads a search term: the owner of visits (by reference, mobile or
// identity number), or words of a name; both for letters that could be either.
func (s *Server) soughtBy(q string) (*slots.VisitOwner, []string, error) {
	var of slots.VisitOwner
	if r, err := slots.ParseReference(q); err == nil {
		of.Reference = r
	}
	if mobile, err := notify.ParseMobile(q); err == nil {
		of.Mobile = string(mobile)
	}
	if id, err := slots.ParseIdentity(q); err == nil {
		of.Identity, of.Representative = id, id.Number
	}
	words := slots.NameWords(q)
	found := of != slots.VisitOwner{}
	switch {
	case found && strings.ContainsFunc(q, unicode.IsDigit):
		return &of, nil, nil
	case found:
		return &of, words, nil
	case len([]rune(strings.Join(words, ""))) < 2 || !strings.ContainsFunc(q, unicode.IsLetter):
		return nil, nil, invalid("?q", flaw{FieldErrorCodeSearch, texts.Staff("invalid.search")})
	}
	return nil, words, nil
}
