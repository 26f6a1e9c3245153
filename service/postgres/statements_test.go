package postgres_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
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

// texts returns the string literals in the code of the package.
func texts(t *testing.T) map[string]bool {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil {
					found[text] = true
				}
			}
			return true
		})
	}
	return found
}
