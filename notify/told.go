package notify

import "time"

// Lane is the part of the message ledger in which an SMS waits. Lanes keep thousands
// of reminders from holding up a code.
type Lane string

// The lanes of SMS. E-mails have one of their own.
const (
	Prompt Lane = "prompt" // the visitor is waiting for it
	Bulk   Lane = "bulk"   // thousands become due at once
)

// rule says how messages of a kind are sent.
type rule struct {
	lane  Lane
	mail  bool // by e-mail, too
	link  bool // ends with a link, where the centre has a public address
	waits bool // for the end of the quiet hours

	manage bool // the link changes or cancels the visit
	answer bool // the visitor has to answer: by the link, or else by telephone
	spares bool // a visitor who misreads it comes in vain: worth a second segment
}

// told is the table of all kinds.
//
// E-mail carries what need not arrive within minutes: an offer is open only for
// minutes, a delay reaches visitors on their way, and a code proves a mobile.
// Messages that ask the visitor to come or to choose have a link. A visitor who
// books, moves or cancels is awake, and offers and delays can't wait.
func (k Kind) told() rule {
	switch k {
	case VerificationCode:
		return rule{lane: Prompt}
	case Requested:
		return rule{lane: Prompt, mail: true, spares: true}
	case Cancelled:
		return rule{lane: Prompt, mail: true}
	case Booked, Moved:
		return rule{lane: Prompt, mail: true, link: true, manage: true}
	case Proposed:
		return rule{lane: Prompt, mail: true, link: true, answer: true}
	case Approved:
		return rule{lane: Prompt, mail: true, link: true, manage: true, waits: true}
	case Closed:
		return rule{lane: Prompt, mail: true, link: true, answer: true, waits: true}
	case Declined:
		return rule{lane: Prompt, mail: true, spares: true, waits: true}
	case Reminder:
		return rule{lane: Bulk, mail: true, link: true, manage: true, waits: true}
	case Survey:
		return rule{lane: Bulk, mail: true, link: true, waits: true}
	case Offer:
		return rule{lane: Prompt, link: true, answer: true}
	case Delayed:
		return rule{lane: Prompt}
	case CaseUpdated:
		return rule{lane: Prompt, waits: true}
	}
	return rule{}
}

// ChangeKinds lists the kinds that tell visitors of a change that takes their
// places.
func ChangeKinds() []Kind { return []Kind{Closed, Proposed, Cancelled, Declined} }

// Lane returns the lane of SMS of the kind.
func (k Kind) Lane() Lane { return k.told().lane }

// EventKind says what has happened, in the words of a visit's history.
type EventKind string

// The events of visits and requests that visitors are told of. Of all others they
// know already, because they caused them.
const (
	WasRequested EventKind = "requested"
	WasBooked    EventKind = "booked"
	WasApproved  EventKind = "approved"
	WasDeclined  EventKind = "declined"
	WasProposed  EventKind = "proposed" // another start; or a change took the place, and the visitor chooses
	WasAccepted  EventKind = "accepted" // the proposal
	WasRefused   EventKind = "refused"  // the proposal, or it is not needed any more
	WasMoved     EventKind = "moved"
	WasCancelled EventKind = "cancelled"
	WasCompleted EventKind = "completed"
)

// Standing is the state of a visit as far as it decides which message is sent.
type Standing string

// The standings.
const (
	Ordinary  Standing = ""          // booked where it is, or over
	AsRequest Standing = "request"   // waits for an approval
	Displaced Standing = "displaced" // a change took its place, and the visitor has not chosen yet
)

// Event is an event of a visit, with the facts that decide which message is sent.
type Event struct {
	Kind     EventKind
	From, To Standing // of the visit, before and after it
	ByStaff  bool     // not by a job

	At    time.Time // when it happened
	Start time.Time // of the visit now; zero where only the ledger knows it
	Until time.Time // of a proposal: when its place is given back
}

// askedFor is how long after a visit its survey is of use.
const askedFor = 24 * time.Hour

// Notice is a message to be written to the ledger. The zero Notice is none.
type Notice struct {
	Kind    Kind
	Expires time.Time // from this instant on it is of no use
}

// Notice returns the message about the event. The ledger has one row for it, in the
// lane of its SMS; the row for the e-mail is added when that one is claimed
// (docs/adr/0031).
func (e Event) Notice() Notice {
	k := e.told()
	if k == "" {
		return Notice{}
	}
	return Notice{Kind: k, Expires: e.expires(k)}
}

// To returns the notice for a visitor with the contact; none when no medium of
// its kind reaches them. A medium counts even where it is not served: then the
// message fails, and staff see which visitor was not told.
func (n Notice) To(c Contact) Notice {
	if n.Kind == "" || len(n.Kind.MediaFor(c, SMS, Email)) == 0 {
		return Notice{}
	}
	return n
}

// told returns the kind of the message about the event; "" for none.
func (e Event) told() Kind {
	switch e.Kind {
	case WasRequested:
		return Requested
	case WasBooked:
		return Booked
	case WasApproved:
		return Approved
	case WasDeclined:
		return Declined
	case WasProposed:
		if e.To == Displaced {
			return Closed
		}
		return Proposed
	case WasAccepted:
		if e.From == AsRequest {
			return Approved
		}
		return Moved
	case WasRefused:
		if e.From == Displaced && e.To != Displaced {
			return Booked // it takes place where it was, after all
		}
		return "" // the visitor who refuses knows
	case WasMoved:
		return Moved
	case WasCancelled:
		return Cancelled
	case WasCompleted:
		if e.ByStaff {
			return Survey
		}
		return "" // closed by a job: no one served the visitor
	}
	return ""
}

// expires returns when a message of the kind stops being of use: mostly when the
// visit begins.
func (e Event) expires(k Kind) time.Time {
	if k == Proposed {
		return e.Until
	}
	if k == Survey {
		return e.At.Add(askedFor)
	}
	return e.Start
}
