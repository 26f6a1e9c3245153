package slots_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// allDay suits whoever comes on tuesday.
func allDay() slots.Wish {
	return slots.Wish{From: tuesday, To: tuesday, Latest: scheduling.Clock(24, 0), Party: 1}
}

// between is a wish for tuesday from one time to another, both 09:00.
func between(t *testing.T, earliest, latest string) slots.Wish {
	t.Helper()
	w := allDay()
	var err error
	if w.Earliest, err = scheduling.ParseWallTime(earliest); err != nil {
		t.Fatal(err)
	}
	if w.Latest, err = scheduling.ParseWallTime(latest); err != nil {
		t.Fatal(err)
	}
	return w
}

// Who waits first has the first choice of what suits.
func TestMatch(t *testing.T) {
	t.Parallel()
	hour := visit(60, 60)
	tests := []struct {
		name    string
		open    string
		taken   []claim
		now     string // of tuesday; the evening before if empty
		waiting []slots.Candidate
		want    string // entry@start, in the order in which places were given
	}{
		{name: "one place, the first who waits", open: "09:00-10:00",
			waiting: []slots.Candidate{{Entry: "a", Wish: allDay(), Shape: hour}, {Entry: "b", Wish: allDay(), Shape: hour}},
			want:    "a@09:00"},
		{name: "two places, one each", open: "09:00-10:00 x2",
			waiting: []slots.Candidate{{Entry: "a", Wish: allDay(), Shape: hour},
				{Entry: "b", Wish: allDay(), Shape: hour}, {Entry: "c", Wish: allDay(), Shape: hour}},
			want: "a@09:00 b@09:00"},
		{name: "the earliest start that suits", open: "09:00-12:00", taken: []claim{{"09:00", "10:00", slots.Booked, 1}},
			waiting: []slots.Candidate{{Entry: "a", Wish: allDay(), Shape: hour}, {Entry: "b", Wish: between(t, "11:00", "11:00"), Shape: hour}},
			want:    "a@10:00 b@11:00"},
		{name: "nothing is free", open: "09:00-10:00", taken: []claim{{"09:00", "10:00", slots.Held, 1}},
			waiting: []slots.Candidate{{Entry: "a", Wish: allDay(), Shape: hour}}},
		{name: "the bounds of the time of day are inclusive", open: "09:00-12:00",
			waiting: []slots.Candidate{
				{Entry: "a", Wish: between(t, "10:01", "10:59"), Shape: hour}, {Entry: "b", Wish: between(t, "10:00", "10:00"), Shape: hour}},
			want: "b@10:00"},
		{name: "a date outside the range", open: "09:00-10:00",
			waiting: []slots.Candidate{{Entry: "a",
				Wish: slots.Wish{From: tuesday + 1, To: tuesday + 2, Latest: scheduling.Clock(24, 0)}, Shape: hour}}},
		{name: "a representative whose power of attorney is over", open: "09:00-10:00",
			waiting: []slots.Candidate{{Entry: "a", Wish: allDay(), Shape: hour, Until: tuesday - 1},
				{Entry: "b", Wish: allDay(), Shape: hour, Until: tuesday}},
			want: "b@09:00"},
		{name: "nobody is asked twice for the same start", open: "09:00-11:00",
			waiting: []slots.Candidate{{Entry: "a", Wish: allDay(), Shape: hour, Asked: []time.Time{at(t, "09:00")}},
				{Entry: "b", Wish: allDay(), Shape: hour}},
			want: "a@10:00 b@09:00"},
		{name: "who wants a visit earlier is offered earlier starts only", open: "10:00-13:00",
			waiting: []slots.Candidate{{Entry: "a", Wish: allDay(), Shape: hour, Before: at(t, "10:00")},
				{Entry: "b", Wish: allDay(), Shape: hour, Before: at(t, "11:00")},
				{Entry: "c", Wish: allDay(), Shape: hour, Before: at(t, "11:00")}},
			want: "b@10:00"},
		{name: "a party takes its places", open: "09:00-10:00 x3",
			waiting: []slots.Candidate{{Entry: "a", Wish: allDay(), Shape: party(hour, 2)},
				{Entry: "b", Wish: allDay(), Shape: party(hour, 2)}, {Entry: "c", Wish: allDay(), Shape: hour}},
			want: "a@09:00 c@09:00"},
		{name: "what the channel leaves to others is not given away", open: "09:00-10:00 x2",
			waiting: []slots.Candidate{{Entry: "a", Wish: allDay(), Shape: holdsBack(hour, 1)},
				{Entry: "b", Wish: allDay(), Shape: holdsBack(hour, 1)}},
			want: "a@09:00"},
		{name: "a long visit takes what a short one would have had", open: "09:00-10:00",
			waiting: []slots.Candidate{{Entry: "a", Wish: allDay(), Shape: hour}, {Entry: "b", Wish: allDay(), Shape: visit(30, 30)}},
			want:    "a@09:00"},
		{name: "a short visit before it leaves too little", open: "09:00-10:30",
			waiting: []slots.Candidate{{Entry: "a", Wish: allDay(), Shape: visit(30, 30)},
				{Entry: "b", Wish: allDay(), Shape: hour}, {Entry: "c", Wish: allDay(), Shape: visit(30, 30)}},
			want: "a@09:00 c@09:30"},
		{name: "the notice, and time to answer", open: "09:00-12:00", now: "08:56",
			waiting: []slots.Candidate{{Entry: "a", Wish: allDay(), Shape: noticed(hour, time.Hour)}},
			want:    "a@11:00"}, // at 10:00 four minutes would be left
		{name: "five minutes are enough to answer", open: "09:00-12:00", now: "08:55",
			waiting: []slots.Candidate{{Entry: "a", Wish: allDay(), Shape: noticed(hour, time.Hour)}},
			want:    "a@10:00"},
		{name: "a start that a gap makes goes to who waits first", open: "09:00-11:00",
			waiting: []slots.Candidate{
				{Entry: "a", Wish: between(t, "09:45", "09:45"), Shape: gaps(visit(60, 60))},
				{Entry: "b", Wish: allDay(), Shape: gaps(visit(45, 45))},
				{Entry: "c", Wish: allDay(), Shape: gaps(visit(60, 60))}},
			want: "b@09:00 a@09:45"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			group := &centre.DeskGroup{ID: 7, BranchID: 1, Calendar: compile(t, daily("Asia/Riyadh", opens(t, tt.open)))}
			day := group.Calendar.Day(tuesday)
			now := midnight.Add(-4 * time.Hour) // 20:00
			if tt.now != "" {
				now = at(t, tt.now)
			}
			days := []slots.LedgerDay{{Day: day, Used: ledger(t, day, tt.taken...)}}
			var got []string
			for _, m := range slots.Match(group, days, tt.waiting, slots.DefaultWaitPolicy(), now) {
				got = append(got, m.Entry+"@"+m.Start.In(group.Calendar.Zone()).Format("15:04"))
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if diff := cmp.Diff(ledger(t, day, tt.taken...), days[0].Used); diff != "" {
				t.Errorf("the ledger that was given has changed:\n%s", diff)
			}
		})
	}
}

func party(v slots.Shape, n int) slots.Shape             { v.Places = n; return v }
func holdsBack(v slots.Shape, n int) slots.Shape         { v.HoldBack = n; return v }
func noticed(v slots.Shape, d time.Duration) slots.Shape { v.Notice = d; return v }
func gaps(v slots.Shape) slots.Shape                     { v.GapStep = 1; return v }

// When offers are made, and until when they stand: a quarter of an hour, not
// beyond the notice, at least five minutes, not at night, and in the quiet
// hours only for the next morning.
func TestOffersThroughTheDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		now, start string // 2006-01-02T15:04 in Riyadh
		visit      slots.Shape
		until      string // "" for no offer
	}{
		{"in the day", "2026-11-23T14:00", "2026-11-25T09:00", visit(60, 60), "2026-11-23T14:15"},
		{"not beyond the notice", "2026-11-24T08:50", "2026-11-25T09:00", noticed(visit(60, 60), 24*time.Hour), ""},
		{"at the end of the quiet hours", "2026-11-24T09:00", "2026-11-25T09:10", noticed(visit(60, 60), 24*time.Hour), "2026-11-24T09:10"},
		{"five minutes before the notice", "2026-11-24T10:00", "2026-11-25T10:05", noticed(visit(60, 60), 24*time.Hour), "2026-11-24T10:05"},
		{"less", "2026-11-24T10:01", "2026-11-25T10:05", noticed(visit(60, 60), 24*time.Hour), ""},
		{"just before the quiet hours", "2026-11-24T20:59", "2026-11-26T09:00", visit(60, 60), "2026-11-24T21:14"},
		{"in the evening, for some day", "2026-11-24T21:00", "2026-11-26T09:00", visit(60, 60), ""},
		{"in the evening, for the next morning", "2026-11-24T21:00", "2026-11-25T11:55", visit(60, 60), "2026-11-24T21:15"},
		{"in the evening, for the next noon", "2026-11-24T22:59", "2026-11-25T12:00", visit(60, 60), ""},
		{"at night, for the next morning", "2026-11-24T23:00", "2026-11-25T09:00", visit(60, 60), ""},
		{"after midnight", "2026-11-25T05:59", "2026-11-25T09:00", visit(60, 60), ""},
		{"early, for the same morning", "2026-11-25T06:00", "2026-11-25T09:00", visit(60, 60), "2026-11-25T06:15"},
		{"early, for the afternoon", "2026-11-25T08:59", "2026-11-25T12:00", visit(60, 60), ""},
		{"early, for another morning", "2026-11-25T08:59", "2026-11-26T09:00", visit(60, 60), ""},
		{"notice in working days ends with the day", "2026-11-24T22:50", "2026-11-25T09:00", workingDay(visit(60, 60)), "2026-11-24T23:05"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			group := &centre.DeskGroup{ID: 7, BranchID: 1, Calendar: compile(t, daily("Asia/Riyadh", opens(t, "00:00-24:00")))}
			start, now := riyadh(t, c.start), riyadh(t, c.now)
			v := c.visit
			v.Step = 1
			date := group.Calendar.DateOf(start)
			clock := scheduling.Clock(start.In(group.Calendar.Zone()).Hour(), start.Minute())
			wish := slots.Wish{From: date, To: date, Earliest: clock, Latest: clock}
			matched := slots.Match(group, []slots.LedgerDay{{Day: group.Calendar.Day(date)}},
				[]slots.Candidate{{Entry: "a", Wish: wish, Shape: v.Counted(group, now)}}, slots.DefaultWaitPolicy(), now)
			got := ""
			for _, m := range matched {
				got += m.Expires.In(group.Calendar.Zone()).Format("2006-01-02T15:04")
			}
			if got != c.until {
				t.Errorf("offered until %q, want %q", got, c.until)
			}
		})
	}
}

func workingDay(v slots.Shape) slots.Shape { v.NoticeDays = 1; return v }

func riyadh(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02T15:04", s, time.FixedZone("Asia/Riyadh", 3*60*60))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// line is a desk group with some days and people who wait, drawn at random.
type line struct {
	group   *centre.DeskGroup
	days    []slots.LedgerDay
	waiting []slots.Candidate
	policy  slots.WaitPolicy
	now     time.Time
}

func drawLine(t *rapid.T) line {
	var openings []scheduling.Opening
	for range rapid.IntRange(1, 3).Draw(t, "openings") {
		from := rapid.IntRange(84, 180).Draw(t, "opens")
		openings = append(openings, scheduling.Opening{
			From: scheduling.WallTime(5 * from), To: scheduling.WallTime(5 * (from + rapid.IntRange(1, 40).Draw(t, "open for"))),
			Places: rapid.IntRange(1, 3).Draw(t, "places"),
		})
	}
	calendar, err := scheduling.Compile(daily(rapid.SampledFrom([]string{"Asia/Riyadh", "Europe/Berlin"}).Draw(t, "zone"), openings))
	if err != nil {
		t.Fatal(err)
	}
	l := line{group: &centre.DeskGroup{ID: 7, BranchID: 1, Calendar: calendar}, policy: slots.DefaultWaitPolicy()}
	first := tuesday
	for i := range scheduling.Date(rapid.IntRange(1, 3).Draw(t, "days")) {
		day := calendar.Day(first + i)
		used := make([]int16, rapid.IntRange(0, len(day.Open)).Draw(t, "ledger"))
		for j := range used {
			used[j] = int16(rapid.IntRange(0, 3).Draw(t, "used"))
		}
		l.days = append(l.days, slots.LedgerDay{Day: day, Used: used})
	}
	l.now = l.days[0].Day.Start.Add(time.Duration(rapid.IntRange(-30*60, 20*60).Draw(t, "now")) * time.Minute)
	for i := range rapid.IntRange(0, 12).Draw(t, "waiting") {
		v := slots.Shape{
			Duration: rapid.IntRange(1, 6).Draw(t, "duration"),
			Before:   rapid.IntRange(0, 1).Draw(t, "before"), After: rapid.IntRange(0, 2).Draw(t, "after"),
			Step: rapid.IntRange(1, 6).Draw(t, "step"), Places: rapid.IntRange(1, 2).Draw(t, "party"),
			HoldBack: rapid.IntRange(0, 1).Draw(t, "held back"),
			Notice:   time.Duration(rapid.IntRange(0, 180).Draw(t, "notice")) * time.Minute, Horizon: 10 * 24 * time.Hour,
		}
		from := first + scheduling.Date(rapid.IntRange(-1, 2).Draw(t, "from"))
		earliest := rapid.IntRange(0, 1000).Draw(t, "earliest")
		c := slots.Candidate{Entry: fmt.Sprint(i), Shape: v, Wish: slots.Wish{
			From: from, To: from + scheduling.Date(rapid.IntRange(0, 2).Draw(t, "dates")),
			Earliest: scheduling.WallTime(earliest), Latest: scheduling.WallTime(rapid.IntRange(earliest, 24*60).Draw(t, "latest")),
		}}
		for range rapid.IntRange(0, 3).Draw(t, "asked") {
			c.Asked = append(c.Asked, l.days[0].Day.At(rapid.IntRange(84, 200).Draw(t, "asked for")))
		}
		l.waiting = append(l.waiting, c)
	}
	return l
}

// one is the place that a plain reading of the rules gives a candidate, tick by
// tick, counting what is taken of each.
func (l line) one(c slots.Candidate, used []map[int]int) (slots.Matched, bool) {
	zone := l.group.Calendar.Zone()
	for i, d := range l.days {
		for tick := d.Day.First; tick < d.Day.First+len(d.Day.Open); tick++ {
			start := d.Day.At(tick)
			local := start.In(zone)
			clock := local.Hour()*60 + local.Minute()
			switch date := scheduling.DateOf(start, zone); {
			case date < c.Wish.From || date > c.Wish.To,
				clock < int(c.Wish.Earliest) || clock > int(c.Wish.Latest),
				c.Shape.Check(d.Day, start, l.now) != nil:
				continue
			}
			asked := false
			for _, a := range c.Asked {
				asked = asked || a.Equal(start)
			}
			expires := l.now.Add(15 * time.Minute)
			if last := start.Add(-c.Shape.Notice); last.Before(expires) {
				expires = last
			}
			if asked || expires.Before(l.now.Add(5*time.Minute)) || !awake(l.now.In(zone), start) {
				continue
			}
			fits := true
			first, end := tick-c.Shape.Before, tick+c.Shape.Duration+c.Shape.After
			for at := first; at < end; at++ {
				fits = fits && used[i][at]+c.Shape.Places <= d.Day.Places(at)-c.Shape.HoldBack
			}
			if !fits {
				continue
			}
			for at := first; at < end; at++ {
				used[i][at] += c.Shape.Places
			}
			return slots.Matched{
				Entry: c.Entry, Start: start, End: d.Day.At(tick + c.Shape.Duration), Expires: expires,
				Place: slots.Place{Branch: 1, DeskGroup: 7, Day: d.Day.Date, First: first, Ticks: end - first, Count: c.Shape.Places},
			}, true
		}
	}
	return slots.Matched{}, false
}

// awake says the quiet hours in minutes.
func awake(now, start time.Time) bool {
	minute := now.Hour()*60 + now.Minute()
	morning := time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, now.Location())
	if minute >= 21*60 {
		morning = time.Date(now.Year(), now.Month(), now.Day()+1, 12, 0, 0, 0, now.Location())
	}
	loud := minute >= 9*60 && minute < 21*60
	night := minute >= 23*60 || minute < 6*60
	return loud || !night && start.Before(morning)
}

// Match gives what a plain reading of the rules gives, one after the other: so
// nobody is passed over for a later one, no tick overflows, nobody gets two
// places or one that they were asked for, and no offer outlives its notice.
func TestMatchAgreesWithModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := drawLine(t)
		used := make([]map[int]int, len(l.days))
		for i, d := range l.days {
			used[i] = make(map[int]int)
			for j, n := range d.Used {
				used[i][d.Day.First+j] = int(n)
			}
		}
		var want []slots.Matched
		for _, c := range l.waiting {
			if m, ok := l.one(c, used); ok {
				want = append(want, m)
			}
		}
		got := slots.Match(l.group, l.days, l.waiting, l.policy, l.now)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("at %v: matched (-model +got):\n%s", l.now, diff)
		}
	})
}

// With starts behind gaps, too, nobody gets two places, no tick overflows, and
// what is left in the end suits nobody who got nothing.
func TestMatchBehindGaps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := drawLine(t)
		for i := range l.waiting {
			l.waiting[i].Shape.GapStep = rapid.IntRange(0, 3).Draw(t, "gap step")
		}
		matched := slots.Match(l.group, l.days, l.waiting, l.policy, l.now)
		given := make(map[string]bool)
		for _, m := range matched {
			if given[m.Entry] {
				t.Fatalf("%s got two places", m.Entry)
			}
			given[m.Entry] = true
			for i, d := range l.days {
				if d.Day.Date != m.Place.Day {
					continue
				}
				used := append(make([]int16, 0, len(d.Day.Open)), d.Used...)[:len(d.Day.Open)]
				for tick := m.Place.First; tick < m.Place.First+m.Place.Ticks; tick++ {
					used[tick-d.Day.First] += int16(m.Place.Count)
					if int(used[tick-d.Day.First]) > d.Day.Places(tick) {
						t.Fatalf("tick %d of %s overflows", tick, d.Day.Date)
					}
				}
				l.days[i].Used = used
			}
		}
		// What is left suits nobody who got nothing.
		var rest []slots.Candidate
		for _, c := range l.waiting {
			if !given[c.Entry] {
				rest = append(rest, c)
			}
		}
		if more := slots.Match(l.group, l.days, rest, l.policy, l.now); len(more) > 0 {
			t.Fatalf("%d more could have been offered: %+v", len(more), more)
		}
	})
}

// BenchmarkOffers matches 50 places that were freed on days that are full
// otherwise with 500 people who wait for any of 60 days.
func BenchmarkOffers(b *testing.B) {
	calendar := compile(b, daily("Asia/Riyadh", opens(b, "07:30-14:30 x4")))
	group := &centre.DeskGroup{ID: 7, BranchID: 1, Calendar: calendar}
	var days []slots.LedgerDay
	for i := range scheduling.Date(60) {
		day := calendar.Day(tuesday + i)
		used := make([]int16, len(day.Open))
		for j := range used {
			used[j] = 4
		}
		if i < 50 {
			for j := range 4 {
				used[40+j]-- // one visit of 20 minutes was cancelled
			}
		}
		days = append(days, slots.LedgerDay{Day: day, Used: used})
	}
	waiting := make([]slots.Candidate, 500)
	for i := range waiting {
		waiting[i] = slots.Candidate{Entry: fmt.Sprint(i), Shape: visit(20, 5), Wish: slots.Wish{
			From: tuesday, To: tuesday + 59, Latest: scheduling.Clock(24, 0)}}
	}
	for b.Loop() {
		if got := slots.Match(group, days, waiting, slots.DefaultWaitPolicy(), midnight.Add(-6*time.Hour)); len(got) != 50 {
			b.Fatalf("got %d offers, want 50", len(got))
		}
	}
}
