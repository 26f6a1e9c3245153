package api

import (
	"context"

	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// FindFirstSlots finds the first free slot of a service, over all branches and
// at each.
func (s *Server) FindFirstSlots(ctx context.Context, r FindFirstSlotsRequestObject) (FindFirstSlotsResponseObject, error) {
	channel, err := channelToSee(ctx, r.Params.Channel)
	if err != nil {
		return nil, err
	}
	snapshot := s.Centre()
	service, ok := snapshot.Service(r.Service)
	if !ok {
		return nil, centre.ErrUnknownService
	}
	var from scheduling.Date
	if r.Params.From != "" {
		if from, err = date("?from", r.Params.From); err != nil {
			return nil, err
		}
	}
	needs, err := needsOf(service, r.Params.Needs)
	if err != nil {
		return nil, err
	}
	party := max(1, r.Params.Party)
	found, err := s.Booker.First(ctx, slots.FirstQuery{
		Service: r.Service, From: from, Party: party, Channel: channel, Needs: needs,
	}, s.Now())
	if err != nil {
		return nil, err
	}
	out := FirstSlots{Service: r.Service, Party: party, Needs: needs, Branches: []BranchFirst{}}
	for _, f := range found {
		out.Branches = append(out.Branches, branchFirst(snapshot, f))
	}
	if earliest := slots.Earliest(found); earliest != nil {
		first := branchFirst(snapshot, *earliest)
		out.First = &first
	}
	return taggedJSON(out, r.Params.IfNoneMatch)
}

func branchFirst(centre *centre.Snapshot, f slots.BranchFirst) BranchFirst {
	out := BranchFirst{Branch: f.Branch, Zone: f.Zone.String()}
	if branch, ok := centre.Branch(f.Branch); ok {
		out.Name = branch.Name
	}
	if f.Found {
		slot := slotJSON(f.Slot, f.Zone)
		out.Date, out.Hijri, out.Slot = f.Date.String(), hijri(f.Date), &slot
	}
	return out
}
