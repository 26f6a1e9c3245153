package slots

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
)

// knownNeeds returns a *VisitorError naming the needs that visitors to the service
// can't declare; nil if there are none.
func knownNeeds(s *catalog.Service, needs []string) error {
	var bad []Field
	for i, slug := range needs {
		if _, ok := s.Need(slug); !ok {
			bad = append(bad, Field{Name: needField(i), Fault: FaultNeed})
		}
	}
	if bad != nil {
		return &VisitorError{bad}
	}
	return nil
}

// needField names the i-th need of a request.
func needField(i int) string { return fmt.Sprintf("needs/%d", i) }

// stillKnown returns the needs that the service still has.
func stillKnown(s *catalog.Service, needs []string) []string {
	return slices.DeleteFunc(slices.Clone(needs), func(slug string) bool {
		_, ok := s.Need(slug)
		return !ok
	})
}

// distinct returns the needs, each once, in their order.
func distinct(needs []string) []string {
	var once []string
	for _, slug := range needs {
		if !slices.Contains(once, slug) {
			once = append(once, slug)
		}
	}
	return once
}

// declared returns the needs of the hold with the id together with those declared
// by its booking. It returns a *VisitorError for a need that the service does not
// know, or that makes the visit longer than the held place. If there is no hold,
// the booking reports that.
func (b *Booker) declared(ctx context.Context, id string, needs []string) ([]string, error) {
	if len(needs) == 0 {
		return nil, nil
	}
	hold, err := b.store.Find(ctx, id)
	if errors.Is(err, fault.ErrNotFound) {
		return needs, nil
	}
	if err != nil {
		return nil, err
	}
	service, ok := b.centre.Service(hold.Service)
	if !ok {
		return nil, centre.ErrUnknownService
	}
	return hold.declare(service, needs)
}

// declare returns the needs of the appointment, which is for service s, together
// with more.
func (a Appointment) declare(s *catalog.Service, more []string) ([]string, error) {
	var bad []Field
	for i, slug := range more {
		need, known := s.Need(slug)
		switch {
		case !known:
			bad = append(bad, Field{Name: needField(i), Fault: FaultNeed})
		case need.ExtraMinutes > 0 && !slices.Contains(a.Needs, slug):
			bad = append(bad, Field{Name: needField(i), Fault: FaultLonger})
		}
	}
	if bad != nil {
		return nil, &VisitorError{bad}
	}
	return distinct(slices.Concat(a.Needs, more)), nil
}
