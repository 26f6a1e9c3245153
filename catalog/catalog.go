// Package catalog describes the centre: where visitors come (branches), who
// receives them (departments), what for (services), and which requests other
// entities handle. It is pure: values and rules, no I/O.
package catalog

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"ziyara/texts"
)

// Tick is the grid of the capacity ledger. Every duration, buffer and step is
// a whole number of ticks (docs/adr/0003).
const Tick = 5 * time.Minute

// Text is one text in the languages of the centre. Arabic is the default.
type Text = texts.Text

// Branch is a building that visitors come to.
type Branch struct {
	Slug      string `json:"slug"`
	Name      Text   `json:"name"`
	ShortName Text   `json:"short_name"` // for SMS, where each letter counts; zero for Name
	Address   Text   `json:"address"`
	City      Text   `json:"city"`
	Zone      string `json:"zone"` // IANA name, for example Asia/Riyadh
	Quiet     Quiet  `json:"quiet"`

	Standing
}

// Brief returns the name of the branch in SMS.
func (b Branch) Brief() Text {
	if b.ShortName != (Text{}) {
		return b.ShortName
	}
	return b.Name
}

// Department receives visitors and owns desk groups.
type Department struct {
	Slug string `json:"slug"`
	Name Text   `json:"name"`

	Standing
}

// Requirement is a document or a number that the visitor brings.
type Requirement struct {
	Slug string `json:"slug"`
	Name Text   `json:"name"`
}

// Service is a kind of visit. Duration, Before, After and Step are whole
// ticks; Notice, Horizon and the cut-offs are elapsed time.
type Service struct {
	Slug       string
	Department string // slug
	Name       Text
	About      Text

	Standing

	Duration time.Duration // with the visitor
	Before   time.Duration // desk time kept free ahead of the visit
	After    time.Duration // desk time kept free after the visit
	Step     time.Duration // distance between offered starts
	// GapStep lets a visit also follow a gap (a taken or closed stretch, or the
	// past): its desk time, with Before, begins at the next multiple of GapStep
	// of the local day. With 10 minutes before, GapStep 15 and a desk taken
	// until 08:35 that is 08:45, and the visit starts at 08:55. 0 keeps every
	// start on the grid of its opening.
	GapStep time.Duration

	Notice  time.Duration // a visit starts at least this long after it is booked
	Horizon time.Duration // and at most this long after
	// NoticeWorkingDays and HorizonWorkingDays count days on which the desk
	// group is open, from the day after today: with a notice of 2 the visit is
	// on the second of them or later. They come on top of Notice and Horizon;
	// 0 asks for nothing more.
	NoticeWorkingDays  int
	HorizonWorkingDays int
	// OpensAt is the wall time, counted from midnight, at which one more date
	// can be booked as a whole; 24 h is midnight. Until then the horizon, in
	// whole days, counts from the day before. 0 lets the horizon move on with
	// the clock.
	OpensAt      time.Duration
	CancelCutoff time.Duration // a visitor cancels strictly earlier than this before the start
	MoveCutoff   time.Duration // and moves strictly earlier than this before the start

	PartyLimit      int  // most visitors in one booking, at least 1
	PlacePerVisitor bool // a party takes one place each; otherwise one in all
	ActiveLimit     int  // most upcoming visits of one person, at least 1

	Rebooking Rebooking
	// ReofferDelay is the longest random time after which a given-up place is
	// offered again, so that it can't be passed on to a chosen person; 0 offers
	// it at once.
	ReofferDelay time.Duration

	Requirements []Requirement
	Needs        []Need // that make a visit longer, or are this service's own
	Online       string // https address of the online alternative; "" for none
	Topics       []Text // other words people use for it, for the guide
	HoldBack     HoldBack
	// WalkInReleaseMinutes is the local wall time on the date of a visit, in
	// minutes from 00:00, from which the date's walk-in places are open to every
	// channel; 0 for never, at most 24:00 (docs/adr/0016).
	WalkInReleaseMinutes int
	Approval             Approval
	// Reminders are how long before its start a visitor is reminded of a visit,
	// the longest lead first; none for a service that doesn't.
	Reminders []time.Duration
	// Published shows what is free to other portals (docs/adr/0064).
	Published bool
	// Hall are the rules of reception; zero for DefaultHallRules.
	Hall HallRules
}

// Entity is an organisation outside the centre's remit, and what people come
// to the centre for although it belongs there.
type Entity struct {
	Slug   string `json:"slug"`
	Name   Text   `json:"name"`
	Link   string `json:"link"`
	Topics []Text `json:"topics"`
	// Retired takes it out of the guide.
	Retired Retirement `json:"retired,omitzero"`
}

// CancellationReason is what a visitor can give as the reason for cancelling.
type CancellationReason struct {
	Slug    string
	Name    Text
	Retired Retirement // from when on visitors can't choose it
}

// Places returns how many places a party of n visitors takes.
func (s Service) Places(n int) int {
	if s.PlacePerVisitor {
		return n
	}
	return 1
}

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// maxHorizon bounds how far ahead anything can be booked, and with it the
// number of ledger days of a desk group.
const maxHorizon = 366 * 24 * time.Hour

// maxReofferDelay bounds how long a free place may stand empty.
const maxReofferDelay = 7 * 24 * time.Hour

// maxWorkingDays are about as many as the longest horizon has.
const maxWorkingDays = 260

// Validate returns an error that says which rule the service breaks first.
func (s Service) Validate() error {
	if !slugPattern.MatchString(s.Slug) {
		return checkSlug(s.Slug)
	}
	if !s.Name.Complete() {
		return errors.New("a name is needed in Arabic and English")
	}
	for _, d := range []struct {
		name     string
		value    time.Duration
		min, max time.Duration
	}{
		{"duration", s.Duration, Tick, 24 * time.Hour},
		{"before", s.Before, 0, 4 * time.Hour},
		{"after", s.After, 0, 4 * time.Hour},
		{"step", s.Step, Tick, 24 * time.Hour},
		{"gap step", s.GapStep, 0, time.Hour},
	} {
		if d.value < d.min || d.value > d.max || d.value%Tick != 0 {
			return fmt.Errorf("%s is %v: want a multiple of %v from %v to %v", d.name, d.value, Tick, d.min, d.max)
		}
	}
	switch {
	case s.Notice < 0 || s.CancelCutoff < 0 || s.MoveCutoff < 0:
		return errors.New("notice and cut-offs can't be negative")
	case s.Horizon <= s.Notice || s.Horizon > maxHorizon:
		return fmt.Errorf("horizon is %v: want more than the notice and at most %v", s.Horizon, maxHorizon)
	case s.NoticeWorkingDays < 0 || s.NoticeWorkingDays > maxWorkingDays ||
		s.HorizonWorkingDays < 0 || s.HorizonWorkingDays > maxWorkingDays:
		return fmt.Errorf("notice and horizon are %d and %d working days: want 0 to %d", s.NoticeWorkingDays,
			s.HorizonWorkingDays, maxWorkingDays)
	case s.HorizonWorkingDays > 0 && s.HorizonWorkingDays < s.NoticeWorkingDays:
		return fmt.Errorf("the horizon is %d working days: want no fewer than the notice of %d", s.HorizonWorkingDays, s.NoticeWorkingDays)
	case s.OpensAt < 0 || s.OpensAt > 24*time.Hour || s.OpensAt%time.Minute != 0:
		return fmt.Errorf("opens at %v: want whole minutes up to 24 hours after midnight", s.OpensAt)
	case s.OpensAt > 0 && s.Horizon%(24*time.Hour) != 0:
		return fmt.Errorf("horizon is %v: want whole days where dates open at a set time", s.Horizon)
	case s.ReofferDelay < 0 || s.ReofferDelay > maxReofferDelay || s.ReofferDelay%time.Minute != 0:
		return fmt.Errorf("release delay is %v: want whole minutes up to %v", s.ReofferDelay, maxReofferDelay)
	case s.PartyLimit < 1 || s.PartyLimit > 50:
		return fmt.Errorf("party limit is %d: want 1 to 50", s.PartyLimit)
	case s.ActiveLimit < 1 || s.ActiveLimit > 20:
		return fmt.Errorf("active limit is %d: want 1 to 20", s.ActiveLimit)
	case s.WalkInReleaseMinutes < 0 || s.WalkInReleaseMinutes > 24*60:
		return fmt.Errorf("walk-in release is %d minutes from midnight: want 0 to 1440", s.WalkInReleaseMinutes)
	}
	if err := s.Standing.Validate(); err != nil {
		return err
	}
	if err := s.Approval.validate(); err != nil {
		return err
	}
	if err := s.validateNeeds(); err != nil {
		return err
	}
	if err := s.validateReminders(); err != nil {
		return err
	}
	if err := s.Rebooking.validate(); err != nil {
		return fmt.Errorf("rebooking is %+v: %w", s.Rebooking, err)
	}
	if err := s.Hall.validate(); err != nil {
		return err
	}
	return s.HoldBack.validate()
}
