package catalog

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"regexp"
	"slices"
	"strings"
)

// Look is how the pages of a centre are called and look; zero values are neutral.
type Look struct {
	Product Text   // name of the service; what one language lacks is taken from the other
	Email   string // for questions of visitors
	X       string // account there, with the @ or without it
	Mark    []byte // an SVG: the sign at the top of each page
	Colour  string // of buttons, as #rrggbb; the others follow from it
}

// LookError is a part of a look that pages can't have.
type LookError struct {
	Part string // email, x, mark or colour
	Text string // what is wrong, and what to do
}

// Error says what is wrong with which part.
func (e *LookError) Error() string { return "catalog: " + e.Part + " " + e.Text }

func lookError(part, format string, args ...any) error {
	return &LookError{part, fmt.Sprintf(format, args...)}
}

// account is what X allows.
var account = regexp.MustCompile(`^[A-Za-z0-9_]{1,15}$`)

// Complete returns the look with the name in both languages and the account without its @. It
// returns a *LookError for a mark that is too large, is no SVG, loads something or has a
// script; for a colour on which white is hard to read; for an e-mail address or an account that
// can't be one.
func (l Look) Complete() (Look, error) {
	l.Product, l.X = l.Product.Filled(), strings.TrimPrefix(l.X, "@")
	if l.Email != "" {
		if a, err := mail.ParseAddress(l.Email); err != nil || a.Address != l.Email {
			return l, lookError("email", "%q: want one such as visits@example.gov.sa", l.Email)
		}
	}
	if l.X != "" && !account.MatchString(l.X) {
		return l, lookError("x", "%q: want up to 15 letters, digits and _", l.X)
	}
	if l.Colour != "" {
		if _, err := ParseColour(l.Colour); err != nil {
			return l, err
		}
	}
	if l.Mark != nil {
		return l, checkMark(l.Mark)
	}
	return l, nil
}

// MaxMark is the greatest size of a mark, in bytes: it comes with each first visit.
const MaxMark = 16 << 10

// drawings are the elements of SVG that a mark may have: shapes and what fills them.
// None loads anything, links anywhere or has a script.
var drawings = []string{ //nolint:gochecknoglobals // a constant in all but name
	"svg", "g", "title", "desc", "defs", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
	"linearGradient", "radialGradient", "stop", "clipPath", "mask",
}

// checkMark returns a *LookError for a mark that is not only a drawing.
func checkMark(svg []byte) error {
	if len(svg) > MaxMark {
		return lookError("mark", "has %d bytes: want at most %d", len(svg), MaxMark)
	}
	d := xml.NewDecoder(bytes.NewReader(svg))
	for first := true; ; {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && !first {
			return nil
		}
		if err != nil {
			return lookError("mark", "is not an SVG: %v", err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return lookError("mark", "has a document type or entities: remove them")
		case xml.StartElement:
			if t.Name.Space != "http://www.w3.org/2000/svg" || first && t.Name.Local != "svg" {
				return lookError("mark", "is not an SVG: it has <%s> of %q", t.Name.Local, t.Name.Space)
			}
			if err = checkDrawing(t, first); err != nil {
				return err
			}
			first = false
		}
	}
}

// checkDrawing returns a *LookError for an element that is more than a shape, or an
// attribute that loads something or has a script.
func checkDrawing(e xml.StartElement, root bool) error {
	if !slices.Contains(drawings, e.Name.Local) {
		return lookError("mark", "has <%s>: want shapes only, no scripts, styles, images or links", e.Name.Local)
	}
	sized := false
	for _, a := range e.Attr {
		name, value := strings.ToLower(a.Name.Local), strings.ToLower(a.Value)
		refers := strings.Contains(strings.ReplaceAll(value, "url(#", ""), "url(") || strings.Contains(value, `\`)
		if strings.HasPrefix(name, "on") || name == "href" || refers {
			return lookError("mark", "has %s=%q: want no scripts and nothing that is loaded", a.Name.Local, a.Value)
		}
		sized = sized || name == "viewbox"
	}
	if root && !sized {
		return lookError("mark", "has no viewBox, so it can't be drawn in other sizes")
	}
	return nil
}
