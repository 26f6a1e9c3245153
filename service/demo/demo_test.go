package demo_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/service/demo"
	"ziyara/setup"
)

func load(t *testing.T) setup.Centre {
	t.Helper()
	seed, err := demo.Load()
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

func centre(t *testing.T, s setup.Centre) *catalog.Centre {
	t.Helper()
	c, err := catalog.NewCentre(s.Branches, s.Departments, s.Services, s.Entities)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoadCounts(t *testing.T) {
	t.Parallel()
	seed := load(t)
	got := map[string]int{
		"branches":    len(seed.Branches),
		"departments": len(seed.Departments),
		"services":    len(seed.Services),
		"entities":    len(seed.Entities),
		"holidays":    len(seed.HolidayLists[0].Holidays),
		"desk groups": len(seed.DeskGroups),
	}
	want := map[string]int{
		"branches": 3, "departments": 6, "services": 20, "entities": 8, "holidays": 4, "desk groups": 16,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counts differ (-want +got):\n%s", diff)
	}
}

// One service needs the approval of its department, and one keeps a place for
// walk-ins until eleven.
func TestSpecialServices(t *testing.T) {
	t.Parallel()
	c := centre(t, load(t))
	for _, s := range c.Services {
		var approval catalog.Approval
		release := 0
		switch s.Slug {
		case "agency-meeting":
			approval = catalog.Approval{Answer: 24 * time.Hour, Default: catalog.Decline}
		case "etimad-registration":
			release = 11 * 60
		}
		if s.Approval != approval || s.WalkInReleaseMinutes != release {
			t.Errorf("%s: %+v, walk-in places released at minute %d", s.Slug, s.Approval, s.WalkInReleaseMinutes)
		}
	}
}

// The services are those of the demo catalogue: how long each takes, what the
// visitor brings, and whether it is available online.
func TestServices(t *testing.T) {
	t.Parallel()
	type row struct {
		Name    string
		Minutes int
		Brings  []string
		Online  bool
	}
	want := []row{
		{"مسوغات الصرف", 15, []string{"identity", "vouchers"}, true},
		{"العوائد السنوية", 20, []string{"identity", "iban"}, true},
		{"نقل العوائد إلى الورثة", 40, []string{"heirs-deed"}, false},
		{"استلام العوائد بوكالة", 25, []string{"wakala"}, false},
		{"تحديث الآيبان", 10, nil, true},
		{"تعويض نزع الملكية", 40, []string{"title-deed"}, false},
		{"الاعتراض على التقدير", 45, []string{"valuation-report"}, false},
		{"متابعة الإعفاءات", 20, []string{"request-number"}, true},
		{"طلب إعفاء", 30, nil, true},
		{"استرداد رصيد المدفوعات", 20, []string{"receipt"}, true},
		{"التسجيل في منصة اعتماد", 25, []string{"unified-number"}, true},
		{"مطالبة مورد", 30, []string{"invoice"}, true},
		{"دعم المنافسات", 30, nil, true},
		{"ضمان بنكي", 20, []string{"original-guarantee"}, false},
		{"مستخلصات المقاولين", 30, nil, true},
		{"شهادة مستحقات", 15, nil, true},
		{"تقسيط دين للدولة", 40, nil, false},
		{"تصعيد شكوى", 30, []string{"case-number"}, true},
		{"تسليم أصول المستندات واستلامها", 10, nil, false},
		{"اجتماع ممثلي الجهات الحكومية", 60, []string{"official-letter"}, false},
	}
	var got []row
	for _, s := range load(t).Services {
		var brings []string
		for _, r := range s.Requirements {
			brings = append(brings, r.Slug)
		}
		got = append(got, row{s.Name.AR, int(s.Duration / time.Minute), brings, s.Online != ""})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("services differ (-want +got):\n%s", diff)
	}
}

// The head office offers every service, the other branches most of them.
func TestBranchesGiveServices(t *testing.T) {
	t.Parallel()
	seed := load(t)
	given := map[string]int{}
	for _, g := range seed.DeskGroups {
		given[g.Branch] += len(g.Services) // no pair occurs twice: Load rejects that
	}
	all := len(seed.Services)
	if given["riyadh"] != all {
		t.Errorf("riyadh offers %d services, want all %d", given["riyadh"], all)
	}
	for _, b := range []string{"jeddah", "dammam"} {
		if n := given[b]; n <= all/2 || n >= all {
			t.Errorf("%s offers %d services, want most of %d", b, n, all)
		}
	}
}

// A visit with its buffers takes exactly one step, and each opening of the desk
// group is a whole number of steps. So consecutive visits of one service fill
// the day to the last minute.
func TestNoStepWastesTime(t *testing.T) {
	t.Parallel()
	seed := load(t)
	c := centre(t, seed)
	for _, g := range seed.DeskGroups {
		for _, slug := range g.Services {
			s, _ := c.Service(slug)
			if needs := s.Before + s.Duration + s.After; s.Step != needs {
				t.Errorf("%s: the step is %v, want %v, the visit with its buffers", slug, s.Step, needs)
			}
			for _, o := range openings(g.Plan) {
				if length := time.Duration(o.To-o.From) * time.Minute; length%s.Step != 0 {
					t.Errorf("%s: %v of the opening %v to %v are lost for %s (step %v)", g.Slug, length%s.Step, o.From, o.To, slug, s.Step)
				}
			}
		}
	}
}

// Places are held back from the public only if a desk group has three or more,
// and a party that takes one place each fits into the rest.
func TestPlacesSuffice(t *testing.T) {
	t.Parallel()
	seed := load(t)
	c := centre(t, seed)
	for _, g := range seed.DeskGroups {
		for _, slug := range g.Services {
			s, _ := c.Service(slug)
			for _, o := range openings(g.Plan) {
				if s.HoldBack[catalog.Public] > 0 && o.Places < 3 {
					t.Errorf("%s, %s: holds places back with only %d open", g.Slug, slug, o.Places)
				}
				if left := o.Places - s.HoldBack[catalog.Public]; left < s.Places(s.PartyLimit) {
					t.Errorf("%s, %s: %d places for the public, want %d for the largest party", g.Slug, slug, left, s.Places(s.PartyLimit))
				}
			}
		}
	}
}

func openings(p scheduling.Plan) []scheduling.Opening {
	var all []scheduling.Opening
	for _, r := range p.Rules {
		all = append(all, r.Openings...)
	}
	for _, h := range p.Hours {
		all = append(all, h.Openings...)
	}
	return all
}

// Everyday words lead to the service or the entity.
func TestGuide(t *testing.T) {
	t.Parallel()
	c := centre(t, load(t))
	tests := map[string]string{
		"جواز":                 "passports",
		"تجديد جواز السفر":     "passports",
		"passport":             "passports",
		"اقامه":                "passports",
		"iqama":                "passports",
		"تأشيرة":               "foreign-affairs",
		"visa":                 "foreign-affairs",
		"تصديق شهاده":          "foreign-affairs",
		"attestation":          "foreign-affairs",
		"عقد عاملة منزلية":     "musaned",
		"domestic worker":      "musaned",
		"ابشر":                 "absher",
		"absher account":       "absher",
		"شكوى على البنك":       "central-bank",
		"bank complaint":       "central-bank",
		"بيانات الهويه":        "civil-affairs",
		"identity data":        "civil-affairs",
		"نزع ملكية":            "expropriation-compensation",
		"وراثه":                "heirs-returns",
		"ورثة":                 "heirs-returns",
		"iban":                 "iban-update",
		"ايبان":                "iban-update",
		"ابغى اغير رقم الحساب": "iban-update",
		"power of attorney":    "returns-by-agent",
		"فاتوره متاخره":        "supplier-claim",
		"منصة اعتماد":          "etimad-registration",
		"خطاب ضمان":            "bank-guarantee",
		"براءة ذمه":            "dues-certificate",
		"اقساط":                "state-debt-instalments",
		"شكوى":                 "escalated-complaint",
		"complaint":            "escalated-complaint",
		"اعفاء":                "exemption-request",
		"refund":               "payment-balance-refund",
		"مسوغات":               "disbursement-justifications",
		"meeting":              "agency-meeting",
		"مناقصة":               "tender-support",
		"مستخلص":               "contractor-payments",
		"اعتراض على تقدير العقار": "valuation-objection",
	}
	for q, want := range tests {
		t.Run(q, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, m := range c.Guide(q, 0) {
				if m.Service != nil {
					got = append(got, m.Service.Slug)
				} else {
					got = append(got, m.Entity.Slug)
				}
			}
			if len(got) == 0 || got[0] != want {
				t.Errorf("Guide(%q) = %v, want %s first", q, got, want)
			}
		})
	}
}

// Each name, in either language, finds its own subject first.
func TestGuideFindsNames(t *testing.T) {
	t.Parallel()
	c := centre(t, load(t))
	for _, s := range c.Services {
		for _, q := range []string{s.Name.AR, s.Name.EN} {
			if got := c.Guide(q, 0); len(got) == 0 || got[0].Service == nil || got[0].Service.Slug != s.Slug {
				t.Errorf("Guide(%q) does not begin with %s", q, s.Slug)
			}
		}
	}
	for _, e := range c.Entities {
		for _, q := range []string{e.Name.AR, e.Name.EN} {
			if got := c.Guide(q, 0); len(got) == 0 || got[0].Entity == nil || got[0].Entity.Slug != e.Slug {
				t.Errorf("Guide(%q) does not begin with %s", q, e.Slug)
			}
		}
	}
}

// The week of every desk group, with the shared holidays, compiles to a
// calendar that opens at the centre's hours.
func TestPlansCompile(t *testing.T) {
	t.Parallel()
	seed := load(t)
	for _, g := range seed.DeskGroups {
		t.Run(g.Slug, func(t *testing.T) {
			t.Parallel()
			calendar := compile(t, seed, g)
			for _, tt := range []struct {
				name, date, at string
				open           bool
			}{
				{"Sunday begins the week", "2026-12-06", "07:30", true},
				{"closed before half past seven", "2026-12-06", "07:25", false},
				{"Thursday ends the week", "2026-12-10", "13:55", true},
				{"closed from half past two", "2026-12-10", "14:30", false},
				{"Friday is off", "2026-12-11", "09:00", false},
				{"Saturday is off", "2026-12-12", "09:00", false},
				{"Founding Day is off", "2027-02-22", "09:00", false},
				{"Eid al-Fitr begins", "2027-03-04", "09:00", false},
				{"Eid al-Fitr is over", "2027-03-14", "09:00", true},
				{"Eid al-Adha is over", "2027-05-23", "09:00", true},
				{"National Day is off", "2027-09-23", "09:00", false},
			} {
				if got := places(t, calendar, tt.date, tt.at) > 0; got != tt.open {
					t.Errorf("%s: open on %s at %s = %t, want %t", tt.name, tt.date, tt.at, got, tt.open)
				}
			}
		})
	}
}

func TestSpecialHours(t *testing.T) {
	t.Parallel()
	seed := load(t)
	tests := []struct {
		name, group, date, at string
		want                  int
	}{
		{"four places in the morning", "riyadh-returns", "2026-12-08", "09:00", 4},
		{"closed between morning and evening", "riyadh-returns", "2026-12-08", "15:00", 0},
		{"Tuesday evening", "riyadh-returns", "2026-12-08", "19:55", 3},
		{"no evening on other days", "riyadh-returns", "2026-12-09", "17:00", 0},
		{"longer on the last day of the fiscal year", "riyadh-returns", "2026-12-31", "16:25", 4},
		{"a prayer break at noon", "riyadh-expropriation", "2026-12-08", "12:00", 0},
		{"open again after the break", "riyadh-expropriation", "2026-12-08", "12:30", 2},
		{"staff training closes an afternoon", "jeddah-expropriation", "2027-01-05", "12:30", 0},
		{"but not the morning", "jeddah-expropriation", "2027-01-05", "11:55", 1},
		{"Ramadan begins late", "jeddah-returns", "2027-02-08", "09:55", 0},
		{"and opens at ten", "jeddah-returns", "2027-02-08", "10:00", 3},
		{"a weekend is closed in Ramadan too", "jeddah-returns", "2027-02-12", "10:00", 0},
		{"the last ten days are a holiday", "jeddah-returns", "2027-03-04", "10:00", 0},
		{"after Eid the usual hours", "jeddah-returns", "2027-03-14", "07:30", 3},
		{"a single day between two holidays", "jeddah-returns", "2026-06-02", "09:00", 3},
		{"maintenance closes the branch", "dammam-returns", "2026-12-20", "09:00", 0},
		{"maintenance closes the whole branch", "dammam-contracts", "2026-12-20", "09:00", 0},
		{"but no other branch", "jeddah-returns", "2026-12-20", "09:00", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := slices.IndexFunc(seed.DeskGroups, func(g setup.DeskGroup) bool { return g.Slug == tt.group })
			if i < 0 {
				t.Fatalf("no desk group %s", tt.group)
			}
			if got := places(t, compile(t, seed, seed.DeskGroups[i]), tt.date, tt.at); got != tt.want {
				t.Errorf("%s has %d places on %s at %s, want %d", tt.group, got, tt.date, tt.at, tt.want)
			}
		})
	}
}

func compile(t *testing.T, seed setup.Centre, g setup.DeskGroup) *scheduling.Calendar {
	t.Helper()
	holidays, err := scheduling.CompileHolidays(seed.HolidayLists[0].HolidayList)
	if err != nil {
		t.Fatalf("compile the holidays: %v", err)
	}
	calendar, err := scheduling.Compile(g.Plan, holidays)
	if err != nil {
		t.Fatalf("compile the plan of %s: %v", g.Slug, err)
	}
	return calendar
}

// places returns the places open on date in the five minutes from at. Riyadh
// has no daylight saving time, so elapsed time is wall time.
func places(t *testing.T, calendar *scheduling.Calendar, date, at string) int {
	t.Helper()
	d, err := scheduling.ParseDate(date)
	if err != nil {
		t.Fatal(err)
	}
	clock, err := time.Parse("15:04", at)
	if err != nil {
		t.Fatal(err)
	}
	return calendar.Day(d).Places((clock.Hour()*60 + clock.Minute()) / 5)
}
