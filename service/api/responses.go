package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/gofiber/fiber/v2"
)

// ResponseValidator checks responses against the contract, for tests that
// drive the whole service. It is safe for concurrent use.
type ResponseValidator struct{ requests *validator }

// NewResponseValidator reads the contract, an OpenAPI 3.0 document.
func NewResponseValidator(spec []byte) (*ResponseValidator, error) {
	v, err := newValidator(spec)
	if err != nil {
		return nil, err
	}
	return &ResponseValidator{requests: v}, nil
}

// Validate returns an error if the response to a request (method and target,
// absolute or not) is not one that the contract describes: status, headers,
// media type and body. Every response must carry X-Request-Id. Unknown paths
// must be 404, unknown methods 405 with Allow; these, 413 and 431 are problems
// without being listed at an operation.
func (v *ResponseValidator) Validate(method, target string, status int, header http.Header, body []byte) error {
	u, err := url.Parse(target)
	if err != nil {
		return fmt.Errorf("api: response to %s: %w", method, err)
	}
	if err := v.validate(method, u, status, header, body); err != nil {
		return fmt.Errorf("api: response %d to %s %s: %w", status, method, u.EscapedPath(), err)
	}
	return nil
}

func (v *ResponseValidator) validate(method string, u *url.URL, status int, header http.Header, body []byte) error {
	if header.Get(fiber.HeaderXRequestID) == "" {
		return errors.New("header X-Request-Id is missing")
	}
	found, _ := v.requests.match(u.EscapedPath())
	switch {
	case found == nil && status != http.StatusNotFound:
		return errors.New("path is not in the contract: want 404")
	case found == nil:
		return v.problem(method, status, header, body)
	case found.operations[method] == nil && status != http.StatusMethodNotAllowed:
		return errors.New("method is not in the contract: want 405")
	case found.operations[method] == nil && header.Get(fiber.HeaderAllow) == "":
		return errors.New("header Allow is missing")
	case found.operations[method] == nil,
		status == http.StatusRequestEntityTooLarge,
		status == http.StatusRequestHeaderFieldsTooLarge:
		return v.problem(method, status, header, body)
	}
	return v.declared(method, u, found, status, header, body)
}

// problem checks a response that no operation lists.
func (v *ResponseValidator) problem(method string, status int, header http.Header, body []byte) error {
	if got := header.Get(fiber.HeaderContentType); got != "application/problem+json" {
		return fmt.Errorf("media type is %q: want application/problem+json", got)
	}
	if method == http.MethodHead {
		return nil
	}
	var value map[string]any
	if err := json.Unmarshal(body, &value); err != nil {
		return fmt.Errorf("problem: %w", err)
	}
	schema := v.requests.doc.Components.Schemas["Problem"]
	if schema == nil {
		return errors.New("the contract has no Problem")
	}
	if err := schema.Value.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.MultiErrors(), strictFormats()); err != nil {
		return fmt.Errorf("problem: %w", err)
	}
	return sameStatus(value, status)
}

// declared checks a response against those its operation lists.
func (v *ResponseValidator) declared(method string, u *url.URL, found *route, status int, header http.Header, body []byte) error {
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: &http.Request{Method: method, URL: u, Header: http.Header{}},
			Route: &routers.Route{
				Spec:      v.requests.doc,
				Path:      found.template,
				PathItem:  found.item,
				Method:    method,
				Operation: found.operations[method].spec,
			},
		},
		Status: status,
		Header: header,
		Body:   io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{
			IncludeResponseStatus:   true,
			MultiError:              true,
			SchemaValidationOptions: []openapi3.SchemaValidationOption{strictFormats()},
		},
	}
	if err := openapi3filter.ValidateResponse(context.Background(), input); err != nil {
		return err
	}
	bodiless := status == http.StatusNoContent || status == http.StatusNotModified || method == http.MethodHead
	if bodiless && len(body) > 0 {
		return errors.New("there must be no body")
	}
	if bodiless || status < http.StatusBadRequest {
		return nil
	}
	var value map[string]any
	if err := json.Unmarshal(body, &value); err != nil {
		return fmt.Errorf("problem: %w", err)
	}
	return sameStatus(value, status)
}

// sameStatus returns an error if a problem's status is not the response's.
func sameStatus(problem map[string]any, status int) error {
	if got, ok := problem["status"].(float64); !ok || int(got) != status {
		return fmt.Errorf("problem: status is %v: want %d", problem["status"], status)
	}
	return nil
}
