package ical

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"ziyara/scheduling"
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

// because returns a reason. The formats of both languages get the same args.
func because(ar, en string, args ...any) error {
	if len(args) > 0 {
		ar, en = fmt.Sprintf(ar, args...), fmt.Sprintf(en, args...)
	}
	return reason{AR: ar, EN: en}
}

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
	r.report(Problem{e.line, e.name, scheduling.Text{
		AR: "لم يُستورد: " + why.AR, EN: "Not imported: " + why.EN,
	}})
	return nil
}

// note reports that part of an event was left out.
func (r *reader) note(line int, name scheduling.Text, ar, en string) {
	r.report(Problem{line, name, scheduling.Text{AR: ar, EN: en}})
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
		return append(r.problems, Problem{Text: scheduling.Text{
			AR: fmt.Sprintf("ملاحظات أخرى لم تُعرض، عددها: %d.", more),
			EN: fmt.Sprintf("Further problems that are not listed: %d.", more),
		}})
	}
	return r.problems
}

// ruleReason returns what is wrong with a recurrence rule.
func ruleReason(err error) error {
	for _, known := range []struct {
		err    error
		ar, en string
	}{
		{scheduling.ErrSubDaily, "قاعدة التكرار تتكرر أكثر من مرة في اليوم.", "The recurrence rule repeats more often than daily."},
		{scheduling.ErrTimes, "قاعدة التكرار تذكر ساعات أو دقائق أو ثواني.", "The recurrence rule names hours, minutes or seconds."},
		{
			scheduling.ErrCount, "عدد التكرارات خارج الحدود (من 1 إلى 10,000).",
			"The recurrence rule counts fewer than 1 or more than 10,000 dates.",
		},
		{scheduling.ErrInterval, "فاصل التكرار خارج الحدود (من 1 إلى 1,000).", "The recurrence rule has an interval outside 1 to 1,000."},
		{scheduling.ErrUntil, "قاعدة التكرار تنتهي قبل أن تبدأ.", "The recurrence rule ends before it starts."},
		{scheduling.ErrNoDates, "قاعدة التكرار لا توافق أي يوم.", "The recurrence rule never occurs."},
	} {
		if errors.Is(err, known.err) {
			return because(known.ar, known.en)
		}
	}
	return because("قاعدة التكرار غير صحيحة أو غير مدعومة.", "The recurrence rule is not valid, or not supported.")
}
