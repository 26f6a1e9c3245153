package hall

import (
	"fmt"
	"time"

	"ziyara/catalog"
)

// Why says in both languages why a visitor who waits has the place in the queue
// that they have at now, the main reason first. Times are of the zone.
func (v Visit) Why(zone *time.Location, now time.Time) []catalog.Text {
	a := v.Arrival
	if a == nil || a.State != Waiting {
		return nil
	}
	clock := func(t time.Time) string { return t.In(zone).Format("15:04") }
	var why []catalog.Text
	say := func(ar, en string, args ...any) {
		why = append(why, catalog.Text{AR: fmt.Sprintf(ar, args...), EN: fmt.Sprintf(en, args...)})
	}
	switch {
	case a.WalkIn:
		say("حضر دون موعد في %s، ومكانه %s: بعد من حان موعده من أصحاب المواعيد", "Walk-in at %s, place at %s: after booked visitors whose time has come", clock(a.At), clock(a.Start))
	case a.Late && !a.Turn.Equal(a.Start):
		say("موعده %s وحضر متأخرًا في %s: دوره %s بعد من سبقه إلى القاعة", "Booked %s, came late at %s: turn at %s, after those who were here", clock(a.Start), clock(a.At), clock(a.Turn))
	case a.Late:
		say("موعده %s وحضر متأخرًا في %s، ويحتفظ بدوره", "Booked %s, came late at %s, keeps the turn", clock(a.Start), clock(a.At))
	default:
		say("موعده %s وحضر في %s", "Booked %s, arrived %s", clock(a.Start), clock(a.At))
	}
	if a.Misses > 0 {
		say("نودي عليه ولم يحضر إلى المكتب (%d): يعود دوره من %s", "Called and not there (%d): turn again from %s", a.Misses, clock(a.Turn))
	}
	if a.Accessible {
		say("احتياج معلن: مكتب مهيأ", "Declared need: an accessible desk")
	}
	if !a.WalkIn && a.Turn.After(now) {
		say("لم يحن موعده بعد: يُنادى قبله إن خلا مكتب", "Not due yet: called earlier when a desk is free")
	}
	return why
}
