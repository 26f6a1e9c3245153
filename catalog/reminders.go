package catalog

import (
	"fmt"
	"time"
)

const (
	// shortestLead gives a visitor the time to set out.
	shortestLead = 30 * time.Minute
	longestLead  = 14 * 24 * time.Hour
	mostLeads    = 5
)

// DefaultReminders are how long ahead of a visit its visitor is reminded,
// unless the service says otherwise. In a trial with 54,066 visits these two
// left 4.4 % missed, and one of them alone 5.3 and 5.8 % (Steiner 2018).
func DefaultReminders() []time.Duration { return []time.Duration{72 * time.Hour, 24 * time.Hour} }

// validateReminders returns an error unless the leads are whole minutes, the
// longest first, each of them once.
func (s Service) validateReminders() error {
	if len(s.Reminders) > mostLeads {
		return fmt.Errorf("%d reminders: want at most %d", len(s.Reminders), mostLeads)
	}
	for i, lead := range s.Reminders {
		switch {
		case lead < shortestLead || lead > longestLead || lead%time.Minute != 0:
			return fmt.Errorf("a reminder %v ahead: want whole minutes from %v to %v", lead, shortestLead, longestLead)
		case i > 0 && lead >= s.Reminders[i-1]:
			return fmt.Errorf("reminders %v: want the longest first, each of them once", s.Reminders)
		}
	}
	return nil
}
