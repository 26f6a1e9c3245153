package httpsms_test

import (
	"net/url"
	"testing"

	"ziyara/loopback"
	"ziyara/notify/httpsms"
)

// The description of a provider is read or refused, and one that is accepted sends by https,
// or on this machine.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"unifonic", "taqnyat", "twilio"} {
		if p, ok, err := httpsms.BuiltIn(name); ok && err == nil {
			f.Add([]byte("url = \"" + p.URL + "\""))
		}
	}
	f.Add([]byte("url = \"https://sms.example/send\"\nmethod = \"POST\"\nformat = \"json\"\n[fields]\nto = \"{mobile}\"\n" +
		"[answer]\nformat = \"json\"\n[[answer.rules]]\nstatus = 200\nmeaning = \"sent\"\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := httpsms.Parse(content)
		if err != nil {
			return
		}
		if u, err := url.Parse(p.URL); err != nil || u.Host == "" || u.User != nil || !loopback.Secure(u) {
			t.Fatalf("accepted: %q", p.URL)
		}
	})
}
