package notify

// Budget is what a department may spend on messages in a month. Zero bounds
// nothing.
type Budget struct {
	Segments int64
	Cost     Money
	Warn     int // percent of either at which staff are warned; see Warns
}

// DefaultWarn is when staff are warned unless they say otherwise, in percent.
const DefaultWarn = 80

// Warns returns the percentage at which staff are warned: DefaultWarn where
// they have not said.
func (b Budget) Warns() int {
	if b.Warn == 0 {
		return DefaultWarn
	}
	return b.Warn
}

// Usage is what a department has spent on messages in a month.
type Usage struct {
	Segments int64
	Cost     Money
}

// Level says how far the budget of a month is used.
type Level string

// The levels.
const (
	Within Level = ""       // below the warning
	Warned Level = "warned" // from the warning on
	Spent  Level = "spent"  // what is optional is not sent any more
)

// Level returns how far u uses the budget. The bounds are inclusive: a budget
// is spent when nothing is left of it.
func (b Budget) Level(u Usage) Level {
	level := Within
	for _, part := range [][2]int64{{u.Segments, b.Segments}, {int64(u.Cost), int64(b.Cost)}} {
		used, limit := part[0], part[1]
		switch {
		case limit == 0:
		case used >= limit:
			return Spent
		case float64(used) >= float64(limit)*float64(b.Warns())/100:
			level = Warned
		}
	}
	return level
}

// Share returns the greater of the shares of segments and of money that u uses
// of the budget, 1 for all; 0 without a budget.
func (b Budget) Share(u Usage) float64 {
	share := 0.0
	if b.Segments > 0 {
		share = float64(u.Segments) / float64(b.Segments)
	}
	if b.Cost > 0 {
		share = max(share, float64(u.Cost)/float64(b.Cost))
	}
	return share
}
