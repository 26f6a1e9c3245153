package setup

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"ziyara/catalog"
)

// definitions are the parts of the schema.
func definitions(t *testing.T) map[string]any {
	t.Helper()
	var schema struct {
		Properties  map[string]any `json:"properties"`
		Definitions map[string]any `json:"definitions"`
	}
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	schema.Definitions[""] = map[string]any{"properties": schema.Properties}
	return schema.Definitions
}

// Every field that is read is in the schema, and none besides.
func TestSchemaHasAllFields(t *testing.T) {
	t.Parallel()
	all := definitions(t)
	for name, value := range map[string]any{
		"": file{}, "branch": branch{}, "department": department{}, "service": service{}, "need": need{},
		"holiday_list": holidayList{}, "desk_group": deskGroup{}, "desk": Desk{}, "plan": plan{}, "entity": entity{},
		"cancellation_reason": reason{}, "pause": catalog.Pause{}, "retirement": catalog.Retirement{},
	} {
		part, _ := all[name].(map[string]any)
		properties, _ := part["properties"].(map[string]any)
		var fields []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(value)) {
			if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); !f.Anonymous {
				fields = append(fields, tag)
			}
		}
		if diff := cmp.Diff(slices.Sorted(slices.Values(fields)), slices.Sorted(maps.Keys(properties))); diff != "" {
			t.Errorf("%s: fields that are read and those of the schema differ (-read +schema):\n%s", name, diff)
		}
		for field, p := range properties {
			p, _ := p.(map[string]any)
			if p["$ref"] == nil && p["description"] == nil {
				t.Errorf("%s.%s has no description", name, field)
			}
		}
	}
}

// A centre is written in files as in the API: the same fields with the same limits.
func TestPartsAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	contract, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var api struct {
		Components struct {
			Schemas map[string]any `yaml:"schemas"`
		} `yaml:"components"`
	}
	if err = yaml.Unmarshal(contract, &api); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{
		"PlanText": "text", "PlanOpening": "opening", "PlanBreak": "break", "PlanRule": "rule", "PlanYearSpan": "year_span",
		"PlanDateSpan": "date_span", "PlanAnnounced": "announced", "PlanSeason": "season", "PlanHoliday": "own_holiday",
		"PlanHours": "hours", "PlanClosure": "closure", "Plan": "plan", "HolidayRule": "holiday",
	}
	all := definitions(t)
	calendars := slices.Collect(maps.Values(names))
	for name := range all {
		if !slices.Contains(calendars, name) && name != "" {
			of := "Centre"
			for word := range strings.SplitSeq(name, "_") {
				of += strings.ToUpper(word[:1]) + word[1:]
			}
			names[of] = name
		}
	}
	for of, name := range names {
		want, err := json.Marshal(inSchema(api.Components.Schemas[of], names))
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(all[name])
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s of the schema is\n%s\n%s of the contract is\n%s", name, got, of, want)
		}
	}
}

// inSchema returns a part of the contract as the schema of files has it.
func inSchema(part any, names map[string]string) any {
	switch part := part.(type) {
	case map[string]any:
		made := map[string]any{}
		for key, value := range part {
			switch {
			case strings.HasPrefix(key, "x-"):
			case key == "$ref":
				text, _ := value.(string)
				made[key] = "#/definitions/" + names[text[strings.LastIndexByte(text, '/')+1:]]
			default:
				made[key] = inSchema(value, names)
			}
		}
		return made
	case []any:
		made := make([]any, len(part))
		for i, item := range part {
			made[i] = inSchema(item, names)
		}
		return made
	}
	return part
}

func TestDurations(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"0m": 0, "40m": 40 * time.Minute, "90m": 90 * time.Minute, "1h30m": 90 * time.Minute, "2h": 2 * time.Hour,
		"1d": 24 * time.Hour, "45d": 45 * 24 * time.Hour, "2d12h": 60 * time.Hour,
	} {
		var got duration
		if err := got.UnmarshalText([]byte(text)); err != nil || time.Duration(got) != want {
			t.Errorf("%q is %v, %v, want %v", text, time.Duration(got), err, want)
		}
	}
	for _, text := range []string{"", "m", "40", "40s", "-40m", "1.5h", "40 m", "٤٠m", "30m1h", "99999999m"} {
		var got duration
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is %v, want an error", text, time.Duration(got))
		}
	}
	for want, d := range map[string]time.Duration{
		"0m": 0, "40m": 40 * time.Minute, "1h30m": 90 * time.Minute, "24h": 24 * time.Hour, "2d": 48 * time.Hour, "49h": 49 * time.Hour,
	} {
		if got, err := duration(d).MarshalText(); err != nil || string(got) != want {
			t.Errorf("%v is written as %q, %v, want %q", d, got, err, want)
		}
	}
}
