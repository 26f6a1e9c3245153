package movein

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"ziyara/scheduling"
	"ziyara/setup"
	"ziyara/textnorm"
)

// when is a date and a time as they are written.
type when struct {
	year          int
	first, second int  // month and day if ordered, otherwise in the order of the file
	ordered       bool // the year came first, so the month follows
	at            scheduling.WallTime
	zone          *time.Location // the offset that is written beside the time; nil for the zone of the branch
}

// firstHijri to lastHijri are years of the Hijri calendar; Gregorian years are later.
const (
	firstHijri = 1300
	lastHijri  = 1600
)

func (w when) hijri() bool { return w.year >= firstHijri && w.year <= lastHijri }

// date returns the date; zero if there is none.
func (w when) date(monthFirst bool) scheduling.Date {
	month, day := w.first, w.second
	if !w.ordered && !monthFirst {
		month, day = day, month
	}
	if w.hijri() {
		return scheduling.Hijri{Year: w.year, Month: month, Day: day}.Date()
	}
	date := scheduling.NewDate(w.year, time.Month(month), day)
	if y, m, d := date.Time().Date(); y != w.year || int(m) != month || d != day {
		return 0
	}
	return date
}

var (
	// eras are what may stand beside a year.
	eras = strings.NewReplacer("هـ", "", "ه", "", "م", "", "AH", "", "AD", "") //nolint:gochecknoglobals // a table

	yearFirst = regexp.MustCompile(`^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$`)
	yearLast  = regexp.MustCompile(`^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})$`)
	clock     = regexp.MustCompile(`^([0-9]{1,2})(?:[:.]([0-9]{2}))?(?::00)?(?:\.0+)? ?(am|pm|ص|م|صباحا|مساء)?$`)
	offset    = regexp.MustCompile(`^(.*) ([-+][0-9]{2}:[0-9]{2})$`)
	serial    = regexp.MustCompile(`^[0-9]{5}(\.[0-9]+)?$`)
	fraction  = regexp.MustCompile(`^0?\.[0-9]+$`)
)

// readWhen reads a date and a time, and returns what is wrong with them, by column. A date is of the
// Gregorian calendar, or of the Hijri calendar of Umm al-Qura, which its year shows.
func readWhen(date, at string) (w when, faults map[string]string) {
	faults = map[string]string{}
	date = strings.TrimSpace(eras.Replace(textnorm.Symbols(date)))
	// A spreadsheet may write a date as the midnight with which it begins.
	if day, midnight, ok := strings.Cut(strings.Replace(date, "T", " ", 1), " "); ok && strings.Trim(midnight, "0:.") == "" {
		date = day
	}
	number := func(s string) int {
		n, _ := strconv.Atoi(s) // digits only
		return n
	}
	if parts := yearFirst.FindStringSubmatch(date); parts != nil {
		w.year, w.first, w.second, w.ordered = number(parts[1]), number(parts[2]), number(parts[3]), true
	} else if parts = yearLast.FindStringSubmatch(date); parts != nil {
		w.first, w.second, w.year = number(parts[1]), number(parts[2]), number(parts[3])
	}
	switch {
	case date == "":
		faults[colDate] = "is empty"
	case serial.MatchString(date):
		faults[colDate] = "is a number of days: format the column as a date"
	case w.year == 0, w.date(true) == 0 && w.date(false) == 0:
		w.year = 0
		faults[colDate] = "is no date such as 2026-12-01, 01/12/2026 or 1448-06-21"
	}
	if parts := offset.FindStringSubmatch(at); parts != nil {
		if t, err := time.Parse("-07:00", parts[2]); err == nil {
			at, w.zone = parts[1], t.Location()
		}
	}
	at = textnorm.Fold(textnorm.Symbols(at))
	parts := clock.FindStringSubmatch(at)
	hour, minute, half := 0, 0, ""
	if parts != nil {
		hour, minute, half = number(parts[1]), number(parts[2]), parts[3]
	}
	if half != "" && hour >= 1 && hour <= 12 {
		hour %= 12
		if half == "pm" || half == "م" || half == textnorm.Fold("مساء") {
			hour += 12
		}
	} else if half != "" {
		hour = 24
	}
	switch {
	case at == "":
		faults[colTime] = "is empty"
	case fraction.MatchString(at):
		faults[colTime] = "is a fraction of a day: format the column as a time"
	case parts == nil, hour > 23, minute > 59, half == "" && parts[2] == "":
		faults[colTime] = "is no time such as 09:30"
	}
	w.at = scheduling.Clock(hour, minute)
	return w, faults
}

// order notes what a date says of the order of days and months in the file.
func (r *reader) order(l setup.Line, w when) {
	first := func(at **setup.Line) {
		if *at == nil {
			l := l.Alone()
			*at = &l
		}
	}
	switch {
	case w.ordered || w.first == w.second:
	case w.date(true) == 0:
		first(&r.dayFirst)
	case w.date(false) == 0:
		first(&r.monthFirstLine)
	default:
		first(&r.unclear)
	}
}

// settleOrder decides whether days or months come first in the dates of the file, where years come last.
func (r *reader) settleOrder() {
	switch {
	case r.dayFirst != nil && r.monthFirstLine != nil:
		r.monthFirstLine.Fault(colDate, "has the month first, and another line the day: write dates as 2026-12-31")
	case r.monthFirstLine != nil:
		r.monthFirst = true
	case r.dayFirst == nil && r.unclear != nil:
		r.unclear.Fault(colDate, "has the day or the month first, and no line of the file shows which: write dates as 2026-12-31")
	}
}
