package web

import (
	"strconv"
	"strings"
	"time"

	"ziyara/scheduling"
	"ziyara/texts"
)

// Moment is an instant as people read it, in both calendars.
type Moment struct {
	Weekday string
	Day     string // of the month
	Month   string // with the year
	Hijri   string // "" where the calendar doesn't reach
	Time    string
	ISO     string // RFC 3339
	Near    string // the date without the year: الأحد 6 ديسمبر
	Also    string // Hijri, as it stands below another date: الموافق 26 جمادى الآخرة 1448هـ
}

// Date is the Gregorian date, with the weekday.
func (m Moment) Date() string { return m.Weekday + " " + m.Day + " " + m.Month }

// MomentOf returns an instant in the wall time of a zone.
func MomentOf(at time.Time, zone *time.Location, lang string) Moment {
	local := at.In(zone)
	m := DateMoment(scheduling.DateOf(at, zone), lang)
	m.Time, m.ISO = texts.ClockAt(local).In(lang), local.Format(time.RFC3339)
	return m
}

// DateMoment returns a date as a moment without a time.
func DateMoment(d scheduling.Date, lang string) Moment {
	at := d.Time()
	day := strconv.Itoa(at.Day())
	m := Moment{
		Weekday: texts.Weekday(at.Weekday()).In(lang), Day: day, Month: strings.TrimPrefix(texts.Date(at).In(lang), day+" "), ISO: d.String(),
		Hijri: scheduling.HijriOf(d).Long().In(lang),
	}
	if m.Hijri != "" {
		m.Also = texts.Visitors("web.hijri", "Date", m.Hijri).In(lang)
	}
	m.Near = m.Weekday + " " + day + " " + texts.Month(at.Month()).In(lang)
	return m
}
