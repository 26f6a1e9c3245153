package slots_test

import (
	"errors"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/slots"
)

// Until when what can be done: what is said of it is what happens, to the
// nanosecond.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	begins := at(t, "12:00")
	visit := slots.Appointment{Status: slots.Booked, StartVersion: 1, Start: begins, Lang: "en"}
	request := visit
	request.Status = slots.Requested
	service := &catalog.Service{MoveCutoff: 3 * time.Hour, CancelCutoff: 2 * time.Hour}
	for name, tc := range map[string]struct {
		of           slots.Appointment
		service      *catalog.Service
		move, cancel time.Time
		cannotMove   error // whenever it is
	}{
		"a visit":                           {visit, service, begins.Add(-3 * time.Hour), begins.Add(-2 * time.Hour), nil},
		"a request":                         {request, service, begins.Add(-3 * time.Hour), begins, slots.ErrRequested},
		"a displaced visit":                 {displacedAt(t, "12:00", "", midnight), service, begins, begins, nil},
		"a visit to a service that is gone": {visit, nil, begins, begins, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if move, cancel := tc.of.MoveBefore(tc.service), tc.of.CancelBefore(tc.service); !move.Equal(tc.move) || !cancel.Equal(tc.cancel) {
				t.Errorf("moved before %v, cancelled before %v; want %v, %v", move, cancel, tc.move, tc.cancel)
			}
			for _, late := range []bool{false, true} {
				by := func(deadline time.Time) time.Time {
					if late {
						return deadline
					}
					return deadline.Add(-1)
				}
				err := tc.of.CanMove(tc.service, by(tc.move))
				if tc.cannotMove != nil && !errors.Is(err, tc.cannotMove) || tc.cannotMove == nil && (err != nil) != late {
					t.Errorf("move, late %v: %v", late, err)
				}
				_, did := tc.of.Move(slots.Place{First: 1}, begins.Add(time.Hour), begins.Add(2*time.Hour), tc.service, by(tc.move))
				if broken(did) != broken(err) || (did == nil) != (err == nil) {
					t.Errorf("moved, late %v: %v, want %v", late, did, err)
				}
				err = tc.of.CanCancel(tc.service, by(tc.cancel))
				if _, did = tc.of.Cancel(tc.service, "", by(tc.cancel)); (err != nil) != late || broken(did) != broken(err) {
					t.Errorf("cancelled, late %v: %v, want %v", late, did, err)
				}
			}
		})
	}
}

// A visitor confirms what is booked and still theirs, until it begins.
func TestCanConfirm(t *testing.T) {
	t.Parallel()
	visit := slots.Appointment{Status: slots.Booked, Start: at(t, "12:00")}
	request, here := visit, visit
	request.Status = slots.Requested
	here.History = []slots.Event{{Kind: slots.WasCheckedIn}}
	for name, tc := range map[string]struct {
		of   slots.Appointment
		now  time.Time
		want error
	}{
		"a moment before":   {visit, visit.Start.Add(-1), nil},
		"as it begins":      {visit, visit.Start, slots.ErrStarted},
		"a request":         {request, midnight, slots.ErrNotBooked},
		"a displaced visit": {displacedAt(t, "12:00", "", midnight), midnight, slots.ErrNotBooked},
		"in the hall":       {here, midnight, slots.ErrArrived},
	} {
		if err := tc.of.CanConfirm(tc.now); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}
