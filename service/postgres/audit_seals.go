package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/lib/pq"

	"ziyara/audit"
)

// loggedRow is an entry of the log as a seal covers it.
type loggedRow struct {
	ID         int64     `db:"id"`
	At         time.Time `db:"at"`
	Actor      string    `db:"actor"`
	Action     string    `db:"action"`
	Subject    string    `db:"subject"`
	Department *int64    `db:"department_id"`
	Branch     *int64    `db:"branch_id"`
	Before     *string   `db:"before"`
	After      *string   `db:"after"`
	Reason     *string   `db:"reason"`
	RequestID  *string   `db:"request_id"`
}

func (r loggedRow) record() audit.Record {
	return audit.Record{
		ID: r.ID, At: r.At, Actor: r.Actor, Action: r.Action, Subject: r.Subject, Department: r.Department, Branch: r.Branch,
		Before: r.Before, After: r.After, Reason: r.Reason, RequestID: r.RequestID,
	}
}

// sealRow is a seal.
type sealRow struct {
	Number int64     `db:"number"`
	Entry  int64     `db:"entry"`
	Hash   []byte    `db:"hash"`
	At     time.Time `db:"at"`
}

func (r sealRow) seal() audit.Seal {
	s := audit.Seal{Number: r.Number, Entry: r.Entry, At: r.At}
	copy(s.Hash[:], r.Hash)
	return s
}

// Seal seals entries that have no seal, at most limit, and returns how many. It seals none
// while another replica does.
func (s *AuditLog) Seal(ctx context.Context, limit int) (sealed int, err error) {
	var waiting []loggedRow
	if err = s.pool().list(ctx, &waiting, "audit/unsealed", 1); err != nil || len(waiting) == 0 {
		return 0, err
	}
	err = s.transact(ctx, func(q session) error {
		sealed = 0
		var mine bool
		if err := q.get(ctx, &mine, "audit/try_lock"); err != nil || !mine {
			return err
		}
		last, err := q.head(ctx)
		if err != nil {
			return err
		}
		var rows []loggedRow
		if err = q.list(ctx, &rows, "audit/unsealed", limit); err != nil || len(rows) == 0 {
			return err
		}
		records := make([]audit.Record, len(rows))
		for i, r := range rows {
			records[i] = r.record()
		}
		var entries pq.Int64Array
		var hashes pq.ByteaArray
		for _, seal := range audit.SealAll(last, records) {
			entries, hashes = append(entries, seal.Entry), append(hashes, seal.Hash[:])
		}
		sealed, err = q.exec(ctx, "audit/seal", last.Number, entries, hashes)
		return err
	})
	return sealed, err
}

// Head returns the last seal, a zero one for a log without seals.
func (s *AuditLog) Head(ctx context.Context) (audit.Seal, error) { return s.pool().head(ctx) }

func (q session) head(ctx context.Context) (audit.Seal, error) {
	var row sealRow
	err := q.get(ctx, &row, "audit/head")
	if errors.Is(err, sql.ErrNoRows) {
		return audit.Seal{}, nil
	}
	if err != nil {
		return audit.Seal{}, err
	}
	return row.seal(), nil
}

// Missing returns the fault of a log that does not have the seal which head names; nil for
// none.
func (s *AuditLog) Missing(ctx context.Context, head audit.Head) (*audit.Fault, error) {
	var row sealRow
	err := s.pool().get(ctx, &row, "audit/seal_numbered", head.Number)
	if errors.Is(err, sql.ErrNoRows) {
		return head.Missing(nil), nil
	}
	if err != nil {
		return nil, err
	}
	found := row.seal()
	return head.Missing(&found), nil
}

// sealedRow is a seal with its entry.
type sealedRow struct {
	loggedRow

	sealRow `db:"seal"`

	Aged bool `db:"aged"`
	Gone bool `db:"gone"`
}

const (
	// checkedAtOnce is how many seals are read at once.
	checkedAtOnce = 5000
	// mostFaults is how many faults are listed.
	mostFaults = 1000
)

// Check checks all seals and entries. It returns the last seal and what is wrong, at most
// about a thousand faults.
func (s *AuditLog) Check(ctx context.Context) (audit.Seal, []audit.Fault, error) {
	var chain audit.Chain
	var faults []audit.Fault
	for len(faults) < mostFaults {
		var rows []sealedRow
		if err := s.pool().list(ctx, &rows, "audit/sealed", chain.Last().Number, checkedAtOnce); err != nil {
			return audit.Seal{}, nil, err
		}
		for _, r := range rows {
			record := r.record()
			about := &record
			if r.Gone {
				about = nil
			}
			faults = append(faults, chain.Check(r.seal(), about, r.Aged)...)
		}
		if len(rows) < checkedAtOnce {
			break
		}
	}
	var added []int64
	if err := s.pool().list(ctx, &added, "audit/never_sealed", mostFaults); err != nil {
		return audit.Seal{}, nil, err
	}
	for _, id := range added {
		faults = append(faults, audit.Fault{Entry: id, What: audit.WasAdded})
	}
	return chain.Last(), faults, nil
}
