package portal

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/hall"
	"ziyara/notify"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/texts"
	"ziyara/texts/textstest"
)

// shown returns a page of the visitor's portal as it is read.
func shown(t *testing.T, name string, p page) string {
	t.Helper()
	var out bytes.Buffer
	if err := p.named(name).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return read(out.String())
}

// read returns what a browser shows of a page, a line for each block. A bdi
// isolates, as a browser does it.
func read(page string) string {
	for _, change := range []struct{ tags, to string }{
		{`(?s)<(style|title)>.*?</(style|title)>`, ""},
		{`<bdi dir="ltr">`, "\u2066"},
		{`<bdi[^>]*>`, "\u2068"},
		{`</bdi>`, "\u2069"},
		{
			`</?(p|text|h1|h2|dt|dd|li|ul|nav|section|small|summary|b|div|button|legend|label|header|span|fieldset|form|` +
				`a [^>]*class="(button|day)[^>]*)[^>]*>`, "\n",
		},
		{`<[^>]*>`, ""},
	} {
		page = regexp.MustCompile(change.tags).ReplaceAllString(page, change.to)
	}
	return html.UnescapeString(page)
}

// example is a page about a visit at an instant.
func example(lang string, start time.Time, zone *time.Location) page {
	site := web.Site{Ministry: catalog.Ministry{Name: catalog.Text{AR: "وزارة المالية", EN: "Ministry of Finance"}, Phone: "+966114050000"}}
	p := page{
		Page: web.Page{Site: site, Lang: lang}, Service: "تحديث الآيبان",
		Branch: "فرع جدة", Address: "طريق المدينة المنورة، حي الرويس، جدة", Reference: "V-7K3F-9Q2M-R", Party: 2,
		Requirements: []string{"الهوية الوطنية"}, Reason: "انقطاع الكهرباء", State: "page.state_booked",
		When: web.MomentOf(start, zone, lang), Until: web.MomentOf(start, zone, lang),
	}
	if lang == "en" {
		p.Service, p.Branch, p.Address = "IBAN update", "Jeddah branch", "Al Madinah Road"
		p.Requirements, p.Reason = []string{"National ID"}, "Power cut"
	}
	p.Length = length(slots.Appointment{Start: start, End: start.Add(40 * time.Minute), Party: 2}).In(lang)
	p.Map, p.Certain, p.Script = mapOf(p.Name.In(lang), p.Address), true, true
	p.About = p.T("ticket.sent_to", "Mobile", notify.Mobile("+966501234567").MaskedHere())
	p.Deadlines = []string{p.T("ticket.change_until", "Until", deadline(start, zone, lang))}
	proposed := p.When
	p.Proposed, p.Replaces = &proposed, &proposed
	day := slots.DaySlots{Date: scheduling.DateOf(start, zone), Slots: []slots.Slot{{Start: start}, {Start: start.Add(time.Hour)}}}
	p.add(day, zone, time.Time{})
	return p
}

// onTheDay is a page of the day of the visit, with all that it can say.
func onTheDay(p page, where hall.Where, start time.Time, zone *time.Location) page {
	clock := func(t time.Time) string { return texts.ClockAt(t.In(zone)).In(p.Lang) }
	from, to := clock(start), clock(start.Add(15*time.Minute))
	s := hall.Standing{CheckIn: start.Add(-time.Hour), Desks: []string{"5", "6"}, Visit: hall.Visit{
		Start: start, End: start.Add(40 * time.Minute),
		Arrival: &hall.Arrival{At: start, Called: start, Desk: "6", State: hall.State(where)},
	}}
	if where == hall.AtExpected {
		s.Visit.Arrival = nil
	}
	p.Today = today{
		Where: where, Number: 41, Before: 3, Range: p.T("today.range", "From", from, "To", to), Desk: "6", Delay: 5, Away: to,
		CheckIn: from, Passed: true, Late: []late{{5, to}, {10, to}}, At: from, Survey: "/m/x",
		Axis: web.AxisOf(p.Page, zone, start, start, start, start.Add(15*time.Minute), p.T("today.now"), p.T("today.yours")),
	}
	p.Today.Stages, p.Today.Stage = stages(p, s, clock)
	p.State, p.CanConfirm, p.Proposed, p.Replaces = p.Today.title(), true, nil, nil
	return p
}

// states are the keys of the texts that head a page.
func states() []string {
	return []string{
		"page.state_booked", "page.state_confirmed", "page.state_displaced", "page.state_cancelled", "page.state_here", "page.state_past",
		"page.state_requested", "page.state_declined",
	}
}

// Every page, in each state, reads as people write: no date or time of a program,
// no name of a field, and nothing that Arabic text would turn around. It names the
// ministry, and whom to call.
func TestPagesAsRead(t *testing.T) {
	t.Parallel()
	riyadh := time.FixedZone("Asia/Riyadh", 3*60*60)
	start := time.Date(2026, time.November, 25, 10, 20, 0, 0, time.UTC)
	for _, lang := range []string{"ar", "en"} {
		pages := map[string]string{}
		for _, state := range states() {
			p := example(lang, start, riyadh)
			p.State, p.CanConfirm, p.CanMove, p.CanCancel, p.CanRefuse = state, true, true, true, true
			pages["visit "+state] = shown(t, "visit", p)
		}
		for _, late := range []string{"page.late", "page.late_move", "page.late_cancel"} {
			p := example(lang, start, riyadh)
			p.Deadlines = []string{p.T(late)}
			pages["visit "+late] = shown(t, "visit", p)
		}
		for name, earlier := range map[string]waiting{
			"possible": {Possible: true}, "waits": {Until: deadline(start, riyadh, lang)},
			"offered": {
				Until: deadline(start, riyadh, lang), Offered: new(web.MomentOf(start, riyadh, lang)),
				Ends: deadline(start, riyadh, lang), Offer: "/m/x",
			},
		} {
			p := example(lang, start, riyadh)
			p.Earlier = earlier
			pages["visit "+name], pages["cancel "+name] = shown(t, "visit", p), shown(t, "cancel", p)
		}
		for _, notice := range []string{
			"page.done_confirmed", "page.done_moved", "page.done_cancelled", "page.done_accepted", "page.done_refused", "page.done_answered",
			"page.changed", "page.too_late", "page.taken", "page.busy", "page.no_more", "page.survey_choose", "page.survey_shorter",
			"page.offer_changed", "page.done_waiting", "page.done_stopped", "ticket.waits_already", "ticket.nothing_earlier",
		} {
			p := example(lang, start, riyadh)
			p.Notice, p.Over = notice, true
			pages["visit "+notice] = shown(t, "visit", p)
		}
		for _, key := range []string{
			"unknown", "expired", "unavailable", "too_many", "wrong_host", "foreign_form", "survey_over", "not_visited",
			"offer_over", "offer_booked",
		} {
			p := example(lang, start, riyadh)
			p.State = "page." + key
			pages[key] = shown(t, "state", p)
		}
		for _, request := range []bool{true, false} {
			p := example(lang, start, riyadh)
			p.Request = request
			pages["cancel"] += shown(t, "cancel", p)
		}
		for _, where := range []hall.Where{
			hall.AtExpected, hall.AtWaiting, hall.AtCalled, hall.AtServing, hall.AtCompleted, hall.AtLeft, hall.AtNoShow,
		} {
			pages["today "+string(where)] = shown(t, "today", onTheDay(example(lang, start, riyadh), where, start, riyadh))
		}
		for _, name := range []string{"days", "times", "survey", "offer"} {
			p := example(lang, start, riyadh)
			p.State = "page.offer_title"
			pages[name] = shown(t, name, p)
		}
		for name, text := range pages {
			for _, fault := range textstest.Faults(lang, text) {
				t.Errorf("%s in %s: %s", name, lang, fault)
			}
			if p := example(lang, start, riyadh); !strings.Contains(text, p.Name.In(lang)) || !strings.Contains(text, p.Phone) {
				t.Errorf("%s in %s names no ministry or no number:\n%s", name, lang, text)
			}
		}
	}
}

// The two times of an hour that repeats are told apart wherever a page shows a time.
func TestPagesTellARepeatedHour(t *testing.T) {
	t.Parallel()
	cairo, err := time.LoadLocation("Africa/Cairo")
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, time.October, 29, 20, 20, 0, 0, time.UTC) // 23:20, and an hour later again
	for _, lang := range []string{"ar", "en"} {
		for _, name := range []string{"visit", "cancel", "days", "times", "offer"} {
			earlier, later := example(lang, first, cairo), example(lang, first.Add(time.Hour), cairo)
			earlier.Times, later.Times = nil, nil
			if a, b := shown(t, name, earlier), shown(t, name, later); a == b {
				t.Errorf("%s in %s is the same for both:\n%s", name, lang, a)
			}
		}
		if p := example(lang, first, cairo); p.Times[0].Shown == p.Times[1].Shown {
			t.Errorf("both choices are shown as %s", p.Times[0].Shown)
		}
	}
}

// What a page says it is too late for is what has no button any more.
func TestLate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		action             Action
		status             slots.Status
		canMove, canCancel bool
		want               string
	}{
		{Manage, slots.Booked, true, true, ""},
		{Manage, slots.Booked, false, true, "page.late_move"},
		{Manage, slots.Booked, true, false, "page.late_cancel"},
		{Manage, slots.Booked, false, false, "page.late"},
		{Manage, slots.Requested, false, true, ""},
		{Move, slots.Booked, false, false, "page.late"},
		{Cancel, slots.Booked, false, true, ""},
		{Confirm, slots.Booked, false, false, ""},
	} {
		o := opened{tt.action, false, slots.Appointment{Status: tt.status}}
		if got := tooLate(o, tt.canMove, tt.canCancel); got != tt.want {
			t.Errorf("%c, move %t, cancel %t: %q, want %q", tt.action, tt.canMove, tt.canCancel, got, tt.want)
		}
	}
}

// A visit that is over leads to the page where visits are booked; where there is
// none, to the telephone.
func TestWhereToBookAgain(t *testing.T) {
	t.Parallel()
	p := example("en", time.Date(2026, time.November, 25, 10, 20, 0, 0, time.UTC), time.UTC)
	p.State, p.Over = "page.state_cancelled", true
	if text := shown(t, "visit", p); !strings.Contains(text, "To book a new visit, call") || strings.Contains(text, "Documents") {
		t.Errorf("without a page:\n%s", text)
	}
	p.Booking = "https://www.mof.gov.sa/visits"
	if text := shown(t, "visit", p); !strings.Contains(text, "Book a new visit") || !strings.Contains(text, "For help, call") {
		t.Errorf("with a page:\n%s", text)
	}
}
