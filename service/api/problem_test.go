package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"

	"ziyara"
	"ziyara/access"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/feeds"
	"ziyara/hall"
	"ziyara/notify/verify"
	"ziyara/notify/webhook"
	"ziyara/once"
	"ziyara/reports"
	"ziyara/slots"
)

// domainErrors are all errors that the domain exports, by package and name.
func domainErrors() map[string]error {
	return map[string]error{
		"access.ErrSignIn":           access.ErrSignIn,
		"access.ErrUnavailable":      access.ErrUnavailable,
		"access.ErrForeign":          access.ErrForeign,
		"access.ErrNoRole":           access.ErrNoRole,
		"access.ErrForbidden":        access.ErrForbidden,
		"fault.ErrNotFound":          fault.ErrNotFound,
		"fault.ErrEdited":            fault.ErrEdited,
		"fault.ErrUnavailable":       fault.ErrUnavailable,
		"fault.ErrOverloaded":        fault.ErrOverloaded,
		"fault.ErrUncertain":         fault.ErrUncertain,
		"once.ErrKeyReused":          once.ErrKeyReused,
		"once.ErrAnswered":           once.ErrAnswered,
		"centre.ErrUnknownService":   centre.ErrUnknownService,
		"centre.ErrUnknownBranch":    centre.ErrUnknownBranch,
		"slots.ErrUnknownChannel":    slots.ErrUnknownChannel,
		"centre.ErrNotOffered":       centre.ErrNotOffered,
		"slots.ErrExpired":           slots.ErrExpired,
		"slots.ErrReleased":          slots.ErrReleased,
		"slots.ErrHoldUsed":          slots.ErrHoldUsed,
		"slots.ErrNotBooked":         slots.ErrNotBooked,
		"slots.ErrStarted":           slots.ErrStarted,
		"slots.ErrRequested":         slots.ErrRequested,
		"slots.ErrNotRequested":      slots.ErrNotRequested,
		"slots.ErrPosition":          slots.ErrPosition,
		"slots.ErrNoProposal":        slots.ErrNoProposal,
		"slots.ErrUnsettled":         slots.ErrUnsettled,
		"slots.ErrSameStart":         slots.ErrSameStart,
		"slots.ErrUnaudited":         slots.ErrUnaudited,
		"slots.ErrHoldBound":         slots.ErrHoldBound,
		"slots.HorizonError":         &slots.HorizonError{},
		"slots.HoldLimitError":       &slots.HoldLimitError{},
		"slots.PauseError":           &slots.PauseError{},
		"slots.PausedError":          &slots.PausedError{},
		"slots.RequestedError":       &slots.RequestedError{},
		"slots.ErrPersonBusy":        slots.ErrPersonBusy,
		"slots.ErrProofFirst":        slots.ErrProofFirst,
		"slots.ErrPersonLimit":       slots.ErrPersonLimit,
		"slots.ErrMobileLimit":       slots.ErrMobileLimit,
		"slots.ErrTaken":             slots.ErrTaken,
		"slots.ErrRange":             slots.ErrRange,
		"slots.ErrDayClosed":         slots.ErrDayClosed,
		"slots.ErrStale":             slots.ErrStale,
		"slots.ErrAlreadyWaiting":    slots.ErrAlreadyWaiting,
		"slots.ErrNotWaiting":        slots.ErrNotWaiting,
		"slots.ErrMobileWaits":       slots.ErrMobileWaits,
		"slots.ErrNoMobile":          slots.ErrNoMobile,
		"slots.ErrNoOffer":           slots.ErrNoOffer,
		"slots.ErrOfferOver":         slots.ErrOfferOver,
		"slots.ErrIdentity":          slots.ErrIdentity,
		"centre.ErrUnknownDeskGroup": centre.ErrUnknownDeskGroup,
		"slots.ErrUnknownChange":     slots.ErrUnknownChange,
		"slots.ErrDraftOver":         slots.ErrDraftOver,
		"slots.ErrNotAffected":       slots.ErrNotAffected,
		"slots.ErrChangeSettled":     slots.ErrChangeSettled,
		"slots.ErrNotCarriedOut":     slots.ErrNotCarriedOut,
		"slots.ErrNothingToUndo":     slots.ErrNothingToUndo,
		"centre.ErrForeignService":   centre.ErrForeignService,
		"centre.ErrForeignChannel":   centre.ErrForeignChannel,
		"slots.AffectedError":        &slots.AffectedError{},
		"slots.ErrReference":         slots.ErrReference,
		"slots.RuleError":            &slots.RuleError{Rule: slots.RuleNotice},
		"slots.TakenError":           &slots.TakenError{},
		"slots.VisitorError":         &slots.VisitorError{Fields: []slots.Field{{Name: "id", Fault: slots.FaultID}}},
		"slots.ErrArrived":           slots.ErrArrived,
		"hall.ErrNoVisit":            hall.ErrNoVisit,
		"hall.ErrRequested":          hall.ErrRequested,
		"hall.ErrCancelled":          hall.ErrCancelled,
		"hall.ErrOver":               hall.ErrOver,
		"hall.ErrAbsent":             hall.ErrAbsent,
		"hall.ErrNotArrived":         hall.ErrNotArrived,
		"hall.ErrGone":               hall.ErrGone,
		"hall.ErrNotCalled":          hall.ErrNotCalled,
		"hall.ErrNotStarted":         hall.ErrNotStarted,
		"hall.ErrStarted":            hall.ErrStarted,
		"hall.ErrHere":               hall.ErrHere,
		"hall.ErrNotNoShow":          hall.ErrNotNoShow,
		"hall.ErrReason":             hall.ErrReason,
		"hall.ErrNobody":             hall.ErrNobody,
		"hall.ErrUnknownGroup":       hall.ErrUnknownGroup,
		"hall.ErrFull":               hall.ErrFull,
		"hall.ErrDelay":              hall.ErrDelay,
		"hall.ErrAway":               hall.ErrAway,
		"hall.ErrNotAwait":           hall.ErrNotAwait,
		"hall.NotTodayError":         &hall.NotTodayError{},
		"hall.ElsewhereError":        &hall.ElsewhereError{},
		"hall.TooEarlyError":         &hall.TooEarlyError{},
		"hall.DeskError":             &hall.DeskError{},
		"verify.ErrExpired":          verify.ErrExpired,
		"verify.ErrIncomplete":       verify.ErrIncomplete,
		"verify.ErrTries":            verify.ErrTries,
		"verify.ErrOver":             verify.ErrOver,
		"verify.LimitError":          &verify.LimitError{RetryAfter: time.Second},
		"verify.WrongCodeError":      &verify.WrongCodeError{},
		"feeds.ErrRevoked":           feeds.ErrRevoked,
		"feeds.ErrMany":              feeds.ErrMany,
		"webhook.ErrDisabled":        webhook.ErrDisabled,
		"webhook.ErrPending":         webhook.ErrPending,
		"webhook.ErrMany":            webhook.ErrMany,
		"webhook.ErrURL":             webhook.ErrURL,
		"webhook.ErrAddress":         webhook.ErrAddress,
		"reports.ErrRange":           reports.ErrRange,
		"reports.ErrGrouping":        reports.ErrGrouping,
		"reports.ErrRows":            reports.ErrRows,
		"reports.ErrAhead":           reports.ErrAhead,
	}
}

// Every error that the domain can return has its kind of problem; none ends
// as a fault of the system because somebody forgot it here.
func TestEveryErrorOfTheDomainHasItsKind(t *testing.T) {
	t.Parallel()
	known := domainErrors()
	for _, dir := range []string{
		"../../access", "../../centre", "../../fault", "../../once", "../../slots", "../../hall", "../../feeds", "../../reports",
		"../../notify/verify", "../../notify/webhook",
	} {
		for _, name := range exportedErrors(t, dir) {
			switch name {
			case "once.RepeatedError": // an answer, not a problem: it is given again
				continue
			case "access.ErrAttempt", "access.ErrDenied", "access.ErrOften": // of browsers that sign in, which have pages
				continue
			case "centre.GroupError": // of a file, or at the start
				continue
			case "slots.ErrPast", "slots.ErrTooFar", "slots.ErrImported", "slots.ImportClosedError": // of a file of visits
				continue
			}
			err := known[name]
			if err == nil {
				t.Errorf("%s is new: give it a kind, and a line in domainErrors", name)
				continue
			}
			for _, wrapped := range []error{err, fmt.Errorf("book: %w", err), errors.Join(errors.New("other"), err)} {
				if k := kindOf(wrapped); k.name == kindInternal.name || k.name == "" {
					t.Errorf("%s is of kind %q", name, k.name)
				}
			}
			delete(known, name)
		}
	}
	for name := range known {
		t.Errorf("%s is no error of the domain any more", name)
	}
	if k := kindOf(errors.New("anything else")); k.name != kindInternal.name {
		t.Errorf("an unknown error is of kind %s, want internal", k.name)
	}
}

// What says more than that something does not exist is told so, though it wraps
// fault.ErrNotFound.
func TestNotFoundIsTheLastWord(t *testing.T) {
	t.Parallel()
	for name, err := range domainErrors() {
		if k := kindOf(err); errors.Is(err, fault.ErrNotFound) && name != "fault.ErrNotFound" && k.name == kindNotFound.name {
			t.Errorf("%s is of kind %s, want one of its own", name, k.name)
		}
	}
}

// exportedErrors returns the exported Err… variables and …Error types of a
// package, as package.Name.
func exportedErrors(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	for _, file := range parsed(t, dir) {
		for _, decl := range file.Decls {
			general, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range general.Specs {
				switch spec := spec.(type) {
				case *ast.ValueSpec:
					for _, n := range spec.Names {
						if general.Tok == token.VAR && strings.HasPrefix(n.Name, "Err") {
							names = append(names, file.Name.Name+"."+n.Name)
						}
					}
				case *ast.TypeSpec:
					if spec.Name.IsExported() && strings.HasSuffix(spec.Name.Name, "Error") {
						names = append(names, file.Name.Name+"."+spec.Name.Name)
					}
				}
			}
		}
	}
	if len(names) == 0 {
		t.Fatalf("no errors found in %s", dir)
	}
	return names
}

// parsed returns the files of a package without its tests.
func parsed(t *testing.T, dir string) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if errors.Is(err, fs.ErrNotExist) || os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// constantsOf returns the values of the constants of a type, written as string
// literals.
func constantsOf(t *testing.T, dir, typeName string) []string {
	t.Helper()
	var values []string
	for _, file := range parsed(t, dir) {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == typeName {
				for _, v := range spec.Values {
					values = append(values, strings.Trim(v.(*ast.BasicLit).Value, `"`))
				}
			}
			return true
		})
	}
	if len(values) == 0 {
		t.Fatalf("no constants of %s in %s", typeName, dir)
	}
	return values
}

// Every rule and every fault is put into words, each in its own.
func TestEveryRuleAndFaultHasWords(t *testing.T) {
	t.Parallel()
	said := map[string]string{}
	once := func(what string, text catalog.Text) {
		t.Helper()
		inBoth(t, what, text)
		if other := said[text.EN]; other != "" {
			t.Errorf("%s says the same as %s", what, other)
		}
		said[text.EN] = what
	}
	for _, value := range constantsOf(t, "../../slots", "Rule") {
		k := kindOf(&slots.RuleError{Rule: slots.Rule(value)})
		title, detail := saying(k)
		inBoth(t, "title of "+value, title)
		once("detail of "+value, detail)
		if want := "rule-" + strings.ReplaceAll(value, "_", "-"); k.name != want {
			t.Errorf("rule %s has kind %s, want %s", value, k.name, want)
		}
		if r := slots.Rule(value); r != slots.RuleTaken && !slices.Contains(rules(), r) { // taken is slot-taken
			t.Errorf("rule %s is not documented", value)
		}
	}
	said[slots.Fault("").Text().EN] = "an unknown fault"
	for _, value := range constantsOf(t, "../../slots", "Fault") {
		once("fault "+value, slots.Fault(value).Text())
	}
	for _, r := range []slots.Rule{
		slots.RuleTaken, slots.RuleNotice, slots.RuleHorizon, slots.RuleClosed, slots.RulePaused, slots.RuleRetired,
	} {
		text := countedRule(r, 3)
		inBoth(t, "count of "+string(r), text)
		if strings.Contains(text.EN, "()") || !strings.Contains(text.AR, "3") {
			t.Errorf("count of %s: %q", r, text)
		}
	}
}

// What is wrong with a value has a code of the contract; each code of the contract is
// one that can come.
func TestCodesOfErrors(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, n := range contractNodes(t) {
		if strings.HasSuffix(n.path, "/schemas/FieldErrorCode") {
			for _, code := range n.value["enum"].([]any) {
				listed[code.(string)] = false
			}
		}
	}
	come := func(where, code string) {
		if _, ok := listed[code]; !ok {
			t.Errorf("%s: the contract has no code %q", where, code)
		}
		listed[code] = true
	}
	for _, fault := range constantsOf(t, "../../slots", "Fault") {
		come("slots.Fault", fault)
	}
	constants := map[string]string{}
	var used []string
	for _, file := range parsed(t, ".") {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if kind, ok := n.Type.(*ast.Ident); ok && kind.Name == "FieldErrorCode" && len(n.Values) == 1 {
					constants[n.Names[0].Name] = strings.Trim(n.Values[0].(*ast.BasicLit).Value, `"`)
				}
			case *ast.CompositeLit:
				if kind, ok := n.Type.(*ast.Ident); ok && kind.Name == "flaw" {
					if code, ok := n.Elts[0].(*ast.Ident); ok {
						used = append(used, code.Name)
					}
				}
			}
			return true
		})
	}
	for _, name := range used {
		come(name, constants[name])
	}
	for code, comes := range listed {
		if !comes {
			t.Errorf("code %s is in the contract, and never comes", code)
		}
	}
	if len(listed) < 50 {
		t.Errorf("%d codes: this test reads the contract no more", len(listed))
	}
}

// Each closed set of the contract has what the code has.
func TestClosedSets(t *testing.T) {
	t.Parallel()
	for path, of := range map[string]struct{ dir, typeName, without string }{
		"Problem/properties/rule":           {"../../slots", "Rule", ""},
		"ExplanationReason/properties/rule": {"../../slots", "Rule", ""},
		"ExplanationLayer/properties/kind":  {"../../scheduling", "LayerKind", ""},
		"DeskGroupLayer/properties/kind":    {"../../scheduling", "LayerKind", ""},
		"PlanWarning/properties/kind":       {"../../scheduling", "WarningKind", ""},
		"Message/properties/kind":           {"../../notify", "Kind", ""},
		"MessageText/properties/kind":       {"../../notify", "Kind", "verification_code"},
		"Change/properties/state":           {"../../slots", "ChangeState", ""},
		"MonthDay/properties/state":         {"../../slots", "DayState", ""},
		"Channel":                           {"../../catalog", "Channel", ""},
	} {
		var want, listed []string
		for _, value := range constantsOf(t, of.dir, of.typeName) {
			if value != of.without {
				want = append(want, value)
			}
		}
		for _, n := range contractNodes(t) {
			if strings.HasSuffix(n.path, "/components/schemas/"+path) {
				for _, value := range n.value["enum"].([]any) {
					listed = append(listed, value.(string))
				}
			}
		}
		slices.Sort(want)
		slices.Sort(listed)
		if !slices.Equal(listed, want) {
			t.Errorf("%s: the contract has %v, the code %v", path, listed, want)
		}
	}
}

// What webhooks get is what the contract describes: each type of event, and the test.
func TestWebhookEvents(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(ziyara.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, value := range doc.Components.Schemas["WebhookEventType"].Value.Enum {
		listed = append(listed, value.(string))
	}
	if !slices.Equal(listed, webhook.Types()) {
		t.Errorf("the contract lists %v, webhooks get %v", listed, webhook.Types())
	}
	for _, kind := range append(webhook.Types(), webhook.TestType) {
		body, err := webhook.Event{Type: kind, Reference: "V-7K3F-9Q2M-R", Version: 1}.Body()
		if err != nil {
			t.Fatal(err)
		}
		var event map[string]any
		if err = json.Unmarshal(body, &event); err != nil {
			t.Fatal(err)
		}
		if err = doc.Components.Schemas["WebhookEvent"].Value.VisitJSON(event, openapi3.MultiErrors()); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// saying returns the texts of a problem in which everything is known.
func saying(k kind) (title, detail catalog.Text) {
	w := wording{ministry: catalog.Ministry{Phone: "19990"}, branch: catalog.Text{AR: "فرع جدة", EN: "Jeddah branch"}}
	values := w.values(example(time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)), k)
	return k.say("title", values), k.say("detail", values)
}

// inBoth fails the test unless a text is there in Arabic and in English.
func inBoth(t *testing.T, what string, text catalog.Text) {
	t.Helper()
	arabic := func(r rune) bool { return unicode.Is(unicode.Arabic, r) }
	if !strings.ContainsFunc(text.AR, arabic) || text.EN == "" || strings.ContainsFunc(text.EN, arabic) {
		t.Errorf("%s is not in both languages: %+v", what, text)
	}
}

// A problem type is one thing for ever: names are unique, in kebab-case, with
// words in both languages and a status that is one of an error.
func TestKindsOfProblems(t *testing.T) {
	t.Parallel()
	kebab := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	byName := map[string]kind{}
	titles := map[string]string{}
	all := []kind{
		kindNotFound, kindUnavailable, kindKeyReused, kindInvalid, kindNoCodes, kindWrongCode, kindTooMany, kindTooManyHolds, kindPause,
		kindAffected, kindPlan, kindMalformed, kindIncomplete, kindNoRoute, kindMethod, kindTooLarge, kindHeaders, kindMediaType, kindInternal,
	}
	for _, m := range allProblems() {
		all = append(all, m.kind)
	}
	for _, r := range rules() {
		all = append(all, ruleKind(r))
	}
	all = append(all, moreHallKinds()...)
	for _, k := range all {
		if !kebab.MatchString(k.name) {
			t.Errorf("%q is not in kebab-case", k.name)
		}
		if k.status < 400 || k.status > 599 {
			t.Errorf("%s has status %d", k.name, k.status)
		}
		title, detail := saying(k)
		inBoth(t, "title of "+k.name, title)
		inBoth(t, "detail of "+k.name, detail)
		if other, ok := byName[k.name]; ok && other != k {
			t.Errorf("two kinds have the name %s", k.name)
		}
		byName[k.name] = k
		if other := titles[title.EN]; other != "" && other != k.name {
			t.Errorf("%s and %s have the same title", k.name, other)
		}
		titles[title.EN] = k.name
	}
	documented := kinds()
	if len(documented) != len(byName) {
		t.Errorf("%d kinds are documented, want %d", len(documented), len(byName))
	}
	for _, k := range documented {
		if byName[k.name] != k {
			t.Errorf("%s is documented otherwise", k.name)
		}
	}
	for status := 400; status < 600; status++ {
		if _, ok := byName[statusKind(status).name]; !ok {
			t.Errorf("the kind of status %d is not documented", status)
		}
		if k := kindOf(fiber.NewError(status)); k.name != statusKind(status).name {
			t.Errorf("an error of the framework with status %d is of kind %s", status, k.name)
		}
	}
}
