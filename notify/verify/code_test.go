package verify_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ziyara/notify/verify"
)

// A code may be typed in Arabic-Indic digits and pasted with what surrounds
// it; nothing else is the code, and what can't be one costs no try.
func TestCheckSpelling(t *testing.T) {
	t.Parallel()
	isWrong := func(err error) bool { _, ok := errors.AsType[*verify.WrongCodeError](err); return ok }
	incomplete := func(err error) bool { return errors.Is(err, verify.ErrIncomplete) }
	right := func(err error) bool { return err == nil }
	for _, c := range []struct {
		name, typed string
		want        func(error) bool
	}{
		{"Western digits", "012345", right},
		{"Arabic-Indic digits", "٠١٢٣٤٥", right},
		{"Extended Arabic-Indic digits", "۰۱۲۳۴۵", right},
		{"digits of both kinds", "012٣٤٥", right},
		{"spaces around", "  012345\t\n", right},
		{"spaces between", "012 345", right},
		{"no-break space", "\u00a0012345", right},
		{"direction marks of copied Arabic text", "\u200f\u2066٠١٢٣٤٥\u2069", right},
		{"another code", "012346", isWrong},
		{"without the leading zero", "12345", incomplete},
		{"a digit too many", "0123450", incomplete},
		{"empty", "", incomplete},
		{"only spaces", "   ", incomplete},
		{"letters", "O12345", incomplete},
		{"sign", "+012345", incomplete},
		{"full-width digits", "０１２３４５", right},
		{"zero-width joiner", "012\u200d345", right},
		{"control character", "\x00012345", incomplete},
		{"not UTF-8", "012345\xff", incomplete},
		{"too long to be looked at", "012345" + strings.Repeat(" ", 64), incomplete},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStore()
			started := start(t, s)
			_, err := newVerifier(t, s).Check(context.Background(), started.ID, c.typed, noon)
			if !c.want(err) {
				t.Errorf("Check(%q) = %v", c.typed, err)
			}
			if tried := s.rows[0].Tries; tried > 0 != isWrong(err) {
				t.Errorf("Check(%q) has cost %d tries", c.typed, tried)
			}
		})
	}
}

// A code that can't be made proves nothing.
func TestCheckNoCode(t *testing.T) {
	t.Parallel()
	s := newStore()
	started := start(t, s)
	v, err := verify.New(s, verify.DefaultPolicy(), func(string, string) bool { return false }, func() string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{"", " ", "000000"} {
		if _, err := v.Check(context.Background(), started.ID, typed, noon); err == nil {
			t.Errorf("Check(%q) against no code is right", typed)
		}
	}
}
