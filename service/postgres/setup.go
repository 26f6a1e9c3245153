package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/setup"
)

// Describe returns the whole centre as a file has it.
func (s *Centre) Describe(ctx context.Context) (setup.Centre, error) {
	rows, err := s.rows(ctx)
	if err != nil {
		return setup.Centre{}, err
	}
	return rows.described(), nil
}

// rows reads the whole centre in one snapshot.
func (s *Centre) rows(ctx context.Context) (rows centreRows, err error) {
	err = s.transact(ctx, func(q session) error {
		rows = centreRows{}
		if err := rows.load(ctx, q); err != nil {
			return err
		}
		return q.list(ctx, &rows.desks, "centre/load_desks")
	})
	return rows, err
}

// Seed adds what the centre does not have yet, by slug, and leaves all else as it is,
// because coordinators may have edited it. It returns what it added, and leaves no entry
// in the log.
func (s *Centre) Seed(ctx context.Context, want setup.Centre) ([]setup.Change, error) {
	return s.apply(ctx, audit.Entry{}, false, func(have setup.Centre) setup.Centre { return setup.Missing(have, want) })
}

// Apply makes the centre as a file says, in one transaction; what the file does not
// name stays. It returns what changed. With try it changes nothing, and returns what
// would change. The error joins some that wrap setup.ErrRefused, or is a
// *slots.AffectedError if visits would lose their places. entry gives the actor, the
// time and the reason; each change is in the log.
func (s *Centre) Apply(ctx context.Context, want setup.Centre, entry audit.Entry, try bool) ([]setup.Change, error) {
	return s.apply(ctx, entry, try, func(setup.Centre) setup.Centre { return want })
}

// errTried ends the transaction of a trial.
var errTried = errors.New("postgres: only tried")

func (s *Centre) apply(ctx context.Context, entry audit.Entry, try bool,
	wanted func(have setup.Centre) setup.Centre,
) (changes []setup.Change, err error) {
	err = untilCurrent(ctx, func() error {
		rows, err := s.rows(ctx)
		if err != nil {
			return err
		}
		have := rows.described()
		a := application{merged: setup.Merge(have, wanted(have)), entry: entry}
		if changes, err = setup.Differences(have, a.merged); err != nil || len(changes) == 0 {
			return err
		}
		if err = setup.Allowed(a.merged, changes); err != nil {
			return err
		}
		a.changes = changes
		revised, err := a.calendars(&rows)
		if err != nil {
			return err
		}
		recalendared, err := s.compareDays(ctx, revised, entry.At)
		if err != nil {
			return err
		}
		err = s.transact(ctx, func(q session) error {
			if err := q.lockCentre(ctx, rows.version, recalendared); err != nil {
				return err
			}
			if err := a.write(ctx, q); err != nil {
				return err
			}
			if len(recalendared) == 0 {
				err = q.broadcastCentre(ctx, nil)
			} else {
				var impacts map[int][]scheduling.Impact
				if impacts, err = q.recalendar(ctx, recalendared, entry.At); err == nil {
					if affected := losing(recalendared, impacts); affected != nil {
						err = affected
					}
				}
			}
			if err == nil && try {
				err = errTried
			}
			return err
		})
		if errors.Is(err, errTried) {
			err = nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return changes, nil
}

// lockCentre locks the desk groups that get other calendars, and the centre. It returns
// errOutdated if one of them has changed.
func (q session) lockCentre(ctx context.Context, version int64, changes []recalendared) error {
	ids := make(pq.Int64Array, len(changes))
	for i, c := range changes {
		ids[i] = int64(c.id)
	}
	var locked []struct {
		ID      int   `db:"id"`
		Version int64 `db:"calendar_version"`
	}
	if err := q.list(ctx, &locked, "centre/lock_groups", ids); err != nil {
		return err
	}
	for i, g := range locked {
		if g.ID != changes[i].id || g.Version != changes[i].version {
			return errOutdated
		}
	}
	var now int64
	if err := q.get(ctx, &now, "centre/lock"); err != nil {
		return err
	}
	if now != version || len(locked) != len(changes) {
		return errOutdated
	}
	return nil
}

// application is what a file changes.
type application struct {
	merged  setup.Centre
	changes []setup.Change
	entry   audit.Entry
	ids     map[string]int // of the desk groups that there were, by slug
}

// calendars returns the desk groups whose calendars change, in the order of their ledger
// days.
func (a *application) calendars(rows *centreRows) ([]revised, error) {
	a.ids = make(map[string]int, len(rows.groups))
	lists := make(map[string]bool)
	changed := make(map[string]bool)
	for _, c := range a.changes {
		switch {
		case c.Kind == setup.KindHolidayList:
			lists[c.Slug] = true
		case c.Kind == setup.KindDeskGroup && (c.Has("plan") || c.Has("holiday_list")):
			changed[c.Slug] = true
		}
	}
	plans := make(map[string]setup.DeskGroup)
	for _, g := range a.merged.DeskGroups {
		plans[g.Slug] = g
	}
	before, err := compiledLists(rows.holidays)
	if err != nil {
		return nil, err
	}
	after := make(map[string]*scheduling.Holidays, len(a.merged.HolidayLists))
	for _, l := range a.merged.HolidayLists {
		if after[l.Slug], err = scheduling.CompileHolidays(l.HolidayList); err != nil {
			return nil, fmt.Errorf("holiday list %s: %w", l.Slug, err)
		}
	}
	var all []revised
	var compiler scheduling.Compiler
	for i := range rows.groups {
		row := &rows.groups[i]
		a.ids[row.Slug] = row.ID
		g := plans[row.Slug]
		if !changed[row.Slug] && !lists[g.HolidayList] {
			continue
		}
		was, err := row.compiled(&compiler, before)
		if err != nil {
			return nil, err
		}
		var shared []*scheduling.Holidays
		if g.HolidayList != "" {
			shared = append(shared, after[g.HolidayList])
		}
		calendar, err := compiler.Compile(g.Plan, shared...)
		if err != nil {
			return nil, fmt.Errorf("desk group %s: %w", g.Slug, err)
		}
		all = append(all, revised{was.DeskGroup, calendar})
	}
	slices.SortFunc(all, compareKeys)
	return all, nil
}

func compareKeys(a, b revised) int {
	if a.BranchID != b.BranchID {
		return a.BranchID - b.BranchID
	}
	return a.ID - b.ID
}

// row is a row of a table as jsonb_populate_record reads it; the statements look up the
// slugs of what it refers to.
type row map[string]any

// write writes all changes, each kind as a whole, and their entries in the log.
func (a *application) write(ctx context.Context, q session) error {
	m := a.merged
	for _, kind := range []struct {
		of          setup.Kind
		add, change string
		rows        []row
	}{
		{setup.KindBranch, "centre/add_branches", "centre/change_branches", rowsOf(m.Branches, branchRow)},
		{setup.KindDepartment, "centre/add_departments", "centre/change_departments", rowsOf(m.Departments, departmentRow)},
		{setup.KindService, "centre/add_services", "centre/change_services", rowsOf(m.Services, rowOfService)},
		{setup.KindHolidayList, "centre/add_holiday_lists", "calendars/save_holidays", rowsOf(m.HolidayLists, holidayListRow)},
		{setup.KindDeskGroup, "centre/add_desk_groups", "centre/change_desk_groups", rowsOf(m.DeskGroups, rowOfGroup)},
		{setup.KindEntity, "centre/add_entities", "centre/change_entities", rowsOf(m.Entities, entityRow)},
		{setup.KindReason, "centre/add_reasons", "centre/change_reasons", rowsOf(m.Reasons, reasonRow)},
	} {
		bySlug := make(map[any]row, len(kind.rows))
		for _, r := range kind.rows {
			bySlug[r["slug"]] = r
		}
		var added, changed []row
		for _, c := range a.changes {
			switch {
			case c.Kind != kind.of:
			case c.New:
				added = append(added, bySlug[c.Slug])
			default:
				changed = append(changed, bySlug[c.Slug])
			}
		}
		if err := q.execRows(ctx, kind.add, added); err != nil {
			return err
		}
		if err := q.execRows(ctx, kind.change, changed); err != nil {
			return err
		}
	}
	if err := a.writeGroups(ctx, q); err != nil {
		return err
	}
	return a.record(ctx, q)
}

// execRows executes a statement with rows, if there are any.
func (q session) execRows(ctx context.Context, name string, rows []row, args ...any) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := q.exec(ctx, name, append([]any{asJSON(rows)}, args...)...)
	return err
}

// writeGroups writes the plans, the services and the desks of desk groups.
func (a *application) writeGroups(ctx context.Context, q session) error {
	groups := make(map[string]setup.DeskGroup, len(a.merged.DeskGroups))
	for _, g := range a.merged.DeskGroups {
		groups[g.Slug] = g
	}
	var plans []row
	var named, services pq.StringArray // desk groups, and their services with commas between them
	var bare pq.StringArray            // new desk groups without a word of desks
	var numbers pq.Int64Array          // of their desks
	var desks deskColumns
	for _, c := range a.changes {
		if c.Kind != setup.KindDeskGroup {
			continue
		}
		g := groups[c.Slug]
		if !c.New && c.Has("plan") {
			plans = append(plans, row{"id": a.ids[g.Slug], "plan": g.Plan})
		}
		if c.Has("services") {
			named, services = append(named, g.Slug), append(services, strings.Join(g.Services, ","))
		}
		if c.New && g.Desks == nil {
			bare, numbers = append(bare, g.Slug), append(numbers, int64(g.MostPlaces()))
		}
		if c.Has("desks") {
			desks.add(g)
		}
	}
	if err := q.execRows(ctx, "calendars/save_plans", plans, a.entry.Actor, a.entry.At); err != nil {
		return err
	}
	for _, name := range []string{"centre/take_services", "centre/give_services"} { // one that is taken here can be given there
		if _, err := q.exec(ctx, name, named, services); err != nil {
			return err
		}
	}
	switch n, err := q.exec(ctx, "centre/put_desks", desks.groups, desks.names, desks.accessible); {
	case err != nil:
		return err
	case n < len(desks.names):
		return fmt.Errorf("%w: a desk that the file names is a desk of another desk group of the branch", setup.ErrRefused)
	}
	_, err := q.exec(ctx, "centre/add_desks", bare, numbers)
	return err
}

// deskColumns are the arguments of centre/put_desks.sql.
type deskColumns struct {
	groups, names pq.StringArray
	accessible    pq.BoolArray
}

func (d *deskColumns) add(g setup.DeskGroup) {
	for _, desk := range g.Desks {
		d.groups, d.names, d.accessible = append(d.groups, g.Slug), append(d.names, desk.Name), append(d.accessible, desk.Accessible)
	}
}

// record adds an entry for each change to the log; none if nobody made it.
func (a *application) record(ctx context.Context, q session) error {
	if a.entry.Actor == "" {
		return nil
	}
	departments, branches := make(map[string]string), make(map[string]string)
	for _, s := range a.merged.Services {
		departments[subject(setup.KindService, s.Slug)] = s.Department
	}
	for _, g := range a.merged.DeskGroups {
		departments[subject(setup.KindDeskGroup, g.Slug)], branches[subject(setup.KindDeskGroup, g.Slug)] = g.Department, g.Branch
	}
	rows := make([]row, len(a.changes))
	for i, c := range a.changes {
		of := subject(c.Kind, c.Slug)
		rows[i] = row{
			"at": a.entry.At, "actor": a.entry.Actor, "action": "setup.changed", "subject": of,
			"department": departments[of], "branch": branches[of], "before": c.Before(), "after": c.After(),
		}
		if c.New {
			rows[i]["action"] = "setup.added"
		}
	}
	return q.execRows(ctx, "audit/record_all", rows)
}

// subject names what changes as the log does elsewhere.
func subject(kind setup.Kind, slug string) string {
	if kind == setup.KindHolidayList {
		return "holidays " + slug
	}
	return strings.ReplaceAll(string(kind), " ", "-") + " " + slug
}

func rowsOf[T any](list []T, of func(T) row) []row {
	rows := make([]row, len(list))
	for i, item := range list {
		rows[i] = of(item)
	}
	return rows
}

func branchRow(b catalog.Branch) row {
	r := row{
		"slug": b.Slug, "name": b.Name, "city": b.City, "address": b.Address, "zone": b.Zone,
		"quiet_from": b.Quiet.From, "quiet_to": b.Quiet.To, "standing": b.Standing,
	}
	if b.ShortName != (catalog.Text{}) {
		r["short_name"] = b.ShortName
	}
	return r
}

func departmentRow(d catalog.Department) row {
	return row{"slug": d.Slug, "name": d.Name, "standing": d.Standing}
}

func reasonRow(r catalog.CancellationReason) row {
	return row{"slug": r.Slug, "name": r.Name, "standing": catalog.Standing{Retired: r.Retired}}
}

func entityRow(e catalog.Entity) row {
	return row{"slug": e.Slug, "name": e.Name, "link": e.Link, "topics": some(e.Topics), "standing": catalog.Standing{Retired: e.Retired}}
}

func holidayListRow(l setup.HolidayList) row { return row{"slug": l.Slug, "holidays": l.HolidayList} }

func rowOfGroup(g setup.DeskGroup) row {
	r := row{"slug": g.Slug, "branch": g.Branch, "department": g.Department, "name": g.Name, "plan": g.Plan, "standing": g.Standing}
	if g.HolidayList != "" {
		r["holiday_list"] = g.HolidayList
	}
	return r
}

// some returns a list that is a list also when it is empty: null would be no value.
func some[T any](list []T) []T { return append([]T{}, list...) }

func rowOfService(v catalog.Service) row {
	minutes := func(d time.Duration) int { return int(d / time.Minute) }
	reminders := []int{}
	for _, lead := range v.Reminders {
		reminders = append(reminders, minutes(lead))
	}
	kept := catalog.HoldBack{}
	maps.Copy(kept, v.HoldBack)
	hall := v.HallRules()
	return row{
		"slug": v.Slug, "department": v.Department, "name": v.Name, "about": v.About,
		"duration_minutes": minutes(v.Duration), "before_minutes": minutes(v.Before), "after_minutes": minutes(v.After),
		"step_minutes": minutes(v.Step), "gap_step_minutes": minutes(v.GapStep),
		"notice_minutes": minutes(v.Notice), "horizon_minutes": minutes(v.Horizon),
		"notice_working_days": v.NoticeWorkingDays, "horizon_working_days": v.HorizonWorkingDays, "opens_at_minutes": minutes(v.OpensAt),
		"cancel_minutes": minutes(v.CancelCutoff), "move_minutes": minutes(v.MoveCutoff),
		"party_limit": v.PartyLimit, "place_per_visitor": v.PlacePerVisitor, "active_limit": v.ActiveLimit,
		"rebook_limit": v.Rebooking.Limit, "rebook_window_minutes": minutes(v.Rebooking.Window),
		"rebook_pause_minutes": minutes(v.Rebooking.Pause), "release_delay_minutes": minutes(v.ReofferDelay),
		"requirements": some(v.Requirements), "needs": some(v.Needs), "online": v.Online, "topics": some(v.Topics), "hold_back": kept,
		"walk_in_release_minutes": v.WalkInReleaseMinutes,
		"approval_hours":          int(v.Approval.Answer / time.Hour), "approval_default": string(v.Approval.Default),
		"reminder_minutes":   reminders,
		"hall_early_minutes": minutes(hall.Early), "hall_late_minutes": minutes(hall.Late),
		"hall_late_turn": string(hall.LateTurn), "hall_no_show_minutes": minutes(hall.NoShow),
		"standing": v.Standing,
	}
}
