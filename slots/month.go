package slots

import (
	"context"
	"time"

	"ziyara/scheduling"
)

// DayState says what a date has for a visitor.
type DayState string

// The states of a date. All but DayFree have no start that can be booked now.
const (
	DayFree    DayState = "free"     // at least one start can be booked
	DayFull    DayState = "full"     // every start within reach is taken or kept for others
	DayClosed  DayState = "closed"   // not open long enough for the visit
	DayHoliday DayState = "holiday"  // closed by a holiday
	DayTooSoon DayState = "too_soon" // past, or the notice is longer
	DayTooLate DayState = "too_late" // behind the horizon
)

// DayOffer is what a date has for a visitor.
type DayOffer struct {
	Date    scheduling.Date
	State   DayState
	Starts  int             // starts that can be booked; more than 0 only in DayFree
	Holiday scheduling.Text // its name, in DayHoliday
}

// Days returns what each date of the query has, in their order. A date is free
// when a search of it alone finds a start, and then Starts is how many it
// finds. It costs one read, or none, and returns the errors of Search.
func (b *Booker) Days(ctx context.Context, q Query, now time.Time) (days []DayOffer, err error) {
	err = b.fresh(ctx, func() error {
		days, err = b.days(ctx, q, now)
		return err
	})
	return days, err
}

func (b *Booker) days(ctx context.Context, q Query, now time.Time) ([]DayOffer, error) {
	group, visit, err := b.asked(q)
	if err != nil {
		return nil, err
	}
	found, _, err := b.search(ctx, group, visit, q.From, q.To, now)
	if err != nil {
		return nil, err
	}
	visit = visit.Counted(group.Calendar, now)
	days := make([]DayOffer, 0, q.To-q.From+1)
	for date := q.From; date <= q.To; date++ {
		if len(found) > 0 && found[0].Date == date {
			days = append(days, DayOffer{Date: date, State: DayFree, Starts: len(found[0].Slots)})
			found = found[1:]
			continue
		}
		days = append(days, visit.nothing(group.Calendar, date, now))
	}
	return days, nil
}

// nothing says why a counted visit finds no free start on the date.
func (v Visit) nothing(c *scheduling.Calendar, date scheduling.Date, now time.Time) DayOffer {
	offer := DayOffer{Date: date, State: DayClosed}
	if name, ok := c.HolidayOn(date); ok {
		offer.State, offer.Holiday = DayHoliday, name
		return offer
	}
	day := v.sees(c.Day(date))
	for _, o := range day.Openings {
		for first := o.From; first+v.length() <= o.To; first++ {
			start := first + v.Before
			if !v.offered(day, start) || !v.receivedAt(day, start) {
				continue
			}
			switch v.reach(date, day.At(start), now) {
			case RuleNotice:
				offer.State = DayTooSoon
			case "":
				offer.State = DayFull
				return offer
			default:
				offer.State = DayTooLate // it will be in reach one day
			}
		}
	}
	return offer
}

// receivedAt reports whether the day, as the visit sees it, is open from the
// tick start for as long as the visit takes.
func (v Visit) receivedAt(day scheduling.Day, start int) bool {
	for tick := start - v.Before; tick < start+v.Duration+v.After; tick++ {
		if v.closed(day, tick) {
			return false
		}
	}
	return true
}
