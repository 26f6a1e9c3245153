package notify_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify"
)

// Every kind by every medium to every contact: a medium tells everyone who can be
// reached by it, whatever else is known of them.
func TestWhoIsToldByWhichMedium(t *testing.T) {
	t.Parallel()
	const sms, email, both, nobody = "[sms]", "[email]", "[sms email]", "[]"
	contacts := []struct {
		name string
		notify.Contact
	}{
		{"mobile", notify.Contact{Mobile: mobile}},
		{"e-mail", notify.Contact{Email: "noura@example.net"}},
		{"both", notify.Contact{Mobile: mobile, Email: "noura@example.net"}},
		{"none", notify.Contact{}},
	}
	table := map[notify.Kind][4]string{ // in the order of contacts
		notify.VerificationCode: {sms, nobody, sms, nobody},
		notify.Requested:        {sms, email, both, nobody},
		notify.Booked:           {sms, email, both, nobody},
		notify.Approved:         {sms, email, both, nobody},
		notify.Declined:         {sms, email, both, nobody},
		notify.Proposed:         {sms, email, both, nobody},
		notify.Moved:            {sms, email, both, nobody},
		notify.Cancelled:        {sms, email, both, nobody},
		notify.Closed:           {sms, email, both, nobody},
		notify.Reminder:         {sms, email, both, nobody},
		notify.Offer:            {sms, nobody, sms, nobody},
		notify.Delayed:          {sms, nobody, sms, nobody},
		notify.Survey:           {sms, email, both, nobody},
		notify.CaseUpdated:      {sms, nobody, sms, nobody},
	}
	texts := notify.NewTexts(withLink()) // without links there is no survey
	for _, kind := range notify.Kinds() {
		want, ok := table[kind]
		if !ok {
			t.Errorf("the table lacks %s", kind)
			continue
		}
		mails := slices.Contains(notify.EmailKinds(), kind)
		for i, c := range contacts {
			if got := fmt.Sprint(kind.MediaFor(c.Contact, notify.SMS, notify.Email)); got != want[i] {
				t.Errorf("%s to %s: by %s, want %s", kind, c.name, got, want[i])
			}
			// Without a mail server there is no e-mail, and nothing else changes.
			withoutMail := map[string]string{both: sms, email: nobody, sms: sms, nobody: nobody}[want[i]]
			if got := fmt.Sprint(kind.MediaFor(c.Contact, notify.SMS)); got != withoutMail {
				t.Errorf("%s to %s without a mail server: by %s, want %s", kind, c.name, got, withoutMail)
			}
			// A row is written for everyone who can be told at all.
			written := notify.Notice{Kind: kind, Expires: newClock().Now()}
			wantRow := written
			if want[i] == nobody {
				wantRow = notify.Notice{}
			}
			if got := written.To(c.Contact); got != wantRow {
				t.Errorf("%s to %s: the ledger gets %+v, want %+v", kind, c.name, got, wantRow)
			}
			delivers(t, texts, kind, c.Contact, want[i], mails)
		}
	}
}

// delivers fails the test unless the workers, which a row in the ledger and its
// copy for e-mail meet, send what the table says.
func delivers(t *testing.T, texts *notify.Texts, kind notify.Kind, to notify.Contact, want string, mails bool) {
	t.Helper()
	c := message(kind)
	c.Mobile, c.Email, c.Facts.End = to.Mobile, to.Email, c.Facts.Start.Add(20*time.Minute)
	switch kind {
	case notify.Requested:
		c.Visit.Status = notify.StatusRequested
	case notify.Proposed:
		c.Visit = notify.Visit{Status: notify.StatusRequested, Proposed: true}
	case notify.Declined:
		c.Visit.Status = notify.StatusDeclined
	case notify.Offer:
		c.Visit.Status = notify.StatusHeld
	default:
	}
	var sent []notify.Medium
	ledger, sender := newLedger(c), &fakeSender{}
	worker, err := notify.NewWorker(ledger, sender, texts, notify.WorkerConfig{Mail: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = worker.Deliver(t.Context(), newClock().Now); err != nil {
		t.Fatal(err)
	}
	if sender.calls > 0 {
		sent = append(sent, notify.SMS)
	}
	if mails && c.Email != "" { // the ledger has a copy
		c.Medium = notify.Email
		var post fakePostman
		worker, err = notify.NewMailWorker(newLedger(c), &post, texts, notify.WorkerConfig{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = worker.Deliver(t.Context(), newClock().Now); err != nil {
			t.Fatal(err)
		}
		if post > 0 {
			sent = append(sent, notify.Email)
		}
	}
	if got := fmt.Sprint(sent); got != want {
		t.Errorf("%s to %+v: sent by %s, want %s", kind, to, got, want)
	}
	// Whoever is told by e-mail alone is on no list of those who were not told.
	if o := ledger.outcomes(); want == "[email]" && (len(o) != 1 || o[0].State != notify.Dropped) {
		t.Errorf("%s to %+v: the SMS ends as %+v", kind, to, o)
	}
}

// Each event of a visit by how the visit stood and stands: what is told of it,
// and until when that is of use.
func TestWhatIsToldOfAnEvent(t *testing.T) {
	t.Parallel()
	at := newClock().Now()
	start, until := at.Add(48*time.Hour), at.Add(4*time.Hour)
	asRequest, displaced := notify.AsRequest, notify.Displaced
	tests := []struct {
		name    string
		event   notify.Event
		want    notify.Kind // "" for nothing
		expires time.Time
	}{
		{"requested", notify.Event{Kind: notify.WasRequested, To: asRequest}, notify.Requested, start},
		{"booked", notify.Event{Kind: notify.WasBooked}, notify.Booked, start},
		{"approved", notify.Event{Kind: notify.WasApproved, From: asRequest, ByStaff: true}, notify.Approved, start},
		{"approved by default", notify.Event{Kind: notify.WasApproved, From: asRequest}, notify.Approved, start},
		{"declined", notify.Event{Kind: notify.WasDeclined, From: asRequest, ByStaff: true}, notify.Declined, start},
		{"another start is proposed", notify.Event{Kind: notify.WasProposed, From: asRequest, To: asRequest}, notify.Proposed, until},
		{"a change took the place", notify.Event{Kind: notify.WasProposed, To: displaced}, notify.Closed, start},
		{"another change took it again", notify.Event{Kind: notify.WasProposed, From: displaced, To: displaced}, notify.Closed, start},
		{"a request accepts", notify.Event{Kind: notify.WasAccepted, From: asRequest}, notify.Approved, start},
		{"who was displaced accepts", notify.Event{Kind: notify.WasAccepted, From: displaced}, notify.Moved, start},
		{"a request refuses", notify.Event{Kind: notify.WasRefused, From: asRequest, To: asRequest}, "", start},
		{"who was displaced refuses", notify.Event{Kind: notify.WasRefused, From: displaced, To: displaced}, "", start},
		{"it takes place where it was, after all", notify.Event{Kind: notify.WasRefused, From: displaced}, notify.Booked, start},
		{"moved", notify.Event{Kind: notify.WasMoved}, notify.Moved, start},
		{"moved by staff", notify.Event{Kind: notify.WasMoved, ByStaff: true}, notify.Moved, start},
		{"who was displaced moves", notify.Event{Kind: notify.WasMoved, From: displaced}, notify.Moved, start},
		{"cancelled", notify.Event{Kind: notify.WasCancelled}, notify.Cancelled, start},
		{"called off", notify.Event{Kind: notify.WasCancelled, ByStaff: true}, notify.Cancelled, start},
		{"completed at the desk", notify.Event{Kind: notify.WasCompleted, ByStaff: true}, notify.Survey, at.Add(24 * time.Hour)},
		{"put in order afterwards", notify.Event{Kind: notify.WasCompleted}, "", start},
	}
	for _, kind := range []notify.EventKind{"checked_in", "started", "left", "no_show", "restored", "unheard of"} {
		tests = append(tests, struct {
			name    string
			event   notify.Event
			want    notify.Kind
			expires time.Time
		}{string(kind), notify.Event{Kind: kind, ByStaff: true}, "", start})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.event.At, tt.event.Start, tt.event.Until = at, start, until
			want := notify.Notice{Kind: tt.want, Expires: tt.expires}
			if tt.want == "" {
				want = notify.Notice{}
			}
			if diff := cmp.Diff(want, tt.event.Notice()); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

// fakePostman counts the letters it is given.
type fakePostman int

func (p *fakePostman) Post(context.Context, notify.Letter) (string, error) {
	*p++
	return "posted", nil
}
