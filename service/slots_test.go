package service_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

func slotList(t *testing.T, a servicetest.Answer) api.SlotList {
	t.Helper()
	if a.Status != http.StatusOK {
		t.Fatalf("slots: %d %s", a.Status, a.Body)
	}
	var list api.SlotList
	a.JSON(t, &list)
	return list
}

// The free starts of a day are in the branch's own time, with the Hijri date
// beside the Gregorian one and the number of places.
func TestFreeStartsOfADay(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	const path = "/v1/services/heirs-returns/slots?branch=riyadh&from=2026-11-24&to=2026-11-24"
	list := slotList(t, centre.Get(path))
	if len(list.Days) != 1 {
		t.Fatalf("got %d days, want 1", len(list.Days))
	}
	day := list.Days[0]
	if day.Date != "2026-11-24" || day.Hijri != "1448-06-14" {
		t.Errorf("day %s, Hijri %s; want 2026-11-24, 1448-06-14", day.Date, day.Hijri)
	}
	var got []string
	for _, s := range day.Slots {
		if s.Places != 3 || s.End.Sub(s.Start) != 40*time.Minute || s.Branch != "" {
			t.Errorf("slot %+v, want 3 places, 40 minutes", s)
		}
		got = append(got, s.Start.Format(time.RFC3339))
	}
	at := func(clock string) string { return "2026-11-24T" + clock + ":00+03:00" }
	want := []string{at("07:30"), at("08:15"), at("09:00"), at("09:45"), at("10:30"), at("11:15"), at("12:30"), at("13:15")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("starts (-want +got):\n%s", diff)
	}
	if list.Zone != "Asia/Riyadh" || list.Bookable.From.Format(time.RFC3339) != "2026-11-23T09:00:00+03:00" ||
		list.Bookable.Until.Format(time.RFC3339) != "2027-01-06T09:00:00+03:00" {
		t.Errorf("zone %s, bookable %+v", list.Zone, list.Bookable)
	}
}

// An answer that has not changed is not sent again; a hold changes it, and
// giving the hold back brings the old one back (RFC 9110, 13.1.2).
func TestUnchangedSlotsAreNotSentAgain(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	const path = "/v1/services/heirs-returns/slots?branch=riyadh&from=2026-11-24&to=2026-11-26"
	ask := func(replica int, tag string) servicetest.Answer {
		t.Helper()
		return centre.Send(
			servicetest.Request{Method: http.MethodGet, Path: path, Replica: replica, Header: map[string]string{"If-None-Match": tag}},
		)
	}
	first := ask(0, "")
	tag := first.Header.Get("ETag")
	if first.Status != http.StatusOK || tag == "" {
		t.Fatalf("got %d with ETag %q", first.Status, tag)
	}
	for name, known := range map[string]string{
		"the tag": tag, "a weak tag": "W/" + tag, "one of several": `"other", ` + tag, "any": "*",
	} {
		if answer := ask(1, known); answer.Status != http.StatusNotModified || len(answer.Body) > 0 || answer.Header.Get("ETag") != tag {
			t.Errorf("%s: got %d %q with ETag %q, want 304", name, answer.Status, answer.Body, answer.Header.Get("ETag"))
		}
	}
	if answer := ask(0, `"other"`); answer.Status != http.StatusOK {
		t.Errorf("another tag: got %d, want 200", answer.Status)
	}

	hold := visitor.Holds("heirs-returns", "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Eventually("the other replica has heard of the hold", func() bool { return ask(1, tag).Status == http.StatusOK })
	for replica := range 2 {
		answer := ask(replica, tag)
		if answer.Status != http.StatusOK || answer.Header.Get("ETag") == tag {
			t.Fatalf("after a hold: got %d with ETag %q", answer.Status, answer.Header.Get("ETag"))
		}
		if got := slotList(t, answer).Days[1].Slots[2].Places; got != 2 {
			t.Errorf("got %d places, want 2", got)
		}
	}
	visitor.TryRelease(hold)
	if answer := ask(0, tag); answer.Status != http.StatusNotModified {
		t.Errorf("after the release: got %d, want 304", answer.Status)
	}
}

// Without dates a search covers today and thirteen days; from or to alone
// keep that length or that end.
func TestDefaultRangeOfDays(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	for _, test := range []struct{ query, from, to string }{
		{"", "2026-11-22", "2026-12-05"},
		{"&from=2026-12-01", "2026-12-01", "2026-12-14"},
		{"&to=2026-11-23", "2026-11-22", "2026-11-23"},
		{"&from=&to=", "2026-11-22", "2026-12-05"},
	} {
		answer := centre.Get("/v1/services/heirs-returns/slots?branch=riyadh" + test.query)
		if strings.Contains(test.query, "from=&") { // an empty date is no date
			centre.Refused(answer, http.StatusUnprocessableEntity, "invalid")
			continue
		}
		if list := slotList(t, answer); list.From != test.from || list.To != test.to {
			t.Errorf("%q: %s to %s, want %s to %s", test.query, list.From, list.To, test.from, test.to)
		}
	}
	// Today is the branch's: at 22:30 UTC it is tomorrow in Riyadh.
	centre.Clock.Set(time.Date(2026, time.November, 22, 22, 30, 0, 0, time.UTC))
	if list := slotList(t, centre.Get("/v1/services/heirs-returns/slots?branch=riyadh")); list.From != "2026-11-23" {
		t.Errorf("from %s, want 2026-11-23", list.From)
	}
}

// Days without a free start are left out: a weekend, a closure, before the
// notice and behind the horizon.
func TestDaysWithoutStarts(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	for _, test := range []struct{ name, service, branch, from, to string }{
		{"weekend", "heirs-returns", "riyadh", "2026-11-27", "2026-11-28"},
		{"maintenance of the building", "heirs-returns", "dammam", "2026-12-20", "2026-12-20"},
		{"today, less than a day ahead", "heirs-returns", "riyadh", "2026-11-22", "2026-11-22"},
		{"the past", "heirs-returns", "riyadh", "2026-11-01", "2026-11-05"},
		{"behind the horizon", "heirs-returns", "riyadh", "2027-01-07", "2027-02-01"},
	} {
		answer := centre.Get("/v1/services/" + test.service + "/slots?branch=" + test.branch + "&from=" + test.from + "&to=" + test.to)
		if list := slotList(t, answer); list.Days == nil || len(list.Days) > 0 {
			t.Errorf("%s: got days %v, want an empty list", test.name, list.Days)
		}
	}
	// The training closes an afternoon only.
	list := slotList(t, centre.Get("/v1/services/valuation-objection/slots?branch=jeddah&from=2027-01-05&to=2027-01-05"))
	if len(list.Days) != 1 || len(list.Days[0].Slots) != 6 {
		t.Fatalf("got %+v, want the six starts of the morning", list.Days)
	}
	if last := list.Days[0].Slots[5].End.Format("15:04"); last != "12:00" {
		t.Errorf("the last one ends at %s, want 12:00", last)
	}
}

// A party takes a place each where the service says so, and one place
// altogether elsewhere.
func TestPartiesTakePlaces(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	places := func(service, party string) int {
		t.Helper()
		list := slotList(t, centre.Get("/v1/services/"+service+"/slots?branch=riyadh&from=2026-11-24&to=2026-11-24&party="+party))
		return list.Days[0].Slots[0].Places
	}
	for _, test := range []struct {
		service, party string
		want           int
	}{
		{"heirs-returns", "1", 3}, {"heirs-returns", "5", 3}, // one place for all
		{"iban-update", "1", 3}, {"iban-update", "2", 1}, // four desks, one held back; one place each
	} {
		if got := places(test.service, test.party); got != test.want {
			t.Errorf("%s, party of %s: got %d places, want %d", test.service, test.party, got, test.want)
		}
	}
	centre.Post("/v1/holds",
		map[string]any{"service": "iban-update", "branch": "riyadh", "start": servicetest.At(t, "2026-11-24T07:30"), "party": 2})
	if got := places("iban-update", "1"); got != 1 {
		t.Errorf("got %d places beside a party of two, want 1", got)
	}
	centre.AuditClean()
}

// Why a day is as it is, in both languages, and the layer that decides it.
func TestExplanations(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	for _, test := range []struct {
		name, service, branch, date string
		hijri                       string
		open                        bool
		decides                     string // kind of the layer
		ar, en                      string // in what decides
	}{
		{"a working day", "heirs-returns", "riyadh", "2026-11-24", "1448-06-14", true, "rule", "أيام العمل", "Working days"},
		{"a Friday", "heirs-returns", "riyadh", "2026-11-27", "1448-06-17", false, "", "", ""},
		{"Eid al-Fitr", "heirs-returns", "riyadh", "2027-03-08", "1448-09-29", false, "holiday", "عيد الفطر", "Eid al-Fitr"},
		{"National Day", "heirs-returns", "riyadh", "2027-09-23", "1449-04-22", false, "holiday", "اليوم الوطني", "National Day"},
		{
			"training in the afternoon", "valuation-objection", "jeddah", "2027-01-05", "1448-07-27", true, "closure", "تدريب الموظفين",
			"Staff training",
		},
		{
			"maintenance", "heirs-returns", "dammam", "2026-12-20", "1448-07-11", false, "closure", "أعمال صيانة في المبنى",
			"Maintenance in the building",
		},
		{
			"a day's own hours", "annual-returns", "riyadh", "2026-12-31", "1448-07-22", true, "hours", "آخر يوم في السنة المالية",
			"Last day of the fiscal year",
		},
		{"the first of Ramadan", "heirs-returns", "riyadh", "2027-02-08", "1448-09-01", true, "season", "رمضان", "Ramadan"},
	} {
		answer := centre.Get("/v1/services/" + test.service + "/slots/explain?branch=" + test.branch + "&date=" + test.date)
		if answer.Status != http.StatusOK {
			t.Errorf("%s: %d %s", test.name, answer.Status, answer.Body)
			continue
		}
		var got api.Explanation
		answer.JSON(t, &got)
		if got.Date != test.date || got.Hijri != test.hijri || got.Open != test.open {
			t.Errorf("%s: %s %s open %t, want %s %s open %t", test.name, got.Date, got.Hijri, got.Open, test.date, test.hijri, test.open)
		}
		if got.Summary.AR == "" || got.Summary.EN == "" || got.Summary.AR == got.Summary.EN {
			t.Errorf("%s: summary %+v", test.name, got.Summary)
		}
		decided := false
		for _, l := range got.Layers {
			if l.Effect.AR == "" || l.Effect.EN == "" {
				t.Errorf("%s: layer without words: %+v", test.name, l)
			}
			decided = decided || l.Decided && l.Kind == test.decides && l.Name.AR == test.ar && l.Name.EN == test.en
		}
		if !decided && test.decides != "" {
			t.Errorf("%s: no layer %s %q decides: %+v", test.name, test.decides, test.en, got.Layers)
		}
		if !test.open && got.Offers.Slots > 0 {
			t.Errorf("%s: closed, but %d starts are offered", test.name, got.Offers.Slots)
		}
	}
}

// Why starts in open hours are not offered: taken, or too soon.
func TestExplanationOfStartsNotOffered(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	explain := func(date string) api.Explanation {
		t.Helper()
		answer := centre.Get("/v1/services/heirs-returns/slots/explain?branch=dammam&date=" + date)
		var got api.Explanation
		answer.JSON(t, &got)
		for _, r := range got.Offers.Reasons {
			if r.Text.AR == "" || r.Text.EN == "" {
				t.Errorf("reason %s without words: %+v", r.Rule, r.Text)
			}
		}
		return got
	}
	rules := func(e api.Explanation) string {
		var list []string
		for _, r := range e.Offers.Reasons {
			list = append(list, r.Rule)
		}
		return strings.Join(list, " ")
	}
	before := explain("2026-11-24")
	centre.Visitor(1).Holds("heirs-returns", "dammam", servicetest.At(t, "2026-11-24T09:00"))
	after := explain("2026-11-24")
	if before.Offers.Slots != 8 || after.Offers.Slots != 7 || !strings.Contains(rules(after), "taken") {
		t.Errorf("%d starts, then %d (%s); want 8, then 7 (taken)", before.Offers.Slots, after.Offers.Slots, rules(after))
	}
	if got := explain("2026-11-22"); got.Offers.Slots != 0 || !strings.Contains(rules(got), "notice") {
		t.Errorf("today: %d starts (%s), want none (notice)", got.Offers.Slots, rules(got))
	}
	if got := explain("2027-02-02"); got.Offers.Slots != 0 || !strings.Contains(rules(got), "horizon") {
		t.Errorf("in February: %d starts (%s), want none (horizon)", got.Offers.Slots, rules(got))
	}
}

// The guide answers with a service, its online alternative before it, or the
// entity that is responsible.
func TestGuide(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	for _, test := range []struct{ name, q, want string }{
		{"outside the remit", "passport", "entity passports"},
		{"outside the remit, in Arabic", "تجديد الجواز", "entity passports"},
		{"online", "iban", "online iban-update, service iban-update"},
		{"by visit only", "heirs deed", "service heirs-returns"},
		{"by visit only, in Arabic", "وراثة العوائد", "service heirs-returns"},
		{"their own visit", "موعدي", "visits"},
		{"their own visit, with more", "إلغاء موعد العوائد السنوية", "visits, online annual-returns"},
		{"a reference", "v ٧k3f-9q2m-r", "visits"},
		{"nothing", "zzzzzz", ""},
	} {
		answer := centre.Get("/v1/guide?q=" + url.QueryEscape(test.q))
		var list api.GuideMatchList
		answer.JSON(t, &list)
		var got []string
		for _, m := range list.Matches {
			switch {
			case m.Entity != nil:
				got = append(got, string(m.Kind)+" "+m.Entity.Slug)
				if !strings.HasPrefix(m.Entity.Link, "https://") || m.Entity.Name.AR == "" {
					t.Errorf("%s: entity %+v", test.name, m.Entity)
				}
			case m.Kind == api.GuideMatchKindVisits:
				got = append(got, "visits")
			case m.Service != nil:
				got = append(got, string(m.Kind)+" "+m.Service.Slug)
				if (m.Kind == api.GuideMatchKindOnline) != strings.HasPrefix(m.Online, "https://") {
					t.Errorf("%s: %s with link %q", test.name, m.Kind, m.Online)
				}
			}
		}
		if !strings.HasPrefix(strings.Join(got, ", "), test.want) || test.want == "" && got != nil {
			t.Errorf("%s: got %v, want %q first", test.name, got, test.want)
		}
	}
	centre.Refused(centre.Get("/v1/guide"), http.StatusUnprocessableEntity, "invalid")
	centre.Refused(centre.Get("/v1/guide?q="), http.StatusUnprocessableEntity, "invalid")
}

// Services come in pages that follow each other without gap or overlap.
func TestPagesOfServices(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	page := func(query string) api.ServiceList {
		t.Helper()
		answer := centre.Get("/v1/services?" + query)
		if answer.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", query, answer.Status, answer.Body)
		}
		var list api.ServiceList
		answer.JSON(t, &list)
		return list
	}
	slugs := func(list api.ServiceList) (out []string) {
		for _, s := range list.Services {
			out = append(out, s.Slug)
		}
		return out
	}
	all := page("")
	if len(all.Services) != 20 || all.NextCursor != "" {
		t.Fatalf("got %d services, cursor %q; want 20 on one page", len(all.Services), all.NextCursor)
	}
	var paged []string
	cursor, pages := "", 0
	for {
		list := page("limit=7&cursor=" + cursor)
		paged = append(paged, slugs(list)...)
		pages++
		if cursor = list.NextCursor; cursor == "" || pages > 3 {
			break
		}
	}
	if diff := cmp.Diff(slugs(all), paged); diff != "" || pages != 3 {
		t.Errorf("%d pages; services (-want +got):\n%s", pages, diff)
	}
	if list := page("limit=20"); list.NextCursor != "" {
		t.Errorf("a full last page has cursor %q, want none", list.NextCursor)
	}
	for _, test := range []struct{ query, pointer string }{
		{"cursor=bm90aGluZw", "?cursor"}, {"cursor=!", "?cursor"}, {"limit=0", "?limit"}, {"limit=201", "?limit"}, {"limit=all", "?limit"},
	} {
		p := centre.Refused(centre.Get("/v1/services?"+test.query), http.StatusUnprocessableEntity, "invalid")
		if diff := cmp.Diff([]string{test.pointer}, servicetest.Pointers(p)); diff != "" {
			t.Errorf("%s: pointers (-want +got):\n%s", test.query, diff)
		}
	}
	for _, s := range page("branch=dammam").Services {
		if !strings.Contains(strings.Join(s.Branches, " "), "dammam") {
			t.Errorf("%s is not offered at Dammam", s.Slug)
		}
	}
	if got := slugs(page("q=heirs")); len(got) == 0 || got[0] != "heirs-returns" {
		t.Errorf("heirs: got %v, want heirs-returns first", got)
	}
	var branches api.BranchList
	centre.Get("/v1/branches").JSON(t, &branches)
	if len(branches.Branches) != 3 {
		t.Errorf("got %d branches, want 3", len(branches.Branches))
	}
}

// A search of 60 days is small on a visitor's connection, for any service.
func TestSearchesAreSmall(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	c := centre.Replicas[0].Centre()
	for _, s := range c.Services {
		for _, branch := range c.BranchesOf(s.Slug, servicetest.Opening()) {
			for _, coding := range []string{"br", "gzip"} {
				url := centre.Replicas[0].URL() + "/v1/services/" + s.Slug + "/slots?branch=" + branch + "&from=2026-11-22&to=2027-01-20"
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Accept-Encoding", coding)
				answer, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(answer.Body)
				if err != nil || answer.Body.Close() != nil {
					t.Fatal(err)
				}
				if got := answer.Header.Get("Content-Encoding"); answer.StatusCode != http.StatusOK || got != coding || len(body) > 6<<10 {
					t.Errorf("%s at %s: %d, %d bytes of %q, want at most 6 KB of %s", s.Slug, branch, answer.StatusCode, len(body), got, coding)
				}
			}
		}
	}
}
