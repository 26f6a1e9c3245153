package web

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// What was compressed before leaves no trace.
func TestBrotliOfManyBodies(t *testing.T) {
	t.Parallel()
	for n := range 200 {
		body := []byte(strings.Repeat(strconv.Itoa(n)+" زيارة <b> ", n*7%50+1))
		for range 2 {
			got, err := io.ReadAll(brotli.NewReader(bytes.NewReader(brotliOf(body, 3))))
			if err != nil || !bytes.Equal(got, body) {
				t.Fatalf("%d: %q, %v", n, got, err)
			}
		}
	}
}

// The coding is the one that the client weighs most (RFC 9110, section 12.5.3).
func TestCodingFor(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]Coding{
		"": Identity, "gzip": Gzip, "br": Brotli, "gzip, deflate, br, zstd": Brotli,
		"identity": Identity, "deflate": Identity, "zstd, x-gzip": Gzip, "GZIP": Gzip,
		"*": Brotli, "*;q=0": Identity, "br;q=0, *": Gzip, "*;q=0, gzip": Gzip, "gzip, *;q=0": Gzip,
		"br;q=0.5, gzip;q=0.8": Gzip, "br;q=0, gzip;q=0": Identity, "gzip;q=0.001": Gzip,
		"identity, gzip;q=0.5": Identity, "identity;q=0.5, gzip": Gzip, "identity;q=0, br": Brotli,
		"br ; Q=0.2 , gzip;q=0.1": Brotli, "br;q=x, gzip": Gzip, "br;q=2, gzip": Gzip, "br;q=NaN, gzip": Gzip,
		"identity;q=0":                Identity, // there is nothing else to send
		strings.Repeat("gzip, ", 100): Identity,
	} {
		if got := CodingFor(header, true); got != want {
			t.Errorf("%.60q: %s, want %s", header, got, want)
		}
	}
	if got := CodingFor("", false); got != Identity {
		t.Errorf("without the header: %s", got)
	}
}
