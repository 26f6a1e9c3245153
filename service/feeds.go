package service

import (
	"context"
	"log/slog"
	"time"

	"ziyara/access"
	"ziyara/audit"
	"ziyara/service/postgres"
)

// feedOwners ends feeds with the role of who made them.
type feedOwners struct {
	store *postgres.Feeds
	now   func() time.Time
	log   *slog.Logger
}

// seen is called when it is known what a member of staff may do now: their feeds are confirmed,
// except those that they could not make any more, which end. What fails is tried again when
// they are seen the next time.
func (f feedOwners) seen(ctx context.Context, staff access.Staff) {
	list, err := f.store.Owned(ctx, staff.ID)
	if err == nil && len(list) > 0 {
		confirmed, ended := []string{}, []string{}
		grant, no := access.May(staff, "createFeed")
		for _, feed := range list {
			if no == nil && grant.Permit(feed.Department, feed.Branch) == nil {
				confirmed = append(confirmed, feed.ID)
			} else {
				ended = append(ended, feed.ID)
			}
		}
		err = f.store.Settle(ctx, confirmed, ended, f.now(), audit.Entry{Actor: "ziyara", Reason: "the owner has no role for it any more"})
	}
	if err != nil {
		f.log.WarnContext(ctx, "feeds do not follow the role of their owner yet", "error", err)
	}
}
