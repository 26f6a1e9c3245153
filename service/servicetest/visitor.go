package servicetest

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"time"

	"ziyara/notify"
	"ziyara/notify/sandbox"
	"ziyara/service/api"
)

// Visitor is a person with a mobile number and an identity number.
type Visitor struct {
	Name, ID, Mobile string
	Email            string // "" for none; confirmed when the visitor books, unless Unconfirmed
	Unconfirmed      bool
	Lang             string // of this visitor's requests; "en" when empty
	Replica          int    // the replica that this visitor uses

	centre *Centre
	proof  api.VerificationProof
}

// Visitor returns the n-th visitor: each has a name, a national ID with a
// correct check digit and a mobile of their own.
func (c *Centre) Visitor(n int) *Visitor {
	return &Visitor{
		Name: fmt.Sprintf("زائر رقم %d", n), ID: NationalID(n), Mobile: fmt.Sprintf("05%08d", n),
		centre: c,
	}
}

// NationalID returns the n-th national ID: 10 digits, the last a Luhn check
// digit.
func NationalID(n int) string {
	digits := fmt.Sprintf("1%08d", n)
	sum := 0
	for i := range digits {
		d := int(digits[i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}

// Slots returns the free starts of a service at a branch in a range of dates.
func (v *Visitor) Slots(service, branch, from, to string) []api.Slot {
	v.centre.t.Helper()
	answer := v.send(http.MethodGet, "/v1/services/"+service+"/slots?branch="+branch+"&from="+from+"&to="+to, nil, nil)
	v.expect(answer, http.StatusOK)
	var list api.SlotList
	answer.JSON(v.centre.t, &list)
	var all []api.Slot
	for _, d := range list.Days {
		all = append(all, d.Slots...)
	}
	return all
}

// TryHold asks for a place and returns the answer.
func (v *Visitor) TryHold(service, branch string, start time.Time) Answer {
	v.centre.t.Helper()
	return v.send(http.MethodPost, "/v1/holds", map[string]any{"service": service, "branch": branch, "start": start}, nil)
}

// Holds holds a free place.
func (v *Visitor) Holds(service, branch string, start time.Time) api.Hold {
	v.centre.t.Helper()
	answer := v.TryHold(service, branch, start)
	v.expect(answer, http.StatusCreated)
	var hold api.Hold
	answer.JSON(v.centre.t, &hold)
	return hold
}

// AsksForCode asks for a code for the visitor's mobile number and returns the
// answer.
func (v *Visitor) AsksForCode() Answer {
	v.centre.t.Helper()
	return v.send(http.MethodPost, "/v1/verifications", map[string]any{"mobile": v.Mobile}, nil)
}

// Code asks for a code and returns the verification with the code that
// arrived.
func (v *Visitor) Code() (api.Verification, string) {
	v.centre.t.Helper()
	answer := v.AsksForCode()
	v.expect(answer, http.StatusAccepted)
	var started api.Verification
	answer.JSON(v.centre.t, &started)
	return started, regexp.MustCompile(`\d{6}`).FindString(v.Receives().Text)
}

// TryCode sends a code back and returns the answer.
func (v *Visitor) TryCode(verification, code string) Answer {
	v.centre.t.Helper()
	return v.send(http.MethodPost, "/v1/verifications/"+verification+"/check", map[string]any{"code": code}, nil)
}

// Proves returns a valid proof of the mobile number: the one that the visitor has,
// or a new one.
func (v *Visitor) Proves() string {
	v.centre.t.Helper()
	if v.centre.Clock.Now().Before(v.proof.ExpiresAt) {
		return v.proof.Token
	}
	started, code := v.Code()
	answer := v.TryCode(started.ID, code)
	v.expect(answer, http.StatusOK)
	answer.JSON(v.centre.t, &v.proof)
	return v.proof.Token
}

// BookingBody returns the request that books a hold.
func (v *Visitor) BookingBody(hold api.Hold) map[string]any {
	v.centre.t.Helper()
	visitor := map[string]any{"name": v.Name, "id": v.ID}
	if v.Email != "" {
		visitor["email"] = v.Email
	}
	return map[string]any{
		"hold": hold.ID, "hold_token": hold.Token, "verification": v.Proves(),
		"visitor": visitor, "documents_acknowledged": true,
	}
}

// TryBook asks to book a hold and returns the answer.
func (v *Visitor) TryBook(hold api.Hold) Answer {
	v.centre.t.Helper()
	answer := v.send(http.MethodPost, "/v1/appointments", v.BookingBody(hold), nil)
	if v.Email != "" && !v.Unconfirmed {
		v.centre.ConfirmEmails()
	}
	return answer
}

// ConfirmEmails confirms the e-mail addresses of all visits so far, as their visitors can.
func (c *Centre) ConfirmEmails() {
	c.t.Helper()
	Exec(c.t, c.DatabaseURL, `INSERT INTO confirmed_emails
		SELECT DISTINCT person, sha256(convert_to(email, 'UTF8')), now() FROM appointments WHERE email IS NOT NULL
		ON CONFLICT DO NOTHING`)
}

// Books holds and books a free place.
func (v *Visitor) Books(service, branch string, start time.Time) api.Appointment {
	v.centre.t.Helper()
	answer := v.TryBook(v.Holds(service, branch, start))
	v.expect(answer, http.StatusCreated)
	var a api.Appointment
	answer.JSON(v.centre.t, &a)
	return a
}

// TryMove asks to move a visit and returns the answer.
func (v *Visitor) TryMove(a api.Appointment, start time.Time) Answer {
	v.centre.t.Helper()
	return v.send(http.MethodPost, "/v1/appointments/"+a.Reference+"/move", map[string]any{"start": start}, owner(a))
}

// TryCancel asks to cancel a visit and returns the answer.
func (v *Visitor) TryCancel(a api.Appointment) Answer {
	v.centre.t.Helper()
	return v.send(http.MethodPost, "/v1/appointments/"+a.Reference+"/cancel", nil, owner(a))
}

// TryCorrect asks to correct the details of a visit and returns the answer.
func (v *Visitor) TryCorrect(a api.Appointment, body any) Answer {
	v.centre.t.Helper()
	return v.send(http.MethodPatch, "/v1/appointments/"+a.Reference, body, owner(a))
}

// Corrects corrects the details of a visit.
func (v *Visitor) Corrects(a api.Appointment, body any) api.Appointment {
	v.centre.t.Helper()
	answer := v.TryCorrect(a, body)
	v.expect(answer, http.StatusOK)
	var now api.Appointment
	answer.JSON(v.centre.t, &now)
	return now
}

// TryAccept accepts the proposed start and returns the answer.
func (v *Visitor) TryAccept(a api.Appointment) Answer {
	v.centre.t.Helper()
	return v.send(http.MethodPost, "/v1/appointments/"+a.Reference+"/accept", nil, owner(a))
}

// TryDeclineProposal declines the proposed start and returns the answer.
func (v *Visitor) TryDeclineProposal(a api.Appointment) Answer {
	v.centre.t.Helper()
	return v.send(http.MethodPost, "/v1/appointments/"+a.Reference+"/decline-proposal", nil, owner(a))
}

// Shows returns the visit as it is now.
func (v *Visitor) Shows(a api.Appointment) api.Appointment {
	v.centre.t.Helper()
	answer := v.send(http.MethodGet, "/v1/appointments/"+a.Reference, nil, owner(a))
	v.expect(answer, http.StatusOK)
	var now api.Appointment
	answer.JSON(v.centre.t, &now)
	return now
}

// owner returns the header with the token of a visit.
func owner(a api.Appointment) map[string]string {
	return bearer(a.ManageToken)
}

func bearer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token}
}

// TryMine asks for all visits of a mobile with the proof of it; "" for none.
func (v *Visitor) TryMine(proof string) Answer {
	var header map[string]string
	if proof != "" {
		header = bearer(proof)
	}
	return v.send(http.MethodGet, "/v1/my-visits", nil, header)
}

// Receives delivers messages and returns the newest on the visitor's phone.
func (v *Visitor) Receives() sandbox.Message {
	v.centre.t.Helper()
	all := v.Messages()
	if len(all) == 0 {
		v.centre.t.Fatalf("no message on the phone of visitor %s", v.ID)
	}
	return all[0]
}

// Messages delivers messages and returns all on the visitor's phone, newest first.
func (v *Visitor) Messages() []sandbox.Message {
	v.centre.t.Helper()
	v.centre.Jobs()
	mobile, err := notify.ParseMobile(v.Mobile)
	if err != nil {
		v.centre.t.Fatal(err)
	}
	return v.centre.Phone.Messages(mobile)
}

// Mails delivers messages and returns all e-mails to the visitor, newest first.
func (v *Visitor) Mails() []sandbox.Mail {
	v.centre.t.Helper()
	v.centre.Jobs()
	return v.centre.Mailbox.Mails(v.Email)
}

// TryRelease releases a hold and returns the answer.
func (v *Visitor) TryRelease(hold api.Hold) Answer {
	v.centre.t.Helper()
	return v.send(http.MethodDelete, "/v1/holds/"+hold.ID, nil, map[string]string{"Hold-Token": hold.Token})
}

func (v *Visitor) send(method, path string, body any, header map[string]string) Answer {
	v.centre.t.Helper()
	if v.Lang != "" {
		all := map[string]string{"Accept-Language": v.Lang}
		maps.Copy(all, header)
		header = all
	}
	return v.centre.Send(Request{Method: method, Path: path, Body: body, Header: header, Replica: v.Replica})
}

func (v *Visitor) expect(a Answer, status int) {
	v.centre.t.Helper()
	if a.Status != status {
		v.centre.t.Fatalf("got %d %s, want %d", a.Status, a.Body, status)
	}
}

// At returns an instant of the demo centre's zone, written 2006-01-02T15:04.
func At(t testing.TB, s string) time.Time {
	t.Helper()
	zone := time.FixedZone("Asia/Riyadh", 3*60*60) // no daylight saving
	at, err := time.ParseInLocation("2006-01-02T15:04", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
