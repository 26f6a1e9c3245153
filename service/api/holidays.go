package api

import (
	"context"
	"errors"
	"slices"
	"strings"

	"ziyara/access"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/scheduling/ical"
	"ziyara/texts"
)

const (
	// holidayYears is how far ahead the dates of holidays are shown.
	holidayYears = 2
	daysOfYear   = 366
)

// GetHolidays shows the list of holidays that desk groups share.
func (s *Server) GetHolidays(ctx context.Context, _ GetHolidaysRequestObject) (GetHolidaysResponseObject, error) {
	if metaOf(ctx).staff == nil {
		return nil, access.ErrSignIn
	}
	list, err := s.Calendars.FindHolidays(ctx)
	if err != nil {
		return nil, err
	}
	out, err := s.holidaysJSON(ctx, list, nil)
	return GetHolidays200JSONResponse{Body: out, Headers: GetHolidays200ResponseHeaders{ETag: versionTag(list.Version)}}, err
}

// SetHolidays replaces the list.
func (s *Server) SetHolidays(ctx context.Context, r SetHolidaysRequestObject) (SetHolidaysResponseObject, error) {
	out, tag, err := s.editHolidays(ctx, r.Params.IfMatch, "holidays.changed", func(scheduling.HolidayList) (scheduling.HolidayList, error) {
		return *r.Body, r.Body.CheckNames()
	})
	return SetHolidays200JSONResponse{Body: out, Headers: SetHolidays200ResponseHeaders{ETag: tag}}, err
}

// AnnounceHoliday gives a holiday the dates that were announced for a year.
func (s *Server) AnnounceHoliday(ctx context.Context, r AnnounceHolidayRequestObject) (AnnounceHolidayResponseObject, error) {
	announced := scheduling.Announced{Year: r.Year, From: r.Body.From, Until: r.Body.Until}
	announce := func(l scheduling.HolidayList) (scheduling.HolidayList, error) {
		return announcedIn(l, r.Slug, announced)
	}
	out, tag, err := s.editHolidays(ctx, r.Params.IfMatch, "holiday.announced", announce)
	return AnnounceHoliday200JSONResponse{Body: out, Headers: AnnounceHoliday200ResponseHeaders{ETag: tag}}, err
}

// announcedIn returns the list with the dates of a holiday (slug) for a year. It
// returns a *scheduling.PlanError, or fault.ErrNotFound for an unknown holiday.
func announcedIn(l scheduling.HolidayList, slug string, a scheduling.Announced) (scheduling.HolidayList, error) {
	if a.Until < a.From {
		return l, &scheduling.PlanError{Pointer: "/until", Err: scheduling.ErrRange}
	}
	l, err := l.Announced(slug, a)
	if errors.Is(err, scheduling.ErrEntry) {
		err = fault.ErrNotFound
	}
	return l, err
}

// ImportHolidays imports the holidays of a calendar file.
func (s *Server) ImportHolidays(ctx context.Context, r ImportHolidaysRequestObject) (ImportHolidaysResponseObject, error) {
	zone := centreOf(ctx).Zone("")
	from, err := dateOr("#/from", r.Body.From, scheduling.DateOf(s.Now(), zone))
	if err != nil {
		return nil, err
	}
	to, err := dateOr("#/to", r.Body.To, from+holidayYears*daysOfYear)
	if err != nil {
		return nil, err
	}
	edition, err := editedHolidays(ctx, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	holidays, problems, err := ical.ReadHolidays(strings.NewReader(r.Body.Calendar), zone.String(), from, to)
	if err != nil {
		return nil, unreadable(err)
	}
	var leftOut []HolidayLeftOut
	for _, p := range problems {
		leftOut = append(leftOut, HolidayLeftOut{Line: p.Line, Name: p.Name, Text: p.Text})
	}
	var unused []scheduling.Unused
	entry := s.entry(ctx, "holidays.imported", "", "", "")
	list, err := s.Calendars.EditHolidays(ctx, edition, entry, func(l scheduling.HolidayList) (scheduling.HolidayList, error) {
		after, left, err := l.With(holidays)
		unused = left
		return after, err
	})
	if err != nil {
		return nil, err
	}
	for _, u := range unused {
		leftOut = append(leftOut, HolidayLeftOut{Name: u.Name, Text: u.Why})
	}
	s.refresh(ctx)
	out, err := s.holidaysJSON(ctx, list, leftOut)
	return ImportHolidays200JSONResponse{Body: out, Headers: ImportHolidays200ResponseHeaders{ETag: versionTag(list.Version)}}, err
}

// UndoHolidays undoes the last change of the list.
func (s *Server) UndoHolidays(ctx context.Context, r UndoHolidaysRequestObject) (UndoHolidaysResponseObject, error) {
	from, err := editedHolidays(ctx, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	list, err := s.Calendars.UndoHolidays(ctx, from, s.entry(ctx, "holidays.undone", "", "", ""))
	if err != nil {
		return nil, err
	}
	s.refresh(ctx)
	out, err := s.holidaysJSON(ctx, list, nil)
	return UndoHolidays200JSONResponse{Body: out, Headers: UndoHolidays200ResponseHeaders{ETag: versionTag(list.Version)}}, err
}

// editHolidays changes the list, if the caller may, and returns it with its tag.
func (s *Server) editHolidays(ctx context.Context, ifMatch, action string,
	decide func(scheduling.HolidayList) (scheduling.HolidayList, error),
) (HolidayList, string, error) {
	from, err := editedHolidays(ctx, ifMatch)
	if err != nil {
		return HolidayList{}, "", err
	}
	list, err := s.Calendars.EditHolidays(ctx, from, s.entry(ctx, action, "", "", ""), decide)
	if err != nil {
		return HolidayList{}, "", err
	}
	s.refresh(ctx)
	out, err := s.holidaysJSON(ctx, list, nil)
	return out, versionTag(list.Version), err
}

// editedHolidays returns the versions of the list that the request may change, if
// the caller may: the list concerns all departments.
func editedHolidays(ctx context.Context, ifMatch string) (centre.Versions, error) {
	if _, err := permit(ctx, "", ""); err != nil {
		return nil, err
	}
	return versions(ifMatch)
}

// unreadable returns the error for a calendar file that could not be read.
func unreadable(err error) error {
	detail := flaw{FieldErrorCodeFormat, texts.Staff("calendar_file.form")}
	switch {
	case errors.Is(err, ical.ErrMany), errors.Is(err, ical.ErrLarge):
		detail = flaw{FieldErrorCodeTooLarge, texts.Staff("calendar_file.large")}
	case errors.Is(err, ical.ErrVersion):
		detail = flaw{FieldErrorCodeFormat, texts.Staff("calendar_file.version")}
	case errors.Is(err, ical.ErrWindow):
		return invalid("#/to", flaw{FieldErrorCodeOutOfRange, texts.Staff("calendar_file.window")})
	}
	return invalid("#/calendar", detail)
}

func (s *Server) holidaysJSON(ctx context.Context, list centre.HolidayList, leftOut []HolidayLeftOut) (HolidayList, error) {
	compiled, err := scheduling.CompileHolidays(list.HolidayList)
	if err != nil {
		return HolidayList{}, err
	}
	out := HolidayList{
		List: list.Slug, Version: list.Version, Holidays: append([]HolidayRule{}, list.Holidays...),
		Dates: []HolidayDates{}, LeftOut: append([]HolidayLeftOut{}, leftOut...),
	}
	if list.Bridge != (scheduling.Text{}) {
		out.Bridge = &list.Bridge
	}
	today := scheduling.DateOf(s.Now(), centreOf(ctx).Zone(""))
	for h := range compiled.Between(today, today+holidayYears*daysOfYear) {
		out.Dates = append(out.Dates, HolidayDates{
			Slug: h.Slug, Name: h.Name, From: h.From.String(), Until: h.Until.String(), Provisional: h.Provisional,
		})
	}
	slices.SortStableFunc(out.Dates, func(a, b HolidayDates) int { return strings.Compare(a.From, b.From) })
	return out, nil
}
