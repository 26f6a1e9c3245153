package console

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/hall"
	"ziyara/service/web"
)

// Who watches a branch is told of each change at once, however many watch; the last one to
// leave ends the looking, and so does the end of the service.
func TestWatched(t *testing.T) {
	t.Parallel()
	var version atomic.Value
	version.Store("1")
	looked := make(chan string, 100)
	w := newWatched(func(_ context.Context, branch string) (string, error) {
		looked <- branch
		return version.Load().(string), nil
	})
	one, leaveOne := w.enter("riyadh")
	other, leaveOther := w.enter("riyadh")
	if one != other {
		t.Error("each viewer looks by itself")
	}
	<-looked
	for now, changed := one.now(); now != "1"; now, changed = one.now() {
		<-changed
	}
	_, changed := one.now()
	version.Store("2")
	w.poke("riyadh")
	<-changed
	if now, _ := other.now(); now != "2" {
		t.Errorf("the other sees version %q", now)
	}
	leaveOne()
	if len(w.branches) != 1 {
		t.Error("not watched while somebody does")
	}
	leaveOther()
	if len(w.branches) != 0 {
		t.Error("watched by nobody")
	}
	w.poke("riyadh")
	_, leave := w.enter("jeddah")
	w.close() // returns once nobody looks
	leave()
}

// At 9:00 the promise to each who waits is told by the minute.
func TestPromise(t *testing.T) {
	t.Parallel()
	nine := time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return nine.Add(time.Duration(minutes) * time.Minute) }
	for _, c := range []struct {
		name  string
		visit visit
		tone  web.Tone
		want  string
	}{
		{"in time", visit{Start: at(-4)}, web.Good, "6 minutes left"},
		{"the last moment", visit{Start: at(-9).Add(-30 * time.Second)}, web.Good, "1 minute left"},
		{"due", visit{Start: at(-10)}, web.Wrong, "1 minute over"},
		{"over", visit{Start: at(-13)}, web.Wrong, "3 minutes over"},
		{"before the start", visit{Start: at(20)}, web.Neutral, "Booked for 9:20 am"},
		{"late", visit{Start: at(-30), Late: true}, web.Neutral, "Came late"},
		{"without a booking", visit{Start: at(-30), WalkIn: true}, web.Neutral, "Walk-in"},
	} {
		p := hallPage{page: page{Page: web.Page{Lang: "en"}}}
		var tone web.Tone
		var said string
		p.promise(c.visit, nine, func(t web.Tone, _ web.Icon, text string) { tone, said = t, text })
		if tone != c.tone || said != c.want {
			t.Errorf("%s: %s %q, want %s %q", c.name, tone, said, c.tone, c.want)
		}
	}
}

func TestByDeskName(t *testing.T) {
	t.Parallel()
	desks := []desk{{Name: "10"}, {Name: "B"}, {Name: "2"}, {Name: "A"}}
	slices.SortFunc(desks, byDeskName)
	var names []string
	for _, d := range desks {
		names = append(names, d.Name)
	}
	if want := []string{"2", "10", "A", "B"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}

// Each act is possible in some state, and no state has an act that the bar lacks.
func TestActs(t *testing.T) {
	t.Parallel()
	for where, want := range map[hall.Where]string{
		hall.AtExpected: "absent", hall.AtWaiting: "call start", hall.AtCalled: "recall start missed", hall.AtServing: "complete",
		hall.AtCompleted: "",
	} {
		if got := (card{visit: visit{Where: where}}).Acts(); got != want {
			t.Errorf("%s allows %q, want %q", where, got, want)
		}
	}
}

func TestNeedName(t *testing.T) {
	t.Parallel()
	needs := []catalog.Need{{Slug: "x", Name: catalog.Text{AR: "س", EN: "X"}}}
	if got := needName(needs, "x").EN; got != "X" {
		t.Error(got)
	}
	if got := needName(needs, "gone").EN; got != "gone" {
		t.Error(got)
	}
}
