//go:build pages

package service_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"
)

// The screen on the wall: both languages, both looks; a call shows without being touched,
// large enough to be read from eight metres, and a lost connection is said.
func TestBrowserConsoleDisplay(t *testing.T) {
	t.Parallel()
	centre, desk := busyHall(t)
	b := console{newChromium(t, centre.Replicas[0].URL()), centre}
	// Its sizes follow those of the window, which a new browser changes once more by itself.
	b.sees(1280, "light")
	// The stream is stopped here, so that these say that the connection is lost.
	b.everyLanguage("display", "/display/riyadh")
	b.everyLanguage("display-light", "/display/riyadh?look=light")
	b.does(chromedp.EmulateViewport(1920, 1080), chromedp.Navigate(b.origin+"/display/riyadh?lang=ar")) // goes would stop the stream
	desk.submits("/console/hall", "act", "next", "desk", "3")
	b.shows("نرجو التوجه إلى المكتب 3")
	b.shows("Please go to desk 3")
	// On a screen of 55 inches a pixel of 1080 is 0.63 mm: digits of 40 mm are read from 8 m.
	for selector, least := range map[string]string{".now .figure": "300", ".now .figure.desk": "250", ".before li b": "90"} {
		b.is(`Number.parseFloat(getComputedStyle(document.querySelector("`+selector+`")).fontSize) >= `+least, "true")
	}
	b.is(`document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth`, "true")
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.shots, "display-wall.png"), picture, 0o600); err != nil {
		t.Fatal(err)
	}
	b.offline(true)
	b.shows("انقطع الاتصال")
	called := regexp.MustCompile(`class="visit called"><input[^>]* value="([^"]*)"`).FindStringSubmatch(desk.opens("/console/hall?lang=en"))
	if called == nil {
		t.Fatal("nobody is called")
	}
	desk.submits("/console/hall", "act", "start", "visit", called[1], "desk", "3")
	b.offline(false)
	b.shows("نرجو التوجه إلى المكتب 2")
	b.is(`document.querySelector("[data-lost]").hidden`, "true")
}
