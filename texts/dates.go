package texts

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Weekday returns the name of a day of the week.
func Weekday(d time.Weekday) Text { return Visitors("weekday." + strings.ToLower(d.String())) }

// Date returns the date of t in the Gregorian calendar, with the month in words.
func Date(t time.Time) Text {
	month := Visitors("month." + strings.ToLower(t.Month().String()))
	return longDate(t.Day(), month, t.Year())
}

// HijriDate returns a date of the Hijri calendar, with the month in words and
// without the era.
func HijriDate(year, month, day int) Text { return longDate(day, HijriMonth(month), year) }

func longDate(day int, month Text, year int) Text {
	return Text{AR: fmt.Sprintf("%d %s %d", day, month.AR, year), EN: fmt.Sprintf("%d %s %d", day, month.EN, year)}
}

// HijriMonth returns the name of a month, 1 being Muharram.
func HijriMonth(month int) Text { return Visitors("hijri_month." + strconv.Itoa(month)) }

// ShortDate returns the day and the month of t as short messages have them.
func ShortDate(t time.Time) Text {
	return Text{AR: fmt.Sprintf("%d/%d", t.Day(), t.Month()), EN: t.Format("2 Jan")}
}

// Comma stands between the entries of a list.
func Comma() Text { return Text{AR: "، ", EN: ", "} }

// Semicolon stands between the entries of a list that have commas of their own.
func Semicolon() Text { return Text{AR: "؛ ", EN: "; "} }

// And stands between the entries of a short list.
func And() Text { return Text{AR: " و", EN: " and "} }

// List puts texts into one, with between between them.
func List(list []Text, between Text) Text {
	var ar, en []string
	for _, t := range list {
		ar, en = append(ar, t.AR), append(en, t.EN)
	}
	return Text{AR: strings.Join(ar, between.AR), EN: strings.Join(en, between.EN)}
}
