package texts

import (
	"regexp"
	"strings"
	"testing"
)

// answered are the texts that answer requests: those of both catalogues that are
// not written to visitors.
func answered(do func(lang, key, text string, staff bool)) {
	for name, c := range both() {
		for lang, entries := range map[string]map[string]entry{"ar": c.ar, "en": c.en} {
			for key, e := range entries {
				if name == "Visitors" && written(key) {
					continue
				}
				for _, pieces := range e.all() {
					do(lang, key, pieces.Fill(func(name string) string { return "{{." + name + "}}" }), name == "Staff")
				}
			}
		}
	}
}

// avoidedInAnswers are the words that the glossary gives up for others
// (docs/GLOSSARY.md), as far as problems, explanations and reports are concerned.
var avoidedInAnswers = map[string][]string{
	"ar": {
		"الرقم المرجعي", "رقم الموعد", "قيد الموافقة", "القاعة", "الصالة", "شباك", "بلا موعد", "الحضور المباشر", "الحصة المحمية",
		"المواطن", "العميل", "إثبات", "غياب", "منتهية", "إيصال", "مقاطع", "نظام الهوية", "رسالة قصيرة", "هاتف", "تأكيد الموعد", "نقل",
		"اعتمد ", "صاحبها", "أصحابها", "طلب انتظار", "في أي وقت", "على مكتب", "نادِ", "تظلم", "أُسقطت",
	},
	"en": {
		"proof", "anew", "whoever", "who is late", "somebody", "nobody", "free time", "waits", "waitlist", " hold ", "the hold", "proposed",
		"propose ", "appointment", "identity provider", "in vain", "citizen", "of whom", "moved or", "is moved", "restored", "made up",
		"neither moved", "book over", "look at the", "such thing", "unbooked",
	},
}

func TestAnswersAvoidWhatTheGlossaryAvoids(t *testing.T) {
	t.Parallel()
	answered(func(lang, key, text string, _ bool) {
		for _, word := range avoidedInAnswers[lang] {
			if strings.Contains(strings.ToLower(" "+text+" "), word) {
				t.Errorf("%s in %s says %q: %s", key, lang, word, text)
			}
		}
	})
}

// Arabic speaks to visitors in the plural, and to staff with a verbal noun: never
// with the imperative to one man.
func TestAnswersSpeakToNoOneMan(t *testing.T) {
	t.Parallel()
	imperative := regexp.MustCompile(`(^|[\s(])(اختر|اتصل|اكتب|أرسل|استخدم|احجز|انتظر|راجع|تأكد|صحّح|أعد|سجّل|اطلب|اذكر|` +
		`اقرأ|احذف|أضف|اقترح|ابحث|افتح|أزل|أصلح|أكّد|استدعِ|ألغِ|قلّل|عد)([\s.،؛:]|$)`)
	single := regexp.MustCompile(`(موعد|طلب|رقم|جوال|زيارت|دور|حجز|لدي)ك([\s.،؛:]|$)|(^|\s)(لك|أنت)([\s.،]|$)`)
	answered(func(lang, key, text string, staff bool) {
		if lang != "ar" {
			return
		}
		if found := imperative.FindString(text); found != "" {
			t.Errorf("%s orders one man about (%s): %s", key, strings.TrimSpace(found), text)
		}
		if found := single.FindString(text); found != "" && !staff {
			t.Errorf("%s speaks to one man (%s): %s", key, strings.TrimSpace(found), text)
		}
	})
}

// What would be displayed turned around in Arabic is isolated. A time of day is
// not turned around.
func TestAnswersAreNotTurnedAround(t *testing.T) {
	t.Parallel()
	isolated := regexp.MustCompile("\u2066[^\u2066\u2069]*\u2069|\\{\\{\\.\\w+\\}\\}|\\d\\d?:\\d\\d|COPC|\\d,\\d{3}")
	turns := regexp.MustCompile(`[A-Za-z0-9][A-Za-z0-9]*[-/{}:=_?@][A-Za-z0-9/]|[/*{}]|\+\d|://|\|[A-Za-z]`)
	answered(func(lang, key, text string, _ bool) {
		if lang != "ar" {
			if strings.ContainsAny(text, "\u2066\u2069") {
				t.Errorf("%s is isolated in English: %s", key, text)
			}
			return
		}
		if found := turns.FindString(isolated.ReplaceAllString(text, "")); found != "" {
			t.Errorf("%s displays %q turned around: %s", key, found, text)
		}
		if strings.Count(text, "\u2066") != strings.Count(text, "\u2069") {
			t.Errorf("%s does not end what it isolates: %s", key, text)
		}
	})
}

// No text that visitors can see names a field, a header or a variable, or has a
// date as programs write it.
func TestAnswersToVisitorsNameNoFields(t *testing.T) {
	t.Parallel()
	inside := regexp.MustCompile(`[a-z]_[a-z]|\d{4}-\d\d|YYYY|HH:MM|Bearer|Authorization|[A-Z][a-z]+-[A-Z]|\bETag\b|` +
		`\b(errors|alternatives|token|true|false)\b`)
	parameters := regexp.MustCompile(`\{\{\.\w+\}\}`)
	answered(func(lang, key, text string, staff bool) {
		if found := inside.FindString(parameters.ReplaceAllString(text, "")); found != "" && !staff {
			t.Errorf("%s in %s names %q: %s", key, lang, found, text)
		}
	})
}

// Arabic has Arabic punctuation, and sentences that are read at one go.
func TestAnswersAreReadAtOneGo(t *testing.T) {
	t.Parallel()
	ends := regexp.MustCompile(`[.؟?!:;؛]+(\s|$)|\n`)
	isolated := regexp.MustCompile("\u2066[^\u2069]*\u2069|\\d,\\d")
	answered(func(lang, key, text string, _ bool) {
		for _, sentence := range ends.Split(text, -1) {
			if words := strings.Fields(sentence); len(words) > 20 {
				t.Errorf("%s in %s has a sentence of %d words: %s", key, lang, len(words), sentence)
			}
		}
		bare := strings.NewReplacer("هـ", "", "بـ ", "").Replace(isolated.ReplaceAllString(text, "")) // the era, and the letter before Latin
		if lang == "ar" && strings.ContainsAny(bare, ",;?\u0640") {
			t.Errorf("%s has a Latin comma, semicolon or question mark, or a kashida: %s", key, text)
		}
	})
}

// A problem says what is wrong without a full stop, and what to do in sentences.
func TestProblemsHaveTitlesAndSentences(t *testing.T) {
	t.Parallel()
	answered(func(lang, key, text string, _ bool) {
		if !strings.HasPrefix(key, "problem.") {
			return
		}
		stopped := strings.HasSuffix(text, ".") || strings.HasSuffix(text, "}}") // a sentence is filled in
		if title := strings.HasSuffix(key, ".title"); title == stopped {
			t.Errorf("%s in %s: full stop %t: %s", key, lang, stopped, text)
		}
	})
}
