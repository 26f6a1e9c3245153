package ical

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"ziyara/scheduling"
	"ziyara/textnorm"
	"ziyara/texts"
)

// event is a parsed VEVENT. Its times are in its own zone.
type event struct {
	line      int
	uid       string
	name      scheduling.Text
	sequence  int
	stamped   string // DTSTAMP
	modified  string // LAST-MODIFIED
	tentative bool
	cancelled bool
	override  bool   // it replaces one occurrence of another event
	replaces  *stamp // the occurrence to replace (RECURRENCE-ID); nil if it can't be read
	following bool   // it replaces all later occurrences too

	zone   *time.Location
	allDay bool
	span   span // first occurrence
	rule   string
	until  scheduling.Date // last date of rule; zero for no end
	also   []span          // RDATE
	listed map[moment]bool // the starts of also
	except map[moment]bool // EXDATE

	why error // why the event is left out; nil if it is used
}

// moment is the start of an occurrence. If the minute is wholeDate, it means
// all occurrences on the date.
type moment struct {
	date   scheduling.Date
	minute int
}

const wholeDate = -1

// excepts reports whether the occurrence s is removed or replaced.
func (e *event) excepts(s span) bool {
	return e.except[moment{s.date, s.from}] || e.except[moment{s.date, wholeDate}]
}

// singles returns the occurrences that are not from the rule and not removed.
func (e *event) singles() []span {
	all := e.also
	if e.rule == "" {
		all = append([]span{e.span}, all...)
	}
	return slices.DeleteFunc(slices.Clone(all), e.excepts)
}

// reader reads one file.
type reader struct {
	zone      *time.Location
	calendar  *component // the VCALENDAR that is being read
	floating  zoned      // zone of its floating times
	zones     map[zoneKey]zoned
	problems  []Problem
	reported  int
	recurring int
	unusable  int
	work      int // dates examined
}

// newReader parses the file and returns its events. Of those with the same UID
// and RECURRENCE-ID only the newest is kept. Occurrences that another event
// replaces are removed from their event.
func newReader(file io.Reader, zone string) (*reader, []*event, error) {
	location := ianaZone(zone)
	if location == nil {
		return nil, nil, fmt.Errorf("%w: %.80q", scheduling.ErrZone, zone)
	}
	r := &reader{zone: location, zones: make(map[zoneKey]zoned)}
	calendars, err := parse(file)
	if err != nil {
		return nil, nil, err
	}
	var events []*event
	for _, c := range calendars {
		found, err := r.events(c)
		if err != nil {
			return nil, nil, err
		}
		events = append(events, found...)
	}
	events, err = r.applyOverrides(r.newest(events))
	return r, events, err
}

// events parses the events of a VCALENDAR, as its own properties say: the zone
// of its floating times, and its METHOD (RFC 5546). A calendar that cancels
// makes its events cancelled ones; one that neither publishes nor invites, such
// as an answer, says nothing about dates.
func (r *reader) events(calendar *component) ([]*event, error) {
	r.calendar, r.floating = calendar, zoned{zone: r.zone}
	if name := strings.TrimSpace(calendar.text("X-WR-TIMEZONE")); name != "" {
		r.floating.zone, r.floating.err = r.loadZone(name)
		if err := r.floating.err; err != nil && !isReason(err) {
			return nil, err
		}
	}
	method := calendar.method()
	var events []*event
	for _, c := range calendar.parts {
		switch c.kind {
		case "VTIMEZONE":
		case "VEVENT":
			e, err := r.event(c)
			if err == nil && method != "" && method != Cancel {
				err = r.leftOut(e, because("calendar_event.method", "Method", fmt.Sprintf("%.40q", method)))
				e = nil
			}
			if err != nil {
				return nil, &LineError{c.line, err}
			}
			if e == nil {
				continue
			}
			if method == Cancel {
				e.cancelled, e.why = true, because("calendar_event.method_cancel")
			}
			events = append(events, e)
		default:
			r.note(c.line, r.name(c), texts.Staff("calendar_event.no_event", "Kind", fmt.Sprintf("%.40s", c.kind)))
		}
	}
	return events, nil
}

// method returns the METHOD of a calendar that does not announce its events;
// empty if it does, as without one (RFC 5546 section 1.4).
func (c *component) method() Method {
	for i := range c.lines {
		if c.lines[i].name != "METHOD" {
			continue
		}
		switch m := Method(strings.ToUpper(strings.TrimSpace(c.lines[i].value))); m {
		case Publish, Request, "ADD":
		default:
			return m
		}
	}
	return ""
}

// event parses a VEVENT. If the event can't be used, its why is set; the error
// concerns the whole file.
func (r *reader) event(c *component) (*event, error) {
	e := &event{
		line: c.line, uid: c.text("UID"), stamped: c.text("DTSTAMP"), modified: c.text("LAST-MODIFIED"), name: r.name(c),
		listed: make(map[moment]bool), except: make(map[moment]bool),
	}
	e.sequence, _ = strconv.Atoi(strings.TrimSpace(c.text("SEQUENCE")))
	err := e.status(c)
	if reason := r.identify(e, c); err == nil {
		err = reason
	}
	if err == nil {
		err = r.times(e, c)
	}
	if err == nil {
		err = r.recurrence(e, c)
	}
	if isReason(err) {
		e.why, err = err, nil
	}
	return e, err
}

// status parses the STATUS (RFC 5545 section 3.8.1.11).
func (e *event) status(c *component) error {
	switch status := strings.ToUpper(strings.TrimSpace(c.text("STATUS"))); status {
	case "", "CONFIRMED":
	case "CANCELLED", "CANCELED":
		e.cancelled = true
	case "TENTATIVE":
		e.tentative = true
	default:
		return because("calendar_event.status", "Status", fmt.Sprintf("%.40q", status))
	}
	return nil
}

// name returns the SUMMARY in both languages, or the first of CATEGORIES. A
// text without a language is Arabic if it has an Arabic letter.
func (r *reader) name(c *component) scheduling.Text {
	var name scheduling.Text
	for _, property := range []string{"SUMMARY", "CATEGORIES"} {
		for i := range c.lines {
			l := &c.lines[i]
			if l.name != property {
				continue
			}
			text := valueText.Replace(l.value)
			if property == "CATEGORIES" {
				text = firstOf(l.value)
			}
			r.addName(&name, l, textnorm.Line(strings.TrimSpace(text)))
		}
		if name != (scheduling.Text{}) {
			break
		}
	}
	return name
}

// addName sets name in the language of the text, unless it is set already.
func (r *reader) addName(name *scheduling.Text, l *line, text string) {
	to := &name.EN
	language, _, _ := strings.Cut(strings.ToLower(l.param("LANGUAGE")), "-")
	arabic := strings.ContainsFunc(text, func(c rune) bool { return unicode.Is(unicode.Arabic, c) })
	if language == "ar" || language != "en" && arabic {
		to = &name.AR
	}
	if *to != "" {
		return
	}
	*to = text
	if characters := []rune(text); len(characters) > maxName {
		*to = string(characters[:maxName])
		r.note(l.number, *name, texts.Staff("calendar_event.name_cut"))
	}
}

// identify parses the RECURRENCE-ID.
func (r *reader) identify(e *event, c *component) error {
	l := c.first("RECURRENCE-ID")
	if l == nil {
		return nil
	}
	e.override = true
	s, err := r.stamp(l, l.value)
	if err != nil {
		return err
	}
	e.replaces = &s
	if e.following = l.param("RANGE") != ""; e.following {
		return because("calendar_event.range")
	}
	return nil
}

// times parses the time of the first occurrence (RFC 5545 section 3.6.1).
func (r *reader) times(e *event, c *component) error {
	for _, name := range []string{"DTSTART", "DTEND", "DURATION", "RRULE", "STATUS", "RECURRENCE-ID", "UID"} {
		count := 0
		for i := range c.lines {
			if c.lines[i].name == name {
				count++
			}
		}
		if count > 1 {
			return because("calendar_event.twice", "Property", name)
		}
	}
	l := c.first("DTSTART")
	if l == nil {
		return because("calendar_event.no_start")
	}
	start, err := r.stamp(l, l.value)
	if err != nil {
		return err
	}
	e.allDay, e.zone = start.zone == nil, start.zone
	if e.allDay {
		e.zone = r.zone
	}
	e.span = span{date: start.date, from: start.minute}
	if start.second != 0 {
		return because("calendar_event.start_minute")
	}
	if e.span.to, err = r.end(e, c); err != nil {
		return err
	}
	switch length := e.span.to - e.span.from; {
	case length <= 0:
		return because("calendar_event.ends_before")
	case length > maxDays*dayMinutes:
		return because("calendar_event.too_long")
	case e.allDay && length%dayMinutes != 0:
		return because("calendar_event.not_whole_days")
	}
	return nil
}

// end returns the end of the first occurrence, in minutes from the midnight at
// which its date begins.
func (r *reader) end(e *event, c *component) (int, error) {
	if c.first("DTEND") != nil && c.first("DURATION") != nil {
		return 0, because("calendar_event.end_and_duration")
	}
	if l := c.first("DTEND"); l != nil {
		end, err := r.stamp(l, l.value)
		if err != nil {
			return 0, err
		}
		if e.allDay != (end.zone == nil) {
			return 0, because("calendar_event.day_and_time")
		}
		here := end.in(e.zone)
		if !e.allDay && !here.instant().Equal(end.instant()) {
			return 0, shownTwice()
		}
		end = here
		switch end.second {
		case 0:
		case 59: // other systems write the last second before the end
			end.minute++
		default:
			return 0, because("calendar_event.end_minute")
		}
		if e.allDay && end.date == e.span.date {
			end.date++ // often meant so, although the end is exclusive
		}
		return int(end.date-e.span.date)*dayMinutes + end.minute, nil
	}
	if l := c.first("DURATION"); l != nil {
		length, ok := parseDuration(l.value)
		if !ok {
			return 0, because("calendar_event.duration", "Duration", fmt.Sprintf("%.40q", l.value))
		}
		if e.allDay || c.first("RRULE") != nil || c.first("RDATE") != nil {
			return e.span.from + length.total(), nil // recurring events keep their wall times
		}
		return length.from(e.span.date, e.span.from, e.zone)
	}
	if e.allDay {
		return dayMinutes, nil
	}
	return 0, because("calendar_event.no_end")
}
