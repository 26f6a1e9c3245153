package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"
)

// validator checks requests against the contract. It is safe for concurrent
// use.
type validator struct {
	routes  map[int][]*route // by number of segments, literal before parameter
	options []openapi3.SchemaValidationOption

	yaml, json []byte // the contract as callers get it
}

// route is one path of the contract.
type route struct {
	template   string
	label      string                // template as the router writes it, /v1/holds/:id
	segments   []string              // "" stands for a parameter
	names      []string              // of the parameters, in order
	operations map[string]*operation // by method
	allow      []string              // methods, sorted
}

// operation has what one method of a path accepts.
type operation struct {
	spec         *openapi3.Operation
	parameters   []parameter
	refusesQuery bool             // a query that it does not ask for is refused; probes may have any
	body         *openapi3.Schema // nil for none
	bodyOptional bool             // a missing body counts as an empty object
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

// known has the validators of the contracts that were read, so that a program
// with many replicas, such as the tests, reads its contract once. A validator
// never changes.
var known sync.Map //nolint:gochecknoglobals // what is derived from a constant

// newValidator returns the validator of a contract.
func newValidator(spec []byte) (*validator, error) {
	if v, ok := known.Load(string(spec)); ok {
		return v.(*validator), nil
	}
	v, err := readContract(spec)
	if err == nil {
		known.Store(string(spec), v)
	}
	return v, err
}

// readContract reads the contract, an OpenAPI 3.0 document. It returns an
// error if the document is invalid or uses what the validator can't check:
// parameters other than strings and integers, cookies, bodies other than
// JSON.
func readContract(spec []byte) (*validator, error) {
	doc, err := openapi3.NewLoader().LoadFromData(spec)
	if err != nil {
		return nil, fmt.Errorf("api: load contract: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("api: check contract: %w", err)
	}
	v := &validator{
		routes:  make(map[int][]*route),
		options: []openapi3.SchemaValidationOption{openapi3.VisitAsRequest(), openapi3.MultiErrors(), strictFormats()},
	}
	v.yaml = spec
	if v.json, err = json.Marshal(doc); err != nil {
		return nil, fmt.Errorf("api: write contract: %w", err)
	}
	for template, item := range doc.Paths.Map() {
		r, err := newRoute(template, item)
		if err != nil {
			return nil, fmt.Errorf("api: contract: %w", err)
		}
		v.routes[len(r.segments)] = append(v.routes[len(r.segments)], r)
	}
	for _, rs := range v.routes {
		// A parameter's brace sorts after every letter of a literal.
		slices.SortFunc(rs, func(a, b *route) int { return strings.Compare(a.template, b.template) })
	}
	return v, nil
}

func newRoute(template string, item *openapi3.PathItem) (*route, error) {
	r := &route{
		template:   template,
		label:      strings.NewReplacer("{", ":", "}", "").Replace(template),
		segments:   strings.Split(strings.TrimPrefix(template, "/"), "/"),
		operations: make(map[string]*operation),
	}
	for i, s := range r.segments {
		// {token}.ics is not asked for here: its handler comes first.
		if name, ok := strings.CutPrefix(s, "{"); ok && strings.HasSuffix(name, "}") {
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
	op := &operation{spec: spec, refusesQuery: spec.Responses.Default() != nil}
	for _, ref := range slices.Concat(item.Parameters, spec.Parameters) {
		p, err := newParameter(ref.Value)
		if err != nil {
			return nil, err
		}
		op.parameters = append(op.parameters, p)
	}
	if spec.RequestBody == nil {
		return op, nil
	}
	body := spec.RequestBody.Value
	media := body.Content[fiber.MIMEApplicationJSON]
	if media == nil || len(body.Content) != 1 {
		return nil, errors.New("only JSON bodies are supported")
	}
	op.body, op.bodyOptional = media.Schema.Value, !body.Required
	return op, nil
}

func newParameter(p *openapi3.Parameter) (parameter, error) {
	if p.Schema == nil || !p.Schema.Value.Type.Is(openapi3.TypeString) && !p.Schema.Value.Type.Is(openapi3.TypeInteger) {
		return parameter{}, fmt.Errorf("parameter %s: only strings and integers are supported", p.Name)
	}
	out := parameter{
		name:     p.Name,
		in:       p.In,
		required: p.Required && p.Name != fiber.HeaderIfMatch, // without it the answer is 428
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
