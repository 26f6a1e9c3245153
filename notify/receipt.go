package notify

import (
	"context"
	"time"
)

// Delivery is the final result of a message after its gateway took it.
type Delivery string

// The ends of a delivery. What a gateway tells on the way is not recorded.
const (
	Delivered   Delivery = "delivered"   // it is on the mobile
	Undelivered Delivery = "undelivered" // it never will be
	Overdue     Delivery = "overdue"     // it expired before the mobile was reached
)

// Receipt is a gateway's report on a message that it took.
type Receipt struct {
	GatewayID string // as Sender.Send returned it
	Delivery  Delivery
	Code      string    // the gateway's reason, in its own notation; may be empty
	At        time.Time // when the receipt came, UTC
}

// Receipts takes receipts. On an error the gateway is asked to bring the
// receipt again, where its protocol knows that. The same receipt may come more
// than once, in any order with others, and before Send has returned the id
// that it is about. Concurrent calls are allowed.
type Receipts func(context.Context, Receipt) error
