package ical

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"ziyara/scheduling"
	"ziyara/texts"
)

// recurrence parses RRULE, RDATE and EXDATE. The rule is not checked yet.
func (r *reader) recurrence(e *event, c *component) error {
	if c.first("EXRULE") != nil {
		return because("calendar_event.exrule")
	}
	if l := c.first("RRULE"); l != nil {
		if e.override {
			return because("calendar_event.recurs_once")
		}
		if err := r.rule(e, l); err != nil {
			return err
		}
	}
	if err := r.eachDate(e, c, "RDATE", r.addDate); err != nil {
		return err
	}
	return r.eachDate(e, c, "EXDATE", r.exceptDate)
}

// eachDate calls read for each date in the lines with the name.
func (r *reader) eachDate(e *event, c *component, name string, read func(*event, *line, string) error) error {
	count := 0
	for i := range c.lines {
		l := &c.lines[i]
		if l.name != name {
			continue
		}
		for value := range strings.SplitSeq(l.value, ",") {
			if count++; count > maxListed {
				return because("calendar_event.too_many_dates", "Property", name)
			}
			if err := read(e, l, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// rule separates the UNTIL from a rule and parses it as a date.
func (r *reader) rule(e *event, l *line) error {
	if r.recurring++; r.recurring > maxRecurring {
		return ErrMany
	}
	var parts []string
	counted, ends := false, false
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimSpace(l.value)), ";") {
		value, until := strings.CutPrefix(part, "UNTIL=")
		counted = counted || strings.HasPrefix(part, "COUNT=")
		if !until {
			parts = append(parts, part)
			continue
		}
		if ends {
			return ruleReason(scheduling.ErrRRule)
		}
		ends = true
		// UNTIL is in UTC or written like the start, never with a zone of its
		// own.
		s, err := r.stamp(&line{name: "UNTIL"}, value)
		if err != nil {
			return err
		}
		e.until = s.date
		if s.zone != nil && !e.allDay {
			if !strings.HasSuffix(strings.TrimSpace(value), "Z") {
				s.zone = e.zone
			}
			s = s.in(e.zone)
			e.until = s.date
			if e.span.from > s.minute {
				e.until--
			}
		}
	}
	if counted && ends {
		return because("calendar_event.count_and_until")
	}
	if e.rule = strings.Join(parts, ";"); e.rule == "" {
		return ruleReason(scheduling.ErrRRule)
	}
	if ends && e.until < e.span.date {
		return ruleReason(scheduling.ErrUntil)
	}
	return nil
}

// addDate parses one RDATE: a date, a time or a period.
func (r *reader) addDate(e *event, l *line, value string) error {
	value, period, _ := strings.Cut(value, "/")
	s, err := r.stamp(l, value)
	if err != nil {
		return err
	}
	if (s.zone == nil) != e.allDay || s.second != 0 {
		return because("calendar_event.rdate_kind")
	}
	s = s.in(e.zone)
	more := span{s.date, s.minute, s.minute + e.span.to - e.span.from}
	switch {
	case period == "":
	case strings.HasPrefix(period, "P"):
		length, ok := parseDuration(period)
		if !ok {
			return because("calendar_event.rdate_duration", "Duration", fmt.Sprintf("%.40q", period))
		}
		if more.to, err = length.from(more.date, more.from, e.zone); err != nil {
			return err
		}
	default:
		end, err := r.stamp(l, period)
		if err != nil {
			return err
		}
		if end = end.in(e.zone); end.zone == nil || end.second != 0 {
			return because("calendar_event.rdate_end")
		}
		more.to = int(end.date-more.date)*dayMinutes + end.minute
	}
	if length := more.to - more.from; length <= 0 || length > maxDays*dayMinutes {
		return because("calendar_event.rdate_end")
	}
	e.also = append(e.also, more)
	e.listed[moment{more.date, more.from}] = true
	return nil
}

// exceptDate parses one EXDATE.
func (r *reader) exceptDate(e *event, l *line, value string) error {
	s, err := r.stamp(l, value)
	if err != nil {
		return err
	}
	if m, ok := e.occurrence(s); ok {
		e.except[m] = true
		return nil
	}
	r.note(l.number, e.name, texts.Staff("calendar_event.exdate"))
	return nil
}

// occurrence returns the occurrence of the event that starts at s. It checks
// the time of day only, not the date. A date without a time means all
// occurrences on that date. It returns false if there is none, or if the event
// could not be read.
func (e *event) occurrence(s stamp) (moment, bool) {
	if e.zone == nil {
		return moment{}, false
	}
	s = s.in(e.zone)
	if s.zone == nil {
		return moment{s.date, wholeDate}, true
	}
	m := moment{s.date, s.minute}
	return m, (s.minute == e.span.from || e.listed[m]) && s.second == 0
}

// identity is what all versions of an event share.
type identity struct {
	uid      string
	replaces stamp
}

// identity returns false if the event has none.
func (e *event) identity() (identity, bool) {
	id := identity{uid: e.uid}
	if e.replaces != nil {
		id.replaces = e.replaces.in(time.UTC) // in UTC, because versions can be written in different zones
	}
	return id, e.uid != "" && e.override == (e.replaces != nil)
}

// compare returns which of two versions is newer: positive for e, zero if the
// file does not tell.
func (e *event) compare(other *event) int {
	return cmp.Or(cmp.Compare(e.sequence, other.sequence), cmp.Compare(e.stamped, other.stamped), cmp.Compare(e.modified, other.modified))
}

// newest leaves out the events that have a later version (RFC 5546 section
// 2.1.5).
func (r *reader) newest(events []*event) []*event {
	latest := make(map[identity]*event)
	for _, e := range events {
		id, ok := e.identity()
		if !ok {
			continue
		}
		known := latest[id]
		if known == nil || e.compare(known) >= 0 {
			latest[id] = e
		}
	}
	return slices.DeleteFunc(events, func(e *event) bool {
		if id, ok := e.identity(); !ok || latest[id] == e {
			return false
		}
		r.note(e.line, e.name, texts.Staff("calendar_event.newer"))
		return true
	})
}

// applyOverrides removes the occurrences that other events replace from the
// events they belong to, and reports what is left out.
func (r *reader) applyOverrides(events []*event) ([]*event, error) {
	masters := make(map[string]*event)
	for _, e := range events {
		if e.uid != "" && !e.override {
			masters[e.uid] = e
		}
	}
	for _, e := range events {
		if e.uid == "" || e.replaces == nil || masters[e.uid] == nil {
			continue
		}
		master := masters[e.uid]
		if master.cancelled && e.why == nil {
			e.why = because("calendar_event.cancelled")
		}
		switch m, ok := master.occurrence(*e.replaces); {
		case e.following && master.why == nil:
			master.why = e.why
		case ok:
			master.except[m] = true
		case master.why == nil && e.why == nil && !e.cancelled:
			e.why = because("calendar_event.no_occurrence")
		}
	}
	kept := events[:0]
	for _, e := range events {
		if e.cancelled && e.why == nil {
			e.why = because("calendar_event.cancelled")
		}
		if e.why == nil {
			kept = append(kept, e)
			continue
		}
		if err := r.leftOut(e, e.why); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// horizon is the most days over which the clocks of two zones are compared.
const horizon = 20 * 366

// sameClocks returns a reason unless the rule of the event has the same meaning
// in the zone of the reader, where its first occurrence is first.
func (r *reader) sameClocks(e *event, first span) error {
	if e.zone.String() == r.zone.String() {
		return nil
	}
	until := e.span.date + horizon
	if e.until != 0 {
		until = min(until, e.until)
	}
	if !together(r.zone, e.zone, e.span.date, until) {
		return because("calendar_event.other_clocks")
	}
	if first.date != e.span.date {
		return because("calendar_event.other_zone")
	}
	return nil
}

// checkRule returns the recurrence of the event, from its first date. The event
// must have a rule.
func (r *reader) checkRule(e *event) (scheduling.Recurrence, error) {
	recurrence, err := scheduling.ParseRRule(e.rule, e.span.date, e.until)
	if err == nil {
		if !recurrence.On(e.span.date) {
			r.note(e.line, e.name, texts.Staff("calendar_event.start_left_out"))
		}
		return recurrence, nil
	}
	if r.unusable++; r.unusable > maxUnusable {
		return recurrence, &LineError{e.line, ErrMany}
	}
	return recurrence, ruleReason(err)
}
