package api

import (
	"bufio"
	"bytes"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/valyala/fasthttp"
)

// Whatever is asked, the contract allows it or says what is wrong with it: no other error,
// and no value that was not cleaned.
func FuzzRequests(f *testing.F) {
	v := contractValidator(f)
	for _, seed := range [][3]string{
		{"POST", "/v1/holds", `{"service":"heirs-returns","branch":"riyadh","start":"2026-11-26T09:00:00+03:00"}`},
		{"POST", "/v1/appointments", `{"hold":"x","visitor":{"name":"\u0000","id":1},"documents_acknowledged":"yes"}`},
		{"POST", "/v1/identity-proofs", `{"id_token":"a.b.c"}`},
		{"GET", "/v1/services/heirs-returns/slots?branch=riyadh&from=2026-11-26&from=x&%00=%FF", ""},
		{"GET", "/v1/services/%2e%2e/%F0%9F%98%80?limit=1e9", ""},
		{"PATCH", "/v1/desk-groups/riyadh-returns", `{"rules":[{"rrule":"FREQ=DAILY"}]}`},
		{"POST", "/v1/webhooks", `[[[[[[[[[[{"a":{"a":{"a":{}}}}]]]]]]]]]]`},
		{"PUT", "/v1/holidays", "{\"a\":1,\"a\":2}{}"},
	} {
		f.Add(seed[0], seed[1], seed[2], "application/json", "key")
	}
	f.Fuzz(func(t *testing.T, method, target, body, media, header string) {
		path, query, _ := strings.Cut(target, "?")
		out, err := v.check(rawRequest{
			method: method, path: path, query: query, body: []byte(body),
			header: func(name string) []string {
				if strings.EqualFold(name, "Content-Type") {
					return []string{media}
				}
				return []string{header}
			},
		})
		if err == nil {
			if cleaned := cleanBody("", out.body); cleaned == nil && out.body != nil {
				t.Fatalf("%s %s: %v", method, target, out.body)
			}
			return
		}
		invalid, ok := errors.AsType[*invalidError](err)
		if !ok || invalid.Status < 400 || invalid.Status > 422 {
			t.Fatalf("%s %s: %v", method, target, err)
		}
		for _, e := range invalid.Errors {
			if e.Detail.AR == "" || e.Detail.EN == "" {
				t.Fatalf("%s %s: nothing is said about %s", method, target, e.Pointer)
			}
		}
	})
}

// A request of which we are sure is the same for another program that reads HTTP: it has
// the same host, and its body the same length.
func FuzzFraming(f *testing.F) {
	for _, s := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "GET /\x00 HTTP/1.1\r\nHost : a\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
		"POST / HTTP/1.0\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nabcde", "0 \nContent-Length:0\r\nContent-Length:0\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	lengths, hosts := regexp.MustCompile(`(?i)\n(content-length|transfer-encoding)[ \t]*:`), regexp.MustCompile(`(?i)\nhost[ \t]*:`)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var ours fasthttp.RequestHeader
		if len(raw) > headerLimit || ours.Read(bufio.NewReaderSize(bytes.NewReader(raw), headerLimit)) != nil || ambiguous(&ours) {
			return
		}
		head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		if len(lengths.FindAll(head, -1)) > 1 || len(hosts.FindAll(head, -1)) > 1 {
			t.Fatalf("%q: two lengths, or two hosts", raw)
		}
		theirs, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return // it refuses what we would serve: nobody else reads it differently
		}
		length := int64(ours.ContentLength())
		if slices.Contains(theirs.TransferEncoding, "chunked") != (length == inChunks) {
			t.Fatalf("%q: in chunks or not", raw)
		}
		if length >= 0 && theirs.ContentLength != length {
			t.Fatalf("%q: a body of %d bytes, or of %d", raw, length, theirs.ContentLength)
		}
		if host := string(ours.Host()); !strings.EqualFold(theirs.Host, host) {
			t.Fatalf("%q: for %q, or for %q", raw, host, theirs.Host)
		}
	})
}

// A cursor that is read leads on from one place in a list.
func FuzzCursors(f *testing.F) {
	at := time.Date(2026, 11, 22, 6, 0, 0, 1000, time.UTC)
	for _, s := range []string{cursorAfter(at, uuid.NewString()), cursorAfter(at, "7"), numberCursor(7), "", "AAAA", "-1",
		"99999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		if _, id, err := openCursor(cursor); err == nil && cursor != "" && uuid.Validate(id) != nil {
			t.Fatalf("%q leads on from %q", cursor, id)
		}
		if _, n, err := openNumbered(cursor); err == nil && cursor != "" && n < 1 {
			t.Fatalf("%q leads on from %d", cursor, n)
		}
		if n, err := openNumber(cursor); err == nil && cursor != "" && (n < 1 || strconv.FormatInt(n, 10) != strings.TrimLeft(cursor, "+0")) {
			t.Fatalf("%q leads on from %d", cursor, n)
		}
	})
}
