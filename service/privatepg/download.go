package privatepg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// errDownload reports that the binaries could not be downloaded.
var errDownload = errors.New("download failed")

// downloadTimeout limits the wait for another process that is downloading.
const downloadTimeout = 10 * time.Minute

// download returns binaries from the cache and downloads them first if
// necessary: of a version that has data in the home, otherwise the newest.
func download(ctx context.Context, o orders, say func(string, ...any)) (binaries, error) {
	version := release(o.Dir)
	dir := filepath.Join(o.Cache, "postgresql-"+string(version))
	lock, err := lockFile(ctx, filepath.Join(o.Cache, lockName), downloadTimeout, func() bool { return true })
	if err != nil {
		return binaries{}, err
	}
	defer lock.Close() //nolint:errcheck // closing unlocks

	if found, err := inspect(ctx, filepath.Join(dir, "bin")); err == nil {
		return found, nil
	}
	say("PostgreSQL is not on this machine: downloading version %s once.", version)
	unfinished := dir + ".unfinished"
	if err := errors.Join(os.RemoveAll(unfinished), os.RemoveAll(dir)); err != nil {
		return binaries{}, err
	}
	if err := fetch(ctx, o, version, unfinished); err != nil {
		return binaries{}, errors.Join(err, os.RemoveAll(unfinished))
	}
	if err := os.Rename(unfinished, dir); err != nil {
		return binaries{}, err
	}
	return inspect(ctx, filepath.Join(dir, "bin"))
}

// release returns the version to download.
func release(dir string) embeddedpostgres.PostgresVersion {
	newest := embeddedpostgres.V18
	for _, v := range []embeddedpostgres.PostgresVersion{
		newest, embeddedpostgres.V17, embeddedpostgres.V16, embeddedpostgres.V15, embeddedpostgres.V14,
	} {
		major, _, _ := strings.Cut(string(v), ".")
		if n, err := strconv.Atoi(major); err == nil && initialised(dataDir(dir, n)) {
			return v
		}
	}
	return newest
}

// fetch downloads and unpacks a version into dir. The library does that only
// while it starts a server, so it starts a trial server on throw-away data,
// which also proves that the binaries run here. Its runtime path is erased when
// it starts and must not contain anything of value.
func fetch(ctx context.Context, o orders, version embeddedpostgres.PostgresVersion, dir string) error {
	trial, err := os.MkdirTemp(o.Dir, "trial-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(trial) //nolint:errcheck // throw-away data in the program's own directory
	port, err := freePort()
	if err != nil {
		return err
	}
	config := embeddedpostgres.DefaultConfig().
		Version(version).
		Port(uint32(port)).
		CachePath(filepath.Join(trial, "archive")).
		RuntimePath(filepath.Join(trial, "runtime")).
		DataPath(filepath.Join(trial, "data")).
		BinariesPath(dir).
		StartParameters(map[string]string{"unix_socket_directories": "", "listen_addresses": "localhost"}).
		StartTimeout(time.Minute).
		Logger(io.Discard)
	if o.Repository != "" {
		config = config.BinaryRepositoryURL(o.Repository)
	}
	result := make(chan error, 1)
	go func() {
		server := embeddedpostgres.NewDatabase(config)
		err := server.Start()
		if err == nil {
			err = server.Stop()
		}
		result <- err
	}()
	select {
	case err := <-result:
		if err != nil {
			return fmt.Errorf("%w: %s", errDownload, strings.Join(strings.Fields(err.Error()), " "))
		}
		return nil
	case <-ctx.Done():
		// The library can't be interrupted. The process is about to end, and a
		// trial server that it started is stopped like any orphan.
		return errors.Join(ctx.Err(), stopOrphan(context.Background(), filepath.Join(trial, "data"), &progress{to: io.Discard}))
	}
}
