package postgres_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"ziyara/hall"
	"ziyara/notify"
	"ziyara/service/postgres"
	"ziyara/slots"
)

// What is told is decided by the words of the history, of visits and of the
// hall: notify has the same.
func TestSameWordsAsNotify(t *testing.T) {
	t.Parallel()
	for _, word := range []struct{ got, want string }{
		{string(notify.WasRequested), string(slots.WasRequested)},
		{string(notify.WasBooked), string(slots.WasBooked)},
		{string(notify.WasApproved), string(slots.WasApproved)},
		{string(notify.WasDeclined), string(slots.WasDeclined)},
		{string(notify.WasProposed), string(slots.WasProposed)},
		{string(notify.WasAccepted), string(slots.WasAccepted)},
		{string(notify.WasRefused), string(slots.WasRefused)},
		{string(notify.WasMoved), string(slots.WasMoved)},
		{string(notify.WasCancelled), string(slots.WasCancelled)},
		{string(notify.WasCompleted), string(slots.WasCompleted)},
		{string(notify.WasCompleted), string(hall.Completed)},
		{string(notify.StatusHeld), string(slots.Held)},
		{string(notify.StatusRequested), string(slots.Requested)},
		{string(notify.StatusBooked), string(slots.Booked)},
		{string(notify.StatusDeclined), string(slots.Declined)},
		{string(notify.StatusCancelled), string(slots.Cancelled)},
		{string(notify.HallWaiting), string(hall.Waiting)},
	} {
		if word.got != word.want {
			t.Errorf("notify says %q, want %q", word.got, word.want)
		}
	}
}

// The indexes of the lanes are partial, so statements have to name the kinds in
// the bulk lane: those that notify puts there.
func TestLanesAreThoseOfNotify(t *testing.T) {
	t.Parallel()
	var bulk []string
	for _, k := range notify.Kinds() {
		switch k.Lane() {
		case notify.Bulk:
			bulk = append(bulk, "'"+string(k)+"'")
		case notify.Prompt:
		default:
			t.Errorf("%s is in no lane", k)
		}
	}
	in := "IN (" + strings.Join(bulk, ", ") + ")"
	for _, file := range []string{"claim", "queue_depth"} {
		statement, err := os.ReadFile("sql/messages/" + file + ".sql")
		if err != nil {
			t.Fatal(err)
		}
		text := string(statement)
		if strings.Count(text, "way = 'sms' AND kind "+in) != 1 || strings.Count(text, "way = 'sms' AND kind NOT "+in) != 1 {
			t.Errorf("%s.sql has other lanes than %s", file, in)
		}
	}
}

// Who was received is asked how it was; whatever else becomes of a visit in the
// hall, its visitor is there and sees it.
func TestToldOfAStep(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.November, 22, 7, 0, 0, 0, time.UTC)
	survey := notify.Notice{Kind: notify.Survey, Expires: at.Add(24 * time.Hour)}
	event := func(actor string, kinds ...hall.EventKind) []hall.Event {
		var events []hall.Event
		for _, k := range kinds {
			events = append(events, hall.Event{Kind: k, At: at, Actor: actor})
		}
		return events
	}
	for name, tt := range map[string]struct {
		status hall.Status
		events []hall.Event
		want   notify.Notice
	}{
		"completed at the desk":           {hall.Completed, event("huda", hall.WasCompleted), survey},
		"put in order by the clock":       {hall.Completed, event("", hall.WasCompleted), notify.Notice{}},
		"did not come":                    {hall.NoShow, event("huda", hall.WasNoShow), notify.Notice{}},
		"did come, after all":             {hall.Booked, event("huda", hall.WasRestored), notify.Notice{}},
		"comes when nobody expected them": {hall.Booked, event("huda", hall.WasRestored, hall.WasCheckedIn), notify.Notice{}},
	} {
		step := hall.Step{Visit: hall.Visit{Status: tt.status}, Events: tt.events, At: at}
		if got := postgres.ToldOfStep(step); got != tt.want {
			t.Errorf("%s: told %+v, want %+v", name, got, tt.want)
		}
	}
}
