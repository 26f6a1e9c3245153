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
	b.pictures("readme-start", 390, 844)
	const day = "/services/heirs-returns/riyadh?day=2026-11-25"
	b.goes(day, "ar")
	b.pictures("readme-day", 390, 844)
	w := newWalker(t, centre)
	w.goes(day).chooses()
	form := details(visitor)
	w.sends(w.action("name"), form)
	centre.Jobs()
	form.Set("code", code(visitor))
	w.sends(w.action("code"), form).says(http.StatusOK, "تم حجز موعدكم")
	centre.Jobs()
	b.goes(linked{Visitor: visitor, t: t, centre: centre}.newest()+"?done=booked", "ar") // the other page is the walker's alone
	b.pictures("readme-ticket", 390, 844)
}

// The pictures of what staff read about their first morning: the rooms, with a made-up day
// in them.
func TestBrowserReadmeMorning(t *testing.T) {
	t.Parallel()
	const wide, high = 1280, 800
	hall, _ := busyHall(t)
	b := opensConsole(t, hall, "/console/hall?lang=ar&desk=3")
	b.shows("متصل")
	b.pictures("morning-hall", wide, high)
	b.goes("/console/hall/walk-in", "ar")
	b.pictures("morning-walk-in", wide, high)

	b = agentAt(t, servicetest.Open(t, 1, demoSignIn, official), "/console/book?lang=ar")
	b.fills("words", "عوائد")
	b.sendsBook()
	b.is(`document.activeElement.name`, "pick")
	b.does(chromedp.Click(`button[name="pick"][value="heirs-returns"]`))
	b.is(`document.activeElement.name`, "time")
	b.pictures("morning-book", wide, high)

	week := busyWeek(t, official)
	withoutMobile(t, week, "2026-12-01T09:30")
	noura := sits(t, week, "noura")
	form := closingForm(versionOn(t, noura))
	_, id := drafts(t, noura, form)
	b = opensAs(t, week, "noura", "/console/calendar?lang=ar")
	b.goes("/console/calendar?desk_group=riyadh-returns&date=2026-12-01&from=12:00&until=13:30", "ar")
	b.pictures("morning-week", wide, high)
	b.goes("/console/calendar/changes/"+id+"?calendar="+form["calendar"], "ar")
	b.pictures("morning-impact", 390, 844)

	year := aYearOld(t, official)
	b = opensAs(t, year, "majed", "/console/reports?lang=ar")
	b.goes("/console/reports/no-shows?from=2026-10-01&to=2026-10-31&group_by=department", "ar")
	b.pictures("morning-report", wide, high)

	b = opensAs(t, week, "reem", "/console/centre?lang=ar")
	b.goes("/console/centre/services/"+annualReturns, "ar")
	b.pictures("morning-service", wide, high)
}

// mostBytes is what a picture of the docs may weigh.
const mostBytes = 90_000

// pictures takes a picture of what a screen shows of the page at first, in few colours.
func (b *chromium) pictures(name string, width, height int64) {
	b.t.Helper()
	b.does(chromedp.EmulateViewport(width, height))
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
