package servicetest

import (
	"net/http"
	"strings"

	"ziyara/service/api"
)

// Refused fails the test unless the answer is a complete problem of the
// status and the kind (what follows # in its type): of the right media type,
// with the request id of its header, and of a type that the page of problems
// documents. It returns the problem.
func (c *Centre) Refused(a Answer, status int, kind string) api.Problem {
	c.t.Helper()
	if a.Status != status {
		c.t.Errorf("got %d %s, want %d %s", a.Status, a.Body, status, kind)
		return api.Problem{}
	}
	p := a.Problem(c.t)
	if got, want := p.Type, "/problems#"+kind; got != want {
		c.t.Errorf("type %q, want %q: %s", got, want, a.Body)
	}
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		c.t.Errorf("media type %q, want application/problem+json", got)
	}
	if got := a.Header.Get("X-Request-Id"); got == "" || p.RequestID != got {
		c.t.Errorf("request id %q in the problem, %q in the header", p.RequestID, got)
	}
	if p.Title == "" || p.Detail == "" || p.Status != status {
		c.t.Errorf("incomplete problem: %s", a.Body)
	}
	if !strings.Contains(c.problemsPage(), `id="`+kind+`"`) {
		c.t.Errorf("%s is not documented on /problems", kind)
	}
	return p
}

// problemsPage returns the page that documents the problems, read once.
func (c *Centre) problemsPage() string {
	c.t.Helper()
	c.problemsOnce.Do(func() {
		answer, err := c.send(Request{Method: http.MethodGet, Path: "/problems"})
		if err != nil || answer.Status != http.StatusOK {
			c.t.Errorf("problems page: %d %v", answer.Status, err)
		}
		c.problems = string(answer.Body)
	})
	return c.problems
}

// Pointers returns the pointers of the errors of a problem, in their order.
func Pointers(p api.Problem) []string {
	var list []string
	for _, e := range p.Errors {
		list = append(list, e.Pointer)
	}
	return list
}
