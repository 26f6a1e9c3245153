// Package scheduling tells when a desk group is open, how many places it has,
// and why. A Plan is the written form: weekly rules, seasons, holidays, hours
// of single dates, closures. Compile checks it once and returns a Calendar,
// which answers for any day. The package is pure: no I/O, no clock.
package scheduling

import (
	"time"

	"ziyara/texts"
)

// Text is one text in Arabic and English.
type Text = texts.Text

// Plan is everything that decides when one desk group is open. It is stored as
// one JSON document. Times of day are wall times in Zone; dates are Gregorian.
// The documentation of Calendar says which part wins.
type Plan struct {
	Zone     string    `json:"zone"` // IANA name
	Rules    []Rule    `json:"rules,omitempty"`
	Seasons  []Season  `json:"seasons,omitempty"`
	Holidays []Holiday `json:"holidays,omitempty"`
	// StaysOpen are the slugs of the holidays on which this desk group opens as
	// usual.
	StaysOpen []string   `json:"stays_open,omitempty"`
	Hours     []DayHours `json:"hours,omitempty"`
	Closures  []Closure  `json:"closures,omitempty"`
}

// Rule opens the desk group on recurring dates.
type Rule struct {
	Name Text `json:"name"`
	// RRule is an RFC 5545 recurrence rule of frequency DAILY or slower,
	// without DTSTART, for example FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH. It is
	// expanded over dates only. If it is empty, the rule has only the dates of
	// Also.
	RRule string `json:"rrule"`
	From  Date   `json:"from"`           // first date (DTSTART)
	Until Date   `json:"until,omitzero"` // last date, inclusive; zero for no end
	// Also are additional dates (RDATE), inside or outside From to Until.
	// Except are dates to leave out (EXDATE), even those in Also. Each list
	// holds at most 10,000 dates, in any order.
	Also     []Date    `json:"also,omitempty"`
	Except   []Date    `json:"except,omitempty"`
	Openings []Opening `json:"openings"`
}

// Opening is a span of wall time with a number of places. To is exclusive; past
// 24:00 it is on the next day.
type Opening struct {
	From   WallTime `json:"from"`
	To     WallTime `json:"to"`
	Places int      `json:"places"`
	// Add puts the places on top of those of overlapping openings; otherwise
	// the larger number counts.
	Add bool `json:"add,omitempty"`
	// Breaks split the opening. Each part is an opening of its own, and the
	// starts of visits are counted from its beginning.
	Breaks []Break `json:"breaks,omitempty"`
	// Services are the slugs of the only services accepted here; if empty, all
	// are.
	Services []string `json:"services,omitempty"`
	// Reserve is how many of the places each channel leaves to the others, in
	// addition to what a service holds back. Channels not listed may use all.
	Reserve map[string]int `json:"reserve,omitempty"`
}

// Break is a span of wall time inside an opening in which no visitors are
// received, such as a prayer or lunch.
type Break struct {
	From WallTime `json:"from"`
	To   WallTime `json:"to"` // exclusive
	Name Text     `json:"name,omitzero"`
}

// Season is a part of the year with different hours, such as Ramadan. On its
// dates it replaces the rules. Where seasons overlap, the last in the plan
// counts.
type Season struct {
	Name Text `json:"name"`
	When
	// Openings replace those of the rules on each date that a rule opens.
	Openings []Opening `json:"openings,omitempty"`
	// Rules open on dates of their own, within the season only.
	Rules []Rule `json:"rules,omitempty"`
}

// Holiday closes the desk group on the dates From to Until, both inclusive.
type Holiday struct {
	Slug        string `json:"slug,omitempty"` // used in StaysOpen
	Name        Text   `json:"name"`
	From        Date   `json:"from"`
	Until       Date   `json:"until"`
	Provisional bool   `json:"provisional,omitempty"` // computed, not yet announced
}

// DayHours are the hours of one date. They replace the rules, the season and
// the holiday of the date; no openings means closed. With Extra they add to
// what the date has.
type DayHours struct {
	Date     Date      `json:"date"`
	Reason   Text      `json:"reason"`
	Openings []Opening `json:"openings"`
	Extra    bool      `json:"extra,omitempty"`
}

// Closure takes places away in [Start, End). It wins over everything else.
type Closure struct {
	Start  time.Time `json:"start"`
	End    time.Time `json:"end,omitzero"` // zero means until further notice
	Reason Text      `json:"reason"`
	Places int       `json:"places,omitempty"` // number of places lost; 0 for all
	Branch bool      `json:"branch,omitempty"` // the whole branch is closed, not just this desk group
}
