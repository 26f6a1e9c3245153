package service_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// Whatever is refused, nothing of a visitor gets into the log of the database, not even
// on a server that would log the parameters of statements that fail. The test provokes
// the refusals that reach the database, and reads the server's real log.
func TestRefusalsLeaveNothingInTheLog(t *testing.T) {
	t.Parallel()
	database := servicetest.Database(t)
	data := servicetest.Query[string](t, database, "SHOW data_directory")
	name := servicetest.Query[string](t, database, "SELECT current_database()")
	servicetest.Exec(t, database, "ALTER DATABASE "+name+" SET log_parameter_max_length_on_error = -1")
	centre := servicetest.OpenOn(t, database, 2, behindProxy, func(c *service.Config) { c.HoldsPerAddress = 12 })
	const address = "203.0.113.77"
	visitor := centre.Visitor(98_765_431)
	visitor.Name, visitor.Mobile, visitor.Email = "Qamarzad Lighthouse", "0551239876", "qamarzad@lighthouse.example"
	other := servicetest.NationalID(97_531_246)
	send := func(method, path, key string, body any, token string) servicetest.Answer {
		t.Helper()
		header := map[string]string{"X-Forwarded-For": address, "Idempotency-Key": key}
		if token != "" {
			header["Authorization"] = "Bearer " + token
		}
		return centre.Send(servicetest.Request{Method: method, Path: path, Body: body, Header: header})
	}
	place := func(service, at string) map[string]any {
		return map[string]any{"service": service, "branch": "riyadh", "start": servicetest.At(t, at)}
	}
	hold := func(service, at string) (h api.Hold) {
		t.Helper()
		answer := send(http.MethodPost, "/v1/holds", "", place(service, at), "")
		if answer.Status != http.StatusCreated {
			t.Fatalf("hold: %d %s", answer.Status, answer.Body)
		}
		answer.JSON(t, &h)
		return h
	}
	proof := visitor.Proves()
	booking := func(h api.Hold) map[string]any {
		body := visitor.BookingBody(h)
		body["verification"] = proof
		return body
	}
	wakala := func(h api.Hold, expires string) map[string]any {
		body := booking(h)
		body["representative"] = map[string]any{"name": "Zumurrud Deputyson", "id": other, "wakala": "4499887766", "wakala_expires": expires}
		return body
	}

	// A power of attorney that ends before the visit, at once and when it is moved.
	h := hold(heirs, "2026-11-25T09:00")
	centre.Refused(send(http.MethodPost, "/v1/appointments", "", wakala(h, "2026-11-24"), ""), http.StatusUnprocessableEntity, "invalid")
	h = hold(heirs, "2026-11-25T09:00")
	booked := send(http.MethodPost, "/v1/appointments", "marked-key-of-the-visit", wakala(h, "2026-11-25"), "")
	var visit api.Appointment
	booked.JSON(t, &visit)
	if booked.Status != http.StatusCreated {
		t.Fatalf("book: %d %s", booked.Status, booked.Body)
	}
	centre.Refused(send(http.MethodPost, "/v1/appointments/"+visit.Reference+"/move", "",
		map[string]any{"start": servicetest.At(t, "2026-11-26T09:00")}, visit.ManageToken), http.StatusUnprocessableEntity, "invalid")
	// The same key again, and for something else.
	send(http.MethodPost, "/v1/appointments", "marked-key-of-the-visit", wakala(h, "2026-11-25"), "")
	send(http.MethodPost, "/v1/holds", "marked-key-of-the-visit", place(heirs, "2026-11-26T09:00"), "")
	// Another visit at the same time, and one more than allowed.
	h = hold("iban-update", "2026-11-25T09:00")
	centre.Refused(send(http.MethodPost, "/v1/appointments", "", booking(h), ""), http.StatusConflict, "person-busy")
	h = hold(heirs, "2026-11-26T09:00")
	send(http.MethodPost, "/v1/appointments", "", booking(h), "")
	h = hold(heirs, "2026-11-29T09:00")
	send(http.MethodPost, "/v1/appointments", "", booking(h), "")
	// A name that no text can have, and an id that is none.
	for _, bad := range []string{"Qamarzad\u0000Lighthouse", "Qamarzad \\ud800 Lighthouse", strings.Repeat("Lighthouse", 30)} {
		h := hold(heirs, "2026-11-30T09:00")
		body := booking(h)
		body["visitor"] = map[string]any{"name": bad, "id": visitor.ID, "email": visitor.Email}
		send(http.MethodPost, "/v1/appointments", "", body, "")
	}
	// Many at once: numbers, keys and places of one address, mobile and person.
	var crowd sync.WaitGroup
	for i := range 24 {
		crowd.Go(func() {
			key := fmt.Sprintf("marked-key-%d", i%12)
			centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/holds", Body: place(heirs, "2026-12-01T09:00"), Replica: i % 2,
				Header: map[string]string{"X-Forwarded-For": address, "Idempotency-Key": key}})
		})
	}
	crowd.Wait()
	limited := 0
	for day := 1; day <= 20 && limited == 0; day++ {
		answer := send(http.MethodPost, "/v1/holds", "", place(heirs, fmt.Sprintf("2026-12-%02dT09:00", day)), "")
		if answer.Status == http.StatusTooManyRequests {
			limited++
		}
	}
	if limited == 0 {
		t.Error("the address has more holds than allowed")
	}

	// What the log would show: a row, a key and a parameter.
	servicetest.Query[int](t, database, "SELECT count(*) FROM pg_stat_activity")
	log := string(must(os.ReadFile(filepath.Join(filepath.Dir(data), "postgres.log"))))
	if !strings.Contains(log, "refused by appointments_address_places_left") {
		t.Error("the log does not show the refusals: is it the right one?")
	}
	for what, marked := range map[string]string{
		"the name": "Lighthouse", "the mobile": "551239876", "the identity": visitor.ID, "the e-mail": "qamarzad@",
		"the name of the representative": "Zumurrud", "the identity of the representative": other, "the power of attorney": "4499887766",
		"the address": `\xcb00714d`, "a key": "marked-key",
	} {
		if before, after, found := strings.Cut(log, marked); found {
			begin := before[strings.LastIndexByte(before, '\n')+1:]
			end, _, _ := strings.Cut(after, "\n")
			t.Errorf("%s is in the log of the database: %.300s", what, begin+marked+end)
		}
	}
}

// must returns what a function of the standard library returned without an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A change that waits for a row until it is cancelled, and two that wait for each other,
// leave nothing of a visitor in the log of the database either, not even on a server that
// logs who waits.
func TestTimeoutsLeaveNothingInTheLog(t *testing.T) {
	t.Parallel()
	database := servicetest.Database(t)
	data := servicetest.Query[string](t, database, "SHOW data_directory")
	name := servicetest.Query[string](t, database, "SELECT current_database()")
	for _, setting := range []string{"log_parameter_max_length_on_error = -1", "log_lock_waits = on", "deadlock_timeout = '50ms'"} {
		servicetest.Exec(t, database, "ALTER DATABASE "+name+" SET "+setting)
	}
	named := func(centre *servicetest.Centre) *servicetest.Visitor {
		v := centre.Visitor(98_765_432)
		v.Name, v.Mobile, v.Email = "Tamarind Meadowbrook", "0551239877", "tamarind@meadowbrook.example"
		return v
	}
	visitor := named(servicetest.OpenOn(t, database, 1))
	impatient := servicetest.OpenOn(t, database, 1, func(c *service.Config) { c.Patience = 2 * time.Second })
	hasty := named(impatient)
	visits := []api.Appointment{
		visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00")),
		visitor.Books("iban-update", "riyadh", servicetest.At(t, "2026-11-26T09:00")),
	}
	db, err := sql.Open("postgres", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // nothing is written through it
	lock := func(tx *sql.Tx, visit api.Appointment) error {
		_, err := tx.ExecContext(t.Context(), "SELECT FROM appointments WHERE reference = $1 FOR UPDATE",
			strings.ReplaceAll(strings.TrimPrefix(visit.Reference, "V-"), "-", ""))
		return err
	}
	begin := func() *sql.Tx {
		t.Helper()
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return tx
	}
	// Somebody else has the row.
	hold := hasty.Holds("annual-returns", "riyadh", hasty.Slots("annual-returns", "riyadh", "2026-11-29", "2026-11-29")[0].Start)
	tx := begin()
	if err = lock(tx, visits[0]); err != nil {
		t.Fatal(err)
	}
	if _, err = tx.ExecContext(t.Context(), "SELECT FROM appointments WHERE status = 'held' FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	for _, answer := range []servicetest.Answer{
		hasty.TryCorrect(visits[0], map[string]any{"visitor": map[string]any{"name": "Tamarind Meadowbrook II"}}), hasty.TryCancel(visits[0]),
		impatient.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/appointments", Body: visitor.BookingBody(hold)}),
	} {
		if answer.Status != http.StatusServiceUnavailable {
			t.Errorf("%d %s", answer.Status, answer.Body)
		}
	}
	if err = tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	// Two have a row each and want the other's.
	one, other := begin(), begin()
	defer one.Rollback()   //nolint:errcheck // one of them has failed
	defer other.Rollback() //nolint:errcheck // one of them has failed
	for tx, visit := range map[*sql.Tx]api.Appointment{one: visits[0], other: visits[1]} {
		if err = lock(tx, visit); err != nil {
			t.Fatal(err)
		}
	}
	failed := make(chan error, 1)
	go func() {
		err := lock(one, visits[1])
		failed <- errors.Join(err, one.Rollback())
	}()
	if second := errors.Join(lock(other, visits[0]), other.Rollback()); errors.Join(second, <-failed) == nil {
		t.Error("nobody noticed that two wait for each other")
	}
	log := string(must(os.ReadFile(filepath.Join(filepath.Dir(data), "postgres.log"))))
	for _, want := range []string{"due to statement timeout", "still waiting for", "deadlock detected"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not say %q: is it the right one?", want)
		}
	}
	for what, marked := range map[string]string{
		"the name": "Meadowbrook", "the mobile": "551239877", "the identity": visitor.ID, "the e-mail": "tamarind@",
	} {
		if at := strings.Index(log, marked); at >= 0 {
			t.Errorf("%s is in the log of the database: %.300s", what, log[max(0, at-200):])
		}
	}
}
