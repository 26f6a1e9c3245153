package slots

// sayUntil returns the pause in the zone of the branch of a.
func (b *Booker) sayUntil(pause *PauseError, a Appointment) error {
	said := *pause
	if _, group, err := b.centre().Desk(a.Service, a.Branch); err == nil {
		said.Until = said.Until.In(group.Calendar.Zone())
	}
	return &said
}
