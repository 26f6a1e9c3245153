package texts

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		hour, minute int
		want         Text
	}{
		{0, 0, Text{AR: "12:00 ص", EN: "12:00 am"}},
		{0, 5, Text{AR: "12:05 ص", EN: "12:05 am"}},
		{9, 30, Text{AR: "9:30 ص", EN: "9:30 am"}},
		{11, 59, Text{AR: "11:59 ص", EN: "11:59 am"}},
		{12, 0, Text{AR: "12:00 م", EN: "12:00 pm"}},
		{13, 20, Text{AR: "1:20 م", EN: "1:20 pm"}},
		{23, 55, Text{AR: "11:55 م", EN: "11:55 pm"}},
		{24, 0, Text{AR: "12:00 ص", EN: "12:00 am"}}, // the end of a day
	} {
		if got := Clock(tt.hour, tt.minute); got != tt.want {
			t.Errorf("%d:%02d = %q, want %q", tt.hour, tt.minute, got, tt.want)
		}
	}
}

// When clocks go back, an hour comes twice. Its two times are told apart, in
// every zone; no other time says anything of it, also where clocks go forward.
func TestClockOfARepeatedHour(t *testing.T) {
	t.Parallel()
	const earlier, later = "clock.before_change", "clock.after_change"
	for _, tt := range []struct {
		zone, at, says string
		want           Text
	}{
		// In Cairo 30 October 2026 begins twice: at 24:00 clocks go back to 23:00.
		{"Africa/Cairo", "2026-10-29T19:55:00Z", "", Text{AR: "10:55 م", EN: "10:55 pm"}},
		{"Africa/Cairo", "2026-10-29T20:00:00Z", earlier, Text{AR: "11:00 م", EN: "11:00 pm"}},
		{"Africa/Cairo", "2026-10-29T20:20:00Z", earlier, Text{AR: "11:20 م", EN: "11:20 pm"}},
		{"Africa/Cairo", "2026-10-29T20:55:00Z", earlier, Text{AR: "11:55 م", EN: "11:55 pm"}},
		{"Africa/Cairo", "2026-10-29T21:00:00Z", later, Text{AR: "11:00 م", EN: "11:00 pm"}},
		{"Africa/Cairo", "2026-10-29T21:20:00Z", later, Text{AR: "11:20 م", EN: "11:20 pm"}},
		{"Africa/Cairo", "2026-10-29T21:55:00Z", later, Text{AR: "11:55 م", EN: "11:55 pm"}},
		{"Africa/Cairo", "2026-10-29T22:00:00Z", "", Text{AR: "12:00 ص", EN: "12:00 am"}},
		{"Africa/Cairo", "2026-04-23T21:55:00Z", "", Text{AR: "11:55 م", EN: "11:55 pm"}}, // then they go forward
		{"Africa/Cairo", "2026-04-23T22:00:00Z", "", Text{AR: "1:00 ص", EN: "1:00 am"}},
		{"Europe/London", "2026-10-25T00:30:00Z", earlier, Text{AR: "1:30 ص", EN: "1:30 am"}},
		{"Europe/London", "2026-10-25T01:30:00Z", later, Text{AR: "1:30 ص", EN: "1:30 am"}},
		{"Australia/Lord_Howe", "2026-04-04T14:35:00Z", earlier, Text{AR: "1:35 ص", EN: "1:35 am"}}, // by half an hour
		{"Australia/Lord_Howe", "2026-04-04T15:05:00Z", later, Text{AR: "1:35 ص", EN: "1:35 am"}},
		{"Australia/Lord_Howe", "2026-04-04T14:25:00Z", "", Text{AR: "1:25 ص", EN: "1:25 am"}},
		{"Asia/Riyadh", "2026-11-25T06:30:00Z", "", Text{AR: "9:30 ص", EN: "9:30 am"}},
		{"UTC", "2026-11-25T09:30:00Z", "", Text{AR: "9:30 ص", EN: "9:30 am"}},
	} {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		want := tt.want
		if tt.says != "" {
			want = Visitors(tt.says, "Time", want)
		}
		if got := ClockAt(at.In(zone)); got != want {
			t.Errorf("%s in %s = %q, want %q", tt.at, tt.zone, got, want)
		}
	}
}
