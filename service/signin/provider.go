package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"ziyara/access"
	"ziyara/loopback"
)

// Bounds of requests to the provider.
const (
	askTimeout = 3 * time.Second // for one answer
	askMost    = 1 << 20         // bytes of one answer
	maxKeys    = 20              // of a key set; further keys are ignored
	maxCause   = 300             // bytes of a cause in the log

	// pause is the least time between two requests, so that tokens with unknown
	// keys don't cause a request each.
	pause = 10 * time.Second
	// freshFor is how long keys are used before they are read again, so that a
	// withdrawn key is not used for long.
	freshFor = 10 * time.Minute
	// keptFor is how long keys are used while the provider can't be reached.
	keptFor = 24 * time.Hour
)

// provider is the identity provider, with what it last published.
type provider struct {
	issuer   string
	loopback bool // its addresses may be http
	now      func() time.Time
	log      *slog.Logger
	client   *http.Client

	known atomic.Pointer[known] // nil until the provider has answered
	turn  chan struct{}         // held by the goroutine that asks; guards the fields below
	tried time.Time
	err   error // of the last try
}

// known is what the provider publishes. It is immutable.
type known struct {
	*oidc.Provider

	endpoint   oauth2.Endpoint
	endSession string // "" for none
	userInfo   bool
	scopes     []string // that this service asks for
	keys       []jose.JSONWebKey
	at         time.Time
}

func newProvider(issuer string, loopback bool, now func() time.Time, log *slog.Logger) *provider {
	return &provider{
		issuer: issuer, loopback: loopback, now: now, log: log, turn: make(chan struct{}, 1),
		client: &http.Client{
			Timeout:       askTimeout,
			Transport:     bounded{http.DefaultTransport},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// bounded cuts answers off after askMost bytes.
type bounded struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		response.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(response.Body, askMost), response.Body}
	}
	return response, err
}

// get returns what the provider publishes. It asks the provider if nothing is
// known, or it is old. It returns access.ErrUnavailable.
func (p *provider) get(ctx context.Context) (*known, error) {
	k := p.usable()
	switch {
	case k == nil:
		if err := p.ask(ctx, true); err != nil {
			return nil, err
		}
		if k = p.usable(); k == nil {
			return nil, access.ErrUnavailable
		}
	case p.now().Sub(k.at) >= freshFor:
		if p.ask(ctx, false) == nil {
			k = p.known.Load()
		}
	}
	return k, nil
}

// usable returns what is known, unless it is older than keptFor; nil for nothing.
func (p *provider) usable() *known {
	k := p.known.Load()
	if k == nil || p.now().Sub(k.at) >= keptFor {
		return nil
	}
	return k
}

// keysFor returns the keys with which a token with this key id could be signed;
// all keys for "", and none if the provider does not have the key. It returns
// access.ErrUnavailable if the provider can't be asked.
func (p *provider) keysFor(ctx context.Context, id string) ([]jose.JSONWebKey, error) {
	k, err := p.get(ctx)
	if err != nil {
		return nil, err
	}
	if keys := k.named(id); len(keys) > 0 {
		return keys, nil
	}
	if err = p.ask(ctx, true); err != nil {
		return nil, err
	}
	if k = p.usable(); k == nil {
		return nil, access.ErrUnavailable
	}
	return k.named(id), nil
}

// named returns the keys with an id; all for "".
func (k *known) named(id string) []jose.JSONWebKey {
	if id == "" {
		return k.keys
	}
	var keys []jose.JSONWebKey
	for _, key := range k.keys {
		if key.KeyID == id {
			keys = append(keys, key)
		}
	}
	return keys
}

// ask reads what the provider publishes. If that was tried within pause, it
// returns the error of that try. Only one goroutine asks at a time; wait says
// whether to wait for it. It returns access.ErrUnavailable.
func (p *provider) ask(ctx context.Context, wait bool) error {
	select {
	case p.turn <- struct{}{}:
	default:
		if !wait {
			return nil
		}
		select {
		case p.turn <- struct{}{}:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", access.ErrUnavailable, ctx.Err())
		}
	}
	defer func() { <-p.turn }()
	now := p.now()
	if since := now.Sub(p.tried); !p.tried.IsZero() && since >= 0 && since < pause {
		return p.err
	}
	p.tried = now
	k, err := p.look(ctx)
	if err != nil {
		p.err = access.ErrUnavailable
		cause := err.Error() // it can contain a whole page
		p.log.WarnContext(ctx, "the identity provider can't be reached", "issuer", p.issuer, "error", cause[:min(len(cause), maxCause)])
		return p.err
	}
	k.at, p.err = now, nil
	p.known.Store(k)
	return nil
}

// look reads the endpoints and the keys that the provider publishes.
func (p *provider) look(ctx context.Context) (*known, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*askTimeout)
	defer cancel()
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.issuer)
	if err != nil {
		return nil, err
	}
	var more struct {
		Keys        string   `json:"jwks_uri"`
		EndSession  string   `json:"end_session_endpoint"`
		AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
		Scopes      []string `json:"scopes_supported"`
	}
	if err = found.Claims(&more); err != nil {
		return nil, err
	}
	k := &known{Provider: found, endpoint: found.Endpoint(), endSession: more.EndSession, userInfo: found.UserInfoEndpoint() != ""}
	if k.scopes = []string{oidc.ScopeOpenID, "profile"}; slices.Contains(more.Scopes, oidc.ScopeOfflineAccess) {
		k.scopes = append(k.scopes, oidc.ScopeOfflineAccess) // a token to ask for roles with
	}
	k.endpoint.AuthStyle = oauth2.AuthStyleInHeader // the default of the standard
	if len(more.AuthMethods) > 0 && !slices.Contains(more.AuthMethods, "client_secret_basic") {
		k.endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	for _, u := range []string{k.endpoint.AuthURL, k.endpoint.TokenURL, more.Keys} {
		if err = p.trusted(u); err != nil {
			return nil, err
		}
	}
	if p.trusted(k.endSession) != nil { // there is none, or it is not https
		k.endSession = ""
	}
	k.keys, err = p.readKeys(ctx, more.Keys)
	return k, err
}

// trusted returns an error for an endpoint that is not protected by TLS or on this
// machine.
func (p *provider) trusted(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" && (!p.loopback || !loopback.Secure(u)) {
		return fmt.Errorf("endpoint %q is not https", endpoint)
	}
	return nil
}

// readKeys reads a key set (RFC 7517) without keys of unknown kinds and keys that
// are not for signatures.
func (p *provider) readKeys(ctx context.Context, address string) ([]jose.JSONWebKey, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // read as far as it counts
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("keys: status %d", response.StatusCode)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err = json.NewDecoder(response.Body).Decode(&set); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(raw, &key) == nil && key.IsPublic() && (key.Use == "" || key.Use == "sig") && len(keys) < maxKeys {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("keys: the set has no key for signatures")
	}
	return keys, nil
}
