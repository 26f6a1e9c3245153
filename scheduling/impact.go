package scheduling

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Claim is a visit or a hold that takes places of a desk group on one date.
type Claim struct {
	ID      string
	Service string // slug
	First   int    // tick in which it begins, including buffers
	Ticks   int
	Count   int // places taken in each tick
	Booked  time.Time
	// Unsupported reports that an earlier change took its place away. The claim
	// gets a place back before claims that were booked later and also have
	// none, but never takes one from a claim that has it.
	Unsupported bool
}

// Unsupported returns the claims that the day has no places for. The remaining
// claims take no more places in any tick than are open, and the openings accept
// them. Places held back from a channel do not count against a claim: a visitor
// who has booked is not turned away in favour of one who might.
//
// Claims that have a place keep it in the order in which they were booked, or
// by ID if booked at the same instant: a claim loses its place only if it does
// not fit beside the older ones that keep theirs. Then the claims that were
// already unsupported get the places left, oldest first. So if the day has no
// fewer places than before, no claim loses its own; and of two days with the
// same claims, the oldest claim treated differently has its place on the day
// with more.
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
// each oldest first.
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

// fits reports whether all ticks of the claim have places left and accept its
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

// opens reports whether the tick lies in one of the openings.
func (d Day) opens(tick int) bool {
	return slices.ContainsFunc(d.Openings, func(o TickSpan) bool { return o.From <= tick && tick < o.To })
}

// Impact is what a change of a plan does to the claims of one date.
type Impact struct {
	Date     Date
	Lost     []Claim // had a place before the change and have none after it, oldest first
	Regained []Claim // had lost their place and have one after the change, oldest first
}

// ImpactOn returns the effect on the claims when their date changes to day.
// Ticks are those of day.
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
