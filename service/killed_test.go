package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// The program is killed in the middle of a load of bookings. Every reference
// that was acknowledged is there after the restart, requests that got no
// answer end in one visit each when they are repeated, and the audit is clean.
func TestKilledInTheMiddleOfBookings(t *testing.T) {
	t.Parallel()
	program := build(t)
	database := servicetest.Database(t)
	first := start(t, program, database)
	proof, free := first.prove(t), first.free(t)

	var acknowledged sync.Map // request key -> reference
	var asked sync.Map        // request key -> body
	var booked atomic.Int64
	var callers sync.WaitGroup
	for caller := range 8 {
		callers.Go(func() {
			for n := caller; n < len(free); n += 8 { // until the program dies
				hold, alive := first.hold(t, free[n])
				if !alive {
					return
				}
				key, body := uuid.NewString(), bookingBody(hold, proof, n)
				asked.Store(key, body)
				status, answer, err := first.post("/v1/appointments", body, key)
				if err != nil {
					return
				}
				if status != http.StatusCreated {
					t.Errorf("booking: %d %s", status, answer)
					return
				}
				acknowledged.Store(key, reference(t, answer))
				booked.Add(1)
			}
		})
	}
	until(t, "bookings are under way", func() bool { return booked.Load() >= 40 })
	first.kill(t)
	callers.Wait()

	second := start(t, program, database)
	known := servicetest.Query[string](t, database, `
		SELECT coalesce(string_agg(reference, ' '), '') FROM appointments WHERE status = 'booked'`)
	acknowledged.Range(func(_, r any) bool {
		bare := strings.ReplaceAll(strings.TrimPrefix(r.(string), "V-"), "-", "")
		if !strings.Contains(known, bare) {
			t.Errorf("%s was acknowledged and is gone", r)
		}
		return true
	})
	requests := 0
	asked.Range(func(key, body any) bool {
		requests++
		status, answer, err := second.post("/v1/appointments", body.(string), key.(string))
		if err != nil || status != http.StatusCreated {
			t.Errorf("repeated booking: %d %s %v", status, answer, err)
			return true
		}
		if before, ok := acknowledged.Load(key); ok && before != reference(t, answer) {
			t.Errorf("the repeated request got %s, first %s", reference(t, answer), before)
		}
		return true
	})
	if got := servicetest.Query[int](t, database, `SELECT count(*) FROM appointments WHERE status = 'booked'`); got != requests {
		t.Errorf("got %d visits for %d requests", got, requests)
	}
	if out, err := audit(t, program, database); err != nil {
		t.Errorf("audit: %v\n%s", err, out)
	}
	t.Logf("killed after %d bookings; %d requests in all", booked.Load(), requests)
}

// The audit lists each difference and exits 1.
func TestAuditFindsADifference(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	centre.Visitor(1).Holds(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	program := build(t)
	if out, err := audit(t, program, centre.DatabaseURL); err != nil {
		t.Fatalf("before: %v\n%s", err, out)
	}
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE ledger_days SET used[1] = used[1] + 1`)
	out, err := audit(t, program, centre.DatabaseURL)
	exit, ok := err.(*exec.ExitError) //nolint:errorlint // CombinedOutput returns it as it is
	if !ok || exit.ExitCode() != 1 {
		t.Errorf("got %v, want exit code 1", err)
	}
	if want := "riyadh-returns-files 2026-11-25 tick 90 (07:30 after the day began): ledger 1, appointments 0"; !strings.Contains(out, want) {
		t.Errorf("got %q, want %q in it", out, want)
	}
}

func audit(t *testing.T, program, database string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, "audit")
	command.Env = append(os.Environ(), "DATABASE_URL="+database)
	out, err := command.CombinedOutput()
	return string(out), err
}

var builds sync.Once //nolint:gochecknoglobals // the program is built once for the test binary

// build returns the program, built once.
func build(t *testing.T) string {
	t.Helper()
	builds.Do(func() {
		out, err := exec.CommandContext(t.Context(), "go", "build", "-o", builtProgram(), "ziyara/cmd/ziyara").CombinedOutput()
		if err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
	})
	return builtProgram()
}

// builtProgram is where build puts the program; TestMain removes it.
func builtProgram() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("ziyara-test-%d", os.Getpid()))
}

// process is the program, serving.
type process struct {
	command *exec.Cmd
	url     string
	client  *http.Client
}

// start runs the program on a free port and waits until it is ready.
func start(t *testing.T, program, database string) *process {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err = free.Close(); err != nil {
		t.Fatal(err)
	}
	p := &process{url: "http://" + address, client: &http.Client{Timeout: 20 * time.Second}}
	p.command = exec.CommandContext(context.WithoutCancel(t.Context()), program, "serve")
	p.command.Env = append(os.Environ(), "DATABASE_URL="+database, "ZIYARA_SECRET="+servicetest.Secret,
		"ZIYARA_LISTEN="+address, "ZIYARA_RATE_LIMIT=off")
	if err = p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.command.Process.Kill() // gone already, maybe
		_ = p.command.Wait()
	})
	until(t, "the program is ready", func() bool {
		response, err := p.client.Get(p.url + "/readyz")
		return err == nil && response.Body.Close() == nil && response.StatusCode == http.StatusOK
	})
	return p
}

// kill ends the program like a power cut: without a word.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.command.Wait() // signal: killed
}

func (p *process) post(path, body, key string) (int, []byte, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.url+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, errors.Join(err, response.Body.Close())
}

// free lists places that can be held: request bodies, in the order of the
// answer.
func (p *process) free(t *testing.T) []string {
	t.Helper()
	var bodies []string
	today := time.Now()
	for _, branch := range []string{"riyadh", "jeddah", "dammam"} {
		response, err := p.client.Get(p.url + "/v1/services/annual-returns/slots?branch=" + branch +
			"&from=" + today.Format(time.DateOnly) + "&to=" + today.AddDate(0, 0, 30).Format(time.DateOnly))
		if err != nil {
			t.Fatal(err)
		}
		var list api.SlotList
		if err = errors.Join(json.NewDecoder(response.Body).Decode(&list), response.Body.Close()); err != nil {
			t.Fatal(err)
		}
		for _, day := range list.Days {
			for _, s := range day.Slots {
				bodies = append(bodies, fmt.Sprintf(`{"service":"annual-returns","branch":%q,"start":%q}`,
					branch, s.Start.Format(time.RFC3339)))
			}
		}
	}
	return bodies
}

// hold holds a place; it reports false when the program is gone.
func (p *process) hold(t *testing.T, body string) (hold api.Hold, alive bool) {
	status, answer, err := p.post("/v1/holds", body, "")
	if err != nil {
		return hold, false
	}
	if status != http.StatusCreated || json.Unmarshal(answer, &hold) != nil {
		t.Errorf("hold: %d %s", status, answer)
		return hold, false
	}
	return hold, true
}

func bookingBody(hold api.Hold, proof string, n int) string {
	body, _ := json.Marshal(map[string]any{ // strings and a boolean always marshal
		"hold": hold.ID, "hold_token": hold.Token, "verification": proof, "documents_acknowledged": true,
		"visitor": map[string]any{"name": "زائر", "id": servicetest.NationalID(n)},
	})
	return string(body)
}

func reference(t *testing.T, answer []byte) string {
	t.Helper()
	var a api.Appointment
	if err := json.Unmarshal(answer, &a); err != nil || a.Reference == "" {
		t.Errorf("no reference in %s: %v", answer, err)
	}
	return a.Reference
}

// prove proves a mobile number with the sandbox phone of the program.
func (p *process) prove(t *testing.T) string {
	t.Helper()
	_, answer, err := p.post("/v1/verifications", `{"mobile":"0555555555"}`, "")
	var started api.Verification
	if err != nil || json.Unmarshal(answer, &started) != nil {
		t.Fatalf("verification: %s %v", answer, err)
	}
	var code []byte
	until(t, "the code arrives", func() bool {
		response, err := p.client.Get(p.url + "/dev/phone.json?mobile=0555555555")
		if err != nil {
			return false
		}
		messages, err := io.ReadAll(response.Body)
		_, text, _ := bytes.Cut(messages, []byte(`"text":`))
		code = regexp.MustCompile(`\d{6}`).Find(text)
		return errors.Join(err, response.Body.Close()) == nil && code != nil
	})
	_, answer, err = p.post("/v1/verifications/"+started.ID+"/check", fmt.Sprintf(`{"code":"%s"}`, code), "")
	var proof api.VerificationProof
	if err != nil || json.Unmarshal(answer, &proof) != nil || proof.Token == "" {
		t.Fatalf("check: %s %v", answer, err)
	}
	return proof.Token
}
