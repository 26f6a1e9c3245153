package webhook

import (
	"context"
	"time"
)

// Ledger keeps webhooks and what is on its way to them. Its methods are safe
// for concurrent use, also by workers in other processes.
type Ledger interface {
	// Due returns up to limit active webhooks for which something is due at now
	// and that are not paused; those in busy are left out.
	Due(ctx context.Context, now time.Time, busy []string, limit int) ([]Receiver, error)

	// Claim returns up to limit deliveries to a webhook that are due at now, and
	// keeps other workers from claiming them until now+lease; none when it is
	// not active or paused meanwhile. Of those about one visit only the first is
	// claimed, and the next once that is finished. Each claim counts as an
	// attempt.
	Claim(ctx context.Context, webhook string, now time.Time, limit int, lease time.Duration) ([]Claimed, error)

	// Finish records outcomes and what they say of the receiver, all or none. An
	// outcome whose attempt is no longer the latest is ignored. It returns why
	// the webhook is disabled from now on, "" if it is not.
	Finish(ctx context.Context, webhook string, now time.Time, outcomes []Outcome, v Verdict) (Why, error)
}

// Receiver is a webhook for which something is due.
type Receiver struct {
	Webhook      string // id
	URL          string
	Secrets      [][]byte // sealed; the present one first
	Failures     int      // in a row
	FailingSince time.Time
}

// Claimed is one delivery that this worker holds.
type Claimed struct {
	ID      int64
	Message string // UUID
	Attempt int    // from 1; it fences the outcome
	Created time.Time
	Event   Event
}

// Outcome is what came of one claimed delivery.
type Outcome struct {
	ID      int64
	Attempt int
	State   DeliveryState // Delivered, Failed, or Waiting for the next attempt
	Next    time.Time     // of Waiting
	Result  Result
}

// Verdict is what a batch of attempts says of the receiver.
type Verdict struct {
	Delivered   bool // something was: it works
	Failures    int  // in this batch; 0 when something was delivered
	PausedUntil time.Time
	Disable     Why // "" for not
}

// judge returns what the outcomes of a batch say of a receiver at now.
func judge(r Receiver, outcomes []Outcome, now time.Time) Verdict {
	var v Verdict
	var asked time.Duration
	for _, o := range outcomes {
		switch {
		case o.Result.Status == statusGone:
			v.Disable = Gone
			v.Failures++
		case o.State == Delivered:
			v.Delivered = true
		case o.Result.Detail != TooOld:
			v.Failures++
			asked = max(asked, o.Result.RetryAfter)
		}
	}
	if v.Delivered {
		v.Failures = 0
	}
	if asked > 0 {
		v.PausedUntil = now.Add(asked)
	}
	if v.Failures == 0 {
		return v
	}
	failures, since := r.Failures+v.Failures, r.FailingSince
	if since.IsZero() {
		since = now
	}
	if pause := Pause(failures); pause > asked {
		v.PausedUntil = now.Add(pause)
	}
	if v.Disable == "" && GivenUp(failures, since, now) {
		v.Disable = Failing
	}
	return v
}

// after notes what a batch said of the receiver.
func (r *Receiver) after(v Verdict, now time.Time) {
	switch {
	case v.Delivered:
		r.Failures, r.FailingSince = 0, time.Time{}
	case v.Failures > 0:
		if r.Failures += v.Failures; r.FailingSince.IsZero() {
			r.FailingSince = now
		}
	}
}

const statusGone = 410
