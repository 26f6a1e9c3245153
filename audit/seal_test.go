package audit

import (
	"errors"
	"testing"
	"time"
)

// Two records have one hash only if they are the same in every field.
func TestNextTellsRecordsApart(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.November, 22, 6, 0, 0, 1000, time.UTC)
	one := int64(1)
	records := []Record{
		{ID: 1, At: at, Actor: "noura", Action: "approved", Subject: "x"},
		{ID: 2, At: at, Actor: "noura", Action: "approved", Subject: "x"},
		{ID: 1, At: at.Add(time.Microsecond), Actor: "noura", Action: "approved", Subject: "x"},
		{ID: 1, At: at, Actor: "nouraa", Action: "pproved", Subject: "x"},
		{ID: 1, At: at, Actor: "noura", Action: "approved", Subject: "y"},
		{ID: 1, At: at, Actor: "noura", Action: "approved", Subject: "x", Department: &one},
		{ID: 1, At: at, Actor: "noura", Action: "approved", Subject: "x", Branch: &one},
		{ID: 1, At: at, Actor: "noura", Action: "approved", Subject: "x", Before: new("{}")},
		{ID: 1, At: at, Actor: "noura", Action: "approved", Subject: "x", After: new("{}")},
		{ID: 1, At: at, Actor: "noura", Action: "approved", Subject: "x", Reason: new("")},
		{ID: 1, At: at, Actor: "noura", Action: "approved", Subject: "x", RequestID: new("")},
	}
	seen := make(map[Hash]int)
	for i, r := range records {
		for _, before := range []Hash{{}, {1}} {
			h := before.Next(r)
			if other, ok := seen[h]; ok {
				t.Errorf("records %d and %d have the same hash", other, i)
			}
			seen[h] = i
		}
	}
}

func TestParseHead(t *testing.T) {
	t.Parallel()
	head := Seal{Number: 1204, Hash: Hash{0xab, 0xcd}}.Head()
	if got, err := ParseHead(head.String()); err != nil || got != head {
		t.Errorf("ParseHead(%s) = %v, %v", head, got, err)
	}
	for _, bad := range []string{
		"", "7", "7:", ":abcdef0123456789abcdef0123456789", "-1:abcdef0123456789abcdef0123456789",
		"7:abcdefg123456789abcdef0123456789",
	} {
		if _, err := ParseHead(bad); !errors.Is(err, ErrHead) {
			t.Errorf("ParseHead(%q): %v, want %v", bad, err, ErrHead)
		}
	}
}
