package notify

import (
	"errors"
	"strings"
	"time"
)

// MaxRecords is the most records returned at once.
const MaxRecords = 200

// Record is what the ledger knows of a message about a visit, for staff.
type Record struct {
	ID         int64
	Medium     Medium
	Kind       Kind
	Lead       time.Duration // of a reminder: how long before the visit
	Reference  string        // of the visit, as it is told; "" before one is booked
	Department string        // slug
	Service    string        // slug
	Branch     string        // slug
	Lang       string
	Mobile     Mobile // of the visitor, as it is now
	Email      string // the same

	// State is queued, sending, accepted, dropped or failed, and once a receipt
	// has come delivered, failed or expired.
	State    string
	Reason   string // why it was not accepted, at the last attempt
	Text     string // as sent; empty before, and when its retention has ended
	Segments int
	Attempts int
	Unsure   int // attempts after which it is unknown whether the gateway took the message

	Created  time.Time
	Finished time.Time // zero while it waits
	Expires  time.Time

	GatewayID string
	Receipt   time.Time // when the receipt came; zero for none
	Code      string    // the gateway's reason in the receipt
}

// FailedQuery asks for messages that were not delivered, the newest first.
type FailedQuery struct {
	Department string // slug; "" for any
	// Departments and Branches (slugs) bound what may be seen: messages of one
	// of these departments, or at one of these branches. Both nil for all.
	Departments, Branches []string
	// Finished and ID are those of the last record of the page before; zero
	// for the first page.
	Finished time.Time
	ID       int64
	Limit    int // 1 to MaxRecords; anything else is MaxRecords
}

// ErrNotResent is returned for a message that can't be sent again: it has not
// failed, or it would be too late.
var ErrNotResent = errors.New("notify: the message can't be sent again")

// To returns where the message goes, masked: for people who need to recognise
// it but not to know it.
func (r Record) To() string {
	if r.Medium == Email {
		return maskedEmail(r.Email)
	}
	return r.Mobile.Masked()
}

// maskedEmail shows the first letter of a mailbox and its domain:
// n•••@example.net.
func maskedEmail(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return ""
	}
	first := []rune(address[:at])[0]
	return string(first) + "•••" + address[at:]
}

// Resendable reports whether staff can have the message sent once more at now.
func (r Record) Resendable(now time.Time) bool {
	return (r.State == "failed" || r.State == "expired") && now.Before(r.Expires)
}
