package slots_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// displaced is a visit of half an hour to the desk group of these tests, at a
// time of tuesday, booked so many hours after the others could be.
func displaced(t testing.TB, id, clock string, booked int) slots.Relocation {
	t.Helper()
	return slots.Relocation{
		ID: id, Shape: visit(30, 30), Day: tuesday, Start: at(t, clock),
		Booked: midnight.AddDate(0, -1, 0).Add(time.Duration(booked) * time.Hour),
	}
}

// openPlaces is what a desk group has left when its calendar becomes after.
func openPlaces(
	t testing.TB, before, after scheduling.Plan, occupied map[scheduling.Date]slots.Occupied, busy ...slots.Busy,
) *slots.OpenPlaces {
	t.Helper()
	g := &centre.DeskGroup{ID: 7, BranchID: 1, Slug: "revenue-desks", Calendar: compile(t, after)}
	return slots.NewOpenPlaces(g, compile(t, before), occupied, busy)
}

// when writes a start as people of Riyadh read it, "" for none.
func when(r slots.Replacement) string {
	if !r.Found {
		return ""
	}
	return r.Slot.Start.In(time.FixedZone("", 3*60*60)).Format("Mon 2 15:04")
}

// closed is the closure of tuesday from one time to another.
func closedFrom(t testing.TB, from, to string) scheduling.Closure {
	t.Helper()
	return scheduling.Closure{Start: at(t, from), End: at(t, to), Reason: scheduling.Text{AR: "صيانة", EN: "Repairs"}}
}

// Each gets the free start that is most like the booked one: on the same date
// the nearest, otherwise rather the same hour of a near date or the same
// weekday.
func TestRebookFindsTheMostAlike(t *testing.T) {
	t.Parallel()
	monday := midnight.AddDate(0, 0, -1)
	for _, tc := range []struct {
		name   string
		opens  string
		closes [2]string // of tuesday
		full   []int     // dates, from tuesday, on which everything is taken
		visit  slots.Relocation
		now    time.Time
		busy   []slots.Busy
		want   string
	}{
		{"the nearest of the same date", "08:00-14:00", [2]string{"12:00", "14:00"},
			nil, displaced(t, "a", "13:00", 1), monday, nil, "Tue 24 11:30"},
		{"of two equally near the earlier", "08:00-16:00", [2]string{"10:00", "10:30"},
			nil, displaced(t, "a", "10:00", 1), monday, nil, "Tue 24 09:30"},
		{"the same hour of the next date", "08:00-14:00", [2]string{"00:00", "23:59"},
			nil, displaced(t, "a", "13:00", 1), monday, nil, "Wed 25 13:00"},
		{"the date before, when the next is full", "08:00-14:00", [2]string{"00:00", "23:59"},
			[]int{1, 2, 3}, displaced(t, "a", "13:00", 1), monday.Add(-time.Hour), nil, "Mon 23 13:00"},
		{"the same weekday rather than one a day nearer", "08:00-14:00", [2]string{"00:00", "23:59"},
			[]int{-1, 1, 2, 3, 4, 5}, displaced(t, "a", "13:00", 1), midnight.Add(-time.Minute), nil, "Tue 1 13:00"},
		{"not where the person is already", "08:00-14:00", [2]string{"12:00", "14:00"}, nil,
			slots.Relocation{ID: "a", Shape: visit(30, 30), Day: tuesday, Start: at(t, "13:00"), Person: "p"}, monday,
			[]slots.Busy{{Person: "p", Start: at(t, "11:40"), End: at(t, "12:00")}, {Person: "q", Start: at(t, "11:00"), End: at(t, "11:30")}},
			"Tue 24 11:00"},
		{"where the lost visit itself would still be", "08:00-14:00 x2", [2]string{"13:10", "14:00"}, nil,
			slots.Relocation{ID: "a", Shape: visit(30, 10), Day: tuesday, Start: at(t, "13:00"), Person: "p"}, monday,
			[]slots.Busy{{Person: "p", Start: at(t, "13:00"), End: at(t, "13:30")}}, "Tue 24 12:40"},
		{"not too soon", "08:00-14:00", [2]string{"12:00", "14:00"}, nil, displaced(t, "a", "13:00", 1), at(t, "11:45"), nil, "Wed 25 13:00"},
		{"not behind the end of a power of attorney", "08:00-14:00", [2]string{"00:00", "23:59"}, nil,
			slots.Relocation{ID: "a", Shape: visit(30, 30), Day: tuesday, Start: at(t, "13:00"), Until: tuesday}, monday, nil, "Mon 23 13:00"},
		{"nowhere", "08:00-14:00", [2]string{"00:00", "23:59"}, nil,
			slots.Relocation{ID: "a", Shape: visit(30, 30), Day: tuesday, Start: at(t, "13:00"), Until: tuesday},
			midnight.Add(-time.Minute), nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			before := daily("Asia/Riyadh", opens(t, tc.opens))
			after := daily("Asia/Riyadh", opens(t, tc.opens), closedFrom(t, tc.closes[0], tc.closes[1]))
			occupied := make(map[scheduling.Date]slots.Occupied)
			for _, n := range tc.full {
				day := compile(t, before).Day(tuesday + scheduling.Date(n))
				occupied[day.Date] = slots.Occupied{First: day.First, Open: day.Open, Used: day.Open}
			}
			got := openPlaces(t, before, after, occupied, tc.busy...).Rebook([]slots.Relocation{tc.visit}, tc.now)
			if when(got[0]) != tc.want {
				t.Errorf("got %q, want %q", when(got[0]), tc.want)
			}
		})
	}
}

// Whoever booked first chooses first, in whatever order they are given; a
// place is given once, and while a change is only drafted it has to be free by
// both calendars.
func TestRebookTogether(t *testing.T) {
	t.Parallel()
	before := daily("Asia/Riyadh", opens(t, "08:00-14:00"))
	after := daily("Asia/Riyadh", opens(t, "07:00-14:00"), closedFrom(t, "10:00", "14:00"))
	visits := []slots.Relocation{
		displaced(t, "last", "10:00", 3), displaced(t, "first", "12:00", 1), displaced(t, "second", "11:00", 2),
	}
	now := midnight.Add(4 * time.Hour)
	var got []string
	for _, r := range openPlaces(t, before, after, nil).Rebook(visits, now) {
		got = append(got, when(r))
	}
	if diff := gocmp.Diff([]string{"Tue 24 08:30", "Tue 24 09:30", "Tue 24 09:00"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got = nil
	visits = append(visits, displaced(t, "a", "10:00", 4), displaced(t, "b", "10:00", 5))
	for _, r := range openPlaces(t, before, after, nil).Rebook(visits, now) {
		got = append(got, when(r))
	}
	if diff := gocmp.Diff([]string{"Tue 24 08:30", "Tue 24 09:30", "Tue 24 09:00", "Tue 24 08:00", "Wed 25 10:00"}, got); diff != "" {
		t.Errorf("nobody gets 07:00, which is not open yet (-want +got):\n%s", diff)
	}
	if r := openPlaces(t, after, after, nil).Rebook(visits, now); when(r[4]) != "Tue 24 07:30" {
		t.Errorf("once it is open: %q", when(r[4]))
	}
}

// Whatever is displaced: every place that is given fits in the ledger beside
// all others, is a start that a search offers, and is nobody's second visit at
// once; nobody gets what an older one would rather have had; and nobody goes
// without while a place is left that would do. The order of the input does not
// matter.
func TestRebookKeepsItsPromises(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		before := daily("Asia/Riyadh", opens(t, "08:00-12:00 x2"))
		openings := rapid.SampledFrom([]string{"08:00-12:00", "09:00-11:00 x2", "08:00-10:00, 11:00-12:00", "07:00-12:00 x3"})
		after := daily("Asia/Riyadh", opens(t, openings.Draw(r, "after")),
			closedFrom(t, "08:00", "12:00"))
		now := midnight.Add(time.Duration(rapid.IntRange(-48, 20).Draw(r, "now")) * time.Hour)
		occupied := make(map[scheduling.Date]slots.Occupied)
		for i := range rapid.IntRange(0, 4).Draw(r, "opened") {
			day := compile(t, before).Day(tuesday + scheduling.Date(i-1))
			used := make([]int16, len(day.Open))
			for tick := range used {
				used[tick] = int16(rapid.IntRange(0, 2).Draw(r, "used"))
			}
			occupied[day.Date] = slots.Occupied{First: day.First, Open: day.Open, Used: used}
		}
		var visits []slots.Relocation
		for i := range rapid.IntRange(1, 30).Draw(r, "visits") {
			v := visit(5*rapid.IntRange(1, 8).Draw(r, "length"), 5*rapid.IntRange(1, 6).Draw(r, "step"))
			v.GapStep, v.Places = rapid.IntRange(0, 2).Draw(r, "gap"), rapid.IntRange(1, 2).Draw(r, "party")
			v.Horizon = time.Duration(rapid.IntRange(24, 120).Draw(r, "horizon")) * time.Hour
			visits = append(visits, slots.Relocation{
				ID: fmt.Sprint(i), Shape: v, Day: tuesday,
				Start:  midnight.Add(time.Duration(8*60+5*rapid.IntRange(0, 40).Draw(r, "start")) * time.Minute),
				Booked: midnight.AddDate(0, -1, 0).Add(time.Duration(rapid.IntRange(0, 5).Draw(r, "booked")) * time.Hour),
				Person: slots.Person(rapid.SampledFrom([]string{"", "p", "q"}).Draw(r, "person")),
			})
		}
		found := openPlaces(t, before, after, occupied).Rebook(visits, now)

		shuffled := rapid.Permutation(visits).Draw(r, "order")
		byID := make(map[string]slots.Replacement)
		for i, given := range openPlaces(t, before, after, occupied).Rebook(shuffled, now) {
			byID[shuffled[i].ID] = given
		}
		for i, v := range visits {
			if diff := gocmp.Diff(found[i], byID[v.ID]); diff != "" {
				r.Fatalf("in another order visit %s gets something else:\n%s", v.ID, diff)
			}
		}

		order := make([]int, len(visits))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int {
			return cmp.Or(visits[a].Booked.Compare(visits[b].Booked), strings.Compare(visits[a].ID, visits[b].ID))
		})
		m := newRebookModel(t, r, before, after, occupied)
		for _, i := range order {
			want := m.best(visits[i], now)
			if got := found[i]; got.Found != (want != nil) || got.Found && !got.Slot.Start.Equal(want.Start) {
				r.Fatalf("visit %s at %v gets %v; the best that older ones leave is %v", visits[i].ID, visits[i].Start, got, want)
			}
			if found[i].Found {
				m.take(visits[i], found[i])
			}
		}
	})
}

// rebookModel looks at every start of every date.
type rebookModel struct {
	t             *rapid.T
	before, after *scheduling.Calendar
	used          map[scheduling.Date]map[int]int
	known         map[scheduling.Date]slots.Occupied
	busy          []slots.Busy
}

func newRebookModel(tb testing.TB, t *rapid.T, before, after scheduling.Plan, known map[scheduling.Date]slots.Occupied) *rebookModel {
	m := &rebookModel{t: t, before: compile(tb, before), after: compile(tb, after), used: make(map[scheduling.Date]map[int]int), known: known}
	for d, o := range known {
		m.used[d] = make(map[int]int)
		for i, n := range o.Used {
			m.used[d][o.First+i] = int(n)
		}
	}
	return m
}

// best returns the free start that is most like the booked one, nil for none.
func (m *rebookModel) best(v slots.Relocation, now time.Time) *slots.Slot {
	var best *slots.Slot
	least := 0
	for away := range 2*7 + 1 {
		date := v.Day + scheduling.Date((away+1)/2*(2*(away%2)-1)) // 0, 1, -1, 2, -2, …
		day := m.after.Day(date)
		day.Open = slices.Clone(day.Open)
		used := make([]int16, len(day.Open))
		for i := range day.Open {
			day.Open[i] = min(day.Open[i], int16(m.before.Day(date).Places(day.First+i)))
			used[i] = int16(m.used[date][day.First+i])
		}
		for _, s := range slots.Free(day, used, v.Shape, now) {
			busy := slices.ContainsFunc(m.busy, func(b slots.Busy) bool {
				return v.Person != "" && b.Person == v.Person && !b.Start.Equal(v.Start) && s.Start.Before(b.End) && b.Start.Before(s.End)
			})
			if busy || s.Start.Equal(v.Start) {
				continue
			}
			cost := int(s.Start.Sub(v.Start).Abs().Minutes())
			if date != v.Day {
				days := int(max(date-v.Day, v.Day-date))
				hours := s.Start.Sub(v.Start) - time.Duration(date-v.Day)*24*time.Hour
				cost = days*24*60 + 12*int(hours.Abs().Minutes())
				if days%7 != 0 {
					cost += 2 * 24 * 60
				}
			}
			if best == nil || cost < least {
				best, least = &s, cost
			}
		}
	}
	return best
}

func (m *rebookModel) take(v slots.Relocation, r slots.Replacement) {
	p := r.Place
	if m.used[p.Day] == nil {
		m.used[p.Day] = make(map[int]int)
	}
	for tick := p.First; tick < p.First+p.Ticks; tick++ {
		m.used[p.Day][tick] += p.Count
		if open := min(m.before.Day(p.Day).Places(tick), m.after.Day(p.Day).Places(tick)); m.used[p.Day][tick] > open {
			m.t.Fatalf("%d of %d places are taken on %v at tick %d", m.used[p.Day][tick], open, p.Day, tick)
		}
	}
	m.busy = append(m.busy, slots.Busy{Person: v.Person, Start: r.Slot.Start, End: r.Slot.End})
}
