package api

import (
	"net/url"
	"strings"

	"ziyara/textnorm"
)

// cleaner returns how values of the fields and parameters with the name are
// cleaned before they are checked, so that what people paste means what it shows.
// Each name of the contract is decided here; known says whether this one is.
//
// Headers are not cleaned: programs write them, and they are ASCII.
func cleaner(name string) (clean func(string) string, known bool) {
	switch name {
	case "name", "ar", "en", "reason", "note", "q":
		return textnorm.Line, true
	case "comment":
		return textnorm.Lines, true
	case "zero", "one", "two", "few", "many", "other":
		// Of wordings: notify.Texts.Check cleans them, and says where in the text as typed
		// a mistake is.
		return asIs, true
	case "calendar":
		// The reader of calendar files cleans what it takes from one: their lines
		// are folded, and a space at the beginning of a line means something.
		return asIs, true
	case "id", "id_number", "wakala", "mobile", "email", "reference", "code", "url", "rrule",
		"action", "actor", "branch", "cursor", "delivery", "department", "desk", "desk_group", "draft", "events", "group_by",
		"hold", "hold_token", "holiday", "needs", "service", "services", "slug", "stays_open", "subject", "token",
		"verification", "identity", "id_token",
		"also", "at", "clear_hours", "date", "earliest", "end", "except", "from", "latest", "month", "start", "to", "until", "wakala_expires",
		"index", "limit", "monthly_cost", "party", "segment_price", "version", "year",
		"after", "answer", "before", "cancel_cutoff", "default", "duration", "early", "extra", "gap_step", "holiday_list", "horizon", "late",
		"late_turn", "link", "move_cutoff", "no_show", "notice", "online", "opens_at", "pause", "reminders", "reoffer_delay", "step",
		"walk_in_release", "window", "zone",
		"channel", "decision", "dry_run", "format", "kind", "lang", "outcome", "report", "state", "status", "where":
		return textnorm.Symbols, true
	}
	return textnorm.Line, false
}

func asIs(s string) string { return s }

// cleanText returns the cleaned value of a field or parameter.
func cleanText(name, value string) string {
	clean, _ := cleaner(name)
	return clean(value)
}

// cleanBody returns decoded JSON with all of its strings cleaned. name is that of
// the member that the value belongs to, also through arrays.
func cleanBody(name string, value any) any {
	switch value := value.(type) {
	case string:
		return cleanText(name, value)
	case []any:
		for i := range value {
			value[i] = cleanBody(name, value[i])
		}
	case map[string]any:
		for member := range value {
			value[member] = cleanBody(member, value[member])
		}
	}
	return value
}

// cleanAll cleans values in their place, and reports whether one changed.
func cleanAll(name string, values []string) (changed bool) {
	for i, value := range values {
		values[i] = cleanText(name, value)
		changed = changed || values[i] != value
	}
	return changed
}

// pathWith returns the path of the route with these parameters.
func (r *route) pathWith(values []string) string {
	var b strings.Builder
	for _, segment := range r.segments {
		b.WriteByte('/')
		if segment == "" {
			segment, values = url.PathEscape(values[0]), values[1:]
		}
		b.WriteString(segment)
	}
	return b.String()
}
