package notify_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/notify"
)

// A budget warns from its share on, inclusive, and is spent when nothing is
// left; of segments and money the one that is nearer decides.
func TestBudgetLevel(t *testing.T) {
	t.Parallel()
	segments, money := notify.Budget{Segments: 1000}, notify.Budget{Cost: 100 * notify.Riyal, Warn: 50}
	both := notify.Budget{Segments: 1000, Cost: 100 * notify.Riyal}
	for _, tt := range []struct {
		name   string
		budget notify.Budget
		usage  notify.Usage
		want   notify.Level
	}{
		{"no budget bounds nothing", notify.Budget{}, notify.Usage{Segments: math.MaxInt64, Cost: math.MaxInt64}, notify.Within},
		{"nothing used", segments, notify.Usage{}, notify.Within},
		{"below 80 percent", segments, notify.Usage{Segments: 799}, notify.Within},
		{"at 80 percent", segments, notify.Usage{Segments: 800}, notify.Warned},
		{"one segment left", segments, notify.Usage{Segments: 999}, notify.Warned},
		{"used up", segments, notify.Usage{Segments: 1000}, notify.Spent},
		{"more than there is", segments, notify.Usage{Segments: 1001}, notify.Spent},
		{"money doesn't count where segments do", segments, notify.Usage{Cost: math.MaxInt64}, notify.Within},
		{"below a share of its own", money, notify.Usage{Cost: 50*notify.Riyal - 1}, notify.Within},
		{"at a share of its own", money, notify.Usage{Cost: 50 * notify.Riyal}, notify.Warned},
		{"money used up", money, notify.Usage{Cost: 100 * notify.Riyal}, notify.Spent},
		{"segments are nearer", both, notify.Usage{Segments: 900, Cost: notify.Riyal}, notify.Warned},
		{"money is used up first", both, notify.Usage{Segments: 900, Cost: 100 * notify.Riyal}, notify.Spent},
		{"amounts that a product wouldn't hold", notify.Budget{Cost: math.MaxInt64}, notify.Usage{Cost: math.MaxInt64 - 1}, notify.Warned},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.budget.Level(tt.usage); got != tt.want {
				t.Errorf("Level = %q, want %q", got, tt.want)
			}
		})
	}
}

// Whoever uses more is never better off.
func TestBudgetLevelRises(t *testing.T) {
	t.Parallel()
	rank := map[notify.Level]int{notify.Within: 0, notify.Warned: 1, notify.Spent: 2}
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(0, 1<<40)
		b := notify.Budget{Segments: amount.Draw(t, "segments"),
			Cost: notify.Money(amount.Draw(t, "cost")), Warn: rapid.IntRange(0, 100).Draw(t, "warn")}
		u := notify.Usage{Segments: amount.Draw(t, "used segments"), Cost: notify.Money(amount.Draw(t, "used cost"))}
		more := notify.Usage{Segments: u.Segments + amount.Draw(t, "more segments"), Cost: u.Cost + notify.Money(amount.Draw(t, "more cost"))}
		if b.Level(u) == notify.Spent && b.Share(u) < 1 {
			t.Fatalf("spent at a share of %v", b.Share(u))
		}
		if rank[b.Level(more)] < rank[b.Level(u)] {
			t.Fatalf("%q with %+v, %q with %+v", b.Level(u), u, b.Level(more), more)
		}
	})
}

// Left out are a survey and a reminder of the last hours, and nothing that
// somebody waits for or would come in vain without.
func TestOptional(t *testing.T) {
	t.Parallel()
	for _, k := range notify.Kinds() {
		if got, want := (notify.Facts{Kind: k}).Optional(), k == notify.Survey; got != want {
			t.Errorf("%s optional = %t, want %t", k, got, want)
		}
	}
	for before, want := range map[time.Duration]bool{
		72 * time.Hour: false, 24 * time.Hour: false, 12 * time.Hour: false, 12*time.Hour - 1: true, 2 * time.Hour: true,
	} {
		if got := (notify.Facts{Kind: notify.Reminder, Lead: before}).Optional(); got != want {
			t.Errorf("reminder %v before is optional = %t, want %t", before, got, want)
		}
	}
}

func TestMoney(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]notify.Money{
		"0": 0, "0.0575": 575, "0.06": 600, "12.5": 125_000, "1": notify.Riyal, "1.": notify.Riyal,
		"99999999999999": 99999999999999 * notify.Riyal,
	} {
		got, err := notify.ParseMoney(text)
		if err != nil || got != want {
			t.Errorf("ParseMoney(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", ".5", "-1", "+1", "1.00000", "1,5", "٥", "1e3", "100000000000000", "1.-5"} {
		if got, err := notify.ParseMoney(text); !errors.Is(err, notify.ErrMoney) {
			t.Errorf("ParseMoney(%q) = %d, %v, want ErrMoney", text, got, err)
		}
	}
	for m, want := range map[notify.Money]string{
		0: "0.00", 575: "0.0575", 600: "0.06", 125_000: "12.50", -575: "-0.0575", math.MinInt64: "-922337203685477.5808",
	} {
		if got := m.String(); got != want {
			t.Errorf("%d = %s, want %s", int64(m), got, want)
		}
	}
	if got := notify.Money(575).Times(2); got != 1150 {
		t.Errorf("twice 575 is %d", got)
	}
	if got := notify.Money(math.MaxInt64 / 2).Times(3); got != math.MaxInt64 {
		t.Errorf("too much is %d, want the most there is", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := notify.Money(rapid.Int64Range(0, 1e17).Draw(t, "amount"))
		if got, err := notify.ParseMoney(m.String()); err != nil || got != m {
			t.Fatalf("%d is written %s and read %d, %v", int64(m), m, got, err)
		}
	})
}
