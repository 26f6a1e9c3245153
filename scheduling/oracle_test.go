package scheduling_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
)

// oracleRule is a recurrence rule and its dates.
type oracleRule struct {
	Rule    string            `json:"rule"`
	Start   scheduling.Date   `json:"start"`   // DTSTART
	Through scheduling.Date   `json:"through"` // inclusive
	Dates   []scheduling.Date `json:"dates"`   // all dates from Start through Through
}

// String returns the rule as text for messages.
func (r oracleRule) String() string {
	return fmt.Sprintf("%s from %s (%.3s) through %s", r.Rule, r.Start, r.Start.Weekday(), r.Through)
}

// oracleSample contains rules whose dates python-dateutil and libical agree on.
// TestPeerRecurrenceSample writes it.
const oracleSample = "testdata/recurrence_oracle.json"

// TestRecurrenceSample replaces TestPeerRecurrence on machines without the
// peers.
func TestRecurrenceSample(t *testing.T) {
	t.Parallel()
	for _, rule := range readSample(t) {
		got, err := ourDates(rule)
		if err != nil {
			t.Errorf("%s: %v", rule, err)
		} else if diff := cmp.Diff(rule.Dates, got); diff != "" {
			t.Errorf("%s (-peers +got):\n%s", rule, diff)
		}
	}
}

func readSample(t *testing.T) []oracleRule {
	t.Helper()
	text, err := os.ReadFile(oracleSample)
	if err != nil {
		t.Fatal(err)
	}
	var sample []oracleRule
	if err := json.Unmarshal(text, &sample); err != nil {
		t.Fatal(err)
	}
	if len(sample) < 300 {
		t.Errorf("a sample of %d rules, want at least 300", len(sample))
	}
	return sample
}

// ourDates returns the dates of the rule up to Through. It also looks before
// Start, where there must be none.
func ourDates(rule oracleRule) ([]scheduling.Date, error) {
	dates := []scheduling.Date{}
	r, err := scheduling.ParseRRule(rule.Rule, rule.Start, 0)
	if errors.Is(err, scheduling.ErrNoDates) {
		return dates, nil
	}
	if err != nil {
		return nil, err
	}
	for d := rule.Start - 400; d <= rule.Through; d++ {
		if r.On(d) {
			dates = append(dates, d)
		}
	}
	return dates, nil
}
