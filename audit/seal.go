package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Record is an entry as the database keeps it: what a seal covers.
type Record struct {
	ID                     int64
	At                     time.Time
	Actor, Action, Subject string
	Department, Branch     *int64 // ids in the database
	Before, After          *string
	Reason, RequestID      *string
}

// Hash is the hash of a seal (SHA-256).
type Hash [sha256.Size]byte

// Seal is a link of the chain: its hash covers an entry and the hash before it.
type Seal struct {
	Number int64 // 1, 2, 3 and so on; 0 before the first
	Entry  int64 // id of the entry
	Hash   Hash
	At     time.Time // when the entry was sealed
}

// Head names a seal, so that a later chain can be compared with it: its number and the
// first half of its hash.
type Head struct {
	Number int64
	Hash   string // hexadecimal
}

// ErrHead is returned for a text that is not a Head.
var ErrHead = errors.New("audit: not the head of a log, such as 1204:0f3a…")

const headLength = sha256.Size // digits of half a hash

// Head returns what names the seal.
func (s Seal) Head() Head { return Head{s.Number, hex.EncodeToString(s.Hash[:])[:headLength]} }

// String returns the head as ParseHead reads it.
func (h Head) String() string { return strconv.FormatInt(h.Number, 10) + ":" + h.Hash }

// ParseHead reads a head. It returns ErrHead.
func ParseHead(text string) (Head, error) {
	number, hash, _ := strings.Cut(text, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	if _, bad := hex.DecodeString(hash); err != nil || bad != nil || n < 0 || len(hash) != headLength {
		return Head{}, ErrHead
	}
	return Head{n, strings.ToLower(hash)}, nil
}

// Next returns the hash of the seal of r after a seal with hash h.
func (h Hash) Next(r Record) Hash {
	b := append([]byte(nil), h[:]...)
	number := func(n *int64) *string {
		if n == nil {
			return nil
		}
		text := strconv.FormatInt(*n, 10)
		return &text
	}
	micros := r.At.UnixMicro()
	for _, field := range []*string{
		number(&r.ID), number(&micros), &r.Actor, &r.Action, &r.Subject, number(r.Department), number(r.Branch),
		r.Before, r.After, r.Reason, r.RequestID,
	} {
		if field == nil {
			b = append(b, 0)
			continue
		}
		b = binary.AppendUvarint(b, uint64(len(*field))+1) // so no two records are the same bytes
		b = append(b, *field...)
	}
	return sha256.Sum256(b)
}

// SealAll returns the seals of records after the last one, in their order.
func SealAll(last Seal, records []Record) []Seal {
	seals := make([]Seal, len(records))
	for i, r := range records {
		last = Seal{Number: last.Number + 1, Entry: r.ID, Hash: last.Hash.Next(r)}
		seals[i] = last
	}
	return seals
}

// Fault is something that was done to the log after it was written.
type Fault struct {
	Entry int64 // id; 0 for none
	What  string
}

// String returns the fault as a line of text.
func (f Fault) String() string {
	if f.Entry == 0 {
		return f.What
	}
	return fmt.Sprintf("entry %d %s", f.Entry, f.What)
}

// What can be wrong with an entry.
const (
	wasChanged   = "or its seal was changed"
	wasRemoved   = "was removed"
	wasBackdated = "is dated earlier than entries before it: it was added later"
	wasPostdated = "is dated later than it was sealed"
	// WasAdded is what is wrong with an entry that was never sealed.
	WasAdded = "was added later: entries after it are sealed, and it is not"
)

// slack is how far the date of an entry may be from those of its neighbours: an entry is
// dated when it is written, and is there when its transaction ends.
const slack = time.Hour

// Chain checks the seals of a log, one after the other. The zero value begins with the
// first seal.
type Chain struct {
	last   Seal
	latest time.Time // date of an entry so far
}

// Last returns the last seal that was checked.
func (c *Chain) Last() Seal { return c.last }

// Check checks the next seal and returns what is wrong. record is its entry, nil for one
// that is gone; aged says that it may be, because it is old enough.
func (c *Chain) Check(s Seal, record *Record, aged bool) (faults []Fault) {
	if s.Number != c.last.Number+1 {
		faults = append(faults, Fault{What: fmt.Sprintf("seals %d to %d were removed", c.last.Number+1, s.Number-1)})
	}
	fault := func(what string) { faults = append(faults, Fault{s.Entry, what}) }
	switch {
	case record == nil && !aged:
		fault(wasRemoved)
	case record == nil:
	case len(faults) == 0 && c.last.Hash.Next(*record) != s.Hash:
		fault(wasChanged)
	case record.At.After(s.At.Add(slack)):
		fault(wasPostdated)
	case record.At.Before(c.latest.Add(-slack)):
		fault(wasBackdated)
	case record.At.After(c.latest):
		c.latest = record.At
	}
	c.last = s
	return faults
}

// Missing returns the fault of a log whose seal is not the one that head names. found is
// the seal with its number, nil for none.
func (h Head) Missing(found *Seal) *Fault {
	switch {
	case h.Number == 0 || found != nil && found.Head() == h:
		return nil
	case found == nil:
		return &Fault{What: fmt.Sprintf("the end of the log was cut off: it once had the seal %s", h)}
	}
	return &Fault{What: fmt.Sprintf("the log is another one up to seal %d: its seal was %s and is %s", h.Number, h, found.Head())}
}
