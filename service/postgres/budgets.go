package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/lib/pq"

	"ziyara/audit"
	"ziyara/fault"
	"ziyara/notify"
)

// Budgets keeps what departments have decided about their messages, and what
// those cost.
type Budgets struct{ *core }

// budgetRow is what a department may spend on messages in a month.
type budgetRow struct {
	Segments int64 `db:"monthly_segments"`
	Cost     int64 `db:"monthly_cost"`
	Warn     int   `db:"budget_warn_percent"`
}

func (r budgetRow) budget() notify.Budget {
	return notify.Budget{Segments: r.Segments, Cost: notify.Money(r.Cost), Warn: r.Warn}
}

// termsRow is what a department has decided about its messages.
type termsRow struct {
	Slug  string `db:"slug"`
	Links bool   `db:"message_links"`
	Price int64  `db:"segment_price"`
	budgetRow
}

func (r termsRow) department() notify.Department {
	return notify.Department{Slug: r.Slug, Links: r.Links, Price: notify.Money(r.Price), Budget: r.budget()}
}

// terms are those decisions in the audit log.
type terms struct {
	Links    bool         `json:"links"`
	Price    notify.Money `json:"segment_price"` // in ten-thousandths of a riyal, like cost
	Segments int64        `json:"monthly_segments"`
	Cost     notify.Money `json:"monthly_cost"`
	Warn     int          `json:"warn_percent"`
}

func termsOf(d notify.Department) (json.RawMessage, error) {
	return json.Marshal(terms{d.Links, d.Price, d.Budget.Segments, d.Budget.Cost, d.Budget.Warns()})
}

// ChangeTerms lets decide change the terms of a department's messages: links, price
// and budget. entry gives the member of staff and the time. It returns
// fault.ErrNotFound for an unknown department, and the error of decide unchanged.
func (s *Budgets) ChangeTerms(ctx context.Context, department string, entry audit.Entry,
	decide func(notify.Department) (notify.Department, error),
) error {
	return s.transact(ctx, func(q session) error {
		var row termsRow
		err := q.get(ctx, &row, "messages/terms", department)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.ErrNotFound
		}
		if err != nil {
			return err
		}
		before := row.department()
		after, err := decide(before)
		if err != nil {
			return err
		}
		if _, err = q.exec(ctx, "messages/set_terms", department, after.Links, int64(after.Price),
			after.Budget.Segments, int64(after.Budget.Cost), after.Budget.Warns()); err != nil {
			return err
		}
		entry.Action, entry.Subject, entry.Department = "budget.changed", "department "+department, department
		if entry.Before, err = termsOf(before); err != nil {
			return err
		}
		if entry.After, err = termsOf(after); err != nil {
			return err
		}
		if err = q.record(ctx, entry); err != nil {
			return err
		}
		_, err = q.exec(ctx, "centre/touch")
		return err
	})
}

// Spending is what a department has spent on messages in a month.
type Spending struct {
	Department string // slug
	Budget     notify.Budget
	Usage      notify.Usage
	Messages   int64

	// When staff were warned, and when optional messages were stopped; zero for
	// not yet.
	WarnedAt, SpentAt time.Time
}

// Usage returns what each department has spent on messages in the month
// of now, as the head office counts months.
func (s *Budgets) Usage(ctx context.Context, now time.Time) ([]Spending, error) {
	var rows []struct {
		Slug string `db:"slug"`
		budgetRow
		Messages     int64        `db:"messages"`
		UsedSegments int64        `db:"segments"`
		UsedCost     int64        `db:"cost"`
		WarnedAt     sql.NullTime `db:"warned_at"`
		SpentAt      sql.NullTime `db:"spent_at"`
	}
	if err := s.pool().list(ctx, &rows, "messages/usage", now); err != nil {
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

// Flag records which departments have reached which level of their budget in the
// month of now, and returns those recorded for the first time, so that one replica
// tells staff once.
func (s *Budgets) Flag(ctx context.Context, now time.Time, levels map[string]notify.Level) (map[string]notify.Level, error) {
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
	err := s.pool().list(ctx, &rows, "messages/flag_budgets", now, pq.Array(slugs), pq.Array(names))
	flagged := make(map[string]notify.Level, len(rows))
	for _, r := range rows {
		flagged[r.Slug] = notify.Level(r.Level)
	}
	return flagged, err
}

// Day returns what was sent on the day of now, as the head office counts days.
func (s *Budgets) Day(ctx context.Context, now time.Time) (u notify.DayUsage, err error) {
	var rows []struct {
		Strangers bool  `db:"strangers"`
		Segments  int64 `db:"segments"`
	}
	err = s.pool().list(ctx, &rows, "messages/days", now)
	for _, r := range rows {
		u.All += r.Segments
		if r.Strangers {
			u.Strangers = r.Segments
		}
	}
	return u, err
}

// FlagDay records that the money of the day of now is spent, for codes to strangers or
// for all messages, and reports whether that is new.
func (s *Budgets) FlagDay(ctx context.Context, now time.Time, strangers bool) (bool, error) {
	n, err := s.pool().exec(ctx, "messages/flag_day", now, strangers)
	return n > 0, err
}
