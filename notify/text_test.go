package notify_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/notify"
)

const reference = "V-7K3F-9Q2M-X"

// link is as long as those of a ministry.
const link = "https://visit.mof.gov.sa/m/bQECAwQFWzW-N3A4R_vglAo1qOR2"

func withLink() notify.TextOption {
	return notify.WithLinks(func(notify.Facts) string { return link })
}

// visit is a visit on Wednesday 25 November 2026 at 09:30 in Riyadh; offered,
// it is to be accepted by 14:45 of the day before; delayed, it begins 20
// minutes later.
func visit(k notify.Kind, lang string) notify.Facts {
	return notify.Facts{
		Kind: k, Lang: lang, Code: "042917", Reference: reference,
		Service: catalog.Text{AR: "تحديث الآيبان", EN: "IBAN update"},
		Branch:  catalog.Text{AR: "فرع الملز", EN: "Malaz branch"},
		Start:   time.Date(2026, time.November, 25, 6, 30, 0, 0, time.UTC),
		Until:   time.Date(2026, time.November, 24, 11, 45, 0, 0, time.UTC),
		Minutes: 20,
		Zone:    time.FixedZone("Asia/Riyadh", 3*60*60),
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	texts := notify.NewTexts()
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
	late := func(minutes int) notify.Facts {
		f := visit(notify.Delayed, "ar")
		f.Minutes = minutes
		return f
	}
	soon := visit(notify.Delayed, "en")
	soon.Minutes = 1
	spaced := visit(notify.Cancelled, "en")
	spaced.Branch.EN = " Malaz\u00a0–\n visitors’ “hall” "
	tests := []struct {
		name  string
		facts notify.Facts
		want  string
	}{
		{"code in Arabic", visit(notify.VerificationCode, "ar"), "رمز التحقق: 042917\nصالح لمدة 5 دقائق، ونرجو عدم مشاركته مع أحد"},
		{"code in English", visit(notify.VerificationCode, "en"),
			"Your verification code: 042917\nIt is valid for 5 minutes. Please do not share it with anyone."},
		{"any other language is Arabic", other, "رمز التحقق: 042917\nصالح لمدة 5 دقائق، ونرجو عدم مشاركته مع أحد"},
		{"booked in Arabic", visit(notify.Booked, "ar"), "تم تأكيد موعدكم\nالأربعاء 25/11 الساعة 09:30\nفرع الملز\n" + reference},
		{"booked in Arabic, long branch", long, "حجزكم 25/11 09:30\nفرع وزارة المالية بالمدينة المنورة\n" + reference},
		{"booked in English", visit(notify.Booked, "en"),
			"Your visit is confirmed: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"requested in Arabic", visit(notify.Requested, "ar"), "طلب قيد الموافقة\nالأربعاء 25/11 09:30\nفرع الملز\n" + reference},
		{"requested in English", visit(notify.Requested, "en"),
			"We have your request, please wait for approval: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"approved in Arabic", visit(notify.Approved, "ar"), "تمت الموافقة\nالأربعاء 25/11 09:30\nفرع الملز\n" + reference},
		{"approved in English", visit(notify.Approved, "en"),
			"Your visit is approved: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"declined in Arabic", visit(notify.Declined, "ar"), "نعتذر، لم تتم الموافقة\nالأربعاء 25/11 09:30\nفرع الملز\n" + reference},
		{"declined in English", visit(notify.Declined, "en"),
			"Sorry, your visit is not approved: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"proposed in Arabic", visit(notify.Proposed, "ar"), "موعد مقترح ينتظر ردكم\nالأربعاء 25/11 09:30\nفرع الملز\n" + reference},
		{"proposed in English", visit(notify.Proposed, "en"),
			"We propose another time, please answer: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"moved in Arabic", visit(notify.Moved, "ar"), "موعدكم الجديد\nالأربعاء 25/11 09:30\nفرع الملز\n" + reference},
		{"moved in English", visit(notify.Moved, "en"),
			"Your visit has moved: IBAN update\nNow Wednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"moved in English, long service", longEnglish, "Your visit has moved to\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"day and time are the branch's", elsewhere, "Your visit has moved: IBAN update\nNow Friday 1 Jan at 01:05\nMalaz branch\n" + reference},
		{"cancelled in Arabic", visit(notify.Cancelled, "ar"), "تم إلغاء موعدكم\nالأربعاء 25/11 الساعة 09:30\nفرع الملز\n" + reference},
		{"offer in Arabic", offer, "موعد متاح لكم\nالأربعاء 25/11 09:30\nفرع الملز\nاقبلوه بصفحتكم حتى 14:45"},
		{"offer in Arabic, long branch", longOffer, "موعد متاح\n25/11 09:30\nفرع وزارة المالية بالمدينة المنورة\nحتى 14:45"},
		{"offer in English", visit(notify.Offer, "en"),
			"A place is free: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\nAccept it on your waiting page by 14:45."},
		{"closed in Arabic", visit(notify.Closed, "ar"), "نعتذر، المكتب مغلق في موعدكم\nالأربعاء 25/11 09:30\n" + reference},
		{"closed in English", visit(notify.Closed, "en"), "Sorry, the desk is closed at the time of your visit. " +
			"Please choose another: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		{"reminder in Arabic", visit(notify.Reminder, "ar"), "تذكير بموعدكم\nالأربعاء 25/11 الساعة 09:30\nفرع الملز\n" + reference},
		{"reminder in English", visit(notify.Reminder, "en"),
			"Reminder of your visit: IBAN update\nWednesday 25 Nov at 09:30\nMalaz branch\n" + reference},
		// CLDR has six plural forms for Arabic: one, two, 3 to 10, 11 to 99, and
		// from 100 on by the last two digits.
		{"1 minute late", late(1), "نعتذر، تأخر موعدكم دقيقة واحدة\nفرع الملز\n" + reference},
		{"2 minutes late", late(2), "نعتذر، تأخر موعدكم دقيقتين\nفرع الملز\n" + reference},
		{"10 minutes late", late(10), "نعتذر، تأخر موعدكم 10 دقائق\nفرع الملز\n" + reference},
		{"20 minutes late", late(20), "نعتذر، تأخر موعدكم 20 دقيقة\nفرع الملز\n" + reference},
		{"100 minutes late", late(100), "نعتذر، تأخر موعدكم 100 دقيقة\nفرع الملز\n" + reference},
		{"105 minutes late", late(105), "نعتذر، تأخر موعدكم 105 دقائق\nفرع الملز\n" + reference},
		{"1 minute late in English", soon, "Sorry, your visit is 1 minute late: IBAN update\nMalaz branch\n" + reference},
		{"20 minutes late in English", visit(notify.Delayed, "en"),
			"Sorry, your visit is 20 minutes late: IBAN update\nMalaz branch\n" + reference},
		{"news of a case in Arabic", notify.Facts{Kind: notify.CaseUpdated, Reference: "C-1"}, "يوجد جديد في طلبكم\nC-1"},
		{"news of a case in English", notify.Facts{Kind: notify.CaseUpdated, Lang: "en", Reference: "C-1"}, "There is news of your request\nC-1"},
		{"typography that GSM lacks", spaced,
			"Your visit is cancelled: IBAN update\nWednesday 25 Nov at 09:30\nMalaz - visitors' \"hall\"\n" + reference},
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
	texts := notify.NewTexts()
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
		{"no minutes of a delay", func(f *notify.Facts) { f.Kind, f.Minutes = notify.Delayed, 0 }},
		{"no link to a survey", func(f *notify.Facts) { f.Kind = notify.Survey }},
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
// two with its link, and tells all that matters uncut: the date, the time, the branch and the
// reference.
func TestRenderFitsOneSegment(t *testing.T) {
	t.Parallel()
	plain, linked := notify.NewTexts(), notify.NewTexts(withLink())
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
				// Nine branches and seven days of the week: each meets each.
				for i := range 365 {
					f := visit(kind, lang)
					f.Service, f.Branch = services[i%len(services)], branches[i%len(branches)]
					f.Start = f.Start.AddDate(0, 0, i)
					for texts, most := range map[*notify.Texts]int{plain: 1, linked: 2} {
						if kind == notify.Survey && texts == plain {
							continue // nothing without its link
						}
						got, err := texts.Render(f)
						if err != nil {
							t.Fatal(err)
						}
						if size := notify.Measure(got); size.Segments > most {
							t.Fatalf("%+v, want %d segments:\n%s", size, most, got)
						}
						for _, fact := range important(f, dates[lang]) {
							if !strings.Contains(got, fact) {
								t.Fatalf("%q is missing in:\n%s", fact, got)
							}
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
	branch := strings.ReplaceAll(f.Branch.In(f.Lang), "–", "-")
	switch f.Kind {
	case notify.VerificationCode:
		return []string{f.Code}
	case notify.Cancelled, notify.Declined, notify.Closed:
		return []string{f.Reference, start.Format(date), start.Format("15:04")}
	case notify.Offer:
		return []string{start.Format(date), start.Format("15:04"), f.Until.In(f.Zone).Format("15:04"), branch}
	case notify.Requested, notify.Booked, notify.Approved, notify.Proposed, notify.Moved, notify.Reminder:
		return []string{f.Reference, start.Format(date), start.Format("15:04"), branch}
	case notify.Delayed:
		return []string{f.Reference, strconv.Itoa(f.Minutes)}
	case notify.CaseUpdated:
		return []string{f.Reference}
	case notify.Survey:
		return []string{link}
	}
	return nil
}

// A name too long for one segment costs a second one rather than a cut.
func TestRenderCutsNothing(t *testing.T) {
	t.Parallel()
	f := visit(notify.Booked, "ar")
	f.Branch.AR = "مركز الخدمة الشامل بوزارة المالية في منطقة الحدود الشمالية بمدينة عرعر"
	got, err := notify.NewTexts().Render(f)
	if err != nil {
		t.Fatal(err)
	}
	want := "حجزكم 25/11 09:30\n" + f.Branch.AR + "\n" + reference
	if got != want || notify.Measure(got).Segments != 2 {
		t.Fatalf("Render = %q, want %q in 2 segments", got, want)
	}
}

// Every kind of message has its texts in both languages: for phones, for
// mailboxes where it goes there, and in each plural form.
func TestEveryKindIsWorded(t *testing.T) {
	t.Parallel()
	messages := notify.NewTexts(withLink())
	for _, kind := range notify.Kinds() {
		for _, lang := range []string{"ar", "en"} {
			for _, minutes := range []int{1, 2, 3, 11, 100} {
				f := visit(kind, lang)
				f.Minutes = minutes
				for _, long := range []int{0, 60, 150, 300} { // so that each wording has its turn
					f.Service.AR, f.Service.EN = strings.Repeat("خدمة ", 1+long/5), strings.Repeat("service ", 1+long/8)
					f.Branch.AR, f.Branch.EN = f.Service.AR, f.Service.EN
					if text, err := messages.Render(f); text == "" || err != nil {
						t.Errorf("%s in %s: %q, %v", kind, lang, text, err)
					}
				}
			}
			f := visit(kind, lang)
			f.End = f.Start.Add(time.Hour)
			l, err := messages.Letter(notify.Claimed{Facts: f, Email: "a@example.com"})
			if errors.Is(err, notify.ErrFacts) {
				continue // not told by e-mail
			}
			if l.Subject == "" || l.Text == "" || err != nil {
				t.Errorf("%s in %s: %+v, %v", kind, lang, l, err)
			}
		}
	}
}
