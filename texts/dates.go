package texts

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Weekday returns the name of a day of the week.
func Weekday(d time.Weekday) Text { return Visitors("weekday." + strings.ToLower(d.String())) }

// Date returns the date of t in the Gregorian calendar, with the month in words:
// 25 نوفمبر 2026م, 25 November 2026.
func Date(t time.Time) Text {
	return Visitors("date.gregorian", "Day", t.Day(), "Month", Month(t.Month()), "Year", t.Year())
}

// Day returns the date of t with its weekday:
// الأربعاء 25 نوفمبر 2026م, Wednesday 25 November 2026.
func Day(t time.Time) Text {
	return Visitors("date.day", "Weekday", Weekday(t.Weekday()), "Date", Date(t))
}

// Moment returns the date of t with its weekday, and the time:
// الأربعاء 25 نوفمبر 2026م، الساعة 9:30 ص, Wednesday 25 November 2026 at 9:30 am.
func Moment(t time.Time) Text { return Visitors("date.moment", "Day", Day(t), "Time", ClockAt(t)) }

// ShortDate returns the day and the month of t in words, for short messages:
// 25 نوفمبر, 25 Nov.
func ShortDate(t time.Time) Text {
	name := Month(t.Month())
	return Text{AR: strconv.Itoa(t.Day()) + " " + name.AR, EN: t.Format("2 Jan")}
}

// Month returns the name of a month of the Gregorian calendar.
func Month(m time.Month) Text { return Visitors("month." + strings.ToLower(m.String())) }

// HijriDate returns a date of the Hijri calendar, with the month in words:
// 15 جمادى الآخرة 1448هـ, 15 Jumada al-Akhirah 1448 AH.
func HijriDate(year, month, day int) Text {
	return Visitors("date.hijri", "Day", day, "Month", HijriMonth(month), "Year", year)
}

// HijriMonth returns the name of a month, 1 being Muharram.
func HijriMonth(month int) Text { return Visitors("hijri_month." + strconv.Itoa(month)) }

// ClockAt returns the wall time of t by a clock of 12 hours: 9:30 ص, 9:30 am. An
// hour that repeats, because the clocks of its zone go back, is told from the
// other one.
func ClockAt(t time.Time) Text {
	clock := Clock(t.Hour(), t.Minute())
	switch earlier, later := repeated(t); {
	case earlier:
		return Visitors("clock.before_change", "Time", clock)
	case later:
		return Visitors("clock.after_change", "Time", clock)
	}
	return clock
}

// Clock returns a wall time by a clock of 12 hours. Midnight is 12:00 ص.
func Clock(hour, minute int) Text {
	on := fmt.Sprintf("%d:%02d", (hour+11)%12+1, minute)
	if hour%24 < 12 {
		return Visitors("clock.am", "Time", on)
	}
	return Visitors("clock.pm", "Time", on)
}

// repeated reports whether the wall time of t comes once more, or came once
// before, because the clocks go back in its zone.
func repeated(t time.Time) (earlier, later bool) {
	from, until := t.ZoneBounds()
	if !until.IsZero() && until.Sub(t) <= goneBack(until) {
		return true, false
	}
	return false, !from.IsZero() && t.Sub(from) < goneBack(from)
}

// goneBack returns by how much the clocks go back at an instant; negative if they
// go forward.
func goneBack(at time.Time) time.Duration {
	_, before := at.Add(-1).Zone()
	_, after := at.Zone()
	return time.Duration(before-after) * time.Second
}

// Comma stands between the entries of a list.
func Comma() Text { return Text{AR: "، ", EN: ", "} }

// Semicolon stands between the entries of a list that have commas of their own.
func Semicolon() Text { return Text{AR: "؛ ", EN: "; "} }

// And stands between the entries of a short list.
func And() Text { return Text{AR: " و", EN: " and "} }

// Or stands between the entries of a list of which one holds.
func Or() Text { return Text{AR: " أو ", EN: " or "} }

// List puts texts into one, with between between them.
func List(list []Text, between Text) Text {
	var ar, en []string
	for _, t := range list {
		ar, en = append(ar, t.AR), append(en, t.EN)
	}
	return Text{AR: strings.Join(ar, between.AR), EN: strings.Join(en, between.EN)}
}
