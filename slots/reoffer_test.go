package slots_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/catalog"
	"ziyara/slots"
)

// least and most choose the earliest and the latest moment.
func least(int64) int64  { return 0 }
func most(n int64) int64 { return n - 1 }

// A place comes back at a whole second between now and the delay's end, not
// behind the moment that is still of use.
func TestReleaseAt(t *testing.T) {
	t.Parallel()
	now := at(t, "09:00")
	for _, tc := range []struct {
		name   string
		delay  time.Duration
		until  string
		random func(int64) int64
		want   string // "" for at once
	}{
		{"no delay", 0, "12:00", most, ""},
		{"the earliest moment is now", time.Hour, "12:00", least, "09:00"},
		{"the latest is the end of the delay", time.Hour, "12:00", most, "10:00"},
		{"unless that is of no use", time.Hour, "09:30", most, "09:30"},
		{"of no use already", time.Hour, "09:00", most, ""},
		{"long since", time.Hour, "08:00", most, ""},
		{"a second is a delay", time.Hour, "09:00:01", most, "09:00:01"},
	} {
		want := time.Time{}
		if tc.want != "" {
			want = at(t, tc.want)
		}
		if got := slots.ReofferAt(tc.delay, at(t, tc.until), now, tc.random); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", tc.name, got, want)
		}
	}
}

// Whatever the source says, the moment is one of those allowed; and each can
// come.
func TestReleaseAtIsWithinTheDelay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := midnight.Add(time.Duration(rapid.IntRange(0, 1e6).Draw(t, "now")) * time.Second)
		delay := time.Duration(rapid.IntRange(0, 1e5).Draw(t, "delay")) * time.Second
		until := now.Add(time.Duration(rapid.IntRange(-1e4, 1e5).Draw(t, "until")) * time.Second)
		var choices int64
		chosen := int64(-1)
		got := slots.ReofferAt(delay, until, now, func(n int64) int64 {
			choices = n
			chosen = rapid.Int64Range(0, n-1).Draw(t, "random")
			return chosen
		})
		allowed := min(delay, until.Sub(now))
		if allowed <= 0 {
			if !got.IsZero() {
				t.Fatalf("comes back at %v, want at once", got)
			}
			return
		}
		if choices != int64(allowed/time.Second)+1 || !got.Equal(now.Add(time.Duration(chosen)*time.Second)) {
			t.Fatalf("comes back at %v, the %d-th of %d moments within %v", got, chosen, choices, allowed)
		}
	})
}

// later is the hourly service with two hours of delay, and two days' notice
// in working days when asked for.
func later(workingDays int) catalog.Service {
	s := hourly()
	s.ReofferDelay, s.NoticeWorkingDays = 2*time.Hour, workingDays
	return s
}

// A place that was cancelled stays taken until its moment, which nothing
// tells, and is offered then.
func TestCancelledPlaceComesBackLater(t *testing.T) {
	t.Parallel()
	cutoff := hourly().Notice
	for _, tc := range []struct {
		name string
		now  time.Time
		want time.Time // zero for at once
	}{
		{"two hours later", heldAt.Add(-2 * 24 * time.Hour), heldAt.Add(-2*24*time.Hour + 2*time.Hour)},
		{"five minutes before the notice begins", start.Add(-cutoff - time.Hour), start.Add(-cutoff - 5*time.Minute)},
		{"at once when that is not ahead", start.Add(-cutoff - 5*time.Minute), time.Time{}},
		{"at once when nobody could book it any more", start.Add(-cutoff + time.Hour), time.Time{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRigOf(t, daily("Asia/Riyadh", opens(t, "09:00-12:00")), later(0), slots.WithRandom(most))
			a := r.bookAt("1000000008", start, heldAt.Add(-3*24*time.Hour))
			if _, err := r.Cancel(t.Context(), a.Reference, "", tc.now); err != nil {
				t.Fatal(err)
			}
			var got time.Time
			for _, d := range r.store.delayed {
				got = d.until
			}
			if !got.Equal(tc.want) {
				t.Errorf("the place comes back at %v, want %v", got, tc.want)
			}
			if tc.want.IsZero() {
				return
			}
			if _, err := r.Hold(t.Context(), request(start), nil, tc.want.Add(-time.Second)); !errors.Is(err, slots.ErrTaken) {
				t.Errorf("before: %v, want %v", err, slots.ErrTaken)
			}
			r.store.offerDelayed(tc.want)
			if _, err := r.Hold(t.Context(), request(start), nil, tc.want); err != nil {
				t.Errorf("then: %v", err)
			}
		})
	}
}

// A notice in working days ends with a date, not with an hour.
func TestDelayEndsBeforeNoticeInWorkingDays(t *testing.T) {
	t.Parallel()
	r := newRigOf(t, daily("Asia/Riyadh", opens(t, "09:00-12:00")), later(2), slots.WithRandom(most))
	visit := start.AddDate(0, 0, 3) // Friday; on Wednesday it is the second day
	a := r.bookAt("1000000008", visit, at(t, "08:00"))
	if _, err := r.Cancel(t.Context(), a.Reference, "", at(t, "23:00").AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	want := midnight.AddDate(0, 0, 2).Add(-5*time.Minute - time.Second)
	if got := r.store.delayed[0].until; !got.Equal(want) {
		t.Errorf("the place comes back at %v, want %v", got, want)
	}
}

// What a move leaves behind stays taken too, or whoever waits for it could be
// handed it that way. A move onto a part of itself gives the rest back at once:
// its own place is no longer whole.
func TestPlaceOfAMoveComesBackLater(t *testing.T) {
	t.Parallel()
	service := later(0)
	service.Step = 30 * time.Minute
	r := newRigOf(t, daily("Asia/Riyadh", opens(t, "09:00-13:00")), service, slots.WithRandom(most))
	now := heldAt.Add(-24 * time.Hour)
	a := r.bookAt("1000000008", start, now)
	if _, err := r.Move(t.Context(), a.Reference, start.Add(30*time.Minute), now); err != nil || len(r.store.delayed) > 0 {
		t.Errorf("onto itself: %v, %d places stay back, want none", err, len(r.store.delayed))
	}
	moved, err := r.Move(t.Context(), a.Reference, start.Add(90*time.Minute), now)
	if err != nil || len(r.store.delayed) != 1 {
		t.Fatalf("away: %v, %d places stay back, want one", err, len(r.store.delayed))
	}
	if _, err = r.Hold(t.Context(), request(start), nil, now); !errors.Is(err, slots.ErrTaken) {
		t.Errorf("the place left behind: %v, want %v", err, slots.ErrTaken)
	}
	again, err := r.Move(t.Context(), a.Reference, moved.Start, now)
	if err != nil || again.Version != moved.Version || len(r.store.delayed) != 1 {
		t.Errorf("to where it is: %v, %d places stay back, want no change", err, len(r.store.delayed))
	}
	r.store.offerDelayed(now.Add(2 * time.Hour))
	if _, err = r.Hold(t.Context(), request(start), nil, now.Add(2*time.Hour)); err != nil {
		t.Errorf("two hours later: %v", err)
	}
}

// Nobody waits for a service that is gone.
func TestPlaceOfAWithdrawnServiceComesBackAtOnce(t *testing.T) {
	t.Parallel()
	r := newRigOf(t, daily("Asia/Riyadh", opens(t, "09:00-12:00")), later(0), slots.WithRandom(most))
	a := r.book("1000000008", start)
	other := hourly()
	other.Slug = "iban-update"
	r.on(aCentre(t, daily("Asia/Riyadh", opens(t, "09:00-12:00")), other))
	if _, err := r.Cancel(t.Context(), a.Reference, "", heldAt); err != nil || len(r.store.delayed) > 0 {
		t.Errorf("Cancel: %v, %d places stay back", err, len(r.store.delayed))
	}
}

// Who gives up too often is told until when nothing can be booked, in the
// branch's time; holds, cancellations and moves go on.
func TestPauseOfAPerson(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00 x3", hourly())
	r.store.rule = catalog.Rebooking{Limit: 2, Window: 24 * time.Hour, Pause: time.Hour}
	kept, given := r.book("1000000008", start), r.book("1000000008", start.Add(time.Hour))
	if _, err := r.Cancel(t.Context(), given.Reference, "", heldAt); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Move(t.Context(), kept.Reference, start.Add(time.Hour), heldAt.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	b := booking("1000000008")
	b.Reference = slots.NewReference([5]byte{9})
	hold := r.hold(start.Add(-time.Hour))
	_, err := r.Book(t.Context(), hold.ID, b, nil, heldAt.Add(2*time.Minute))
	var pause *slots.PauseError
	until := heldAt.Add(61 * time.Minute)
	if !errors.As(err, &pause) || !pause.Until.Equal(until) || pause.RetryAfter != 59*time.Minute {
		t.Fatalf("Book = %+v, want a pause until %v", err, until)
	}
	if _, offset := pause.Until.Zone(); offset != 3*60*60 {
		t.Errorf("the pause ends at %v, want it in Riyadh's time", pause.Until)
	}
	if _, err = r.Move(t.Context(), kept.Reference, start, heldAt.Add(2*time.Minute)); err != nil {
		t.Errorf("a move within the pause: %v", err)
	}
	other := booking("1000000016")
	other.Person, other.Reference = "another person", slots.NewReference([5]byte{10})
	if _, err = r.Book(t.Context(), hold.ID, other, nil, heldAt.Add(2*time.Minute)); err != nil {
		t.Errorf("somebody else: %v", err)
	}
}

// The delay of any service keeps places for less than what can't be booked any
// more: over any calendar and notice, a place that comes back can be booked.
func TestDelayedPlaceCanStillBeBooked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		service := hourly()
		service.Notice = time.Duration(rapid.IntRange(0, 72).Draw(rt, "notice")) * time.Hour
		service.NoticeWorkingDays = rapid.IntRange(0, 3).Draw(rt, "working days")
		service.ReofferDelay = time.Duration(rapid.IntRange(1, 7*24*60).Draw(rt, "delay")) * time.Minute
		service.CancelCutoff = 0
		share := rapid.Float64Range(0, 1).Draw(rt, "share")
		plan := daily("Asia/Riyadh", opens(t, "09:00-12:00"))
		plan.Rules[0].RRule = "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH"
		r := newRigOf(t, plan, service, slots.WithRandom(func(n int64) int64 { return int64(share * float64(n-1)) }))
		visit := at(t, "09:00").AddDate(0, 0, 12) // a Sunday
		a := r.bookAt("1000000008", visit, at(t, "08:00"))
		now := visit.Add(-time.Duration(rapid.IntRange(1, 12*24*60).Draw(rt, "minutes ahead")) * time.Minute)
		if _, err := r.Cancel(t.Context(), a.Reference, "", now); err != nil {
			rt.Fatal(err)
		}
		first := now
		for _, d := range r.store.delayed {
			if d.until.After(now.Add(service.ReofferDelay)) {
				rt.Fatalf("comes back at %v, longer than %v after %v", d.until, service.ReofferDelay, now)
			}
			first = d.until
			r.store.offerDelayed(d.until)
		}
		if first.Equal(now) {
			return // nothing to wait for, or nothing to book
		}
		if _, err := r.Hold(t.Context(), request(visit), nil, first.Add(4*time.Minute)); err != nil {
			rt.Fatalf("given up at %v, back at %v, but: %v", now, first, err)
		}
	})
}
