package api

import (
	"context"
	"encoding/json"
	"net/http"

	"ziyara/audit"
)

// created returns the answer 201 with v.
func created(v any) (stored, error) {
	body, err := json.Marshal(v)
	return stored{Status: http.StatusCreated, Body: body}, err
}

// entry returns the entry of the audit log for what a member of staff is about
// to do.
func (s *Server) entry(ctx context.Context, action, subject, department, branch string) audit.Entry {
	m := metaOf(ctx)
	a := audit.Entry{At: s.Now(), Action: action, Subject: subject, Department: department, Branch: branch, RequestID: m.id}
	if m.staff != nil {
		a.Actor = m.staff.ID
	}
	return a
}
