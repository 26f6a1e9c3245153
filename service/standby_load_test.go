package service_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

var standbyWrites = flag.Int("writes", 400, "how many writes TestNothingAcknowledgedIsLost has acknowledged")

// How the writes are made.
const (
	writesOfRound = 2000 // at most, before a standby is promoted
	writers       = 8
	writesEach    = 12 // of one visitor, about
)

// Writes of many visitors at two replicas, while the synchronous standby is stopped,
// slowed and killed, commits that wait for it are cut off, and the primary crashes. In
// the end the primary is lost while they write, and whatever was answered with success,
// at first or when it was repeated, is on the standby that took its place.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	seed := seedOf(t)
	all := outcomes{}
	for round, left := 0, *standbyWrites; left > 0 && !t.Failed(); round, left = round+1, left-writesOfRound {
		all.add(losesPrimary(t, rand.New(rand.NewPCG(seed, uint64(round))), min(left, writesOfRound))) //nolint:gosec // not a secret
	}
	t.Logf("%d writes: %+v", all.sum(), all)
	if all.Acknowledged == 0 || all.NotKnown == 0 {
		t.Error("nothing was tried")
	}
}

// outcomes counts answers.
type outcomes struct{ Acknowledged, Refused, NotRecorded, NotKnown int }

func (o *outcomes) add(p outcomes) {
	o.Acknowledged += p.Acknowledged
	o.Refused += p.Refused
	o.NotRecorded += p.NotRecorded
	o.NotKnown += p.NotKnown
}

func (o *outcomes) sum() int { return o.Acknowledged + o.Refused + o.NotRecorded + o.NotKnown }

// losesPrimary is one round, until a standby has taken the place of the primary.
func losesPrimary(t *testing.T, random *rand.Rand, writes int) outcomes {
	t.Helper()
	pair := servicetest.NewPair(t)
	line := servicetest.NewLine(t, pair.URL)
	centre := servicetest.OpenOn(t, line.URL, 2)
	var made atomic.Int64
	var over atomic.Bool
	list := make([]*writer, writers)
	var all sync.WaitGroup
	for i := range list {
		w := &writer{
			centre: centre, made: &made, over: &over,
			random: rand.New(rand.NewPCG(random.Uint64(), 0)), //nolint:gosec // not a secret
		}
		for n := range writes/writers/writesEach + 1 {
			visitor := centre.Visitor(1 + i*10_000 + n)
			visitor.Proves()
			w.visitors = append(w.visitors, visitor)
		}
		w.starts = visitorStarts(w.visitors[0])
		list[i] = w
	}
	defer func() { over.Store(true); all.Wait() }() // a failure ends this round
	for _, w := range list {
		all.Go(w.writes)
	}
	trouble := []func(){
		func() { pair.Pause(); wait(random, 300); pair.Resume() },
		func() {
			for range 10 {
				pair.Pause()
				wait(random, 20)
				pair.Resume()
			}
		},
		func() { pair.Pause(); pair.CancelWaits(); pair.Resume() },
		func() { pair.Pause(); pair.TerminateWaits(); pair.Resume() },
		func() { pair.KillStandby(); wait(random, 300); pair.StartStandby() },
		func() { pair.KillStandby(); pair.CancelWaits(); pair.StartStandby() },
		func() { pair.Pause(); pair.Crash(); pair.Resume() },
	}
	for did := 0; made.Load() < int64(writes) || did < len(trouble); did++ {
		if did%len(trouble) == 0 {
			random.Shuffle(len(trouble), func(i, j int) { trouble[i], trouble[j] = trouble[j], trouble[i] })
		}
		trouble[did%len(trouble)]()
		wait(random, 100)
	}
	pair.KillStandby() // it gets nothing of what the primary commits from now on
	pair.CancelWaits()
	wait(random, 100) // until callers have their answers
	pair.CancelWaits()
	pair.Promote()
	over.Store(true)
	line.LeadTo(t, pair.StandbyURL)
	all.Wait()

	for replica := range 2 {
		until(t, "the service is ready", func() bool {
			return centre.Send(servicetest.Request{Method: http.MethodGet, Path: "/readyz", Replica: replica}).Status == http.StatusOK
		})
	}
	total := outcomes{}
	for _, w := range list {
		w.keeps(t)
		total.add(w.outcomes)
	}
	centre.DatabaseURL = pair.StandbyURL
	centre.AuditClean()
	return total
}

func wait(random *rand.Rand, most int) {
	time.Sleep(time.Duration(random.IntN(most)) * time.Millisecond)
}

// visitorStarts are free starts of services, by service, at the branch in Riyadh.
func visitorStarts(v *servicetest.Visitor) map[string][]time.Time {
	starts := map[string][]time.Time{}
	for _, service := range []string{"heirs-returns", "annual-returns", "returns-by-agent"} {
		for _, s := range v.Slots(service, "riyadh", "2026-11-24", "2026-12-20") {
			starts[service] = append(starts[service], s.Start)
		}
	}
	return starts
}

// writer makes writes for one visitor after another, and keeps what it was told.
type writer struct {
	centre   *servicetest.Centre
	random   *rand.Rand
	visitors []*servicetest.Visitor
	starts   map[string][]time.Time
	made     *atomic.Int64
	over     *atomic.Bool // the primary is lost
	outcomes outcomes
	visits   []*promised
	keyed    []kept
}

// promised is a visit as it was acknowledged last, and as it may be since: the changes
// of which it is not known whether they were recorded.
type promised struct {
	api.Appointment

	maybe []api.Appointment
}

func (w *writer) writes() {
	for _, v := range w.visitors {
		for service := range w.starts {
			if w.over.Load() {
				return
			}
			w.visit(v, service)
		}
	}
	for !w.over.Load() { // without a write there is nothing that could wait
		var hold api.Hold
		if w.send(servicetest.Request{Method: http.MethodPost, Path: "/v1/holds", Body: w.wish("heirs-returns")}, &hold) {
			w.send(servicetest.Request{
				Method: http.MethodDelete, Path: "/v1/holds/" + hold.ID, Header: map[string]string{"Hold-Token": hold.Token},
			}, nil)
		}
	}
}

func (w *writer) start(service string) time.Time {
	return w.starts[service][w.random.IntN(len(w.starts[service]))]
}

func (w *writer) wish(service string) map[string]any {
	return map[string]any{"service": service, "branch": "riyadh", "start": w.start(service)}
}

// visit holds a place, books it, and moves and cancels the visit or not.
func (w *writer) visit(v *servicetest.Visitor, service string) {
	var hold api.Hold
	holding := servicetest.Request{Method: http.MethodPost, Path: "/v1/holds", Header: withKey(uuid.NewString()), Body: w.wish(service)}
	if !w.send(holding, &hold) {
		return
	}
	visit := &promised{}
	if !w.send(servicetest.Request{
		Method: http.MethodPost, Path: "/v1/appointments", Header: withKey(uuid.NewString()), Body: v.BookingBody(hold),
	}, &visit.Appointment) {
		return
	}
	w.visits = append(w.visits, visit)
	for range w.random.IntN(2) {
		to := visit.Appointment
		to.Start = w.start(service)
		w.changes(visit, to, "move", map[string]any{"start": to.Start})
	}
	if w.random.IntN(3) == 0 {
		to := visit.Appointment
		to.Status = api.AppointmentStatusCancelled
		w.changes(visit, to, "cancel", nil)
	}
}

// changes asks for a change of a visit.
func (w *writer) changes(visit *promised, to api.Appointment, verb string, body any) {
	visit.maybe = append(visit.maybe, to)
	var now api.Appointment
	if w.send(servicetest.Request{
		Method: http.MethodPost, Path: "/v1/appointments/" + visit.Reference + "/" + verb, Body: body,
		Header: map[string]string{"Authorization": "Bearer " + visit.ManageToken},
	}, &now) {
		now.ManageToken = visit.ManageToken
		*visit = promised{Appointment: now}
	}
}

// send sends a request, again and again until it is known what became of it, and reports
// whether it was acknowledged. Some that were are repeated.
func (w *writer) send(r servicetest.Request, dest any) bool {
	for again := w.random.IntN(3) == 0; ; {
		r.Replica = w.random.IntN(2)
		answer := w.centre.Send(r)
		switch {
		case answer.Status < http.StatusMultipleChoices:
			w.outcomes.Acknowledged++
			w.made.Add(1)
			if r.Header["Idempotency-Key"] != "" {
				w.keyed = append(w.keyed, kept{r, answer})
				if again {
					again = false
					continue
				}
			}
			return dest == nil || json.Unmarshal(answer.Body, dest) == nil
		case bytes.Contains(answer.Body, []byte("/problems#not-known")):
			w.outcomes.NotKnown++
		case answer.Status >= http.StatusInternalServerError || answer.Status == 0:
			w.outcomes.NotRecorded++
		default:
			w.outcomes.Refused++
			return false
		}
		if w.over.Load() {
			return false
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// keeps fails the test if something that was acknowledged is gone or different.
func (w *writer) keeps(t *testing.T) {
	t.Helper()
	for _, visit := range w.visits {
		answer := w.centre.Send(servicetest.Request{
			Method: http.MethodGet, Path: "/v1/appointments/" + visit.Reference,
			Header: map[string]string{"Authorization": "Bearer " + visit.ManageToken},
		})
		if answer.Status != http.StatusOK {
			t.Errorf("visit %s was acknowledged, and is lost: %d %s", visit.Reference, answer.Status, answer.Body)
			continue
		}
		var now api.Appointment
		answer.JSON(t, &now)
		could := []string{standing(visit.Appointment)}
		for _, m := range visit.maybe {
			could = append(could, standing(m))
		}
		if !strings.Contains(strings.Join(could, "\n"), standing(now)) {
			t.Errorf("visit %s is %s, was %q", visit.Reference, standing(now), could)
		}
	}
	for _, k := range w.keyed {
		if again := w.centre.Send(k.request); again.Status != k.answer.Status || !bytes.Equal(again.Body, k.answer.Body) {
			t.Errorf("%s %s, after the failover: %d %s\nbefore: %d %s", k.request.Method, k.request.Path,
				again.Status, again.Body, k.answer.Status, k.answer.Body)
		}
	}
}

// standing is what a visitor was promised of a visit.
func standing(a api.Appointment) string {
	return fmt.Sprint(a.Status, " at ", a.Start.UTC().Format(time.RFC3339))
}
