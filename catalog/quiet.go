package catalog

import "fmt"

// Quiet is the part of every local day in which no reminders are sent: [From, To), in
// minutes from 00:00. It reaches into the next day when To is before From; equal
// values mean none.
type Quiet struct {
	From int `json:"from"`
	To   int `json:"to"`
}

const (
	dayMinutes = 24 * 60
	// leastAwake is how much of a day has to be left to remind people in.
	leastAwake = 4 * 60
)

// None reports whether there are no quiet hours.
func (q Quiet) None() bool { return q.From == q.To }

// validate returns an error when q leaves too little of a day.
func (q Quiet) validate() error {
	if q.From < 0 || q.From >= dayMinutes || q.To < 0 || q.To >= dayMinutes {
		return fmt.Errorf("quiet hours from minute %d to %d: want 0 to %d", q.From, q.To, dayMinutes-1)
	}
	if length := (q.To - q.From + dayMinutes) % dayMinutes; length > dayMinutes-leastAwake {
		return fmt.Errorf("quiet hours of %d minutes: want at least %d left of a day", length, leastAwake)
	}
	return nil
}
