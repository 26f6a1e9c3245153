package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"ziyara/service/servicetest/contract"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	const (
		branches = `{"branches":[{"slug":"riyadh","name":{"ar":"ا","en":"a"},"city":{"ar":"ا","en":"a"},` +
			`"address":{"ar":"ا","en":"a"},"zone":"Asia/Riyadh"}]}`
		notFound = `{"type":"/problems#not-found","title":"t","status":404,"detail":"d","request_id":"r"}`
		invalid  = `{"type":"/problems#invalid","title":"t","status":422,"detail":"d","request_id":"r",` +
			`"errors":[{"pointer":"?q","code":"required","detail":"d"}]}`
		busy = `{"type":"/problems#unavailable","title":"t","status":503,"detail":"d","request_id":"r"}`
	)
	header := func(pairs ...string) http.Header {
		h := http.Header{"X-Request-Id": {"r"}}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	plain, problem := header("Content-Type", "application/json", "ETag", `"1"`), header("Content-Type", "application/problem+json")
	notAllowed := header("Content-Type", "application/problem+json", "Allow", "GET")
	is := func(status string) string { return strings.Replace(notFound, "404", status, 1) }
	for _, tt := range []struct {
		name           string
		method, target string
		status         int
		header         http.Header
		body           string
		want           string // part of the error; "" for none
	}{
		{name: "as described", target: "/v1/branches", status: 200, header: plain, body: branches},
		{name: "absolute target", target: "http://127.0.0.1:8080/v1/branches?x=1", status: 200, header: plain, body: branches},
		{name: "HEAD", method: "HEAD", target: "/v1/branches", status: 200, header: plain},
		{name: "no content", method: "DELETE", target: "/v1/holds/x", status: 204, header: header()},
		{name: "unchanged", target: "/v1/services/s/slots?branch=b", status: 304, header: header("ETag", `"a"`)},
		{name: "problem", target: "/v1/guide", status: 422, header: problem, body: invalid},
		{name: "unknown path", target: "/v1/x", status: 404, header: problem, body: notFound},
		{name: "a kind that the operation lists", target: "/v1/appointments/V", status: 404, header: problem, body: notFound},
		{name: "wrong method", method: "PUT", target: "/v1/branches", status: 405, header: notAllowed, body: is("405")},
		{name: "body too large", method: "POST", target: "/v1/holds", status: 413, header: problem,
			body: strings.Replace(is("413"), "not-found", "too-large", 1)},

		{
			name: "no request id", target: "/v1/branches", status: 200, header: http.Header{"Content-Type": {"application/json"}},
			body: branches, want: "X-Request-Id",
		},
		{
			name: "no entity tag", target: "/v1/branches", status: 200, header: header("Content-Type", "application/json"),
			body: branches, want: "ETag",
		},
		{name: "undeclared status", target: "/v1/branches", status: 202, header: plain, body: branches, want: "Content-Type"},
		{name: "a kind that the operation does not list", target: "/v1/branches", status: 404, header: problem, body: notFound, want: "type"},
		{
			name: "nor any operation", target: "/v1/services/s", status: 404, header: problem,
			body: strings.Replace(notFound, "not-found", "gone-fishing", 1), want: "type",
		},
		{
			name: "a fault without a code", target: "/v1/guide", status: 422, header: problem,
			body: strings.Replace(invalid, `"code":"required",`, "", 1), want: "code",
		},
		{
			name: "a fault with a code of its own", target: "/v1/guide", status: 422, header: problem,
			body: strings.Replace(invalid, "required", "mandatory", 1), want: "code",
		},
		{
			name: "wrong media type", target: "/v1/branches", status: 200, header: header("Content-Type", "text/html", "ETag", `"1"`),
			body: branches, want: "Content-Type",
		},
		{name: "problem as plain JSON", target: "/v1/guide", status: 422, header: plain, body: invalid, want: "Content-Type"},
		{name: "missing member", target: "/v1/branches", status: 200, header: plain, body: `{}`, want: "branches"},
		{name: "missing header", target: "/v1/guide", status: 503, header: problem, body: busy, want: "Retry-After"},
		{
			name: "status and body disagree", target: "/v1/guide", status: 422, header: problem,
			body: strings.Replace(invalid, "422", "404", 1), want: "want 422",
		},
		{name: "body where none belongs", method: "DELETE", target: "/v1/holds/x", status: 204, header: header(), body: "x", want: "no body"},
		{
			name: "date that does not exist", target: "/v1/services/s/slots/explain", status: 200, header: plain,
			body: `{"date":"2026-02-30"}`, want: "date",
		},
		{name: "unknown path served", target: "/v1/x", status: 200, header: plain, body: `{}`, want: "want 404"},
		{name: "wrong method served", method: "PUT", target: "/v1/branches", status: 200, header: plain, body: branches, want: "want 405"},
		{name: "wrong method without Allow", method: "PUT", target: "/v1/branches", status: 405, header: problem, body: notFound, want: "Allow"},
		{
			name: "unknown path as text", target: "/v1/x", status: 404, header: header("Content-Type", "text/plain"),
			body: "no", want: "media type",
		},
		{name: "unknown path with half a problem", target: "/v1/x", status: 404, header: problem, body: `{"status":404}`, want: "type"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			method := tt.method
			if method == "" {
				method = http.MethodGet
			}
			err := contract.Check(method, tt.target, tt.status, tt.header, []byte(tt.body))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("got %v: want none", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v: want an error with %q", err, tt.want)
			}
		})
	}
}
