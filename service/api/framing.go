package api

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"ziyara/service/web"
)

// receive gives every answer the headers of web.Base, and refuses requests before the
// framework sees them: what is ambiguous, and methods that the framework would answer in
// plain text.
func (s *Server) receive(contract *validator) {
	server := s.app.Server()
	handle, fail := server.Handler, server.ErrorHandler
	base := web.Base(s.HTTPS)
	refuse := func(ctx *fasthttp.RequestCtx, err error) {
		c := s.app.AcquireCtx(ctx)
		defer s.app.ReleaseCtx(c)
		if err = s.fail(c, err); err != nil {
			c.Status(fiber.StatusInternalServerError)
		}
	}
	server.HeaderReceived = func(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
		switch {
		case ambiguous(h): // its body has no end that is sure: neither that nor what follows is read
			h.SetProtocol(notSure)
			h.Del(fiber.HeaderExpect)
			h.SetContentLength(0)
			h.SetConnectionClose()
		case h.ContentLength() == inChunks: // whose end is read in many ways
			h.SetConnectionClose()
		}
		return fasthttp.RequestConfig{}
	}
	server.Handler = func(ctx *fasthttp.RequestCtx) {
		setAll(ctx, base)
		h := &ctx.Request.Header
		switch {
		case string(h.Protocol()) == notSure:
			refuse(ctx, &invalidError{Status: fiber.StatusBadRequest})
		case !slices.Contains(fiber.DefaultMethods, string(h.Method())):
			_, err := contract.check(rawRequest{method: string(h.Method()), path: string(ctx.Request.URI().PathOriginal())})
			refuse(ctx, err)
		default:
			handle(ctx)
		}
	}
	server.ErrorHandler = func(ctx *fasthttp.RequestCtx, err error) {
		setAll(ctx, base)
		fail(ctx, err)
	}
}

func setAll(ctx *fasthttp.RequestCtx, headers map[string]string) {
	for name, value := range headers {
		ctx.Response.Header.Set(name, value)
	}
}

// notSure is the protocol of a request that is refused. No client can name it, because
// other protocols than HTTP are refused.
const notSure = "ambiguous"

// inChunks is the length of a body in chunks, as the server has it.
const inChunks = -1

// ambiguous reports whether the lines before the body are other than RFC 9112 has them,
// or contradict each other, so that programs on the way may have read another request
// (request smuggling). The server itself forgives most of it.
func ambiguous(h *fasthttp.RequestHeader) bool {
	version := string(h.Protocol())
	if version != "HTTP/1.1" && version != "HTTP/1.0" || len(h.RequestURI()) == 0 || !only(h.RequestURI(), ofTarget) {
		return true
	}
	var hosts, lengths, encodings int
	for rest := h.RawHeaders(); len(rest) > 0; {
		var line []byte
		var ok bool
		if line, rest, ok = bytes.Cut(rest, []byte("\r\n")); !ok {
			return true // an LF alone
		}
		if len(line) == 0 {
			break
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(name) == 0 || !only(name, ofName) || !only(value, ofValue) {
			return true
		}
		value = bytes.Trim(value, " \t")
		switch {
		case is(name, fiber.HeaderHost):
			hosts++
			if !authority(value) || !target(h.RequestURI(), value) {
				return true
			}
		case is(name, fiber.HeaderContentLength):
			lengths++
			if len(value) == 0 || !only(value, ofNumber) {
				return true
			}
		case is(name, fiber.HeaderTransferEncoding):
			encodings++
			if !is(value, "chunked") || version == "HTTP/1.0" {
				return true
			}
		}
	}
	if hosts > 1 || lengths+encodings > 1 {
		return true
	}
	return hosts == 0 && (version != "HTTP/1.0" || !target(h.RequestURI(), nil))
}

// is reports whether a name, or a value, is this one. Case does not count.
func is(name []byte, this string) bool {
	return len(name) == len(this) && strings.EqualFold(string(name), this)
}

// What bytes can be part of.
const (
	ofNumber  = 1 << iota
	ofHost    // of a name, or an address without brackets
	ofAddress // within brackets
	ofName    // of a header: a token (RFC 9110, section 5.6.2)
	ofValue   // of a header: no control characters
	ofTarget  // of a target: no white space either
)

//nolint:gochecknoglobals // a constant in all but name
var parts = func() (all [256]uint8) {
	for i := range all {
		b := byte(i)
		digit := b >= '0' && b <= '9'
		alphanumeric := digit || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
		for part, of := range map[uint8]bool{
			ofNumber: digit, ofHost: alphanumeric || strings.IndexByte("-._", b) >= 0, ofAddress: alphanumeric || b == ':' || b == '.',
			ofName: alphanumeric || strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0, ofValue: b >= ' ' && b != 0x7f || b == '\t',
			ofTarget: b > ' ' && b != 0x7f,
		} {
			if of {
				all[b] |= part
			}
		}
	}
	return all
}()

// only reports whether all bytes of a text can be part of something.
func only(text []byte, part uint8) bool {
	for _, b := range text {
		if parts[b]&part == 0 {
			return false
		}
	}
	return true
}

// authority reports whether the value of Host is a name or an address, with or without
// a port.
func authority(host []byte) bool {
	name, port := host, []byte("0")
	if i := bytes.LastIndexByte(host, ':'); i > bytes.LastIndexByte(host, ']') {
		name, port = host[:i], host[i+1:]
	}
	if len(port) == 0 || !only(port, ofNumber) {
		return false
	}
	if inner, ok := bytes.CutPrefix(name, []byte("[")); ok {
		inner, ok = bytes.CutSuffix(inner, []byte("]"))
		return ok && len(inner) > 0 && only(inner, ofAddress)
	}
	return len(name) > 0 && only(name, ofHost)
}

// target reports whether a target is a path, or the whole address of this host (RFC
// 9112, section 3.2). The server would take the host from //host/path.
func target(target, host []byte) bool {
	if bytes.HasPrefix(target, []byte("/")) {
		return !bytes.HasPrefix(target, []byte("//"))
	}
	if string(target) == "*" {
		return true
	}
	u, err := url.Parse(string(target))
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && strings.EqualFold(u.Host, string(host))
}
