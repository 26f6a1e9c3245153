package api

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/notify/verify"
	"ziyara/once"
	"ziyara/scheduling"
	"ziyara/setup"
	"ziyara/slots"
	"ziyara/texts"
)

// kind is a kind of problem: a problem type of RFC 9457. Its name never changes
// once it is published.
type kind struct {
	name   string
	status int
	staff  bool // only staff and operators can meet it
}

// visitorKind is a kind of problem that visitors can meet.
func visitorKind(name string, status int) kind { return kind{name, status, false} }

// staffKind is a kind of problem that only staff and operators can meet.
func staffKind(name string, status int) kind { return kind{name, status, true} }

// say returns the title or the detail, which tells the reader what to do.
func (k kind) say(of string, values []any) catalog.Text {
	if k.staff {
		return texts.Staff("problem."+k.name+"."+of, values...)
	}
	return texts.Visitors("problem."+k.name+"."+of, values...)
}

// kindOf returns the kind of problem for an error. Every error of the domain has
// a kind; any other error is internal.
func kindOf(err error) kind {
	for _, m := range allProblems() {
		if errors.Is(err, m.err) {
			return m.kind
		}
	}
	if textFaults(err) != nil {
		return kindInvalid
	}
	var rule *slots.RuleError
	var wrong *verify.WrongCodeError
	var often *verify.LimitError
	var limited *limitedError
	var holds *slots.HoldLimitError
	var pause *slots.PauseError
	var visitor *slots.VisitorError
	var request *invalidError
	var affected *slots.AffectedError
	var plan *scheduling.PlanError
	var framework *fiber.Error
	if k, ok := hallKind(err); ok {
		return k
	}
	switch {
	case errors.As(err, &rule):
		return ruleKind(rule.Rule)
	case errors.As(err, &visitor):
		return kindInvalid
	case errors.As(err, &wrong):
		return kindWrongCode
	case errors.As(err, &often) && often.Of == verify.OfStrangers:
		return kindNoCodes
	case errors.As(err, &often), errors.As(err, &limited):
		return kindTooMany
	case errors.As(err, &holds):
		return kindTooManyHolds
	case errors.As(err, &pause):
		return kindPause
	case errors.As(err, &affected):
		return kindAffected
	case errors.As(err, &plan):
		return kindPlan
	case errors.As(err, &request):
		return statusKind(request.Status)
	case errors.As(err, &framework):
		return statusKind(framework.Code)
	case errors.Is(err, context.DeadlineExceeded):
		return kindUnavailable
	}
	return kindInternal
}

// statusKind returns the kind for a status that says all there is to say.
func statusKind(status int) kind {
	switch status {
	case http.StatusBadRequest:
		return kindMalformed
	case http.StatusRequestTimeout, http.StatusBadGateway: // the client was too slow, or went away
		return kindIncomplete
	case http.StatusRequestHeaderFieldsTooLarge:
		return kindHeaders
	case http.StatusNotFound:
		return kindNoRoute
	case http.StatusMethodNotAllowed:
		return kindMethod
	case http.StatusRequestEntityTooLarge:
		return kindTooLarge
	case http.StatusUnsupportedMediaType:
		return kindMediaType
	case http.StatusUnprocessableEntity:
		return kindInvalid
	case http.StatusTooManyRequests:
		return kindTooMany
	}
	return kindInternal
}

// fail writes an error as a problem (RFC 9457) in the language of the request, or
// as a page for a browser.
// It is the one place where errors become answers.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	m := metaOf(c.UserContext())
	if m.id == "" { // refused for its size, before the first middleware
		m.id, m.lang = s.NewID(), texts.Preferred(c.Get(fiber.HeaderAcceptLanguage))
		c.Set(headerRequestID, m.id)
	}
	k := kindOf(err)
	p := Problem{Type: "/problems#" + k.name, Status: k.status, RequestID: m.id}
	s.explain(c, &p, err, m.lang)
	wording{s.Site.Ministry, s.branchName(p.Branch)}.put(&p, k, m.lang)
	if k.status >= http.StatusInternalServerError {
		s.Log.ErrorContext(c.UserContext(), "request failed", "error", err, "request_id", m.id)
	}
	if p.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(p.RetryAfter))
	}
	if byBrowser(c) {
		return s.showFailure(c, k, m.id)
	}
	return c.Status(k.status).JSON(p, "application/problem+json")
}

// explain adds the details of an error to its problem.
func (s *Server) explain(c *fiber.Ctx, p *Problem, err error, lang string) {
	var taken *slots.TakenError
	var rule *slots.RuleError
	var visitor *slots.VisitorError
	var wrong *verify.WrongCodeError
	var often *verify.LimitError
	var limited *limitedError
	var request *invalidError
	var holds *slots.HoldLimitError
	var pause *slots.PauseError
	var early *slots.HorizonError
	var affected *slots.AffectedError
	var plan *scheduling.PlanError
	var requested *slots.RequestedError
	switch {
	case explainHall(p, err):
	case errors.As(err, &requested):
		by := requested.AnswerBy.In(s.Centre().Zone(requested.Branch))
		p.AnswerBy = &by
	case errors.As(err, &taken):
		p.Alternatives = []Slot{}
		for _, v := range taken.Alternatives {
			alternative := slotJSON(v, taken.Zone)
			alternative.Branch = taken.Branch
			p.Alternatives = append(p.Alternatives, alternative)
		}
	case errors.As(err, &early):
		p.Rule = string(slots.RuleHorizon)
		p.PossibleFrom, p.RetryAfter = optional(early.Opens), seconds(early.RetryAfter)
	case errors.As(err, &rule):
		p.Rule = string(rule.Rule)
		if paused, ok := errors.AsType[*slots.PausedError](err); ok {
			told := pauseJSON(paused.Pause)
			p.Pause = &told
		}
	case errors.As(err, &pause):
		p.PossibleFrom, p.RetryAfter = optional(pause.Until), seconds(pause.RetryAfter)
	case errors.As(err, &holds):
		p.RetryAfter = seconds(holds.RetryAfter)
		tellLimit(c, "holds", holds.Limit, 0, 0, holds.RetryAfter)
	case errors.As(err, &visitor):
		p.Errors = fieldErrors(pointers("#/", err), lang)
	case textFaults(err) != nil:
		p.Errors = fieldErrors(textFaults(err), lang)
	case errors.As(err, &wrong):
		p.TriesLeft = &wrong.Left
	case errors.As(err, &often):
		p.RetryAfter = seconds(often.RetryAfter)
		if often.Limit > 0 {
			tellLimit(c, often.Name, often.Limit, often.Window, often.Remaining, often.RetryAfter)
		}
	case errors.As(err, &limited):
		p.RetryAfter = seconds(limited.retryAfter)
	case errors.As(err, &affected):
		p.Affected = affected.Visits
	case errors.As(err, &plan):
		p.Errors = fieldErrors(planFaults("#", err), lang)
	case errors.As(err, &request):
		p.Errors = fieldErrors(request.Errors, lang)
		if request.Status == http.StatusUnsupportedMediaType {
			c.Set(fiber.HeaderAcceptEncoding, "identity") // RFC 9110, section 12.5.3
		}
		if len(request.Allow) > 0 {
			c.Set(fiber.HeaderAllow, strings.Join(request.Allow, ", "))
		}
	case errors.Is(err, setup.ErrRefused):
		p.Errors = fieldErrors(refusals(err), lang)
	case errors.Is(err, verify.ErrTries):
		// After that time another code can be sent, whenever the last one was.
		p.RetryAfter = seconds(verify.DefaultPolicy().Pause)
	case errors.Is(err, once.ErrKeyReused):
		p.Errors = fieldErrors([]pointerError{{"Idempotency-Key:", flaw{FieldErrorCodeKeyReused, texts.Visitors("invalid.key_reused")}}}, lang)
	case p.Status == http.StatusServiceUnavailable:
		p.RetryAfter = 2
	case p.Status == http.StatusUnauthorized:
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="ziyara"`)
		p.Errors = fieldErrors(missingToken(err), lang)
	}
}

// missingToken names the header in which a visitor's token is missing; nil for
// any other error.
func missingToken(err error) []pointerError {
	switch {
	case errors.Is(err, errNoHoldToken):
		return []pointerError{{"Hold-Token:", required()}}
	case errors.Is(err, errNoToken), errors.Is(err, errNoEntryToken):
		return []pointerError{{fiber.HeaderAuthorization + ":", required()}}
	}
	return nil
}

// branchName returns the name of a branch (slug); empty for "".
func (s *Server) branchName(slug string) catalog.Text {
	if slug == "" {
		return catalog.Text{}
	}
	return s.Centre().BranchName(slug)
}

// seconds rounds up to whole seconds, at least one.
func seconds(d time.Duration) int { return max(1, int(math.Ceil(d.Seconds()))) }

func fieldErrors(list []pointerError, lang string) []FieldError {
	out := make([]FieldError, len(list))
	for i, e := range list {
		out[i] = FieldError{Pointer: e.Pointer, Code: e.Detail.Code, Detail: e.Detail.In(lang)}
	}
	return out
}

// invalid returns the error for a request with one thing wrong.
func invalid(pointer string, detail flaw) error {
	return &invalidError{Status: http.StatusUnprocessableEntity, Errors: []pointerError{{pointer, detail}}}
}

// pointers returns the fields of a *slots.VisitorError, with pointers below base;
// nil for any other error.
func pointers(base string, err error) []pointerError {
	var visitor *slots.VisitorError
	if !errors.As(err, &visitor) {
		return nil
	}
	list := make([]pointerError, len(visitor.Fields))
	for i, f := range visitor.Fields {
		list[i] = pointerError{base + f.Name, flaw{FieldErrorCode(f.Fault), f.Text()}}
	}
	return list
}
