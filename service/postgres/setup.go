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
	"ziyara/slots"
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
	out, err := s.Change(ctx, slots.CentreRequest{Decision: slots.Keep}, func(have setup.Centre) (setup.Centre, error) {
		return setup.Missing(have, want), nil
	})
	return out.Changes, err
}

// Change makes the centre as want says, in one transaction; what it does not name stays.
// It returns what that does, also to visits that are ahead. want is asked again if the
// centre has changed meanwhile. The error is that of want; or it joins some that wrap
// setup.ErrRefused; or it is a *slots.AffectedError if visits would lose their places, or
// if there are some to decide about and the request says nothing of them. Each change is
// in the log and in the history of what it changes.
func (s *Centre) Change(ctx context.Context, r slots.CentreRequest,
	want func(have setup.Centre) (setup.Centre, error),
) (out setup.Outcome, err error) {
	err = untilCurrent(ctx, func() error {
		out, err = s.change(ctx, r, want)
		return err
	})
	if err != nil {
		return setup.Outcome{}, err
	}
	return out, nil
}

// errTried ends the transaction of a trial.
var errTried = errors.New("postgres: only tried")

// change works out the change before anything is locked.
func (s *Centre) change(ctx context.Context, r slots.CentreRequest,
	want func(have setup.Centre) (setup.Centre, error),
) (out setup.Outcome, err error) {
	rows, err := s.rows(ctx)
	if err != nil {
		return out, err
	}
	have := rows.described()
	wanted, err := want(have)
	if err != nil {
		return out, err
	}
	out.Centre = setup.Merge(have, wanted)
	if out.Changes, err = setup.Differences(have, out.Centre); err != nil || len(out.Changes) == 0 {
		return out, err
	}
	if err = setup.Allowed(out.Centre, out.Changes); err != nil {
		return out, err
	}
	a := application{merged: out.Centre, changes: out.Changes, entry: r.Author}
	revised, err := a.calendars(&rows)
	if err != nil {
		return out, err
	}
	recalendared, err := s.compareDays(ctx, revised, r.Author.At)
	if err != nil {
		return out, err
	}
	if out.Visits, err = s.pool().concerned(ctx, have, out, r.Author.At); err != nil {
		return out, err
	}
	undecided := out.Undecided()
	if r.Decision == "" && !r.Try && len(undecided) > 0 {
		return out, affectedBy(undecided)
	}
	err = s.transact(ctx, func(q session) error {
		if err := q.lockCentre(ctx, rows.version, recalendared); err != nil {
			return err
		}
		if err := a.write(ctx, q); err != nil {
			return err
		}
		if !r.Try && (r.Decision == slots.CallOff || r.Decision == slots.Rebook) && len(undecided) > 0 {
			if err := q.decideOn(ctx, r, undecided, &rows); err != nil {
				return err
			}
		}
		if err := q.recalendarAll(ctx, recalendared, r.Author.At); err != nil {
			return err
		}
		if r.Try {
			return errTried
		}
		return nil
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return out, err
}

// recalendarAll gives desk groups other calendars, and lets all replicas know that the
// centre has changed. It returns a *slots.AffectedError if visits lose their places.
func (q session) recalendarAll(ctx context.Context, changes []recalendared, now time.Time) error {
	if len(changes) == 0 {
		return q.broadcastCentre(ctx, nil)
	}
	impacts, err := q.recalendar(ctx, changes, now)
	if err != nil {
		return err
	}
	if affected := losing(changes, impacts); affected != nil {
		return affected
	}
	return nil
}

// concerned returns the visits that a change of the centre concerns.
func (q session) concerned(ctx context.Context, have setup.Centre, out setup.Outcome, now time.Time) ([]setup.Affected, error) {
	touched := setup.Touch(have, out.Changes)
	if touched.Nothing() {
		return nil, nil
	}
	var rows []struct {
		ID         string          `db:"id"`
		Reference  slots.Reference `db:"reference"`
		Service    string          `db:"service"`
		Branch     string          `db:"branch"`
		DeskGroup  string          `db:"desk_group"`
		Department string          `db:"department"`
		Group      int             `db:"desk_group_id"`
		Day        time.Time       `db:"day"`
		Start      time.Time       `db:"start_at"`
	}
	err := q.list(ctx, &rows, "centre/visits_ahead", now, pq.Array(some(touched.Services)),
		pq.Array(some(touched.Branches)), pq.Array(some(touched.DeskGroups)))
	if err != nil {
		return nil, err
	}
	visits := make([]setup.Visit, len(rows))
	for i, r := range rows {
		visits[i] = setup.Visit{Service: r.Service, Branch: r.Branch, DeskGroup: r.DeskGroup, Date: scheduling.NewDate(r.Day.Date())}
	}
	var concerned []setup.Affected
	for i, effect := range setup.Effects(have, out.Centre, visits) {
		if r := rows[i]; effect != "" {
			concerned = append(concerned, setup.Affected{
				Visit: visits[i], ID: r.ID, Reference: r.Reference.String(), Department: r.Department, Group: r.Group,
				Start: r.Start.UTC(), Effect: effect,
			})
		}
	}
	return concerned, nil
}

// affectedBy says how many visits there are to decide about.
func affectedBy(undecided []setup.Affected) *slots.AffectedError {
	e := slots.AffectedError{Visits: len(undecided)}
	for _, v := range undecided {
		if !slices.Contains(e.DeskGroups, v.DeskGroup) {
			e.DeskGroups = append(e.DeskGroups, v.DeskGroup)
		}
	}
	slices.Sort(e.DeskGroups)
	return &e
}

// decideOn records what becomes of visits that the centre does not take any more. The job
// that carries out changes tells their visitors.
func (q session) decideOn(ctx context.Context, r slots.CentreRequest, undecided []setup.Affected, rows *centreRows) error {
	ids := make([]string, len(undecided))
	versions := make(map[int]int64, len(rows.groups))
	for _, g := range rows.groups {
		versions[g.ID] = g.Version
	}
	type group struct {
		ID      int   `json:"desk_group_id"`
		Version int64 `json:"version"`
	}
	var groups []group
	for i, v := range undecided {
		ids[i] = v.ID
		if g := (group{v.Group, versions[v.Group]}); !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	if err := q.lockVisits(ctx, ids); err != nil {
		return err
	}
	visits, err := q.affectedVisits(ctx, ids, r.ID, r.Author.At)
	if err != nil {
		return err
	}
	for i := range visits {
		visits[i].decision = r.Decision
	}
	document := map[string]any{"centre": r.Author.Subject}
	_, err = q.exec(ctx, "changes/add", r.ID, string(slots.ChangeRunning), nil, asJSON(document), string(r.Decision), asJSON(r.Reason),
		r.Author.Actor, r.Author.At, nil, r.Author.At, asJSON(groups))
	if err != nil {
		return err
	}
	if _, err = q.exec(ctx, "changes/supersede", pq.Array(ids), r.ID); err != nil {
		return err
	}
	if err = q.setVisits(ctx, r.ID, visits, slots.OutcomePending); err != nil {
		return err
	}
	_, err = q.exec(ctx, "changes/finish", r.ID, r.Author.At)
	return err
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
		of                 setup.Kind
		add, change, place string
		rows               []row
	}{
		{setup.KindBranch, "centre/add_branches", "centre/change_branches", "centre/place_branches", rowsOf(m.Branches, branchRow)},
		{
			setup.KindDepartment, "centre/add_departments", "centre/change_departments", "centre/place_departments",
			rowsOf(m.Departments, departmentRow),
		},
		{setup.KindService, "centre/add_services", "centre/change_services", "centre/place_services", rowsOf(m.Services, rowOfService)},
		{setup.KindHolidayList, "centre/add_holiday_lists", "calendars/save_holidays", "", rowsOf(m.HolidayLists, holidayListRow)},
		{setup.KindDeskGroup, "centre/add_desk_groups", "centre/change_desk_groups", "", rowsOf(m.DeskGroups, rowOfGroup)},
		{setup.KindEntity, "centre/add_entities", "centre/change_entities", "centre/place_entities", rowsOf(m.Entities, entityRow)},
		{setup.KindReason, "centre/add_reasons", "centre/change_reasons", "centre/place_cancellation_reasons", rowsOf(m.Reasons, reasonRow)},
	} {
		bySlug := make(map[any]row, len(kind.rows))
		for _, r := range kind.rows {
			bySlug[r["slug"]] = r
		}
		var added, changed []row
		ordered := false
		for _, c := range a.changes {
			switch {
			case c.Kind != kind.of:
			case c.New:
				added = append(added, bySlug[c.Slug])
				ordered = true
			case c.Order:
				ordered = true
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
		if ordered && kind.place != "" {
			if _, err := q.exec(ctx, kind.place, pq.Array(rowSlugs(kind.rows))); err != nil {
				return err
			}
		}
	}
	if err := a.writeStandings(ctx, q); err != nil {
		return err
	}
	if err := a.writeGroups(ctx, q); err != nil {
		return err
	}
	return a.record(ctx, q)
}

// writeStandings writes which services are paused or retired.
func (a *application) writeStandings(ctx context.Context, q session) error {
	var rows []row
	for _, c := range a.changes {
		if c.Kind != setup.KindService || !c.Has("pauses") && !c.Has("retired") {
			continue
		}
		i := slices.IndexFunc(a.merged.Services, func(s catalog.Service) bool { return s.Slug == c.Slug })
		rows = append(rows, row{"slug": c.Slug, "standing": a.merged.Services[i].Standing})
	}
	return q.execRows(ctx, "centre/stand_services", rows)
}

// rowSlugs returns the slugs of rows.
func rowSlugs(rows []row) []string {
	slugs := make([]string, len(rows))
	for i, r := range rows {
		slugs[i], _ = r["slug"].(string)
	}
	return slugs
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
		if a.entry.RequestID != "" {
			rows[i]["request_id"] = a.entry.RequestID
		}
		if a.entry.Reason != "" {
			rows[i]["reason"] = a.entry.Reason
		}
		if c.New {
			rows[i]["action"] = "setup.added"
		}
		if c.Order {
			rows[i]["subject"] = "order of " + strings.ReplaceAll(c.Kind.List(), "_", "-")
		}
	}
	if err := q.execRows(ctx, "audit/record_all", rows); err != nil {
		return err
	}
	return q.keepVersions(ctx, a.changes, a.entry)
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
		"published": v.Published,
	}
}
