package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"ziyara"
	"ziyara/notify"
	"ziyara/notify/sandbox"
	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/secret"
	"ziyara/service/servicetest"
)

// A replica that is told to stop accepts nothing new, but finishes what it is
// doing: who was promised a place has it.
func TestGracefulStop(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	visitor.Proves()
	hold := visitor.Holds(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	body := visitor.BookingBody(hold)

	release := servicetest.Lock(t, centre.DatabaseURL, "appointment_events")
	booked := make(chan servicetest.Answer, 1)
	go func() { booked <- centre.Post("/v1/appointments", body) }()
	until(t, "the booking waits for the lock", func() bool {
		return servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 1
	})
	stopped := make(chan error, 1)
	go func() { stopped <- centre.Stop(0) }()
	address := strings.TrimPrefix(centre.Replicas[0].URL(), "http://")
	until(t, "nothing new is accepted", func() bool {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			return true
		}
		_ = c.Close() // accepted just before the end
		return false
	})
	select {
	case err := <-stopped:
		t.Fatalf("stopped with a request in progress: %v", err)
	case <-time.After(300 * time.Millisecond): // it would have, by now
	}
	release()
	answer := <-booked
	if answer.Status != http.StatusCreated {
		t.Fatalf("book: %d %s", answer.Status, answer.Body)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
	var visit api.Appointment
	answer.JSON(t, &visit)
	visitor.Replica = 1
	if now := visitor.Shows(visit); now.Status != api.AppointmentStatusBooked {
		t.Errorf("the visit is %s, want booked", now.Status)
	}
	centre.AuditClean()
}

// What the service measures.
func TestMetrics(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	visitor.Holds(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	visitor.Shows(visit)
	centre.Get("/v1/services/nothing")
	centre.Jobs()
	centre.Job("audit")
	metrics := centre.Metrics()
	for _, line := range []string{
		`ziyara_http_requests_total{method="POST",route="/v1/holds",status="201"} 2`,
		`ziyara_http_requests_total{method="GET",route="/v1/appointments/:reference",status="200"} 1`,
		`ziyara_http_requests_total{method="GET",route="/v1/services/:service",status="404"} 1`,
		`ziyara_http_request_duration_seconds_count{method="POST",route="/v1/appointments"} 1`,
		`ziyara_holds_total 2`,
		`ziyara_bookings_total 1`,
		`ziyara_messages_handled_total 2`,
		`ziyara_messages_waiting 0`,
		`ziyara_audit_differences 0`,
		`ziyara_job_duration_seconds_count{job="audit"} 1`,
		`ziyara_database_connections_open `,
		`go_goroutines `,
	} {
		if !strings.Contains(metrics, "\n"+line) {
			t.Errorf("no line %q", line)
		}
	}
	// The auditor finds what somebody changed behind the service's back.
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE ledger_days SET used[1] = used[1] + 1`)
	centre.Job("audit")
	if !strings.Contains(centre.Metrics(), "\nziyara_audit_differences 1\n") {
		t.Error("the difference in the ledger is not measured")
	}
}

// A refused request is counted at the address that it was sent to.
func TestMetricsOfRefusedRequests(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	centre.Post("/v1/holds", map[string]any{})
	centre.Send(servicetest.Request{Method: http.MethodPut, Path: "/v1/holds/" + nobody})
	centre.Get("/wp-login.php")
	metrics := centre.Metrics()
	for _, line := range []string{
		`ziyara_http_requests_total{method="POST",route="/v1/holds",status="422"} 1`,
		`ziyara_http_requests_total{method="PUT",route="/v1/holds/{id}",status="405"} 1`,
		`ziyara_http_requests_total{method="GET",route="/",status="404"} 1`,
	} {
		if !strings.Contains(metrics, "\n"+strings.ReplaceAll(line, "{id}", ":id")) {
			t.Errorf("no line %q", line)
		}
	}
}

// What is for operators is not on the listener for everybody, and the other way round.
func TestOperationsHaveTheirOwnListener(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	for _, path := range []string{"/metrics", "/metrics/", "//metrics", "/%6detrics", "/debug/pprof/", "/debug/vars"} {
		if answer := centre.Get(path); answer.Status != http.StatusNotFound && answer.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %.200s", path, answer.Status, answer.Body)
		}
	}
	for path, want := range map[string]int{
		"/metrics": http.StatusOK, "/healthz": http.StatusOK, "/readyz": http.StatusOK, "/": http.StatusNotFound,
		"/v1/services": http.StatusNotFound, "/docs": http.StatusNotFound, "/debug/pprof/": http.StatusNotFound,
	} {
		if status, body := centre.Operations(path); status != want {
			t.Errorf("operations, %s: %d %.200s, want %d", path, status, body, want)
		}
	}
}

// The contract and its page, the front door, the health of the process.
func TestPages(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	want, err := openapi3.NewLoader().LoadFromData(ziyara.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/openapi.yaml", "/openapi.json"} {
		spec := centre.Get(path)
		got, err := openapi3.NewLoader().LoadFromData(spec.Body)
		if spec.Status != http.StatusOK || err != nil {
			t.Fatalf("%s: %d, %v", path, spec.Status, err)
		}
		if bytes.Contains(spec.Body, []byte("x-go-")) {
			t.Errorf("%s tells what only the generator of this server needs", path)
		}
		if got.Info.Version != want.Info.Version || got.Paths.Len() != want.Paths.Len() ||
			len(got.Components.Schemas) != len(want.Components.Schemas) {
			t.Errorf("%s is not the contract", path)
		}
		if example, _ := json.Marshal(got.Components.Schemas["HolidayDates"]); bytes.Contains(example, []byte("T00:00:00Z")) {
			t.Errorf("%s: dates became instants: %s", path, example)
		}
	}
	if json.Valid(centre.Get("/openapi.yaml").Body) || !json.Valid(centre.Get("/openapi.json").Body) {
		t.Error("the contract is not YAML and JSON")
	}
	docs := centre.Get("/docs")
	if docs.Status == http.StatusMovedPermanently || docs.Status == http.StatusFound {
		docs = centre.Get(docs.Header.Get("Location"))
	}
	if docs.Status != http.StatusOK || !strings.Contains(string(docs.Body), "/openapi.yaml") {
		t.Errorf("docs: %d %.200s", docs.Status, docs.Body)
	}
	if front := centre.Get("/"); front.Status != http.StatusFound || front.Header.Get("Location") != "/docs" {
		t.Errorf("/: %d to %q, want 302 to /docs", front.Status, front.Header.Get("Location"))
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if answer := centre.Get(path); answer.Status != http.StatusOK {
			t.Errorf("%s: %d %s", path, answer.Status, answer.Body)
		}
	}
	address := strings.TrimPrefix(centre.Replicas[0].URL(), "http://")
	if err := service.Health(t.Context(), address); err != nil {
		t.Errorf("health: %v", err)
	}
	if answer := centre.Send(servicetest.Request{Method: http.MethodHead, Path: "/v1/services"}); answer.Status != http.StatusOK ||
		len(answer.Body) > 0 {
		t.Errorf("HEAD: %d with %d bytes", answer.Status, len(answer.Body))
	}
}

// A browser that asks for a page that can't be shown gets one that says so in its
// visitor's language; a program gets a problem.
func TestPagesThatCannotBeShown(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	for _, c := range []struct {
		path, accept, lang string
		status             int
		media, want        string
	}{
		{"/nothing", "text/html,*/*;q=0.8", "ar", http.StatusNotFound, "text/html; charset=utf-8", "لا توجد صفحة بهذا العنوان"},
		{"/nothing", "text/html,*/*;q=0.8", "en", http.StatusNotFound, "text/html; charset=utf-8", "There is no page at this address"},
		{"/nothing?lang=en", "text/html", "ar", http.StatusNotFound, "text/html; charset=utf-8", "There is no page at this address"},
		{"/v1/services/nothing", "text/html", "en", http.StatusNotFound, "application/problem+json", "unknown-service"},
		{"/nothing", "*/*", "en", http.StatusNotFound, "application/problem+json", "no-such-address"},
	} {
		answer := centre.Send(servicetest.Request{
			Method: http.MethodGet, Path: c.path, Header: map[string]string{"Accept": c.accept, "Accept-Language": c.lang},
		})
		if answer.Status != c.status || answer.Header.Get("Content-Type") != c.media || !strings.Contains(string(answer.Body), c.want) {
			t.Errorf("%s for %s in %s: %d, %s, %.300s", c.path, c.accept, c.lang, answer.Status, answer.Header.Get("Content-Type"), answer.Body)
		}
		policy := answer.Header.Get("Content-Security-Policy")
		if strings.HasPrefix(c.media, "text/html") != strings.Contains(policy, "style-src 'self'") { // a problem loads nothing
			t.Errorf("%s for %s: policy %q", c.path, c.accept, policy)
		}
	}
}

// sandboxed keeps messages in a sandbox and shows them, as ziyara dev does.
func sandboxed(c *service.Config) { c.Sender, c.Dev = nil, true }

// The page of the sandbox phone shows what a visitor got, newest first.
func TestSandboxPhone(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, sandboxed)
	first, second := centre.Visitor(1), centre.Visitor(2)
	for _, v := range []*servicetest.Visitor{first, second} {
		if answer := v.AsksForCode(); answer.Status != http.StatusAccepted {
			t.Fatalf("code: %d %s", answer.Status, answer.Body)
		}
		centre.Jobs()
	}
	shows := func(query string) []sandbox.Message {
		t.Helper()
		answer := centre.Get("/dev/phone.json" + query)
		var list []sandbox.Message
		answer.JSON(t, &list)
		return list
	}
	if all := shows(""); len(all) != 2 || all[0].Mobile != "+966500000002" {
		t.Errorf("got %+v, want both, the newest first", all)
	}
	for query, want := range map[string]int{
		"?mobile=0500000001": 1, "?mobile=%2B966500000001": 1, "?mobile=0500000003": 0, "?mobile=x": 0,
	} {
		if got := len(shows(query)); got != want {
			t.Errorf("%s: got %d messages, want %d", query, got, want)
		}
	}
	page := centre.Get("/dev/phone?mobile=0500000001")
	if page.Status != http.StatusOK || !strings.Contains(string(page.Body), "966500000001") ||
		strings.Contains(string(page.Body), "966500000002") {
		t.Errorf("page: %d %s", page.Status, page.Body)
	}
}

// What is for trying out exists in dev only: not with a gateway, and not when no
// messages are sent.
func TestNothingOfDevInServe(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]servicetest.Option{
		"with a gateway": nil, "without messages": {func(c *service.Config) { c.Sender, c.SMS = nil, service.NoSMS }},
	} {
		centre := servicetest.Open(t, 1, options...)
		for _, path := range []string{"/dev/phone", "/dev/phone.json", "/dev/mail", "/dev/mail.json", "/dev/token", "/dev/issuer/keys"} {
			centre.Refused(centre.Get(path), http.StatusNotFound, "no-such-address")
		}
		centre.Refused(centre.Get("/dev/clock"), http.StatusNotFound, "no-such-address")
		centre.Refused(centre.Post("/dev/clock", map[string]any{"forward_minutes": 1}), http.StatusNotFound, "no-such-address")
		centre.Refused(centre.Post("/dev/gateway", map[string]any{"fails": "no"}), http.StatusNotFound, "no-such-address")
		if t.Failed() {
			t.Fatalf("in %q", name)
		}
	}
}

// Whoever tries the service out lets days pass: what was too soon yesterday is over today, tokens
// are of the new time. What can't be meant is refused, and so is what another page sends.
func TestTrialClock(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, sandboxed, demoSignIn)
	visitor := centre.Visitor(1)
	free := visitor.Slots(heirs, "riyadh", "2026-11-22", "2026-11-30")
	var shown struct{ Now time.Time }
	centre.Post("/dev/clock", map[string]any{"forward_minutes": 3 * 24 * 60}).JSON(t, &shown)
	if want := centre.Clock.Now().Add(72 * time.Hour); !shown.Now.Equal(want) {
		t.Errorf("it is %v, want %v", shown.Now, want)
	}
	later := visitor.Slots(heirs, "riyadh", "2026-11-25", "2026-11-30")
	if len(later) == 0 || later[0].Start.Sub(free[0].Start) < 48*time.Hour {
		t.Errorf("three days later the first start is %v, before it was %v", later[0].Start, free[0].Start)
	}
	answer := centre.Send(servicetest.Request{Method: http.MethodGet, Path: "/v1/me",
		Header: map[string]string{"Authorization": "Bearer " + devToken(t, centre, "noura")}})
	if answer.Status != http.StatusOK {
		t.Errorf("a token of then: %d %s", answer.Status, answer.Body)
	}
	for name, body := range map[string]any{
		"back": map[string]any{"forward_minutes": -1}, "by years": map[string]any{"forward_minutes": 1 << 30},
		"by nothing": map[string]any{}, "by a word": map[string]any{"forward_minutes": "1"}, "to": map[string]any{"now": "2027-01-01T00:00:00Z"},
	} {
		if answer := centre.Post("/dev/clock", body); answer.Status != http.StatusUnprocessableEntity && answer.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
	form := centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/dev/clock", Body: `{"forward_minutes": 1}`,
		Header: map[string]string{"Content-Type": "text/plain"}})
	centre.Refused(form, http.StatusUnsupportedMediaType, "media-type")
	centre.Get("/dev/clock").JSON(t, &shown)
	if want := centre.Clock.Now().Add(72 * time.Hour); !shown.Now.Equal(want) {
		t.Errorf("in the end it is %v, want %v", shown.Now, want)
	}
}

// The gateway of the trial fails as it is told, and what waited is sent when it works again.
func TestTrialGateway(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, sandboxed)
	visitor := centre.Visitor(1)
	messages := func() (list []sandbox.Message) {
		centre.Jobs()
		centre.Get("/dev/phone.json?mobile="+url.QueryEscape(visitor.Mobile)).JSON(t, &list)
		return list
	}
	fails := func(how string) servicetest.Answer { return centre.Post("/dev/gateway", map[string]any{"fails": how}) }
	if answer := fails("temporarily"); answer.Status != http.StatusOK {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	visitor.AsksForCode()
	if got := messages(); len(got) != 0 {
		t.Errorf("messages arrive: %v", got)
	}
	fails("no")
	centre.Clock.Add(time.Minute)
	if got := messages(); len(got) != 1 {
		t.Errorf("%d messages arrive, want the one that waited", len(got))
	}
	centre.Refused(fails("sometimes"), http.StatusUnprocessableEntity, "invalid")
}

// dev refuses requests that name this machine otherwise or come through a proxy on it.
func TestDevIsForThisMachine(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn, sandboxed, func(c *service.Config) { c.Postman = nil })
	for _, path := range []string{"/dev/phone.json", "/dev/mail.json", "/staff", "/v1/services", "/docs"} {
		for name, value := range map[string]string{
			"Host": "rebound.example.net:8080", "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": "visit.example.sa",
			"X-Forwarded-Proto": "https", "Forwarded": "for=192.0.2.1", "X-Real-IP": "192.0.2.1", "Via": "1.1 proxy",
		} {
			answer := centre.Send(servicetest.Request{Method: http.MethodGet, Path: path, Header: map[string]string{name: value}})
			if answer.Status != http.StatusMisdirectedRequest {
				t.Errorf("%s with %s: %d %s", path, name, answer.Status, answer.Body)
			}
		}
		for _, host := range []string{"localhost:8080", "127.0.0.1", "[::1]:8080"} {
			answer := centre.Send(servicetest.Request{Method: http.MethodGet, Path: path, Header: map[string]string{"Host": host}})
			if answer.Status >= http.StatusBadRequest {
				t.Errorf("%s at %s: %d %s", path, host, answer.Status, answer.Body)
			}
		}
	}
}

// What can't work is refused before anything is served.
func TestRefusedConfigurations(t *testing.T) {
	t.Parallel()
	database := servicetest.Database(t)
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close() //nolint:errcheck // it accepted nothing
	for _, test := range []struct {
		name   string
		change func(*service.Config)
		want   string
	}{
		{"port in use", func(c *service.Config) { c.Listen = taken.Addr().String() }, "address already in use"},
		{"short secret", func(c *service.Config) { c.Secret = c.Secret[:31] }, secret.ErrShort.Error()},
		{"no database", func(c *service.Config) { c.DatabaseURL = "" }, "DATABASE_URL"},
		{
			"database out of reach", func(c *service.Config) { c.DatabaseURL = "postgres://ziyara:s3cr3t@127.0.0.1:1/ziyara?sslmode=disable" },
			"connection refused",
		},
		{"not a URL", func(c *service.Config) { c.DatabaseURL = "host=localhost password=s3cr3t" }, "DATABASE_URL"},
		{"unknown gateway", func(c *service.Config) { c.SMS = "pigeon" }, "pigeon"},
		{"negative limit of holds", func(c *service.Config) { c.HoldsPerAddress = -1 }, "ZIYARA_HOLDS_PER_ADDRESS"},
		{"negative limit of holds of a mobile", func(c *service.Config) { c.HoldsPerMobile = -1 }, "ZIYARA_HOLDS_PER_MOBILE"},
		{"negative limit of visits", func(c *service.Config) { c.VisitsPerMobile = -1 }, "ZIYARA_VISITS_PER_MOBILE"},
		{"a share that is none", func(c *service.Config) { c.UnprovedShare = 101 }, "ZIYARA_UNPROVED_SHARE"},
		{"a limit of holds that is none", func(c *service.Config) { c.HoldsPerAddress = 10_001 }, "at most 10000"},
		{
			"any number of holds, reachable by others", func(c *service.Config) { c.Listen, c.Limits = "0.0.0.0:0", nil },
			"ZIYARA_HOLDS_PER_ADDRESS=off",
		},
		{"a mail server without a sender", func(c *service.Config) { c.SMTP = "smtps://ziyara:s3cr3t@mail.example.sa" }, "ZIYARA_SMTP_URL"},
		{"the world as proxies", func(c *service.Config) { c.TrustedProxies = []string{"0.0.0.0/0"} }, "ZIYARA_TRUSTED_PROXIES"},
		{"a proxy by its name", func(c *service.Config) { c.TrustedProxies = []string{"proxy.example.sa"} }, "ZIYARA_TRUSTED_PROXIES"},
		{"no such country", func(c *service.Config) { c.Countries = notify.Countries{"SA", "XX"} }, "ZIYARA_SMS_COUNTRIES"},
		{"dev in public", func(c *service.Config) { c.Dev, c.Listen, c.HoldsPerAddress = true, "0.0.0.0:0", 1 }, "loopback"},
		{"demo staff without dev", func(c *service.Config) { c.OIDC.Demo = true }, "ziyara dev"},
		{"no way out", func(c *service.Config) { c.SMS = "" }, "set ZIYARA_SMS to a gateway file"},
		{"the sandbox", func(c *service.Config) { c.SMS = "sandbox" }, "ZIYARA_SMS"},
		{"no limit in public", func(c *service.Config) { c.Listen, c.Limits = "0.0.0.0:0", service.NoLimits() }, "ZIYARA_LIMITS"},
	} {
		config := service.Config{
			DatabaseURL: database, Secret: []byte(servicetest.Secret), Listen: "127.0.0.1:0", LazyStatements: true, SMS: service.NoSMS,
		}
		test.change(&config)
		_, err := service.New(t.Context(), config)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: got %v, want an error about %q", test.name, err, test.want)
		}
		if test.name == "short secret" && !errors.Is(err, secret.ErrShort) {
			t.Errorf("%s: got %v, want ErrShort", test.name, err)
		}
	}
	until(t, "New has given back what it opened", func() bool {
		return servicetest.Query[int](t, database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") == 1
	})
}

// A plausible request id is kept, any other is replaced by one of our own.
func TestRequestIDs(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	ask := func(id string) string {
		t.Helper()
		answer := centre.Send(servicetest.Request{
			Method: http.MethodGet, Path: "/v1/services/nothing", Header: map[string]string{"X-Request-Id": id}})
		centre.Refused(answer, http.StatusNotFound, "unknown-service") // with the same id
		return answer.Header.Get("X-Request-Id")
	}
	for _, id := range []string{"01JBX3M8", "trace-7f3a_9b", strings.Repeat("x", 64)} {
		if got := ask(id); got != id {
			t.Errorf("%q: got %q, want it back", id, got)
		}
	}
	seen := map[string]bool{}
	for _, id := range []string{"", "short", strings.Repeat("x", 65), "with spaces", "<script>alert</script>", "نورة-العتيبي"} {
		got := ask(id)
		if got == id || len(got) != 36 || seen[got] {
			t.Errorf("%q: got %q, want a new one", id, got)
		}
		seen[got] = true
	}
}

// The periodic jobs of a running service deliver and clean up by themselves.
func TestJobsRunByThemselves(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, servicetest.Running)
	visitor := centre.Visitor(1)
	if answer := visitor.AsksForCode(); answer.Status != http.StatusAccepted {
		t.Fatalf("code: %d %s", answer.Status, answer.Body)
	}
	visitor.Holds(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	until(t, "the code arrives", func() bool { return len(centre.Phone.Messages("")) == 1 })
	centre.Clock.Add(10 * time.Minute)
	until(t, "the hold expires", func() bool {
		return servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM appointments WHERE status = 'expired'") == 1
	})
	centre.AuditClean()
}

// A service that is stopped before it served anything stops at once.
func TestStopAtOnce(t *testing.T) {
	t.Parallel()
	s, err := service.New(t.Context(), service.Config{
		DatabaseURL: servicetest.Database(t), Secret: []byte(servicetest.Secret), Listen: "127.0.0.1:0", SMS: service.NoSMS})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Run(ctx); err != nil {
		t.Errorf("run: %v", err)
	}
}

// A program can list the kinds of problems; a browser sees the page.
func TestProblemsAsJSON(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	answer := centre.Send(servicetest.Request{Method: http.MethodGet, Path: "/problems",
		Header: map[string]string{"Accept": "application/json"}})
	var list struct {
		Problems []struct {
			Name   string            `json:"name"`
			Status int               `json:"status"`
			Title  map[string]string `json:"title"`
		} `json:"problems"`
	}
	answer.JSON(t, &list)
	seen := map[string]int{}
	for _, p := range list.Problems {
		if p.Title["ar"] == "" || p.Title["en"] == "" || seen[p.Name] != 0 {
			t.Errorf("problem %+v", p)
		}
		seen[p.Name] = p.Status
	}
	if seen["slot-taken"] != http.StatusConflict || seen["too-many-requests"] != http.StatusTooManyRequests {
		t.Errorf("problems: %v", seen)
	}
	for _, accept := range []string{"", "text/html,application/xhtml+xml,*/*;q=0.8"} {
		page := centre.Send(servicetest.Request{Method: http.MethodGet, Path: "/problems", Header: map[string]string{"Accept": accept}})
		if !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
			t.Errorf("Accept %q: %s", accept, page.Header.Get("Content-Type"))
		}
	}
}
