package slots

// WithVisitsPerMobile bounds how many upcoming visits and requests visitors can book with
// one mobile, and how many entries of the waitlist they can have with it, whatever
// identity numbers they give; without it, or with 0, there is no limit. The store counts:
// each takes one of the numbers up to n, which no other visit of the mobile has.
func WithVisitsPerMobile(n int) Option { return func(b *Bookers) { b.perMobile = n } }

// mobileLimit is the limit that applies to a booking; 0 for none. What staff book counts
// for no mobile: they answer for it by name, and a company has one number for all.
func (b *Bookers) mobileLimit(by Booking) int {
	if by.Actor != "" || by.Mobile == "" {
		return 0
	}
	return b.perMobile
}
