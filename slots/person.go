package slots

// Person is a stable pseudonym, a UUID, by which limits are counted: visits at a time
// and at once, pauses, entries of the waitlist.
type Person string

// Pseudonym turns a kind and a value into a UUID that can't be traced back without a
// secret: the same for the same, another for any other.
type Pseudonym func(kind, value string) string

// PersonOf returns the person for whom a visit or an entry counts. Nobody proves an
// identity number when they book, so it counts only together with the mobile ("" for
// none): whoever types the number of another person has no power over that person's
// visits, and learns nothing of them. A number that was proved would be the person by
// itself; that is decided here and nowhere else (docs/adr/0049-persons.md).
func PersonOf(hidden Pseudonym, id Identity, mobile string) Person {
	return Person(hidden(string(id.Kind)+" with a mobile", id.Number+" "+mobile))
}

// FormerPersonOf returns the person as a former version of the program counted: the
// identity number alone. Rows that it wrote are brought up to date.
func FormerPersonOf(hidden Pseudonym, id Identity) Person {
	return Person(hidden(string(id.Kind), id.Number))
}
