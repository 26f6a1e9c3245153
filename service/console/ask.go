package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"ziyara/service/web"
)

// refusal is a problem that the API answers with (RFC 9457).
type refusal struct {
	Status int     `json:"status"`
	Type   string  `json:"type"`
	Title  string  `json:"title"`
	Detail string  `json:"detail"`
	Errors []wrong `json:"errors"`
	retry  string  // seconds
}

// wrong is what is wrong with one field.
type wrong struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

func (r *refusal) Error() string { return fmt.Sprintf("console: %d %s", r.Status, r.Type) }

// field returns what is wrong with the field that a pointer such as #/visitor/name names;
// "" for nothing.
func (r *refusal) field(pointer string) string {
	for _, w := range r.Errors {
		if w.Pointer == pointer {
			return w.Detail
		}
	}
	return ""
}

// question is what a page asks the API for.
type question struct {
	// reads says that it changes nothing although it is a POST, so that it does not matter
	// which site leads to the page.
	reads  bool
	method string // GET if ""
	path   string
	query  url.Values
	body   any     // nil for none
	key    string  // idempotency key; "" for none
	match  string  // entity tag of what a change is about; "" for none
	absent bool    // adds what is not there
	tag    *string // takes the entity tag of the answer; nil for none
	hold   string  // token of the hold that it is about; "" for none
}

// tagOf is the entity tag of a version.
func tagOf(version int64) string { return strconv.Quote(strconv.FormatInt(version, 10)) }

// ask asks the API of this program in the name of who asks for the page, in the language
// of the page, and reads its answer into dest unless it is nil. It returns a *refusal.
func (k *Console) ask(c *fiber.Ctx, q question, dest any) error {
	k.once.Do(func() { k.contract = c.App().Handler() })
	var r fasthttp.Request
	c.Context().Request.Header.CopyTo(&r.Header)
	for _, name := range []string{
		fiber.HeaderContentType, fiber.HeaderContentLength, fiber.HeaderTransferEncoding, fiber.HeaderAcceptEncoding,
		fiber.HeaderIfNoneMatch, fiber.HeaderIfMatch, fiber.HeaderIfModifiedSince, fiber.HeaderRange, fiber.HeaderExpect,
	} {
		r.Header.Del(name)
	}
	if q.method == "" {
		q.method = http.MethodGet
	}
	if len(q.query) > 0 {
		q.path += "?" + q.query.Encode()
	}
	r.Header.SetMethod(q.method)
	if q.reads {
		r.Header.Del(fiber.HeaderOrigin)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.SetRequestURI(q.path)
	r.Header.Set(fiber.HeaderAccept, fiber.MIMEApplicationJSON)
	r.Header.Set(fiber.HeaderAcceptLanguage, web.Language(c, ""))
	r.Header.Set(fiber.HeaderXRequestID, c.GetRespHeader(fiber.HeaderXRequestID))
	if q.key != "" {
		r.Header.Set("Idempotency-Key", q.key)
	}
	if q.match != "" {
		r.Header.Set(fiber.HeaderIfMatch, q.match)
	}
	if q.absent {
		r.Header.Set(fiber.HeaderIfNoneMatch, "*")
	}
	if q.hold != "" {
		r.Header.Set("Hold-Token", q.hold)
	}
	if q.body != nil {
		body, err := json.Marshal(q.body)
		if err != nil {
			return err
		}
		r.Header.SetContentType(fiber.MIMEApplicationJSON)
		r.Header.SetContentLength(len(body))
		r.SetBody(body)
	}
	var answer fasthttp.RequestCtx
	answer.Init(&r, c.Context().RemoteAddr(), nil)
	k.contract(&answer)
	status, body := answer.Response.StatusCode(), answer.Response.Body()
	if status >= http.StatusBadRequest {
		out := &refusal{Status: status, retry: string(answer.Response.Header.Peek(fiber.HeaderRetryAfter))}
		if err := json.Unmarshal(body, out); err != nil {
			return fmt.Errorf("console: %s %s answered %d: %w", q.method, q.path, status, err)
		}
		return out
	}
	if q.tag != nil {
		*q.tag = string(answer.Response.Header.Peek(fiber.HeaderETag))
	}
	if dest == nil {
		return nil
	}
	if f, ok := dest.(*file); ok {
		h := &answer.Response.Header
		*f = file{string(h.ContentType()), string(h.Peek(fiber.HeaderContentDisposition)), slices.Clone(body)}
		return nil
	}
	return json.Unmarshal(body, dest)
}
