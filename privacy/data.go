package privacy

import (
	"strings"
	"time"
)

// Data is a copy of what is kept of a person. Instants are UTC.
type Data struct {
	Visits   []Visit `json:"visits"`   // descending by start
	Waitlist []Entry `json:"waitlist"` // those that wait first, then the last before
	Complete bool    `json:"complete"` // false: there is more than one copy has
}

// Person is who a visit is for.
type Person struct {
	Name           string          `json:"name"`
	IDKind         string          `json:"id_kind"`
	ID             string          `json:"id"`
	Mobile         string          `json:"mobile,omitempty"`
	Email          string          `json:"email,omitempty"`
	Representative *Representative `json:"representative,omitempty"`
}

// Representative is who comes in place of a visitor.
type Representative struct {
	Name    string `json:"name"`
	ID      string `json:"id"`
	Wakala  string `json:"wakala"`
	Expires string `json:"wakala_expires"` // YYYY-MM-DD
}

// Visit is a visit with all that is kept about it.
type Visit struct {
	Reference string    `json:"reference"`
	Status    string    `json:"status"`
	Service   string    `json:"service"`
	Branch    string    `json:"branch"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	Party     int       `json:"party"`
	Channel   string    `json:"channel"`
	Created   time.Time `json:"created_at"`
	Person    Person    `json:"person"`
	Needs     []string  `json:"needs"`
	History   []Event   `json:"history"`
	Messages  []Message `json:"messages"`
	Opinion   *Opinion  `json:"opinion,omitempty"`
}

// Event is something that happened to a visit. Who of the staff did it is not personal
// data of the visitor.
type Event struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"event"`
	Start  time.Time `json:"start"`
	Reason string    `json:"reason,omitempty"`
}

// Message is a message about a visit.
type Message struct {
	At    time.Time `json:"at"`
	Kind  string    `json:"kind"`
	Way   string    `json:"way"`
	Lang  string    `json:"lang"`
	State string    `json:"state"`
	Text  string    `json:"text,omitempty"` // "" once it is no longer kept
}

// Opinion is what the visitor said after a visit.
type Opinion struct {
	At           time.Time `json:"at"`
	Satisfaction int       `json:"satisfaction"`
	Resolved     *bool     `json:"resolved,omitempty"`
	Comment      string    `json:"comment,omitempty"`
}

// Entry is an entry of the waitlist.
type Entry struct {
	State   string     `json:"state"`
	Service string     `json:"service"`
	Branch  string     `json:"branch"`
	From    string     `json:"from"` // YYYY-MM-DD
	To      string     `json:"to"`   // the same
	Party   int        `json:"party"`
	Created time.Time  `json:"created_at"`
	Ended   *time.Time `json:"ended_at,omitempty"`
	Person  Person     `json:"person"`
	Needs   []string   `json:"needs"`
}

// Masked returns a copy for somebody who has proved a mobile and not who they are: numbers
// by which others would take them for the visitor are hidden but for their ends.
func (d Data) Masked() Data {
	out := Data{Visits: make([]Visit, len(d.Visits)), Waitlist: make([]Entry, len(d.Waitlist)), Complete: d.Complete}
	for i, v := range d.Visits {
		v.Person = v.Person.masked()
		out.Visits[i] = v
	}
	for i, e := range d.Waitlist {
		e.Person = e.Person.masked()
		out.Waitlist[i] = e
	}
	return out
}

func (p Person) masked() Person {
	p.ID = masked(p.ID)
	if by := p.Representative; by != nil {
		p.Representative = &Representative{Name: by.Name, ID: masked(by.ID), Wakala: masked(by.Wakala), Expires: by.Expires}
	}
	return p
}

// shown is how many characters of a number are not hidden.
const shown = 4

func masked(number string) string {
	hidden := max(len(number)-shown, (len(number)+1)/2)
	return strings.Repeat("•", hidden) + number[hidden:]
}
