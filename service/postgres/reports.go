package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/lib/pq"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/reports"
	"ziyara/scheduling"
)

const (
	// reportsAtOnce is how many reports a replica counts at once; others wait. That
	// leaves the other connections and processors to bookings.
	reportsAtOnce = 2
	// reportTimeout is when the server ends a statement of a report.
	reportTimeout = 8 * time.Second
)

// Reports counts for reports. It implements reports.Source.
type Reports struct {
	*core
	running chan struct{} // holds a value for each report in progress
}

var _ reports.Source = (*Reports)(nil)

func newReports(shared *core) *Reports { return &Reports{shared, make(chan struct{}, reportsAtOnce)} }

// Counts implements reports.Source.
func (s *Reports) Counts(ctx context.Context, q reports.Query, now time.Time) (map[reports.Key]reports.Counts, reports.Counts, error) {
	args := []any{
		q.From.String(), q.To.String(), slugs(q.Within.Departments), slugs(q.Within.Branches),
		null(q.Department), null(q.Branch), null(q.Service), null(string(q.Channel)), groupings(q.GroupBy),
	}
	name, more, err := reportStatement(q.Report, now)
	if err != nil {
		return nil, nil, err
	}
	rows := make(map[reports.Key]reports.Counts)
	var total reports.Counts
	err = s.report(ctx, func(q session) error {
		return q.each(ctx, name, append(args, more...), func(row map[string]any) error {
			if all, _ := row["total"].(bool); all {
				total = countsOf(row)
				return nil
			}
			key, err := reportKey(row)
			rows[key] = countsOf(row)
			return err
		})
	})
	return rows, total, err
}

// reportStatement returns the statement that counts a report, and its arguments in
// addition to those of all reports.
func reportStatement(n reports.Name, now time.Time) (name string, args []any, err error) {
	switch n {
	case reports.Utilisation:
		return "reports/utilisation", nil, nil
	case reports.LeadTime:
		return "reports/lead_time", nil, nil
	case reports.NoShows:
		return "reports/no_shows", []any{now}, nil
	case reports.Waiting:
		return "reports/waiting", []any{reports.PromiseMinutes}, nil
	case reports.ServiceLevel:
		return "reports/service_level", []any{reports.PromiseMinutes}, nil
	case reports.Changes:
		return "reports/changes", nil, nil
	case reports.Channels:
		return "reports/channels", nil, nil
	case reports.Messages:
		return "reports/messages", nil, nil
	case reports.Waitlist:
		return "reports/waitlist", nil, nil
	case reports.UnmetDemand:
		return "reports/unmet_demand", nil, nil
	case reports.Forecast:
		return "reports/forecast", nil, nil
	}
	return "", nil, fault.ErrNotFound
}

func groupings(by []reports.Dimension) pq.StringArray {
	names := make(pq.StringArray, len(by))
	for i, d := range by {
		names[i] = string(d)
	}
	return names
}

// report waits for its turn and runs do on one snapshot, with settings that suit a
// report.
func (s *Reports) report(ctx context.Context, do func(session) error) error {
	select {
	case s.running <- struct{}{}:
		defer func() { <-s.running }()
	case <-ctx.Done():
		return fmt.Errorf("report: %w: %w", fault.ErrOverloaded, ctx.Err())
	}
	tx, err := s.db.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return translate("begin", err)
	}
	defer tx.Rollback() //nolint:errcheck // it has changed nothing
	q := session{store: s.core, tx: tx}
	var settings string
	if err = q.get(ctx, &settings, "reports/settings", strconv.FormatInt(reportTimeout.Milliseconds(), 10)); err != nil {
		return err
	}
	return do(q)
}

// each calls do with every row, a map by the names of columns.
func (q session) each(ctx context.Context, name string, args []any, do func(row map[string]any) error) error {
	stmt, err := q.statement(ctx, name) //nolint:sqlclosecheck // the store owns it, and its copy ends with the transaction
	if err != nil {
		return translate(name, err)
	}
	rows, err := stmt.QueryxContext(ctx, args...)
	if err != nil {
		return translate(name, err)
	}
	defer rows.Close() //nolint:errcheck // Err says what is wrong
	for rows.Next() {
		row := make(map[string]any)
		if err = rows.MapScan(row); err != nil {
			return translate(name, err)
		}
		if err = do(row); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return translate(name, rows.Err())
}

// reportKey returns the key of a row.
func reportKey(row map[string]any) (key reports.Key, err error) {
	for name, dest := range map[string]*scheduling.Date{"day": &key.Day, "month": &key.Month} {
		if t, ok := row[name].(time.Time); ok {
			*dest = dateOf(t)
		}
	}
	var channel string
	texts := map[string]*string{
		"department": &key.Department, "branch": &key.Branch, "service": &key.Service, "channel": &channel,
	}
	for name, dest := range texts {
		switch v := row[name].(type) {
		case nil:
		case string:
			*dest = v
		case []byte:
			*dest = string(v)
		default:
			return key, fmt.Errorf("postgres: column %s has type %T", name, v)
		}
	}
	key.Channel = catalog.Channel(channel)
	return key, nil
}

// countsOf returns the numbers of a row, without those that are NULL.
func countsOf(row map[string]any) reports.Counts {
	counts := make(reports.Counts)
	for name, value := range row {
		switch v := value.(type) {
		case int64:
			counts[name] = float64(v)
		case float64:
			counts[name] = v
		}
	}
	return counts
}

// Opened implements reports.Source.
func (s *Reports) Opened(ctx context.Context, from, to scheduling.Date) (reports.Opened, error) {
	var rows []struct {
		Group string    `db:"desk_group"`
		Day   time.Time `db:"day"`
		Ticks int64     `db:"ticks"`
	}
	err := s.report(ctx, func(q session) error { return q.list(ctx, &rows, "reports/open", from.String(), to.String()) })
	if err != nil {
		return nil, err
	}
	opened := make(reports.Opened, len(rows))
	for _, r := range rows {
		opened[reports.GroupDay{Group: r.Group, Day: dateOf(r.Day)}] = float64(r.Ticks) * catalog.Tick.Minutes()
	}
	return opened, nil
}

// RememberOpen keeps the desk minutes that were open on past dates without a booking.
// Dates that are kept already stay as they are.
func (s *Reports) RememberOpen(ctx context.Context, opened reports.Opened) error {
	var groups, days pq.StringArray
	var ticks pq.Int64Array
	for at, minutes := range opened {
		groups, days = append(groups, at.Group), append(days, at.Day.String())
		ticks = append(ticks, int64(math.Round(minutes/catalog.Tick.Minutes())))
	}
	_, err := s.pool().exec(ctx, "reports/remember_open", groups, days, ticks)
	return err
}

// CountDemand adds requests for places to those counted before.
func (s *Reports) CountDemand(ctx context.Context, asked map[reports.Asked]int) error {
	var days, branches, services, channels, outcomes pq.StringArray
	var counts pq.Int64Array
	for a, n := range asked {
		days, branches, services = append(days, a.Day.String()), append(branches, a.Branch), append(services, a.Service)
		channels, outcomes = append(channels, string(a.Channel)), append(outcomes, string(a.Outcome))
		counts = append(counts, int64(n))
	}
	_, err := s.pool().exec(ctx, "reports/count_demand", days, branches, services, channels, outcomes, counts)
	return err
}

// Purge removes counts from before a date, at most limit of each kind, and returns the
// largest number removed of a kind.
func (s *Reports) Purge(ctx context.Context, before scheduling.Date, limit int) (int, error) {
	var removed int
	err := s.pool().get(ctx, &removed, "reports/purge_counts", before.String(), limit)
	return removed, err
}
