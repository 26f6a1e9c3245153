package web

import (
	"bytes"
	"image/png"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ziyara/catalog"
)

// Our own mark is one that a centre could have.
func TestOurMark(t *testing.T) {
	t.Parallel()
	if _, err := NewBrand(catalog.Look{Mark: mark}); err != nil {
		t.Error(err)
	}
}

// Whatever the colour of a brand, every text stays readable on every ground that
// follows from it, in both themes.
func TestColoursStayReadable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := catalog.Colour{rapid.Byte().Draw(t, "red"), rapid.Byte().Draw(t, "green"), rapid.Byte().Draw(t, "blue")}
		if c.Contrast(white) < catalog.MinContrast {
			if _, err := catalog.ParseColour(c.String()); err == nil {
				t.Fatalf("%s is accepted", c)
			}
			return
		}
		for theme, of := range map[string]struct {
			own                                    []named
			ground, raised, quiet, ink, soft, gold string
		}{
			"light": {lightOf(c), "#ffffff", "#ffffff", "#f9fafb", "#0d121c", "#4d5761", "#945c01"},
			"dark":  {append(lightOf(c), darkOf(c)...), "#0d121c", "#161f2c", "#111927", "#f3f4f6", "#d2d6db", "#e0b445"},
		} {
			has := map[string]catalog.Colour{
				"ground": read(of.ground), "raised": read(of.raised), "quiet": read(of.quiet), "ink": read(of.ink), "soft": read(of.soft),
				"gold": read(of.gold), "on-green": white, "on-deep": white, "gold-on-deep": read("#fcf3bd"),
			}
			for _, n := range of.own {
				has[n.name] = n.Colour
			}
			for _, pair := range []struct{ text, on string }{
				{"on-green", "green"}, {"on-green", "green-over"}, {"on-deep", "deep"}, {"soft-on-deep", "deep"}, {"gold-on-deep", "deep"},
				{"text-green", "ground"}, {"text-green", "raised"}, {"text-green", "quiet"}, {"text-green", "tint"}, {"text-green", "badge"},
				{"ink", "tint"}, {"soft", "tint"}, {"gold", "tint"}, {"focus", "ground"}, {"focus", "raised"}, {"focus", "tint"},
			} {
				if ratio := has[pair.text].Contrast(has[pair.on]); ratio < catalog.MinContrast {
					t.Fatalf("%s, %s: %s %s on %s %s has %.2f", c, theme, pair.text, has[pair.text], pair.on, has[pair.on], ratio)
				}
			}
		}
	})
}

// read reads a colour of the stylesheet.
func read(s string) catalog.Colour {
	n, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		panic(err)
	}
	return catalog.Colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}
}

// The colours that the test of contrast assumes, and those that a brand replaces, are
// those of the stylesheet.
func TestColoursAreThoseOfTheStylesheet(t *testing.T) {
	t.Parallel()
	light, dark, found := strings.Cut(string(style), "@media screen and (prefers-color-scheme: dark)")
	if !found {
		t.Fatal("the stylesheet has no dark theme")
	}
	dark, _, _ = strings.Cut(dark, "html {")
	for name, want := range map[string]string{
		"ground": "#fff", "quiet": "#f9fafb", "ink": "#0d121c", "soft": "#4d5761",
		"gold": "#945c01", "green": ourColour, "gold-on-deep": "#fcf3bd",
	} {
		if !strings.Contains(light, "--"+name+": "+want+";") {
			t.Errorf("--%s is not %s", name, want)
		}
	}
	for name, want := range map[string]string{
		"ground": night.String(), "raised": dusk.String(), "quiet": "#111927", "ink": "#f3f4f6", "soft": "#d2d6db", "gold": "#e0b445",
	} {
		if !strings.Contains(dark, "--"+name+": "+want+";") {
			t.Errorf("--%s is not %s in the dark", name, want)
		}
	}
	for _, n := range append(lightOf(catalog.Colour{}), darkOf(catalog.Colour{})...) {
		if !strings.Contains(light, "--"+n.name+":") {
			t.Errorf("the stylesheet has no --%s", n.name)
		}
	}
}

// outline is the outline of the white shape of mark.svg, which has straight lines and
// one arc: that of the door, a half circle.
func outline(t *testing.T) (corners [][2]float64) {
	t.Helper()
	d := regexp.MustCompile(`<path fill="#fff" d="([^"]*)"`).FindSubmatch(mark)
	if d == nil {
		t.Fatalf("mark.svg has no white path: %s", mark)
	}
	var x, y float64
	for _, part := range regexp.MustCompile(`[A-Za-z][^A-Za-z]*`).FindAllString(string(d[1]), -1) {
		var n []float64
		for _, number := range regexp.MustCompile(`-?[0-9.]+`).FindAllString(part[1:], -1) {
			v, err := strconv.ParseFloat(number, 64)
			if err != nil {
				t.Fatal(err)
			}
			n = append(n, v)
		}
		add := func() { corners = append(corners, [2]float64{x, y}) }
		switch part[0] {
		case 'M':
			x, y = n[0], n[1]
			add()
		case 'V':
			y = n[0]
			add()
		case 'v':
			y += n[0]
			add()
		case 'h':
			x += n[0]
			add()
		case 'l':
			for i := 0; i+1 < len(n); i += 2 {
				x, y = x+n[i], y+n[i+1]
				add()
			}
		case 'a': // rx ry rotation large sweep dx dy, from right to left over the door
			radius, middle := n[0], x+n[5]/2
			for i := range 180 {
				angle := float64(i) * math.Pi / 180
				corners = append(corners, [2]float64{middle + radius*math.Cos(angle), y - radius*math.Sin(angle)})
			}
			x, y = x+n[5], y+n[6]
			add()
		case 'z':
		default:
			t.Fatalf("this test can't draw %q", part)
		}
	}
	return corners
}

// within reports whether a point is within corners (by the even-odd rule).
func within(corners [][2]float64, x, y float64) bool {
	in := false
	for i, a := range corners {
		b := corners[(i+1)%len(corners)]
		if (a[1] > y) != (b[1] > y) && x < (b[0]-a[0])*(y-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
	}
	return in
}

// The icons have the shape of mark.svg.
func TestIconsAreTheMark(t *testing.T) {
	t.Parallel()
	corners := outline(t)
	for i := range 400 {
		for j := range 400 {
			x, y := float64(i)/10+0.03, float64(j)/10+0.03
			if inMark(x, y) != within(corners, x, y) {
				t.Fatalf("(%.2f, %.2f) is in the icon: %t, in mark.svg: %t", x, y, inMark(x, y), within(corners, x, y))
			}
		}
	}
	content, err := draw(appleIcon, catalog.Colour{0x1b, 0x83, 0x54})
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil || picture.Bounds().Dx() != appleIcon || len(content) > 4000 {
		t.Fatalf("%v, %d bytes: %v", picture.Bounds(), len(content), err)
	}
	for name, c := range map[string]struct {
		x, y int
		want string
	}{
		"corner": {0, 0, ourColour}, "wall": {appleIcon / 3, appleIcon / 2, "#ffffff"}, "door": {appleIcon / 2, appleIcon * 2 / 3, ourColour},
	} {
		r, g, b, _ := picture.At(c.x, c.y).RGBA()
		if got := (catalog.Colour{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)}).String(); got != c.want {
			t.Errorf("the %s is %s", name, got)
		}
	}
}
