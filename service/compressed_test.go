package service_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"runtime"
	"testing"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// squeeze compresses a body.
func squeeze(t *testing.T, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A thousand bytes that would unpack to fifty million stay packed on every path: on
// pages, on routes of the contract, and in receipts from gateways. The test runs alone,
// because it counts what the program allocates.
func TestCompressedBodiesStayCompressed(t *testing.T) { //nolint:paralleltest // see above
	const unpacked = 48 << 20
	gateway := newSMSGateway(t)
	centre := servicetest.Open(t, 1, public, demoSignIn, func(c *service.Config) { c.Sender, c.SMS = nil, gateway.file })
	zeros := make([]byte, unpacked)
	field := append([]byte("--x\r\nContent-Disposition: form-data; name=\"lang\"\r\n\r\n"), zeros...)
	twice, form := squeeze(t, squeeze(t, zeros)), squeeze(t, append(field, "\r\n--x--\r\n"...))
	if len(twice) > 64<<10 || len(form) > 64<<10 {
		t.Fatalf("the bodies have %d and %d bytes, more than the server takes", len(twice), len(form))
	}
	before := allocated()
	requests := 0
	for _, path := range []string{
		"/receipts/up", "/receipts/none", "/staff", "/staff/sign-out", "/staff/sign-in", "/staff/callback", "/a/token", "/a/token/cancel",
		"/v1/holds", "/v1/verifications", "/v1/services", "/dev/token", "/dev/issuer/authorize", "/docs", "/nowhere",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut} {
			for _, encoding := range []string{"gzip, gzip", "gzip", "GZIP", "deflate", "br", "identity, gzip", "zstd"} {
				for media, body := range map[string][]byte{
					"application/json": twice, "multipart/form-data; boundary=x": form, "application/x-www-form-urlencoded": twice,
				} {
					answer := centre.Send(servicetest.Request{Method: method, Path: path, Body: string(body),
						Header: map[string]string{"Content-Encoding": encoding, "Content-Type": media}})
					requests++
					if answer.Status != http.StatusUnsupportedMediaType || answer.Header.Get("Accept-Encoding") != "identity" {
						t.Fatalf("%s %s, %s as %s: %d %s", method, path, encoding, media, answer.Status, answer.Body)
					}
				}
			}
		}
	}
	// Both ends of the connection are in this process: allow for each body a few times.
	if got, most := allocated()-before, uint64(requests)*(512<<10); got > most { //nolint:gosec // it is positive
		t.Errorf("%d requests allocated %d MB, want at most %d MB", requests, got>>20, most>>20)
	}
}

// Forms in parts are read nowhere: a field in one is no field.
func TestFormsInPartsAreNotRead(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	body := "--x\r\nContent-Disposition: form-data; name=\"lang\"\r\n\r\nen\r\n--x--\r\n"
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		answer := centre.Send(servicetest.Request{Method: method, Path: "/staff/signed-out", Body: body,
			Header: map[string]string{"Content-Type": "multipart/form-data; boundary=x", "Accept-Language": "ar"}})
		if bytes.Contains(answer.Body, []byte(`<html lang="en"`)) {
			t.Errorf("%s: the field was read: %s", method, answer.Body)
		}
	}
}

// allocated returns how many bytes the program has allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
