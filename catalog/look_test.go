package catalog_test

import (
	"errors"
	"strings"
	"testing"

	"ziyara/catalog"
)

// svg is a mark with something in it.
func svg(inside string) []byte {
	return []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">` + inside + `</svg>`)
}

// A mark is a drawing and nothing else, small, and in any size.
func TestMark(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mark  []byte
		wrong string // part of the error; "" for none
	}{
		"shapes":                 {svg(`<title>M</title><g fill="url(#a)"><path d="M0 0h5"/></g>`), ""},
		"with a head":            {append([]byte(`<?xml version="1.0"?><!-- drawn -->`), svg(`<path d="M0 0h5"/>`)...), ""},
		"a script":               {svg(`<script>alert(1)</script>`), "<script>"},
		"a handler":              {svg(`<path d="M0 0h5" onclick="alert(1)"/>`), "onclick"},
		"a handler, in capitals": {svg(`<path d="M0 0h5" ONLOAD="alert(1)"/>`), "ONLOAD"},
		"a link":                 {svg(`<a href="https://evil.example"><path d="M0 0h5"/></a>`), "<a>"},
		"a use of a file":        {svg(`<use href="https://evil.example/a.svg#b"/>`), "<use>"},
		"an image":               {svg(`<image href="data:image/png;base64,AAAA"/>`), "<image>"},
		"an animation":           {svg(`<animate attributeName="href" to="javascript:alert(1)"/>`), "<animate>"},
		"a page":                 {svg(`<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>`), "<foreignObject>"},
		"a foreign gradient":     {svg(`<linearGradient id="a" xmlns:x="http://www.w3.org/1999/xlink" x:href="//evil.example#a"/>`), "href"},
		"a foreign fill":         {svg(`<path d="M0 0h5" fill="url(https://evil.example/a.svg#b)"/>`), "fill"},
		"a hidden foreign fill":  {svg(`<path d="M0 0h5" style="fill:u\72l(//evil.example)"/>`), "style"},
		"a stylesheet":           {svg(`<style>@import "//evil.example";</style>`), "<style>"},
		"an entity":              {append([]byte(`<!DOCTYPE svg [<!ENTITY a "b">]>`), svg("")...), "document type"},
		"no size of its own":     {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="10"/>`), "viewBox"},
		"too large":              {svg(strings.Repeat(" ", catalog.MaxMark)), "at most"},
		"not an SVG":             {[]byte("<html><body></body></html>"), "not an SVG"},
		"a picture":              {[]byte("\x89PNG\r\n"), "not an SVG"},
		"cut off":                {svg("")[:60], "not an SVG"},
		"empty":                  {[]byte{}, "not an SVG"},
	} {
		_, err := catalog.Look{Mark: c.mark}.Complete()
		if c.wrong == "" && err != nil || c.wrong != "" && (!isLookError(err) || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s: %v, want %q", name, err, c.wrong)
		}
	}
}

// A colour on which white can't be read is refused, with what to do.
func TestColour(t *testing.T) {
	t.Parallel()
	for text, wrong := range map[string]string{
		"#1b8354": "", "#003366": "", "#000000": "", "#1B8354": "", "#82c91e": "want at least 4.5", "#ffffff": "a contrast of 1.0",
		"green": "#rrggbb", "#1b8": "#rrggbb", "1b8354": "#rrggbb", "#1b8354;}": "#rrggbb",
	} {
		_, err := catalog.Look{Colour: text}.Complete()
		if wrong == "" && err != nil || wrong != "" && (!isLookError(err) || !strings.Contains(err.Error(), wrong)) {
			t.Errorf("%s: %v, want %q", text, err, wrong)
		}
	}
}

func isLookError(err error) bool {
	_, ok := errors.AsType[*catalog.LookError](err)
	return ok
}

// Addresses and accounts are such.
func TestLook(t *testing.T) {
	t.Parallel()
	for wrong, l := range map[string]catalog.Look{
		"":      {Product: catalog.Text{AR: "مواعيد"}, Email: "visits@example.gov.sa", X: "@visits"},
		"email": {Email: "visits"}, "x": {X: "two words"},
	} {
		complete, err := l.Complete()
		if got, _ := errors.AsType[*catalog.LookError](err); (got != nil) != (wrong != "") || got != nil && got.Part != wrong {
			t.Errorf("%+v: %v, want %q", l, err, wrong)
		}
		if wrong == "" && (complete.X != "visits" || complete.Product.EN != "مواعيد") {
			t.Errorf("complete: %+v", complete)
		}
	}
}
