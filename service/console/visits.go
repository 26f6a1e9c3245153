package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
)

// appointments is a page of visits as the API lists them (AppointmentList).
type appointments struct {
	Appointments []struct {
		Reference string       `json:"reference"`
		Status    slots.Status `json:"status"`
		Service   string       `json:"service"`
		Branch    string       `json:"branch"`
		Start     time.Time    `json:"start"`
		Party     int          `json:"party"`
		Visitor   string       `json:"visitor"`
		ID        string       `json:"id"` // masked
	} `json:"appointments"`
	Next string `json:"next_cursor"`
}

// found is a visit in a list.
type found struct {
	Reference, Visitor, Service, Branch string
	Status                              slots.Status
	Start                               time.Time
	At                                  web.Moment
}

// visitsPage lists visits.
type visitsPage struct {
	page

	Asked         string // what is sought; "" for the visits of a date
	Date          string // ISO 8601
	Day           web.Moment
	Before, After string // addresses of the dates beside it
	Found         []found
	More          string // address of the next part; "" for none
}

// searchField is the field of what is sought.
const searchField = "q"

// list asks for visits, and returns them as a page in a language shows them.
func (k *Console) list(c *fiber.Ctx, query url.Values, lang string) (list []found, next string, err error) {
	var answer appointments
	if err = k.ask(c, question{path: "/v1/appointments", query: query}, &answer); err != nil {
		return nil, "", err
	}
	snapshot := k.Centre()
	for _, a := range answer.Appointments {
		f := found{
			Reference: a.Reference, Visitor: a.Visitor, Service: a.Service, Branch: a.Branch, Status: a.Status, Start: a.Start,
			At: web.MomentOf(a.Start, snapshot.Zone(a.Branch), lang),
		}
		if s, ok := snapshot.Service(a.Service); ok {
			f.Service = s.Name.In(lang)
		}
		if b, ok := snapshot.Branch(a.Branch); ok {
			f.Branch = b.Name.In(lang)
		}
		list = append(list, f)
	}
	return list, answer.Next, nil
}

// showVisits lists the visits of a date, or those that are sought. What is sought comes by
// POST: a name is not for addresses, which proxies keep.
func (k *Console) showVisits(c *fiber.Ctx) error {
	p := visitsPage{page: k.page(c, "console.visits", "console.visits")}
	query := url.Values{"limit": {"100"}}
	today := scheduling.DateOf(k.Now(), k.Centre().Zone(""))
	date, err := scheduling.ParseDate(c.Query("date"))
	if err != nil {
		date = today
	}
	p.Date = date.String()
	if c.Method() == http.MethodPost {
		p.Asked = strings.TrimSpace(c.FormValue(searchField))
	}
	if p.Asked != "" {
		query.Set("q", p.Asked)
	} else {
		query.Set("date", p.Date)
	}
	if cursor := c.Query("cursor"); cursor != "" {
		query.Set("cursor", cursor)
	}
	p.Day = web.DateMoment(date, p.Lang)
	p.Before, p.After = visitsOn(date-1, p.Lang), visitsOn(date+1, p.Lang)
	var next string
	if p.Found, next, err = k.list(c, query, p.Lang); err != nil {
		r := new(refusal)
		if p.Asked == "" || !errors.As(err, &r) {
			return err
		}
		p.Tone, p.Notice, p.About = web.Warning, r.Title, r.Detail
		return web.Send(c, r.Status, p.Lang, visitsRoom(p))
	}
	switch {
	case next != "" && p.Asked != "":
		p.Tone, p.Notice, p.About = web.Notify, p.S("console.many", "Count", len(p.Found)), p.S("console.many_about")
	case next != "":
		p.More = visitsOn(date, p.Lang) + "&" + url.Values{"cursor": {next}}.Encode()
	}
	return web.Send(c, http.StatusOK, p.Lang, visitsRoom(p))
}

func visitsOn(d scheduling.Date, lang string) string {
	return Path + "/visits?" + url.Values{"date": {d.String()}, web.LanguageField: {lang}}.Encode()
}
