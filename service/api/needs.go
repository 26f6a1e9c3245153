package api

import (
	"errors"
	"slices"
	"strings"

	"ziyara/slots"
)

// needsIn reads the needs of a query: slugs with commas between them. Each
// counts once.
func needsIn(list string) []string {
	if list == "" {
		return nil
	}
	var needs []string
	for slug := range strings.SplitSeq(list, ",") {
		if slug = strings.TrimSpace(slug); !slices.Contains(needs, slug) {
			needs = append(needs, slug)
		}
	}
	return needs
}

// inQuery turns an error about needs, the only ones of a visitor that a query
// has, into one that points to its parameter.
func inQuery(err error) error {
	if _, ok := errors.AsType[*slots.VisitorError](err); ok {
		return invalid("?needs", unknownNeed())
	}
	return err
}
