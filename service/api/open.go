package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/centre"
	"ziyara/fault"
	"ziyara/feeds/open"
	"ziyara/service/web"
)

// openPath is where what is free is published for other portals.
const openPath = "/open"

const (
	ndjsonType = "application/fhir+ndjson"
	aMinute    = "public, max-age=60"
	// What the validator of RPDE asks for: a page goes on saying what it said, and the last
	// one is where changes appear.
	pageAge     = "public, max-age=3600"
	lastPageAge = "public, max-age=8"
	leastKept   = 1024 // bytes that a document counts at least, with what it is found by
)

// openDocument names a document of what is published.
type openDocument struct {
	kind            string
	service, branch string // slugs
	after           int64
}

// openData adds the routes of what is published; none without an address of pages, to which it
// links.
func (s *Server) openData() {
	if s.PublicURL == "" || s.Published == nil {
		return
	}
	s.app.Get(openPath+"/$bulk-publish", s.limit, s.manifest)
	s.app.Get(openPath+"/locations.ndjson", s.limit, func(c *fiber.Ctx) error {
		return s.publish(c, openDocument{kind: "Location"}, ndjsonType, func(l open.Links, _ *open.Places) ([]byte, error) {
			return l.Locations()
		})
	})
	s.app.Get(openPath+"/schedules.ndjson", s.limit, func(c *fiber.Ctx) error {
		return s.publish(c, openDocument{kind: "Schedule"}, ndjsonType, func(l open.Links, _ *open.Places) ([]byte, error) {
			return l.Schedules()
		})
	})
	s.app.Get(openPath+"/slots/:service/:branch.ndjson", s.limit, s.openSlots)
	s.app.Get(openPath+"/places", s.limit, s.openPlaces)
}

func (s *Server) manifest(c *fiber.Ctx) error {
	return s.publish(c, openDocument{kind: "manifest"}, fiber.MIMEApplicationJSON, func(l open.Links, p *open.Places) ([]byte, error) {
		_, at := p.Last()
		if at.IsZero() {
			at = s.Now().Truncate(time.Hour)
		}
		return l.Manifest(at)
	})
}

func (s *Server) openSlots(c *fiber.Ctx) error {
	d := openDocument{kind: "Slot", service: c.Params("service"), branch: c.Params("branch")}
	snapshot := s.Centre()
	service, _, err := snapshot.Desk(d.service, d.branch)
	if err != nil || !service.Published {
		return fault.ErrNotFound
	}
	branch, _ := snapshot.Branch(d.branch)
	return s.publish(c, d, ndjsonType, func(l open.Links, p *open.Places) ([]byte, error) {
		return l.Slots(open.Offer{Service: *service, Branch: *branch}, p, snapshot.Zone(d.branch))
	})
}

func (s *Server) openPlaces(c *fiber.Ctx) error {
	d := openDocument{kind: "places"}
	if asked := c.Query("afterChangeNumber"); asked != "" {
		n, err := strconv.ParseInt(asked, 10, 64)
		if err != nil || n < 0 {
			return invalid("?afterChangeNumber", wrongForm())
		}
		d.after = n
	}
	return s.publish(c, d, fiber.MIMEApplicationJSON, func(l open.Links, p *open.Places) ([]byte, error) {
		return open.Feed{URL: l.Base + "/places", Licence: s.OpenLicence, Link: l.Link}.Page(p, d.after)
	})
}

// publish answers with a document of what is published. It is written and compressed once for
// each version of the centre and each change of what is free.
func (s *Server) publish(c *fiber.Ctx, d openDocument, media string, write func(open.Links, *open.Places) ([]byte, error)) error {
	snapshot, places := s.Centre(), s.Published()
	change, _ := places.Last()
	basis := web.BasisAt(time.Time{}, snapshot.Version, change)
	answer, ok := s.opened.Find(d, basis)
	if !ok {
		body, err := write(s.openLinks(snapshot), places)
		if err != nil {
			return err
		}
		answer = newTagged(body, web.EffortOften)
		s.opened.Keep(d, answer, basis, max(answer.Weight(), leastKept))
	}
	if err := answer.to(c.Get(fiber.HeaderIfNoneMatch)).write(c); err != nil {
		return err
	}
	switch {
	case d.kind != "places":
		c.Set(fiber.HeaderCacheControl, aMinute)
	case d.after < change:
		c.Set(fiber.HeaderCacheControl, pageAge)
	default:
		c.Set(fiber.HeaderCacheControl, lastPageAge)
	}
	c.Response().Header.Del("X-Robots-Tag")
	if c.Response().StatusCode() != http.StatusNotModified {
		c.Set(fiber.HeaderContentType, media)
	}
	return nil
}

// openLinks returns what of a centre is published.
func (s *Server) openLinks(c *centre.Snapshot) open.Links {
	site := strings.TrimSuffix(s.PublicURL, "/")
	l := open.Links{Base: site + openPath, Site: site, Phone: s.Site.Ministry.Phone}
	for _, service := range c.Services {
		for _, group := range c.GroupsOf(service.Slug) {
			if branch, ok := c.Branch(group.Branch); ok && service.Published {
				l.Offers = append(l.Offers, open.Offer{Service: service, Branch: *branch})
			}
		}
	}
	return l
}
