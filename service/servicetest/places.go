package servicetest

import (
	"context"
	"database/sql"

	"github.com/lib/pq"

	"ziyara/centre"
	"ziyara/scheduling"
)

// SetPlaces gives a ledger day other places, as a coordinator does who takes
// desks away or adds some: open[] is written under the lock of the day, by
// what exists, and used[] stays, so that visits may be left without support
// but none is lost. It reports whether the day has been opened; if not there
// is nothing to write. Every element of open is the places of one tick, from
// the first tick of the day's calendar.
func SetPlaces(ctx context.Context, db *sql.DB, g *centre.DeskGroup, date scheduling.Date, open []int16) (bool, error) {
	result, err := db.ExecContext(ctx, `UPDATE ledger_days SET open = $4, version = version + 1
		WHERE branch_id = $1 AND desk_group_id = $2 AND day = $3`, g.BranchID, g.ID, date.String(), pq.Array(open))
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}
