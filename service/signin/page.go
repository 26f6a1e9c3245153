package signin

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/loopback"
	"ziyara/texts"
)

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed pages/style.css
var style string

func parse() (*template.Template, error) {
	return template.New("signin").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) }, //nolint:gosec // a file of this package
	}).ParseFS(pageFiles, "pages/*.html")
}

// Mount adds the pages to the app, unless the configuration has no address for
// them. limit is the rate limit of changes.
func (s *SignIn) Mount(app fiber.Router, limit fiber.Handler) {
	if s.origin == nil {
		return
	}
	for path, show := range map[string]fiber.Handler{
		pathHome: s.home, pathSignIn: s.signIn, pathCallback: s.callback, pathSignOut: s.askSignOut, pathSignedOut: s.signedOut,
	} {
		app.Get(path, s.guard, limit, show)
	}
	app.Post(pathSignOut, s.guard, limit, s.signOut)
}

// guard sets the headers of every page, refuses other hosts, and turns errors
// into pages.
func (s *SignIn) guard(c *fiber.Ctx) error {
	for name, value := range map[string]string{
		fiber.HeaderContentSecurityPolicy: s.policy(),
		fiber.HeaderReferrerPolicy:        "same-origin", // with no-referrer, forms would send no Origin
		"X-Robots-Tag":                    "noindex, nofollow, noarchive",
		fiber.HeaderCacheControl:          "no-store",
		fiber.HeaderXFrameOptions:         "DENY",
	} {
		c.Set(name, value)
	}
	if !strings.EqualFold(c.Hostname(), s.origin.Host) {
		// A cookie for one host name is not sent to another.
		if c.Method() == http.MethodGet && loopback.Is(s.origin.Host) {
			return c.Redirect(s.origin.String()+c.OriginalURL(), http.StatusSeeOther)
		}
		return s.state(c, http.StatusMisdirectedRequest, "sign_in.wrong_host")
	}
	err := c.Next()
	if err == nil {
		return nil
	}
	status, key := pageOf(err)
	switch {
	case key != "":
	case c.GetRespHeader(fiber.HeaderRetryAfter) != "": // from the rate limit
		status, key = http.StatusTooManyRequests, "sign_in.too_many"
	default:
		return err
	}
	if status == http.StatusServiceUnavailable {
		c.Set(fiber.HeaderRetryAfter, "10")
	}
	s.Log.InfoContext(c.UserContext(), "sign-in page", "outcome", strings.TrimPrefix(key, "sign_in."), "error", err)
	return s.state(c, status, key)
}

// pageOf returns the status and the key of the text for an error; "" for an error
// without a page.
func pageOf(err error) (status int, key string) {
	switch {
	case errors.Is(err, access.ErrUnavailable):
		return http.StatusServiceUnavailable, "sign_in.unavailable"
	case errors.Is(err, access.ErrForeign):
		return http.StatusForbidden, "sign_in.foreign"
	case errors.Is(err, errAttempt):
		return http.StatusBadRequest, "sign_in.attempt"
	case errors.Is(err, errDenied), errors.Is(err, access.ErrSignIn):
		return http.StatusForbidden, "sign_in.denied"
	case errors.Is(err, errNoRole):
		return http.StatusForbidden, "sign_in.no_role"
	case errors.Is(err, errTooMuch):
		return http.StatusForbidden, "sign_in.too_much"
	}
	return 0, ""
}

// policy returns the Content-Security-Policy: it allows the style, and forms that
// redirect to the provider.
func (s *SignIn) policy() string {
	sum := sha256.Sum256([]byte(style))
	target := "'self'"
	if k := s.provider.usable(); k != nil {
		if u, err := url.Parse(k.endSession); err == nil && u.Host != "" {
			target += " " + u.Scheme + "://" + u.Host
		}
	}
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action " + target + "; base-uri 'none'; frame-ancestors 'none'"
}

// page has the data for the templates.
type page struct {
	Lang, Dir, Other string
	Here             string // path of the page, for the other language
	State            string // key of the text for what happened
	Retry            bool   // signing in again could help
	Staff            access.Staff
	Roles            []string
	Where            string // departments and branches
}

// T returns a text in the language of the page.
func (p page) T(key string) string { return texts.Staff(key).In(p.Lang) }

func langOf(c *fiber.Ctx) string {
	if c.Query("lang", c.FormValue("lang")) == "en" {
		return "en"
	}
	return "ar"
}

func frame(c *fiber.Ctx) page {
	p := page{Lang: langOf(c), Dir: "rtl", Other: "en", Here: pathHome}
	if p.Lang == "en" {
		p.Dir, p.Other = "ltr", "ar"
	}
	if path := c.Path(); c.Method() == http.MethodGet && path != pathCallback && path != pathSignIn {
		p.Here = path
	}
	return p
}

// home shows who is signed in, or sends the browser to the provider.
func (s *SignIn) home(c *fiber.Ctx) error {
	held, err := s.session(c)
	if errors.Is(err, access.ErrSignIn) {
		return c.Redirect(pathSignIn, http.StatusSeeOther)
	}
	p := frame(c)
	p.Staff = held.Staff
	for _, r := range held.Staff.Roles {
		p.Roles = append(p.Roles, p.T("sign_in.role_"+string(r)))
	}
	if s.Where != nil {
		p.Where = s.Where(held.Staff).In(p.Lang)
	}
	return s.write(c, http.StatusOK, "home", p)
}

// askSignOut asks before it signs out: a GET changes nothing.
func (s *SignIn) askSignOut(c *fiber.Ctx) error {
	return s.write(c, http.StatusOK, "sign-out", frame(c))
}

func (s *SignIn) signedOut(c *fiber.Ctx) error {
	return s.state(c, http.StatusOK, "sign_in.signed_out")
}

// state writes a page with the text for what happened.
func (s *SignIn) state(c *fiber.Ctx, status int, key string) error {
	p := frame(c)
	p.State, p.Retry = key, key != "sign_in.wrong_host" && key != "sign_in.foreign"
	return s.write(c, status, "state", p)
}

func (s *SignIn) write(c *fiber.Ctx, status int, name string, data page) error {
	var out bytes.Buffer
	if err := s.pages.ExecuteTemplate(&out, name, data); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, data.Lang)
	return c.Status(status).Send(out.Bytes())
}
