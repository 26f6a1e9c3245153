package slots_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ziyara/slots"
)

// References in the contract, the documentation, the texts and the demo centre
// are valid: who copies one gets no "not found" for its check symbol.
func TestReferencesInExamplesAreValid(t *testing.T) {
	t.Parallel()
	looksLikeOne := regexp.MustCompile(`\bV-?[0-9A-Z]{4}-?[0-9A-Z]{4}-?[0-9A-Z]\b`)
	found := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", ".tools", "testdata", "bin"}, d.Name()):
			return fs.SkipDir
		case d.IsDir() || strings.HasSuffix(path, "_test.go") || d.Type()&fs.ModeSymlink != 0:
			return nil
		case !slices.Contains([]string{".go", ".md", ".yaml", ".toml", ".json", ".html", ".sql"}, filepath.Ext(path)):
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, written := range looksLikeOne.FindAllString(string(content), -1) {
			found++
			if _, err := slots.ParseReference(written); err != nil {
				t.Errorf("%s has %s, which is no reference", path, written)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 20 {
		t.Errorf("%d references were found: this test reads the examples no more", found)
	}
}
