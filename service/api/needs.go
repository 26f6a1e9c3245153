package api

import (
	"errors"
	"slices"
	"strings"

	"ziyara/slots"
)

// needsIn reads the needs of a query, slugs separated by commas, without
// repetitions.
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

// inQuery turns a *slots.VisitorError, which in a query can only be about needs,
// into an error that points to the parameter.
func inQuery(err error) error {
	if _, ok := errors.AsType[*slots.VisitorError](err); ok {
		return invalid("?needs", flaw{FieldErrorCodeNeed, slots.FaultNeed.Text()})
	}
	return err
}
