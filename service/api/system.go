package api

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/audit"
	"ziyara/texts"
)

// A system that asks for its users has the header Authorization for their tokens, and says in
// these who it is and for whom it asks (docs/adr/0054).
const (
	headerClient = "Ziyara-Client" // its access token
	headerUser   = "Ziyara-User"   // what it calls the user; limits count by it
	maxUser      = 200             // bytes
)

// forUsers identifies a system that asks for its users. Whoever only says for whom they ask is
// not believed.
func (s *Server) forUsers(c *fiber.Ctx) error {
	token := strings.TrimSpace(c.Get(headerClient))
	if token == "" {
		return c.Next()
	}
	c.Vary(headerClient)
	if s.SignIn == nil {
		return access.ErrSignIn
	}
	system, err := s.SignIn(c.UserContext(), token)
	if err != nil {
		return err
	}
	operation := s.contract.operationID(c.Method(), string(c.Context().URI().PathOriginal()))
	if !system.AsksForUsers() || access.ForStaff(operation) && !access.ForVisitors(operation) {
		return s.refuse(c, operation, system, access.ErrForbidden)
	}
	user := strings.TrimSpace(c.Get(headerUser))
	if user == "" || len(user) > maxUser || strings.ContainsFunc(user, unicode.IsControl) {
		return invalid(headerUser+":", flaw{FieldErrorCodeUser, texts.Staff("invalid.user_of_system")})
	}
	m := metaOf(c.UserContext())
	m.user = system.ID + "\x00" + user
	m.address, m.network = m.user, m.user // of holds and codes: the system's own would be all its users at once
	c.SetUserContext(context.WithValue(c.UserContext(), metaKey{}, m))
	err = c.Next()
	if err == nil && !reads(c.Method()) && c.Response().StatusCode() < http.StatusMultipleChoices {
		// What is done is done: it is not answered as if it were not.
		entry := audit.Entry{Actor: system.ID, Action: audit.ForUsers, Subject: "operation " + operation, RequestID: m.id}
		if lost := s.tell(c.UserContext(), entry, operation); lost != nil {
			s.Log.ErrorContext(c.UserContext(), "not in the log of staff", "operation", operation, "actor", system.ID, "error", lost)
		}
	}
	return err
}
