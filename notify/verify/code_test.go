package verify_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ziyara/notify/verify"
)

// A code may be typed in Arabic-Indic digits and pasted with what surrounds
// it; nothing else is the code.
func TestCheckSpelling(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, typed string
		want        bool
	}{
		{"Western digits", "012345", true},
		{"Arabic-Indic digits", "٠١٢٣٤٥", true},
		{"Extended Arabic-Indic digits", "۰۱۲۳۴۵", true},
		{"digits of both kinds", "012٣٤٥", true},
		{"spaces around", "  012345\t\n", true},
		{"spaces between", "012 345", true},
		{"no-break space", "\u00a0012345", true},
		{"direction marks of copied Arabic text", "\u200f\u2066٠١٢٣٤٥\u2069", true},
		{"another code", "012346", false},
		{"without the leading zero", "12345", false},
		{"a digit too many", "0123450", false},
		{"empty", "", false},
		{"only spaces", "   ", false},
		{"letters", "O12345", false},
		{"sign", "+012345", false},
		{"full-width digits", "０１２３４５", false},
		{"zero-width joiner", "012\u200d345", false},
		{"control character", "\x00012345", false},
		{"not UTF-8", "012345\xff", false},
		{"too long to be looked at", "012345" + strings.Repeat(" ", 64), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStore()
			started := start(t, s)
			_, err := newVerifier(t, s).Check(context.Background(), started.ID, c.typed, noon)
			var wrong *verify.WrongCodeError
			if got := err == nil; got != c.want || !got && !errors.As(err, &wrong) {
				t.Errorf("Check(%q) = %v, want right: %t", c.typed, err, c.want)
			}
		})
	}
}

// A code that can't be made proves nothing.
func TestCheckNoCode(t *testing.T) {
	t.Parallel()
	s := newStore()
	started := start(t, s)
	v, err := verify.New(s, verify.DefaultPolicy(), func(string) string { return "" }, func() string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{"", " ", "000000"} {
		if _, err := v.Check(context.Background(), started.ID, typed, noon); err == nil {
			t.Errorf("Check(%q) against no code is right", typed)
		}
	}
}
