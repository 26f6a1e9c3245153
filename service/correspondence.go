package service

import (
	"context"

	"ziyara/audit"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/service/postgres"
	"ziyara/slots"
)

// correspondence lets staff look at messages and edit their texts. It implements
// api.Correspondence.
type correspondence struct {
	editor
	records *postgres.Records
	budgets *postgres.Budgets
}

// About implements api.Correspondence.
func (c correspondence) About(ctx context.Context, r slots.Reference) ([]notify.Record, error) {
	return c.records.About(ctx, r)
}

// Failed implements api.Correspondence.
func (c correspondence) Failed(ctx context.Context, q notify.FailedQuery) ([]notify.Record, error) {
	return c.records.Failed(ctx, q)
}

// Message implements api.Correspondence.
func (c correspondence) Message(ctx context.Context, id int64) (notify.Record, error) {
	return c.records.Find(ctx, id)
}

// Resend implements api.Correspondence.
func (c correspondence) Resend(ctx context.Context, id int64, entry audit.Entry) (notify.Record, error) {
	return c.records.Resend(ctx, id, entry)
}

// ApproveText implements api.Correspondence.
func (c correspondence) ApproveText(ctx context.Context, o notify.Override, entry audit.Entry) error {
	entry.At = c.now()
	return c.editor.store.Approve(ctx, o, entry)
}

// Texts implements api.Correspondence.
func (c correspondence) Texts(ctx context.Context, department string, k notify.Kind, lang string) ([]notify.SavedText, error) {
	return c.store.History(ctx, department, k, lang)
}

// Terms implements api.Correspondence.
func (c correspondence) Terms(ctx context.Context, department string) (notify.Department, notify.Usage, int64, error) {
	list, err := c.store.Departments(ctx)
	if err != nil {
		return notify.Department{}, notify.Usage{}, 0, err
	}
	spent, err := c.budgets.Usage(ctx, c.now())
	if err != nil {
		return notify.Department{}, notify.Usage{}, 0, err
	}
	for _, d := range list {
		if d.Slug != department {
			continue
		}
		for _, s := range spent {
			if s.Department == department {
				return d, s.Usage, s.Messages, nil
			}
		}
		return d, notify.Usage{}, 0, nil
	}
	return notify.Department{}, notify.Usage{}, 0, fault.ErrNotFound
}

// ChangeTerms implements api.Correspondence.
func (c correspondence) ChangeTerms(ctx context.Context, department string, entry audit.Entry,
	decide func(notify.Department) (notify.Department, error),
) error {
	return c.budgets.ChangeTerms(ctx, department, entry, decide)
}
