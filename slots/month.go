package slots

import (
	"context"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// DayState is the availability of a date for a visitor.
type DayState string

// The states of a date. All but DayFree have no start that can be booked now.
const (
	DayFree    DayState = "free"     // at least one start can be booked
	DayFull    DayState = "full"     // every start within reach is taken or kept for others
	DayClosed  DayState = "closed"   // not open long enough for the visit
	DayHoliday DayState = "holiday"  // closed by a holiday
	DayTooSoon DayState = "too_soon" // past, or the notice is longer
	DayTooLate DayState = "too_late" // past the horizon
	DayPaused  DayState = "paused"   // nobody is received for a while, or any more
)

// DayOffer is the availability of a date for a visitor.
type DayOffer struct {
	Date    scheduling.Date
	State   DayState
	Slots   []Slot          // that can be booked, ascending; some only in DayFree
	Holiday scheduling.Text // its name, in DayHoliday
	Pause   *catalog.Pause  // of a date without slots; without an end for a retirement
}

// Overview is the availability of each date of a query, from one snapshot of the
// centre.
type Overview struct {
	Query // with its dates
	Zone  *time.Location
	Days  []DayOffer // each date, ascending
	// Version is that of the snapshot, and Stamp that of the ledger when it was
	// read; 0 when it was not.
	Version, Stamp int64
}

// Overview returns the availability of each date of the query. A date is free when
// a search of it alone finds starts, which are its Slots. It costs one read,
// or none, and returns the errors of Search.
func (b *Booker) Overview(ctx context.Context, q Query, now time.Time) (Overview, error) {
	o, _, err := b.OverviewUnless(ctx, q, func(_, _ int64) bool { return false }, now)
	return o, err
}

// OverviewUnless is Overview for a caller who keeps answers, as SearchUnless is Search.
func (b *Booker) OverviewUnless(
	ctx context.Context, q Query, known func(version, stamp int64) bool, now time.Time,
) (o Overview, ok bool, err error) {
	ok, err = b.unless(ctx, q, month, known, now, func(s search) error {
		found, stamp, err := b.find(ctx, s, now)
		if err != nil {
			return err
		}
		o = Overview{
			Query: s.Query, Zone: s.group.Calendar.Zone(), Days: s.overview(found, now), Version: b.centre.Version, Stamp: stamp,
		}
		return nil
	})
	return o, ok, err
}

// month returns the dates of an overview.
func month(q Query, today scheduling.Date) (from, to scheduling.Date) {
	if q.From != 0 || q.To != 0 {
		return q.From, q.To
	}
	day := today.Time()
	return scheduling.NewDate(day.Year(), day.Month(), 1), scheduling.NewDate(day.Year(), day.Month()+1, 0)
}

// overview returns for each date the number of slots found, or why there are none.
func (s search) overview(found []DaySlots, now time.Time) []DayOffer {
	days := make([]DayOffer, 0, s.To-s.From+1)
	for date := s.From; date <= s.To; date++ {
		if len(found) > 0 && found[0].Date == date {
			days = append(days, DayOffer{Date: date, State: DayFree, Slots: found[0].Slots})
			found = found[1:]
			continue
		}
		days = append(days, s.shape.nothing(s.group.Calendar, date, now))
	}
	return days
}

// nothing says why a counted visit finds no free start on the date.
func (v Shape) nothing(c *scheduling.Calendar, date scheduling.Date, now time.Time) DayOffer {
	offer := DayOffer{Date: date, State: DayClosed}
	if name, ok := c.HolidayOn(date); ok {
		offer.State, offer.Holiday = DayHoliday, name
		return offer
	}
	offer.Pause = v.paused(date)
	day := v.sees(c.Day(date))
	for _, o := range day.Openings {
		for first := o.From; first+v.length() <= o.To; first++ {
			start := first + v.Before
			if !v.offered(day, start) || !v.receivedAt(day, start) {
				continue
			}
			if offer.Pause != nil {
				offer.State = DayPaused
				return offer
			}
			switch v.reach(date, day.At(start), now) {
			case RuleNotice:
				offer.State = DayTooSoon
			case "":
				offer.State = DayFull
				return offer
			default:
				offer.State = DayTooLate // it will come into reach later
			}
		}
	}
	return offer
}

// receivedAt reports whether the day, as the visit sees it, is open from the
// tick start for as long as the visit takes.
func (v Shape) receivedAt(day scheduling.Day, start int) bool {
	for tick := start - v.Before; tick < start+v.Duration+v.After; tick++ {
		if v.closed(day, tick) {
			return false
		}
	}
	return true
}
