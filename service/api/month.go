package api

import (
	"context"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/texts"
)

// monthLayout is a month as the contract writes it.
const monthLayout = "2006-01"

// ListDays shows what each date of a month has.
func (s *Server) ListDays(ctx context.Context, r ListDaysRequestObject) (ListDaysResponseObject, error) {
	now := s.Now()
	channel, err := channelToSee(ctx, r.Params.Channel)
	if err != nil {
		return nil, err
	}
	service, group, err := s.Centre().Desk(r.Service, r.Params.Branch)
	if err != nil {
		return nil, err
	}
	zone := group.Calendar.Zone()
	first, last, err := month(r.Params.Month, now.In(zone))
	if err != nil {
		return nil, err
	}
	needs, err := needsOf(service, r.Params.Needs)
	if err != nil {
		return nil, err
	}
	party := max(1, r.Params.Party)
	days, err := s.Booker.Days(ctx, slots.Query{
		Service: r.Service, Branch: r.Params.Branch, From: first, To: last, Party: party, Channel: channel, Needs: needs,
	}, now)
	if err != nil {
		return nil, err
	}
	out := Month{
		Service: r.Service, Branch: r.Params.Branch, Zone: zone.String(), Party: party, Needs: needs,
		Month: first.Time().Format(monthLayout), HijriMonth: hijriMonths(first, last),
		Days: make([]MonthDay, 0, len(days)),
	}
	for _, d := range days {
		day := MonthDay{Date: d.Date.String(), Hijri: hijri(d.Date), State: string(d.State), Starts: d.Starts}
		if d.State == slots.DayHoliday {
			name := d.Holiday
			day.Holiday = &name
		}
		out.Days = append(out.Days, day)
	}
	return taggedJSON(out, r.Params.IfNoneMatch)
}

// month returns the first and the last date of a month written YYYY-MM, in
// digits of either kind; of the month of now without one. All of it has to
// have Hijri dates.
func month(written string, now time.Time) (first, last scheduling.Date, err error) {
	begin := now
	if written != "" {
		if begin, err = time.Parse(monthLayout, catalog.LatinDigits(written)); err != nil {
			return 0, 0, invalid("?month", texts.Visitors("invalid.month"))
		}
	}
	first = scheduling.NewDate(begin.Year(), begin.Month(), 1)
	last = scheduling.NewDate(begin.Year(), begin.Month()+1, 0)
	if scheduling.HijriOf(first).IsZero() || scheduling.HijriOf(last).IsZero() {
		return 0, 0, invalid("?month", texts.Visitors("invalid.month_range"))
	}
	return first, last, nil
}

// hijriMonths names the months of the Umm al-Qura calendar that the dates
// first to last fall into.
func hijriMonths(first, last scheduling.Date) catalog.Text {
	a, b := scheduling.HijriOf(first), scheduling.HijriOf(last)
	from, to := a.MonthName(), b.MonthName()
	switch {
	case a.Year != b.Year:
		return texts.Visitors("hijri.years", "From", from, "FromYear", a.Year, "To", to, "ToYear", b.Year)
	case a.Month != b.Month:
		return texts.Visitors("hijri.months", "From", from, "To", to, "Year", a.Year)
	}
	return texts.Visitors("hijri.month", "Month", from, "Year", a.Year)
}
