package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"ziyara/notify"
)

const (
	// maxGatewayID and maxCode bound what is kept of a gateway's report, in bytes.
	maxGatewayID = 200
	maxCode      = 64

	// matchEarly is how long a message is sought for an early receipt, keepEarly how
	// long the receipt is kept for staff to see.
	matchEarly = time.Hour
	keepEarly  = 48 * time.Hour

	// receiptWorkers and receiptBatch are how many transactions write receipts
	// at once, and how many receipts share one.
	receiptWorkers = 2
	receiptBatch   = 500
)

// receiving is a receipt for the batcher.
type receiving struct {
	receipt notify.Receipt
	err     error
}

// TakeReceipt records a gateway's report about a message that it accepted. Once it
// returns nil the receipt is stored. It is matched to its message as soon as the
// message is recorded. It is a notify.Receipts.
func (s *Messages) TakeReceipt(ctx context.Context, r notify.Receipt) error {
	if r.GatewayID == "" {
		return nil // it can't belong to any message
	}
	request := &receiving{receipt: r}
	if err := s.receipts.serve(ctx, r.GatewayID, request); err != nil {
		return err
	}
	return request.err
}

// takeReceipts records the receipts of a batch.
func (s *Messages) takeReceipts(batch []*receiving) {
	ctx, cancel := context.WithTimeout(context.Background(), batchLimits*s.config.Timeout)
	defer cancel()
	receipts := make([]notify.Receipt, len(batch))
	for i, r := range batch {
		receipts[i] = r.receipt
	}
	err := s.recordReceipts(ctx, receipts)
	for _, r := range batch {
		r.err = err
	}
}

// recordReceipts records reports of gateways about messages that they accepted.
func (s *Messages) recordReceipts(ctx context.Context, receipts []notify.Receipt) error {
	var ids, states, at []string
	var codes []sql.NullString
	for _, r := range receipts {
		state, err := receiptState(r.Delivery)
		if err != nil {
			return err
		}
		ids = append(ids, cleaned(r.GatewayID, maxGatewayID))
		states = append(states, state)
		codes = append(codes, null(cleaned(r.Code, maxCode)))
		at = append(at, r.At.UTC().Format(time.RFC3339Nano))
	}
	return retry(func() error {
		_, err := s.pool().exec(ctx, "messages/record_receipts", pq.Array(ids), pq.Array(states), pq.Array(codes), pq.Array(at))
		return err
	})
}

func receiptState(d notify.Delivery) (string, error) {
	switch d {
	case notify.Delivered:
		return "delivered", nil
	case notify.Undelivered:
		return "failed", nil
	case notify.Overdue:
		return "expired", nil
	}
	return "", fmt.Errorf("postgres: unknown delivery %q in a receipt", d)
}

// MatchReceipts matches receipts to messages that were recorded after them, at most
// limit, and returns how many.
func (s *Messages) MatchReceipts(ctx context.Context, now time.Time, limit int) (int, error) {
	var matched int
	err := retry(func() error {
		return s.pool().get(ctx, &matched, "messages/match_receipts", now.Add(-matchEarly), limit)
	})
	return matched, err
}

// Purge removes the texts of messages finished before texts, and receipts that belong to
// no message two days before now, and numbers that were sent nothing for a day, at most
// limit of each at once, until none is left.
func (s *Messages) Purge(ctx context.Context, texts, now time.Time, limit int) error {
	for _, job := range []struct {
		name   string
		before time.Time
	}{
		{"messages/purge_texts", texts},
		{"messages/purge_receipts", now.Add(-keepEarly)},
		{"messages/purge_numbers", now.Add(-notify.MaxSpan)},
	} {
		for {
			n, err := s.pool().exec(ctx, job.name, job.before, limit)
			if err != nil {
				return err
			}
			if n < limit {
				break
			}
		}
	}
	return nil
}

// cleaned returns s as text that a database accepts, at most n bytes. Texts of at most
// n bytes that differ stay different.
func cleaned(s string, n int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}
