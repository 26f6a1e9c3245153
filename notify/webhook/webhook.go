// Package webhook sends events of visits to other systems, by the rules of Standard
// Webhooks 1.0: signed, retried for days, with a stable id, and in order for each
// visit. Events are thin: a reference and no personal data.
package webhook

import (
	"errors"
	"time"
)

// The errors of webhooks.
var (
	ErrDisabled = errors.New("webhook: disabled")
	ErrPending  = errors.New("webhook: the delivery is not finished")
	ErrMany     = errors.New("webhook: as many webhooks as there may be")
)

// Limit is the most webhooks at once.
const Limit = 100

// State says whether a webhook receives events.
type State string

// The states. Removed webhooks are no longer shown.
const (
	Active   State = "active"
	Disabled State = "disabled" // because of its receiver's answers; see Why
	Removed  State = "removed"
)

// Why is the reason why a webhook was disabled.
type Why string

// The reasons.
const (
	Gone    Why = "gone"    // its receiver answered 410
	Failing Why = "failing" // its receiver has failed for days
)

// Webhook is an address that receives events of visits.
type Webhook struct {
	ID         string // UUID
	Name       string
	URL        string
	Department string   // slug; "" for all
	Events     []string // types; none for all
	State      State
	Created    time.Time
	CreatedBy  string // member of staff

	FormerUntil  time.Time // until when the former secret signs too; zero for never
	FailingSince time.Time // the first failure since something was delivered; zero for none
	Ended        time.Time // when it was disabled; zero while active
	Why          Why       // it was
}

// Query asks for a page of the webhooks, the newest first.
type Query struct {
	Departments []string // slugs; nil for all, also webhooks of no department
	Department  string   // only of this one; "" for any

	Before   time.Time // made before this one; zero for the newest
	BeforeID string    // and, made at the same instant, with a smaller ID
	Limit    int       // at least 1
}

// DeliveryState is the state of a delivery.
type DeliveryState string

// The states of a delivery.
const (
	Waiting   DeliveryState = "waiting" // for its turn, or for the next attempt
	Sending   DeliveryState = "sending"
	Delivered DeliveryState = "delivered" // the receiver answered 2xx
	Failed    DeliveryState = "failed"    // given up
)

// Delivery is one event on its way to one webhook.
type Delivery struct {
	ID        int64
	Message   string // UUID of the message
	Type      string // of the event
	Reference string // of the visit, as visitors write it; "" for a test
	State     DeliveryState
	Created   time.Time
	Next      time.Time // attempt; zero when finished
	Finished  time.Time // zero before
	Attempts  int
	Status    int    // of the last answer; 0 for none
	Detail    Detail // what was wrong with the last attempt
}

// MessageID returns what the receiver knows a delivery by, in the header
// webhook-id.
func MessageID(uuid string) string { return "msg_" + uuid }

// DeliveryQuery asks for a page of the deliveries to a webhook, the newest
// first.
type DeliveryQuery struct {
	Webhook string
	State   DeliveryState // "" for any
	Before  int64         // only with a smaller ID; 0 for the newest
	Limit   int           // at least 1
}
