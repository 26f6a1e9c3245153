package postgres

import (
	"context"
	"encoding/json"
	"time"

	"ziyara/scheduling"
	"ziyara/slots"
)

// holdProposal writes the hold of a proposal. The ledger has given its place
// already.
func (q session) holdProposal(ctx context.Context, t slots.Transition) error {
	proposal := t.After.Proposal
	p := proposal.Place
	_, err := q.exec(ctx, "requests/propose", t.After.ID, proposal.ID, p.DeskGroup, p.Day.String(), p.First, p.Ticks, p.Count,
		proposal.Start, proposal.End, t.Event.At, proposal.Expires)
	return err
}

// endProposal ends the hold of the proposal that a transition ends, and returns its
// place, which the ledger still counts. It returns none if the hold has ended already.
func (q session) endProposal(ctx context.Context, t slots.Transition) ([]slots.Place, error) {
	if !t.EndsProposal() {
		return nil, nil
	}
	var rows []placeRow
	err := q.list(ctx, &rows, "requests/end_proposal", t.Before.ID)
	return places(rows), err
}

// answerRequest writes the new state of a request, or of a displaced visit, and the
// message to its visitor.
func (q session) answerRequest(ctx context.Context, t slots.Transition) error {
	a, p, e, n := t.After, t.After.Place, t.Event, told(t)
	_, err := q.exec(ctx, "requests/answer", a.ID, string(a.Status), nullTime(a.AnswerBy), a.StartVersion,
		p.DeskGroup, p.Day.String(), p.First, p.Ticks, p.Count, a.Start, a.End,
		string(e.Kind), e.At, e.Start, null(e.Actor), null(e.Reason), kind(n), nullTime(n.Expires))
	return err
}

// DueRequests implements slots.Store.
func (s *Appointments) DueRequests(ctx context.Context, now time.Time, limit int) ([]slots.Reference, error) {
	var due []slots.Reference
	err := s.pool().list(ctx, &due, "requests/due", now, limit)
	return due, err
}

// proposal decodes the row of a proposal's hold, nil for none.
func proposal(row []byte) (*slots.Proposal, error) {
	if row == nil {
		return nil, nil
	}
	var p struct {
		ID        string          `json:"id"`
		Branch    int             `json:"branch_id"`
		DeskGroup int             `json:"desk_group_id"`
		Day       scheduling.Date `json:"day"`
		First     int             `json:"first_tick"`
		Ticks     int             `json:"ticks"`
		Places    int             `json:"places"`
		Start     time.Time       `json:"start_at"`
		End       time.Time       `json:"end_at"`
		Expires   time.Time       `json:"expires_at"`
	}
	if err := json.Unmarshal(row, &p); err != nil {
		return nil, err
	}
	return &slots.Proposal{
		ID: p.ID,
		Place: slots.Place{
			Branch: p.Branch, DeskGroup: p.DeskGroup, Day: p.Day, First: p.First, Ticks: p.Ticks, Count: p.Places,
		},
		Start: p.Start.UTC(), End: p.End.UTC(), Expires: p.Expires.UTC(),
	}, nil
}
