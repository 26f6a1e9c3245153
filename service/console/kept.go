package console

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/service/web"
)

// kept is what the browser keeps, sealed: who saw the last page, and the form that they sent
// after their session had ended, for the page that they come back to.
type kept struct {
	By    string     `json:"by"`             // id of the member of staff
	Path  string     `json:"path,omitempty"` // of the form; "" for none
	Form  url.Values `json:"form,omitempty"`
	Until time.Time  `json:"until,omitzero"`
}

const (
	keepForm = 15 * time.Minute // enough to sign in again
	keepWho  = 16 * time.Hour   // longer than a session
)

type keptKey struct{}

// isKept reports whether the page is asked for with a form that was sent before its member
// of staff signed in again.
func isKept(c *fiber.Ctx) bool { return c.Locals(keptKey{}) != nil }

// posted is what a form says of a field, also of one that was kept.
func posted(c *fiber.Ctx, field string) string { return string(c.Context().PostArgs().Peek(field)) }

// keep keeps the form of somebody whose session has ended. It keeps none that another site
// sends, and none that no longer fits.
func (k *Console) keep(c *fiber.Ctx) {
	var was kept
	if c.Method() != http.MethodPost || web.Foreign(c) || !k.Kept.Read(c, &was) || was.By == "" ||
		!strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEApplicationForm) {
		return
	}
	form, err := url.ParseQuery(string(c.Body()))
	if err != nil {
		return
	}
	// There is little room: what was left empty, and what a page can ask for again, is not kept.
	maps.DeleteFunc(form, func(name string, values []string) bool {
		return name == baseField || !slices.ContainsFunc(values, func(v string) bool { return v != "" })
	})
	err = k.Kept.Set(c, kept{By: was.By, Path: c.Path(), Form: form, Until: k.Now().Add(keepForm)}, keepWho)
	if err != nil && !errors.Is(err, web.ErrCookie) {
		k.Log.WarnContext(c.UserContext(), "a form of staff is not kept", "error", err)
	}
}

// restore gives the page that is asked for the form that was kept for it, for the same
// member of staff and nobody else. The page shows it; nothing is done before it is sent again.
func (k *Console) restore(c *fiber.Ctx, staff access.Staff) {
	var was kept
	if k.Kept.Read(c, &was); was.By == staff.ID && (was.Path == "" || was.Path != c.Path() && k.Now().Before(was.Until)) {
		return
	}
	if was.By == staff.ID && was.Path == c.Path() && c.Method() == http.MethodGet && k.Now().Before(was.Until) {
		c.Request().Header.SetContentType(fiber.MIMEApplicationForm)
		c.Request().SetBodyString(was.Form.Encode())
		c.Locals(keptKey{}, true)
	}
	if err := k.Kept.Set(c, kept{By: staff.ID}, keepWho); err != nil {
		k.Log.WarnContext(c.UserContext(), "who saw a page of staff is not kept", "error", err)
	}
}
