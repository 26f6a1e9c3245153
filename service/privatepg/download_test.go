package privatepg

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

func TestDownload(t *testing.T) {
	t.Parallel()
	// The binaries of a running server, as links in an archive.
	dir := newDir(t)
	mustStart(t, Config{Dir: dir, Fast: true})
	program, _, _ := strings.Cut(commandLine(serverPID(t, dir)), " -D ")
	archive := jar(t, filepath.Dir(program), "initdb", "pg_ctl", "postgres")
	sum := sha256.Sum256(archive)
	var downloads atomic.Int32
	repository := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".sha256") {
			_, _ = w.Write([]byte(hex.EncodeToString(sum[:])))
			return
		}
		downloads.Add(1)
		_, _ = w.Write(archive)
	}))
	t.Cleanup(repository.Close)

	h := emptyHost(t, repository.URL)
	var log strings.Builder
	for _, turn := range []string{"first", "second"} {
		i, err := start(within(t, stepTimeout), Config{Fast: true, Log: &log}, h)
		if err != nil {
			t.Fatalf("%s start: %v", turn, err)
		}
		mustQuery(t, i.URL, "SELECT 1")
		mustStop(t, i)
	}
	if got := downloads.Load(); got != 1 {
		t.Errorf("%d downloads for two starts, want 1", got)
	}
	if got := strings.Count(log.String(), "downloading"); got != 1 {
		t.Errorf("the log mentions %d downloads, want 1: %q", got, log.String())
	}
}

// jar packs links to programs in the format of published binaries: a tar
// archive, compressed by xz, in a zip archive.
func jar(t *testing.T, bin string, programs ...string) []byte {
	t.Helper()
	var inner, outer bytes.Buffer
	files := tar.NewWriter(&inner)
	for _, name := range programs {
		err := files.WriteHeader(&tar.Header{
			Typeflag: tar.TypeSymlink, Name: "bin/" + name, Linkname: filepath.Join(bin, name),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(&outer)
	entry, err := archive.Create("postgres.txz")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := entry.Write(xz(inner.Bytes())); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return outer.Bytes()
}

// xz wraps data in the .xz format, version 1.1.0, without compressing it.
func xz(data []byte) []byte {
	sealed := func(b []byte) []byte { return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b)) }
	padded := func(b []byte) []byte { return append(b, make([]byte, (4-len(b)%4)%4)...) }
	noCheck := []byte{0, 0} // stream flags, section 2.1.1.2

	// One block (section 3): a header that names LZMA2, then chunks (section
	// 5.3.1) stored uncompressed: 1 or 2, the size minus one, the bytes; 0
	// ends.
	block := sealed([]byte{12/4 - 1, 0, 0x21, 1, 0x16, 0, 0, 0})
	kind := byte(1) // resets the dictionary
	for rest := data; len(rest) > 0; kind = 2 {
		n := min(len(rest), 1<<16)
		block = binary.BigEndian.AppendUint16(append(block, kind), uint16(n-1))
		block, rest = append(block, rest[:n]...), rest[n:]
	}
	block = append(block, 0)

	// The index (section 4) and the footer (section 2.1.2).
	index := binary.AppendUvarint([]byte{0, 1}, uint64(len(block)))
	index = sealed(padded(binary.AppendUvarint(index, uint64(len(data)))))
	footer := append(binary.LittleEndian.AppendUint32(nil, uint32(len(index)/4-1)), noCheck...)

	out := append([]byte("\xfd7zXZ\x00"), sealed(noCheck)...)
	out = append(out, padded(block)...)
	out = append(out, index...)
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(footer))
	return append(append(out, footer...), "YZ"...)
}
