package ical

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ziyara/scheduling"
)

// zoneKey identifies a zone: TZIDs are names within one VCALENDAR.
type zoneKey struct {
	calendar *component
	tzid     string
}

// zoned is a zone, or the reason why it can't be used.
type zoned struct {
	zone *time.Location
	err  error
}

// loadZone returns the zone of a TZID: what the calendar itself defines under
// that name, else the zone for which Windows has the name, else the IANA zone.
// A definition without observances counts as far as its X-LIC-LOCATION.
func (r *reader) loadZone(tzid string) (*time.Location, error) {
	key := zoneKey{r.calendar, strings.TrimSpace(tzid)}
	found, known := r.zones[key]
	if !known {
		if len(r.zones) == maxZones {
			return nil, ErrMany
		}
		found.zone, found.err = r.findZone(key.tzid)
		r.zones[key] = found
	}
	return found.zone, found.err
}

func (r *reader) findZone(tzid string) (*time.Location, error) {
	names := []string{windowsZones()[tzid], tzid}
	var defined []change
	var definition *component
	for _, c := range r.calendar.parts {
		if c.kind != "VTIMEZONE" || strings.TrimSpace(c.text("TZID")) != tzid {
			continue
		}
		names = append(names, strings.TrimSpace(c.text("X-LIC-LOCATION")))
		changes, err := r.changes(c)
		switch {
		case err != nil:
			return nil, err
		case changes == nil:
		case definition != nil && !slices.Equal(changes, defined):
			return nil, because("calendar_event.zone_definition", "Zone", quoted(tzid))
		default:
			defined, definition = changes, c
		}
	}
	if definition != nil {
		return r.define(definition, tzid, defined)
	}
	for _, name := range names {
		if zone := ianaZone(name); zone != nil {
			return zone, nil
		}
	}
	return nil, because("calendar_event.zone", "Zone", quoted(tzid))
}

func quoted(tzid string) string { return fmt.Sprintf("%.80q", tzid) }

// ianaZone returns the zone of a name, or nil. It rejects the empty name and
// "Local", which depend on where the program runs.
func ianaZone(name string) *time.Location {
	if name == "" || name == "Local" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

//go:embed windows_zones.tsv
var windowsTable string

// windowsZones returns the IANA zones by the names that Windows has for them.
//
//nolint:gochecknoglobals // a constant in all but name, read once
var windowsZones = sync.OnceValue(func() map[string]string {
	zones := make(map[string]string)
	for line := range strings.Lines(windowsTable) {
		if name, zone, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			zones[name] = zone
		}
	}
	return zones
})

// The years for which the rules of a VTIMEZONE are followed. Later, the last
// offset stays.
const (
	firstZoneYear = 1970
	lastZoneYear  = 2100
)

const (
	maxChanges = 2_000        // of the offset of one zone
	maxOffset  = 16*60*60 - 1 // seconds; no zone was ever farther from UTC
	maxOffsets = 200          // different ones of a zone
)

// change is an instant at which clocks of a zone change.
type change struct {
	at       int64 // Unix time
	from, to int   // seconds ahead of UTC, before and after
}

// changes returns the changes that a VTIMEZONE defines (RFC 5545 section
// 3.6.5), in order; nil if it has no observances. The error is a reason, or
// concerns the whole file.
func (r *reader) changes(c *component) ([]change, error) {
	var all []change
	for _, part := range c.parts {
		if part.kind != "STANDARD" && part.kind != "DAYLIGHT" {
			continue
		}
		found, err := r.observance(part)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
		if found == nil || len(all) > maxChanges {
			return nil, because("calendar_event.zone_definition", "Zone", quoted(c.text("TZID")))
		}
	}
	slices.SortStableFunc(all, func(a, b change) int { return int(min(max(a.at-b.at, -1), 1)) })
	offsets := map[int]bool{}
	for i, change := range all {
		offsets[change.to] = true
		if i > 0 && change.at == all[i-1].at && change.to != all[i-1].to || len(offsets) > maxOffsets {
			return nil, because("calendar_event.zone_definition", "Zone", quoted(c.text("TZID")))
		}
	}
	return slices.CompactFunc(all, func(a, b change) bool { return a.at == b.at }), nil
}

// observance returns the changes to a STANDARD or DAYLIGHT; nil if it is not
// understood. The error concerns the whole file.
func (r *reader) observance(c *component) ([]change, error) {
	o := observance{}
	start, ok := c.only("DTSTART")
	from, okFrom := c.only("TZOFFSETFROM")
	to, okTo := c.only("TZOFFSETTO")
	if !ok || !okFrom || !okTo || c.first("EXDATE") != nil || c.first("EXRULE") != nil {
		return nil, nil
	}
	o.from, okFrom = parseOffset(from)
	o.to, okTo = parseOffset(to)
	if o.start, ok = parseLocal(start); !ok || !okFrom || !okTo {
		return nil, nil
	}
	all := []change{o.at(o.start)}
	for i := range c.lines {
		var more []change
		switch l := &c.lines[i]; l.name {
		case "RRULE":
			var err error
			if more, err = r.onsets(&o, l); err != nil {
				return nil, err
			}
		case "RDATE":
			more = o.listed(l)
		default:
			continue
		}
		if all = append(all, more...); more == nil || len(all) > maxChanges {
			return nil, nil
		}
	}
	return all, nil
}

// observance is a part of a VTIMEZONE. Its offsets are in seconds ahead of UTC.
type observance struct {
	start    time.Time // what clocks show at the first onset, as if in UTC
	from, to int
}

// at returns the change when clocks show the local time before it.
func (o *observance) at(local time.Time) change {
	return change{local.Unix() - int64(o.from), o.from, o.to}
}

// listed returns the changes of an RDATE; nil if it is not understood.
func (o *observance) listed(l *line) []change {
	var all []change
	for value := range strings.SplitSeq(l.value, ",") {
		value, _, _ = strings.Cut(value, "/")
		local, ok := parseLocal(value)
		if day, isDay := parseDay(strings.TrimSpace(value)); isDay {
			local, ok = o.on(day), true
		}
		if !ok || len(all) == maxChanges {
			return nil
		}
		all = append(all, o.at(local))
	}
	return all
}

// on returns the local time of an onset on the date.
func (o *observance) on(d scheduling.Date) time.Time {
	return d.Time().Add(time.Duration(o.start.Hour()*3600+o.start.Minute()*60+o.start.Second()) * time.Second)
}

// onsets returns the changes of an RRULE after the start, which can be none;
// nil if the rule is not understood. The error concerns the whole file.
func (r *reader) onsets(o *observance, l *line) ([]change, error) {
	rule, limit, ok := o.cutUntil(l.value)
	first := scheduling.NewDate(o.start.Date())
	if !ok || !strings.Contains(rule, "FREQ=YEARLY") || strings.Contains(rule, "BYSETPOS") {
		return nil, nil
	}
	all := []change{}
	last := scheduling.NewDate(lastZoneYear, time.December, 31)
	if limit != nil {
		last = min(last, scheduling.NewDate(limit.Date()))
	}
	if last < first {
		return all, nil
	}
	recurrence, err := scheduling.ParseRRule(rule, first, 0)
	if err != nil {
		if r.unusable++; r.unusable > maxUnusable {
			return nil, &LineError{l.number, ErrMany}
		}
		return nil, nil
	}
	from := max(first+1, scheduling.NewDate(firstZoneYear, time.January, 1))
	if r.work += max(int(last-from), 0); r.work > maxWork {
		return nil, &LineError{l.number, fmt.Errorf("%w: too many rules of time zones", ErrMany)}
	}
	for d := from; d <= last; d++ {
		if local := o.on(d); recurrence.On(d) && (limit == nil || !local.After(*limit)) {
			all = append(all, o.at(local))
		}
	}
	return all, nil
}

// cutUntil separates the UNTIL from a rule and returns it as local time; nil if
// there is none.
func (o *observance) cutUntil(text string) (rule string, limit *time.Time, ok bool) {
	var parts []string
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimSpace(text)), ";") {
		value, until := strings.CutPrefix(part, "UNTIL=")
		if !until {
			parts = append(parts, part)
			continue
		}
		local, timed := parseLocal(strings.TrimSuffix(value, "Z"))
		day, isDay := parseDay(value)
		switch {
		case limit != nil || !timed && !isDay:
			return "", nil, false
		case isDay:
			local = (day + 1).Time().Add(-time.Second)
		case strings.HasSuffix(value, "Z"):
			local = local.Add(time.Duration(o.from) * time.Second)
		}
		limit = &local
	}
	return strings.Join(parts, ";"), limit, true
}

// parseLocal parses a local DATE-TIME of any year.
func parseLocal(s string) (time.Time, bool) {
	t, err := time.Parse("20060102T150405", strings.TrimSpace(s))
	return t, err == nil && t.Year() > 0
}

// parseOffset parses a UTC-OFFSET (RFC 5545 section 3.3.14).
func parseOffset(s string) (seconds int, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) != len("+hhmm") && len(s) != len("+hhmmss") || s[0] != '+' && s[0] != '-' || strings.Trim(s[1:], "0123456789") != "" {
		return 0, false
	}
	hours, _ := strconv.Atoi(s[1:3])
	minutes, _ := strconv.Atoi(s[3:5])
	if len(s) == len("+hhmmss") {
		seconds, _ = strconv.Atoi(s[5:])
	}
	if minutes > 59 || seconds > 59 {
		return 0, false
	}
	seconds += hours*3600 + minutes*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, max(seconds, -seconds) <= maxOffset
}

// define returns a zone with the changes, in order and at least one. Its name is
// no other zone's: the file may define a known name in its own way.
func (r *reader) define(c *component, tzid string, changes []change) (*time.Location, error) {
	offsets := []int{changes[0].from}
	types := make([]byte, len(changes))
	for i, change := range changes {
		n := slices.Index(offsets[1:], change.to) + 1
		if n == 0 {
			n = len(offsets)
			offsets = append(offsets, change.to)
		}
		types[i] = byte(n) //nolint:gosec // at most maxOffsets
	}
	// RFC 8536: a header of version 1 without data, then that of version 2.
	head := append([]byte("TZif2"), make([]byte, 15)...)
	data := append(slices.Clone(head), make([]byte, 6*4)...)
	data = append(data, head...)
	for _, n := range []int{0, 0, 0, len(changes), len(offsets), 1} {
		data = binary.BigEndian.AppendUint32(data, uint32(n)) //nolint:gosec // small
	}
	for _, change := range changes {
		data = binary.BigEndian.AppendUint64(data, uint64(change.at)) //nolint:gosec // two's complement, as the RFC says
	}
	data = append(data, types...)
	for _, offset := range offsets {
		data = binary.BigEndian.AppendUint32(data, uint32(offset)) //nolint:gosec // two's complement, as the RFC says
		data = append(data, 0, 0)
	}
	zone, err := time.LoadLocationFromTZData(fmt.Sprintf("%s in line %d", tzid, c.line), append(data, "\x00\n\n"...))
	if err != nil {
		return nil, fmt.Errorf("ical: zone in line %d: %w", c.line, err)
	}
	return zone, nil
}
