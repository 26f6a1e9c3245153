package hall

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ziyara/audit"
	"ziyara/centre"
	"ziyara/scheduling"
)

// ErrDelay is returned for a delay that can't be announced.
var ErrDelay = errors.New("hall: a delay is a number of minutes, for starts that are still to come today")

// Policy is what holds for the hall as a whole.
type Policy struct {
	Promise   time.Duration // visitors are called within it of their start
	Misses    int           // calls in vain after which a visitor has left
	DelayStep time.Duration // a delay is told again when it has grown by so much
	Ahead     time.Duration // how far ahead of their start visitors are told
	Shown     int           // calls on the display
}

// DefaultPolicy returns the policy of the centre: called within ten minutes of
// the start; told of a delay at every quarter of an hour, up to two hours ahead.
func DefaultPolicy() Policy {
	return Policy{Promise: 10 * time.Minute, Misses: 3, DelayStep: 15 * time.Minute, Ahead: 2 * time.Hour, Shown: 10}
}

// Notice tells a visitor that their visit begins later.
type Notice struct {
	ID      string // of the visit
	Version int    // of its start
	Minutes int
	Until   time.Time // when it begins: from then on it is no news
}

// Notices returns who is to be told at now that they are called later than
// promised, and by how much: whole steps since their start. Walk-ins are not
// promised a time, nor are those who came late, or were not there when they were
// called; whoever has not come by their start is not told either.
func (l Line) Notices(p Policy, now time.Time) []Notice {
	all := l.all(now)
	begins := begins(all, l.busy(now), now, Visit.here)
	var notices []Notice
	for i, v := range all {
		delay := begins[i].Sub(v.Start)
		steps := delay / p.DelayStep
		if !v.promised(now) || delay <= p.Promise || steps < 1 || v.Start.After(now.Add(p.Ahead)) {
			continue
		}
		notices = append(notices, Notice{ID: v.ID, Version: v.Version, Minutes: int(steps) * int(p.DelayStep/time.Minute), Until: begins[i]})
	}
	return notices
}

// promised reports whether the visitor is to be called about their start.
func (v Visit) promised(now time.Time) bool {
	switch a := v.Arrival; {
	case v.WalkIn():
		return false
	case a == nil:
		return !v.Start.Before(now)
	default:
		return !a.Late && a.Misses == 0
	}
}

// maxDelay is the longest delay that is announced; who waits longer is better
// moved.
const maxDelay = 8 * time.Hour

// Delay is what is announced of a desk group: visits that start from At on, and
// before Until, begin later by Minutes.
type Delay struct {
	Group     *centre.DeskGroup
	Day       scheduling.Date
	Minutes   int
	At        time.Time
	Until     time.Time // exclusive; at most the end of the day
	Actor     string
	RequestID string
}

// check returns ErrDelay for one that says nothing.
func (d Delay) check(endOfDay time.Time) error {
	if d.Minutes < 1 || d.Minutes > int(maxDelay/time.Minute) || !d.Until.After(d.At) || d.Until.After(endOfDay) {
		return ErrDelay
	}
	return nil
}

// Entry returns the entry of the audit log for a delay that so many were told of.
func (d Delay) Entry(told int) audit.Entry {
	return audit.Entry{
		At: d.At, Actor: d.Actor, Action: "delay.announced", Subject: "desk-group " + d.Group.Slug,
		Department: d.Group.Department, Branch: d.Group.Branch, RequestID: d.RequestID,
		After: json.RawMessage(fmt.Sprintf(`{"minutes":%d,"until":%q,"told":%d}`, d.Minutes, d.Until.UTC().Format(time.RFC3339), told)),
	}
}
