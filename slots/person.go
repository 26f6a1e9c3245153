package slots

import (
	"slices"

	"ziyara/textnorm"
)

// Person is a stable pseudonym, a UUID, by which limits are counted: visits at a time
// and at once, pauses, entries of the waitlist.
type Person string

// Pseudonym turns a kind and a value into a UUID that can't be traced back without a
// secret: the same for the same, another for any other.
type Pseudonym func(kind, value string) string

// PersonOf returns the person for whom a visit or an entry counts whose identity number
// nobody has proved. It counts only together with the mobile ("" for
// none): whoever types the number of another person has no power over that person's
// visits, and learns nothing of them. With Proved.Person, this decides who a person
// is, and nothing else does (docs/adr/0049-persons.md, 0056-proved-identity.md).
func PersonOf(hidden Pseudonym, id Identity, mobile string) Person {
	return Person(hidden(string(id.Kind)+" with a mobile", id.Number+" "+mobile))
}

// FormerPersonOf returns the person as a former version of the program counted: the
// identity number alone. Rows that it wrote are brought up to date.
func FormerPersonOf(hidden Pseudonym, id Identity) Person {
	return Person(hidden(string(id.Kind), id.Number))
}

// Proved is what an identity provider vouches for about a visitor who has signed in.
type Proved struct {
	Identity Identity
	Name     string // "" if the provider does not tell one
	Mobile   string // in E.164, if the provider has verified one; otherwise ""
}

// NewProved reads what a provider tells of a visitor. A name that no visitor could have
// is left out. It returns ErrIdentity for a number that is none.
func NewProved(number, name, mobile string) (Proved, error) {
	id, err := ParseIdentity(number)
	if err != nil {
		return Proved{}, err
	}
	p := Proved{Identity: id, Name: textnorm.Line(name), Mobile: mobile}
	if !plausibleName(p.Name) {
		p.Name = ""
	}
	return p, nil
}

// Person returns the person for whom what a signed-in visitor does counts: the number by
// itself, whatever the mobile. It is nobody of PersonOf, so neither has power over the other.
func (p Proved) Person(hidden Pseudonym) Person {
	return Person(hidden(string(p.Identity.Kind)+" proved", p.Identity.Number))
}

// Owner is what somebody has proved, and so whose visits they may see.
type Owner struct {
	Mobiles []string // in E.164, by a code or through a provider
	Person  Person   // of a proved identity; "" for none
}

// Owns reports whether a visit or an entry that counts for a person and has a mobile
// ("" for none) belongs to the owner.
func (o Owner) Owns(mobile string, p Person) bool {
	return mobile != "" && slices.Contains(o.Mobiles, mobile) || o.Person != "" && o.Person == p
}
