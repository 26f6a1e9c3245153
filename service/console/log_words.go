package console

import (
	"slices"
	"strings"
	"time"

	"ziyara/service/web"
)

// logActions are the actions of entries that have words, in the order in which the search
// lists them.
func logActions() []string {
	return []string{
		"signed-in", "signed-out", "session-ended", "sign-in-refused", "for-users", "refused", "read", "search", "export",
		"requested", "booked", "approved", "declined", "proposed", "accepted", "moved", "corrected", "cancelled",
		"checked_in", "called", "missed", "started", "completed", "left", "no_show", "restored", "calendar.changed",
		"calendar.undone", "closure.added", "closure.removed", "hours.set", "hours.cleared", "holiday.announced",
		"holidays.imported", "holidays.undone", "quota.changed",
		"setup.added", "setup.changed", "holidays.changed", "desk.put", "desk.removed", "delay.announced",
		"budget.changed", "message.resent", "text.saved", "text.approved", "feed.added", "feed.revoked", "webhook.added",
		"webhook.changed", "webhook.removed", "webhook.disabled", "webhook.resent", "webhook.tested",
		"webhook.secret_changed", "visits.import-begun", "visits.imported",
	}
}

// logSubjects are the kinds of what entries are about that have words.
func logSubjects() []string {
	return []string{
		"appointment", "staff", "desk", "desk-group", "department", "service", "branch", "feed", "webhook", "text", "report",
		"log", "holidays", "operation", "message",
	}
}

// logValues are the names of values that have words.
func logValues() []string {
	return []string{"start", "until", "minutes", "told", "lang", "name", "state"}
}

// wordKey is the end of the key of a word of the log.
func wordKey(word string) string { return strings.NewReplacer(".", "_", "-", "_").Replace(word) }

// inWords fills in what an entry says in the language of the page. What has no words stays
// as the log has it.
func (e *logEntry) inWords(p page, zone *time.Location) {
	if slices.Contains(logActions(), e.Action) {
		e.Did = p.S("log_room.act_" + wordKey(e.Action))
	}
	if kind, rest, _ := strings.Cut(e.Subject, " "); slices.Contains(logSubjects(), kind) {
		e.About, e.Of = p.S("log_room.of_"+wordKey(kind)), rest
	}
	e.Facts = slices.DeleteFunc(e.facts(), func(f fact) bool { return f.Name == "version" || f.Name == "operation" })
	for i := range e.Facts {
		f := &e.Facts[i]
		f.Before, f.After = readable(f.Before, zone, p.Lang), readable(f.After, zone, p.Lang)
		if slices.Contains(logValues(), f.Name) {
			f.Said = p.S("log_room.value_" + f.Name)
		}
	}
}

// readable writes an instant as people read it; other values stay.
func readable(value string, zone *time.Location, lang string) string {
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return value
	}
	m := web.MomentOf(at, zone, lang)
	return m.Near + " " + m.Time
}

// didOptions are what the search can look for.
func (p logPage) didOptions() []web.Option {
	list := []web.Option{{Text: p.S("log_room.any_action")}}
	for _, word := range logActions() {
		list = append(list, web.Option{Value: word, Text: p.S("log_room.act_" + wordKey(word))})
	}
	return list
}
