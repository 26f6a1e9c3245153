package texts

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// source is what the program says, read from its code.
type source struct {
	calls    []call            // of Visitors, Staff and Message, with a key that is written there
	literals map[string]string // every string of code, with its place
	patterns []*regexp.Regexp  // of keys that are put together
}

// call asks for a text.
type call struct {
	place, catalogue, key string
	parameters            []string // nil where they are not written there
}

// Every key in the code is in the catalogue that is asked,
// with the parameters that are given; and none is left that is never asked for.
func TestKeysAreThoseOfTheCode(t *testing.T) {
	t.Parallel()
	s := read(t)
	if len(s.calls) < 100 || len(s.patterns) < 5 {
		t.Fatalf("found %d calls and %d patterns: this test reads the code no more", len(s.calls), len(s.patterns))
	}
	for _, c := range s.calls {
		e, ok := both()[c.catalogue].ar[c.key]
		if !ok {
			t.Errorf("%s: %s has no text %q", c.place, c.catalogue, c.key)
			continue
		}
		slices.Sort(c.parameters)
		if want := parameters(e); !slices.Equal(c.parameters, want) {
			t.Errorf("%s: %s has parameters %v, given are %v", c.place, c.key, want, c.parameters)
		}
	}
	tables := map[string]bool{}
	known := map[string]bool{}
	for _, c := range both() {
		for key := range c.ar {
			table, _, _ := strings.Cut(key, ".")
			tables[table], known[key] = true, true
		}
	}
	for literal, place := range s.literals {
		table, _, dotted := strings.Cut(literal, ".")
		if dotted && tables[table] && !known[literal] && !begins(known, literal) {
			t.Errorf("%s: %q is no text", place, literal)
		}
	}
	for key := range known {
		if s.literals[key] == "" && !s.putTogether(key) {
			t.Errorf("nobody says %s", key)
		}
	}
}

// begins reports whether a literal is the beginning of keys that are put
// together.
func begins(known map[string]bool, literal string) bool {
	if !strings.HasSuffix(literal, ".") && !strings.HasSuffix(literal, "_") {
		return false
	}
	for key := range known {
		if strings.HasPrefix(key, literal) {
			return true
		}
	}
	return false
}

// putTogether reports whether a key is one of a pattern, the rest of it being
// words of the code.
func (s source) putTogether(key string) bool {
	for _, p := range s.patterns {
		found := p.FindStringSubmatch(key)
		if found != nil && !slices.ContainsFunc(found[1:], func(word string) bool { return !s.says(word) }) {
			return true
		}
	}
	return false
}

// says reports whether a word is a number, or stands in the code: as it is, with
// dots, dashes or spaces, or with its beginning apart.
func (s source) says(word string) bool {
	if _, err := strconv.Atoi(word); err == nil {
		return true
	}
	dotted := strings.Replace(word, "_", ".", 1)
	for _, other := range []string{
		word, strings.ReplaceAll(word, "-", "_"), strings.ReplaceAll(word, "_", " "), strings.ReplaceAll(word, "_", "-"),
		dotted, strings.ReplaceAll(dotted, "_", "-"),
	} {
		if s.literals[other] != "" {
			return true
		}
	}
	beginning, rest, found := strings.Cut(word, "-")
	return found && s.literals[beginning+"-"] != "" && s.says(rest)
}

// read reads the code of the program, also what is generated from its pages.
func read(t *testing.T) source {
	t.Helper()
	s := source{literals: map[string]string{}}
	for m := time.January; m <= time.December; m++ {
		s.literals[strings.ToLower(m.String())] = "time"
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		s.literals[strings.ToLower(d.String())] = "time"
	}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if name := d.Name(); name == "testdata" || name == ".git" || name == ".tools" || name == "servicetest" || name == "bench" {
				return filepath.SkipDir
			}
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".gen.go"):
			return s.file(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// file takes the strings of a file, and what is asked of the catalogues.
func (s *source) file(path string) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BasicLit:
			if text, ok := literal(n); ok {
				s.literals[text] = files.Position(n.Pos()).String()
			}
		case *ast.BinaryExpr:
			p := pattern(n)
			if rest, found := strings.CutSuffix(p, "_about"); found { // the explanation of another text
				p = strings.ReplaceAll(rest, `([^.]+)`, `(.+)`) + `_about`
			}
			if n.Op == token.ADD && (strings.Contains(p, `\.`) || strings.HasSuffix(p, "_about")) {
				s.patterns = append(s.patterns, regexp.MustCompile("^"+p+"$"))
			}
		case *ast.CallExpr:
			if c, ok := asked(n); ok {
				c.place = files.Position(n.Pos()).String()
				s.calls = append(s.calls, c)
			}
		}
		return true
	})
	return nil
}

// asked returns what a call asks of which catalogue.
func asked(n *ast.CallExpr) (call, bool) {
	name := ""
	switch f := n.Fun.(type) {
	case *ast.SelectorExpr:
		if of, ok := f.X.(*ast.Ident); ok && of.Name == "texts" {
			name = f.Sel.Name
		}
	case *ast.Ident: // in this package
		name = f.Name
	}
	if name != "Visitors" && name != "Staff" || len(n.Args) == 0 {
		return call{}, false
	}
	key, ok := literal(n.Args[0])
	if !ok || n.Ellipsis.IsValid() {
		return call{}, false
	}
	c := call{catalogue: name, key: key}
	for i := 1; i < len(n.Args); i += 2 {
		parameter, _ := literal(n.Args[i])
		c.parameters = append(c.parameters, parameter)
	}
	return c, true
}

func literal(n ast.Expr) (string, bool) {
	l, ok := n.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

// pattern returns the expression for a key that is put together: what is not
// written there is a group.
func pattern(n ast.Expr) string {
	if sum, ok := n.(*ast.BinaryExpr); ok && sum.Op == token.ADD {
		return pattern(sum.X) + pattern(sum.Y)
	}
	if text, ok := literal(n); ok {
		return regexp.QuoteMeta(text)
	}
	return `([^.]+)`
}
