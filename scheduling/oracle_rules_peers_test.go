//go:build peers

package scheduling_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"ziyara/scheduling"
)

// randomRules returns n rules of all forms that ParseRRule accepts, always the
// same for a seed. They start in the years 2000 to 2040.
func randomRules(seed uint64, n int) []oracleRule {
	g := ruleGenerator{rand.New(rand.NewPCG(seed, 0))}
	rules := make([]oracleRule, n)
	for i := range rules {
		rules[i] = g.rule()
	}
	return rules
}

type ruleGenerator struct{ *rand.Rand }

func (g ruleGenerator) rule() oracleRule {
	freq := g.oneOf("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
	interval := g.interval()
	parts := g.byParts(freq)
	if len(parts) > 0 && g.chance(3) {
		parts = append(parts, "BYSETPOS="+g.positions())
	}
	if interval > 1 || g.chance(8) {
		parts = append(parts, "INTERVAL="+strconv.Itoa(interval))
	}
	if g.chance(3) {
		parts = append(parts, "WKST="+g.oneOf(weekdayNames...))
	}
	start := scheduling.NewDate(2000, 1, 1)
	start += scheduling.Date(g.IntN(int(scheduling.NewDate(2041, 1, 1) - start)))
	switch g.IntN(4) {
	case 0:
		parts = append(parts, "COUNT="+strconv.Itoa(1+g.IntN(60)))
	case 1:
		until := start + scheduling.Date(g.IntN(4000))
		parts = append(parts, "UNTIL="+until.Time().Format("20060102"))
	}
	g.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	rule := oracleRule{
		Rule:    strings.Join(append([]string{"FREQ=" + freq}, parts...), ";"),
		Start:   start,
		Through: start + horizon(freq, interval),
	}
	if g.chance(2) {
		return synchronized(rule)
	}
	return rule
}

func (g ruleGenerator) interval() int {
	switch g.IntN(8) {
	case 0:
		return 1 + g.IntN(40)
	case 1, 2, 3:
		return 1 + g.IntN(4)
	default:
		return 1
	}
}

// byParts returns the parts that select dates within a period.
func (g ruleGenerator) byParts(freq string) []string {
	monthly, yearly := freq == "MONTHLY", freq == "YEARLY"
	var parts []string
	months := g.chance(3)
	if months {
		parts = append(parts, "BYMONTH="+g.numbers(1, 12))
	}
	if freq != "WEEKLY" && g.chance(3) {
		parts = append(parts, "BYMONTHDAY="+g.numbers(-31, 31))
	}
	if yearly && g.chance(4) {
		parts = append(parts, "BYYEARDAY="+g.numbers(-366, 366))
	}
	switch {
	case yearly && g.chance(6):
		parts = append(parts, "BYWEEKNO="+g.numbers(-53, 53), "BYDAY="+g.weekdays(0))
	case g.chance(2):
	case monthly, yearly && months:
		parts = append(parts, "BYDAY="+g.weekdays(5))
	case yearly:
		parts = append(parts, "BYDAY="+g.weekdays(53))
	default:
		parts = append(parts, "BYDAY="+g.weekdays(0))
	}
	return parts
}

var weekdayNames = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// weekdays returns a list of weekdays, numbered up to most unless that is 0.
func (g ruleGenerator) weekdays(most int) string {
	days := slices.Clone(weekdayNames)
	g.Shuffle(len(days), func(i, j int) { days[i], days[j] = days[j], days[i] })
	days = days[:1+g.IntN(len(days))]
	if most == 0 || g.chance(2) {
		return strings.Join(days, ",")
	}
	mixed := g.chance(6)
	for i, day := range days {
		if !mixed || g.chance(2) {
			days[i] = g.number(-most, most) + day
		}
	}
	return strings.Join(days, ",")
}

// positions returns a list of positions in a period, mostly small.
func (g ruleGenerator) positions() string {
	if g.chance(12) {
		return g.numbers(-366, 366)
	}
	return g.numbers(-4, 4)
}

// numbers returns a list of different numbers from low to high without zero,
// usually a short one.
func (g ruleGenerator) numbers(low, high int) string {
	size := 1 + g.IntN(4)
	if g.chance(5) {
		size = 1 + g.IntN(min(30, high-low))
	}
	list := make([]string, 0, size)
	for len(list) < size {
		if n := g.number(low, high); !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return strings.Join(list, ",")
}

// number returns a number from low to high that is not zero.
func (g ruleGenerator) number(low, high int) string {
	for {
		if n := low + g.IntN(high-low+1); n != 0 {
			return strconv.Itoa(n)
		}
	}
}

// chance returns true once in n times.
func (g ruleGenerator) chance(n int) bool { return g.IntN(n) == 0 }

func (g ruleGenerator) oneOf(values ...string) string { return values[g.IntN(len(values))] }

// horizon returns the number of days over which a rule is compared: several of
// its periods, at least one leap year, at most 60 years.
func horizon(freq string, interval int) scheduling.Date {
	days := scheduling.Date(interval)
	switch freq {
	case "DAILY":
		days *= 300
	case "WEEKLY":
		days *= 60 * 7
	case "MONTHLY":
		days *= 40 * 31
	default:
		days *= 8 * 366
	}
	return min(max(days, 5*366), 60*366)
}

// synchronized returns the rule starting on its first date, if it has one. RFC
// 5545, section 3.8.5.3, leaves the dates of other rules undefined.
func synchronized(rule oracleRule) oracleRule {
	dates, err := ourDates(rule)
	if err == nil && len(dates) > 0 {
		rule.Through += dates[0] - rule.Start
		rule.Start = dates[0]
	}
	return rule
}
