//go:build peers

package service_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ziyara/service/servicetest"
)

var (
	fuzzed   = flag.Int("fuzzed", 4000, "requests that TestPeerContractFuzz sends")
	fuzzSeed = flag.Int64("fuzz-seed", 1, "what its requests are drawn from")
)

// worth asking about: what a caller of the demo centre knows.
func knownTo(t *testing.T, centre *servicetest.Centre) (callers map[string]string, known map[string][]string) {
	t.Helper()
	door, noura := centre.Receptionist("riyadh"), centre.Coordinator("revenues", "support")
	callers = map[string]string{
		"nobody": "", "admin": centre.Admin().Token(), "coordinator": noura.Token(), "reception": door.Token(),
		"agent": centre.Agent().Token(), "manager": centre.Manager().Token(),
	}
	known = map[string][]string{
		"service":    {heirs, annualReturns, ibanUpdates},
		"branch":     {"riyadh", "jeddah"},
		"department": {"revenues", "support"},
		"desk_group": {"riyadh-returns", "riyadh-payments"},
		"desk":       {"1", "2", "9"},
		"from":       {"2026-11-22", "2026-11-23"}, "to": {"2026-11-24", "2026-12-20"}, "date": {"2026-11-22", "2026-11-24"},
		"start":  {"2026-11-24T09:00:00+03:00", "2026-11-25T07:30:00+03:00", "2026-11-26T10:00:00+03:00"},
		"mobile": {"0501234567", "+966501234568"}, "email": {"a@example.com"}, "id_number": {servicetest.NationalID(1)},
		"If-Match": {"*", `"1"`, `"2"`, `"77"`}, "month": {"2026-11"}, "report": {"demand", "visits", "waiting", "outcomes"},
		"slug": {"national-day"}, "year": {"2027"}, "index": {"0", "1"}, "group_by": {"day", "service", "branch"}, "kind": {"booked", "reminder"},
	}
	learn := func(name string, values ...string) { known[name] = append(known[name], values...) }
	for i := range 5 {
		visitor := centre.Visitor(i + 1)
		free := visitor.Slots(annualReturns, "riyadh", "2026-11-23", "2026-12-10")
		visit := visitor.Books(annualReturns, "riyadh", free[10*i].Start)
		callers["owner "+visit.Reference] = visit.ManageToken
		learn("reference", visit.Reference)
		if i == 0 {
			callers["who proved"] = visitor.Proves()
			learn("verification", visitor.Proves())
		}
		hold := visitor.Holds(heirs, "riyadh", visitor.Slots(heirs, "riyadh", "2026-11-24", "2026-12-10")[3*i].Start)
		learn("deleteHold.id", hold.ID)
		learn("hold", hold.ID)
		learn("hold_token", hold.Token)
		learn("Hold-Token", hold.Token)
	}
	// From here on it is the day of the first visit: the hall is open.
	centre.Clock.Set(servicetest.At(t, "2026-11-23T09:00"))
	var made struct{ ID, Token string }
	noura.Posts("/v1/webhooks", map[string]any{"name": "W", "url": "https://example.com/hook", "department": "revenues"}).JSON(t, &made)
	for _, operation := range []string{
		"getWebhook", "editWebhook", "deleteWebhook", "rotateWebhookSecret", "enableWebhook", "testWebhook", "listWebhookDeliveries",
		"resendWebhookDelivery",
	} {
		learn(operation+".id", made.ID)
	}
	noura.Posts("/v1/feeds", map[string]any{"name": "F", "department": "revenues"}).JSON(t, &made)
	learn("deleteFeed.id", made.ID)
	for _, operation := range []string{
		"getDeskGroup", "editDeskGroup", "addClosure", "removeClosure", "setHours", "clearHours", "undoDeskGroup", "getDeskGroupDay",
		"listDeskGroupDays", "getOpenings", "createChange",
	} {
		learn(operation+".id", "riyadh-returns", "riyadh-payments")
	}
	return callers, known
}

// Requests that somebody else's generator makes from the contract, some of them with anything
// in one place, are answered as the contract says, by somebody else's validator: with
// a status and a body of the operation, never with 5xx.
func TestPeerContractFuzz(t *testing.T) {
	t.Parallel()
	modules, err := filepath.Glob("../.tools/contract-fuzz-*/node_modules")
	if err != nil || len(modules) != 1 {
		t.Fatalf("%v: json-schema-faker and ajv are not installed: run make peers", modules)
	}
	modules[0], err = filepath.Abs(modules[0])
	if err != nil {
		t.Fatal(err)
	}
	centre := servicetest.Open(t, 1, servicetest.Woken)
	callers, known := knownTo(t, centre)
	input, err := json.Marshal(map[string]any{
		"server": centre.Replicas[0].URL(), "requests": *fuzzed, "seed": *fuzzSeed, "callers": callers, "known": known,
	})
	if err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), "node", "testdata/fuzz.js")
	node.Env, node.Stdin, node.Stderr = append(os.Environ(), "NODE_PATH="+modules[0]), bytes.NewReader(input), os.Stderr
	out, err := node.Output()
	if err != nil {
		t.Fatal(err)
	}
	var counts struct {
		Statuses   map[string]int
		Operations int
		Succeeded  []string
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), `{"statuses"`) {
			if err = json.Unmarshal(lines.Bytes(), &counts); err != nil {
				t.Fatal(err)
			}
			continue
		}
		t.Errorf("%.3000s", lines.Text())
	}
	t.Logf("seed %d: %d requests, statuses %v, %d of %d operations succeeded", *fuzzSeed, *fuzzed, counts.Statuses,
		len(counts.Succeeded), counts.Operations)
	if len(counts.Succeeded) < counts.Operations/2 {
		t.Errorf("only %v succeeded: the requests do not reach far", counts.Succeeded)
	}
	centre.AuditClean()
}
