package web

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// ourColour is the colour of buttons and of the mark.
const ourColour = "#1b8354"

// minContrast is the least ratio between a text and its ground (WCAG 2.2, 1.4.3).
const minContrast = 4.5

// colour is red, green and blue in sRGB.
type colour [3]uint8

// The colours that the colours of a brand meet.
var (
	black, white = colour{}, colour{255, 255, 255}                    //nolint:gochecknoglobals // constants in all but name
	night, dusk  = colour{0x0d, 0x12, 0x1c}, colour{0x16, 0x1f, 0x2c} //nolint:gochecknoglobals // --ground and --raised of the dark theme
)

// parseColour reads #rrggbb. It returns an error that wraps ErrBrand for anything
// else, and for a colour on which white text is hard to read.
func parseColour(s string) (colour, error) {
	if !regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`).MatchString(s) {
		return colour{}, fmt.Errorf("%w: ZIYARA_COLOUR %q: want #rrggbb", ErrBrand, s)
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		return colour{}, fmt.Errorf("%w: ZIYARA_COLOUR %q: %w", ErrBrand, s, err)
	}
	c := colour{uint8(n >> 16), uint8(n >> 8), uint8(n)} //nolint:gosec // a byte each
	if ratio := contrast(c, white); ratio < minContrast {
		return c, fmt.Errorf("%w: ZIYARA_COLOUR: white on %s has a contrast of %.1f: want at least %.1f, so a darker colour",
			ErrBrand, s, ratio, minContrast)
	}
	return c, nil
}

func (c colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// luminance is how bright a colour is, from 0 to 1 (WCAG 2.2, relative luminance).
func (c colour) luminance() float64 {
	var linear [3]float64
	for i, v := range c {
		s := float64(v) / 255
		if s <= 0.04045 {
			linear[i] = s / 12.92
		} else {
			linear[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*linear[0] + 0.7152*linear[1] + 0.0722*linear[2]
}

// contrast is the ratio between two colours, from 1 to 21 (WCAG 2.2, contrast ratio).
func contrast(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// towards returns the colour mixed with a share of another, from 0 to 1.
func (c colour) towards(other colour, share float64) colour {
	var out colour
	for i := range c {
		out[i] = uint8(math.Round(float64(c[i])*(1-share) + float64(other[i])*share))
	}
	return out
}

// until returns the colour mixed with as little of another as gives it a contrast
// with a ground.
func (c colour) until(other, ground colour, ratio float64) colour {
	const steps = 100
	for i := range steps {
		if out := c.towards(other, float64(i)/steps); contrast(out, ground) >= ratio {
			return out
		}
	}
	return other
}

// named is a colour of the stylesheet.
type named struct {
	name string
	colour
}

// light are the colours of the light theme that follow from that of buttons.
func (c colour) light() []named {
	deep := c.until(black, white, 8.5)
	return []named{
		{"green", c}, {"green-over", c.towards(black, 0.3)}, {"text-green", c.until(black, white, 6.6)},
		{"deep", deep}, {"soft-on-deep", c.towards(white, 0.88)}, {"focus", deep},
		{"tint", c.towards(white, 0.95)}, {"tint-edge", c.towards(white, 0.7)}, {"badge", c.towards(white, 0.86)},
	}
}

// dark are those of the dark theme.
func (c colour) dark() []named {
	deep := c.until(black, white, 10.5)
	return []named{
		{"green-over", c.towards(black, 0.2)}, {"text-green", c.until(white, dusk, 8.5)}, {"focus", c.until(white, dusk, 10)},
		{"deep", deep}, {"tint", c.until(black, white, 10.5).towards(night, 0.6)}, {"tint-edge", deep.towards(white, 0.15)}, {"badge", deep},
	}
}

// stylesheet is the part of the stylesheet that gives pages the colour.
func (c colour) stylesheet() []byte {
	var b strings.Builder
	write := func(list []named) {
		for _, n := range list {
			fmt.Fprintf(&b, " --%s: %s;", n.name, n.colour)
		}
	}
	b.WriteString(":root {")
	write(c.light())
	b.WriteString(" }\n@media screen and (prefers-color-scheme: dark) { :root {")
	write(c.dark())
	b.WriteString(" } }\n")
	return []byte(b.String())
}
