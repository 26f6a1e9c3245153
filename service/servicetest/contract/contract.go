// Package contract checks responses against openapi.yaml, for tests that drive
// the whole service. It reads the contract by itself: the checks of service/api
// are what is tested.
package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"ziyara"
)

// document returns the contract, read once.
var document = sync.OnceValues(func() (*openapi3.T, error) { //nolint:gochecknoglobals // derived from a constant
	return openapi3.NewLoader().LoadFromData(ziyara.OpenAPI)
})

// formats refuses dates and instants that don't exist, such as 2026-02-30.
func formats() openapi3.SchemaValidationOption {
	return openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
		"date":      layout(time.DateOnly),
		"date-time": layout(time.RFC3339),
	})
}

// layout is a format of texts that time.Parse reads.
type layout string

// Validate returns an error unless s has the layout.
func (l layout) Validate(s string) error {
	_, err := time.Parse(string(l), s)
	return err
}

// Check returns an error if the response to a request (method and target,
// absolute or not) is not one that the contract describes: status, headers,
// media type and body; a problem must be of a kind that the operation lists. Every
// response must carry X-Request-Id, 429 and 503 Retry-After. Unknown paths must be
// 404, unknown methods 405 with Allow. It is safe for concurrent use.
func Check(method, target string, status int, header http.Header, body []byte) error {
	doc, err := document()
	if err != nil {
		return fmt.Errorf("contract: %w", err)
	}
	u, err := url.Parse(target)
	if err != nil {
		return fmt.Errorf("contract: response to %s: %w", method, err)
	}
	r := response{doc: doc, method: method, url: u, status: status, header: header, body: body}
	if err := r.check(); err != nil {
		return fmt.Errorf("contract: response %d to %s %s: %w", status, method, u.EscapedPath(), err)
	}
	return nil
}

// response is what is checked.
type response struct {
	doc    *openapi3.T
	method string
	url    *url.URL
	status int
	header http.Header
	body   []byte
}

func (r response) check() error {
	if r.header.Get("X-Request-Id") == "" {
		return errors.New("header X-Request-Id is missing")
	}
	template, item := find(r.doc, r.url.EscapedPath())
	early := r.status == http.StatusMisdirectedRequest || // refused before anything was routed
		r.status == http.StatusUnsupportedMediaType && r.header.Get("Accept-Encoding") != ""
	if item == nil {
		if r.status != http.StatusNotFound && !early {
			return errors.New("path is not in the contract: want 404")
		}
		return r.problem()
	}
	operation := item.Operations()[r.method]
	if r.method == http.MethodHead {
		operation = item.Get
	}
	switch {
	case operation == nil && early:
		return r.problem()
	case operation == nil && r.status != http.StatusMethodNotAllowed:
		return errors.New("method is not in the contract: want 405")
	case operation == nil && r.header.Get("Allow") == "":
		return errors.New("header Allow is missing")
	case operation == nil:
		return r.problem()
	case (r.status == http.StatusTooManyRequests || r.status == http.StatusServiceUnavailable) && r.header.Get("Retry-After") == "":
		return errors.New("header Retry-After is missing")
	}
	return r.declared(&routers.Route{
		Spec: r.doc, Path: template, PathItem: item, Method: r.method, Operation: operation,
	})
}

// find returns the path of the contract that a request's path matches, the one
// with the fewest parameters; nil for none.
func find(doc *openapi3.T, path string) (template string, item *openapi3.PathItem) {
	fewest := len(path)
	for t, i := range doc.Paths.Map() {
		if n := strings.Count(t, "{"); n < fewest && matches(t, path) {
			template, item, fewest = t, i, n
		}
	}
	return template, item
}

// matches reports whether a path, percent-encoded, has the form of a template.
func matches(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		plain, err := url.PathUnescape(got[i])
		switch {
		case err != nil || !utf8.ValidString(plain):
			return false
		case strings.HasPrefix(want[i], "{") && plain != "":
		case want[i] != plain:
			return false
		}
	}
	return true
}

// problem checks a response that no operation lists.
func (r response) problem() error {
	if got := r.header.Get("Content-Type"); got != "application/problem+json" {
		return fmt.Errorf("media type is %q: want application/problem+json", got)
	}
	if r.method == http.MethodHead {
		return nil
	}
	var value map[string]any
	if err := json.Unmarshal(r.body, &value); err != nil {
		return fmt.Errorf("problem: %w", err)
	}
	schema := r.doc.Components.Schemas["Problem"]
	if schema == nil {
		return errors.New("the contract has no Problem")
	}
	if err := schema.Value.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.MultiErrors(), formats()); err != nil {
		return fmt.Errorf("problem: %w", err)
	}
	return sameStatus(value, r.status)
}

// declared checks a response against those that its operation lists.
func (r response) declared(route *routers.Route) error {
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: &http.Request{Method: r.method, URL: r.url, Header: http.Header{}},
			Route:   route,
		},
		Status: r.status,
		Header: r.header,
		Body:   io.NopCloser(bytes.NewReader(r.body)),
		Options: &openapi3filter.Options{
			IncludeResponseStatus:   true,
			MultiError:              true,
			SchemaValidationOptions: []openapi3.SchemaValidationOption{formats()},
		},
	}
	if err := openapi3filter.ValidateResponse(context.Background(), input); err != nil {
		return err
	}
	bodiless := r.status == http.StatusNoContent || r.status == http.StatusNotModified || r.method == http.MethodHead
	if bodiless && len(r.body) > 0 {
		return errors.New("there must be no body")
	}
	if bodiless || r.status < http.StatusBadRequest {
		return nil
	}
	var value map[string]any
	if err := json.Unmarshal(r.body, &value); err != nil {
		return fmt.Errorf("problem: %w", err)
	}
	return sameStatus(value, r.status)
}

// sameStatus returns an error if a problem's status is not the response's.
func sameStatus(problem map[string]any, status int) error {
	if got, ok := problem["status"].(float64); !ok || int(got) != status {
		return fmt.Errorf("problem: status is %v: want %d", problem["status"], status)
	}
	return nil
}
