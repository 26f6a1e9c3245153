package notify

import (
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"
)

// maxReason bounds what is kept of a gateway's error, in bytes.
const maxReason = 200

// longNumber finds mobiles in any spelling and verification codes.
var longNumber = regexp.MustCompile(`[0-9]{6,}`)

// outcome returns how this attempt ended.
func (c Claimed) outcome(s State, reason string) Outcome {
	return Outcome{ID: c.ID, Attempt: c.Attempt, State: s, Reason: reason}
}

// requeue returns the message to the queue, due at once: it was not tried.
func (c Claimed) requeue(now time.Time, reason string) Outcome {
	o := c.outcome(Retry, reason)
	o.NextAttempt = now
	return o
}

// again returns the message to the queue for after its backoff, and not before
// the gateways' pause is over, or gives it up when that would be too late.
func (c Claimed) again(now time.Time, pause time.Duration, reason string) Outcome {
	b := backoff()
	next := now.Add(max(b.After(c.Attempt), min(pause, b.Longest)))
	if !next.Before(c.Expires) {
		return c.outcome(Failed, reason)
	}
	o := c.outcome(Retry, reason)
	o.NextAttempt = next
	return o
}

// reason returns the text of err for the ledger, without what is private to
// the message and within what a database takes.
func reason(err error, c Claimed, text string) string {
	s := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", ""), "")
	for _, private := range []string{text, c.Facts.Code, c.Facts.Reference, c.Email} {
		if private != "" {
			s = strings.ReplaceAll(s, private, "•")
		}
	}
	s = longNumber.ReplaceAllString(s, "•")
	if len(s) <= maxReason {
		return s
	}
	cut := maxReason
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}

// panicError tells where the code for a message panicked, and with what value
// only if the runtime made it: any other may hold personal data.
func panicError(id int64, p any) error {
	if cause, ok := p.(runtime.Error); ok {
		return fmt.Errorf("notify: message %d: panic: %w\n%s", id, cause, debug.Stack())
	}
	return fmt.Errorf("notify: message %d: panic with a %T\n%s", id, p, debug.Stack())
}
