package ical

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ziyara/scheduling"
)

const (
	dayMinutes = 24 * 60
	maxDays    = 366 // of one event
)

// stamp is a DATE or DATE-TIME as written in the file.
type stamp struct {
	date   scheduling.Date
	minute int            // of the date; 0 for a DATE
	second int            // of the minute
	zone   *time.Location // zone of date and minute; nil for a DATE
}

// instant returns the instant of s, in UTC.
func (s stamp) instant() time.Time {
	return at(s.date, s.minute, s.zone).Add(time.Duration(s.second) * time.Second)
}

// in returns the same instant as clocks in zone show it. A DATE does not
// change.
func (s stamp) in(zone *time.Location) stamp {
	if s.zone == nil || s.zone.String() == zone.String() {
		return s
	}
	t := s.instant().In(zone)
	return stamp{scheduling.NewDate(t.Date()), t.Hour()*60 + t.Minute(), t.Second(), zone}
}

// at returns the instant of a wall time given in minutes from the midnight at
// which d begins. It may be past the end of the day.
func at(d scheduling.Date, minutes int, zone *time.Location) time.Time {
	return (d + scheduling.Date(minutes/dayMinutes)).At(scheduling.WallTime(minutes%dayMinutes), zone)
}

// span is one occurrence of an event: [from, to) in minutes of wall time from
// the midnight at which the date begins.
type span struct {
	date     scheduling.Date
	from, to int
}

// in converts the span from the wall time of the zone of to that of zone.
func (s span) in(zone, of *time.Location) span {
	if zone.String() == of.String() {
		return s
	}
	start, end := at(s.date, s.from, of).In(zone), at(s.date, s.to, of).In(zone)
	date := scheduling.NewDate(start.Date())
	return span{
		date: date, from: start.Hour()*60 + start.Minute(),
		to: int(scheduling.NewDate(end.Date())-date)*dayMinutes + end.Hour()*60 + end.Minute(),
	}
}

// stamp parses the value of a line as a DATE or DATE-TIME (RFC 5545 sections
// 3.3.4 and 3.3.5). A floating time is in the zone of its calendar: X-WR-TIMEZONE,
// or that of the reader.
func (r *reader) stamp(l *line, value string) (stamp, error) {
	day, clock, timed := strings.Cut(strings.TrimSpace(value), "T")
	date, ok := parseDay(day)
	if !ok {
		return stamp{}, badDate(l, value)
	}
	if !timed {
		return stamp{date: date}, nil
	}
	s := stamp{date: date, zone: r.floating.zone}
	clock, utc := strings.CutSuffix(clock, "Z")
	var hour, minute int
	if !digits(clock, 6, &hour, &minute, &s.second) || hour > 23 || minute > 59 || s.second > 60 {
		return stamp{}, badDate(l, value)
	}
	s.minute, s.second = hour*60+minute, min(s.second, 59) // a leap second is read as the second before
	switch tzid := l.param("TZID"); {
	case utc:
		s.zone = time.UTC
	case tzid != "":
		zone, err := r.loadZone(tzid)
		if err != nil {
			return stamp{}, err
		}
		s.zone = zone
	case r.floating.err != nil:
		return stamp{}, r.floating.err
	}
	return s, nil
}

func badDate(l *line, value string) error {
	return because("calendar_event.date", "Value", fmt.Sprintf("%.40q", value), "Property", l.name)
}

func parseDay(s string) (scheduling.Date, bool) {
	if len(s) != len("20060102") {
		return 0, false
	}
	d, err := scheduling.ParseDate(s[:4] + "-" + s[4:6] + "-" + s[6:])
	return d, err == nil
}

// digits parses length digits, two for each number.
func digits(s string, length int, numbers ...*int) bool {
	if len(s) != length || strings.Trim(s, "0123456789") != "" {
		return false
	}
	for i, n := range numbers {
		*n, _ = strconv.Atoi(s[2*i : 2*i+2])
	}
	return true
}

// duration is a length: calendar days, then elapsed minutes.
type duration struct{ days, minutes int }

// total returns the length in minutes, on days without a change of clocks.
func (d duration) total() int { return d.days*dayMinutes + d.minutes }

// from returns what clocks in the zone show at the end of an event that starts
// at a minute of the date, in minutes from the midnight at which the date
// begins (RFC 5545 section 3.3.6).
func (d duration) from(date scheduling.Date, minute int, zone *time.Location) (int, error) {
	end := at(date, minute+d.days*dayMinutes, zone).Add(time.Duration(d.minutes) * time.Minute)
	t := end.In(zone)
	to := int(scheduling.NewDate(t.Date())-date)*dayMinutes + t.Hour()*60 + t.Minute()
	if !at(date, to, zone).Equal(end) {
		return 0, shownTwice()
	}
	return to, nil
}

// shownTwice returns the reason for times that clocks show twice.
func shownTwice() error {
	return because("calendar_event.shown_twice")
}

// parseDuration parses a DURATION (RFC 5545 section 3.3.6): whole minutes, more
// than zero and at most maxDays.
func parseDuration(s string) (length duration, ok bool) {
	s, found := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(s), "+"), "P")
	if !found {
		return duration{}, false
	}
	units := []struct {
		name          byte
		days, seconds int
	}{{'W', 7, 0}, {'D', 1, 0}, {'H', 0, 3600}, {'M', 0, 60}, {'S', 0, 1}}
	days, seconds, inTime := 0, 0, false
	for s != "" {
		if s[0] == 'T' && !inTime {
			inTime, s = true, s[1:]
		}
		end := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
		if end < 1 || end > 8 {
			return duration{}, false
		}
		n, _ := strconv.Atoi(s[:end])
		for len(units) > 0 && (units[0].name != s[end] || (units[0].seconds > 0) != inTime) {
			units = units[1:]
		}
		if len(units) == 0 {
			return duration{}, false
		}
		days += n * units[0].days
		seconds += n * units[0].seconds
		units, s = units[1:], s[end+1:]
	}
	length = duration{days, seconds / 60}
	return length, seconds%60 == 0 && length.total() > 0 && length.total() <= maxDays*dayMinutes
}

// together reports whether clocks in both zones keep the same difference from
// the date from to the date until, both inclusive.
func together(a, b *time.Location, from, until scheduling.Date) bool {
	t, end := (from - 1).Time(), (until + 2).Time()
	distance, t := apart(a, b, t)
	for t.Before(end) {
		var now int
		if now, t = apart(a, b, t); now != distance {
			return false
		}
	}
	return true
}

// apart returns how many seconds clocks in a are ahead of those in b at t, and
// a later instant until which that stays true.
func apart(a, b *time.Location, t time.Time) (seconds int, until time.Time) {
	_, ahead := t.In(a).Zone()
	_, behind := t.In(b).Zone()
	until = t.AddDate(1, 0, 0)
	for _, zone := range []*time.Location{a, b} {
		if _, end := t.In(zone).ZoneBounds(); !end.IsZero() && end.Before(until) {
			until = end
		}
	}
	if !until.After(t) { // ZoneBounds is wrong on the last day of leap years
		until = t.Add(15 * time.Minute)
	}
	return ahead - behind, until
}
