package web

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

// Coding is a content coding (RFC 9110, section 8.4.1).
type Coding string

// The content codings in which answers are sent, the preferred one first.
const (
	Brotli   Coding = "br"
	Gzip     Coding = "gzip"
	Identity Coding = "identity"
)

// leastEncoded is the size of a body in bytes below which it is sent as it is.
const leastEncoded = 512

// Effort is how hard an answer is compressed.
type Effort struct{ Brotli, Gzip int }

// EffortOnce is for an answer that is sent once, EffortOften for one that is kept
// (ADR 39).
var (
	EffortOnce  = Effort{Brotli: 3, Gzip: 5} //nolint:gochecknoglobals // a constant
	EffortOften = Effort{Brotli: 5, Gzip: 7} //nolint:gochecknoglobals // a constant
	// For what stays the same as long as the program runs.
	effortKept = Effort{Brotli: 11, Gzip: 9} //nolint:gochecknoglobals // a constant
)

// Packed is a body that is compressed at most once for each content coding. It is
// safe for concurrent use.
type Packed struct {
	Identity []byte // shared: must not be changed

	effort Effort
	br, gz struct {
		once sync.Once
		body []byte
	}
}

// NewPacked returns a body to be sent, which must not be changed any more.
func NewPacked(body []byte, e Effort) *Packed { return &Packed{Identity: body, effort: e} }

// Weight returns the most bytes that the body takes with its compressed forms, which take
// far less than half as much.
func (p *Packed) Weight() int { return len(p.Identity) * 3 / 2 }

// In returns the body in the best coding that the client accepts, and which it is.
// The caller must not change it.
func (p *Packed) In(accept []byte, present bool) (Coding, []byte) {
	if len(p.Identity) < leastEncoded {
		return Identity, p.Identity
	}
	switch c := CodingFor(string(accept), present); c {
	case Brotli:
		p.br.once.Do(func() { p.br.body = brotliOf(p.Identity, p.effort.Brotli) })
		return c, p.br.body
	case Gzip:
		p.gz.once.Do(func() { p.gz.body = gzipOf(p.Identity, p.effort.Gzip) })
		return c, p.gz.body
	case Identity:
	}
	return Identity, p.Identity
}

// writers are used again, by their quality: the memory of a new one takes longer than
// to compress a page.
var writers [brotli.BestCompression + 1]sync.Pool //nolint:gochecknoglobals // a cache

func brotliOf(body []byte, quality int) []byte {
	var out bytes.Buffer
	w, ok := writers[quality].Get().(*brotli.Writer)
	if !ok {
		w = brotli.NewWriterLevel(nil, quality)
	}
	defer writers[quality].Put(w)
	w.Reset(&out)
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

// CodingFor returns the coding that suits an Accept-Encoding header best (RFC 9110,
// section 12.5.3): that with the greatest weight, of equal ones the first of ours.
// Without the header, and if nothing that we have is accepted, it is identity. The
// framework's own choice takes "*" for a coding that another part of the header
// refuses.
func CodingFor(accept string, present bool) Coding {
	if !present || len(accept) > maxAccepted {
		return Identity
	}
	weights := make(map[Coding]float64, 4)
	for part := range strings.SplitSeq(accept, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		c := Coding(strings.ToLower(strings.TrimSpace(name)))
		if c == "x-gzip" {
			c = Gzip
		}
		if c != "" {
			weights[c] = weightOf(parameters)
		}
	}
	best, most := Identity, 0.0
	for _, c := range []Coding{Brotli, Gzip, Identity} {
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

// Send sends the body as this media type.
func (p *Packed) Send(c *fiber.Ctx, media string) error {
	coding, body := p.In(AcceptEncoding(c))
	c.Vary(fiber.HeaderAcceptEncoding)
	if coding != Identity {
		c.Set(fiber.HeaderContentEncoding, string(coding))
	}
	c.Set(fiber.HeaderContentType, media)
	c.Response().SetBodyRaw(body) // shared, not copied
	return nil
}

// AcceptEncoding returns the header Accept-Encoding, and whether there is one.
func AcceptEncoding(c *fiber.Ctx) ([]byte, bool) {
	values := c.Request().Header.PeekAll(fiber.HeaderAcceptEncoding)
	return bytes.Join(values, []byte(",")), len(values) > 0
}
