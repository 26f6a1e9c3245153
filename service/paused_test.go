package service_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// A service is paused for a week: nothing new starts in it, everybody is told why and until
// when, and what was booked takes place. Then its branch is retired, and at last the service.
func TestPausedAndRetired(t *testing.T) {
	t.Parallel()
	config := migrated(t)
	centre := servicetest.OpenOn(t, config.DatabaseURL, 1, public)
	apply(t, config, municipality(t))
	centre.Job("reload centre")
	const service, branch = "building-permit", "town-hall"
	first, second := centre.Visitor(1), centre.Visitor(2)
	early := first.Books(service, branch, servicetest.At(t, "2026-12-01T10:00")) // 09:00 in Cairo
	within := second.Books(service, branch, servicetest.At(t, "2026-12-08T10:00"))
	late := second.Books(service, branch, servicetest.At(t, "2026-12-22T10:00"))

	// The pause, and every way in.
	const pause = `    duration: 30m
    pauses:
      - {from: 2026-12-06, until: 2026-12-10, reason: {ar: صيانة الأنظمة, en: Systems are maintained}}
`
	lines := apply(t, config, municipality(t, "    duration: 30m\n", pause))
	if len(lines) != 2 || !strings.Contains(lines[1], "pauses: (none)") {
		t.Errorf("the pause changes %q", lines)
	}
	centre.Job("reload centre")
	found := first.Slots(service, branch, "2026-12-02", "2026-12-14")
	for _, s := range found {
		if day := s.Start.Format("2006-01-02"); day >= "2026-12-06" && day <= "2026-12-10" {
			t.Errorf("%v is offered", s.Start)
		}
	}
	if len(found) == 0 {
		t.Error("nothing is offered around the pause")
	}
	told := func(answer servicetest.Answer, rule, until string) {
		t.Helper()
		p := centre.Refused(answer, http.StatusUnprocessableEntity, "rule-"+rule)
		if p.Rule != rule || p.Pause == nil || p.Pause.Until != until || p.Pause.Reason == nil || !strings.Contains(p.Detail, p.Pause.Reason.EN) {
			t.Errorf("the problem is %+v", p)
		}
	}
	third := centre.Visitor(3)
	told(third.TryHold(service, branch, servicetest.At(t, "2026-12-08T10:40")), "paused", "2026-12-10")
	told(first.TryMove(early, servicetest.At(t, "2026-12-08T10:40")), "paused", "2026-12-10")
	told(third.TryWait(third.WaitingBody(service, branch, "2026-12-06", "2026-12-10")), "paused", "2026-12-10")
	third.Waits(service, branch, "2026-12-06", "2026-12-13")
	told(centre.Agent().TryHold(service, branch, servicetest.At(t, "2026-12-08T10:40"), nil), "paused", "2026-12-10")
	if now := second.Shows(within); now.Status != "booked" || !now.Start.Equal(within.Start) {
		t.Errorf("the visit in the pause is %s at %v", now.Status, now.Start)
	}
	if moved := second.TryMove(within, servicetest.At(t, "2026-12-14T10:00")); moved.Status != http.StatusOK {
		t.Errorf("a move out of the pause: %d %s", moved.Status, moved.Body)
	}
	var month api.Month
	centre.Get("/v1/services/"+service+"/days?branch="+branch+"&month=2026-12").JSON(t, &month)
	for _, d := range month.Days {
		paused := d.Date >= "2026-12-06" && d.Date <= "2026-12-10"
		if (d.State == "paused") != paused || paused && (d.Pause == nil || d.Pause.Reason.EN != "Systems are maintained") {
			t.Errorf("%s is %s (%+v)", d.Date, d.State, d.Pause)
		}
	}
	var why api.Explanation
	centre.Get("/v1/services/"+service+"/slots/explain?branch="+branch+"&date=2026-12-08").JSON(t, &why)
	if why.Offers.Pause == nil || !slices.ContainsFunc(why.Offers.Reasons, func(r api.ExplanationReason) bool { return r.Rule == "paused" }) {
		t.Errorf("why: %+v", why.Offers)
	}
	shows := func(path string, status int, words ...string) {
		t.Helper()
		newWalker(t, centre).goes(path).says(status, words...)
	}
	shows("/services/"+service+"?lang=en", http.StatusOK, "Systems are maintained", "6 December 2026", "10 December 2026")
	shows("/services/"+service+"/"+branch+"?lang=en", http.StatusOK, "Systems are maintained", "10 December 2026")
	shows("/services/boat-licence?lang=en", http.StatusOK, "Boat licence")

	// The branch closes for good.
	const retired = `    zone: Africa/Cairo
    retired: {from: 2026-12-20, reason: {ar: انتقل إلى الميناء, en: Moved to the harbour}}
  - slug: harbour`
	apply(t, config, municipality(t, "    zone: Africa/Cairo\n  - slug: harbour", retired))
	centre.Job("reload centre")
	told(third.TryHold(service, branch, servicetest.At(t, "2026-12-20T10:00")), "retired", "")
	third.Holds(service, branch, servicetest.At(t, "2026-12-17T10:00"))
	listed := func() (branches []string, offers int) {
		var list api.BranchList
		centre.Get("/v1/branches").JSON(t, &list)
		for _, b := range list.Branches {
			branches = append(branches, b.Slug)
		}
		var s api.Service
		centre.Get("/v1/services/"+service).JSON(t, &s)
		return branches, len(s.Branches)
	}
	if branches, offers := listed(); len(branches) != 2 || offers != 1 {
		t.Errorf("before its end, branches are %v, and %d offer the service", branches, offers)
	}
	centre.Clock.Set(servicetest.At(t, "2026-12-20T08:00"))
	if branches, offers := listed(); !slices.Equal(branches, []string{"harbour"}) || offers != 0 {
		t.Errorf("after its end, branches are %v, and %d offer the service", branches, offers)
	}
	var still api.Branch
	centre.Get("/v1/branches/"+branch).JSON(t, &still)
	if len(still.Pauses) != 1 || still.Pauses[0].From != "2026-12-20" || still.Pauses[0].Until != "" {
		t.Errorf("the branch says %+v", still.Pauses)
	}
	shows("/services/"+service+"/"+branch+"?lang=en", http.StatusGone, "no longer offered at this branch", "Moved to the harbour")
	shows("/services/"+service+"?lang=en", http.StatusOK, "No branch offers")
	if now := second.Shows(late); now.Status != "booked" {
		t.Errorf("the visit after the end is %s", now.Status)
	}
	told(second.TryMove(late, servicetest.At(t, "2026-12-23T10:00")), "retired", "")

	// Reception receives who is booked, and nobody else.
	centre.Clock.Set(servicetest.At(t, "2026-12-22T09:55"))
	desk := centre.Receptionist(branch)
	if answer := desk.Posts("/v1/appointments/"+late.Reference+"/check-in", map[string]any{"branch": branch}); answer.Status != http.StatusOK {
		t.Errorf("check-in: %d %s", answer.Status, answer.Body)
	}
	told(desk.Posts("/v1/walk-ins", map[string]any{
		"branch": branch, "service": service, "visitor": map[string]any{"name": third.Name, "id": third.ID},
	}), "retired", "")

	// The service ends everywhere.
	lookedFor := func() (names []string) {
		var guide api.GuideMatchList
		centre.Get("/v1/guide?q=construction+licence").JSON(t, &guide)
		for _, m := range guide.Matches {
			names = append(names, m.Service.Slug)
		}
		var list api.ServiceList
		centre.Get("/v1/services").JSON(t, &list)
		for _, s := range list.Services {
			names = append(names, s.Slug)
		}
		return names
	}
	if names := lookedFor(); !slices.Equal(names, []string{service, service, "boat-licence", "bulky-waste"}) {
		t.Errorf("found and listed: %v", names)
	}
	apply(t, config, municipality(t, "    duration: 30m\n", "    duration: 30m\n    retired: {from: 2026-12-22}\n"))
	centre.Job("reload centre")
	if names := lookedFor(); slices.Contains(names, service) {
		t.Errorf("found and listed: %v", names)
	}
	shows("/services/"+service+"?lang=en", http.StatusGone, "This service is no longer offered", "from 22 December 2026 on")
	shows("/?lang=en", http.StatusOK, "Permits")
	var gone api.Service
	centre.Get("/v1/services/"+service).JSON(t, &gone)
	if len(gone.Pauses) != 1 || gone.Pauses[0].Until != "" {
		t.Errorf("the service says %+v", gone.Pauses)
	}
	centre.AuditClean()
}
