package postgres

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"

	"ziyara/notify"
	"ziyara/slots"
)

// budgetRow is what a department may spend on messages in a month.
type budgetRow struct {
	Segments int64 `db:"monthly_segments"`
	Cost     int64 `db:"monthly_cost"`
	Warn     int   `db:"budget_warn_percent"`
}

func (r budgetRow) budget() notify.Budget {
	return notify.Budget{Segments: r.Segments, Cost: notify.Money(r.Cost), Warn: r.Warn}
}

// SetMessageTerms writes what a department decides about its messages beside
// their texts: links, price and budget. It returns slots.ErrNotFound for an
// unknown department.
func (s *Store) SetMessageTerms(ctx context.Context, d notify.Department) error {
	if d.Budget.Warn == 0 {
		d.Budget.Warn = notify.DefaultWarn
	}
	return s.transact(ctx, func(q session) error {
		n, err := q.exec(ctx, "set_message_terms", d.Slug, d.Links, int64(d.Price),
			d.Budget.Segments, int64(d.Budget.Cost), d.Budget.Warn)
		if err != nil {
			return err
		}
		if n == 0 {
			return slots.ErrNotFound
		}
		_, err = q.exec(ctx, "touch_centre")
		return err
	})
}

// Spending is what a department has spent on messages in a month.
type Spending struct {
	Department string // slug
	Budget     notify.Budget
	Usage      notify.Usage
	Messages   int64

	// When staff were warned, and when what is optional was stopped; zero for
	// not yet.
	WarnedAt, SpentAt time.Time
}

// MessageUsage returns what each department has spent on messages in the month
// of now, as the head office counts months.
func (s *Store) MessageUsage(ctx context.Context, now time.Time) ([]Spending, error) {
	var rows []struct {
		Slug string `db:"slug"`
		budgetRow
		Messages     int64        `db:"messages"`
		UsedSegments int64        `db:"segments"`
		UsedCost     int64        `db:"cost"`
		WarnedAt     sql.NullTime `db:"warned_at"`
		SpentAt      sql.NullTime `db:"spent_at"`
	}
	if err := s.pool().list(ctx, &rows, "message_usage", now); err != nil {
		return nil, err
	}
	list := make([]Spending, len(rows))
	for i, r := range rows {
		list[i] = Spending{
			Department: r.Slug, Budget: r.budget(), Messages: r.Messages,
			Usage:    notify.Usage{Segments: r.UsedSegments, Cost: notify.Money(r.UsedCost)},
			WarnedAt: r.WarnedAt.Time, SpentAt: r.SpentAt.Time,
		}
	}
	return list, nil
}

// FlagBudgets notes which departments have reached which level of their budget
// in the month of now, and returns those of which it was not noted before, so
// that one replica tells staff once.
func (s *Store) FlagBudgets(ctx context.Context, now time.Time, levels map[string]notify.Level) (map[string]notify.Level, error) {
	var slugs, names []string
	for slug, level := range levels {
		if level != notify.Within {
			slugs, names = append(slugs, slug), append(names, string(level))
		}
	}
	if len(slugs) == 0 {
		return nil, nil
	}
	var rows []struct {
		Slug  string `db:"slug"`
		Level string `db:"level"`
	}
	err := s.pool().list(ctx, &rows, "flag_budgets", now, pq.Array(slugs), pq.Array(names))
	flagged := make(map[string]notify.Level, len(rows))
	for _, r := range rows {
		flagged[r.Slug] = notify.Level(r.Level)
	}
	return flagged, err
}
