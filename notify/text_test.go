package notify_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/notify"
)

const reference = "V-7K3F-9Q2M-R"

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

// What each message says as a whole is in service/demo/testdata. Here is what
// decides it.
func TestRender(t *testing.T) {
	t.Parallel()
	plain, linked := notify.NewTexts(), notify.NewTexts(withLink())
	finance := notify.NewTexts(notify.From(catalog.Ministry{
		Name: catalog.Text{AR: "وزارة المالية", EN: "Ministry of Finance"}, Phone: "920000000",
	}))
	with := func(k notify.Kind, lang string, edit func(*notify.Facts)) notify.Facts {
		f := visit(k, lang)
		edit(&f)
		return f
	}
	late := func(minutes int) notify.Facts {
		return with(notify.Delayed, "ar", func(f *notify.Facts) { f.Minutes = minutes })
	}
	const lateAt = "نعتذر، موعدكم الساعة 9:30 ص سيتأخر نحو "
	tests := []struct {
		name  string
		texts *notify.Texts
		facts notify.Facts
		want  string
	}{
		{"code in Arabic", plain, visit(notify.VerificationCode, "ar"),
			"رمز التحقق: 042917\nلحجز موعد، صالح 5 دقائق، لا تشاركوه\nمركز الخدمة"},
		{"code in English", plain, visit(notify.VerificationCode, "en"),
			"Verification code: 042917\nTo book a visit. Valid for 5 minutes. Never share it.\nService centre"},
		{"any other language is Arabic", plain, visit(notify.VerificationCode, "fr"),
			"رمز التحقق: 042917\nلحجز موعد، صالح 5 دقائق، لا تشاركوه\nمركز الخدمة"},
		{"the ministry's name and number", finance, visit(notify.VerificationCode, "ar"),
			"رمز التحقق: 042917\nلحجز موعد، صالح 5 دقائق، لا تشاركوه\nوزارة المالية"},
		{"the number to call", finance, visit(notify.Declined, "ar"), "نعتذر، لم تتم الموافقة على طلبكم\nالأربعاء 25 نوفمبر 9:30 ص\n" +
			"تحديث الآيبان\nفرع الملز\n" + reference + "\nلحجز موعد آخر اتصلوا بالرقم 920000000"},
		{"first the service goes", plain, visit(notify.Booked, "ar"), "تم حجز موعدكم\n25 نوفمبر 9:30 ص\nتحديث الآيبان\nفرع الملز\n" + reference},
		{"or the weekday, whichever leaves more room", plain, with(notify.Booked, "ar", func(f *notify.Facts) {
			f.Service.AR = "تعويض نزع الملكية للمنفعة العامة"
		}), "تم حجز موعدكم\nالأربعاء 25 نوفمبر 9:30 ص\nفرع الملز\n" + reference},
		{"then both", plain, with(notify.Booked, "ar", func(f *notify.Facts) { f.Branch.AR = "فرع المدينة المنورة" }),
			"تم حجز موعدكم\n25 نوفمبر 9:30 ص\nفرع المدينة المنورة\n" + reference},
		{"the branch is told even if it costs a segment", plain, with(notify.Booked, "ar", func(f *notify.Facts) {
			f.Branch.AR = "فرع وزارة المالية بالمدينة المنورة"
		}), "تم حجز موعدكم\n25 نوفمبر 9:30 ص\nفرع وزارة المالية بالمدينة المنورة\n" + reference},
		{"unless the link shows it", linked, with(notify.Booked, "ar", func(f *notify.Facts) {
			f.Branch.AR = "فرع وزارة المالية بالمدينة المنورة"
		}), "تم حجز موعدكم\n25 نوفمبر 9:30 ص\n" + reference + "\nللتعديل أو الإلغاء:\n" + link},
		{"a short name of the branch", plain, with(notify.Booked, "en", func(f *notify.Facts) {
			f.BranchSMS = catalog.Text{AR: "الملز", EN: "Malaz"}
		}), "Your visit is booked\nWednesday 25 Nov at 9:30 am\nIBAN update\nMalaz\n" + reference},
		{"what the link is for", linked, visit(notify.Reminder, "en"), "Reminder: your visit is on\nWednesday 25 Nov at 9:30 am\nIBAN update\n" +
			"Malaz branch\n" + reference + "\nTo change or cancel:\n" + link},
		{"whom to answer without a link", plain, visit(notify.Proposed, "en"), "We suggest another time. Please reply\n" +
			"Wednesday 25 Nov at 9:30 am\nIBAN update\nMalaz branch\n" + reference + "\nCall 19990"},
		{"and with one", linked, visit(notify.Proposed, "en"), "We suggest another time. Please reply\n" +
			"Wednesday 25 Nov at 9:30 am\nIBAN update\nMalaz branch\n" + reference + "\n" + link},
		{"an offer, with a link", linked, with(notify.Offer, "ar", func(f *notify.Facts) { f.Reference = "" }),
			"موعد متاح لكم\n25 نوفمبر 9:30 ص\nتحديث الآيبان\nفرع الملز\nللقبول قبل 2:45 م:\n" + link},
		{"an offer, without one", plain, with(notify.Offer, "ar", func(f *notify.Facts) { f.Reference = "" }),
			"موعد متاح لكم\nالأربعاء 25 نوفمبر 9:30 ص\nتحديث الآيبان\nفرع الملز\nللقبول قبل 2:45 م:\nاتصلوا بالرقم 19990"},
		{"why it was called off", plain, with(notify.Cancelled, "ar", func(f *notify.Facts) {
			f.Reason = catalog.Text{AR: "انقطاع الكهرباء", EN: "Power cut"}
		}), "نعتذر، اضطررنا إلى إلغاء موعدكم\n25 نوفمبر 9:30 ص\nفرع الملز\n" + reference + "\nالسبب: انقطاع الكهرباء\n" +
			"لحجز موعد آخر اتصلوا بالرقم 19990"},
		{"a long reason goes before what to do", plain, with(notify.Cancelled, "ar", func(f *notify.Facts) {
			f.Reason = catalog.Text{AR: "صيانة عاجلة لأنظمة التكييف والكهرباء في المبنى", EN: "Urgent maintenance"}
		}), "نعتذر، اضطررنا إلى إلغاء موعدكم\n25 نوفمبر 9:30 ص\n" + reference + "\nلحجز موعد آخر اتصلوا بالرقم 19990"},
		{"day and time are the branch's", plain, with(notify.Moved, "en", func(f *notify.Facts) {
			f.Start = time.Date(2026, time.December, 31, 22, 5, 0, 0, time.UTC) // the next year in Riyadh
		}), "Your visit has been moved to\nFriday 1 Jan at 1:05 am\nIBAN update\nMalaz branch\n" + reference},
		// CLDR has six plural forms for Arabic: one, two, 3 to 10, 11 to 99, and
		// from 100 on by the last two digits.
		{"1 minute late", plain, late(1), lateAt + "دقيقة واحدة\n" + reference},
		{"2 minutes late", plain, late(2), lateAt + "دقيقتين\nفرع الملز\n" + reference},
		{"10 minutes late", plain, late(10), lateAt + "10 دقائق\n" + reference},
		{"20 minutes late", plain, late(20), lateAt + "20 دقيقة\n" + reference},
		{"100 minutes late", plain, late(100), lateAt + "100 دقيقة\n" + reference},
		{"105 minutes late", plain, late(105), lateAt + "105 دقائق\n" + reference},
		{"1 minute late in English", plain, with(notify.Delayed, "en", func(f *notify.Facts) { f.Minutes = 1 }),
			"Sorry, your visit at 9:30 am will start about 1 minute late\nMalaz branch\n" + reference},
		{"news of a case", plain, notify.Facts{Kind: notify.CaseUpdated, Reference: "C-1"},
			"تحديث في معاملتكم رقم\nC-1\nللاستفسار اتصلوا بالرقم 19990"},
		{"typography that GSM lacks", plain, with(notify.Cancelled, "en", func(f *notify.Facts) {
			f.Branch.EN = " Malaz\u00a0–\n visitors’ “hall” "
		}), "Your visit has been cancelled\nWednesday 25 Nov at 9:30 am\nIBAN update\nMalaz - visitors' \"hall\"\n" + reference},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.texts.Render(tt.facts)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Fatalf("text (-want +got):\n%s", diff)
			}
		})
	}
}

// Two visits at the two times of an hour that repeats differ in every message and
// letter that tells a time: clocks in Cairo go back from midnight to 23:00.
func TestRepeatedHour(t *testing.T) {
	t.Parallel()
	cairo, err := time.LoadLocation("Africa/Cairo")
	if err != nil {
		t.Fatal(err)
	}
	messages := notify.NewTexts(withLink())
	earlier := time.Date(2026, time.October, 29, 20, 20, 0, 0, time.UTC)
	for _, kind := range notify.Kinds() {
		for _, lang := range []string{"ar", "en"} {
			f := visit(kind, lang)
			f.Zone = cairo
			var texts, letters [2]string
			for i, start := range []time.Time{earlier, earlier.Add(time.Hour)} {
				f.Start, f.End, f.Until = start, start.Add(20*time.Minute), start
				if texts[i], err = messages.Render(f); err != nil {
					t.Fatal(err)
				}
				letter, err := messages.Letter(notify.Claimed{Facts: f, Email: "a@example.com"})
				if err != nil && !errors.Is(err, notify.ErrFacts) {
					t.Fatal(err)
				}
				letters[i] = letter.Subject + "\n" + letter.Text
			}
			if tellsTime := kind != notify.VerificationCode && kind != notify.Survey && kind != notify.CaseUpdated; !tellsTime {
				continue
			}
			if texts[0] == texts[1] {
				t.Errorf("%s in %s is the same for both:\n%s", kind, lang, texts[0])
			}
			if letters[0] == letters[1] && letters[0] != "\n" {
				t.Errorf("the letter %s in %s is the same for both:\n%s", kind, lang, letters[0])
			}
		}
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
