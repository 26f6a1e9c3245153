//go:build peers

package httpsms_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/fiorix/go-smpp/smpp/pdu"
	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutext"
	"github.com/fiorix/go-smpp/smpp/smpptest"

	"ziyara/notify"
	"ziyara/notify/httpsms"
)

// centre is the SMS centre that kannel sends to: it accepts everything and
// reports it as delivered.
type centre struct {
	*smpptest.Server

	mu    sync.Mutex
	texts []string
}

func newCentre(t *testing.T) *centre {
	t.Helper()
	c := &centre{Server: smpptest.NewUnstartedServer()}
	c.Handler = c.handle
	c.Start()
	t.Cleanup(c.Close)
	return c
}

func (c *centre) handle(conn smpptest.Conn, p pdu.Body) {
	switch p.Header().ID {
	case pdu.EnquireLinkID:
		_ = conn.Write(pdu.NewEnquireLinkRespSeq(p.Header().Seq)) // kannel expects it
	case pdu.SubmitSMID:
		c.mu.Lock()
		c.texts = append(c.texts, decode(p))
		id := fmt.Sprintf("centre-%d", len(c.texts))
		c.mu.Unlock()
		r := pdu.NewSubmitSMResp()
		r.Header().Seq = p.Header().Seq
		_ = r.Fields().Set(pdufield.MessageID, id)
		_ = conn.Write(r)
		if p.Fields()[pdufield.RegisteredDelivery].Bytes()[0] == 0 {
			return
		}
		d := pdu.NewDeliverSM()
		f := d.Fields()
		_ = f.Set(pdufield.ESMClass, uint8(4))
		_ = f.Set(pdufield.SourceAddr, p.Fields()[pdufield.DestinationAddr].String())
		_ = f.Set(pdufield.DestinationAddr, p.Fields()[pdufield.SourceAddr].String())
		_ = f.Set(pdufield.ShortMessage, "id:"+id+" sub:001 dlvrd:001 submit date:2611150930 done date:2611150931 stat:DELIVRD err:000 text:")
		f[pdufield.UDHLength] = &pdufield.SM{} // go-smpp would write one even if there is none
		_ = conn.Write(d)
	default: // other PDUs need no answer
	}
}

// decode returns a text without the header that joins parts.
func decode(p pdu.Body) string {
	raw := p.Fields()[pdufield.ShortMessage].Bytes()
	if p.Fields()[pdufield.ESMClass].Bytes()[0]&0x40 != 0 {
		raw = raw[raw[0]+1:]
	}
	if p.Fields()[pdufield.DataCoding].Bytes()[0] != 8 {
		return string(pdutext.GSM7(raw).Decode())
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}

// startKannel starts a bearerbox, which sends to centre, and a smsbox in front
// of it. It returns the address of the smsbox.
func startKannel(t *testing.T, centre *centre) string {
	t.Helper()
	ports := freePorts(t, 3)
	_, smsc, err := net.SplitHostPort(centre.Addr())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	conf := filepath.Join(dir, "kannel.conf")
	content := fmt.Sprintf(`group = core
admin-port = %d
admin-port-ssl = false
smsbox-port = %d
admin-password = %s
box-allow-ip = "127.0.0.1"
dlr-storage = internal

group = smsc
smsc = smpp
smsc-id = centre
host = 127.0.0.1
port = %s
transceiver-mode = true
smsc-username = %s
smsc-password = %s
system-type = ""
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = %d
global-sender = MOF

group = sendsms-user
username = ziyara
password = %s
concatenation = true
max-messages = 10
`, ports[0], ports[1], secret, smsc, smpptest.DefaultUser, smpptest.DefaultPasswd, ports[2], secret)
	if err := os.WriteFile(conf, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bearerbox", "smsbox"} {
		log, err := os.Create(filepath.Join(dir, name+".log"))
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("/usr/sbin/"+name, "-v", "1", conf)
		cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, dir
		if err := cmd.Start(); err != nil {
			t.Fatalf("%v; %s is in the Debian package kannel", err, name)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			_ = log.Close()
			if content, err := os.ReadFile(log.Name()); err == nil && t.Failed() {
				t.Logf("%s:\n%s", name, content)
			}
		})
		// The smsbox listens before it is connected to the bearerbox, and a text
		// sent in between is lost.
		ready := map[string]string{"bearerbox": "(online ", "smsbox": "smsbox:"}[name]
		waitFor(t, name+" to be connected", func() bool {
			return strings.Contains(kannelStatus(ports[0]), ready)
		})
	}
	return fmt.Sprint("http://127.0.0.1:", ports[2])
}

// kannelStatus returns what the bearerbox with an admin port says of itself and
// of what it is connected to.
func kannelStatus(admin int) string {
	resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/status.txt?password=%s", admin, secret))
	if err != nil {
		return ""
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	content, _ := io.ReadAll(resp.Body)
	return string(content)
}

// freePorts returns ports that were free a moment ago. Kannel can't choose
// ports on its own.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	ports := make([]int, n)
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() //nolint:errcheck // it was never used
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 4000 {
		if done() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("timed out waiting for %s", what)
}

// A provider file is enough to use Kannel. Texts arrive at its SMS centre, and
// the receipts of the centre come back.
func TestPeerKannel(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("testdata/kannel.toml")
	if err != nil {
		t.Fatal(err)
	}
	kannel, err := httpsms.Parse(content)
	if err != nil {
		t.Fatal(err)
	}
	proof := httpsms.Proof{Query: "proof", Secret: secret}
	received := make(chan notify.Receipt, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Kannel adds its parameters to a URL that here has a secret in its
		// path, because its own dlr-url has no headers.
		query := r.URL.Query()
		query.Set("proof", strings.TrimPrefix(r.URL.Path, "/"))
		receipts, err := kannel.Receipts(httpsms.Callback{Header: r.Header, Query: query}, proof, now())
		if err != nil {
			t.Errorf("receipt %s: %v", r.URL, err)
		}
		for _, r := range receipts {
			received <- r
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(hook.Close)
	smsc := newCentre(t)
	at := startKannel(t, smsc) + "/cgi-bin/sendsms"
	client, err := httpsms.New(httpsms.Config{
		Provider: kannel, URL: at, From: "MOF", Now: now,
		Secrets: map[string]string{"password": secret}, ReceiptURL: hook.URL + "/" + secret,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	texts := []string{
		"Visit at 09:30 [desk 4] 5€ & more",
		"موعدكم الأحد 15/11 الساعة 09:30",
	}
	for i, text := range texts {
		m := message(text)
		m.ID, m.Expires = int64(i+1), now().Add(time.Hour)
		waitFor(t, "kannel to accept", func() bool {
			id, err := client.Send(t.Context(), m)
			if err != nil && !errors.Is(err, notify.ErrTemporary) || err == nil && id != fmt.Sprint(i+1) {
				t.Fatalf("Send = %q, %v", id, err)
			}
			return err == nil
		})
	}
	for range texts {
		select {
		case r := <-received:
			if r.GatewayID != "1" && r.GatewayID != "2" || r.Delivery != notify.Delivered {
				t.Errorf("receipt %+v", r)
			}
		case <-time.After(2 * time.Minute):
			t.Fatal("no receipt")
		}
	}
	smsc.mu.Lock()
	defer smsc.mu.Unlock()
	slices.Sort(smsc.texts)
	if !slices.Equal(smsc.texts, texts) {
		t.Errorf("the centre has %q, want %q", smsc.texts, texts)
	}

	wrong, err := httpsms.New(httpsms.Config{
		Provider: kannel, URL: at, From: "MOF", Now: now, Secrets: map[string]string{"password": "wrong"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wrong.Send(t.Context(), message("hello")); !errors.Is(err, notify.ErrTemporary) {
		t.Errorf("Send with a wrong password = %v, want it temporary", err)
	}
}
