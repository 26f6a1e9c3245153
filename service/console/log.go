package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// logPath is where the log of what staff did is.
const logPath = Path + "/log"

// Fields of the search in the log, beside departmentField.
const (
	actorField   = "actor"
	subjectField = "subject"
	didField     = "did" // action of the API; a form whose field has that name hides its own
)

// Sealed is up to where the log is sealed, and what names that seal: audit.Head.
type Sealed struct {
	Number int64
	At     time.Time
	Head   string
}

// logEntry is an entry of the log as the API shows it (Act).
type logEntry struct {
	ID         int64           `json:"id"`
	At         time.Time       `json:"at"`
	Actor      string          `json:"actor"`
	Action     string          `json:"action"`
	Subject    string          `json:"subject"`
	Department string          `json:"department"`
	Branch     string          `json:"branch"`
	Before     json.RawMessage `json:"before"`
	After      json.RawMessage `json:"after"`
	Reason     string          `json:"reason"`
	RequestID  string          `json:"request_id"`

	When  web.Moment `json:"-"`
	Where string     `json:"-"` // department and branch
	Facts []fact     `json:"-"`
	Did   string     `json:"-"` // Action in words; "" if it has none
	About string     `json:"-"` // the kind of Subject in words; "" if it has none
	Of    string     `json:"-"` // the rest of Subject
}

// fact is a value before and after; "" where there was none.
type fact struct{ Name, Said, Before, After string } // Said is the name in words; "" if it has none

// facts returns the values that an entry has, by their names.
func (e logEntry) facts() (list []fact) {
	var before, after map[string]any
	if json.Unmarshal(e.Before, &before) != nil && json.Unmarshal(e.After, &after) != nil {
		return nil
	}
	_ = json.Unmarshal(e.After, &after)
	text := func(v any, ok bool) string {
		switch v := v.(type) {
		case string:
			return v
		case nil:
			return ""
		}
		if out, err := json.Marshal(v); ok && err == nil {
			return string(out)
		}
		return fmt.Sprint(v)
	}
	for _, name := range slices.Sorted(maps.Keys(merged(before, after))) {
		was, had := before[name]
		is, has := after[name]
		list = append(list, fact{Name: name, Before: text(was, had), After: text(is, has)})
	}
	return list
}

func merged(a, b map[string]any) map[string]any {
	out := map[string]any{}
	maps.Copy(out, a)
	maps.Copy(out, b)
	return out
}

// logPage shows the log.
type logPage struct {
	page

	Asked       map[string]string // by field
	Departments []web.Option
	Entries     []logEntry
	Next        string // cursor of the next part; "" for none
	Sealed      *Sealed
	SealedAt    web.Moment
}

// showLog shows what staff did, newest first. What is sought comes by POST: who did
// something, and to whose visit, is not for addresses.
func (k *Console) showLog(c *fiber.Ctx) error {
	p := logPage{page: k.page(c, "log_room.title", "log_room.title"), Asked: map[string]string{}}
	p.Script = true
	grant, err := access.May(p.Staff, "listActs")
	if err != nil {
		return err
	}
	query := url.Values{"limit": {"50"}}
	if c.Method() == http.MethodPost {
		for _, field := range []string{actorField, subjectField, didField, departmentField, cursorField} {
			if v := strings.TrimSpace(c.FormValue(field)); v != "" {
				p.Asked[field] = v
				query.Set(map[bool]string{true: "action", false: field}[field == didField], v)
			}
		}
	}
	if reference := p.Asked[subjectField]; strings.HasPrefix(strings.ToUpper(reference), "V-") {
		query.Set(subjectField, "appointment "+strings.ToUpper(reference))
	}
	snapshot := k.Centre()
	p.Departments = all(p.page, "reports_room.all_departments")
	for _, d := range snapshot.Departments {
		if grant.Permit(d.Slug, "") == nil {
			p.Departments = append(p.Departments, web.Option{Value: d.Slug, Text: d.Name.In(p.Lang)})
		}
	}
	status := http.StatusOK
	var answer struct {
		Acts []logEntry `json:"acts"`
		Next string     `json:"next_cursor"`
	}
	err = k.ask(c, question{path: "/v1/audit", query: query}, &answer)
	r := new(refusal)
	switch {
	case errors.As(err, &r) && r.Status == http.StatusUnprocessableEntity:
		p.Tone, p.Notice, p.About, status = web.Warning, r.Title, r.Detail, r.Status
	case err != nil:
		return err
	}
	p.Entries, p.Next = answer.Acts, answer.Next
	for i := range p.Entries {
		e := &p.Entries[i]
		e.When = web.MomentOf(e.At, snapshot.Zone(e.Branch), p.Lang)
		e.inWords(p.page, snapshot.Zone(e.Branch))
		if d, ok := snapshot.Department(e.Department); ok {
			e.Where = d.Name.In(p.Lang)
		}
		if b, ok := snapshot.Branch(e.Branch); ok {
			e.Where = strings.TrimPrefix(e.Where+" · "+b.Name.In(p.Lang), " · ")
		}
	}
	if err = k.seal(c.UserContext(), &p); err != nil {
		return err
	}
	return web.Send(c, status, p.Lang, logRoom(p))
}

// seal reads up to where the log is sealed.
func (k *Console) seal(ctx context.Context, p *logPage) error {
	s, err := k.LogSealed(ctx)
	if err != nil {
		return err
	}
	if s.Number > 0 {
		p.Sealed, p.SealedAt = &s, web.MomentOf(s.At, k.Centre().Zone(""), p.Lang)
	}
	return nil
}
