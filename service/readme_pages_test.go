//go:build pages

package service_test

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"ziyara/service/servicetest"
)

// The pictures of the README are of the pages as they are: three steps of a journey on
// a telephone, in Arabic. make pictures copies them to docs/pictures.
func TestBrowserReadme(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	visitor := centre.Visitor(1)
	b := newChromium(t, centre.Replicas[0].URL())
	b.sees(390, "light")
	b.goes("/", "ar")
	b.pictures("readme-start")
	const day = "/services/heirs-returns/riyadh?day=2026-11-25"
	b.goes(day, "ar")
	b.pictures("readme-day")
	w := newWalker(t, centre)
	w.goes(day).chooses()
	form := details(visitor)
	w.sends(w.action("name"), form)
	centre.Jobs()
	form.Set("code", code(visitor))
	w.sends(w.action("code"), form).says(http.StatusOK, "تم حجز موعدكم")
	centre.Jobs()
	b.goes(linked{Visitor: visitor, t: t, centre: centre}.newest()+"?done=booked", "ar") // the other page is the walker's alone
	b.pictures("readme-ticket")
}

// mostBytes is what a picture of the README may weigh.
const mostBytes = 60_000

// pictures takes a picture of what a telephone shows of the page at first, in few
// colours.
func (b *chromium) pictures(name string) {
	b.t.Helper()
	b.does(chromedp.EmulateViewport(390, 844))
	taken, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(taken))
	if err != nil {
		b.t.Fatal(err)
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err = encoder.Encode(&out, quantised(picture)); err != nil {
		b.t.Fatal(err)
	}
	if out.Len() > mostBytes {
		b.t.Errorf("%s has %d bytes, more than %d", name, out.Len(), mostBytes)
	}
	if err = os.WriteFile(filepath.Join(b.shots, name+".png"), out.Bytes(), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// quantised returns a picture in its 256 most frequent colours, which for a page are
// nearly all.
func quantised(picture image.Image) image.Image {
	count := map[color.Color]int{}
	bounds := picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[picture.At(x, y)]++
		}
	}
	shades := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int { return cmp.Compare(count[b], count[a]) })
	out := image.NewPaletted(bounds, shades[:min(len(shades), 256)])
	draw.Draw(out, bounds, picture, bounds.Min, draw.Src)
	return out
}
