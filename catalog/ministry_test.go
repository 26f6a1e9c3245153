package catalog_test

import (
	"testing"

	"ziyara/catalog"
)

// Visitors are always told a name and a number; what can't be dialled or opened
// is refused.
func TestMinistry(t *testing.T) {
	t.Parallel()
	neutral := catalog.Text{AR: "مركز الخدمة", EN: "Service centre"}
	finance := catalog.Text{AR: "وزارة المالية", EN: "Ministry of Finance"}
	for _, tt := range []struct {
		name     string
		ministry catalog.Ministry
		want     catalog.Ministry
		fine     bool
	}{
		{"nothing", catalog.Ministry{}, catalog.Ministry{Name: neutral, Phone: "19990"}, true},
		{"everything", catalog.Ministry{Name: finance, Phone: "+966114050000", Booking: "https://www.mof.gov.sa/visits"},
			catalog.Ministry{Name: finance, Phone: "+966114050000", Booking: "https://www.mof.gov.sa/visits"}, true},
		{"one language", catalog.Ministry{Name: catalog.Text{AR: finance.AR}}, catalog.Ministry{
			Name: catalog.Text{AR: finance.AR, EN: finance.AR}, Phone: "19990"}, true},
		{"a number with words", catalog.Ministry{Phone: "call 19990"}, catalog.Ministry{}, false},
		{"a number with spaces", catalog.Ministry{Phone: "920 000 000"}, catalog.Ministry{}, false},
		{"a page that is not safe", catalog.Ministry{Booking: "http://www.mof.gov.sa"}, catalog.Ministry{}, false},
		{"no page", catalog.Ministry{Booking: "mof.gov.sa"}, catalog.Ministry{}, false},
	} {
		got, err := tt.ministry.Complete()
		if (err == nil) != tt.fine || tt.fine && got != tt.want {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
}
