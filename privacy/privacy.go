// Package privacy says what is kept of people: in which columns, why and for how long;
// what a copy of it has; and what stays when somebody asks for it to be erased. It is pure.
package privacy

import (
	"errors"
	"fmt"
	"time"
)

const day = 24 * time.Hour

// How long is kept what no setting changes, because the program works with it.
const (
	KeepHolds      = 2 * day   // abandoned holds, from their beginning
	KeepChecks     = 2 * day   // checks of mobiles, from their beginning: so long they count against abuse
	KeepAnswers    = 1 * day   // sealed answers to requests with a key
	KeepDeliveries = 30 * day  // deliveries to webhooks, without personal data
	KeepCounts     = 800 * day // counts for reports, without personal data: two years to compare, and some
)

// Periods are how long is kept what the ministry decides.
type Periods struct {
	Visits   time.Duration // what is personal of a visit, after its day
	Waitlist time.Duration // an entry of the waitlist, after its end
	Texts    time.Duration // texts of messages, after they were sent
}

// Default returns the periods unless they are set: a year for what a visitor may still
// ask about or complain of, a season for the rest.
func Default() Periods { return Periods{Visits: 365 * day, Waitlist: 90 * day, Texts: 90 * day} }

// HallCloses is how long after its end a visit that nobody has closed may still go on in the
// hall.
const HallCloses = 1 * day

// Ongoing reports whether a visit still needs its person at now: it is open, so neither
// cancelled nor closed by reception, and has not ended longer ago than HallCloses.
func Ongoing(open bool, end, now time.Time) bool { return open && end.After(now.Add(-HallCloses)) }

// leastVisits is the shortest period of visits: the hall closes them within a day, and
// visitors say afterwards how it was.
const leastVisits = 30 * day

// Filled returns the periods with the defaults of those that are not set.
func (p Periods) Filled() Periods {
	d := Default()
	for _, one := range []struct{ set, other *time.Duration }{{&p.Visits, &d.Visits}, {&p.Waitlist, &d.Waitlist}, {&p.Texts, &d.Texts}} {
		if *one.set == 0 {
			*one.set = *one.other
		}
	}
	return p
}

// Check returns an error that names the setting with a period that can't be.
func (p Periods) Check() error {
	switch {
	case p.Texts < 0:
		return errors.New("privacy: ZIYARA_KEEP_TEXTS is negative")
	case p.Waitlist < 0:
		return errors.New("privacy: ZIYARA_KEEP_WAITLIST is negative")
	case p.Visits < leastVisits:
		return fmt.Errorf("privacy: ZIYARA_KEEP_VISITS is less than %s", leastVisits)
	}
	return nil
}

// Who is whose data: that with a mobile in E.164, with an identity number, or with both;
// "" for any, but not for both. Of who has proved their identity it is what belongs to
// Person, the pseudonym of it, and what has the mobile, if they have proved one too.
type Who struct{ Mobile, Identity, Person string }

// Own returns whose data somebody may have who has proved an identity, whose person is "" for
// none, or mobiles, of which the first counts.
func Own(person string, mobiles []string) Who {
	who := Who{Person: person}
	if len(mobiles) > 0 {
		who.Mobile = mobiles[0]
	}
	return who
}

// Erasure is what was erased, in numbers.
type Erasure struct {
	Visits   int `json:"visits" db:"visits"`     // whose persons were emptied
	Waitlist int `json:"waitlist"`               // entries that were removed
	Texts    int `json:"texts" db:"texts"`       // of messages
	Comments int `json:"comments" db:"comments"` // on visits
}

// Plus returns the sum of both.
func (e Erasure) Plus(o Erasure) Erasure {
	return Erasure{e.Visits + o.Visits, e.Waitlist + o.Waitlist, e.Texts + o.Texts, e.Comments + o.Comments}
}

// Kept is what an erasure leaves, and why: the texts privacy.left_… say so.
type Kept string

// What is left.
const (
	KeptLog     Kept = "log"     // what staff did, which names the reference
	KeptAbuse   Kept = "abuse"   // how many codes and messages the mobile got, pauses
	KeptFigures Kept = "figures" // that there was a visit, without a person
)

// AllKept returns what each erasure leaves.
func AllKept() []Kept { return []Kept{KeptLog, KeptAbuse, KeptFigures} }

// ErrOngoing is what every OngoingError is.
var ErrOngoing = errors.New("privacy: visits are to come or entries wait")

// OngoingError is returned for an erasure while visits are to come or entries wait. It
// erases nothing.
type OngoingError struct {
	Visits  []string // references, as people read them
	Waiting int      // entries of the waitlist
}

// Error counts them.
func (e *OngoingError) Error() string {
	return fmt.Sprintf("privacy: %d visits are to come and %d entries wait", len(e.Visits), e.Waiting)
}

// Is reports whether target is ErrOngoing.
func (e *OngoingError) Is(target error) bool { return target == ErrOngoing }
