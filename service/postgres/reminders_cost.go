package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ziyara/notify"
)

// ReminderCost is what planning reminders reads.
type ReminderCost struct {
	Visits  int // rows of appointments
	Planned int // reminders
	Buffers int // pages of tables and indexes, hit or read
}

// ReminderCost returns what planning the reminders that became due in (after, now]
// reads, according to EXPLAIN (ANALYZE, BUFFERS). It writes nothing.
func (s *Messages) ReminderCost(ctx context.Context, after, now time.Time, limit int) (cost ReminderCost, err error) {
	groups, err := s.reminderGroups(ctx)
	if err != nil {
		return cost, err
	}
	statement, err := files.ReadFile("sql/messages/plan_reminders.sql")
	if err != nil {
		return cost, err
	}
	tx, err := s.db.BeginTxx(ctx, nil)
	if err != nil {
		return cost, translate("begin", err)
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	for _, g := range groups {
		for _, w := range g.lead.StartsDue(g.hours, after, now) {
			var explained []byte
			err := tx.GetContext(ctx, &explained, "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "+string(statement), //nolint:gosec // our own statement
				now, w.To, w.From, lowestID, limit, int(g.lead.Before/time.Minute), int(g.lead.Last()/time.Second),
				g.hours.Zone.String(), nullTime(w.Due), pq.Int64Array(g.branches), pq.Int64Array(g.services),
				string(notify.Reminder), media(notify.Reminder))
			if err != nil {
				return cost, translate("explain", err)
			}
			var plans []struct{ Plan explainedNode }
			if err := json.Unmarshal(explained, &plans); err != nil || len(plans) != 1 {
				return cost, fmt.Errorf("explain: %d plans: %w", len(plans), err)
			}
			cost.Buffers += plans[0].Plan.Hit + plans[0].Plan.Read
			plans[0].Plan.add(&cost)
		}
	}
	return cost, nil
}

// explainedNode is a node of an executed plan.
type explainedNode struct {
	Relation string          `json:"Relation Name"`
	Type     string          `json:"Node Type"`
	Rows     float64         `json:"Actual Rows"`
	Loops    float64         `json:"Actual Loops"`
	Hit      int             `json:"Shared Hit Blocks"`
	Read     int             `json:"Shared Read Blocks"`
	Inserted int             `json:"Tuples Inserted"`
	Plans    []explainedNode `json:"Plans"`
}

func (n explainedNode) add(cost *ReminderCost) {
	if n.Relation == "appointments" {
		cost.Visits += int(n.Rows * n.Loops)
	}
	cost.Planned += n.Inserted
	for _, child := range n.Plans {
		child.add(cost)
	}
}
