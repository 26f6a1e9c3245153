package setup

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

//go:embed centre.schema.json
var schemaJSON []byte

// Schema returns the JSON Schema (draft 7) of files, by which editors complete and
// check them.
func Schema() []byte { return slices.Clone(schemaJSON) }

const schemaName = "centre.schema.json"

// compiled returns the compiled schema.
//
//nolint:gochecknoglobals // a constant in all but name
var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaJSON))
	if err != nil {
		return nil, fmt.Errorf("setup: read the schema: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err = c.AddResource(schemaName, document); err != nil {
		return nil, fmt.Errorf("setup: read the schema: %w", err)
	}
	return c.Compile(schemaName)
})

// shape checks the document against the schema. It returns the JSON pointers of what is
// wrong.
func (d *document) shape() (wrong []string, err error) {
	schema, err := compiled()
	if err != nil {
		return nil, err
	}
	invalid := schema.Validate(d.value)
	if invalid == nil {
		return nil, nil
	}
	root, ok := invalid.(*jsonschema.ValidationError) //nolint:errorlint // as documented
	if !ok {
		return nil, invalid
	}
	var visit func(*jsonschema.ValidationError)
	visit = func(e *jsonschema.ValidationError) {
		for _, cause := range e.Causes {
			visit(cause)
		}
		if len(e.Causes) > 0 {
			return
		}
		pointer := pointerOf(e.InstanceLocation)
		wrong = append(wrong, pointer)
		name := ""
		if n := len(e.InstanceLocation); n > 0 {
			name = e.InstanceLocation[n-1]
		}
		if k, unknown := e.ErrorKind.(*kind.AdditionalProperties); unknown {
			for _, field := range k.Properties {
				d.fault(d.at(pointer+"/"+escape(field)+"#"), "there is no field "+field+" here"+meant(e.SchemaURL, field))
			}
			return
		}
		d.fault(d.at(pointer), field(name)+worded(e.ErrorKind))
	}
	visit(root)
	return wrong, nil
}

// meant suggests the field of a part of the schema that was probably meant; "" for none.
func meant(part, field string) string {
	_, pointer, _ := strings.Cut(part, "#")
	var found any
	if json.Unmarshal(schemaJSON, &found) != nil {
		return ""
	}
	for _, name := range append(strings.FieldsFunc(pointer, func(r rune) bool { return r == '/' }), "properties") {
		fields, ok := found.(map[string]any)
		if !ok {
			return ""
		}
		found = fields[name]
	}
	fields, _ := found.(map[string]any)
	letters := func(s string) string {
		return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(s))
	}
	for _, known := range slices.Sorted(maps.Keys(fields)) {
		if a, b := letters(known), letters(field); strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
			return ": did you mean " + known + "?"
		}
	}
	return ""
}

func pointerOf(location []string) string {
	var b strings.Builder
	for _, part := range location {
		b.WriteString("/" + escape(part))
	}
	return b.String()
}

// field returns the name of a field and a colon; nothing for an item of a list.
func field(name string) string {
	if name == "" || strings.Trim(name, "0123456789") == "" {
		return ""
	}
	return name + ": "
}

// worded says in plain words what the schema finds wrong.
func worded(k jsonschema.ErrorKind) string {
	number := func(r *big.Rat) string { return r.RatString() }
	switch k := k.(type) {
	case *kind.Required:
		if len(k.Missing) == 1 {
			return k.Missing[0] + " is missing"
		}
		return strings.Join(k.Missing, ", ") + " are missing"
	case *kind.Type:
		return typed(k)
	case *kind.Const:
		return fmt.Sprintf("want %v", k.Want)
	case *kind.Enum:
		return fmt.Sprintf("want one of %s", strings.Trim(fmt.Sprint(k.Want), "[]"))
	case *kind.Pattern:
		return patterned(k)
	case *kind.Format:
		return fmt.Sprintf("%.80q is no %s", fmt.Sprint(k.Got), k.Want)
	case *kind.Minimum:
		return fmt.Sprintf("%s is too small: want at least %s", number(k.Got), number(k.Want))
	case *kind.Maximum:
		return fmt.Sprintf("%s is too large: want at most %s", number(k.Got), number(k.Want))
	case *kind.MinLength:
		return "is empty"
	case *kind.MaxLength:
		return fmt.Sprintf("has %d characters: at most %d", k.Got, k.Want)
	case *kind.MinItems:
		return fmt.Sprintf("has %d entries: want at least %d", k.Got, k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("has %d entries: at most %d", k.Got, k.Want)
	}
	return fmt.Sprint(k)
}

func typed(k *kind.Type) string {
	names := map[string]string{
		"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
		"array": "a list", "object": "a set of fields", "null": "nothing",
	}
	wants := make([]string, len(k.Want))
	for i, w := range k.Want {
		wants[i] = names[w]
	}
	text := fmt.Sprintf("is %s: want %s", names[k.Got], strings.Join(wants, " or "))
	if slices.Contains(k.Want, "string") && (k.Got == "number" || k.Got == "integer" || k.Got == "boolean") {
		text += ", in quotes"
	}
	return text
}

func patterned(k *kind.Pattern) string {
	for _, known := range []struct{ part, text string }{
		{"m)?|[0-9]{1,6}m", "want a length of time such as 40m, 1h30m or 45d"},
		{"[a-z0-9]+(-", "want lower-case words joined by hyphens"},
		{"[a-z0-9]+([_-]", "want lower-case words joined by hyphens"},
		{"^https://", "want an https address"},
		{":[0-5][0-9]", "want a time of day such as 09:30"},
		{"(0[1-9]|1[0-2])-", "want a month and a day, such as 09-23"},
		{"(19|[2-9][0-9])", "want a date such as 2026-12-31"},
		{`\x00-\x1F`, "has a line break or an invisible character"},
	} {
		if strings.Contains(k.Want, known.part) {
			return fmt.Sprintf("%.80q: %s", k.Got, known.text)
		}
	}
	return fmt.Sprintf("%.80q does not look like %s", k.Got, k.Want)
}
