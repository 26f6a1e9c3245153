package console

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/setup"
)

// schemaNode is a part of the schema of files.
type schemaNode struct {
	Ref        string                `json:"$ref"`
	AllOf      []schemaNode          `json:"allOf"`
	Type       string                `json:"type"`
	Properties map[string]schemaNode `json:"properties"`
	Items      *schemaNode           `json:"items"`
	Required   []string              `json:"required"`
	Enum       []string              `json:"enum"`
	Maximum    *int                  `json:"maximum"`
}

// The forms have the fields of files: the same names, the same needed ones, the same
// choices and limits.
func TestFieldsAreThoseOfTheSchema(t *testing.T) {
	t.Parallel()
	var schema struct {
		Definitions map[string]schemaNode `json:"definitions"`
	}
	if err := json.Unmarshal(setup.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	var resolve func(schemaNode) schemaNode
	resolve = func(n schemaNode) schemaNode {
		switch {
		case n.Ref != "":
			return resolve(schema.Definitions[strings.TrimPrefix(n.Ref, "#/definitions/")])
		case len(n.AllOf) == 1:
			return resolve(n.AllOf[0])
		}
		return n
	}
	var compare func(where string, n schemaNode, fields []field, optional bool)
	compare = func(where string, n schemaNode, fields []field, optional bool) {
		names := make([]string, 0, len(fields))
		for _, f := range fields {
			names = append(names, f.name)
		}
		slices.Sort(names)
		want := slices.DeleteFunc(slices.Sorted(maps.Keys(n.Properties)), func(name string) bool { return name == "plan" })
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s (-schema +form):\n%s", where, diff)
		}
		for _, f := range fields {
			at, one := where+"."+f.name, resolve(n.Properties[f.name])
			// A group is left out as a whole, and a list of holidays may be empty.
			if needed := slices.Contains(n.Required, f.name); needed != f.needed && !optional && f.is != isRows {
				t.Errorf("%s: needed is %v in the schema", at, needed)
			}
			if diff := cmp.Diff(one.Enum, f.choices); diff != "" {
				t.Errorf("%s (-schema +form):\n%s", at, diff)
			}
			if f.is == isNumber && (one.Maximum == nil || *one.Maximum != f.most) {
				t.Errorf("%s: at most %v in the schema, %d in the form", at, one.Maximum, f.most)
			}
			if f.is == isRows {
				one = resolve(*one.Items)
			}
			if f.is == isGroup || f.is == isRows {
				compare(at, one, f.fields, f.is == isGroup)
			}
		}
	}
	for _, k := range setup.Kinds() {
		compare(memberOf(k), resolve(schema.Definitions[memberOf(k)]), fieldsOf(k), false)
	}
}

// A part whose form is sent as it is stays as it is.
func TestFormsKeepWhatTheyShow(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../demo/centre.yaml")
	if err != nil {
		t.Fatal(err)
	}
	centre, err := setup.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, k := range setup.Kinds() {
		parts, err := centre.Parts(k)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range parts {
			seen++
			var want map[string]any
			if err := json.Unmarshal(p.JSON, &want); err != nil {
				t.Fatal(err)
			}
			got := readPart(asJSON(typedOf(fieldsOf(k), want).part(fieldsOf(k), want)))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %s (-was +sent):\n%s", k, p.Slug, diff)
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d parts", seen)
	}
}

// Rows are added, left empty, and removed.
func TestRowsOfForms(t *testing.T) {
	t.Parallel()
	fields := []field{rows("desks", field{name: "name", is: isWords}, yes("accessible")), {name: "topics", is: isTexts}}
	typed := typedPart{
		"/desks/0/name": "1", "/desks/1/name": "", "/desks/2/name": "3", "/desks/2/accessible": "true",
		"/topics/4/ar": "رخصة", "/topics/4/en": "", "/desks/999999999/name": "x",
	}
	want := `{"desks":[{"name":"1"},{"accessible":true,"name":"3"}],"topics":[{"ar":"رخصة","en":""}]}`
	if got := asJSON(typed.part(fields, nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	typed.without("/desks/0")
	want = `{"desks":[{"accessible":true,"name":"3"}],"topics":[{"ar":"رخصة","en":""}]}`
	if got := asJSON(typed.part(fields, nil)); got != want {
		t.Errorf("without the first: %s", got)
	}
}

func TestDurationsOfForms(t *testing.T) {
	t.Parallel()
	f := []field{duration("duration")}
	for typed, want := range map[[2]string]string{
		{"90", "m"}: "1h30m", {"2", "h"}: "2h", {"1", "d"}: "24h", {"30", "d"}: "30d", {"0", "m"}: "0m", {"72", "h"}: "3d",
		{"x", "m"}: "x", {"-5", "m"}: "-5", {"5", "y"}: "5", {"99999999999", "d"}: "99999999999",
	} {
		got := typedPart{"/duration": typed[0], "/duration" + unitMark: typed[1]}.part(f, nil)["duration"]
		if got != want {
			t.Errorf("%v: %v, want %s", typed, got, want)
		}
	}
}
