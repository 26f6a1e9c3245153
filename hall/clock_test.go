package hall_test

import (
	"testing"
	"time"

	"ziyara/hall"
)

// Two replicas need not agree on the second: who was checked in by the one
// whose clock is ahead is called, served and finished by the other, and the
// times of the visit stay in their order.
func TestClocksThatDisagree(t *testing.T) {
	t.Parallel()
	came, behind := at(9, 0).Add(2*time.Second), at(9, 0)
	floor := hall.Floor{Desks: []hall.Desk{{Name: "1", GroupID: 7}}}
	v := waiting("a", 1, at(9, 0), came)
	step, err := v.CallTo("1", floor, "salem", behind)
	if err != nil {
		t.Fatal(err)
	}
	if step, err = step.Visit.Recall("salem", behind.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	missed, err := step.Visit.Missed(1, "salem", behind)
	if err != nil {
		t.Fatal(err)
	}
	if step, err = step.Visit.Begin("", floor, "salem", behind); err != nil {
		t.Fatal(err)
	}
	if step, err = step.Visit.Complete(calendar(t), "salem", behind); err != nil {
		t.Fatal(err)
	}
	a := step.Visit.Arrival
	instants := []time.Time{a.FirstCalled, a.Called, a.Started, a.Completed, missed.Visit.Arrival.Left, step.At, step.Events[0].At}
	for _, instant := range instants {
		if instant.Before(came) {
			t.Errorf("%v is before the visitor came, at %v", instant, came)
		}
	}
}
