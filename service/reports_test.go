package service_test

import (
	"net/http"
	"testing"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

func TestReportsSmoke(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	v := centre.Visitor(1)
	v.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	centre.Jobs()
	for _, name := range []string{"utilisation", "lead-time", "no-shows", "waiting", "service-level", "changes", "channels", "messages", "waitlist", "unmet-demand"} {
		for _, by := range []string{"", "day", "department,channel", "month,service", "branch"} {
			a := centre.Manager().Gets("/v1/reports/" + name + "?from=2026-11-20&to=2026-11-30&group_by=" + by)
			if a.Status != http.StatusOK {
				t.Errorf("%s by %s: %d %s", name, by, a.Status, a.Body)
			}
			if by == "branch" {
				t.Logf("%s", a.Body)
			}
		}
	}
	a := centre.Manager().Gets("/v1/reports/forecast?group_by=day")
	t.Logf("%s", a.Body)
	a = centre.Manager().Gets("/v1/reports/changes?group_by=department&from=2026-11-20&to=2026-11-30&format=csv")
	t.Logf("%d %s %v", a.Status, a.Body, a.Header)
	var l api.ReportList
	centre.Manager().Gets("/v1/reports").JSON(t, &l)
}
