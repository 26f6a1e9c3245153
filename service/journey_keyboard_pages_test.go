//go:build pages

package service_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"ziyara/service/servicetest"
)

// fingers are those of a visitor who has no mouse, and count what they press beside
// what is typed in.
type fingers struct {
	*chromium
	pressed int
}

// presses presses a key.
func (f *fingers) presses(key string) {
	f.t.Helper()
	f.pressed++
	f.does(chromedp.KeyEvent(key))
}

// follows presses Enter and waits for the page that it leads to.
func (f *fingers) follows() {
	f.t.Helper()
	f.pressed++
	if _, err := chromedp.RunResponse(f.ctx, chromedp.KeyEvent("\r")); err != nil {
		f.t.Fatalf("%s: %v", f.here(), err)
	}
}

// on reports whether the focus is on what a selector finds, and can be seen there.
func (f *fingers) on(selector string) bool {
	f.t.Helper()
	return evaluates[bool](f.chromium, fmt.Sprintf(`document.activeElement.matches(%q)`, selector))
}

// reaches presses Tab until the focus is on what a selector finds.
func (f *fingers) reaches(selector string) {
	f.t.Helper()
	var passed []string
	for !f.on(selector) {
		if len(passed) > 12 {
			f.t.Fatalf("%s: no way to %s, only by %q", f.here(), selector, passed)
		}
		f.presses("\t")
		passed = append(passed, evaluates[string](f.chromium, `document.activeElement.outerHTML.slice(0, 60)`))
		if hidden := evaluates[bool](f.chromium, `!document.activeElement.matches(":focus-visible") ||
			document.activeElement === document.body`); hidden {
			f.t.Errorf("%s: the focus is not seen: %q", f.here(), passed)
		}
	}
}

// skips goes to the content of the page, past its head.
func (f *fingers) skips() {
	f.t.Helper()
	f.reaches(".skip")
	f.presses("\r")
}

// types types a text into the field with the focus.
func (f *fingers) types(text string) {
	f.t.Helper()
	f.does(chromedp.KeyEvent(text))
}

// A visit is booked with the keyboard alone and without any script, with at most 45
// keys beside what is typed in: in both languages, narrow and wide.
func TestBrowserKeyboard(t *testing.T) {
	t.Parallel()
	const most = 45
	centre := servicetest.Open(t, 1, official)
	b := newChromium(t, centre.Replicas[0].URL())
	b.does(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	n := 0
	for _, lang := range []string{"ar", "en"} {
		for _, width := range []int64{360, 1280} {
			n++
			visitor := centre.Visitor(n)
			b.remembersNothing()
			b.sees(width, "light")
			f := &fingers{chromium: b}
			b.goes("/", lang)
			f.skips()
			f.reaches("#q")
			f.types(map[string]string{"ar": "ورث", "en": "heirs"}[lang])
			f.follows()
			f.reaches(".row")
			f.follows()
			f.skips()
			f.reaches(".branch")
			f.follows()
			f.skips()
			f.reaches("a.day")
			f.follows()
			if !f.on("#day") {
				t.Errorf("%s, %d px: a chosen day does not move the focus to its times", lang, width)
			}
			f.reaches(".times button")
			f.follows()
			f.skips()
			for _, field := range []struct{ name, text string }{{"name", visitor.Name}, {"id", visitor.ID}, {"mobile", visitor.Mobile}} {
				f.reaches("#" + field.name)
				f.types(field.text)
			}
			f.reaches("#documents")
			f.presses(" ")
			f.reaches("form.fill .primary")
			f.follows()
			if !f.on("#code") {
				t.Errorf("%s, %d px: the code can't be typed at once", lang, width)
			}
			centre.Jobs()
			f.types(code(visitor))
			f.follows()
			f.has(map[string]string{"ar": "تم حجز موعدكم", "en": "Your visit is booked"}[lang])
			t.Logf("%s, %d px: %d keys", lang, width, f.pressed)
			if f.pressed > most {
				t.Errorf("%s, %d px: %d keys, want at most %d", lang, width, f.pressed, most)
			}
		}
	}
	centre.AuditClean()
}

// spoken returns what a screen reader says of the elements of the page with a role,
// in order.
func (b *chromium) spoken(roles ...string) []string {
	b.t.Helper()
	tree, err := chromedp.Run(b.ctx, func(ctx context.Context, t *chromedp.Target) (accessibility.GetFullAXTreeResult, error) {
		return cdp.Call(ctx, t, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	})
	if err != nil {
		b.t.Fatal(err)
	}
	nodes := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range tree.Nodes {
		nodes[n.NodeID] = n
	}
	text := func(v *accessibility.Value) string {
		var s string
		if v != nil {
			_ = json.Unmarshal(v.Value, &s) // other values are no text
		}
		return s
	}
	var list []string
	var walk func(id accessibility.NodeID)
	walk = func(id accessibility.NodeID) {
		n := nodes[id]
		if n == nil {
			return
		}
		if role := text(n.Role); !n.Ignored && slices.Contains(roles, role) {
			list = append(list, strings.TrimSpace(role+": "+strings.Join(strings.Fields(text(n.Name)), " ")))
		}
		for _, child := range n.ChildIDs {
			walk(child)
		}
	}
	walk(tree.Nodes[0].NodeID)
	return list
}

// The calendar is read aloud as sentences: each day says the day of the week, both
// dates, and how many times are free or why there are none. So are the other pages of
// the journey: their headings, links and buttons.
func TestBrowserReadAloud(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	b := newChromium(t, centre.Replicas[0].URL())
	shuts(t, centre, []string{"riyadh-returns-files"}, "2026-11-30", "2026-12-01")
	var said strings.Builder
	for _, lang := range []string{"ar", "en"} {
		for _, path := range []string{"/?q=heirs", "/services/heirs-returns", heirsAtRiyadh + "?day=2026-12-02"} {
			b.goes(path, lang)
			fmt.Fprintf(&said, "%s %s\n", lang, path)
			for _, s := range b.spoken("heading", "link", "button", "columnheader", "cell", "gridcell", "searchbox", "combobox",
				"checkbox", "status", "table", "navigation", "DisclosureTriangle") {
				fmt.Fprintln(&said, s)
			}
			fmt.Fprintln(&said)
		}
		b.goes(heirsAtRiyadh+"?day=2026-12-02", lang)
		b.presses(".times button")
		fmt.Fprintf(&said, "%s details\n", lang)
		for _, s := range b.spoken("heading", "link", "button", "textbox", "checkbox", "status", "DisclosureTriangle") {
			fmt.Fprintln(&said, s)
		}
		fmt.Fprintln(&said)
	}
	golden(t, "read_aloud.txt", said.String())
}

// golden compares a text with a file; PAGES_UPDATE writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("PAGES_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s (with PAGES_UPDATE=1 it is written anew):\n%s", path, got)
	}
}
