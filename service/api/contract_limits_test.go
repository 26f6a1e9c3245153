package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"ziyara"
	"ziyara/catalog"
	"ziyara/hall"
	"ziyara/notify"
	"ziyara/notify/webhook"
	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/survey"
)

// stated are the limits of the contract that the code states again, by the
// first operation that has them.
func stated() map[string]int {
	return map[string]int{
		"answerSurvey #/comment maxLength":                         survey.MaxComment,
		"answerSurvey #/satisfaction maximum":                      survey.Most,
		"answerSurvey #/satisfaction minimum":                      survey.Least,
		"announceDelay #/minutes maximum":                          int(hall.MaxDelay / time.Minute),
		"createAppointment #/representative/wakala maxLength":      slots.MaxWakala,
		"createAppointment #/visitor/email maxLength":              slots.MaxEmail,
		"createAppointment #/visitor/name maxLength":               slots.MaxName,
		"createAppointment #/visitor/name minLength":               slots.MinName,
		"createChange #/edit/closures/*/places maximum":            scheduling.MaxPlaces,
		"createChange #/edit/closures maxItems":                    scheduling.MaxDated,
		"createChange #/edit/holidays maxItems":                    scheduling.MaxDated,
		"createChange #/edit/hours maxItems":                       scheduling.MaxDated,
		"createChange #/edit/rules maxItems":                       scheduling.MaxRules,
		"createChange #/edit/rules/*/also maxItems":                scheduling.MaxListed,
		"createChange #/edit/rules/*/except maxItems":              scheduling.MaxListed,
		"createChange #/edit/rules/*/openings maxItems":            scheduling.MaxOpenings,
		"createChange #/edit/rules/*/openings/*/breaks maxItems":   scheduling.MaxNamed,
		"createChange #/edit/rules/*/openings/*/places maximum":    scheduling.MaxPlaces,
		"createChange #/edit/rules/*/openings/*/reserve/* maximum": scheduling.MaxPlaces,
		"createChange #/edit/rules/*/openings/*/services maxItems": scheduling.MaxNamed,
		"createChange #/edit/rules/*/rrule maxLength":              scheduling.MaxRRule,
		"createChange #/edit/seasons maxItems":                     scheduling.MaxSeasons,
		"createHold #/needs maxItems":                              catalog.MaxNeeds,
		"createHold #/service maxLength":                           catalog.MaxSlug,
		"createHold #/branch maxLength":                            catalog.MaxSlug,
		"createWalkIn #/needs maxItems":                            catalog.MaxNeeds,
		"createWebhook #/url maxLength":                            webhook.MaxURL,
		"getService service maxLength":                             catalog.MaxSlug,
		"getBranch branch maxLength":                               catalog.MaxSlug,
		"listServices ?q maxLength":                                catalog.MaxQuery,
		"saveMessageText #/wordings maxItems":                      notify.MaxWordings,
		"saveMessageText #/wordings/*/other maxLength":             notify.MaxText,
		"saveMessageText #/wordings/*/zero maxLength":              notify.MaxText,
		"searchGuide ?q maxLength":                                 catalog.MaxQuery,
	}
}

// The contract and the code state each limit alike: what the contract allows is
// not refused by the code.
func TestContractAndCodeHaveTheSameLimits(t *testing.T) {
	t.Parallel()
	found := requestLimits(t)
	for name, want := range stated() {
		if got, ok := found[name]; !ok || got != want {
			t.Errorf("%s is %d in the contract, %d in the code", name, got, want)
		}
	}
	// Schemas that share a name in another operation share the limit.
	for name, want := range map[string]int{
		"name maxLength": slots.MaxName, "email maxLength": slots.MaxEmail, "wakala maxLength": slots.MaxWakala,
		"needs maxItems": catalog.MaxNeeds, "comment maxLength": survey.MaxComment,
	} {
		for path, got := range found {
			pointer, visitor := strings.CutSuffix(path, "/"+name)
			if visitor && (strings.HasSuffix(pointer, "/visitor") || strings.HasSuffix(pointer, "/representative") ||
				strings.HasSuffix(pointer, "#")) && !strings.HasPrefix(path, "createFeed") && !strings.HasPrefix(path, "createWebhook") &&
				!strings.HasPrefix(path, "editWebhook") && got != want {
				t.Errorf("%s is %d, want %d", path, got, want)
			}
		}
	}
}

// requestLimits returns the limits of all requests of the contract.
func requestLimits(t *testing.T) map[string]int {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(ziyara.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			for _, p := range slices.Concat(item.Parameters, operation.Parameters) {
				name := map[string]string{"query": "?", "path": "", "header": ""}[p.Value.In] + p.Value.Name
				collect(found, operation.OperationID+" "+name, p.Value.Schema.Value)
			}
			if body := operation.RequestBody; body != nil {
				collect(found, operation.OperationID+" #", body.Value.Content["application/json"].Schema.Value)
			}
		}
	}
	return found
}

// collect adds the limits of a schema and of what is in it.
func collect(found map[string]int, path string, s *openapi3.Schema) {
	if s.MaxLength != nil {
		found[path+" maxLength"] = int(*s.MaxLength) //nolint:gosec // small
	}
	if s.MinLength > 0 {
		found[path+" minLength"] = int(s.MinLength) //nolint:gosec // small
	}
	if s.MaxItems != nil {
		found[path+" maxItems"] = int(*s.MaxItems) //nolint:gosec // small
	}
	if s.Max != nil {
		found[path+" maximum"] = int(*s.Max)
	}
	if s.Min != nil {
		found[path+" minimum"] = int(*s.Min)
	}
	for name, property := range s.Properties {
		collect(found, path+"/"+name, property.Value)
	}
	for _, part := range s.AllOf {
		collect(found, path, part.Value)
	}
	if s.Items != nil {
		collect(found, path+"/*", s.Items.Value)
	}
	if more := s.AdditionalProperties.Schema; more != nil {
		collect(found, path+"/*", more.Value)
	}
}

// At a limit the contract accepts; beyond it the problem names the limit, in both
// languages.
func TestLimitsAreTold(t *testing.T) {
	t.Parallel()
	v, err := newValidator(ziyara.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, routes := range v.routes {
		for _, r := range routes {
			for method, op := range r.operations {
				check := func(pointer string, s *openapi3.Schema) {
					for _, c := range beyond(s) {
						told++
						if err := s.VisitJSON(c.within, v.options...); err != nil && s.Pattern == "" && s.Format == "" {
							t.Errorf("%s %s %s: the limit itself is refused: %v", method, r.template, pointer, err)
						}
						var list pointerList
						list.addSchema(pointer, s.VisitJSON(c.outside, v.options...))
						names := func(d catalog.Text) bool { return strings.Contains(d.AR, c.limit) && strings.Contains(d.EN, c.limit) }
						if len(list) == 0 || s.Pattern == "" && !names(list[0].Detail.Text) {
							t.Errorf("%s %s %s: beyond %s: %v", method, r.template, pointer, c.limit, list)
						}
					}
				}
				for _, p := range op.parameters {
					check(p.pointer, p.schema)
				}
				walk("#", op.body, check)
			}
		}
	}
	if told < 200 {
		t.Errorf("%d limits were tried: this test reads the contract no more", told)
	}
}

// walk visits a schema and what is in it.
func walk(pointer string, s *openapi3.Schema, visit func(string, *openapi3.Schema)) {
	if s == nil {
		return
	}
	visit(pointer, s)
	for name, property := range s.Properties {
		walk(pointer+"/"+name, property.Value, visit)
	}
	for _, part := range s.AllOf {
		walk(pointer, part.Value, visit)
	}
	if s.Items != nil {
		walk(pointer+"/*", s.Items.Value, visit)
	}
}

// edge is a value at a limit, and one beyond it.
type edge struct {
	within, outside any
	limit           string
}

// beyond returns the edges of a schema for a string or a number.
func beyond(s *openapi3.Schema) []edge {
	var edges []edge
	if s.MaxLength != nil && s.Format == "" {
		n := int(*s.MaxLength) //nolint:gosec // small
		edges = append(edges, edge{strings.Repeat("ن", n), strings.Repeat("ن", n+1), fmt.Sprint(n)})
	}
	if s.MinLength > 1 {
		n := int(s.MinLength) //nolint:gosec // small
		edges = append(edges, edge{strings.Repeat("ن", n), strings.Repeat("ن", n-1), fmt.Sprint(n)})
	}
	if s.Max != nil {
		edges = append(edges, edge{*s.Max, *s.Max + 1, fmt.Sprintf("%.0f", *s.Max)})
	}
	if s.Min != nil {
		edges = append(edges, edge{*s.Min, *s.Min - 1, fmt.Sprintf("%.0f", *s.Min)})
	}
	return edges
}

// Every date and instant of the contract has its bounds, which its problem names;
// no date has a year of five digits in any time zone.
func TestDatesFarAway(t *testing.T) {
	t.Parallel()
	v, err := newValidator(ziyara.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		format string
		good   []string
		bad    map[string]string // value to what its problem names
	}{
		{formatDate, []string{"1900-01-01", "2026-11-01", "9999-12-31"},
			map[string]string{"0001-01-01": "1900", "1899-12-31": "1900", "10000-01-01": "", "2026-02-30": "", "2026-13-01": "", "": ""}},
		{formatInstant, []string{"1900-01-01T00:00:00Z", "2026-11-01T09:00:00+03:00", "9999-12-31T00:00:00Z", "9999-12-31T14:00:00+14:00"},
			map[string]string{"0001-01-01T00:00:00Z": "1900", "1900-01-01T02:59:59+03:00": "1900", "9999-12-31T00:00:01Z": "9999",
				"9999-12-31T23:59:59-12:00": "9999", "10000-01-01T00:00:00Z": "", "2026-11-01T09:00:00": "", "2026-11-01": ""}},
	} {
		s := &openapi3.Schema{Type: &openapi3.Types{openapi3.TypeString}, Format: test.format}
		for _, value := range test.good {
			if err := s.VisitJSON(value, v.options...); err != nil {
				t.Errorf("%s %s is refused: %v", test.format, value, err)
			}
		}
		for value, names := range test.bad {
			var list pointerList
			list.addSchema("?", s.VisitJSON(value, v.options...))
			if len(list) != 1 || !strings.Contains(list[0].Detail.AR, names) || !strings.Contains(list[0].Detail.EN, names) {
				t.Errorf("%s %q: got %v, want a problem that names %q", test.format, value, list, names)
			}
		}
	}
}

// A question about dates is answered for those that have a Hijri date.
func TestDatesOfQuestions(t *testing.T) {
	t.Parallel()
	for value, good := range map[string]bool{
		"1937-03-13": false, "1937-03-14": true, "2077-11-16": true, "2077-11-17": false, "9999-12-31": false, "1900-01-01": false,
	} {
		d, err := date("?from", value)
		if (err == nil) != good || good && d.String() != value {
			t.Errorf("%s: got %v, %v", value, d, err)
		}
	}
	for value, good := range map[string]bool{"1937-03": false, "1937-04": true, "2077-10": true, "2077-11": false} {
		if _, _, err := month(value); (err == nil) != good {
			t.Errorf("%s: got %v", value, err)
		}
	}
	if got, want := monthRange().EN, "Please choose a month from April 1937 to October 2077."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
