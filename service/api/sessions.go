package api

import (
	"context"

	"ziyara/access"
	"ziyara/audit"
)

// ListMySessions lists the sessions of the member of staff who asks.
func (s *Server) ListMySessions(ctx context.Context, _ ListMySessionsRequestObject) (ListMySessionsResponseObject, error) {
	grant, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.sessions(ctx, grant.ID)
	return ListMySessions200JSONResponse(list), err
}

// ListSessions lists the sessions of all staff.
func (s *Server) ListSessions(ctx context.Context, _ ListSessionsRequestObject) (ListSessionsResponseObject, error) {
	if _, err := permit(ctx, "", ""); err != nil {
		return nil, err
	}
	list, err := s.sessions(ctx, "")
	return ListSessions200JSONResponse(list), err
}

func (s *Server) sessions(ctx context.Context, staff string) (SessionList, error) {
	list, err := s.Sessions(ctx, staff)
	if err != nil {
		return SessionList{}, err
	}
	out := SessionList{Sessions: []Session{}}
	for _, one := range list {
		out.Sessions = append(out.Sessions, Session{
			ID: one.ID, Staff: one.Staff, Browser: one.Browser, BeganAt: one.Began, SeenAt: one.Seen, EndsAt: one.Ends,
		})
	}
	return out, nil
}

// EndMySession ends a session of the member of staff who asks.
func (s *Server) EndMySession(ctx context.Context, r EndMySessionRequestObject) (EndMySessionResponseObject, error) {
	grant, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	if err = s.endSession(ctx, access.SessionEnd{ID: r.ID, Staff: grant.ID}); err != nil {
		return nil, err
	}
	return EndMySession204Response{}, nil
}

// EndSession ends a session of anybody.
func (s *Server) EndSession(ctx context.Context, r EndSessionRequestObject) (EndSessionResponseObject, error) {
	if _, err := permit(ctx, "", ""); err != nil {
		return nil, err
	}
	if err := s.endSession(ctx, access.SessionEnd{ID: r.ID}); err != nil {
		return nil, err
	}
	return EndSession204Response{}, nil
}

func (s *Server) endSession(ctx context.Context, which access.SessionEnd) error {
	_, err := s.EndSessions(ctx, which, s.Now(), s.entry(ctx, audit.SessionEnded, "", "", ""))
	return err
}
