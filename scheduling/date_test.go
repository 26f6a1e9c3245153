package scheduling_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/scheduling"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in   string
		want scheduling.Date
	}{
		{"1900-01-01", scheduling.NewDate(1900, 1, 1)},
		{"2024-02-29", scheduling.NewDate(2024, 2, 29)},
		{"9999-12-31", scheduling.NewDate(9999, 12, 31)},
		{"1899-12-31", 0}, {"2023-02-29", 0}, {"2023-13-01", 0}, {"2023-1-01", 0},
		{"0000-00-00", 0}, {"", 0}, {"2023-06-13T00", 0}, {" 2023-06-1", 0}, {"2023/06/13", 0}, {"٢٠٢٣-٠", 0},
	} {
		got, err := scheduling.ParseDate(tc.in)
		if got != tc.want || (err == nil) != (tc.want != 0) {
			t.Errorf("ParseDate(%q) = %v, %v, want %v", tc.in, got, err, tc.want)
		}
		if err != nil && !errors.Is(err, scheduling.ErrDate) {
			t.Errorf("ParseDate(%q): %v, want ErrDate", tc.in, err)
		}
	}
}

func TestDateCountsFromYearOne(t *testing.T) {
	t.Parallel()
	if got := scheduling.NewDate(1, time.January, 1); got != 1 {
		t.Errorf("0001-01-01 = %d, want 1", got)
	}
	var none scheduling.Date
	if !none.IsZero() || none.String() != "" {
		t.Errorf("the zero Date is %q, want it empty", none)
	}
}

func TestDateAgreesWithTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := scheduling.Date(rapid.Int32Range(693596, 3652059).Draw(t, "date"))
		at := d.Time()
		if at.Weekday() != d.Weekday() || at.Format(time.DateOnly) != d.String() || scheduling.DateOf(at, time.UTC) != d {
			t.Fatalf("%d is %s %s, its time %s %s", d, d.Weekday(), d, at.Weekday(), at)
		}
		parsed, err := scheduling.ParseDate(d.String())
		if err != nil || parsed != d {
			t.Fatalf("ParseDate(%s) = %v, %v", d, parsed, err)
		}
		if d+1 != scheduling.DateOf(at.AddDate(0, 0, 1), time.UTC) {
			t.Fatalf("%s + 1 = %s", d, d+1)
		}
	})
}

func TestWallTimeText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in   string
		want scheduling.WallTime
		ok   bool
	}{
		{"00:00", 0, true},
		{"07:30", 450, true},
		{"24:00", 1440, true},
		{"25:30", 1530, true},
		{"48:00", 2880, true},
		{"22:59:59", 23 * 60, true}, // an inclusive end is the next full minute
		{"23:59:59", 24 * 60, true},
		{"47:59:59", 48 * 60, true},
		{"48:00:59", 0, false},
		{"48:01", 0, false},
		{"22:59:58", 0, false},
		{"22:59:00", 0, false},
		{"7:30", 0, false}, {"07:60", 0, false}, {"07-30", 0, false}, {"", 0, false}, {"-1:00", 0, false}, {"07:3٠", 0, false},
	} {
		var got scheduling.WallTime
		err := got.UnmarshalText([]byte(tc.in))
		if got != tc.want || (err == nil) != tc.ok {
			t.Errorf("UnmarshalText(%q) = %d, %v, want %d", tc.in, got, err, tc.want)
		}
		if err != nil && !errors.Is(err, scheduling.ErrWallTime) {
			t.Errorf("UnmarshalText(%q): %v, want ErrWallTime", tc.in, err)
		}
	}
	for w := scheduling.WallTime(0); w <= scheduling.EndOfNextDay; w++ {
		text, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		var back scheduling.WallTime
		if err := json.Unmarshal(text, &back); err != nil || back != w {
			t.Fatalf("%d as %s reads as %d, %v", w, text, back, err)
		}
	}
}

func TestHijri(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, date, want, month string
	}{
		{"Ramadan 1448 begins", "2027-02-08", "1448-09-01", "Ramadan"},
		{"the day before", "2027-02-07", "1448-08-30", "Shaban"},
		{"the first of Shawwal 1448", "2027-03-09", "1448-10-01", "Shawwal"},
		{"before the tables", "1937-03-13", "", ""},
		{"the first date of the tables", "1937-03-14", "1356-01-01", "Muharram"},
		{"the last date of the tables", "2077-11-16", "1500-12-30", "Dhu al-Hijjah"},
		{"after the tables", "2077-11-17", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := scheduling.HijriOf(date(t, tc.date))
			if got.String() != tc.want || got.MonthName().EN != tc.month {
				t.Errorf("HijriOf(%s) = %s %s, want %s %s", tc.date, got, got.MonthName().EN, tc.want, tc.month)
			}
		})
	}
}

func date(t testing.TB, s string) scheduling.Date {
	t.Helper()
	d, err := scheduling.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func clock(t testing.TB, s string) scheduling.WallTime {
	t.Helper()
	w, err := scheduling.ParseWallTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}
