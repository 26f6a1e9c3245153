package api

import (
	"context"

	"ziyara/slots"
)

// ListWaitlist lists who waits, as far as the caller may see it.
func (s *Server) ListWaitlist(ctx context.Context, r ListWaitlistRequestObject) (ListWaitlistResponseObject, error) {
	departments, branches, err := within(ctx)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	q := slots.LineQuery{
		Departments: departments, Branches: branches, Branch: r.Params.Branch, Service: r.Params.Service, Limit: limit + 1,
	}
	if q.After, err = openNumber(r.Params.Cursor); err != nil {
		return nil, err
	}
	list, err := s.Line(ctx, q, s.Now())
	if err != nil {
		return nil, err
	}
	out := ListWaitlist200JSONResponse{Entries: []WaitlistLineEntry{}}
	list, out.NextCursor = paged(list, limit, func(e slots.InLine) string { return numberCursor(e.Number) })
	for _, e := range list {
		zone := centreOf(ctx).Zone(e.Branch)
		entry := WaitlistLineEntry{
			ID: e.ID, Service: e.Service, Department: departmentOf(ctx, e.Service), Branch: e.Branch,
			From: e.Wish.From.String(), To: e.Wish.To.String(), Earliest: e.Wish.Earliest.String(), Latest: e.Wish.Latest.String(),
			Party: e.Wish.Party, CreatedAt: e.Created.In(zone), Expires: e.Ends.In(zone), Earlier: e.Earlier, Offers: e.Offers,
		}
		if o := e.Offer; o != nil {
			entry.Offer = &WaitlistOffer{Start: o.Start.In(zone), End: o.End.In(zone), ExpiresAt: o.Expires.In(zone)}
		}
		out.Entries = append(out.Entries, entry)
	}
	return out, nil
}
