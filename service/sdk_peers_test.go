//go:build peers

package service_test

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ziyara/notify"
	"ziyara/service/servicetest"
)

// The client in TypeScript is what its generator makes of the contract, compiles strictly, and
// drives a portal's journey and one of staff.
func TestPeerTypeScript(t *testing.T) {
	t.Parallel()
	modules, err := filepath.Glob("../.tools/sdk-typescript-*/node_modules")
	if err != nil || len(modules) == 0 {
		t.Fatal("the tools of sdk/typescript are not installed: run make peers")
	}
	tools, err := filepath.Abs(modules[len(modules)-1])
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err = os.CopyFS(dir, os.DirFS("../sdk/typescript")); err != nil {
		t.Fatal(err)
	}
	if err = os.Symlink(tools, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	contract, err := filepath.Abs("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	run(t, dir, "node_modules/.bin/openapi-typescript", contract, "--default-non-nullable=false", "--output", "again.ts")
	committed, err := os.ReadFile("../sdk/typescript/src/contract.ts")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(filepath.Join(dir, "again.ts")); err != nil || !bytes.Equal(again, committed) {
		t.Errorf("sdk/typescript/src/contract.ts is out of date (%v): run make sdk and commit the result", err)
	}
	run(t, dir, "node_modules/.bin/tsc", "-p", ".")

	centre := servicetest.Open(t, 1)
	node := exec.CommandContext(t.Context(), "node", "dist/test/journeys.js")
	node.Dir, node.Stderr = dir, os.Stderr
	node.Env = append(os.Environ(), "SERVER="+centre.Replicas[0].URL(),
		"COORDINATOR="+centre.Coordinator("revenues").Token(), "RECEPTION="+centre.Receptionist("riyadh").Token())
	questions, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = node.Start(); err != nil {
		t.Fatal(err)
	}
	last := ""
	for lines := bufio.NewScanner(questions); lines.Scan(); {
		last = lines.Text()
		verb, what, _ := strings.Cut(last, " ")
		switch verb {
		case "code":
			centre.Jobs()
			tell(t, answers, codeFor(t, centre, what))
		case "clock":
			at, err := time.Parse(time.RFC3339, what)
			if err != nil {
				t.Fatal(err)
			}
			centre.Clock.Set(at)
			tell(t, answers, "ok")
		}
	}
	if err = node.Wait(); err != nil || last != "done" {
		t.Errorf("the journeys ended with %q: %v", last, err)
	}
	centre.AuditClean()
}

// tell writes a line to a program.
func tell(t *testing.T, program io.Writer, line string) {
	t.Helper()
	if _, err := io.WriteString(program, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

// codeFor returns the code in the newest SMS to a mobile.
func codeFor(t *testing.T, centre *servicetest.Centre, mobile string) string {
	t.Helper()
	messages := centre.Phone.Messages(notify.Mobile(mobile))
	if len(messages) == 0 {
		t.Fatalf("no SMS to %s", mobile)
	}
	return regexp.MustCompile(`\d{6}`).FindString(messages[0].Text)
}

// run runs a program that must succeed.
func run(t *testing.T, dir, name string, arguments ...string) {
	t.Helper()
	program := exec.CommandContext(t.Context(), name, arguments...)
	program.Dir = dir
	if out, err := program.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}
