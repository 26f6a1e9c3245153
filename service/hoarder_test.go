package service_test

import (
	"fmt"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ziyara/notify"
	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/secret"
	"ziyara/service/servicetest"
)

// A hoarder has a thousand addresses and a hundred mobiles. Without a proof they get the
// set share of a day, and with each mobile what one mobile may have; again and again, as
// their holds end. Meanwhile two hundred people who share one address all book, because
// they verify their mobiles first.
func TestHoarder(t *testing.T) {
	t.Parallel()
	const (
		day                         = "2026-11-25"
		addresses, mobiles, people  = 1000, 100, 200
		share, perMobile, holdsEach = 25, 2, 1
		desks                       = 40
	)
	centre := servicetest.Open(t, 2, behindProxy, func(c *service.Config) {
		c.UnprovedShare, c.VisitsPerMobile, c.HoldsPerMobile, c.HoldsPerAddress = share, perMobile, holdsEach, 100
	})
	centre.InClear() // mobiles are counted by how they begin
	proof := proofs(t, centre)
	starts := centre.Visitor(9000).Slots("annual-returns", "riyadh", day, day)
	centre.Visitor(9000).Holds("annual-returns", "riyadh", starts[0].Start) // the day has its ledger
	servicetest.Exec(t, centre.DatabaseURL, fmt.Sprintf(
		`UPDATE ledger_days SET version = version + 1, open = ARRAY(SELECT CASE WHEN n > 0 THEN %d ELSE 0 END FROM unnest(open) AS n)`, desks))

	var next atomic.Int64
	hold := func(address string, body map[string]any) (answer servicetest.Answer) {
		n := int(next.Add(1))
		for try := range len(starts) { // the next start that is free
			all := map[string]any{"service": "annual-returns", "branch": "riyadh", "start": starts[(n+try)%len(starts)].Start}
			maps.Copy(all, body)
			answer = centre.Send(servicetest.Request{
				Method: http.MethodPost, Path: "/v1/holds", Body: all, Replica: n % 2, Header: map[string]string{"X-Forwarded-For": address}})
			if answer.Status != http.StatusConflict {
				break
			}
		}
		return answer
	}
	book := func(address, proof, id string, held servicetest.Answer, replica int) servicetest.Answer {
		var h api.Hold
		held.JSON(t, &h)
		return centre.Send(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/appointments", Replica: replica, Header: map[string]string{"X-Forwarded-For": address},
			Body: map[string]any{
				"hold": h.ID, "hold_token": h.Token, "verification": proof, "documents_acknowledged": true,
				"visitor": map[string]any{"name": "زائر", "id": id},
			}})
	}
	crowd := func(n int, each func(n int)) {
		var all sync.WaitGroup
		for worker := range 8 {
			all.Go(func() {
				for i := worker; i < n; i += 8 {
					each(i)
				}
			})
		}
		all.Wait()
	}
	ticks := func(where string) int {
		t.Helper()
		return servicetest.Query[int](t, centre.DatabaseURL,
			`SELECT coalesce(sum(ticks * places), 0) FROM appointments WHERE day = '`+day+`' AND `+where)
	}
	open := servicetest.Query[int](t, centre.DatabaseURL, `SELECT sum(n) FROM ledger_days, unnest(open) AS n WHERE day = '`+day+`'`)

	var refused, made atomic.Int32
	for round := range 2 {
		crowd(addresses/2, func(n int) {
			switch answer := hold(fmt.Sprintf("10.%d.%d.7", round, n), nil); answer.Status {
			case http.StatusCreated:
			case http.StatusForbidden:
				if refused.Add(1) == 1 {
					centre.Refused(answer, http.StatusForbidden, "proof-first")
				}
			default:
				t.Errorf("hold: %d %s", answer.Status, answer.Body)
			}
		})
		if got := ticks("status = 'held' AND mobile IS NULL"); got*100 > open*share {
			t.Errorf("round %d: holds without a proof take %d of %d ticks, want a quarter at the most", round, got, open)
		}
		crowd(mobiles, func(n int) {
			mobile := fmt.Sprintf("05700%05d", n)
			for i := range perMobile + 2 {
				address := fmt.Sprintf("10.9.%d.%d", round, n)
				held := hold(address, map[string]any{"verification": proof(mobile)})
				if held.Status != http.StatusCreated {
					break
				}
				id := servicetest.NationalID(int(made.Add(1)) + 100_000)
				if book(address, proof(mobile), id, held, i%2).Status != http.StatusCreated {
					break
				}
			}
		})
		crowd(people/2, func(n int) {
			v := centre.Visitor(round*people + n + 1)
			held := hold("192.0.2.1", map[string]any{"verification": proof(v.Mobile)})
			if held.Status != http.StatusCreated {
				t.Errorf("a visitor holds: %d %s", held.Status, held.Body)
				return
			}
			if booked := book("192.0.2.1", proof(v.Mobile), v.ID, held, n%2); booked.Status != http.StatusCreated {
				t.Errorf("a visitor books: %d %s", booked.Status, booked.Body)
			}
		})
		centre.Clock.Add(10 * time.Minute) // all holds are over
	}
	if refused.Load() == 0 {
		t.Error("nobody had to verify a mobile first")
	}
	booked := func(by string) int {
		t.Helper()
		return servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM appointments WHERE status = 'booked' AND mobile `+by)
	}
	if got := booked(`LIKE '+9665700%'`); got > mobiles*perMobile {
		t.Errorf("the hoarder booked %d visits, want %d at the most", got, mobiles*perMobile)
	}
	if got := booked(`NOT LIKE '+9665700%'`); got != people {
		t.Errorf("%d people booked, want all %d", got, people)
	}
	centre.AuditClean()
}

// proofs returns the proof of any mobile, as the service gives it for a code. How many codes
// an address gets is another limit.
func proofs(t *testing.T, centre *servicetest.Centre) func(mobile string) string {
	t.Helper()
	keys, err := secret.New([]byte(servicetest.Secret))
	if err != nil {
		t.Fatal(err)
	}
	return func(mobile string) string {
		m, err := notify.ParseMobile(mobile)
		if err != nil {
			t.Error(err)
		}
		return keys.Sign("mobile", string(m), centre.Clock.Now().Add(30*time.Minute))
	}
}
