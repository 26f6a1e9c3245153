package service_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/access"
	"ziyara/limits"
	"ziyara/service"
	"ziyara/service/servicetest"
)

// system returns a system with a role.
func system(centre *servicetest.Centre, name string, role access.Role) *servicetest.Staff {
	return centre.Staff(access.Staff{ID: "client " + name, Name: name, Roles: []access.Role{role}})
}

// A portal asks for its users, and limits count for each of them, not for the portal's
// address. Nobody else is believed who only says for whom they ask.
func TestPortalAsksForItsUsers(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, func(c *service.Config) {
		c.Limits = limits.Table{{Class: limits.Hold, Key: limits.Address, Amount: 2, Period: 10 * time.Minute}}
		c.HoldsPerAddress, c.Hold = 3, time.Hour
	})
	portal := system(centre, "portal", access.Portal)
	starts := centre.Visitor(1).Slots("annual-returns", "riyadh", "2026-11-24", "2026-12-17")
	n := 0
	hold := func(token, user string) servicetest.Answer {
		n++
		return centre.Send(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/holds", Header: map[string]string{"Ziyara-Client": token, "Ziyara-User": user},
			Body: map[string]any{"service": "annual-returns", "branch": "riyadh", "start": starts[n].Start},
		})
	}
	for _, c := range []struct {
		name, token, user string
		want              int
	}{
		{"a user", portal.Token(), "u1", http.StatusCreated},
		{"the user again", portal.Token(), "u1", http.StatusCreated},
		{"once too often", portal.Token(), "u1", http.StatusTooManyRequests},
		{"another user", portal.Token(), "u2", http.StatusCreated},
		{"a user of the same name of another portal", system(centre, "other", access.Portal).Token(), "u1", http.StatusCreated},
		{"nobody named", portal.Token(), "", http.StatusUnprocessableEntity},
		{"a name without an end", portal.Token(), strings.Repeat("u", 201), http.StatusUnprocessableEntity},
		{"a token of nobody's", "nothing", "u3", http.StatusUnauthorized},
		{"a system that does not ask for users", system(centre, "crm", access.Reader).Token(), "u3", http.StatusForbidden},
		{"a member of staff", centre.Agent().Token(), "u3", http.StatusForbidden},
		{"who says so without a token", "", "u3", http.StatusCreated},
		{"and again", "", "u4", http.StatusCreated},
		{"who counts by address", "", "u5", http.StatusTooManyRequests},
	} {
		if a := hold(c.token, c.user); a.Status != c.want {
			t.Errorf("%s: got %d %s, want %d", c.name, a.Status, a.Body, c.want)
		}
	}
	// Holds at once are bounded for each user, too.
	for i, want := range []int{http.StatusCreated, http.StatusTooManyRequests} {
		centre.Clock.Add(6 * time.Minute) // limits of requests are paid, holds go on
		if a := hold(portal.Token(), "u1"); a.Status != want {
			t.Errorf("hold %d at once: got %d %s, want %d", 3+i, a.Status, a.Body, want)
		}
	}
	if a := portal.Gets("/v1/appointments"); a.Status != http.StatusForbidden {
		t.Errorf("a portal reads visits: %d", a.Status)
	}
	got := servicetest.Query[string](t, centre.DatabaseURL, `
		SELECT string_agg(actor || ' ' || action || ' ' || subject, ', ' ORDER BY id) FROM audit_log WHERE actor = 'client portal'`)
	want := "client portal for-users operation createHold, client portal refused operation listAppointments"
	if got != want {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

// A portal books for a user as the visitor would, with the visitor's own tokens.
func TestPortalBooks(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	header := map[string]string{"Ziyara-Client": system(centre, "portal", access.Portal).Token(), "Ziyara-User": "u1"}
	visitor := centre.Visitor(1)
	visit := visitor.Books("annual-returns", "riyadh", servicetest.At(t, "2026-11-24T07:30"))
	header["Authorization"] = "Bearer " + visit.ManageToken
	a := centre.Send(servicetest.Request{Method: http.MethodGet, Path: "/v1/appointments/" + visit.Reference, Header: header})
	if a.Status != http.StatusOK || strings.Contains(string(a.Body), `"staff"`) {
		t.Errorf("got %d %s", a.Status, a.Body)
	}
	cancel := servicetest.Request{Method: http.MethodPost, Path: "/v1/appointments/" + visit.Reference + "/cancel", Header: header}
	if a = centre.Send(cancel); a.Status != http.StatusOK {
		t.Errorf("cancel: %d %s", a.Status, a.Body)
	}
}

// Systems may do what is written here, with the token of the role, and nothing else.
func TestPermissionsOfSystems(t *testing.T) { //nolint:tparallel // the operations share a centre, in turn
	t.Parallel()
	centre := servicetest.Open(t, 1)
	may := map[access.Role][]string{
		access.Portal: {"getMe"},
		access.Reader: {
			"getMe", "listAppointments", "getAppointment", "getAppointmentCalendar", "getAppointmentCodePNG", "getAppointmentCodeSVG",
			"listSlots", "findFirstSlots", "listDays", "listReports", "getReport", "followAppointments",
		},
	}
	rows := expected()
	for i, name := range slices.Sorted(maps.Keys(staffOperations(t))) { //nolint:paralleltest // see above
		t.Run(name, func(t *testing.T) {
			w := &walk{Centre: centre, t: t, visitors: 90_000 + 100*i}
			a := rows[name].ask(w)
			for role, operations := range may {
				answer := system(centre, "it", role).Sends(a.Request)
				ok := answer.Status < http.StatusMultipleChoices
				if ok != slices.Contains(operations, name) || !ok && answer.Status != http.StatusForbidden {
					t.Errorf("%s: got %d %s", role, answer.Status, answer.Body)
				}
			}
		})
	}
}

// An answer to a key is given again to whoever asked, not to others who know key and request.
func TestAnswersAreForWhoAsked(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	portal := system(centre, "portal", access.Portal).Token()
	request := func(user string) servicetest.Request {
		return servicetest.Request{
			Method: http.MethodPost, Path: "/v1/holds", Header: map[string]string{
				"Idempotency-Key": "a-key-that-others-know", "Ziyara-Client": portal, "Ziyara-User": user,
			},
			Body: map[string]any{"service": "annual-returns", "branch": "riyadh", "start": servicetest.At(t, "2026-11-24T07:30")},
		}
	}
	first, again := centre.Send(request("u1")), centre.Send(request("u1"))
	if first.Status != http.StatusCreated || string(again.Body) != string(first.Body) {
		t.Fatalf("got %d %s, and %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	if other := centre.Send(request("u2")); other.Status != http.StatusUnprocessableEntity {
		t.Errorf("another user: got %d %s", other.Status, other.Body)
	}
	feed := servicetest.Request{
		Method: http.MethodPost, Path: "/v1/feeds", Header: map[string]string{"Idempotency-Key": "another-known-key"},
		Body: map[string]any{"name": "العوائد", "department": "revenues"},
	}
	if a := centre.Coordinator("revenues").Sends(feed); a.Status != http.StatusCreated {
		t.Fatalf("got %d %s", a.Status, a.Body)
	}
	if a := centre.Admin().Sends(feed); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("another member of staff gets the address of the feed: %d %s", a.Status, a.Body)
	}
}

// A visitor's kept answer is for who has all that was proved with the request, and not for who
// has the key, the hold and the details of the visitor.
func TestAnswersAreForWhoProved(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, signsIn)
	v, thief := centre.Visitor(1), centre.Visitor(2)
	hold, proof, other := v.Holds(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00")), v.Proves(), thief.Proves()
	theirs := thief.Holds(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:45"))
	identity := signsInto(t, centre, munira).Token
	body := func(more map[string]any) map[string]any {
		b := v.BookingBody(hold)
		b["verification"] = proof
		for name, value := range more {
			if b[name] = value; value == nil {
				delete(b, name)
			}
		}
		return b
	}
	send := func(path string, body map[string]any) servicetest.Answer {
		return centre.Send(servicetest.Request{
			Method: http.MethodPost, Path: path, Body: body, Header: map[string]string{"Idempotency-Key": "a-key-that-others-know"},
		})
	}
	first := send("/v1/appointments", body(nil))
	if again := send("/v1/appointments", body(nil)); first.Status != http.StatusCreated || string(again.Body) != string(first.Body) {
		t.Fatalf("%d %s, and again %s", first.Status, first.Body, again.Body)
	}
	for name, more := range map[string]map[string]any{
		"the proof of another mobile": {"verification": other}, "no proof": {"verification": nil},
		"a forged proof": {"verification": proof + "A"}, "another token of the hold": {"hold_token": theirs.Token},
		"a proof of identity": {"identity": identity},
	} {
		answer := send("/v1/appointments", body(more))
		if answer.Status < http.StatusBadRequest || strings.Contains(string(answer.Body), "manage_token") {
			t.Errorf("with %s: %d %s", name, answer.Status, answer.Body)
		}
	}
	place := map[string]any{
		"service": "annual-returns", "branch": "riyadh", "start": servicetest.At(t, "2026-11-24T07:30"), "verification": proof,
	}
	if answer := send("/v1/holds", place); answer.Status != http.StatusUnprocessableEntity {
		t.Errorf("the key of another operation: %d %s", answer.Status, answer.Body)
	}
}
