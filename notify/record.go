package notify

import "time"

// MaxRecords is how many records are told at once, at most.
const MaxRecords = 200

// Record is what the ledger knows of a message about a visit, for staff.
type Record struct {
	ID        int64
	Way       Way
	Kind      Kind
	Lead      time.Duration // of a reminder: how long before the visit
	Reference string        // of the visit, as it is told
	Service   string        // slug
	Branch    string        // slug
	Lang      string

	// State is queued, sending, accepted, dropped or failed, and once a receipt
	// has come delivered, failed or expired.
	State    string
	Reason   string // why it was not accepted, at the last attempt
	Text     string // as sent; empty before, and when its retention has ended
	Segments int
	Attempts int
	Unsure   int // attempts of which nobody knows whether the gateway took it

	Created  time.Time
	Finished time.Time // zero while it waits
	Expires  time.Time

	GatewayID string
	Receipt   time.Time // when the receipt came; zero for none
	Code      string    // the gateway's reason in the receipt
}

// FailedQuery asks for messages that did not reach anybody, the newest first.
type FailedQuery struct {
	Department string // slug; "" for all
	// Finished and ID are those of the last record of the page before; zero
	// for the first page.
	Finished time.Time
	ID       int64
	Limit    int // 1 to MaxRecords; anything else is MaxRecords
}
