package api

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"

	"ziyara"
	"ziyara/catalog"
	"ziyara/notify"
	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/texts"
)

// node is a value of the contract, with the path to it.
type node struct {
	path  string
	value map[string]any
}

// contractNodes returns all objects of the contract.
func contractNodes(t *testing.T) []node {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(ziyara.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	written, err := doc.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var all any
	if err = json.Unmarshal(written, &all); err != nil {
		t.Fatal(err)
	}
	return nodesIn(nil, "", all)
}

func nodesIn(found []node, path string, value any) []node {
	switch value := value.(type) {
	case map[string]any:
		found = append(found, node{path, value})
		for name, v := range value {
			found = nodesIn(found, path+"/"+name, v)
		}
	case []any:
		for _, v := range value {
			found = nodesIn(found, path+"/*", v)
		}
	}
	return found
}

// The problems of the contract's examples are what the program sends, word for
// word; nearly half of them in Arabic.
func TestExamplesOfProblemsAreWhatIsSent(t *testing.T) {
	t.Parallel()
	details := detailsOfErrors()
	in := map[string]int{}
	for _, n := range contractNodes(t) {
		name, isProblem := strings.CutPrefix(asText(n.value["type"]), "/problems#")
		if !isProblem {
			continue
		}
		written, err := json.Marshal(n.value)
		if err != nil {
			t.Fatal(err)
		}
		var p Problem
		if err = json.Unmarshal(written, &p); err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(kinds(), func(k kind) bool { return k.name == name })
		if i < 0 || kinds()[i].status != p.Status {
			t.Errorf("%s is a %s with status %d, which is no kind", n.path, name, p.Status)
			continue
		}
		lang := "en"
		if isArabic(p.Title) {
			lang = "ar"
		}
		in[lang]++
		sent := p
		wording{ministry: catalog.Ministry{Phone: catalog.DefaultPhone}}.put(&sent, kinds()[i], lang)
		if p.Title != sent.Title || p.Detail != sent.Detail {
			t.Errorf("%s says\n%s\n%s\nwant\n%s\n%s", n.path, p.Title, p.Detail, sent.Title, sent.Detail)
		}
		for _, e := range p.Errors {
			if !slices.ContainsFunc(details, func(d flaw) bool { return d.In(lang) == e.Detail && d.Code == e.Code }) {
				t.Errorf("%s says of %s what the program never says: %s: %s", n.path, e.Pointer, e.Code, e.Detail)
			}
		}
	}
	if in["ar"] < 10 || in["ar"]*3 < in["en"]*2 {
		t.Errorf("%v: Arabic is the original language, so about half of the examples are in it", in)
	}
}

func asText(v any) string { s, _ := v.(string); return s }

func isArabic(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Arabic, r) })
}

// detailsOfErrors returns what the program says of single fields, without
// parameters.
func detailsOfErrors() []flaw {
	list := []flaw{required(), unknownMember(), givenTwice(), wrongForm(), malformedJSON(),
		{FieldErrorCodeMobile, notify.MobileText(notify.ErrMobile)}, wantJSON()}
	for _, f := range []slots.Fault{
		slots.FaultName, slots.FaultID, slots.FaultEmail, slots.FaultWakala, slots.FaultExpired, slots.FaultSelf, slots.FaultNeed,
		slots.FaultLonger, slots.FaultReason,
	} {
		list = append(list, flaw{FieldErrorCode(f), f.Text()})
	}
	for _, f := range faultsOfPlans() {
		list = append(list, f.flaw)
	}
	return list
}

// What the contract's examples say of a day is what the program says of such a
// day.
func TestExamplesOfExplanationsAreWhatIsSaid(t *testing.T) {
	t.Parallel()
	week := func(name catalog.Text) scheduling.Plan {
		return scheduling.Plan{
			Zone: "Asia/Riyadh",
			Rules: []scheduling.Rule{{
				Name: name, RRule: "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH",
				Openings: []scheduling.Opening{{From: scheduling.Clock(7, 30), To: scheduling.Clock(14, 30), Places: 4}},
				From:     scheduling.NewDate(2026, 1, 1), Until: scheduling.NewDate(2027, 12, 31),
			}},
		}
	}
	ordinary := week(catalog.Text{AR: "أيام العمل", EN: "Working days"})
	national := week(catalog.Text{AR: "الأحد إلى الخميس", EN: "Sunday to Thursday"})
	national.Holidays = []scheduling.Holiday{{
		Name: catalog.Text{AR: "اليوم الوطني", EN: "National Day"},
		From: scheduling.NewDate(2026, 9, 23), Until: scheduling.NewDate(2026, 9, 23),
	}}
	said := map[string]bool{}
	for _, plan := range []scheduling.Plan{ordinary, national} {
		calendar, err := scheduling.Compile(plan)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []scheduling.Date{scheduling.NewDate(2026, 9, 23), scheduling.NewDate(2026, 11, 24)} {
			why := calendar.Explain(d)
			say(said, why.Summary)
			for _, l := range why.Layers {
				say(said, l.Effect)
			}
		}
	}
	for n := range 20 {
		for _, r := range []slots.Rule{slots.RuleTaken, slots.RuleNotice, slots.RuleHorizon, slots.RuleClosed} {
			say(said, countedRule(r, n))
		}
	}
	seen := 0
	for _, n := range contractNodes(t) {
		for _, name := range []string{"summary", "effect", "text"} {
			if text, ok := bilingual(n.value[name]); ok && strings.Contains(n.path, "/example") {
				seen++
				if !said[text.AR+"|"+text.EN] {
					t.Errorf("%s/%s says what the program never says: %q", n.path, name, text)
				}
			}
		}
	}
	if seen < 5 {
		t.Errorf("%d explanations were found: this test reads the contract no more", seen)
	}
}

func say(said map[string]bool, text catalog.Text) { said[text.AR+"|"+text.EN] = true }

// bilingual returns the text that a value is, and whether it is one.
func bilingual(v any) (catalog.Text, bool) {
	m, ok := v.(map[string]any)
	text := texts.Text{AR: asText(m["ar"]), EN: asText(m["en"])}
	return text, ok && len(m) == 2 && text.Complete()
}
