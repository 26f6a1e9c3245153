package setup

import (
	"slices"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// Format is the version of the format of files.
const Format = 1

// file is the structure of a file; its schema is centre.schema.json.
type file struct {
	Format       int           `json:"format"`
	Branches     []branch      `json:"branches,omitempty"`
	Departments  []department  `json:"departments,omitempty"`
	Services     []service     `json:"services,omitempty"`
	HolidayLists []holidayList `json:"holiday_lists,omitempty"`
	DeskGroups   []deskGroup   `json:"desk_groups,omitempty"`
	Entities     []entity      `json:"entities,omitempty"`
	Reasons      []reason      `json:"cancellation_reasons,omitempty"`
}

type branch struct {
	Slug      string       `json:"slug"`
	Name      catalog.Text `json:"name"`
	ShortName catalog.Text `json:"short_name,omitzero"`
	City      catalog.Text `json:"city"`
	Address   catalog.Text `json:"address"`
	Zone      string       `json:"zone"`
	Quiet     quiet        `json:"quiet,omitzero"`

	catalog.Standing
}

type quiet struct {
	From scheduling.WallTime `json:"from"`
	To   scheduling.WallTime `json:"to"`
}

func (b branch) value() catalog.Branch {
	return catalog.Branch{
		Slug: b.Slug, Name: b.Name, ShortName: b.ShortName, City: b.City, Address: b.Address, Zone: b.Zone,
		Quiet: catalog.Quiet{From: int(b.Quiet.From), To: int(b.Quiet.To)}, Standing: b.Standing,
	}
}

func branchOf(b catalog.Branch) branch {
	return branch{
		Slug: b.Slug, Name: b.Name, ShortName: b.ShortName, City: b.City, Address: b.Address, Zone: b.Zone,
		Quiet:    quiet{scheduling.WallTime(b.Quiet.From), scheduling.WallTime(b.Quiet.To)}, //nolint:gosec // a checked branch: minutes of a day
		Standing: b.Standing,
	}
}

type department struct {
	Slug string       `json:"slug"`
	Name catalog.Text `json:"name"`

	catalog.Standing
}

func (d department) value() catalog.Department     { return catalog.Department(d) }
func departmentOf(d catalog.Department) department { return department(d) }
func (r reason) value() catalog.CancellationReason { return catalog.CancellationReason(r) }
func reasonOf(r catalog.CancellationReason) reason { return reason(r) }
func (e entity) value() catalog.Entity             { return catalog.Entity(e) }
func entityOf(e catalog.Entity) entity             { return entity(e) }
func (l holidayList) value() HolidayList {
	return HolidayList{l.Slug, scheduling.HolidayList{Holidays: l.Holidays, Bridge: l.Bridge}}
}
func holidayListOf(l HolidayList) holidayList { return holidayList{l.Slug, l.Bridge, l.Holidays} }

type reason struct {
	Slug    string             `json:"slug"`
	Name    catalog.Text       `json:"name"`
	Retired catalog.Retirement `json:"retired,omitzero"`
}

type entity struct {
	Slug   string         `json:"slug"`
	Name   catalog.Text   `json:"name"`
	Link   string         `json:"link"`
	Topics []catalog.Text `json:"topics,omitempty"`

	Retired catalog.Retirement `json:"retired,omitzero"`
}

type holidayList struct {
	Slug     string                   `json:"slug"`
	Bridge   catalog.Text             `json:"bridge,omitzero"`
	Holidays []scheduling.HolidayRule `json:"holidays"`
}

type service struct {
	Slug               string                `json:"slug"`
	Department         string                `json:"department"`
	Name               catalog.Text          `json:"name"`
	About              catalog.Text          `json:"about,omitzero"`
	Duration           duration              `json:"duration"`
	Before             duration              `json:"before,omitzero"`
	After              duration              `json:"after,omitzero"`
	Step               *duration             `json:"step,omitempty"` // the visit with its buffers if left out
	GapStep            duration              `json:"gap_step,omitzero"`
	Notice             duration              `json:"notice,omitzero"`
	NoticeWorkingDays  int                   `json:"notice_working_days,omitzero"`
	Horizon            *duration             `json:"horizon,omitempty"` // defaultHorizon if left out
	HorizonWorkingDays int                   `json:"horizon_working_days,omitzero"`
	OpensAt            scheduling.WallTime   `json:"opens_at,omitzero"`
	CancelCutoff       duration              `json:"cancel_cutoff,omitzero"`
	MoveCutoff         duration              `json:"move_cutoff,omitzero"`
	PartyLimit         *int                  `json:"party_limit,omitempty"` // 1 if left out
	PlacePerVisitor    bool                  `json:"place_per_visitor,omitzero"`
	ActiveLimit        *int                  `json:"active_limit,omitempty"` // 1 if left out
	Rebooking          *rebooking            `json:"rebooking,omitempty"`    // catalog.DefaultRebooking if left out
	ReofferDelay       duration              `json:"reoffer_delay,omitzero"`
	Requirements       []catalog.Requirement `json:"requirements,omitempty"`
	Needs              []need                `json:"needs,omitempty"`
	Online             string                `json:"online,omitempty"`
	Topics             []catalog.Text        `json:"topics,omitempty"`
	HoldBack           catalog.HoldBack      `json:"hold_back,omitempty"`
	WalkInRelease      scheduling.WallTime   `json:"walk_in_release,omitzero"`
	Approval           approval              `json:"approval,omitzero"`
	Reminders          *[]duration           `json:"reminders,omitempty"` // catalog.DefaultReminders if left out
	Hall               *hall                 `json:"hall,omitempty"`      // catalog.DefaultHallRules if left out
	Published          bool                  `json:"published,omitzero"`

	catalog.Standing
}

// defaultHorizon is how far ahead a service can be booked unless its file says more.
const defaultHorizon = 30 * day

type rebooking struct {
	Limit  int      `json:"limit"`
	Window duration `json:"window,omitzero"`
	Pause  duration `json:"pause,omitzero"`
}

type need struct {
	Slug  string       `json:"slug"`
	Name  catalog.Text `json:"name"`
	Extra duration     `json:"extra,omitzero"`
}

type approval struct {
	Answer  duration       `json:"answer"`
	Default catalog.Answer `json:"default"`
}

type hall struct {
	Early    duration         `json:"early"`
	Late     duration         `json:"late"`
	LateTurn catalog.LateTurn `json:"late_turn"`
	NoShow   duration         `json:"no_show"`
}

// or returns what p points to, or the default.
func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// unless returns v, or nothing if it is the default.
func unless[T comparable](v, usual T) *T {
	if v == usual {
		return nil
	}
	return &v
}

func (s service) value() catalog.Service {
	v := catalog.Service{
		Slug: s.Slug, Department: s.Department, Name: s.Name, About: s.About, Standing: s.Standing,
		Duration: time.Duration(s.Duration), Before: time.Duration(s.Before), After: time.Duration(s.After),
		GapStep: time.Duration(s.GapStep), Notice: time.Duration(s.Notice), NoticeWorkingDays: s.NoticeWorkingDays,
		Horizon: time.Duration(or(s.Horizon, duration(defaultHorizon))), HorizonWorkingDays: s.HorizonWorkingDays,
		OpensAt:      minutes(s.OpensAt),
		CancelCutoff: time.Duration(s.CancelCutoff), MoveCutoff: time.Duration(s.MoveCutoff),
		PartyLimit: or(s.PartyLimit, 1), PlacePerVisitor: s.PlacePerVisitor, ActiveLimit: or(s.ActiveLimit, 1),
		Rebooking: catalog.DefaultRebooking(), ReofferDelay: time.Duration(s.ReofferDelay),
		Requirements: s.Requirements, Online: s.Online, Topics: s.Topics, HoldBack: s.HoldBack,
		WalkInReleaseMinutes: int(s.WalkInRelease),
		Approval:             catalog.Approval{Answer: time.Duration(s.Approval.Answer), Default: s.Approval.Default},
		Reminders:            catalog.DefaultReminders(),
		Published:            s.Published,
		Hall:                 catalog.DefaultHallRules(),
	}
	v.Step = time.Duration(or(s.Step, duration(v.Before+v.Duration+v.After)))
	if r := s.Rebooking; r != nil {
		v.Rebooking = catalog.Rebooking{Limit: r.Limit, Window: time.Duration(r.Window), Pause: time.Duration(r.Pause)}
	}
	for _, n := range s.Needs {
		v.Needs = append(v.Needs, catalog.Need{Slug: n.Slug, Name: n.Name, ExtraMinutes: int(time.Duration(n.Extra) / time.Minute)})
	}
	if s.Reminders != nil {
		v.Reminders = nil
		for _, lead := range *s.Reminders {
			v.Reminders = append(v.Reminders, time.Duration(lead))
		}
	}
	if h := s.Hall; h != nil {
		v.Hall = catalog.HallRules{
			Early: time.Duration(h.Early), Late: time.Duration(h.Late), LateTurn: h.LateTurn, NoShow: time.Duration(h.NoShow),
		}
	}
	return v
}

func serviceOf(v catalog.Service) service {
	s := service{
		Slug: v.Slug, Department: v.Department, Name: v.Name, About: v.About, Standing: v.Standing,
		Duration: duration(v.Duration), Before: duration(v.Before), After: duration(v.After),
		Step: unless(duration(v.Step), duration(v.Before+v.Duration+v.After)), GapStep: duration(v.GapStep),
		Notice: duration(v.Notice), NoticeWorkingDays: v.NoticeWorkingDays,
		Horizon: unless(duration(v.Horizon), duration(defaultHorizon)), HorizonWorkingDays: v.HorizonWorkingDays,
		OpensAt:      scheduling.WallTime(v.OpensAt / time.Minute), //nolint:gosec // a checked service: at most 24 hours
		CancelCutoff: duration(v.CancelCutoff), MoveCutoff: duration(v.MoveCutoff),
		PartyLimit: unless(v.PartyLimit, 1), PlacePerVisitor: v.PlacePerVisitor, ActiveLimit: unless(v.ActiveLimit, 1),
		ReofferDelay: duration(v.ReofferDelay),
		Requirements: v.Requirements, Online: v.Online, Topics: v.Topics, HoldBack: v.HoldBack,
		WalkInRelease: scheduling.WallTime(v.WalkInReleaseMinutes), //nolint:gosec // a checked service: at most 24 hours
		Approval:      approval{duration(v.Approval.Answer), v.Approval.Default},
		Published:     v.Published,
	}
	if r := v.Rebooking; r != catalog.DefaultRebooking() {
		s.Rebooking = &rebooking{r.Limit, duration(r.Window), duration(r.Pause)}
	}
	for _, n := range v.Needs {
		s.Needs = append(s.Needs, need{n.Slug, n.Name, duration(time.Duration(n.ExtraMinutes) * time.Minute)})
	}
	if !slices.Equal(v.Reminders, catalog.DefaultReminders()) {
		leads := make([]duration, len(v.Reminders))
		for i, lead := range v.Reminders {
			leads[i] = duration(lead)
		}
		s.Reminders = &leads
	}
	if h := v.HallRules(); h != catalog.DefaultHallRules() {
		s.Hall = &hall{duration(h.Early), duration(h.Late), h.LateTurn, duration(h.NoShow)}
	}
	return s
}

func minutes(t scheduling.WallTime) time.Duration { return time.Duration(t) * time.Minute }

type deskGroup struct {
	Slug        string       `json:"slug"`
	Branch      string       `json:"branch"`
	Department  string       `json:"department"`
	Name        catalog.Text `json:"name"`
	Services    []string     `json:"services"`
	HolidayList string       `json:"holiday_list,omitempty"`
	Desks       []Desk       `json:"desks,omitempty"`
	Plan        plan         `json:"plan"`

	catalog.Standing
}

// plan is scheduling.Plan without a zone, which is that of the branch.
type plan struct {
	Rules     []scheduling.Rule     `json:"rules,omitempty"`
	Seasons   []scheduling.Season   `json:"seasons,omitempty"`
	Holidays  []scheduling.Holiday  `json:"holidays,omitempty"`
	StaysOpen []string              `json:"stays_open,omitempty"`
	Hours     []scheduling.DayHours `json:"hours,omitempty"`
	Closures  []scheduling.Closure  `json:"closures,omitempty"`
}

func (g deskGroup) value(zone string) DeskGroup {
	return DeskGroup{
		Slug: g.Slug, Branch: g.Branch, Department: g.Department, Name: g.Name, Services: g.Services,
		HolidayList: g.HolidayList, Desks: g.Desks, Standing: g.Standing,
		Plan: scheduling.Plan{
			Zone: zone, Rules: g.Plan.Rules, Seasons: g.Plan.Seasons, Holidays: g.Plan.Holidays,
			StaysOpen: g.Plan.StaysOpen, Hours: g.Plan.Hours, Closures: g.Plan.Closures,
		},
	}
}

func deskGroupOf(g DeskGroup) deskGroup {
	return deskGroup{
		Slug: g.Slug, Branch: g.Branch, Department: g.Department, Name: g.Name,
		Services:    slices.Sorted(slices.Values(g.Services)), // their order means nothing
		HolidayList: g.HolidayList, Desks: g.Desks, Standing: g.Standing,
		Plan: plan{g.Plan.Rules, g.Plan.Seasons, g.Plan.Holidays, g.Plan.StaysOpen, g.Plan.Hours, g.Plan.Closures},
	}
}

// fileOf returns the centre as it is written.
func fileOf(c Centre) file {
	return file{
		Format: Format, Branches: all(c.Branches, branchOf), Departments: all(c.Departments, departmentOf),
		Services: all(c.Services, serviceOf), HolidayLists: all(c.HolidayLists, holidayListOf),
		DeskGroups: all(c.DeskGroups, deskGroupOf), Entities: all(c.Entities, entityOf), Reasons: all(c.Reasons, reasonOf),
	}
}

func all[A, B any](list []A, of func(A) B) []B {
	made := make([]B, len(list))
	for i, item := range list {
		made[i] = of(item)
	}
	return made
}
