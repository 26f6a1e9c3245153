package devissuer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/go-jose/go-jose/v4"
)

// algorithm signs tokens; its keys are quick to make.
const algorithm = string(jose.ES256)

// keptKeys is how many keys are published: the one that signs and the one before
// it, whose tokens may still be valid.
const keptKeys = 2

type key struct {
	id     string
	secret *ecdsa.PrivateKey
}

// Rotate makes a new key that signs from now on. The one before it stays
// published.
func (i *Issuer) Rotate() error {
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("devissuer: %w", err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = append(i.keys, key{id: random(), secret: secret})
	i.keys = i.keys[max(0, len(i.keys)-keptKeys):]
	return nil
}

// Sign returns the claims as a token, signed with the newest key.
func (i *Issuer) Sign(claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("devissuer: %w", err)
	}
	i.mu.Lock()
	k := i.keys[len(i.keys)-1]
	i.mu.Unlock()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: k.secret, KeyID: k.id}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("devissuer: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("devissuer: %w", err)
	}
	return signed.CompactSerialize()
}

// published returns the public keys for checking tokens.
func (i *Issuer) published() jose.JSONWebKeySet {
	i.mu.Lock()
	defer i.mu.Unlock()
	var set jose.JSONWebKeySet
	for _, k := range i.keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k.secret.Public(), KeyID: k.id, Algorithm: algorithm, Use: "sig"})
	}
	return set
}

func (i *Issuer) jwks(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, i.published())
}

// verify returns the subject of a token of this issuer that has not expired.
func (i *Issuer) verify(token string) (string, error) {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return "", fmt.Errorf("devissuer: %w", err)
	}
	payload, err := signed.Verify(i.published())
	if err != nil {
		return "", fmt.Errorf("devissuer: %w", err)
	}
	var claims struct {
		Subject string `json:"sub"`
		Expires int64  `json:"exp"`
	}
	if err = json.Unmarshal(payload, &claims); err != nil {
		return "", fmt.Errorf("devissuer: %w", err)
	}
	if i.Now().Unix() >= claims.Expires {
		return "", ErrUnknown
	}
	return claims.Subject, nil
}
