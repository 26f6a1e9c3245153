package service

import (
	"context"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/audit"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/scheduling"
	"ziyara/service/portal"
	"ziyara/service/secret"
	"ziyara/slots"
	"ziyara/survey"
)

// speak sets up what messages say, and their links.
func (s *Service) speak(keys *secret.Keys) (err error) {
	if s.config.PublicURL != "" {
		if s.links, err = portal.NewLinks(s.config.PublicURL, keys); err != nil {
			return fmt.Errorf("service: ZIYARA_PUBLIC_URL: %w", err)
		}
	}
	s.texts = notify.NewTexts(notify.WithLinks(s.link))
	return nil
}

// link returns the address that a message ends with. It is good until the
// visit begins, for all that can be done with it; that of an offer as long as
// the offer stands, and that of a survey for a week after the visit.
func (s *Service) link(f notify.Facts) string {
	if s.links == nil {
		return ""
	}
	if f.Kind == notify.Offer {
		return s.links.Offer(f.Entry, f.Until)
	}
	reference, err := slots.ParseReference(f.Reference)
	if err != nil {
		return ""
	}
	if f.Kind == notify.Survey {
		return s.links.Link(reference, portal.Survey, f.Start.Add(survey.Open))
	}
	return s.links.Link(reference, portal.Manage, f.Start)
}

// mount returns what adds the pages: those that links lead to, if there are
// any, and those for staff.
func (s *Service) mount() (func(fiber.Router, fiber.Handler), error) {
	links, err := s.portal()
	return func(app fiber.Router, limit fiber.Handler) {
		if links != nil {
			links(app, limit)
		}
		s.mountSignIn(app, limit)
	}, err
}

// portal returns what mounts the pages that links lead to; nil without links.
func (s *Service) portal() (func(fiber.Router, fiber.Handler), error) {
	if s.links == nil {
		return nil, nil //nolint:nilnil // no links, no pages
	}
	pages, err := portal.New(portal.Config{
		Links: s.links, Booker: s.booker, Centre: s.centre.Load, Now: s.config.Now, Log: s.config.Log,
		Confirm: s.store.Confirm, Confirmed: s.store.Confirmed, CallCentre: s.config.CallCentre,
		FindSurvey: s.store.FindSurvey, SaveSurvey: s.store.SaveSurvey,
		Waitlist: s.waitlist, EntryNumbered: s.store.EntryNumbered, NewReference: newReference,
	})
	if err != nil {
		return nil, err
	}
	return pages.Mount, nil
}

// reloadTexts takes over what departments have decided about their messages.
// A text that is broken is logged and left to the catalogue.
func (s *Service) reloadTexts(ctx context.Context) error {
	departments, err := s.store.LoadMessageDepartments(ctx)
	if err != nil {
		return err
	}
	if err = s.texts.Use(departments); err != nil {
		s.config.Log.ErrorContext(ctx, "broken texts are not used", "error", err)
	}
	return nil
}

// SaveText checks a department's text and saves it as the version that it
// names, which is in use within seconds. entry says who of the staff it was. It
// returns a *notify.TextError, fault.ErrEdited or fault.ErrNotFound.
func (s *Service) SaveText(ctx context.Context, o notify.Override, entry audit.Entry) error {
	checked, err := s.texts.Check(o, s.longest(o.Department)...)
	if err != nil {
		return err
	}
	entry.At = s.config.Now()
	return s.store.SaveText(ctx, checked, entry)
}

// longest returns the facts of a visit to each service of a department at each
// branch, on a day and with numbers that are long to say.
func (s *Service) longest(department string) []notify.Facts {
	centre := s.centre.Load()
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
				Department: department, Reference: slots.NewReference([5]byte{}).String(), Service: service.Name, Branch: branch.Name,
				Start: day.Start.Add(10 * time.Hour), Zone: group.Calendar.Zone(),
			}))
		}
	}
	return list
}

// example adds to the facts of a visit what only some kinds have.
func example(f notify.Facts) notify.Facts {
	f.Until, f.Minutes, f.Entry = f.Start.Add(-24*time.Hour), 120, 1<<40-1
	return f
}

// PreviewText returns the message about a visit in the words of o, with its
// size and cost; without wordings, in those in use, and without a reference
// about a visit that is long to tell. What only some kinds have, such as the
// minutes of a delay, is made up. It returns a *notify.TextError, or
// fault.ErrNotFound, also for a visit to another department.
func (s *Service) PreviewText(ctx context.Context, r slots.Reference, o notify.Override) (notify.Preview, error) {
	facts, err := s.factsFor(ctx, r, o.Department)
	if err != nil {
		return notify.Preview{}, err
	}
	facts.Kind, facts.Lang = o.Kind, o.Lang
	if len(o.Wordings) == 0 {
		return s.texts.Preview(facts, nil)
	}
	checked, err := s.texts.Check(o, facts)
	if err != nil {
		return notify.Preview{}, err
	}
	return s.texts.Preview(facts, &checked)
}

// factsFor returns the facts of a visit to a department, or of one that is long
// to tell.
func (s *Service) factsFor(ctx context.Context, r slots.Reference, department string) (notify.Facts, error) {
	if r == "" {
		longest := s.longest(department)
		if len(longest) == 0 {
			return notify.Facts{}, fault.ErrNotFound
		}
		return longest[0], nil
	}
	facts, err := s.store.MessageFacts(ctx, r)
	if err == nil && facts.Department != department {
		err = fault.ErrNotFound
	}
	return example(facts), err
}

// watchBudgets measures how far departments have used their budgets, and tells
// staff once for each level.
func (s *Service) watchBudgets(ctx context.Context) error {
	now := s.config.Now()
	list, err := s.store.MessageUsage(ctx, now)
	if err != nil {
		return err
	}
	levels := make(map[string]notify.Level)
	for _, d := range list {
		s.gauges.budgets.WithLabelValues(d.Department).Set(d.Budget.Share(d.Usage))
		levels[d.Department] = d.Budget.Level(d.Usage)
	}
	flagged, err := s.store.FlagBudgets(ctx, now, levels)
	for department, level := range flagged {
		s.config.Log.WarnContext(ctx, "message budget", "department", department, "level", string(level))
	}
	return err
}
