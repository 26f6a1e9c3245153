package catalog_test

import (
	"strings"
	"testing"

	"ziyara/catalog"
)

func TestOwnVisits(t *testing.T) {
	t.Parallel()
	for q, want := range map[string]bool{
		"موعدي": true, "مواعيدي": true, "حجزي": true, "وين موعدي": true, "زيارتى": true,
		"إلغاء موعد": true, "الغاء الموعد": true, "أبغى ألغي الحجز": true, "تعديل موعد": true, "تأجيل الموعد": true, "مَوْعِدِي": true,
		"my visit": true, "My Appointment": true, "cancel booking": true, "reschedule an appointment": true, "find my visits": true,
		"موعد": false, "حجز موعد الجوازات": false, "أبغى موعد": false, "إلغاء": false, "تعديل الآيبان": false, "تحديث بياناتي": false,
		"book a visit": false, "my bank account": false, "cancel a guarantee": false, "appointment": false, "": false, "؟!": false,
		strings.Repeat("ـ", 100) + "موعدي": false, "\xff": false,
	} {
		if got := catalog.OwnVisits(q); got != want {
			t.Errorf("OwnVisits(%q) = %t, want %t", q, got, want)
		}
	}
}
