package portal

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"ziyara/catalog"
	"ziyara/notify"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/texts/textstest"
)

// The pages of one's visits, in each state, read as people write.
func TestVisitsPagesAsRead(t *testing.T) {
	t.Parallel()
	riyadh := time.FixedZone("Asia/Riyadh", 3*60*60)
	start := time.Date(2026, time.November, 25, 10, 20, 0, 0, time.UTC)
	for _, lang := range []string{"ar", "en"} {
		when := web.MomentOf(start, riyadh, lang)
		m := minePage{
			Page: web.Page{Site: example(lang, start, riyadh).Site, Lang: lang}, Masked: []string{notify.Mobile("+966501234567").MaskedHere()},
			Until: when.Time, Code: web.Code{Mobile: "05•••••567", Until: when.Time, Again: when.Time},
		}
		service, branch := catalog.Text{AR: "تحديث الآيبان", EN: "IBAN update"}.In(lang), catalog.Text{AR: "فرع جدة", EN: "Jeddah"}.In(lang)
		pages := map[string]templ.Component{"none": visitsPage(m), "code": codePage(m)}
		for _, wrong := range []string{"tries", "expired", "incomplete"} {
			w := m
			w.Code.Wrong = m.T("proof." + wrong)
			pages["code "+wrong] = codePage(w)
		}
		for _, notice := range []string{"mine.done_left", "proof.again", "mine.done_signed_out"} {
			n := m
			n.Notice = m.T(notice)
			pages[notice] = codePage(n)
		}
		for _, soon := range []string{"proof.soon", "proof.often", "proof.crowd", "proof.stopped", "proof.mobiles"} {
			n := m
			n.Mobile = web.Field{Name: "mobile", Label: m.T("mine.mobile"), Hint: m.T("mine.mobile_hint"), Wrong: m.T(soon, "Time", when.Time)}
			pages[soon] = mobilePage(n)
		}
		for name, a := range standings(start) {
			tone, sign, key := standing(a, start)
			card := visitCard{
				Path: "/m/x", When: when, Service: service, Branch: branch, Reference: "V-7K3F-9Q2M-R", Tone: tone, Sign: sign, State: m.T(key),
			}
			l := m
			l.Coming, l.Past = []visitCard{card}, []visitCard{card}
			pages["list "+name] = visitsPage(l)
		}
		for name, w := range map[string]waitCard{
			"days": {Wish: m.T("mine.wish", "From", when.Near, "To", when.Near)}, "day": {Wish: m.T("mine.wish_day", "Date", when.Near)},
			"earlier": {Wish: m.T("mine.wish_earlier", "Date", when.Near)}, "offer": {Offered: &when, Until: when.Time, OfferPath: "/m/x"},
		} {
			l := m
			w.Service, w.Branch = service, branch
			l.Waiting = []waitCard{w}
			pages["waits "+name] = visitsPage(l)
		}
		for name, page := range pages {
			var out bytes.Buffer
			if err := page.Render(t.Context(), &out); err != nil {
				t.Fatal(err)
			}
			text := read(out.String())
			for _, fault := range textstest.Faults(lang, text) {
				t.Errorf("%s in %s: %s", name, lang, fault)
			}
			if !strings.Contains(text, m.Phone) {
				t.Errorf("%s in %s names no number", name, lang)
			}
		}
	}
}

// standings are visits at an instant, by the state that a list shows.
func standings(now time.Time) map[string]slots.Appointment {
	ahead := slots.Appointment{Status: slots.Booked, Start: now.Add(time.Hour), End: now.Add(2 * time.Hour)}
	is := func(change func(*slots.Appointment)) slots.Appointment {
		a := ahead
		change(&a)
		return a
	}
	return map[string]slots.Appointment{
		"mine.booked":    ahead,
		"mine.cancelled": is(func(a *slots.Appointment) { a.Status = slots.Cancelled }),
		"mine.declined":  is(func(a *slots.Appointment) { a.Status = slots.Declined }),
		"mine.completed": is(func(a *slots.Appointment) { a.Status = slots.Completed }),
		"mine.no_show":   is(func(a *slots.Appointment) { a.Status = slots.NoShow }),
		"mine.requested": is(func(a *slots.Appointment) { a.Status = slots.Requested }),
		"mine.proposed": is(func(a *slots.Appointment) {
			a.Status, a.Proposal = slots.Requested, &slots.Proposal{Start: now.Add(time.Hour), Expires: now.Add(time.Minute)}
		}),
		"mine.displaced": is(func(a *slots.Appointment) { a.Change = &slots.ChangeOf{Waits: true} }),
		"mine.here":      is(func(a *slots.Appointment) { a.History = []slots.Event{{Kind: slots.WasCheckedIn}} }),
		"mine.over":      is(func(a *slots.Appointment) { a.End = now }),
	}
}

// A list says how each visit stands.
func TestStanding(t *testing.T) {
	t.Parallel()
	for want, a := range standings(seenAt) {
		if _, _, got := standing(a, seenAt); got != want {
			t.Errorf("%+v is %s, want %s", a, got, want)
		}
	}
}
