package ziyara_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"ziyara"
	"ziyara/access"
	"ziyara/limits"
)

var update = flag.Bool("update", false, "write the tables of docs/INTEGRATORS.md")

// The page for integrators has the roles and limits of the code, and names only addresses of
// the contract or of the sandbox.
func TestIntegrators(t *testing.T) {
	t.Parallel()
	const path = "docs/INTEGRATORS.md"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	want := filled(filled(page, "limits", limitsTable()), "roles", rolesTable())
	if *update {
		if err = os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if page != want {
		t.Errorf("%s has other roles or limits than the code: go test . -run TestIntegrators -update", path)
	}
	doc, err := openapi3.NewLoader().LoadFromData(ziyara.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(GET|POST|PUT|PATCH|DELETE) (/[^`? ]*)").FindAllStringSubmatch(page, -1)
	if len(named) < 15 {
		t.Errorf("%d addresses are named: this test reads the page no more", len(named))
	}
	for _, n := range named {
		item := doc.Paths.Value(n[2])
		if !strings.HasPrefix(n[2], "/dev/") && (item == nil || item.GetOperation(n[1]) == nil) {
			t.Errorf("the contract has no %s %s", n[1], n[2])
		}
	}
	if !strings.Contains(page, "\n| "+doc.Info.Version+" | ") {
		t.Errorf("version %s of the contract is not among the versions", doc.Info.Version)
	}
}

// filled returns the page with a table between its marks.
func filled(page, mark, table string) string {
	before, rest, _ := strings.Cut(page, "<!-- "+mark+" -->\n")
	_, after, _ := strings.Cut(rest, "<!-- end -->\n")
	return before + "<!-- " + mark + " -->\n" + table + "<!-- end -->\n" + after
}

// rolesTable shows which roles may ask for which operation.
func rolesTable() string {
	roles := slices.Concat(access.Roles(), access.SystemRoles())
	may := map[string][]access.Role{}
	for _, role := range roles {
		for _, operation := range access.Operations(access.Staff{Roles: []access.Role{role}}) {
			may[operation] = append(may[operation], role)
		}
	}
	var operations []string
	for operation := range may {
		operations = append(operations, operation)
	}
	slices.Sort(operations)
	var b strings.Builder
	b.WriteString("| operation |")
	for _, role := range roles {
		fmt.Fprintf(&b, " %s |", role)
	}
	b.WriteString(" visitors |\n|---|" + strings.Repeat("---|", len(roles)+1) + "\n")
	mark := map[bool]string{true: " ✓ |", false: " |"}
	for _, operation := range operations {
		fmt.Fprintf(&b, "| `%s` |", operation)
		for _, role := range roles {
			b.WriteString(mark[slices.Contains(may[operation], role)])
		}
		b.WriteString(mark[access.ForVisitors(operation)] + "\n")
	}
	return b.String()
}

// limitsTable shows the limits that a caller meets.
func limitsTable() string {
	about := map[limits.Key]string{
		limits.Address: "an IPv4 address, an IPv6 /64, or a user of a portal", limits.Site: "an IPv6 /56", limits.Network: "an IPv6 /48",
		limits.Staff: "a member of staff or a system", limits.Requester: "a mobile, asked for from one address", limits.Mobile: "a mobile",
		limits.Day: "a mobile", limits.Hour: "a mobile", limits.Burst: "a mobile",
		limits.Strangers: "all mobiles that have proved nothing, in segments", limits.All: "all, in segments",
	}
	var b strings.Builder
	b.WriteString("| limit | requests | in | for |\n|---|---|---|---|\n")
	for _, l := range limits.Default() {
		in := strings.NewReplacer("m0s", "m", "h0m0s", "h").Replace(l.Period.String())
		fmt.Fprintf(&b, "| `%s` | %d | %s | %s |\n", l.Name(), l.Amount, in, about[l.Key])
	}
	return b.String()
}
