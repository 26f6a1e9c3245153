package saved

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

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

// CodePNG returns the QR code of a reference as PNG.
func CodePNG(r slots.Reference) (File, error) {
	modules, err := codeOf(r)
	if err != nil {
		return File{}, err
	}
	var file bytes.Buffer
	if err = modules.png(&file); err != nil {
		return File{}, err
	}
	return File{"image/png", r.String() + ".png", file.Bytes()}, nil
}

// CodeSVG returns the QR code of a reference as SVG.
func CodeSVG(r slots.Reference) (File, error) {
	modules, err := codeOf(r)
	if err != nil {
		return File{}, err
	}
	return File{"image/svg+xml", r.String() + ".svg", modules.svg()}, nil
}

// code is a QR code: true for each black module, by row and column.
type code [][]bool

// codeOf returns the QR code of a reference, with its quiet zone.
func codeOf(r slots.Reference) (code, error) {
	drawn, err := qr.Encode(r.String(), codeLevel, qr.AlphaNumeric)
	if err != nil {
		return nil, fmt.Errorf("saved: QR code: %w", err)
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
