package postgres

import (
	"context"
	"encoding/json"
	"time"

	"ziyara/hall"
	"ziyara/notify"
)

// notice is what hall/tell.sql reads.
type notice struct {
	ID           string    `json:"id"`
	StartVersion int       `json:"version"`
	Minutes      int       `json:"minutes"`
	Until        time.Time `json:"until"`
}

// Tell implements hall.Store.
func (h *Hall) Tell(ctx context.Context, notices []hall.Notice, now time.Time) (int, error) {
	list := make([]notice, len(notices))
	for i, n := range notices {
		list[i] = notice(n)
	}
	text, err := json.Marshal(list)
	if err != nil {
		return 0, err
	}
	return h.pool().exec(ctx, "hall/tell", string(text), now, string(notify.Delayed), media(notify.Delayed))
}

// Announce implements hall.Store.
func (h *Hall) Announce(ctx context.Context, d hall.Delay) (int, error) {
	told := 0
	err := h.transact(ctx, func(q session) error {
		if err := q.get(ctx, &told, "hall/announce", d.Group.BranchID, d.Day.String(), d.Group.ID, d.Minutes, d.At, d.Until, null(d.Actor),
			string(notify.Delayed), media(notify.Delayed)); err != nil {
			return err
		}
		return q.record(ctx, d.Entry(told))
	})
	return told, err
}
