// Package feeds writes the visits of a department or of a desk group as a calendar
// to which staff subscribe. Addresses of feeds leak easily, so feeds hold nothing
// personal: no name, no number, no need. It is pure: values in, a calendar out.
package feeds

import (
	"errors"
	"time"

	"ziyara/catalog"
)

// The errors of feeds.
var (
	ErrRevoked = errors.New("feeds: the feed was revoked")
	ErrMany    = errors.New("feeds: as many feeds as a department may have")
)

const (
	// Limit is the most active feeds of one department.
	Limit = 50
	// MaxVisits is how many visits one calendar has; the farthest are left out.
	MaxVisits = 10_000
)

// Feed is a calendar at a secret address.
type Feed struct {
	ID         string // UUID
	Name       string // that subscribers see
	Department string // slug
	DeskGroup  string // slug; "" for all of the department
	Branch     string // slug, of the desk group; "" for none
	Lang       string // of the texts: "ar" or "en"
	Created    time.Time
	CreatedBy  string // member of staff
}

// Scope is a feed with the name of its department.
type Scope struct {
	Department catalog.Text   // organizer of the events
	Zone       *time.Location // in which the calendar tells times
	Feed
}

// Status says how certain a visit is.
type Status int

// The states of a visit in a feed.
const (
	Certain   Status = iota // booked, or over
	Tentative               // requested, and not approved yet
	Cancelled               // cancelled or declined
)

// Visit is what a feed tells of an appointment.
type Visit struct {
	Reference  string // as visitors write it
	Status     Status
	Service    catalog.Text
	DeskGroup  catalog.Text
	Branch     catalog.Text
	Start, End time.Time // End is exclusive
	Party      int
	Version    int // rises with each change, from 1
	Created    time.Time
	Changed    time.Time // last
}

// A feed reaches a week back, so that what was is still there to be looked up,
// and 62 days ahead, as searches do. It moves on at midnight UTC, so that it
// stays the same bytes in between.
const (
	back  = 7 * 24 * time.Hour
	ahead = 62 * 24 * time.Hour
)

// unconfirmed is how long a feed goes on although its owner is not seen: longer than a leave,
// and than most people who left take to be locked out.
const unconfirmed = 90 * 24 * time.Hour

// Confirmed reports whether a feed goes on at now whose owner was last seen with the role for it
// at a time.
func Confirmed(last, now time.Time) bool { return now.Sub(last) < unconfirmed }

// Covered returns the range [from, until) of the starts of visits in a feed read at
// now, and the earliest cancellation that it still shows.
func Covered(now time.Time) (from, until, cancelledSince time.Time) {
	today := now.UTC().Truncate(24 * time.Hour)
	return today.Add(-back), today.Add(24*time.Hour + ahead), today.Add(-back)
}

// Query asks for a page of the active feeds, the newest first.
type Query struct {
	// Departments and Branches bound the answer to feeds of these departments,
	// and of desk groups at these branches; both nil for all.
	Departments, Branches []string // slugs
	Department            string   // only of this one; "" for any

	Before   time.Time // made before this one; zero for the newest
	BeforeID string    // and, made at the same instant, with a smaller ID
	Limit    int       // at least 1
}
