package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"
	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"

	"ziyara/texts"
)

func contract(t testing.TB) []byte {
	t.Helper()
	spec, err := os.ReadFile("../../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func contractValidator(t testing.TB) *validator {
	t.Helper()
	v, err := newValidator(contract(t))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// want is a refusal: status, allowed methods and pointers with their English
// detail.
type refusal struct {
	Status int
	Allow  []string
	Errors map[string]string
}

func refusalOf(t *testing.T, err error) *refusal {
	t.Helper()
	if err == nil {
		return nil
	}
	invalid, ok := errors.AsType[*invalidError](err)
	if !ok {
		t.Fatalf("error is %T: want *invalidError", err)
	}
	out := &refusal{Status: invalid.Status, Allow: invalid.Allow}
	for _, e := range invalid.Errors {
		if out.Errors == nil {
			out.Errors = make(map[string]string)
		}
		if e.Detail.AR == "" || e.Detail.AR == e.Detail.EN {
			t.Errorf("%s: the detail is not in Arabic: %q", e.Pointer, e.Detail.AR)
		}
		out.Errors[e.Pointer] = e.Detail.In("en")
	}
	return out
}

const (
	hold = `{"service":"heirs-returns","branch":"riyadh","start":"2026-11-01T09:00:00+03:00"}`
	book = `{"hold":"5d3c1c0e-8f3a-4b57-9d2e-2f6f1a0b7c44","hold_token":"t","verification":"v",` +
		`"visitor":{"name":"نورة العتيبي","id":"١٠٠٠٠٠٠٠٠٨"},"documents_acknowledged":true}`
)

func TestCheck(t *testing.T) {
	t.Parallel()
	v := contractValidator(t)
	unprocessable := func(errors map[string]string) *refusal {
		return &refusal{Status: http.StatusUnprocessableEntity, Errors: errors}
	}
	tests := []struct {
		name                string
		method, path, query string
		header              http.Header
		body                string
		want                *refusal // nil if allowed
	}{
		{name: "a path of the contract", path: "/v1/branches"},
		{name: "operations", path: "/healthz"},
		{name: "HEAD wherever there is GET", method: "HEAD", path: "/v1/branches"},
		{name: "a literal segment wins over a parameter", path: "/v1/services/s/slots/explain", query: "branch=b&date=2026-11-01"},
		{name: "percent-encoded parameter", path: "/v1/services/%D8%B9"},

		{name: "unknown path", path: "/v1/nothing", want: &refusal{Status: 404}},
		{name: "trailing slash is another path", path: "/v1/branches/", want: &refusal{Status: 404}},
		{name: "empty parameter", path: "/v1/services/", want: &refusal{Status: 404}},
		{name: "broken percent-encoding", path: "/v1/services/%zz", want: &refusal{Status: 404}},
		{name: "path parameter not UTF-8", path: "/v1/services/%ff", want: &refusal{Status: 404}},
		{name: "path parameter with a control character", path: "/v1/services/a%00", want: &refusal{Status: 404}},
		{name: "over-long slug names nothing", path: "/v1/services/" + strings.Repeat("a", 65), want: &refusal{Status: 404}},
		{name: "no path at all", path: "*", want: &refusal{Status: 404}},

		{name: "wrong method", method: "PUT", path: "/v1/branches", want: &refusal{Status: 405, Allow: []string{"GET", "HEAD"}}},
		{name: "wrong method on a POST", path: "/v1/holds", want: &refusal{Status: 405, Allow: []string{"POST"}}},

		{name: "query within limits", path: "/v1/services", query: "limit=200&q=%D8%A2&branch=riyadh"},
		{name: "a parameter that nobody knows", path: "/v1/services", query: "utm=1", want: unprocessable(map[string]string{
			"?utm": "There is no parameter with this name here.",
		})},
		{name: "a parameter where there are none", path: "/v1/branches", query: "page=2", want: unprocessable(map[string]string{
			"?page": "There is no parameter with this name here.",
		})},
		{name: "several, one of them misspelt", path: "/v1/services", query: "limit=5&Branch=riyadh", want: unprocessable(map[string]string{
			"?Branch": "There is no parameter with this name here.",
		})},
		{name: "an odd name", path: "/v1/branches", query: "%0a%22=1", want: unprocessable(map[string]string{
			"?%0A%22": "There is no parameter with this name here.",
		})},
		{name: "probes may have a query", path: "/healthz", query: "from=balancer"},
		{name: "missing", path: "/v1/guide", want: unprocessable(map[string]string{"?q": "This is required."})},
		{name: "empty", path: "/v1/guide", query: "q=", want: unprocessable(map[string]string{"?q": "This can't be empty."})},
		{name: "given twice", path: "/v1/guide", query: "q=a&q=b", want: unprocessable(map[string]string{"?q": "Give this only once."})},
		{name: "not UTF-8", path: "/v1/guide", query: "q=%ff", want: unprocessable(map[string]string{"?q": wrongForm().EN})},
		{name: "control character", path: "/v1/guide", query: "q=a%0a", want: unprocessable(map[string]string{"?q": wrongForm().EN})},
		{
			name: "over-long", path: "/v1/guide", query: "q=" + strings.Repeat("a", 101),
			want: unprocessable(map[string]string{"?q": "Most characters allowed: 100."}),
		},
		{name: "length counts characters", path: "/v1/guide", query: "q=" + strings.Repeat("ع", 100)},
		{name: "broken query", path: "/v1/guide", query: "q=%zz", want: unprocessable(map[string]string{"?": malformedQuery().EN})},
		{
			name: "not a number", path: "/v1/services", query: "limit=ten",
			want: unprocessable(map[string]string{"?limit": "This must be a whole number."}),
		},
		{name: "fraction", path: "/v1/services", query: "limit=1.5",
			want: unprocessable(map[string]string{"?limit": "This must be a whole number."})},
		{
			name: "too small", path: "/v1/services", query: "limit=0",
			want: unprocessable(map[string]string{"?limit": "Smallest value allowed: 1."}),
		},
		{
			name: "too large", path: "/v1/services", query: "limit=201",
			want: unprocessable(map[string]string{"?limit": "Largest value allowed: 200."}),
		},
		{name: "dates in range", path: "/v1/services/s/slots", query: "branch=b&from=2028-02-29&to=2028-03-01"},
		{
			name: "dates that do not exist, all told at once", path: "/v1/services/s/slots", query: "branch=b&from=2026-02-29&to=1-1-2026&party=0",
			want: unprocessable(map[string]string{
				"?from": "This must be a date that exists, with year, month and day.",
				"?to":   "This must be a date that exists, with year, month and day.", "?party": "Smallest value allowed: 1.",
			}),
		},

		{
			name: "headers within limits", method: "POST", path: "/v1/holds",
			header: http.Header{"Idempotency-Key": {"k-0123456789abcde"}, "Accept-Language": {"ar, en;q=0.5"}}, body: hold,
		},
		{
			name: "header with spaces", method: "POST", path: "/v1/holds", header: http.Header{"Idempotency-Key": {"a b 0123456789abcde"}},
			body: hold, want: unprocessable(map[string]string{"Idempotency-Key:": wrongForm().EN}),
		},
		{
			name: "over-long header", method: "POST", path: "/v1/holds", header: http.Header{"Idempotency-Key": {strings.Repeat("k", 129)}},
			body: hold, want: unprocessable(map[string]string{"Idempotency-Key:": "Most characters allowed: 128."}),
		},
		{
			name: "header given twice", method: "POST", path: "/v1/holds", header: http.Header{"Idempotency-Key": {"a", "b"}}, body: hold,
			want: unprocessable(map[string]string{"Idempotency-Key:": "Give this only once."}),
		},

		{name: "body within limits", method: "POST", path: "/v1/holds", body: hold},
		{name: "Arabic-Indic digits", method: "POST", path: "/v1/appointments", body: book},
		{
			name: "an instant in UTC with a fraction", method: "POST", path: "/v1/appointments/V/move", body: `{"start":"2026-11-01T06:00:00.000Z"}`,
		},
		{name: "whole number written as a fraction", method: "POST", path: "/v1/holds", body: strings.Replace(hold, "}", `,"party":2.0}`, 1)},
		{name: "empty object where nothing is required", method: "POST", path: "/v1/appointments/V/cancel", body: `{}`},
		{
			name: "media type with parameters", method: "POST", path: "/v1/holds",
			header: http.Header{"Content-Type": {"Application/JSON; charset=UTF-8"}}, body: hold,
		},
		{name: "a body nobody asked for", path: "/v1/branches", body: "x"},

		{name: "no body where none is required", method: "POST", path: "/v1/appointments/V/cancel"},
		{
			name: "no body where none is required, and no media type", method: "POST", path: "/v1/appointments/V/cancel",
			header: http.Header{"Content-Type": nil},
		},
		{
			name: "null where no body is required", method: "POST", path: "/v1/appointments/V/cancel", body: `null`,
			want: unprocessable(map[string]string{"#": "This must be a set of named values."}),
		},
		{
			name: "form where no body is required", method: "POST", path: "/v1/appointments/V/cancel", body: "reason=other",
			header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
			want:   &refusal{Status: 415, Errors: map[string]string{"Content-Type:": wantJSON().EN}},
		},
		{name: "no body", method: "POST", path: "/v1/holds", want: &refusal{Status: 400, Errors: map[string]string{"#": "This is required."}}},
		{
			name: "not JSON", method: "POST", path: "/v1/holds", body: `{"service":`,
			want: &refusal{Status: 400, Errors: map[string]string{"#": malformedJSON().EN}},
		},
		{
			name: "two documents", method: "POST", path: "/v1/holds", body: hold + hold,
			want: &refusal{Status: 400, Errors: map[string]string{"#": malformedJSON().EN}},
		},
		{
			name: "body not UTF-8", method: "POST", path: "/v1/holds", body: "{\"service\":\"\xff\"}",
			want: &refusal{Status: 400, Errors: map[string]string{"#": malformedJSON().EN}},
		},
		{
			name: "a number beyond all bounds", method: "POST", path: "/v1/holds", body: `{"party":1e999}`,
			want: &refusal{Status: 400, Errors: map[string]string{"#": malformedJSON().EN}},
		},

		{
			name: "form", method: "POST", path: "/v1/holds", header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, body: hold,
			want: &refusal{Status: 415, Errors: map[string]string{"Content-Type:": wantJSON().EN}},
		},
		{
			name: "no media type", method: "POST", path: "/v1/holds", header: http.Header{"Content-Type": nil}, body: hold,
			want: &refusal{Status: 415, Errors: map[string]string{"Content-Type:": wantJSON().EN}},
		},
		{
			name: "another charset", method: "POST", path: "/v1/holds", header: http.Header{"Content-Type": {"application/json; charset=utf-16"}},
			body: hold, want: &refusal{Status: 415, Errors: map[string]string{"Content-Type:": wantJSON().EN}},
		},
		{
			name: "compressed", method: "POST", path: "/v1/holds", header: http.Header{"Content-Encoding": {"gzip"}}, body: hold,
			want: &refusal{Status: 415, Errors: map[string]string{"Content-Encoding:": noEncoding().EN}},
		},

		{
			name: "not an object", method: "POST", path: "/v1/holds", body: `[]`,
			want: unprocessable(map[string]string{"#": "This must be a set of named values."}),
		},
		{name: "null", method: "POST", path: "/v1/holds", body: `null`,
			want: unprocessable(map[string]string{"#": "This must be a set of named values."})},
		{
			name: "required", method: "POST", path: "/v1/holds", body: `{"service":"s"}`,
			want: unprocessable(map[string]string{"#/branch": "This is required.", "#/start": "This is required."}),
		},
		{
			name: "unknown member", method: "POST", path: "/v1/holds", body: strings.Replace(hold, "}", `,"a/b":1}`, 1),
			want: unprocessable(map[string]string{"#/a~1b": "This is not known."}),
		},
		{
			name: "member in other case", method: "POST", path: "/v1/verifications", body: `{"Mobile":"0501234567"}`,
			want: unprocessable(map[string]string{"#/Mobile": "This is not known.", "#/mobile": "This is required."}),
		},
		{
			name: "unknown member with an odd name is not repeated", method: "POST", path: "/v1/holds",
			body: strings.Replace(hold, "}", `,"<b> ":1}`, 1), want: unprocessable(map[string]string{"#": "This is not known."}),
		},
		{
			name: "wrong types", method: "POST", path: "/v1/holds", body: `{"service":1,"branch":null,"start":[],"party":"1"}`,
			want: unprocessable(map[string]string{
				"#/service": "This must be text.", "#/branch": "This must be text.", "#/start": "This must be text.",
				"#/party": "This must be a whole number.",
			}),
		},
		{
			name: "enum", method: "POST", path: "/v1/holds", body: strings.Replace(hold, "}", `,"channel":"vip"}`, 1),
			want: unprocessable(map[string]string{"#/channel": "Values allowed: public, agent, walk_in, protected."}),
		},
		{
			name: "instant that does not exist", method: "POST", path: "/v1/appointments/V/move", body: `{"start":"2026-02-30T09:00:00+03:00"}`,
			want: unprocessable(map[string]string{"#/start": texts.Visitors("invalid.instant").EN}),
		},
		{
			name: "instant without offset", method: "POST", path: "/v1/appointments/V/move", body: `{"start":"2026-02-28T09:00:00"}`,
			want: unprocessable(map[string]string{"#/start": texts.Visitors("invalid.instant").EN}),
		},
		{
			name: "too short", method: "POST", path: "/v1/verifications", body: `{"mobile":"05"}`,
			want: unprocessable(map[string]string{"#/mobile": "Fewest characters allowed: 5."}),
		},
		{
			name: "nested, with lists", method: "POST", path: "/v1/appointments",
			body: strings.NewReplacer(
				"نورة العتيبي", `a\u0000b`,
				"5d3c1c0e", "xyz",
				`"documents_acknowledged":true`, `"documents_acknowledged":"yes","needs":["visual","no wings"],`+
					`"representative":{"wakala_expires":"2027-02-29"}`,
			).Replace(book),
			want: unprocessable(map[string]string{
				"#/visitor/name":                  wrongForm().EN,
				"#/hold":                          wrongForm().EN,
				"#/documents_acknowledged":        "This must be yes or no.",
				"#/needs/1":                       wrongForm().EN,
				"#/representative/name":           "This is required.",
				"#/representative/id":             "This is required.",
				"#/representative/wakala":         "This is required.",
				"#/representative/wakala_expires": "This must be a date that exists, with year, month and day.",
			}),
		},
		{
			name: "repeated entries", method: "POST", path: "/v1/appointments",
			body: strings.Replace(book, `"visitor"`, `"needs":["visual","visual"],"visitor"`, 1),
			want: unprocessable(map[string]string{"#/needs": "Each entry can be given only once."}),
		},
		{
			name: "too many entries", method: "POST", path: "/v1/appointments",
			body: strings.Replace(book, `"visitor"`,
				`"needs":["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p","q","r","s","t","u"],"visitor"`, 1),
			want: unprocessable(map[string]string{"#/needs": "Most entries allowed: 20."}),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Content-Type": {"application/json"}}
			maps.Copy(header, tt.header)
			method := tt.method
			if method == "" {
				method = http.MethodGet
			}
			_, err := v.check(rawRequest{
				method: method, path: tt.path, query: tt.query, body: []byte(tt.body),
				header: func(name string) []string { return header.Values(name) },
			})
			if diff := cmp.Diff(tt.want, refusalOf(t, err)); diff != "" {
				t.Errorf("check (-want +got):\n%s", diff)
			}
		})
	}
}

// A refusal stays short and repeats nothing, whatever is sent.
func TestCheckRepeatsNothing(t *testing.T) {
	t.Parallel()
	v := contractValidator(t)
	const secret = "4929-s3cr3t"
	needs := strings.TrimSuffix(strings.Repeat(`"`+secret+`!",`, 3000), ",")
	body := `{"hold":"` + secret + `","visitor":{"id":"` + strings.Repeat(secret, 9) + `","name":["` + secret + `"]},"needs":[` + needs + `]}`
	_, err := v.check(rawRequest{
		method: http.MethodPost, path: "/v1/appointments", body: []byte(body),
		header: func(name string) []string {
			return http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {secret + " "}}.Values(name)
		},
	})
	invalid, ok := errors.AsType[*invalidError](err)
	if !ok {
		t.Fatalf("got %v: want *invalidError", err)
	}
	if got := len(invalid.Errors); got != maxPointers {
		t.Errorf("got %d errors: want %d", got, maxPointers)
	}
	said, _ := json.Marshal(invalid)
	if strings.Contains(string(said), "s3cr3t") || strings.Contains(invalid.Error(), "s3cr3t") {
		t.Errorf("the value is repeated: %s", said)
	}
}

// echoServer answers with what its handlers were given.
type echoServer struct {
	StrictServerInterface
	hold  chan CreateHoldRequestObject
	slots chan ListSlotsRequestObject
}

func (s echoServer) CreateHold(_ context.Context, r CreateHoldRequestObject) (CreateHoldResponseObject, error) {
	s.hold <- r
	return CreateHold201JSONResponse{}, nil
}

func (s echoServer) ListSlots(_ context.Context, r ListSlotsRequestObject) (ListSlotsResponseObject, error) {
	s.slots <- r
	return ListSlots304Response{}, nil
}

// newEchoApp is the generated server behind the validator.
func newEchoApp(t *testing.T) (*fiber.App, echoServer) {
	t.Helper()
	app := fiber.New(fiber.Config{
		Immutable: true,
		ErrorHandler: func(c *fiber.Ctx, err error) error {
			if invalid, ok := errors.AsType[*invalidError](err); ok {
				return c.Status(invalid.Status).SendString(invalid.Error())
			}
			return c.Status(http.StatusInternalServerError).SendString("unexpected: " + err.Error())
		},
	})
	s := echoServer{hold: make(chan CreateHoldRequestObject, 1), slots: make(chan ListSlotsRequestObject, 1)}
	app.Use(contractValidator(t).middleware)
	RegisterHandlers(app, NewStrictHandler(s, nil))
	return app, s
}

func send(t *testing.T, app *fiber.App, r *http.Request) (int, string) {
	t.Helper()
	resp, err := app.Test(r, 5000)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
	}()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestMiddleware(t *testing.T) {
	t.Parallel()

	t.Run("handlers bind the value that was validated", func(t *testing.T) {
		t.Parallel()
		app, s := newEchoApp(t)
		r := httptest.NewRequest(http.MethodPost, "/v1/holds", strings.NewReader(
			`{"service":"x","service":"heirs-returns","branch":"riyadh","start":"2026-11-01T09:00:00+03:00","party":2.0,"channel":"agent"}`))
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		r.Header.Set("Accept-Language", "en-GB, en;q=0.9, ar;q=0.5")
		r.Header.Set("Idempotency-Key", "a,b;c=d%20e-01234")
		if status, body := send(t, app, r); status != http.StatusCreated {
			t.Fatalf("got %d %s: want 201", status, body)
		}
		want := CreateHoldRequestObject{
			Params: CreateHoldParams{AcceptLanguage: "en-GB, en;q=0.9, ar;q=0.5", IdempotencyKey: "a,b;c=d%20e-01234"},
			Body: &HoldRequest{
				Service: "heirs-returns", Branch: "riyadh", Party: 2, Channel: catalog.Agent,
				Start: time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC),
			},
		}
		if diff := cmp.Diff(want, <-s.hold); diff != "" {
			t.Errorf("request (-want +got):\n%s", diff)
		}
	})

	t.Run("path, query and headers reach the handler decoded", func(t *testing.T) {
		t.Parallel()
		app, s := newEchoApp(t)
		r := httptest.NewRequest(http.MethodGet, "/v1/services/a%2Fb%20c/slots?branch=%D8%B9,1&from=2026-11-01", nil)
		r.Header.Set("If-None-Match", `W/"a", "b"`)
		r.Header.Set("Accept-Language", "")
		if status, body := send(t, app, r); status != http.StatusNotModified {
			t.Fatalf("got %d %s: want 304", status, body)
		}
		want := ListSlotsRequestObject{
			Service: "a/b c",
			Params:  ListSlotsParams{Branch: "ع,1", From: "2026-11-01", IfNoneMatch: `W/"a", "b"`},
		}
		if diff := cmp.Diff(want, <-s.slots); diff != "" {
			t.Errorf("request (-want +got):\n%s", diff)
		}
	})

	for _, tt := range []struct {
		name, method, target, body string
		status                     int
	}{
		{name: "unknown path", method: "GET", target: "/v2/branches", status: 404},
		{name: "wrong method", method: "DELETE", target: "/v1/branches", status: 405},
		{name: "not JSON", method: "POST", target: "/v1/holds", body: "{", status: 400},
		{name: "schema", method: "POST", target: "/v1/holds", body: "{}", status: 422},
		{name: "query", method: "GET", target: "/v1/guide", status: 422},
		{name: "dots are not resolved into another path", method: "GET", target: "/v1/guide/../branches", status: 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			app, _ := newEchoApp(t)
			r := httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.body))
			r.Header.Set("Content-Type", "application/json")
			if status, body := send(t, app, r); status != tt.status {
				t.Errorf("got %d %s: want %d", status, body, tt.status)
			}
		})
	}
}

func TestNewValidatorRefuses(t *testing.T) {
	t.Parallel()
	const head = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\n"
	for _, tt := range []struct{ name, spec, want string }{
		{"what is no document", "openapi: [", "load contract"},
		{"an invalid document", "openapi: 3.0.3\npaths: {}\n", "check contract"},
		{
			"lists as parameters",
			head + `paths: {/x: {get: {parameters: [{name: a, in: query, schema: {type: array, items: {type: string}}}], responses: {"200": ` +
				`{description: d}}}}}`,
			"only strings and integers",
		},
		{
			"cookies",
			head + `paths: {/x: {get: {parameters: [{name: a, in: cookie, schema: {type: string}}], responses: {"200": {description: d}}}}}`,
			"in cookie is not supported",
		},
		{
			"forms",
			head + `paths: {/x: {post: {requestBody: {required: true, content: {text/plain: {schema: {type: string}}}}, responses: {"200": ` +
				`{description: d}}}}}`,
			"only JSON bodies",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := newValidator([]byte(tt.spec)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v: want an error with %q", err, tt.want)
			}
		})
	}
}

// Every operation says what it does and shows an example of its body and of
// each answer; every error is a problem, of the kinds that it lists.
func TestContractIsComplete(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(contract(t))
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			name := method + " " + path
			if op.OperationID == "" || op.Summary == "" || op.Description == "" || len(op.Tags) != 1 {
				t.Errorf("%s: want an operationId, a summary, a description and a tag", name)
			}
			if op.RequestBody != nil {
				wantExample(t, name+" body", op.RequestBody.Value.Content)
				if has := op.RequestBody.Value.Content["application/json"].Schema.Value.AdditionalProperties.Has; has == nil || *has {
					t.Errorf("%s: the body must be closed", name)
				}
			}
			for status, response := range op.Responses.Map() {
				if status < "400" {
					wantExample(t, name+" "+status, response.Value.Content)
				} else if response.Value.Content["application/problem+json"] == nil {
					t.Errorf("%s %s: want application/problem+json", name, status)
				}
			}
		}
	}
}

// The contract tells callers nothing of this server: what its generator needs to know is
// in overlay.yaml.
func TestContractSaysNothingOfTheServer(t *testing.T) {
	t.Parallel()
	for _, n := range contractNodes(t) {
		for name := range n.value {
			if strings.HasPrefix(name, "x-") {
				t.Errorf("%s has %s: say it in overlay.yaml", n.path, name)
			}
		}
	}
}

// Every operation lists the kinds of its problems: those of any operation once, its own by
// their status, with those of any operation that have the same status. Every kind
// is one that an operation can answer.
func TestKindsOfOperations(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(contract(t))
	if err != nil {
		t.Fatal(err)
	}
	statusOf, listed := map[string]int{}, map[string]bool{}
	for _, k := range kinds() {
		statusOf[k.name] = k.status
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for status, response := range op.Responses.Map() {
				if response.Value.Headers["X-Request-Id"] == nil {
					t.Errorf("%s %s %s: X-Request-Id is not declared", method, path, status)
				}
			}
		}
	}
	everywhere := listedKinds(t, "any", doc.Components.Responses["AnyProblem"].Value)
	check := func(where string, status int, names []string) {
		for _, name := range names {
			listed[name] = true
			if statusOf[name] == 0 || status != 0 && statusOf[name] != status {
				t.Errorf("%s: %s has status %d", where, name, statusOf[name])
			}
		}
		for _, name := range everywhere {
			if statusOf[name] == status && !slices.Contains(names, name) {
				t.Errorf("%s: %s can come everywhere", where, name)
			}
		}
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if strings.HasPrefix(path, "/v1/") && op.Responses.Value("default").Ref != "#/components/responses/AnyProblem" {
				t.Errorf("%s %s: want AnyProblem by default", method, path)
			}
			for status, response := range op.Responses.Map() {
				if code, err := strconv.Atoi(status); err != nil || code >= http.StatusBadRequest {
					where := method + " " + path + " " + status
					check(where, code, listedKinds(t, where, response.Value))
				}
			}
		}
	}
	outside := []string{
		"receipt-not-proved", "receipt-not-readable", "unknown-gateway", // receipts of gateways
		"unknown-channel", // the contract allows no other
	}
	for _, k := range kinds() {
		if listed[k.name] == slices.Contains(outside, k.name) {
			t.Errorf("%s: listed at an operation %t", k.name, listed[k.name])
		}
	}
}

// listedKinds returns the kinds that a response lists.
func listedKinds(t *testing.T, where string, response *openapi3.Response) []string {
	t.Helper()
	schema := response.Content["application/problem+json"].Schema.Value
	if len(schema.AllOf) != 1 || schema.AllOf[0].Ref != "#/components/schemas/Problem" || schema.Properties["type"] == nil {
		t.Errorf("%s: want a Problem with a closed set of types", where)
		return nil
	}
	var names []string
	for _, value := range schema.Properties["type"].Value.Enum {
		name, ok := strings.CutPrefix(value.(string), "/problems#")
		if !ok || slices.Contains(names, name) {
			t.Errorf("%s: type %v", where, value)
		}
		names = append(names, name)
	}
	return names
}

func wantExample(t *testing.T, name string, content openapi3.Content) {
	t.Helper()
	for media, c := range content {
		if c.Example == nil && len(c.Examples) == 0 {
			t.Errorf("%s: want an example of %s", name, media)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	v := contractValidator(b)
	b.Run("slots", func(b *testing.B) {
		b.ReportAllocs()
		r := rawRequest{
			method: "GET", path: "/v1/services/heirs-returns/slots", query: "branch=riyadh&from=2026-11-01&to=2026-11-14",
			header: func(string) []string { return nil },
		}
		for b.Loop() {
			if _, err := v.check(r); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("book", func(b *testing.B) {
		b.ReportAllocs()
		r := rawRequest{method: "POST", path: "/v1/appointments", body: []byte(book), header: func(n string) []string {
			if n == "Content-Type" {
				return []string{"application/json"}
			}
			return nil
		}}
		for b.Loop() {
			if _, err := v.check(r); err != nil {
				b.Fatal(err)
			}
		}
	})
}
