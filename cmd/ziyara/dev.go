package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ziyara/loopback"
	"ziyara/service"
	"ziyara/service/privatepg"
	"ziyara/setup"
)

type dev struct {
	tuning
	URL    string `name:"database-url" env:"DATABASE_URL" placeholder:"URL" help:"A PostgreSQL to use instead of the private one."`
	Listen string `env:"ZIYARA_LISTEN" default:"127.0.0.1:8080" help:"Address to listen on, host:port; a loopback address."`
	Data   string `env:"ZIYARA_DATA" placeholder:"DIR" help:"${data}"`
	Centre string `env:"ZIYARA_CENTRE" placeholder:"FILE" help:"${centre}"`
}

// devServingRole is the role of the private database that serves.
const devServingRole = "ziyara_serving"

// stopTimeout is how long the private database may take to stop.
const stopTimeout = 20 * time.Second

// Run starts everything, prints the addresses to open, and serves until Ctrl-C.
func (d dev) Run(ctx context.Context) (err error) {
	began := time.Now()
	if !loopback.Is(d.Listen) { // before anything is started
		return fmt.Errorf("%w: ZIYARA_LISTEN is %s", service.ErrDev, d.Listen)
	}
	config, err := d.config()
	if err != nil {
		return err
	}
	own, err := d.own()
	if err != nil {
		return err
	}
	if d.Data == "" {
		if d.Data, err = d.defaultDir(); err != nil {
			return err
		}
	}
	private := d.URL == ""
	if private {
		database, err := privatepg.Start(ctx, privatepg.Config{Dir: filepath.Join(d.Data, "postgres"), Log: os.Stderr})
		if err != nil {
			return err
		}
		defer func() {
			stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
			defer cancel()
			err = errors.Join(err, database.Stop(stopping))
		}()
		d.URL = database.URL
	}
	if config.Secret, err = devSecret(d.Data); err != nil {
		return err
	}
	if _, err = service.Migrate(ctx, d.URL); err != nil {
		return err
	}
	if own == nil {
		_, err = service.SeedDemo(ctx, d.URL)
	} else {
		_, err = service.Apply(ctx, service.Config{DatabaseURL: d.URL}, *own, actor(), false)
	}
	if err != nil {
		return err
	}
	serving := d.URL
	if private {
		if serving, err = service.MakeServing(ctx, d.URL, devServingRole); err != nil {
			return err
		}
	}
	config.DatabaseURL, config.Listen, config.Log, config.Dev = serving, d.Listen, textLog(), true
	if config.PublicURL == "" {
		config.PublicURL = "http://" + d.Listen // links point to this machine
	}
	if len(config.WebhookAllow) == 0 {
		config.WebhookAllow = []string{"127.0.0.0/8", "::1/128"} // webhooks may reach it too
	}
	config.OIDC.Demo, config.VisitorOIDC.Demo = config.OIDC.Issuer == "", config.VisitorOIDC.Issuer == ""
	replica, err := service.New(ctx, config)
	if err != nil {
		return err
	}
	fmt.Printf(welcome, replica.URL(), time.Since(began).Seconds())
	if config.OIDC.Demo {
		fmt.Printf(welcomeStaff, replica.URL())
	}
	if config.VisitorOIDC.Demo {
		fmt.Printf(welcomeVisitors, replica.URL())
	}
	fmt.Printf(welcomeData, d.Data, d.URL)
	fmt.Println("Ctrl-C stops the service and its database. The data stays.")
	return replica.Run(ctx)
}

// own reads the file of the centre; nil for the demo centre.
func (d dev) own() (*setup.Centre, error) {
	if d.Centre == "" {
		return nil, nil //nolint:nilnil // no file
	}
	c, err := read(d.Centre)
	return &c, err
}

// defaultDir returns where the data is unless ZIYARA_DATA says otherwise. Each centre has
// a database of its own, by the name of its file.
func (d dev) defaultDir() (string, error) {
	dir, err := privatepg.DefaultDir()
	if err != nil || d.Centre == "" {
		return dir, err
	}
	name := filepath.Base(d.Centre)
	return filepath.Join(dir, "centres", strings.TrimSuffix(name, filepath.Ext(name))), nil
}

// welcome begins with the one address to open.
const welcome = `Ziyara is open at %[1]s/ (ready in %.1[2]f s)

  Book a visit      %[1]s/
  Sandbox phone     %[1]s/dev/phone
  All there is      %[1]s/dev
  Try the API       %[1]s/docs
`

const welcomeStaff = `  Sign in as staff  %[1]s/staff (made-up staff, no password)
  A token of staff  curl -s -d user=noura %[1]s/dev/token
`

const welcomeVisitors = `  As a visitor      %[1]s/dev (made-up visitors, no password)
`

const welcomeData = `
  Data              %s
  Database          %s

`

// devSecret returns the secret for the data in dir. It creates one the first
// time.
func devSecret(dir string) ([]byte, error) {
	name := filepath.Join(dir, "secret")
	secret, err := os.ReadFile(name) //nolint:gosec // the directory is the user's own choice
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	if err = os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the user of the database needs access
		return nil, err
	}
	secret = []byte(rand.Text() + rand.Text())
	return secret, os.WriteFile(name, secret, 0o600)
}
