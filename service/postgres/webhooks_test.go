package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/notify/webhook"
	"ziyara/service/postgres"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

const iban = "iban-update"

// hook adds a webhook and returns its id.
func (b *bench) hook(t testing.TB, department string, events ...string) string {
	t.Helper()
	w := webhook.Webhook{
		ID: b.id(), Name: "x", URL: "https://hooks.example.org/", Department: department, Events: events, Created: b.now, CreatedBy: "noura",
	}
	act := audit.Entry{At: b.now, Actor: "noura", Action: "webhook.added", Subject: "webhook " + w.ID}
	if err := b.store.Webhooks().AddWebhook(t.Context(), w, []byte("sealed"), act, nil); err != nil {
		t.Fatal(err)
	}
	return w.ID
}

// plans plans until the condition holds: transactions of other tests on the
// same server hold the horizon back for a while.
func (b *bench) plans(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if _, err := b.store.Webhooks().Plan(t.Context(), b.now); err != nil {
			t.Fatal(err)
		}
		if holds() {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// event is how a transaction of its own writes an event of a visit.
const event = `INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version)
	SELECT branch_id, id, $2, $3, start_at, version FROM appointments WHERE id = $1 RETURNING id`

func begin(t testing.TB, db *sql.DB) *sql.Tx {
	t.Helper()
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	if _, err = tx.ExecContext(t.Context(), "SET LOCAL enable_seqscan = off"); err != nil {
		t.Fatal(err)
	}
	return tx
}

func (b *bench) writes(t testing.TB, tx *sql.Tx, visit slots.Appointment, kind string) (id int64) {
	t.Helper()
	if err := tx.QueryRowContext(t.Context(), event, visit.ID, kind, b.now).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func number(t testing.TB, tx *sql.Tx) (xid int64) {
	t.Helper()
	if err := tx.QueryRowContext(t.Context(), "SELECT pg_current_xact_id()::text::bigint").Scan(&xid); err != nil {
		t.Fatal(err)
	}
	return xid
}

func commit(t testing.TB, tx *sql.Tx) {
	t.Helper()
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// An event that commits after one with a greater id, or with a greater number
// of its transaction, is told all the same: a reader that goes by ids would have
// passed it by.
func TestWebhooksMissNoEventThatCommitsLate(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	starts := b.starts(t, iban, "riyadh", "2026-11-24", "2026-11-24")
	late, early := b.book(t, 1, iban, "riyadh", starts[0]), b.book(t, 2, iban, "riyadh", starts[1])
	hook := b.hook(t, "")
	planned := func() []int64 {
		return column[int64](t, db, "SELECT event_id FROM webhook_deliveries WHERE webhook_id = $1 ORDER BY event_id", hook)
	}

	// An id that was drawn before its transaction had a number. It is drawn
	// outside: nextval numbers its transaction now and then, after a checkpoint.
	drawn := column[int64](t, db, "SELECT nextval(pg_get_serial_sequence('appointment_events', 'id'))")[0]
	sleeper := begin(t, db)
	slow, quick := begin(t, db), begin(t, db)
	first := b.writes(t, slow, late, "moved")
	second := b.writes(t, quick, early, "moved")
	if drawn >= first || first >= second {
		t.Fatalf("ids %d, %d, %d: the test needs them ascending", drawn, first, second)
	}
	commit(t, quick)
	for range 20 { // planning does not pass what is under way
		if _, err := b.store.Webhooks().Plan(t.Context(), b.now); err != nil {
			t.Fatal(err)
		}
	}
	if got := planned(); len(got) > 0 {
		t.Errorf("planned %v while an earlier transaction is under way", got)
	}
	commit(t, slow)
	b.plans(t, "both are planned", func() bool { return slices.Equal(planned(), []int64{first, second}) })
	if _, err := sleeper.ExecContext(t.Context(), `INSERT INTO appointment_events (id, branch_id, appointment_id, kind, at, start_at, version)
		OVERRIDING SYSTEM VALUE SELECT $1, branch_id, id, 'moved', $2, start_at, version
		FROM appointments WHERE id = $3`, drawn, b.now, late.ID); err != nil {
		t.Fatal(err)
	}
	commit(t, sleeper)
	b.plans(t, "the one with the smallest id is planned", func() bool { return slices.Equal(planned(), []int64{drawn, first, second}) })
}

// The second event of a visit may be of a transaction that began before that of
// the first. When it is planned, so is the first, even though a transaction
// between the two is still under way.
func TestWebhooksPlanWhatCameBefore(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	visit := b.book(t, 1, iban, "riyadh", b.starts(t, iban, "riyadh", "2026-11-24", "2026-11-24")[0])
	hook := b.hook(t, "")
	moves, between, confirms := begin(t, db), begin(t, db), begin(t, db)
	if a, c, d := number(t, moves), number(t, between), number(t, confirms); a >= c || c >= d {
		t.Fatalf("transactions %d, %d, %d: the test needs them ascending", a, c, d)
	}
	first := b.writes(t, confirms, visit, "moved")
	commit(t, confirms)
	second := b.writes(t, moves, visit, "cancelled")
	commit(t, moves)
	events := func() []int64 {
		return column[int64](t, db, "SELECT event_id FROM webhook_deliveries WHERE webhook_id = $1 ORDER BY id", hook)
	}
	b.plans(t, "something is planned", func() bool { return len(events()) > 0 })
	if got := events(); !slices.Equal(got, []int64{first, second}) {
		t.Errorf("planned %v, want %d before %d", got, first, second)
	}
	commit(t, between)
	visit2 := b.book(t, 2, iban, "riyadh", b.starts(t, iban, "riyadh", "2026-11-24", "2026-11-24")[3])
	b.plans(t, "what follows is planned", func() bool { return len(events()) > 2 })
	if got := events(); len(got) != 3 {
		t.Errorf("planned %v: %s is told once, all others too", got, visit2.ID)
	}
}

// Whatever is booked, moved and cancelled at once, by whichever replica, and
// however often some of it fails: each event is told once, and those of one
// visit in their order.
func TestWebhooksTellAllInOrder(t *testing.T) {
	t.Parallel()
	b := open(t)
	second, err := postgres.Open(t.Context(), postgres.Config{
		URL: b.url, MaxConnections: 8, Timeout: 20 * time.Second, Lazy: true, Connect: servicetest.Connect,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := second.Close(); err != nil {
			t.Error(err)
		}
	})
	b.hook(t, "")
	told := &receiver{visits: map[string][]string{}}
	var clock sync.Mutex
	at := b.now
	now := func() time.Time { clock.Lock(); defer clock.Unlock(); return at }
	var replicas []*webhook.Worker
	for _, s := range []*postgres.Store{b.store, second} {
		replicas = append(replicas, told.worker(t, s))
	}

	starts := b.starts(t, iban, "riyadh", "2026-11-24", "2026-12-03")
	done := make(chan struct{})
	var visitors, jobs sync.WaitGroup
	for n := range 24 {
		visitors.Go(func() { b.visits(t, n, starts) })
	}
	for i, s := range []*postgres.Store{b.store, second} {
		jobs.Go(func() {
			for {
				if _, err := s.Webhooks().Plan(t.Context(), now()); err != nil {
					t.Error(err)
				}
				if _, err := replicas[i].Deliver(t.Context(), now); err != nil {
					t.Error(err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	visitors.Wait()
	close(done)
	jobs.Wait()
	db := connect(t, b.url)
	events := column[int](t, db, "SELECT count(*) FROM appointment_events")[0]
	if events < 48 {
		t.Fatalf("%d events are no test", events)
	}
	delivered := func() int {
		return column[int](t, db, "SELECT count(*) FROM webhook_deliveries WHERE state = 'delivered'")[0]
	}
	b.plans(t, "all is delivered", func() bool {
		// Time goes on only for those that failed: while nothing is planned, it would
		// pass the days after which an event is given up.
		if column[int](t, db, "SELECT count(*) FROM webhook_deliveries WHERE state <> 'delivered'")[0] > 0 {
			clock.Lock()
			at = at.Add(10 * time.Minute)
			clock.Unlock()
		}
		if _, err := replicas[0].Deliver(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		return delivered() == events
	})
	want := map[string][]string{}
	for _, line := range column[string](t, db, `SELECT a.reference || ' ' || string_agg(e.kind, ' ' ORDER BY e.id)
		FROM appointment_events e JOIN appointments a ON a.id = e.appointment_id GROUP BY a.id, a.reference`) {
		var reference string
		if _, err := fmt.Sscan(line, &reference); err != nil {
			t.Fatal(err)
		}
		want[slots.Reference(reference).String()] = []string{line[len(reference)+1:]}
	}
	got := map[string][]string{}
	for reference, kinds := range told.visits {
		text := ""
		for i, k := range kinds {
			if i > 0 {
				text += " "
			}
			text += k
		}
		got[reference] = []string{text}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-history +told:\n%s", diff)
	}
}

// visits books, moves and cancels as the n-th person.
func (b *bench) visits(t *testing.T, n int, starts []time.Time) {
	ctx := t.Context()
	for i := range 2 {
		a, err := b.Hold(
			ctx,
			slots.HoldRequest{Service: iban, Branch: "riyadh", Start: starts[n*7+i], Party: 1, Channel: catalog.Public},
			nil,
			b.now,
		)
		if err != nil {
			t.Error(err)
			return
		}
		by := booking(n+1, b.ids.Add(1))
		if a, err = b.Book(ctx, a.ID, by, nil, b.now); err != nil {
			t.Error(err)
			return
		}
		if _, err = b.Move(ctx, a.Reference, starts[n*7+3+i], b.now); err != nil {
			t.Error(err)
		}
		if _, err = b.Cancel(ctx, a.Reference, "", b.now); err != nil {
			t.Error(err)
		}
	}
}

// receiver takes what it is sent, now and then not.
type receiver struct {
	mu     sync.Mutex
	visits map[string][]string // what it was told of each, in order
}

func (r *receiver) worker(t *testing.T, s *postgres.Store) *webhook.Worker {
	t.Helper()
	ledger := &telling{Webhooks: s.Webhooks(), to: r}
	w, err := webhook.NewWorker(ledger, webhook.WorkerConfig{
		Send: func(context.Context, string, http.Header, []byte, time.Time) webhook.Result {
			if rand.IntN(5) == 0 {
				return webhook.Result{Status: 500, Detail: webhook.BadStatus}
			}
			return webhook.Result{Status: 200}
		},
		Open:   func(_ string, sealed []byte) ([]byte, error) { return sealed, nil },
		Jitter: rand.Float64, Told: func(string, webhook.Why) { t.Error("disabled") }, Patience: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// telling tells the receiver what is delivered, when that is recorded: from
// then on the next one may be sent.
type telling struct {
	*postgres.Webhooks
	to      *receiver
	mu      sync.Mutex
	claimed map[int64]webhook.Event
}

func (l *telling) Claim(ctx context.Context, id string, now time.Time, limit int, lease time.Duration) ([]webhook.Claimed, error) {
	batch, err := l.Webhooks.Claim(ctx, id, now, limit, lease)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.claimed == nil {
		l.claimed = map[int64]webhook.Event{}
	}
	for _, c := range batch {
		l.claimed[c.ID] = c.Event
	}
	return batch, err
}

func (l *telling) Finish(
	ctx context.Context,
	id string,
	now time.Time,
	outcomes []webhook.Outcome,
	v webhook.Verdict,
) (webhook.Why, error) {
	l.to.mu.Lock()
	for _, o := range outcomes {
		l.mu.Lock()
		e := l.claimed[o.ID]
		l.mu.Unlock()
		if o.State == webhook.Delivered {
			l.to.visits[e.Reference] = append(l.to.visits[e.Reference], e.Type[len("appointment."):])
		}
	}
	l.to.mu.Unlock()
	return l.Webhooks.Finish(ctx, id, now, outcomes, v)
}

// A webhook is told what it asked for: of its department, of the types that it
// named, and from when it was added.
func TestWebhooksAreToldWhatTheyAskedFor(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	starts := b.starts(t, iban, "riyadh", "2026-11-24", "2026-11-24")
	own := column[string](t, db, "SELECT d.slug FROM services s JOIN departments d ON d.id = s.department_id WHERE s.slug = $1", iban)[0]
	other := column[string](t, db, "SELECT slug FROM departments WHERE slug <> $1 LIMIT 1", own)[0]
	b.book(t, 1, iban, "riyadh", starts[0]) // before anybody was there to be told
	all, mine, theirs := b.hook(t, ""), b.hook(t, own), b.hook(t, other)
	moves, nothing := b.hook(t, own, "appointment.moved"), b.hook(t, "", "appointment.completed")
	run(t, db, "UPDATE webhooks SET state = 'disabled', ended_at = now(), ended_why = 'gone' WHERE id = $1", nothing)
	visit := b.book(t, 2, iban, "riyadh", starts[1])
	if _, err := b.Move(t.Context(), visit.Reference, starts[4], b.now); err != nil {
		t.Fatal(err)
	}
	told := func(hook string) string {
		return column[string](t, db,
			"SELECT coalesce(string_agg(type, ' ' ORDER BY id), '') FROM webhook_deliveries WHERE webhook_id = $1", hook)[0]
	}
	const both = "appointment.booked appointment.moved"
	b.plans(t, "both are planned", func() bool { return told(all) == both })
	for hook, want := range map[string]string{mine: both, theirs: "", moves: "appointment.moved", nothing: ""} {
		if got := told(hook); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
}

// After a database was restored from a copy, transactions have smaller numbers
// than before. Planning begins anew.
func TestWebhooksAfterARestore(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	hook := b.hook(t, "")
	run(t, db, "UPDATE webhook_clock SET xid = 1e15")
	run(t, db, "UPDATE webhooks SET since = 1e15")
	if _, err := b.store.Webhooks().Plan(t.Context(), b.now); err != nil {
		t.Fatal(err)
	}
	b.book(t, 1, iban, "riyadh", b.starts(t, iban, "riyadh", "2026-11-24", "2026-11-24")[0])
	b.plans(t, "what is booked then is planned", func() bool {
		return column[int](t, db, "SELECT count(*) FROM webhook_deliveries WHERE webhook_id = $1", hook)[0] == 1
	})
}

// A worker that died holds its deliveries until the lease ends. What it had to
// say comes too late then, and the next event of the visit waits all that time.
func TestWebhookLeases(t *testing.T) {
	t.Parallel()
	b := open(t)
	hook := b.hook(t, "")
	starts := b.starts(t, iban, "riyadh", "2026-11-24", "2026-11-24")
	visit, other := b.book(t, 1, iban, "riyadh", starts[0]), b.book(t, 2, iban, "riyadh", starts[1])
	if _, err := b.Cancel(t.Context(), visit.Reference, "", b.now); err != nil {
		t.Fatal(err)
	}
	db := connect(t, b.url)
	b.plans(t, "all are planned", func() bool { return column[int](t, db, "SELECT count(*) FROM webhook_deliveries")[0] == 3 })
	ledger := b.store.Webhooks()
	claim := func(at time.Time) []webhook.Claimed {
		t.Helper()
		list, err := ledger.Claim(t.Context(), hook, at, 10, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	finish := func(at time.Time, v webhook.Verdict, list ...webhook.Claimed) {
		t.Helper()
		outcomes := make([]webhook.Outcome, len(list))
		for i, c := range list {
			outcomes[i] = webhook.Outcome{ID: c.ID, Attempt: c.Attempt, State: webhook.Delivered, Result: webhook.Result{Status: 200}}
		}
		if _, err := ledger.Finish(t.Context(), hook, at, outcomes, v); err != nil {
			t.Fatal(err)
		}
	}
	types := func(list []webhook.Claimed) (names []string) {
		for _, c := range list {
			names = append(names, c.Event.Reference+" "+c.Event.Type)
		}
		return names
	}
	heads := []string{visit.Reference.String() + " appointment.booked", other.Reference.String() + " appointment.booked"}
	died := claim(b.now)
	if diff := cmp.Diff(heads, types(died)); diff != "" {
		t.Fatalf("-want +claimed:\n%s", diff)
	}
	if got := claim(b.now.Add(time.Minute - time.Second)); len(got) > 0 {
		t.Errorf("claimed under a lease: %v", types(got))
	}
	again := claim(b.now.Add(time.Minute))
	if diff := cmp.Diff(heads, types(again)); diff != "" {
		t.Errorf("-want +claimed after the lease:\n%s", diff)
	}
	if died[0].Message != again[0].Message || again[0].Attempt != 2 {
		t.Errorf("attempt %d of message %s, want the second of %s", again[0].Attempt, again[0].Message, died[0].Message)
	}
	finish(b.now.Add(time.Minute), webhook.Verdict{Delivered: true}, died...) // too late
	if got := claim(b.now.Add(time.Minute)); len(got) > 0 {
		t.Errorf("claimed %v after what a dead worker said", types(got))
	}
	finish(b.now.Add(time.Minute), webhook.Verdict{Delivered: true}, again...)
	if got, want := types(
		claim(b.now.Add(time.Minute)),
	), []string{
		visit.Reference.String() + " appointment.cancelled",
	}; !slices.Equal(
		got,
		want,
	) {
		t.Errorf("claimed %v, want %v", got, want)
	}
	// A receiver that is paused or disabled is left alone.
	for _, v := range []webhook.Verdict{{Failures: 1, PausedUntil: b.now.Add(2 * time.Hour)}, {Failures: 1, Disable: webhook.Gone}} {
		finish(b.now.Add(time.Hour), v)
		if got := claim(b.now.Add(time.Hour)); len(got) > 0 {
			t.Errorf("%+v: claimed %v", v, types(got))
		}
	}
	w, err := b.store.Webhooks().Webhook(t.Context(), hook)
	if err != nil || w.State != webhook.Disabled || w.Why != webhook.Gone {
		t.Errorf("webhook %+v, %v", w, err)
	}
	acts, err := b.store.AuditLog().List(t.Context(), audit.Query{Subject: "webhook " + hook, Action: "webhook.disabled", Limit: 5})
	if err != nil || len(acts) != 1 || acts[0].Actor != "ziyara" || acts[0].Reason != "gone" {
		t.Errorf("log %+v, %v", acts, err)
	}
}

// Whoever writes another kind of event into the history makes it known here:
// receivers choose by type.
func TestEveryKindOfEventHasAType(t *testing.T) {
	t.Parallel()
	db := connect(t, open(t).url)
	kinds := column[string](t, db, `SELECT m[1] FROM pg_constraint, regexp_matches(pg_get_constraintdef(oid), '''([a-z_]+)''', 'g') AS m
		WHERE conname = 'appointment_events_kind_check'`)
	if len(kinds) < 9 {
		t.Fatalf("kinds %v", kinds)
	}
	for _, k := range kinds {
		if !slices.Contains(webhook.Types(), "appointment."+k) {
			t.Errorf("notify/webhook.Types does not have appointment.%s: add it, and to docs/WEBHOOKS.md", k)
		}
	}
}

// Of two who change a webhook at once, the second changes nothing; nor does who changes a removed one.
func TestEditWebhook(t *testing.T) {
	t.Parallel()
	b := open(t)
	hooks := b.store.Webhooks()
	before, err := hooks.Webhook(t.Context(), b.hook(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	act := audit.Entry{At: b.now, Actor: "noura", Action: "webhook.changed", Subject: "webhook " + before.ID}
	first, second := before, before
	first.URL, first.Events = "https://first.example/hook", []string{"appointment.booked"}
	second.Name = "Second"
	if err = hooks.EditWebhook(t.Context(), before, first, act); err != nil {
		t.Fatal(err)
	}
	if err = hooks.EditWebhook(t.Context(), before, second, act); !errors.Is(err, fault.ErrEdited) {
		t.Errorf("the second: %v", err)
	}
	got, err := hooks.Webhook(t.Context(), before.ID)
	if err != nil || got.URL != first.URL || got.Name != before.Name || len(got.Events) != 1 {
		t.Errorf("it is %+v, %v", got, err)
	}
	if err = hooks.RemoveWebhook(t.Context(), before.ID, act); err != nil {
		t.Fatal(err)
	}
	if err = hooks.EditWebhook(t.Context(), first, second, act); !errors.Is(err, fault.ErrEdited) {
		t.Errorf("once it is removed: %v", err)
	}
}

// What was delivered goes after a month, and with a removed webhook at once.
func TestPurgeWebhooks(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	kept, removed := b.hook(t, ""), b.hook(t, "")
	for _, hook := range []string{kept, removed} {
		run(t, db, `INSERT INTO webhook_deliveries (webhook_id, type, state, created_at, next_attempt_at, finished_at)
			SELECT $1, 'webhook.test', 'delivered', $2::timestamptz - n * interval '1 day', $2, $2 FROM generate_series(0, 39) AS n`, hook, b.now)
	}
	act := audit.Entry{At: b.now, Actor: "noura", Action: "webhook.removed", Subject: "webhook " + removed}
	if err := b.store.Webhooks().RemoveWebhook(t.Context(), removed, act); err != nil {
		t.Fatal(err)
	}
	purge := func(before time.Time) {
		t.Helper()
		if err := b.store.Webhooks().Purge(t.Context(), before, 7); err != nil {
			t.Fatal(err)
		}
	}
	purge(b.now.AddDate(0, 0, -30))
	left := func() []string {
		return column[string](
			t,
			db,
			"SELECT w.id || ' ' || count(d.id) FROM webhooks w LEFT JOIN webhook_deliveries d ON d.webhook_id = w.id GROUP BY w.id ORDER BY w.id",
		)
	}
	if diff := cmp.Diff([]string{kept + " 31", removed + " 0"}, left()); diff != "" {
		t.Errorf("-want +left:\n%s", diff)
	}
	purge(b.now.Add(time.Second))
	if got := left(); !slices.Equal(got, []string{kept + " 0"}) {
		t.Errorf("left %v", got)
	}
}
