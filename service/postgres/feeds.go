package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/lib/pq"

	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/feeds"
	"ziyara/once"
	"ziyara/slots"
)

// Feeds keeps calendar feeds.
type Feeds struct{ *core }

// feedRow is a feed with the names of its department, desk group and branch.
type feedRow struct {
	ID             string               `db:"id"`
	Name           string               `db:"name"`
	Lang           string               `db:"lang"`
	CreatedAt      time.Time            `db:"created_at"`
	CreatedBy      string               `db:"created_by"`
	RevokedAt      sql.NullTime         `db:"revoked_at"`
	ConfirmedAt    time.Time            `db:"confirmed_at"`
	Department     string               `db:"department"`
	DepartmentName jsonOf[catalog.Text] `db:"department_name"`
	DeskGroup      sql.NullString       `db:"desk_group"`
	Branch         sql.NullString       `db:"branch"`
	DeskGroups     pq.Int64Array        `db:"desk_groups"`
}

func (r feedRow) scope() feeds.Scope {
	return feeds.Scope{
		Department: r.DepartmentName.v,
		Feed: feeds.Feed{
			ID: r.ID, Name: r.Name, Department: r.Department, DeskGroup: r.DeskGroup.String, Branch: r.Branch.String,
			Lang: r.Lang, Created: r.CreatedAt.UTC(), CreatedBy: r.CreatedBy,
		},
	}
}

// AddFeed adds a feed. token is the hash of the token in its address. It returns
// feeds.ErrMany when the department has the most it may have, or once.ErrAnswered
// when the key of once is known.
func (s *Feeds) AddFeed(ctx context.Context, f feeds.Feed, token [32]byte, entry audit.Entry, once *once.Request[feeds.Feed]) error {
	return s.transact(ctx, func(q session) error {
		if err := keepAnswer(ctx, q, once, f, f.Created); err != nil {
			return err
		}
		n, err := q.exec(ctx, "feeds/add", f.ID, token[:], f.Name, f.Lang, f.Department, null(f.DeskGroup), f.Created, f.CreatedBy, feeds.Limit)
		switch {
		case err != nil:
			return err
		case n == 0:
			return feeds.ErrMany
		}
		return q.record(ctx, entry)
	})
}

// Feeds returns a page of the feeds that are not revoked, the newest first.
func (s *Feeds) Feeds(ctx context.Context, q feeds.Query) ([]feeds.Feed, error) {
	id := lowestID
	if !q.Before.IsZero() {
		id = q.BeforeID
	}
	var rows []feedRow
	err := s.pool().list(ctx, &rows, "feeds/list", slugs(q.Departments), slugs(q.Branches), null(q.Department), before(q.Before), id, q.Limit)
	if err != nil {
		return nil, err
	}
	list := make([]feeds.Feed, len(rows))
	for i, r := range rows {
		list[i] = r.scope().Feed
	}
	return list, nil
}

// Owned returns the feeds of a member of staff (Staff.ID) that are not revoked.
func (s *Feeds) Owned(ctx context.Context, owner string) ([]feeds.Feed, error) {
	var rows []feedRow
	if err := s.pool().list(ctx, &rows, "feeds/of_owner", owner); err != nil {
		return nil, err
	}
	list := make([]feeds.Feed, len(rows))
	for i, r := range rows {
		list[i] = r.scope().Feed
	}
	return list, nil
}

// Settle notes that the role of their owner confirms feeds (ids), and revokes others for entry's
// actor and reason, with an entry each.
func (s *Feeds) Settle(ctx context.Context, confirmed, ended []string, now time.Time, entry audit.Entry) error {
	var n int
	return s.pool().get(ctx, &n, "feeds/settle", pq.Array(confirmed), pq.Array(ended), now, entry.Actor, null(entry.Reason))
}

// Feed returns the feed with the id, fault.ErrNotFound or feeds.ErrRevoked.
func (s *Feeds) Feed(ctx context.Context, id string) (feeds.Feed, error) {
	if !isID(id) {
		return feeds.Feed{}, fault.ErrNotFound
	}
	row, err := s.feed(ctx, id, nil)
	return row.scope().Feed, err
}

func (s *Feeds) feed(ctx context.Context, id, token any) (feedRow, error) {
	var row feedRow
	err := s.pool().get(ctx, &row, "feeds/find", id, token)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return row, fault.ErrNotFound
	case err != nil:
		return row, err
	case row.RevokedAt.Valid:
		return row, feeds.ErrRevoked
	}
	return row, nil
}

// RevokeFeed revokes a feed, so that it can't be read any more. Revoking it again
// changes nothing.
func (s *Feeds) RevokeFeed(ctx context.Context, id string, entry audit.Entry) error {
	return s.transact(ctx, func(q session) error {
		n, err := q.exec(ctx, "feeds/revoke", id, entry.At)
		if err != nil || n == 0 {
			return err
		}
		return q.record(ctx, entry)
	})
}

// feedVisitRow is a visit as a feed shows it.
type feedVisitRow struct {
	Reference string    `db:"reference"`
	Status    string    `db:"status"`
	StartAt   time.Time `db:"start_at"`
	EndAt     time.Time `db:"end_at"`
	Party     int       `db:"party"`
	Version   int       `db:"version"`
	CreatedAt time.Time `db:"created_at"`
	ChangedAt time.Time `db:"changed_at"`
	Service   []byte    `db:"service"`
	DeskGroup []byte    `db:"desk_group"`
	Branch    []byte    `db:"branch"`
}

// texts are names in the form of the database, each decoded once.
type texts map[string]catalog.Text

func (t texts) of(raw []byte) catalog.Text {
	text, ok := t[string(raw)]
	if !ok {
		_ = json.Unmarshal(raw, &text) // it can't fail: the centre was loaded with the same names
		t[string(raw)] = text
	}
	return text
}

func (r feedVisitRow) visit(names texts) feeds.Visit {
	v := feeds.Visit{
		Reference: slots.Reference(r.Reference).String(),
		Service:   names.of(r.Service), DeskGroup: names.of(r.DeskGroup), Branch: names.of(r.Branch),
		Start: r.StartAt.UTC(), End: r.EndAt.UTC(), Party: r.Party, Version: r.Version,
		Created: r.CreatedAt.UTC(), Changed: r.ChangedAt.UTC(),
	}
	switch slots.Status(r.Status) {
	case slots.Cancelled, slots.Declined:
		v.Status = feeds.Cancelled
	case slots.Requested:
		v.Status = feeds.Tentative
	default:
		v.Status = feeds.Certain
	}
	return v
}

// ReadFeed returns a feed by the hash of the token in its address, with its visits
// at now: at most feeds.MaxVisits and one more. It returns fault.ErrNotFound or
// feeds.ErrRevoked.
func (s *Feeds) ReadFeed(ctx context.Context, token [32]byte, now time.Time) (feeds.Scope, []feeds.Visit, error) {
	feed, err := s.feed(ctx, nil, token[:])
	if err != nil {
		return feeds.Scope{}, nil, err
	}
	if !feeds.Confirmed(feed.ConfirmedAt, now) {
		return feeds.Scope{}, nil, feeds.ErrRevoked
	}
	from, until, cancelledSince := feeds.Covered(now)
	var rows []feedVisitRow
	if err = s.pool().list(ctx, &rows, "feeds/visits", feed.DeskGroups, from, until, cancelledSince, feeds.MaxVisits+1); err != nil {
		return feeds.Scope{}, nil, err
	}
	visits, names := make([]feeds.Visit, len(rows)), texts{}
	for i, r := range rows {
		visits[i] = r.visit(names)
	}
	return feed.scope(), visits, nil
}
