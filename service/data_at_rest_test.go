package service_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ziyara/privacy"
	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/secret"
	"ziyara/service/servicetest"
)

// marked returns a visitor whose data has marks that nothing else in a database has.
func marked(centre *servicetest.Centre, n int) *servicetest.Visitor {
	v := centre.Visitor(n)
	v.Name, v.Email = "Zabarjad Nightingale", fmt.Sprintf("zabarjad%d@nightingale.example", n)
	return v
}

// written returns how a dump could have a text.
func written(text string) map[string]string {
	reversed := []byte(text)
	slices.Reverse(reversed)
	all := map[string]string{
		"itself": text, "in lower case": strings.ToLower(text), "backwards": string(reversed), "in hexadecimal": hex.EncodeToString([]byte(text)),
	}
	for shift := range 3 { // where a group of base64 begins
		encoded := base64.StdEncoding.EncodeToString(append(bytes.Repeat([]byte{0}, shift), text...))
		all[fmt.Sprintf("in base64 from %d", shift)] = strings.TrimRight(encoded[[]int{0, 2, 3}[shift]:], "=")[:len(text)]
	}
	return all
}

// A copy of the database, after a whole story, tells nobody who comes, and opens nothing. Each
// column is kept as privacy.Inventory says.
func TestDumpTellsNothing(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	const representative, byID, wakala, said = "Yaqut Farouche", "1097531246", "4499887766", "Zumurrud was kind"
	story, agent := marked(centre, 61), centre.Agent()
	body := story.BookingBody(story.Holds(annualReturns, "riyadh", servicetest.At(t, "2026-11-25T09:10")))
	body["representative"] = map[string]any{"name": representative, "id": byID, "wakala": wakala, "wakala_expires": "2027-01-01"}
	answer := centre.Post("/v1/appointments", body)
	if answer.Status != http.StatusCreated {
		t.Fatalf("book: %d %s", answer.Status, answer.Body)
	}
	visit := decode[api.Appointment](t, answer.Body)
	centre.Jobs()
	centre.ConfirmEmails()
	if answer = story.TryMove(visit, servicetest.At(t, "2026-11-26T10:10")); answer.Status != http.StatusOK {
		t.Fatalf("move: %d %s", answer.Status, answer.Body)
	}
	centre.Jobs()
	story.Corrects(visit, map[string]any{"visitor": map[string]any{"name": "Zabarjad Nightingale Second"}})
	waits := marked(centre, 62)
	waits.Holds(heirs, "riyadh", servicetest.At(t, "2026-11-26T09:00")) // and does not book it
	ticket := waits.Waits(heirs, "riyadh", "2026-11-29", "2026-12-10")
	gives := marked(centre, 63)
	gives.TryCancel(gives.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:45")))
	asks := marked(centre, 64)
	asks.AsksForCode()
	centre.Jobs()
	for _, search := range []string{
		story.Mobile, story.ID, "zabarjad", "Night Zabar", byID, visit.Reference,
	} {
		if found := agent.Lists("q=" + url.QueryEscape(search)); !slices.Contains(found, visit.Reference) {
			t.Errorf("%s finds %q", search, found)
		}
	}
	centre.Clock.Set(servicetest.At(t, "2026-11-26T10:05"))
	centre.Jobs()
	hall := door{centre.Receptionist("riyadh"), t, centre}
	hall.checksIn(visit)
	centre.Clock.Add(10 * time.Minute)
	hall.calls("2")
	hall.does(visit, "start", map[string]any{})
	hall.does(visit, "complete", nil)
	centre.Pass(time.Hour)
	centre.Pass(time.Hour)
	var links []string
	for _, v := range []*servicetest.Visitor{story, waits, gives} {
		for _, m := range v.Messages() {
			for _, link := range regexp.MustCompile(`/m/([^\s/]+)`).FindAllStringSubmatch(m.Text, -1) {
				links = append(links, link[1])
			}
		}
	}
	if len(links) < 3 {
		t.Fatalf("%d links were sent", len(links))
	}
	if !slices.ContainsFunc(links, func(link string) bool { // the last one that a visitor got
		return centre.Post("/v1/surveys/"+link, map[string]any{"satisfaction": 5, "comment": said}).Status == http.StatusOK
	}) {
		t.Fatal("nobody was asked how it was")
	}

	marks := map[string]string{
		"the name": "Zabarjad", "the family name": "Nightingale", "the identity number": story.ID, "the mobile": story.Mobile[1:],
		"the mobile of who waits": waits.Mobile[1:], "the mobile of a code": asks.Mobile[1:], "the e-mail": "zabarjad61",
		"the representative": representative, "their number": byID, "the power of attorney": wakala, "the comment": said,
		"the key of the visit": visit.ManageToken, "the key of an entry": ticket.Token,
	}
	for i, link := range links {
		marks[fmt.Sprintf("link %d", i)] = link
	}
	dump := dumpOf(t, centre)
	for what, mark := range marks {
		for how, text := range written(mark) {
			if i := strings.Index(dump, text); i >= 0 {
				t.Errorf("%s is in the dump, %s: %s", what, how, dump[max(0, i-300):i+80])
			}
		}
	}
	asTheInventorySays(t, centre)
}

// The kept text of a message says what it said, without what opens the visit.
func TestTextsAreKeptWithoutLinks(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	visitor := marked(centre, 1)
	visitor.Unconfirmed = true
	visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Jobs()
	sent := visitor.Receives().Text + " " + visitor.Mails()[0].Text
	if tokens := secretPart.FindAllString(sent, -1); len(tokens) != 3 { // a link, and one with an address
		t.Fatalf("sent %q", sent)
	}
	for _, way := range []string{"sms", "email"} {
		id, text, _ := strings.Cut(servicetest.Query[string](t, centre.DatabaseURL,
			"SELECT id || ' ' || text FROM messages WHERE kind = 'booked' AND way = $1", way), " ")
		kept := servicetest.Unsealed(t, centre.DatabaseURL, "messages", id, text)
		if secretPart.MatchString(kept) || !strings.Contains(kept, "http://127.0.0.1:8080/m/…") {
			t.Errorf("%s: kept %q", way, kept)
		}
	}
}

// secretPart finds what opens something in an address.
var secretPart = regexp.MustCompile(`[0-9A-Za-z_-]{22,}`) //nolint:gochecknoglobals // a pattern

// asTheInventorySays fails the test if a column is kept otherwise than privacy.Inventory says.
func asTheInventorySays(t *testing.T, centre *servicetest.Centre) {
	t.Helper()
	form := map[privacy.Form]string{
		privacy.Sealed: `^(\x01AA|\\x)`, privacy.Elsewhere: `^$`,
		// A hash of a value, of a name, of bytes, or a pseudonym.
		privacy.Hashed: `^(#[\w-]{16}|( [A-Za-z0-9+.]{5})+ |\\x[0-9a-f]+|[0-9a-f-]{36})$`,
		privacy.Clear:  ``,
	}
	for _, c := range privacy.Inventory() {
		query := fmt.Sprintf(`SELECT count(*) FROM %s WHERE coalesce(%s::text, '') !~ $1 AND coalesce(%[2]s::text, '') <> ''`, c.Table, c.Column)
		if n := servicetest.Query[int](t, centre.DatabaseURL, query, strings.ReplaceAll(form[c.Form], `\x01`, "\x01")); n > 0 {
			t.Errorf("%d rows of %s.%s are not %s", n, c.Table, c.Column, c.Form)
		}
	}
}

// ringOf has every replica that is opened from now on use the ring that is set.
type ringOf struct{ keys []byte }

func (r *ringOf) option(c *service.Config) { c.Keys = r.keys }

// set sets the ring.
func (r *ringOf) set(t *testing.T, ring *secret.Ring, err error) *secret.Ring {
	t.Helper()
	if err == nil {
		r.keys, err = ring.JSON()
	}
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// rekeys runs ziyara rekey with the ring.
func (r *ringOf) rekeys(t *testing.T, centre *servicetest.Centre) string {
	t.Helper()
	var out bytes.Buffer
	config := service.Config{DatabaseURL: centre.DatabaseURL, Keys: r.keys, Secret: []byte(servicetest.Secret), Connect: servicetest.Connect}
	if err := service.Rekey(t.Context(), config, time.Nanosecond, &out); err != nil {
		t.Fatalf("rekey: %v\n%s", err, out.String())
	}
	return out.String()
}

// While two replicas serve, a new key comes to the one and then to the other, writes, and the
// old one goes. Nothing is lost, a person has one visit at a time whatever key a replica
// writes with, and links are good as long as their key is there.
func TestRotation(t *testing.T) {
	t.Parallel()
	ring := &ringOf{}
	ring1, err := secret.NewRing()
	first := ring.set(t, ring1, err)
	centre := servicetest.Open(t, 2, public, ring.option)
	visitor, agent := centre.Visitor(1), centre.Agent()
	visitor.Email = "visitor@example.net"
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Jobs()
	link := linkOf(t, visitor.Receives().Text)
	waiting := centre.Visitor(2)
	ticket := waiting.Waits(heirs, "riyadh", "2026-11-29", "2026-12-10")
	check, code := centre.Visitor(3).Code()

	rotated, err := first.Rotated()
	ring.set(t, rotated, err)
	booked := 100
	var references []string
	books := func(replica int) { // somebody new, and the visitor, who can't
		t.Helper()
		booked++
		other := centre.Visitor(booked)
		other.Replica = replica
		starts := other.Slots(annualReturns, "riyadh", "2026-11-26", "2026-11-26")
		references = append(references, other.Books(annualReturns, "riyadh", starts[booked%len(starts)].Start).Reference)
		again := *visitor // with their proof
		again.Replica = replica
		hold := again.Holds(annualReturns, "riyadh", servicetest.At(t, "2026-11-25T09:10"))
		centre.Refused(again.TryBook(hold), http.StatusConflict, "person-busy")
		again.TryRelease(hold)
	}
	centre.Restart(0)
	books(0)
	books(1)
	centre.Restart(1)
	books(0)
	books(1)
	if said := ring.rekeys(t, centre); !strings.Contains(said, "rows left") || !strings.HasSuffix(said, "0 rows left\n") {
		t.Errorf("rekey says %q", said)
	}
	books(0) // with the old key still
	if err = centre.Replicas[0].RunJob(t.Context(), "follow keys"); err != nil {
		t.Fatal(err)
	}
	books(0) // with the new one, beside the other with the old one
	books(1)
	centre.Job("follow keys")
	books(1)
	ring.rekeys(t, centre) // what was written meanwhile
	if n, err := service.SealedWith(t.Context(), service.Config{DatabaseURL: centre.DatabaseURL}, first.IDs()[0]); err != nil || n > 0 {
		t.Errorf("%d rows need the old key, %v", n, err)
	}

	// What the old key has made is good.
	w := newWalker(t, centre)
	w.goes(link).says(http.StatusOK, visit.Reference)
	if shown := visitor.Shows(visit); shown.Visitor != visitor.Name {
		t.Errorf("the visit is of %q", shown.Visitor)
	}
	if answer := waiting.TryLeave(ticket); answer.Status != http.StatusNoContent {
		t.Errorf("leave: %d %s", answer.Status, answer.Body)
	}
	if answer := centre.Visitor(3).TryCode(check.ID, code); answer.Status != http.StatusOK {
		t.Errorf("the code: %d %s", answer.Status, answer.Body)
	}

	// Without the old key all visits are there, and found.
	without, err := rotated.Without(first.IDs()[0])
	ring.set(t, without, err)
	centre.Restart(0)
	centre.Restart(1)
	if found := agent.Lists("q=" + visitor.Mobile); !slices.Equal(found, []string{visit.Reference}) {
		t.Errorf("the mobile finds %q", found)
	}
	all := agent.Lists("service=annual-returns&from=2026-11-24&to=2026-11-26")
	for _, reference := range references {
		if !slices.Contains(all, reference) {
			t.Errorf("%s is lost", reference)
		}
	}
	newWalker(t, centre).goes(link).says(http.StatusNotFound)
	centre.AuditClean()
}

// linkOf returns the path of the link in a text.
func linkOf(t *testing.T, text string) string {
	t.Helper()
	found := regexp.MustCompile(`/m/\S+`).FindString(text)
	if found == "" {
		t.Fatalf("no link in %q", text)
	}
	return found
}

// What the former version has written is sealed in portions, while others book; nothing of it
// is lost or left in clear.
func TestRowsInClearAreSealed(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	centre.InClear()
	centre.Visitor(90).Holds(heirs, "riyadh", servicetest.At(t, "2026-11-24T09:00")) // the day has its ledger
	bookedLongAgo(t, centre.DatabaseURL, 600, servicetest.At(t, "2026-11-24T09:00"))
	story, agent, noura := marked(centre, 7061), centre.Agent(), centre.Coordinator("revenues")
	visit := story.Books("iban-update", "riyadh", servicetest.At(t, "2026-11-24T12:00"))
	waits := marked(centre, 7062)
	ticket := waits.Waits(heirs, "riyadh", "2026-11-29", "2026-12-10")
	check, code := marked(centre, 7063).Code()
	holds := marked(centre, 7064)
	proof := holds.Proves()
	hold := holds.Holds(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:45"))
	centre.Jobs()
	change := asks(t, noura, returns+"/changes", version(noura, "riyadh-returns"), map[string]any{
		"edit": map[string]any{"close": []any{closing("2026-11-24")}}, "reason": both("صيانة", "Maintenance"),
	}, http.StatusCreated)
	if answer := agent.Posts("/v1/changes/"+change.ID+"/visits/"+visit.Reference, map[string]any{
		"outcome": "not_reached", "note": "Lazuli does not answer"}); answer.Status != http.StatusOK {
		t.Fatalf("call: %d %s", answer.Status, answer.Body)
	}
	servicetest.Exec(t, centre.DatabaseURL, `
		INSERT INTO survey_answers (branch_id, appointment_id, satisfaction, comment, lang, answered_at, changed_at)
		SELECT branch_id, id, 5, 'Zumurrud was kind', 'en', start_at, start_at FROM appointments WHERE status = 'booked'`)
	marks := []string{
		"Zabarjad", "nightingale", "Lazuli", "Zumurrud", story.ID, story.Mobile[1:], waits.Mobile[1:], holds.Mobile[1:], "500000600",
	}
	for _, mark := range marks {
		if !strings.Contains(dumpOf(t, centre), mark) {
			t.Fatalf("%s was not in clear", mark)
		}
	}

	var beside sync.WaitGroup
	beside.Go(func() {
		for n := range 10 {
			v := centre.Visitor(200 + n)
			v.Books(annualReturns, "riyadh", v.Slots(annualReturns, "riyadh", "2026-11-26", "2026-11-26")[n].Start)
		}
	})
	said := (&ringOf{}).rekeys(t, centre)
	beside.Wait()
	centre.Job("follow keys")
	said += (&ringOf{}).rekeys(t, centre)
	if !strings.HasSuffix(said, "0 rows left\n") {
		t.Errorf("rekey says %s", said)
	}
	dump := dumpOf(t, centre)
	for _, mark := range marks {
		if i := strings.Index(dump, mark); i >= 0 {
			t.Errorf("%s is in clear: %s", mark, dump[max(0, i-300):i+80])
		}
	}
	asTheInventorySays(t, centre)

	for _, search := range []string{story.Mobile, story.ID, "zabarjad", visit.Reference} {
		if found := agent.Lists("q=" + url.QueryEscape(search)); !slices.Equal(found, []string{visit.Reference}) {
			t.Errorf("%s finds %q", search, found)
		}
	}
	if v := visitsOf(t, agent, change.ID, "waiting")[0]; v.Note != "Lazuli does not answer" || v.Visitor != story.Name {
		t.Errorf("called: %+v", v)
	}
	if n := len(agent.Lists("from=2026-11-24&to=2026-11-27")); n != 600+1+10 {
		t.Errorf("%d visits, want 611", n)
	}
	if answer := story.TryMove(visit, servicetest.At(t, "2026-11-25T12:00")); answer.Status != http.StatusOK {
		t.Errorf("move: %d %s", answer.Status, answer.Body)
	}
	centre.Jobs()
	if got := story.Mails()[0]; !visitLink.MatchString(got.Text) || confirmLink.MatchString(got.Text) {
		t.Errorf("the address has to be confirmed again: %s", got.Text)
	}
	if answer := waits.TryLeave(ticket); answer.Status != http.StatusNoContent {
		t.Errorf("leave: %d %s", answer.Status, answer.Body)
	}
	if answer := marked(centre, 7063).TryCode(check.ID, code); answer.Status != http.StatusOK {
		t.Errorf("the code: %d %s", answer.Status, answer.Body)
	}
	body := holds.BookingBody(hold)
	body["verification"] = proof
	if answer := centre.Post("/v1/appointments", body); answer.Status != http.StatusCreated {
		t.Errorf("the hold: %d %s", answer.Status, answer.Body)
	}
}

// A replica does not start without a key that the database needs, and says which; nothing is lost.
func TestMissingKey(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	ours, err := secret.FromSecret([]byte(servicetest.Secret))
	if err != nil {
		t.Fatal(err)
	}
	other, err := secret.NewRing()
	if err != nil {
		t.Fatal(err)
	}
	text, err := other.JSON()
	if err != nil {
		t.Fatal(err)
	}
	config := service.Config{DatabaseURL: centre.DatabaseURL, Keys: text, Listen: "127.0.0.1:0", LazyStatements: true, SMS: service.NoSMS}
	id := fmt.Sprint(ours.IDs()[0])
	for what, do := range map[string]func() error{
		"serve": func() error { _, err := service.New(t.Context(), config); return err },
		"rekey": func() error { return service.Rekey(t.Context(), config, 1, io.Discard) },
		"export": func() error {
			_, err := service.ExportPerson(t.Context(), config, privacy.Who{Identity: visitor.ID})
			return err
		},
	} {
		if err := do(); !errors.Is(err, secret.ErrNoKey) || !strings.Contains(err.Error(), id) {
			t.Errorf("%s: %v, want ErrNoKey with %s", what, err, id)
		}
	}
	// A key that comes to the database first is an error of the job, and of what it sealed.
	rotated, err := ours.Rotated()
	ring := &ringOf{}
	ring.set(t, rotated, err)
	ring.rekeys(t, centre)
	if err = centre.Replicas[0].RunJob(t.Context(), "follow keys"); !errors.Is(err, secret.ErrNoKey) {
		t.Errorf("following: %v", err)
	}
	back := servicetest.OpenOn(t, centre.DatabaseURL, 1, ring.option)
	if found := back.Agent().Lists("q=" + visitor.Mobile); !slices.Equal(found, []string{visit.Reference}) {
		t.Errorf("with the key the mobile finds %q", found)
	}
}

// What is sealed for one row opens in no other.
func TestSwappedRowsAreNoticed(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	centre.Visitor(1).Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	centre.Visitor(2).Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:45"))
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE appointments a SET visitor_name = b.visitor_name FROM appointments b
		WHERE a.reference IS NOT NULL AND b.reference IS NOT NULL AND a.id <> b.id`)
	config := service.Config{DatabaseURL: centre.DatabaseURL, Secret: []byte(servicetest.Secret)}
	for n := range 2 {
		data, err := service.ExportPerson(t.Context(), config, privacy.Who{Identity: servicetest.NationalID(n + 1)})
		if !errors.Is(err, secret.ErrRow) {
			t.Errorf("the visit has the name of another: %+v, %v", data, err)
		}
	}
}
