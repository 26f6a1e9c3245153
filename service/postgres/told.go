package postgres

import (
	"database/sql"

	"github.com/lib/pq"

	"ziyara/hall"
	"ziyara/notify"
	"ziyara/slots"
)

// told returns the message to the visitor after a transition of an appointment.
func told(t slots.Transition) notify.Notice {
	event := notify.Event{
		Kind: notify.EventKind(t.Event.Kind), From: standing(t.Before), To: standing(t.After), ByStaff: t.Event.Actor != "",
		At: t.Event.At, Start: t.After.Start,
	}
	if p := t.After.Proposal; p != nil {
		event.Until = p.Expires
	}
	return event.Notice().To(contact(t.After.Mobile, t.After.Visitor))
}

// toldOfStep returns the message to the visitor after a step in the hall.
func toldOfStep(step hall.Step) notify.Notice {
	for _, e := range step.Events {
		event := notify.Event{Kind: notify.EventKind(e.Kind), ByStaff: e.Actor != "", At: step.At, Start: step.Visit.Start}
		if n := event.Notice(); n.Kind != "" {
			return n
		}
	}
	return notify.Notice{}
}

// standing returns the state of an appointment that messages depend on.
func standing(a slots.Appointment) notify.Standing {
	switch {
	case a.Status == slots.Requested:
		return notify.AsRequest
	case a.Displaced():
		return notify.Displaced
	}
	return notify.Ordinary
}

// contact returns how a visitor can be reached.
func contact(mobile string, v slots.Visitor) notify.Contact {
	return notify.Contact{Mobile: notify.Mobile(mobile), Email: v.Email}
}

// kind returns the kind of a message, or NULL for none.
func kind(n notify.Notice) sql.NullString { return null(string(n.Kind)) }

// media returns the media of a kind, for a statement that selects visitors who can be
// reached by one of them.
func media(k notify.Kind) any {
	list := pq.StringArray{}
	for _, m := range k.Media() {
		list = append(list, string(m))
	}
	return list
}
