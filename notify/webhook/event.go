package webhook

import (
	"encoding/json"
	"time"
)

// TestType is the type of the event that staff send to try a webhook out.
const TestType = "webhook.test"

// typePrefix makes the kind of an event of a visit's history a type.
const typePrefix = "appointment."

// Types returns the types of events that a webhook can receive.
func Types() []string {
	kinds := []string{
		"requested", "booked", "approved", "declined", "proposed", "accepted", "refused", "moved", "corrected", "confirmed",
		"cancelled", "checked_in", "started", "completed", "left", "no_show", "restored",
	}
	for i, k := range kinds {
		kinds[i] = TypeOf(k)
	}
	return kinds
}

// TypeOf returns the type of an event of a visit's history, by its kind.
func TypeOf(kind string) string { return typePrefix + kind }

// Event is an event of a visit.
type Event struct {
	Type       string
	At         time.Time // when it happened
	Reference  string    // as visitors write it
	Service    string    // slug
	Department string    // slug
	Branch     string    // slug
	Start      time.Time // after the event, with the branch's offset; the proposed one of a proposal
	Version    int       // of the visit after the event
}

// Body returns what is sent of the event: the same bytes at each attempt.
func (e Event) Body() ([]byte, error) {
	type data struct {
		Reference  string    `json:"reference"`
		Service    string    `json:"service"`
		Department string    `json:"department"`
		Branch     string    `json:"branch"`
		Start      time.Time `json:"start"`
		Version    int       `json:"version"`
	}
	type payload struct {
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      any       `json:"data"`
	}
	p := payload{e.Type, e.At.UTC(), data{e.Reference, e.Service, e.Department, e.Branch, e.Start, e.Version}}
	if e.Type == TestType {
		p.Data = struct{}{}
	}
	return json.Marshal(p)
}
