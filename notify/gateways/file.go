package gateways

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/BurntSushi/toml"

	"ziyara/fault"
	"ziyara/notify"
	"ziyara/notify/httpsms"
	"ziyara/notify/smpp"
)

// ErrUnknown is returned for receipts of a gateway that the file doesn't name,
// or that brings none.
var ErrUnknown = fmt.Errorf("gateways: no such gateway: %w", fault.ErrNotFound)

// maxFile bounds a gateway file and a provider file, in bytes.
const maxFile = 256 << 10

// Options is what a gateway file needs of its surroundings.
type Options struct {
	Env      func(name string) (string, bool) // looks up secrets, as os.LookupEnv
	Now      func() time.Time
	Receipts notify.Receipts // nil: none are asked for
}

// file is a gateway file. Secrets are never in it: it names the environment
// variables that hold them.
type file struct {
	Gateways []toml.Primitive `toml:"gateway"`
}

// common are the keys that every gateway has.
type common struct {
	Name  string  `toml:"name"`
	Kind  string  `toml:"kind"` // smpp or http
	From  string  `toml:"from"`
	Rate  float64 `toml:"rate"`  // messages in a second; 0 for any number
	Burst int     `toml:"burst"` // of them at once; 0 for a second's worth

	Timeout time.Duration `toml:"timeout"`
	Pause   time.Duration `toml:"pause"`
}

// smppKeys are those of kind smpp; see smpp.Config.
type smppKeys struct {
	Address         string        `toml:"address"`
	TLS             bool          `toml:"tls"`
	SystemID        string        `toml:"system_id"`
	PasswordEnv     string        `toml:"password_env"`
	SystemType      string        `toml:"system_type"`
	Window          int           `toml:"window"`
	Enquire         time.Duration `toml:"enquire"`
	Backoff         time.Duration `toml:"backoff"`
	DecimalReceipts bool          `toml:"decimal_receipts"`
}

// httpKeys are those of kind http; see httpsms.Config.
type httpKeys struct {
	Provider string            `toml:"provider"` // a built-in one, or a file beside this one
	URL      string            `toml:"url"`
	Secrets  map[string]string `toml:"secrets"` // by the provider's name, the variable
	Receipts *receiptKeys      `toml:"receipts"`
}

// receiptKeys say how receipts come; see httpsms.Proof.
type receiptKeys struct {
	URL       string `toml:"url"` // told to the gateway; empty where it is set there
	Header    string `toml:"header"`
	Query     string `toml:"query"`
	Field     string `toml:"field"`
	HMAC      string `toml:"hmac"`
	SecretEnv string `toml:"secret_env"`
	Echo      bool   `toml:"echo"` // answer with the secret, by which we prove who we are
}

// Load reads the gateway file at path and returns the gateways in it, in its
// order. A key that it doesn't know is an error that names it; so is a
// variable that is not set. Errors hold no secrets.
func Load(path string, o Options) (*Set, error) {
	content, err := read(path)
	if err != nil {
		return nil, err
	}
	set, err := Parse(content, filepath.Dir(path), o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return set, nil
}

func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("gateways: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, fmt.Errorf("gateways: %s is no file of at most %d bytes", path, maxFile)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("gateways: %w", err)
	}
	return content, nil
}

// Parse is Load for the content of a file; dir is where provider files are.
func Parse(content []byte, dir string, o Options) (*Set, error) {
	if o.Env == nil || o.Now == nil {
		return nil, errors.New("gateways: an environment and a clock are needed")
	}
	var f file
	meta, err := toml.NewDecoder(bytes.NewReader(content)).Decode(&f)
	if err != nil {
		return nil, fmt.Errorf("gateways: %w", err)
	}
	l := loader{Options: o, dir: dir, meta: meta, callbacks: map[string]callback{}}
	gateways, err := l.all(f.Gateways)
	if err == nil {
		var set *Set
		if set, err = New(gateways); err == nil {
			set.callbacks = l.callbacks
			return set, nil
		}
	}
	for _, g := range gateways {
		_ = g.Route.Close() // nothing was sent
	}
	return nil, err
}

// loader makes gateways of a file.
type loader struct {
	Options
	dir       string
	meta      toml.MetaData
	callbacks map[string]callback
}

// settings are the keys of one gateway.
type settings struct {
	common
	smpp smppKeys
	http httpKeys
}

// all returns the gateways. It looks at all keys before it makes any: a way
// out begins to work when it is made. What it has made it returns also with an
// error.
func (l loader) all(tables []toml.Primitive) ([]Gateway, error) {
	list := make([]settings, len(tables))
	for i, table := range tables {
		if err := l.decode(table, &list[i]); err != nil {
			return nil, fmt.Errorf("gateways: gateway %d: %w", i+1, err)
		}
	}
	if unknown := l.meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("gateways: unknown key %q", unknown[0])
	}
	var made []Gateway
	for _, s := range list {
		route, err := l.route(s)
		if err != nil {
			return made, fmt.Errorf("gateways: %s: %w", s.Name, err)
		}
		made = append(made, Gateway{Name: s.Name, Route: route, From: s.From, Rate: s.Rate, Burst: s.Burst})
	}
	return made, nil
}

func (l loader) decode(table toml.Primitive, s *settings) error {
	if err := l.meta.PrimitiveDecode(table, &s.common); err != nil {
		return err
	}
	if err := checkName(s.Name); err != nil {
		return err
	}
	switch s.Kind {
	case "smpp":
		return l.meta.PrimitiveDecode(table, &s.smpp)
	case "http":
		return l.meta.PrimitiveDecode(table, &s.http)
	default:
		return fmt.Errorf("kind %q: want smpp or http", s.Kind)
	}
}

func (l loader) route(s settings) (Route, error) {
	if s.Kind == "smpp" {
		return l.smpp(s)
	}
	return l.http(s)
}

func (l loader) smpp(s settings) (Route, error) {
	password := ""
	if s.smpp.PasswordEnv != "" {
		var err error
		if password, err = l.secret(s.smpp.PasswordEnv); err != nil {
			return nil, err
		}
	}
	return smpp.New(smpp.Config{
		Address: s.smpp.Address, TLS: s.smpp.TLS, SystemID: s.smpp.SystemID, Password: password,
		SystemType: s.smpp.SystemType, From: s.From, Window: s.smpp.Window, Timeout: s.Timeout, Pause: s.Pause,
		Enquire: s.smpp.Enquire, Backoff: s.smpp.Backoff, DecimalReceipts: s.smpp.DecimalReceipts,
		Now: l.Now, Receipts: named(s.Name, l.Receipts),
	})
}

func (l loader) http(s settings) (Route, error) {
	provider, err := l.provider(s.http.Provider)
	if err != nil {
		return nil, err
	}
	secrets := map[string]string{}
	for name, variable := range s.http.Secrets {
		if secrets[name], err = l.secret(variable); err != nil {
			return nil, err
		}
	}
	config := httpsms.Config{
		Provider: provider, URL: s.http.URL, From: s.From, Secrets: secrets,
		Timeout: s.Timeout, Pause: s.Pause, Now: l.Now,
	}
	if r := s.http.Receipts; r != nil {
		if err := l.receipts(s.Name, provider, r); err != nil {
			return nil, err
		}
		config.ReceiptURL = r.URL
	}
	return httpsms.New(config)
}

// provider returns the built-in provider called name, or that of a file.
func (l loader) provider(name string) (httpsms.Provider, error) {
	if p, ok, err := httpsms.BuiltIn(name); ok || err != nil {
		return p, err
	}
	if filepath.Ext(name) != ".toml" {
		return httpsms.Provider{}, fmt.Errorf("provider %q: neither known nor a .toml file", name)
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(l.dir, name)
	}
	content, err := read(path)
	if err != nil {
		return httpsms.Provider{}, err
	}
	p, err := httpsms.Parse(content)
	if err != nil {
		return httpsms.Provider{}, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// secret returns the value of an environment variable.
func (l loader) secret(variable string) (string, error) {
	value, ok := l.Env(variable)
	if !ok || value == "" {
		return "", fmt.Errorf("the environment variable %q is not set", variable)
	}
	return value, nil
}

// named puts the gateway's name in front of the ids, as Send does.
func named(name string, to notify.Receipts) notify.Receipts {
	if to == nil {
		return nil
	}
	return func(ctx context.Context, r notify.Receipt) error {
		r.GatewayID = name + separator + r.GatewayID
		return to(ctx, r)
	}
}

// callback deals with receipts that a gateway brings by HTTP, and returns what
// it is to be answered.
type callback func(context.Context, httpsms.Callback) (answer string, err error)

// receipts prepares for those that the gateway called name brings.
func (l loader) receipts(name string, p httpsms.Provider, keys *receiptKeys) error {
	secret, err := l.secret(keys.SecretEnv)
	if err != nil {
		return err
	}
	proof := httpsms.Proof{Header: keys.Header, Query: keys.Query, Field: keys.Field, HMAC: keys.HMAC, Secret: secret}
	if err := proof.Check(); err != nil {
		return err
	}
	if p.Receipt == nil {
		return errors.New("receipts: the provider has none")
	}
	to := named(name, l.Receipts)
	if to == nil {
		return nil
	}
	answer := ""
	if keys.Echo {
		answer = secret
	}
	l.callbacks[name] = func(ctx context.Context, c httpsms.Callback) (string, error) {
		receipts, err := p.Receipts(c, proof, l.Now())
		if err != nil {
			return "", err
		}
		if err := handOn(ctx, receipts, to); err != nil {
			return "", fmt.Errorf("gateways: record receipt: %w", err)
		}
		return answer, nil
	}
	return nil
}

// receiptsAtOnce is how many receipts of one request are recorded at the same
// time: recording them shares transactions.
const receiptsAtOnce = 50

// handOn hands on receipts that came together, and returns the first error.
func handOn(ctx context.Context, receipts []notify.Receipt, to notify.Receipts) error {
	for part := range slices.Chunk(receipts, receiptsAtOnce) {
		errs := make([]error, len(part))
		var handing sync.WaitGroup
		for i, r := range part {
			handing.Go(func() { errs[i] = to(ctx, r) })
		}
		handing.Wait()
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Receive takes what a gateway brings by HTTP, hands the receipts in it to
// Options.Receipts, and returns what the gateway is to be answered once they
// are safe. It returns ErrUnknown for a gateway that brings none,
// httpsms.ErrForged and httpsms.ErrReceipt for what can't be believed or read,
// and what the callback returned.
func (s *Set) Receive(ctx context.Context, gateway string, c httpsms.Callback) (answer string, err error) {
	receive, ok := s.callbacks[gateway]
	if !ok {
		return "", ErrUnknown
	}
	return receive(ctx, c)
}
