package service

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ziyara/service/postgres"
)

// followEvery is how soon a replica writes with another key once the database says so.
const followEvery = 5 * time.Second

// rekeying has a replica follow what the database says of its keys.
type rekeying struct {
	store *postgres.Store
	left  prometheus.Gauge
}

func newRekeying(store *postgres.Store, registry prometheus.Registerer) *rekeying {
	r := &rekeying{store: store, left: prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "ziyara_rekey_left_rows", Help: "Rows that ziyara rekey has still to seal with the key that writes.",
	})}
	registry.MustRegister(r.left)
	return r
}

func (r *rekeying) jobs() []job {
	return []job{{name: "follow keys", spec: "@every " + followEvery.String(), run: func(ctx context.Context) error {
		left, err := r.store.FollowVault(ctx)
		if err == nil {
			r.left.Set(float64(left))
		}
		return err
	}}}
}

// Rekey has all replicas write with the primary key of the ring, and seals with it whatever is
// in clear or sealed with another key, in portions, while they serve. It writes to out how many
// rows are left, and may be stopped and begun again. Of the configuration it uses the database and
// the keys. wait is how long replicas have to follow; 0 for as long as they need.
func Rekey(ctx context.Context, c Config, wait time.Duration, out io.Writer) error {
	keys, err := c.keys()
	if err != nil {
		return err
	}
	store, err := postgres.Open(ctx, postgres.Config{
		URL: c.DatabaseURL, MaxConnections: 2, Timeout: cmp.Or(c.Patience, statementTimeout), Lazy: true, Connect: c.Connect,
	})
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // what was written is committed
	if err = store.OpenVault(ctx, keys); err != nil {
		return err
	}
	if err = store.Switch(ctx); err != nil {
		return err
	}
	followed, all := time.After(cmp.Or(wait, 3*followEvery)), false
	for {
		left, err := store.CountLeft(ctx)
		if err != nil {
			return err
		}
		if _, err = fmt.Fprintf(out, "%d rows left\n", left); err != nil {
			return err
		}
		pause := time.After(rekeyPause)
		switch {
		case left > 0:
			if err = rekeyAll(ctx, store, left, out); err != nil {
				return err
			}
		case all:
			return store.EndRekey(ctx)
		default: // until nobody writes otherwise any more
			pause, all = followed, true
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pause:
		}
	}
}

// rekeyPause is how long rows that somebody was changing are left alone.
const rekeyPause = 100 * time.Millisecond

// rekeyAll seals all that is left once.
func rekeyAll(ctx context.Context, store *postgres.Store, left int, out io.Writer) error {
	told := time.Now()
	return store.Rekey(ctx, func(sealed int) error {
		left = max(0, left-sealed)
		if time.Since(told) < time.Second {
			return nil
		}
		told = time.Now()
		if _, err := fmt.Fprintf(out, "%d rows left\n", left); err != nil {
			return err
		}
		return store.NoteLeft(ctx, left)
	})
}

// SealedWith returns how many rows need a key. Of the configuration it uses the database.
func SealedWith(ctx context.Context, c Config, id uint32) (n int, err error) {
	store, err := openForAudit(ctx, c)
	if err != nil {
		return 0, err
	}
	defer store.Close() //nolint:errcheck // nothing was written
	return store.SealedWith(ctx, id)
}
