package postgres_test

import (
	"testing"

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
