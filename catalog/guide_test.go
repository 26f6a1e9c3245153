package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/catalog"
)

// library returns a catalogue with things to search for.
func library(t testing.TB) *catalog.Centre {
	t.Helper()
	service := func(slug, ar, en, aboutAR, aboutEN string, topics ...catalog.Text) catalog.Service {
		s := valid()
		s.Slug, s.Name, s.About, s.Topics = slug, catalog.Text{AR: ar, EN: en}, catalog.Text{AR: aboutAR, EN: aboutEN}, topics
		return s
	}
	p := smallest()
	p.services = []catalog.Service{
		service("annual-returns", "العوائد السنوية", "Annual returns", "صرف العوائد السنوية.", "Receive annual returns."),
		service("heirs-returns", "وراثة العوائد", "Heirs' returns", "نقل عوائد المتوفى إلى ورثته.", "Transfer the returns to the heirs.",
			catalog.Text{AR: "ميراث", EN: "inheritance"}),
		service("iban-update", "تحديث الآيبان", "IBAN update", "تغيير رقم الحساب البنكي.", "Change the bank account.",
			catalog.Text{AR: "حساب بنكي جديد", EN: "new bank account"}),
		service("expropriation-compensation", "تعويض نزع الملكية", "Expropriation compensation",
			"التعويض عن عقار نزعت ملكيته.", "Compensation for a property.",
			catalog.Text{AR: "نزع ملكية", EN: "compulsory purchase"}),
		service("valuation-objection", "اعتراض التقدير", "Valuation objection",
			"اعتراض على تقدير العقار بعد نزع ملكيته.", "Object to a valuation."),
		service("etimad-registration", "تسجيل اعتماد", "Etimad registration",
			"تسجيل منشأة برقم 700.", "Register an establishment with its 700 number."),
	}
	p.entities = []catalog.Entity{
		{Slug: "passports", Name: catalog.Text{AR: "الجوازات", EN: "Passports"}, Link: "https://passports.example", Topics: []catalog.Text{
			{AR: "تجديد الجواز", EN: "passport renewal"}, {AR: "إقامة", EN: "iqama"},
		}},
		{Slug: "foreign-affairs", Name: catalog.Text{AR: "وزارة الخارجية", EN: "Ministry of Foreign Affairs"},
			Link: "https://affairs.example", Topics: []catalog.Text{
				{AR: "تأشيرة", EN: "visa"}, {AR: "شؤون خارجية", EN: "foreign relations"},
			}},
		{Slug: "central-bank", Name: catalog.Text{AR: "البنك المركزي", EN: "Central Bank"}, Link: "https://bank.example", Topics: []catalog.Text{
			{AR: "شكوى على بنك", EN: "bank complaint"},
		}},
	}
	c, err := p.centre()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// slugs returns the slugs of matches; entities begin with "@".
func slugs(matches []catalog.Match) []string {
	var list []string
	for _, m := range matches {
		if m.Service != nil {
			list = append(list, m.Service.Slug)
		} else {
			list = append(list, "@"+m.Entity.Slug)
		}
	}
	return list
}

func TestGuide(t *testing.T) {
	t.Parallel()
	centre := library(t)
	tests := []struct {
		name, q string
		want    string // the best match; "" for no match at all
	}{
		{"a name in Arabic", "العوائد السنوية", "annual-returns"},
		{"a name in English", "annual returns", "annual-returns"},
		{"the beginning of a word", "جواز", "@passports"},
		{"a word without its article", "جوازات", "@passports"},
		{"a word with particle and article", "للجوازات", "@passports"},
		{"a word with a particle", "بالجواز", "@passports"},
		{"words in a topic", "نزع ملكية", "expropriation-compensation"},
		{"English in any case", "IbAn", "iban-update"},
		{"ta marbuta written as ha", "وراثه", "heirs-returns"},
		{"alif without its hamza", "اقامة", "@passports"},
		{"alif with a madda it does not have", "آعتماد", "etimad-registration"},
		{"hamza on its seat", "تاشيرة", "@foreign-affairs"},
		{"alif maqsura written as ya", "شكوي على بنك", "@central-bank"},
		{"vowel marks", "الآيْبَان", "iban-update"},
		{"tatweel", "آيبـــان", "iban-update"},
		{"direction marks", "\u200fآيبان\u200e", "iban-update"},
		{"Arabic-Indic digits", "٧٠٠", "etimad-registration"},
		{"digits", "700", "etimad-registration"},
		{"another ending", "passports", "@passports"},
		{"a longer ending than ours", "visas", "@foreign-affairs"},
		{"one letter wrong", "pasport", "@passports"},
		{"two letters swapped", "vlauation", "valuation-objection"},
		{"one letter wrong in Arabic", "معراث", "heirs-returns"},
		{"a whole sentence", "أبغى أجدد الجواز حقي", "@passports"},
		{"a sentence in English", "how can I change my bank account?", "iban-update"},
		{"both languages at once", "تحديث iban", "iban-update"},
		{"only in the description", "منشأة", "etimad-registration"},
		{"nothing of ours", "zzz", ""},
		{"empty", "", ""},
		{"blank", " \t\n", ""},
		{"booking goes without saying", "حجز موعد الجوازات", "@passports"},
		{"only words that say nothing", "أبغى موعد", ""},
		{"a misspelt word of a description", "estatlishment", ""},
		{"only signs", "؟!...", ""},
		{"not UTF-8", "\xff\xfe", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if list := slugs(centre.Guide(tt.q, 0)); len(list) > 0 {
				got = list[0]
			}
			if got != tt.want {
				t.Errorf("Guide(%q) begins with %q, want %q", tt.q, got, tt.want)
			}
		})
	}
}

// A word that two subjects share finds both, in catalogue order when they
// answer equally well.
func TestGuideOrder(t *testing.T) {
	t.Parallel()
	got := slugs(library(t).Guide("عوائد", 0))
	if want := []string{"annual-returns", "heirs-returns"}; !cmp.Equal(got, want) {
		t.Errorf("Guide(عوائد) differs (-want +got):\n%s", cmp.Diff(want, got))
	}
}

func TestGuideGivesAtMostTen(t *testing.T) {
	t.Parallel()
	p := smallest()
	for i := range 15 {
		s := valid()
		s.Slug = fmt.Sprintf("iban-%d", i)
		p.services = append(p.services, s)
	}
	c, err := p.centre()
	if err != nil {
		t.Fatal(err)
	}
	if got := len(c.Guide("iban", 0)); got != 10 {
		t.Errorf("Guide(iban) gives %d matches, want 10", got)
	}
	if got := len(c.SearchServices("iban", 0)); got != 16 {
		t.Errorf("SearchServices(iban) gives %d services, want all 16", got)
	}
}

// Only the first 100 characters of a question are read, however long it is.
func TestGuideReadsTheBeginning(t *testing.T) {
	t.Parallel()
	c := library(t)
	if got := slugs(c.Guide(strings.Repeat("ـ", 96)+"iban", 0)); !cmp.Equal(got, []string{"iban-update"}) {
		t.Errorf("a word that ends at character 100 finds %v, want iban-update", got)
	}
	if got := slugs(c.Guide(strings.Repeat("ـ", 100)+"iban", 0)); got != nil {
		t.Errorf("a word from character 101 on finds %v, want nothing", got)
	}
	long := strings.Repeat("الجوازات iban ", 1000)
	if diff := cmp.Diff(c.Guide(string([]rune(long)[:100]), 0), c.Guide(long, 0)); diff != "" {
		t.Errorf("a long question differs from its beginning (-want +got):\n%s", diff)
	}
}

// Spellings of one word are the same word: they score alike.
func TestGuideFoldsSpellings(t *testing.T) {
	t.Parallel()
	centre := library(t)
	tests := []struct {
		name, spelt, also string
	}{
		{"hamza above alif", "إقامة", "أقامة"},
		{"wasla on alif", "اقامة", "ٱقامة"},
		{"madda on alif", "آيبان", "ايبان"},
		{"ta marbuta and ha", "إقامة", "إقامه"},
		{"alif maqsura and ya", "ميراث", "مىراث"},
		{"Persian ya", "ميراث", "میراث"},
		{"Persian kaf", "ملكية", "ملکية"},
		{"hamza on waw", "شؤون", "شوون"},
		{"hamza on ya", "تأشيرة", "تأشئرة"},
		{"lone hamza", "منشاة", "منشاءة"},
		{"vowel marks", "ميراث", "مِيرَاث"},
		{"tatweel", "ميراث", "ميـــراث"},
		{"zero-width characters", "ميراث", "مي\u200cراث\u200f"},
		{"Arabic-Indic digits", "700", "٧٠٠"},
		{"Persian digits", "700", "۷۰۰"},
		{"the article", "ميراث", "الميراث"},
		{"and the", "ميراث", "والميراث"},
		{"to the", "جوازات", "للجوازات"},
		{"case", "iban", "IBAN"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := centre.Guide(tt.spelt, 0)
			if len(want) == 0 {
				t.Fatalf("Guide(%q) finds nothing", tt.spelt)
			}
			if diff := cmp.Diff(want, centre.Guide(tt.also, 0)); diff != "" {
				t.Errorf("Guide(%q) differs from Guide(%q) (-want +got):\n%s", tt.also, tt.spelt, diff)
			}
		})
	}
}

func TestSearchServices(t *testing.T) {
	t.Parallel()
	centre := library(t)
	var all []string
	for _, s := range centre.Services {
		all = append(all, s.Slug)
	}
	tests := []struct {
		name, q string
		want    []string
	}{
		{"an empty question finds all, in catalogue order", "", all},
		{"a blank question is empty", "  ", all},
		{"signs alone are empty", "؟", all},
		{"words that say nothing are empty", "I want an appointment", all},
		{"best first", "وراثة العوائد", []string{"heirs-returns"}},
		{"equals in catalogue order", "returns", []string{"annual-returns", "heirs-returns"}},
		{"entities are no services", "وزارة الخارجية", nil},
		{"nothing of ours", "zzz", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, s := range centre.SearchServices(tt.q, 0) {
				got = append(got, s.Slug)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("SearchServices(%q) differs (-want +got):\n%s", tt.q, diff)
			}
		})
	}
}

// Whatever is asked: at most ten answers, each exactly one subject, none twice,
// best first, and the same again when asked again.
func TestGuideProperties(t *testing.T) {
	t.Parallel()
	centre := library(t)
	pieces := rapid.SampledFrom([]string{"ال", "جواز", "آيبان", "returns", "IBAN", "٧", "ة", "ـ", " ", "؟", "\u064b", "z", "ي"})
	rapid.Check(t, func(t *rapid.T) {
		q := strings.Join(rapid.SliceOfN(pieces, 0, 30).Draw(t, "pieces"), "") + rapid.String().Draw(t, "rest")
		got := centre.Guide(q, 0)
		if len(got) > 10 {
			t.Fatalf("%d matches, want at most 10", len(got))
		}
		seen := map[string]bool{}
		for i, m := range got {
			if (m.Service == nil) == (m.Entity == nil) {
				t.Fatalf("match %d: want exactly one of service and entity", i)
			}
			if m.Score < 1 || i > 0 && m.Score > got[i-1].Score {
				t.Fatalf("match %d scores %d, want positive and descending", i, m.Score)
			}
			if slug := slugs(got[i : i+1])[0]; seen[slug] {
				t.Fatalf("match %d: %s again", i, slug)
			} else {
				seen[slug] = true
			}
		}
		if again := centre.Guide(q, 0); !slices.Equal(again, got) {
			t.Fatal("asking again gives another answer")
		}
	})
}

func BenchmarkGuide(b *testing.B) {
	centre := library(b)
	for b.Loop() {
		centre.Guide("أبغى أجدد الجواز", 0)
	}
}
