package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"

	"ziyara/once"
)

// answerOnce makes a request that creates a T answerable once, by the key of
// its header Idempotency-Key; nil without one. body is what it asks for: who
// sends the key with anything else is refused. The answer is kept sealed: it
// may hold a secret of what was created.
func answerOnce[T any](s *Server, key, operation string, body any, render func(T) (stored, error)) (*once.Request[T], error) {
	if key == "" {
		return nil, nil
	}
	print, err := fingerprint(operation, body)
	if err != nil {
		return nil, err
	}
	return &once.Request[T]{
		Key: key, Fingerprint: print,
		Answer: func(v T) ([]byte, error) {
			answer, err := render(v)
			if err != nil {
				return nil, err
			}
			data, err := json.Marshal(answer)
			if err != nil {
				return nil, err
			}
			return s.Keys.Seal(data, key)
		},
	}, nil
}

// repeatable is a request, whatever it creates.
type repeatable interface {
	Repeated(ctx context.Context, answers once.Answers, err error) error
}

// fingerprint names a request by what it asks for, whatever the spelling of
// its JSON.
func fingerprint(operation string, body any) ([32]byte, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return [32]byte{}, err
	}
	return sha256.Sum256(append([]byte(operation+"\n"), data...)), nil
}

// again returns the answer that a repeated request got the first time, or err.
func (s *Server) again(key string, err error) (stored, error) {
	var repeated *once.RepeatedError
	if !errors.As(err, &repeated) {
		return stored{}, err
	}
	data, err := s.Keys.OpenSealed(repeated.Answer, key)
	if err != nil {
		return stored{}, err
	}
	var answer stored
	err = json.Unmarshal(data, &answer)
	return answer, err
}
