package textnorm_test

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ziyara/textnorm"
)

func TestLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, pasted, want string }{
		{"as it is", "Noura Al Otaibi", "Noura Al Otaibi"},
		{"empty", "", ""},
		{"spaces around and between", "  نورة   العتيبي ", "نورة العتيبي"},
		{"a space that does not break", "نورة\u00a0العتيبي", "نورة العتيبي"},
		{"other spaces", "\u2003نورة\u202f\u3000العتيبي\u2028", "نورة العتيبي"},
		{"marks of direction", "\u200fنورة\u200e \u2067العتيبي\u2069\u061c", "نورة العتيبي"},
		{"zero width", "\ufeffنو\u200bرة\u2060 العتيبي", "نورة العتيبي"},
		{"a soft hyphen", "Abdul\u00adrahman", "Abdulrahman"},
		{"variation selectors and tags", "سعد\ufe0f\U000e0041\U000e0100", "سعد"},
		{"decomposed", "Jose\u0301", "José"},
		{"decomposed hamza", "ا\u0654حمد", "أحمد"},
		{"presentation forms", "\ufee7\ufeee\ufead\ufe93", "نورة"},
		{"the ligature of lam and alef", "\ufefbحمد", "لاحمد"},
		{"a mark presented alone", "نو\ufe77رة", "نو\u064eرة"},
		{"a mark presented on a space", "سعد\ufe76", "سعد\u064e"},
		{"ligatures of a printed page", "\ufb01eld", "field"},
		{"full width", "Ｎｏｕｒａ", "Noura"},
		{"a hyphen that does not break", "Anne\u2011Marie", "Anne-Marie"},
		{"a dash is punctuation", "10 – 12", "10 – 12"},
		{"digits stay as they are written", "زائر ١٢", "زائر ١٢"},
		{"a joiner that Persian needs", "علی\u200cرضا", "علی\u200cرضا"},
		{"a joiner that Hindi needs", "क्\u200dष", "क्\u200dष"},
		{"joiners that no script needs", "\u200cNou\u200cra\u200d سعد\u200c", "Noura سعد"},
		{"joiners once", "علی\u200c\u200cرضا", "علی\u200cرضا"},
		{"nothing but blanks", " \u00a0\u2800\u3164\u200c\u200b\u200f", ""},
		{"control characters are left to be refused", "a\tb\n", "a\tb\n"},
		{"a number sign that is seen", "\u0600١٢", "\u0600١٢"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := textnorm.Line(c.pasted); got != c.want {
				t.Errorf("got %+q, want %+q", got, c.want)
			}
		})
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, pasted, want string }{
		{"one line", "thank you", "thank you"},
		{"lines of any system", "a\r\nb\rc\u2028d\u0085e", "a\nb\nc\nd\ne"},
		{"each line is cleaned", "\u200fشكرًا\u00a0 لكم \n\n\tمع السلامة\u200e", "شكرًا لكم\n\nمع السلامة"},
		{"no empty lines around", "\n \u00a0\na\n\u200b\n", "a"},
	} {
		if got := textnorm.Lines(c.pasted); got != c.want {
			t.Errorf("%s: got %+q, want %+q", c.name, got, c.want)
		}
	}
}

func TestSymbols(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, pasted, want string }{
		{"as it is", "V-7K3F-9Q2M-R", "V-7K3F-9Q2M-R"},
		{"empty", "", ""},
		{"marks of direction", "\u200e\u202da@b.sa\u202c", "a@b.sa"},
		{"Arabic-Indic digits", "٠٥٠١٢٣٤٥٦٧", "0501234567"},
		{"Persian digits", "۱۲۳۴۵۶۷۸۹۰", "1234567890"},
		{"full width", "＋９６６", "+966"},
		{"mathematical digits", "\U0001d7cf\U0001d7d0", "12"},
		{"hyphens and dashes", "1\u20102\u20113\u20124\u20135\u20146\u22127\ufe638\uff0d9", "1-2-3-4-5-6-7-8-9"},
		{"a soft hyphen", "1\u00ad2", "12"},
		{"spaces", "\u00a005\u202f01 \u200923\u3000", "05 01 23"},
		{"joiners", "1\u200c0\u200d0", "100"},
		{"a decimal separator", "١٢٫٥", "12.5"},
		{"a tab is left to be refused", "riyadh\t", "riyadh\t"},
	} {
		if got := textnorm.Symbols(c.pasted); got != c.want {
			t.Errorf("%s: got %+q, want %+q", c.name, got, c.want)
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"jose", "José", "Jose\u0301", "JOSÉ", "J\u200bose", "Ｊｏｓｅ"},
		{"ismail", "İsmail", "ısmail", "ISMAIL"},
		{"strasse", "Straße", "STRASSE", "straẞe"},
		{"sorensen", "Sørensen", "Sørensén"},
		{"aegir", "Ægir", "ægir"},
		{"احمد", "أحمد", "إحمد", "آحمد", "ٱحمد", "ا\u0654حمد", "أحْمَد", "أحـمد", "\ufe83\ufea3\ufee4\ufeaa"},
		{"نوره", "نورة", "نُورَة", "\ufee7\ufeee\ufead\ufe93"},
		{"علي", "على", "علی", "عل\u200cی"},
		{"رويا", "رؤيا", "رويا"},
		{"هنا", "هناء"},
		{"عايشه", "عائشة", "عايشة"},
		{"كوثر", "کوثر", "گوثر"},
		{"لاما", "\ufefbما"},
		{"12", "١٢", "۱۲", "１２"},
	} {
		for _, spelling := range same {
			if got := textnorm.Fold(spelling); got != same[0] {
				t.Errorf("%+q: got %+q, want %+q", spelling, got, same[0])
			}
		}
	}
}

// What holds for each character of the alphabets, alone and between letters.
func TestEveryCharacter(t *testing.T) {
	t.Parallel()
	for _, block := range [][2]rune{
		{0, 0x3100}, {0xa640, 0xabff}, {0xfb00, 0xffff}, {0x1d400, 0x1d800}, {0x1ee00, 0x1ef00}, {0xe0000, 0xe0200},
	} {
		for r := block[0]; r < block[1]; r++ {
			if unicode.IsGraphic(r) || unicode.In(r, unicode.Cf, unicode.Mn) {
				holds(t, string(r))
				holds(t, "ا"+string(r)+"ب")
			}
		}
	}
}

func FuzzNormal(f *testing.F) {
	for _, s := range []string{"José", "علی\u200cرضا", "\ufe77", "\u2260", "a\u0338=\u0338", "\u1100\u1161\u11a8", "\u0345\u03b1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if utf8.ValidString(s) {
			holds(t, s)
		}
	})
}

// holds fails the test unless cleaning s twice changes nothing more, and its
// composed and decomposed forms are cleaned and folded alike.
func holds(t *testing.T, s string) {
	t.Helper()
	for name, clean := range map[string]func(string) string{
		"Line": textnorm.Line, "Lines": textnorm.Lines, "Symbols": textnorm.Symbols, "Fold": textnorm.Fold,
	} {
		once := clean(s)
		if twice := clean(once); twice != once {
			t.Errorf("%s of %+q: %+q, and then %+q", name, s, once, twice)
		}
		if composed, decomposed := clean(norm.NFC.String(s)), clean(norm.NFD.String(s)); composed != decomposed {
			t.Errorf("%s of %+q: composed %+q, decomposed %+q", name, s, composed, decomposed)
		}
	}
}
