package api

import (
	"context"
	"errors"
	"net/http"

	"ziyara/fault"
	"ziyara/service/secret"
	"ziyara/slots"
	"ziyara/survey"
)

// GetSurvey shows the survey of a visit.
func (s *Server) GetSurvey(ctx context.Context, r GetSurveyRequestObject) (GetSurveyResponseObject, error) {
	a, err := s.surveyed(ctx, r.Token)
	if err != nil {
		return nil, err
	}
	out, err := s.surveyJSON(ctx, a)
	return GetSurvey200JSONResponse(out), err
}

// AnswerSurvey saves the answers of a visitor about a visit.
func (s *Server) AnswerSurvey(ctx context.Context, r AnswerSurveyRequestObject) (AnswerSurveyResponseObject, error) {
	a, err := s.surveyed(ctx, r.Token)
	if err != nil {
		return nil, err
	}
	answer, err := survey.New(r.Body.Satisfaction, r.Body.Resolved, r.Body.Comment, metaOf(ctx).lang)
	if err != nil {
		return nil, err // can't happen: the contract has refused it
	}
	if err = s.SaveSurvey(ctx, a.Reference, answer, s.Now()); err != nil {
		return nil, err
	}
	out, err := s.surveyJSON(ctx, a)
	return AnswerSurvey200JSONResponse(out), err
}

// errSurveyOver is returned for an expired token.
var errSurveyOver = errors.New("api: the survey is over")

// surveyed returns the visit that a survey's token is about. It returns
// fault.ErrNotFound, errSurveyOver or survey.ErrNotVisited.
func (s *Server) surveyed(ctx context.Context, token string) (slots.Appointment, error) {
	if s.SurveyOf == nil {
		return slots.Appointment{}, fault.ErrNotFound
	}
	r, generation, err := s.SurveyOf(token, s.Now())
	switch {
	case errors.Is(err, secret.ErrTokenExpired):
		return slots.Appointment{}, errSurveyOver
	case err != nil:
		return slots.Appointment{}, fault.ErrNotFound
	}
	a, err := bookerOf(ctx).Find(ctx, r)
	if err == nil && a.LinkGeneration() != generation {
		return a, fault.ErrNotFound
	}
	if err == nil && a.Status != slots.Booked && a.Status != slots.Completed {
		err = survey.ErrNotVisited
	}
	return a, err
}

func (s *Server) surveyJSON(ctx context.Context, a slots.Appointment) (Survey, error) {
	zone := centreOf(ctx).Zone(a.Branch)
	out := Survey{Service: a.Service, Branch: a.Branch, Start: a.Start.In(zone), ExpiresAt: a.Start.Add(survey.Open).In(zone)}
	given, err := s.FindSurvey(ctx, a.Reference)
	if given != nil {
		out.Answer = &SurveyAnswer{
			Satisfaction: given.Satisfaction, Resolved: given.Resolved, Comment: given.Comment,
			AnsweredAt: given.Answered, ChangedAt: given.Changed,
		}
	}
	return out, err
}

// surveyProblems returns the kinds of errors of surveys.
func surveyProblems() []mapping {
	return []mapping{
		{errSurveyOver, visitorKind("survey-over", http.StatusGone)},
		{survey.ErrNotVisited, visitorKind("not-visited", http.StatusConflict)},
		{survey.ErrSatisfaction, kindInvalid},
		{survey.ErrComment, kindInvalid},
	}
}
