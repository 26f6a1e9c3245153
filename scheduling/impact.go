package scheduling

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Claim is a visit or a hold that takes places of one date of a desk group.
type Claim struct {
	ID      string
	Service string // slug
	First   int    // tick in which it begins, buffers included
	Ticks   int
	Count   int // places taken in each tick
	Booked  time.Time
	// Unsupported says that it has lost its place already, by an earlier
	// change. It gets one again before a claim that was booked later, but
	// takes none from a claim that has one.
	Unsupported bool
}

// Unsupported returns the claims that the day has no places for. In each tick
// the others take no more places than are open, and all of them are received
// where they are. What channels leave to others does not count: who has booked
// is not sent away for who might come.
//
// Claims that have a place keep it in the order in which they were booked,
// those booked at the same instant in the order of their IDs: a claim loses
// its place only if it does not fit beside the older ones that keep theirs.
// Then those that are unsupported already get the places left, the oldest
// first. So when the day has no fewer places than before, no claim loses its
// own; and of two days with the same claims, the oldest claim that they treat
// differently has its place on the one with more.
func Unsupported(day Day, claims []Claim) []Claim {
	left := slices.Clone(day.Open)
	var lost []Claim
	for _, claim := range byAge(claims) {
		if !day.fits(left, claim) {
			lost = append(lost, claim)
			continue
		}
		for i := range claim.Ticks {
			left[claim.First-day.First+i] -= int16(claim.Count) //nolint:gosec // fits: at most what is left
		}
	}
	return lost
}

// byAge returns the claims that have a place before those that have lost it,
// each the oldest first.
func byAge(claims []Claim) []Claim {
	return slices.SortedStableFunc(slices.Values(claims), func(a, b Claim) int {
		if a.Unsupported != b.Unsupported {
			if b.Unsupported {
				return -1
			}
			return 1
		}
		return cmp.Or(a.Booked.Compare(b.Booked), strings.Compare(a.ID, b.ID))
	})
}

// fits reports whether the claim's ticks all have places left and receive its
// service.
func (d Day) fits(left []int16, claim Claim) bool {
	from, to := claim.First-d.First, claim.First-d.First+claim.Ticks
	if from < 0 || to > len(left) {
		return false
	}
	if d = d.For(claim.Service, ""); d.view != nil {
		for tick := claim.First; tick < claim.First+claim.Ticks; tick++ {
			if !d.opens(tick) {
				return false
			}
		}
	}
	for _, n := range left[from:to] {
		if int(n) < claim.Count {
			return false
		}
	}
	return true
}

// opens reports whether the tick is in one of the openings.
func (d Day) opens(tick int) bool {
	return slices.ContainsFunc(d.Openings, func(o TickSpan) bool { return o.From <= tick && tick < o.To })
}

// Impact is what a change of a plan does to the claims of one date.
type Impact struct {
	Date     Date
	Lost     []Claim // had a place and have none after the change, the oldest first
	Regained []Claim // had lost their place and have one after the change, the oldest first
}

// ImpactOn returns what happens to the claims of a date when it becomes day,
// with ticks as in day.
func ImpactOn(day Day, claims []Claim) Impact {
	impact := Impact{Date: day.Date}
	without := make(map[string]bool)
	for _, claim := range Unsupported(day, claims) {
		without[claim.ID] = true
		if !claim.Unsupported {
			impact.Lost = append(impact.Lost, claim)
		}
	}
	for _, claim := range byAge(claims) {
		if claim.Unsupported && !without[claim.ID] {
			impact.Regained = append(impact.Regained, claim)
		}
	}
	return impact
}
