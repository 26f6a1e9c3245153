package servicetest

import (
	"context"
	"database/sql"

	"github.com/lib/pq"

	"ziyara/centre"
	"ziyara/scheduling"
)

// SetPlaces changes the places of a ledger day, as a coordinator does who adds or
// removes desks: it writes open[] under the lock of the day and keeps used[], so
// that visits may lose their support but none is lost. It reports whether the day
// exists; if not, it writes nothing. Each element of open is the places of one
// tick, from the first tick of the day's calendar.
func SetPlaces(ctx context.Context, db *sql.DB, g *centre.DeskGroup, date scheduling.Date, open []int16) (bool, error) {
	result, err := db.ExecContext(ctx, `UPDATE ledger_days SET open = $4, version = version + 1
		WHERE branch_id = $1 AND desk_group_id = $2 AND day = $3`, g.BranchID, g.ID, date.String(), pq.Array(open))
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}
