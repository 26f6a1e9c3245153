package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/texts"
)

// Where the language is asked for, and kept.
const (
	LanguageField  = "lang" // of a query or a form
	LanguageCookie = "ziyara_lang"
	languageLife   = 365 * 24 * time.Hour
)

// Language returns the language of the page that answers a request: see Chosen.
// own is the language of what the page is about, "" for none. If a language is
// asked for, a cookie keeps it.
func Language(c *fiber.Ctx, own string) string {
	asked, kept := c.Query(LanguageField, c.FormValue(LanguageField)), c.Cookies(LanguageCookie)
	if known(asked) && asked != kept {
		c.Cookie(&fiber.Cookie{
			Name: LanguageCookie, Value: asked, Path: "/", MaxAge: int(languageLife / time.Second), Secure: c.Secure(), HTTPOnly: true,
			SameSite: fiber.CookieSameSiteLaxMode,
		})
	}
	return Chosen(asked, kept, own, c.Get(fiber.HeaderAcceptLanguage))
}

// Chosen returns the first of these that is a language of the service: the one
// that is asked for explicitly, the one that a cookie keeps, the one of what the
// page is about, the one that the browser prefers by its Accept-Language header;
// and Arabic by default.
func Chosen(asked, kept, own, accept string) string {
	for _, lang := range []string{asked, kept, own} {
		if known(lang) {
			return lang
		}
	}
	return texts.Preferred(accept)
}

func known(lang string) bool { return lang == "ar" || lang == "en" }
