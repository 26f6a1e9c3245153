package texts_test

import (
	"regexp"
	"testing"

	"ziyara/texts"
)

// Whatever a browser prefers, the page is in one of our languages.
func FuzzPreferred(f *testing.F) {
	for _, s := range []string{"en", "ar-SA,en;q=0.5", "fr;q=1, en;q=0.1", "*", "en;q=NaN", "x-klingon", "-", "i-default,,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if got := texts.Preferred(header); got != "ar" && got != "en" {
			t.Fatalf("Preferred(%q) = %q", header, got)
		}
	})
}

// A text of a department is split at its parameters so that nothing of it is lost, or
// something in it is called broken.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"موعدكم {{.Day}} في {{.Branch}}", "{{", "}}", "{{.}}", "{{.A}}{{.B}}", "{{ .Day }}",
		"{{.Day|html}}", "{{{.Day}}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pieces, broken := texts.Split(text)
		if len(broken) > 0 {
			return
		}
		whole := pieces.Fill(func(name string) string { return "{{." + name + "}}" })
		if plain := regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`).ReplaceAllString(text, "{{.$1}}"); whole != plain {
			t.Fatalf("Split(%q) = %+v", text, pieces)
		}
	})
}
