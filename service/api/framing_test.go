package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen.
const patience = 30 * time.Second

// listening serves an API on a port of its own until the test ends.
func listening(t *testing.T, s *Server) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// received is an answer without its body.
type received struct {
	StatusCode int
	Header     http.Header
	Close      bool
}

// exchange sends bytes on a connection of their own, and returns all answers until the
// server closes it.
func exchange(t *testing.T, address, text string) (answers []received) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // nothing is left to lose
	if err = c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err = io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(c)
	for {
		if _, err = in.Peek(1); err != nil {
			if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
				t.Fatalf("%q: the server keeps the connection", text)
			}
			return answers
		}
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if _, err = io.Copy(io.Discard, r.Body); err != nil {
			t.Fatal(err)
		}
		if err = r.Body.Close(); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, received{r.StatusCode, r.Header, r.Close})
	}
}

// A request that a proxy could read differently from us is refused, and nothing that
// follows on its connection is read: RFC 9112, sections 2.2, 3.2, 5.1, 5.2 and 6.3.
func TestAmbiguousRequestsAreRefused(t *testing.T) {
	t.Parallel()
	s, _ := broken(t, func(*Config) {})
	address := listening(t, s)
	const next = "GET /healthz HTTP/1.1\r\nHost: smuggled.example\r\nConnection: close\r\n\r\n"
	post := func(lines string) string { return "POST /v1/holds HTTP/1.1\r\nHost: a.example\r\n" + lines + "\r\n" }
	get := func(lines string) string { return "GET /healthz HTTP/1.1\r\n" + lines + "\r\n" }
	for name, request := range map[string]string{
		"length and encoding":            post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
		"encoding and length":            post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + "0\r\n\r\n",
		"two lengths":                    post("Content-Length: 2\r\nContent-Length: 0\r\n") + "{}",
		"two equal lengths":              post("Content-Length: 2\r\nContent-Length: 2\r\n") + "{}",
		"two lengths, body missing":      post("Content-Length: 0\r\nContent-Length: 200\r\n"),
		"length with a list":             post("Content-Length: 2, 2\r\n") + "{}",
		"length with a sign":             post("Content-Length: +2\r\n") + "{}",
		"negative length":                post("Content-Length: -1\r\n"),
		"length in words":                post("Content-Length: two\r\n"),
		"empty length":                   post("Content-Length: \r\n"),
		"length on a GET, twice":         get("Host: a.example\r\nContent-Length: 0\r\nContent-Length: 0\r\n"),
		"two encodings":                  post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n") + "0\r\n\r\n",
		"unknown encoding":               post("Transfer-Encoding: xchunked\r\n") + "0\r\n\r\n",
		"list of encodings":              post("Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n",
		"encoding in HTTP/1.0":           "POST /v1/holds HTTP/1.0\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"space before colon":             post("Content-Length : 2\r\n") + "{}",
		"encoding, space before colon":   post("Transfer-Encoding : chunked\r\n") + "0\r\n\r\n",
		"space in a name":                get("Host: a.example\r\nX Y: z\r\n"),
		"no colon":                       get("Host: a.example\r\nX-Y\r\n"),
		"empty name":                     get("Host: a.example\r\n: z\r\n"),
		"two hosts":                      get("Host: a.example\r\nHost: b.example\r\n"),
		"two equal hosts":                get("Host: a.example\r\nhost: a.example\r\n"),
		"no host":                        get(""),
		"empty host":                     get("Host: \r\n"),
		"host with a path":               get("Host: a.example/b\r\n"),
		"host with a user":               get("Host: b@a.example\r\n"),
		"host with a space":              get("Host: a.example b.example\r\n"),
		"host with a comma":              get("Host: a.example,b.example\r\n"),
		"host with a quote":              get("Host: a.example\"\r\n"),
		"host with markup":               get("Host: <b>\r\n"),
		"host with a wrong port":         get("Host: a.example:x\r\n"),
		"host that is escaped":           get("Host: a%2eexample\r\n"),
		"host in Arabic letters":         get("Host: وزارة\r\n"),
		"host that is an open bracket":   get("Host: [::1\r\n"),
		"another host in the target":     "GET http://b.example/healthz HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"a user in the target":           "GET http://a.example@b.example/healthz HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"another scheme in the target":   "GET ftp://a.example/healthz HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"a target that begins with //":   "GET //b.example/healthz HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"a target without a slash":       "GET healthz HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"a target with a space":          "GET /healthz /v1 HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"a target with a tab":            "GET /healthz\t HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"a target with a NUL":            "GET /healthz\x00 HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"bare CR in a value":             get("Host: a.example\r\nX-Y: a\rContent-Length: 5\r\n"),
		"NUL in a value":                 get("Host: a.example\r\nX-Y: a\x00b\r\n"),
		"NUL in a name":                  get("Host: a.example\r\nX\x00Y: z\r\n"),
		"control character":              get("Host: a.example\r\nX-Y: a\x1bb\r\n"),
		"folded line":                    get("Host: a.example\r\nX-Y: a\r\n b\r\n"),
		"folded length":                  post("Content-Length:\r\n 2\r\n") + "{}",
		"folded first line":              "GET /healthz HTTP/1.1\r\n X-Y: z\r\nHost: a.example\r\n\r\n",
		"bare LF":                        "GET /healthz HTTP/1.1\r\nHost: a.example\nX-Y: z\r\n\r\n",
		"bare LF at the end":             "GET /healthz HTTP/1.1\r\nHost: a.example\r\n\n",
		"old, with two lengths":          "POST /v1/holds HTTP/1.0\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
		"old, with a target like a host": "GET //b.example/healthz HTTP/1.0\r\n\r\n",
		"old, with another host":         "GET http://b.example/healthz HTTP/1.0\r\n\r\n",
		"unknown version":                "GET /healthz HTTP/1.2\r\nHost: a.example\r\n\r\n",
		"version in small letters":       "GET /healthz http/1.1\r\nHost: a.example\r\n\r\n",
		"small letters, repeated length": post("content-length: 2\r\nCONTENT-LENGTH: 2\r\n") + "{}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answers := exchange(t, address, request+next)
			if len(answers) != 1 || answers[0].StatusCode != http.StatusBadRequest || !answers[0].Close {
				t.Fatalf("got %s, want one 400 and the end", statuses(answers))
			}
			if media := answers[0].Header.Get("Content-Type"); media != "application/problem+json" {
				t.Errorf("got %s, want a problem", media)
			}
		})
	}
}

// What is clear is served: also what only old or unusual clients send.
func TestClearRequestsAreServed(t *testing.T) {
	t.Parallel()
	s, _ := broken(t, func(*Config) {})
	address := listening(t, s)
	for name, c := range map[string]struct {
		request string
		want    int
	}{
		"plain":                  {"GET /healthz HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n", 200},
		"with a port":            {"GET /healthz HTTP/1.1\r\nHost: a.example:8080\r\nConnection: close\r\n\r\n", 200},
		"with an address":        {"GET /healthz HTTP/1.1\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\n", 200},
		"old, without a host":    {"GET /healthz HTTP/1.0\r\n\r\n", 200},
		"target with its host":   {"GET http://A.example/healthz HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n", 200},
		"empty value":            {"GET /healthz HTTP/1.1\r\nHost: a.example\r\nX-Y:\r\nConnection: close\r\n\r\n", 200},
		"value in Latin letters": {"GET /healthz HTTP/1.1\r\nHost: a.example\r\nX-Y: \xe9\t\"\r\nConnection: close\r\n\r\n", 200},
		"chunks": {
			"POST /v1/none HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 404,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if answers := exchange(t, address, c.request); len(answers) != 1 || answers[0].StatusCode != c.want {
				t.Fatalf("got %s, want %d", statuses(answers), c.want)
			}
		})
	}
}

// Readers of chunks disagree most, so what follows a body in chunks on the same
// connection is not read.
func TestNothingFollowsChunks(t *testing.T) {
	t.Parallel()
	s, _ := broken(t, func(*Config) {})
	answers := exchange(t, listening(t, s), "POST /v1/none HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"+
		"GET /healthz HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
	if len(answers) != 1 || !answers[0].Close {
		t.Fatalf("got %s, want one answer and the end", statuses(answers))
	}
}

// The body of a request that needs none is not taken for the next request.
func TestBodiesOfReadsAreRead(t *testing.T) {
	t.Parallel()
	s, _ := broken(t, func(*Config) {})
	address := listening(t, s)
	inside := "GET /v1/none HTTP/1.1\r\nHost: a.example\r\n\r\n"
	for _, method := range []string{"GET", "OPTIONS", "DELETE", "PURGE"} {
		answers := exchange(t, address, fmt.Sprintf("%s /healthz HTTP/1.1\r\nHost: a.example\r\nContent-Length: %d\r\n\r\n", method, len(inside))+
			inside+"GET /healthz HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
		if len(answers) != 2 || answers[1].StatusCode != http.StatusOK {
			t.Errorf("%s: got %s, want two answers, the second 200", method, statuses(answers))
		}
	}
}

func statuses(answers []received) string {
	var list []string
	for _, r := range answers {
		list = append(list, fmt.Sprint(r.StatusCode))
	}
	return "[" + strings.Join(list, ", ") + "]"
}
