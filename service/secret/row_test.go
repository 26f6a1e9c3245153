package secret_test

import (
	"errors"
	"strings"
	"testing"

	"ziyara/service/secret"
)

// knownRow is +966500000001, sealed for appointments/1 with counting(32): the same in every
// fuzzing process. What was sealed before has to open.
const knownRow = "\x01AAGhXRq7tytQMkvg9jACptNYm7o9KOBDu0Gy3hQf_rKSHvcX8AKCQ8FQsyeDX58"

// A sealed row opens where it belongs and nowhere else, and says whose key it needs.
func TestSealRow(t *testing.T) {
	t.Parallel()
	k, other := newKeys(t, counting(32)), newKeys(t, counting(33))
	sealed, err := k.SealRow("appointments/1", "نورة")
	if err != nil {
		t.Fatal(err)
	}
	again, _ := k.SealRow("appointments/1", "نورة")
	if again == sealed || !strings.HasPrefix(again, k.RowPrefix()) || !secret.RowSealed(sealed) {
		t.Errorf("sealed twice: %q and %q, which begin with %q", sealed, again, k.RowPrefix())
	}
	if strings.HasPrefix(sealed, other.RowPrefix()) {
		t.Error("two keys have one prefix")
	}
	for name, c := range map[string]struct {
		keys          *secret.Keys
		place, sealed string
		want          string
		err           error
	}{
		"as sealed":      {k, "appointments/1", sealed, "نورة", nil},
		"sealed before":  {k, "appointments/1", knownRow, "+966500000001", nil},
		"another row":    {k, "appointments/2", sealed, "", secret.ErrRow},
		"another ring":   {other, "appointments/1", sealed, "", secret.ErrNoKey},
		"cut":            {k, "appointments/1", sealed[:len(sealed)-1], "", secret.ErrRow},
		"longer":         {k, "appointments/1", sealed + "AAAA", "", secret.ErrRow},
		"a line break":   {k, "appointments/1", sealed[:20] + "\n" + sealed[20:], "", secret.ErrRow},
		"only its key":   {k, "appointments/1", k.RowPrefix(), "", secret.ErrRow},
		"a text":         {k, "appointments/1", "نورة", "", secret.ErrRow},
		"nothing":        {k, "appointments/1", "", "", secret.ErrRow},
		"only the mark":  {k, "appointments/1", "\x01", "", secret.ErrRow},
		"not of a row":   {k, "appointments/1", "\x01" + k.Token("hold", "1"), "", secret.ErrRow},
		"one bit other":  {k, "appointments/1", sealed[:len(sealed)-2] + flipped(sealed[len(sealed)-2:]), "", secret.ErrRow},
		"of another use": {k, "messages/1", sealed, "", secret.ErrRow},
	} {
		if got, err := c.keys.OpenRow(c.place, c.sealed); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v, want %q, %v", name, got, err, c.want, c.err)
		}
	}
}

// flipped returns another text of the same length.
func flipped(s string) string {
	if s[0] == 'A' {
		return "B" + s[1:]
	}
	return "A" + s[1:]
}

// Hashes and pseudonyms stay when another key writes, differ by what they are of, and have no
// character that a pattern of SQL takes for another.
func TestHashes(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	of := func() []string {
		return append(k.Words("name", []string{"ن", "نو"}), k.Hash("mobile", "1"), k.Person("a", "1"), string(k.Fingerprint("1")))
	}
	derived := of()
	if err := k.WithHashes(counting(32)); err != nil {
		t.Fatal(err)
	}
	for i, same := range of() {
		if same != derived[i] {
			t.Errorf("%q with the root of the key, %q before", same, derived[i])
		}
	}
	if err := k.WithHashes(counting(40)); err != nil {
		t.Fatal(err)
	}
	for i, own := range of() {
		if own == derived[i] {
			t.Errorf("%q is that of the key that writes", own)
		}
		if strings.ContainsAny(own, "%") || i < 2 && strings.ContainsAny(own, `_\ `) {
			t.Errorf("%q in a pattern", own)
		}
	}
	if k.Hash("mobile", "1") == k.Hash("identity", "1") || len(k.Hash("mobile", "")) != 16 {
		t.Error("a mobile and a number have one hash")
	}
	if err := k.WithHashes(counting(31)); !errors.Is(err, secret.ErrShort) {
		t.Errorf("a short root: %v", err)
	}
}

// Only what SealRow made for the place opens, in its one spelling.
func FuzzOpenRow(f *testing.F) {
	k := newKeys(f, counting(32))
	const good = knownRow
	for _, s := range []string{
		"", "\x01", good, good + "=", good[1:], good[:9], k.RowPrefix() + strings.Repeat("A", 38), "\x01AAE" + strings.Repeat("A", 60),
	} {
		f.Add("appointments/1", s)
	}
	f.Add("appointments/2", good)
	f.Fuzz(func(t *testing.T, place, sealed string) {
		text, err := k.OpenRow(place, sealed)
		switch {
		case err == nil && (sealed != good || place != "appointments/1"):
			t.Errorf("OpenRow(%q, %q) opened %q", place, sealed, text)
		case err != nil && (text != "" || !errors.Is(err, secret.ErrRow) && !errors.Is(err, secret.ErrNoKey)):
			t.Errorf("OpenRow(%q, %q) = %q, %v", place, sealed, text, err)
		}
	})
}
