package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/notify"
	"ziyara/texts"
)

// dev adds what lets a day pass, and the gateway fail, for whoever tries the service out
// (docs/INTEGRATORS.md). Only ziyara dev has it.
func (s *Server) dev() {
	if s.Forward == nil || s.Phone == nil {
		return
	}
	s.app.Get("/dev/clock", s.showClock)
	s.app.Post("/dev/clock", s.moveClock)
	s.app.Post("/dev/gateway", s.setGateway)
}

// mostForward is how far the clock moves at once, in minutes: a leap year.
const mostForward = 366 * 24 * 60

// showClock shows what time it is here.
func (s *Server) showClock(c *fiber.Ctx) error { return c.JSON(fiber.Map{"now": s.Now()}) }

// moveClock moves the clock forward. Jobs see it within seconds.
func (s *Server) moveClock(c *fiber.Ctx) error {
	var body struct {
		ForwardMinutes *int `json:"forward_minutes"`
	}
	if err := trialBody(c, &body); err != nil {
		return err
	}
	switch {
	case body.ForwardMinutes == nil:
		return invalid("#/forward_minutes", required())
	case *body.ForwardMinutes < 0:
		return invalid("#/forward_minutes", flaw{FieldErrorCodeTooSmall, texts.Visitors("invalid.minimum", "Limit", 0)})
	case *body.ForwardMinutes > mostForward:
		return invalid("#/forward_minutes", flaw{FieldErrorCodeTooLarge, texts.Visitors("invalid.maximum", "Limit", mostForward)})
	}
	s.Forward(time.Duration(*body.ForwardMinutes) * time.Minute)
	return s.showClock(c)
}

// setGateway lets the sandbox fail from now on, for SMS and e-mail, or work again.
func (s *Server) setGateway(c *fiber.Ctx) error {
	failures := map[string]error{
		"no": nil, "temporarily": notify.ErrTemporary, "permanently": notify.ErrPermanent, "uncertainly": notify.ErrUncertain,
	}
	var body struct {
		Fails string `json:"fails"`
	}
	if err := trialBody(c, &body); err != nil {
		return err
	}
	failure, known := failures[body.Fails]
	if !known {
		return invalid("#/fails", oneOf([]any{"no", "temporarily", "permanently", "uncertainly"}))
	}
	s.Phone.Fail(failure)
	if s.Mailbox != nil {
		s.Mailbox.Fail(failure)
	}
	return c.JSON(body)
}

// trialBody reads a body of JSON. No other page can send one from a browser.
func trialBody(c *fiber.Ctx, dest any) error {
	if !isJSON(headerValues(c, fiber.HeaderContentType)) {
		return &invalidError{Status: http.StatusUnsupportedMediaType, Errors: []pointerError{{fiber.HeaderContentType + ":", wantJSON()}}}
	}
	d := json.NewDecoder(strings.NewReader(string(c.Body())))
	d.DisallowUnknownFields()
	if d.Decode(dest) != nil {
		return &invalidError{Status: http.StatusBadRequest, Errors: []pointerError{{"#", malformedJSON()}}}
	}
	return nil
}
