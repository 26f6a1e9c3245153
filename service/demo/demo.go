// Package demo provides the demo centre: a plausible centre of a ministry, not
// an official one, which ziyara dev shows and tests book at. Its data is
// centre.json.
package demo

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// ErrInvalid is wrapped by the errors of a demo centre with contradictions.
var ErrInvalid = errors.New("demo: invalid centre")

//go:embed centre.json
var centreJSON []byte

// Seed is everything an empty installation needs to show the demo centre.
type Seed struct {
	Branches    []catalog.Branch
	Departments []catalog.Department
	Services    []catalog.Service
	Entities    []catalog.Entity
	Holidays    scheduling.HolidayList // one list, shared by all desk groups
	DeskGroups  []DeskGroup
}

// DeskGroup is a group of desks of one department in one branch, with its
// services. No other desk group of the branch has the same services.
type DeskGroup struct {
	Slug       string       `json:"slug"`
	Branch     string       `json:"branch"`     // slug
	Department string       `json:"department"` // slug
	Name       catalog.Text `json:"name"`
	Services   []string     `json:"services"` // slugs
	// Plan has the zone of the branch and no holidays: those come from the
	// shared list.
	Plan scheduling.Plan `json:"plan"`
	// Desks is the number of desks: the most places it ever opens.
	Desks int `json:"-"`
}

// Load returns the demo centre. The catalogue as a whole has been checked, and
// so has that each pair of branch and service belongs to at most one desk
// group, of the department of the service. The error wraps ErrInvalid or tells
// why the data can't be read.
func Load() (Seed, error) { return decode(centreJSON) }

func decode(data []byte) (Seed, error) {
	var f file
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return Seed{}, fmt.Errorf("decode demo centre: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Seed{}, errors.New("decode demo centre: more than one JSON value")
	}

	seed := Seed{
		Branches:    f.Branches,
		Departments: f.Departments,
		Entities:    f.Entities,
		Holidays:    f.Holidays,
		DeskGroups:  f.DeskGroups,
	}
	for _, s := range f.Services {
		seed.Services = append(seed.Services, s.service())
	}
	centre, err := catalog.NewCentre(seed.Branches, seed.Departments, seed.Services, seed.Entities)
	if err != nil {
		return Seed{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := seat(seed.DeskGroups, centre); err != nil {
		return Seed{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return seed, nil
}

// mostPlaces returns the most places of any opening of the plan.
func mostPlaces(p scheduling.Plan) int {
	most := 0
	for _, r := range p.Rules {
		for _, o := range r.Openings {
			most = max(most, o.Places)
		}
	}
	for _, s := range p.Seasons {
		for _, o := range s.Openings {
			most = max(most, o.Places)
		}
	}
	return most
}

// seat checks the desk groups against the catalogue and sets the zone of each
// plan to that of its branch.
func seat(groups []DeskGroup, centre *catalog.Centre) error {
	type pair struct{ branch, service string }
	slugs := map[string]bool{}
	owners := map[pair]string{}
	for i := range groups {
		g := &groups[i]
		if g.Slug == "" || slugs[g.Slug] {
			return fmt.Errorf("desk group %d: slug %q is empty or used twice", i, g.Slug)
		}
		slugs[g.Slug] = true
		branch, ok := centre.Branch(g.Branch)
		if !ok {
			return fmt.Errorf("desk group %s: unknown branch %q", g.Slug, g.Branch)
		}
		if _, ok := centre.Department(g.Department); !ok {
			return fmt.Errorf("desk group %s: unknown department %q", g.Slug, g.Department)
		}
		if len(g.Services) == 0 {
			return fmt.Errorf("desk group %s: no services", g.Slug)
		}
		for _, slug := range g.Services {
			service, ok := centre.Service(slug)
			if !ok {
				return fmt.Errorf("desk group %s: unknown service %q", g.Slug, slug)
			}
			if service.Department != g.Department {
				return fmt.Errorf("desk group %s: service %s belongs to department %s", g.Slug, slug, service.Department)
			}
			if owner, taken := owners[pair{g.Branch, slug}]; taken {
				return fmt.Errorf("desk group %s: service %s already belongs to desk group %s of the branch", g.Slug, slug, owner)
			}
			owners[pair{g.Branch, slug}] = g.Slug
		}
		g.Desks = mostPlaces(g.Plan)
		if g.Plan.Zone != "" || len(g.Plan.Holidays) > 0 {
			return fmt.Errorf("desk group %s: a plan can't have a zone or holidays of its own", g.Slug)
		}
		g.Plan.Zone = branch.Zone
	}
	return nil
}

// file is the structure of centre.json.
type file struct {
	Branches    []catalog.Branch       `json:"branches"`
	Departments []catalog.Department   `json:"departments"`
	Services    []service              `json:"services"`
	Entities    []catalog.Entity       `json:"entities"`
	Holidays    scheduling.HolidayList `json:"holidays"`
	DeskGroups  []DeskGroup            `json:"desk_groups"`
}

// service is catalog.Service with the units in the names of its numbers.
type service struct {
	Slug                string                `json:"slug"`
	Department          string                `json:"department"`
	Name                catalog.Text          `json:"name"`
	About               catalog.Text          `json:"about"`
	DurationMinutes     int                   `json:"duration_minutes"`
	BeforeMinutes       int                   `json:"before_minutes"`
	AfterMinutes        int                   `json:"after_minutes"`
	StepMinutes         int                   `json:"step_minutes"`
	GapStepMinutes      int                   `json:"gap_step_minutes"`
	NoticeMinutes       int                   `json:"notice_minutes"`
	HorizonDays         int                   `json:"horizon_days"` // of 24 hours
	NoticeWorkingDays   int                   `json:"notice_working_days"`
	HorizonWorkingDays  int                   `json:"horizon_working_days"`
	CancelCutoffMinutes int                   `json:"cancel_cutoff_minutes"`
	MoveCutoffMinutes   int                   `json:"move_cutoff_minutes"`
	PartyLimit          int                   `json:"party_limit"`
	PlacePerVisitor     bool                  `json:"place_per_visitor"`
	ActiveLimit         int                   `json:"active_limit"`
	Requirements        []catalog.Requirement `json:"requirements"`
	Needs               []catalog.Need        `json:"needs"`
	Online              string                `json:"online"`
	Topics              []catalog.Text        `json:"topics"`
	HoldBack            catalog.HoldBack      `json:"hold_back"`
	ReminderHours       *[]int                `json:"reminder_hours"`  // 72 and 24 if left out
	WalkInRelease       scheduling.WallTime   `json:"walk_in_release"` // "00:00" for never
	Approval            struct {
		AnswerHours int            `json:"answer_hours"`
		Default     catalog.Answer `json:"default"`
	} `json:"approval"`
	OpensAt             scheduling.WallTime `json:"opens_at"`
	ReleaseDelayMinutes int                 `json:"release_delay_minutes"`
	Rebooking           *rebooking          `json:"rebooking"` // the default if left out
}

// rebooking is catalog.Rebooking with the units in the names of its numbers.
type rebooking struct {
	Limit       int `json:"limit"`
	WindowHours int `json:"window_hours"`
	PauseHours  int `json:"pause_hours"`
}

func (s service) service() catalog.Service {
	reminders := catalog.DefaultReminders()
	if s.ReminderHours != nil {
		reminders = nil
		for _, n := range *s.ReminderHours {
			reminders = append(reminders, time.Duration(n)*time.Hour)
		}
	}
	limit := catalog.DefaultRebooking()
	if own := s.Rebooking; own != nil {
		limit = catalog.Rebooking{Limit: own.Limit, Window: minutes(60 * own.WindowHours), Pause: minutes(60 * own.PauseHours)}
	}
	return catalog.Service{
		Slug:               s.Slug,
		Department:         s.Department,
		Name:               s.Name,
		About:              s.About,
		Duration:           minutes(s.DurationMinutes),
		Before:             minutes(s.BeforeMinutes),
		After:              minutes(s.AfterMinutes),
		Step:               minutes(s.StepMinutes),
		GapStep:            minutes(s.GapStepMinutes),
		Notice:             minutes(s.NoticeMinutes),
		Horizon:            time.Duration(s.HorizonDays) * 24 * time.Hour,
		NoticeWorkingDays:  s.NoticeWorkingDays,
		HorizonWorkingDays: s.HorizonWorkingDays,

		CancelCutoff:    minutes(s.CancelCutoffMinutes),
		MoveCutoff:      minutes(s.MoveCutoffMinutes),
		PartyLimit:      s.PartyLimit,
		PlacePerVisitor: s.PlacePerVisitor,
		ActiveLimit:     s.ActiveLimit,
		Requirements:    s.Requirements,
		Needs:           s.Needs,
		Online:          s.Online,
		Topics:          s.Topics,
		HoldBack:        s.HoldBack,
		Reminders:       reminders,

		WalkInReleaseMinutes: int(s.WalkInRelease),
		Approval: catalog.Approval{
			Answer: time.Duration(s.Approval.AnswerHours) * time.Hour, Default: s.Approval.Default,
		},
		OpensAt:      minutes(int(s.OpensAt)),
		ReofferDelay: minutes(s.ReleaseDelayMinutes),
		Rebooking:    limit,
	}
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
