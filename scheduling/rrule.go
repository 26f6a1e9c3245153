package scheduling

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// What is wrong with a recurrence rule. All are found without expanding it.
var (
	ErrRRule    = errors.New("scheduling: not a usable recurrence rule")
	ErrSubDaily = errors.New("scheduling: a recurrence rule repeats daily or less often")
	ErrTimes    = errors.New("scheduling: a recurrence rule names dates only, no hours, minutes or seconds")
	ErrCount    = errors.New("scheduling: a recurrence rule counts 1 to 10,000 dates")
	ErrInterval = errors.New("scheduling: a recurrence rule has an interval of 1 to 1,000")
	ErrUntil    = errors.New("scheduling: a recurrence rule ends before it starts")
	ErrNoDates  = errors.New("scheduling: a recurrence rule never occurs")
)

const (
	maxRRuleText = 500
	maxValues    = 400 // values in all lists of one rule
	maxCount     = 10_000
	maxInterval  = 1_000
)

// ParseRRule reads an RFC 5545 recurrence rule (section 3.3.10) without
// DTSTART, of frequency DAILY, WEEKLY, MONTHLY or YEARLY, that recurs over
// dates from the date from, and until the date until, inclusive, if that is
// not zero. An UNTIL in the text is a date; the time in it does not count, so
// one that means another local date must come as until.
//
// The date from is a date of the rule, and of its COUNT, only if the rule
// matches it; RFC 5545 section 3.8.5.3 leaves that open. Likewise INTERVAL and
// BYSETPOS have calendar years as the intervals of a rule with BYWEEKNO.
//
// The error wraps ErrSubDaily, ErrTimes, ErrCount, ErrInterval, ErrUntil,
// ErrNoDates, or ErrRRule for all else: what RFC 5545 forbids, BYWEEKNO
// without BYDAY, which programs understand differently, and BYEASTER, which
// is not in it.
func ParseRRule(text string, from, until Date) (Recurrence, error) {
	if len(text) > maxRRuleText {
		return Recurrence{}, fmt.Errorf("%w: longer than %d characters", ErrRRule, maxRRuleText)
	}
	text = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(text)), "RRULE:")
	keys, err := ruleParts(text)
	if err != nil {
		return Recurrence{}, err
	}
	option, err := rrule.StrToROption(text)
	if err != nil {
		return Recurrence{}, fmt.Errorf("%w: %w", ErrRRule, err)
	}
	if err := checkOption(option, keys); err != nil {
		return Recurrence{}, err
	}
	if from <= 0 {
		return Recurrence{}, fmt.Errorf("%w: no first date", ErrRRule)
	}
	if !option.Until.IsZero() {
		if last := DateOf(option.Until, time.UTC); until == 0 || last < until {
			until = last
		}
	}
	if until != 0 && until < from {
		return Recurrence{}, ErrUntil
	}
	r := newRecurrence(option, from, until)
	r.text = canonical(*option)
	if !r.bound(option.Count) {
		return Recurrence{}, ErrNoDates
	}
	return r, nil
}

// ruleParts returns the names of the parts of the rule. It refuses those that
// repeat and those that have no place in a rule over dates.
func ruleParts(text string) ([]string, error) {
	var keys []string
	for part := range strings.SplitSeq(text, ";") {
		key, _, _ := strings.Cut(part, "=")
		switch {
		case strings.ContainsAny(part, "\r\n"):
			return nil, fmt.Errorf("%w: more than one line", ErrRRule)
		case key == "BYHOUR", key == "BYMINUTE", key == "BYSECOND":
			return nil, fmt.Errorf("%w: %s", ErrTimes, key)
		case key == "DTSTART", key == "BYEASTER":
			return nil, fmt.Errorf("%w: %s is not allowed", ErrRRule, key)
		case slices.Contains(keys, key):
			return nil, fmt.Errorf("%w: repeated part", ErrRRule)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// checkOption refuses what the parser lets through.
func checkOption(o *rrule.ROption, keys []string) error {
	has := func(key string) bool { return slices.Contains(keys, key) }
	bad := func(why string) error { return fmt.Errorf("%w: %s", ErrRRule, why) }
	listed := len(o.Byweekday) + len(o.Bymonth) + len(o.Bymonthday) + len(o.Byyearday) + len(o.Byweekno) + len(o.Bysetpos)
	switch {
	case o.Freq > rrule.DAILY:
		return fmt.Errorf("%w, not %s", ErrSubDaily, o.Freq)
	case has("COUNT") && (o.Count < 1 || o.Count > maxCount):
		return ErrCount
	case has("INTERVAL") && (o.Interval < 1 || o.Interval > maxInterval):
		return ErrInterval
	case has("COUNT") && has("UNTIL"):
		return bad("both COUNT and UNTIL")
	case listed > maxValues:
		return bad("too many values")
	case o.Wkst.N() != 0:
		return bad("WKST is a plain day of the week")
	case has("BYSETPOS") && listed == len(o.Bysetpos):
		return bad("BYSETPOS without another BY part")
	case has("BYWEEKNO") && (o.Freq != rrule.YEARLY || !has("BYDAY")):
		return bad("BYWEEKNO needs FREQ=YEARLY and BYDAY")
	case has("BYYEARDAY") && o.Freq != rrule.YEARLY:
		return bad("BYYEARDAY needs FREQ=YEARLY")
	case has("BYMONTHDAY") && o.Freq == rrule.WEEKLY:
		return bad("BYMONTHDAY does not go with FREQ=WEEKLY")
	}
	for _, day := range o.Byweekday {
		n := max(day.N(), -day.N())
		switch {
		case n != 0 && (o.Freq > rrule.MONTHLY || has("BYWEEKNO")):
			return bad("a numbered BYDAY needs FREQ=MONTHLY, or FREQ=YEARLY without BYWEEKNO")
		case n > 53, n > 5 && (o.Freq == rrule.MONTHLY || has("BYMONTH")):
			return bad("BYDAY number out of range")
		}
	}
	if _, err := rrule.NewRRule(*o); err != nil { // the bounds of the lists
		return bad(err.Error())
	}
	return nil
}

// canonical returns the one text for all spellings of the rule: lists sorted,
// without repetition and defaults.
func canonical(o rrule.ROption) string {
	if o.Interval == 1 {
		o.Interval = 0
	}
	for _, list := range []*[]int{&o.Bysetpos, &o.Bymonth, &o.Bymonthday, &o.Byyearday, &o.Byweekno} {
		*list = sorted(*list)
	}
	o.Byweekday = slices.Clone(o.Byweekday)
	slices.SortFunc(o.Byweekday, func(a, b rrule.Weekday) int { return 1000*(a.N()-b.N()) + a.Day() - b.Day() })
	o.Byweekday = slices.Compact(o.Byweekday)
	until := o.Until
	o.Until = time.Time{}
	text := o.RRuleString()
	if !until.IsZero() {
		text += ";UNTIL=" + until.UTC().Format(rrule.DateFormat)
	}
	return text
}

func sorted(list []int) []int {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
