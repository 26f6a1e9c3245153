// Package client asks a Ziyara server what openapi.yaml describes. All but this file is
// generated from it, one method for each operation; a problem comes as an error:
//
//	ziyara, err := client.New("https://visits.example.gov.sa", client.Language("en"))
//	…
//	hold, err := ziyara.CreateHoldWithResponse(ctx, &client.CreateHoldParams{IdempotencyKey: &key}, wish)
//	if problem, ok := errors.AsType[*client.Problem](err); ok && problem.Kind() == "slot-taken" {
//		// offer problem.Alternatives
//	}
//
// The package needs nothing of the server. docs/INTEGRATORS.md says how to use the API.
package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

const (
	// patience is how long a request may take by default: the server gives up earlier.
	patience = 30 * time.Second
	// maxProblem bounds what is read of a problem, in bytes.
	maxProblem = 1 << 20
)

// New returns a client of the server at an address, such as https://visits.example.gov.sa. By
// default a request may take half a minute; WithHTTPClient changes that. Every request gets
// what the options say, such as Language or Token. It returns an error for an address that is none.
func New(server string, options ...ClientOption) (*ClientWithResponses, error) {
	options = append([]ClientOption{WithHTTPClient(&http.Client{Timeout: patience})}, options...)
	c, err := NewClientWithResponses(server, options...)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	inner := c.ClientInterface.(*Client)
	inner.Client = problems{inner.Client}
	return c, nil
}

// Language asks for messages in a language, "ar" or "en".
func Language(lang string) ClientOption {
	return WithRequestEditorFn(setting("Accept-Language", lang))
}

// Token says who asks in all requests: a token of staff, or of a system that reads.
func Token(token string) ClientOption { return WithRequestEditorFn(Bearer(token)) }

// Bearer says who asks in one request, such as by the manage token of a visit.
func Bearer(token string) RequestEditorFn { return setting("Authorization", "Bearer "+token) }

// ForUser says that a system asks for one of its users: by the system's own token, and by what
// it calls the user.
func ForUser(token, user string) RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set("Ziyara-Client", token)
		r.Header.Set("Ziyara-User", user)
		return nil
	}
}

func setting(name, value string) RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set(name, value)
		return nil
	}
}

// problems returns problems as errors.
type problems struct{ HttpRequestDoer }

// Do returns the *Problem that the server answers, or the answer.
func (p problems) Do(r *http.Request) (*http.Response, error) {
	response, err := p.HttpRequestDoer.Do(r)
	if err != nil || response.StatusCode < http.StatusBadRequest {
		return response, err
	}
	defer response.Body.Close() //nolint:errcheck // nothing more is read
	problem := &Problem{}
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if media != "application/problem+json" || json.NewDecoder(io.LimitReader(response.Body, maxProblem)).Decode(problem) != nil {
		problem = &Problem{Title: http.StatusText(response.StatusCode), RequestID: response.Header.Get("X-Request-Id")}
	}
	problem.Status = response.StatusCode
	return nil, problem
}

// Error says what went wrong, for logs.
func (p *Problem) Error() string {
	return fmt.Sprintf("client: %d %s: %s (request %s)", p.Status, p.Kind(), p.Title, p.RequestID)
}

// Kind returns the name of the kind of problem, such as slot-taken: the last part of its type. It is
// "" if something between here and the server answered instead.
func (p *Problem) Kind() string {
	_, kind, _ := strings.Cut(p.Type, "#")
	return kind
}
