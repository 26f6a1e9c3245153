package demo

import (
	"errors"
	"strings"
	"testing"
)

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		old, new string // one replacement in the data
		want     string // part of the error
		invalid  bool   // wraps ErrInvalid
	}{
		{"an unknown field", `"active_limit": 1`, `"active_limits": 1`, "unknown field", false},
		{"a date that does not exist", `"2026-05-22"`, `"2026-05-32"`, "decode", false},
		{"a catalogue that breaks a rule", `"duration_minutes": 15`, `"duration_minutes": 14`, "duration", true},
		{"a branch that does not exist", `"branch": "riyadh"`, `"branch": "medina"`, `unknown branch "medina"`, true},
		{"a service that does not exist", `"services": ["annual-returns", "iban-update"]`, `"services": ["fax"]`, `unknown service "fax"`, true},
		{"a desk group without services", `"services": ["annual-returns", "iban-update"]`, `"services": []`, "no services", true},
		{"a service twice in a branch", `"services": ["annual-returns", "iban-update"]`,
			`"services": ["annual-returns", "annual-returns"]`, "belongs to desk group riyadh-returns", true},
		{"a service of another department", `"services": ["annual-returns", "iban-update"]`,
			`"services": ["bank-guarantee"]`, "belongs to department contracts", true},
		{"a slug twice", `"slug": "jeddah-returns"`, `"slug": "riyadh-returns"`, "used twice", true},
		{"a zone in a desk group", `"plan": {`, `"plan": {"zone": "UTC",`, "zone", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(string(centreJSON), tt.old) {
				t.Fatalf("the data does not contain %s", tt.old)
			}
			_, err := decode([]byte(strings.Replace(string(centreJSON), tt.old, tt.new, 1)))
			if err == nil || !strings.Contains(err.Error(), tt.want) || errors.Is(err, ErrInvalid) != tt.invalid {
				t.Errorf("decode() = %v, want an error that mentions %q (ErrInvalid: %t)", err, tt.want, tt.invalid)
			}
		})
	}
	t.Run("text after the data", func(t *testing.T) {
		t.Parallel()
		if _, err := decode(append([]byte("{}"), centreJSON...)); err == nil {
			t.Error("decode() = nil, want an error")
		}
	})
}
