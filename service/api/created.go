package api

import (
	"context"
	"encoding/json"
	"net/http"

	"ziyara/audit"
)

// created is the answer to a request that has made v.
func created(v any) (stored, error) {
	body, err := json.Marshal(v)
	return stored{Status: http.StatusCreated, Body: body}, err
}

// entry returns what a member of staff is about to do, for the log.
func (s *Server) entry(ctx context.Context, action, subject, department, branch string) audit.Entry {
	m := metaOf(ctx)
	a := audit.Entry{At: s.Now(), Action: action, Subject: subject, Department: department, Branch: branch, RequestID: m.id}
	if m.staff != nil {
		a.Actor = m.staff.ID
	}
	return a
}
