package service_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/demo"
	"ziyara/service/servicetest"
)

// signsIn lets visitors sign in as ziyara dev does.
func signsIn(c *service.Config) { c.VisitorOIDC, c.Dev = service.VisitorOIDC{Demo: true}, true }

// munira has a mobile that the sign-in has verified, hamad has none.
const munira, hamad = "munira", "hamad"

// idToken returns what the provider says of a made-up visitor.
func idToken(t *testing.T, centre *servicetest.Centre, user string) string {
	t.Helper()
	answer, err := http.PostForm(centre.Replicas[0].URL()+"/dev/visitor-token", url.Values{"user": {user}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // read to its end
	token, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(token))
}

// signsInto exchanges that for the proof of an identity number.
func signsInto(t *testing.T, centre *servicetest.Centre, user string) api.IdentityProof {
	t.Helper()
	answer := centre.Post("/v1/identity-proofs", map[string]any{"id_token": idToken(t, centre, user)})
	if answer.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", user, answer.Status, answer.Body)
	}
	var proof api.IdentityProof
	answer.JSON(t, &proof)
	return proof
}

// as makes a visitor of the test who has the number of a made-up one.
func as(v *servicetest.Visitor, user string) *servicetest.Visitor {
	all := demo.Visitors()
	of := all[slices.IndexFunc(all, func(d demo.Visitor) bool { return d.ID == user })]
	v.ID, v.Name = of.Number, of.Name
	return v
}

// tries books a hold with a proof of identity, and with the fields that are given instead.
func tries(centre *servicetest.Centre, v *servicetest.Visitor, hold api.Hold, more map[string]any) servicetest.Answer {
	body := v.BookingBody(hold)
	for name, value := range more {
		if body[name] = value; value == nil {
			delete(body, name)
		}
	}
	return centre.Post("/v1/appointments", body)
}

// A proved person and somebody who types the same number are two persons, whatever their
// mobiles: neither is in the other's way. A proved person is one, with any mobile; who types
// is one only with the same mobile.
func TestProvedAndTyped(t *testing.T) {
	t.Parallel()
	day := servicetest.At(t, "2026-11-26T09:00")
	for _, first := range []string{"proved", "typed"} {
		for _, second := range []string{"proved", "typed"} {
			for _, mobile := range []string{"same", "other"} {
				same := first == second && (first == "proved" || mobile == "same")
				t.Run(fmt.Sprintf("%s, then %s, %s mobile", first, second, mobile), func(t *testing.T) {
					t.Parallel()
					centre := servicetest.Open(t, 1, signsIn, manyVisits)
					identity := signsInto(t, centre, munira).Token
					a, b := as(centre.Visitor(1), munira), as(centre.Visitor(1), munira)
					if mobile == "other" {
						b = as(centre.Visitor(2), munira)
					}
					proof := map[*servicetest.Visitor]map[string]any{}
					for v, how := range map[*servicetest.Visitor]string{a: first, b: second} {
						proof[v] = map[string]any{}
						if how == "proved" {
							proof[v]["identity"] = identity
						}
					}
					a.Proves()
					centre.Pass(2 * time.Minute)
					b.Proves()
					books := func(v *servicetest.Visitor, service string, at time.Time) servicetest.Answer {
						return tries(centre, v, v.Holds(service, "riyadh", at), proof[v])
					}
					waits := func(v *servicetest.Visitor) servicetest.Answer {
						body := v.WaitingBody("iban-update", "riyadh", "2026-11-25", "2026-11-30")
						maps.Copy(body, proof[v])
						return v.TryWait(body)
					}
					is := func(what string, answer servicetest.Answer, status int, kind string) {
						t.Helper()
						if !same {
							if answer.Status != http.StatusCreated {
								t.Errorf("%s: %d %s", what, answer.Status, answer.Body)
							}
							return
						}
						centre.Refused(answer, status, kind)
					}
					created := func(answer servicetest.Answer) (visit api.Appointment) {
						t.Helper()
						if answer.Status != http.StatusCreated {
							t.Fatalf("%d %s", answer.Status, answer.Body)
						}
						answer.JSON(t, &visit)
						return visit
					}
					free := a.Slots("annual-returns", "riyadh", "2026-11-25", "2026-11-25")
					created(waits(a))
					is("waitlist", waits(b), http.StatusConflict, "already-waiting")
					for n := range 3 { // gives up three visits, and pauses
						visit := created(books(a, "annual-returns", free[n].Start))
						if answer := a.TryCancel(visit); answer.Status != http.StatusOK {
							t.Fatalf("%d %s", answer.Status, answer.Body)
						}
					}
					is("pause", books(b, "annual-returns", free[4].Start), http.StatusTooManyRequests, "rebooking-pause")
					created(books(a, heirs, day))
					is("overlap", books(b, "document-handover", day.Add(30*time.Minute)), http.StatusConflict, "person-busy")
					is("limit", books(b, heirs, day.Add(45*time.Minute)), http.StatusConflict, "person-limit")
					centre.AuditClean()
				})
			}
		}
	}
}

// Another portal exchanges the ID token of its visitor for a proof, books with it, with a
// mobile or without, and finds the visits again.
func TestIdentityProof(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, signsIn)
	proof := signsInto(t, centre, munira)
	v := as(centre.Visitor(1), munira)
	if proof.Visitor.ID != v.ID || proof.Visitor.Name != v.Name || proof.Verification == "" || !strings.HasSuffix(proof.Mobile, "071") {
		t.Errorf("proved is %+v", proof)
	}
	if bare := signsInto(t, centre, hamad); bare.Mobile != "" || bare.Verification != "" {
		t.Errorf("proved is a mobile that nobody has verified: %+v", bare)
	}

	// Without a code, over the verified mobile. What the visitor types as their name does not count.
	start := servicetest.At(t, "2026-11-26T09:00")
	hold := v.Holds(heirs, "riyadh", start)
	answer := tries(centre, v, hold, map[string]any{
		"identity": proof.Token, "verification": proof.Verification, "visitor": map[string]any{"name": "اسم آخر", "id": v.ID},
	})
	var visit api.Appointment
	if answer.JSON(t, &visit); answer.Status != http.StatusCreated || visit.Visitor != v.Name || !strings.HasSuffix(visit.Mobile, "071") {
		t.Fatalf("booked: %d %s", answer.Status, answer.Body)
	}
	// Without a mobile.
	bare := tries(centre, v, v.Holds("iban-update", "riyadh", start.AddDate(0, 0, 3)), map[string]any{
		"identity": proof.Token, "verification": nil,
	})
	if bare.Status != http.StatusCreated || strings.Contains(string(bare.Body), `"mobile"`) {
		t.Fatalf("without a mobile: %d %s", bare.Status, bare.Body)
	}
	centre.AuditClean()

	// For nobody else, and not without a proof.
	other := centre.Visitor(2)
	at := other.Holds("iban-update", "riyadh", start.AddDate(0, 0, 4))
	p := centre.Refused(tries(centre, other, at, map[string]any{"identity": proof.Token}), http.StatusUnprocessableEntity, "invalid")
	if got := servicetest.Pointers(p); !slices.Equal(got, []string{"#/visitor/id"}) {
		t.Errorf("wrong is %q", got)
	}
	centre.Refused(tries(centre, other, at, map[string]any{"verification": nil}), http.StatusUnprocessableEntity, "invalid")
	for name, token := range map[string]string{
		"forged": proof.Token[:len(proof.Token)-2] + "AA", "of a mobile": proof.Verification, "an ID token": idToken(t, centre, munira),
	} {
		t.Log(name)
		centre.Refused(tries(centre, v, at, map[string]any{"identity": token}), http.StatusForbidden, "identity-not-proved")
	}
	centre.Clock.Add(30 * time.Minute)
	expired := v.Holds("iban-update", "riyadh", start.AddDate(0, 0, 4))
	centre.Refused(tries(centre, v, expired, map[string]any{"identity": proof.Token}), http.StatusForbidden, "identity-expired")
	centre.Refused(v.TryMine(proof.Token), http.StatusForbidden, "identity-expired")
}

// An ID token proves an identity only for a moment, and nothing else does.
func TestIDTokens(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, signsIn, func(c *service.Config) { c.OIDC.Demo, c.SignIn = true, nil })
	exchange := func(token string) servicetest.Answer {
		return centre.Post("/v1/identity-proofs", map[string]any{"id_token": token})
	}
	good := idToken(t, centre, munira)
	staff := newBrowser(t, centre).send(http.MethodPost, "/dev/token", url.Values{"user": {"noura"}}, nil)
	for name, token := range map[string]string{
		"of staff": strings.TrimSpace(string(staff.Body)), "no token": "munira", "tampered": good[:len(good)-4] + "AAAA",
		"unsigned": "eyJhbGciOiJub25lIn0." + strings.Split(good, ".")[1] + ".",
	} {
		t.Log(name)
		centre.Refused(exchange(token), http.StatusForbidden, "identity-not-proved")
	}
	centre.Clock.Add(10 * time.Minute)
	if answer := exchange(good); answer.Status != http.StatusOK {
		t.Errorf("after ten minutes: %d %s", answer.Status, answer.Body)
	}
	centre.Clock.Add(time.Second)
	centre.Refused(exchange(good), http.StatusForbidden, "identity-not-proved")

	off := servicetest.Open(t, 1)
	off.Refused(off.Post("/v1/identity-proofs", map[string]any{"id_token": good}), http.StatusNotFound, "not-found")
}

// Who has signed in sees what was booked with their proved number, with any mobile and none,
// and what belongs to the mobile that the provider has verified: not what others booked
// with their number. The owner of a mobile sees what was booked with it, as before.
func TestVisitsFollowThePerson(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, signsIn)
	day := servicetest.At(t, "2026-11-26T09:00")

	before := as(centre.Visitor(71), munira) // the mobile that the provider has verified, before she signed in
	before.Mobile = "0500000071"
	typed := before.Books("iban-update", "riyadh", day)
	stranger := as(centre.Visitor(2), munira) // types her number
	strange := stranger.Books("iban-update", "riyadh", day)

	proof := signsInto(t, centre, munira)
	books := func(v *servicetest.Visitor, service string, at time.Time, more map[string]any) string {
		t.Helper()
		answer := tries(centre, v, v.Holds(service, "riyadh", at), more)
		if answer.Status != http.StatusCreated {
			t.Fatalf("%d %s", answer.Status, answer.Body)
		}
		var visit api.Appointment
		answer.JSON(t, &visit)
		return visit.Reference
	}
	sister := as(centre.Visitor(3), munira) // she uses her sister's mobile
	withSister := books(sister, heirs, day.AddDate(0, 0, 3), map[string]any{"identity": proof.Token})
	without := books(sister, "annual-returns", sister.Slots("annual-returns", "riyadh", "2026-12-01", "2026-12-01")[0].Start,
		map[string]any{"identity": proof.Token, "verification": nil})

	lists := func(token string) []string {
		t.Helper()
		answer := stranger.TryMine(token)
		if answer.Status != http.StatusOK {
			t.Fatalf("%d %s", answer.Status, answer.Body)
		}
		var mine api.MyVisits
		answer.JSON(t, &mine)
		var list []string
		for _, a := range mine.Coming {
			list = append(list, a.Reference)
		}
		slices.Sort(list)
		return list
	}
	is := func(who, token string, want ...string) {
		t.Helper()
		if slices.Sort(want); !slices.Equal(lists(token), want) {
			t.Errorf("%s sees %q, want %q", who, lists(token), want)
		}
	}
	is("the person", proof.Token, typed.Reference, withSister, without)
	is("the sister", sister.Proves(), withSister)
	is("who typed the number", stranger.Proves(), strange.Reference)
	is("who proves the mobile", before.Proves(), typed.Reference)
	is("another person", signsInto(t, centre, hamad).Token)
	centre.AuditClean()
}

// A booking that is repeated after its proof has expired gets its answer again.
func TestRepeatedAfterTheProof(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, signsIn)
	proof, v := signsInto(t, centre, munira), as(centre.Visitor(1), munira)
	hold := v.Holds(heirs, "riyadh", servicetest.At(t, "2026-11-26T09:00"))
	body := v.BookingBody(hold)
	delete(body, "verification")
	body["identity"] = proof.Token
	request := servicetest.Request{
		Method: http.MethodPost, Path: "/v1/appointments", Body: body, Header: map[string]string{"Idempotency-Key": "the-same-booking-twice"},
	}
	first := centre.Send(request)
	centre.Clock.Add(time.Hour)
	again := centre.Send(request)
	if first.Status != http.StatusCreated || again.Status != first.Status || string(again.Body) != string(first.Body) {
		t.Errorf("%d %s, then %d %s", first.Status, first.Body, again.Status, again.Body)
	}
}
