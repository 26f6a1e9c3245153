package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"

	"github.com/gofiber/fiber/v2"
	"github.com/swaggest/swgui/v5emb"

	"ziyara/service/web"
)

const (
	docsPath         = "/docs"
	contractPath     = "/openapi.yaml"
	contractJSONPath = "/openapi.json"
	// anHour lets everybody keep what changes only with the program.
	anHour = "public, max-age=3600"
)

// docs adds the contract and the page that shows it, which are public because portals
// are built with them.
func (s *Server) docs() {
	for _, of := range []struct {
		path, mediaType string
		content         []byte
	}{
		{contractPath, "application/yaml", s.contract.yaml}, {contractJSONPath, fiber.MIMEApplicationJSON, s.contract.json},
	} {
		s.app.Get(of.path, func(c *fiber.Ctx) error {
			c.Set(fiber.HeaderCacheControl, anHour)
			c.Set(fiber.HeaderContentType, of.mediaType)
			return c.Send(of.content)
		})
	}
	handler := v5emb.New("Ziyara", contractPath, docsPath)
	policy, show := docsPolicy(handler), web.Adapt(handler)
	s.app.Use(docsPath, func(c *fiber.Ctx) error {
		web.SetHeaders(c)
		c.Set(fiber.HeaderContentSecurityPolicy, policy)
		if err := show(c); err != nil {
			return err
		}
		if c.Response().StatusCode() == http.StatusOK {
			c.Set(fiber.HeaderCacheControl, anHour)
		}
		return nil
	})
}

// sheet takes a page.
type sheet struct{ bytes.Buffer }

// Header implements http.ResponseWriter.
func (*sheet) Header() http.Header { return http.Header{} }

// WriteHeader implements http.ResponseWriter.
func (*sheet) WriteHeader(int) {}

// inline finds the scripts and styles within a page.
var inline = regexp.MustCompile(`(?s)<(script|style)>(.*?)</`)

// docsPolicy returns the Content-Security-Policy of a page that is made by others: it
// runs its own files and what is in it now, and talks to this service.
func docsPolicy(page http.Handler) string {
	var shown sheet
	page.ServeHTTP(&shown, &http.Request{Method: http.MethodGet, URL: &url.URL{Path: docsPath}})
	hashes := map[string]string{}
	for _, found := range inline.FindAllStringSubmatch(shown.String(), -1) {
		sum := sha256.Sum256([]byte(found[2]))
		hashes[found[1]] += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; script-src 'self'" + hashes["script"] + "; style-src 'self'" + hashes["style"] +
		"; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
