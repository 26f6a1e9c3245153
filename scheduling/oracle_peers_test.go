//go:build peers

package scheduling_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
)

var (
	oracleSeed   = flag.Uint64("seed", 5545, "seed for the rules of TestPeerRecurrence; 0 for a new one")
	oracleRules  = flag.Int("rules", 2200, "number of rules of TestPeerRecurrence")
	oracleUpdate = flag.Bool("update", false, "let TestPeerRecurrenceSample write "+oracleSample)
)

// TestPeerRecurrence expands random rules with python-dateutil and libical. A
// difference is a failure unless deviation explains it. To repeat a run, or to
// compare more:
//
//	go test -tags peers -run 'TestPeerRecurrence$' -v ./scheduling -seed 5545 -rules 10000
func TestPeerRecurrence(t *testing.T) {
	t.Parallel()
	seed := *oracleSeed
	for seed == 0 {
		seed = rand.Uint64()
	}
	rules := randomRules(seed, *oracleRules)
	found := 0
	for i := range rules {
		dates, err := ourDates(rules[i])
		if err != nil {
			t.Errorf("%s: %v", rules[i], err)
		}
		rules[i].Dates = dates
		found += len(dates)
	}
	t.Logf("seed %d: %d rules, %d dates", seed, len(rules), found)

	confirmed := make([]bool, len(rules))
	for _, peer := range oraclePeers(t) {
		differ, explained := 0, make(map[string]int)
		for i, answer := range peer.expand(t, rules) {
			dates, err := answer.dates()
			if err == nil && slices.Equal(dates, rules[i].Dates) {
				confirmed[i] = true
				continue
			}
			if why := deviation(peer.name, rules[i], answer); why != "" {
				explained[why]++
				continue
			}
			if differ++; differ <= 20 {
				t.Errorf("%s: %s", rules[i], difference(rules[i].Dates, peer.name, answer))
			}
		}
		if differ > 0 {
			t.Errorf("%s differs in %d rules; repeat with -seed %d -rules %d", peer.name, differ, seed, len(rules))
		}
		for why, n := range explained {
			t.Logf("%s differs in %d rules, as known: it %s", peer.name, n, why)
		}
	}
	alone := 0
	for _, ok := range confirmed {
		if !ok {
			alone++
		}
	}
	t.Logf("%d rules are confirmed by neither peer", alone)
}

// TestPeerRecurrenceSample checks that the peers still give the answers of the
// sample that TestRecurrenceSample uses without them. To rewrite it:
//
//	go test -tags peers -run TestPeerRecurrenceSample ./scheduling -update
func TestPeerRecurrenceSample(t *testing.T) {
	t.Parallel()
	if *oracleUpdate {
		writeSample(t)
	}
	sample := readSample(t)
	for _, peer := range oraclePeers(t) {
		for i, answer := range peer.expand(t, sample) {
			dates, err := answer.dates()
			if err != nil {
				t.Errorf("%s: %s reports %v", sample[i], peer.name, err)
			} else if diff := cmp.Diff(sample[i].Dates, dates); diff != "" {
				t.Errorf("%s (-sample +%s):\n%s", sample[i], peer.name, diff)
			}
		}
	}
}

// writeSample writes rules whose dates the peers agree on, whatever this
// package finds.
func writeSample(t *testing.T) {
	t.Helper()
	const rules, dates = 400, 20
	drawn := randomRules(5545, 2*rules)
	var answers [][]oracleAnswer
	for _, peer := range oraclePeers(t) {
		answers = append(answers, peer.expand(t, drawn))
	}
	var lines []string
	for i, rule := range drawn {
		agreed, err := answers[0][i].dates()
		if err != nil || len(agreed) == 0 || answers[1][i] != answers[0][i] || len(lines) == rules {
			continue
		}
		rule.Dates = agreed
		if len(agreed) > dates {
			rule.Dates, rule.Through = agreed[:dates], agreed[dates-1]
		}
		line, err := json.Marshal(rule)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	text := "[\n" + strings.Join(lines, ",\n") + "\n]\n"
	if err := os.WriteFile(oracleSample, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// oraclePeer is a program that expands rules.
type oraclePeer struct {
	name    string
	command []string
}

func oraclePeers(t *testing.T) []oraclePeer {
	t.Helper()
	libical := filepath.Join(t.TempDir(), "libical")
	cc := exec.CommandContext(t.Context(), "cc", "-O1", "-Wall", "-Werror", "-o", libical, "testdata/oracle/with_libical.c", "-lical")
	if out, err := cc.CombinedOutput(); err != nil {
		t.Fatalf("build a program with libical: %v; install the Debian packages gcc, libc6-dev and libical-dev\n%s", err, out)
	}
	return []oraclePeer{
		{"libical", []string{libical}},
		// Debian's Python need not be the first in PATH.
		{"dateutil", []string{"/usr/bin/python3", "testdata/oracle/with_dateutil.py"}},
	}
}

// expand lets one process of the peer answer all rules.
func (p oraclePeer) expand(t *testing.T, rules []oracleRule) []oracleAnswer {
	t.Helper()
	var in, stderr bytes.Buffer
	for _, rule := range rules {
		fmt.Fprintln(&in, rule.Start, rule.Through, rule.Rule)
	}
	process := exec.CommandContext(t.Context(), p.command[0], p.command[1:]...)
	process.Stdin, process.Stderr = &in, &stderr
	out, err := process.Output()
	if err != nil {
		t.Fatalf("ask %s: %v; install the Debian packages python3-dateutil and libical-dev\n%s", p.name, err, &stderr)
	}
	var answers []oracleAnswer
	for line := range strings.Lines(string(out)) {
		answers = append(answers, oracleAnswer(strings.TrimSpace(line)))
	}
	if len(answers) != len(rules) {
		t.Fatalf("%s answered %d of %d rules\n%s", p.name, len(answers), len(rules), &stderr)
	}
	return answers
}

// oracleAnswer is what a peer prints for one rule: its dates or an error.
type oracleAnswer string

func (a oracleAnswer) dates() ([]scheduling.Date, error) {
	if strings.HasPrefix(string(a), "error") {
		return nil, errors.New(string(a))
	}
	dates := []scheduling.Date{}
	for text := range strings.FieldsSeq(string(a)) {
		d, err := scheduling.ParseDate(text)
		if err != nil {
			return nil, err
		}
		dates = append(dates, d)
	}
	return dates, nil
}

// difference describes the first dates that only one side finds.
func difference(ours []scheduling.Date, peer string, answer oracleAnswer) string {
	theirs, err := answer.dates()
	if err != nil {
		return fmt.Sprintf("we find %d dates; %s reports %v", len(ours), peer, err)
	}
	without := func(from, other []scheduling.Date) []scheduling.Date {
		only := slices.DeleteFunc(slices.Clone(from), func(d scheduling.Date) bool { return slices.Contains(other, d) })
		return only[:min(len(only), 5)]
	}
	return fmt.Sprintf("of %d dates we alone find %v; of %d dates %s alone finds %v",
		len(ours), without(ours, theirs), len(theirs), peer, without(theirs, ours))
}
