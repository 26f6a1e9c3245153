package service_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ziyara/notify"
	"ziyara/service"
	"ziyara/service/servicetest"
)

// No text message goes to a mobile of another country: whoever asks learns by which
// other way to book, in the API, on both pages and in both languages.
func TestMobileOfAnotherCountry(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	for _, mobile := range []string{"+201001234567", "+447400123456", "+18762101234", "+2348031234567"} {
		for lang, want := range map[string]string{"en": "call 19990", "ar": "19990 لنحجز لكم"} {
			visitor.Mobile, visitor.Lang = mobile, lang
			p := centre.Refused(visitor.AsksForCode(), http.StatusUnprocessableEntity, "invalid")
			if got := servicetest.Pointers(p); !slices.Equal(got, []string{"#/mobile"}) || !strings.Contains(p.Errors[0].Detail, want) ||
				!strings.Contains(p.Errors[0].Detail, "+966, +971") {
				t.Errorf("%s in %s: %v %+v", mobile, lang, got, p.Errors)
			}
		}
	}
	w.sends("/visits", url.Values{"mobile": {visitor.Mobile}}).says(http.StatusUnprocessableEntity, "19990", "+966, +971", "بريدكم")
	w.goes("/services/heirs-returns/riyadh").chooses()
	w.sends(w.action("name"), details(visitor)).says(http.StatusOK, "19990", "+966, +971")
	if n := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM messages"); n != 0 {
		t.Errorf("%d messages", n)
	}
	visitor.Mobile = "+971501234567"
	if answer := visitor.AsksForCode(); answer.Status != http.StatusAccepted {
		t.Errorf("a mobile of the Emirates: %d %s", answer.Status, answer.Body)
	}
}

// Staff who enter such a mobile learn it too, and book with an e-mail address instead.
func TestStaffBookForVisitorAbroad(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor, agent := centre.Visitor(1), centre.Agent()
	hold := agent.Holds("annual-returns", "riyadh", servicetest.At(t, "2026-11-29T09:30"), nil)
	abroad := map[string]any{"mobile": "+201001234567"}
	p := centre.Refused(agent.TryBook(visitor, hold, abroad), http.StatusUnprocessableEntity, "invalid")
	if got := servicetest.Pointers(p); !slices.Equal(got, []string{"#/mobile"}) || !strings.Contains(p.Errors[0].Detail, "e-mail") {
		t.Errorf("%v %+v", got, p.Errors)
	}
	agent.Books(visitor, hold, map[string]any{
		"mobile": nil, "visitor": map[string]any{"name": visitor.Name, "id": visitor.ID, "email": "abroad@example.net"},
	})
	centre.Jobs()
	if got := len(centre.Mailbox.Mails("abroad@example.net")); got != 1 {
		t.Errorf("%d e-mails, want the confirmation", got)
	}
}

// A country that is taken off the list gets no more text messages about visits booked
// before, and staff see why.
func TestCountryTakenOffTheList(t *testing.T) {
	t.Parallel()
	home := func(c *service.Config) { c.Countries = notify.Countries{"SA"} }
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	visitor.Mobile = "+971501234567"
	booked := visitor.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	later := servicetest.OpenOn(t, centre.DatabaseURL, 1, home)
	later.Jobs()
	if got := len(later.Phone.Messages("")); got != 0 {
		t.Errorf("%d text messages", got)
	}
	row := servicetest.Query[string](t, centre.DatabaseURL, "SELECT state || ': ' || reason FROM messages WHERE kind = 'booked'")
	if row != "failed: no text messages to the country of the mobile" {
		t.Errorf("%s: %s", booked.Reference, row)
	}
}
