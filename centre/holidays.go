package centre

import "ziyara/scheduling"

// HolidayList is a list of holidays that desk groups share, as it is kept.
type HolidayList struct {
	Slug    string
	Version int64 // rises with every change
	scheduling.HolidayList
}
