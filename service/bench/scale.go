package bench

import (
	"bytes"
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/service"
	"ziyara/service/postgres"
	"ziyara/setup"
	"ziyara/slots"
)

// fill.sql books visits at all desk groups.
//
//go:embed fill.sql
var fill string

// size is the size of a centre.
type size struct {
	branches, services int // one desk group for each pair
	visitsOfGroup      int
	departments        int // 0 for one
}

var (
	small  = size{branches: 1, services: 10, visitsOfGroup: 100}
	medium = size{branches: 10, services: 100, visitsOfGroup: 100}
	large  = size{branches: 100, services: 100, visitsOfGroup: 100}
)

func (s size) groups() int { return s.branches * s.services }

// scale compares searches at a small and at a large centre: the first search of
// a desk group, which asks the database, and one answered from memory. In
// between it measures the memory of a replica that has cached a thousand desk
// groups.
func scale(ctx context.Context, c Config, r *report) error {
	var first, again [2]time.Duration
	for i, s := range []size{small, large} {
		err := c.centreOf(ctx, s, func(c Config) (err error) {
			if first[i], err = firstSearch(ctx, c); err != nil {
				return err
			}
			return with(ctx, c, true, func(replica *service.Service) error {
				again[i], err = secondSearch(ctx, replica)
				return err
			})
		})
		if err != nil {
			return err
		}
	}
	var resident int
	err := c.centreOf(ctx, medium, func(c Config) error {
		return with(ctx, c, true, func(replica *service.Service) (err error) {
			resident, err = remembering(ctx, replica, medium)
			return err
		})
	})
	if err != nil {
		return err
	}
	row := func(what string, took [2]time.Duration) {
		r.line("| %s, %d days, %d desk groups and %d visits | %.0f µs | 1 |",
			what, benchDays, small.groups(), small.groups()*small.visitsOfGroup, micro(took[0]))
		r.line("| the same, %d desk groups and %d visits | %.0f µs | %.2f of the time |",
			large.groups(), large.groups()*large.visitsOfGroup, micro(took[1]), micro(took[1])/micro(took[0]))
	}
	row("first search of a desk group, median, in-process", first)
	row("search of a desk group in memory, median, over HTTP", again)
	r.line("| memory of the program, %d desk groups, %d days of each looked at | %d MB | |", medium.groups(), benchDays, resident)
	return nil
}

func micro(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// centreOf runs do with a database of its own that contains a centre of the
// given size.
func (c Config) centreOf(ctx context.Context, s size, do func(Config) error) (err error) {
	name := fmt.Sprintf("bench_%d", s.groups())
	server, err := sql.Open("postgres", c.DatabaseURL)
	if err != nil {
		return err
	}
	defer server.Close() //nolint:errcheck // the errors of the statements count
	if _, err = server.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return err
	}
	defer func() {
		_, dropErr := server.ExecContext(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)")
		err = errors.Join(err, dropErr)
	}()
	address, err := url.Parse(c.DatabaseURL)
	if err != nil {
		return err
	}
	address.Path = "/" + name
	c.DatabaseURL = address.String()
	if _, err = service.Migrate(ctx, c.DatabaseURL); err != nil {
		return err
	}
	if err = seedSize(ctx, c.DatabaseURL, s); err != nil {
		return err
	}
	return do(c)
}

func branchSlug(i int) string     { return "b" + strconv.Itoa(i) }
func serviceSlug(i int) string    { return "s" + strconv.Itoa(i) }
func departmentSlug(i int) string { return "d" + strconv.Itoa(i) }

// seedSize creates the centre and books its visits.
func seedSize(ctx context.Context, databaseURL string, s size) error {
	name := catalog.Text{AR: "قياس", EN: "Measurement"}
	seed := setup.Centre{}
	for d := range max(1, s.departments) {
		seed.Departments = append(seed.Departments, catalog.Department{Slug: departmentSlug(d), Name: name})
	}
	department := func(service int) string { return departmentSlug(service % max(1, s.departments)) }
	for b := range s.branches {
		seed.Branches = append(seed.Branches, catalog.Branch{Slug: branchSlug(b), Name: name, City: name, Address: name, Zone: "Asia/Riyadh"})
		for v := range s.services {
			seed.DeskGroups = append(seed.DeskGroups, setup.DeskGroup{
				Slug: branchSlug(b) + "-" + serviceSlug(v), Branch: branchSlug(b), Department: department(v), Name: name,
				Services: []string{serviceSlug(v)}, Plan: benchPlan(10), Desks: []setup.Desk{},
			})
		}
	}
	for v := range s.services {
		service := benchServiceOf(serviceSlug(v))
		service.Department = department(v)
		seed.Services = append(seed.Services, service)
	}
	store, err := postgres.Open(ctx, postgres.Config{URL: databaseURL, MaxConnections: 1, Timeout: 10 * time.Minute})
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // the data is committed already
	if _, err = store.Centre().Seed(ctx, seed); err != nil {
		return err
	}
	db, err := sql.Open("postgres", databaseURL)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // the error of the statement counts
	if s.visitsOfGroup == 0 {
		return nil
	}
	if _, err = db.ExecContext(ctx, fill, time.Now().UTC().Format(time.DateOnly), s.visitsOfGroup); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM ANALYZE")
	return err
}

// firstSearch returns the median time of the first search of desk groups, each
// by a Booker with an empty cache.
func firstSearch(ctx context.Context, c Config) (time.Duration, error) {
	var took []time.Duration
	for range rounds * 10 {
		err := with(ctx, c, false, func(replica *service.Service) error {
			now := time.Now().UTC()
			for v := range small.services {
				q := slots.Query{Service: serviceSlug(v), Branch: branchSlug(0), Party: 1, Channel: catalog.Public}
				q.From = scheduling.NewDate(now.AddDate(0, 0, 1).Date())
				q.To = q.From + benchDays - 1
				began := time.Now()
				if _, err := replica.Booker().Search(ctx, q, now); err != nil {
					return err
				}
				if v > 0 { // the first one also opens the connection
					took = append(took, time.Since(began))
				}
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	return median(took), nil
}

// secondSearch returns the median time of searches over HTTP for desk groups
// that were searched just before.
func secondSearch(ctx context.Context, replica *service.Service) (time.Duration, error) {
	var took []time.Duration
	for range 200 {
		for v := range small.services {
			began := time.Now()
			if _, err := searchURL(ctx, replica, branchSlug(0), serviceSlug(v)); err != nil {
				return 0, err
			}
			took = append(took, time.Since(began))
		}
	}
	return median(took), nil
}

// remembering searches every desk group over HTTP and returns the resident
// memory of the program afterwards, in megabytes.
func remembering(ctx context.Context, replica *service.Service, s size) (int, error) {
	for b := range s.branches {
		for v := range s.services {
			if _, err := searchURL(ctx, replica, branchSlug(b), serviceSlug(v)); err != nil {
				return 0, err
			}
		}
	}
	debug.FreeOSMemory()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("memory is only measured on Linux: %w", err)
	}
	_, after, _ := bytes.Cut(status, []byte("VmRSS:"))
	var kilobytes int
	if _, err := fmt.Sscanf(string(after), "%d", &kilobytes); err != nil {
		return 0, err
	}
	return kilobytes / 1024, nil
}

// searchURL searches the measured days over HTTP and returns the answer.
func searchURL(ctx context.Context, replica *service.Service, branch, slug string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	status, body, err := fasthttp.Get(nil, searchOf(replica, branch, slug))
	if err != nil || status != fiber.StatusOK {
		return nil, fmt.Errorf("search: status %d: %.200s: %w", status, body, err)
	}
	return body, nil
}

func median(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)/2]
}
