package api

import (
	"context"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"ziyara/notify/webhook"
	"ziyara/slots"
)

// FollowAppointments shows a page of the events of all visits.
func (s *Server) FollowAppointments(ctx context.Context, r FollowAppointmentsRequestObject) (FollowAppointmentsResponseObject, error) {
	after, err := openPosition(r.Params.After)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	events, next, err := s.Follow(ctx, after, limit)
	if err != nil {
		return nil, err
	}
	page := VisitEventPage{Events: make([]VisitEvent, len(events)), Next: positionText(next)}
	for i, e := range events {
		page.Events[i] = VisitEvent{
			Type: webhook.TypeOf(string(e.Kind)), Timestamp: e.At, Reference: e.Reference.String(), Service: e.Service,
			Department: e.Department, Branch: e.Branch, Start: e.Start, Version: e.Version, Status: AppointmentStatus(e.Status),
		}
		if !e.Proposed.IsZero() {
			page.Events[i].ProposedStart = &e.Proposed
		}
	}
	answer, err := taggedJSON(page, r.Params.IfNoneMatch)
	return followed{answer, len(events) == limit}, err
}

// followed is a page of events.
type followed struct {
	taggedAnswer

	full bool // then it never changes
}

// VisitFollowAppointmentsResponse writes the answer.
func (f followed) VisitFollowAppointmentsResponse(c *fiber.Ctx) error {
	err := f.write(c)
	if f.full {
		c.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable") // RFC 8246
	} else {
		c.Set(fiber.HeaderCacheControl, "private, no-cache")
	}
	return err
}

// positionText writes a position as clients send it back.
func positionText(p slots.Position) string {
	return fmt.Sprintf("%016x_%d_%d", uint64(p.Database), p.Transaction, p.Event) //nolint:gosec // the same bits
}

// openPosition reads what positionText wrote; "" is the zero Position.
func openPosition(text string) (p slots.Position, err error) {
	if text == "" {
		return p, nil
	}
	var database uint64
	if _, err = fmt.Sscanf(text, "%16x_%d_%d", &database, &p.Transaction, &p.Event); err == nil {
		p.Database = int64(database) //nolint:gosec // the same bits
	}
	if err != nil || positionText(p) != text || p.Event < 0 || p.Transaction <= -1<<60 || p.Transaction >= 1<<60 {
		return slots.Position{}, invalid("?after", wrongForm())
	}
	return p, nil
}
