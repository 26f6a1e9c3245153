package ical

import (
	"cmp"
	"errors"
	"slices"

	"ziyara/scheduling"
	"ziyara/texts"
)

// Problem is something in a file that was left out or changed.
type Problem struct {
	Line int             // line in the file, from 1
	Name scheduling.Text // of the event; empty if it has none
	Text scheduling.Text // what happened and why, a sentence
}

// reason is why an event can't be used: a sentence in both languages.
type reason scheduling.Text

// Error returns the English sentence.
func (r reason) Error() string { return r.EN }

// because is a reason in the words of the catalogue.
func because(key string, parameters ...any) error { return reason(texts.Staff(key, parameters...)) }

// isReason reports whether err concerns one event only.
func isReason(err error) bool {
	var why reason
	return errors.As(err, &why)
}

// leftOut reports that an event was left out. An error that is not a reason
// concerns the whole file and is returned.
func (r *reader) leftOut(e *event, err error) error {
	if err == nil {
		return nil
	}
	var why reason
	if !errors.As(err, &why) {
		return err
	}
	r.report(Problem{e.line, e.name, texts.Staff("calendar_event.left_out", "Why", scheduling.Text(why))})
	return nil
}

// note reports that part of an event was left out.
func (r *reader) note(line int, name, text scheduling.Text) {
	r.report(Problem{line, name, text})
}

func (r *reader) report(p Problem) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, p)
	}
	r.reported++
}

// listed returns the problems in the order of the file. If there are too many,
// the last one gives their number.
func (r *reader) listed() []Problem {
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	if more := r.reported - len(r.problems); more > 0 {
		return append(r.problems, Problem{Text: texts.Staff("calendar_event.further", "Count", more)})
	}
	return r.problems
}

// ruleReason returns what is wrong with a recurrence rule.
func ruleReason(err error) error {
	for _, known := range []struct {
		err error
		key string
	}{
		{scheduling.ErrSubDaily, "calendar_event.rule_sub_daily"},
		{scheduling.ErrTimes, "calendar_event.rule_times"},
		{scheduling.ErrCount, "calendar_event.rule_count"},
		{scheduling.ErrInterval, "calendar_event.rule_interval"},
		{scheduling.ErrUntil, "calendar_event.rule_until"},
		{scheduling.ErrNoDates, "calendar_event.rule_no_dates"},
	} {
		if errors.Is(err, known.err) {
			return because(known.key)
		}
	}
	return because("calendar_event.rule")
}
