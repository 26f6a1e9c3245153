package portal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"ziyara/loopback"
	"ziyara/service/secret"
	"ziyara/slots"
)

// Action is what a link lets its holder do with one visit.
type Action byte

// The actions. Their values are in links that were sent, so they never change.
const (
	Manage  Action = 'm' // all that follow
	Confirm Action = 'c' // confirm that the visitor will come
	Move    Action = 'v'
	Cancel  Action = 'x'
	Answer  Action = 'a' // accept or refuse what the department proposes

	// Manage does not include these: their links are about another thing, or are
	// used after the visit.
	Survey  Action = 's' // answer the survey about the visit
	Mailbox Action = 'e' // confirm that the e-mail address of the visit is the visitor's
	Offer   Action = 'o' // accept or decline the place offered to an entry of the waitlist
)

// allows reports whether a link for the action a may be used for the action do.
func (a Action) allows(do Action) bool {
	return a == do || a == Manage && do != Survey && do != Offer && do != Mailbox
}

// ErrOrigin is returned for a public address that links can't have.
var ErrOrigin = errors.New("portal: not a public address")

// maxHost is the greatest length of host and port, in characters, with which a
// confirmation in Arabic and its link still fit in two segments.
const maxHost = 30

// linkPath is what precedes the token in a link.
const linkPath = "/m/"

// Links makes and reads links to visits. It is safe for concurrent use.
type Links struct {
	origin *url.URL
	keys   *secret.Keys
}

// NewLinks returns links at origin, such as https://visit.example.gov.sa. It
// returns ErrOrigin unless origin is https, or http on this machine, and only a
// host of at most 30 characters.
func NewLinks(origin string, keys *secret.Keys) (*Links, error) {
	u, err := url.Parse(origin)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrOrigin, err)
	case !loopback.Secure(u):
		return nil, fmt.Errorf("%w: %q is not https", ErrOrigin, origin)
	case u.Hostname() == "" || len(u.Host) > maxHost || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%w: %q: want a host of at most %d characters and nothing else", ErrOrigin, origin, maxHost)
	}
	return &Links{&url.URL{Scheme: u.Scheme, Host: u.Host}, keys}, nil
}

// Subject is the visit that a link is about.
type Subject struct {
	Reference  slots.Reference
	Generation uint8 // slots.Appointment.LinkGeneration: a link of another one opens nothing
}

// about returns the subject of the links to a visit.
func about(a slots.Appointment) Subject { return Subject{a.Reference, a.LinkGeneration()} }

// Link returns the address at which an action for a visit can be taken until
// expires; "" for an invalid reference.
func (l *Links) Link(of Subject, a Action, expires time.Time) string {
	path := l.path(of, a, expires)
	if path == "" {
		return ""
	}
	return l.origin.String() + path
}

// openAfter is how long after its start the link to a visit can be opened: it shows the
// visitor's turn on the day of the visit.
const openAfter = 12 * time.Hour

// Visit returns the address of the page of a visit that starts then, where its visitor
// can do all that they may; "" for an invalid reference.
func (l *Links) Visit(of Subject, start time.Time) string {
	return l.Link(of, Manage, start.Add(openAfter))
}

// useMailbox is what the tag of an e-mail address in a link is for.
const useMailbox = "e-mail address of a visit"

// ConfirmEmail returns the address at which the visitor of a visit that starts then can
// confirm their e-mail address; "" for an invalid reference. It is of no use once the
// visit has another address.
func (l *Links) ConfirmEmail(of Subject, email string, start time.Time) string {
	link := l.Link(of, Mailbox, start.Add(openAfter))
	if link == "" {
		return ""
	}
	return link + "/email/" + l.mailboxTag(of.Reference, email)
}

func (l *Links) mailboxTag(r slots.Reference, email string) string {
	return l.keys.Token(useMailbox, string(r)+"\n"+email)
}

// visitPath returns the path of Visit.
func (l *Links) visitPath(a slots.Appointment) string {
	return l.path(about(a), Manage, a.Start.Add(openAfter))
}

// path returns the path of a link; "" for an invalid reference.
func (l *Links) path(of Subject, a Action, expires time.Time) string {
	payload, err := of.Reference.Bytes()
	if err != nil {
		return ""
	}
	return linkPath + l.keys.Link(secret.Link{Use: byte(a), Payload: payload, Generation: of.Generation}, expires)
}

// maxNumber is the greatest number that a link has room for.
const maxNumber = 1<<40 - 1

// Offer returns the address at which the offer to the entry of the waitlist with
// this number can be answered until expires; "" for an invalid number. The generation is
// slots.Entry.LinkGeneration.
func (l *Links) Offer(number int64, generation uint8, expires time.Time) string {
	path := l.offerPath(number, generation, Offer, expires)
	if path == "" {
		return ""
	}
	return l.origin.String() + path
}

// offerPath returns the path of an offer's link, Offer or Offer|own; "" for an invalid
// number.
func (l *Links) offerPath(number int64, generation uint8, a Action, expires time.Time) string {
	if number < 1 || number > maxNumber {
		return ""
	}
	var payload [8]byte
	binary.BigEndian.PutUint64(payload[:], uint64(number))
	return linkPath + l.keys.Link(secret.Link{Use: byte(a), Payload: [5]byte(payload[3:]), Generation: generation}, expires)
}

// numberOf returns the number that Offer was given.
func numberOf(payload [5]byte) int64 {
	return int64(binary.BigEndian.Uint64(append(make([]byte, 3), payload[:]...))) //nolint:gosec // 40 bits
}

// Surveyed returns the visit that a survey's token is about. It returns
// secret.ErrToken, also for the token of a link for another action, or
// secret.ErrTokenExpired.
func (l *Links) Surveyed(token string, now time.Time) (Subject, error) {
	to, err := l.read(token, now)
	if to.action != Survey {
		return Subject{}, secret.ErrToken
	}
	return to.visit(), err
}

// link is what a link says.
type link struct {
	payload    [5]byte
	generation uint8
	action     Action
	inOne      bool // it works in one browser only
}

// visit returns the visit that the link is about.
func (l link) visit() Subject { return Subject{slots.NewReference(l.payload), l.generation} }

// read returns what a token says. It returns secret.ErrToken or, with the link, an error
// that wraps secret.ErrTokenExpired.
func (l *Links) read(token string, now time.Time) (link, error) {
	to, err := l.keys.OpenLink(token, now)
	return link{to.Payload, to.Generation, Action(to.Use &^ own), to.Use&own != 0}, err
}

// secure reports whether the pages are https.
func (l *Links) secure() bool { return l.origin.Scheme == "https" }

// serves reports whether pages are served at a host. With an origin on a loopback
// address, any name of this machine will do.
func (l *Links) serves(host string) bool {
	if strings.EqualFold(host, l.origin.Host) {
		return true
	}
	return loopback.Is(l.origin.Host) && loopback.Is(host)
}
