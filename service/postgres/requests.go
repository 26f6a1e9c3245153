package postgres

import (
	"context"
	"encoding/json"
	"time"

	"ziyara/scheduling"
	"ziyara/slots"
)

// Propose implements slots.Store.
func (s *Store) Propose(ctx context.Context, r slots.Reference, heldBack []int16, decide slots.Decide) (slots.Appointment, error) {
	began := s.board.now()
	return s.change(ctx, r, decide, func(q session, before, after slots.Appointment) error {
		back, err := q.endProposal(ctx, before)
		if err != nil {
			return err
		}
		p := after.Proposal.Place
		if err = q.settle(ctx, back, p); err != nil {
			return err
		}
		if err = q.take(ctx, p, heldBack); err != nil {
			s.board.doubt(p.DeskGroup, began)
			return err
		}
		_, err = q.exec(ctx, "requests/propose", after.ID, after.Proposal.ID, p.DeskGroup, p.Day.String(), p.First, p.Ticks, p.Count,
			after.Proposal.Start, after.Proposal.End, after.History[len(after.History)-1].At, after.Proposal.Expires)
		if err != nil {
			return err
		}
		return q.answerRequest(ctx, before, after)
	})
}

// AnswerRequest implements slots.Store.
func (s *Store) AnswerRequest(ctx context.Context, r slots.Reference, decide slots.Decide) (slots.Appointment, error) {
	return s.change(ctx, r, decide, func(q session, before, after slots.Appointment) error {
		return q.settleRequest(ctx, before, after)
	})
}

// settleRequest writes the answer to a request, or to the proposal for it or for
// a displaced visit.
func (q session) settleRequest(ctx context.Context, before, after slots.Appointment) error {
	back, err := q.endProposal(ctx, before)
	if err != nil {
		return err
	}
	switch what := last(after); {
	case what == slots.WasAccepted && len(back) == 0:
		return slots.ErrNoProposal // its hold has ended a moment ago
	case what == slots.WasAccepted:
		back = []slots.Place{before.Place} // and the proposed one is the visit's
	case !after.Status.TakesPlace():
		back = append(back, before.Place)
	}
	if err = q.settle(ctx, back); err != nil {
		return err
	}
	return q.answerRequest(ctx, before, after)
}

// endProposal ends the hold of the proposal that a request has and returns its
// place, which the ledger still counts; none when the hold has ended already.
func (q session) endProposal(ctx context.Context, request slots.Appointment) ([]slots.Place, error) {
	if request.Proposal == nil {
		return nil, nil
	}
	var rows []placeRow
	err := q.list(ctx, &rows, "requests/end_proposal", request.ID)
	return places(rows), err
}

// last returns what has just happened to an appointment.
func last(a slots.Appointment) slots.EventKind { return a.History[len(a.History)-1].Kind }

// answerRequest writes a request, or a displaced visit, whose last event has
// just happened, and the message to its visitor.
func (q session) answerRequest(ctx context.Context, before, after slots.Appointment) error {
	p, last := after.Place, after.History[len(after.History)-1]
	n := told(before, after, last)
	_, err := q.exec(ctx, "requests/answer", after.ID, string(after.Status), instant(after.AnswerBy), after.Version,
		p.DeskGroup, p.Day.String(), p.First, p.Ticks, p.Count, after.Start, after.End,
		string(last.Kind), last.At, last.Start, null(last.Actor), null(last.Reason), kind(n), instant(n.Expires))
	return err
}

// DueRequests implements slots.Store.
func (s *Store) DueRequests(ctx context.Context, now time.Time, limit int) ([]slots.Reference, error) {
	var due []slots.Reference
	err := s.pool().list(ctx, &due, "requests/due", now, limit)
	return due, err
}

// proposal reads the row of a proposal's hold.
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
