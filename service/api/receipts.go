package api

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/notify/httpsms"
)

// receipts takes what SMS gateways say of messages that they took. What they
// send is theirs to decide, so it is not part of the contract: any form, by
// POST or, where a gateway has it so, by GET. The answer comes when the receipts
// are safe, and a gateway that gets none brings them again. There are thousands
// at once from a few addresses, so the limit of visitors does not bound them;
// what does not prove its origin costs nothing.
func (s *Server) receipts(c *fiber.Ctx) error {
	callback := httpsms.Callback{Header: http.Header(c.GetReqHeaders()), Body: c.Body()}
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
