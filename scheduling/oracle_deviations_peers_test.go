//go:build peers

package scheduling_test

import (
	"slices"
	"strconv"
	"strings"
)

// deviation says in which way the peer is known to differ from RFC 5545, or
// from us where that leaves a choice, in its answer to the rule; "" if there
// is none. Sections are those of RFC 5545, issues those of libical; the
// versions are dateutil 2.8.2 and libical 3.0.16.
func deviation(peer string, rule oracleRule, answer oracleAnswer) string {
	freq := rule.part("FREQ")
	daily, weekly, yearly := freq == "DAILY", freq == "WEEKLY", freq == "YEARLY"
	switch peer {
	case "dateutil":
		switch {
		// Section 3.3.10: "Each BYDAY value can also be preceded by a positive
		// (+n) or negative (-n) integer", so each day of the list stands for
		// itself.
		case mixedWeekdays(rule.part("BYDAY")):
			return "wants a date to be among both the plain and the numbered weekdays of BYDAY"

		// Section 3.3.10: "BYSETPOS operates on a set of recurrence instances
		// in one interval of the recurrence rule. For example, in a WEEKLY
		// rule, the interval would be one week".
		case weekly && rule.has("BYSETPOS") && !rule.startsWeek():
			return "counts the positions of the first week from DTSTART, not from WKST"

		// Section 3.3.10: "week number one of the calendar year is the first
		// week that contains at least four (4) days in that calendar year".
		case rule.hasNumber("BYWEEKNO", func(n int) bool { return n >= 52 || n <= -52 }):
			return "takes the wrong length of the year for weeks over the end of a year"
		}
	case "libical":
		switch {
		// Section 3.3.10, as above. Issues 21 and 795.
		case (daily || weekly) && rule.has("BYSETPOS"):
			return "ignores BYSETPOS in DAILY and WEEKLY rules"

		// Section 3.3.10, table: BYMONTHDAY limits a DAILY rule, and "-10
		// represents the tenth to the last day of the month". Issue 791.
		case daily && rule.hasNumber("BYMONTHDAY", negative):
			return "ignores the negative days of BYMONTHDAY in DAILY rules"

		// Section 3.3.10, table: BYMONTHDAY expands a YEARLY rule, which
		// without BYMONTH has twelve months.
		case yearly && rule.has("BYMONTHDAY") && !rule.has("BYMONTH"):
			return "takes the month of a YEARLY rule with BYMONTHDAY from DTSTART"

		// Section 3.3.10: a BYSETPOS value is "the nth occurrence within the
		// set", and a set has no date twice.
		case rule.has("BYSETPOS") && (fromBothEnds(rule, "BYMONTHDAY") || fromBothEnds(rule, "BYYEARDAY")):
			return "counts a day twice for BYSETPOS that is named from both ends"

		// Section 3.3.10: "If multiple BYxxx rule parts are specified, then
		// [...] the BYxxx rule parts are applied to the current set of
		// evaluated occurrences". A date must satisfy them all.
		case yearly && rule.has("BYYEARDAY") && (rule.has("BYMONTH") || rule.has("BYMONTHDAY") || rule.has("BYWEEKNO")):
			return "does not find dates by BYYEARDAY together with months, weeks or days of the month"
		case yearly && rule.has("BYWEEKNO") && (rule.has("BYMONTH") || rule.has("BYMONTHDAY")):
			return "does not find dates by BYWEEKNO together with months or days of the month"

		// Section 3.3.10 counts weeks of a year that starts with week one, but
		// does not say whether INTERVAL and BYSETPOS then have such years as
		// their intervals. They are calendar years to dateutil and to us.
		case yearly && rule.has("BYWEEKNO") && (rule.has("INTERVAL") || rule.has("BYSETPOS")):
			return "has years of whole weeks as the intervals of a rule with BYWEEKNO"

		// Section 3.3.10: "Valid values are 1 to 53 or -53 to -1", of weeks
		// that may have days in another calendar year. Issue 794.
		case rule.hasNumber("BYWEEKNO", func(n int) bool { return n < 0 || n >= 52 }):
			return "takes the wrong length of the year for negative weeks, and weeks over its end"

		// Section 3.8.5.3: "The recurrence set generated with a DTSTART
		// property value not synchronized with the recurrence rule is
		// undefined."
		case weekly && rule.has("INTERVAL") && rule.has("BYDAY") && !slices.Contains(rule.Dates, rule.Start):
			return "may begin a WEEKLY rule with INTERVAL some weeks after DTSTART, if DTSTART is no date of it"

		// Section 3.3.10 on WKST: "This is significant when a WEEKLY RRULE has
		// an interval greater than 1, and a BYDAY rule part is specified." Even
		// DTSTART is lost when it is late in such a week.
		case weekly && rule.has("INTERVAL") && strings.Contains(rule.part("BYDAY"), ",") && rule.has("WKST"):
			return "may begin a WEEKLY rule with INTERVAL, WKST and several days some weeks after DTSTART"

		case answer == libicalGaveUp && len(rule.Dates) == 0:
			return "looks without end for the first date of a rule that has none"
		}
	}
	return ""
}

// libicalGaveUp is a SIGPROF from its timer.
const libicalGaveUp oracleAnswer = "error: ended by signal 27"

func negative(n int) bool { return n < 0 }

func positive(n int) bool { return n > 0 }

func fromBothEnds(rule oracleRule, part string) bool {
	return rule.hasNumber(part, negative) && rule.hasNumber(part, positive)
}

// mixedWeekdays reports whether some weekdays have a number and others none.
func mixedWeekdays(list string) bool {
	days := strings.Split(list, ",")
	plain := func(day string) bool { return len(day) == len("MO") }
	return slices.ContainsFunc(days, plain) && slices.ContainsFunc(days, func(day string) bool { return len(day) > len("MO") })
}

// startsWeek reports whether DTSTART is the first day of a week of the rule.
func (r oracleRule) startsWeek() bool {
	first := r.part("WKST")
	if first == "" {
		first = "MO"
	}
	return strings.HasPrefix(strings.ToUpper(r.Start.Weekday().String()), first)
}

func (r oracleRule) has(part string) bool { return r.part(part) != "" }

// hasNumber reports whether the part lists a number for which is holds.
func (r oracleRule) hasNumber(part string, is func(int) bool) bool {
	return slices.ContainsFunc(strings.Split(r.part(part), ","), func(text string) bool {
		n, err := strconv.Atoi(text)
		return err == nil && is(n)
	})
}

// part returns the value of a part of the rule, or "".
func (r oracleRule) part(name string) string {
	for part := range strings.SplitSeq(r.Rule, ";") {
		if value, ok := strings.CutPrefix(part, name+"="); ok {
			return value
		}
	}
	return ""
}
