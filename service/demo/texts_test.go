package demo_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/notify"
	"ziyara/service/demo"
	"ziyara/setup"
	"ziyara/texts"
	"ziyara/texts/textstest"
)

var update = flag.Bool("update", false, "rewrite the messages in testdata")

const (
	golden = "testdata/messages.txt"
	// The address of a ministry, and the longest that a centre may have, with the
	// path and the token.
	link        = "https://visit.mof.gov.sa/m/bQECAwQFWzW-N3A4R_vglAo1qOR2"
	longestLink = "https://visits.service-centre.gov.sa.x/m/bQECAwQFWzW-N3A4R_vglAo1qOR2"
	reference   = "V-7K3F-9Q2M-R"
)

var ministry = catalog.Ministry{
	Name: catalog.Text{AR: "وزارة المالية", EN: "Ministry of Finance"}, Phone: "19990", Booking: "https://www.mof.gov.sa/visits",
}

// media are the ways in which the demo centre may write to visitors.
func media() []medium {
	with := func(link string) *notify.Texts {
		return notify.NewTexts(notify.From(ministry), notify.WithLinks(func(notify.Facts) string { return link }))
	}
	return []medium{
		{"SMS", with(link), link, false},
		{"SMS, no links", with(""), "", false},
		{"e-mail", with(link), link, true},
		{"e-mail, no links", with(""), "", true},
	}
}

type medium struct {
	name  string
	texts *notify.Texts
	link  string
	mail  bool
}

// say returns the message as it goes out; "" for one that this medium doesn't carry.
func (m medium) say(t *testing.T, f notify.Facts) string {
	t.Helper()
	if f.Kind == notify.Survey && m.link == "" {
		return "" // useless without its link
	}
	if !m.mail {
		text, err := m.texts.Render(f)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if !slices.Contains(f.Kind.Media(), notify.Email) {
		return ""
	}
	letter, err := m.texts.Letter(notify.Claimed{Facts: f, Email: "noura@example.net"})
	if err != nil {
		t.Fatal(err)
	}
	return letter.Subject + "\n\n" + letter.Text
}

// story is a kind of message, and which of two cancellations it is about.
type story struct {
	name string
	kind notify.Kind
	why  catalog.Text
}

func stories() []story {
	var list []story
	for _, k := range notify.Kinds() {
		list = append(list, story{name: string(k), kind: k})
		if k == notify.Cancelled {
			list = append(list, story{"cancelled by the centre", k, catalog.Text{AR: "صيانة في المبنى", EN: "Maintenance in the building"}})
		}
	}
	return list
}

// visit is a visit to a service at a branch, on the weekday and at the hour with the
// longest names.
func visit(s story, lang string, service catalog.Service, branch catalog.Branch) notify.Facts {
	f := notify.Facts{
		Kind: s.kind, Lang: lang, Code: "042917", Reference: reference, Reason: s.why,
		Service: service.Name, Branch: branch.Name, BranchSMS: branch.ShortName, Address: branch.Address,
		Start: time.Date(2026, time.November, 25, 12, 30, 0, 0, time.UTC), End: time.Date(2026, time.November, 25, 13, 0, 0, 0, time.UTC),
		Until: time.Date(2026, time.November, 24, 14, 45, 0, 0, time.UTC), Minutes: 20, Zone: time.UTC,
	}
	for _, r := range service.Requirements {
		f.Requirements = append(f.Requirements, r.Name)
	}
	return f
}

// given calls do for each service of the demo centre at each branch that offers it.
func given(t *testing.T, do func(catalog.Service, catalog.Branch)) {
	t.Helper()
	centre, err := demo.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range centre.Services {
		n := 0
		for _, branch := range centre.Branches {
			if slices.ContainsFunc(centre.DeskGroups, func(g setup.DeskGroup) bool {
				return g.Branch == branch.Slug && slices.Contains(g.Services, service.Slug)
			}) {
				n++
				do(service, branch)
			}
		}
		if n == 0 {
			t.Errorf("no branch offers %s", service.Slug)
		}
	}
}

// What visitors of the demo centre read, as it goes out. Of all services and
// branches there is one for each way in which the message is worded, with their
// number; what reads the same by another medium is there once. To accept a change:
// go test ./service/demo -run TestMessages -update.
func TestMessages(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	told := map[string]bool{}
	for _, m := range media() {
		for _, s := range stories() {
			for _, lang := range []string{"ar", "en"} {
				count, example := map[string]int{}, map[string]string{} // by shape
				var shapes []string
				given(t, func(service catalog.Service, branch catalog.Branch) {
					f := visit(s, lang, service, branch)
					text := m.say(t, f)
					shape := shapeOf(text, f, m.mail)
					if text == "" || told[s.name+lang+shape] {
						return
					}
					if count[shape]++; count[shape] == 1 {
						shapes, example[shape] = append(shapes, shape), text
					}
				})
				for _, shape := range shapes {
					told[s.name+lang+shape] = true
					size := ""
					if measured := notify.Measure(example[shape]); !m.mail {
						size = fmt.Sprintf(", %d characters, segments: %d", measured.Characters, measured.Segments)
					}
					fmt.Fprintf(&out, "=== %s, %s, %s: %d%s\n%s\n\n", m.name, s.name, lang, count[shape], size, example[shape])
				}
			}
		}
	}
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// shapeOf returns the message without the names of its service and branch, and an
// e-mail without its list of documents.
func shapeOf(text string, f notify.Facts, mail bool) string {
	names := []string{f.Branch.In(f.Lang), "B", f.Service.In(f.Lang), "S"}
	if f.BranchSMS != (catalog.Text{}) && !mail {
		names = append([]string{f.BranchSMS.In(f.Lang), "B"}, names...)
	}
	if mail {
		names = append([]string{f.Address.In(f.Lang), "A"}, names...)
	}
	text = strings.NewReplacer(names...).Replace(text)
	lines := strings.Split(text, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "- ") }), "\n")
}

// must says what each message tells in any case: where things stand, what to do,
// and when.
func must(s story, lang string, m medium) (state, next string) {
	told := map[notify.Kind][2][2]string{ // state and next step, in Arabic and English
		notify.VerificationCode: {{"رمز التحقق", "لا تشاركوه"}, {"Verification code", "Never share it"}},
		notify.Requested:        {{"بانتظار الموافقة", "سنبلغكم بالرد"}, {"waiting for approval", "will"}},
		notify.Booked:           {{"تم حجز موعدكم", ""}, {"Your visit is booked", ""}},
		notify.Approved:         {{"تمت الموافقة على موعدكم", ""}, {"Your visit is approved", ""}},
		notify.Declined:         {{"لم تتم الموافقة على طلب", "19990"}, {"was not approved", "19990"}},
		notify.Proposed:         {{"وننتظر ردكم", ""}, {"We suggest another time. Please reply", ""}},
		notify.Moved:            {{"تم تعديل موعدكم", ""}, {"Your visit has been moved", ""}},
		notify.Cancelled:        {{"تم إلغاء موعدكم", ""}, {"has been cancelled", ""}},
		notify.Closed:           {{"تعذر", "اختيار موعد آخر|اختاروا غيره"}, {"no longer available|not available", "hoose another"}},
		notify.Reminder:         {{"تذكير بموعدكم", ""}, {"Reminder: your visit", ""}},
		notify.Offer:            {{"موعد متاح لكم", "للقبول قبل"}, {"A time is available for you", "To accept it before"}},
		notify.Delayed:          {{"سيتأخر", ""}, {"will start about", ""}},
		notify.Survey:           {{"شكرا لزيارتكم", "نرجو تقييم الخدمة"}, {"Thank you for visiting", "Please rate the service"}},
		notify.CaseUpdated:      {{"تحديث في معاملتكم", "19990"}, {"pdate on your request", "19990"}},
	}
	mailed := map[notify.Kind][2][2]string{
		notify.Declined: {{"لم تتم الموافقة على طلب", "حجز موعد جديد"}, {"was not approved", "book a new visit"}},
		notify.Proposed: {{"نقترح عليكم موعدًا آخر", "لقبول الموعد المقترح أو رفضه"}, {"We suggest another time", "accept or decline"}},
		notify.Closed:   {{"لن نتمكن من استقبالكم", "اختيار موعد آخر"}, {"we can't see you", "hoose another time"}},
		notify.Survey:   {{"شكرًا لزيارتكم", "لتقييم الخدمة"}, {"Thank you for visiting", "To rate the service"}},
		notify.Reminder: {{"نذكّركم بموعدكم", "تعديله أو إلغاءه"}, {"Your visit is coming up", "change or cancel"}},
	}
	line := told[s.kind]
	if s.why != (catalog.Text{}) {
		line = [2][2]string{{"اضطررنا إلى إلغاء موعدكم", "لحجز موعد آخر"}, {"we had to cancel your visit", "To book another time"}}
	}
	if m.mail {
		if other, ok := mailed[s.kind]; ok {
			line = other
		}
		if s.why != (catalog.Text{}) {
			line[0][1], line[1][1] = "حجز موعد جديد", "book a new visit"
		}
	}
	if lang == "en" {
		return line[1][0], line[1][1]
	}
	return line[0][0], line[0][1]
}

// Every message of the demo centre, in every month: it tells where the visit stands,
// what to do and by what (the link, the branch, the number), the date and the time,
// and takes one segment, or two where that is agreed. A delay is told on the day
// itself, and an answer to a survey is about a visit that is over.
func TestMessagesTellWhatMatters(t *testing.T) {
	t.Parallel()
	list := media()
	longest := medium{"SMS with the longest link", notify.NewTexts(notify.From(ministry), notify.WithLinks(func(notify.Facts) string {
		return longestLink
	})), longestLink, false}
	for _, m := range append(list, longest) {
		for _, s := range stories() {
			t.Run(m.name+" "+s.name, func(t *testing.T) {
				t.Parallel()
				given(t, func(service catalog.Service, branch catalog.Branch) {
					for month := range 12 {
						if month > 0 && m.mail {
							break // there is room for each
						}
						for _, lang := range []string{"ar", "en"} {
							f := visit(s, lang, service, branch)
							f.Start, f.End = f.Start.AddDate(0, month, month), f.End.AddDate(0, month, month)
							text := m.say(t, f)
							if text == "" {
								continue
							}
							tells(t, m, s, f, text)
							if month == 0 {
								wantFaultless(t, m.name+", "+s.name, lang, text)
							}
						}
					}
				})
			})
		}
	}
}

// wantFaultless fails the test if a text has what no text for visitors may have.
func wantFaultless(t *testing.T, what, lang, text string) {
	t.Helper()
	for _, fault := range textstest.Faults(lang, text) {
		t.Errorf("%s: %s", what, fault)
	}
}

// tells fails the test if a message lacks something or is too long.
func tells(t *testing.T, m medium, s story, f notify.Facts, text string) {
	t.Helper()
	state, next := must(s, f.Lang, m)
	facts := []string{state, next}
	start := f.Start.In(f.Zone)
	day, clock := texts.ShortDate(start).In(f.Lang), texts.ClockAt(start).In(f.Lang)
	if m.mail {
		day = texts.Date(start).In(f.Lang)
	}
	visited := f.Kind == notify.Survey && m.mail
	switch {
	case f.Kind == notify.VerificationCode:
		facts = append(facts, f.Code, ministry.Name.In(f.Lang), "5")
	case f.Kind == notify.CaseUpdated:
		facts = append(facts, f.Reference)
	case f.Kind == notify.Delayed:
		facts = append(facts, clock, strconv.Itoa(f.Minutes), f.Reference)
	case visited:
		facts = append(facts, day)
	case f.Kind != notify.Survey:
		facts = append(facts, day, clock)
	}
	comes := []notify.Kind{notify.Booked, notify.Approved, notify.Moved, notify.Reminder}
	if slices.Contains(comes, f.Kind) && m.link == "" {
		facts = append(facts, f.Branch.In(f.Lang)+"|"+f.BranchSMS.In(f.Lang))
	}
	answers := f.Kind == notify.Proposed || f.Kind == notify.Closed || f.Kind == notify.Offer
	if answers {
		facts = append(facts, m.link+"|"+ministry.Phone)
	}
	if f.Kind == notify.Offer {
		facts = append(facts, texts.ClockAt(f.Until.In(f.Zone)).In(f.Lang))
	}
	if m.mail {
		facts = append(facts, ministry.Name.In(f.Lang), ministry.Phone)
	}
	for _, fact := range facts {
		if !slices.ContainsFunc(strings.Split(fact, "|"), func(way string) bool {
			return (way != "" || fact == "") && strings.Contains(text, way)
		}) {
			t.Fatalf("%s in %s: %q is missing in:\n%s", s.name, f.Lang, fact, text)
		}
	}
	if m.mail {
		return
	}
	most := 1
	if linked := m.link != "" && strings.HasSuffix(text, m.link); linked || answers ||
		f.Kind == notify.Requested || f.Kind == notify.Declined || s.why != (catalog.Text{}) {
		most = 2
	}
	if size := notify.Measure(text); size.Segments > most {
		t.Fatalf("%s in %s: %+v, want %d segments:\n%s", s.name, f.Lang, size, most, text)
	}
}
