package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
)

// maxPointers bounds how many errors one answer lists.
const maxPointers = 20

// invalidError is a request that the contract does not allow. Status is 400,
// 404, 405, 415 or 422.
type invalidError struct {
	Status int
	Allow  []string       // with 405: the methods that are allowed
	Errors []pointerError // at most maxPointers, one per pointer; none with 404 and 405
}

// pointerError is one thing that is wrong with a request. Pointer is a JSON
// pointer into the body ("#/visitor/id"), a query parameter ("?branch") or a
// header ("Idempotency-Key:"). Detail never repeats what was sent.
type pointerError struct {
	Pointer string
	Detail  catalog.Text
}

// Error names the status and the pointers, nothing that was sent as a value.
func (e *invalidError) Error() string {
	pointers := make([]string, len(e.Errors))
	for i, p := range e.Errors {
		pointers[i] = p.Pointer
	}
	return strings.TrimSpace(fmt.Sprintf("api: invalid request: %d %s", e.Status, strings.Join(pointers, " ")))
}

// validator checks requests against the contract. It is safe for concurrent
// use.
type validator struct {
	doc     *openapi3.T
	routes  map[int][]*route // by number of segments, literal before parameter
	options []openapi3.SchemaValidationOption
}

// route is one path of the contract.
type route struct {
	template   string
	label      string   // template as the router writes it, /v1/holds/:id
	segments   []string // "" stands for a parameter
	names      []string // of the parameters, in order
	item       *openapi3.PathItem
	operations map[string]*operation // by method
	allow      []string              // methods, sorted
}

// operation is what one method of a path accepts.
type operation struct {
	spec       *openapi3.Operation
	parameters []parameter
	hasQuery   bool
	body       *openapi3.Schema // nil for none
}

// parameter is one scalar in the path, the query or a header.
type parameter struct {
	name     string
	in       string
	pointer  string
	required bool
	integer  bool
	schema   *openapi3.Schema
}

// newValidator reads the contract, an OpenAPI 3.0 document. It returns an
// error if the document is invalid or uses what the validator can't check:
// parameters other than strings and integers, cookies, bodies other than
// JSON.
func newValidator(spec []byte) (*validator, error) {
	doc, err := openapi3.NewLoader().LoadFromData(spec)
	if err != nil {
		return nil, fmt.Errorf("api: load contract: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("api: check contract: %w", err)
	}
	v := &validator{
		doc:     doc,
		routes:  make(map[int][]*route),
		options: []openapi3.SchemaValidationOption{openapi3.VisitAsRequest(), openapi3.MultiErrors(), strictFormats()},
	}
	for template, item := range doc.Paths.Map() {
		r, err := newRoute(template, item)
		if err != nil {
			return nil, fmt.Errorf("api: contract: %w", err)
		}
		v.routes[len(r.segments)] = append(v.routes[len(r.segments)], r)
	}
	for _, rs := range v.routes {
		// A parameter's brace sorts behind every letter of a literal.
		slices.SortFunc(rs, func(a, b *route) int { return strings.Compare(a.template, b.template) })
	}
	return v, nil
}

func newRoute(template string, item *openapi3.PathItem) (*route, error) {
	r := &route{
		template:   template,
		label:      strings.NewReplacer("{", ":", "}", "").Replace(template),
		segments:   strings.Split(strings.TrimPrefix(template, "/"), "/"),
		item:       item,
		operations: make(map[string]*operation),
	}
	for i, s := range r.segments {
		if name, ok := strings.CutPrefix(s, "{"); ok {
			r.names = append(r.names, strings.TrimSuffix(name, "}"))
			r.segments[i] = ""
		}
	}
	for method, spec := range item.Operations() {
		op, err := newOperation(item, spec)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", method, template, err)
		}
		r.operations[method] = op
	}
	if get, ok := r.operations[http.MethodGet]; ok {
		r.operations[http.MethodHead] = get
	}
	r.allow = slices.Sorted(maps.Keys(r.operations))
	return r, nil
}

func newOperation(item *openapi3.PathItem, spec *openapi3.Operation) (*operation, error) {
	op := &operation{spec: spec}
	for _, ref := range slices.Concat(item.Parameters, spec.Parameters) {
		p, err := newParameter(ref.Value)
		if err != nil {
			return nil, err
		}
		op.parameters = append(op.parameters, p)
		op.hasQuery = op.hasQuery || p.in == openapi3.ParameterInQuery
	}
	if spec.RequestBody == nil {
		return op, nil
	}
	body := spec.RequestBody.Value
	media := body.Content[fiber.MIMEApplicationJSON]
	if media == nil || len(body.Content) != 1 || !body.Required {
		return nil, errors.New("only required JSON bodies are supported")
	}
	op.body = media.Schema.Value
	return op, nil
}

func newParameter(p *openapi3.Parameter) (parameter, error) {
	if p.Schema == nil || !p.Schema.Value.Type.Is(openapi3.TypeString) && !p.Schema.Value.Type.Is(openapi3.TypeInteger) {
		return parameter{}, fmt.Errorf("parameter %s: only strings and integers are supported", p.Name)
	}
	out := parameter{
		name:     p.Name,
		in:       p.In,
		required: p.Required,
		integer:  p.Schema.Value.Type.Is(openapi3.TypeInteger),
		schema:   p.Schema.Value,
	}
	switch p.In {
	case openapi3.ParameterInQuery:
		out.pointer = "?" + p.Name
	case openapi3.ParameterInHeader:
		out.pointer = p.Name + ":"
	case openapi3.ParameterInPath:
	default:
		return parameter{}, fmt.Errorf("parameter %s: in %s is not supported", p.Name, p.In)
	}
	return out, nil
}

// middleware lets only requests through that the contract allows, and
// returns an *invalidError for all others: 404 for an unknown path (or a
// path parameter that can't name anything), 405 for a wrong method, 415 for
// a body that is not application/json, 400 for one that is not JSON, 422 for
// everything that the schemas refuse. Handlers bind the value that was
// validated. Routes outside the contract belong before it.
func (v *validator) middleware(c *fiber.Ctx) error {
	request := &c.Context().Request
	body, err := v.check(rawRequest{
		method: c.Method(),
		path:   string(request.URI().PathOriginal()),
		query:  string(request.URI().QueryString()),
		header: func(name string) []string { return headerValues(c, name) },
		body:   request.Body(),
	})
	if err != nil {
		return err
	}
	if body != nil {
		c.Locals(validatedBodyLocalsKey, body)
	}
	return c.Next()
}

// operationID names the operation that a request asks for; "" for none.
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

// check returns the decoded body of a request that the contract allows; nil
// if the operation has none. Otherwise it returns an *invalidError.
func (v *validator) check(r rawRequest) (any, error) {
	found, values := v.match(r.path)
	if found == nil {
		return nil, &invalidError{Status: http.StatusNotFound}
	}
	op := found.operations[r.method]
	if op == nil {
		return nil, &invalidError{Status: http.StatusMethodNotAllowed, Allow: slices.Clone(found.allow)}
	}
	var list pointerList
	if err := v.checkParameters(r, op, found.names, values, &list); err != nil {
		return nil, err
	}
	var body any
	if op.body != nil {
		var err error
		if body, err = readBody(r); err != nil {
			return nil, err
		}
		list.addSchema("#", op.body.VisitJSON(body, v.options...))
	}
	if len(list) > 0 {
		return nil, &invalidError{Status: http.StatusUnprocessableEntity, Errors: list}
	}
	return body, nil
}

// match finds the path of the contract and the values of its parameters. It
// returns nil for an unknown path, and for one that is no valid text.
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

// checkParameters adds what is wrong with the query and the headers to list.
// A path parameter that its schema refuses names nothing: 404.
func (v *validator) checkParameters(r rawRequest, op *operation, names, values []string, list *pointerList) error {
	var query url.Values
	if op.hasQuery && r.query != "" {
		var err error
		if query, err = url.ParseQuery(r.query); err != nil {
			return &invalidError{Status: http.StatusUnprocessableEntity, Errors: []pointerError{{"?", malformedQuery()}}}
		}
	}
	for _, p := range op.parameters {
		switch p.in {
		case openapi3.ParameterInPath:
			var wrong pointerList
			p.check(values[slices.Index(names, p.name):][:1], &wrong, v.options)
			if len(wrong) > 0 {
				return &invalidError{Status: http.StatusNotFound}
			}
		case openapi3.ParameterInQuery:
			p.check(query[p.name], list, v.options)
		default:
			p.check(r.header(p.name), list, v.options)
		}
	}
	return nil
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

// readBody decodes a JSON body. A later duplicate of a member wins.
func readBody(r rawRequest) (any, error) {
	if len(r.body) == 0 {
		return nil, &invalidError{Status: http.StatusBadRequest, Errors: []pointerError{{"#", required()}}}
	}
	if len(r.header(fiber.HeaderContentEncoding)) > 0 {
		return nil, &invalidError{Status: http.StatusUnsupportedMediaType,
			Errors: []pointerError{{fiber.HeaderContentEncoding + ":", noEncoding()}}}
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

// pointerList collects errors, the first for each pointer.
type pointerList []pointerError

func (l *pointerList) add(pointer string, detail catalog.Text) {
	if len(*l) >= maxPointers || slices.ContainsFunc(*l, func(e pointerError) bool { return e.Pointer == pointer }) {
		return
	}
	*l = append(*l, pointerError{Pointer: pointer, Detail: detail})
}

// addSchema adds what a schema refused. The base is the pointer of the value
// that was visited.
func (l *pointerList) addSchema(base string, err error) {
	if err == nil || len(*l) >= maxPointers {
		return
	}
	if many, ok := errors.AsType[openapi3.MultiError](err); ok {
		for _, e := range many {
			l.addSchema(base, e)
		}
		return
	}
	one, ok := errors.AsType[*openapi3.SchemaError](err)
	if !ok {
		l.add(base, wrongForm())
		return
	}
	var pointer strings.Builder
	pointer.WriteString(base)
	for _, token := range one.JSONPointer() {
		pointer.WriteString("/" + escapeToken(token))
	}
	if one.SchemaField != "properties" {
		l.add(pointer.String(), detailOf(one))
		return
	}
	for _, name := range unknownMembers(one) {
		l.add(pointer.String()+name, unknownMember())
	}
}

// escapeToken escapes a reference token (RFC 6901 section 3).
func escapeToken(token string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(token)
}

// unknownMembers returns the pointers, relative to their object, of members
// that the schema doesn't know. A name that is long or not plain ASCII is not
// repeated: the object itself stands for it.
func unknownMembers(e *openapi3.SchemaError) []string {
	object, _ := e.Value.(map[string]any)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if _, known := e.Schema.Properties[name]; known {
			continue
		}
		odd := func(r rune) bool { return r < '!' || r > '~' }
		if len(name) > 64 || strings.ContainsFunc(name, odd) {
			out = append(out, "")
			continue
		}
		out = append(out, "/"+escapeToken(name))
	}
	return out
}

// strictFormats makes dates and instants such that exist.
func strictFormats() openapi3.SchemaValidationOption {
	return openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
		"date":      dateFormat{},
		"date-time": instantFormat{},
	})
}

var (
	errDate    = errors.New("api: not a date")
	errInstant = errors.New("api: not an instant")
)

// dateFormat accepts dates YYYY-MM-DD that exist, also in Arabic-Indic digits.
type dateFormat struct{}

// Validate returns an error if s is no date.
func (dateFormat) Validate(s string) error {
	if _, err := time.Parse(time.DateOnly, catalog.LatinDigits(s)); err != nil {
		return errDate
	}
	return nil
}

// instantFormat accepts instants that time.Time can read: RFC 3339 without
// leap seconds.
type instantFormat struct{}

// Validate returns an error if s is no instant.
func (instantFormat) Validate(s string) error {
	var t time.Time
	if err := t.UnmarshalText([]byte(s)); err != nil {
		return errInstant
	}
	return nil
}

// detailOf says what a schema refused, without the value.
func detailOf(e *openapi3.SchemaError) catalog.Text {
	s := e.Schema
	switch e.SchemaField {
	case "required":
		return required()
	case "type", "nullable":
		return wrongType(s)
	case "minLength":
		if s.MinLength == 1 {
			return catalog.Text{AR: "يجب ألا يكون فارغًا.", EN: "Must not be empty."}
		}
		return limit("الحد الأدنى لعدد الأحرف", "Fewest characters allowed", s.MinLength)
	case "maxLength":
		return limit("الحد الأقصى لعدد الأحرف", "Most characters allowed", *s.MaxLength)
	case "minimum":
		return limit("أصغر قيمة مقبولة", "Smallest value allowed", *s.Min)
	case "maximum":
		return limit("أكبر قيمة مقبولة", "Largest value allowed", *s.Max)
	case "minItems":
		return limit("الحد الأدنى لعدد العناصر", "Fewest entries allowed", s.MinItems)
	case "maxItems":
		return limit("الحد الأقصى لعدد العناصر", "Most entries allowed", *s.MaxItems)
	case "uniqueItems":
		return catalog.Text{AR: "لا يجوز تكرار العناصر.", EN: "Entries must not repeat."}
	case "enum":
		return oneOf(s.Enum)
	case "format":
		return wrongFormat(s.Format)
	default:
		return wrongForm()
	}
}

func required() catalog.Text {
	return catalog.Text{AR: "هذا الحقل مطلوب.", EN: "This is required."}
}

func unknownMember() catalog.Text {
	return catalog.Text{AR: "هذا الحقل غير معروف.", EN: "This field is not known."}
}

func givenTwice() catalog.Text {
	return catalog.Text{AR: "يُذكر مرة واحدة فقط.", EN: "Give this only once."}
}

func wrongForm() catalog.Text {
	return catalog.Text{AR: "الصيغة غير صحيحة أو توجد رموز غير مسموح بها.", EN: "The form is wrong, or there are characters that are not allowed."}
}

func malformedJSON() catalog.Text {
	return catalog.Text{AR: "محتوى الطلب ليس JSON صحيحًا بترميز UTF-8.", EN: "The body is not valid JSON in UTF-8."}
}

func malformedQuery() catalog.Text {
	return catalog.Text{AR: "تعذرت قراءة معاملات الرابط.", EN: "The query string can't be read."}
}

func wantJSON() catalog.Text {
	return catalog.Text{AR: "أرسل المحتوى بالنوع application/json.", EN: "Send the body as application/json."}
}

func noEncoding() catalog.Text {
	return catalog.Text{AR: "أرسل المحتوى دون ضغط.", EN: "Send the body without compression."}
}

// limit joins a sentence and its number with a colon, which spares Arabic its
// plural forms.
func limit[N uint64 | float64](ar, en string, n N) catalog.Text {
	return catalog.Text{AR: fmt.Sprintf("%s: %v.", ar, n), EN: fmt.Sprintf("%s: %v.", en, n)}
}

func oneOf(values []any) catalog.Text {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = fmt.Sprint(v)
	}
	return catalog.Text{
		AR: "القيم المقبولة: " + strings.Join(names, "، ") + ".",
		EN: "Values allowed: " + strings.Join(names, ", ") + ".",
	}
}

func wrongType(s *openapi3.Schema) catalog.Text {
	switch {
	case s.Type.Is(openapi3.TypeInteger):
		return catalog.Text{AR: "يجب أن يكون عددًا صحيحًا.", EN: "Must be a whole number."}
	case s.Type.Is(openapi3.TypeBoolean):
		return catalog.Text{AR: "يجب أن يكون true أو false.", EN: "Must be true or false."}
	case s.Type.Is(openapi3.TypeArray):
		return catalog.Text{AR: "يجب أن يكون قائمة.", EN: "Must be a list."}
	case s.Type.Is(openapi3.TypeObject):
		return catalog.Text{AR: "يجب أن يكون كائن JSON.", EN: "Must be a JSON object."}
	case s.Type.Is(openapi3.TypeString):
		return catalog.Text{AR: "يجب أن يكون نصًا.", EN: "Must be a text."}
	default:
		return wrongForm()
	}
}

func wrongFormat(format string) catalog.Text {
	switch format {
	case "date":
		return catalog.Text{AR: "يجب أن يكون تاريخًا بالصيغة YYYY-MM-DD.", EN: "Must be a date, YYYY-MM-DD."}
	case "date-time":
		return catalog.Text{
			AR: "يجب أن يكون وقتًا بصيغة RFC 3339 مع فرق التوقيت، مثل 2026-11-01T09:00:00+03:00.",
			EN: "Must be an RFC 3339 instant with its offset, such as 2026-11-01T09:00:00+03:00.",
		}
	default:
		return wrongForm()
	}
}

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
