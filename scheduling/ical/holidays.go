package ical

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"ziyara/scheduling"
)

const (
	maxWindow   = 20 * 366 // days
	maxHolidays = 20_000
	maxWork     = 2_000_000 // dates examined
)

// ReadHolidays reads a list of holidays: events of whole days, or from midnight
// to midnight in the zone, an IANA name. It returns those that overlap the
// dates from to until, both inclusive and at most 20 years apart, in order of
// their beginnings; recurring ones once for each occurrence. Tentative events
// are provisional. Names are returned as given: a language that the file lacks
// stays empty. The problems tell what was left out, in the order of the file.
//
// The error wraps ErrLarge, ErrMany, ErrSyntax, ErrUTF8, ErrVersion, ErrWindow
// or scheduling.ErrZone, or is the error of reading file.
func ReadHolidays(file io.Reader, zone string, from, until scheduling.Date) ([]scheduling.Holiday, []Problem, error) {
	if from <= 0 || until < from || until-from > maxWindow {
		return nil, nil, fmt.Errorf("%w: %v to %v", ErrWindow, from, until)
	}
	r, events, err := newReader(file, zone)
	if err != nil {
		return nil, nil, err
	}
	h := holidays{reader: r, from: from, until: until}
	for _, e := range events {
		if err := r.leftOut(e, h.add(e)); err != nil {
			return nil, nil, err
		}
	}
	slices.SortStableFunc(h.found, func(a, b scheduling.Holiday) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Until, b.Until))
	})
	return h.found, r.listed(), nil
}

// holidays collects the holidays that overlap a window.
type holidays struct {
	*reader
	from, until scheduling.Date
	found       []scheduling.Holiday
}

// add adds the occurrences of an event.
func (h *holidays) add(e *event) error {
	var spans []span
	if e.rule != "" {
		var err error
		if spans, err = h.expand(e); err != nil {
			return err
		}
	}
	for _, s := range e.singles() {
		s, err := h.days(e, s)
		if err != nil {
			return err
		}
		spans = append(spans, s)
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.date, b.date), cmp.Compare(a.to, b.to)) })
	for _, s := range slices.Compact(spans) {
		last := s.date + scheduling.Date(s.to/dayMinutes) - 1
		if last < h.from || s.date > h.until {
			continue
		}
		if len(h.found) == maxHolidays {
			return &LineError{e.line, fmt.Errorf("%w: more than %d holidays", ErrMany, maxHolidays)}
		}
		h.found = append(h.found, scheduling.Holiday{Name: e.name, From: s.date, Until: last, Provisional: e.tentative})
	}
	return nil
}

// days returns an occurrence in the zone of the reader. It is an error unless
// it has whole days there.
func (h *holidays) days(e *event, s span) (span, error) {
	if !e.allDay {
		s = s.in(h.zone, e.zone)
	}
	if s.from != 0 || s.to <= 0 || s.to%dayMinutes != 0 {
		return span{}, because("calendar_event.holiday_times")
	}
	return s, nil
}

// expand returns the occurrences of the rule that overlap the window.
func (h *holidays) expand(e *event) ([]span, error) {
	first, err := h.days(e, e.span)
	if err != nil {
		return nil, err
	}
	if err := h.sameClocks(e, first); err != nil {
		return nil, err
	}
	recurrence, err := h.checkRule(e)
	if err != nil {
		return nil, err
	}
	from, until := max(h.from-scheduling.Date(first.to/dayMinutes), e.span.date), h.until
	if e.until != 0 {
		until = min(until, e.until)
	}
	if h.work += max(int(until-from), 0) * workOf(e.rule); h.work > maxWork {
		return nil, &LineError{e.line, fmt.Errorf("%w: too many recurring events for such a long time", ErrMany)}
	}
	var spans []span
	for d := from; d <= until; d++ {
		if s := (span{d, first.from, first.to}); recurrence.On(d) && !e.excepts(s) {
			spans = append(spans, s)
		}
	}
	return spans, nil
}

// workOf returns the cost of a date of the rule: for BYSETPOS, all dates of its
// year, month or week have to be examined.
func workOf(rule string) int {
	switch {
	case !strings.Contains(rule, "BYSETPOS"):
		return 1
	case strings.Contains(rule, "YEARLY"):
		return 250
	}
	return 25
}
