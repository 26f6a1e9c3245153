// Package web is the one way to make pages: one layout, one stylesheet and one
// set of components for all pages of the service, in Arabic and in English. The
// components are templ components: *.templ is the source, *_templ.go is
// generated from it. Pages are complete without a script; one small module adds
// comfort to some.
package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/texts"
)

// Site is what every page says about the centre itself.
type Site struct {
	catalog.Ministry // whose pages these are, complete

	Registration string // number in the register of official sites; "" if it has none
	Portal       bool   // visitors have pages here: where they book at /, theirs at VisitsPath
	Origin       string // of the pages of visitors, such as https://visit.example.gov.sa; needed with Portal
	Brand        Brand
	Trial        bool // the sandbox phone of TrialPath receives the messages
}

// FormID is the id of the form that Page.KeepAt is about.
const FormID = "form"

// Paths of pages that the layout leads to.
const (
	PrivacyPath       = "/privacy"
	AccessibilityPath = "/accessibility"
	HowPath           = "/how"
	TrialPath         = "/dev"
	PhonePath         = TrialPath + "/phone"
	MailPath          = TrialPath + "/mail"
)

// VisitsPath is the path of the page that lists the visits of a mobile.
const VisitsPath = "/visits"

// Page is what the layout shows around the content of a page.
type Page struct {
	Site

	Lang  string // ar or en
	Host  string // the address that the page was opened under
	Title string
	// Mistakes are in what was typed: Mistakes sums them up on the page, and the title in
	// the head says that there are any.
	Mistakes []Mistake
	Call     string // what to call the telephone number for; "" for help
	// Here is the path of the page with its query, for the other language; "" if
	// it can't be opened again, such as the answer to a form.
	Here string
	// KeepAt is where the form FormID can be sent to be shown again as it is, unchecked
	// and in the language of the address; "" if the page has no such form. With it, the
	// other language is a button of the form, so that nothing typed is lost.
	KeepAt  string
	Section string // the part of the site, beside its name; "" for that of visitors
	// Script loads the script that adds comfort: Copy and Print. Its answer needs
	// AllowScript.
	Script bool
	// Files are stylesheets and modules that the page loads besides those of all pages: see
	// MountFiles. Modules need AllowScript.
	Files  []Asset
	Public *Public
}

// Public describes a page without personal data, which search engines may list and
// which can be shared. Its answer needs SendPublic.
type Public struct {
	Path  string // where the page is, without a query
	About string // what is on it, in a sentence or two
}

// T returns a text of the visitors' catalogue in the language of the page. The
// parameters are those of texts.Visitors; the telephone number for help is one
// of them.
func (p Page) T(key string, parameters ...any) string {
	return texts.VisitorsIn(p.Lang, key, append(parameters, "Phone", p.Dial())...)
}

// S is like T, for the catalogue of staff.
func (p Page) S(key string, parameters ...any) string {
	return texts.Staff(key, parameters...).In(p.Lang)
}

// headTitle is the title of the page in its head, which screen readers read first.
func (p Page) headTitle() string {
	title := p.Title
	if len(p.Mistakes) > 0 {
		title = p.T("web.mistaken", "Title", title)
	}
	return title + " · " + p.Name.In(p.Lang)
}

// Dir is the direction of the language of the page.
func (p Page) Dir() string { return Dir(p.Lang) }

// Other is the other language.
func (p Page) Other() string {
	if p.Lang == "en" {
		return "ar"
	}
	return "en"
}

// Dir returns the direction of a language.
func Dir(lang string) string {
	if lang == "en" {
		return "ltr"
	}
	return "rtl"
}

// ofVisitors reports whether a page is one of the visitors' portal: not of those of
// staff.
func (p Page) ofVisitors() bool { return p.Portal && p.Section == "" }

// switched is an address of the page, in the other language.
func (p Page) switched(address string) string {
	path, query, _ := strings.Cut(address, "?")
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if part != "" && !strings.HasPrefix(part, "lang=") {
			kept = append(kept, part)
		}
	}
	return path + "?" + strings.Join(append(kept, "lang="+p.Other()), "&")
}

// NewPage returns the frame of the page that answers a request. own is the
// language of what the page is about, "" for none: see Language.
func NewPage(c *fiber.Ctx, s Site, own, title string) Page {
	p := Page{Site: s, Lang: Language(c, own), Host: c.Hostname(), Title: title}
	if c.Method() == http.MethodGet && local(c.OriginalURL()) {
		p.Here = c.OriginalURL()
	}
	return p
}

// local reports whether a link to an address stays on this host: //host and
// /\host don't.
func local(address string) bool {
	return strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") && !strings.HasPrefix(address, `/\`)
}

// product is the name of the service.
func (p Page) product() string {
	if p.Brand.Product.Complete() {
		return p.Brand.Product.In(p.Lang)
	}
	return p.T("web.product")
}

// address is where a public page is in a language, "" for whichever the visitor
// prefers.
func (p Page) address(lang string) string {
	if lang == "" {
		return p.Origin + p.Public.Path
	}
	return p.Origin + p.Public.Path + "?" + LanguageField + "=" + lang
}

// locale is a language as pages say it to other sites when they are shared.
func locale(lang string) string {
	if lang == "en" {
		return "en_GB"
	}
	return "ar_SA"
}

// Send answers with a page.
func Send(c *fiber.Ctx, status int, lang string, page templ.Component) error {
	var out bytes.Buffer
	if err := page.Render(context.WithoutCancel(c.UserContext()), &out); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, lang)
	return c.Status(status).Send(out.Bytes())
}

// SendPublic is like Send, for a page that is Public, which says the same to everybody:
// search engines may list it, and the browser may keep it to go back, but asks again
// whether it is still true. It is compressed. A
// page with a secret, or with what somebody typed, must not be compressed beside what
// another site can put into its address, because the length tells what they have in
// common (BREACH).
func SendPublic(c *fiber.Ctx, lang string, page templ.Component) error {
	body, err := Compose(c, page)
	if err != nil {
		return err
	}
	return SendReady(c, lang, body)
}

// Compose writes a page for SendReady. One that says the same as a page before is
// compressed only once.
func Compose(c *fiber.Ctx, page templ.Component) (*Packed, error) {
	out := templ.GetBuffer()
	defer templ.ReleaseBuffer(out)
	if err := page.Render(context.WithoutCancel(c.UserContext()), out); err != nil {
		return nil, err
	}
	return publicPages.packed(out.Bytes()), nil
}

// SendReady answers with a public page that Compose has written: see SendPublic.
func SendReady(c *fiber.Ctx, lang string, page *Packed) error {
	c.Set(fiber.HeaderContentLanguage, lang)
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	c.Response().Header.Del(robotsHeader)
	return page.Send(c, fiber.MIMETextHTMLCharsetUTF8)
}

// Foreign reports whether a page of another origin requests a change. Browsers
// say so in Sec-Fetch-Site, older ones in Origin; what says neither is no
// browser. A page that hides its address (Referrer-Policy no-referrer) sends the
// Origin null, which says nothing.
func Foreign(c *fiber.Ctx) bool {
	r := http.Request{Method: c.Method(), Host: c.Hostname(), Header: http.Header{}}
	r.Header.Set("Sec-Fetch-Site", c.Get("Sec-Fetch-Site"))
	if origin := c.Get(fiber.HeaderOrigin); origin != "null" {
		r.Header.Set(fiber.HeaderOrigin, origin)
	}
	return http.NewCrossOriginProtection().Check(&r) != nil
}

//go:embed style.css
var style []byte

//go:embed mark.svg
var mark []byte

//go:embed page.js
var module []byte

// forever lets everybody keep a file whose name changes with its content.
const forever = "public, max-age=31536000, immutable"

// Asset is a file that pages load: a stylesheet, a module or a drawing. Its name has a
// hash of its content, so that it can be kept for ever.
type Asset struct {
	path, media, integrity string
	content                *Packed
}

// The media types of assets.
const (
	Stylesheet = "text/css; charset=utf-8"
	Module     = "text/javascript; charset=utf-8"
)

//nolint:gochecknoglobals // constants in all but name
var (
	stylesheet = NewAsset("ziyara", "css", Stylesheet, style)
	icon       = NewAsset("ziyara", "svg", svgType, mark)
	script     = NewAsset("ziyara", "js", Module, module)
)

// NewAsset returns a file with a name and an ending, such as console and css.
func NewAsset(name, ending, media string, content []byte) Asset {
	sum := sha256.Sum256(content)
	return Asset{
		path: "/assets/" + name + "." + hex.EncodeToString(sum[:8]) + "." + ending, media: media,
		integrity: "sha256-" + base64.StdEncoding.EncodeToString(sum[:]), content: NewPacked(content, effortKept),
	}
}

// Mount adds what the pages of a site load to the app, and what programs want to
// know about the site.
func Mount(app fiber.Router, s Site) {
	MountFiles(app, append(s.Brand.assets(), script)...)
	for _, i := range s.Brand.icons() {
		app.Get(i.path, i.send)
	}
	app.Get(forgottenPath, forgotten)
	app.Get(robotsPath, s.robots)
	if s.Portal {
		app.Get(manifestPath, s.manifest)
	}
}

// MountFiles adds files that pages load to the app.
func MountFiles(app fiber.Router, files ...Asset) {
	for _, a := range files {
		app.Get(a.path, a.send)
	}
}

func (a Asset) send(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, forever)
	return a.content.Send(c, a.media)
}
