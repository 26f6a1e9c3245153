package service

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ziyara/service/postgres"
	"ziyara/slots"
)

// waiting has the jobs that offer places to waiting visitors.
type waiting struct {
	store    *postgres.Waitlist
	waitlist *slots.Waitlist
	booker   func() *slots.Booker // on the current snapshot
	now      func() time.Time
	offers   prometheus.Counter
}

func newWaiting(
	c Config, store *postgres.Waitlist, waitlist *slots.Waitlist, booker func() *slots.Booker, registry prometheus.Registerer,
) *waiting {
	w := &waiting{store: store, waitlist: waitlist, booker: booker, now: c.Now, offers: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "ziyara_offers_total", Help: "Places offered to people who wait.",
	})}
	registry.MustRegister(w.offers)
	return w
}

// jobs offer places freed through this replica at once. Places freed through other
// replicas, and those after an error, are offered at the next regular run.
func (w *waiting) jobs() []job {
	return []job{
		{name: "offer delayed places", spec: "@every 5s", run: w.offerDelayed},
		{name: "close waitlist entries", spec: "@every 1m", run: w.closeEntries},
		{name: "offer freed places", spec: "@every 5s", wake: w.store.Woken(), run: w.offerFreed},
		{name: "offer all places", spec: "@every 1m", run: w.offerAll},
	}
}

func (w *waiting) offerDelayed(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return w.store.OfferDelayed(ctx, w.now(), batch) })
}

func (w *waiting) closeEntries(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return w.store.CloseEntries(ctx, w.now(), batch) })
}

func (w *waiting) offerFreed(ctx context.Context) error {
	made, err := w.waitlist.OfferFreed(ctx, w.booker(), w.now())
	w.offers.Add(float64(made))
	return err
}

func (w *waiting) offerAll(ctx context.Context) error {
	made, err := w.waitlist.OfferAll(ctx, w.booker(), w.now())
	w.offers.Add(float64(made))
	return err
}
