// Package scheduling answers when a desk group is open, how many places it
// has, and why. A Plan is what people write down: weekly rules, seasons,
// holidays, one date's own hours, closures. Compile checks it once and returns
// a Calendar, which answers for any day. The package is pure: no I/O, no clock.
package scheduling

import (
	"time"

	"ziyara/texts"
)

// Text is one text in Arabic and English.
type Text = texts.Text

// Plan is everything that decides when one desk group is open. It is stored
// as one JSON document. Times of day are wall times in Zone; dates are
// Gregorian. Calendar says which part wins over which.
type Plan struct {
	Zone     string    `json:"zone"` // IANA name
	Rules    []Rule    `json:"rules,omitempty"`
	Seasons  []Season  `json:"seasons,omitempty"`
	Holidays []Holiday `json:"holidays,omitempty"`
	// StaysOpen are the slugs of the holidays on which this desk group opens
	// as if they were ordinary dates.
	StaysOpen []string   `json:"stays_open,omitempty"`
	Hours     []DayHours `json:"hours,omitempty"`
	Closures  []Closure  `json:"closures,omitempty"`
}

// Rule opens the desk group on recurring dates.
type Rule struct {
	Name Text `json:"name"`
	// RRule is an RFC 5545 recurrence rule of frequency DAILY or slower,
	// without DTSTART, for example FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH. It is
	// expanded over dates only. Without one there are only the dates of Also.
	RRule string `json:"rrule"`
	From  Date   `json:"from"`           // first date (DTSTART)
	Until Date   `json:"until,omitzero"` // last date, inclusive; zero for no end
	// Also are further dates (RDATE), wherever From and Until are; Except are
	// dates that do not count (EXDATE), not even when Also names them. Each
	// list holds at most 10,000 dates, in any order.
	Also     []Date    `json:"also,omitempty"`
	Except   []Date    `json:"except,omitempty"`
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
	// Breaks split the opening: each part is an opening of its own, from which
	// the starts of visits count anew.
	Breaks []Break `json:"breaks,omitempty"`
	// Services are the slugs of the only services that are received here;
	// none restricts nothing.
	Services []string `json:"services,omitempty"`
	// Reserve says how many of the places a channel leaves to the others, on
	// top of what a service holds back. Other channels may use all of them.
	Reserve map[string]int `json:"reserve,omitempty"`
}

// Break is a span of wall time inside an opening during which nobody is
// received: a prayer, lunch.
type Break struct {
	From WallTime `json:"from"`
	To   WallTime `json:"to"` // exclusive
	Name Text     `json:"name,omitzero"`
}

// Season is a part of the year with other hours, Ramadan for example. On its
// dates it takes the place of the rules. Where seasons overlap, the last of
// the plan counts.
type Season struct {
	Name Text `json:"name"`
	When
	// Openings replace those of the rules on each date on which a rule opens.
	Openings []Opening `json:"openings,omitempty"`
	// Rules open on dates of their own, in the season only.
	Rules []Rule `json:"rules,omitempty"`
}

// Holiday closes the desk group on the dates From to Until, both inclusive.
type Holiday struct {
	Slug        string `json:"slug,omitempty"` // by which Plan.StaysOpen names it
	Name        Text   `json:"name"`
	From        Date   `json:"from"`
	Until       Date   `json:"until"`
	Provisional bool   `json:"provisional,omitempty"` // computed, not yet announced
}

// DayHours are one date's own hours. They replace the rules, the season and
// the holiday of the date, and no openings means closed; or, with Extra, they
// come in addition to whatever the date has.
type DayHours struct {
	Date     Date      `json:"date"`
	Reason   Text      `json:"reason"`
	Openings []Opening `json:"openings"`
	Extra    bool      `json:"extra,omitempty"`
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
