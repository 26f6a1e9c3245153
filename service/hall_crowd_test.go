package service_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// silent connects a display that never reads, from an address of its own choice.
func silent(t *testing.T, centre *servicetest.Centre, branch, address string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, centre.Replicas[0].URL()+"/v1/branches/"+branch+"/display", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("X-Forwarded-For", address)
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatalf("a display from %s: %d", address, response.StatusCode)
	}
	t.Cleanup(func() {
		cancel()
		_ = response.Body.Close() // it is gone already
	})
}

// Clients that connect as displays and never read, from as many addresses as they like,
// shut no display out: of another branch not at all, and a new one of the same branch
// takes the place of the oldest.
func TestSilentDisplaysShutNobodyOut(t *testing.T) {
	t.Parallel()
	d := reception(t, 1, func(c *service.Config) { c.TrustedProxies = []string{"127.0.0.0/8"} })
	a := d.books(d.centre.Visitor(1), "09:10")
	d.clock("09:10")
	d.checksIn(a)
	hall := watches(t, d.centre, 0, "")
	if name, _, _ := hall.event(); name != "snapshot" {
		t.Fatalf("got %q, want what is shown now", name)
	}
	for i := range 300 {
		silent(t, d.centre, "jeddah", fmt.Sprintf("10.1.%d.%d", i/250, i%250+1))
	}
	for range 40 {
		silent(t, d.centre, "riyadh", "10.2.0.1")
	}
	d.calls("1")
	if name, _, data := hall.event(); name != "call" || !strings.Contains(data, `"desk":"1"`) {
		t.Fatalf("beside silent displays: got %q, want the call", name)
	}
	for i := range 300 {
		silent(t, d.centre, "riyadh", fmt.Sprintf("10.3.%d.%d", i/250, i%250+1))
	}
	if name, _, _ := hall.event(); name != "" {
		t.Errorf("the oldest display goes on with %s", name)
	}
	if name, _, data := watches(t, d.centre, 0, "").event(); name != "snapshot" || !strings.Contains(data, `"desk":"1"`) {
		t.Errorf("again: got %q, want what is shown now", name)
	}
}
