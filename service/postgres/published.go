package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/lib/pq"

	"ziyara/feeds/open"
)

// Published keeps what is free as it was published.
type Published struct{ *core }

type publishedRow struct {
	Service   string         `db:"service"`
	Branch    string         `db:"branch"`
	Day       time.Time      `db:"day"`
	Minutes   int            `db:"minutes"`
	Starts    pq.StringArray `db:"starts"`
	Change    int64          `db:"change"`
	ChangedAt time.Time      `db:"changed_at"`
}

// loadDays is how many published days are read at once.
const loadDays = 5000

// Load returns the published days after a change, in the order of changes; if there are many,
// the first ones.
func (s *Published) Load(ctx context.Context, after int64) ([]open.Day, error) {
	var rows []publishedRow
	if err := s.pool().list(ctx, &rows, "published/load", after, loadDays); err != nil {
		return nil, err
	}
	days := make([]open.Day, len(rows))
	for i, r := range rows {
		d := open.Day{
			Service: r.Service, Branch: r.Branch, Date: r.Day.Format(time.DateOnly), Length: time.Duration(r.Minutes) * time.Minute,
			Change: r.Change, Changed: r.ChangedAt.UTC(),
		}
		for _, text := range r.Starts {
			start, err := pq.ParseTimestamp(time.UTC, text)
			if err != nil {
				return nil, err
			}
			d.Starts = append(d.Starts, start.UTC())
		}
		days[i] = d
	}
	return days, nil
}

// Save saves days that have changed. Nothing happens if another replica is saving.
func (s *Published) Save(ctx context.Context, days []open.Day, now time.Time) error {
	rows := make([]row, len(days))
	for i, d := range days {
		starts := d.Starts
		if starts == nil {
			starts = []time.Time{}
		}
		rows[i] = row{"service": d.Service, "branch": d.Branch, "day": d.Date, "minutes": int(d.Length / time.Minute), "starts": starts}
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = s.pool().exec(ctx, "published/save", list, now)
	return err
}

// Purge removes days that were taken back before then.
func (s *Published) Purge(ctx context.Context, then time.Time) error {
	_, err := s.pool().exec(ctx, "published/purge", then)
	return err
}
