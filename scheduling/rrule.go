package scheduling

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// The faults of a recurrence rule. All are found without expanding it.
var (
	ErrRRule    = errors.New("scheduling: invalid or unsupported recurrence rule")
	ErrSubDaily = errors.New("scheduling: recurrence rule repeats more often than daily")
	ErrTimes    = errors.New("scheduling: recurrence rule names hours, minutes or seconds")
	ErrCount    = errors.New("scheduling: recurrence rule has a COUNT outside 1 to 10,000")
	ErrInterval = errors.New("scheduling: recurrence rule has an INTERVAL outside 1 to 1,000")
	ErrUntil    = errors.New("scheduling: recurrence rule ends before it starts")
	ErrNoDates  = errors.New("scheduling: recurrence rule never occurs")
)

// MaxRRule is the length of the longest rule that is read, in characters.
const MaxRRule = 500

const (
	maxValues   = 400 // values in all lists of a rule
	maxCount    = 10_000
	maxInterval = 1_000
)

// ParseRRule parses an RFC 5545 recurrence rule (section 3.3.10) without
// DTSTART, of frequency DAILY, WEEKLY, MONTHLY or YEARLY. The rule recurs over
// dates, beginning at from and ending at until, inclusive, if that is not zero.
// An UNTIL in the text is a date and any time in it is ignored: if it means
// another local date, pass that as until.
//
// The date from is an occurrence, and counts for COUNT, only if the rule
// matches it; RFC 5545 section 3.8.5.3 leaves that open. In a rule with
// BYWEEKNO, the intervals of INTERVAL and BYSETPOS are calendar years, which
// the RFC leaves open too.
//
// The error wraps ErrSubDaily, ErrTimes, ErrCount, ErrInterval, ErrUntil or
// ErrNoDates, and ErrRRule for anything else: what RFC 5545 forbids, BYWEEKNO
// without BYDAY, which programs understand differently, and BYEASTER, which is
// not part of the RFC.
func ParseRRule(text string, from, until Date) (Recurrence, error) {
	if len(text) > MaxRRule {
		return Recurrence{}, fmt.Errorf("%w: longer than %d characters", ErrRRule, MaxRRule)
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

// ruleParts returns the names of the parts of the rule. It rejects repeated
// parts, and parts that a rule over dates can't have.
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

// checkOption rejects what the parser accepts by mistake.
func checkOption(o *rrule.ROption, keys []string) error {
	has := func(key string) bool { return slices.Contains(keys, key) }
	bad := func(why string) error { return fmt.Errorf("%w: %s", ErrRRule, why) }
	listed := len(o.Byweekday) + len(o.Bymonth) + len(o.Bymonthday) + len(o.Byyearday) + len(o.Byweekno) + len(o.Bysetpos)
	switch {
	case o.Freq > rrule.DAILY:
		return fmt.Errorf("%w: %s", ErrSubDaily, o.Freq)
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
			return bad("a numbered BYDAY requires FREQ=MONTHLY, or FREQ=YEARLY without BYWEEKNO")
		case n > 53, n > 5 && (o.Freq == rrule.MONTHLY || has("BYMONTH")):
			return bad("BYDAY number out of range")
		}
	}
	if _, err := rrule.NewRRule(*o); err != nil { // checks the bounds of the lists
		return bad(err.Error())
	}
	return nil
}

// canonical returns the same text for all spellings of a rule: lists are
// sorted, repetitions and defaults left out.
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
