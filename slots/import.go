package slots

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/texts"
)

// ImportHorizon is how far ahead visits of another system can be.
const ImportHorizon = 2 * 366 * wholeDay

// Import is a visit that was booked in another system, and is to be one here. What was
// promised to its visitor is kept as far as there is a place: notice and horizon of the service,
// its approval, pauses of persons and the limit of a mobile are for those who book anew, and
// don't apply; nor do starts that only follow a gap. All else does.
type Import struct {
	ID     string // UUID
	Former string // reference in the other system
	Booking

	Service, Branch string // slugs
	Start           time.Time
	Party           int
	Channel         catalog.Channel // whose places it may take

	// Wanted is its place, and End its end; Placed sets them.
	Wanted Wanted
	End    time.Time
	Limit  int // most visits of one person to the service
}

// Why an import gets no place, besides the errors of a hold and a booking.
var (
	ErrPast     = errors.New("slots: the visit lies in the past")
	ErrTooFar   = errors.New("slots: the visit is too far ahead")
	ErrImported = errors.New("slots: the reference was imported for another visit")
)

// ImportClosedError is RuleClosed with what the calendar says of the date.
type ImportClosedError struct{ Why texts.Text }

// Error says that it is closed.
func (e *ImportClosedError) Error() string { return "slots: closed: " + e.Why.EN }

// Unwrap returns a *RuleError of RuleClosed.
func (e *ImportClosedError) Unwrap() error { return &RuleError{RuleClosed} }

// Importing places the visits of another system, of one snapshot of the centre. It remembers
// days, and is for one goroutine.
type Importing struct {
	Centre *centre.Snapshot
	Now    time.Time

	shapes map[importShape]Shape
	days   map[groupDate]scheduling.Day
	why    map[groupDate]texts.Text
}

type importShape struct {
	service, branch string
	party           int
	channel         catalog.Channel
}

type groupDate struct {
	group int
	date  scheduling.Date
}

// Placed returns the visit with its place, as the calendar and the rules of the service allow
// it; only the ledger knows whether that is free. It returns ErrPast, ErrTooFar, an *ImportClosedError, a
// *PausedError, a *RuleError, a *VisitorError, or the errors of centre.Snapshot.Desk.
func (p *Importing) Placed(v Import) (Import, error) {
	service, group, err := p.Centre.Desk(v.Service, v.Branch)
	if err != nil {
		return v, err
	}
	shape, err := p.shape(service, group, v)
	if err != nil {
		return v, err
	}
	v.Start = v.Start.UTC()
	day, err := p.dayOf(group, shape, v.Start)
	if rule, ok := errors.AsType[*RuleError](err); ok && rule.Rule == RuleNotice {
		return v, ErrPast
	} else if ok && rule.Rule == RuleHorizon {
		return v, ErrTooFar
	} else if ok && rule.Rule == RuleClosed {
		return v, &ImportClosedError{p.explained(group, group.Calendar.DateOf(v.Start))}
	}
	if err != nil {
		return v, err
	}
	if err = v.Representative.MayActOn(day.Date); err != nil {
		return v, err
	}
	v.Wanted = shape.wanted(group, day, shape.place(group, day, int(v.Start.Sub(day.Start)/scheduling.Tick)))
	v.End = v.Start.Add(time.Duration(shape.Duration) * scheduling.Tick)
	v.Limit = service.ActiveLimit
	return v, nil
}

// explained returns what the calendar of a desk group says of a date.
func (p *Importing) explained(group *centre.DeskGroup, date scheduling.Date) texts.Text {
	key := groupDate{group.ID, date}
	why, ok := p.why[key]
	if !ok {
		if p.why == nil {
			p.why = make(map[groupDate]texts.Text)
		}
		why = group.Calendar.Explain(date).Summary
		p.why[key] = why
	}
	return why
}

// Unopened returns the ledger day of a place that has none yet.
func (p *Importing) Unopened(at Place) Occupied {
	group, ok := p.Centre.Group(at.DeskGroup)
	if !ok {
		return Occupied{}
	}
	day := remembering{group.Calendar, p, group.ID}.Day(at.Day)
	return Occupied{First: day.First, Open: day.Open, Used: make([]int16, len(day.Open)), Calendar: group.Version}
}

// shape returns the form of the visit, which most visits share.
func (p *Importing) shape(service *catalog.Service, group *centre.DeskGroup, v Import) (Shape, error) {
	key := importShape{v.Service, v.Branch, v.Party, v.Channel}
	if known, ok := p.shapes[key]; ok && len(v.Needs) == 0 {
		return known, nil
	}
	shape, err := ShapeOf(service, v.Party, v.Channel, v.Needs...)
	if err != nil {
		return shape, err
	}
	shape.Notice, shape.NoticeDays, shape.Horizon, shape.HorizonDays, shape.OpensAt = 0, 0, ImportHorizon, 0, 0
	shape = shape.Counted(group, p.Now)
	if len(v.Needs) == 0 {
		if p.shapes == nil {
			p.shapes = make(map[importShape]Shape)
		}
		p.shapes[key] = shape
	}
	return shape, nil
}

// dayOf is dayOf with the days remembered.
func (p *Importing) dayOf(group *centre.DeskGroup, v Shape, start time.Time) (scheduling.Day, error) {
	return dayOf(remembering{group.Calendar, p, group.ID}, v, start, p.Now)
}

// remembering is a calendar whose days are worked out once.
type remembering struct {
	*scheduling.Calendar
	in    *Importing
	group int
}

// Day returns the day.
func (r remembering) Day(date scheduling.Date) scheduling.Day {
	key := groupDate{r.group, date}
	day, ok := r.in.days[key]
	if !ok {
		if r.in.days == nil {
			r.in.days = make(map[groupDate]scheduling.Day)
		}
		day = r.Calendar.Day(date)
		r.in.days[key] = day
	}
	return day
}

// Standing is a visit that a person has ahead, for one that is to be imported.
type Standing struct {
	Person     Person
	Service    string // slug
	Start, End time.Time
	Counts     bool // towards the limit of the person
}

// Ledger is what is taken of the ledger and of the time of persons, for deciding about many
// visits before any is written. Visits that it gets are taken.
type Ledger struct {
	Days    map[Place]Occupied // by branch, desk group and day; nothing else of the place is set
	Persons map[Person][]Standing
}

// DayOf returns the key of the ledger day of a place.
func DayOf(p Place) Place { return Place{Branch: p.Branch, DeskGroup: p.DeskGroup, Day: p.Day} }

// Take gives the visit its place. It returns ErrPersonBusy, ErrPersonLimit, ErrTaken or ErrStale, and
// changes nothing then.
func (l Ledger) Take(v Import) error {
	ahead, counting := l.Persons[v.Person], 0
	for _, s := range ahead {
		if s.Start.Before(v.End) && v.Start.Before(s.End) {
			return ErrPersonBusy
		}
		if s.Counts && s.Service == v.Service {
			counting++
		}
	}
	if counting >= v.Limit {
		return ErrPersonLimit
	}
	key := DayOf(v.Wanted.Place)
	after, err := l.Days[key].Taking(v.Wanted)
	if err != nil {
		return err
	}
	l.Days[key] = after
	l.Persons[v.Person] = append(ahead, Standing{v.Person, v.Service, v.Start, v.End, true})
	return nil
}

// InLedgerOrder sorts visits by their ledger days, in the order in which all transactions lock
// them.
func InLedgerOrder(visits []Import) {
	slices.SortStableFunc(visits, func(a, b Import) int {
		x, y := a.Wanted.Place, b.Wanted.Place
		return cmp.Or(x.Branch-y.Branch, x.DeskGroup-y.DeskGroup, int(x.Day-y.Day))
	})
}
