package api

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"ziyara/catalog"
	"ziyara/texts"
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
	Detail  flaw
}

// flaw is what is wrong with a value: as a code for programs, and as words that say how
// to correct it.
type flaw struct {
	Code FieldErrorCode
	catalog.Text
}

// Error names the status and the pointers, nothing that was sent as a value.
func (e *invalidError) Error() string {
	pointers := make([]string, len(e.Errors))
	for i, p := range e.Errors {
		pointers[i] = p.Pointer
	}
	return strings.TrimSpace(fmt.Sprintf("api: invalid request: %d %s", e.Status, strings.Join(pointers, " ")))
}

// pointerList collects errors, the first for each pointer.
type pointerList []pointerError

func (l *pointerList) add(pointer string, detail flaw) {
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

// detailOf says what a schema refused, without the value.
func detailOf(e *openapi3.SchemaError) flaw {
	s := e.Schema
	switch e.SchemaField {
	case "required":
		return required()
	case "type", "nullable":
		return wrongType(s)
	case "minLength":
		if s.MinLength == 1 {
			return flaw{FieldErrorCodeTooShort, texts.Visitors("invalid.empty")}
		}
		return flaw{FieldErrorCodeTooShort, texts.Visitors("invalid.min_length", "Limit", s.MinLength)}
	case "maxLength":
		return flaw{FieldErrorCodeTooLong, texts.Visitors("invalid.max_length", "Limit", *s.MaxLength)}
	case "minimum":
		return flaw{FieldErrorCodeTooSmall, texts.Visitors("invalid.minimum", "Limit", plain(*s.Min))}
	case "maximum":
		return flaw{FieldErrorCodeTooLarge, texts.Visitors("invalid.maximum", "Limit", plain(*s.Max))}
	case "minItems":
		return flaw{FieldErrorCodeTooFew, texts.Visitors("invalid.min_items", "Limit", s.MinItems)}
	case "maxItems":
		return flaw{FieldErrorCodeTooMany, texts.Visitors("invalid.max_items", "Limit", *s.MaxItems)}
	case "uniqueItems":
		return flaw{FieldErrorCodeRepeated, texts.Visitors("invalid.repeated")}
	case "enum":
		return oneOf(s.Enum)
	case "format":
		return wrongFormat(s.Format, e.Value)
	case "pattern":
		if s.Format == formatDate {
			return wrongFormat(s.Format, e.Value)
		}
		return wrongForm()
	default:
		return wrongForm()
	}
}

// plain writes a number without an exponent.
func plain(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func required() flaw {
	return flaw{FieldErrorCodeRequired, texts.Visitors("invalid.required")}
}

func unknownMember() flaw {
	return flaw{FieldErrorCodeUnknown, texts.Visitors("invalid.unknown")}
}

func unknownParameter() flaw {
	return flaw{FieldErrorCodeUnknown, texts.Visitors("invalid.unknown_parameter")}
}

func givenTwice() flaw {
	return flaw{FieldErrorCodeRepeated, texts.Visitors("invalid.given_twice")}
}

func wrongForm() flaw {
	return flaw{FieldErrorCodeFormat, texts.Visitors("invalid.form")}
}

func malformedJSON() flaw {
	return flaw{FieldErrorCodeMalformed, texts.Visitors("invalid.json")}
}

func malformedQuery() flaw {
	return flaw{FieldErrorCodeMalformed, texts.Visitors("invalid.query")}
}

func wantJSON() flaw {
	return flaw{FieldErrorCodeMediaType, texts.Visitors("invalid.want_json")}
}

func noEncoding() flaw {
	return flaw{FieldErrorCodeEncoding, texts.Visitors("invalid.encoding")}
}

func oneOf(values []any) flaw {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = fmt.Sprint(v)
	}
	return flaw{FieldErrorCodeNotOneOf, texts.Visitors("invalid.enum", "List", listed(names))}
}

// listed lists values that a program sends, as they are written.
func listed(values []string) catalog.Text {
	list := make([]catalog.Text, len(values))
	for i, v := range values {
		list[i] = texts.Isolated(v)
	}
	return texts.List(list, texts.Comma())
}

func wrongType(s *openapi3.Schema) flaw {
	switch {
	case s.Type.Is(openapi3.TypeInteger):
		return flaw{FieldErrorCodeType, texts.Visitors("invalid.integer")}
	case s.Type.Is(openapi3.TypeBoolean):
		return flaw{FieldErrorCodeType, texts.Visitors("invalid.boolean")}
	case s.Type.Is(openapi3.TypeArray):
		return flaw{FieldErrorCodeType, texts.Visitors("invalid.array")}
	case s.Type.Is(openapi3.TypeObject):
		return flaw{FieldErrorCodeType, texts.Visitors("invalid.object")}
	case s.Type.Is(openapi3.TypeString):
		return flaw{FieldErrorCodeType, texts.Visitors("invalid.string")}
	default:
		return wrongForm()
	}
}

// wrongFormat says what is wrong with a value that is not of the format: that it
// is none, or that it is out of range.
func wrongFormat(format string, value any) flaw {
	text, _ := value.(string)
	switch format {
	case formatDate:
		if _, err := time.Parse(time.DateOnly, text); err == nil {
			return allDates()
		}
		return flaw{FieldErrorCodeFormat, texts.Visitors("invalid.date")}
	case formatInstant:
		if _, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return allInstants()
		}
		return flaw{FieldErrorCodeFormat, texts.Visitors("invalid.instant")}
	default:
		return wrongForm()
	}
}
