package service_test

import (
	"net/http"
	"testing"

	"ziyara/service/servicetest"
)

// What the centre offers, and one visit, are asked for in vain while they are as the caller has
// them; a change is told at once.
func TestUnchanged(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	visit := visitor.Books("annual-returns", "riyadh", servicetest.At(t, "2026-11-24T07:30"))
	staff := centre.Admin()
	ask := func(path, bearer, tag string) servicetest.Answer {
		header := map[string]string{"If-None-Match": tag, "Accept-Encoding": "identity"}
		if bearer != "" {
			header["Authorization"] = "Bearer " + bearer
		}
		return centre.Send(servicetest.Request{Method: http.MethodGet, Path: path, Header: header})
	}
	of := "/v1/appointments/" + visit.Reference
	tags := map[string]string{}
	for _, path := range []string{
		"/v1/branches", "/v1/branches/riyadh", "/v1/departments", "/v1/services", "/v1/services?branch=jeddah", "/v1/services/heirs-returns",
		"/v1/cancellation-reasons", of,
	} {
		bearer := ""
		if path == of {
			bearer = visit.ManageToken
		}
		first := ask(path, bearer, "")
		tag := first.Header.Get("ETag")
		if first.Status != http.StatusOK || tag == "" {
			t.Errorf("%s: %d, tag %q", path, first.Status, tag)
		}
		for _, known := range []string{tag, `"x", ` + tag, "*"} {
			if again := ask(path, bearer, known); again.Status != http.StatusNotModified || len(again.Body) > 0 {
				t.Errorf("%s with %s: %d", path, known, again.Status)
			}
		}
		if other := ask(path, bearer, `"x"`); other.Status != http.StatusOK || string(other.Body) != string(first.Body) {
			t.Errorf("%s with another tag: %d", path, other.Status)
		}
		tags[path] = tag
	}
	if seen := ask(of, staff.Token(), tags[of]); seen.Status != http.StatusOK { // staff see it in another way
		t.Errorf("staff with the visitor's tag: %d", seen.Status)
	}
	if kept := ask(of, visit.ManageToken, "").Header.Get("Cache-Control"); kept != "no-store" {
		t.Errorf("a visit may be kept: %s", kept)
	}
	visitor.TryCancel(visit)
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE services SET name = '{"ar": "آخر", "en": "other"}' WHERE slug = 'heirs-returns'`)
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE centre SET version = version + 1")
	centre.Jobs()
	for path, bearer := range map[string]string{of: visit.ManageToken, "/v1/services": "", "/v1/services/heirs-returns": ""} {
		if changed := ask(path, bearer, tags[path]); changed.Status != http.StatusOK || changed.Header.Get("ETag") == tags[path] {
			t.Errorf("%s after a change: %d", path, changed.Status)
		}
	}
}
