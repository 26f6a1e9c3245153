package slots_test

import (
	"errors"
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

// A proved number is the person by itself. Whoever typed the same number is somebody else,
// whatever their mobile.
func TestProvedPerson(t *testing.T) {
	t.Parallel()
	hidden := func(kind, value string) string { return kind + "/" + value }
	huda, err := slots.NewProved("١٠٠٠٠٠٠٠٠٨", "  هدى الشهري ", "+966500000001")
	if err != nil {
		t.Fatal(err)
	}
	again, err := slots.NewProved("1000000008", "Huda", "")
	if err != nil || again.Person(hidden) != huda.Person(hidden) {
		t.Errorf("%q and %q for the same person: %v", huda.Person(hidden), again.Person(hidden), err)
	}
	if huda.Name != "هدى الشهري" {
		t.Errorf("the name is %q", huda.Name)
	}
	for name, other := range map[string]slots.Person{
		"typed, with the same mobile": slots.PersonOf(hidden, huda.Identity, "+966500000001"),
		"typed, without a mobile":     slots.PersonOf(hidden, huda.Identity, ""),
		"the former way":              slots.FormerPersonOf(hidden, huda.Identity),
		"another number":              slots.Proved{Identity: slots.Identity{Kind: slots.NationalID, Number: "1000000016"}}.Person(hidden),
	} {
		if other == huda.Person(hidden) {
			t.Errorf("%s is the same person", name)
		}
	}
	for _, number := range []string{"", "1000000009", "noura", "100000000"} {
		if p, err := slots.NewProved(number, "هدى", ""); !errors.Is(err, slots.ErrIdentity) {
			t.Errorf("%q proves %+v, %v", number, p, err)
		}
	}
	if nameless, err := slots.NewProved("1000000008", "7", ""); err != nil || nameless.Name != "" {
		t.Errorf("a name that is none: %q, %v", nameless.Name, err)
	}
}

// Somebody sees what has a mobile that they proved, or is theirs by a proved number, and
// nothing else: not what has no mobile, if they have proved none.
func TestOwner(t *testing.T) {
	t.Parallel()
	const mine, theirs = "+966500000001", "+966500000002"
	for _, test := range []struct {
		name   string
		owner  slots.Owner
		mobile string
		person slots.Person
		want   bool
	}{
		{"nothing proved", slots.Owner{}, "", "", false},
		{"nothing proved, a visit", slots.Owner{}, mine, "p", false},
		{"the mobile", slots.Owner{Mobiles: []string{mine}}, mine, "p", true},
		{"another mobile", slots.Owner{Mobiles: []string{mine}}, theirs, "p", false},
		{"a visit without a mobile", slots.Owner{Mobiles: []string{mine}}, "", "p", false},
		{"an empty mobile", slots.Owner{Mobiles: []string{""}}, "", "p", false},
		{"the person", slots.Owner{Person: "p"}, theirs, "p", true},
		{"another person", slots.Owner{Person: "p"}, theirs, "q", false},
		{"a visit of nobody", slots.Owner{Person: ""}, theirs, "", false},
		{"one of two mobiles", slots.Owner{Mobiles: []string{theirs, mine}, Person: "p"}, mine, "q", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.owner.Owns(test.mobile, test.person); got != test.want {
				t.Errorf("owns: %t, want %t", got, test.want)
			}
		})
	}
}
