package httpsms

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ziyara/notify"
)

// The errors of receipts.
var (
	// ErrForged is returned for a receipt that does not prove its origin.
	ErrForged = errors.New("httpsms: receipt without proof of its origin")
	// ErrReceipt is returned for a receipt that can't be read.
	ErrReceipt = errors.New("httpsms: unreadable receipt")
)

// maxReceipts is the most receipts in one request.
const maxReceipts = 1000

// Proof is how a gateway proves that a receipt is its own. Exactly one of
// Header, Query, Field and HMAC is set.
type Proof struct {
	Header string // request header that contains the secret, alone or after "Bearer "
	Query  string // URL parameter that contains the secret
	Field  string // path of the body field that contains the secret
	HMAC   string // request header that contains the HMAC-SHA256 of the body, in hexadecimal or base64
	Secret string // at least 16 bytes
}

// Check returns an error if p is not a usable proof.
func (p Proof) Check() error {
	named := 0
	for _, name := range []string{p.Header, p.Query, p.Field, p.HMAC} {
		if name != "" {
			named++
		}
	}
	if named != 1 || len(p.Secret) < 16 {
		return errors.New("httpsms: a proof needs exactly one of header, query, field and hmac, and a secret of at least 16 bytes")
	}
	return nil
}

// Callback is an HTTP request in which a gateway sends receipts.
type Callback struct {
	Header http.Header
	Query  url.Values
	Body   []byte
}

// proved reports whether the sender of c knows the secret.
func (p Proof) proved(c Callback) bool {
	switch {
	case p.Check() != nil:
		return false
	case p.Header != "":
		return same(strings.TrimPrefix(c.Header.Get(p.Header), "Bearer "), p.Secret)
	case p.Query != "":
		return same(c.Query.Get(p.Query), p.Secret)
	case p.Field != "":
		return same(c.field(p.Field), p.Secret)
	}
	sum := hmac.New(sha256.New, []byte(p.Secret))
	sum.Write(c.Body)
	want, given := sum.Sum(nil), strings.TrimPrefix(c.Header.Get(p.HMAC), "sha256=")
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString} {
		if got, err := decode(given); err == nil && hmac.Equal(got, want) {
			return true
		}
	}
	return false
}

// field returns a field of the body, a form or JSON; "" if there is none.
func (c Callback) field(path string) string {
	if guess(c) == Form {
		form, err := url.ParseQuery(string(c.Body))
		if err != nil {
			return ""
		}
		return form.Get(path)
	}
	value, _ := fields{json: decodeJSON(c.Body)}.at(path)
	return value
}

// same compares in constant time.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// Receipts returns the receipts in c that end a delivery. It returns ErrForged
// without a valid proof, and ErrReceipt if c can't be read.
func (p Provider) Receipts(c Callback, proof Proof, now time.Time) ([]notify.Receipt, error) {
	if !proof.proved(c) {
		return nil, ErrForged
	}
	if p.Receipt == nil {
		return nil, fmt.Errorf("%w: the provider sends no receipts", ErrReceipt)
	}
	all, err := p.Receipt.read(c)
	if err != nil {
		return nil, err
	}
	var receipts []notify.Receipt
	for _, f := range all {
		r, err := p.Receipt.receipt(f)
		if err != nil {
			return nil, err
		}
		if r.Delivery != "" {
			r.At = now.UTC()
			receipts = append(receipts, r)
		}
	}
	return receipts, nil
}

// read returns the fields of each receipt in c.
func (r *Receipt) read(c Callback) ([]fields, error) {
	format := r.Format
	if format == Any {
		format = guess(c)
	}
	switch format {
	case Query:
		return []fields{{json: object(c.Query)}}, nil
	case Form:
		form, err := url.ParseQuery(string(c.Body))
		if err != nil {
			return nil, fmt.Errorf("%w: not a form", ErrReceipt)
		}
		return []fields{{json: object(form)}}, nil
	default: // JSON
	}
	v, ok := find(decodeJSON(c.Body), r.List)
	if list, isList := v.([]any); isList && len(list) <= maxReceipts {
		all := make([]fields, len(list))
		for i := range list {
			all[i].json = list[i]
		}
		return all, nil
	}
	if _, isObject := v.(map[string]any); !ok || !isObject || r.List != "" {
		return nil, fmt.Errorf("%w: unexpected JSON", ErrReceipt)
	}
	return []fields{{json: v}}, nil
}

// guess returns the format of c.
func guess(c Callback) Format {
	switch {
	case len(c.Body) == 0:
		return Query
	case strings.HasPrefix(c.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		return Form
	default:
		return JSON
	}
}

// object returns the first value of each name.
func object(v url.Values) map[string]any {
	o := make(map[string]any, len(v))
	for name, all := range v {
		o[name] = all[0]
	}
	return o
}

// receipt returns the receipt in f. Its Delivery is empty while the message is
// on its way.
func (r *Receipt) receipt(f fields) (notify.Receipt, error) {
	first := func(names []string) string {
		for _, name := range names {
			if value, ok := f.at(name); ok && value != "" {
				return value
			}
		}
		return ""
	}
	id, state := first(r.ID), first(r.State)
	if !goodID(id) || state == "" {
		return notify.Receipt{}, fmt.Errorf("%w: no id or no state", ErrReceipt)
	}
	code := first(r.Code)
	receipt := notify.Receipt{GatewayID: id}
	if goodID(code) {
		receipt.Code = code[:min(len(code), 32)]
	}
	is := func(known string) bool { return strings.EqualFold(known, state) }
	switch {
	case slices.ContainsFunc(r.Delivered, is):
		receipt.Delivery = notify.Delivered
	case slices.ContainsFunc(r.Undelivered, is):
		receipt.Delivery = notify.Undelivered
	case slices.ContainsFunc(r.Overdue, is):
		receipt.Delivery = notify.Overdue
	}
	return receipt, nil
}
