package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"ziyara/scheduling"
	"ziyara/service/postgres"
	"ziyara/slots"
)

func hidden(kind, value string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(kind+"/"+value)).String()
}

// What a former version has counted for the identity number alone counts for the
// number with the mobile from then on, portion by portion. What would be in the way
// of what the person has booked meanwhile stays as it is.
func TestPersonsRenewed(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	starts := b.starts(t, "bank-guarantee", "riyadh", "2026-11-24", "2026-11-26")
	const visits = 5
	identity := func(n int) slots.Identity { return booking(n, 1).Visitor.Identity }
	for n := range visits {
		a := b.book(t, n, "bank-guarantee", "riyadh", starts[2*n])
		run(t, db, `UPDATE appointments SET person = $2 WHERE id = $1`, a.ID, string(slots.FormerPersonOf(hidden, identity(n))))
	}
	// The first has booked again by now, at the same time; the second has a visit elsewhere.
	now := func(n int) slots.Booking {
		of := booking(n, b.ids.Add(1))
		of.Person = slots.PersonOf(hidden, of.Visitor.Identity, of.Mobile)
		return of
	}
	if _, err := b.Book(t.Context(), b.hold(t, "bank-guarantee", "riyadh", starts[0]).ID, now(0), nil, b.now); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Book(t.Context(), b.hold(t, "annual-returns", "riyadh", starts[6]).ID, now(1), nil, b.now); err != nil {
		t.Fatal(err)
	}
	waiting := func(of slots.Booking) slots.JoinRequest {
		return slots.JoinRequest{
			Service: waitedFor, Branch: "riyadh", Booking: of,
			Wish: slots.Wish{From: date(t, "2026-11-25"), To: date(t, "2026-11-26"), Latest: scheduling.Clock(24, 0), Party: 1},
		}
	}
	w := newWaitlist(t, b.store, b.Booker)
	for n := range 2 {
		of := now(n)
		of.Person = slots.FormerPersonOf(hidden, of.Visitor.Identity)
		if _, err := w.Join(t.Context(), waiting(of), nil, b.now); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Join(t.Context(), waiting(now(0)), nil, b.now); err != nil {
		t.Fatal(err)
	}

	for range 2 { // the second time changes nothing
		read := 0
		var last postgres.VisitEnd
		for {
			var n int
			var err error
			if last, n, err = b.store.Appointments().RenewPersons(t.Context(), hidden, last, 2); err != nil {
				t.Fatal(err)
			}
			if read += n; n < 2 {
				break
			}
		}
		if read != visits+2 {
			t.Errorf("%d visits were read, want %d", read, visits+2)
		}
		if _, n, err := b.store.Waitlist().RenewPersons(t.Context(), hidden, 0, 100); err != nil || n != 3 {
			t.Errorf("%d entries were read, %v", n, err)
		}
	}
	for n := range visits {
		want := slots.PersonOf(hidden, identity(n), booking(n, 1).Mobile)
		if n == 0 {
			want = slots.FormerPersonOf(hidden, identity(n))
		}
		got := column[string](t, db, `SELECT person FROM appointments WHERE identity = $1 ORDER BY service_id, person_place, created_at, id`,
			identity(n).Number)
		if got[0] != string(want) && got[len(got)-1] != string(want) {
			t.Errorf("visit %d counts for %v, want %s", n, got, want)
		}
	}
	entries := column[string](t, db, `SELECT person FROM waitlist_entries ORDER BY position`)
	want := []string{string(slots.FormerPersonOf(hidden, identity(0))), string(now(1).Person), string(now(0).Person)}
	if len(entries) != 3 || entries[0] != want[0] || entries[1] != want[1] || entries[2] != want[2] {
		t.Errorf("entries count for %v, want %v", entries, want)
	}
}

// A visit of a mobile that is over or cancelled makes room for another person with the
// same mobile, also before a job has seen that it is over.
func TestRoomForAMobile(t *testing.T) {
	t.Parallel()
	b := open(t, slots.WithVisitsPerMobile(2))
	starts := b.starts(t, "bank-guarantee", "riyadh", "2026-11-24", "2026-12-10")
	book := func(n int) (slots.Appointment, error) {
		of := booking(n, b.ids.Add(1))
		of.Mobile = "+966500000001"
		return b.Book(t.Context(), b.hold(t, "bank-guarantee", "riyadh", starts[5*n]).ID, of, nil, b.now)
	}
	first, err := book(0)
	if err != nil {
		t.Fatal(err)
	}
	second, err := book(1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = book(2); !errors.Is(err, slots.ErrMobileLimit) {
		t.Errorf("a third: %v, want %v", err, slots.ErrMobileLimit)
	}
	if _, err = b.Cancel(t.Context(), second.Reference, "", b.now); err != nil {
		t.Fatal(err)
	}
	if _, err = book(3); err != nil {
		t.Errorf("in the room of the cancelled one: %v", err)
	}
	b.now = first.End
	if _, err = book(40); err != nil {
		t.Errorf("when the first is over: %v", err)
	}
	b.auditClean(t)
}

// Two bookings with one mobile never get one number, whatever replica they come to; and
// none is refused as long as one is left.
func TestNumbersOfAMobileAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t, slots.WithVisitsPerMobile(3))
	other, err := slots.NewBookers(b.replica(t).Appointments(), 10*time.Minute, b.id, slots.WithVisitsPerMobile(3))
	if err != nil {
		t.Fatal(err)
	}
	bookers := []*slots.Booker{b.Booker, other.On(b.Centre())}
	starts := b.starts(t, "bank-guarantee", "riyadh", "2026-11-24", "2026-12-10")
	for round := range 8 {
		var book []func()
		errs := make([]error, 6)
		for i := range errs {
			of := booking(100*round+i, b.ids.Add(1))
			of.Mobile = fmt.Sprintf("+96650000%04d", round)
			hold := b.hold(t, "bank-guarantee", "riyadh", starts[6*round+i])
			book = append(book, func() { _, errs[i] = bookers[i%2].Book(context.Background(), hold.ID, of, nil, b.now) })
		}
		together(book...)
		booked := 0
		for _, err := range errs {
			switch {
			case err == nil:
				booked++
			case !errors.Is(err, slots.ErrMobileLimit):
				t.Errorf("round %d: %v", round, err)
			}
		}
		if booked != 3 {
			t.Errorf("round %d: %d visits, want 3", round, booked)
		}
	}
	b.auditClean(t)
	b.noDeadlocks(t)
}
