package api

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"

	"ziyara/scheduling"
	"ziyara/service/secret"
	"ziyara/service/web"
	"ziyara/slots"
)

// sixtyDays is the answer to the largest search of the benchmark: 60 days, open for
// nine hours, a start each 20 minutes, with so many visits at random starts.
func sixtyDays(t testing.TB, visits int) slots.Found {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Riyadh")
	if err != nil {
		t.Fatal(err)
	}
	const days, starts, places = 60, 27, 10
	random := rand.New(rand.NewPCG(60, 20)) //nolint:gosec // not a secret
	var left [days][starts]int
	for range visits {
		left[random.IntN(days)][random.IntN(starts)]--
	}
	f := slots.Found{Query: slots.Query{Service: "s1", Branch: "b1", Party: 1, From: scheduling.NewDate(2026, 11, 22)}, Zone: zone}
	f.To = f.From + days - 1
	for i := range left {
		day := slots.DaySlots{Date: f.From + scheduling.Date(i)} //nolint:gosec // less than 60
		for k, taken := range left[i] {
			start := day.Date.At(scheduling.Clock(7, 30)+scheduling.WallTime(20*k), zone)
			day.Slots = append(day.Slots, slots.Slot{Start: start, End: start.Add(20 * time.Minute), Places: places + taken})
		}
		f.Days = append(f.Days, day)
	}
	f.Reach = slots.Reach{From: seenAt, Until: comesAt}
	return f
}

// decoded returns a body without its content coding.
func decoded(t *testing.T, c web.Coding, body []byte) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(body)
	switch c {
	case web.Brotli:
		r = brotli.NewReader(r)
	case web.Gzip:
		unpacked, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = unpacked
	case web.Identity:
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("%s: %v", c, err)
	}
	return data
}

// A search of 60 days takes at most 6 KB of a visitor's connection with Brotli, which
// all browsers accept, and 10 KB with gzip; the same bytes serve everybody who asks
// meanwhile.
func TestSizeOfASearch(t *testing.T) {
	t.Parallel()
	found := sixtyDays(t, 100)
	answer := newReadyAnswer(&found)
	if n := len(answer.Identity); n < 130_000 {
		t.Fatalf("the search has only %d bytes", n)
	}
	for c, most := range map[web.Coding]int{web.Brotli: 6 << 10, web.Gzip: 10 << 10, web.Identity: 150_000} {
		got, body := answer.In([]byte(c), true)
		if got != c || len(body) > most {
			t.Errorf("%s: %d bytes of %s, want at most %d", c, len(body), got, most)
		}
		if !bytes.Equal(decoded(t, c, body), answer.Identity) {
			t.Errorf("%s is another answer", c)
		}
		if _, again := answer.In([]byte(c), true); &again[0] != &body[0] {
			t.Errorf("%s: compressed a second time", c)
		}
		t.Logf("%s: %d bytes", c, len(body))
	}
	if got, want := answer.Weight(), len(answer.Identity)+6<<10+10<<10; got < want {
		t.Errorf("counted as %d bytes, want at least %d", got, want)
	}
}

// ask60 asks for a search over HTTP.
func ask60(t *testing.T, s *Server, path string, header map[string]string) (head, []byte) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := s.app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return head{answer.StatusCode, answer.Header}, body
}

// head is an answer without its body.
type head struct {
	StatusCode int
	Header     http.Header
}

// Each coding has its own strong tag, and a client who has the answer in any of them
// need not get it again: 304 names the tag that the client has.
func TestAnswersInEachCoding(t *testing.T) {
	t.Parallel()
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	s := changingAPI(t, &changing{t: t}, &canned{visit: visitIn(slots.Booked)}, keys)
	s.Centre = (&changing{t: t}).once()
	for _, path := range []string{
		"/v1/services/heirs-returns/slots?branch=riyadh", "/v1/services/heirs-returns/days?branch=riyadh",
		"/v1/services", "/v1/services/heirs-returns/slots/explain?branch=riyadh&date=2026-11-26",
	} {
		tags := make(map[string]bool)
		_, plain := ask60(t, s, path, nil)
		for _, c := range []web.Coding{web.Identity, web.Gzip, web.Brotli} {
			answer, body := ask60(t, s, path, map[string]string{fiber.HeaderAcceptEncoding: string(c)})
			said := answer.Header.Get(fiber.HeaderContentEncoding)
			if small := len(plain) < 512; (said == "") != (c == web.Identity || small) || said != "" && said != string(c) {
				t.Errorf("%s in %s: coded as %q", path, c, said)
			}
			if said != "" && !bytes.Equal(decoded(t, c, body), plain) || said == "" && !bytes.Equal(body, plain) {
				t.Errorf("%s in %s is another answer", path, c)
			}
			if vary := strings.Join(answer.Header.Values(fiber.HeaderVary), ", "); !strings.Contains(vary, fiber.HeaderAcceptEncoding) ||
				!strings.Contains(vary, fiber.HeaderAcceptLanguage) {
				t.Errorf("%s in %s varies by %q", path, c, vary)
			}
			tag := answer.Header.Get(fiber.HeaderETag)
			if tag == "" {
				continue
			}
			if strings.HasPrefix(tag, "W/") || tags[tag] {
				t.Errorf("%s in %s: tag %s", path, c, tag)
			}
			tags[tag] = true
			for _, other := range []web.Coding{web.Identity, web.Gzip, web.Brotli} {
				for _, has := range []string{tag, "W/" + tag, `"x", ` + tag} {
					again, body := ask60(t, s, path, map[string]string{fiber.HeaderAcceptEncoding: string(other), fiber.HeaderIfNoneMatch: has})
					if again.StatusCode != http.StatusNotModified || len(body) > 0 || again.Header.Get(fiber.HeaderETag) != tag ||
						!strings.Contains(strings.Join(again.Header.Values(fiber.HeaderVary), ", "), fiber.HeaderAcceptEncoding) {
						t.Errorf("%s with %s, asked for in %s: %d with tag %s", path, has, other, again.StatusCode, again.Header.Get(fiber.HeaderETag))
					}
				}
			}
		}
	}
}

// An answer with a token is never compressed: its length would tell something of the
// token to who can put text beside it (BREACH).
func TestTokensAreNotCompressed(t *testing.T) {
	t.Parallel()
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	booked := visitIn(slots.Booked)
	s := changingAPI(t, &changing{t: t}, &canned{visit: booked}, keys)
	for path, body := range map[string]string{
		"/v1/holds":        `{"service":"heirs-returns","branch":"riyadh","start":"2026-11-26T06:00:00Z"}`,
		"/v1/appointments": bookingBody(booked.ID, keys.Token(useHold, booked.ID), keys.Sign(useMobile, "+966500000000", seenAt.Add(time.Hour))),
	} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.Header.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		r.Header.Set(fiber.HeaderAcceptEncoding, "br, gzip")
		answer, err := s.app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(answer.Body)
		if err != nil || answer.Body.Close() != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != http.StatusCreated || answer.Header.Get(fiber.HeaderContentEncoding) != "" ||
			!bytes.Contains(data, []byte("token")) {
			t.Errorf("%s: %d, coded as %q", path, answer.StatusCode, answer.Header.Get(fiber.HeaderContentEncoding))
		}
	}
}

// What a search of 60 days costs the first time, and when it is kept.
func BenchmarkSearchAnswer(b *testing.B) {
	found := sixtyDays(b, 100)
	for _, c := range []web.Coding{web.Identity, web.Gzip, web.Brotli} {
		b.Run("first, "+string(c), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				answer := newReadyAnswer(&found)
				_, body := answer.In([]byte(c), true)
				b.ReportMetric(float64(len(body)), "B/answer")
			}
		})
		b.Run("kept, "+string(c), func(b *testing.B) {
			answer := newReadyAnswer(&found)
			answer.In([]byte(c), true)
			b.ReportAllocs()
			for b.Loop() {
				answer.In([]byte(c), true)
			}
		})
	}
}
