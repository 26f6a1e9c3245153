package slots

import "ziyara/scheduling"

// DayCounts is what a day of a desk group holds.
type DayCounts struct {
	Occupied        // the zero value for a day that nobody has asked for yet
	Visits      int // booked
	Requests    int // that wait for an answer
	Holds       int
	Unsupported int // visits and requests that have no place any more
}

// CountDay returns what the ledger and the claims say of a day.
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
		case Released, Expired, Declined, Cancelled, Completed, NoShow: // nobody comes
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
