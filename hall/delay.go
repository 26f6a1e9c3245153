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

// Policy holds the rules for the hall as a whole.
type Policy struct {
	Promise   time.Duration // how long after their start visitors are called at the latest
	Misses    int           // missed calls after which a visitor counts as left
	DelayStep time.Duration // how much a delay must grow before visitors are told again
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
	ID           string // of the visit
	StartVersion int
	Minutes      int
	Until        time.Time // when the visit begins; then the message is of no use
}

// Notices returns the visitors to tell at now that they will be called later than
// promised, and by how much, in whole steps since their start. It leaves out
// visitors without a promised time: walk-ins, those who came late or missed a call,
// and those who said that they are away; and visitors who have not arrived by their
// start.
func (l Line) Notices(p Policy, now time.Time) []Notice {
	all := l.all(now)
	begins := begins(all, l.busy(now, overrun), l.capacity(now), now, Visit.here)
	var notices []Notice
	for i, v := range all {
		delay := begins[i].Sub(v.Start)
		steps := delay / p.DelayStep
		if !v.promised(now) || delay <= p.Promise || steps < 1 || v.Start.After(now.Add(p.Ahead)) {
			continue
		}
		minutes := int(steps) * int(p.DelayStep/time.Minute)
		notices = append(notices, Notice{ID: v.ID, StartVersion: v.StartVersion, Minutes: minutes, Until: begins[i]})
	}
	return notices
}

// promised reports whether the visitor was promised a call at about their start.
func (v Visit) promised(now time.Time) bool {
	switch a := v.Arrival; {
	case v.WalkIn(), !v.AwayUntil.IsZero():
		return false
	case a == nil:
		return !v.Start.Before(now)
	default:
		return !a.Late && a.Misses == 0
	}
}

// MaxDelay is the longest delay that can be announced; for longer ones, visits
// should be moved.
const MaxDelay = 8 * time.Hour

// Delay is an announcement for a desk group: visits that start in [At, Until) begin
// Minutes later.
type Delay struct {
	Group     *centre.DeskGroup
	Day       scheduling.Date
	Minutes   int
	At        time.Time
	Until     time.Time // exclusive; at most the end of the day
	Actor     string
	RequestID string
}

// check returns ErrDelay for a delay that is empty or out of range.
func (d Delay) check(endOfDay time.Time) error {
	if d.Minutes < 1 || d.Minutes > int(MaxDelay/time.Minute) || !d.Until.After(d.At) || d.Until.After(endOfDay) {
		return ErrDelay
	}
	return nil
}

// Entry returns the audit entry of the delay; told is the number of messages.
func (d Delay) Entry(told int) audit.Entry {
	return audit.Entry{
		At: d.At, Actor: d.Actor, Action: "delay.announced", Subject: "desk-group " + d.Group.Slug,
		Department: d.Group.Department, Branch: d.Group.Branch, RequestID: d.RequestID,
		After: json.RawMessage(fmt.Sprintf(`{"minutes":%d,"until":%q,"told":%d}`, d.Minutes, d.Until.UTC().Format(time.RFC3339), told)),
	}
}
