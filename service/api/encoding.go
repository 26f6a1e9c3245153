package api

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
)

// coding is a content coding (RFC 9110, section 8.4.1).
type coding string

// The content codings in which answers are sent, the preferred one first.
const (
	codingBrotli   coding = "br"
	codingGzip     coding = "gzip"
	codingIdentity coding = "identity"
)

// leastEncoded is the size of a body in bytes below which it is sent as it is.
const leastEncoded = 512

// effort is how hard an answer is compressed.
type effort struct{ brotli, gzip int }

// effortOnce is for an answer that is sent once, effortOften for one that is kept
// (ADR 39).
var (
	effortOnce  = effort{brotli: 3, gzip: 5} //nolint:gochecknoglobals // a constant
	effortOften = effort{brotli: 5, gzip: 7} //nolint:gochecknoglobals // a constant
)

// packed is a body that is compressed at most once for each content coding. It is
// safe for concurrent use.
type packed struct {
	identity []byte // shared: must not be changed
	effort   effort
	br, gz   struct {
		once sync.Once
		body []byte
	}
}

// in returns the body in the best coding that the client accepts, and which it is.
// The caller must not change it.
func (p *packed) in(accept []byte, present bool) (coding, []byte) {
	if len(p.identity) < leastEncoded {
		return codingIdentity, p.identity
	}
	switch c := codingFor(string(accept), present); c {
	case codingBrotli:
		p.br.once.Do(func() { p.br.body = brotliOf(p.identity, p.effort.brotli) })
		return c, p.br.body
	case codingGzip:
		p.gz.once.Do(func() { p.gz.body = gzipOf(p.identity, p.effort.gzip) })
		return c, p.gz.body
	case codingIdentity:
	}
	return codingIdentity, p.identity
}

func brotliOf(body []byte, quality int) []byte {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, quality)
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	return slices.Clip(out.Bytes())
}

func gzipOf(body []byte, level int) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		panic(err) // can't happen: the level is a constant
	}
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	return slices.Clip(out.Bytes())
}

// maxAccepted is the length of the longest Accept-Encoding header that is read.
const maxAccepted = 500

// codingFor returns the coding that suits an Accept-Encoding header best (RFC 9110,
// section 12.5.3): that with the greatest weight, of equal ones the first of ours.
// Without the header, and if nothing that we have is accepted, it is identity. The
// framework's own choice takes "*" for a coding that another part of the header
// refuses.
func codingFor(accept string, present bool) coding {
	if !present || len(accept) > maxAccepted {
		return codingIdentity
	}
	weights := make(map[coding]float64, 4)
	for part := range strings.SplitSeq(accept, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		c := coding(strings.ToLower(strings.TrimSpace(name)))
		if c == "x-gzip" {
			c = codingGzip
		}
		if c != "" {
			weights[c] = weightOf(parameters)
		}
	}
	best, most := codingIdentity, 0.0
	for _, c := range []coding{codingBrotli, codingGzip, codingIdentity} {
		weight, named := weights[c]
		if !named {
			weight = weights["*"] // 0 if not there
		}
		if weight > most {
			best, most = c, weight
		}
	}
	return best
}

// weightOf returns the weight among the parameters of a coding; 1 by default, and 0
// if it is malformed.
func weightOf(parameters string) float64 {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, ok := strings.Cut(strings.TrimSpace(parameter), "=")
		if !ok || !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(weight >= 0 && weight <= 1) {
			return 0
		}
		return weight
	}
	return 1
}

// write sends the body as JSON.
func (p *packed) write(c *fiber.Ctx) error {
	coding, body := p.in(acceptEncoding(c))
	c.Vary(fiber.HeaderAcceptEncoding)
	if coding != codingIdentity {
		c.Set(fiber.HeaderContentEncoding, string(coding))
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	c.Response().SetBodyRaw(body) // shared, not copied
	return nil
}

// acceptEncoding returns the header Accept-Encoding, and whether there is one.
func acceptEncoding(c *fiber.Ctx) ([]byte, bool) {
	values := c.Request().Header.PeekAll(fiber.HeaderAcceptEncoding)
	return bytes.Join(values, []byte(",")), len(values) > 0
}
