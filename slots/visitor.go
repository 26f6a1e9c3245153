package slots

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"ziyara/scheduling"
	"ziyara/textnorm"
	"ziyara/texts"
)

// Limits of what is written about a visitor.
const (
	MinName   = 2   // characters
	MaxName   = 120 // characters
	MaxEmail  = 254 // bytes (RFC 5321, section 4.5.3.1)
	MaxWakala = 20  // digits
)

// Visitor is who the visit is for.
type Visitor struct {
	Name     string
	Identity Identity
	Email    string // "" when none was given
}

// Representative (وكيل) comes in place of the visitor, with a power of attorney.
type Representative struct {
	Name     string
	Identity Identity
	Wakala   string // number of the power of attorney
	Expires  scheduling.Date
}

// VisitorError lists the fields of a visitor's input that can't be accepted.
type VisitorError struct{ Fields []Field }

// Field is one input that can't be accepted.
type Field struct {
	Name   string // as in the request: name, id, email, wakala, wakala_expires, needs/0
	Fault  Fault
	Digits int // how many were typed, where the number of digits is what is wrong; otherwise 0
}

// Text says what is wrong with the input and how to correct it.
func (f Field) Text() texts.Text {
	if f.Digits == 0 {
		return f.Fault.Text()
	}
	typed := texts.Visitors("fault.digits", "Count", f.Digits)
	if f.Fault == FaultWakala {
		return texts.Visitors("fault.wakala_digits", "Typed", typed, "Limit", texts.Visitors("fault.digits", "Count", MaxWakala))
	}
	return texts.Visitors("fault.identity_digits", "Typed", typed, "Needed", texts.Visitors("fault.digits", "Count", identityDigits))
}

// ofID is the fault of an identity number.
func ofID(typed string) Field {
	f := Field{Name: "id", Fault: FaultID}
	if n := plainNumber(typed); allDigits(n) && len(n) != identityDigits {
		f.Digits = len(n)
	}
	return f
}

// ofWakala is the fault of the number of a power of attorney, cleaned.
func ofWakala(clean string) Field {
	f := Field{Name: "wakala", Fault: FaultWakala}
	if allDigits(clean) {
		f.Digits = len(clean)
	}
	return f
}

// Fault says what is wrong with an input.
type Fault string

// The faults.
const (
	FaultName    Fault = "name"
	FaultID      Fault = "identity"
	FaultEmail   Fault = "email"
	FaultWakala  Fault = "wakala"
	FaultExpired Fault = "wakala_expired"
	FaultSelf    Fault = "represents_self"
	FaultNeed    Fault = "need"      // not a need of the service
	FaultLonger  Fault = "need_late" // the held place is too short for it
	FaultReason  Fault = "reason"    // not one of the centre's reasons for cancelling
)

// Text says what is wrong with an input and how to correct it; Field.Text says it more
// exactly.
func (f Fault) Text() texts.Text {
	switch f {
	case FaultName:
		return texts.Visitors("fault.name", "Limit", texts.Visitors("fault.letters", "Count", MaxName))
	case FaultID:
		return texts.Visitors("fault.identity")
	case FaultEmail:
		return texts.Visitors("fault.email")
	case FaultWakala:
		return texts.Visitors("fault.wakala", "Limit", texts.Visitors("fault.digits", "Count", MaxWakala))
	case FaultExpired:
		return texts.Visitors("fault.expired")
	case FaultSelf:
		return texts.Visitors("fault.self")
	case FaultNeed:
		return texts.Visitors("fault.need")
	case FaultLonger:
		return texts.Visitors("fault.longer")
	case FaultReason:
		return texts.Visitors("fault.cancellation")
	}
	return texts.Visitors("fault.value")
}

// Error names the fields.
func (e *VisitorError) Error() string {
	names := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		names[i] = f.Name
	}
	return fmt.Sprintf("slots: unacceptable %s", strings.Join(names, ", "))
}

// NewVisitor checks a visitor's input. It returns a *VisitorError with every field
// that can't be accepted.
func NewVisitor(name, id, email string) (Visitor, error) {
	var bad []Field
	v := Visitor{Name: textnorm.Line(name), Email: textnorm.Symbols(email)}
	if !plausibleName(v.Name) {
		bad = append(bad, Field{Name: "name", Fault: FaultName})
	}
	var err error
	if v.Identity, err = ParseIdentity(id); err != nil {
		bad = append(bad, ofID(id))
	}
	if v.Email != "" && !plausibleEmail(v.Email) {
		bad = append(bad, Field{Name: "email", Fault: FaultEmail})
	}
	if bad != nil {
		return Visitor{}, &VisitorError{bad}
	}
	return v, nil
}

// NewRepresentative checks the representative of the visitor with identity
// principal. It returns a *VisitorError with every field that can't be accepted;
// visitors can't represent themselves. Whether the power of attorney is valid on the
// day of the visit is seen when the visit gets its place.
func NewRepresentative(name, id, wakala string, expires scheduling.Date, principal Identity) (Representative, error) {
	var bad []Field
	r := Representative{Name: textnorm.Line(name), Wakala: textnorm.Symbols(wakala), Expires: expires}
	if !plausibleName(r.Name) {
		bad = append(bad, Field{Name: "name", Fault: FaultName})
	}
	var err error
	switch r.Identity, err = ParseIdentity(id); {
	case err != nil:
		bad = append(bad, ofID(id))
	case r.Identity == principal:
		bad = append(bad, Field{Name: "id", Fault: FaultSelf})
	}
	if !allDigits(r.Wakala) || len(r.Wakala) > MaxWakala {
		bad = append(bad, ofWakala(r.Wakala))
	}
	if bad != nil {
		return Representative{}, &VisitorError{bad}
	}
	return r, nil
}

// MayActOn returns a *VisitorError if the power of attorney ends before the day.
func (r *Representative) MayActOn(day scheduling.Date) error {
	if r == nil || r.Expires == 0 || r.Expires >= day {
		return nil
	}
	return &VisitorError{[]Field{{Name: "representative/wakala_expires", Fault: FaultExpired}}}
}

// plausibleName accepts MinName to MaxName visible characters with at least one letter.
func plausibleName(s string) bool {
	if n := utf8.RuneCountInString(s); !utf8.ValidString(s) || n < MinName || n > MaxName {
		return false
	}
	letter := false
	for _, r := range s {
		if !unicode.IsPrint(r) && !textnorm.IsJoiner(r) {
			return false
		}
		letter = letter || unicode.IsLetter(r)
	}
	return letter
}

// plausibleEmail accepts a bare address of RFC 5322 at a domain with a dot, no
// address literal, of at most MaxEmail bytes.
func plausibleEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > MaxEmail {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return strings.Contains(domain, ".") && !strings.HasPrefix(domain, "[")
}
