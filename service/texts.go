package service

import (
	"context"
	"time"

	"ziyara/audit"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/scheduling"
	"ziyara/service/postgres"
	"ziyara/slots"
)

// editor saves and previews the texts of departments.
type editor struct {
	store  *postgres.Texts
	texts  *notify.Texts
	centre func() *centre.Snapshot
	now    func() time.Time
}

// SaveText checks a department's text and saves it with its version. It is in use
// within seconds. entry names the member of staff. SaveText returns a
// *notify.TextError, fault.ErrEdited or fault.ErrNotFound.
func (e editor) SaveText(ctx context.Context, o notify.Override, entry audit.Entry) error {
	checked, err := e.texts.Check(o, e.longest(o.Department)...)
	if err != nil {
		return err
	}
	entry.At = e.now()
	return e.store.Save(ctx, checked, entry)
}

// longest returns the facts of a visit to each service of a department at each
// branch, with a date and numbers that make long texts.
func (e editor) longest(department string) []notify.Facts {
	centre := e.centre()
	var list []notify.Facts
	for _, service := range centre.Services {
		if service.Department != department {
			continue
		}
		for _, group := range centre.GroupsOf(service.Slug) {
			branch, ok := centre.Branch(group.Branch)
			if !ok {
				continue
			}
			// A Wednesday: the longest name in both languages.
			day := group.Calendar.Day(scheduling.NewDate(2026, time.November, 25))
			list = append(list, example(notify.Facts{
				Department: department, Reference: slots.NewReference([5]byte{}).String(), Service: service.Name,
				Branch: branch.Name, BranchSMS: branch.ShortName,
				Start: day.Start.Add(10 * time.Hour), Zone: group.Calendar.Zone(),
			}))
		}
	}
	return list
}

// example adds the facts that only some kinds of messages have.
func example(f notify.Facts) notify.Facts {
	f.Until, f.Minutes, f.Entry = f.Start.Add(-24*time.Hour), 120, 1<<40-1
	return f
}

// PreviewText returns the message about a visit in the wordings of o, with its
// size and cost; in those in use if o has none, and about an example visit with
// long names without a reference. Facts that only some kinds have, such as the
// minutes of a delay, are made up. It returns a *notify.TextError, or
// fault.ErrNotFound, also for a visit to another department.
func (e editor) PreviewText(ctx context.Context, r slots.Reference, o notify.Override) (notify.Preview, error) {
	facts, err := e.factsFor(ctx, r, o.Department)
	if err != nil {
		return notify.Preview{}, err
	}
	facts.Kind, facts.Lang = o.Kind, o.Lang
	if len(o.Wordings) == 0 {
		return e.texts.Preview(facts, nil)
	}
	checked, err := e.texts.Check(o, facts)
	if err != nil {
		return notify.Preview{}, err
	}
	return e.texts.Preview(facts, &checked)
}

// factsFor returns the facts of a visit to a department, or of an example visit
// with long names.
func (e editor) factsFor(ctx context.Context, r slots.Reference, department string) (notify.Facts, error) {
	if r == "" {
		longest := e.longest(department)
		if len(longest) == 0 {
			return notify.Facts{}, fault.ErrNotFound
		}
		return longest[0], nil
	}
	facts, err := e.store.Facts(ctx, r)
	if err == nil && facts.Department != department {
		err = fault.ErrNotFound
	}
	return example(facts), err
}
