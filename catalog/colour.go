package catalog

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// MinContrast is the least ratio between a text and its ground (WCAG 2.2, 1.4.3).
const MinContrast = 4.5

// Colour is red, green and blue in sRGB.
type Colour [3]uint8

// White is what stands on buttons.
var White = Colour{255, 255, 255} //nolint:gochecknoglobals // a constant in all but name

var hexadecimal = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// ParseColour reads the colour of buttons, #rrggbb. It returns a *LookError for anything
// else, and for a colour on which white text is hard to read.
func ParseColour(s string) (Colour, error) {
	if !hexadecimal.MatchString(s) {
		return Colour{}, lookError("colour", "%q: want #rrggbb", s)
	}
	n, _ := strconv.ParseUint(s[1:], 16, 32)             // six hexadecimal digits
	c := Colour{uint8(n >> 16), uint8(n >> 8), uint8(n)} //nolint:gosec // a byte each
	if ratio := c.Contrast(White); ratio < MinContrast {
		return c, lookError("colour", "%s: white on it has a contrast of %.1f: want at least %.1f, so a darker colour", s, ratio, MinContrast)
	}
	return c, nil
}

// String returns #rrggbb.
func (c Colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// luminance is how bright a colour is, from 0 to 1 (WCAG 2.2, relative luminance).
func (c Colour) luminance() float64 {
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

// Contrast is the ratio between two colours, from 1 to 21 (WCAG 2.2, contrast ratio).
func (c Colour) Contrast(other Colour) float64 {
	x, y := c.luminance(), other.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Towards returns the colour mixed with a share of another, from 0 to 1.
func (c Colour) Towards(other Colour, share float64) Colour {
	var out Colour
	for i := range c {
		out[i] = uint8(math.Round(float64(c[i])*(1-share) + float64(other[i])*share))
	}
	return out
}

// Until returns the colour mixed with as little of another as gives it a contrast
// with a ground.
func (c Colour) Until(other, ground Colour, ratio float64) Colour {
	const steps = 100
	for i := range steps {
		if out := c.Towards(other, float64(i)/steps); out.Contrast(ground) >= ratio {
			return out
		}
	}
	return other
}
