package api

import (
	"context"

	"ziyara/audit"
)

// ListActs lists the entries of the audit log that the caller may see, newest
// first.
func (s *Server) ListActs(ctx context.Context, r ListActsRequestObject) (ListActsResponseObject, error) {
	departments, _, err := within(ctx)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	q := audit.Query{
		Subject: r.Params.Subject, Actor: r.Params.Actor, Action: r.Params.Action,
		Departments: departments, Limit: limit + 1,
	}
	if d := r.Params.Department; d != "" {
		if _, err = permit(ctx, d, ""); err != nil {
			return nil, err
		}
		q.Departments = []string{d}
	}
	if q.Before, err = openNumber(r.Params.Cursor); err != nil {
		return nil, err
	}
	if t := metaOf(ctx).trace; t != nil {
		t.log = true
	}
	entries, err := s.AuditLog(ctx, q)
	if err != nil {
		return nil, err
	}
	out := ListActs200JSONResponse{Acts: []Act{}}
	entries, out.NextCursor = paged(entries, limit, func(a audit.Entry) string { return numberCursor(a.ID) })
	for _, a := range entries {
		out.Acts = append(out.Acts, Act{
			ID: a.ID, At: a.At, Actor: a.Actor, Action: a.Action, Subject: a.Subject, Department: a.Department, Branch: a.Branch,
			Before: a.Before, After: a.After, Reason: a.Reason, RequestID: a.RequestID,
		})
	}
	return out, nil
}
