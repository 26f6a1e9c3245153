package web

import (
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
)

// The headers of answers are decided here: Base for all, Headers for pages. A handler
// only says where its answer differs.

// robotsHeader tells search engines what they may do with an answer.
const robotsHeader = "X-Robots-Tag"

// strictTransport lets browsers come by https only, for a year.
const strictTransport = "max-age=31536000"

// Base returns the headers that every answer has unless its handler sets others. What
// is answered is for nobody but who asked: no cache keeps it, no page of another site
// loads or frames it, and should a browser show it, nothing in it acts. https tells
// whether browsers come by https.
func Base(https bool) map[string]string {
	headers := map[string]string{
		fiber.HeaderCacheControl:          "no-store",
		fiber.HeaderXContentTypeOptions:   "nosniff",
		fiber.HeaderXFrameOptions:         "DENY",
		fiber.HeaderReferrerPolicy:        "no-referrer",
		fiber.HeaderContentSecurityPolicy: "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"Cross-Origin-Resource-Policy":    "same-origin",
	}
	if https {
		headers[fiber.HeaderStrictTransportSecurity] = strictTransport
	}
	return headers
}

// Headers returns the headers that every page has besides those of Base. Forms may also
// lead to the origins in targets. Nothing is loaded but our own files, nothing may frame
// the page or reach into its window, it asks for no sensor, and no cache and no search
// engine keeps it: see SendPublic.
func Headers(targets ...string) map[string]string {
	return map[string]string{
		fiber.HeaderContentSecurityPolicy: "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; form-action " +
			strings.Join(append([]string{"'self'"}, targets...), " ") + "; base-uri 'none'; frame-ancestors 'none'",
		fiber.HeaderReferrerPolicy:   "same-origin", // with no-referrer, forms would send no Origin
		robotsHeader:                 "noindex, nofollow, noarchive",
		fiber.HeaderCacheControl:     "no-store",
		fiber.HeaderXFrameOptions:    "DENY",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Permissions-Policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), " +
			"microphone=(), payment=(), usb=()",
	}
}

// Adapt returns a handler of net/http as one of the app. What it says in headers counts
// in place of Base, not beside it.
func Adapt(h http.Handler) fiber.Handler {
	adapted := adaptor.HTTPHandler(h)
	return func(c *fiber.Ctx) error {
		base := Base(false)
		for name := range base {
			base[name] = c.GetRespHeader(name)
			c.Response().Header.Del(name)
		}
		err := adapted(c)
		for name, value := range base {
			if c.GetRespHeader(name) == "" {
				c.Set(name, value)
			}
		}
		return err
	}
}

// SetHeaders sets Headers.
func SetHeaders(c *fiber.Ctx, targets ...string) {
	for name, value := range Headers(targets...) {
		c.Set(name, value)
	}
}

// AllowRequests lets the script of a page, whose Headers are set, ask this host.
func AllowRequests(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, c.GetRespHeader(fiber.HeaderContentSecurityPolicy)+"; connect-src 'self'")
}

// AllowScript lets the page that answers a request, whose Headers are set, load our
// script, and no other.
func AllowScript(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, c.GetRespHeader(fiber.HeaderContentSecurityPolicy)+"; script-src 'self'")
}

// forgottenPath is a file without content.
const forgottenPath = "/forgotten"

// Forget has the browser forget what it keeps of pages of this origin, even what Back
// would show: somebody else may use it next. The page that was left last is kept only
// once the next one has come, in spite of no-store, so that one loads a file whose
// answer says it. Set it on the page that people see after signing out. Cookies are
// deleted one by one, because those of other hosts of the same site would go too.
func Forget(c *fiber.Ctx) { c.Set(fiber.HeaderLink, "<"+forgottenPath+">; rel=preload; as=image") }

// forgotten answers with the file.
func forgotten(c *fiber.Ctx) error {
	c.Set("Clear-Site-Data", `"cache"`)
	return c.SendStatus(http.StatusNoContent)
}
