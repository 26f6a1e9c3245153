package postgres

import (
	"sync"
	"time"
)

// zones caches the time zones that rows name: the files of each are read once. The
// zero value is empty. It is safe for concurrent use.
type zones struct{ known sync.Map }

// load returns the zone with the IANA name.
func (z *zones) load(name string) (*time.Location, error) {
	if zone, ok := z.known.Load(name); ok {
		return zone.(*time.Location), nil //nolint:forcetypeassert // nothing else is stored
	}
	zone, err := time.LoadLocation(name)
	if err == nil {
		z.known.Store(name, zone)
	}
	return zone, err
}
