package api

import (
	"context"

	"ziyara/slots"
)

// FindFirstSlots finds the first free slot of a service, over all branches and
// at each.
func (s *Server) FindFirstSlots(ctx context.Context, r FindFirstSlotsRequestObject) (FindFirstSlotsResponseObject, error) {
	channel, err := channelToSee(ctx, r.Params.Channel)
	if err != nil {
		return nil, err
	}
	from, err := dateOr("?from", r.Params.From, 0)
	if err != nil {
		return nil, err
	}
	q := slots.FirstQuery{
		Service: r.Service, From: from, Party: max(1, r.Params.Party), Channel: channel, Needs: needsIn(r.Params.Needs),
	}
	found, err := bookerOf(ctx).First(ctx, q, s.Now())
	if err != nil {
		return nil, inQuery(err)
	}
	out := FirstSlots{Service: q.Service, Party: q.Party, Needs: q.Needs, Branches: []BranchFirst{}}
	for _, f := range found {
		out.Branches = append(out.Branches, branchFirst(f))
	}
	if earliest := slots.Earliest(found); earliest != nil {
		first := branchFirst(*earliest)
		out.First = &first
	}
	return taggedJSON(out, r.Params.IfNoneMatch)
}

func branchFirst(f slots.BranchFirst) BranchFirst {
	out := BranchFirst{Branch: f.Branch, Name: f.Name, Zone: f.Zone.String()}
	if f.Found {
		slot := slotJSON(f.Slot, f.Zone)
		out.Date, out.Hijri, out.Slot = f.Date.String(), hijri(f.Date), &slot
	}
	return out
}
