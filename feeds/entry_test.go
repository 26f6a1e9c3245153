package feeds_test

import (
	"strings"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/feeds"
)

// entry is a visit for its visitor's calendar.
func entry() feeds.Entry {
	start := time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)
	return feeds.Entry{
		Reference: "V-7K3F-9Q2M-R", Booked: true, Service: catalog.Text{AR: "تحديث الآيبان", EN: "IBAN update"},
		Branch:  catalog.Text{AR: "فرع الملز", EN: "Malaz branch"},
		Address: catalog.Text{AR: "شارع الستين، الرياض", EN: "Sitteen Street; Riyadh"},
		Bring:   []catalog.Text{{AR: "الهوية", EN: "Identity card"}}, Start: start, End: start.Add(20 * time.Minute),
		Version: 3, Created: start.Add(-48 * time.Hour), Changed: start.Add(-24 * time.Hour),
	}
}

func writtenEntry(t *testing.T, lang string, e feeds.Entry) string {
	t.Helper()
	var b strings.Builder
	if err := feeds.WriteEntry(&b, lang, "ziyara", e); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A file that people save has no method and no organizer (RFC 5545, section 3.7.2),
// the version as SEQUENCE, and an alarm while the visit is to take place.
func TestEntry(t *testing.T) {
	t.Parallel()
	const want = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Ziyara//Ziyara//AR\r\nCALSCALE:GREGORIAN\r\n" +
		"BEGIN:VEVENT\r\nUID:V-7K3F-9Q2M-R@ziyara\r\nDTSTAMP:20261123T060000Z\r\nDTSTART:20261124T060000Z\r\nDTEND:20261124T062000Z\r\n" +
		"CREATED:20261122T060000Z\r\nLAST-MODIFIED:20261123T060000Z\r\nSEQUENCE:3\r\nSTATUS:CONFIRMED\r\n" +
		"SUMMARY;LANGUAGE=en:Visit: IBAN update\r\nLOCATION;LANGUAGE=en:Malaz branch\\, Sitteen Street\\; Riyadh\r\n" +
		"DESCRIPTION;LANGUAGE=en:Reference: V-7K3F-9Q2M-R\\nDocuments to bring:\\n- Identity card\r\n" +
		"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT120M\r\nDESCRIPTION;LANGUAGE=en:Visit: IBAN update\r\nEND:VALARM\r\n" +
		"END:VEVENT\r\nEND:VCALENDAR\r\n"
	if got := strings.ReplaceAll(writtenEntry(t, "en", entry()), "\r\n ", ""); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, lang := range []string{"ar", "en"} {
		asked, gone := entry(), entry()
		asked.Status, asked.Booked = feeds.Tentative, false
		gone.Status, gone.Booked = feeds.Cancelled, false
		if got := writtenEntry(t, lang, asked); !strings.Contains(got, "STATUS:TENTATIVE") || strings.Contains(got, "VALARM") {
			t.Errorf("a request: %s", got)
		}
		got := writtenEntry(t, lang, gone)
		if !strings.Contains(got, "STATUS:CANCELLED") || strings.Contains(got, "VALARM") || strings.Contains(got, `\n- `) {
			t.Errorf("cancelled: %s", got)
		}
	}
}
