package api

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/centre"
	"ziyara/fault"
	"ziyara/texts"
)

// errNoVersion is returned for a change without the header If-Match.
var errNoVersion = errors.New("api: the header If-Match is missing")

// versionTag returns the entity tag of a version.
func versionTag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// entityTags is the value of If-Match or If-None-Match (RFC 9110, sections
// 13.1.1 and 13.1.2).
type entityTags struct {
	any  bool     // "*"
	tags []string // with their quotes, without W/
}

// parseEntityTags reads a list of entity tags, or "*" alone. It leaves out W/, the
// mark of a weak tag: all tags of this program are strong, so a weak one is one of
// them that a proxy has weakened when it compressed the answer, and names the same
// version of the same record (docs/adr/0040-version.md). Elements may be empty
// (section 5.6.1.2). ok is false if the value is malformed.
func parseEntityTags(value string) (list entityTags, ok bool) {
	const blank = " \t"
	rest := strings.Trim(value, blank)
	if rest == "*" {
		return entityTags{any: true}, true
	}
	for rest != "" {
		if rest[0] == ',' {
			rest = strings.TrimLeft(rest[1:], blank)
			continue
		}
		tag := strings.TrimPrefix(rest, "W/")
		end := opaqueEnd(tag)
		if end == 0 {
			return entityTags{}, false
		}
		list.tags = append(list.tags, tag[:end])
		if rest = strings.TrimLeft(tag[end:], blank); rest != "" && rest[0] != ',' {
			return entityTags{}, false
		}
	}
	return list, true
}

// opaqueEnd returns the length of the quoted tag with which s begins, 0 if it
// begins with none (RFC 9110, section 8.8.3).
func opaqueEnd(s string) int {
	if s == "" || s[0] != '"' {
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return i + 1
		case c <= ' ', c == 0x7f:
			return 0
		}
	}
	return 0
}

// has reports whether the list names the tag.
func (l entityTags) has(tag string) bool { return l.any || slices.Contains(l.tags, tag) }

// ifMatch reads If-Match. It returns errNoVersion for an empty header, and an
// *invalidError for a malformed one.
func ifMatch(header string) (entityTags, error) {
	list, ok := parseEntityTags(header)
	switch {
	case !ok:
		return list, invalid(fiber.HeaderIfMatch+":", flaw{FieldErrorCodeEntityTag, texts.Staff("invalid.if_match")})
	case !list.any && len(list.tags) == 0:
		return list, errNoVersion
	}
	return list, nil
}

// versions returns the versions that If-Match names. It returns the errors of
// ifMatch.
func versions(header string) (centre.Versions, error) {
	list, err := ifMatch(header)
	if err != nil || list.any {
		return nil, err
	}
	named := centre.Versions{}
	for _, tag := range list.tags {
		if n, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64); err == nil && n > 0 && versionTag(n) == tag {
			named = append(named, n)
		}
	}
	return named, nil
}

// matches returns nil if If-Match names the tag, fault.ErrEdited if it names other
// tags only, or the errors of ifMatch.
func matches(header, tag string) error {
	list, err := ifMatch(header)
	if err == nil && !list.has(tag) {
		err = fault.ErrEdited
	}
	return err
}

// knows reports whether If-None-Match names the tag. One that is malformed names
// none: then the client gets the answer as if it had sent no condition.
func knows(header, tag string) bool {
	list, _ := parseEntityTags(header)
	return list.has(tag)
}

// joinConditions joins conditions that a client sent on several lines into one:
// they mean the same (RFC 9110, section 5.3). Tabs become spaces.
func joinConditions(c *fiber.Ctx) error {
	for _, name := range []string{fiber.HeaderIfMatch, fiber.HeaderIfNoneMatch} {
		lines := headerValues(c, name)
		if joined := strings.ReplaceAll(strings.Join(lines, ", "), "\t", " "); len(lines) > 1 || len(lines) == 1 && joined != lines[0] {
			c.Request().Header.Set(name, joined)
		}
	}
	return c.Next()
}
