package service_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// otherSystem receives what webhooks tell, and checks each signature by itself.
type otherSystem struct {
	t       *testing.T
	server  *httptest.Server
	mu      sync.Mutex
	secrets []string // any of these
	status  int      // that it answers
	told    []hookMessage
}

// hookMessage is one message that was taken or refused.
type hookMessage struct {
	ID, Type, Reference string
	Start               time.Time
	Version             int
}

func newOtherSystem(t *testing.T) *otherSystem {
	t.Helper()
	o := &otherSystem{t: t, status: http.StatusNoContent}
	o.server = httptest.NewServer(o)
	t.Cleanup(o.server.Close)
	return o
}

// thisMachine lets webhooks reach receivers in the test.
func thisMachine(c *service.Config) { c.WebhookAllow = []string{"127.0.0.0/8"} }

func (o *otherSystem) answers(status int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.status, o.told = status, nil
}

func (o *otherSystem) trusts(secrets ...string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.secrets = secrets
}

func (o *otherSystem) hears() []hookMessage {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.told)
}

func (o *otherSystem) types() string {
	var types []string
	for _, m := range o.hears() {
		types = append(types, strings.TrimPrefix(m.Type, "appointment."))
	}
	return strings.Join(types, " ")
}

// ServeHTTP verifies as the rules of Standard Webhooks say, apart from the
// code that signs.
func (o *otherSystem) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		o.t.Error(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	id, at := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
	if _, err := strconv.ParseInt(at, 10, 64); err != nil {
		o.t.Errorf("timestamp %q", at)
	}
	valid := 0
	for _, secret := range o.secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			o.t.Error(err)
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + at + "." + string(body)))
		if slices.Contains(strings.Fields(r.Header.Get("webhook-signature")), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))) {
			valid++
		}
	}
	if valid != len(o.secrets) {
		o.t.Errorf("%d of %d secrets have signed %s", valid, len(o.secrets), id)
	}
	var message struct {
		Type string
		Data struct {
			Reference string
			Start     time.Time
			Version   int
		}
	}
	if err := json.Unmarshal(body, &message); err != nil {
		o.t.Errorf("%s: %v", body, err)
	}
	o.told = append(o.told, hookMessage{id, message.Type, message.Data.Reference, message.Data.Start, message.Data.Version})
	w.WriteHeader(o.status)
	_, _ = io.WriteString(w, "what a receiver says is nobody's business")
}

// adds adds a webhook to the system and has it trust its secret.
func (o *otherSystem) adds(staff *servicetest.Staff, department string, events ...string) api.Webhook {
	o.t.Helper()
	body := map[string]any{"name": "Portal", "url": o.server.URL + "/hooks?key=hush"}
	if department != "" {
		body["department"] = department
	}
	if events != nil {
		body["events"] = events
	}
	answer := staff.Posts("/v1/webhooks", body)
	if answer.Status != http.StatusCreated {
		o.t.Fatalf("got %d %s, want 201", answer.Status, answer.Body)
	}
	var w api.Webhook
	answer.JSON(o.t, &w)
	o.trusts(w.Secret)
	return w
}

// untilTold lets the jobs run until the system was told the types.
func (o *otherSystem) untilTold(centre *servicetest.Centre, types string) {
	o.t.Helper()
	centre.Eventually("told "+types, func() bool {
		centre.Jobs()
		return o.types() == types
	})
}

func deliveries(t *testing.T, staff *servicetest.Staff, w api.Webhook, query string) []api.WebhookDelivery {
	t.Helper()
	var list api.WebhookDeliveryList
	staff.Gets("/v1/webhooks/"+w.ID+"/deliveries"+query).JSON(t, &list)
	return list.Deliveries
}

// The portal of a department is told what becomes of its visits, in order,
// signed, and with nothing personal.
func TestAnotherSystemIsTold(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, thisMachine)
	department := departmentOf(t, centre, iban)
	coordinator := centre.Coordinator(department)
	portal := newOtherSystem(t)
	w := portal.adds(coordinator, department)

	visitor := centre.Visitor(1)
	free := visitor.Slots(iban, "riyadh", "2026-11-24", "2026-11-26")
	a := visitor.Books(iban, "riyadh", free[0].Start)
	visitor.TryMove(a, free[4].Start)
	visitor.TryCancel(a)
	portal.untilTold(centre, "booked moved cancelled")
	heard := portal.hears()
	want := []hookMessage{
		{heard[0].ID, "appointment.booked", a.Reference, free[0].Start, 1},
		{heard[1].ID, "appointment.moved", a.Reference, free[4].Start, 2},
		{heard[2].ID, "appointment.cancelled", a.Reference, free[4].Start, 3},
	}
	if diff := cmp.Diff(want, heard, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
		t.Errorf("-want +told:\n%s", diff)
	}
	list := deliveries(t, coordinator, w, "?state=delivered")
	if len(list) != 3 || list[0].ID != heard[2].ID || list[0].Reference != a.Reference || list[0].Status != http.StatusNoContent ||
		list[0].FinishedAt == nil {
		t.Errorf("deliveries %+v", list)
	}
	centre.AuditClean()
}

// While a receiver fails, what follows about the same visit waits; other visits
// don't, and nothing is lost. What is given up can be sent again.
func TestAFailingReceiverIsTriedAgain(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, thisMachine)
	department := departmentOf(t, centre, iban)
	coordinator := centre.Coordinator(department)
	portal := newOtherSystem(t)
	w := portal.adds(coordinator, department)
	portal.answers(http.StatusServiceUnavailable)

	visitor := centre.Visitor(1)
	free := visitor.Slots(iban, "riyadh", "2026-12-06", "2026-12-10")
	a := visitor.Books(iban, "riyadh", free[0].Start)
	visitor.TryCancel(a)
	portal.untilTold(centre, "booked")
	centre.Jobs() // not before its time
	if got := portal.types(); got != "booked" {
		t.Errorf("told %q", got)
	}
	list := deliveries(t, coordinator, w, "")
	if len(list) != 2 || list[1].State != "waiting" || list[1].Detail != "status" || list[1].Status != 503 || list[1].Attempts != 1 ||
		list[0].Attempts != 0 {
		t.Errorf("deliveries %+v", list)
	}
	var shown api.Webhook
	coordinator.Gets("/v1/webhooks/"+w.ID).JSON(t, &shown)
	if shown.FailingSince == nil || shown.State != "active" {
		t.Errorf("webhook %+v", shown)
	}
	first := portal.hears()[0].ID
	centre.Refused(coordinator.Posts("/v1/webhooks/"+w.ID+"/deliveries/"+first+"/resend", nil), http.StatusConflict, "delivery-pending")

	portal.answers(http.StatusOK)
	centre.Clock.Add(6 * time.Second)
	portal.untilTold(centre, "booked cancelled")
	if again := portal.hears()[0].ID; again != first {
		t.Errorf("the second attempt has id %s, the first %s", again, first)
	}
	coordinator.Gets("/v1/webhooks/"+w.ID).JSON(t, &shown)
	portal.answers(http.StatusOK)
	if answer := coordinator.Posts("/v1/webhooks/"+w.ID+"/deliveries/"+first+"/resend", nil); answer.Status != http.StatusAccepted {
		t.Errorf("resend: %d %s", answer.Status, answer.Body)
	}
	portal.untilTold(centre, "booked")
	if again := portal.hears()[0].ID; again != first {
		t.Errorf("sent again as %s, want %s", again, first)
	}
	if list = deliveries(t, coordinator, w, "?state=waiting"); len(list) > 0 {
		t.Errorf("waiting %+v", list)
	}
	body := coordinator.Gets("/v1/webhooks/" + w.ID + "/deliveries").Body
	if strings.Contains(string(body), "business") {
		t.Errorf("what the receiver answered is shown: %s", body)
	}
}

// An event that nobody takes is given up after three days; then the next one
// about the visit has its turn.
func TestWhatNobodyTakesIsGivenUp(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, thisMachine)
	department := departmentOf(t, centre, iban)
	coordinator := centre.Coordinator(department)
	portal := newOtherSystem(t)
	w := portal.adds(coordinator, department)
	portal.answers(http.StatusInternalServerError)
	visitor := centre.Visitor(1)
	a := visitor.Books(iban, "riyadh", visitor.Slots(iban, "riyadh", "2026-12-06", "2026-12-10")[0].Start)
	portal.untilTold(centre, "booked")
	centre.Clock.Add(time.Minute)
	visitor.TryCancel(a)
	for range 200 {
		centre.Clock.Add(30 * time.Minute)
		if err := centre.Replicas[0].RunJob(t.Context(), "plan webhooks"); err != nil {
			t.Fatal(err)
		}
		if err := centre.Replicas[0].RunJob(t.Context(), "serve webhooks"); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(portal.types(), "cancelled") {
			break
		}
	}
	types := strings.Fields(portal.types())
	if n := len(types); n != 11 || types[10] != "cancelled" || slices.Contains(types[:10], "cancelled") {
		t.Errorf("told %v, want booked ten times, then cancelled", types)
	}
	list := deliveries(t, coordinator, w, "?state=failed")
	if len(list) != 1 || list[0].Type != "appointment.booked" || list[0].Attempts != 10 {
		t.Errorf("given up: %+v", list)
	}
}

// A receiver that says that it is gone is told nothing more, and the
// coordinators see it: in the list, in the log and in a metric. Enabled, it is
// told what happens from then on and what had waited.
func TestAReceiverThatIsGone(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, thisMachine)
	department := departmentOf(t, centre, iban)
	coordinator := centre.Coordinator(department)
	portal := newOtherSystem(t)
	w := portal.adds(coordinator, department)
	portal.answers(http.StatusGone)
	visitor := centre.Visitor(1)
	free := visitor.Slots(iban, "riyadh", "2026-12-06", "2026-12-10")
	a := visitor.Books(iban, "riyadh", free[0].Start)
	portal.untilTold(centre, "booked")
	var list api.WebhookList
	coordinator.Gets("/v1/webhooks").JSON(t, &list)
	if len(list.Webhooks) != 1 || list.Webhooks[0].State != "disabled" || list.Webhooks[0].DisabledWhy != "gone" ||
		list.Webhooks[0].DisabledAt == nil {
		t.Errorf("webhooks %+v", list.Webhooks)
	}
	var log api.ActList
	coordinator.Gets("/v1/audit?action=webhook.disabled").JSON(t, &log)
	if len(log.Acts) != 1 || log.Acts[0].Subject != "webhook "+w.ID || log.Acts[0].Reason != "gone" {
		t.Errorf("log %+v", log.Acts)
	}
	centre.Jobs()
	if metrics := centre.Metrics(); !strings.Contains(metrics, "\nziyara_webhooks_disabled 1\n") {
		t.Error("no metric tells that a webhook is disabled")
	}
	centre.Refused(coordinator.Posts("/v1/webhooks/"+w.ID+"/test", nil), http.StatusConflict, "webhook-disabled")
	portal.answers(http.StatusOK)
	visitor.TryMove(a, free[4].Start) // nobody is told
	centre.Clock.Add(time.Minute)
	centre.Jobs()
	if got := portal.types(); got != "" {
		t.Errorf("told %q while disabled", got)
	}
	if answer := coordinator.Posts("/v1/webhooks/"+w.ID+"/enable", nil); answer.Status != http.StatusOK {
		t.Errorf("enable: %d %s", answer.Status, answer.Body)
	}
	visitor.TryCancel(a)
	portal.untilTold(centre, "booked cancelled")
}

// A secret is changed without missing anything: for a day both sign.
func TestASecretIsChanged(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, thisMachine)
	department := departmentOf(t, centre, iban)
	coordinator := centre.Coordinator(department)
	portal := newOtherSystem(t)
	w := portal.adds(coordinator, department)
	var changed api.Webhook
	answer := coordinator.Posts("/v1/webhooks/"+w.ID+"/secret", nil)
	answer.JSON(t, &changed)
	if changed.Secret == "" || changed.Secret == w.Secret || changed.FormerSecretUntil == nil {
		t.Fatalf("got %d %s", answer.Status, answer.Body)
	}
	portal.trusts(w.Secret, changed.Secret)
	try := func(said string) {
		t.Helper()
		if answer := coordinator.Posts("/v1/webhooks/"+w.ID+"/test", nil); answer.Status != http.StatusAccepted {
			t.Fatalf("test: %d %s", answer.Status, answer.Body)
		}
		portal.untilTold(centre, said)
	}
	try("webhook.test")
	centre.Clock.Add(25 * time.Hour)
	portal.trusts(changed.Secret)
	try("webhook.test webhook.test")
	if got := portal.hears(); got[0].ID == got[1].ID {
		t.Errorf("two tests have one id: %v", got)
	}
	var shown api.Webhook
	coordinator.Gets("/v1/webhooks/"+w.ID).JSON(t, &shown)
	if shown.Secret != "" {
		t.Error("a secret is shown again")
	}
	stored := servicetest.Query[string](
		t,
		centre.DatabaseURL,
		"SELECT (SELECT string_agg(w::text || encode(w.secret, 'escape'), '') FROM webhooks w) || "+
			"(SELECT string_agg(l::text, '') FROM audit_log l)",
	)
	for _, s := range []string{w.Secret, changed.Secret, "hush"} {
		if s != "hush" && strings.Contains(stored, strings.TrimPrefix(s, "whsec_")) {
			t.Error("a secret is in the database as it is")
		}
	}
	if log := servicetest.Query[string](
		t,
		centre.DatabaseURL,
		"SELECT string_agg(l::text, '') FROM audit_log l",
	); strings.Contains(
		log,
		"hush",
	) {
		t.Error("the key in an address is in the log")
	}
}

// A removed webhook is told nothing more, also of what waited.
func TestARemovedWebhook(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, thisMachine)
	department := departmentOf(t, centre, iban)
	coordinator := centre.Coordinator(department)
	portal := newOtherSystem(t)
	w := portal.adds(coordinator, department)
	portal.answers(http.StatusInternalServerError)
	visitor := centre.Visitor(1)
	visitor.Books(iban, "riyadh", visitor.Slots(iban, "riyadh", "2026-12-06", "2026-12-10")[0].Start)
	portal.untilTold(centre, "booked")
	portal.answers(http.StatusOK)
	for range 2 {
		if answer := coordinator.Sends(
			servicetest.Request{Method: http.MethodDelete, Path: "/v1/webhooks/" + w.ID},
		); answer.Status != http.StatusNoContent {
			t.Errorf("remove: %d %s", answer.Status, answer.Body)
		}
	}
	centre.Pass(time.Hour)
	if got := portal.types(); got != "" {
		t.Errorf("told %q after it was removed", got)
	}
	centre.Refused(coordinator.Gets("/v1/webhooks/"+w.ID), http.StatusNotFound, "not-found")
	var list api.WebhookList
	coordinator.Gets("/v1/webhooks").JSON(t, &list)
	if len(list.Webhooks) > 0 {
		t.Errorf("webhooks %+v", list.Webhooks)
	}
}

// Who may do what with webhooks, and what is refused.
func TestWebhooksAreBounded(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	department := departmentOf(t, centre, iban)
	coordinator, stranger := centre.Coordinator(department), centre.Coordinator("elsewhere")
	body := func(change map[string]any) map[string]any {
		b := map[string]any{"name": "x", "url": "https://portal.example.gov.sa/hooks", "department": department}
		for k, v := range change {
			if v == nil {
				delete(b, k)
			} else {
				b[k] = v
			}
		}
		return b
	}
	centre.Refused(centre.Post("/v1/webhooks", body(nil)), http.StatusUnauthorized, "sign-in-needed")
	for _, staff := range []*servicetest.Staff{stranger, centre.Receptionist("riyadh"), centre.Agent(), centre.Manager()} {
		centre.Refused(staff.Posts("/v1/webhooks", body(nil)), http.StatusForbidden, "forbidden")
	}
	centre.Refused(coordinator.Posts("/v1/webhooks", body(map[string]any{"department": nil})), http.StatusForbidden, "forbidden")
	for _, c := range []struct {
		name    string
		change  map[string]any
		status  int
		kind    string
		pointer string
	}{
		{"without TLS", map[string]any{"url": "http://portal.example.gov.sa/"}, 422, "webhook-url", ""},
		{"with a password", map[string]any{"url": "https://a:b@portal.example.gov.sa/"}, 422, "webhook-url", ""},
		{"the metadata of a cloud", map[string]any{"url": "https://169.254.169.254/latest"}, 422, "webhook-address", ""},
		{"this machine", map[string]any{"url": "https://localhost:5432/"}, 422, "webhook-address", ""},
		{"this machine as IPv6", map[string]any{"url": "https://[::ffff:127.0.0.1]/"}, 422, "webhook-address", ""},
		{"a line break", map[string]any{"url": "https://portal.example.gov.sa/\r\nHost: x"}, 422, "invalid", "#/url"},
		{"no such event", map[string]any{"events": []string{"appointment.booked", "appointment.lost"}}, 422, "invalid", "#/events/1"},
		{"an event twice", map[string]any{"events": []string{"appointment.booked", "appointment.booked"}}, 422, "invalid", "#/events"},
		{"no name", map[string]any{"name": "  "}, 422, "invalid", "#/name"},
	} {
		p := centre.Refused(coordinator.Posts("/v1/webhooks", body(c.change)), c.status, c.kind)
		if pointers := servicetest.Pointers(p); c.pointer != "" && !slices.Equal(pointers, []string{c.pointer}) {
			t.Errorf("%s: points at %v", c.name, pointers)
		}
	}
	centre.Refused(centre.Admin().Posts("/v1/webhooks", body(map[string]any{"department": "nothing"})), http.StatusNotFound,
		"unknown-feed-scope")

	var own, all api.Webhook
	coordinator.Posts("/v1/webhooks", body(nil)).JSON(t, &own)
	centre.Admin().Posts("/v1/webhooks", body(map[string]any{"department": nil, "events": []string{"appointment.booked"}})).JSON(t, &all)
	for _, c := range []struct {
		who  *servicetest.Staff
		want []string
	}{{coordinator, []string{own.ID}}, {stranger, nil}, {centre.Admin(), []string{all.ID, own.ID}}} {
		var list api.WebhookList
		c.who.Gets("/v1/webhooks?limit=2").JSON(t, &list)
		var ids []string
		for _, w := range list.Webhooks {
			ids = append(ids, w.ID)
		}
		if !slices.Equal(ids, c.want) {
			t.Errorf("%v sees %v, want %v", c.who.Departments, ids, c.want)
		}
	}
	var page api.WebhookList
	centre.Admin().Gets("/v1/webhooks?limit=1").JSON(t, &page)
	var next api.WebhookList
	centre.Admin().Gets("/v1/webhooks?limit=1&cursor="+page.NextCursor).JSON(t, &next)
	if len(page.Webhooks) != 1 || len(next.Webhooks) != 1 || page.Webhooks[0].ID == next.Webhooks[0].ID || next.NextCursor != "" {
		t.Errorf("pages %+v, %+v", page, next)
	}
	for _, id := range []string{own.ID, all.ID} {
		for _, c := range []struct{ method, path string }{
			{http.MethodGet, ""}, {http.MethodDelete, ""}, {http.MethodPost, "/secret"}, {http.MethodPost, "/enable"}, {http.MethodPost, "/test"},
			{http.MethodGet, "/deliveries"}, {http.MethodPost, "/deliveries/msg_" + nobody + "/resend"},
		} {
			centre.Refused(stranger.Sends(servicetest.Request{Method: c.method, Path: "/v1/webhooks/" + id + c.path}), http.StatusForbidden,
				"forbidden")
			if id == all.ID {
				centre.Refused(coordinator.Sends(servicetest.Request{Method: c.method, Path: "/v1/webhooks/" + id + c.path}), http.StatusForbidden,
					"forbidden")
			}
		}
	}
	centre.Refused(coordinator.Posts("/v1/webhooks/"+own.ID+"/deliveries/msg_"+nobody+"/resend", nil), http.StatusNotFound, "not-found")
	centre.Refused(coordinator.Posts("/v1/webhooks/"+own.ID+"/deliveries/x/resend", nil), http.StatusNotFound, "not-found")
	centre.Refused(coordinator.Gets("/v1/webhooks/"+nobody), http.StatusNotFound, "not-found")
	centre.Refused(coordinator.Gets("/v1/webhooks/x"), http.StatusNotFound, "not-found")
	centre.Refused(coordinator.Gets("/v1/webhooks/"+own.ID+"/deliveries?cursor=x"), http.StatusUnprocessableEntity, "invalid")
}

// The same request twice is one webhook and one secret.
func TestAWebhookIsAddedOnce(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	ask := func(replica int) servicetest.Answer {
		t.Helper()
		return centre.Admin().Sends(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/webhooks", Body: map[string]any{"name": "x", "url": "https://portal.example.gov.sa/"},
			Header: map[string]string{"Idempotency-Key": "the-same-key-each-time"}, Replica: replica,
		})
	}
	if first, second := ask(0), ask(1); first.Status != http.StatusCreated || string(first.Body) != string(second.Body) {
		t.Errorf("%d %s, then %d %s", first.Status, first.Body, second.Status, second.Body)
	}
}

// A receiver whose name leads to this machine is refused when something is
// sent, if this machine is not allowed.
func TestWebhooksStayOutOfTheHouse(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	portal := newOtherSystem(t)
	var w api.Webhook
	centre.Admin().Posts("/v1/webhooks", map[string]any{"name": "x", "url": "https://portal.example.gov.sa/"}).JSON(t, &w)
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE webhooks SET url = $1", strings.Replace(portal.server.URL, "http:", "https:", 1))
	centre.Admin().Posts("/v1/webhooks/"+w.ID+"/test", nil)
	centre.Eventually("an attempt", func() bool {
		centre.Jobs()
		list := deliveries(t, centre.Admin(), w, "")
		return len(list) == 1 && list[0].Detail == "address" && list[0].Status == 0
	})
	if got := portal.hears(); len(got) > 0 {
		t.Errorf("this machine was reached: %v", got)
	}
}

// addsWebhook adds a webhook of the department of revenues.
func addsWebhook(*walk) asked {
	return asked{Department: "revenues", Request: servicetest.Request{
		Method: http.MethodPost,
		Path:   "/v1/webhooks",
		Body:   map[string]any{"name": "x", "url": "https://portal.example.gov.sa/", "department": "revenues"},
	}}
}

// ofWebhook asks about a webhook of the department of revenues.
func ofWebhook(method, suffix string) fixture {
	return func(w *walk) asked {
		var added api.Webhook
		w.Admin().Sends(addsWebhook(w).Request).JSON(w.t, &added)
		return asked{Department: "revenues", Request: servicetest.Request{Method: method, Path: "/v1/webhooks/" + added.ID + suffix}}
	}
}

// editsWebhook gives a webhook another name.
func editsWebhook(w *walk) asked {
	a := ofWebhook(http.MethodPatch, "")(w)
	a.Body, a.Header = map[string]any{"name": "Another"}, map[string]string{"If-Match": "*"}
	return a
}

// A coordinator gives a webhook another address and other events; what waits goes there. Whoever
// read it before does not undo that, and what did not change is not in the log.
func TestWebhookIsEdited(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura, reem := centre.Coordinator("revenues"), centre.Admin()
	var made, shown api.Webhook
	noura.Posts("/v1/webhooks", map[string]any{"name": "Portal", "url": "https://example.com/hook?key=s3cr3t", "department": "revenues"}).
		JSON(t, &made)
	path := "/v1/webhooks/" + made.ID
	edits := func(by *servicetest.Staff, version string, body any) servicetest.Answer {
		r := servicetest.Request{Method: http.MethodPatch, Path: path, Body: body}
		if version != "" {
			r.Header = map[string]string{"If-Match": version}
		}
		return by.Sends(r)
	}
	read := noura.Gets(path).Header.Get("ETag")
	centre.Refused(edits(noura, "", map[string]any{"name": "X"}), http.StatusPreconditionRequired, "version-needed")
	centre.Refused(edits(centre.Coordinator("support"), read, map[string]any{"name": "X"}), http.StatusForbidden, "forbidden")
	answer := edits(noura, read, map[string]any{"url": "https://example.org/hook", "events": []string{"appointment.booked"}})
	answer.JSON(t, &shown)
	if answer.Status != http.StatusOK || shown.URL != "https://example.org/hook" || shown.Name != "Portal" || len(shown.Events) != 1 {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	now := answer.Header.Get("ETag")
	if got := noura.Gets(path); got.Header.Get("ETag") != now || now == read || !strings.Contains(string(got.Body), "example.org") {
		t.Errorf("read again: %s %s, changed to %s", got.Header.Get("ETag"), got.Body, now)
	}
	centre.Refused(edits(reem, read, map[string]any{"name": "X"}), http.StatusPreconditionFailed, "edit-conflict")
	centre.Refused(edits(reem, "*", map[string]any{"url": "http://example.org/hook"}), http.StatusUnprocessableEntity, "webhook-url")
	centre.Refused(edits(reem, "*", map[string]any{}), http.StatusUnprocessableEntity, "invalid")
	if again := edits(noura, now, map[string]any{"name": "Portal"}); again.Header.Get("ETag") != now {
		t.Errorf("the same again: %d %s", again.Status, again.Body)
	}
	every := edits(noura, now, map[string]any{"events": []string{}})
	if every.Status != http.StatusOK || strings.Contains(string(every.Body), "booked") {
		t.Errorf("all events: %d %s", every.Status, every.Body)
	}
	acts := string(reem.Gets("/v1/audit?action=webhook.changed").Body)
	if strings.Count(acts, `"action":"webhook.changed"`) != 2 || strings.Contains(acts, "s3cr3t") || !strings.Contains(acts, "example.org") {
		t.Errorf("the log has %s", acts)
	}
}

// resendsDelivery sends what was given up once more.
func resendsDelivery(w *walk) asked {
	a := ofWebhook(http.MethodPost, "")(w)
	message := servicetest.Query[string](w.t, w.DatabaseURL, `
		INSERT INTO webhook_deliveries (webhook_id, type, state, created_at, next_attempt_at, finished_at)
		VALUES ($1, 'webhook.test', 'failed', now(), now(), now()) RETURNING message`, strings.TrimPrefix(a.Path, "/v1/webhooks/"))
	a.Path += "/deliveries/msg_" + message + "/resend"
	return a
}
