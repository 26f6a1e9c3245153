package scheduling

// workdaysWithin limits the search for working days, in dates.
const workdaysWithin = 2 * 366

// AddWorkingDays returns the date n working days after d: the n-th date after d
// on which the desk group has a place open at any time. If n is 0, it returns d
// itself, open or not. It returns false if there is no such date within two
// years, or if n is negative.
func (c *Calendar) AddWorkingDays(d Date, n int) (Date, bool) {
	if n < 0 {
		return 0, false
	}
	for end := d + workdaysWithin; n > 0; {
		if d++; d > end {
			return 0, false
		}
		if c.Day(d).open() {
			n--
		}
	}
	return d, true
}
