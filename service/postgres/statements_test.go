package postgres_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ziyara/service/servicetest"
)

// Every statement can be prepared on the migrated schema, and the package
// uses it.
func TestStatements(t *testing.T) {
	t.Parallel()
	db := connect(t, servicetest.Database(t))
	used := texts(t)
	for name, statement := range statementFiles(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if code := comments.ReplaceAllString(statement, ""); strings.TrimSpace(code) == "" {
				t.Fatal("the file is empty")
			}
			prepared, err := db.PrepareContext(t.Context(), statement)
			if err != nil {
				t.Fatal(err)
			}
			defer prepared.Close() //nolint:errcheck // it was prepared, and that is all
			if !used[name] {
				t.Error("no code names the statement")
			}
		})
	}
}

// comments matches what the server ignores.
var comments = regexp.MustCompile(`(?m)--.*$`)

// statementFiles returns the text of every statement by its name.
func statementFiles(t testing.TB) map[string]string {
	t.Helper()
	names, err := filepath.Glob("sql/*/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("statements: %v, %v", names, err)
	}
	statements := make(map[string]string, len(names))
	for _, name := range names {
		text, err := os.ReadFile(name) //nolint:gosec // a file of this package
		if err != nil {
			t.Fatal(err)
		}
		statements[strings.TrimSuffix(strings.TrimPrefix(name, "sql/"), ".sql")] = string(text)
	}
	return statements
}

// Every statement that the code asks for by a literal name has a file: one that
// has none would fail only when it is used.
func TestStatementsExist(t *testing.T) {
	t.Parallel()
	statements := statementFiles(t)
	folders := make(map[string]bool)
	for name := range statements {
		folders[path.Dir(name)] = true
	}
	asked := 0
	ask := func(name string) {
		asked++
		if _, ok := statements[name]; !ok {
			t.Errorf("the code asks for the statement %q, which has no file", name)
		}
	}
	// Where the methods of session that run a statement take its name.
	position := map[string]int{"exec": 1, "get": 2, "list": 2}
	for _, file := range code(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.CallExpr:
				method, ok := n.Fun.(*ast.SelectorExpr)
				if at, runs := position[nameOf(method)]; ok && runs && at < len(n.Args) {
					if name, ok := text(n.Args[at]); ok && !folders[path.Dir(name)] {
						ask(name)
					}
				}
			case *ast.BasicLit:
				if name, ok := text(n); ok && folders[path.Dir(name)] {
					ask(name)
				}
			}
			return true
		})
	}
	if asked < len(statements) {
		t.Errorf("the code asks %d times for %d statements: the test overlooks some", asked, len(statements))
	}
}

func nameOf(method *ast.SelectorExpr) string {
	if method == nil {
		return ""
	}
	return method.Sel.Name
}

// text returns the value of a string literal.
func text(n ast.Node) (value string, ok bool) {
	literal, ok := n.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(literal.Value)
	return value, err == nil
}

// texts returns the string literals in the code of the package.
func texts(t *testing.T) map[string]bool {
	t.Helper()
	found := make(map[string]bool)
	for _, file := range code(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			if value, ok := text(n); ok {
				found[value] = true
			}
			return true
		})
	}
	return found
}

// code returns the files of the package without its tests.
func code(t *testing.T) (parsed []*ast.File) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	return parsed
}
