package service_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// Where holds without a proof have their share of the day, the pages ask for the mobile
// first and hold the same start with the proof. Nothing typed is lost, no second code is
// needed, and another time of the day needs no code at all.
func TestJourneyProvesFirst(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t, func(c *service.Config) { c.UnprovedShare = 1 })
	w.goes("/services/heirs-returns/riyadh?day=2026-11-26").chooses()
	form := details(visitor)
	form.Set("id", "1234567890")
	w.sends(w.action("name"), form).says(http.StatusOK, "نرجو تصحيح ما يلي")
	newWalker(t, centre).goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses().says(http.StatusOK, "بيانات الزائر")

	w.goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses()
	w.says(http.StatusOK, "نرجو التحقق من رقم الجوال أولًا", "الأربعاء", "إرسال رمز التحقق")
	if !strings.Contains(w.page, `value="`+visitor.Mobile) {
		t.Error("the mobile that was typed is gone")
	}
	if w.at.Path != "/services/heirs-returns/riyadh/mobile" {
		t.Fatalf("at %s", w.at)
	}
	first := w.at.String()
	w.goes(first+"&lang=en").says(http.StatusOK, "Please verify your mobile number first").goes(first + "&lang=ar")
	w.sends(w.action("mobile"), url.Values{"mobile": {"0112345678"}}).says(http.StatusOK, "نرجو كتابة رقم جوال صحيح")
	w.sends(w.action("mobile"), url.Values{"mobile": {visitor.Mobile}}).says(http.StatusOK, "رمز التحقق", "متابعة")
	centre.Jobs()
	proof := url.Values{"mobile": {visitor.Mobile}, "code": {"12"}}
	w.sends(w.action("code"), proof).says(http.StatusOK, "يتكون الرمز الذي كتبتموه من رقمين")
	proof.Set("code", code(visitor))
	w.sends(w.action("code"), proof).says(http.StatusOK, "بيانات الزائر", "الموعد محجوز لكم مؤقتًا حتى الساعة", "تم التحقق من رقم الجوال")
	if !strings.Contains(w.page, visitor.Name) {
		t.Error("what was typed is gone")
	}
	held := w.at.Path

	w.goes("/services/heirs-returns/riyadh?day=2026-11-25")
	w.sends(w.action("start"), url.Values{"start": {times(w.page)[1]}}).says(http.StatusOK, "بيانات الزائر") // no page in between
	if w.at.Path == held {
		t.Error("the same hold for another time")
	}
	form.Set("id", visitor.ID)
	w.sends(w.action("name"), form).says(http.StatusOK, "تم حجز موعدكم")
	centre.AuditClean()
}

// Who has proved one mobile and then gives another books with the other.
func TestJourneyProvesAnotherMobile(t *testing.T) {
	t.Parallel()
	centre, visitor, w := portalCentre(t, func(c *service.Config) { c.UnprovedShare = 1 })
	newWalker(t, centre).goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses()
	w.goes("/services/heirs-returns/riyadh?day=2026-11-25").chooses()
	w.sends(w.action("mobile"), url.Values{"mobile": {visitor.Mobile}})
	centre.Jobs()
	w.sends(w.action("code"), url.Values{"mobile": {visitor.Mobile}, "code": {code(visitor)}}).says(http.StatusOK, "بيانات الزائر")

	other := centre.Visitor(2)
	form := details(other)
	w.sends(w.action("name"), form).says(http.StatusOK, "رمز التحقق")
	centre.Jobs()
	form.Set("code", code(other))
	w.sends(w.action("code"), form).says(http.StatusOK, "تم حجز موعدكم")
	centre.AuditClean()
	if n := servicetest.Query[int](t, centre.DatabaseURL,
		`SELECT count(*) FROM appointments WHERE status = 'booked' AND mobile = $1`,
		servicetest.Hash(t, centre.DatabaseURL, "mobile", "+966500000002")); n != 1 {
		t.Errorf("%d visits of the other mobile, want 1", n)
	}
}
