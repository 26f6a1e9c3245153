package service_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// The program as it is built, run as a process of its own.
func TestProgram(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "ziyara")
	build := exec.CommandContext(t.Context(), "go", append([]string{"build", "-o", program}, buildFlags()...)...)
	build.Args = append(build.Args, "ziyara/cmd/ziyara")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	t.Run("killed under load", func(t *testing.T) {
		t.Parallel()
		testKilled(t, program)
	})
	t.Run("audit of a ledger that was tampered with", func(t *testing.T) {
		t.Parallel()
		testAudit(t, program)
	})
}

// buildFlags returns the flags that this test was built with, so that all that
// the program has in common with it is compiled already.
func buildFlags() (flags []string) {
	info, _ := debug.ReadBuildInfo() // of every program that go builds
	for _, s := range info.Settings {
		if s.Value == "true" && (s.Key == "-race" || s.Key == "-trimpath") {
			flags = append(flags, s.Key)
		}
	}
	return flags
}

// What was acknowledged before the program was killed is there after it, and
// a request that got no answer, sent again, is done once.
func testKilled(t *testing.T, program string) {
	const callers, enough, kills = 16, 80, 2
	database := servicetest.Database(t)
	sms := newSMSGateway(t)
	run := startProgram(t, program, database, sms.file)
	proof := run.proof(t, sms)
	places := run.places(t)

	var visits []*booking
	for range kills {
		var acknowledged atomic.Int64
		var mu sync.Mutex
		var done sync.WaitGroup
		for range callers {
			done.Go(func() {
				for {
					mu.Lock()
					if len(visits) == len(places) {
						mu.Unlock()
						return
					}
					b := &booking{n: len(visits), start: places[len(visits)], proof: proof}
					visits = append(visits, b)
					mu.Unlock()
					if err := run.book(b); err != nil {
						if acknowledged.Load() < enough { // the program is not gone yet
							t.Errorf("booking %d: %v", b.n, err)
						}
						return
					}
					if acknowledged.Add(1) == enough {
						run.kill(t)
					}
				}
			})
		}
		done.Wait()
		if acknowledged.Load() < enough {
			t.Fatalf("only %d bookings were answered", acknowledged.Load())
		}
		run = startProgram(t, program, database, sms.file)
	}

	unanswered := 0
	for _, b := range visits {
		if b.visit.Reference == "" {
			unanswered++
			if err := run.book(b); err != nil {
				t.Errorf("booking %d, sent again: %v", b.n, err)
				continue
			}
		}
		var now api.Appointment
		status, err := run.send(http.MethodGet, "/v1/appointments/"+b.visit.Reference, "", b.visit.ManageToken, nil, &now)
		if err != nil || status != http.StatusOK || now.Status != "booked" || !now.Start.Equal(b.start) {
			t.Errorf("booking %d, acknowledged as %s: got %d %v, %s at %s", b.n, b.visit.Reference, status, err, now.Status, now.Start)
		}
	}
	t.Logf("%d visits, %d of them unanswered at first", len(visits), unanswered)
	if unanswered == 0 {
		t.Error("no request was in progress when the program was killed")
	}
	for what, query := range map[string]string{
		"visits":           "SELECT count(*) FROM appointments WHERE status = 'booked'",
		"visitors":         "SELECT count(DISTINCT identity) FROM appointments WHERE status = 'booked'",
		"holds and":        "SELECT count(*) FROM appointments",
		"events":           "SELECT count(*) FROM appointment_events",
		"confirmations":    "SELECT count(*) FROM messages WHERE kind = 'booked'",
		"half the answers": "SELECT count(*) / 2 FROM idempotency_keys",
	} {
		if got := servicetest.Query[int](t, database, query); got != len(visits) {
			t.Errorf("%d %s, want %d", got, what, len(visits))
		}
	}
	if out, code := runAudit(t, program, database); code != 0 {
		t.Errorf("audit: exit %d\n%s", code, out)
	}
}

// The audit says in which tick of which day the ledger is wrong, and by how
// much, and fails.
func testAudit(t *testing.T, program string) {
	centre := servicetest.Open(t, 1)
	centre.Visitor(1).Books("bank-guarantee", "riyadh", servicetest.At(t, "2026-11-24T07:30"))
	if out, code := runAudit(t, program, centre.DatabaseURL); code != 0 || !strings.Contains(out, "agrees") {
		t.Errorf("a ledger that is right: exit %d\n%s", code, out)
	}
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE ledger_days SET used[2] = 3, used[10] = 1")
	out, code := runAudit(t, program, centre.DatabaseURL)
	if code != 1 {
		t.Errorf("a ledger that was tampered with: exit %d, want 1", code)
	}
	for _, line := range []string{
		`riyadh-contracts 2026-11-24 .*07:35.*: ledger 3, appointments 1\n`,
		`riyadh-contracts 2026-11-24 .*08:15.*: ledger 1, appointments 0\n`,
		`2 differences`,
	} {
		if !regexp.MustCompile(line).MatchString(out) {
			t.Errorf("the audit says\n%swant a line like %s", out, line)
		}
	}
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE ledger_days SET used[2] = 1, used[10] = 0")
	if out, code = runAudit(t, program, centre.DatabaseURL); code != 0 {
		t.Errorf("a ledger that was repaired: exit %d\n%s", code, out)
	}
	// The owner of the tables changes an entry of the log.
	centre.Coordinator("revenues").Sends(servicetest.Request{Method: http.MethodPatch, Path: "/v1/desk-groups/riyadh-returns",
		Header: map[string]string{"If-Match": "*"}, Body: map[string]any{"stays_open": []string{"founding-day"}}})
	centre.Job("seal-log")
	entry := servicetest.Query[int](t, centre.DatabaseURL, "SELECT max(id) FROM audit_log")
	servicetest.Exec(t, centre.DatabaseURL,
		"SET session_replication_role = replica; UPDATE audit_log SET actor = 'nobody'; RESET session_replication_role")
	if out, code = runAudit(t, program, centre.DatabaseURL); code != 1 || !strings.Contains(out, fmt.Sprintf("log: entry %d", entry)) {
		t.Errorf("a log that was tampered with: exit %d\n%s", code, out)
	}
}

// runAudit runs ziyara audit and returns what it says and its exit status.
func runAudit(t *testing.T, program, database string) (out string, code int) {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, "audit")
	command.Env = append(os.Environ(), "DATABASE_URL="+database)
	said, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(said), command.ProcessState.ExitCode()
}

// booking is one visitor's way from a place to a visit.
type booking struct {
	n     int
	start time.Time
	proof string
	hold  api.Hold        // as acknowledged
	visit api.Appointment // as acknowledged
}

// serving is a running ziyara serve.
type serving struct {
	url     string
	client  *http.Client
	command *exec.Cmd
	killed  sync.Once
}

// startProgram runs ziyara serve until the test is over or it is killed, and
// returns when it serves.
func startProgram(t *testing.T, program, database, sms string) *serving {
	t.Helper()
	s := &serving{
		command: exec.CommandContext(context.WithoutCancel(t.Context()), program, "serve"),
		client:  &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 32}},
	}
	s.command.Env = append(os.Environ(), "DATABASE_URL="+database, "ZIYARA_SECRET="+servicetest.Secret,
		"ZIYARA_LISTEN=127.0.0.1:0", "ZIYARA_OPERATIONS=127.0.0.1:0", "ZIYARA_LIMITS=off", "ZIYARA_SMS="+sms,
		"ZIYARA_VISITS_PER_MOBILE=1000", "ZIYARA_UNPROVED_SHARE=100") // all visitors share a mobile
	log, err := s.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		s.kill(t)
	})
	lines := bufio.NewScanner(log)
	for s.url == "" && lines.Scan() {
		var line struct{ Msg, URL string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			s.url = line.URL
		}
	}
	if s.url == "" {
		t.Fatalf("the program does not serve: %v", lines.Err())
	}
	go io.Copy(io.Discard, log) //nolint:errcheck // ends with the program
	return s
}

// kill ends the program as kill -9 does.
func (s *serving) kill(t *testing.T) {
	s.killed.Do(func() {
		if err := s.command.Process.Kill(); err != nil {
			t.Errorf("kill: %v", err)
		}
		_ = s.command.Wait() // it says that it was killed
	})
}

// send sends a request, and reads the answer into dest. An error means that
// no answer came.
func (s *serving) send(method, path, key, token string, body, dest any) (status int, err error) {
	data, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(context.Background(), method, s.url+path, bytes.NewReader(data))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close() //nolint:errcheck // it is read to the end
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return response.StatusCode, fmt.Errorf("%s %s: %d %s", method, path, response.StatusCode, answer)
	}
	return response.StatusCode, json.Unmarshal(answer, dest)
}

// book holds and books what is not acknowledged yet.
func (s *serving) book(b *booking) error {
	if b.hold.ID == "" {
		if _, err := s.send(http.MethodPost, "/v1/holds", fmt.Sprintf("hold-of-visitor-%06d", b.n), "",
			map[string]any{"service": "bank-guarantee", "branch": "riyadh", "start": b.start}, &b.hold); err != nil {
			return err
		}
	}
	_, err := s.send(http.MethodPost, "/v1/appointments", fmt.Sprintf("visit-of-visitor-%06d", b.n), "", map[string]any{
		"hold": b.hold.ID, "hold_token": b.hold.Token, "verification": b.proof, "documents_acknowledged": true,
		"visitor": map[string]any{"name": "زائر", "id": servicetest.NationalID(b.n + 1)}}, &b.visit)
	return err
}

// proof proves a mobile number that all visitors share.
func (s *serving) proof(t *testing.T, sms *smsGateway) string {
	t.Helper()
	var started api.Verification
	if _, err := s.send(http.MethodPost, "/v1/verifications", "", "", map[string]any{"mobile": "0500000001"}, &started); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		if messages := sms.messages(); len(messages) > 0 {
			var proof api.VerificationProof
			var message struct{ Text string }
			if err := json.Unmarshal([]byte(messages[0]), &message); err != nil {
				t.Fatal(err)
			}
			code := regexp.MustCompile(`\d{6}`).FindString(message.Text)
			if _, err := s.send(
				http.MethodPost,
				"/v1/verifications/"+started.ID+"/check",
				"",
				"",
				map[string]any{"code": code},
				&proof,
			); err != nil {
				t.Fatal(err)
			}
			return proof.Token
		}
		select {
		case <-ctx.Done():
			t.Fatal("no code arrived")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// places returns a start for each free place of the next weeks.
func (s *serving) places(t *testing.T) []time.Time {
	t.Helper()
	today := time.Now().UTC()
	var list api.SlotList
	if _, err := s.send(http.MethodGet, fmt.Sprintf("/v1/services/bank-guarantee/slots?branch=riyadh&from=%s&to=%s",
		today.Format(time.DateOnly), today.AddDate(0, 0, 31).Format(time.DateOnly)), "", "", nil, &list); err != nil {
		t.Fatal(err)
	}
	var starts []time.Time
	for _, day := range list.Days {
		for _, slot := range day.Slots {
			for range slot.Places {
				starts = append(starts, slot.Start)
			}
		}
	}
	return starts
}
