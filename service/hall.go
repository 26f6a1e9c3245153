package service

import (
	"context"
	"time"

	"ziyara/centre"
	"ziyara/hall"
	"ziyara/service/postgres"
)

// halls has the jobs of the halls.
type halls struct {
	*hall.Receptions
	centre func() *centre.Snapshot // the current snapshot
	now    func() time.Time
}

// newHalls returns the jobs of the halls.
func newHalls(store *postgres.Hall, centre func() *centre.Snapshot, now func() time.Time) (halls, error) {
	receptions, err := hall.NewReceptions(store, hall.DefaultPolicy())
	return halls{receptions, centre, now}, err
}

func (h halls) jobs() []job {
	return []job{
		{name: "tell delays", spec: "@every 30s", run: h.tellDelays},
		{name: "close halls", spec: "@every 10m", run: h.closeHalls},
	}
}

// tellDelays tells visitors that they will be called later than promised.
func (h halls) tellDelays(ctx context.Context) error {
	_, err := h.On(h.centre()).Notify(ctx, h.now())
	return err
}

// closeHalls ends the visits of past days whose end was not recorded.
func (h halls) closeHalls(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return h.On(h.centre()).Close(ctx, h.now(), batch) })
}
