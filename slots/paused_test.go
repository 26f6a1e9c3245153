package slots_test

import (
	"errors"
	"testing"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// No visit starts on a date on which its service, or those who give it, are paused or
// retired; other dates are as before, whoever is paused.
func TestPaused(t *testing.T) {
	t.Parallel()
	calendar := compile(t, daily("Asia/Riyadh", opens(t, "09:00-12:00")))
	reason := catalog.Text{AR: "صيانة", EN: "Maintenance"}
	pause := catalog.Pause{From: tuesday + 2, Until: tuesday + 3, Reason: reason}
	standing := catalog.Standing{Pauses: []catalog.Pause{pause}, Retired: catalog.Retirement{From: tuesday + 5}}
	now := at(t, "08:00")
	for _, tt := range []struct {
		name    string
		service catalog.Standing
		group   []catalog.Pause
	}{
		{"the service", standing, nil},
		{"those who give it", catalog.Standing{}, standing.Away()},
		{"both by halves", catalog.Standing{Pauses: standing.Pauses}, catalog.Standing{Retired: standing.Retired}.Away()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			service := heirs()
			service.Notice, service.Standing = 0, tt.service
			shape, err := slots.ShapeOf(&service, 1, catalog.Public)
			if err != nil {
				t.Fatal(err)
			}
			shape = shape.Counted(&centre.DeskGroup{Calendar: calendar, Closed: tt.group}, now)
			for n := range scheduling.Date(8) {
				day := calendar.Day(tuesday + n)
				want := (n == 2 || n == 3 || n >= 5)
				free := slots.Free(day, nil, shape, now)
				if got := len(free) == 0; got != want {
					t.Errorf("day %d: nothing free is %v, want %v", n, got, want)
				}
				err := shape.Check(day, day.At(9*12), now)
				paused, is := errors.AsType[*slots.PausedError](err)
				rule := slots.Rule("")
				switch {
				case n >= 5:
					rule = slots.RuleRetired
				case want:
					rule = slots.RulePaused
				}
				if is != want || broken(err) != rule || is && paused.ForGood() != (n >= 5) {
					t.Errorf("day %d: %v", n, err)
				}
				tally := slots.TallyDay(day, nil, shape, now)
				if refused := tally.Refused[rule] > 0 && rule != ""; refused != want || (tally.Paused != nil) != want {
					t.Errorf("day %d: the tally is %+v", n, tally)
				}
			}
		})
	}
}
