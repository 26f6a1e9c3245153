package notify_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/notify"
)

const reference = "V-7K3F-9Q2M-X"

func newTexts(t *testing.T) *notify.Texts {
	t.Helper()
	texts, err := notify.NewTexts()
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// visit is a visit on Wednesday 25 November 2026 at 09:30 in Riyadh; offered,
// it is to be accepted by 14:45 of the day before.
func visit(k notify.Kind, lang string) notify.Facts {
	return notify.Facts{
		Kind: k, Lang: lang, Code: "042917", Reference: reference,
		Service: catalog.Text{AR: "تحديث الآيبان", EN: "IBAN update"},
		Branch:  catalog.Text{AR: "فرع الملز", EN: "Malaz branch"},
		Start:   time.Date(2026, time.November, 25, 6, 30, 0, 0, time.UTC),
		Until:   time.Date(2026, time.November, 24, 11, 45, 0, 0, time.UTC),
		Zone:    time.FixedZone("Asia/Riyadh", 3*60*60),
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	texts := newTexts(t)
	long := visit(notify.Booked, "ar")
	long.Branch.AR = "فرع وزارة المالية بالمدينة المنورة"
	longEnglish := visit(notify.Moved, "en")
	longEnglish.Service.EN = strings.Repeat("Very long service name ", 5)
	elsewhere := visit(notify.Moved, "en")
	elsewhere.Start = time.Date(2026, time.December, 31, 22, 5, 0, 0, time.UTC) // the next year in Riyadh
	other := visit(notify.VerificationCode, "fr")
	offer := visit(notify.Offer, "ar")
	offer.Reference = "" // nothing is booked yet
	longOffer := offer
	longOffer.Branch.AR = long.Branch.AR
	spaced := visit(notify.Cancelled, "en")
	spaced.Branch.EN = " Malaz\u00a0–\n visitors’ “hall” "
	tests := []struct {
		name  string
		facts notify.Facts
		want  string
	}{
		{"code in Arabic", visit(notify.VerificationCode, "ar"), "رمز التحقق: 042917\nصالح لمدة 5 دقائق، ونرجو عدم مشاركته مع أحد"},
		{"code in English", visit(notify.VerificationCode, "en"), "Your verification code: 042917\nIt is valid for 5 minutes. Please do not share it with anyone."},
		{"any other language is Arabic", other, "رمز التحقق: 042917\nصالح لمدة 5 دقائق، ونرجو عدم مشاركته مع أحد"},
		{"booked in Arabic", visit(notify.Booked, "ar"), "تم تأكيد موعدكم\nالأربعاء 25/11 الساعة 09:30\nفرع الملز\n" + reference},
		{"booked in Arabic, long branch", long, "حجزكم 25/11 09:30\nفرع وزارة المالية بالمدينة المنورة\n" + reference},
		{"booked in English", visit(notify.Booked, "en"), "Your visit is confirmed: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"requested in Arabic", visit(notify.Requested, "ar"), "طلب قيد الموافقة\nالأربعاء 25/11 09:30\nفرع الملز\n" + reference},
		{"requested in English", visit(notify.Requested, "en"), "We have your request, please wait for approval: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"approved in Arabic", visit(notify.Approved, "ar"), "تمت الموافقة\nالأربعاء 25/11 09:30\nفرع الملز\n" + reference},
		{"approved in English", visit(notify.Approved, "en"), "Your visit is approved: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"declined in Arabic", visit(notify.Declined, "ar"), "نعتذر، لم تتم الموافقة\nالأربعاء 25/11 09:30\nفرع الملز\n" + reference},
		{"declined in English", visit(notify.Declined, "en"), "Sorry, your visit is not approved: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"proposed in Arabic", visit(notify.Proposed, "ar"), "موعد مقترح ينتظر ردكم\nالأربعاء 25/11 09:30\nفرع الملز\n" + reference},
		{"proposed in English", visit(notify.Proposed, "en"), "We propose another time, please answer: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"moved in Arabic", visit(notify.Moved, "ar"), "موعدكم الجديد\nالأربعاء 25/11 09:30\nفرع الملز\n" + reference},
		{"moved in English", visit(notify.Moved, "en"), "Your visit has moved: IBAN update\nNow Wednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"moved in English, long service", longEnglish, "Your visit has moved to\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"day and time are the branch's", elsewhere, "Your visit has moved: IBAN update\nNow Friday 1 Jan at 01:05\nMalaz branch\n" + reference},
		{"cancelled in Arabic", visit(notify.Cancelled, "ar"), "تم إلغاء موعدكم\nالأربعاء 25/11 الساعة 09:30\nفرع الملز\n" + reference},
		{"offer in Arabic", offer, "موعد متاح لكم\nالأربعاء 25/11 09:30\nفرع الملز\nاقبلوه بصفحتكم حتى 14:45"},
		{"offer in Arabic, long branch", longOffer, "موعد متاح\n25/11 09:30\nفرع وزارة المالية بالمدينة المنورة\nحتى 14:45"},
		{"offer in English", visit(notify.Offer, "en"), "A place is free: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\nAccept it on your waiting page by 14:45."},
		{"typography that GSM lacks", spaced, "Your visit is cancelled: IBAN update\nWednesday 25 Nov at 09:30\nMalaz - visitors' \"hall\"\n" + reference},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := texts.Render(tt.facts)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Fatalf("text (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRenderRefusesIncompleteFacts(t *testing.T) {
	t.Parallel()
	texts := newTexts(t)
	tests := []struct {
		name string
		edit func(*notify.Facts)
	}{
		{"unknown kind", func(f *notify.Facts) { f.Kind = "greeting" }},
		{"no kind", func(f *notify.Facts) { f.Kind = "" }},
		{"no code", func(f *notify.Facts) { f.Kind, f.Code = notify.VerificationCode, "" }},
		{"no reference", func(f *notify.Facts) { f.Reference = "" }},
		{"no service", func(f *notify.Facts) { f.Service.AR = "" }},
		{"no branch", func(f *notify.Facts) { f.Branch.AR = "" }},
		{"no start", func(f *notify.Facts) { f.Start = time.Time{} }},
		{"no end of an offer", func(f *notify.Facts) { f.Kind, f.Until = notify.Offer, time.Time{} }},
		{"no zone", func(f *notify.Facts) { f.Zone = nil }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := visit(notify.Booked, "ar")
			tt.edit(&f)
			if got, err := texts.Render(f); !errors.Is(err, notify.ErrFacts) || got != "" {
				t.Fatalf("Render = %q, %v; want ErrFacts", got, err)
			}
		})
	}
}

// Every message of realistic names fits one segment on every day of a year,
// and tells all that matters uncut: the date, the time, the branch and the
// reference.
func TestRenderFitsOneSegment(t *testing.T) {
	t.Parallel()
	texts := newTexts(t)
	services := []catalog.Text{
		{AR: "مسوغات الصرف", EN: "Disbursement justifications"},
		{AR: "تعويض نزع الملكية للمنفعة العامة", EN: "Compensation for expropriation in the public interest"},
		{AR: "اعتراض على تقدير العقارات المنزوعة ملكيتها", EN: "Objection to the valuation of expropriated property"},
		{AR: "استرداد رصيد المدفوعات الحكومية الإلكترونية", EN: "Refund of a balance of electronic government payments"},
	}
	branches := []catalog.Text{
		{AR: "فرع جدة", EN: "Jeddah branch"},
		{AR: "المركز الرئيس بالرياض", EN: "Riyadh head office"},
		{AR: "مركز الخدمة الشامل", EN: "Comprehensive Service Center"},
		{AR: "مركز الخدمة الشامل بالرياض", EN: "Comprehensive Service Center, Riyadh"},
		{AR: "مركز الخدمة الشامل - حي الملز", EN: "Comprehensive Service Center – Malaz"},
		{AR: "مركز الخدمة الشامل بمكة المكرمة", EN: "Comprehensive Service Center, Makkah"},
		{AR: "فرع وزارة المالية بالمدينة المنورة", EN: "Ministry of Finance branch in Al-Madinah Al-Munawwarah"},
		{AR: "مركز الخدمة الشامل بالمدينة المنورة", EN: "Comprehensive Service Center in Al-Madinah Al-Munawwarah"},
		{AR: "مركز الخدمة الشامل بالمنطقة الشرقية", EN: "Comprehensive Service Center of the Eastern Province"},
	}
	dates := map[string]string{"ar": "2/1", "en": "2 Jan"}
	for _, kind := range notify.Kinds() {
		for _, lang := range []string{"ar", "en"} {
			t.Run(string(kind)+" "+lang, func(t *testing.T) {
				t.Parallel()
				for i := range 365 * len(branches) {
					f := visit(kind, lang)
					f.Service, f.Branch = services[i%len(services)], branches[i%len(branches)]
					f.Start = f.Start.AddDate(0, 0, i/len(branches))
					got, err := texts.Render(f)
					if err != nil {
						t.Fatal(err)
					}
					if size := notify.Measure(got); size.Segments != 1 {
						t.Fatalf("%+v:\n%s", size, got)
					}
					for _, fact := range important(f, dates[lang]) {
						if !strings.Contains(got, fact) {
							t.Fatalf("%q is missing in:\n%s", fact, got)
						}
					}
				}
			})
		}
	}
}

// important returns what a message must say in full.
func important(f notify.Facts, date string) []string {
	start := f.Start.In(f.Zone)
	switch f.Kind {
	case notify.VerificationCode:
		return []string{f.Code}
	case notify.Cancelled, notify.Declined:
		return []string{f.Reference, start.Format(date), start.Format("15:04")}
	case notify.Offer:
		return []string{start.Format(date), start.Format("15:04"), f.Until.In(f.Zone).Format("15:04"), strings.ReplaceAll(f.Branch.In(f.Lang), "–", "-")}
	case notify.Requested, notify.Booked, notify.Approved, notify.Proposed, notify.Moved:
		return []string{f.Reference, start.Format(date), start.Format("15:04"), strings.ReplaceAll(f.Branch.In(f.Lang), "–", "-")}
	}
	return nil
}

// A name too long for one segment costs a second one rather than a cut.
func TestRenderCutsNothing(t *testing.T) {
	t.Parallel()
	f := visit(notify.Booked, "ar")
	f.Branch.AR = "مركز الخدمة الشامل بوزارة المالية في منطقة الحدود الشمالية بمدينة عرعر"
	got, err := newTexts(t).Render(f)
	if err != nil {
		t.Fatal(err)
	}
	want := "حجزكم 25/11 09:30\n" + f.Branch.AR + "\n" + reference
	if got != want || notify.Measure(got).Segments != 2 {
		t.Fatalf("Render = %q, want %q in 2 segments", got, want)
	}
}

// Both catalogues have the same entries.
func TestCatalogues(t *testing.T) {
	t.Parallel()
	arabic, english := ids(t, "texts/active.ar.toml"), ids(t, "texts/active.en.toml")
	if diff := cmp.Diff(arabic, english); diff != "" {
		t.Fatalf("entries (-ar +en):\n%s", diff)
	}
	for _, kind := range notify.Kinds() {
		if !slices.Contains(arabic, string(kind)+".full") {
			t.Errorf("no text for %s", kind)
		}
	}
}

func ids(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var tables map[string]map[string]string
	if err := toml.Unmarshal(content, &tables); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for table, entries := range tables {
		for entry := range entries {
			ids = append(ids, table+"."+entry)
		}
	}
	slices.Sort(ids)
	return ids
}
