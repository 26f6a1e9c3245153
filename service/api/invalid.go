package api

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

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
