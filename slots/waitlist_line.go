package slots

import "time"

// LineQuery asks for who waits, in the order of arrival.
type LineQuery struct {
	Departments []string // slugs; nil with Branches for all
	Branches    []string // slugs
	Branch      string   // slug; "" for any
	Service     string   // slug; "" for any
	After       int64    // number of the last entry of the previous page; 0 for the first
	Limit       int
}

// InLine is an entry of the waitlist as staff see it: without anything personal.
type InLine struct {
	ID      string
	Number  int64 // rises in the order of arrival
	Service string
	Branch  string
	Wish    Wish
	Created time.Time
	Ends    time.Time
	Earlier bool   // for an earlier start of a visit that is booked
	Offers  int    // that were made so far
	Offer   *Offer // that stands, without its hold; nil for none
}
