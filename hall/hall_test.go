package hall_test

import (
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/hall"
	"ziyara/scheduling"
)

// date is the day of all tests, a Sunday.
var date = scheduling.NewDate(2026, time.November, 22)

// calendar is open on every day from 07:30 to 14:30 in Riyadh.
func calendar(t testing.TB) *scheduling.Calendar {
	t.Helper()
	c, err := scheduling.Compile(scheduling.Plan{Zone: "Asia/Riyadh", Rules: []scheduling.Rule{{
		Name: scheduling.Text{AR: "كل يوم", EN: "every day"}, RRule: "FREQ=DAILY", From: date - 30,
		Openings: []scheduling.Opening{{From: scheduling.Clock(7, 30), To: scheduling.Clock(14, 30), Places: 3}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at returns a wall time of the day in Riyadh.
func at(hour, minute int) time.Time {
	return date.At(scheduling.Clock(hour, minute), time.FixedZone("", 3*60*60)).UTC()
}

// rules are those of a service that says nothing.
func rules() catalog.HallRules { return catalog.DefaultHallRules() }

// booked returns a visit of twenty minutes.
func booked(id string, start time.Time) hall.Visit {
	return hall.Visit{
		ID: id, Reference: id, BranchID: 1, GroupID: 7, Branch: "riyadh", Service: "annual-returns", Day: date,
		Start: start, End: start.Add(20 * time.Minute), StartVersion: 1, Party: 1, Status: hall.Booked, Channel: catalog.Public,
		First: int(start.Sub(at(0, 0)) / scheduling.Tick), Ticks: 4, Places: 1,
	}
}

// waiting returns a visit whose visitor came at an instant and has a number.
func waiting(id string, number int, start, came time.Time, present ...hall.Visit) hall.Visit {
	v := booked(id, start)
	v.Arrival = &hall.Arrival{
		Number: number, Start: start, Length: 20 * time.Minute, At: came, State: hall.Waiting,
		Turn: hall.Turn(rules(), start, false, present, came), Late: hall.Late(rules(), start, came),
	}
	return v
}

// walkIn returns a walk-in who waits.
func walkIn(id string, number int, start, came time.Time) hall.Visit {
	v := waiting(id, number, start, came)
	v.Channel, v.Arrival.WalkIn, v.Arrival.Late, v.Arrival.Turn = catalog.WalkIn, true, false, start
	return v
}

// serving returns a visit that has started at a desk.
func serving(id string, number int, desk string, started time.Time) hall.Visit {
	v := waiting(id, number, started, started)
	v.Arrival.State, v.Arrival.Desk, v.Arrival.Started = hall.Serving, desk, started
	v.Arrival.Calls, v.Arrival.Called, v.Arrival.FirstCalled = 1, started, started
	return v
}

// ids are the visits in their order.
func ids(visits []hall.Visit) []string {
	list := []string{}
	for _, v := range visits {
		list = append(list, v.ID)
	}
	return list
}
