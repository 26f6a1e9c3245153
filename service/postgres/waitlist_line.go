package postgres

import (
	"context"
	"database/sql"
	"time"

	"ziyara/scheduling"
	"ziyara/slots"
)

// Line returns a page of the entries that wait at now, in the order of arrival.
func (s *Waitlist) Line(ctx context.Context, q slots.LineQuery, now time.Time) ([]slots.InLine, error) {
	var rows []struct {
		ID       string       `db:"id"`
		Number   int64        `db:"number"`
		Service  string       `db:"service"`
		Branch   string       `db:"branch"`
		From     time.Time    `db:"from_day"`
		To       time.Time    `db:"to_day"`
		Earliest int          `db:"earliest"`
		Latest   int          `db:"latest"`
		Party    int          `db:"party"`
		Created  time.Time    `db:"created_at"`
		Ends     time.Time    `db:"ends_at"`
		Earlier  bool         `db:"earlier"`
		Offers   int          `db:"offers"`
		Start    sql.NullTime `db:"start_at"`
		End      sql.NullTime `db:"end_at"`
		Expires  sql.NullTime `db:"expires_at"`
	}
	err := s.pool().list(ctx, &rows, "waitlist/line", slugs(q.Departments), slugs(q.Branches), null(q.Branch), null(q.Service),
		q.After, now, q.Limit)
	if err != nil {
		return nil, err
	}
	list := make([]slots.InLine, len(rows))
	for i, r := range rows {
		list[i] = slots.InLine{
			ID: r.ID, Number: r.Number, Service: r.Service, Branch: r.Branch, Created: r.Created, Ends: r.Ends, Earlier: r.Earlier,
			Offers: r.Offers, Wish: slots.Wish{
				From: dateOf(r.From), To: dateOf(r.To), Party: r.Party,
				Earliest: scheduling.WallTime(r.Earliest), Latest: scheduling.WallTime(r.Latest), //nolint:gosec // minutes of a day
			},
		}
		if r.Expires.Valid {
			list[i].Offer = &slots.Offer{Start: r.Start.Time, End: r.End.Time, Expires: r.Expires.Time}
		}
	}
	return list, nil
}
