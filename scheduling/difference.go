package scheduling

import (
	"encoding/json"
	"slices"
)

// Difference returns what an edit removed from a plan and what it added, each
// as a JSON object of the parts that changed, nil if there are none. Of a
// changed list it holds only the entries that the other plan lacks, or the
// whole list if just the order changed.
func Difference(before, after Plan) (taken, put json.RawMessage) {
	t, p := map[string]any{}, map[string]any{}
	compare(t, p, "rules", before.Rules, after.Rules)
	compare(t, p, "seasons", before.Seasons, after.Seasons)
	compare(t, p, "holidays", before.Holidays, after.Holidays)
	compare(t, p, "stays_open", before.StaysOpen, after.StaysOpen)
	compare(t, p, "hours", before.Hours, after.Hours)
	compare(t, p, "closures", before.Closures, after.Closures)
	return object(t), object(p)
}

// object returns the JSON of an object, nil for an empty one.
func object(parts map[string]any) json.RawMessage {
	if len(parts) == 0 {
		return nil
	}
	text, err := json.Marshal(parts)
	if err != nil { // neither plan can be compiled
		return nil
	}
	return text
}

func compare[T any](taken, put map[string]any, part string, before, after []T) {
	if len(before) == len(after) && (len(before) == 0 || &before[0] == &after[0]) {
		return // an edit leaves the parts that it does not change as they are
	}
	a, b := written(before), written(after)
	if slices.Equal(a, b) {
		return
	}
	gone, come := without(before, a, b), without(after, b, a)
	if len(gone)+len(come) == 0 { // only the order changed
		gone, come = before, after
	}
	if len(gone) > 0 {
		taken[part] = gone
	}
	if len(come) > 0 {
		put[part] = come
	}
}

func written[T any](list []T) []string {
	texts := make([]string, len(list))
	for i, e := range list {
		texts[i] = entry(e)
	}
	return texts
}

// without returns the entries of a list whose texts are not among others.
// Repeated texts count: each text in others cancels one entry.
func without[T any](list []T, texts, others []string) []T {
	have := make(map[string]int, len(others))
	for _, text := range others {
		have[text]++
	}
	var left []T
	for i, e := range list {
		if have[texts[i]] > 0 {
			have[texts[i]]--
		} else {
			left = append(left, e)
		}
	}
	return left
}

// HolidaysDifference is like Difference, for two lists of holidays.
func HolidaysDifference(before, after HolidayList) (taken, put json.RawMessage) {
	t, p := map[string]any{}, map[string]any{}
	compare(t, p, "holidays", before.Holidays, after.Holidays)
	if before.Bridge != after.Bridge {
		t["bridge"], p["bridge"] = before.Bridge, after.Bridge
	}
	return object(t), object(p)
}
