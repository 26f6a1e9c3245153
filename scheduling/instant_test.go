package scheduling_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/scheduling"
)

// RFC 5545 section 3.3.5: a time that clocks skip is read with the offset
// before the gap; a time that they repeat means the first.
func TestAt(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, zone, date, at, want string
	}{
		{"no change of clocks", "Asia/Riyadh", "2026-03-08", "07:30", "2026-03-08T04:30:00Z"},
		{"before 1947 in local mean time", "Asia/Riyadh", "1940-01-01", "00:00", "1939-12-31T20:53:08Z"},
		{"Chicago gap", "America/Chicago", "2018-03-11", "02:30", "2018-03-11T08:30:00Z"},
		{"New York gap", "America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00Z"},
		{"New York, start of the gap", "America/New_York", "2026-03-08", "02:00", "2026-03-08T07:00:00Z"},
		{"New York, end of the gap", "America/New_York", "2026-03-08", "03:00", "2026-03-08T07:00:00Z"},
		{"New York, before the gap", "America/New_York", "2026-03-08", "01:59", "2026-03-08T06:59:00Z"},
		{"New York repeated hour", "America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"},
		{"New York, after the repeated hour", "America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00:00Z"},
		{"New York, from the day before", "America/New_York", "2026-03-07", "26:30", "2026-03-08T07:30:00Z"},
		{"Berlin gap", "Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30:00Z"},
		{"Berlin repeated hour", "Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"},
		{"Lord Howe gap of 30 minutes", "Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45:00Z"},
		{"Lord Howe repeated 30 minutes", "Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00Z"},
		{"Sao Paulo, no midnight", "America/Sao_Paulo", "2018-11-04", "00:00", "2018-11-04T03:00:00Z"},
		{"Sao Paulo, in the gap", "America/Sao_Paulo", "2018-11-04", "00:30", "2018-11-04T03:30:00Z"},
		{"Sao Paulo, after the gap", "America/Sao_Paulo", "2018-11-04", "01:00", "2018-11-04T03:00:00Z"},
		{"Cairo, no midnight", "Africa/Cairo", "2024-04-26", "00:00", "2024-04-25T22:00:00Z"},
		{"Cairo, first of two midnights' hours", "Africa/Cairo", "2024-10-31", "23:30", "2024-10-31T20:30:00Z"},
		{"Apia, the date that never was", "Pacific/Apia", "2011-12-30", "09:00", "2011-12-30T19:00:00Z"},
		{"Apia, the date after it", "Pacific/Apia", "2011-12-31", "09:00", "2011-12-30T19:00:00Z"},
		{"Cairo, end of a leap year beyond the table", "Africa/Cairo", "2040-12-31", "12:00", "2040-12-31T10:00:00Z"},
		{"New York, end of a leap year beyond the table", "America/New_York", "2048-12-31", "23:30", "2049-01-01T04:30:00Z"},
		{"Kwajalein, the date that never was", "Pacific/Kwajalein", "1993-08-21", "12:00", "1993-08-22T00:00:00Z"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := date(t, tc.date).At(clock(t, tc.at), zone(t, tc.zone))
			if s := got.Format(time.RFC3339); s != tc.want {
				t.Errorf("%s %s in %s = %s, want %s", tc.date, tc.at, tc.zone, s, tc.want)
			}
		})
	}
}

// Outside gaps and repetitions there is only one answer. At must return an
// instant at which clocks show the time asked for, and the earliest one.
func TestAtShowsTheTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		z := drawZone(t)
		d := drawDate(t, z)
		w := scheduling.WallTime(rapid.IntRange(0, 2880).Draw(t, "minute"))
		got := d.At(w, z)

		utc := d.Time().Add(time.Duration(w) * time.Minute) // the reading as if it were UTC
		reading := func(u time.Time) bool {
			_, offset := u.In(z).Zone()
			return u.Add(time.Duration(offset) * time.Second).Equal(utc)
		}
		var want []time.Time
		for _, offset := range offsets(utc, z) {
			if u := utc.Add(-offset); reading(u) {
				want = append(want, u)
			}
		}
		switch {
		case len(want) > 0:
			for _, u := range want {
				if u.Before(got) {
					t.Fatalf("%s %s in %s = %s, but %s shows it first", d, w, z, got, u)
				}
			}
			if !reading(got) {
				t.Fatalf("%s %s in %s = %s, which clocks show as %s", d, w, z, got, got.In(z))
			}
		default: // a gap: the offset before it, so clocks show a later time
			if _, after := got.In(z).Zone(); !got.Add(time.Duration(after) * time.Second).After(utc) {
				t.Fatalf("%s %s in %s = %s, not read with the offset before the gap", d, w, z, got)
			}
		}
	})
}

// offsets returns every offset of z within a day and a half of utc.
func offsets(utc time.Time, z *time.Location) []time.Duration {
	var all []time.Duration
	for u := utc.Add(-36 * time.Hour); u.Before(utc.Add(36 * time.Hour)); u = u.Add(15 * time.Minute) {
		_, offset := u.In(z).Zone()
		if o := time.Duration(offset) * time.Second; len(all) == 0 || all[len(all)-1] != o {
			all = append(all, o)
		}
	}
	return all
}

func drawZone(t *rapid.T) *time.Location {
	name := rapid.SampledFrom([]string{
		"Asia/Riyadh", "UTC", "America/New_York", "America/Chicago", "Europe/Berlin", "Africa/Cairo",
		"America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "Asia/Tehran",
		"Africa/Casablanca", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati", "Africa/Monrovia",
		"Europe/Dublin", "Antarctica/Troll", "Asia/Gaza", "America/Havana",
	}).Draw(t, "zone")
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// drawDate draws a date, usually one on which the offset of z changes.
func drawDate(t *rapid.T, z *time.Location) scheduling.Date {
	d := scheduling.NewDate(1960, 1, 1) + scheduling.Date(rapid.IntRange(0, 35_000).Draw(t, "day"))
	if rapid.IntRange(0, 3).Draw(t, "at a transition") > 0 {
		if _, end := d.Time().In(z).ZoneBounds(); !end.IsZero() {
			return scheduling.DateOf(end, z) + scheduling.Date(rapid.IntRange(-2, 2).Draw(t, "beside"))
		}
	}
	return d
}
