package texts

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// The pages about the first morning call each button by its name.
func TestFirstMorningNamesButtons(t *testing.T) {
	t.Parallel()
	names := map[string]bool{"Enter": true}
	for _, c := range both() {
		for _, language := range []map[string]entry{c.ar, c.en} {
			for _, e := range language {
				names[e.text.Fill(func(name string) string { return "{{" + name + "}}" })] = true
			}
		}
	}
	pages, err := filepath.Glob("../docs/first-morning/*.md")
	if err != nil || len(pages) < 6 {
		t.Fatalf("pages: %v, %v", pages, err)
	}
	bold := regexp.MustCompile(`\*\*([^*]+)\*\*`)
	found := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range bold.FindAllStringSubmatch(string(text), -1) {
			found++
			if !names[name[1]] {
				t.Errorf("%s: no button is called %q", filepath.Base(page), name[1])
			}
		}
		if arabic := strings.IndexFunc(string(text), func(r rune) bool { return unicode.Is(unicode.Arabic, r) }); arabic < 0 {
			t.Errorf("%s has no Arabic", filepath.Base(page))
		}
	}
	if found < 40 {
		t.Errorf("only %d names: this test reads the pages no more", found)
	}
}
