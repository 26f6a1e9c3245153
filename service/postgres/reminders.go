package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ziyara/catalog"
	"ziyara/notify"
)

const (
	// underWay is how far back reminders are planned again: longer than any booking
	// takes from reading the clock to its commit, and than the clocks of two
	// replicas differ.
	underWay = time.Minute
)

// PlanReminders writes the reminders that have become due since the last time, and
// returns how many. Each statement looks at limit visits. Several replicas may do so
// at once: a visit gets each reminder once for each start.
func (s *Messages) PlanReminders(ctx context.Context, now time.Time, limit int) (int, error) {
	var plannedTo time.Time
	if err := s.pool().get(ctx, &plannedTo, "messages/reminder_clock"); err != nil {
		return 0, err
	}
	if plannedTo.After(now) {
		plannedTo = now // a clock was set back, or that of another replica is ahead
	}
	groups, err := s.reminderGroups(ctx)
	if err != nil {
		return 0, err
	}
	planned := 0
	for _, g := range groups {
		for _, w := range g.lead.StartsDue(g.hours, plannedTo.Add(-underWay), now) {
			n, err := s.planWindow(ctx, now, g, w, limit)
			planned += n
			if err != nil {
				return planned, err
			}
		}
	}
	_, err = s.pool().exec(ctx, "messages/reminder_clock_set", now)
	return planned, err
}

// planWindow writes the reminders of the visits in one window.
func (s *Messages) planWindow(ctx context.Context, now time.Time, g reminderGroup, w notify.StartRange, limit int) (int, error) {
	after, id := w.From, lowestID
	planned := 0
	for {
		var row struct {
			Start   time.Time `db:"start_at"`
			ID      string    `db:"id"`
			Visits  int       `db:"visits"`
			Planned int       `db:"planned"`
		}
		err := retry(func() error {
			return s.pool().get(ctx, &row, "messages/plan_reminders", now, w.To, after, id, limit,
				int(g.lead.Before/time.Minute), int(g.lead.Last()/time.Second), g.hours.Zone.String(), nullTime(w.Due),
				pq.Int64Array(g.branches), pq.Int64Array(g.services), string(notify.Reminder), media(notify.Reminder))
		})
		if errors.Is(err, sql.ErrNoRows) {
			return planned, nil
		}
		if err != nil {
			return planned, err
		}
		planned += row.Planned
		if row.Visits < limit {
			return planned, nil
		}
		after, id = row.Start, row.ID
	}
}

// reminderGroup is a reminder of all services that share it, in all branches that
// share quiet hours.
type reminderGroup struct {
	lead     notify.Lead
	hours    notify.Hours
	services []int64
	branches []int64
}

func (s *Messages) reminderGroups(ctx context.Context) ([]reminderGroup, error) {
	var hours []struct {
		Zone      string        `db:"zone"`
		QuietFrom int           `db:"quiet_from"`
		QuietTo   int           `db:"quiet_to"`
		Branches  pq.Int64Array `db:"branches"`
	}
	if err := s.pool().list(ctx, &hours, "messages/reminder_hours"); err != nil {
		return nil, err
	}
	var leads []struct {
		Before   int           `db:"before_minutes"`
		Next     int           `db:"next_minutes"`
		Services pq.Int64Array `db:"services"`
	}
	if err := s.pool().list(ctx, &leads, "messages/reminder_leads"); err != nil {
		return nil, err
	}
	var groups []reminderGroup
	for _, h := range hours {
		zone, err := s.zones.load(h.Zone)
		if err != nil {
			return nil, fmt.Errorf("plan reminders: %w", err)
		}
		for _, l := range leads {
			groups = append(groups, reminderGroup{
				lead: notify.Lead{
					Before: time.Duration(l.Before) * time.Minute,
					Next:   time.Duration(l.Next) * time.Minute,
				},
				hours:    notify.Hours{Quiet: catalog.Quiet{From: h.QuietFrom, To: h.QuietTo}, Zone: zone},
				services: l.Services, branches: h.Branches,
			})
		}
	}
	return groups, nil
}
