package slots

import "strings"

// Letter is a symbol of a reference, and how it is said.
type Letter struct{ Symbol, Said string }

// Letters returns the symbols of the reference in its groups, in the language lang ("en";
// anything else is Arabic). English uses the spelling alphabet of ITU-R (Radio
// Regulations, Appendix 14); Arabic has the letter's name followed by that
// word, because بي and بي, إم and إن sound alike.
func (r Reference) Letters(lang string) [][]Letter {
	var groups [][]Letter
	for group := range strings.SplitSeq(r.String(), "-") {
		letters := make([]Letter, 0, len(group))
		for i := range len(group) {
			letters = append(letters, Letter{group[i : i+1], spoken(group[i], lang)})
		}
		groups = append(groups, letters)
	}
	return groups
}

// Spoken returns the reference as words to read aloud over the phone: see Letters. There
// is a pause between groups.
// The V that every reference begins with has words of its own, so that it is
// not taken for a check symbol V.
func (r Reference) Spoken(lang string) string {
	between, pause := "، ", " — "
	if lang == "en" {
		between = ", "
	}
	var groups []string
	all := r.Letters(lang)
	for i, letters := range all {
		if i == 0 && len(all) > 1 && len(letters) == 1 && letters[0].Symbol == prefix {
			groups = append(groups, spokenPrefix(lang))
			continue
		}
		words := make([]string, 0, len(letters))
		for _, l := range letters {
			words = append(words, l.Said)
		}
		groups = append(groups, strings.Join(words, between))
	}
	return strings.Join(groups, pause)
}

// spokenPrefix returns the words for the V at the beginning.
func spokenPrefix(lang string) string {
	if lang == "en" {
		return "starts with V for visit"
	}
	return "يبدأ بحرف في"
}

// spoken returns the word for a symbol of a reference; the symbol itself if it is
// unknown.
func spoken(symbol byte, lang string) string {
	for _, s := range alphabet() {
		switch {
		case s.symbol != symbol:
		case lang == "en":
			return s.en
		default:
			return s.ar
		}
	}
	return string(symbol)
}

// spelling is how a symbol is said.
type spelling struct {
	symbol byte
	ar, en string
}

// alphabet returns the symbols of references, digits first.
func alphabet() []spelling {
	return []spelling{
		{'0', "صفر", "zero"}, {'1', "واحد", "one"}, {'2', "اثنان", "two"}, {'3', "ثلاثة", "three"}, {'4', "أربعة", "four"},
		{'5', "خمسة", "five"}, {'6', "ستة", "six"}, {'7', "سبعة", "seven"}, {'8', "ثمانية", "eight"}, {'9', "تسعة", "nine"},
		{'A', "إيه ألفا", "Alfa"}, {'B', "بي برافو", "Bravo"}, {'C', "سي تشارلي", "Charlie"}, {'D', "دي دلتا", "Delta"},
		{'E', "إي إيكو", "Echo"}, {'F', "إف فوكستروت", "Foxtrot"}, {'G', "جي غولف", "Golf"}, {'H', "إتش هوتيل", "Hotel"},
		{'J', "جيه جولييت", "Juliett"}, {'K', "كيه كيلو", "Kilo"}, {'M', "إم مايك", "Mike"}, {'N', "إن نوفمبر", "November"},
		{'P', "بي بابا", "Papa"}, {'Q', "كيو كيبيك", "Quebec"}, {'R', "آر روميو", "Romeo"}, {'S', "إس سييرا", "Sierra"},
		{'T', "تي تانغو", "Tango"}, {'V', "في فيكتور", "Victor"}, {'W', "دبليو ويسكي", "Whiskey"}, {'X', "إكس راي", "X-ray"},
		{'Y', "واي يانكي", "Yankee"}, {'Z', "زد زولو", "Zulu"},
	}
}
