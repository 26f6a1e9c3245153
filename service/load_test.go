package service_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/once"
	"ziyara/scheduling"
	"ziyara/service"
	"ziyara/service/postgres"
	"ziyara/service/servicetest"
	"ziyara/service/servicetest/history"
	"ziyara/slots"
)

// load is callers who do anything at any time, at either of two replicas, to
// anybody's holds and visits, and keep a history of it. The clock is the
// test's: it moves on with every glance, and by leaps, so that holds run out.
type load struct {
	t      *testing.T
	centre *servicetest.Centre
	db     *sql.DB            // not cut when the replicas' connections are
	jobs   [2]*postgres.Store // what the periodic job of each replica does, when somebody wants it done
	serial atomic.Int64

	// A replica that is being restarted is closed to callers, who go to the
	// other one.
	gates [2]sync.RWMutex

	mu    sync.Mutex
	came  map[string]int    // how often what came to what
	since map[int]time.Time // when each caller began what it is at, by the clock
}

// maxLag is how far the clock may run ahead of the slowest call: less than a
// hold stands, or holds would be overdue before they are given.
const maxLag = 8 * time.Minute

// leap moves the clock on by d, unless somebody would be left too far behind.
func (l *load) leap(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	then := l.centre.Clock.Now().Add(d)
	for _, began := range l.since {
		if then.Sub(began) > maxLag {
			return
		}
	}
	l.centre.Clock.Add(d)
}

// newLoad opens two replicas, which reach the database at url.
func newLoad(t *testing.T, database, url string) *load {
	t.Helper()
	// A few people book and cancel more often than anybody may.
	servicetest.Exec(t, database, "UPDATE services SET rebook_limit = 0, rebook_window_minutes = 0, rebook_pause_minutes = 0")
	// Connections that are cut are connected again. Half a dozen callers have room.
	few := func(c *service.Config) { c.MaxConnections = 8 }
	l := &load{
		t: t, centre: servicetest.OpenOn(t, url, 2, servicetest.Running, few, manyVisits),
		came: make(map[string]int), since: make(map[int]time.Time),
	}
	var err error
	if l.db, err = sql.Open("postgres", database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.db.Close(); err != nil {
			t.Error(err)
		}
	})
	for i := range l.jobs {
		if l.jobs[i], err = postgres.Open(
			t.Context(),
			postgres.Config{URL: url, MaxConnections: 2, Timeout: 20 * time.Second, Lazy: true, Connect: servicetest.Connect},
		); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := l.jobs[i].Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return l
}

// part is a desk group on some days, with what the callers know of it. Its
// people book nowhere else, so its history is one of its own.
type part struct {
	people   int64 // number of the first
	group    *centre.DeskGroup
	services []*catalog.Service
	dates    []scheduling.Date

	mu     sync.Mutex
	holds  []known
	visits []known
}

// known is a hold or a visit that somebody was told of.
type known struct {
	id        string
	service   *catalog.Service
	party     int
	channel   catalog.Channel
	reference slots.Reference
}

// part returns the part of the desk group that receives the service at the
// branch.
func (l *load) part(service, branch string, dates ...scheduling.Date) *part {
	l.t.Helper()
	centre := l.centre.Replicas[0].Centre()
	_, group, err := centre.Desk(service, branch)
	if err != nil {
		l.t.Fatal(err)
	}
	p := &part{people: l.serial.Add(crew), group: group, dates: dates}
	for _, slug := range group.Services {
		s, _ := centre.Service(slug)
		p.services = append(p.services, s)
	}
	return p
}

func (p *part) name() string { return fmt.Sprintf("%s %v", p.group.Slug, p.dates) }

// crew is how many people book in a part.
const crew = 6

// person returns one of the people of the part.
func (p *part) person(r *rand.Rand) int { return int(p.people) - r.IntN(crew) }

func (p *part) add(list *[]known, k known) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*list = append(*list, k)
}

// pick picks from a list that grows, mostly one of the last; nothing from an
// empty one.
func (p *part) pick(list *[]known, r *rand.Rand) known {
	p.mu.Lock()
	defer p.mu.Unlock()
	some := *list
	if r.IntN(4) > 0 {
		some = some[max(0, len(some)-8):]
	}
	if len(some) == 0 {
		return known{}
	}
	return some[r.IntN(len(some))]
}

// target picks one of a few starts, so that people get in each other's way.
func (p *part) target(r *rand.Rand, s *catalog.Service, party int, channel catalog.Channel) (history.Target, error) {
	visit, err := slots.ShapeOf(s, party, channel)
	if err != nil {
		return history.Target{}, err
	}
	day := p.group.Calendar.Day(p.dates[r.IntN(len(p.dates))]).For(s.Slug, string(channel))
	tick := day.Openings[0].From + visit.Before + visit.Step*r.IntN(6)
	start := day.At(tick)
	target := history.Target{Service: s.Slug, Start: start, End: start.Add(s.Duration), AfterGap: visit.GapStep > 0, Place: slots.Place{
		Branch: p.group.BranchID, DeskGroup: p.group.ID, Day: day.Date,
		First: tick - visit.Before, Ticks: visit.Before + visit.Duration + visit.After, Count: visit.Places,
	}}
	for i := range target.Place.Ticks {
		target.HeldBack = append(target.HeldBack, int16(visit.HoldBack+day.HeldBack(target.Place.First+i))) //nolint:gosec // few
	}
	return target, nil
}

// play lets callers do so many things each and checks the history of that.
func (l *load) play(callers, each int, seed uint64, parts ...*part) error {
	recorder, err := l.record(callers, each, seed, parts...)
	if err != nil {
		return err
	}
	return recorder.Check(0)
}

// record lets callers do so many things each and returns the history of that.
func (l *load) record(callers, each int, seed uint64, parts ...*part) (*history.Recorder, error) {
	recorder := history.NewRecorder(l.centre.Clock.Tick)
	for _, p := range parts {
		state, err := l.state(p)
		if err != nil {
			return nil, err
		}
		recorder.Do(callers, history.Call{Kind: history.Begin, Part: p.name(), State: state},
			func(time.Time) history.Answer { return history.Answer{Outcome: history.Done} })
	}
	var done sync.WaitGroup
	for caller := range callers {
		done.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(caller))) //nolint:gosec // not a secret
			for range each {
				l.act(recorder, caller, r, parts[r.IntN(len(parts))])
			}
		})
	}
	done.Wait()
	if err := l.quiet(); err != nil {
		return nil, err
	}
	recorder.Settle(l.settle)
	for _, p := range parts {
		state, err := l.state(p)
		if err != nil {
			return nil, err
		}
		recorder.Do(callers, history.Call{Kind: history.End, Part: p.name()},
			func(time.Time) history.Answer { return history.Answer{Outcome: history.Done, State: state} })
	}
	return recorder, nil
}

// act does one thing.
func (l *load) act(recorder *history.Recorder, caller int, r *rand.Rand, p *part) {
	replica := r.IntN(2)
	if !l.gates[replica].TryRLock() {
		replica = 1 - replica
		l.gates[replica].RLock()
	}
	defer l.gates[replica].RUnlock()
	booker := l.centre.Replicas[replica].Booker()
	call := history.Call{Part: p.name(), Replica: replica}
	do := func(what func(now time.Time) history.Answer) {
		l.mu.Lock()
		l.since[caller] = l.centre.Clock.Now()
		l.mu.Unlock()
		answer := recorder.Do(caller, call, what)
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.since, caller)
		l.came[fmt.Sprintf("%s: %s", call.Kind, answer.Outcome)]++
	}
	var k known
	switch n := r.IntN(100); {
	case n < 34:
		l.hold(booker, r, p, &call, do)
		return
	case n < 59:
		k, call.Kind = p.pick(&p.holds, r), history.Book
	case n < 74:
		k, call.Kind = p.pick(&p.visits, r), history.Move
	case n < 81:
		k, call.Kind = p.pick(&p.visits, r), history.Cancel
	case n < 87:
		k, call.Kind = p.pick(&p.holds, r), history.Release
	case n < 90:
		call.Kind = history.Expire
		do(func(now time.Time) history.Answer {
			_, err := l.jobs[replica].Appointments().ExpireHolds(context.Background(), now, nil, 500)
			return history.Answer{Outcome: l.outcome(err)}
		})
		return
	case n < 93:
		l.places(r, p, &call, do)
		return
	default:
		l.leap(time.Duration(r.IntN(200)) * time.Second)
		return
	}
	if k.id == "" {
		return // there is nothing to do it to yet
	}
	call.ID = k.id
	switch call.Kind { //nolint:exhaustive // those that are left
	case history.Book:
		l.book(booker, r, p, k, &call, do)
	case history.Move:
		var err error
		if call.Target, err = p.target(r, k.service, k.party, k.channel); err != nil {
			l.t.Error(err)
		}
		do(func(now time.Time) history.Answer {
			a, err := booker.Move(context.Background(), k.reference, call.Target.Start, now)
			return history.Answer{Outcome: l.outcome(err), Version: a.Version}
		})
	case history.Cancel:
		do(func(now time.Time) history.Answer {
			a, err := booker.Cancel(context.Background(), k.reference, "", now)
			return history.Answer{Outcome: l.outcome(err), Version: a.Version}
		})
	case history.Release:
		do(func(time.Time) history.Answer {
			return history.Answer{Outcome: l.outcome(booker.Release(context.Background(), k.id))}
		})
	}
}

func (l *load) hold(booker *slots.Booker, r *rand.Rand, p *part, call *history.Call, do func(func(time.Time) history.Answer)) {
	s := p.services[r.IntN(len(p.services))]
	k := known{service: s, party: 1 + r.IntN(min(2, s.PartyLimit)), channel: catalog.Public}
	if r.IntN(3) == 0 {
		k.channel = catalog.Agent
	}
	var err error
	call.Kind = history.Hold
	if call.Target, err = p.target(r, s, k.party, k.channel); err != nil {
		l.t.Error(err)
		return
	}
	do(func(now time.Time) history.Answer {
		// The key makes the id known even when the answer gets lost.
		once := l.once(&k.id)
		a, err := booker.Hold(context.Background(), slots.HoldRequest{
			Service: s.Slug, Branch: p.group.Branch, Start: call.Target.Start, Party: k.party, Channel: k.channel,
		}, once, now)
		if err == nil {
			p.add(&p.holds, k)
		}
		return history.Answer{Outcome: l.outcome(err), ID: k.id, Expires: a.Expires}
	})
}

// once returns what makes a request repeatable; the id of what it creates is
// written to id.
func (l *load) once(id *string) *once.Request[slots.Appointment] {
	return &once.Request[slots.Appointment]{
		Key: fmt.Sprintf("request-%d", l.serial.Add(1)),
		Answer: func(a slots.Appointment) ([]byte, error) {
			*id = a.ID
			return []byte("{}"), nil
		},
	}
}

func (l *load) book(booker *slots.Booker, r *rand.Rand, p *part, k known, call *history.Call, do func(func(time.Time) history.Answer)) {
	n, serial := p.person(r), l.serial.Add(1)
	booking := slots.Booking{
		Reference: slots.NewReference([5]byte{byte(serial >> 32), byte(serial >> 24), byte(serial >> 16), byte(serial >> 8), byte(serial)}),
		Person:    slots.Person(uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, n)).String()),
		Mobile:    fmt.Sprintf("+9665%08d", n), Lang: "ar",
		Visitor: slots.Visitor{Name: "زائر", Identity: slots.Identity{Kind: slots.NationalID, Number: servicetest.NationalID(n)}},
	}
	call.Person, call.Ref, call.Limit = string(booking.Person), string(booking.Reference), k.service.ActiveLimit
	var once *once.Request[slots.Appointment]
	if r.IntN(2) == 0 {
		once = l.once(new(string))
	}
	do(func(now time.Time) history.Answer {
		a, err := booker.Book(context.Background(), k.id, booking, once, now)
		if err == nil {
			k.reference = a.Reference
			p.add(&p.visits, k)
		}
		return history.Answer{Outcome: l.outcome(err), Version: a.Version}
	})
}

// places gives a day that is open other places.
func (l *load) places(r *rand.Rand, p *part, call *history.Call, do func(func(time.Time) history.Answer)) {
	day := p.group.Calendar.Day(p.dates[r.IntN(len(p.dates))])
	call.Kind = history.Places
	call.Open = history.Day{DeskGroup: p.group.ID, Date: day.Date, First: day.First, Open: slices.Clone(day.Open)}
	change := int16(r.IntN(4) - 2) //nolint:gosec // small
	for i, places := range day.Open {
		if places > 0 {
			call.Open.Open[i] = max(0, places+change)
		}
	}
	do(func(time.Time) history.Answer {
		switch opened, err := servicetest.SetPlaces(context.Background(), l.db, p.group, day.Date, call.Open.Open); {
		case err != nil:
			l.t.Errorf("places: %v", err)
			return history.Answer{Outcome: history.Unknown}
		case !opened:
			return history.Answer{Outcome: history.Unknown} // it had no effect: Settle forgets it
		}
		return history.Answer{Outcome: history.Done}
	})
}

// outcome says what an error means. One that nobody should ever see fails the
// test.
func (l *load) outcome(err error) history.Outcome {
	if err == nil {
		return history.Done
	}
	for _, known := range []struct {
		err error
		is  history.Outcome
	}{
		{fault.ErrUnavailable, history.Unknown},
		{slots.ErrTaken, history.Taken},
		{slots.ErrExpired, history.Ended},
		{slots.ErrReleased, history.Ended},
		{slots.ErrHoldUsed, history.Used},
		{slots.ErrNotBooked, history.NotBooked},
		{slots.ErrPersonBusy, history.Busy},
		{slots.ErrPersonLimit, history.Full},
	} {
		if errors.Is(err, known.err) {
			return known.is
		}
	}
	l.t.Errorf("nobody should see: %v", err)
	return history.Unknown
}

// quiet waits until no connection of the replicas is in the middle of
// anything: one that was cut may still be carrying out what it was told.
func (l *load) quiet() error {
	for {
		var busy int
		err := l.db.QueryRowContext(l.t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
				AND backend_type = 'client backend'`).Scan(&busy)
		if err != nil || busy == 0 {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// settle finds out what a call came to whose answer got lost. Every call has
// an instant of its own, so its event is known by that.
func (l *load) settle(c history.Call, a history.Answer) (history.Answer, bool) {
	one := func(query string, into any, args ...any) bool {
		err := l.db.QueryRowContext(l.t.Context(), query, args...).Scan(into)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			l.t.Errorf("settle %s: %v", c.Kind, err)
		}
		return err == nil
	}
	a.Outcome = history.Done
	switch c.Kind { //nolint:exhaustive // the others have no effect to find
	case history.Hold:
		found := a.ID != "" && one("SELECT created_at + interval '10 minutes' FROM appointments WHERE id = $1 AND reference IS NULL", &a.Expires,
			a.ID)
		a.Expires = a.Expires.UTC()
		return a, found
	case history.Book:
		return a, one("SELECT 1 FROM appointments WHERE id = $1 AND reference = $2", &a.Version, c.ID, c.Ref)
	case history.Move, history.Cancel:
		kind := map[history.Kind]string{history.Move: "moved", history.Cancel: "cancelled"}[c.Kind]
		return a, one(`SELECT (SELECT count(*) FROM appointment_events v WHERE v.appointment_id = e.appointment_id AND v.id <= e.id)
			FROM appointment_events e WHERE appointment_id = $1 AND kind = $2 AND at = $3`, &a.Version, c.ID, kind, c.Now)
	case history.Release:
		return a, one("SELECT 1 FROM appointments WHERE id = $1 AND status = 'released'", &a.Version, c.ID)
	}
	return a, false
}

// state reads what the database holds of a part.
func (l *load) state(p *part) (history.State, error) {
	var s history.State
	for _, date := range p.dates {
		day := p.group.Calendar.Day(date)
		d := history.Day{DeskGroup: p.group.ID, Date: date, First: day.First, Open: day.Open}
		var open string
		err := l.db.QueryRowContext(l.t.Context(),
			"SELECT first_tick, array_to_string(open, ' ') FROM ledger_days WHERE desk_group_id = $1 AND day = $2",
			p.group.ID, date.String()).
			Scan(&d.First, &open)
		switch {
		case errors.Is(err, sql.ErrNoRows): // not opened: the calendar's places
		case err != nil:
			return s, err
		default:
			d.Open = nil
			for places := range strings.FieldsSeq(open) {
				n, err := strconv.ParseInt(places, 10, 16)
				if err != nil {
					return s, err
				}
				d.Open = append(d.Open, int16(n))
			}
		}
		s.Days = append(s.Days, d)
		if s.Claims, err = l.claims(p, date, s.Claims); err != nil {
			return s, err
		}
	}
	slices.SortFunc(s.Claims, func(a, b history.Claim) int { return strings.Compare(a.ID, b.ID) })
	return s, nil
}

func (l *load) claims(p *part, date scheduling.Date, claims []history.Claim) ([]history.Claim, error) {
	rows, err := l.db.QueryContext(l.t.Context(), `SELECT a.id, a.status, s.slug, a.branch_id, a.first_tick, a.ticks, a.places,
			a.start_at, a.end_at, a.expires_at, a.person,
			(SELECT count(*) FROM appointment_events e WHERE e.appointment_id = a.id)
		FROM appointments a JOIN services s ON s.id = a.service_id
		WHERE a.desk_group_id = $1 AND a.day = $2 AND a.status IN ('held', 'booked')`, p.group.ID, date.String())
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err counts
	for rows.Next() {
		var expires sql.NullTime
		var person sql.NullString
		c := history.Claim{Place: slots.Place{DeskGroup: p.group.ID, Day: date}}
		if err := rows.Scan(&c.ID, &c.Status, &c.Service, &c.Place.Branch, &c.Place.First, &c.Place.Ticks, &c.Place.Count,
			&c.Start, &c.End, &expires, &person, &c.Version); err != nil {
			return nil, err
		}
		c.Start, c.End, c.Person = c.Start.UTC(), c.End.UTC(), person.String
		if expires.Valid {
			c.Expires = expires.Time.UTC()
		}
		claims = append(claims, c)
	}
	return claims, rows.Err()
}

// tell logs what came of everything.
func (l *load) tell() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, what := range slices.Sorted(maps.Keys(l.came)) {
		l.t.Logf("%6d %s", l.came[what], what)
	}
}
