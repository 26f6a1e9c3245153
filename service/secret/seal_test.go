package secret_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"ziyara/service/secret"
)

func seal(t testing.TB, k *secret.Keys, plain []byte, bind string) []byte {
	t.Helper()
	sealed, err := k.Seal(plain, bind)
	if err != nil {
		t.Fatalf("Seal: %v", err)
	}
	return sealed
}

func TestOpenSealed(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	plain := []byte(`{"token":"t"}`)
	sealed := seal(t, k, plain, "key-1")
	for _, c := range []struct {
		name   string
		sealed []byte
		bind   string
		want   []byte
		err    error
	}{
		{"as sealed", sealed, "key-1", plain, nil},
		{"sealed by another program", knownSealed(t), "key-1", plain, nil},
		{"nothing inside", seal(t, k, nil, "key-1"), "key-1", nil, nil},
		{"with an empty bind", seal(t, k, plain, ""), "", plain, nil},
		{"moved to another place", sealed, "key-2", nil, secret.ErrSealed},
		{"with another secret", seal(t, newKeys(t, counting(33)), plain, "key-1"), "key-1", nil, secret.ErrSealed},
		{"longer", append(slices.Clone(sealed), 0), "key-1", nil, secret.ErrSealed},
		{"not sealed", plain, "key-1", nil, secret.ErrSealed},
		{"empty", nil, "key-1", nil, secret.ErrSealed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := k.OpenSealed(c.sealed, c.bind)
			if !bytes.Equal(got, c.want) || !errors.Is(err, c.err) {
				t.Errorf("OpenSealed = %q, %v, want %q, %v", got, err, c.want, c.err)
			}
		})
	}
}

// knownSealed returns {"token":"t"} bound to key-1, sealed with counting(32)
// and the nonce 00 01 … 0b by Python's cryptography package.
func knownSealed(t testing.TB) []byte {
	t.Helper()
	sealed, err := hex.DecodeString("000102030405060708090a0bdc4e4a3adf799894c54bac05af3e167f86e8f3947ac20891cbe8ef3d19")
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// Every changed bit and every truncation is detected.
func TestOpenSealedTampered(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	sealed := seal(t, k, []byte(`{"token":"t"}`), "key-1")
	for i := range sealed {
		for bit := range 8 {
			changed := slices.Clone(sealed)
			changed[i] ^= 1 << bit
			if _, err := k.OpenSealed(changed, "key-1"); !errors.Is(err, secret.ErrSealed) {
				t.Errorf("byte %d, bit %d: %v, want ErrSealed", i, bit, err)
			}
		}
		if _, err := k.OpenSealed(sealed[:i], "key-1"); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("cut to %d: %v, want ErrSealed", i, err)
		}
	}
}

// The nonce is new each time, so equal answers look different, and the plain
// text does not appear.
func TestSealRandom(t *testing.T) {
	t.Parallel()
	k := newKeys(t, counting(32))
	plain := []byte("the same answer twice")
	one, two := seal(t, k, plain, "key-1"), seal(t, k, plain, "key-1")
	if bytes.Equal(one[:12], two[:12]) {
		t.Errorf("nonce %x used twice", one[:12])
	}
	if bytes.Contains(one, plain) {
		t.Errorf("sealed %q contains the plain text", one)
	}
	if got, want := len(one), len(plain)+28; got != want {
		t.Errorf("sealed to %d bytes, want %d", got, want)
	}
}

// OpenSealed opens only what Seal made, whatever is in the database.
func FuzzOpenSealed(f *testing.F) {
	k := newKeys(f, counting(32))
	good := knownSealed(f) // the same in every fuzzing process
	f.Add([]byte(nil), "")
	f.Add(good, "key-1")
	f.Add(good, "key-2")
	f.Add(good[1:], "key-1")
	f.Add(make([]byte, 28), "key-1")
	f.Fuzz(func(t *testing.T, sealed []byte, bind string) {
		plain, err := k.OpenSealed(sealed, bind)
		if err == nil && (!bytes.Equal(sealed, good) || bind != "key-1") {
			t.Errorf("OpenSealed(%x, %q) opened %q", sealed, bind, plain)
		}
		if err != nil && (!errors.Is(err, secret.ErrSealed) || plain != nil) {
			t.Errorf("OpenSealed(%x, %q) = %q, %v, want ErrSealed", sealed, bind, plain, err)
		}
	})
}
