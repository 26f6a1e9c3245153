package api

import (
	"errors"
	"strconv"
	"strings"

	"ziyara/fault"
)

// errNoVersion is returned for a change without the header If-Match.
var errNoVersion = errors.New("api: the header If-Match is missing")

// anyVersion in If-Match matches every version (RFC 9110, section 13.1.1).
const anyVersion = "*"

// versionTag returns the entity tag of a version.
func versionTag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// version returns the version that If-Match names, 0 for any. It returns
// errNoVersion for an empty header, and fault.ErrEdited for anything but the
// tag of one version.
func version(ifMatch string) (int64, error) {
	tag := strings.TrimSpace(ifMatch)
	switch tag {
	case "":
		return 0, errNoVersion
	case anyVersion:
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
	if err != nil || n < 1 || versionTag(n) != tag {
		return 0, fault.ErrEdited
	}
	return n, nil
}

// matches returns nil if If-Match names the tag. It returns errNoVersion for an
// empty header, and fault.ErrEdited if it names other tags only.
func matches(ifMatch, tag string) error {
	if strings.TrimSpace(ifMatch) == "" {
		return errNoVersion
	}
	for named := range strings.SplitSeq(ifMatch, ",") {
		if named = strings.TrimSpace(named); named == tag || named == anyVersion {
			return nil
		}
	}
	return fault.ErrEdited
}
