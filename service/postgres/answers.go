package postgres

import (
	"context"
	"time"

	"github.com/lib/pq"

	"ziyara/slots"
)

// answers are what requests that name a key are told, one array per column.
type answers struct {
	keys                  pq.StringArray
	fingerprints, answers pq.ByteaArray
	created               pq.StringArray
}

func (a *answers) add(key string, fingerprint [32]byte, answer []byte, created time.Time) {
	a.keys = append(a.keys, key)
	a.fingerprints = append(a.fingerprints, fingerprint[:])
	a.answers = append(a.answers, answer)
	a.created = append(a.created, created.Format(time.RFC3339Nano))
}

// about adds what the request is told that has made the appointment what it
// is, if it names a key.
func (a *answers) about(appointment slots.Appointment, once *slots.Once) error {
	if once == nil {
		return nil
	}
	answer, err := once.Answer(appointment)
	if err == nil {
		a.add(once.Key, once.Fingerprint, answer, appointment.Created)
	}
	return err
}

// keep keeps answers in the transaction that makes them true.
func (q session) keep(ctx context.Context, a answers) error {
	if len(a.keys) == 0 {
		return nil
	}
	_, err := q.exec(ctx, "answers/keep", a.keys, a.fingerprints, a.answers, a.created)
	return err
}
