package privatepg

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// emptyHost returns a machine without PostgreSQL that downloads from the given
// address.
func emptyHost(t *testing.T, repository string) host {
	t.Helper()
	return host{
		installed:  filepath.Join(newDir(t), "*", "bin"),
		lookPath:   func(string) (string, error) { return "", exec.ErrNotFound },
		conf:       filepath.Join(newDir(t), "postgresql-common", "createcluster.conf"),
		installing: filepath.Join(newDir(t), "lock"),
		repository: repository,
		cacheDir:   newDir(t),
	}
}

// putBinaries creates files that look like the programs of a version.
func putBinaries(t *testing.T, h host, major int) string {
	t.Helper()
	bin := strings.Replace(h.installed, "*", fmt.Sprint(major), 1)
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %d.4 (Debian)'\n", major)
	for _, name := range []string{"initdb", "postgres"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

func TestMissingBinariesSayWhatToInstall(t *testing.T) {
	t.Parallel()
	nothing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(nothing.Close)
	var log strings.Builder
	_, err := start(within(t, stepTimeout), Config{Fast: true, Log: &log}, emptyHost(t, nothing.URL))
	if !errors.Is(err, ErrMissing) {
		t.Fatalf("got %v, want ErrMissing", err)
	}
	if text := err.Error(); !strings.Contains(text, "sudo apt-get install postgresql") || strings.Contains(text, "\n") {
		t.Errorf("want one line that says what to install, got: %q", text)
	}
	if !strings.Contains(log.String(), "downloading") {
		t.Errorf("the log does not mention the download: %q", log.String())
	}
}

func TestLocalBinaries(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name      string
		installed []int
		data      []int
		want      int
	}{
		{name: "none"},
		{name: "the newest, by number", installed: []int{9, 15, 16}, want: 16},
		{name: "the one with data", installed: []int{15, 16, 17}, data: []int{15}, want: 15},
		{name: "the newest with data", installed: []int{15, 16, 17}, data: []int{15, 16}, want: 16},
		{name: "data of a version that was removed", installed: []int{17}, data: []int{15}, want: 17},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h, dir := emptyHost(t, ""), newDir(t)
			for _, major := range tc.installed {
				putBinaries(t, h, major)
			}
			for _, major := range tc.data {
				if err := os.MkdirAll(dataDir(dir, major), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dataDir(dir, major), "PG_VERSION"), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, ok := h.local(t.Context(), dir)
			if got.Major != tc.want || ok != (tc.want != 0) {
				t.Errorf("got version %d, %v; want %d", got.Major, ok, tc.want)
			}
		})
	}
}

func TestBinariesInPath(t *testing.T) {
	t.Parallel()
	elsewhere, h := emptyHost(t, ""), emptyHost(t, "")
	bin := putBinaries(t, elsewhere, 16)
	h.lookPath = func(string) (string, error) { return filepath.Join(bin, "initdb"), nil }
	if got, ok := h.local(t.Context(), ""); !ok || got.Dir != bin {
		t.Errorf("got %v, %v; want %s", got, ok, bin)
	}
}

func TestInstallPackage(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		conf  string // createcluster.conf beforehand
		fails bool
		want  string // createcluster.conf afterwards
	}{
		{name: "the package creates no cluster", want: "create_main_cluster = false\n"},
		{name: "the administrator's settings are kept", conf: "#mine\n", want: "#mine\n"},
		{name: "a failure is reported", fails: true, want: "create_main_cluster = false\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := emptyHost(t, "")
			if tc.conf != "" {
				if err := os.MkdirAll(filepath.Dir(h.conf), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(h.conf, []byte(tc.conf), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			calls := filepath.Join(newDir(t), "calls")
			apt := filepath.Join(newDir(t), "apt-get")
			script := "#!/bin/sh\necho \"$DEBIAN_FRONTEND $@\" >>" + calls + "\n"
			if tc.fails {
				script += "echo 'E: no network' >&2\nexit 100\n"
			}
			if err := os.WriteFile(apt, []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			err := h.installPackage(t.Context(), apt)
			if tc.fails != (err != nil) || err != nil && !strings.Contains(err.Error(), "E: no network") {
				t.Errorf("got %v", err)
			}
			got, err := os.ReadFile(h.conf)
			if err != nil || string(got) != tc.want {
				t.Errorf("createcluster.conf %q, %v; want %q", got, err, tc.want)
			}
			called, err := os.ReadFile(calls)
			if err != nil {
				t.Fatal(err)
			}
			want := "noninteractive update -q\n" +
				"noninteractive install -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 postgresql\n"
			if tc.fails {
				want = "noninteractive update -q\n"
			}
			if string(called) != want {
				t.Errorf("apt-get was called with %q, want %q", called, want)
			}
		})
	}
}
