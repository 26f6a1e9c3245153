package api

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/notify/httpsms"
)

// receipts takes delivery receipts from SMS gateways. Each gateway decides what
// it sends, in any form and by POST or GET, so this is not part of the contract.
// The answer is sent when the receipts are stored; a gateway that gets no answer
// sends them again. Thousands can come at once from a few addresses, so the rate
// limit does not apply; requests without proof of origin are refused cheaply.
func (s *Server) receipts(c *fiber.Ctx) error {
	callback := httpsms.Callback{Header: http.Header(c.GetReqHeaders()), Body: bytes.Clone(c.Request().Body())}
	var err error
	if callback.Query, err = url.ParseQuery(string(c.Context().URI().QueryString())); err != nil {
		return httpsms.ErrReceipt
	}
	answer, err := s.Receive(c.UserContext(), c.Params("gateway"), callback)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return c.SendString(strings.TrimSpace(answer))
}
