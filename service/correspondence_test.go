package service_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// listed returns a page of messages that a member of staff sees.
func listed(t *testing.T, s *servicetest.Staff, query string) api.MessageList {
	t.Helper()
	answer := s.Gets("/v1/messages?" + query)
	if answer.Status != http.StatusOK {
		t.Fatalf("messages: %d %s", answer.Status, answer.Body)
	}
	var list api.MessageList
	answer.JSON(t, &list)
	return list
}

// Who can't be reached is on a list of their department and branch. Staff have
// the message sent once more, the log says who it was, and nobody reads a
// visitor's link, number or address.
func TestWhoCannotBeReached(t *testing.T) {
	t.Parallel()
	gateway := &gateway{}
	centre := servicetest.Open(t, 1, public, gateway.option)
	visitor := withMail(centre, "en")
	visitor.Proves()
	gateway.fails(fmt.Errorf("%w: no such number", notify.ErrRecipient))
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Jobs()
	own := centre.Coordinator("revenues")

	failed := listed(t, own, "state=failed").Messages
	if len(failed) != 1 || failed[0].Kind != "booked" || failed[0].Way != "sms" || failed[0].Reference != visit.Reference ||
		!strings.Contains(failed[0].Reason, "no such number") || !failed[0].CanResend || failed[0].To != "+9665•••••001" {
		t.Fatalf("failed: %+v", failed)
	}
	for name, other := range map[string]*servicetest.Staff{
		"another department": centre.Coordinator("contracts"), "another branch": centre.Receptionist("jeddah"),
	} {
		if list := listed(t, other, "state=failed").Messages; len(list) != 0 {
			t.Errorf("%s sees %+v", name, list)
		}
	}
	if list := listed(t, centre.Receptionist("riyadh"), "state=failed").Messages; len(list) != 1 {
		t.Errorf("the branch sees %+v", list)
	}
	if list := listed(t, centre.Agent(), "state=failed&department=contracts").Messages; len(list) != 0 {
		t.Errorf("of another department: %+v", list)
	}

	gateway.fails(nil)
	path := fmt.Sprintf("/v1/messages/%d/resend", failed[0].ID)
	var queued api.Message
	own.Posts(path, nil).JSON(t, &queued)
	if queued.State != "queued" || queued.CanResend {
		t.Errorf("after sending once more: %+v", queued)
	}
	centre.Refused(own.Posts(path, nil), http.StatusConflict, "not-resent")
	centre.Refused(own.Posts("/v1/messages/999999/resend", nil), http.StatusNotFound, "not-found")
	if text := visitor.Receives().Text; !strings.Contains(text, visit.Reference) {
		t.Errorf("the phone shows %q", text)
	}
	if list := listed(t, own, "state=failed").Messages; len(list) != 0 {
		t.Errorf("still on the list: %+v", list)
	}
	about := listed(t, own, "reference="+visit.Reference).Messages
	if len(about) != 2 || about[0].Way != "email" || about[0].To != "n•••@example.net" || about[1].State != "accepted" {
		t.Fatalf("about the visit: %+v", about)
	}
	for _, m := range about {
		if strings.Contains(m.Text, strings.TrimPrefix(newestPath(t, visitor), "/m/")) || !strings.Contains(m.Text, "/m/…") {
			t.Errorf("the link is in %q", m.Text)
		}
	}
	var log api.ActList
	own.Gets("/v1/audit?action=message.resent").JSON(t, &log)
	if len(log.Acts) != 1 || log.Acts[0].Actor != own.ID || log.Acts[0].Subject != "appointment "+visit.Reference ||
		log.Acts[0].Department != "revenues" {
		t.Errorf("log %+v", log.Acts)
	}
	centre.Refused(own.Gets("/v1/messages"), http.StatusUnprocessableEntity, "invalid")
	centre.Refused(own.Gets("/v1/messages?state=failed&reference="+visit.Reference), http.StatusUnprocessableEntity, "invalid")
	centre.Refused(own.Gets("/v1/messages?state=failed&cursor=x"), http.StatusUnprocessableEntity, "invalid")
	centre.Refused(centre.Coordinator("contracts").Gets("/v1/messages?reference="+visit.Reference), http.StatusForbidden, "forbidden")
	centre.AuditClean()
}

// newestPath returns the path of the link in the newest SMS.
func newestPath(t *testing.T, v *servicetest.Visitor) string {
	t.Helper()
	text := v.Receives().Text
	i := strings.Index(text, "/m/")
	if i < 0 {
		t.Fatalf("no link in %q", text)
	}
	return text[i:]
}

// The list comes in pages, none of which is missed or shown twice.
func TestFailedMessagesInPages(t *testing.T) {
	t.Parallel()
	const n = 25
	gateway := newCounting()
	centre := openCrowd(t, n, 1, gateway.option)
	centre.Jobs()
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE messages SET state = 'failed' WHERE kind = 'reminder'")
	seen := map[int64]bool{}
	for cursor := ""; ; {
		page := listed(t, centre.Admin(), "state=failed&limit=10&cursor="+cursor)
		for _, m := range page.Messages {
			if seen[m.ID] || m.Kind != "reminder" || m.LeadHours != 24 {
				t.Errorf("shown %+v", m)
			}
			seen[m.ID] = true
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	if len(seen) != n {
		t.Errorf("%d messages in all, want %d", len(seen), n)
	}
}

// A department says it in its own words: looked at before, checked with line
// and column, saved by who has read what is there, kept in versions and logged.
func TestDepartmentChangesItsWords(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, public)
	visitor := centre.Visitor(1)
	visitor.Lang = "en"
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	own := centre.Coordinator("revenues")
	const path = "/v1/departments/revenues/texts/moved/en"
	say := func(texts ...string) map[string]any {
		list := []map[string]string{}
		for _, text := range texts {
			list = append(list, map[string]string{"other": text})
		}
		return map[string]any{"wordings": list}
	}
	put := func(tag string, body any) servicetest.Answer {
		return own.Sends(servicetest.Request{Method: http.MethodPut, Path: path, Body: body, Header: map[string]string{"If-Match": tag}})
	}
	var words api.MessageText
	answer := own.Gets(path)
	answer.JSON(t, &words)
	tag := answer.Header.Get("ETag")
	if words.Version != 0 || len(words.Wordings) != 0 || tag != `"0"` {
		t.Errorf("at first: %s %+v", tag, words)
	}

	const good = "Now {{.Day}} {{.Time}}, {{.Branch}}. {{.Reference}}"
	body := say(good)
	body["reference"] = visit.Reference
	var preview api.MessagePreview
	own.Posts(path+"/preview", body).JSON(t, &preview)
	if !strings.HasPrefix(preview.Text, "Now 25 Nov 9:00 am, Head office. "+visit.Reference) || preview.Segments != 1 ||
		!strings.HasSuffix(preview.Text, "/m/…") {
		t.Errorf("preview %+v", preview)
	}
	body["reference"] = "V-0000-0000-0"
	centre.Refused(own.Posts(path+"/preview", body), http.StatusNotFound, "not-found")

	bad := put(tag, say("Now {{.When}}\nat www.example.sa {{.Time}}", ""))
	p := centre.Refused(bad, http.StatusUnprocessableEntity, "invalid")
	if diff := cmp.Diff([]string{"#/wordings/1/other"}, servicetest.Pointers(p)); diff != "" { // the contract refuses the empty one
		t.Errorf("points at (-want +got):\n%s", diff)
	}
	p = centre.Refused(put(tag, say("Now {{.When}}\nat www.example.sa {{.Time}}")), http.StatusUnprocessableEntity, "invalid")
	if len(p.Errors) != 1 || p.Errors[0].Pointer != "#/wordings/0/other" {
		t.Fatalf("errors %+v", p.Errors)
	}
	for _, part := range []string{
		"Line 1, column 5: The variable When is not available in this message", "Line 2, column 4: Remove the link",
		"Add {{.Reference}}", "Add {{.Branch}}", "Add {{.Day}}",
	} {
		if !strings.Contains(p.Errors[0].Detail, part) {
			t.Errorf("%q is missing in %q", part, p.Errors[0].Detail)
		}
	}
	centre.Refused(put("", say(good)), http.StatusPreconditionRequired, "version-needed")
	centre.Refused(put(`"7"`, say(good)), http.StatusPreconditionFailed, "edit-conflict")

	saved := put(tag, say(good))
	saved.JSON(t, &words)
	if saved.Status != http.StatusOK || saved.Header.Get("ETag") != `"1"` || words.Version != 1 || words.History[0].SavedBy != own.ID {
		t.Errorf("saved: %d %s", saved.Status, saved.Body)
	}
	centre.Refused(put(tag, say(good)), http.StatusPreconditionFailed, "edit-conflict")
	approve := func(by *servicetest.Staff, tag string) servicetest.Answer {
		return by.Sends(servicetest.Request{Method: http.MethodPost, Path: path + "/approve", Header: map[string]string{"If-Match": tag}})
	}
	// Nobody is told what only its author has seen.
	centre.Pass(5 * time.Second)
	visitor.TryMove(visit, servicetest.At(t, "2026-11-26T09:15"))
	if got := visitor.Receives().Text; strings.HasPrefix(got, "Now") {
		t.Errorf("before anybody has approved it, the visitor is told %q", got)
	}
	if words.InUse != 0 {
		t.Errorf("in use: %d, want 0", words.InUse)
	}
	centre.Refused(approve(own, `"1"`), http.StatusConflict, "second-person-needed")
	centre.Refused(approve(centre.Admin(), ""), http.StatusPreconditionRequired, "version-needed")
	centre.Refused(approve(centre.Admin(), `"7"`), http.StatusPreconditionFailed, "edit-conflict")
	for range 2 {
		approved := approve(centre.Admin(), `"1"`)
		approved.JSON(t, &words)
		if approved.Status != http.StatusOK || words.InUse != 1 || words.History[0].ApprovedBy != centre.Admin().ID {
			t.Errorf("approved: %d %s", approved.Status, approved.Body)
		}
	}
	centre.Pass(5 * time.Second)
	visitor.TryMove(visit, servicetest.At(t, "2026-11-26T10:30"))
	if got := visitor.Receives().Text; !strings.HasPrefix(got, "Now 26 Nov 10:30 am, Head office. ") {
		t.Errorf("the visitor is told %q", got)
	}
	if answer := put(`"1"`, say()); answer.Status != http.StatusOK {
		t.Errorf("back to the centre's own: %d %s", answer.Status, answer.Body)
	}
	var log api.ActList
	own.Gets("/v1/audit?action=text.saved").JSON(t, &log)
	if len(log.Acts) != 2 || log.Acts[0].Subject != "text revenues moved en" || log.Acts[0].Actor != own.ID ||
		!strings.Contains(string(log.Acts[0].Before), "Now {{.Day}}") || strings.Contains(string(log.Acts[0].After), "Now") {
		t.Errorf("log %+v", log.Acts)
	}
	centre.Refused(centre.Admin().Gets("/v1/departments/nobody/texts/moved/en"), http.StatusNotFound, "not-found")
	centre.Refused(own.Gets("/v1/departments/revenues/texts/verification_code/en"), http.StatusNotFound, "no-such-address")
}

// Who administers the centre gives departments their budgets; the department
// sees how far it has used its own.
func TestBudgetOfADepartment(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	const path = "/v1/departments/revenues/budget"
	put := func(tag string, change map[string]any) servicetest.Answer {
		body := map[string]any{"links": true, "segment_price": "0.0575", "monthly_segments": 4, "monthly_cost": "0", "warn_percent": 50}
		maps.Copy(body, change)
		return centre.Admin().
			Sends(servicetest.Request{Method: http.MethodPut, Path: path, Body: body, Header: map[string]string{"If-Match": tag}})
	}
	tag := centre.Admin().Gets(path).Header.Get("ETag")
	centre.Refused(put("", nil), http.StatusPreconditionRequired, "version-needed")
	centre.Refused(put(`"other"`, nil), http.StatusPreconditionFailed, "edit-conflict")
	centre.Refused(put(tag, map[string]any{"segment_price": "free"}), http.StatusUnprocessableEntity, "invalid")
	centre.Refused(put(tag, map[string]any{"monthly_segments": -1}), http.StatusUnprocessableEntity, "invalid")
	answer := put(tag, nil)
	if answer.Status != http.StatusOK || answer.Header.Get("ETag") == tag {
		t.Fatalf("saved: %d %s", answer.Status, answer.Body)
	}
	centre.Refused(put(tag, nil), http.StatusPreconditionFailed, "edit-conflict")

	visitor := centre.Visitor(1)
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Jobs()
	visitor.TryMove(visit, servicetest.At(t, "2026-11-26T10:30"))
	centre.Jobs()
	var budget api.MessageBudget
	centre.Coordinator("revenues").Gets(path).JSON(t, &budget)
	want := api.MessageUsage{Messages: 2, Segments: 2, Cost: "0.115", Percent: 50, Level: "warned"}
	if diff := cmp.Diff(want, budget.Used); diff != "" {
		t.Errorf("used (-want +got):\n%s", diff)
	}
	var log api.ActList
	centre.Admin().Gets("/v1/audit?action=budget.changed").JSON(t, &log)
	if len(log.Acts) != 1 || log.Acts[0].Subject != "department revenues" || !strings.Contains(string(log.Acts[0].After), `575`) {
		t.Errorf("log %+v", log.Acts)
	}
	centre.Refused(centre.Admin().Gets("/v1/departments/nobody/budget"), http.StatusNotFound, "not-found")
}
