package api

import (
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"
)

// middleware passes on the requests that the contract allows, and returns an
// *invalidError for all others: 404 for an unknown path or an impossible path
// parameter, 405 for a wrong method, 415 for a body that is not
// application/json, 400 for a body that is not JSON, and 422 for all else that
// the schemas refuse. Handlers get the cleaned values that were validated. Routes
// outside the contract must be added before it.
func (v *validator) middleware(c *fiber.Ctx) error {
	request := &c.Context().Request
	checked, err := v.check(rawRequest{
		method: c.Method(),
		path:   string(request.URI().PathOriginal()),
		query:  string(request.URI().QueryString()),
		header: func(name string) []string { return headerValues(c, name) },
		body:   request.Body(),
	})
	if err != nil {
		return err
	}
	if checked.path != "" {
		c.Path(checked.path)
	}
	if checked.query != "" {
		request.URI().SetQueryString(checked.query)
	}
	if checked.body != nil {
		c.Locals(validatedBodyLocalsKey, checked.body)
	}
	return c.Next()
}

// operationID returns the id of the operation that a request asks for; "" for
// none.
func (v *validator) operationID(method, path string) string {
	found, _ := v.match(path)
	if found == nil || found.operations[method] == nil {
		return ""
	}
	return found.operations[method].spec.OperationID
}

// headerValues returns copies of the values of a header.
func headerValues(c *fiber.Ctx, name string) []string {
	raw := c.Context().Request.Header.PeekAll(name)
	if len(raw) == 0 || len(raw) == 1 && len(raw[0]) == 0 {
		return nil
	}
	out := make([]string, len(raw))
	for i, value := range raw {
		out[i] = string(value)
	}
	return out
}

// rawRequest is a request as it arrived. The path is still percent-encoded.
type rawRequest struct {
	method, path, query string
	header              func(name string) []string
	body                []byte
}

// checked is a request that the contract allows, cleaned.
type checked struct {
	path, query string // percent-encoded; "" if cleaning changed nothing
	body        any    // decoded; nil if the operation has none
}

// check cleans a request (see cleaner) and returns it if the contract allows it,
// and an *invalidError otherwise.
func (v *validator) check(r rawRequest) (checked, error) {
	found, values := v.match(r.path)
	if found == nil {
		return checked{}, &invalidError{Status: http.StatusNotFound}
	}
	op := found.operations[r.method]
	if op == nil {
		return checked{}, &invalidError{Status: http.StatusMethodNotAllowed, Allow: slices.Clone(found.allow)}
	}
	var out checked
	var list pointerList
	var err error
	if out.path, err = v.checkPath(found, op, values); err != nil {
		return checked{}, err
	}
	if out.query, err = v.checkParameters(r, op, &list); err != nil {
		return checked{}, err
	}
	if op.body != nil {
		if op.bodyOptional && len(r.body) == 0 {
			out.body = map[string]any{}
		} else if out.body, err = readBody(r); err != nil {
			return checked{}, err
		}
		out.body = cleanBody("", out.body)
		list.addSchema("#", op.body.VisitJSON(out.body, v.options...))
	}
	if len(list) > 0 {
		return checked{}, &invalidError{Status: http.StatusUnprocessableEntity, Errors: list}
	}
	return out, nil
}

// match finds the path of the contract and the values of its parameters. It
// returns nil for an unknown path, and for one that is not valid UTF-8.
func (v *validator) match(path string) (*route, []string) {
	path, ok := strings.CutPrefix(path, "/")
	if !ok {
		return nil, nil
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		plain, err := url.PathUnescape(s)
		if err != nil || plain == "" || !utf8.ValidString(plain) {
			return nil, nil
		}
		segments[i] = plain
	}
	for _, r := range v.routes[len(segments)] {
		if values, ok := r.match(segments); ok {
			return r, values
		}
	}
	return nil, nil
}

func (r *route) match(segments []string) (values []string, ok bool) {
	for i, want := range r.segments {
		switch want {
		case "":
			values = append(values, segments[i])
		case segments[i]:
		default:
			return nil, false
		}
	}
	return values, true
}

// checkPath cleans the parameters of a path, and returns the path if that changed
// it. It returns 404 if a schema refuses one.
func (v *validator) checkPath(r *route, op *operation, values []string) (path string, err error) {
	changed := false
	for i, name := range r.names {
		changed = cleanAll(name, values[i:i+1]) || changed
		if values[i] == "" {
			return "", &invalidError{Status: http.StatusNotFound}
		}
	}
	var wrong pointerList
	for _, p := range op.parameters {
		if p.in == openapi3.ParameterInPath {
			p.check(values[slices.Index(r.names, p.name):][:1], &wrong, v.options)
		}
	}
	switch {
	case len(wrong) > 0:
		return "", &invalidError{Status: http.StatusNotFound}
	case changed:
		return r.pathWith(values), nil
	}
	return "", nil
}

// checkParameters cleans the query, adds the faults of it and of the headers to
// list, and returns the query if cleaning changed it.
func (v *validator) checkParameters(r rawRequest, op *operation, list *pointerList) (cleaned string, err error) {
	var query url.Values
	if op.refusesQuery && r.query != "" {
		if query, err = url.ParseQuery(r.query); err != nil {
			return "", &invalidError{Status: http.StatusUnprocessableEntity, Errors: []pointerError{{"?", malformedQuery()}}}
		}
	}
	changed := false
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !op.asksFor(name) {
			list.add("?"+escapeQuery(name), unknownParameter())
		}
	}
	for _, p := range op.parameters {
		switch p.in {
		case openapi3.ParameterInPath:
		case openapi3.ParameterInQuery:
			changed = cleanAll(p.name, query[p.name]) || changed
			p.check(query[p.name], list, v.options)
		default:
			p.check(r.header(p.name), list, v.options)
		}
	}
	if changed {
		cleaned = query.Encode()
	}
	return cleaned, nil
}

// asksFor reports whether the operation has a query parameter.
func (o *operation) asksFor(name string) bool {
	return slices.ContainsFunc(o.parameters, func(p parameter) bool { return p.in == openapi3.ParameterInQuery && p.name == name })
}

// longestName is how much of the name of an unknown parameter is repeated.
const longestName = 40

// escapeQuery returns the name of a parameter as an address has it, cut where it is long.
func escapeQuery(name string) string {
	if len(name) > longestName {
		name = name[:longestName]
	}
	return url.QueryEscape(name)
}

func (p parameter) check(values []string, list *pointerList, options []openapi3.SchemaValidationOption) {
	switch {
	case len(values) > 1:
		list.add(p.pointer, givenTwice())
		return
	case len(values) == 0:
		if p.required {
			list.add(p.pointer, required())
		}
		return
	}
	var value any = values[0]
	if !utf8.ValidString(values[0]) {
		list.add(p.pointer, wrongForm())
		return
	}
	if p.integer {
		n, err := strconv.ParseInt(values[0], 10, 32)
		if err != nil {
			list.add(p.pointer, wrongType(p.schema))
			return
		}
		value = n
	}
	list.addSchema(p.pointer, p.schema.VisitJSON(value, options...))
}

// readBody decodes a JSON body. Of duplicate members the last one counts.
func readBody(r rawRequest) (any, error) {
	if len(r.body) == 0 {
		return nil, &invalidError{Status: http.StatusBadRequest, Errors: []pointerError{{"#", required()}}}
	}
	if len(r.header(fiber.HeaderContentEncoding)) > 0 {
		return nil, compressed()
	}
	if !isJSON(r.header(fiber.HeaderContentType)) {
		return nil, &invalidError{Status: http.StatusUnsupportedMediaType,
			Errors: []pointerError{{fiber.HeaderContentType + ":", wantJSON()}}}
	}
	var body any
	if !utf8.Valid(r.body) || json.Unmarshal(r.body, &body) != nil {
		return nil, &invalidError{Status: http.StatusBadRequest, Errors: []pointerError{{"#", malformedJSON()}}}
	}
	return body, nil
}

// compressed returns the error for a request with a compressed body.
func compressed() error {
	return &invalidError{Status: http.StatusUnsupportedMediaType,
		Errors: []pointerError{{fiber.HeaderContentEncoding + ":", noEncoding()}}}
}

// isJSON reports whether a Content-Type is application/json, in UTF-8.
func isJSON(contentType []string) bool {
	if len(contentType) != 1 {
		return false
	}
	media, params, err := mime.ParseMediaType(contentType[0])
	if err != nil || media != fiber.MIMEApplicationJSON {
		return false
	}
	charset, ok := params["charset"]
	return !ok || strings.EqualFold(charset, "utf-8")
}
