package secret_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"ziyara/service/secret"
)

func ringKeys(t *testing.T, r *secret.Ring, err error) *secret.Keys {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	k, err := r.Keys()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// A ring is read as it was written; the key that writes is the primary one until it is said
// otherwise; what another key of the ring has made opens, and what no key of it has doesn't.
func TestRing(t *testing.T) {
	t.Parallel()
	first, err := secret.FromSecret(counting(32))
	old := ringKeys(t, first, err)
	rotated, err := first.Rotated()
	if err != nil {
		t.Fatal(err)
	}
	text, err := rotated.JSON()
	if err != nil {
		t.Fatal(err)
	}
	read, err := secret.ParseRing(text)
	k := ringKeys(t, read, err)
	if !slices.Equal(read.IDs(), rotated.IDs()) || len(read.IDs()) != 2 || read.IDs()[1] != old.Writer() || k.Writer() != read.IDs()[0] {
		t.Fatalf("read %v of %v", read.IDs(), rotated.IDs())
	}
	later := time.Unix(1_800_000_000, 0)
	opens := func(k, of *secret.Keys) bool {
		t.Helper()
		sealed, err := of.Seal([]byte("x"), "b")
		if err != nil {
			t.Fatal(err)
		}
		row, err := of.SealRow("t/1", "x")
		if err != nil {
			t.Fatal(err)
		}
		_, rowErr := k.OpenRow("t/1", row)
		_, sealErr := k.OpenSealed(sealed, "b")
		_, signErr := k.Open("mobile", of.Sign("mobile", "x", later), time.Unix(0, 0))
		_, linkErr := k.OpenLink(of.Link(secret.Link{Use: 'm', Payload: [5]byte{1}}, later), time.Unix(0, 0))
		all := []bool{rowErr == nil, sealErr == nil, signErr == nil, linkErr == nil,
			k.Match("hold", "1", of.Token("hold", "1")), k.IsCode("1", of.Code("1"))}
		if slices.Contains(all, true) && slices.Contains(all, false) {
			t.Errorf("opens some: %v", all)
		}
		return all[0]
	}
	if !opens(k, old) || !opens(k, k) || opens(old, k) {
		t.Error("the ring opens what both keys make, the old key only what it makes")
	}
	if err = k.Write(old.Writer()); err != nil || !opens(old, k) {
		t.Errorf("the old key writes: %v", err)
	}
	if err = k.Write(7); !errors.Is(err, secret.ErrNoKey) || k.Writer() != old.Writer() {
		t.Errorf("a key that the ring has not: %v", err)
	}
	retired, err := read.Without(old.Writer())
	if opens(ringKeys(t, retired, err), old) {
		t.Error("a key that was retired opens")
	}
	if _, err = read.Without(read.IDs()[0]); err == nil {
		t.Error("the primary key was retired")
	}
	if _, err = read.Without(7); err == nil {
		t.Error("an unknown key was retired")
	}
}

func TestParseRing(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "no JSON": "x", "no keys": "{}",
		"a keyset of other keys": `{"primaryKeyId":1,"key":[{"keyData":{"typeUrl":"type.googleapis.com/x","value":"AAAA",` +
			`"keyMaterialType":"SYMMETRIC"},"status":"ENABLED","keyId":1,"outputPrefixType":"RAW"}]}`,
	} {
		r, err := secret.ParseRing([]byte(text))
		if err == nil {
			_, err = r.Keys()
		}
		if err == nil {
			t.Errorf("%s is a ring", name)
		}
	}
	if _, err := secret.FromSecret(counting(31)); !errors.Is(err, secret.ErrShort) {
		t.Errorf("a short secret: %v", err)
	}
}
