package slots

import "ziyara/catalog"

// A visitor who has not proved a mobile may hold a place: most come to book it. Anybody
// can pretend to be any number of such visitors, so together they get a share of each day.

// WithUnprovedShare bounds how much of a day of a desk group holds may take that no mobile
// was proved for, in percent; without it, or with 0, they may take all of it. One such hold
// is possible on any day, however small.
func WithUnprovedShare(percent int) Option { return func(b *Bookers) { b.unproved = percent } }

// unprovedShare is the share that applies to a request; 0 for none. Staff are known.
func (b *Bookers) unprovedShare(r HoldRequest) int {
	if r.Mobile != "" || r.Channel != catalog.Public {
		return 0
	}
	return b.unproved
}

// takingUnproved returns the day with more ticks of places taken by holds without a
// proof, or ErrProofFirst if that is more than their share, in percent of all that is
// open on the day.
func (o Occupied) takingUnproved(ticks, share int) (Occupied, error) {
	open := 0
	for _, n := range o.Open {
		open += int(n)
	}
	if o.Unproved > 0 && (o.Unproved+ticks)*100 > open*share {
		return o, ErrProofFirst
	}
	o.Unproved += ticks
	return o, nil
}
