package postgres_test

import (
	"strings"
	"testing"

	"ziyara/service/postgres"
	"ziyara/service/secret"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

func vaultKeys(tb testing.TB) *secret.Keys {
	tb.Helper()
	keys, err := secret.New([]byte("a secret for tests, of at least 32 bytes"))
	if err != nil {
		tb.Fatal(err)
	}
	return keys
}

func someone() slots.Visitor {
	return slots.Visitor{
		Name: "نورة بنت عبد الله العتيبي", Email: "noura@example.net",
		Identity: slots.Identity{Kind: slots.NationalID, Number: servicetest.NationalID(1)},
	}
}

// The key of a name has the beginnings of its words, sorted, and each is found.
func TestHashedNames(t *testing.T) {
	t.Parallel()
	keys := vaultKeys(t)
	key := postgres.NameKey(keys, someone().Name)
	for _, beginning := range []string{"ن", "نوره", "عبدالل", "عتيبي"} {
		if !strings.Contains(key, " "+keys.Words("name", []string{beginning})[0]+" ") {
			t.Errorf("%s is not found in %q", beginning, key)
		}
	}
	if strings.Contains(key, keys.Words("name", []string{"وره"})[0]) {
		t.Error("the middle of a word is found")
	}
	if got := postgres.NameKey(keys, "..."); got != "" {
		t.Errorf("no words have the key %q", got)
	}
}

func BenchmarkSealedVisit(b *testing.B) {
	keys, want := vaultKeys(b), someone()
	for b.Loop() {
		got, err := postgres.KeepAndOpen(keys, "00000000-0000-4000-8000-000000000001", want, "+966500000001")
		if err != nil || got != want {
			b.Fatalf("%+v, %v", got, err)
		}
	}
}

func BenchmarkHashedName(b *testing.B) {
	keys := vaultKeys(b)
	for b.Loop() {
		postgres.NameKey(keys, someone().Name)
	}
}
