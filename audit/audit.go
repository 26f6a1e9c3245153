// Package audit has the entries of the log of staff actions.
package audit

import (
	"encoding/json"
	"time"
)

// Entry is one thing that a member of staff did, as the audit log keeps it for
// at least twelve months (NCA ECC-2). It holds no personal data of visitors:
// an appointment is named by its reference.
type Entry struct {
	ID         int64     // of the log, ascending; 0 before it is kept
	At         time.Time // when it was asked for; in the log, by the database's clock
	Actor      string    // access.Staff.ID
	Action     string    // what was done, for example approved or season.added
	Subject    string    // to what: "appointment V-7K3F-9Q2M-R", "desk-group revenues-riyadh"
	Department string    // slug; "" for none
	Branch     string    // slug; "" for none
	// Before and After are the state before and after; nil for none.
	Before, After json.RawMessage
	Reason        string // given by the actor
	RequestID     string // "" when there was no request
}

// Query asks for a page of the log, the newest first.
type Query struct {
	Subject, Actor, Action string   // "" for any
	Departments            []string // slugs; nil for all
	Before                 int64    // only entries with a smaller ID; 0 for the newest
	Limit                  int      // at least 1
}
