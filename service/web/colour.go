package web

import (
	"fmt"
	"strings"

	"ziyara/catalog"
)

// ourColour is the colour of buttons and of the mark.
const ourColour = "#1b8354"

// The colours that the colours of a brand meet: constants in all but name.
//
//nolint:gochecknoglobals // see above
var (
	black, white = catalog.Colour{}, catalog.White
	night, dusk  = catalog.Colour{0x0d, 0x12, 0x1c}, catalog.Colour{0x16, 0x1f, 0x2c} // --ground and --raised of the dark theme
)

// named is a colour of the stylesheet.
type named struct {
	name string
	catalog.Colour
}

// lightOf are the colours of the light theme that follow from that of buttons.
func lightOf(c catalog.Colour) []named {
	deep := c.Until(black, white, 8.5)
	return []named{
		{"green", c}, {"green-over", c.Towards(black, 0.3)}, {"text-green", c.Until(black, white, 6.6)},
		{"deep", deep}, {"soft-on-deep", c.Towards(white, 0.88)}, {"focus", deep},
		{"tint", c.Towards(white, 0.95)}, {"tint-edge", c.Towards(white, 0.7)}, {"badge", c.Towards(white, 0.86)},
	}
}

// darkOf are those of the dark theme.
func darkOf(c catalog.Colour) []named {
	deep := c.Until(black, white, 10.5)
	return []named{
		{"green-over", c.Towards(black, 0.2)}, {"text-green", c.Until(white, dusk, 8.5)}, {"focus", c.Until(white, dusk, 10)},
		{"deep", deep}, {"tint", c.Until(black, white, 10.5).Towards(night, 0.6)}, {"tint-edge", deep.Towards(white, 0.15)}, {"badge", deep},
	}
}

// colourStyles is the part of the stylesheet that gives pages the colour.
func colourStyles(c catalog.Colour) []byte {
	var b strings.Builder
	write := func(list []named) {
		for _, n := range list {
			fmt.Fprintf(&b, " --%s: %s;", n.name, n.Colour)
		}
	}
	b.WriteString(":root {")
	write(lightOf(c))
	b.WriteString(" }\n@media screen and (prefers-color-scheme: dark) { :root {")
	write(darkOf(c))
	b.WriteString(" } }\n")
	return []byte(b.String())
}
