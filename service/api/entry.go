package api

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"ziyara/service/saved"
)

// savedFile is a file that the visitor saves.
type savedFile struct{ saved.File }

func (f savedFile) write(c *fiber.Ctx) error {
	for name, value := range f.Headers() {
		c.Set(name, value)
	}
	return c.Send(f.Body)
}

// VisitGetAppointmentCalendarResponse writes the file.
func (f savedFile) VisitGetAppointmentCalendarResponse(c *fiber.Ctx) error { return f.write(c) }

// VisitGetAppointmentCodePNGResponse writes the file.
func (f savedFile) VisitGetAppointmentCodePNGResponse(c *fiber.Ctx) error { return f.write(c) }

// VisitGetAppointmentCodeSVGResponse writes the file.
func (f savedFile) VisitGetAppointmentCodeSVGResponse(c *fiber.Ctx) error { return f.write(c) }

// GetAppointmentCalendar returns an appointment as a calendar file.
func (s *Server) GetAppointmentCalendar(ctx context.Context, r GetAppointmentCalendarRequestObject,
) (GetAppointmentCalendarResponseObject, error) {
	a, err := s.visible(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	file, err := saved.Calendar(centreOf(ctx), a, metaOf(ctx).lang, s.EntryHost)
	return savedFile{file}, err
}

// GetAppointmentCodePNG returns the QR code of an appointment as PNG.
func (s *Server) GetAppointmentCodePNG(ctx context.Context, r GetAppointmentCodePNGRequestObject,
) (GetAppointmentCodePNGResponseObject, error) {
	a, err := s.visible(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	file, err := saved.CodePNG(a.Reference)
	return savedFile{file}, err
}

// GetAppointmentCodeSVG returns the QR code of an appointment as SVG.
func (s *Server) GetAppointmentCodeSVG(ctx context.Context, r GetAppointmentCodeSVGRequestObject,
) (GetAppointmentCodeSVGResponseObject, error) {
	a, err := s.visible(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	file, err := saved.CodeSVG(a.Reference)
	return savedFile{file}, err
}
