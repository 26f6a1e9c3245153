package web

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

	"ziyara/catalog"
)

// Brand is how the pages of a centre are called and look. The zero Brand is neutral.
type Brand struct {
	Product catalog.Text // name of the service; ours if it is not complete
	Email   string       // for questions; "" for none
	X       string       // account there, without the @; "" for none

	mark     *Asset    // nil for ours
	colours  *Asset    // nil for ours
	colour   string    // #rrggbb; "" for ours
	pictures []picture // of our mark in that colour; nil for ours
	foreign  bool      // the mark is not ours
}

// Look is what a Brand is made of; zero values are neutral.
type Look struct {
	Product catalog.Text // what one language lacks is taken from the other
	Email   string
	X       string // with the @ or without it
	Mark    []byte // an SVG
	Colour  string // of buttons, as #rrggbb; the others follow from it
}

// ErrBrand is returned for a brand that pages can't have.
var ErrBrand = errors.New("web: brand")

// account is what X allows.
var account = regexp.MustCompile(`^[A-Za-z0-9_]{1,15}$`)

// NewBrand returns a brand. It returns an error that wraps ErrBrand and says what to
// change: a mark that is too large, is no SVG, loads something or has a script; a
// colour on which white is hard to read; an e-mail address or an account that can't
// be one.
func NewBrand(l Look) (Brand, error) {
	b := Brand{Product: l.Product.Filled(), Email: l.Email, X: strings.TrimPrefix(l.X, "@")}
	if l.Email != "" {
		if a, err := mail.ParseAddress(l.Email); err != nil || a.Address != l.Email {
			return b, fmt.Errorf("%w: ZIYARA_EMAIL %q: want one such as visits@example.gov.sa", ErrBrand, l.Email)
		}
	}
	if b.X != "" && !account.MatchString(b.X) {
		return b, fmt.Errorf("%w: ZIYARA_X %q: want up to 15 letters, digits and _", ErrBrand, l.X)
	}
	if l.Colour != "" {
		c, err := parseColour(l.Colour)
		if err != nil {
			return b, err
		}
		colours, ours := NewAsset("colours", "css", Stylesheet, c.stylesheet()), NewAsset("ziyara", "svg", svgType, recoloured(c))
		b.colour, b.colours, b.mark, b.pictures = c.String(), &colours, &ours, picturesOf(c)
	}
	if l.Mark != nil {
		if err := checkMark(l.Mark); err != nil {
			return b, err
		}
		own := NewAsset("mark", "svg", svgType, l.Mark)
		b.mark, b.foreign = &own, true
	}
	return b, nil
}

// recoloured is our mark in another colour.
func recoloured(c colour) []byte {
	return bytes.ReplaceAll(mark, []byte(ourColour), []byte(c.String()))
}

// markAsset is the mark of the centre.
func (b Brand) markAsset() Asset {
	if b.mark != nil {
		return *b.mark
	}
	return icon
}

// assets are the files that pages of the brand load.
func (b Brand) assets() []Asset {
	list := []Asset{stylesheet, b.markAsset()}
	if b.colours != nil {
		list = append(list, *b.colours)
	}
	return list
}

// maxMark is the greatest size of a mark, in bytes: it comes with each first visit.
const maxMark = 16 << 10

// drawings are the elements of SVG that a mark may have: shapes and what fills them.
// None loads anything, links anywhere or has a script.
var drawings = []string{ //nolint:gochecknoglobals // a constant in all but name
	"svg", "g", "title", "desc", "defs", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
	"linearGradient", "radialGradient", "stop", "clipPath", "mask",
}

// checkMark returns an error for a mark that is not only a drawing.
func checkMark(svg []byte) error {
	if len(svg) > maxMark {
		return fmt.Errorf("%w: ZIYARA_MARK has %d bytes: want at most %d", ErrBrand, len(svg), maxMark)
	}
	d := xml.NewDecoder(bytes.NewReader(svg))
	for first := true; ; {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && !first {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: ZIYARA_MARK is not an SVG: %w", ErrBrand, err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return fmt.Errorf("%w: ZIYARA_MARK has a document type or entities: remove them", ErrBrand)
		case xml.StartElement:
			if t.Name.Space != "http://www.w3.org/2000/svg" || first && t.Name.Local != "svg" {
				return fmt.Errorf("%w: ZIYARA_MARK is not an SVG: it has <%s> of %q", ErrBrand, t.Name.Local, t.Name.Space)
			}
			if err = checkDrawing(t, first); err != nil {
				return err
			}
			first = false
		}
	}
}

// checkDrawing returns an error for an element that is more than a shape, or an
// attribute that loads something or has a script.
func checkDrawing(e xml.StartElement, root bool) error {
	if !slices.Contains(drawings, e.Name.Local) {
		return fmt.Errorf("%w: ZIYARA_MARK has <%s>: want shapes only, no scripts, styles, images or links", ErrBrand, e.Name.Local)
	}
	sized := false
	for _, a := range e.Attr {
		name, value := strings.ToLower(a.Name.Local), strings.ToLower(a.Value)
		refers := strings.Contains(strings.ReplaceAll(value, "url(#", ""), "url(") || strings.Contains(value, `\`)
		if strings.HasPrefix(name, "on") || name == "href" || refers {
			return fmt.Errorf("%w: ZIYARA_MARK has %s=%q: want no scripts and nothing that is loaded", ErrBrand, a.Name.Local, a.Value)
		}
		sized = sized || name == "viewbox"
	}
	if root && !sized {
		return fmt.Errorf("%w: ZIYARA_MARK has no viewBox, so it can't be drawn in other sizes", ErrBrand)
	}
	return nil
}
