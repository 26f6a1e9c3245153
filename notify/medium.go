package notify

import "slices"

// Medium is the way a message reaches a visitor.
type Medium string

// The media. E-mail is sent besides SMS, independently of it (docs/adr/0031).
const (
	SMS   Medium = "sms"
	Email Medium = "email"
)

// Contact is how a visitor can be reached; "" for what is not known. A
// representative books with a mobile and an address of their own, so the
// contact of a visit is theirs.
type Contact struct {
	Mobile Mobile
	Email  string
}

// knows reports whether the visitor can be reached by a medium.
func (c Contact) knows(m Medium) bool {
	return m == SMS && c.Mobile != "" || m == Email && c.Email != ""
}

// Media returns the media of the kind; each is used for visitors it can reach.
func (k Kind) Media() []Medium {
	if k.told().mail {
		return []Medium{SMS, Email}
	}
	return []Medium{SMS}
}

// MediaFor returns the served media that reach the contact; none when the contact
// can't be reached.
func (k Kind) MediaFor(c Contact, served ...Medium) []Medium {
	return slices.DeleteFunc(k.Media(), func(m Medium) bool { return !c.knows(m) || !slices.Contains(served, m) })
}

// EmailKinds lists the kinds that are also sent by e-mail.
func EmailKinds() []Kind {
	return slices.DeleteFunc(Kinds(), func(k Kind) bool { return !k.told().mail })
}
