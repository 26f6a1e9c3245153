package portal

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

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
	return p.questions(c, o, given, http.StatusOK, notice)
}

// questions writes the page of a survey with the answers so far.
func (p *Portal) questions(c *fiber.Ctx, o opened, given *survey.Answer, status int, notice string) error {
	out := p.page(c, o, notice)
	out.Ratings = []int{5, 4, 3, 2, 1}
	out.MaxComment = survey.MaxComment
	if given != nil {
		out.Rating, out.Comment = given.Satisfaction, given.Comment
		if given.Resolved != nil {
			out.Resolved = strconv.FormatBool(*given.Resolved)
		}
	}
	return p.write(c, status, "survey", out)
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
	a, err := survey.New(satisfaction, resolved, c.FormValue("comment"), langOf(c, o.Lang))
	if errors.Is(err, survey.ErrSatisfaction) || errors.Is(err, survey.ErrComment) {
		notice := "page.survey_choose"
		if errors.Is(err, survey.ErrComment) {
			notice = "page.survey_shorter"
		}
		given := &survey.Answer{Satisfaction: satisfaction, Resolved: resolved, Comment: c.FormValue("comment")}
		return p.questions(c, o, given, http.StatusUnprocessableEntity, notice)
	}
	if err != nil {
		return err
	}
	if err = p.SaveSurvey(c.UserContext(), o.Reference, a, p.Now()); err != nil {
		return err
	}
	return p.finish(c, "answered")
}

// Rated returns the text for a satisfaction from 1 to 5.
func (p page) Rated(n int) string { return p.T("page.rated_" + strconv.Itoa(n)) }
