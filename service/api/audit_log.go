package api

import (
	"context"
	"strconv"

	"ziyara/audit"
)

// ListActs shows the audit log to those who may see it.
func (s *Server) ListActs(ctx context.Context, r ListActsRequestObject) (ListActsResponseObject, error) {
	departments, _, err := within(ctx)
	if err != nil {
		return nil, err
	}
	q := audit.Query{
		Subject: r.Params.Subject, Actor: r.Params.Actor, Action: r.Params.Action,
		Departments: departments, Limit: r.Params.Limit,
	}
	if d := r.Params.Department; d != "" {
		if _, err = permit(ctx, d, ""); err != nil {
			return nil, err
		}
		q.Departments = []string{d}
	}
	if r.Params.Cursor != "" {
		if q.Before, err = strconv.ParseInt(r.Params.Cursor, 10, 64); err != nil || q.Before < 1 {
			return nil, invalid("?cursor", wrongForm())
		}
	}
	if q.Limit == 0 {
		q.Limit = defaultLimit
	}
	limit := q.Limit
	q.Limit++ // one more tells whether there is another page
	entries, err := s.AuditLog(ctx, q)
	if err != nil {
		return nil, err
	}
	out := ListActs200JSONResponse{Acts: []Act{}}
	if len(entries) > limit {
		entries = entries[:limit]
		out.NextCursor = strconv.FormatInt(entries[limit-1].ID, 10)
	}
	for _, a := range entries {
		out.Acts = append(out.Acts, Act{
			ID: a.ID, At: a.At, Actor: a.Actor, Action: a.Action, Subject: a.Subject, Department: a.Department, Branch: a.Branch,
			Before: a.Before, After: a.After, Reason: a.Reason, RequestID: a.RequestID,
		})
	}
	return out, nil
}
