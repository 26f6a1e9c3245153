package postgres_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/lib/pq"

	"ziyara/audit"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

// said returns a checked text of a department in Arabic.
func said(t *testing.T, department string, k notify.Kind, version int, texts ...string) notify.Checked {
	t.Helper()
	o := notify.Override{Department: department, Kind: k, Lang: "ar", Version: version}
	for _, text := range texts {
		o.Wordings = append(o.Wordings, notify.Wording{"other": text})
	}
	catalogue := notify.NewTexts()
	checked, err := catalogue.Check(o)
	if err != nil {
		t.Fatal(err)
	}
	return checked
}

// Every version of a text stays, the greatest that was approved is in use, and going
// back is saving an older one again. Each tells the replicas.
func TestTextsAreVersioned(t *testing.T) {
	t.Parallel()
	b := open(t)
	version := func() int64 {
		v, err := b.store.Centre().Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	inUse := func() []notify.Override {
		departments, err := b.store.Texts().Departments(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var all []notify.Override
		for _, d := range departments {
			all = append(all, d.Texts...)
		}
		return all
	}
	const first, second = "أولا {{.Reference}}", "ثانيا {{.Reference}}"
	before := version()
	for i, text := range []string{first, second, first} {
		if err := b.store.Texts().Save(t.Context(), said(t, "revenues", notify.CaseUpdated, i+1, text),
			by("sara", b.now.Add(time.Duration(i)*time.Hour))); err != nil {
			t.Fatal(err)
		}
	}
	back := said(t, "revenues", notify.CaseUpdated, 4) // to the catalogue
	if err := b.store.Texts().Save(t.Context(), back, by("noura", b.now)); err != nil {
		t.Fatal(err)
	}
	other := said(t, "payments", notify.CaseUpdated, 1, second, first)
	if err := b.store.Texts().Save(t.Context(), other, by("noura", b.now)); err != nil {
		t.Fatal(err)
	}
	// It is sent once somebody else has approved it; its author can't, and nobody twice.
	if got := inUse(); len(got) != 1 || got[0].Department != "revenues" {
		t.Errorf("in use before anybody has approved: %v", got)
	}
	for _, c := range []struct {
		by      string
		version int
		want    error
	}{{"noura", 1, fault.ErrEdited}, {"reem", 2, fault.ErrEdited}, {"reem", 1, nil}, {"huda", 1, fault.ErrEdited}} {
		o := other.Override()
		o.Version = c.version
		if err := b.store.Texts().Approve(t.Context(), o, by(c.by, b.now)); !errors.Is(err, c.want) {
			t.Errorf("version %d by %s: %v, want %v", c.version, c.by, err, c.want)
		}
	}
	if got := version() - before; got != 6 {
		t.Errorf("the version of the centre rose by %d, want 6", got)
	}
	empty := said(t, "revenues", notify.CaseUpdated, 4).Override()
	empty.Wordings = []notify.Wording{}
	if diff := cmp.Diff([]notify.Override{empty, other.Override()}, inUse()); diff != "" {
		t.Errorf("texts in use (-want +got):\n%s", diff)
	}
	history, err := b.store.Texts().History(t.Context(), "revenues", notify.CaseUpdated, "ar")
	if err != nil {
		t.Fatal(err)
	}
	want := []notify.SavedText{
		{Override: empty, At: b.now, By: "noura"},
		{Override: said(t, "revenues", notify.CaseUpdated, 3, first).Override(), Pending: true, At: b.now.Add(2 * time.Hour), By: "sara"},
		{Override: said(t, "revenues", notify.CaseUpdated, 2, second).Override(), Pending: true, At: b.now.Add(time.Hour), By: "sara"},
		{Override: said(t, "revenues", notify.CaseUpdated, 1, first).Override(), Pending: true, At: b.now, By: "sara"},
	}
	if diff := cmp.Diff(want, history); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

// Whoever edited an older version is told, also when two save at once; an
// unknown department has no texts.
func TestTextsThatCross(t *testing.T) {
	t.Parallel()
	b := open(t)
	save := func(department string, version int) error {
		return b.store.Texts().Save(t.Context(), said(t, department, notify.CaseUpdated, version, "{{.Reference}}"), by("sara", b.now))
	}
	for version, want := range map[int]error{0: fault.ErrEdited, 2: fault.ErrEdited} {
		if err := save("revenues", version); !errors.Is(err, want) {
			t.Errorf("version %d first: %v, want %v", version, err, want)
		}
	}
	if err := save("nobody", 1); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("unknown department: %v, want %v", err, fault.ErrNotFound)
	}
	const writers = 8
	var saved sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		saved.Go(func() { errs[i] = save("revenues", 1) })
	}
	saved.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, fault.ErrEdited):
			t.Errorf("at once: %v, want %v", err, fault.ErrEdited)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d saved version 1, want one", won, writers)
	}
}

// What the program keeps, the database keeps too.
func TestTextConstraints(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	text := func(kind, lang, version, wordings, by string) string {
		return "INSERT INTO department_texts VALUES (1, '" + kind + "', '" + lang + "', " + version + ", '" + wordings + "', now(), '" + by + "')"
	}
	usage := func(month string) string {
		return "INSERT INTO message_usage (department_id, month, messages, segments, cost) VALUES (1, '" + month + "', 0, 0, 0)"
	}
	run(t, db, text("booked", "ar", "1", "[]", "sara"))
	run(t, db, usage("2026-11-01"))
	for _, c := range []struct{ name, statement, constraint string }{
		{"a version twice", text("booked", "ar", "1", "[]", "sara"), "department_texts_pkey"},
		{"version 0", text("booked", "ar", "0", "[]", "sara"), "department_texts_version_check"},
		{"a third language", text("booked", "fr", "1", "[]", "sara"), "department_texts_lang_check"},
		{"an unknown kind", text("advert", "ar", "1", "[]", "sara"), "department_texts_kind"},
		{"the code of nobody's", text("verification_code", "ar", "1", "[]", "sara"), "department_texts_kind"},
		{"wordings that are none", text("booked", "ar", "2", "{}", "sara"), "department_texts_wordings_check"},
		{"saved by nobody", text("booked", "ar", "2", "[]", ""), "department_texts_saved_by_check"},
		{"a text of no department", strings.Replace(text("booked", "ar", "2", "[]", "sara"), "(1,", "(99,", 1),
			"department_texts_department_id_fkey"},
		{"a month twice", usage("2026-11-01"), "message_usage_pkey"},
		{"a month that begins late", usage("2026-11-02"), "message_usage_month_check"},
		{"a warning at nothing", "UPDATE departments SET budget_warn_percent = 0", "departments_budget_warn_percent_check"},
		{"a budget below nothing", "UPDATE departments SET monthly_segments = -1", "departments_monthly_segments_check"},
		{"an amount below nothing", "UPDATE departments SET monthly_cost = -1", "departments_monthly_cost_check"},
		{"a price below nothing", "UPDATE departments SET segment_price = -1", "departments_segment_price_check"},
		{"confirmed a visit that is not there",
			"INSERT INTO appointment_confirmations VALUES (1, '00000000-0000-4000-8000-000000000001', 1, now())",
			"appointment_confirmations_appointment_id_branch_id_fkey"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := db.ExecContext(t.Context(), c.statement)
			refused, ok := errors.AsType[*pq.Error](err)
			if !ok || refused.Constraint != c.constraint {
				t.Errorf("got %v, want it refused by %s", err, c.constraint)
			}
		})
	}
}

// A preview is of a visit as it is now.
func TestMessageFacts(t *testing.T) {
	t.Parallel()
	b := open(t)
	visit := b.book(t, 1, "heirs-returns", "riyadh", b.starts(t, "heirs-returns", "riyadh", "2026-11-24", "2026-11-24")[0])
	got, err := b.store.Texts().Facts(t.Context(), visit.Reference)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Start.Equal(visit.Start) || got.Reference != visit.Reference.String() || got.Department != "revenues" ||
		got.Lang != "ar" || got.Zone.String() != "Asia/Riyadh" || got.Service.EN == "" || got.Branch.AR == "" {
		t.Errorf("facts = %+v of %+v", got, visit)
	}
	if _, err = b.store.Texts().Facts(t.Context(), "000000000"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("of no visit: %v, want %v", err, fault.ErrNotFound)
	}
}

// Saying that one comes counts for the start that one has seen, while it is
// ahead.
func TestConfirm(t *testing.T) {
	t.Parallel()
	b := open(t)
	starts := b.starts(t, "heirs-returns", "riyadh", "2026-11-24", "2026-11-26")
	visit := b.book(t, 1, "heirs-returns", "riyadh", starts[0])
	confirmed := func(want bool) {
		t.Helper()
		if got, err := b.store.Appointments().Confirmed(t.Context(), visit.Reference); got != want || err != nil {
			t.Errorf("confirmed = %t, %v, want %t", got, err, want)
		}
	}
	confirm := func(version int, at time.Time, want error) {
		t.Helper()
		if err := b.store.Appointments().Confirm(t.Context(), visit.Reference, version, at); !errors.Is(err, want) {
			t.Errorf("confirm version %d at %v: %v, want %v", version, at, err, want)
		}
	}
	confirmed(false)
	confirm(2, b.now, slots.ErrNotBooked)
	confirm(1, visit.Start, slots.ErrNotBooked)
	confirmed(false)
	confirm(1, visit.Start.Add(-time.Microsecond), nil)
	confirm(1, b.now, nil) // again
	confirmed(true)

	moved, err := b.Move(t.Context(), visit.Reference, starts[len(starts)-1], b.now)
	if err != nil {
		t.Fatal(err)
	}
	confirmed(false)
	confirm(1, b.now, slots.ErrNotBooked)
	confirm(moved.StartVersion, b.now, nil)
	confirmed(true)
	if _, err = b.Cancel(t.Context(), visit.Reference, "", b.now); err != nil {
		t.Fatal(err)
	}
	confirm(moved.StartVersion, b.now, slots.ErrNotBooked)
	if err = b.store.Appointments().Confirm(t.Context(), "000000000", 1, b.now); !errors.Is(err, slots.ErrNotBooked) {
		t.Errorf("of no visit: %v, want %v", err, slots.ErrNotBooked)
	}
	db := connect(t, b.url)
	if got := column[int](t, db, "SELECT start_version FROM appointment_confirmations ORDER BY 1"); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("confirmed versions %v, want both kept once", got)
	}
	b.auditClean(t)
	servicetest.Exec(t, b.url, "DELETE FROM appointments")
	if got := column[int](t, db, "SELECT count(*) FROM appointment_confirmations")[0]; got != 0 {
		t.Errorf("%d confirmations outlive their visit", got)
	}
}

// by returns what the audit log is told of a member of staff.
func by(actor string, at time.Time) audit.Entry { return audit.Entry{Actor: actor, At: at} }
