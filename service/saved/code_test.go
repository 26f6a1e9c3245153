package saved

import (
	"bytes"
	"image"
	"image/color"
	"regexp"
	"strconv"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"ziyara/slots"
)

// Whatever the reference, scanners read it from the picture and from the drawing,
// and both have a quiet zone of four modules (ISO/IEC 18004).
func TestCodeCanBeRead(t *testing.T) {
	t.Parallel()
	for n := range 50 {
		r := slots.NewReference([5]byte{byte(n), byte(7 * n), byte(31 * n), byte(101 * n), byte(255 - n)})
		c, err := codeOf(r)
		if err != nil {
			t.Fatal(err)
		}
		if len(c) != 29 {
			t.Fatalf("%s: %d modules", r, len(c))
		}
		for i := range c {
			for j := range codeQuiet {
				if c[i][j] || c[i][len(c)-1-j] || c[j][i] || c[len(c)-1-j][i] {
					t.Fatalf("%s: the margin is not white", r)
				}
			}
		}
		var file bytes.Buffer
		if err = c.png(&file); err != nil {
			t.Fatal(err)
		}
		picture, _, err := image.Decode(&file)
		if err != nil {
			t.Fatal(err)
		}
		for name, picture := range map[string]image.Image{"PNG": picture, "SVG": painted(t, c.svg())} {
			bits, err := gozxing.NewBinaryBitmapFromImage(picture)
			if err != nil {
				t.Fatal(err)
			}
			code, err := qrcode.NewQRCodeReader().Decode(bits, nil)
			if err != nil {
				t.Fatalf("%s of %s: %v", name, r, err)
			}
			if code.GetText() != r.String() {
				t.Errorf("%s of %s says %s", name, r, code.GetText())
			}
		}
	}
}

// painted paints the bars of a drawing.
func painted(t *testing.T, drawing []byte) image.Image {
	t.Helper()
	const scale = 8
	picture := image.NewGray(image.Rect(0, 0, 29*scale, 29*scale))
	for i := range picture.Pix {
		picture.Pix[i] = 0xff
	}
	bars := regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllSubmatch(drawing, -1)
	if len(bars) == 0 {
		t.Fatal("nothing is drawn")
	}
	for _, bar := range bars {
		var at [4]int
		for i := range at {
			var err error
			if at[i], err = strconv.Atoi(string(bar[i+1])); err != nil {
				t.Fatal(err)
			}
		}
		for y := at[1] * scale; y < (at[1]+1)*scale; y++ {
			for x := at[0] * scale; x < (at[0]+at[2])*scale; x++ {
				picture.SetGray(x, y, color.Gray{})
			}
		}
	}
	return picture
}
