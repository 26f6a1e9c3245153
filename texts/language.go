package texts

import "golang.org/x/text/language"

// languages has the languages of the service, the default first.
//
//nolint:gochecknoglobals // a constant in all but name
var languages = language.NewMatcher([]language.Tag{language.Arabic, language.English})

// Preferred returns the language, ar or en, that suits an Accept-Language header
// best (RFC 9110, section 12.5.4), and Arabic by default.
func Preferred(header string) string {
	if header == "" || len(header) > 200 {
		return "ar"
	}
	tag, _ := language.MatchStrings(languages, header)
	if base, _ := tag.Base(); base.String() == "en" {
		return "en"
	}
	return "ar"
}
