package catalog

import (
	"fmt"
	"time"
)

// Approval says whether a department agrees before a visit is booked. Its zero
// value asks for nothing.
type Approval struct {
	// Answer is the elapsed time in which the department answers, whole hours
	// up to 30 days; 0 when no approval is needed.
	Answer time.Duration
	// Default is the answer when that time runs out.
	Default Answer
}

// Answer is what a department says to a request.
type Answer string

// The possible default answers.
const (
	Approve Answer = "approve"
	Decline Answer = "decline"
)

// Needed reports whether a booking over the channel waits for an approval.
// Walk-ins and urgent cases are approved by the staff who book them.
func (a Approval) Needed(c Channel) bool { return a.Answer > 0 && c != WalkIn && c != Protected }

// maxAnswer is the longest that visitors wait for an answer.
const maxAnswer = 30 * 24 * time.Hour

func (a Approval) validate() error {
	switch {
	case a == Approval{}:
		return nil
	case a.Answer <= 0 || a.Answer > maxAnswer || a.Answer%time.Hour != 0:
		return fmt.Errorf("answer time is %v: want whole hours up to %v", a.Answer, maxAnswer)
	case a.Default != Approve && a.Default != Decline:
		return fmt.Errorf("answer by default is %q: want %s or %s", a.Default, Approve, Decline)
	}
	return nil
}
