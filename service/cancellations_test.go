package service_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// reasonsOf returns the slugs of the reasons for cancelling, in their order.
func reasonsOf(t *testing.T, centre *servicetest.Centre) []string {
	t.Helper()
	var list api.CancellationReasonList
	centre.Get("/v1/cancellation-reasons").JSON(t, &list)
	slugs := make([]string, len(list.Reasons))
	for i, r := range list.Reasons {
		if slugs[i] = r.Slug; !r.Name.Complete() {
			t.Errorf("%s is named %+v", r.Slug, r.Name)
		}
	}
	return slugs
}

// cancelsFor asks to cancel a visit with a body.
func cancelsFor(centre *servicetest.Centre, a api.Appointment, body any) servicetest.Answer {
	return centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/appointments/" + a.Reference + "/cancel", Body: body,
		Header: map[string]string{"Authorization": "Bearer " + a.ManageToken}})
}

// Visitors say why they cancel, if they like, and staff see it. The first reason stays.
func TestVisitorsSayWhyTheyCancel(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	want := []string{"other-time", "not-needed", "done-online", "documents-missing", "other"}
	if got := reasonsOf(t, centre); !slices.Equal(got, want) {
		t.Errorf("reasons %v, want %v", got, want)
	}
	agent, at := centre.Agent(), servicetest.At(t, "2026-11-25T09:00")
	for n, c := range []struct {
		name    string
		service string
		body    any
		want    string
	}{
		{"a reason", heirs, map[string]any{"reason": "documents-missing"}, "documents-missing"},
		{"a reason that was pasted", heirs, map[string]any{"reason": "\u200edone\u2011online\u00a0"}, "done-online"},
		{"none", heirs, map[string]any{}, ""},
		{"no body", heirs, nil, ""},
		{"a request", meeting, map[string]any{"reason": "other"}, "other"},
	} {
		visitor := centre.Visitor(n + 1)
		start := at
		if c.service == meeting {
			start = servicetest.At(t, "2026-11-26T07:30")
		}
		visit := visitor.Books(c.service, "riyadh", start)
		for _, body := range []any{c.body, map[string]any{"reason": "not-needed"}, nil} {
			answer := cancelsFor(centre, visit, body)
			if answer.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", c.name, answer.Status, answer.Body)
			}
			var cancelled api.Appointment
			answer.JSON(t, &cancelled)
			if last := cancelled.History[1]; cancelled.Version != 2 || last.Event != "cancelled" || last.CancellationReason != c.want {
				t.Errorf("%s: %+v", c.name, cancelled)
			}
		}
		if last := agent.Sees(visit.Reference).History[1]; last.CancellationReason != c.want || last.Reason != "" || last.Actor != "" {
			t.Errorf("%s: staff see %+v", c.name, last)
		}
	}
	centre.AuditClean()
}

// What is no reason changes nothing, and is said where it is.
func TestUnknownReasons(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	for _, reason := range []any{"rain", "OTHER", "other' OR '1'='1", "سبب آخر", "", " ", nil, 5, []string{"other"}, strings.Repeat("a", 65)} {
		refused := centre.Refused(cancelsFor(centre, visit, map[string]any{"reason": reason}), http.StatusUnprocessableEntity, "invalid")
		if got := servicetest.Pointers(refused); !slices.Equal(got, []string{"#/reason"}) {
			t.Errorf("%v: %v", reason, got)
		}
	}
	refused := centre.Refused(cancelsFor(centre, visit, map[string]any{"because": "other"}), http.StatusUnprocessableEntity, "invalid")
	if got := servicetest.Pointers(refused); !slices.Equal(got, []string{"#/because"}) {
		t.Errorf("a free text: %v", got)
	}
	if now := visitor.Shows(visit); now.Status != api.AppointmentStatusBooked || now.Version != 1 {
		t.Errorf("the visit is %+v", now)
	}
	foreign := visit
	foreign.ManageToken = "x"
	centre.Refused(cancelsFor(centre, foreign, map[string]any{"reason": "other"}), http.StatusNotFound, "not-found")
	cancels(t, visitor, visit)
	centre.Refused(cancelsFor(centre, visit, map[string]any{"reason": "rain"}), http.StatusUnprocessableEntity, "invalid")
}

// The list is the centre's. A reason that is removed stays with the visits that were
// cancelled for it.
func TestReasonsAreTheCentres(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	if answer := cancelsFor(centre, visit, map[string]any{"reason": "done-online"}); answer.Status != http.StatusOK {
		t.Fatalf("cancel: %d %s", answer.Status, answer.Body)
	}
	servicetest.Exec(t, centre.DatabaseURL, "DELETE FROM cancellation_reasons WHERE slug = 'done-online'")
	servicetest.Exec(t, centre.DatabaseURL,
		`INSERT INTO cancellation_reasons (slug, name, position) VALUES ('travel', '{"ar": "السفر", "en": "Travel"}', 5)`)
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE centre SET version = version + 1")
	centre.Jobs()
	want := []string{"travel", "other-time", "not-needed", "documents-missing", "other"}
	if got := reasonsOf(t, centre); !slices.Equal(got, want) {
		t.Errorf("reasons %v, want %v", got, want)
	}
	if got := visitor.Shows(visit).History[1].CancellationReason; got != "done-online" {
		t.Errorf("cancelled for %q", got)
	}
	other := centre.Visitor(2)
	next := other.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Refused(cancelsFor(centre, next, map[string]any{"reason": "done-online"}), http.StatusUnprocessableEntity, "invalid")
	if answer := cancelsFor(centre, next, map[string]any{"reason": "travel"}); answer.Status != http.StatusOK {
		t.Errorf("cancel: %d %s", answer.Status, answer.Body)
	}
}

// Who cancels can say why, with the link as over the API.
func TestLinkCancelsForAReason(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	says(t, l.looks("/cancel"), "سبب الإلغاء (اختياري)", `name="reason"`)
	reason := l.centre.Replicas[0].Centre().CancellationReasons[0].Slug
	says(t, l.follows("/cancel", url.Values{"reason": {reason}}), "تم الإلغاء")
	if got := servicetest.Query[string](t, l.centre.DatabaseURL,
		`SELECT cancellation_reason FROM appointment_events WHERE cancellation_reason IS NOT NULL`); got != reason {
		t.Errorf("the reason is %q, want %q", got, reason)
	}
}

// A reason that the centre does not have any more, such as of an old page, does not
// keep a visitor from cancelling.
func TestLinkCancelsForAnUnknownReason(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	says(t, l.follows("/cancel", url.Values{"reason": {"none-of-these"}}), "تم الإلغاء")
}
