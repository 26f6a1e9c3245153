package movein

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"

	"ziyara/centre"
	"ziyara/slots"
	"ziyara/texts"
)

// Result is what became of a line.
type Result struct {
	Line      int
	Former    string          // reference in the other system
	Reference slots.Reference // of the visit; "" if there is none, or if it was only tried
	Err       error           // why there is none, or why it is not this one
	Decided   bool            // false if the run ended before
	Before    bool            // an earlier run imported it
}

// Counts are the numbers of lines by what became of them.
type Counts struct {
	Lines    int `json:"lines"`
	Imported int `json:"imported"`
	Before   int `json:"imported_before"`
	Refused  int `json:"refused"`
	Left     int `json:"not_reached"`
	Notes    int `json:"notes_left_out"`
}

// Count counts results; notes is how many lines had a note.
func Count(results []Result, notes int) Counts {
	c := Counts{Lines: len(results), Notes: notes}
	for _, r := range results {
		switch {
		case !r.Decided:
			c.Left++
		case r.Err != nil:
			c.Refused++
		case r.Before:
			c.Before++
		default:
			c.Imported++
		}
	}
	return c
}

// WriteReport writes what became of each line, as a spreadsheet.
func WriteReport(out io.Writer, results []Result) error {
	w := csv.NewWriter(out)
	if _, err := io.WriteString(out, "\ufeff"); err != nil { // by which spreadsheets know UTF-8
		return err
	}
	_ = w.Write([]string{"line", colFormer, "result", "reference", "reason_ar", "reason_en"}) // Error tells
	for _, r := range results {
		reason := r.reason()
		reference := ""
		if r.Reference != "" {
			reference = r.Reference.String()
		}
		_ = w.Write([]string{strconv.Itoa(r.Line), Guarded(r.Former), r.outcome(), reference, reason.AR, reason.EN})
	}
	w.Flush()
	return w.Error()
}

// outcome names what became of the line.
func (r Result) outcome() string {
	switch {
	case !r.Decided:
		return "not reached"
	case r.Err != nil:
		return "refused"
	case r.Before:
		return "imported before"
	}
	return "imported"
}

// reason says why there is no visit.
func (r Result) reason() texts.Text {
	switch {
	case !r.Decided:
		return texts.Staff("movein.left")
	case r.Err == nil:
		return texts.Text{}
	}
	if bad, ok := errors.AsType[*slots.VisitorError](r.Err); ok {
		return bad.Fields[0].Text()
	}
	for _, known := range []struct {
		err error
		key string
	}{
		{slots.ErrPast, "past"}, {slots.ErrTooFar, "too_far"}, {slots.ErrTaken, "taken"}, {slots.ErrPersonBusy, "busy"},
		{slots.ErrPersonLimit, "limit"}, {slots.ErrImported, "imported"}, {centre.ErrNotOffered, "not_offered"},
	} {
		if errors.Is(r.Err, known.err) {
			return texts.Staff("movein." + known.key)
		}
	}
	if closed, ok := errors.AsType[*slots.ImportClosedError](r.Err); ok {
		text := texts.Staff("movein.closed")
		return texts.Text{AR: text.AR + " " + closed.Why.AR, EN: text.EN + " " + closed.Why.EN}
	}
	if rule, ok := errors.AsType[*slots.RuleError](r.Err); ok {
		switch rule.Rule {
		case slots.RuleClosed:
			return texts.Staff("movein.closed")
		case slots.RuleOffGrid:
			return texts.Staff("movein.off_grid")
		case slots.RulePaused, slots.RuleRetired:
			return texts.Staff("movein.paused")
		case slots.RulePartyLimit:
			return texts.Staff("movein.party_limit")
		case slots.RuleNotice, slots.RuleHorizon, slots.RuleTaken, slots.RuleCancelCutoff, slots.RuleMoveCutoff, slots.RulePartyCutoff:
		}
	}
	return texts.Staff("movein.again")
}
