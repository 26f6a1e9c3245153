package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
)

// Centre loads the centre, and seeds a new one.
type Centre struct{ *core }

// Version returns the version of the centre. It rises with every change.
func (s *Centre) Version(ctx context.Context) (int64, error) {
	var version int64
	err := s.pool().get(ctx, &version, "centre/version")
	return version, err
}

// Load reads the whole centre in one snapshot and compiles the calendars of its desk
// groups.
func (s *Centre) Load(ctx context.Context) (*centre.Snapshot, error) {
	var rows centreRows
	err := s.transact(ctx, func(q session) error {
		rows = centreRows{}
		return rows.load(ctx, q)
	})
	if err != nil {
		return nil, err
	}
	return rows.centre()
}

// centreRows are the rows that make up the centre.
type centreRows struct {
	version  int64
	branches []struct {
		ID        int                   `db:"id"`
		Slug      string                `db:"slug"`
		Name      jsonOf[catalog.Text]  `db:"name"`
		ShortName *jsonOf[catalog.Text] `db:"short_name"`
		City      jsonOf[catalog.Text]  `db:"city"`
		Address   jsonOf[catalog.Text]  `db:"address"`
		Zone      string                `db:"zone"`
		QuietFrom int                   `db:"quiet_from"`
		QuietTo   int                   `db:"quiet_to"`
	}
	departments []struct {
		Slug string               `db:"slug"`
		Name jsonOf[catalog.Text] `db:"name"`
	}
	services []serviceRow
	entities []struct {
		Slug   string                 `db:"slug"`
		Name   jsonOf[catalog.Text]   `db:"name"`
		Link   string                 `db:"link"`
		Topics jsonOf[[]catalog.Text] `db:"topics"`
	}
	reasons []struct {
		Slug string               `db:"slug"`
		Name jsonOf[catalog.Text] `db:"name"`
	}
	holidays []holidayRow
	groups   []deskGroupRow
}

// deskGroupRow is a desk group with its plan.
type deskGroupRow struct {
	ID         int                     `db:"id"`
	Slug       string                  `db:"slug"`
	BranchID   int                     `db:"branch_id"`
	Branch     string                  `db:"branch"`
	Zone       string                  `db:"zone"`
	Department string                  `db:"department"`
	Name       jsonOf[catalog.Text]    `db:"name"`
	Plan       jsonOf[scheduling.Plan] `db:"plan"`
	Holidays   sql.NullString          `db:"holiday_list"`
	Version    int64                   `db:"calendar_version"`
	Services   pq.StringArray          `db:"services"`
}

// compiled returns the desk group with its calendar.
func (r *deskGroupRow) compiled(compiler *scheduling.Compiler, lists map[string]*scheduling.Holidays) (centre.DeskPlan, error) {
	d := centre.DeskPlan{Plan: r.Plan.v}
	d.Plan.Zone = r.Zone
	if r.Holidays.Valid {
		d.Lists = append(d.Lists, lists[r.Holidays.String])
	}
	calendar, err := compiler.Compile(d.Plan, d.Lists...)
	if err != nil {
		return centre.DeskPlan{}, fmt.Errorf("desk group %s: %w", r.Slug, err)
	}
	d.DeskGroup = &centre.DeskGroup{
		ID: r.ID, BranchID: r.BranchID, Slug: r.Slug, Branch: r.Branch, Department: r.Department,
		Name: r.Name.v, Services: r.Services, Calendar: calendar, Version: r.Version,
	}
	return d, nil
}

type serviceRow struct {
	ID              int                           `db:"id"`
	Slug            string                        `db:"slug"`
	DepartmentID    int                           `db:"department_id"`
	Department      string                        `db:"department"`
	Name            jsonOf[catalog.Text]          `db:"name"`
	About           jsonOf[catalog.Text]          `db:"about"`
	Duration        int                           `db:"duration_minutes"`
	Before          int                           `db:"before_minutes"`
	After           int                           `db:"after_minutes"`
	Step            int                           `db:"step_minutes"`
	GapStep         int                           `db:"gap_step_minutes"`
	Notice          int                           `db:"notice_minutes"`
	Horizon         int                           `db:"horizon_minutes"`
	NoticeDays      int                           `db:"notice_working_days"`
	HorizonDays     int                           `db:"horizon_working_days"`
	Cancel          int                           `db:"cancel_minutes"`
	Move            int                           `db:"move_minutes"`
	PartyLimit      int                           `db:"party_limit"`
	PlacePerVisitor bool                          `db:"place_per_visitor"`
	ActiveLimit     int                           `db:"active_limit"`
	Requirements    jsonOf[[]catalog.Requirement] `db:"requirements"`
	Online          string                        `db:"online"`
	Topics          jsonOf[[]catalog.Text]        `db:"topics"`
	HoldBack        jsonOf[catalog.HoldBack]      `db:"hold_back"`
	Needs           jsonOf[[]catalog.Need]        `db:"needs"`
	Reminders       pq.Int64Array                 `db:"reminder_minutes"`
	OpensAt         int                           `db:"opens_at_minutes"`
	ReleaseDelay    int                           `db:"release_delay_minutes"`
	RebookLimit     int                           `db:"rebook_limit"`
	RebookWindow    int                           `db:"rebook_window_minutes"`
	RebookPause     int                           `db:"rebook_pause_minutes"`
	WalkInRelease   int                           `db:"walk_in_release_minutes"`
	HallEarly       int                           `db:"hall_early_minutes"`
	HallLate        int                           `db:"hall_late_minutes"`
	HallLateTurn    string                        `db:"hall_late_turn"`
	HallNoShow      int                           `db:"hall_no_show_minutes"`
	approvalRow
}

// approvalRow is how a service is approved.
type approvalRow struct {
	ApprovalHours   int    `db:"approval_hours"`
	ApprovalDefault string `db:"approval_default"`
}

func (r approvalRow) approval() catalog.Approval {
	return catalog.Approval{Answer: time.Duration(r.ApprovalHours) * time.Hour, Default: catalog.Answer(r.ApprovalDefault)}
}

func (r *centreRows) load(ctx context.Context, q session) error {
	if _, err := q.tx.ExecContext(ctx, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"); err != nil {
		return translate("load centre", err)
	}
	if err := q.get(ctx, &r.version, "centre/version"); err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		dest any
	}{
		{"centre/load_branches", &r.branches},
		{"centre/load_departments", &r.departments},
		{"centre/load_services", &r.services},
		{"centre/load_entities", &r.entities},
		{"centre/load_cancellation_reasons", &r.reasons},
		{"calendars/load_holidays", &r.holidays},
		{"centre/load_desk_groups", &r.groups},
	} {
		if err := q.list(ctx, part.dest, part.name); err != nil {
			return err
		}
	}
	return nil
}

func (r *centreRows) centre() (*centre.Snapshot, error) {
	var branches []catalog.Branch
	for _, b := range r.branches {
		branch := catalog.Branch{
			Slug: b.Slug, Name: b.Name.v, City: b.City.v, Address: b.Address.v, Zone: b.Zone,
			Quiet: catalog.Quiet{From: b.QuietFrom, To: b.QuietTo},
		}
		if b.ShortName != nil {
			branch.ShortName = b.ShortName.v
		}
		branches = append(branches, branch)
	}
	var departments []catalog.Department
	for _, d := range r.departments {
		departments = append(departments, catalog.Department{Slug: d.Slug, Name: d.Name.v})
	}
	var services []catalog.Service
	for _, s := range r.services {
		services = append(services, s.service())
	}
	var entities []catalog.Entity
	for _, e := range r.entities {
		entities = append(entities, catalog.Entity{Slug: e.Slug, Name: e.Name.v, Link: e.Link, Topics: e.Topics.v})
	}
	var reasons []catalog.CancellationReason
	for _, c := range r.reasons {
		reasons = append(reasons, catalog.CancellationReason{Slug: c.Slug, Name: c.Name.v})
	}
	all, err := catalog.NewCentre(branches, departments, services, entities, reasons...)
	if err != nil {
		return nil, err
	}
	lists, err := compiledLists(r.holidays)
	if err != nil {
		return nil, err
	}
	var groups []*centre.DeskGroup
	var compiler scheduling.Compiler
	for i := range r.groups {
		d, err := r.groups[i].compiled(&compiler, lists)
		if err != nil {
			return nil, err
		}
		groups = append(groups, d.DeskGroup)
	}
	return centre.New(all, groups, r.version)
}

// holidayRow is a list of holidays that desk groups share.
type holidayRow struct {
	Slug     string                         `db:"slug"`
	Holidays jsonOf[scheduling.HolidayList] `db:"holidays"`
}

func compiledLists(rows []holidayRow) (map[string]*scheduling.Holidays, error) {
	lists := make(map[string]*scheduling.Holidays, len(rows))
	for _, h := range rows {
		list, err := scheduling.CompileHolidays(h.Holidays.v)
		if err != nil {
			return nil, fmt.Errorf("holiday list %s: %w", h.Slug, err)
		}
		lists[h.Slug] = list
	}
	return lists, nil
}

func (r serviceRow) service() catalog.Service {
	minutes := func(n int) time.Duration { return time.Duration(n) * time.Minute }
	var reminders []time.Duration
	for _, n := range r.Reminders {
		reminders = append(reminders, minutes(int(n)))
	}
	return catalog.Service{
		Slug: r.Slug, Department: r.Department, Name: r.Name.v, About: r.About.v,
		Duration: minutes(r.Duration), Before: minutes(r.Before), After: minutes(r.After),
		Step: minutes(r.Step), GapStep: minutes(r.GapStep),
		Notice: minutes(r.Notice), Horizon: minutes(r.Horizon),
		NoticeWorkingDays: r.NoticeDays, HorizonWorkingDays: r.HorizonDays,
		CancelCutoff: minutes(r.Cancel), MoveCutoff: minutes(r.Move),
		PartyLimit: r.PartyLimit, PlacePerVisitor: r.PlacePerVisitor, ActiveLimit: r.ActiveLimit,
		OpensAt: minutes(r.OpensAt), ReofferDelay: minutes(r.ReleaseDelay),
		Rebooking:    catalog.Rebooking{Limit: r.RebookLimit, Window: minutes(r.RebookWindow), Pause: minutes(r.RebookPause)},
		Requirements: r.Requirements.v, Online: r.Online, Topics: r.Topics.v, HoldBack: r.HoldBack.v,
		WalkInReleaseMinutes: r.WalkInRelease,
		Approval:             r.approval(),
		Reminders:            reminders,
		Needs:                r.Needs.v,
		Hall: catalog.HallRules{
			Early: minutes(r.HallEarly), Late: minutes(r.HallLate), LateTurn: catalog.LateTurn(r.HallLateTurn), NoShow: minutes(r.HallNoShow),
		},
	}
}

// Seed is the initial content of a centre.
type Seed struct {
	Branches    []catalog.Branch
	Departments []catalog.Department
	Services    []catalog.Service
	Entities    []catalog.Entity
	Holidays    scheduling.HolidayList // one list, shared by all desk groups
	DeskGroups  []SeedGroup
}

// SeedGroup is an initial desk group. Its plan has no holidays of its own.
type SeedGroup struct {
	Slug               string
	Branch, Department string
	Name               catalog.Text
	Services           []string
	Plan               scheduling.Plan
	Desks              int // the first of them accessible
}

// holidayList is the slug of the list that seeded desk groups share.
const holidayList = "saudi-public"

// Seed adds what the database does not have yet, by slug, and leaves existing rows
// as they are, because coordinators may have edited them. It returns how many rows
// it added.
func (s *Centre) Seed(ctx context.Context, seed Seed) (int, error) {
	added := 0
	err := s.transact(ctx, func(q session) error {
		added = 0
		add := func(name string, args ...any) error {
			n, err := q.exec(ctx, name, args...)
			added += n
			return err
		}
		for _, b := range seed.Branches {
			var short any
			if b.ShortName != (catalog.Text{}) {
				short = asJSON(b.ShortName)
			}
			if err := add("centre/seed_branch", b.Slug, asJSON(b.Name), asJSON(b.City), asJSON(b.Address), b.Zone,
				b.Quiet.From, b.Quiet.To, short); err != nil {
				return err
			}
		}
		for _, d := range seed.Departments {
			if err := add("centre/seed_department", d.Slug, asJSON(d.Name)); err != nil {
				return err
			}
		}
		for _, v := range seed.Services {
			minutes := func(d time.Duration) int { return int(d / time.Minute) }
			reminders := pq.Int64Array{}
			for _, lead := range v.Reminders {
				reminders = append(reminders, int64(minutes(lead)))
			}
			hall := v.HallRules()
			if err := add("centre/seed_service", v.Slug, v.Department, asJSON(v.Name), asJSON(v.About),
				minutes(v.Duration), minutes(v.Before), minutes(v.After), minutes(v.Step), minutes(v.GapStep),
				minutes(v.Notice), minutes(v.Horizon), minutes(v.CancelCutoff), minutes(v.MoveCutoff),
				v.PartyLimit, v.PlacePerVisitor, v.ActiveLimit,
				asJSON(v.Requirements), v.Online, asJSON(v.Topics), asJSON(v.HoldBack),
				v.NoticeWorkingDays, v.HorizonWorkingDays, asJSON(append([]catalog.Need{}, v.Needs...)),
				minutes(v.OpensAt), minutes(v.ReofferDelay),
				v.Rebooking.Limit, minutes(v.Rebooking.Window), minutes(v.Rebooking.Pause),
				v.WalkInReleaseMinutes, int(v.Approval.Answer/time.Hour), string(v.Approval.Default), reminders,
				minutes(hall.Early), minutes(hall.Late), string(hall.LateTurn), minutes(hall.NoShow)); err != nil {
				return err
			}
		}
		for _, e := range seed.Entities {
			if err := add("centre/seed_entity", e.Slug, asJSON(e.Name), e.Link, asJSON(e.Topics)); err != nil {
				return err
			}
		}
		if err := add("centre/seed_holidays", holidayList, asJSON(seed.Holidays)); err != nil {
			return err
		}
		for _, g := range seed.DeskGroups {
			if err := add("centre/seed_desk_group", g.Slug, g.Branch, g.Department, asJSON(g.Name), asJSON(g.Plan),
				holidayList, pq.StringArray(g.Services)); err != nil {
				return err
			}
			if err := add("centre/seed_desks", g.Slug, g.Desks); err != nil {
				return err
			}
		}
		if added == 0 {
			return nil
		}
		_, err := q.exec(ctx, "centre/touch")
		return err
	})
	return added, err
}
