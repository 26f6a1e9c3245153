package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/audit"
	"ziyara/fault"
	"ziyara/slots"
)

// trace is what a request of staff has shown, for the log (docs/adr/0055).
type trace struct {
	visits      []string // references
	departments []string // of the visits, each once
	branches    []string
	by          []string // kinds of terms that were sought
	file        string   // what the file is about that was made; "" for none
	log         bool     // the log itself was read
	example     bool     // what was shown is made up
}

// shown is a trace as an entry has it.
type shown struct {
	Operation string   `json:"operation"`
	By        []string `json:"by,omitempty"`
	Visits    []string `json:"appointments,omitempty"`
}

// saw notes that a visit was shown, if staff asks. The reference is as visitors write it,
// department and branch are slugs.
func saw(ctx context.Context, reference, department, branch string) {
	t := metaOf(ctx).trace
	if t == nil {
		return
	}
	once := func(list *[]string, s string) {
		if !slices.Contains(*list, s) {
			*list = append(*list, s)
		}
	}
	once(&t.visits, reference)
	once(&t.departments, department)
	once(&t.branches, branch)
}

// sawVisit notes that an appointment was shown, if staff asks.
func sawVisit(ctx context.Context, a slots.Appointment) {
	saw(ctx, a.Reference.String(), departmentOf(ctx, a.Service), a.Branch)
}

// sought notes by what kinds of terms staff search.
func sought(ctx context.Context, kinds ...string) {
	if t := metaOf(ctx).trace; t != nil {
		t.by = append(t.by, kinds...)
	}
}

// exported notes that staff got a file about something.
func exported(ctx context.Context, about string) {
	if t := metaOf(ctx).trace; t != nil {
		t.file = about
	}
}

// recorded answers a request of staff once what it shows, or that it was refused, is in the
// log: no answer leaves before.
func (s *Server) recorded(c *fiber.Ctx, operation string, staff access.Staff, answer func() error) error {
	err := answer()
	t := metaOf(c.UserContext()).trace
	var entry audit.Entry
	switch status := c.Response().StatusCode(); {
	case errors.Is(err, access.ErrForbidden), errors.Is(err, access.ErrNoRole):
		entry = audit.Entry{Action: audit.Refused, Subject: "operation " + operation}
	case err != nil || status >= http.StatusMultipleChoices || t == nil:
		return err
	default:
		var ok bool
		if entry, ok = t.entry(operation); !ok {
			return nil
		}
	}
	entry.Actor, entry.RequestID = staff.ID, metaOf(c.UserContext()).id
	if lost := s.tell(c.UserContext(), entry, operation); lost != nil {
		c.Response().ResetBody()
		return lost
	}
	return err
}

// tell adds an entry about an operation to the log, unless it was there a moment ago.
func (s *Server) tell(ctx context.Context, entry audit.Entry, operation string) error {
	now := s.Now()
	if s.told.again(entry, operation, now) {
		return nil
	}
	if err := s.Record(ctx, entry); err != nil {
		return fmt.Errorf("%w: the log: %w", fault.ErrUnavailable, err)
	}
	s.told.keep(entry, operation, now)
	return nil
}

// entry returns the entry for what an operation has shown; false for none.
func (t *trace) entry(operation string) (audit.Entry, bool) {
	kind, _ := audit.TraceOf(operation)
	what := shown{Operation: operation, By: t.by, Visits: t.visits}
	entry := audit.Entry{Action: string(kind), Subject: "appointments"}
	switch {
	case kind == audit.Nothing, kind == audit.Act, kind == audit.Export && t.file == "", t.example:
		return entry, false
	case kind == audit.Export:
		entry.Subject = t.file
	case t.log:
		entry.Subject = "log"
	case len(t.visits) == 1:
		entry.Subject, what.Visits = "appointment "+t.visits[0], nil
	}
	if len(t.departments) == 1 {
		entry.Department = t.departments[0]
	}
	if len(t.branches) == 1 {
		entry.Branch = t.branches[0]
	}
	entry.After, _ = json.Marshal(what) // texts, which never fail
	return entry, true
}

const (
	// toldFor is how long it is enough to have said once that somebody was shown the same
	// by the same operation: pages of the hall ask every few seconds.
	toldFor  = 10 * time.Minute
	mostTold = 10_000
)

// told remembers who was shown what a moment ago. The zero value is ready for use.
type told struct {
	mu   sync.Mutex
	last map[string]toldEntry // by who and which operation
}

type toldEntry struct {
	what [sha256.Size]byte
	at   time.Time
}

// again reports whether the log has the entry since a moment ago. What was sought is always
// new, since the log does not have the term.
func (t *told) again(e audit.Entry, operation string, now time.Time) bool {
	if e.Action != string(audit.Read) && e.Action != audit.ForUsers {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	last, ok := t.last[e.Actor+"\x00"+operation]
	return ok && last.what == whatOf(e) && now.Sub(last.at) < toldFor && !now.Before(last.at)
}

// keep remembers an entry that is in the log.
func (t *told) keep(e audit.Entry, operation string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil || len(t.last) >= mostTold {
		t.last = make(map[string]toldEntry)
	}
	t.last[e.Actor+"\x00"+operation] = toldEntry{whatOf(e), now}
}

func whatOf(e audit.Entry) [sha256.Size]byte {
	return sha256.Sum256(append([]byte(e.Subject+"\x00"+e.Department+"\x00"+e.Branch+"\x00"), e.After...))
}
