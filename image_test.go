package ziyara_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// The context of the image, which .dockerignore leaves over, has all that the program is
// built from, and nothing of the rest of the checkout: no history, no tools, no secrets.
func TestImageContext(t *testing.T) {
	t.Parallel()
	rules := ignoreRules(t)
	needed := sources(t)
	for name := range needed {
		if rules.ignores(name) {
			t.Errorf(".dockerignore leaves out %s, from which the program is built", name)
		}
	}
	context := t.TempDir()
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || name == ".":
			return err
		case entry.IsDir() && path.Dir(filepath.ToSlash(name)) == "." && rules.ignores(name):
			return fs.SkipDir // such as .git
		case entry.IsDir() || rules.ignores(filepath.ToSlash(name)):
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		top, _, _ := strings.Cut(filepath.ToSlash(name), "/")
		if !info.Mode().IsRegular() || info.Size() > 2<<20 || strings.HasPrefix(path.Base(name), ".") || strings.HasPrefix(top, ".") ||
			!needed[filepath.ToSlash(name)] && !goFile(name) && path.Ext(name) != ".sum" && !belongs(needed, top) {
			t.Errorf(".dockerignore lets in %s (%d bytes)", name, info.Size())
			return nil
		}
		return carry(name, filepath.Join(context, name))
	})
	if err != nil {
		t.Fatal(err)
	}
	// Every import and every embedded file is found in the context alone.
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-e", "-f", "{{with .Error}}{{.}}{{end}}", "./cmd/ziyara")
	list.Dir = context
	list.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	if out, err := list.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "" {
		t.Errorf("the program can't be built from the context of the image: %v\n%s", err, out)
	}
}

// The Dockerfile copies nothing else, and the program does not run as root.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"COPY go.mod go.sum ./\n", "COPY . .\n", "USER 65532:65532\n", "CMD [\"serve\"]"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the Dockerfile has no %q", want)
		}
	}
}

// sources returns the files that the program is built from, from this module.
func sources(t *testing.T) map[string]bool {
	t.Helper()
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f",
		"{{if .Module}}{{if .Module.Main}}{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}\n{{end}}"+
			"{{range .EmbedFiles}}{{$d}}/{{.}}\n{{end}}{{end}}{{end}}",
		"./cmd/ziyara").Output()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]bool{"go.mod": true, "go.sum": true}
	for name := range strings.FieldsSeq(string(out)) {
		relative, err := filepath.Rel(here, name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.ToSlash(relative)] = true
	}
	if len(files) < 100 {
		t.Fatalf("the program is built from %d files only", len(files))
	}
	return files
}

// belongs reports whether a needed file is in the directory.
func belongs(needed map[string]bool, top string) bool {
	for name := range needed {
		if strings.HasPrefix(name, top+"/") {
			return true
		}
	}
	return false
}

func goFile(name string) bool { return path.Ext(name) == ".go" }

func carry(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	data, err := os.ReadFile(from) //nolint:gosec // of this checkout
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}

// rules are those of .dockerignore: the last that matches a path, or a directory that it
// is in, decides.
type rules []string

func ignoreRules(t *testing.T) rules {
	t.Helper()
	text, err := os.ReadFile(".dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	var list rules
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	return list
}

func (r rules) ignores(name string) bool {
	ignored := false
	for _, rule := range r {
		pattern, keeps := strings.CutPrefix(rule, "!")
		for at := name; at != "."; at = path.Dir(at) {
			if matches(pattern, at) {
				ignored = !keeps
				break
			}
		}
	}
	return ignored
}

// matches reports whether a pattern matches a path. A leading **/ stands for any
// directories; nothing else of that kind is used.
func matches(pattern, name string) bool {
	if rest, ok := strings.CutPrefix(pattern, "**/"); ok {
		pattern, name = rest, path.Base(name)
	}
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}
