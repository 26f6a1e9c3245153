//go:build peers

package scheduling_test

import (
	"slices"
	"strings"

	"ziyara/scheduling"
)

// oracleDeviation is a known difference between a peer and RFC 5545, or between
// a peer and this package where the RFC leaves a choice.
type oracleDeviation struct {
	why string
	// explains reports whether the difference accounts for the dates that the
	// peer finds. Where possible, it computes what they must be.
	explains func(rule oracleRule, theirs []scheduling.Date) bool
}

// deviation returns how the answer of the peer is known to differ for the rule,
// or "" if it is not known. Sections are those of RFC 5545, issues those of
// libical. The versions are dateutil 2.8.2 and libical 3.0.16.
func deviation(peer string, rule oracleRule, answer oracleAnswer) string {
	known := dateutilDeviations()
	if peer == "libical" {
		known = libicalDeviations()
	}
	theirs, err := answer.dates()
	switch {
	case peer == "libical" && answer == libicalGaveUp && (len(rule.Dates) == 0 || len(libicalDates(rule)) == 0):
		return "searches forever for the first date of a rule without dates"
	case err != nil:
		return ""
	}
	for _, d := range known {
		if d.explains(rule, theirs) {
			return d.why
		}
	}
	return ""
}

// libicalGaveUp is the answer when the timer ends the program by SIGPROF.
const libicalGaveUp oracleAnswer = "error: ended by signal 27"

func dateutilDeviations() []oracleDeviation {
	return []oracleDeviation{
		{
			// Section 3.3.10: "Each BYDAY value can also be preceded by a
			// positive (+n) or negative (-n) integer", so each day of the list
			// stands for itself.
			why: "requires a date to match both the plain and the numbered weekdays of BYDAY",
			explains: func(rule oracleRule, theirs []scheduling.Date) bool {
				plain, numbered := rule.weekdays()
				if len(plain) == 0 || len(numbered) == 0 {
					return false
				}
				all := rule.fromPeriod().unlimited()
				both := all.with("BYDAY", plain).dates()
				other := all.with("BYDAY", numbered).dates()
				both = slices.DeleteFunc(both, func(d scheduling.Date) bool { return !slices.Contains(other, d) })
				return slices.Equal(theirs, rule.limited(both, length))
			},
		},
		{
			// Section 3.3.10: "BYSETPOS operates on a set of recurrence
			// instances in one interval of the recurrence rule. For example,
			// in a WEEKLY rule, the interval would be one week".
			why: "counts the positions of the first week from DTSTART, not from WKST",
			explains: func(rule oracleRule, theirs []scheduling.Date) bool {
				if !rule.is("WEEKLY") || !rule.has("BYSETPOS") {
					return false
				}
				return slices.Equal(theirs, rule.limited(rule.unlimited().dates(), length))
			},
		},
		{
			// Section 3.3.10: "week number one of the calendar year is the
			// first week that contains at least four (4) days in that calendar
			// year".
			why: "uses the wrong length of the year for weeks across its end",
			explains: func(rule oracleRule, theirs []scheduling.Date) bool {
				if !rule.hasNumber("BYWEEKNO", func(n int) bool { return n >= 52 || n <= -52 }) {
					return false
				}
				over := func(d scheduling.Date) bool { return newYear(d, 3) }
				if !rule.has("COUNT") && !rule.has("BYSETPOS") {
					return differOnly(rule.Dates, theirs, over)
				}
				return near(slices.DeleteFunc(slices.Clone(theirs), over), rule.unlimited().dates(), 0)
			},
		},
	}
}

func libicalDeviations() []oracleDeviation {
	reads := func(rule oracleRule, theirs []scheduling.Date) bool {
		return slices.Equal(theirs, libicalDates(rule))
	}
	return []oracleDeviation{
		{
			// Section 3.3.10, as above. Issues 21 and 795.
			why: "ignores BYSETPOS in DAILY and WEEKLY rules",
			explains: func(rule oracleRule, theirs []scheduling.Date) bool {
				return (rule.is("DAILY") || rule.is("WEEKLY")) && rule.has("BYSETPOS") && reads(rule, theirs)
			},
		},
		{
			// Section 3.3.10, table: BYMONTHDAY limits a DAILY rule, and "-10
			// represents the tenth to the last day of the month". Issue 791.
			why: "ignores the negative days of BYMONTHDAY in DAILY rules",
			explains: func(rule oracleRule, theirs []scheduling.Date) bool {
				return rule.is("DAILY") && rule.hasNumber("BYMONTHDAY", negative) && reads(rule, theirs)
			},
		},
		{
			// Section 3.3.10, table: BYMONTHDAY expands a YEARLY rule, which
			// without BYMONTH has twelve months.
			why: "takes the month of a YEARLY rule with BYMONTHDAY from DTSTART",
			explains: func(rule oracleRule, theirs []scheduling.Date) bool {
				return rule.is("YEARLY") && rule.has("BYMONTHDAY") && !rule.has("BYMONTH") && reads(rule, theirs)
			},
		},
		{
			// Section 3.3.10: a BYSETPOS value is "the nth occurrence within
			// the set", and a set has no date twice.
			why: "counts a day twice for BYSETPOS if it is named from both ends",
			explains: func(rule oracleRule, theirs []scheduling.Date) bool {
				return rule.has("BYSETPOS") && reads(rule, theirs)
			},
		},
		{
			// Section 3.3.10 on WKST: "This is significant when a WEEKLY RRULE
			// has an interval greater than 1, and a BYDAY rule part is
			// specified." Section 3.8.5.3 does not define a DTSTART that is not
			// a date of the rule, but here even one that is gets lost if it is
			// late in its week.
			why: "may begin a WEEKLY rule with INTERVAL and BYDAY some weeks after DTSTART",
			explains: func(rule oracleRule, theirs []scheduling.Date) bool {
				if !rule.is("WEEKLY") || !rule.has("INTERVAL") || !rule.has("BYDAY") {
					return false
				}
				later := rule.fromPeriod()
				for range rule.interval() - 1 {
					later.Start += 7
					if reads(later, theirs) {
						return true
					}
				}
				return false
			},
		},
		{
			// Section 3.3.10: "If multiple BYxxx rule parts are specified, then
			// [...] the BYxxx rule parts are applied to the current set of
			// evaluated occurrences". A date must satisfy them all.
			why: "misses dates of BYYEARDAY together with months, weeks or days of the month",
			explains: func(rule oracleRule, theirs []scheduling.Date) bool {
				return rule.is("YEARLY") && rule.has("BYYEARDAY") && (rule.has("BYMONTH") || rule.has("BYMONTHDAY") || rule.has("BYWEEKNO")) &&
					near(theirs, rule.unlimited().dates(), 0)
			},
		},
		{
			// Section 3.3.10, as above.
			why: "misses dates of BYWEEKNO together with months or days of the month",
			explains: func(rule oracleRule, theirs []scheduling.Date) bool {
				return rule.is("YEARLY") && rule.has("BYWEEKNO") && (rule.has("BYMONTH") || rule.has("BYMONTHDAY")) &&
					near(theirs, rule.unlimited().dates(), 0)
			},
		},
		{
			// Section 3.3.10 counts the weeks of a year that starts with week
			// one, but does not say whether INTERVAL and BYSETPOS then count
			// such years too. dateutil and this package count calendar years.
			why: "uses years of whole weeks as intervals of a rule with BYWEEKNO",
			explains: func(rule oracleRule, theirs []scheduling.Date) bool {
				return rule.is("YEARLY") && rule.has("BYWEEKNO") && (rule.has("INTERVAL") || rule.has("BYSETPOS")) &&
					near(theirs, rule.unlimited().without("INTERVAL").dates(), 0)
			},
		},
		{
			// Section 3.3.10: "Valid values are 1 to 53 or -53 to -1", of weeks
			// that may have days in another calendar year. Issue 794.
			why: "uses the wrong length of the year for negative weeks and weeks across its end",
			explains: func(rule oracleRule, theirs []scheduling.Date) bool {
				late := rule.hasNumber("BYWEEKNO", func(n int) bool { return n >= 52 || n <= -52 })
				if !late && !rule.hasNumber("BYWEEKNO", negative) {
					return false
				}
				theirs = slices.DeleteFunc(slices.Clone(theirs), func(d scheduling.Date) bool { return late && newYear(d, 10) })
				return near(theirs, rule.unlimited().without("INTERVAL").without("BYMONTH").dates(), 7)
			},
		},
	}
}

// libicalDates returns the dates of the rule as libical reads it.
func libicalDates(rule oracleRule) []scheduling.Date {
	if rule.is("DAILY") || rule.is("WEEKLY") {
		rule = rule.without("BYSETPOS")
	}
	if rule.is("DAILY") && rule.hasNumber("BYMONTHDAY", negative) {
		days := slices.DeleteFunc(strings.Split(rule.part("BYMONTHDAY"), ","), func(day string) bool { return day[0] == '-' })
		if len(days) == 0 {
			return []scheduling.Date{}
		}
		rule = rule.with("BYMONTHDAY", strings.Join(days, ","))
	}
	dates := rule.fromPeriod().unlimited().dates()
	if rule.is("YEARLY") && rule.has("BYMONTHDAY") && !rule.has("BYMONTH") {
		month := rule.Start.Time().Month()
		dates = slices.DeleteFunc(dates, func(d scheduling.Date) bool { return d.Time().Month() != month })
	}
	return rule.limited(dates, func(set []scheduling.Date) int {
		if rule.is("YEARLY") && rule.has("BYDAY") {
			return len(set) // here each counts once
		}
		size := 0
		for _, d := range set {
			size += rule.named(d)
		}
		return size
	})
}

// named returns how often lists of days of a month or a year contain d, at
// least 1.
func (r oracleRule) named(d scheduling.Date) int {
	t := d.Time()
	lastOfMonth := t.AddDate(0, 0, 1-t.Day()).AddDate(0, 1, -1)
	lastOfYear := t.AddDate(0, 0, 1-t.YearDay()).AddDate(1, 0, -1)
	both := func(part string, at, of int) bool {
		return r.hasNumber(part, func(n int) bool { return n == at }) && r.hasNumber(part, func(n int) bool { return n == at-of-1 })
	}
	named := 1
	if both("BYMONTHDAY", t.Day(), lastOfMonth.Day()) {
		named++
	}
	if both("BYYEARDAY", t.YearDay(), lastOfYear.YearDay()) {
		named++
	}
	return named
}

// near reports whether each date of theirs is in all, or exactly days away from
// one that is.
func near(theirs, all []scheduling.Date, days scheduling.Date) bool {
	return !slices.ContainsFunc(theirs, func(d scheduling.Date) bool {
		return !slices.ContainsFunc([]scheduling.Date{d - days, d, d + days}, func(at scheduling.Date) bool {
			_, found := slices.BinarySearch(all, at)
			return found
		})
	})
}

func negative(n int) bool { return n < 0 }

// differOnly reports whether such holds for every date that is in only one of
// the lists.
func differOnly(a, b []scheduling.Date, such func(scheduling.Date) bool) bool {
	for _, lists := range [][2][]scheduling.Date{{a, b}, {b, a}} {
		for _, d := range lists[0] {
			if _, both := slices.BinarySearch(lists[1], d); !both && !such(d) {
				return false
			}
		}
	}
	return true
}

// newYear reports whether d is one of the last three days of a year, or one of
// the first of the next (as many as days says), where the weeks of two years
// meet.
func newYear(d scheduling.Date, days int) bool {
	t := d.Time()
	return t.YearDay() <= days || t.Month() == 12 && t.Day() >= 29
}
