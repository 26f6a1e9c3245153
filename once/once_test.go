package once_test

import (
	"context"
	"errors"
	"testing"

	"ziyara/fault"
	"ziyara/once"
)

// kept has one answer, to the key "known" and the fingerprint 1.
type kept struct{ err error }

func (k kept) Answered(_ context.Context, key string, fingerprint [32]byte) ([]byte, error) {
	switch {
	case k.err != nil:
		return nil, k.err
	case key != "known":
		return nil, fault.ErrNotFound
	case fingerprint != [32]byte{1}:
		return nil, once.ErrKeyReused
	}
	return []byte("told"), nil
}

func TestRepeated(t *testing.T) {
	t.Parallel()
	failed, broken := errors.New("taken"), errors.New("broken")
	request := func(key string, fingerprint byte) *once.Request[int] {
		return &once.Request[int]{Key: key, Fingerprint: [32]byte{fingerprint}}
	}
	for _, c := range []struct {
		name    string
		request *once.Request[int]
		err     error
		answers once.Answers
		want    error // nil for the answer told before
	}{
		{"the same request", request("known", 1), failed, kept{}, nil},
		{"the same request at the same time", request("known", 1), once.ErrAnswered, kept{}, nil},
		{"another request with its key", request("known", 2), failed, kept{}, once.ErrKeyReused},
		{"a new request", request("new", 1), failed, kept{}, failed},
		{"without a key", nil, failed, nil, failed},
		{"the store is out of reach", request("known", 1), fault.ErrOverloaded, kept{broken}, fault.ErrOverloaded},
		{"the answer can't be looked up", request("known", 1), failed, kept{broken}, broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := c.request.Repeated(t.Context(), c.answers, c.err)
			var repeated *once.RepeatedError
			if errors.As(err, &repeated) != (c.want == nil) || c.want == nil && string(repeated.Answer) != "told" {
				t.Fatalf("got %v, want %v or the answer", err, c.want)
			}
			if c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
