package service_test

import (
	"net/http"
	"testing"

	"ziyara/service/servicetest"
)

// placesAt returns how many places a replica shows at 09:00 of 2026-11-25.
func placesAt(t *testing.T, centre *servicetest.Centre, replica int) int {
	t.Helper()
	answer := centre.Send(servicetest.Request{
		Method: http.MethodGet, Replica: replica,
		Path: "/v1/services/heirs-returns/slots?branch=riyadh&from=2026-11-25&to=2026-11-25",
	})
	return slotList(t, answer).Days[0].Slots[2].Places
}

// Each replica remembers what it has shown, and still shows what another one
// changed: at once if told, and soon after the connection over which it is
// told was cut.
func TestReplicasSeeEachOthersChanges(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	want := placesAt(t, centre, 0)
	start := servicetest.At(t, "2026-11-25T09:00")
	for i, disturb := range []func(){
		func() {},
		func() {
			// Nobody hears of the next change: every connection that listens is cut.
			if cut := centre.CutListeners(); cut == 0 {
				t.Fatal("nobody listens")
			}
		},
		func() {},
	} {
		for replica := range centre.Replicas {
			if got := placesAt(t, centre, replica); got != want {
				t.Fatalf("before hold %d: replica %d shows %d places, want %d", i, replica, got, want)
			}
		}
		disturb()
		hold := visitor.Holds("heirs-returns", "riyadh", start)
		if got := placesAt(t, centre, 0); got != want-1 {
			t.Fatalf("the replica that held shows %d places, want %d", got, want-1)
		}
		centre.Eventually("the other replica shows the hold", func() bool { return placesAt(t, centre, 1) == want-1 })
		visitor.TryRelease(hold)
		centre.Eventually("the other replica shows the release", func() bool { return placesAt(t, centre, 1) == want })
	}
}
