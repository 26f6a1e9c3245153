package limits_test

import (
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/limits"
)

var noon = time.Date(2026, time.November, 22, 9, 0, 0, 0, time.UTC)

func at(s string) limits.Caller { return limits.Caller{Address: netip.MustParseAddr(s)} }

// A caller gets the amount at once, and then one request in each part of the period.
func TestTake(t *testing.T) {
	t.Parallel()
	l := limits.NewLimiter(limits.Table{{limits.Hold, limits.Address, 3, time.Minute}})
	for n, c := range []struct {
		after     time.Duration // since noon
		allowed   bool
		remaining int
		reset     time.Duration
	}{
		{0, true, 2, 20 * time.Second},
		{0, true, 1, 40 * time.Second},
		{0, true, 0, time.Minute},
		{0, false, 0, 20 * time.Second},
		{19 * time.Second, false, 0, time.Second},
		{20 * time.Second, true, 0, time.Minute},
		{20 * time.Second, false, 0, 20 * time.Second},
		{2 * time.Minute, true, 2, 20 * time.Second},
	} {
		allowed, states := l.Take(limits.Hold, at("192.0.2.1"), noon.Add(c.after))
		if allowed != c.allowed || len(states) != 1 || states[0].Remaining != c.remaining || states[0].Reset != c.reset {
			t.Errorf("%d: %v %+v, want %+v", n, allowed, states, c)
		}
	}
	if allowed, _ := l.Take(limits.Hold, at("192.0.2.2"), noon); !allowed {
		t.Error("another address is refused")
	}
	if allowed, _ := l.Take(limits.Hold, at("::ffff:192.0.2.2"), noon); !allowed {
		t.Error("the same address in IPv6 has its second request refused")
	}
	if allowed, states := l.Take(limits.Read, at("192.0.2.1"), noon); !allowed || len(states) != 0 {
		t.Error("a class without limits is limited")
	}
}

// However a caller chooses addresses within an IPv6 /48, the network gets four times what
// an address gets, not 65,536 times.
func TestNetworkThatRotates(t *testing.T) {
	t.Parallel()
	for _, class := range []limits.Class{limits.Hold, limits.Book, limits.Prove, limits.SignIn} {
		l := limits.NewLimiter(limits.Default())
		one := limits.Default().Of(class, limits.Address).Amount
		allowed := 0
		for n := range 65_536 {
			if ok, _ := l.Take(class, at(fmt.Sprintf("2001:db8:7:%x::1", n)), noon); ok {
				allowed++
			}
		}
		if allowed != 4*one {
			t.Errorf("%s: %d requests of a /48 are allowed, want %d", class, allowed, 4*one)
		}
		allowed = 0
		for n := range 256 {
			for range 2 * one {
				if ok, _ := l.Take(class, at(fmt.Sprintf("2001:db8:8:1%02x::1", n)), noon); ok {
					allowed++
				}
			}
		}
		if allowed != 2*one {
			t.Errorf("%s: %d requests of a /56 are allowed, want %d", class, allowed, 2*one)
		}
	}
}

// Staff count by who they are, at whatever address.
func TestStaffHaveLimitsOfTheirOwn(t *testing.T) {
	t.Parallel()
	l := limits.NewLimiter(limits.Table{{limits.Change, limits.Address, 1, time.Minute}, {limits.Change, limits.Staff, 2, time.Minute}})
	noura, omar := at("192.0.2.1"), at("192.0.2.1")
	noura.Staff, omar.Staff = "noura", "omar"
	for n, c := range []struct {
		by    limits.Caller
		class limits.Class
		want  bool
	}{
		{noura, limits.Change, true},
		{noura, limits.Hold, true},
		{noura, limits.Book, false},
		{omar, limits.Book, true},
		{at("192.0.2.1"), limits.Change, true},
		{noura, limits.Read, true},
	} {
		if got, _ := l.Take(c.class, c.by, noon); got != c.want {
			t.Errorf("%d: %v, want %v", n, got, c.want)
		}
	}
}

// Users of a system count each by themselves, wherever the system is.
func TestUsersOfSystems(t *testing.T) {
	t.Parallel()
	l := limits.NewLimiter(limits.Table{{limits.Hold, limits.Address, 1, time.Minute}, {limits.Hold, limits.Network, 2, time.Minute}})
	one, two := at("2001:db8::1"), at("2001:db8::1")
	one.User, two.User = "portal one", "portal two"
	for n, c := range []struct {
		by   limits.Caller
		want bool
	}{{one, true}, {one, false}, {two, true}, {two, false}, {at("2001:db8::1"), true}, {at("2001:db8::1"), false}} {
		if got, _ := l.Take(limits.Hold, c.by, noon); got != c.want {
			t.Errorf("%d: %v, want %v", n, got, c.want)
		}
	}
}

// In no period more than twice the amount passes, and who waits as told gets through.
func TestTakeProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := limits.Limit{limits.Hold, limits.Address, rapid.IntRange(1, 9).Draw(t, "amount"), time.Minute}
		l := limits.NewLimiter(limits.Table{limit})
		now := noon
		var passed []time.Time
		for range rapid.IntRange(1, 60).Draw(t, "requests") {
			now = now.Add(time.Duration(rapid.IntRange(0, 15_000).Draw(t, "pause")) * time.Millisecond)
			ok, states := l.Take(limits.Hold, at("192.0.2.1"), now)
			if !ok {
				now = now.Add(states[0].Reset)
				if ok, _ = l.Take(limits.Hold, at("192.0.2.1"), now); !ok {
					t.Fatalf("refused after %v as told", states[0].Reset)
				}
			}
			passed = append(passed, now)
			if n := len(passed) - 1 - 2*limit.Amount; n >= 0 && now.Sub(passed[n]) < limit.Period {
				t.Fatalf("%d requests within %v of %d a minute", 2*limit.Amount+1, now.Sub(passed[n]), limit.Amount)
			}
		}
	})
}

func TestWith(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, change, wrong string // wrong is a part of the error, "" for none
	}{
		{"an amount", "hold-address=100", ""},
		{"with a period", "hold-address=100/5m", ""},
		{"with spaces around", " read-network=9000/1m ", ""},
		{"in the database", "sms-strangers=2000", ""},
		{"with its own period", "code-mobile=6/1h", ""},
		{"with another period", "code-mobile=6/2h", "always 1h"},
		{"unknown", "hold-planet=1", "no limit"},
		{"empty", "", "no limit"},
		{"no amount", "hold-address", "amount"},
		{"nothing", "hold-address=0/1m", "amount"},
		{"negative", "hold-address=-5/1m", "amount"},
		{"too much", "hold-address=2000000/1m", "amount"},
		{"no period", "hold-address=5/", "period"},
		{"off", "hold-address=off", "amount"},
		{"a short period", "hold-address=5/10ms", "period"},
		{"a long period", "hold-address=5/48h", "period"},
	} {
		_, err := limits.Default().With([]string{c.change})
		if (err != nil) != (c.wrong != "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %v, want %q", c.name, err, c.wrong)
		}
	}
	changed, err := limits.Default().With([]string{"hold-address=100/5m", "sms-strangers=2000"})
	if err != nil {
		t.Fatal(err)
	}
	if got := changed.Of(limits.Hold, limits.Address); got.Amount != 100 || got.Period != 5*time.Minute {
		t.Errorf("%+v", got)
	}
	if got := limits.Default().Of(limits.SMS, limits.Strangers).Amount; got != 10_000 {
		t.Errorf("the defaults have changed: %d", got)
	}
}

// Names are unique, and operators find each limit with its amount.
func TestDefault(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../docs/OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, l := range limits.Default() {
		if seen[l.Name()] || l.Amount < 1 || l.Period < time.Second {
			t.Errorf("%+v", l)
		}
		seen[l.Name()] = true
		pattern := "(?m)^.*`" + l.Name() + "`.*\\b" + strconv.Itoa(l.Amount) + "\\b.*\\| (memory|database) \\|$"
		row := regexp.MustCompile(pattern).FindStringSubmatch(string(manual))
		if len(row) == 0 || (row[1] == "database") != l.Class.InDatabase() {
			t.Errorf("docs/OPERATIONS.md has no row for %s of %d", l.Name(), l.Amount)
		}
	}
}

func BenchmarkTake(b *testing.B) {
	l := limits.NewLimiter(limits.Default())
	n := 0
	for b.Loop() {
		n++
		l.Take(limits.Search, limits.Caller{Address: netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})}, noon)
	}
}
