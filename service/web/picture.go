package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"math"
	"strconv"
	"sync"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
)

const (
	svgType = "image/svg+xml"
	pngType = "image/png"
)

// Sizes of icons, in pixels: for the home screen of an iPhone, and of the smallest and
// the largest that a manifest needs.
const (
	appleIcon = 180
	leastIcon = 192
	mostIcon  = 512
)

// picture is the mark as a PNG, for devices that draw no SVG.
type picture struct {
	path  string
	size  int
	drawn func() ([]byte, error) // draws it once
}

// icons are our mark as pictures. A mark of the centre's own is never drawn here: it
// has none.
func (b Brand) icons() []picture {
	switch {
	case b.foreign:
		return nil
	case b.pictures != nil:
		return b.pictures
	}
	return ourPictures()
}

var ourPictures = sync.OnceValue(func() []picture { //nolint:gochecknoglobals // a constant in all but name
	c, err := catalog.ParseColour(ourColour)
	if err != nil {
		panic(err) // can't happen: it is a constant
	}
	return picturesOf(c)
})

// picturesOf returns our mark in a colour, as pictures that are drawn when they are first
// asked for.
func picturesOf(c catalog.Colour) []picture {
	sum := sha256.Sum256(recoloured(c))
	var list []picture
	for _, size := range []int{appleIcon, leastIcon, mostIcon} {
		list = append(list, picture{
			"/assets/ziyara-" + strconv.Itoa(size) + "." + hex.EncodeToString(sum[:8]) + ".png", size,
			sync.OnceValues(func() ([]byte, error) { return draw(size, c) }),
		})
	}
	return list
}

func (i picture) sizes() string { return strconv.Itoa(i.size) + "x" + strconv.Itoa(i.size) }

func (i picture) send(c *fiber.Ctx) error {
	content, err := i.drawn()
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, pngType)
	c.Set(fiber.HeaderCacheControl, forever)
	return c.Send(content)
}

// markUnits is the width of mark.svg in its own units, markRoom how much of an icon it
// takes: devices cut off the corners.
const (
	markUnits = 40
	markRoom  = 0.9
)

// draw returns an icon as a PNG: the mark without its round corners, which devices
// give it themselves.
func draw(size int, ground catalog.Colour) ([]byte, error) {
	const samples = 4 // by each side of a pixel
	shades := make(color.Palette, samples*samples+1)
	for s := range shades {
		c := ground.Towards(white, float64(s)/float64(samples*samples))
		shades[s] = color.RGBA{c[0], c[1], c[2], 255}
	}
	out := image.NewPaletted(image.Rect(0, 0, size, size), shades)
	at := func(n int) float64 { // a sample in units of the mark
		return ((float64(n)+0.5)/float64(size*samples)-0.5)/markRoom*markUnits + markUnits/2
	}
	for y := range size {
		for x := range size {
			shade := uint8(0)
			for s := range samples * samples {
				if inMark(at(x*samples+s%samples), at(y*samples+s/samples)) {
					shade++
				}
			}
			out.SetColorIndex(x, y, shade)
		}
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err := encoder.Encode(&b, out)
	return b.Bytes(), err
}

// inMark reports whether a point is in the white shape of mark.svg: a wall with three
// crenels and a door.
func inMark(x, y float64) bool {
	crenel := 10 + 1.5*math.Abs(math.Mod(x, 8)-4) // points up in the middle of every 8 units
	door := math.Abs(x-20) < 3.5 && y > 25 || math.Hypot(x-20, y-25) < 3.5
	return x > 8 && x < 32 && y < 31 && y > crenel && !door
}
