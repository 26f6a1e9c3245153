package notify_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/notify"
	"ziyara/texts"
)

// said is an override of a kind in Arabic with one wording.
func said(k notify.Kind, text string) notify.Override {
	return notify.Override{
		Department: "revenues", Kind: k, Lang: "ar", Version: 1,
		Wordings: []notify.Wording{{texts.Other: text}},
	}
}

// A text is saved as it is cleaned, and marks that turn a line around are not in it.
func TestCheckCleans(t *testing.T) {
	t.Parallel()
	checked, err := notify.NewTexts().Check(said(notify.CaseUpdated, " {{.Reference}}\u202e \u200fجديد \r\n"), visit(notify.Booked, "ar"))
	if got := checked.Override().Wordings; err != nil || got[0][texts.Other] != "{{.Reference}} جديد" {
		t.Errorf("%q, %v", got, err)
	}
}

// A text that is broken can't be saved: each thing that is wrong is told, with
// its place.
func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	const whole = "{{.Branch}} {{.Day}} {{.Time}} {{.Reference}}"
	in := func(lang string, o notify.Override) notify.Override { o.Lang = lang; return o }
	of := func(department string, o notify.Override) notify.Override { o.Department = department; return o }
	forms := func(k notify.Kind, lang string, w notify.Wording) notify.Override {
		return notify.Override{Department: "revenues", Kind: k, Lang: lang, Wordings: []notify.Wording{w}}
	}
	other := func(f notify.Fault, line, column int, name string) notify.TextFault {
		return notify.TextFault{Fault: f, Form: texts.Other, Line: line, Column: column, Name: name}
	}
	late := "{{.Reference}} {{.Minutes}}"
	tests := []struct {
		name string
		o    notify.Override
		want []notify.TextFault
	}{
		{"unknown variable", said(notify.Booked, "أهلا {{.Name}}\n"+whole), []notify.TextFault{other(notify.FaultUnknown, 1, 6, "Name")}},
		{"unknown in the second line", said(notify.Booked, whole+"\n  {{.Mobile}}"),
			[]notify.TextFault{other(notify.FaultUnknown, 2, 3, "Mobile")}},
		{"a variable of another kind", said(notify.Booked, whole+"{{.Code}}"), []notify.TextFault{other(notify.FaultUnknown, 1, 46, "Code")}},
		{"names have their case", said(notify.CaseUpdated, "{{.reference}} {{.Reference}}"),
			[]notify.TextFault{other(notify.FaultUnknown, 1, 1, "reference")}},
		{"without the reference", said(notify.Booked, "{{.Branch}} {{.Day}} {{.Time}}"),
			[]notify.TextFault{other(notify.FaultMissing, 0, 0, "Reference")}},
		{"without date and time", said(notify.Cancelled, "{{.Reference}}"), []notify.TextFault{
			other(notify.FaultMissing, 0, 0, "Day"), other(notify.FaultMissing, 0, 0, "Time")}},
		{"every wording has to tell it", notify.Override{Department: "revenues", Kind: notify.CaseUpdated, Lang: "ar",
			Wordings: []notify.Wording{{texts.Other: "{{.Reference}}"}, {texts.Other: "جديد"}}}, []notify.TextFault{
			{Fault: notify.FaultMissing, Wording: 1, Form: texts.Other, Name: "Reference"}}},
		{"braces not closed", said(notify.CaseUpdated, "{{.Reference}} {{.Day"), []notify.TextFault{other(notify.FaultSyntax, 1, 16, "{{")}},
		{"braces not opened", said(notify.CaseUpdated, "{{.Reference}} .Day}}"), []notify.TextFault{other(notify.FaultSyntax, 1, 20, "}}")}},
		{"braces in braces", said(notify.CaseUpdated, "{{.Reference}} {{ {{.Day}} }}"),
			[]notify.TextFault{other(notify.FaultSyntax, 1, 16, "{{")}},
		{"no dot", said(notify.CaseUpdated, "{{.Reference}} {{Day}}"), []notify.TextFault{other(notify.FaultSyntax, 1, 16, "{{Day}}")}},
		{"a command", said(notify.CaseUpdated, "{{.Reference}} {{range .}}"),
			[]notify.TextFault{other(notify.FaultSyntax, 1, 16, "{{range .}}")}},
		{"a method", said(notify.CaseUpdated, `{{.Reference}}{{.Start.Format "2"}}`),
			[]notify.TextFault{other(notify.FaultSyntax, 1, 15, `{{.Start.Format "2"}}`)}},
		{"nothing", said(notify.CaseUpdated, " \n"), []notify.TextFault{
			other(notify.FaultEmpty, 0, 0, ""), other(notify.FaultMissing, 0, 0, "Reference")}},
		{"601 characters", said(notify.CaseUpdated, "{{.Reference}}"+strings.Repeat("س", 587)),
			[]notify.TextFault{other(notify.FaultTooLong, 1, 601, "600")}},
		// 134 characters of UCS-2 fit two segments; the 135th is the 3rd behind the reference.
		{"three segments", said(notify.CaseUpdated, strings.Repeat("س", 120)+"{{.Reference}}سسس"),
			[]notify.TextFault{other(notify.FaultSegments, 1, 136, "2")}},
		{"three segments by a variable", said(notify.CaseUpdated, strings.Repeat("س", 130)+"{{.Reference}}"),
			[]notify.TextFault{other(notify.FaultSegments, 1, 131, "2")}},
		// Places are those in the text as it was typed, not as it is cleaned.
		{"after marks and spaces that are not seen", said(notify.CaseUpdated, "\u200f\u200e  {{.Reference}}\u202e  {{.Name}}"),
			[]notify.TextFault{other(notify.FaultUnknown, 1, 22, "Name")}},
		{"after empty lines of another system", said(notify.CaseUpdated, "\r\n\r\n{{.Reference}}\r\n {{.Name}}"),
			[]notify.TextFault{other(notify.FaultUnknown, 4, 2, "Name")}},
		{"after a letter of two characters", said(notify.CaseUpdated, "{{.Reference}} ا\u0653\u0644\ufefb {{.Name}}"),
			[]notify.TextFault{other(notify.FaultUnknown, 1, 21, "Name")}},
		{"three segments, after marks", said(notify.CaseUpdated, "\u200f"+strings.Repeat("س", 130)+"{{.Reference}}"),
			[]notify.TextFault{other(notify.FaultSegments, 1, 132, "2")}},
		{"a control character", said(notify.CaseUpdated, "{{.Reference}}\a"), []notify.TextFault{other(notify.FaultCharacter, 1, 15, "U+0007")}},
		{"broken UTF-8", said(notify.CaseUpdated, "{{.Reference}}\xff"), []notify.TextFault{other(notify.FaultCharacter, 1, 15, "U+FFFD")}},
		{"an address", said(notify.CaseUpdated, "{{.Reference}} HTTPS://bit.ly/x"), []notify.TextFault{other(notify.FaultLink, 1, 24, "bit.ly")}},
		{"an address by name", said(notify.CaseUpdated, "{{.Reference}} www.example.sa"),
			[]notify.TextFault{other(notify.FaultLink, 1, 16, "www.example.sa")}},
		{"plural forms without a number",
			forms(notify.CaseUpdated, "ar", notify.Wording{texts.Other: "{{.Reference}}", texts.Few: "{{.Reference}}"}),
			[]notify.TextFault{{Fault: notify.FaultForm, Form: texts.Few, Name: "few"}}},
		{"no form at all", forms(notify.CaseUpdated, "ar", notify.Wording{}),
			[]notify.TextFault{{Fault: notify.FaultForm, Form: texts.Other, Name: "other"}}},
		{"English has no few", forms(notify.Delayed, "en", notify.Wording{texts.One: late, texts.Few: late, texts.Other: late}),
			[]notify.TextFault{{Fault: notify.FaultForm, Form: texts.Few, Name: "few"}}},
		{"Arabic has a dual",
			forms(notify.Delayed, "ar", notify.Wording{texts.Zero: late, texts.One: late, texts.Few: late, texts.Many: late, texts.Other: late}),
			[]notify.TextFault{{Fault: notify.FaultForm, Form: texts.Two, Name: "two"}}},
		{"a form that no language has", forms(notify.Delayed, "en", notify.Wording{"several": late, texts.One: late, texts.Other: late}),
			[]notify.TextFault{{Fault: notify.FaultForm, Form: "several", Name: "several"}}},
		{"the number is missing where it has to be told",
			forms(notify.Delayed, "en", notify.Wording{texts.One: "{{.Reference}} one minute", texts.Other: "{{.Reference}} late"}),
			[]notify.TextFault{other(notify.FaultMissing, 0, 0, "Minutes")}},
		{"no department", of("", said(notify.CaseUpdated, late)), []notify.TextFault{{Fault: notify.FaultDepartment, Wording: -1}}},
		{"codes belong to no department", said(notify.VerificationCode, "{{.Code}}"),
			[]notify.TextFault{{Fault: notify.FaultDepartment, Wording: -1, Name: "revenues"}}},
		{"unknown kind", said("greeting", "x"), []notify.TextFault{{Fault: notify.FaultKind, Wording: -1, Name: "greeting"}}},
		{"a third language", in("fr", said(notify.Booked, whole)), []notify.TextFault{{Fault: notify.FaultLang, Wording: -1, Name: "fr"}}},
		{"six wordings", notify.Override{Department: "revenues", Kind: notify.Booked, Lang: "ar", Wordings: make([]notify.Wording, 6)},
			[]notify.TextFault{{Fault: notify.FaultWordings, Wording: -1}}},
	}
	messages := notify.NewTexts()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := messages.Check(tt.o, visit(notify.Booked, "en"))
			broken, ok := errors.AsType[*notify.TextError](err)
			if !ok {
				t.Fatalf("Check = %v, want a TextError", err)
			}
			if diff := cmp.Diff(tt.want, broken.Faults); diff != "" {
				t.Fatalf("faults (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}

// What the catalogues say obeys the rules that departments are held to. Beyond
// these, the catalogues name the number to call, and their shortest wordings leave
// the branch to the link.
func TestCataloguesPassTheCheck(t *testing.T) {
	t.Parallel()
	messages := notify.NewTexts()
	for _, lang := range []string{"ar", "en"} {
		var visitors struct {
			SMS map[string]map[string]any
		}
		if _, err := toml.DecodeFile("../texts/visitors."+lang+".toml", &visitors); err != nil {
			t.Fatal(err)
		}
		for _, kind := range notify.Kinds() {
			if kind == notify.VerificationCode {
				continue // no department's
			}
			if len(visitors.SMS[string(kind)]) < 2 {
				t.Errorf("%s has fewer than two wordings in %s", kind, lang)
			}
			for name, said := range visitors.SMS[string(kind)] {
				w := notify.Wording{}
				switch text := said.(type) {
				case string:
					w[texts.Other] = text
				case map[string]any:
					for form, text := range text {
						w[texts.Form(form)], _ = text.(string)
					}
				}
				for form, text := range w {
					text = strings.ReplaceAll(text, "{{.Phone}}", "19990")
					if name == "shortest" || name == "lean" {
						text += "{{.Branch}}"
					}
					w[form] = text
				}
				o := notify.Override{Department: "revenues", Kind: kind, Lang: lang, Wordings: []notify.Wording{w}}
				if _, err := messages.Check(o, visit(kind, lang)); err != nil {
					t.Errorf("%s.%s in %s: %v", kind, name, lang, err)
				}
			}
		}
	}
}

// Whatever somebody writes, it is either refused, with places that exist, or
// rendered without anything that looks like a variable.
func TestCheckedTextsRender(t *testing.T) {
	t.Parallel()
	messages := notify.NewTexts()
	parts := []string{"{{.Reference}}", "{{ .Day }}", "{{.Time}}", "{{.Branch}}",
		"{{", "}}", "{", "}", "{{.", "Day", "\n", "موعد", "a ", "{{.Code}}", "😀"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 12).Draw(t, "parts"), "")
		facts := visit(notify.Cancelled, "ar")
		checked, err := messages.Check(said(notify.Cancelled, text), facts)
		if err != nil {
			lines := strings.Split(text, "\n")
			broken, ok := errors.AsType[*notify.TextError](err)
			if !ok {
				t.Fatalf("Check = %v, want a TextError", err)
			}
			for _, f := range broken.Faults {
				if f.Line > len(lines) || f.Line > 0 && f.Column > len([]rune(lines[f.Line-1])) {
					t.Fatalf("%v is nowhere in %q", f, text)
				}
			}
			return
		}
		p, err := messages.Preview(facts, &checked)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(p.Text, "{{") || strings.Contains(p.Text, "}}") || !strings.Contains(p.Text, reference) {
			t.Fatalf("%q became %q", text, p.Text)
		}
	})
}

// A department's words are used for its own visits, in their language and
// kind; the first that fits is sent.
func TestDepartmentsSpeakForThemselves(t *testing.T) {
	t.Parallel()
	messages := notify.NewTexts(withLink())
	own := said(notify.Booked,
		"إدارة العوائد تنتظركم {{.Weekday}} {{.Day}} الساعة {{.Time}} في {{.Branch}}، ونرجو إحضار أصل الهوية الوطنية وصورة منها\n{{.Reference}}")
	own.Wordings = append(own.Wordings, notify.Wording{texts.Other: "ننتظركم {{.Day}} {{.Time}} {{.Branch}} {{.Reference}}"})
	err := messages.Use([]notify.Department{
		{Slug: "revenues", Price: 575, Texts: []notify.Override{own}},
		{Slug: "payments", Price: 600, Links: true, Texts: []notify.Override{said(notify.Moved, "{{.Reference}} {{.Branch}} {{.Day}} {{.Time}}"),
			{Department: "payments", Kind: notify.Booked, Lang: "ar", Version: 2}}}, // back to the catalogue
	})
	if err != nil {
		t.Fatal(err)
	}
	of := func(department string, f notify.Facts) notify.Facts { f.Department = department; return f }
	long := visit(notify.Booked, "ar")
	long.Branch.AR = "مركز الخدمة الشامل بوزارة المالية بالمدينة المنورة"
	arabic := "تم حجز موعدكم\nالأربعاء 25 نوفمبر 9:30 ص\nتحديث الآيبان\nفرع الملز\n" + reference
	for _, tt := range []struct {
		name  string
		facts notify.Facts
		want  notify.Preview
	}{
		{"its own, the one that fits", of("revenues", visit(notify.Booked, "ar")), notify.Preview{
			Text: "ننتظركم 25 نوفمبر 9:30 ص فرع الملز " + reference, Cost: 575, Wording: 1}},
		{"a name too long for any", of("revenues", long), notify.Preview{
			Text: "ننتظركم 25 نوفمبر 9:30 ص " + long.Branch.AR + " " + reference, Cost: 2 * 575, Wording: 1}},
		{"its own in the other language are the catalogue's", of("revenues", visit(notify.Booked, "en")), notify.Preview{
			Text: "Your visit is booked\nWednesday 25 Nov at 9:30 am\nIBAN update\nMalaz branch\n" + reference, Cost: 575}},
		{"another kind", of("revenues", visit(notify.Reminder, "ar")), notify.Preview{
			Text: "تذكير بموعدكم\n25 نوفمبر 9:30 ص\nتحديث الآيبان\nفرع الملز\n" + reference, Cost: 575, Wording: 1}},
		{"returned to the catalogue, with a link", of("payments", visit(notify.Booked, "ar")),
			notify.Preview{Text: arabic + "\n" + link, Cost: 1200}},
		{"a department without words", of("care", visit(notify.Booked, "ar")), notify.Preview{Text: arabic + "\n" + link}},
		{"no department", visit(notify.Booked, "ar"), notify.Preview{Text: arabic + "\n" + link}},
		{"the link is the program's", of("payments", visit(notify.Moved, "ar")), notify.Preview{
			Text: reference + " فرع الملز 25 نوفمبر 9:30 ص\n" + link, Cost: 1200}},
		{"no link where there is nothing to do", of("payments", visit(notify.Cancelled, "ar")), notify.Preview{
			Text: "تم إلغاء موعدكم\n25 نوفمبر 9:30 ص\nتحديث الآيبان\nفرع الملز\n" + reference, Cost: 600, Wording: 1}},
		{"a survey needs its link", of("revenues", visit(notify.Survey, "en")), notify.Preview{
			Text: "Thank you for visiting. Please rate the service\nIBAN update\n" + link, Cost: 575}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := messages.Preview(tt.facts, nil)
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Size = notify.Measure(tt.want.Text)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
			if text, err := messages.Render(tt.facts); text != got.Text || err != nil {
				t.Errorf("rendered as %q, %v, previewed as %q", text, err, got.Text)
			}
		})
	}
}

// A text that an earlier program accepted and this one doesn't keeps no
// message back.
func TestBrokenTextsAreLeftToTheCatalogue(t *testing.T) {
	t.Parallel()
	messages := notify.NewTexts()
	want, err := messages.Render(visit(notify.Booked, "ar"))
	if err != nil {
		t.Fatal(err)
	}
	err = messages.Use([]notify.Department{{Slug: "revenues", Texts: []notify.Override{
		said(notify.Booked, "{{.Old}}"), said(notify.CaseUpdated, "قضية {{.Reference}}")}}})
	if _, ok := errors.AsType[*notify.TextError](err); !ok || !strings.Contains(err.Error(), "booked of revenues in ar, version 1") {
		t.Errorf("Use = %v, want what is wrong and where", err)
	}
	facts := visit(notify.Booked, "ar")
	facts.Department = "revenues"
	if got, err := messages.Render(facts); got != want || err != nil {
		t.Errorf("Render = %q, %v, want %q", got, err, want)
	}
	facts.Kind = notify.CaseUpdated
	if got, err := messages.Render(facts); got != "قضية "+reference || err != nil {
		t.Errorf("Render = %q, %v: the sound text is gone too", got, err)
	}
}

// Numbers take the plural form that their language has for them.
func TestOwnPlurals(t *testing.T) {
	t.Parallel()
	messages := notify.NewTexts()
	o := notify.Override{Department: "revenues", Kind: notify.Delayed, Lang: "ar", Wordings: []notify.Wording{{
		texts.Zero: "{{.Reference}} الآن", texts.One: "{{.Reference}} دقيقة", texts.Two: "{{.Reference}} دقيقتان",
		texts.Few: "{{.Reference}} {{.Minutes}} دقائق", texts.Many: "{{.Reference}} {{.Minutes}} دقيقة",
		texts.Other: "{{.Reference}} {{.Minutes}} دقيقة.",
	}}}
	checked, err := messages.Check(o, visit(notify.Delayed, "ar"))
	if err != nil {
		t.Fatal(err)
	}
	for minutes, want := range map[int]string{1: "دقيقة", 2: "دقيقتان", 3: "3 دقائق", 10: "10 دقائق", 11: "11 دقيقة", 100: "100 دقيقة."} {
		f := visit(notify.Delayed, "ar")
		f.Minutes = minutes
		if p, err := messages.Preview(f, &checked); err != nil || p.Text != reference+" "+want {
			t.Errorf("%d minutes: %q, %v, want %q", minutes, p.Text, err, want)
		}
	}
}
