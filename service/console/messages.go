package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/reports"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/texts"
)

// messagesPath is where the room of messages is.
const messagesPath = Path + "/messages"

// Fields of the room of messages.
const (
	messageField   = "message" // the id of one
	referenceField = "reference"
	textKindField  = "kind"
	cursorField    = "cursor"
)

// sentMessage is a message as the API shows it (Message).
type sentMessage struct {
	ID         int64       `json:"id"`
	Way        string      `json:"way"`
	Kind       string      `json:"kind"`
	Reference  string      `json:"reference"`
	Department string      `json:"department"`
	Branch     string      `json:"branch"`
	To         string      `json:"to"`
	State      string      `json:"state"`
	Why        *texts.Text `json:"why"`
	Reason     string      `json:"reason"`
	Text       string      `json:"text"`
	Segments   int         `json:"segments"`
	Attempts   int         `json:"attempts"`
	Uncertain  int         `json:"uncertain"`
	Created    time.Time   `json:"created_at"`
	Finished   time.Time   `json:"finished_at"`
	CanResend  bool        `json:"can_resend"`

	At web.Moment `json:"-"` // when it was last tried, or created
}

// budget is what a department may spend on messages, and has spent (MessageBudget).
type budget struct {
	MonthlySegments int64  `json:"monthly_segments"`
	MonthlyCost     string `json:"monthly_cost"`
	Used            struct {
		Messages int64   `json:"messages"`
		Segments int64   `json:"segments"`
		Cost     string  `json:"cost"`
		Percent  float64 `json:"percent"`
		Level    string  `json:"level"`
	} `json:"used"`
}

// Limited reports whether the department has a budget.
func (b budget) Limited() bool {
	cost, _ := strconv.ParseFloat(b.MonthlyCost, 64)
	return b.MonthlySegments > 0 || cost > 0
}

// Gauge is how full the budget is, from 0 to 100.
func (b budget) Gauge() string {
	return strconv.FormatFloat(min(max(b.Used.Percent, 0), 100), 'f', 1, 64)
}

// spending is what a department has sent this month.
type spending struct {
	Name   string
	Budget *budget // nil for who may not see it
	Sent   values  // of the report; nil for who may not see it
}

// messagesPage shows what became of messages.
type messagesPage struct {
	page

	Asked       string // a reference; "" for the messages that reached nobody
	Department  string
	Departments []web.Option
	Messages    []sentMessage
	Searched    bool
	More        string // address of the next part; "" for none
	Spent       []spending
	Columns     []reportColumn
	Month       string
	Resends     bool
}

// showMessages shows the messages that reached nobody and what was spent; by POST the
// messages about a visit, whose reference is not for addresses.
func (k *Console) showMessages(c *fiber.Ctx) error {
	p := messagesPage{page: k.page(c, "messages_room.title", "messages_room.title"), Department: c.Query(departmentField)}
	if c.Query("done") == "resent" {
		p.Notice = p.S("messages_room.resent")
	}
	if c.Method() == http.MethodPost {
		if id := c.FormValue(messageField); id != "" {
			return k.resend(c, id)
		}
		p.Asked = strings.TrimSpace(c.FormValue(referenceField))
	}
	return k.sendMessages(c, p, http.StatusOK)
}

// sendMessages fills the page and sends it.
func (k *Console) sendMessages(c *fiber.Ctx, p messagesPage, status int) error {
	p.Resends = p.may("resendMessage")
	if p.may("listMessages") {
		query := url.Values{"limit": {"50"}}
		if p.Asked != "" {
			query.Set("reference", p.Asked)
		} else {
			query.Set("state", "failed")
			if p.Department != "" {
				query.Set("department", p.Department)
			}
			if cursor := c.Query(cursorField); cursor != "" {
				query.Set("cursor", cursor)
			}
		}
		var answer struct {
			Messages []sentMessage `json:"messages"`
			Next     string        `json:"next_cursor"`
		}
		err := k.ask(c, question{path: "/v1/messages", query: query}, &answer)
		r := new(refusal)
		switch {
		case errors.As(err, &r) && (r.Status == http.StatusNotFound || r.Status == http.StatusUnprocessableEntity):
			p.Tone, p.Notice, p.About, status = web.Warning, r.Title, r.Detail, r.Status
		case err != nil:
			return err
		}
		p.Messages, p.Searched = answer.Messages, err == nil
		for i := range p.Messages {
			m := &p.Messages[i]
			at := m.Finished
			if at.IsZero() {
				at = m.Created
			}
			m.At = web.MomentOf(at, k.Centre().Zone(m.Branch), p.Lang)
		}
		if answer.Next != "" {
			p.More = messagesPath + "?" + url.Values{
				cursorField: {answer.Next}, departmentField: {p.Department}, web.LanguageField: {p.Lang},
			}.Encode()
		}
	}
	if p.Asked == "" {
		if err := k.spent(c, &p); err != nil {
			return err
		}
	}
	return web.Send(c, status, p.Lang, messagesRoom(p))
}

// spent asks for what was sent this month, and for the budgets: one question for each
// department, of which there are a few.
func (k *Console) spent(c *fiber.Ctx, p *messagesPage) error {
	snapshot := k.Centre()
	today := snapshot.Today(k.Now())
	p.Month = web.DateMoment(today, p.Lang).Month
	p.Departments = all(p.page, "reports_room.all_departments")
	var counted report
	if p.may("getReport") {
		q := url.Values{
			sinceField: {scheduling.DateOf(month(today), time.UTC).String()}, toField: {today.String()}, rowsField: {string(reports.ByDepartment)},
		}
		if err := k.ask(c, question{path: "/v1/reports/messages", query: q}, &counted); err != nil {
			return err
		}
		for _, name := range []string{"sent", "delivered", "failed", "dropped", "segments", "cost_riyals"} {
			i := slices.IndexFunc(counted.Columns, func(one reportColumn) bool { return one.Name == name })
			p.Columns = append(p.Columns, counted.Columns[i])
		}
	}
	grant, err := access.May(p.Staff, "getMessageBudget")
	for _, d := range snapshot.Departments {
		one := spending{Name: d.Name.In(p.Lang)}
		for _, row := range counted.Rows {
			if row.key() == d.Slug {
				one.Sent = row.Values
			}
		}
		if err == nil && grant.Permit(d.Slug, "") == nil {
			one.Budget = new(budget)
			path := "/v1/departments/" + url.PathEscape(d.Slug) + "/budget"
			if err := k.ask(c, question{path: path}, one.Budget); err != nil {
				return err
			}
		}
		if one.Budget != nil || one.Sent != nil {
			p.Spent = append(p.Spent, one)
		}
		if p.may("listMessages") && p.concerns(d.Slug) {
			p.Departments = append(p.Departments, web.Option{Value: d.Slug, Text: d.Name.In(p.Lang)})
		}
	}
	slices.SortStableFunc(p.Spent, func(a, b spending) int { return cmp.Compare(b.percent(), a.percent()) })
	return nil
}

// percent is how much of the budget is spent; -1 without one.
func (s spending) percent() float64 {
	if s.Budget == nil || !s.Budget.Limited() {
		return -1
	}
	return s.Budget.Used.Percent
}

// concerns reports whether the messages of a department are the business of the member of
// staff.
func (p page) concerns(department string) bool {
	grant, err := access.May(p.Staff, "listMessages")
	if err != nil {
		return false
	}
	return grant.Touches(department, "")
}

// resend has a message sent again.
func (k *Console) resend(c *fiber.Ctx, id string) error {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < 1 {
		return fiber.ErrNotFound
	}
	err = k.ask(c, question{method: http.MethodPost, path: "/v1/messages/" + strconv.FormatInt(n, 10) + "/resend"}, nil)
	if r := new(refusal); errors.As(err, &r) && r.Status == http.StatusConflict {
		p := messagesPage{page: k.page(c, "messages_room.title", "messages_room.title")}
		p.Tone, p.Notice, p.About = web.Warning, r.Title, r.Detail
		return k.sendMessages(c, p, r.Status)
	}
	if err != nil {
		return err
	}
	return c.Redirect(messagesPath+"?"+url.Values{"done": {"resent"}, web.LanguageField: {web.Language(c, "")}}.Encode(), http.StatusSeeOther)
}

// tone is how the state of a message is shown.
func (m sentMessage) tone() (web.Tone, web.Icon) {
	switch m.State {
	case "delivered", "accepted":
		return web.Good, web.Check
	case "failed", "expired":
		return web.Wrong, web.Alert
	case "queued", "sending":
		return web.Notify, web.Hourglass
	}
	return web.Neutral, web.Info
}

// preview is a message as it would be sent, in a language (MessagePreview).
type preview struct {
	Lang       string `json:"-"`
	Text       string `json:"text"`
	Characters int    `json:"characters"`
	Segments   int    `json:"segments"`
	Cost       string `json:"cost"`
	Own        bool   `json:"-"` // the department's own wording
	Waiting    bool   `json:"-"` // a newer version waits for its approval
}

// wordingsPage shows what messages say.
type wordingsPage struct {
	page

	Department  string
	Departments []web.Option
	Kind        string
	Kinds       []web.Option
	Previews    []preview
}

// textKinds are the kinds of messages that departments may word, as the contract lists them.
func textKinds() []string {
	return []string{
		"booked", "requested", "approved", "declined", "proposed", "moved", "cancelled", "closed", "reminder", "offer", "delayed", "survey",
		"case_updated",
	}
}

// showWordings shows what messages of a kind say, with made-up data: in both languages,
// with their sizes.
func (k *Console) showWordings(c *fiber.Ctx) error {
	p := wordingsPage{
		page: k.page(c, "messages_room.title", "messages_room.wordings"), Department: c.Query(departmentField),
		Kind: c.Query(textKindField, "booked"),
	}
	grant, err := access.May(p.Staff, "previewMessageText")
	if err != nil {
		return err
	}
	for _, d := range k.Centre().Departments {
		if grant.Permit(d.Slug, "") == nil {
			p.Departments = append(p.Departments, web.Option{Value: d.Slug, Text: d.Name.In(p.Lang)})
		}
	}
	if p.Department == "" && len(p.Departments) > 0 {
		p.Department = p.Departments[0].Value
	}
	if !slices.Contains(textKinds(), p.Kind) {
		return fiber.ErrNotFound
	}
	for _, kind := range textKinds() {
		p.Kinds = append(p.Kinds, web.Option{Value: kind, Text: p.S("messages_room.kind_" + kind)})
	}
	for _, lang := range []string{"ar", "en"} {
		path := "/v1/departments/" + url.PathEscape(p.Department) + "/texts/" + p.Kind + "/" + lang
		one := preview{Lang: lang}
		if err = k.ask(c, question{reads: true, method: http.MethodPost, path: path + "/preview", body: struct{}{}}, &one); err != nil {
			return err
		}
		var text struct {
			Version int `json:"version"`
			InUse   int `json:"in_use"`
		}
		if err = k.ask(c, question{path: path}, &text); err != nil {
			return err
		}
		one.Own, one.Waiting = text.InUse > 0, text.Version > text.InUse && text.InUse > 0 || text.InUse == 0 && text.Version > 0
		p.Previews = append(p.Previews, one)
	}
	return web.Send(c, http.StatusOK, p.Lang, wordingsRoom(p))
}
