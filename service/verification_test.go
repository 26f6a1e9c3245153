package service_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/secret"
	"ziyara/service/servicetest"
)

// wrong returns a code that is not the one.
func wrong(code string) string {
	if code == "111111" {
		return "222222"
	}
	return "111111"
}

// A wrong code says how many tries are left; after the fifth no code is right
// any more, and a new one has to be asked for.
func TestGuessingACode(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	started, code := visitor.Code()
	for left := 4; left >= 0; left-- {
		visitor.Replica = left % 2 // the tries are counted together
		p := centre.Refused(visitor.TryCode(started.ID, wrong(code)), http.StatusUnprocessableEntity, "wrong-code")
		if p.TriesLeft == nil || *p.TriesLeft != left {
			t.Errorf("tries left %v, want %d", p.TriesLeft, left)
		}
	}
	for _, guess := range []string{wrong(code), code} {
		answer := visitor.TryCode(started.ID, guess)
		centre.Refused(answer, http.StatusTooManyRequests, "code-tries")
		if got := answer.Header.Get("Retry-After"); got != "60" { // when a new code can be had
			t.Errorf("Retry-After %q, want 60", got)
		}
	}
	centre.Clock.Add(time.Minute)
	visitor.Proves() // by a new code
	centre.AuditClean()
}

// A code is good for five minutes, as often as it is sent.
func TestLifetimeOfACode(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	started, code := visitor.Code()
	if got, want := started.ExpiresAt, centre.Clock.Now().Add(5*time.Minute); !got.Equal(want) {
		t.Errorf("expires at %v, want %v", got, want)
	}
	if started.Mobile != "+9665•••••001" {
		t.Errorf("mobile %q, want it masked", started.Mobile)
	}
	centre.Clock.Add(5*time.Minute - time.Second)
	first, again := visitor.TryCode(started.ID, code), visitor.TryCode(started.ID, code)
	if first.Status != http.StatusOK || string(first.Body) != string(again.Body) {
		t.Errorf("first: %d %s\nagain: %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	centre.Clock.Add(time.Second)
	for _, guess := range []string{code, wrong(code)} {
		centre.Refused(visitor.TryCode(started.ID, guess), http.StatusGone, "code-expired")
	}
}

// A code that comes to nothing: it is another verification's, or no code.
func TestCodesOfOthers(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	first, second := centre.Visitor(1), centre.Visitor(2)
	mine, code := first.Code()
	yours, _ := second.Code()
	if p := centre.Refused(second.TryCode(yours.ID, code), http.StatusUnprocessableEntity, "wrong-code"); *p.TriesLeft != 4 {
		t.Errorf("tries left %d, want 4", *p.TriesLeft)
	}
	for _, guess := range []string{"letter", code + "0", code[:5], "-" + code} {
		if answer := first.TryCode(mine.ID, guess); answer.Status != http.StatusUnprocessableEntity {
			t.Errorf("%q: got %d %s, want 422", guess, answer.Status, answer.Body)
		}
	}
	centre.Refused(first.TryCode(mine.ID, ""), http.StatusUnprocessableEntity, "invalid")
}

// A requester gets a code a minute for a mobile, and five an hour.
func TestCodesPerMobile(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	limited := func(after int) {
		t.Helper()
		answer := visitor.AsksForCode()
		p := centre.Refused(answer, http.StatusTooManyRequests, "too-many-requests")
		if got := answer.Header.Get("Retry-After"); got != strconv.Itoa(after) || p.RetryAfter != after {
			t.Errorf("Retry-After %q, retry_after %d, want %d", got, p.RetryAfter, after)
		}
	}
	for n := range 5 {
		visitor.Replica = n % 2
		if answer := visitor.AsksForCode(); answer.Status != http.StatusAccepted {
			t.Fatalf("code %d: %d %s", n, answer.Status, answer.Body)
		}
		if n < 4 {
			limited(60)
		}
		centre.Clock.Add(time.Minute)
	}
	limited(55 * 60) // until the first is an hour old
	if answer := centre.Visitor(2).AsksForCode(); answer.Status != http.StatusAccepted {
		t.Errorf("another mobile: %d %s", answer.Status, answer.Body)
	}
	centre.Clock.Add(55 * time.Minute)
	if answer := visitor.AsksForCode(); answer.Status != http.StatusAccepted {
		t.Errorf("an hour later: %d %s", answer.Status, answer.Body)
	}
	if got := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM messages"); got != 7 {
		t.Errorf("got %d messages, want one for each code", got)
	}
}

// asksFrom asks for a code at an address, and returns the answer.
func asksFrom(centre *servicetest.Centre, address, mobile string) servicetest.Answer {
	return centre.Send(servicetest.Request{
		Method: http.MethodPost, Path: "/v1/verifications", Body: map[string]any{"mobile": mobile},
		Header: map[string]string{"X-Forwarded-For": address},
	})
}

// Somebody who asks for codes to another's mobile uses up their own share. Its owner, at
// another address, still gets a code and enters it.
func TestOthersCantUseUpTheCodesOfAMobile(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, behindProxy)
	visitor := centre.Visitor(1)
	for range 5 {
		if answer := asksFrom(centre, "192.0.2.66", visitor.Mobile); answer.Status != http.StatusAccepted {
			t.Fatalf("%d %s", answer.Status, answer.Body)
		}
		centre.Clock.Add(time.Minute)
	}
	centre.Refused(asksFrom(centre, "192.0.2.66", visitor.Mobile), http.StatusTooManyRequests, "too-many-requests")
	proves := func() {
		t.Helper()
		centre.Jobs()
		answer := asksFrom(centre, "198.51.100.1", visitor.Mobile)
		if answer.Status != http.StatusAccepted {
			t.Fatalf("the owner: %d %s", answer.Status, answer.Body)
		}
		var started api.Verification
		answer.JSON(t, &started)
		if answer := visitor.TryCode(started.ID, code(visitor)); answer.Status != http.StatusOK {
			t.Errorf("the owner enters it: %d %s", answer.Status, answer.Body)
		}
	}
	proves()
	// Many addresses use up what a mobile gets; not where it was proved.
	for n := range 4 {
		asksFrom(centre, fmt.Sprintf("192.0.2.%d", n), visitor.Mobile)
	}
	centre.Refused(asksFrom(centre, "192.0.2.9", visitor.Mobile), http.StatusTooManyRequests, "too-many-requests")
	centre.Clock.Add(time.Minute)
	proves()
}

// behindProxy believes what a proxy on this machine says of its clients.
func behindProxy(c *service.Config) { c.TrustedProxies = []string{"127.0.0.1"} }

// fewCodes lets an address and a network have few codes that are not entered.
func fewCodes(c *service.Config) { c.Codes.PerAddress, c.Codes.PerNetwork = 6, 12 }

// An address gets so many codes an hour that are not entered, for whatever new mobiles. All
// of an IPv6 /64 is one address, because a single host has that many, and a /48 one network.
func TestCodesPerAddress(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, behindProxy, fewCodes)
	mobiles := 0
	asks := func(address string) servicetest.Answer {
		t.Helper()
		mobiles++
		return asksFrom(centre, address, fmt.Sprintf("05%08d", mobiles))
	}
	for _, test := range []struct {
		name    string
		address func(n int) string
		others  []string // that are somebody else
	}{
		{"IPv4", func(int) string { return "192.0.2.7" }, []string{"192.0.2.8"}},
		{"IPv6", func(n int) string { return fmt.Sprintf("2001:db8:1:2:%x::%x", n, n) }, []string{"2001:db8:1:3::1"}},
	} {
		for n := range 6 {
			if answer := asks(test.address(n)); answer.Status != http.StatusAccepted {
				t.Fatalf("%s, code %d: %d %s", test.name, n, answer.Status, answer.Body)
			}
		}
		answer := asks(test.address(6))
		centre.Refused(answer, http.StatusTooManyRequests, "too-many-requests")
		if got := answer.Header.Get("Retry-After"); got != "3600" {
			t.Errorf("%s: Retry-After %q, want 3600", test.name, got)
		}
		for _, other := range test.others {
			if answer := asks(other); answer.Status != http.StatusAccepted {
				t.Errorf("%s: %d %s, want 202", other, answer.Status, answer.Body)
			}
		}
	}
	centre.Refused(asks("::ffff:192.0.2.7"), http.StatusTooManyRequests, "too-many-requests") // the same host
	for n := range 5 {                                                                        // the rest of the network
		if answer := asks(fmt.Sprintf("2001:db8:1:%x::1", 16+n)); answer.Status != http.StatusAccepted {
			t.Errorf("%d: %d %s, want 202", n, answer.Status, answer.Body)
		}
	}
	centre.Refused(asks("2001:db8:1:ffff::1"), http.StatusTooManyRequests, "too-many-requests")
	if answer := asks("2001:db8:2::1"); answer.Status != http.StatusAccepted {
		t.Errorf("another network: %d %s", answer.Status, answer.Body)
	}
	centre.Clock.Add(time.Hour)
	if answer := asks("192.0.2.7"); answer.Status != http.StatusAccepted {
		t.Errorf("an hour later: %d %s", answer.Status, answer.Body)
	}
}

// Codes that are entered don't count for an address, nor do those to mobiles that have
// proved something: one person can't use up what a hall shares.
func TestCodesOfAHall(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, fewCodes)
	regular := centre.Visitor(99)
	regular.Proves()
	for n := range 12 {
		centre.Visitor(n + 1).Proves()
	}
	for n := range 6 { // of which none is entered
		if answer := centre.Visitor(200 + n).AsksForCode(); answer.Status != http.StatusAccepted {
			t.Fatalf("code %d: %d %s", n, answer.Status, answer.Body)
		}
	}
	centre.Refused(centre.Visitor(300).AsksForCode(), http.StatusTooManyRequests, "too-many-requests")
	centre.Clock.Add(time.Minute)
	if answer := regular.AsksForCode(); answer.Status != http.StatusAccepted {
		t.Errorf("a mobile that was proved: %d %s", answer.Status, answer.Body)
	}
}

// Nobody who is not a trusted proxy says where a request comes from.
func TestAddressesAreNotTakenOnTrust(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, fewCodes) // trusts no proxy
	for n := range 7 {
		answer := centre.Send(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/verifications", Body: map[string]any{"mobile": fmt.Sprintf("05%08d", n)},
			Header: map[string]string{"X-Real-IP": fmt.Sprintf("192.0.2.%d", n), "X-Forwarded-For": fmt.Sprintf("192.0.2.%d", n)}})
		if n < 6 && answer.Status != http.StatusAccepted {
			t.Fatalf("code %d: %d %s", n, answer.Status, answer.Body)
		}
		if n == 6 {
			centre.Refused(answer, http.StatusTooManyRequests, "too-many-requests")
		}
	}
}

// A proof of a mobile is good for half an hour, and can't be made by anybody
// without the secret.
func TestProofs(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	proof := visitor.Proves()
	centre.Clock.Add(30*time.Minute - time.Second)
	hold := visitor.Holds("heirs-returns", "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	with := func(token string) servicetest.Answer {
		body := visitor.BookingBody(api.Hold{ID: hold.ID, Token: hold.Token})
		body["verification"] = token
		return centre.Post("/v1/appointments", body)
	}

	raw, err := base64.RawURLEncoding.DecodeString(proof)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(at int) string {
		forged := append([]byte(nil), raw...)
		forged[at] ^= 1
		return base64.RawURLEncoding.EncodeToString(forged)
	}
	strangers, err := secret.New([]byte("another secret, also of at least 32 bytes"))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := secret.New([]byte(servicetest.Secret))
	if err != nil {
		t.Fatal(err)
	}
	later := centre.Clock.Now().Add(time.Hour)
	for name, token := range map[string]string{
		"a word":                 "proof",
		"the token of a hold":    hold.Token,
		"another expiry":         changed(3),
		"another mobile":         changed(12),
		"another signature":      changed(len(raw) - 1),
		"something added":        proof + "AAAA",
		"something missing":      proof[:len(proof)-4],
		"a mobile alone":         base64.RawURLEncoding.EncodeToString([]byte("+966500000001")),
		"of a stranger's secret": strangers.Sign("mobile", "+966500000001", later),
		"of another use":         ours.Sign("manage", "+966500000001", later),
	} {
		centre.Refused(with(token), http.StatusForbidden, "proof-invalid")
		if t.Failed() {
			t.Fatalf("in %q", name)
		}
	}
	centre.Clock.Add(time.Second)
	centre.Refused(with(proof), http.StatusForbidden, "proof-expired")
	if answer := visitor.TryBook(hold); answer.Status != http.StatusCreated { // by a new proof
		t.Errorf("book: %d %s", answer.Status, answer.Body)
	}
	centre.AuditClean()
}
