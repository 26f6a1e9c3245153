package texts

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// written are the texts of messages, letters and pages, and the dates in all of
// them: what is written to visitors. The rest answers requests of programs.
func written(key string) bool {
	table, _, _ := strings.Cut(key, ".")
	return strings.HasPrefix(table, "letter_") || slices.Contains([]string{
		"sms", "sms_end", "letter", "page", "ticket", "proof", "mine", "calendar_entry", "ministry", "date", "clock",
		"privacy", "accessibility", "how",
	}, table)
}

// writtenTexts calls do for each form of each text that is written to visitors, with
// its parameters as they stand in the catalogue.
func writtenTexts(do func(lang, key, text string)) {
	for lang, entries := range map[string]map[string]entry{"ar": visitors().ar, "en": visitors().en} {
		for key, e := range entries {
			if !written(key) {
				continue
			}
			for _, pieces := range e.all() {
				do(lang, key, pieces.Fill(func(name string) string { return "{" + name + "}" }))
			}
		}
	}
}

// avoided are the words that the glossary gives up for others (docs/GLOSSARY.md).
var avoided = map[string][]string{
	"ar": {
		"تأكيد موعدكم", "تأكيد الموعد", "حجزكم", "الرقم المرجعي", "رقم الموعد", "قيد الموافقة", "اعتمد", "تغيير", "نقل",
		"القاعة", "الصالة", "شباك", "بلا موعد", "الحضور المباشر", "العرض", "عرضًا", "صفحتكم", "هاتف", "رسالة قصيرة", "إيصال",
		"المكان", " مكان", "وقت متاح", "أوقات متاحة", "أُلغي", "ألغي", "أُغلق", "تغير إلى", "المواطن", "العميل", "إثبات", "غياب", "منتهية",
		"في أي وقت",
	},
	"en": {
		"is confirmed", " the place", "a place", "hold", "offer ", "propos", "free time", "waits", "waiting page", "waitlist", "entry",
		"whoever", "who is late",
		"anew", "somebody", "nobody", "expect you", "at any time", "agent", "window", "citizen", "of whom", "ticket", "appointment",
	},
}

// Texts for visitors have one word for each thing.
func TestWordsThatAreAvoided(t *testing.T) {
	t.Parallel()
	writtenTexts(func(lang, key, text string) {
		for _, word := range avoided[lang] {
			if strings.Contains(strings.ToLower(" "+text), word) {
				t.Errorf("%s in %s says %q: %s", key, lang, word, text)
			}
		}
	})
}

// Sentences have at most 15 words.
func TestSentencesAreShort(t *testing.T) {
	t.Parallel()
	ends := regexp.MustCompile(`[.؟?!;؛\n]+(\s|$)|\n`)
	writtenTexts(func(lang, key, text string) {
		for _, sentence := range ends.Split(text, -1) {
			if words := strings.Fields(sentence); len(words) > 15 {
				t.Errorf("%s in %s has a sentence of %d words: %s", key, lang, len(words), sentence)
			}
		}
	})
}

// bareAlef are words that end with an alef and have no tanween.
var bareAlef = []string{
	"ما", "لا", "هذا", "إذا", "كما", "عليها", "وصلنا", "اضطررنا", "أرسلنا", "لإبلاغنا", "يسعدنا", "يساعدنا", "يمكننا", "اتصلوا", "اضغطوا",
	"لماذا", "بما", "بهذا", "هكذا", "لدينا", "فلا", "إلينا", "رسائلنا", "سدايا",
}

// endsBare reports whether a word ends with an alef that never has a tanween: that of a
// verb in the plural, or of a pronoun.
func endsBare(word string) bool {
	return strings.HasSuffix(word, "وا") || strings.HasSuffix(word, "ها")
}

// Arabic on pages and in e-mail is written with tanween, and in SMS without, where
// each letter costs; it has Arabic commas, no kashida, and speaks to visitors in the
// plural.
func TestArabicIsWrittenByTheRules(t *testing.T) {
	t.Parallel()
	singular := regexp.MustCompile(`(^|\s)(\S*(موعد|طلب|رقم|جوال|زيارت|رأي|ل)ك|اختر|اتصل|اضغط|أدخل|اكتب|افتح|احجز|انتظر)([\s.،؛:]|$)`)
	writtenTexts(func(lang, key, text string) {
		if lang != "ar" {
			return
		}
		if found := strings.IndexAny(strings.ReplaceAll(text, "هـ", ""), ",;?\u0640"); found >= 0 { // the era has one
			t.Errorf("%s has a Latin comma, semicolon or question mark, or a kashida: %s", key, text)
		}
		if found := singular.FindString(text); found != "" {
			t.Errorf("%s speaks to one man (%s): %s", key, found, text)
		}
		if strings.HasPrefix(key, "sms") {
			if strings.ContainsRune(text, '\u064b') {
				t.Errorf("%s spends a letter on a tanween: %s", key, text)
			}
			return
		}
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n.،؛:؟()", r) }) {
			bare := strings.TrimPrefix(word, "و")
			if strings.HasSuffix(word, "ا") && !strings.HasSuffix(word, "\u064bا") &&
				!endsBare(word) && !slices.Contains(bareAlef, word) && !slices.Contains(bareAlef, bare) {
				t.Errorf("%s lacks the tanween of %q: %s", key, word, text)
			}
			if strings.HasSuffix(word, "ا\u064b") {
				t.Errorf("%s has the tanween of %q behind the alef: %s", key, word, text)
			}
		}
	})
}

// Sentences end with a full stop, titles, labels and buttons don't.
func TestFullStops(t *testing.T) {
	t.Parallel()
	sentence := regexp.MustCompile(
		`^(page\.(done_|\w+_about$|changed$|too_late$|taken$|busy$|no_more$|` +
			`late(_\w+)?$|no_days$|survey_choose$)|ticket\.\w+_(to|by|until|about)$|` +
			`(privacy|accessibility|how)\.(about|\w+_(about|why|go_on))$|` +
			`mine\.(done_\w+|\w+_about|of|about)$|proof\.\w+$|letter_\w+\.opening$)`)
	writtenTexts(func(lang, key, text string) {
		stopped := strings.HasSuffix(text, ".")
		if sentence.MatchString(key) && !stopped {
			t.Errorf("%s in %s is a sentence without its full stop: %s", key, lang, text)
		}
		if !sentence.MatchString(key) && stopped && len(strings.Fields(text)) < 5 {
			t.Errorf("%s in %s is a label with a full stop: %s", key, lang, text)
		}
	})
}
