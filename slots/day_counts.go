package slots

import "ziyara/scheduling"

// DayCounts are the numbers of a day at a desk group.
type DayCounts struct {
	Occupied        // the zero value for a day without a ledger row
	Visits      int // booked
	Requests    int // waiting for an answer
	Holds       int
	Unsupported int // visits and requests that have lost their places
}

// CountDay counts a day from its ledger row and its claims.
func CountDay(day scheduling.Day, occupied Occupied, claims []Claim) DayCounts {
	counts := DayCounts{Occupied: occupied}
	for _, c := range claims {
		switch c.Status {
		case Booked:
			counts.Visits++
		case Requested:
			counts.Requests++
		case Held:
			counts.Holds++
		case Released, Expired, Declined, Cancelled, Completed, NoShow: // no visitor is expected
		}
	}
	all, byID := plain(claims)
	for _, c := range scheduling.Unsupported(day, all) {
		if byID[c.ID].comes() {
			counts.Unsupported++
		}
	}
	return counts
}
