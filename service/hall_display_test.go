package service_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// stream is a display that is connected to a replica.
type stream struct {
	t     *testing.T
	lines *bufio.Scanner
	stop  func()
}

// watches connects a display of Riyadh to a replica.
func watches(t *testing.T, centre *servicetest.Centre, replica int, last string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, centre.Replicas[replica].URL()+"/v1/branches/riyadh/display", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	response, err := http.DefaultTransport.RoundTrip(request) //nolint:bodyclose // it is, when the display is disconnected
	if err != nil {
		t.Fatal(err)
	}
	if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || got != "text/event-stream" {
		t.Fatalf("%d %s", response.StatusCode, got)
	}
	s := &stream{t: t, lines: bufio.NewScanner(response.Body), stop: func() {
		cancel()
		_ = response.Body.Close() // it is gone already
	}}
	t.Cleanup(s.stop)
	return s
}

// event returns the name, the id and the data of the next event; empty when the
// stream has ended.
func (s *stream) event() (name, id, data string) {
	s.t.Helper()
	for s.lines.Scan() {
		key, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch {
		case key == "id":
			id = value
		case key == "event":
			name = value
		case key == "data":
			data = value
		case s.lines.Text() == "" && name != "":
			return name, id, data
		}
	}
	return "", "", ""
}

// The display shows calls as they are made, whichever replica they are made
// at: numbers and desks, no names. A stream that breaks goes on where it was,
// and all end with the replica.
func TestDisplay(t *testing.T) {
	t.Parallel()
	d := reception(t, 2)
	visits := []api.Appointment{
		d.books(d.centre.Visitor(1), "09:10"), d.books(d.centre.Visitor(2), "09:10"), d.books(d.centre.Visitor(3), "09:10"),
	}
	d.clock("09:10")
	for _, a := range visits {
		d.checksIn(a)
	}
	d.calls("1")
	shown := watches(t, d.centre, 1, "")
	name, id, data := shown.event()
	if name != "snapshot" || id != "2026-11-23.1" || !strings.Contains(data, `"number":1`) || !strings.Contains(data, `"desk":"1"`) {
		t.Errorf("at first: %s %s %s", name, id, data)
	}
	d.calls("2") // at the other replica
	if name, id, data = shown.event(); name != "call" || id != "2026-11-23.2" || !strings.Contains(data, `"number":2`) ||
		!strings.Contains(data, `"again":false`) {
		t.Errorf("then: %s %s %s", name, id, data)
	}
	shown.stop()
	d.does(visits[1], "recall", nil)
	d.calls("3")
	again := watches(t, d.centre, 0, id)
	if name, id, data = again.event(); name != "call" || id != "2026-11-23.3" || !strings.Contains(data, `"again":true`) {
		t.Errorf("what was missed: %s %s %s", name, id, data)
	}
	if name, id, data = again.event(); name != "call" || id != "2026-11-23.4" || !strings.Contains(data, `"number":3`) {
		t.Errorf("and then: %s %s %s", name, id, data)
	}
	for _, secret := range []string{visits[2].Reference, visits[2].Visitor, visits[2].Service} {
		if strings.Contains(data, secret) {
			t.Errorf("the display says %q", secret)
		}
	}
	if name, _, data = watches(t, d.centre, 0, "2026-11-22.7").event(); name != "snapshot" || strings.Count(data, `"number"`) != 4 {
		t.Errorf("after another day: %s %s", name, data)
	}

	var now api.Display
	d.centre.Get("/v1/branches/riyadh/display").JSON(t, &now)
	if len(now.Calls) != 4 || now.Calls[3].ID != "2026-11-23.4" || now.Calls[1].Open || !now.Calls[2].Open {
		t.Errorf("for those who ask again: %+v", now)
	}
	if answer := d.centre.Get("/v1/branches/nowhere/display"); answer.Status != http.StatusNotFound {
		t.Errorf("no branch: %d", answer.Status)
	}
	if err := d.centre.Stop(0); err != nil {
		t.Errorf("stop with a display connected: %v", err)
	}
	if name, _, _ = again.event(); name != "" {
		t.Errorf("the stream goes on with %s", name)
	}
}
