package service_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ziyara/service/servicetest"
	"ziyara/survey"
)

// surveyed is a visitor who has come and got the message with the survey.
func surveyed(t *testing.T, lang string) linked {
	t.Helper()
	l := linkedVisit(t, lang)
	l.centre.Clock.Set(servicetest.At(t, "2026-11-25T09:45"))
	servicetest.Exec(t, l.centre.DatabaseURL, `
		INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
		SELECT 'survey', branch_id, id, version, lang, $1, $1, $1::timestamptz + interval '1 day' FROM appointments WHERE status = 'booked'`,
		l.centre.Clock.Now())
	l.path = l.newest()
	return l
}

// answers returns what the database keeps of the survey, as a text.
func answers(t *testing.T, l linked) string {
	t.Helper()
	kept := servicetest.Query[string](t, l.centre.DatabaseURL, `
		SELECT coalesce(string_agg(concat_ws('|', satisfaction, resolved, comment, lang, answered_at = changed_at), ' '), '')
		FROM survey_answers`)
	return regexp.MustCompile("\x01[0-9A-Za-z_-]+").ReplaceAllStringFunc(kept, func(comment string) string {
		reference := servicetest.Query[string](t, l.centre.DatabaseURL, "SELECT reference FROM appointments WHERE reference IS NOT NULL")
		return servicetest.Unsealed(t, l.centre.DatabaseURL, "survey_answers", reference, comment)
	})
}

// After the visit a link asks how it was. Looking at it changes nothing;
// answering does, and the answer can be changed for a week.
func TestSurveyByLink(t *testing.T) {
	t.Parallel()
	l := surveyed(t, "ar")
	if text := l.Receives().Text; !strings.Contains(text, "شكرا لزيارتكم") {
		t.Fatalf("the survey says %q", text)
	}
	page := l.looks("")
	says(t, page, `<html lang="ar" dir="rtl">`, "كيف كانت زيارتكم؟", "هل أُنجزت معاملتكم؟", `name="satisfaction" value="5" required`,
		`maxlength="1000"`, "<fieldset")
	if strings.Contains(page, "checked") || strings.Contains(page, "<script") || strings.Contains(page, l.Name) {
		t.Errorf("an answer, a script or a name on the page:\n%s", page)
	}
	if got := answers(t, l); got != "" {
		t.Fatalf("looking has answered: %s", got)
	}

	missing := l.presses("/survey", url.Values{"resolved": {"true"}, "comment": {"<b>سريع</b>"}, "lang": {"ar"}})
	if missing.Status != http.StatusUnprocessableEntity {
		t.Errorf("without satisfaction: %d", missing.Status)
	}
	says(t, string(missing.Body), "نرجو اختيار تقييمكم أولًا", `value="true" checked`, "<b>سريع</b>")
	if strings.Contains(string(missing.Body), "<b>سريع") {
		t.Error("a comment became part of the page")
	}
	long := l.presses("/survey", url.Values{"satisfaction": {"3"}, "comment": {strings.Repeat("ط", survey.MaxComment+1)}})
	if long.Status != http.StatusUnprocessableEntity || answers(t, l) != "" {
		t.Errorf("a comment that is too long: %d, kept %q", long.Status, answers(t, l))
	}

	says(t, l.follows("/survey", url.Values{"satisfaction": {"4"}, "resolved": {"true"}, "comment": {"سريع"}, "lang": {"ar"}}),
		"شكرًا لكم", `value="4" required checked`, `value="true" checked`, ">سريع</textarea>", "تعديل التقييم")
	if got := answers(t, l); got != "4|t|سريع|ar|t" {
		t.Errorf("kept %q", got)
	}
	l.centre.Clock.Add(6 * 24 * time.Hour)
	says(t, l.follows("/survey", url.Values{"satisfaction": {"2"}, "lang": {"en"}}),
		"we have received your rating", `value="2" required checked`)
	if got := answers(t, l); got != "2||en|f" && got != "2|en|f" {
		t.Errorf("changed to %q", got)
	}
	l.centre.Clock.Add(24 * time.Hour)
	for _, answer := range []servicetest.Answer{l.opens(l.path), l.presses("/survey", url.Values{"satisfaction": {"5"}})} {
		if answer.Status != http.StatusGone || !strings.Contains(string(answer.Body), "انتهت مدة التقييم") {
			t.Errorf("after a week: %d %s", answer.Status, answer.Body)
		}
	}
	if got := answers(t, l); !strings.HasPrefix(got, "2|") {
		t.Errorf("answered after the end: %q", got)
	}
}

// The link of a survey is for nothing else, no other link is for a survey, and
// a visit that did not take place has none.
func TestSurveyLinkIsForThatAlone(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "en")
	if got := l.presses("/survey", url.Values{"satisfaction": {"5"}}); got.Status != http.StatusNotFound {
		t.Errorf("by the link of the visit: %d, want 404", got.Status)
	}
	s := surveyed(t, "en")
	for _, path := range []string{"/confirm", "/cancel", "/move", "/offer/accept", "/offer/decline"} {
		if got := s.presses(path, url.Values{"version": {"1"}}); got.Status != http.StatusNotFound {
			t.Errorf("%s by the link of the survey: %d, want 404", path, got.Status)
		}
	}
	servicetest.Exec(t, s.centre.DatabaseURL, "UPDATE appointments SET status = 'cancelled', person_place = NULL WHERE status = 'booked'")
	for _, got := range []servicetest.Answer{s.centre.Get(s.path), s.presses("/survey", url.Values{"satisfaction": {"5"}})} {
		if got.Status != http.StatusConflict {
			t.Errorf("of a cancelled visit: %d, want 409", got.Status)
		}
	}
	if got := answers(t, s); got != "" {
		t.Errorf("kept %q", got)
	}
}

// The same survey as JSON, for an app.
func TestSurveyByAPI(t *testing.T) {
	t.Parallel()
	s := surveyed(t, "en")
	path := "/v1/surveys/" + strings.TrimPrefix(s.path, "/m/")
	var got struct {
		Service, Branch, Start string
		ExpiresAt              time.Time `json:"expires_at"`
		Answer                 *struct {
			Satisfaction int
			Resolved     *bool
			Comment      string
		}
	}
	s.centre.Get(path).JSON(t, &got)
	if got.Service != heirs || got.Branch != "riyadh" || got.Answer != nil || !got.ExpiresAt.Equal(servicetest.At(t, "2026-12-02T09:00")) {
		t.Errorf("survey %+v", got)
	}
	answer := s.centre.Post(path, map[string]any{"satisfaction": 5, "resolved": false, "comment": "Quick"})
	answer.JSON(t, &got)
	if answer.Status != http.StatusOK || got.Answer == nil || got.Answer.Satisfaction != 5 || *got.Answer.Resolved ||
		got.Answer.Comment != "Quick" {
		t.Errorf("answered: %d %s", answer.Status, answer.Body)
	}
	says(t, s.looks(""), `value="5" required checked`, ">Quick</textarea>")

	p := s.centre.Refused(s.centre.Post(path, map[string]any{"satisfaction": 6}), http.StatusUnprocessableEntity, "invalid")
	if pointers := servicetest.Pointers(p); len(pointers) != 1 || pointers[0] != "#/satisfaction" {
		t.Errorf("points at %v", pointers)
	}
	s.centre.Refused(s.centre.Post(path, map[string]any{"satisfaction": 5, "name": "Noura"}), http.StatusUnprocessableEntity, "invalid")
	s.centre.Refused(s.centre.Get("/v1/surveys/"+strings.Repeat("A", 28)), http.StatusNotFound, "not-found")
	s.centre.Clock.Add(survey.Open)
	s.centre.Refused(s.centre.Get(path), http.StatusGone, "survey-over")
	s.centre.Refused(s.centre.Post(path, map[string]any{"satisfaction": 1}), http.StatusGone, "survey-over")
}

// From the door to the answer: who was served is asked within five minutes, by
// SMS and by e-mail, and answers with one press.
func TestSurveyAfterTheHall(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	d := door{centre.Receptionist("riyadh"), t, centre}
	visitor := withMail(centre, "en")
	visit := d.books(visitor, "08:50")
	d.clock("08:45")
	d.checksIn(visit)
	d.calls("1")
	d.does(visit, "start", map[string]any{})
	d.clock("09:10")
	d.does(visit, "complete", nil)
	d.clock("09:15")
	l := linked{Visitor: visitor, t: t, centre: centre}
	l.path = l.newest()
	says(t, l.looks(""), "How was your visit?", "Annual returns")
	if m := visitor.Mails()[0]; m.Subject != "How was your visit?" || !strings.Contains(m.Text, l.path) || m.Entry != nil {
		t.Errorf("by e-mail: %+v", m)
	}
	says(t, l.follows("/survey", url.Values{"satisfaction": {"5"}, "resolved": {"true"}}), "we have received your rating")
	if got := answers(t, l); got != "5|t|en|t" && got != "5|t||en|t" {
		t.Errorf("kept %q", got)
	}
	centre.AuditClean()
}

// Without links nobody is asked, and nobody is missed.
func TestNoSurveyWithoutLinks(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	d := door{centre.Receptionist("riyadh"), t, centre}
	visit := d.books(withMail(centre, "en"), "08:50")
	d.clock("08:45")
	d.checksIn(visit)
	d.calls("1")
	d.does(visit, "start", map[string]any{})
	d.clock("09:10")
	d.does(visit, "complete", nil)
	d.clock("09:15")
	for _, way := range []string{"sms", "email"} {
		if got := servicetest.Query[string](
			t,
			centre.DatabaseURL,
			"SELECT state FROM messages WHERE kind = 'survey' AND way = $1",
			way,
		); got != "dropped" {
			t.Errorf("the survey by %s is %s, want dropped", way, got)
		}
	}
	if list := listed(t, centre.Admin(), "state=failed").Messages; len(list) != 0 {
		t.Errorf("failed: %+v", list)
	}
}
