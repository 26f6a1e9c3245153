package loopback_test

import (
	"net/url"
	"testing"

	"ziyara/loopback"
)

func TestIs(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "localhost:80": true, "127.0.0.1": true, "127.8.9.1:8080": true,
		"::1": true, "[::1]": true, "[::1]:8080": true,
		"": false, ":8080": false, "0.0.0.0:8080": false, "[::]:80": false, "10.0.0.1": false,
		"localhost.example.sa": false, "127.0.0.1.example.sa:80": false, "example.sa": false,
	} {
		if got := loopback.Is(host); got != want {
			t.Errorf("%q: got %t: want %t", host, got, want)
		}
	}
}

func TestSecure(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://example.sa": true, "http://localhost:8080/a": true, "http://[::1]": true,
		"http://example.sa": false, "http://127.0.0.1.example.sa": false, "ftp://localhost": false, "//localhost": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := loopback.Secure(u); got != want {
			t.Errorf("%q: got %t: want %t", address, got, want)
		}
	}
}
