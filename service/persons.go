package service

import (
	"context"

	"ziyara/service/postgres"
	"ziyara/slots"
)

// persons has the job that counts visits and entries for slots.PersonOf which a former
// version of the program has counted for the identity number alone.
type persons struct {
	visits   *postgres.Appointments
	waitlist *postgres.Waitlist
	hidden   slots.Pseudonym
	// renewals is how often renew has gone through all of them.
	renewals int
}

func (p *persons) jobs() []job {
	return []job{{name: "renew persons", spec: "@every 15m", limit: longJobLimit, run: p.renew}}
}

// renew goes through all that counts twice: during a deployment replicas of the former
// version still book after the first time.
func (p *persons) renew(ctx context.Context) error {
	if p.renewals == 2 {
		return nil
	}
	var visit postgres.VisitEnd
	err := inBatches(ctx, func() (read int, err error) {
		visit, read, err = p.visits.RenewPersons(ctx, p.hidden, visit, batch)
		return read, err
	})
	if err != nil {
		return err
	}
	var entry int64
	err = inBatches(ctx, func() (read int, err error) {
		entry, read, err = p.waitlist.RenewPersons(ctx, p.hidden, entry, batch)
		return read, err
	})
	if err == nil && ctx.Err() == nil {
		p.renewals++
	}
	return err
}
