package web

import (
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/texts"
)

// Where programs look for what they want to know about a site.
const (
	robotsPath   = "/robots.txt" // RFC 9309
	manifestPath = "/manifest.webmanifest"
)

// closed are the beginnings of the paths that search engines leave alone: what belongs
// to one visitor, to staff, or to programs.
func closed() []string {
	return []string{
		"/*?q=", "/*&q=", "/book/", "/console", TrialPath, "/docs", "/feeds/", "/m/", "/openapi.json", "/openapi.yaml", "/problems",
		"/receipts/", "/staff", "/v1",
		VisitsPath, "/waiting",
	}
}

// robots says what search engines may list: the pages where visits are booked, and
// those about them.
func (s Site) robots(c *fiber.Ctx) error {
	paths := []string{"/"}
	if s.Portal {
		paths = closed()
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	return c.SendString("User-agent: *\nDisallow: " + strings.Join(paths, "\nDisallow: ") + "\n")
}

// manifest lets visitors keep the site among the apps of their device (W3C, Web
// Application Manifest), in the language of the page that leads to it.
func (s Site) manifest(c *fiber.Ctx) error {
	type image struct {
		Source  string `json:"src"`
		Sizes   string `json:"sizes"`
		Type    string `json:"type"`
		Purpose string `json:"purpose"`
	}
	p := Page{Site: s, Lang: Chosen(c.Query(LanguageField), "", "", "")}
	mark := s.Brand.markAsset()
	images := []image{{mark.path, "any", svgType, "any"}}
	for _, i := range s.Brand.icons() {
		if i.size >= leastIcon {
			images = append(images, image{i.path, i.sizes(), pngType, "any"}, image{i.path, i.sizes(), pngType, "maskable"})
		}
	}
	content, err := json.Marshal(map[string]any{
		"id": "/", "start_url": "/", "scope": "/", "display": "minimal-ui", "lang": p.Lang, "dir": p.Dir(),
		"name": p.product() + texts.Comma().In(p.Lang) + s.Name.In(p.Lang), "short_name": p.product(),
		"description": p.T("portal.start_about"), "icons": images,
		"theme_color": s.Brand.Colour(), "background_color": "#ffffff",
	})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/manifest+json")
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	return c.Send(content)
}

// Colour is that of buttons, as #rrggbb.
func (b Brand) Colour() string {
	if b.colour != "" {
		return b.colour
	}
	return ourColour
}
