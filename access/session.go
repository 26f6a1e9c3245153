package access

import "time"

// Session is a session of a member of staff in a browser.
type Session struct {
	ID      string // UUID; it names the session and opens nothing
	Staff   string // Staff.ID
	Browser string // what the browser says that it is
	Began   time.Time
	Seen    time.Time // when it was last used, precise to a minute
	Ends    time.Time // at the latest

	Subject  string    // the member of staff, as the identity provider knows them
	Provider string    // the provider's own session; "" if it did not say
	Sealed   []byte    // roles, and what the provider is asked with
	Asked    time.Time // when the provider was last asked for the roles
}

// SessionEnd says which sessions end: those that fit every field that is not empty.
type SessionEnd struct {
	ID       string
	Staff    string    // Staff.ID
	Subject  string    // as the identity provider knows the member of staff
	Provider string    // the provider's own session
	Until    time.Time // those that began until then, inclusive; zero for all
}
