package slots

// DayCounts is what a day of a desk group holds.
type DayCounts struct {
	Occupied        // the zero value for a day that nobody has asked for yet
	Visits      int // booked
	Requests    int // that wait for an answer
	Holds       int
	Unsupported int // visits and requests that have no place any more
}
