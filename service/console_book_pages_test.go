//go:build pages

package service_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"ziyara/service/servicetest"
)

// mostKeys is how many keys a booking by telephone may need, beside what is typed.
const mostKeys = 12

// hand presses keys as a person does, and counts those that are not typed text.
type hand struct {
	console

	keys *int
}

// agentAt signs Huda of the call centre in, and opens a page.
func agentAt(t *testing.T, centre *servicetest.Centre, path string) console {
	t.Helper()
	return opensAs(t, centre, "huda", path)
}

// press presses a key that types nothing.
func (h hand) press(key, code string, virtual int64) {
	h.t.Helper()
	*h.keys++
	text := ""
	if key == "Enter" {
		text = "\r"
	} else if key == " " {
		text = " "
	}
	h.does(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		down := input.DispatchKeyEventParams{
			Type: input.DispatchKeyEventTypeKeyDown, Key: key, Code: code, WindowsVirtualKeyCode: virtual, Text: text,
		}
		if text == "" {
			down.Type = input.DispatchKeyEventTypeRawKeyDown
		}
		if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, down); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, input.DispatchKeyEventParams{
			Type: input.DispatchKeyEventTypeKeyUp, Key: key, Code: code, WindowsVirtualKeyCode: virtual,
		})
		return err
	}))
}

func (h hand) enter() { h.t.Helper(); h.press("Enter", "Enter", 13) }
func (h hand) tab()   { h.t.Helper(); h.press("Tab", "Tab", 9) }
func (h hand) space() { h.t.Helper(); h.press(" ", "Space", 32) }

// digit presses a digit while no field has the focus.
func (h hand) digit(d string) {
	h.t.Helper()
	h.is(`document.readyState`, "complete")
	h.press(d, "Digit"+d, int64(d[0]))
}

// writes types a text into the field that has to have the focus.
func (h hand) writes(field, text string) {
	h.t.Helper()
	h.is(`document.activeElement.id`, field)
	h.does(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

// A call from the words to the reference without a mouse, and with few keys beside what is
// typed, for a new caller and for one who called before.
func TestBrowserConsoleBookByKeys(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn, official)
	caller := centre.Visitor(1)
	keys := 0
	h := hand{agentAt(t, centre, "/console/book?lang=ar"), &keys}
	h.writes("caller", caller.ID)
	h.enter()
	h.shows("لا حجز سابقًا بهذا الرقم")
	h.writes("words", "أبي أنقل عوايد أبوي للورثة")
	h.enter()
	h.is(`document.activeElement.name`, "pick")
	h.digit("1")
	h.is(`document.activeElement.name`, "time")
	h.digit("2")
	h.shows("محجوز مؤقتًا حتى")
	h.writes("name", caller.Name)
	h.tab()
	h.tab()
	h.writes("mobile", caller.Mobile)
	for range 3 { // past what few calls need
		h.tab()
	}
	h.is(`document.activeElement.id`, "read")
	h.space()
	h.enter()
	h.shows("رقم الحجز، يُقرأ حرفًا حرفًا")
	h.is(`document.querySelectorAll(".letter").length`, "10")
	if keys > mostKeys {
		t.Errorf("a new caller took %d keys beside what was typed, want at most %d", keys, mostKeys)
	}
	t.Logf("a new caller: %d keys", keys)

	keys = 0
	h.press("Enter", "Enter", 13) // the next caller
	h.writes("caller", caller.ID)
	h.enter()
	h.shows("سبق له الحجز")
	h.writes("words", "تحديث الآيبان")
	h.enter()
	h.is(`document.activeElement.name`, "pick")
	h.digit("1")
	h.is(`document.activeElement.name`, "time")
	h.digit("1")
	h.is(`document.activeElement.id`, "read")
	h.space()
	h.enter()
	h.shows("رقم الحجز، يُقرأ حرفًا حرفًا")
	if keys > mostKeys {
		t.Errorf("a known caller took %d keys beside what was typed, want at most %d", keys, mostKeys)
	}
	t.Logf("a known caller: %d keys", keys)
}

// The pages of a call and of a visit in every state, in both languages, narrow and wide,
// light and dark.
func TestBrowserConsoleBook(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn, official)
	caller := centre.Visitor(1)
	b := agentAt(t, centre, "/console/book?lang=ar")
	b.everyLanguage("console-book", "/console/book")
	for _, lang := range []string{"ar", "en"} {
		b.goes("/console/book", lang)
		b.fills("words", "عوائد")
		b.sendsBook()
		b.is(`document.activeElement.name`, "pick")
		b.checks("console-book-service", lang)
		b.does(chromedp.Click(`button[name="pick"][value="heirs-returns"]`))
		b.is(`document.activeElement.name`, "time")
		b.checks("console-book-time", lang)
		b.does(chromedp.Click(`button[name="time"]`))
		b.is(`document.activeElement.id`, "name")
		b.checks("console-book-visitor", lang)
		b.fills("mobile", "12")
		b.sendsBook()
		b.is(`document.querySelectorAll("#mistakes li").length`, strconv.Itoa(3))
		b.checks("console-book-wrong", lang)
		if lang == "en" {
			b.fills("name", caller.Name)
			b.fills("identity", caller.ID)
			b.fills("mobile", caller.Mobile)
			b.does(chromedp.Click("#read"))
			b.sendsBook()
			b.is(`document.querySelectorAll(".letter").length`, "10")
		}
	}
	reference := evaluates[string](b.chromium, `location.pathname.split("/").pop()`)
	b.everyLanguage("console-booked", "/console/book/"+reference)
	b.everyLanguage("console-visit", "/console/visits/"+reference)
	b.everyLanguage("console-visit-move", "/console/visits/"+reference+"/move")
	for _, lang := range []string{"ar", "en"} {
		b.goes("/console/visits/"+reference, lang)
		b.does(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("details")) d.open = true`))
		b.does(chromedp.Evaluate[chromedp.Void](`document.querySelector("[name=seen]").form.requestSubmit()`))
		b.is(`document.querySelectorAll("#mistakes li").length`, "1")
		b.checks("console-visit-wrong", lang)
	}
}

// fills puts a value into a field.
func (b console) fills(id, value string) {
	b.t.Helper()
	b.does(chromedp.Evaluate[chromedp.Void](`document.getElementById(` + strconv.Quote(id) + `).value = ` + strconv.Quote(value)))
}

// sendsBook presses Enter in the form to book.
func (b console) sendsBook() {
	b.t.Helper()
	b.does(chromedp.Evaluate[chromedp.Void](`document.querySelector(".booking button.hidden").click()`))
}
