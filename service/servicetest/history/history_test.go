package history_test

import (
	"errors"
	"os"
	"regexp"
	"testing"
	"time"

	"ziyara/scheduling"
	"ziyara/service/servicetest/history"
	"ziyara/slots"
)

// stage is a history on one day of six ticks with so many places each. The
// clock moves on by a second with every glance. Holds stand for a minute.
type stage struct {
	t        *testing.T
	recorder *history.Recorder
	clock    time.Time
	ids      int
}

const (
	group    = 7
	date     = scheduling.Date(20000)
	standFor = time.Minute
)

func newStage(t *testing.T, places int16) *stage {
	t.Helper()
	s := &stage{t: t, clock: time.Date(2026, time.November, 22, 6, 0, 0, 0, time.UTC)}
	s.recorder = history.NewRecorder(func() time.Time {
		s.clock = s.clock.Add(time.Second)
		return s.clock
	})
	s.recorder.Do(0, history.Call{Kind: history.Begin, State: history.State{Days: []history.Day{day(places)}}}, answer(history.Done))
	return s
}

func day(places int16) history.Day {
	d := history.Day{DeskGroup: group, Date: date, First: 90}
	for range 6 {
		d.Open = append(d.Open, places)
	}
	return d
}

// target takes two ticks of the day, from the n-th.
func target(n int) history.Target {
	start := time.Date(2026, time.November, 24, 4, 30, 0, 0, time.UTC).Add(time.Duration(n) * scheduling.Tick)
	return history.Target{
		Service: "returns", Start: start, End: start.Add(2 * scheduling.Tick), HeldBack: []int16{0, 0},
		Place: slots.Place{Branch: 1, DeskGroup: group, Day: date, First: 90 + n, Ticks: 2, Count: 1},
	}
}

func answer(o history.Outcome) func(time.Time) history.Answer {
	return func(time.Time) history.Answer { return history.Answer{Outcome: o} }
}

// during returns an answer that comes after something else was done.
func during(o history.Outcome, version int, do func()) func(time.Time) history.Answer {
	return func(time.Time) history.Answer {
		do()
		return history.Answer{Outcome: o, Version: version}
	}
}

func (s *stage) hold(at int) (id string) {
	s.ids++
	id = "hold " + string(rune('a'+s.ids))
	s.recorder.Do(1, history.Call{Kind: history.Hold, Target: target(at)}, func(now time.Time) history.Answer {
		return history.Answer{Outcome: history.Done, ID: id, Expires: now.Add(standFor)}
	})
	return id
}

func (s *stage) refused(at int) {
	s.recorder.Do(2, history.Call{Kind: history.Hold, Target: target(at)}, answer(history.Taken))
}

func (s *stage) book(id, person string, is history.Outcome, do ...func()) {
	s.recorder.Do(3, history.Call{Kind: history.Book, ID: id, Person: person, Limit: 2}, during(is, 1, func() {
		for _, f := range do {
			f()
		}
	}))
}

// visit holds and books.
func (s *stage) visit(at int, person string) (id string) {
	id = s.hold(at)
	s.book(id, person, history.Done)
	return id
}

func (s *stage) change(kind history.Kind, id string, to int, is history.Outcome, version int, do ...func()) {
	s.recorder.Do(4, history.Call{Kind: kind, ID: id, Target: target(to)}, during(is, version, func() {
		for _, f := range do {
			f()
		}
	}))
}

func (s *stage) places(n int16) {
	s.recorder.Do(5, history.Call{Kind: history.Places, Open: day(n)}, answer(history.Done))
}

func (s *stage) end(places int16, claims ...history.Claim) {
	s.recorder.Do(0, history.Call{Kind: history.End}, func(time.Time) history.Answer {
		return history.Answer{Outcome: history.Done, State: history.State{Days: []history.Day{day(places)}, Claims: claims}}
	})
}

func booked(id, person string, at, version int) history.Claim {
	to := target(at)
	return history.Claim{
		ID: id, Status: slots.Booked, Service: to.Service, Place: to.Place, Start: to.Start, End: to.End, Person: person, Version: version,
	}
}

// pass lets time go by.
func (s *stage) pass(d time.Duration) { s.clock = s.clock.Add(d) }

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		legal bool
		play  func(*stage)
	}{
		// What must be refused: each is a promise broken.
		{"two bookings of one place", false, func(s *stage) { s.visit(0, "A"); s.visit(0, "B") }},
		{"two bookings of one hold", false, func(s *stage) {
			id := s.hold(0)
			s.book(id, "A", history.Done)
			s.book(id, "B", history.Done)
		}},
		{"two holds of one place at once", false, func(s *stage) {
			s.recorder.Do(1, history.Call{Kind: history.Hold, Target: target(0)}, func(now time.Time) history.Answer {
				s.hold(1) // overlaps
				return history.Answer{Outcome: history.Done, ID: "hold z", Expires: now.Add(standFor)}
			})
		}},
		{"refused before anybody had the place", false, func(s *stage) { s.refused(0); s.hold(0) }},
		{"refused after the place was cancelled", false, func(s *stage) {
			id := s.visit(0, "A")
			s.change(history.Cancel, id, 0, history.Done, 2)
			s.refused(0)
		}},
		{"refused for the sake of a hold that has run out", false, func(s *stage) { s.hold(0); s.pass(standFor); s.refused(0) }},
		{"an overdue hold booked", false, func(s *stage) {
			id := s.hold(0)
			s.pass(standFor)
			s.book(id, "A", history.Done)
		}},
		{"a hold ended before its time", false, func(s *stage) { s.book(s.hold(0), "A", history.Ended) }},
		{"given back, though it is booked", false, func(s *stage) { s.change(history.Release, s.visit(0, "A"), 0, history.Done, 0) }},
		{"moved to where somebody is", false, func(s *stage) {
			s.visit(0, "A")
			s.change(history.Move, s.visit(2, "B"), 1, history.Done, 2)
		}},
		{"moved, and the old place kept", false, func(s *stage) {
			s.change(history.Move, s.visit(0, "A"), 2, history.Done, 2)
			s.refused(0)
		}},
		{"moved after it was cancelled", false, func(s *stage) {
			id := s.visit(0, "A")
			s.change(history.Cancel, id, 0, history.Done, 2)
			s.change(history.Move, id, 2, history.Done, 2)
		}},
		{"moved twice, and once in its history", false, func(s *stage) {
			id := s.visit(0, "A")
			s.change(history.Move, id, 2, history.Done, 2)
			s.change(history.Move, id, 4, history.Done, 2)
		}},
		{"one person in two places", false, func(s *stage) { s.places(2); s.visit(0, "A"); s.visit(1, "A") }},
		{"one person with more visits than allowed", false, func(s *stage) { s.visit(0, "A"); s.visit(2, "A"); s.visit(4, "A") }},
		{"busy with nothing", false, func(s *stage) { s.visit(0, "A"); s.book(s.hold(2), "A", history.Busy) }},
		{"full with one visit of two", false, func(s *stage) { s.visit(0, "A"); s.book(s.hold(2), "A", history.Full) }},
		{"held after the places were taken away", false, func(s *stage) { s.places(0); s.hold(0) }},
		{"refused after places were added", false, func(s *stage) { s.hold(0); s.places(2); s.refused(0) }},
		{"a visit is lost", false, func(s *stage) { s.visit(0, "A"); s.end(1) }},
		{"a visit that nobody booked", false, func(s *stage) { s.end(1, booked("hold x", "A", 0, 1)) }},
		{"a visit is elsewhere", false, func(s *stage) { id := s.visit(0, "A"); s.end(1, booked(id, "A", 1, 1)) }},
		{"a change of places is lost", false, func(s *stage) { s.places(2); s.end(1) }},

		// What must be accepted.
		{"refused, because somebody was faster", true, func(s *stage) { s.hold(0); s.refused(1); s.hold(2) }},
		{"refused, because somebody is faster at this moment", true, func(s *stage) {
			s.recorder.Do(2, history.Call{Kind: history.Hold, Target: target(0)}, during(history.Taken, 0, func() { s.hold(0) }))
		}},
		{"an overdue hold makes room, and is gone", true, func(s *stage) {
			id := s.hold(0)
			s.pass(standFor)
			s.hold(0)
			s.book(id, "A", history.Ended)
			s.refused(0)
		}},
		{"only the older of two holds ran out before a move", true, func(s *stage) {
			s.places(2)
			s.hold(0)
			s.pass(standFor / 2)
			s.hold(0)
			id := s.visit(2, "A")
			s.pass(standFor / 2)
			s.change(history.Move, id, 1, history.Done, 2, func() { s.refused(0); s.refused(0); s.pass(standFor) })
		}},
		{"booked in the moment in which it runs out", true, func(s *stage) {
			id := s.hold(0)
			s.book(id, "A", history.Done, func() { s.pass(standFor); s.refused(0) })
		}},
		{"booked by one who called in time, while another is told that it has run out", true, func(s *stage) {
			id := s.hold(0)
			s.book(id, "A", history.Done, func() { s.pass(standFor); s.book(id, "B", history.Ended) })
		}},
		{"lost in the moment in which it runs out", true, func(s *stage) {
			id := s.hold(0)
			s.book(id, "A", history.Ended, func() { s.pass(standFor); s.hold(0) })
		}},
		{"the same booking again", true, func(s *stage) {
			id := s.visit(0, "A")
			s.book(id, "A", history.Done)
			s.book(id, "B", history.Used)
		}},
		{"moved into its own old place", true, func(s *stage) {
			id := s.visit(0, "A")
			s.change(history.Move, id, 1, history.Done, 2)
			s.change(history.Move, id, 1, history.Done, 2)
			s.refused(0)
			s.hold(3)
			s.end(1, booked(id, "A", 1, 2), history.Claim{
				ID: "hold c", Status: slots.Held, Service: "returns", Place: target(3).Place, Start: target(3).Start, End: target(3).End,
				Expires: s.clock.Add(standFor - time.Second),
			})
		}},
		{"two moves at once, in either order", true, func(s *stage) {
			id := s.visit(0, "A")
			s.change(history.Move, id, 2, history.Done, 3, func() { s.change(history.Move, id, 4, history.Done, 2) })
		}},
		{"places taken away leave visits where they are", true, func(s *stage) {
			id := s.visit(0, "A")
			s.places(0)
			s.refused(2)
			s.change(history.Move, id, 2, history.Taken, 0)
			s.end(0, booked(id, "A", 0, 1))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, 1)
			tc.play(s)
			err := s.recorder.Check(0)
			if got := err == nil; got != tc.legal {
				t.Errorf("legal: got %v, want %v: %v", got, tc.legal, err)
			}
			if err != nil {
				removeDrawing(t, err)
			}
		})
	}
}

// removeDrawing proves that the error names a drawing.
func removeDrawing(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, history.ErrIllegal) {
		t.Errorf("got %v, want %v", err, history.ErrIllegal)
	}
	name := regexp.MustCompile(`\S+\.html`).FindString(err.Error())
	if info, statErr := os.Stat(name); statErr != nil || info.Size() == 0 {
		t.Errorf("no drawing in %q: %v", err, statErr)
	}
	if err := os.Remove(name); err != nil {
		t.Error(err)
	}
}

// Histories of different parts don't touch each other.
func TestParts(t *testing.T) {
	t.Parallel()
	s := newStage(t, 1)
	s.hold(0)
	other := history.Call{Part: "other", Kind: history.Begin, State: history.State{Days: []history.Day{day(1)}}}
	s.recorder.Do(0, other, answer(history.Done))
	other.Kind, other.Target = history.Hold, target(0)
	s.recorder.Do(1, other, func(now time.Time) history.Answer {
		return history.Answer{Outcome: history.Done, ID: "hold z", Expires: now.Add(standFor)}
	})
	if err := s.recorder.Check(0); err != nil {
		t.Error(err)
	}
}

// A call whose answer got lost counts if it had an effect, at any time after
// it was made.
func TestSettle(t *testing.T) {
	t.Parallel()
	for _, effective := range []bool{true, false} {
		s := newStage(t, 1)
		id := s.visit(0, "A")
		s.change(history.Cancel, id, 0, history.Unknown, 0)
		s.refused(0) // the cancellation is still on its way
		if effective {
			s.hold(0) // now it has come
		}
		s.recorder.Settle(func(c history.Call, a history.Answer) (history.Answer, bool) {
			if c.Kind != history.Cancel || c.ID != id {
				t.Errorf("asked for %+v", c)
			}
			a.Outcome, a.Version = history.Done, 2
			return a, effective
		})
		if !effective {
			s.end(1, booked(id, "A", 0, 1))
		}
		if err := s.recorder.Check(0); err != nil {
			t.Errorf("effective: %v: %v", effective, err)
		}
	}
}
