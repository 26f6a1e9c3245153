package ziyara_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The threat model names for each threat a test that exists, and places that exist.
func TestSecurityNamesItsTests(t *testing.T) {
	t.Parallel()
	model, err := os.ReadFile("docs/SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	exists, declared := map[string]bool{}, regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err = filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != "." {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path) //nolint:gosec // of this module
		for _, name := range declared.FindAllSubmatch(source, -1) {
			exists[string(name[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	threats := 0
	for line := range strings.Lines(string(model)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| What could") {
			continue
		}
		threats++
		if len(cells) != 4 {
			t.Errorf("%d cells: %s", len(cells), line)
			continue
		}
		tests := regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(cells[3], -1)
		if len(tests) == 0 {
			t.Errorf("no test: %s", line)
		}
		for _, name := range tests {
			if !exists[name[1]] {
				t.Errorf("there is no %s: %s", name[1], line)
			}
		}
		for _, place := range regexp.MustCompile("`([a-z]+/[a-z0-9_/.]*)`").FindAllStringSubmatch(cells[2], -1) {
			if _, err := os.Stat(filepath.FromSlash(place[1])); err != nil {
				t.Errorf("%v: %s", err, line)
			}
		}
	}
	if threats < 40 {
		t.Errorf("%d threats were read", threats)
	}
}
