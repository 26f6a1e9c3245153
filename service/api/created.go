package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

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

// cursorAfter names the end of a page in the order of when things were made.
func cursorAfter(at time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(at.UTC().Format(time.RFC3339Nano) + " " + id))
}

// openCursor returns what cursorAfter was given; zero for "".
func openCursor(cursor string) (at time.Time, id string, err error) {
	if cursor == "" {
		return time.Time{}, "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		var instant string
		instant, id, _ = strings.Cut(string(raw), " ")
		at, err = time.Parse(time.RFC3339Nano, instant)
	}
	if err != nil || !uuidPattern(id) {
		return time.Time{}, "", invalid("?cursor", wrongForm())
	}
	return at, id, nil
}

// uuidPattern reports whether s is written as a UUID.
func uuidPattern(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, r := range s {
		if hyphen := i == 8 || i == 13 || i == 18 || i == 23; hyphen != (r == '-') ||
			!hyphen && !strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return false
		}
	}
	return true
}
