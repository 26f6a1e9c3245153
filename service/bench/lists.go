package bench

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"time"

	"ziyara/scheduling"
	"ziyara/service"
	"ziyara/service/postgres"
	"ziyara/slots"
)

// lists.sql books a year of visits.
//
//go:embed lists.sql
var fillYear string

const (
	listedVisits = 1_000_000
	listRounds   = 21
)

// listed is a ministry with a branch in every region.
var listed = size{branches: 20, services: 50, departments: 5}

// lists measures the pages of staff over a year with a million visits: the
// median and the slowest request of each page. Then it measures reports.
func lists(ctx context.Context, c Config, r *report) error {
	return c.centreOf(ctx, listed, func(c Config) (err error) {
		today := time.Now().UTC()
		if err = bookYear(ctx, c.DatabaseURL, today); err != nil {
			return err
		}
		store, err := postgres.Open(ctx, postgres.Config{URL: c.DatabaseURL, MaxConnections: 2, Timeout: time.Minute})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		for _, page := range pages(scheduling.DateOf(today, time.UTC)) {
			if err := page.measure(ctx, store, r); err != nil {
				return err
			}
		}
		return with(ctx, c, true, func(replica *service.Service) error {
			return reportsOf(ctx, replica, scheduling.DateOf(today, time.UTC), r)
		})
	})
}

func bookYear(ctx context.Context, databaseURL string, today time.Time) error {
	db, err := sql.Open("postgres", databaseURL)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // the error of the statement counts
	if _, err = db.ExecContext(ctx, fillYear, listedVisits, today.Format(time.DateOnly)); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM ANALYZE")
	return err
}

// page is a page that staff look at.
type page struct {
	name string
	q    slots.VisitQuery
}

// pages returns the pages that staff look at on a day.
func pages(today scheduling.Date) []page {
	ahead := func(q slots.VisitQuery, days int) slots.VisitQuery {
		q.From, q.To, q.Limit = today, today+scheduling.Date(days), 51 //nolint:gosec // a short range
		return q
	}
	next := ahead(slots.VisitQuery{Departments: []string{departmentSlug(1)}, Branches: []string{}}, 30)
	next.After = slots.VisitKey{Start: today.Time().Add(100 * time.Hour), ID: "80000000-0000-4000-8000-000000000000"}
	return []page{
		{"a receptionist, one branch, today", ahead(slots.VisitQuery{Departments: []string{}, Branches: []string{branchSlug(3)}}, 0)},
		{
			"a coordinator, one department at 20 branches, 31 days",
			ahead(slots.VisitQuery{Departments: []string{departmentSlug(1)}, Branches: []string{}}, 30),
		},
		{"the same, a later page", next},
		{
			"the same, cancelled, 92 days",
			ahead(slots.VisitQuery{Departments: []string{departmentSlug(1)}, Branches: []string{}, Status: slots.Cancelled}, 91),
		},
		{"everything, 92 days", ahead(slots.VisitQuery{}, 91)},
		{"one service at all branches, over agents, 92 days", ahead(slots.VisitQuery{Service: serviceSlug(7), Channel: "agent"}, 91)},
		{
			"a name at one branch, 31 days",
			ahead(slots.VisitQuery{Branches: []string{branchSlug(3)}, Departments: []string{}, Name: slots.NameWords("نورة العتيبي")}, 30),
		},
		{"a name anywhere, 31 days", ahead(slots.VisitQuery{Name: slots.NameWords("نورة العتيبي")}, 30)},
		{"a name that nobody has, anywhere, 31 days", ahead(slots.VisitQuery{Name: slots.NameWords("زكريا")}, 30)},
		{"a mobile, at any time", slots.VisitQuery{Of: &slots.VisitOwner{Mobile: "+966500500000"}, Limit: 51}},
	}
}

func (p page) measure(ctx context.Context, store *postgres.Store, r *report) error {
	var took []time.Duration
	found := 0
	for i := range listRounds {
		began := time.Now()
		visits, err := store.Appointments().Visits(ctx, p.q)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if found = len(visits); i > 0 { // the first one also opens the connection
			took = append(took, time.Since(began))
		}
	}
	r.line("| a page of %d visits: %s (%d found) | %.1f ms, at most %.1f | |",
		listedVisits, p.name, found, micro(median(took))/1000, micro(slices.Max(took))/1000)
	return nil
}
