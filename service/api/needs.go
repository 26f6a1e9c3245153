package api

import (
	"slices"
	"strings"

	"ziyara/catalog"
)

// needsOf reads the needs of a search: slugs with commas between them. Each
// counts once. One that a visitor to the service can't declare is an
// *invalidError.
func needsOf(service *catalog.Service, list string) ([]string, error) {
	if list == "" {
		return nil, nil
	}
	var needs []string
	for slug := range strings.SplitSeq(list, ",") {
		slug = strings.TrimSpace(slug)
		if _, ok := service.Need(slug); !ok {
			return nil, invalid("?needs", unknownNeed())
		}
		if !slices.Contains(needs, slug) {
			needs = append(needs, slug)
		}
	}
	return needs, nil
}
