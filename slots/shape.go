package slots

import (
	"math"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
)

// Shape is the form of a visit for which a slot is sought: how long it is, when
// it may start, how many places it takes. Lengths are in ticks of
// scheduling.Tick.
type Shape struct {
	Duration, Before, After, Step int
	GapStep                       int // 0: only starts on the grid
	Places                        int // taken in each tick
	HoldBack                      int // places of each tick left to others
	Notice, Horizon               time.Duration
	NoticeDays, HorizonDays       int                 // working days of the desk group; 0 for none
	OpensAt                       scheduling.WallTime // when the next date opens each day; 0: Horizon moves on with the clock

	// NotBefore and NotAfter are the first and the last date that NoticeDays,
	// HorizonDays and OpensAt allow, both inclusive; 0 for any. Counted sets them.
	NotBefore, NotAfter scheduling.Date

	// On dates up to WalkInsReleased, WalkIns of the places held back and the
	// places that openings keep for walk-ins are open to every channel.
	// WalkInRelease is the wall time on a date at which that begins; 0 for never.
	WalkIns         int
	WalkInRelease   scheduling.WallTime
	WalkInsReleased scheduling.Date

	// Service and Channel select the places reserved on a day
	// (scheduling.Day.For).
	Service string
	Channel catalog.Channel

	// In the pauses of both no visit starts. Counted sets the desk group.
	service *catalog.Service
	group   *centre.DeskGroup
}

// ShapeOf returns the shape of a visit of a party to service s, booked over
// channel c, as long as the needs (slugs) require. Protected places need no
// notice. It returns ErrUnknownChannel, a *RuleError of RulePartyLimit for a
// party outside 1 to s.PartyLimit, and a *VisitorError for needs that the
// service does not know.
func ShapeOf(s *catalog.Service, party int, c catalog.Channel, needs ...string) (Shape, error) {
	if !c.Known() { // it would leave no place to any channel
		return Shape{}, ErrUnknownChannel
	}
	if err := partyAllowed(s, party); err != nil {
		return Shape{}, err
	}
	if err := knownNeeds(s, needs); err != nil {
		return Shape{}, err
	}
	v := Shape{
		Duration: ticks(s.Duration + s.Extra(needs)),
		Before:   ticks(s.Before),
		After:    ticks(s.After),
		Step:     ticks(s.Step),
		GapStep:  ticks(s.GapStep),
		Places:   s.Places(party),
		HoldBack: s.HoldBack[c],
		Notice:   s.Notice,
		Horizon:  s.Horizon,
		Service:  s.Slug,
		Channel:  c,
		service:  s,

		NoticeDays:  s.NoticeWorkingDays,
		HorizonDays: s.HorizonWorkingDays,
		OpensAt:     scheduling.WallTime(s.OpensAt / time.Minute),
	}
	if c == catalog.Protected { // urgent cases do not wait
		v.Notice, v.NoticeDays = 0, 0
	}
	if c == catalog.WalkIn { // visitors who are there take what is free from now on
		v.Notice, v.NoticeDays, v.Step, v.GapStep = 0, 0, 1, 0
	}
	if s.WalkInReleaseMinutes > 0 {
		v.WalkInRelease = scheduling.Clock(0, s.WalkInReleaseMinutes)
		v.WalkIns = forWalkIns(s.HoldBack[c], s.HoldBack[catalog.Agent], s.HoldBack[catalog.WalkIn])
	}
	return v, nil
}

// partyAllowed returns a *RuleError of RulePartyLimit for a party that the service does
// not receive in one visit.
func partyAllowed(s *catalog.Service, party int) error {
	if party < 1 || party > s.PartyLimit {
		return &RuleError{RulePartyLimit}
	}
	return nil
}

// never is later than any date.
const never = scheduling.Date(math.MaxInt32)

// Counted returns the visit with the pauses of the desk group g, and with NotBefore,
// NotAfter and WalkInsReleased set for its calendar at now. If the calendar has too few
// working days for the notice, every date is out of reach; if it has too few for the
// horizon, none is.
func (v Shape) Counted(g *centre.DeskGroup, now time.Time) Shape {
	c := g.Calendar
	v.group = g
	if v.WalkInRelease > 0 {
		v.WalkInsReleased = v.walkInsReleased(c, now)
	}
	if v.NoticeDays == 0 && v.HorizonDays == 0 && v.OpensAt == 0 {
		return v
	}
	today := c.DateOf(now)
	if v.NoticeDays > 0 {
		v.NotBefore = never
		if date, ok := c.AddWorkingDays(today, v.NoticeDays); ok {
			v.NotBefore = date
		}
	}
	v.NotAfter = v.lastDate(c, v.counting(c, now))
	return v
}

// Reach returns the first and the last instant, to the minute, at which the
// notice and the horizon of a shape returned by Counted let a visit start, in the
// calendar c at now. first is after last when nothing is in reach.
func (v Shape) Reach(c *scheduling.Calendar, now time.Time) (first, last time.Time) {
	first = now.Add(v.Notice + time.Minute - 1).Truncate(time.Minute)
	last = v.latest(now).Truncate(time.Minute)
	if v.NotAfter > 0 {
		last = earlier(last, v.endOf(c, v.NotAfter))
	}
	switch {
	case v.NotBefore == never:
		first = last.Add(time.Minute)
	case v.NotBefore > 0 && first.Before(c.Day(v.NotBefore).Start):
		first = c.Day(v.NotBefore).Start
	}
	return first, last
}

// endOf returns the last minute of the date, or the last start by its openings
// if they run past midnight and that is later.
func (v Shape) endOf(c *scheduling.Calendar, date scheduling.Date) time.Time {
	end := c.Day(date + 1).Start.Add(-time.Minute)
	day := v.sees(c.Day(date))
	if n := len(day.Openings); n > 0 {
		if last := day.At(day.Openings[n-1].To - v.Duration - v.After); last.After(end) {
			return last
		}
	}
	return end
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// length is the number of ticks that the visit takes, buffers included.
func (v Shape) length() int { return v.Before + v.Duration + v.After }

func ticks(d time.Duration) int { return int(d / scheduling.Tick) }

// Place is the part of the ledger that a visit takes: Count places in each of
// Ticks ticks from First, buffers included.
type Place struct {
	Branch    int // key of the branch
	DeskGroup int // key of the desk group
	Day       scheduling.Date
	First     int
	Ticks     int
	Count     int
}

// place returns the part of day that v takes when it starts at tick start.
func (v Shape) place(g *centre.DeskGroup, day scheduling.Day, start int) Place {
	return Place{
		Branch:    g.BranchID,
		DeskGroup: g.ID,
		Day:       day.Date,
		First:     start - v.Before,
		Ticks:     v.length(),
		Count:     v.Places,
	}
}

// wanted returns what to ask of the ledger for the place of a visit on a day of
// the desk group g.
func (v Shape) wanted(g *centre.DeskGroup, day scheduling.Day, p Place) Wanted {
	return Wanted{Place: p, HeldBack: v.heldBack(day, p), Calendar: g.Version}
}

// heldBack returns how many places of each tick of p the visit leaves to
// others.
func (v Shape) heldBack(day scheduling.Day, p Place) []int16 {
	day = v.sees(day)
	held := make([]int16, p.Ticks)
	for i := range held {
		tick := p.First + i
		held[i] = int16(v.HoldBack + day.HeldBack(tick) - v.freed(day, tick)) //nolint:gosec // places are few
	}
	return held
}

// sees returns the day as the visit's service and channel see it.
func (v Shape) sees(day scheduling.Day) scheduling.Day { return day.For(v.Service, string(v.Channel)) }

// Check returns nil when the calendar and the service's rules let a visit start
// at start on day; only the ledger knows whether a place is free. Otherwise it
// returns a *PausedError, or a *RuleError with the first rule broken, in the order
// horizon, notice, closed, off the grid. The bounds of notice and horizon are inclusive.
func (v Shape) Check(day scheduling.Day, start time.Time, now time.Time) error {
	if p := v.paused(day.Date); p != nil {
		return &PausedError{*p}
	}
	if rule := v.reach(day.Date, start, now); rule != "" {
		return &RuleError{rule}
	}
	day = v.sees(day)
	since := start.Sub(day.Start)
	tick := floorTicks(since)
	for t := tick - v.Before; t < tick+v.Duration+v.After; t++ {
		if v.closed(day, t) {
			return &RuleError{RuleClosed}
		}
	}
	if since%scheduling.Tick != 0 || !v.offered(day, tick) {
		return &RuleError{RuleOffGrid}
	}
	return nil
}

// closed reports whether a tick of a day that the visit sees has no place for it
// even when none is taken.
func (v Shape) closed(day scheduling.Day, tick int) bool {
	return day.Places(tick) <= day.HeldBack(tick)-v.freedByOpenings(day, tick)
}

// paused returns the pause that covers the date; nil for none.
func (v Shape) paused(date scheduling.Date) *catalog.Pause {
	var all []catalog.Pause
	if v.service != nil {
		all = v.service.Away()
	}
	if v.group != nil {
		all = append(all, v.group.Closed...)
	}
	return catalog.PausedOn(all, date)
}

// reach returns the rule that puts a start by the openings of date out of reach at
// now; "" for none.
func (v Shape) reach(date scheduling.Date, start, now time.Time) Rule {
	switch {
	case start.After(v.latest(now)), v.NotAfter > 0 && date > v.NotAfter:
		return RuleHorizon
	case start.Before(now.Add(v.Notice)), date < v.NotBefore:
		return RuleNotice
	}
	return ""
}

// offered reports whether tick is on the grid of its opening, or can follow a gap:
// a whole number of steps after a multiple of v.GapStep.
func (v Shape) offered(day scheduling.Day, tick int) bool {
	if v.GapStep > 0 && (tick-v.Before)%commonDivisor(v.GapStep, v.Step) == 0 {
		return true
	}
	for _, o := range day.Openings {
		if first := o.From + v.Before; tick >= first && tick < o.To {
			return (tick-first)%v.Step == 0
		}
	}
	return false
}

// commonDivisor returns the greatest common divisor of two positive numbers.
func commonDivisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
