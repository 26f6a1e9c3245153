package setup

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// Version is one change of a thing: who made it, when, why, and the fields that became
// different, as a file has them.
type Version struct {
	Version int // from 1, for each thing
	At      time.Time
	Actor   string
	Reason  string // "" for none
	// Before and After are the fields before and after; Before is nil for something new.
	Before, After json.RawMessage
}

// Back returns a thing as it was before some changes were made: since are all changes since
// then, the newest first. It returns nil if the thing did not exist then.
func Back(now json.RawMessage, since []Version) (json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(now, &fields); err != nil {
		return nil, fmt.Errorf("setup: read a thing: %w", err)
	}
	for _, v := range since {
		if v.Before == nil {
			return nil, nil
		}
		var before, after map[string]json.RawMessage
		if err := json.Unmarshal(v.Before, &before); err != nil {
			return nil, fmt.Errorf("setup: read version %d: %w", v.Version, err)
		}
		if err := json.Unmarshal(v.After, &after); err != nil {
			return nil, fmt.Errorf("setup: read version %d: %w", v.Version, err)
		}
		for name := range after {
			delete(fields, name)
		}
		maps.Copy(fields, before)
	}
	return json.Marshal(fields)
}
