package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"ziyara/texts"
)

// marks are what comes with a text that is copied: what stands for it when it was
// pasted. They are for text of one line as well as for symbols.
func marks() map[string]func(string) string {
	around := func(before, after string) func(string) string {
		return func(s string) string { return before + s + after }
	}
	within := func(mark string) func(string) string {
		return func(s string) string {
			if first := []rune(s); len(first) > 1 {
				return string(first[:1]) + mark + string(first[1:])
			}
			return mark + s
		}
	}
	return map[string]func(string) string{
		"a mark of direction before":  around("\u200f", ""),
		"a mark of direction after":   around("", "\u200e"),
		"an embedding":                around("\u202b", "\u202c"),
		"an isolate":                  around("\u2067", "\u2069"),
		"the mark of Arabic letters":  within("\u061c"),
		"a byte order mark":           around("\ufeff", ""),
		"a zero width space":          within("\u200b"),
		"a word joiner":               within("\u2060"),
		"a soft hyphen":               within("\u00ad"),
		"a variation selector":        around("", "\ufe0f"),
		"spaces that do not break":    around("\u00a0", "\u202f"),
		"spaces of a typesetter":      around("\u2003", "\u3000"),
		"an end of line of Unicode":   around("", "\u2028"),
		"spaces within, not breaking": func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0\u00a0") },
		"decomposed":                  norm.NFD.String,
		"full width": func(s string) string {
			return strings.Map(func(r rune) rune {
				if r > '!' && r <= '~' {
					return r - '!' + '！'
				}
				return r
			}, s)
		},
		"hyphens that do not break": func(s string) string { return strings.ReplaceAll(s, "-", "\u2011") },
	}
}

// symbolMarks are other ways to write a symbol.
func symbolMarks() map[string]func(string) string {
	digits := func(zero rune) func(string) string {
		return func(s string) string {
			return strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return r - '0' + zero
				}
				return r
			}, s)
		}
	}
	return map[string]func(string) string{
		"Arabic-Indic digits": digits('٠'),
		"Persian digits":      digits('۰'),
		"dashes":              func(s string) string { return strings.ReplaceAll(s, "-", "–") },
		"minus signs":         func(s string) string { return strings.ReplaceAll(s, "-", "−") },
		"a joiner":            func(s string) string { return s[:len(s)/2] + "\u200c" + s[len(s)/2:] },
	}
}

// verbatim are the fields that keep what was pasted, and why. Headers are not
// listed: see cleaner.
func verbatim() map[string]string {
	fields := map[string]string{"calendar": "a file, whose reader cleans what it takes from it"}
	for _, form := range texts.Forms("ar") {
		fields[string(form)] = "a wording, which notify cleans, to tell where in it as typed a mistake is"
	}
	return fields
}

// Whatever is pasted into a field of any operation has the same answer as without
// the marks. The fields are those of the contract.
//
//nolint:paralleltest,tparallel // the subtests note which fields they have seen
func TestPastedIntoEveryField(t *testing.T) {
	t.Parallel()
	v := contractValidator(t)
	all := marks()
	maps.Copy(all, symbolMarks())
	fields := map[string]bool{}
	for _, routes := range v.routes {
		for _, r := range routes {
			for method, op := range r.operations {
				if method == http.MethodHead || !strings.HasPrefix(r.template, "/v1/") { // as GET; or not validated
					continue
				}
				t.Run(method+" "+r.template, func(t *testing.T) {
					plain := requestOf(t, r, method, op)
					want := answerOf(t, v, plain.raw(t))
					if want.Refused != "" {
						t.Fatalf("the request itself: %s", want.Refused)
					}
					for _, f := range plain.strings() {
						fields[f.name] = true
						clean, known := cleaner(f.name)
						if !known {
							t.Errorf("%s: decide in clean.go how a field of this name is cleaned", f.name)
							continue
						}
						if verbatim()[f.name] != "" {
							continue
						}
						was := f.get()
						for name, mark := range all {
							if _, symbol := symbolMarks()[name]; symbol && clean("a–b") != "a-b" {
								continue
							}
							f.set(mark(was))
							if diff := cmp.Diff(want, answerOf(t, v, plain.raw(t))); diff != "" {
								t.Errorf("%s with %s (-without +with):\n%s", f.name, name, diff)
							}
						}
						f.set(was)
					}
				})
			}
		}
	}
	for name := range verbatim() {
		if !fields[name] {
			t.Errorf("no field %s", name)
		}
	}
}

// Nothing but marks is nothing: refused wherever something is needed.
func TestBlanksAreNothing(t *testing.T) {
	t.Parallel()
	v := contractValidator(t)
	for _, blank := range []string{" ", "\u00a0", "\u200f", "\u200b\u200c\u2060", "\u3164", "\u2800", "\u3000\ufeff"} {
		for _, c := range []struct{ path, body string }{
			{"/v1/appointments/V-7K3F-9Q2M-R/cancel-on-behalf", `{"reason":"%s"}`},
			{"/v1/feeds", `{"name":"%s","department":"revenues"}`},
		} {
			found, _ := v.match(c.path)
			if found == nil {
				t.Fatalf("no path %s", c.path)
			}
			_, err := v.check(rawRequest{
				method: http.MethodPost, path: c.path, body: fmt.Appendf(nil, c.body, blank),
				header: http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {"0123456789abcdef"}}.Values,
			})
			if got := refusalOf(t, err); got == nil || got.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s with %+q: %+v", c.path, blank, got)
			}
		}
	}
}

// sample is a request that the contract allows, with a value in each field.
type sample struct {
	route  *route
	method string
	path   []string
	query  map[string]string
	header http.Header
	body   any
}

// textField is a string of a sample.
type textField struct {
	name string
	get  func() string
	set  func(string)
}

func requestOf(t *testing.T, r *route, method string, op *operation) *sample {
	t.Helper()
	out := &sample{route: r, method: method, path: make([]string, len(r.names)), query: map[string]string{},
		header: http.Header{"Content-Type": {"application/json"}}}
	for _, p := range op.parameters {
		value := fmt.Sprint(valueOf(t, p.name, p.schema))
		switch p.in {
		case openapi3.ParameterInPath:
			out.path[slices.Index(r.names, p.name)] = value
		case openapi3.ParameterInQuery:
			out.query[p.name] = value
		default:
			out.header.Set(p.name, "0123456789abcdef")
		}
	}
	if op.body != nil {
		out.body = valueOf(t, "", op.body)
	}
	return out
}

// valueOf returns a value that the schema allows.
func valueOf(t *testing.T, name string, s *openapi3.Schema) any {
	t.Helper()
	for _, part := range s.AllOf {
		if value := valueOf(t, name, part.Value); value != nil {
			return value
		}
	}
	switch {
	case s.Type.Is(openapi3.TypeObject):
		out := map[string]any{}
		for member, schema := range s.Properties {
			if !schema.Value.ReadOnly {
				out[member] = valueOf(t, member, schema.Value)
			}
		}
		return out
	case s.Type.Is(openapi3.TypeArray):
		return []any{valueOf(t, name, s.Items.Value)}
	case s.Type.Is(openapi3.TypeInteger), s.Type.Is(openapi3.TypeNumber):
		if s.Min != nil {
			return *s.Min
		}
		return 1.0
	case s.Type.Is(openapi3.TypeBoolean):
		return true
	case len(s.Enum) > 0:
		return s.Enum[0]
	case !s.Type.Is(openapi3.TypeString):
		return nil
	}
	for _, value := range []string{
		"Josefa Núñez-Ali 12", "noura-1", "2026-11-29", "2026-11-29T09:00:00+03:00", "01931f2e-7c1a-7b64-9a52-0c8f6e1d2b34",
		"08:00", "09-23", "12.5", "visit.booked", "-1", "https://example.sa", "40m",
	} {
		prose := strings.Contains(value, " ")
		if clean, known := cleaner(name); known && prose && clean("a–b") == "a-b" {
			continue
		}
		if s.VisitJSON(value, openapi3.VisitAsRequest(), strictFormats()) == nil {
			return value
		}
	}
	t.Fatalf("no value for %s: %+v", name, s)
	return nil
}

func (s *sample) raw(t *testing.T) rawRequest {
	t.Helper()
	query := url.Values{}
	for name, value := range s.query {
		query.Set(name, value)
	}
	body, err := json.Marshal(s.body)
	if err != nil {
		t.Fatal(err)
	}
	return rawRequest{method: s.method, path: s.route.pathWith(s.path), query: query.Encode(), header: s.header.Values, body: body}
}

func (s *sample) strings() []textField {
	var out []textField
	for i, name := range s.route.names {
		out = append(out, textField{name, func() string { return s.path[i] }, func(v string) { s.path[i] = v }})
	}
	for _, name := range slices.Sorted(maps.Keys(s.query)) {
		out = append(out, textField{name, func() string { return s.query[name] }, func(v string) { s.query[name] = v }})
	}
	return append(out, stringsIn("", s.body, func(any) {})...)
}

func stringsIn(name string, value any, set func(any)) []textField {
	var out []textField
	switch value := value.(type) {
	case string:
		now := value
		return []textField{{name, func() string { return now }, func(v string) { now = v; set(v) }}}
	case []any:
		for i := range value {
			out = append(out, stringsIn(name, value[i], func(v any) { value[i] = v })...)
		}
	case map[string]any:
		for _, member := range slices.Sorted(maps.Keys(value)) {
			out = append(out, stringsIn(member, value[member], func(v any) { value[member] = v })...)
		}
	}
	return out
}

// answer is what handlers get, or how the request is refused.
type answer struct {
	Refused string
	Path    string
	Query   url.Values
	Body    any
}

func answerOf(t *testing.T, v *validator, r rawRequest) answer {
	t.Helper()
	got, err := v.check(r)
	if err != nil {
		return answer{Refused: fmt.Sprintf("%v %v", err, refusalOf(t, err))}
	}
	out := answer{Path: got.path, Body: got.body}
	if out.Path == "" {
		out.Path = r.path
	}
	query := got.query
	if query == "" {
		query = r.query
	}
	if out.Query, err = url.ParseQuery(query); err != nil {
		t.Fatal(err)
	}
	return out
}
