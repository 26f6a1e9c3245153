package portal

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/survey"
)

// visited returns the visit that a survey's link is about.
func (p *Portal) visited(c *fiber.Ctx) (opened, error) {
	o, err := p.open(c, Survey)
	if err == nil && o.Status != slots.Booked && o.Status != slots.Completed {
		err = survey.ErrNotVisited
	}
	return o, err
}

// askSurvey shows the questions, with the answers that were given before.
func (p *Portal) askSurvey(c *fiber.Ctx) error {
	o, err := p.visited(c)
	if err != nil {
		return err
	}
	notice := ""
	if c.Query("done") == "answered" {
		notice = "page.done_answered"
	}
	given, err := p.FindSurvey(c.UserContext(), o.Reference)
	if err != nil {
		return err
	}
	return p.ask(c, o, given, notice, "")
}

// questions are the answers so far.
type questions struct {
	Rating   int    // 0 for none
	Resolved string // true, false, or "" for not said
	Comment  string
}

// wrong returns what is wrong with a field; "" for nothing.
func (p page) wrong(field string) string {
	for _, m := range p.Mistakes {
		if m.Field == field {
			return m.Text
		}
	}
	return ""
}

func (q questions) satisfaction(p page) web.Field {
	f := web.Field{
		Name: "satisfaction", Label: p.T("page.survey_satisfied"), Wrong: p.wrong("satisfaction"),
		Attributes: templ.Attributes{"required": true},
	}
	if q.Rating > 0 {
		f.Value = strconv.Itoa(q.Rating)
	}
	return f
}

func (q questions) ratings(p page) []web.Option {
	var list []web.Option
	for _, n := range []string{"5", "4", "3", "2", "1"} {
		list = append(list, web.Option{Value: n, Text: p.T("page.rated_" + n)})
	}
	return list
}

func (q questions) resolved(p page) web.Field {
	return web.Field{Name: "resolved", Label: p.T("page.survey_resolved"), Value: q.Resolved}
}

func (q questions) comment(p page) web.Field {
	return web.Field{
		Name: "comment", Label: p.T("page.survey_comment"), Value: q.Comment, Wrong: p.wrong("comment"),
		Attributes: templ.Attributes{"maxlength": strconv.Itoa(survey.MaxComment)},
	}
}

// ask writes the page of a survey with the answers so far, given, which may be
// nil. Something is wrong with a field if its name is not "".
func (p *Portal) ask(c *fiber.Ctx, o opened, given *survey.Answer, notice, field string) error {
	out := p.page(c, o, notice)
	q := &out.Survey
	out.KeepAt = out.at("/survey") + "?" + keepOnly + "=1"
	if given != nil {
		q.Rating, q.Comment = given.Satisfaction, given.Comment
		if given.Resolved != nil {
			q.Resolved = strconv.FormatBool(*given.Resolved)
		}
	}
	status := http.StatusOK
	if field != "" {
		status, out.Mistakes = http.StatusUnprocessableEntity, []web.Mistake{{Field: field, Text: out.T(notice)}}
	}
	return out.send(c, status, "survey")
}

// answerSurvey saves the answers. If something is missing, it shows the form
// again with what was entered.
func (p *Portal) answerSurvey(c *fiber.Ctx) error {
	o, err := p.visited(c)
	if err != nil {
		return err
	}
	var resolved *bool
	if said, err := strconv.ParseBool(c.FormValue("resolved")); err == nil {
		resolved = &said
	}
	satisfaction, err := strconv.Atoi(c.FormValue("satisfaction"))
	if err != nil {
		satisfaction = 0
	}
	given := &survey.Answer{Satisfaction: satisfaction, Resolved: resolved, Comment: c.FormValue("comment")}
	if onlyKept(c) {
		return p.ask(c, o, given, "", "")
	}
	a, err := survey.New(satisfaction, resolved, c.FormValue("comment"), web.Language(c, o.Lang))
	if errors.Is(err, survey.ErrSatisfaction) || errors.Is(err, survey.ErrComment) {
		notice, field := "page.survey_choose", "satisfaction"
		if errors.Is(err, survey.ErrComment) {
			notice, field = "page.survey_shorter", "comment"
		}
		return p.ask(c, o, given, notice, field)
	}
	if err != nil {
		return err
	}
	if err = p.SaveSurvey(c.UserContext(), o.Reference, a, p.Now()); err != nil {
		return err
	}
	return p.finish(c, "answered")
}
