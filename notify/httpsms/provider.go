// Package httpsms sends messages through SMS gateways with an HTTP API.
//
// The differences between gateways are data: a Provider defines the requests
// and the meaning of the answers. Those of Unifonic and Taqnyat are part of the
// package; any other gateway needs a file. Files are TOML because people write
// them: TOML has comments, and the texts of the program use it already.
package httpsms

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"ziyara/loopback"
)

//go:embed providers/*.toml
var builtIn embed.FS

// Format is an encoding of fields.
type Format string

// The formats.
const (
	JSON  Format = "json"
	Form  Format = "form"  // application/x-www-form-urlencoded
	Query Format = "query" // in the URL; only for requests
	Text  Format = "text"  // only for answers
	Any   Format = "any"   // only for receipts: JSON, a form, or the query
)

// Meaning is what an answer says about the message.
type Meaning string

// The meanings.
const (
	Accepted  Meaning = "accepted"
	Busy      Meaning = "busy"      // try again later
	Temporary Meaning = "temporary" // not accepted; this or another gateway may accept it later
	Recipient Meaning = "recipient" // no such number
	Refused   Meaning = "refused"   // not accepted, and never will be
	Uncertain Meaning = "uncertain" // it may have been accepted
	Duplicate Meaning = "duplicate" // it was accepted at an earlier attempt
)

// Provider is a kind of gateway. In headers and fields, ${…} is replaced by
//
//	text, id, from       of the message
//	mobile, digits       its number, with and without the leading +
//	encoding             gsm7 or ucs2, or its name in Encodings
//	minutes              how long it is valid; empty if unlimited
//	receipt_url          where to send receipts; empty for none
//
// and by the secrets that the provider names. Fields with an empty value are
// left out.
type Provider struct {
	URL       string            `toml:"url"`
	Method    string            `toml:"method"` // POST, or GET for format "query"
	Format    Format            `toml:"format"`
	Secrets   []string          `toml:"secrets"` // names to use in ${…}
	Headers   map[string]string `toml:"headers"`
	Fields    map[string]any    `toml:"fields"`
	Encodings map[string]string `toml:"encodings"`
	Answer    Answer            `toml:"answer"`
	Receipt   *Receipt          `toml:"receipt"` // nil if there are none
}

// Answer defines how to read a gateway's answer to a message.
type Answer struct {
	Format Format `toml:"format"` // json or text
	// ID locates the gateway's id of the message: a path of keys and indices
	// joined by dots or, for text, a regular expression with one group. If it
	// is empty, our own id is used.
	ID    string `toml:"id"`
	Rules []Rule `toml:"rules"`

	idPattern *regexp.Regexp
}

// Rule gives a meaning to the answers that match all its conditions. The first
// matching rule decides. If none matches, the HTTP status does.
type Rule struct {
	Status  []int    `toml:"status"`  // any of these; empty for all
	Field   string   `toml:"field"`   // a path; empty for the whole text
	Equals  []string `toml:"equals"`  // the field is one of these
	Matches string   `toml:"matches"` // the field matches this regular expression
	Means   Meaning  `toml:"means"`

	pattern *regexp.Regexp
}

// Receipt defines how to read a gateway's receipt. If a field has several
// names, the first one present counts.
type Receipt struct {
	Format      Format   `toml:"format"` // json, form, query or any
	List        string   `toml:"list"`   // path of a list of receipts; empty for a single one
	ID          []string `toml:"id"`
	State       []string `toml:"state"`
	Code        []string `toml:"code"`
	Delivered   []string `toml:"delivered"`   // states, case-insensitive
	Undelivered []string `toml:"undelivered"` // states
	Overdue     []string `toml:"overdue"`     // states
}

// BuiltIn returns the built-in provider with the name, and false if there is
// none.
func BuiltIn(name string) (Provider, bool, error) {
	content, err := builtIn.ReadFile("providers/" + name + ".toml")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return Provider{}, false, nil
	}
	if err != nil {
		return Provider{}, false, err
	}
	p, err := Parse(content)
	return p, true, err
}

// Parse reads a provider file. An unknown key is an error that names it.
func Parse(content []byte) (Provider, error) {
	var p Provider
	meta, err := toml.NewDecoder(bytes.NewReader(content)).Decode(&p)
	if err != nil {
		return Provider{}, fmt.Errorf("httpsms: %w", err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return Provider{}, fmt.Errorf("httpsms: unknown key %q", unknown[0])
	}
	if err := p.check(); err != nil {
		return Provider{}, fmt.Errorf("httpsms: %w", err)
	}
	return p, nil
}

// check completes p and returns its faults.
func (p *Provider) check() error {
	if _, err := checkURL(p.URL); err != nil {
		return err
	}
	switch {
	case p.Format == Query && p.Method != http.MethodGet, p.Format != Query && p.Method != http.MethodPost:
		return fmt.Errorf("method %q: want GET for format %q, and POST for any other", p.Method, Query)
	case !slices.Contains([]Format{JSON, Form, Query}, p.Format):
		return fmt.Errorf("format %q: want %s, %s or %s", p.Format, JSON, Form, Query)
	case len(p.Fields) == 0:
		return errors.New("no fields")
	}
	for name, value := range p.Fields {
		if _, table := value.(map[string]any); table && p.Format != JSON {
			return fmt.Errorf("fields.%s: a table is not possible in format %s", name, p.Format)
		}
	}
	for name := range p.Encodings {
		if name != "gsm7" && name != "ucs2" {
			return fmt.Errorf("encodings.%s: want gsm7 or ucs2", name)
		}
	}
	if err := p.checkPlaceholders(); err != nil {
		return err
	}
	if err := p.Answer.check(); err != nil {
		return err
	}
	return p.Receipt.check()
}

// checkURL accepts https, and http on this machine.
func checkURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return nil, errors.New("url: invalid") // it may hold a secret
	}
	if !loopback.Secure(u) {
		return nil, fmt.Errorf("url: want https, or http on a loopback address, got %s", u.Scheme)
	}
	if u.User != nil {
		return nil, errors.New("url: credentials belong in headers or fields, as secrets")
	}
	return u, nil
}

func (a *Answer) check() (err error) {
	switch a.Format {
	case JSON:
	case Text:
		if a.ID == "" {
			break
		}
		if a.idPattern, err = regexp.Compile(a.ID); err != nil || a.idPattern.NumSubexp() != 1 {
			return errors.New("answer.id: want a regular expression with one group")
		}
	default:
		return fmt.Errorf("answer.format %q: want %s or %s", a.Format, JSON, Text)
	}
	accepts := false
	for i := range a.Rules {
		if err := a.Rules[i].check(); err != nil {
			return fmt.Errorf("answer.rules, number %d: %w", i+1, err)
		}
		accepts = accepts || a.Rules[i].Means == Accepted
	}
	if !accepts {
		return fmt.Errorf("answer.rules: no rule means %q", Accepted)
	}
	return nil
}

func (r *Rule) check() (err error) {
	meanings := []Meaning{Accepted, Busy, Temporary, Recipient, Refused, Uncertain, Duplicate}
	switch {
	case !slices.Contains(meanings, r.Means):
		return fmt.Errorf("means %q: want one of %v", r.Means, meanings)
	case len(r.Status) == 0 && len(r.Equals) == 0 && r.Matches == "":
		return errors.New("matches everything")
	case r.Field != "" && len(r.Equals) == 0 && r.Matches == "":
		return errors.New("field without equals or matches")
	}
	if r.Matches != "" {
		if r.pattern, err = regexp.Compile(r.Matches); err != nil {
			return fmt.Errorf("matches: %w", err)
		}
	}
	return nil
}

func (r *Receipt) check() error {
	if r == nil {
		return nil
	}
	switch {
	case !slices.Contains([]Format{JSON, Form, Query, Any}, r.Format):
		return fmt.Errorf("receipt.format %q: want %s, %s, %s or %s", r.Format, JSON, Form, Query, Any)
	case r.List != "" && r.Format != JSON:
		return fmt.Errorf("receipt.list: only with format %s", JSON)
	case len(r.ID) == 0 || len(r.State) == 0 || len(r.Delivered) == 0:
		return errors.New("receipt: id, state and delivered are needed")
	}
	return nil
}

// placeholders returns the names that every message fills.
func placeholders() []string {
	return []string{"text", "id", "from", "mobile", "digits", "encoding", "minutes", "receipt_url"}
}

var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

func (p *Provider) checkPlaceholders() error {
	known := append(placeholders(), p.Secrets...)
	used := map[string]bool{}
	var err error
	check := func(s string) {
		for _, found := range placeholder.FindAllStringSubmatch(s, -1) {
			if used[found[1]] = true; !slices.Contains(known, found[1]) && err == nil {
				err = fmt.Errorf("unknown placeholder ${%s}", found[1])
			}
		}
	}
	for name, value := range p.Headers {
		if strings.ContainsAny(name+value, "\r\n") {
			return fmt.Errorf("headers: %q has a line break", name)
		}
		check(value)
	}
	walk(p.Fields, func(s string) string { check(s); return s })
	switch {
	case err != nil:
		return err
	case !used["text"] || !used["mobile"] && !used["digits"]:
		return errors.New("fields: ${text} and ${mobile} or ${digits} are required")
	}
	for _, name := range p.Secrets {
		if slices.Contains(placeholders(), name) || !used[name] {
			return fmt.Errorf("secrets: ${%s} is not used, or is a reserved name", name)
		}
	}
	return nil
}

// walk returns v with f applied to every string in it.
func walk(v any, f func(string) string) any {
	switch v := v.(type) {
	case string:
		return f(v)
	case []any:
		all := make([]any, len(v))
		for i := range v {
			all[i] = walk(v[i], f)
		}
		return all
	case map[string]any:
		all := make(map[string]any, len(v))
		for key := range v {
			all[key] = walk(v[key], f)
		}
		return all
	default:
		return v
	}
}
