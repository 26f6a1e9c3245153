package api

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/feeds"
	"ziyara/slots"
)

// The QR code of a visit. A reference fits version 1 with level Q, which can be
// read when a quarter of it is damaged. ISO/IEC 18004 asks for a quiet zone of
// four modules.
const (
	codeLevel  = qr.Q
	codeQuiet  = 4
	codeModule = 16 // pixels of a module in PNG: 464 of 29 modules
)

// savedFile is a file for one person to save: no cache may keep it.
type savedFile struct {
	mime, name string
	body       []byte
}

func (f savedFile) write(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, f.mime)
	c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`inline; filename=%q`, f.name))
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	return c.Send(f.body)
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
	var file bytes.Buffer
	if err = feeds.WriteEntry(&file, metaOf(ctx).lang, s.EntryHost, entryOf(centreOf(ctx), a)); err != nil {
		return nil, err
	}
	return savedFile{mime: "text/calendar; charset=utf-8", name: a.Reference.String() + ".ics", body: file.Bytes()}, nil
}

// GetAppointmentCodePNG returns the QR code of an appointment as PNG.
func (s *Server) GetAppointmentCodePNG(ctx context.Context, r GetAppointmentCodePNGRequestObject,
) (GetAppointmentCodePNGResponseObject, error) {
	a, err := s.visible(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	modules, err := codeOf(a.Reference)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err = modules.png(&file); err != nil {
		return nil, err
	}
	return savedFile{mime: "image/png", name: a.Reference.String() + ".png", body: file.Bytes()}, nil
}

// GetAppointmentCodeSVG returns the QR code of an appointment as SVG.
func (s *Server) GetAppointmentCodeSVG(ctx context.Context, r GetAppointmentCodeSVGRequestObject,
) (GetAppointmentCodeSVGResponseObject, error) {
	a, err := s.visible(ctx, r.Reference)
	if err != nil {
		return nil, err
	}
	modules, err := codeOf(a.Reference)
	if err != nil {
		return nil, err
	}
	return savedFile{mime: "image/svg+xml", name: a.Reference.String() + ".svg", body: modules.svg()}, nil
}

// entryOf returns the appointment as it is written into calendars.
func entryOf(c *centre.Snapshot, a slots.Appointment) feeds.Entry {
	e := feeds.Entry{
		Reference: a.Reference.String(), Start: a.Start, End: a.End, Version: a.Version, Created: a.Created, Changed: a.Created,
		Booked: a.Status == slots.Booked,
	}
	switch a.Status {
	case slots.Requested:
		e.Status = feeds.Tentative
	case slots.Cancelled, slots.Declined:
		e.Status = feeds.Cancelled
	case slots.Booked, slots.Completed, slots.NoShow, slots.Held, slots.Released, slots.Expired:
	}
	for _, event := range a.History {
		if event.At.After(e.Changed) {
			e.Changed = event.At
		}
	}
	if service, ok := c.Service(a.Service); ok {
		e.Service = service.Name
		for _, document := range service.Requirements {
			e.Bring = append(e.Bring, document.Name)
		}
	}
	if branch, ok := c.Branch(a.Branch); ok {
		e.Branch, e.Address = branch.Name, branch.Address
	}
	if e.Service == (catalog.Text{}) { // it is no longer offered
		e.Service = catalog.Text{AR: e.Reference, EN: e.Reference}
	}
	return e
}

// code is a QR code: true for each black module, by row and column.
type code [][]bool

// codeOf returns the QR code of a reference, with its quiet zone.
func codeOf(r slots.Reference) (code, error) {
	drawn, err := qr.Encode(r.String(), codeLevel, qr.AlphaNumeric)
	if err != nil {
		return nil, fmt.Errorf("api: QR code: %w", err)
	}
	return framed(drawn), nil
}

func framed(drawn barcode.Barcode) code {
	size := drawn.Bounds().Dx()
	c := make(code, size+2*codeQuiet)
	for y := range c {
		c[y] = make([]bool, len(c))
	}
	for y := range size {
		for x := range size {
			c[y+codeQuiet][x+codeQuiet] = drawn.At(x, y) == color.Black
		}
	}
	return c
}

// png writes the code with two colours, a bit for each pixel.
func (c code) png(file *bytes.Buffer) error {
	picture := image.NewPaletted(image.Rect(0, 0, len(c)*codeModule, len(c)*codeModule), color.Palette{color.White, color.Black})
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			if c[y/codeModule][x/codeModule] {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	return png.Encode(file, picture)
}

// svg draws the code: a white square, and a bar for each run of black modules.
func (c code) svg() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`, len(c), len(c))
	fmt.Fprintf(&b, `<path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, len(c), len(c))
	for y, row := range c {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if n := x - from; n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from, y, n, n)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return []byte(b.String())
}
