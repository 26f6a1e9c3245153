//go:build peers

package scheduling_test

import (
	"slices"
	"strconv"
	"strings"

	"ziyara/scheduling"
)

// unlimited returns the rule without BYSETPOS, UNTIL and COUNT, which limit its
// dates after they are found.
func (r oracleRule) unlimited() oracleRule {
	r.Through += 366
	return r.without("BYSETPOS").without("UNTIL").without("COUNT")
}

// fromPeriod returns the rule starting at the beginning of its first period.
// What it took from its first date is now explicit.
func (r oracleRule) fromPeriod() oracleRule {
	if t := r.Start.Time(); !r.has("BYDAY") && !r.has("BYMONTHDAY") && !r.has("BYYEARDAY") {
		switch r.part("FREQ") {
		case "WEEKLY":
			r = r.with("BYDAY", strings.ToUpper(t.Weekday().String()[:2]))
		case "YEARLY":
			if !r.has("BYMONTH") {
				r = r.with("BYMONTH", strconv.Itoa(int(t.Month())))
			}
			fallthrough
		case "MONTHLY":
			r = r.with("BYMONTHDAY", strconv.Itoa(t.Day()))
		}
	}
	first := r.period(r.Start)
	for r.period(r.Start-1) == first {
		r.Start--
	}
	return r
}

// limited returns the dates that BYSETPOS, UNTIL and COUNT leave. To count from
// the end of a set, BYSETPOS uses the size that size returns for it.
func (r oracleRule) limited(dates []scheduling.Date, size func([]scheduling.Date) int) []scheduling.Date {
	left := []scheduling.Date{}
	for len(dates) > 0 {
		n := 1
		for n < len(dates) && r.period(dates[n]) == r.period(dates[0]) {
			n++
		}
		end := size(dates[:n])
		for i, d := range dates[:n] {
			if !r.has("BYSETPOS") || r.hasNumber("BYSETPOS", func(at int) bool { return at == i+1 || at == i-end }) {
				left = append(left, d)
			}
		}
		dates = dates[n:]
	}
	last := r.Through
	if until := r.part("UNTIL"); until != "" {
		d, err := scheduling.ParseDate(until[:4] + "-" + until[4:6] + "-" + until[6:])
		if err != nil {
			panic(err)
		}
		last = min(last, d)
	}
	left = slices.DeleteFunc(left, func(d scheduling.Date) bool { return d < r.Start || d > last })
	if count, err := strconv.Atoi(r.part("COUNT")); err == nil {
		left = left[:min(count, len(left))]
	}
	return left
}

func length(set []scheduling.Date) int { return len(set) }

// interval returns the number of periods from one with dates to the next.
func (r oracleRule) interval() int {
	n, err := strconv.Atoi(r.part("INTERVAL"))
	if err != nil {
		return 1
	}
	return n
}

// period returns the number of the day, week, month or year of the rule that
// contains d.
func (r oracleRule) period(d scheduling.Date) int {
	t := d.Time()
	switch r.part("FREQ") {
	case "DAILY":
		return int(d)
	case "WEEKLY":
		first := slices.Index([]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}, r.part("WKST"))
		if first < 0 {
			first = 1
		}
		return int(d) - (int(t.Weekday())-first+7)%7
	case "MONTHLY":
		return t.Year()*12 + int(t.Month())
	}
	return t.Year()
}

// weekdays returns the plain and the numbered weekdays of BYDAY.
func (r oracleRule) weekdays() (plain, numbered string) {
	var lists [2][]string
	for day := range strings.SplitSeq(r.part("BYDAY"), ",") {
		switch {
		case len(day) > len("MO"):
			lists[1] = append(lists[1], day)
		case day != "":
			lists[0] = append(lists[0], day)
		}
	}
	return strings.Join(lists[0], ","), strings.Join(lists[1], ",")
}

func (r oracleRule) is(freq string) bool { return r.part("FREQ") == freq }

func (r oracleRule) has(part string) bool { return r.part(part) != "" }

// hasNumber reports whether the part lists a number for which is returns true.
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

// without returns the rule without a part.
func (r oracleRule) without(name string) oracleRule {
	parts := slices.DeleteFunc(strings.Split(r.Rule, ";"), func(part string) bool { return strings.HasPrefix(part, name+"=") })
	r.Rule = strings.Join(parts, ";")
	return r
}

// with returns the rule with the part added, or replaced if it has one.
func (r oracleRule) with(name, value string) oracleRule {
	r = r.without(name)
	r.Rule += ";" + name + "=" + value
	return r
}

// dates returns the dates that this package finds for the rule; none if it
// rejects the rule.
func (r oracleRule) dates() []scheduling.Date {
	dates, err := ourDates(r)
	if err != nil {
		return nil
	}
	return dates
}
