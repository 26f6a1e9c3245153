package httpsms_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify"
	"ziyara/notify/httpsms"
)

func TestReceipts(t *testing.T) {
	t.Parallel()
	query := httpsms.Proof{Query: "proof", Secret: secret}
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	proved := url.Values{"proof": {secret}}
	receipt := func(id string, d notify.Delivery, code string) []notify.Receipt {
		return []notify.Receipt{{GatewayID: id, Delivery: d, Code: code, At: now()}}
	}
	tests := []struct {
		name, provider string
		callback       httpsms.Callback
		want           []notify.Receipt
		wantErr        error
	}{
		// The parameters that Unifonic documents for its webhook.
		{
			"Unifonic, delivered", "unifonic",
			httpsms.Callback{Header: form, Query: proved, Body: []byte("MessageID=42&DLR=Delivered&Recipient=966501234567")},
			receipt("42", notify.Delivered, ""), nil,
		},
		{
			"Unifonic, undeliverable", "unifonic",
			httpsms.Callback{Header: form, Query: proved, Body: []byte("MessageID=42&DLR=Undeliverable")},
			receipt("42", notify.Undelivered, ""), nil,
		},
		{
			"Unifonic, as JSON", "unifonic",
			httpsms.Callback{Query: proved, Body: []byte(`{"MessageID":42000348806924,"Status":"Delivered"}`)},
			receipt("42000348806924", notify.Delivered, ""), nil,
		},
		{"Unifonic, under way", "unifonic", httpsms.Callback{Query: proved, Body: []byte(`{"MessageID":42,"Status":"Sent"}`)}, nil, nil},
		{
			"Taqnyat", "taqnyat",
			httpsms.Callback{Query: proved, Body: []byte(`{"messageId":7,"status":"Failed","errorCode":"E1"}`)},
			receipt("7", notify.Undelivered, "E1"), nil,
		},
		{
			"Taqnyat, in capitals", "taqnyat",
			httpsms.Callback{Query: proved, Body: []byte(`{"msgid":"7","status":"DELIVERED"}`)},
			receipt("7", notify.Delivered, ""), nil,
		},
		{
			"Taqnyat, as a form", "taqnyat",
			httpsms.Callback{Header: form, Query: proved, Body: []byte("messageId=7&status=expired")},
			receipt("7", notify.Overdue, ""), nil,
		},
		{
			"generic, in the URL", "generic", httpsms.Callback{Query: url.Values{"proof": {secret}, "id": {"9"}, "type": {"1"}}},
			receipt("9", notify.Delivered, ""), nil,
		},
		{"no id", "generic", httpsms.Callback{Query: url.Values{"proof": {secret}, "type": {"1"}}}, nil, httpsms.ErrReceipt},
		{"no state", "unifonic", httpsms.Callback{Query: proved, Body: []byte(`{"MessageID":42}`)}, nil, httpsms.ErrReceipt},
		{"no JSON", "unifonic", httpsms.Callback{Query: proved, Body: []byte(`{"MessageID":42`)}, nil, httpsms.ErrReceipt},
		{"JSON of another kind", "unifonic", httpsms.Callback{Query: proved, Body: []byte(`42`)}, nil, httpsms.ErrReceipt},
		{
			"two values", "unifonic", httpsms.Callback{Query: proved, Body: []byte(`{"MessageID":42,"DLR":"Delivered"} {}`)},
			nil, httpsms.ErrReceipt,
		},
		{
			"an id that is too long", "unifonic",
			httpsms.Callback{Query: proved, Body: []byte(`{"MessageID":"` + strings.Repeat("4", 200) + `","DLR":"Delivered"}`)},
			nil, httpsms.ErrReceipt,
		},
		{
			"an id that can't be stored", "unifonic",
			httpsms.Callback{Query: proved, Body: []byte("{\"MessageID\":\"4\\u00002\",\"DLR\":\"Delivered\"}")}, nil,
			httpsms.ErrReceipt,
		},
		{"not proved", "unifonic", httpsms.Callback{Body: []byte(`{"MessageID":42,"DLR":"Delivered"}`)}, nil, httpsms.ErrForged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := provider(t, tt.provider).Receipts(tt.callback, query, now())
			if !errors.Is(err, tt.wantErr) || tt.wantErr == nil && err != nil {
				t.Fatalf("Receipts = %v, want %v", err, tt.wantErr)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("receipts (-want +got):\n%s", diff)
			}
		})
	}
}

// A request may contain several receipts.
func TestReceiptList(t *testing.T) {
	t.Parallel()
	list := strings.Replace(generic, "[receipt]\nformat = \"query\"", "[receipt]\nformat = \"json\"\nlist = \"reports\"", 1)
	p, err := httpsms.Parse([]byte(list))
	if err != nil {
		t.Fatal(err)
	}
	proof := httpsms.Proof{Header: "Authorization", Secret: secret}
	body := `{"reports":[{"id":"a","type":1},{"id":"b","type":8},{"id":"c","type":2}]}`
	got, err := p.Receipts(httpsms.Callback{Header: http.Header{"Authorization": {"Bearer " + secret}}, Body: []byte(body)}, proof, now())
	want := []notify.Receipt{
		{GatewayID: "a", Delivery: notify.Delivered, At: now()}, {GatewayID: "c", Delivery: notify.Undelivered, At: now()},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Receipts: %v (-want +got):\n%s", err, diff)
	}
}

// A receipt needs the secret as proof.
func TestProof(t *testing.T) {
	t.Parallel()
	body := []byte(`{"MessageID":42,"DLR":"Delivered"}`)
	sign := func(key string) []byte {
		sum := hmac.New(sha256.New, []byte(key))
		sum.Write(body)
		return sum.Sum(nil)
	}
	header := func(name, value string) httpsms.Callback {
		return httpsms.Callback{Header: http.Header{name: {value}}, Body: body}
	}
	byHeader, byQuery := httpsms.Proof{Header: "X-Token", Secret: secret}, httpsms.Proof{Query: "token", Secret: secret}
	byHMAC := httpsms.Proof{HMAC: "X-Signature", Secret: secret}
	tests := []struct {
		name     string
		proof    httpsms.Proof
		callback httpsms.Callback
		want     bool
	}{
		{"secret in a header", byHeader, header("X-Token", secret), true},
		{"as a bearer token", byHeader, header("X-Token", "Bearer "+secret), true},
		{"wrong secret", byHeader, header("X-Token", secret+"x"), false},
		{"no secret", byHeader, header("X-Token", ""), false},
		{"another header", byHeader, header("X-Other", secret), false},
		{"secret in the URL", byQuery, httpsms.Callback{Query: url.Values{"token": {secret}}, Body: body}, true},
		{"wrong secret in the URL", byQuery, httpsms.Callback{Query: url.Values{"token": {"x"}}, Body: body}, false},
		{
			"secret in a field of JSON", httpsms.Proof{Field: "auth.phrase", Secret: secret},
			httpsms.Callback{Body: []byte(`{"MessageID":42,"DLR":"Delivered","auth":{"phrase":"` + secret + `"}}`)}, true,
		},
		{"secret in a field of a form", httpsms.Proof{Field: "phrase", Secret: secret}, httpsms.Callback{
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
			Body:   []byte(url.Values{"MessageID": {"42"}, "DLR": {"Delivered"}, "phrase": {secret}}.Encode()),
		}, true},
		{"wrong secret in a field", httpsms.Proof{Field: "phrase", Secret: secret}, httpsms.Callback{Body: []byte(`{"phrase":"x"}`)}, false},
		{"no such field", httpsms.Proof{Field: "phrase", Secret: secret}, httpsms.Callback{Body: []byte(`{}`)}, false},
		{"no body for a field", httpsms.Proof{Field: "phrase", Secret: secret}, httpsms.Callback{}, false},
		{"signed, hexadecimal", byHMAC, header("X-Signature", "sha256="+hex.EncodeToString(sign(secret))), true},
		{"signed, base64", byHMAC, header("X-Signature", base64.StdEncoding.EncodeToString(sign(secret))), true},
		{"signed with another secret", byHMAC, header("X-Signature", hex.EncodeToString(sign("x"))), false},
		{"signature cut off", byHMAC, header("X-Signature", hex.EncodeToString(sign(secret)[:16])), false},
		{
			"another body", byHMAC,
			httpsms.Callback{Header: http.Header{"X-Signature": {hex.EncodeToString(sign(secret))}}, Body: append([]byte(" "), body...)},
			false,
		},
		{"no proof", httpsms.Proof{Secret: secret}, header("X-Token", secret), false},
		{"two proofs", httpsms.Proof{Header: "X-Token", Query: "token", Secret: secret}, header("X-Token", secret), false},
		{"a secret that can be guessed", httpsms.Proof{Header: "X-Token", Secret: "short"}, header("X-Token", "short"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := provider(t, "unifonic").Receipts(tt.callback, tt.proof, now())
			if got := err == nil; got != tt.want || !tt.want && !errors.Is(err, httpsms.ErrForged) {
				t.Errorf("Receipts = %v, want it proved: %t", err, tt.want)
			}
		})
	}
}

// Any input gives a receipt or an error.
func FuzzReceipts(f *testing.F) {
	f.Add([]byte(`{"MessageID":42,"DLR":"Delivered"}`), "application/json")
	f.Add([]byte("MessageID=42&DLR=Delivered"), "application/x-www-form-urlencoded")
	f.Add([]byte(`[{"MessageID":null}]`), "")
	p := provider(f, "unifonic")
	proof := httpsms.Proof{Query: "token", Secret: secret}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		all, err := p.Receipts(httpsms.Callback{
			Header: http.Header{"Content-Type": {contentType}}, Query: url.Values{"token": {secret}}, Body: body,
		}, proof, now())
		for _, r := range all {
			if err != nil || r.GatewayID == "" || r.Delivery == "" {
				t.Fatalf("receipt %+v, error %v", r, err)
			}
		}
	})
}
