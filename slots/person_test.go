package slots_test

import (
	"testing"

	"ziyara/slots"
)

// Who has the same number and the same mobile is the same person, and nobody else.
func TestPersonOf(t *testing.T) {
	t.Parallel()
	hidden := func(kind, value string) string { return kind + "/" + value }
	huda := slots.Identity{Kind: slots.NationalID, Number: "1000000008"}
	same := slots.PersonOf(hidden, huda, "+966500000001")
	if again := slots.PersonOf(hidden, huda, "+966500000001"); again != same {
		t.Errorf("%q and %q for the same visitor", same, again)
	}
	for name, other := range map[string]slots.Person{
		"another mobile":   slots.PersonOf(hidden, huda, "+966500000002"),
		"without a mobile": slots.PersonOf(hidden, huda, ""),
		"another number":   slots.PersonOf(hidden, slots.Identity{Kind: slots.NationalID, Number: "1000000016"}, "+966500000001"),
		"another kind":     slots.PersonOf(hidden, slots.Identity{Kind: slots.BorderNo, Number: "1000000008"}, "+966500000001"),
		"the former way":   slots.FormerPersonOf(hidden, huda),
	} {
		if other == same {
			t.Errorf("%s is the same person", name)
		}
	}
}
