package postgres_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/fault"
	"ziyara/notify"
	"ziyara/slots"
)

// sends claims what is due and records that the gateway accepted it, with ids
// gw-1, gw-2, … by message.
func (b *bench) sends(t testing.TB, bulk bool) {
	t.Helper()
	ledger := b.store.Messages().Prompt(func(string) string { return "042917" })
	if bulk {
		ledger = b.store.Messages().Bulk()
	}
	claimed, err := ledger.Claim(t.Context(), b.now, 100, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var outcomes []notify.Outcome
	for _, c := range claimed {
		outcomes = append(outcomes, notify.Outcome{
			ID: c.ID, Attempt: c.Attempt, State: notify.Accepted, Text: "text", Segments: 1, GatewayID: fmt.Sprint("gw-", c.ID),
		})
	}
	if err := ledger.Finish(t.Context(), b.now, outcomes); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) receipt(t testing.TB, id string, d notify.Delivery) {
	t.Helper()
	if err := b.store.Messages().TakeReceipt(t.Context(), notify.Receipt{GatewayID: id, Delivery: d, Code: "c", At: b.now}); err != nil {
		t.Fatal(err)
	}
}

// record returns the only message about a visit.
func (b *bench) record(t testing.TB, a slots.Appointment) notify.Record {
	t.Helper()
	records, err := b.store.Records().About(t.Context(), a.Reference)
	if err != nil || len(records) != 1 {
		t.Fatalf("messages about the visit: %v, %v", records, err)
	}
	return records[0]
}

// A receipt ends what the gateway accepted: it was delivered, or it never
// will be. Receipts come in any order, again, and for what nobody sent.
func TestReceipts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		receipts []notify.Delivery
		want     string
	}{
		{"none yet", nil, "accepted"},
		{"delivered", []notify.Delivery{notify.Delivered}, "delivered"},
		{"undelivered", []notify.Delivery{notify.Undelivered}, "failed"},
		{"overdue", []notify.Delivery{notify.Overdue}, "expired"},
		{"delivered twice", []notify.Delivery{notify.Delivered, notify.Delivered}, "delivered"},
		{"that it arrived is believed, after", []notify.Delivery{notify.Overdue, notify.Delivered}, "delivered"},
		{"and before", []notify.Delivery{notify.Delivered, notify.Undelivered}, "delivered"},
		{"the first failure is told", []notify.Delivery{notify.Undelivered, notify.Overdue}, "failed"},
	} {
		for _, early := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, before the id was recorded: %t", test.name, early), func(t *testing.T) {
				t.Parallel()
				b := open(t)
				visit := b.book(t, 1, "heirs-returns", "riyadh", b.starts(t, "heirs-returns", "riyadh", "2026-11-25", "2026-11-25")[0])
				id := fmt.Sprint("gw-", b.record(t, visit).ID)
				if !early {
					b.sends(t, false)
				}
				for _, d := range test.receipts {
					b.receipt(t, id, d)
				}
				b.receipt(t, "of somebody else", notify.Delivered)
				if early {
					b.sends(t, false)
					if _, err := b.store.Messages().MatchReceipts(t.Context(), b.now, 1); err != nil {
						t.Fatal(err)
					}
					if _, err := b.store.Messages().MatchReceipts(t.Context(), b.now, 100); err != nil {
						t.Fatal(err)
					}
				}
				got := b.record(t, visit)
				if early && test.name == "the first failure is told" && got.State == "expired" {
					return // which was first is not known of receipts of one instant
				}
				if got.State != test.want || got.Text != "text" || got.Reason != "" || (got.State != "accepted") != got.Receipt.Equal(b.now) {
					t.Errorf("the message is %+v, want it %s", got, test.want)
				}
			})
		}
	}
}

// A gateway may bring many receipts at once, and anything as an id: nothing
// that it says keeps other receipts back.
func TestReceiptsOfAllKinds(t *testing.T) {
	t.Parallel()
	b := open(t)
	visit := b.book(t, 1, "heirs-returns", "riyadh", b.starts(t, "heirs-returns", "riyadh", "2026-11-25", "2026-11-25")[0])
	id := fmt.Sprint("gw-", b.record(t, visit).ID)
	b.sends(t, false)
	ids := []string{"", "\x00", "\xff", strings.Repeat("م", 5000), "'; DROP TABLE messages; --", id}
	var done sync.WaitGroup
	for range 40 {
		for _, id := range ids {
			done.Go(func() {
				r := notify.Receipt{GatewayID: id, Delivery: notify.Delivered, Code: id, At: b.now}
				if err := b.store.Messages().TakeReceipt(t.Context(), r); err != nil {
					t.Errorf("%.20q: %v", id, err)
				}
			})
		}
	}
	done.Wait()
	if got := b.record(t, visit); got.State != "delivered" {
		t.Errorf("the message is %s, want delivered", got.State)
	}
	if err := b.store.Messages().TakeReceipt(t.Context(), notify.Receipt{GatewayID: id, Delivery: "?"}); err == nil {
		t.Error("a delivery that nobody knows was taken")
	}
}

// Staff see what did not reach anybody, page by page, by department, and can
// send it again while it is of use.
func TestFailedMessages(t *testing.T) {
	t.Parallel()
	b := open(t)
	starts := b.starts(t, "heirs-returns", "riyadh", "2026-11-25", "2026-11-26")
	var want []string
	for n := range 5 {
		visit := b.book(t, n+1, "heirs-returns", "riyadh", starts[n])
		want = append([]string{visit.Reference.String()}, want...)
	}
	b.sends(t, false)
	db := connect(t, b.url)
	run(t, db, "UPDATE messages SET state = 'failed', reason = 'no such number', finished_at = finished_at + id * interval '1 second'")
	run(t, db, "UPDATE messages SET state = 'expired' WHERE id % 2 = 0")

	var got []string
	query := notify.FailedQuery{Limit: 2}
	department := column[string](t, db,
		"SELECT d.slug FROM departments d JOIN services s ON s.department_id = d.id WHERE s.slug = 'heirs-returns'")[0]
	query.Department = department
	for {
		page, err := b.store.Records().Failed(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) > 2 {
			t.Fatalf("a page of %d, want at most 2", len(page))
		}
		for _, r := range page {
			got = append(got, r.Reference)
		}
		if len(page) < 2 {
			break
		}
		query.Finished, query.ID = page[1].Finished, page[1].ID
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("failed (-want +got):\n%s", diff)
	}
	if other, err := b.store.Records().Failed(t.Context(), notify.FailedQuery{Department: "contracts"}); err != nil || len(other) > 0 {
		t.Errorf("another department sees %v, %v", other, err)
	}

	all, err := b.store.Records().Failed(t.Context(), notify.FailedQuery{})
	if err != nil || len(all) != 5 {
		t.Fatalf("all failed: %d, %v", len(all), err)
	}
	if _, err := b.store.Records().Resend(t.Context(), all[0].ID, by("sara", b.now)); err != nil {
		t.Errorf("resend: %v", err)
	}
	for name, id := range map[string]int64{"what waits already": all[0].ID, "what nobody knows": 1 << 40} {
		_, err := b.store.Records().Resend(t.Context(), id, by("sara", b.now))
		if !errors.Is(err, notify.ErrNotResent) && !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("resend %s: %v", name, err)
		}
	}
	if _, err := b.store.Records().Resend(t.Context(), all[1].ID, by("sara", all[1].Expires)); !errors.Is(err, notify.ErrNotResent) {
		t.Errorf("resend what is too late: %v", err)
	}
	b.sends(t, false)
	if left, err := b.store.Records().Failed(t.Context(), notify.FailedQuery{}); err != nil || len(left) != 4 {
		t.Errorf("%d are left, %v; want 4", len(left), err)
	}
}

// Texts go when their retention ends, in batches; the rest of the record
// stays. Receipts of nobody go after two days.
func TestRetentionOfTexts(t *testing.T) {
	t.Parallel()
	b := open(t)
	starts := b.starts(t, "heirs-returns", "riyadh", "2026-11-25", "2026-11-26")
	var visits []slots.Appointment
	for n := range 5 {
		visits = append(visits, b.book(t, n+1, "heirs-returns", "riyadh", starts[n]))
	}
	b.sends(t, false)
	b.receipt(t, "of somebody else", notify.Delivered)
	db := connect(t, b.url)
	for _, step := range []struct {
		name           string
		texts, now     time.Time
		kept, receipts int
	}{
		{"as the retention ends", b.now, b.now.Add(48 * time.Hour), 5, 1},
		{"after it", b.now.Add(time.Second), b.now.Add(48*time.Hour + time.Second), 0, 0},
	} {
		if err := b.store.Messages().Purge(t.Context(), step.texts, step.now, 2); err != nil {
			t.Fatal(err)
		}
		if got := column[int](t, db, "SELECT count(text) FROM messages")[0]; got != step.kept {
			t.Errorf("%s: %d texts are kept, want %d", step.name, got, step.kept)
		}
		if got := column[int](t, db, "SELECT count(*) FROM early_receipts")[0]; got != step.receipts {
			t.Errorf("%s: %d receipts are kept, want %d", step.name, got, step.receipts)
		}
	}
	if got := b.record(t, visits[0]); got.State != "accepted" || got.Segments != 1 || got.GatewayID == "" || got.Text != "" {
		t.Errorf("the record is %+v", got)
	}
}

// Nobody waits for a confirmation behind reminders: each lane has its own
// claims. A lease that ran out leaves a doubt, and so does a lost answer.
func TestLanesAndDoubts(t *testing.T) {
	t.Parallel()
	b := open(t)
	visit := b.book(t, 1, "heirs-returns", "riyadh", b.starts(t, "heirs-returns", "riyadh", "2026-11-25", "2026-11-25")[0])
	run(t, connect(t, b.url), `
		INSERT INTO messages (kind, lead_minutes, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
		SELECT 'reminder', lead, branch_id, appointment_id, start_version, lang, created_at, created_at - interval '1 hour', expires_at
		FROM messages, unnest('{4320,1440}'::int[]) AS lead`)
	bulk, prompt := b.store.Messages().Bulk(), b.store.Messages().Prompt(func(string) string { return "" })
	confirmation, err := prompt.Claim(t.Context(), b.now, 100, time.Minute)
	if err != nil || len(confirmation) != 1 || confirmation[0].Facts.Kind != notify.Booked {
		t.Fatalf("claimed %v, %v; want the confirmation", confirmation, err)
	}
	reminders, err := bulk.Claim(t.Context(), b.now, 100, time.Minute)
	if err != nil || len(reminders) != 2 || reminders[0].Facts.Kind != notify.Reminder ||
		reminders[0].Visit != (notify.Visit{Status: notify.StatusBooked}) || reminders[0].Quiet.None() {
		t.Fatalf("claimed %+v, %v; want the reminders", reminders, err)
	}
	// The one of the first is lost, the other comes back uncertain.
	later := b.now.Add(time.Minute)
	if err := bulk.Finish(t.Context(), b.now, []notify.Outcome{{
		ID: reminders[1].ID, Attempt: 1, State: notify.Retry, Reason: "no answer", NextAttempt: later, Unsure: true,
	}}); err != nil {
		t.Fatal(err)
	}
	if again, err := bulk.Claim(t.Context(), later, 100, time.Minute); err != nil || len(again) != 2 {
		t.Fatalf("claimed again %v, %v; want both", again, err)
	}
	records, err := b.store.Records().About(t.Context(), visit.Reference)
	if err != nil || len(records) != 3 {
		t.Fatalf("messages about the visit: %v, %v", records, err)
	}
	for _, r := range records {
		want := 1
		if r.Kind == notify.Booked {
			want = 0
		}
		if r.Unsure != want {
			t.Errorf("%s %v: %d doubts, want %d", r.Kind, r.Lead, r.Unsure, want)
		}
	}
	if lead := records[0].Lead; lead != 24*time.Hour {
		t.Errorf("the newest is the reminder of %v, want 24 h", lead)
	}
}

// Ids that gateways give are kept whole up to the longest that there is: 32
// characters for the gateway's name, and 128 of its own.
func TestLongGatewayIDs(t *testing.T) {
	t.Parallel()
	b := open(t)
	visit := b.book(t, 1, "heirs-returns", "riyadh", b.starts(t, "heirs-returns", "riyadh", "2026-11-25", "2026-11-25")[0])
	ledger := b.store.Messages().Prompt(func(string) string { return "" })
	claimed, err := ledger.Claim(t.Context(), b.now, 10, time.Minute)
	if err != nil || len(claimed) != 1 {
		t.Fatalf("claimed %v, %v", claimed, err)
	}
	id := strings.Repeat("g", 32) + ":" + strings.Repeat("7", 128)
	if err := ledger.Finish(t.Context(), b.now, []notify.Outcome{{
		ID: claimed[0].ID, Attempt: claimed[0].Attempt, State: notify.Accepted, Text: "text", Segments: 1, GatewayID: id,
	}}); err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{id[:len(id)-1], id + "7"} {
		b.receipt(t, other, notify.Undelivered)
	}
	if got := b.record(t, visit); got.State != "accepted" || got.GatewayID != id {
		t.Fatalf("after receipts of other messages: %s, id %q", got.State, got.GatewayID)
	}
	b.receipt(t, id, notify.Delivered)
	if got := b.record(t, visit); got.State != "delivered" {
		t.Errorf("after its receipt: %s", got.State)
	}
}
