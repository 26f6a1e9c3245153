// Package scheduling answers when a desk group is open, how many places it
// has, and why. A Plan is what people write down: weekly rules, holidays, one
// date's own hours, closures. Compile checks it once and returns a Calendar,
// which answers for any day. The package is pure: no I/O, no clock.
package scheduling

import (
	"time"
)

// Text is one text in Arabic and English.
type Text struct {
	AR string `json:"ar"`
	EN string `json:"en"`
}

// Plan is everything that decides when one desk group is open. It is stored
// as one JSON document. Times of day are wall times in Zone; dates are
// Gregorian.
type Plan struct {
	Zone     string     `json:"zone"` // IANA name
	Rules    []Rule     `json:"rules,omitempty"`
	Holidays []Holiday  `json:"holidays,omitempty"`
	Hours    []DayHours `json:"hours,omitempty"`
	Closures []Closure  `json:"closures,omitempty"`
}

// Rule opens the desk group on recurring dates.
type Rule struct {
	Name Text `json:"name"`
	// RRule is an RFC 5545 recurrence rule of frequency DAILY or slower,
	// without DTSTART, for example FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH. It is
	// expanded over dates only.
	RRule    string    `json:"rrule"`
	From     Date      `json:"from"`           // first date (DTSTART)
	Until    Date      `json:"until,omitzero"` // last date, inclusive; zero for no end
	Openings []Opening `json:"openings"`
}

// Opening is a span of wall time with a number of places. To is exclusive;
// beyond 24:00 it reaches into the next day.
type Opening struct {
	From   WallTime `json:"from"`
	To     WallTime `json:"to"`
	Places int      `json:"places"`
	// Add makes the places come on top of those of overlapping openings;
	// otherwise the larger number of an overlap counts.
	Add bool `json:"add,omitempty"`
}

// Holiday closes the desk group on the dates From to Until, both inclusive.
type Holiday struct {
	Name        Text `json:"name"`
	From        Date `json:"from"`
	Until       Date `json:"until"`
	Provisional bool `json:"provisional,omitempty"` // computed, not yet announced
}

// DayHours replaces the rules and the holiday of one date. No openings means
// closed.
type DayHours struct {
	Date     Date      `json:"date"`
	Reason   Text      `json:"reason"`
	Openings []Opening `json:"openings"`
}

// Closure takes places away from Start to End (half-open instants). It wins
// over everything else.
type Closure struct {
	Start  time.Time `json:"start"`
	End    time.Time `json:"end,omitzero"` // zero for until further notice
	Reason Text      `json:"reason"`
	Places int       `json:"places,omitempty"` // how many places are lost; 0 for all of them
	Branch bool      `json:"branch,omitempty"` // the whole branch is closed, not only this desk group
}
