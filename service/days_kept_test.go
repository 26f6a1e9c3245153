package service_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/service/servicetest"
)

// The page of days is kept for all who ask for the same, but nobody is shown what is for
// another: the time that is kept for a browser, the language, the visit of another
// address, the name by which the pages were opened. Each browser gets a draft of its own.
func TestDaysAreKeptForNobodyElse(t *testing.T) {
	t.Parallel()
	centre, _, holder := portalCentre(t)
	days := heirsAtRiyadh + "?day=2026-11-25"
	holder.goes(days).chooses()
	start := servicetest.At(t, "2026-11-25T07:30")
	for n := 2; centre.Visitor(n).TryHold(heirs, "riyadh", start).Status == http.StatusCreated; n++ {
	}
	const own, arabic, english = "7:30 ص محجوز لكم", "اليوم والوقت", "Day and time"
	other, anglophone, local := newWalker(t, centre), newWalker(t, centre), newWalker(t, centre)
	anglophone.goes("/?lang=en")
	local.at.Host = "localhost:" + local.at.Port()
	drafts := map[string]bool{}
	for turn := range 3 { // whoever asks first
		for i := range 5 {
			switch (turn + i) % 5 {
			case 0:
				holder.goes(days).says(http.StatusOK, own, arabic)
			case 1:
				other.goes(days).says(http.StatusOK, arabic, "127.0.0.1").lacks(own, english, "7:30 ص")
			case 2:
				anglophone.goes(days).says(http.StatusOK, english).lacks(own, arabic)
			case 3:
				local.goes(days).says(http.StatusOK, arabic, "localhost").lacks(own, "127.0.0.1")
			case 4:
				other.goes(days+"&needs=sign_language").says(http.StatusOK, arabic).lacks(own)
				if !strings.Contains(other.page, "/riyadh?day=2026-11-26&amp;needs=sign_language#day") {
					t.Error("the links of the page forget the need")
				}
			}
		}
	}
	for _, w := range []*walker{holder, other, anglophone, local} {
		for _, c := range w.client.Jar.Cookies(w.at) {
			if c.Name == "ziyara_draft" {
				drafts[c.Value] = true
			}
		}
	}
	if len(drafts) != 4 {
		t.Errorf("four browsers have %d drafts", len(drafts))
	}
	centre.AuditClean()
}

// A page of days that is kept offers the starts that the API offers at that moment,
// whatever has happened since: no start that is gone, and each that came back.
func TestKeptDaysAreThoseOfTheAPI(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t)
	const service, branch, day = "iban-update", "riyadh", "2026-11-22"
	noura := centre.Coordinator("revenues")
	var offered []string
	same := func(after string) {
		t.Helper()
		var kept []string
		for range 2 {
			kept = times(w.goes("/services/" + service + "/" + branch + "?day=" + day).page)
			var want []string
			for _, s := range visitor.Slots(service, branch, day, day) {
				want = append(want, s.Start.UTC().Format(time.RFC3339))
			}
			if len(want) == 0 || !slices.Equal(kept, want) {
				t.Fatalf("after %s the page offers %v, the API %v", after, kept, want)
			}
		}
		if slices.Equal(kept, offered) {
			t.Fatalf("%s changed nothing: %v", after, kept)
		}
		offered = kept
	}
	same("the beginning")
	at := servicetest.At(t, day+"T12:00")
	hold := visitor.Holds(service, branch, at)
	for n := 2; centre.Visitor(n).TryHold(service, branch, at).Status == http.StatusCreated; n++ {
	}
	same("the last place of a start was held")
	visitor.TryRelease(hold)
	same("one was given back")
	booked := visitor.Books(service, branch, at)
	same("it was booked")
	cancels(t, visitor, booked)
	same("the visit was cancelled")
	centre.Clock.Add(time.Nanosecond)
	same("the notice for 11:00 has just begun")
	centre.Clock.Add(10 * time.Minute)
	same("the notice for 11:10 has begun, too")
	closure := closing(day)
	closure["start"] = day + "T13:00:00+03:00"
	if closed := changes(noura, http.MethodPost, returns+"/closures", "*", closure); closed.Status != http.StatusOK {
		t.Fatalf("%d %s", closed.Status, closed.Body)
	}
	same("the afternoon was closed")
	centre.AuditClean()
}
