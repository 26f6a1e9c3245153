//go:build pages

package service_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"ziyara/service/servicetest"
)

// observesShifts counts, from the beginning of each page, what moves by itself
// while it loads (layout shifts, as Cumulative Layout Shift counts them).
const observesShifts = `window.shifted = [];
	new PerformanceObserver((list) => { for (const e of list.getEntries())
		if (!e.hadRecentInput && e.value >= 0.0005) // less is 0 to three places
			window.shifted.push({ At: e.startTime, Value: e.value, What: "moved by itself, " + e.value + ": " +
				e.sources.map((s) => s.node && (s.node.outerHTML || s.node.textContent).slice(0, 160)) });
	}).observe({ type: "layout-shift", buffered: true });
	addEventListener("DOMContentLoaded", () =>
		requestAnimationFrame(() => requestAnimationFrame(() => { window.whole = performance.now() })))`

// observes lets each page that is opened from now on count its shifts.
func (b *chromium) observes() {
	b.t.Helper()
	b.does(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: observesShifts})
		return err
	}))
}

// shifts returns what has moved by itself since all of the page was painted. Before, the
// lower edge of a box moves if the browser paints before it has read on, which depends on
// how busy the machine is.
func (b *chromium) shifts() []string {
	b.t.Helper()
	return b.shiftsIf("s.At >= window.whole")
}

// shiftsIf returns what has moved by itself, if a condition of s holds: At in ms of the
// page, Value as Cumulative Layout Shift counts it.
func (b *chromium) shiftsIf(condition string) []string {
	b.t.Helper()
	return evaluates[[]string](b, `new Promise((done) => {
		const look = () => {
			if (!window.shifted) return done(["not observed"]);
			if (!window.whole) return requestAnimationFrame(look);
			requestAnimationFrame(() => setTimeout(() => done(window.shifted.filter((s) => `+condition+`).map((s) => s.What)), 20));
		};
		requestAnimationFrame(look);
	})`)
}

// targetsCheck returns each link, button and field that a finger can miss: smaller
// than 44 px in a direction, unless it stands in a sentence.
const targetsCheck = `[...document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")]
.flatMap((e) => {
	const on = e.closest("label") || e.closest(".cells") || e;
	if (on.closest(".hidden, .skip, .cover") || !on.checkVisibility()) return []; // a cover is as large as its card
	if (getComputedStyle(on).display === "inline" && on.parentElement.textContent.trim() !== on.textContent.trim()) return [];
	const box = on.getBoundingClientRect();
	return box.width < 44 || box.height < 44 ?
		["a target of " + Math.round(box.width) + " × " + Math.round(box.height) + ": " + e.outerHTML.slice(0, 160)] : [];
})`

// saidCheck returns what is in the other language, or torn apart, where only some
// see it: in the title, in labels for those who listen, and in what is isolated.
const saidCheck = `(() => {
	const wrong = [], lang = document.documentElement.lang;
	const foreign = lang === "ar" ? /[A-Za-z]{2}/ : /[\u0600-\u06ff]/;
	const own = lang === "ar" ? /[\u0600-\u06ff]/ : /[A-Za-z]/;
	const mistaken = !!document.querySelector(".wrong"), titled = /^(يلزم التصحيح|Error): /.test(document.title);
	if (mistaken !== titled || mistaken !== !!document.getElementById("mistakes"))
		wrong.push("mistakes: " + mistaken + ", said in the title: " + document.title);
	if (foreign.test(document.title) || !own.test(document.title)) wrong.push("the title: " + document.title);
	for (const e of document.querySelectorAll("[aria-label], [title], [alt], [placeholder]"))
		for (const name of ["aria-label", "title", "alt", "placeholder"])
			if (foreign.test(e.getAttribute(name) || "")) wrong.push(name + ": " + e.outerHTML.slice(0, 160));
	for (const e of document.querySelectorAll("bdi:not([dir=auto])")) {
		const text = e.textContent;
		if (lang === "ar" && !/^\/(problems|dev)/.test(location.pathname) &&
			/[A-Za-z]{3}/.test(text) && !/V-[0-9A-Z]{4}-|[@./]|^(RFC|https|axe|JavaScript|OpenAPI|[0-9a-f-]{36}$)|UTC$/.test(text))
			wrong.push("isolated, but not translated: " + text);
		if (lang === "en" && foreign.test(text) && !e.closest("[lang=ar], .facts")) wrong.push("isolated, but not translated: " + text);
	}
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n = walker.nextNode(); n; n = walker.nextNode())
		if (/•\d|\d•/.test(n.textContent) && !n.parentElement.closest("bdi")) wrong.push("not isolated: " + n.textContent);
	for (const e of document.querySelectorAll("[aria-describedby], [aria-labelledby], label[for], a[href^='#']"))
		for (const id of (e.getAttribute("aria-describedby") || e.getAttribute("aria-labelledby") ||
			e.getAttribute("for") || e.hash.slice(1)).split(" "))
			if (!document.getElementById(id)) wrong.push("leads nowhere, " + id + ": " + e.outerHTML.slice(0, 160));
	return wrong;
})()`

// edges are the names of main elements of the page, with how far their edges are
// from where a line starts, and from where it ends, in px: those that a mirrored
// page has at the same place. Where buttons follow each other in a line of the console,
// they stand where the words before them end.
const edges = `(() => {
	const root = document.documentElement.getBoundingClientRect(), rtl = getComputedStyle(document.documentElement).direction === "rtl";
	const both = ".strip, .bar, main, .inner, .foot, .card, .card-wide, .button, .days, .day, .rows, .row, " +
		".slab, .notice, .branch, .other, " +
		".field input, .field select, .choices, .cells, .ticket, .facts, form, section, .hero, .search, .stack";
	const starts = "h1, h2, h3, .back, .brand, label, legend, .facts-line, .bring li, .kept, caption, .steps > :first-child";
	const ends = ".bar nav";
	return [...document.querySelectorAll([both, starts, ends].join())]
	.filter((e) => e.checkVisibility() && !e.closest(".hidden") && !e.matches(".hidden, form:has(> .text), .acts *, .heading *")).map((e) => {
		const box = e.getBoundingClientRect(), left = box.left - root.left, right = root.right - box.right;
		return {
			Name: e.tagName.toLowerCase() + [...e.classList].map((c) => "." + c).join(""),
			Start: e.matches(ends) ? -1 : rtl ? right : left,
			End: e.matches(starts) && !e.matches(both) ? -1 : rtl ? left : right,
		};
	});
})()`

// edge is where one element begins and ends along a line; -1 for what depends on its
// words.
type edge struct {
	Name       string
	Start, End float64
}

// mirrored compares the page with that of the same name in the other language, if
// it was seen before: what is on one side in Arabic is on the other in English.
func (b *chromium) mirrored(name, lang string, width int64) []string {
	b.t.Helper()
	found := evaluates[[]edge](b, edges)
	key := fmt.Sprintf("%s-%d", name, width)
	before, ok := b.layouts[key]
	if !ok {
		b.layouts[key] = found
		return nil
	}
	delete(b.layouts, key)
	names := func(list []edge) []string {
		var out []string
		for _, e := range list {
			out = append(out, e.Name)
		}
		return out
	}
	if was, is := names(before), names(found); !slices.Equal(was, is) {
		return []string{fmt.Sprintf("not the elements of the other language:\n%v\n%v", was, is)}
	}
	var wrong []string
	for i, e := range found {
		o := before[i]
		if most := float64(width) / 50; max(e.Start-o.Start, o.Start-e.Start, e.End-o.End, o.End-e.End) > most {
			wrong = append(wrong, fmt.Sprintf("not mirrored: %s from %.0f to %.0f px, and from %.0f to %.0f in %s",
				o.Name, o.Start, o.End, e.Start, e.End, lang))
		}
	}
	return wrong
}

// The rules see what is wrong with a page: each fault, put into a page without any, is
// found.
func TestBrowserRulesSeeFaults(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, official)
	b := newChromium(t, centre.Replicas[0].URL())
	b.sees(360, "light")
	found := func() []string {
		return slices.Concat(evaluates[[]string](b, visitorsCheck), evaluates[[]string](b, targetsCheck), evaluates[[]string](b, saidCheck))
	}
	for name, fault := range map[string]string{
		"a small target": `document.querySelector(".row").style.minHeight = "0"; document.querySelector(".row").style.height = "30px"`,
		"a time":         `document.querySelector("h1").append(" 9:30")`,
		"a mobile":       `document.querySelector("h1").append(" +966•••567")`,
		"a title":        `document.title = "Services"`,
		"a mistake":      `document.querySelector("h1").className = "wrong"`,
		"a label":        `document.querySelector("nav").setAttribute("aria-label", "Pages")`,
		"a word":         `document.querySelector("h1").append(" Services")`,
		"isolated words": `document.querySelector("h1").append(Object.assign(document.createElement("bdi"), { textContent: "Services" }))`,
		"a dead label":   `document.querySelector("h1").setAttribute("aria-describedby", "none")`,
		"two headings":   `document.querySelector("main").append(document.createElement("h1"))`,
	} {
		b.goes("/departments/revenues", "ar")
		if wrong := found(); len(wrong) > 0 {
			t.Fatalf("before: %q", wrong)
		}
		b.does(chromedp.Evaluate[chromedp.Void](fault))
		if len(found()) == 0 {
			t.Errorf("%s is not seen", name)
		}
	}
	b.goes("/departments/revenues", "ar")
	if wrong := b.shifts(); len(wrong) > 0 {
		t.Fatalf("before: %q", wrong)
	}
	b.does(chromedp.Evaluate[chromedp.Void](`document.querySelector("main").style.paddingTop = "200px"`))
	if len(b.shifts()) == 0 {
		t.Error("what moves late is not seen")
	}
	for name, fault := range map[string]string{
		"an element more": `document.querySelector("main").append(document.createElement("form"))`,
		"another side":    `document.querySelector(".rows").style.marginLeft = "20px"`,
		"nothing":         "0",
	} {
		b.goes("/departments/revenues", "ar")
		b.does(chromedp.Evaluate[chromedp.Void](fault))
		b.mirrored(name, "ar", 360)
		b.goes("/departments/revenues", "en")
		if name == "another side" {
			b.does(chromedp.Evaluate[chromedp.Void](fault))
		}
		if wrong := b.mirrored(name, "en", 360); (len(wrong) == 0) != (name == "nothing") {
			t.Errorf("%s: %q", name, wrong)
		}
	}
}
