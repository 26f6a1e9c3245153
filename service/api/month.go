package api

import (
	"context"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/texts"
)

// monthLayout is the form of a month in the contract.
const monthLayout = "2006-01"

// ListDays shows how many starts each date of a month has, or why it has none.
func (s *Server) ListDays(ctx context.Context, r ListDaysRequestObject) (ListDaysResponseObject, error) {
	channel, err := channelToSee(ctx, r.Params.Channel)
	if err != nil {
		return nil, err
	}
	q := slots.Query{
		Service: r.Service, Branch: r.Params.Branch, Party: max(1, r.Params.Party), Channel: channel, Needs: needsIn(r.Params.Needs),
	}
	if r.Params.Month != "" {
		if q.From, q.To, err = month(r.Params.Month); err != nil {
			return nil, err
		}
	}
	found, err := bookerOf(ctx).Overview(ctx, q, s.Now())
	if err != nil {
		return nil, inQuery(err)
	}
	out := Month{
		Service: found.Service, Branch: found.Branch, Zone: found.Zone.String(), Party: found.Party, Needs: found.Needs,
		Month: found.From.Time().Format(monthLayout), HijriMonth: hijriMonths(found.From, found.To),
		Days: make([]MonthDay, 0, len(found.Days)),
	}
	for _, d := range found.Days {
		day := MonthDay{Date: d.Date.String(), Hijri: hijri(d.Date), State: string(d.State), Starts: len(d.Slots)}
		if d.State == slots.DayHoliday {
			name := d.Holiday
			day.Holiday = &name
		}
		if d.Pause != nil {
			told := pauseJSON(*d.Pause)
			day.Pause = &told
		}
		out.Days = append(out.Days, day)
	}
	return taggedJSON(out, r.Params.IfNoneMatch)
}

// month returns the first and the last date of a month written YYYY-MM, in Latin
// or Arabic-Indic digits. All its dates must have Hijri dates.
func month(written string) (first, last scheduling.Date, err error) {
	begin, err := time.Parse(monthLayout, written)
	if err != nil {
		return 0, 0, invalid("?month", flaw{FieldErrorCodeFormat, texts.Visitors("invalid.month")})
	}
	first = scheduling.NewDate(begin.Year(), begin.Month(), 1)
	last = scheduling.NewDate(begin.Year(), begin.Month()+1, 0)
	if scheduling.HijriOf(first).IsZero() || scheduling.HijriOf(last).IsZero() {
		return 0, 0, invalid("?month", monthRange())
	}
	return first, last, nil
}

// monthRange says which months can be asked for: those whose dates all have
// Hijri dates.
func monthRange() flaw {
	first, last := scheduling.HijriSpan()
	from, to := (first-1).Time().AddDate(0, 1, 0), (last+1).Time().AddDate(0, -1, 0)
	return flaw{FieldErrorCodeOutOfRange, texts.Visitors("invalid.month_range",
		"FirstMonth", texts.Month(from.Month()), "FirstYear", from.Year(), "LastMonth", texts.Month(to.Month()), "LastYear", to.Year())}
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
