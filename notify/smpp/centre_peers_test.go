//go:build peers

package smpp_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ziyara/notify"
	"ziyara/notify/sendertest"
	"ziyara/notify/smpp"
)

// nodeCentre is the SMS centre of testdata/centre.js.
type nodeCentre struct {
	t     *testing.T
	port  int
	stdin io.Writer

	mu    sync.Mutex
	lines []line
}

// line is a line that the centre prints.
type line struct {
	Port     int
	Text     *string
	Receipt  string
	Status   int
	Obeys    string
	From     string
	TON      int
	Validity string
}

func newNodeCentre(t *testing.T) *nodeCentre {
	t.Helper()
	modules, err := filepath.Glob("../../.tools/smpp-*/node_modules")
	if err != nil || len(modules) == 0 {
		t.Fatal("node-smpp is not installed: run make peers")
	}
	modules[0], err = filepath.Abs(modules[len(modules)-1])
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", "testdata/centre.js") // ends when its standard input does
	node.Env, node.Stderr = append(os.Environ(), "NODE_PATH="+modules[0]), os.Stderr
	in, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatalf("%v; node is in the Debian package nodejs", err)
	}
	c := &nodeCentre{t: t, stdin: in}
	read := make(chan struct{})
	go func() { defer close(read); c.read(out) }()
	t.Cleanup(func() { _ = in.Close(); <-read; _ = node.Wait() })
	waitFor(t, "the centre to listen", func() bool {
		return c.any(func(l line) bool { c.port = l.Port; return l.Port > 0 })
	})
	return c
}

func (c *nodeCentre) read(out io.Reader) {
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		var l line
		if err := json.Unmarshal(scanner.Bytes(), &l); err != nil {
			c.t.Errorf("the centre printed %q: %v", scanner.Text(), err)
		}
		c.mu.Lock()
		c.lines = append(c.lines, l)
		c.mu.Unlock()
	}
}

func (c *nodeCentre) any(f func(line) bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.lines, f)
}

func (c *nodeCentre) count(f func(line) bool) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.lines {
		if f(l) {
			n++
		}
	}
	return n
}

// obey sets the answer of the centre and returns when it is in effect.
func (c *nodeCentre) obey(a sendertest.Answer) { c.tell(string(a)) }

func (c *nodeCentre) tell(what string) {
	c.t.Helper()
	obeys := func(l line) bool { return l.Obeys != "" }
	before := c.count(obeys)
	if _, err := fmt.Fprintln(c.stdin, what); err != nil {
		c.t.Error(err)
	}
	waitFor(c.t, "the centre to obey", func() bool { return c.count(obeys) > before })
}

func (c *nodeCentre) taken() (texts []string) {
	c.tell("?")
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.lines {
		if l.Text != nil {
			texts = append(texts, *l.Text)
		}
	}
	return texts
}

func (c *nodeCentre) config() smpp.Config {
	return smpp.Config{
		Address: fmt.Sprint("127.0.0.1:", c.port), SystemID: "client", Password: "secret", From: "MOF",
		Pause: 10 * time.Millisecond, Now: now,
	}
}

// node-smpp, with its own tables and its own reading of the standard,
// understands everything as intended.
func TestPeerNodeConformance(t *testing.T) {
	t.Parallel()
	sendertest.Run(t, func(t *testing.T) sendertest.Gateway {
		c := newNodeCentre(t)
		client := newClient(t, c.config())
		return sendertest.Gateway{Sender: client, Close: client.Close, Answer: c.obey, Taken: c.taken}
	})
}

// Each message, even a long one, brings one receipt with the id that Send
// returned, and the centre gets its acknowledgement.
func TestPeerNodeReceipts(t *testing.T) {
	t.Parallel()
	c := newNodeCentre(t)
	config := c.config()
	receipts := make(chan notify.Receipt, 100)
	config.Receipts = func(_ context.Context, r notify.Receipt) error { receipts <- r; return nil }
	client := newClient(t, config)
	want := map[string]bool{}
	for i := range int64(20) {
		m := message(i+1, strings.Repeat("موعدكم ", int(i)+1))
		m.Expires = now().Add(time.Hour)
		id, err := client.Send(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		want[id] = true
	}
	for range 20 {
		r := <-receipts
		if !want[r.GatewayID] || r.Delivery != notify.Delivered {
			t.Errorf("receipt %+v", r)
		}
		delete(want, r.GatewayID)
	}
	waitFor(t, "the answers to the receipts", func() bool {
		return c.count(func(l line) bool { return l.Receipt != "" && l.Status == 0 }) == 20
	})
	if !c.any(func(l line) bool { return l.From == "MOF" && l.TON == 5 && l.Validity != "" }) {
		t.Errorf("sender id or validity are wrong: %+v", c.lines)
	}
}
