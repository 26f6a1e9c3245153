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
	"ziyara/setup"
)

// Centre loads the centre, and sets it up.
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
		standingRow
	}
	departments []struct {
		Slug string               `db:"slug"`
		Name jsonOf[catalog.Text] `db:"name"`
		standingRow
	}
	services []serviceRow
	entities []struct {
		Slug   string                 `db:"slug"`
		Name   jsonOf[catalog.Text]   `db:"name"`
		Link   string                 `db:"link"`
		Topics jsonOf[[]catalog.Text] `db:"topics"`
		standingRow
	}
	reasons []struct {
		Slug string               `db:"slug"`
		Name jsonOf[catalog.Text] `db:"name"`
		standingRow
	}
	holidays []holidayRow
	groups   []deskGroupRow
	desks    []struct {
		Group      string `db:"desk_group"`
		Name       string `db:"name"`
		Accessible bool   `db:"accessible"`
	}
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
	standingRow
}

// standingRow is whether a part of the centre is paused or retired.
type standingRow struct {
	Standing jsonOf[catalog.Standing] `db:"standing"`
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
		Name: r.Name.v, Services: r.Services, Calendar: calendar, Version: r.Version, Standing: r.Standing.v,
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
	Published       bool                          `db:"published"`
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
	standingRow
}

// approvalRow is how a service is approved.
type approvalRow struct {
	ApprovalHours   int    `db:"approval_hours"`
	ApprovalDefault string `db:"approval_default"`
}

func (r approvalRow) approval() catalog.Approval {
	return catalog.Approval{Answer: time.Duration(r.ApprovalHours) * time.Hour, Default: catalog.Answer(r.ApprovalDefault)}
}

// load reads all rows but desks, which no snapshot has.
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

// described returns the centre as a file has it.
func (r *centreRows) described() setup.Centre {
	var c setup.Centre
	for _, b := range r.branches {
		branch := catalog.Branch{
			Slug: b.Slug, Name: b.Name.v, City: b.City.v, Address: b.Address.v, Zone: b.Zone,
			Quiet: catalog.Quiet{From: b.QuietFrom, To: b.QuietTo}, Standing: b.Standing.v,
		}
		if b.ShortName != nil {
			branch.ShortName = b.ShortName.v
		}
		c.Branches = append(c.Branches, branch)
	}
	for _, d := range r.departments {
		c.Departments = append(c.Departments, catalog.Department{Slug: d.Slug, Name: d.Name.v, Standing: d.Standing.v})
	}
	for _, s := range r.services {
		c.Services = append(c.Services, s.service())
	}
	for _, e := range r.entities {
		c.Entities = append(c.Entities, catalog.Entity{
			Slug: e.Slug, Name: e.Name.v, Link: e.Link, Topics: e.Topics.v, Retired: e.Standing.v.Retired,
		})
	}
	for _, reason := range r.reasons {
		c.Reasons = append(c.Reasons, catalog.CancellationReason{
			Slug: reason.Slug, Name: reason.Name.v, Retired: reason.Standing.v.Retired,
		})
	}
	for _, h := range r.holidays {
		c.HolidayLists = append(c.HolidayLists, setup.HolidayList{Slug: h.Slug, HolidayList: h.Holidays.v})
	}
	desks := make(map[string][]setup.Desk)
	for _, d := range r.desks {
		desks[d.Group] = append(desks[d.Group], setup.Desk{Name: d.Name, Accessible: d.Accessible})
	}
	for _, g := range r.groups {
		plan := g.Plan.v
		plan.Zone = g.Zone
		c.DeskGroups = append(c.DeskGroups, setup.DeskGroup{
			Slug: g.Slug, Branch: g.Branch, Department: g.Department, Name: g.Name.v, Services: g.Services,
			HolidayList: g.Holidays.String, Desks: desks[g.Slug], Plan: plan, Standing: g.Standing.v,
		})
	}
	return c
}

func (r *centreRows) centre() (*centre.Snapshot, error) {
	c := r.described()
	all, err := catalog.NewCentre(c.Branches, c.Departments, c.Services, c.Entities, c.Reasons...)
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
		Slug: r.Slug, Department: r.Department, Name: r.Name.v, About: r.About.v, Standing: r.Standing.v,
		Duration: minutes(r.Duration), Before: minutes(r.Before), After: minutes(r.After),
		Step: minutes(r.Step), GapStep: minutes(r.GapStep),
		Notice: minutes(r.Notice), Horizon: minutes(r.Horizon),
		NoticeWorkingDays: r.NoticeDays, HorizonWorkingDays: r.HorizonDays,
		CancelCutoff: minutes(r.Cancel), MoveCutoff: minutes(r.Move),
		PartyLimit: r.PartyLimit, PlacePerVisitor: r.PlacePerVisitor, ActiveLimit: r.ActiveLimit, Published: r.Published,
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
