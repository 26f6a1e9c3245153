package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"

	"ziyara/once"
)

// answerOnce lets a request that creates a T be repeated with the same answer,
// by the key of its header Idempotency-Key; nil without a key. The same key with
// another body is refused. The answer is kept sealed, because it may have a
// secret.
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

// repeatable is a *once.Request of any type.
type repeatable interface {
	Repeated(ctx context.Context, answers once.Answers, err error) error
}

// fingerprint returns a hash of what a request asks for, which does not depend
// on how its JSON is written.
func fingerprint(operation string, body any) ([32]byte, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return [32]byte{}, err
	}
	return sha256.Sum256(append([]byte(operation+"\n"), data...)), nil
}

// again returns the first answer if err says that the request is a repeated one,
// and otherwise err.
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
