package catalog_test

import (
	"strings"
	"testing"
	"time"

	"ziyara/catalog"
)

// valid returns a service that breaks no rule.
func valid() catalog.Service {
	return catalog.Service{
		Slug:         "iban-update",
		Department:   "revenues",
		Name:         catalog.Text{AR: "تحديث الآيبان", EN: "IBAN update"},
		Duration:     10 * time.Minute,
		Step:         10 * time.Minute,
		Notice:       2 * time.Hour,
		Horizon:      14 * 24 * time.Hour,
		CancelCutoff: 2 * time.Hour,
		MoveCutoff:   4 * time.Hour,
		PartyLimit:   1,
		ActiveLimit:  1,
	}
}

func TestServiceValidate(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	tests := []struct {
		name   string
		change func(*catalog.Service)
		want   string // part of the error; "" for none
	}{
		{"nothing is broken", func(*catalog.Service) {}, ""},
		{"reminders", func(s *catalog.Service) { s.Reminders = catalog.DefaultReminders() }, ""},
		{"a reminder that leaves no time to set out", func(s *catalog.Service) { s.Reminders = []time.Duration{29 * time.Minute} }, "reminder"},
		{"a reminder too long ahead", func(s *catalog.Service) { s.Reminders = []time.Duration{14*day + time.Minute} }, "reminder"},
		{"a reminder of half a minute", func(s *catalog.Service) { s.Reminders = []time.Duration{time.Hour + 30*time.Second} }, "whole minutes"},
		{"the shorter reminder first", func(s *catalog.Service) { s.Reminders = []time.Duration{day, 3 * day} }, "longest first"},
		{"the same reminder twice", func(s *catalog.Service) { s.Reminders = []time.Duration{day, day} }, "once"},
		{"too many reminders", func(s *catalog.Service) {
			s.Reminders = []time.Duration{6 * day, 5 * day, 4 * day, 3 * day, 2 * day, day}
		}, "at most 5"},
		{"working days may count", func(s *catalog.Service) { s.NoticeWorkingDays, s.HorizonWorkingDays = 2, 10 }, ""},
		{"they may be the same day", func(s *catalog.Service) { s.NoticeWorkingDays, s.HorizonWorkingDays = 2, 2 }, ""},
		{"working days are not negative", func(s *catalog.Service) { s.NoticeWorkingDays = -1 }, "working days"},
		{"nor those of the horizon", func(s *catalog.Service) { s.HorizonWorkingDays = -1 }, "working days"},
		{"they are fewer than a year has", func(s *catalog.Service) { s.HorizonWorkingDays = 261 }, "working days"},
		{"the horizon ends behind the notice", func(s *catalog.Service) { s.NoticeWorkingDays, s.HorizonWorkingDays = 3, 2 }, "no fewer"},
		{"dates may open at ten", func(s *catalog.Service) { s.OpensAt = 10 * time.Hour }, ""},
		{"or at midnight", func(s *catalog.Service) { s.OpensAt = day }, ""},
		{"not later than that", func(s *catalog.Service) { s.OpensAt = day + time.Minute }, "opens at"},
		{"not before midnight", func(s *catalog.Service) { s.OpensAt = -time.Minute }, "opens at"},
		{"on a minute", func(s *catalog.Service) { s.OpensAt = time.Second }, "opens at"},
		{"and with a horizon of whole days", func(s *catalog.Service) { s.OpensAt, s.Horizon = day, 36*time.Hour }, "whole days"},
		{"a place may stay back for a while", func(s *catalog.Service) { s.ReofferDelay = time.Hour }, ""},
		{"not for less than nothing", func(s *catalog.Service) { s.ReofferDelay = -time.Hour }, "release delay"},
		{"not for longer than a week", func(s *catalog.Service) { s.ReofferDelay = 7*day + time.Minute }, "release delay"},
		{"in whole minutes", func(s *catalog.Service) { s.ReofferDelay = time.Second }, "release delay"},
		{"rebooking may have a limit", func(s *catalog.Service) { s.Rebooking = catalog.DefaultRebooking() }, ""},
		{"which is no negative number",
			func(s *catalog.Service) { s.Rebooking = catalog.Rebooking{Limit: -1, Window: day, Pause: day} }, "rebooking"},
		{"and comes with a window", func(s *catalog.Service) { s.Rebooking = catalog.Rebooking{Limit: 1, Pause: day} }, "rebooking"},
		{"and with a pause", func(s *catalog.Service) { s.Rebooking = catalog.Rebooking{Limit: 1, Window: day} }, "rebooking"},
		{"of whole minutes", func(s *catalog.Service) { s.Rebooking = catalog.Rebooking{Limit: 1, Window: day, Pause: day + 1} }, "rebooking"},
		{"a window alone limits nothing", func(s *catalog.Service) { s.Rebooking.Window = day }, "rebooking"},
		{"a slug is needed", func(s *catalog.Service) { s.Slug = "" }, "slug"},
		{"a slug has no spaces", func(s *catalog.Service) { s.Slug = "iban update" }, "slug"},
		{"a slug is lower case", func(s *catalog.Service) { s.Slug = "IBAN" }, "slug"},
		{"a slug ends in a word", func(s *catalog.Service) { s.Slug = "iban-" }, "slug"},
		{"an Arabic name is needed", func(s *catalog.Service) { s.Name.AR = "" }, "name"},
		{"an English name is needed", func(s *catalog.Service) { s.Name.EN = "" }, "name"},
		{"length 0 is refused", func(s *catalog.Service) { s.Duration = 0 }, "duration"},
		{"a length is whole ticks", func(s *catalog.Service) { s.Duration = 12 * time.Minute }, "duration"},
		{"a length has no seconds", func(s *catalog.Service) { s.Duration += time.Second }, "duration"},
		{"a length of one tick is the shortest", func(s *catalog.Service) { s.Duration = catalog.Tick }, ""},
		{"a length of a day is the longest", func(s *catalog.Service) { s.Duration = day }, ""},
		{"a length over a day is refused", func(s *catalog.Service) { s.Duration = day + catalog.Tick }, "duration"},
		{"a buffer can't be negative", func(s *catalog.Service) { s.Before = -catalog.Tick }, "before"},
		{"a buffer is whole ticks", func(s *catalog.Service) { s.After = time.Minute }, "after"},
		{"a buffer has a bound", func(s *catalog.Service) { s.After = 5 * time.Hour }, "after"},
		{"step 0 is refused", func(s *catalog.Service) { s.Step = 0 }, "step"},
		{"a step may be shorter than the length", func(s *catalog.Service) { s.Step = catalog.Tick }, ""},
		{"notice may be none", func(s *catalog.Service) { s.Notice = 0 }, ""},
		{"notice can't be negative", func(s *catalog.Service) { s.Notice = -time.Second }, "notice"},
		{"a cancel cut-off can't be negative", func(s *catalog.Service) { s.CancelCutoff = -1 }, "cut-off"},
		{"a move cut-off can't be negative", func(s *catalog.Service) { s.MoveCutoff = -1 }, "cut-off"},
		{"the horizon lies past the notice", func(s *catalog.Service) { s.Horizon = s.Notice }, "horizon"},
		{"a horizon of 366 days is the longest", func(s *catalog.Service) { s.Horizon = 366 * day }, ""},
		{"a longer horizon is refused", func(s *catalog.Service) { s.Horizon = 366*day + 1 }, "horizon"},
		{"a party is at least one", func(s *catalog.Service) { s.PartyLimit = 0 }, "party"},
		{"a party has a bound", func(s *catalog.Service) { s.PartyLimit = 51 }, "party"},
		{"a person may have one visit", func(s *catalog.Service) { s.ActiveLimit = 0 }, "active"},
		{"a person's visits have a bound", func(s *catalog.Service) { s.ActiveLimit = 21 }, "active"},
		{"places are held back from the public", func(s *catalog.Service) {
			s.HoldBack = catalog.HoldBack{catalog.Public: 2, catalog.Agent: 1}
		}, ""},
		{"a channel can't hold back less than none", func(s *catalog.Service) {
			s.HoldBack = catalog.HoldBack{catalog.Public: -1}
		}, "holds back"},
		{"a channel never holds back more than the one before it", func(s *catalog.Service) {
			s.HoldBack = catalog.HoldBack{catalog.Agent: 1}
		}, "holds back"},
		{"walk-in places may be released at any time of the date", func(s *catalog.Service) { s.WalkInReleaseMinutes = 24 * 60 }, ""},
		{"not later", func(s *catalog.Service) { s.WalkInReleaseMinutes = 24*60 + 1 }, "walk-in release"},
		{"and not before", func(s *catalog.Service) { s.WalkInReleaseMinutes = -1 }, "walk-in release"},
		{"an approval has a time and a default", func(s *catalog.Service) {
			s.Approval = catalog.Approval{Answer: 24 * time.Hour, Default: catalog.Approve}
		}, ""},
		{"an answer takes 30 days at most", func(s *catalog.Service) {
			s.Approval = catalog.Approval{Answer: 30 * day, Default: catalog.Decline}
		}, ""},
		{"not longer", func(s *catalog.Service) {
			s.Approval = catalog.Approval{Answer: 30*day + time.Hour, Default: catalog.Decline}
		}, "answer time"},
		{"nor less than none", func(s *catalog.Service) {
			s.Approval = catalog.Approval{Answer: -time.Hour, Default: catalog.Decline}
		}, "answer time"},
		{"an answer takes whole hours", func(s *catalog.Service) {
			s.Approval = catalog.Approval{Answer: 90 * time.Minute, Default: catalog.Decline}
		}, "answer time"},
		{"a time without a default is no approval", func(s *catalog.Service) {
			s.Approval = catalog.Approval{Answer: 24 * time.Hour}
		}, "default"},
		{"a default without a time neither", func(s *catalog.Service) {
			s.Approval = catalog.Approval{Default: catalog.Approve}
		}, "answer time"},
		{"silence is not perhaps", func(s *catalog.Service) {
			s.Approval = catalog.Approval{Answer: 24 * time.Hour, Default: "perhaps"}
		}, "default"},
		{"a channel is one of the four", func(s *catalog.Service) {
			s.HoldBack = catalog.HoldBack{"fax": 1}
		}, "unknown channel"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := valid()
			tt.change(&s)
			err := s.Validate()
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("Validate() = %v, want no error", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("Validate() = %v, want an error that mentions %q", err, tt.want)
			}
		})
	}
}

func TestServicePlaces(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		perVisitor bool
		party      int
		want       int
	}{
		{"a party sits together", false, 5, 1},
		{"one visitor takes one place", true, 1, 1},
		{"each visitor takes a place", true, 3, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := valid()
			s.PlacePerVisitor = tt.perVisitor
			if got := s.Places(tt.party); got != tt.want {
				t.Errorf("Places(%d) = %d, want %d", tt.party, got, tt.want)
			}
		})
	}
}

func TestTextIn(t *testing.T) {
	t.Parallel()
	text := catalog.Text{AR: "زيارة", EN: "visit"}
	for lang, want := range map[string]string{"ar": "زيارة", "en": "visit", "": "زيارة", "fr": "زيارة"} {
		if got := text.In(lang); got != want {
			t.Errorf("In(%q) = %q, want %q: Arabic is the default", lang, got, want)
		}
	}
}
