package postgres

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/lib/pq"

	"ziyara/service/secret"
	"ziyara/slots"
)

// vault keeps what is personal in rows: sealed, so that only who has the keys reads it, and as
// keyed hashes by which it is found (docs/adr/0053-data-at-rest.md). Until the database says
// that rows are sealed it leaves them in clear; it reads both.
type vault struct {
	keys    *secret.Keys // nil: in clear
	root    []byte       // of pseudonyms and hashes; the same as long as the database is
	sealing atomic.Bool
}

// personal is what is personal of a visit, or of an entry of the waitlist: as people know it, or
// as it is kept.
type personal struct {
	Name, Number, Mobile, Email      string
	ByName, ByKind, ByNumber, Wakala string // of the representative
}

// personalOf returns what is personal of a visitor.
func personalOf(v slots.Visitor, mobile string, by *slots.Representative) personal {
	p := personal{Name: v.Name, Number: v.Identity.Number, Mobile: mobile, Email: v.Email}
	if by != nil {
		p.ByName, p.ByKind, p.ByNumber, p.Wakala = by.Name, string(by.Identity.Kind), by.Identity.Number, by.Wakala
	}
	return p
}

// representative returns who stands in for the visitor; nil for nobody.
func (p personal) representative(until sql.NullTime) *slots.Representative {
	if p.ByName == "" {
		return nil
	}
	return &slots.Representative{
		Name: p.ByName, Identity: slots.Identity{Kind: slots.IdentityKind(p.ByKind), Number: p.ByNumber},
		Wakala: p.Wakala, Expires: dateOf(until.Time),
	}
}

// The tables whose texts are sealed, besides appointments and entriesTable. Ids are those of the
// visit for notes, its reference for comments.
const (
	visitsTable   = "appointments"
	messagesTable = "messages"
	checksTable   = "verifications"
	notesTable    = "change_visits"
	commentsTable = "survey_answers"
)

// What hashes are of: the same number has another hash for each.
const (
	ofMobile         = "mobile"
	ofIdentity       = "identity"
	ofEmail          = "email"
	ofRepresentative = "representative"
	ofName           = "name"
)

// hashMark begins a hash. No mobile, number or address does.
const hashMark = "#"

// hash returns the hash by which a value is found; "" for "".
func (v *vault) hash(of, value string) string {
	if value == "" || !v.sealing.Load() {
		return value
	}
	return hashMark + v.keys.Hash(of, value)
}

// spellings returns all that a value can be in a column: its hash, and itself in a row that is not
// sealed yet. It returns NULL for "".
func (v *vault) spellings(of string, values ...string) any {
	values = slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" })
	if len(values) == 0 {
		return nil
	}
	list := pq.StringArray(values)
	if v.sealing.Load() {
		for _, value := range values {
			list = append(list, v.hash(of, value))
		}
	}
	return list
}

// keep returns what is personal of a row as it is kept: Name has all of it, sealed, and what is
// searched is a hash. open with the same table and id is its inverse.
func (v *vault) keep(table, id string, p personal) (personal, error) {
	if !v.sealing.Load() {
		return p, nil
	}
	parts := []string{p.Name, p.Number, p.Mobile, p.Email, p.ByName, p.ByKind, p.ByNumber, p.Wakala}
	for parts[len(parts)-1] == "" && len(parts) > 1 {
		parts = parts[:len(parts)-1]
	}
	text, err := json.Marshal(parts)
	if err != nil {
		return personal{}, err
	}
	sealed, err := v.keys.SealRow(rowName(table, id), string(text))
	return personal{
		Name: sealed, Number: v.hash(ofIdentity, p.Number), Mobile: v.hash(ofMobile, p.Mobile), Email: v.hash(ofEmail, p.Email),
		ByNumber: v.hash(ofRepresentative, p.ByNumber),
	}, err
}

// open returns what keep was given.
func (v *vault) open(table, id string, kept personal) (p personal, err error) {
	if !secret.RowSealed(kept.Name) {
		return kept, nil
	}
	text, err := v.openText(table, id, kept.Name)
	if err != nil {
		return p, err
	}
	var parts []string
	if err = json.Unmarshal([]byte(text), &parts); err != nil {
		return p, fmt.Errorf("postgres: %s: %w", table, err)
	}
	for i, field := range []*string{&p.Name, &p.Number, &p.Mobile, &p.Email, &p.ByName, &p.ByKind, &p.ByNumber, &p.Wakala} {
		if i < len(parts) {
			*field = parts[i]
		}
	}
	if kept.Mobile == "" { // nobody is reached by what is not in the row any more, or was not read
		p.Mobile = ""
	}
	if kept.Email == "" {
		p.Email = ""
	}
	return p, nil
}

// contact returns how the visitor of a visit is reached. The hold of an offer has no visitor of its
// own: entry is the id and the visitor_name of the entry of the waitlist to which it is offered.
func (v *vault) contact(visit, name, mobile, email string, entry []string) (p personal, err error) {
	kept := personal{Name: name, Mobile: mobile, Email: email}
	if len(entry) == 2 {
		kept.Name = entry[1]
		p, err = v.open(entriesTable, entry[0], kept)
	} else {
		p, err = v.open(visitsTable, visit, kept)
	}
	if strings.HasPrefix(p.Mobile, hashMark) { // the entry is gone
		p.Mobile = ""
	}
	return p, err
}

// keepText seals a text of a row; "" stays.
func (v *vault) keepText(table, id, text string) (string, error) {
	if text == "" || !v.sealing.Load() {
		return text, nil
	}
	return v.keys.SealRow(rowName(table, id), text)
}

// openText returns what keepText was given.
func (v *vault) openText(table, id, kept string) (string, error) {
	if !secret.RowSealed(kept) {
		return kept, nil
	}
	if v.keys == nil {
		return "", fmt.Errorf("postgres: %s: %w", table, secret.ErrNoKey)
	}
	text, err := v.keys.OpenRow(rowName(table, id), kept)
	if err != nil {
		return "", fmt.Errorf("postgres: %s: %w", table, err)
	}
	return text, nil
}

// rowName names a row: what is sealed for it opens nowhere else.
func rowName(table, id string) string { return table + "/" + id }

// longestBeginning is how many letters of a word are searched.
const longestBeginning = 12

// nameKey returns a name as it is searched: slots.NameKey, or sorted hashes of the beginnings of
// its words, each with a space before and after.
func (v *vault) nameKey(name string) string {
	if !v.sealing.Load() {
		return slots.NameKey(name)
	}
	var beginnings []string
	for _, word := range slots.NameWords(name) {
		letters := []rune(word)
		for n := range min(len(letters), longestBeginning) {
			beginnings = append(beginnings, string(letters[:n+1]))
		}
	}
	if len(beginnings) == 0 {
		return ""
	}
	hashes := v.keys.Words(ofName, beginnings)
	slices.Sort(hashes)
	return " " + strings.Join(slices.Compact(hashes), " ") + " "
}

// namePatterns returns LIKE patterns for the key of a name that has words with these beginnings:
// in clear and as hashes, NULL without any. The words contain no wildcards.
func (v *vault) namePatterns(words []string) (plain, hashed any) {
	if len(words) == 0 {
		return nil, nil
	}
	of := func(words []string) any {
		patterns := make(pq.StringArray, len(words))
		for i, word := range words {
			patterns[i] = "% " + word + "%"
		}
		return patterns
	}
	if !v.sealing.Load() {
		return of(words), nil
	}
	beginnings := make([]string, len(words))
	for i, word := range words {
		letters := []rune(word)
		beginnings[i] = string(letters[:min(len(letters), longestBeginning)])
	}
	return of(words), of(v.keys.Words(ofName, beginnings))
}

// vaultRow is the one row of vault.
type vaultRow struct {
	Key     int64  `db:"key_id"`
	Hashes  string `db:"hashes"`
	Sealing bool   `db:"sealing"`
	Left    int    `db:"left_rows"`
}

// vaultHashes is the place for which the key of hashes is sealed.
const vaultHashes = "hashes of the vault"

// OpenVault has the store seal what it writes with keys, and open what it reads, as the
// database says. A database without visits is sealed from the beginning; another one keeps
// its pseudonyms and its rows in clear until Switch. The returned error wraps secret.ErrNoKey, with the id
// of the key, if the database needs one that keys don't have.
func (s *Store) OpenVault(ctx context.Context, keys *secret.Keys) error {
	var row vaultRow
	err := s.pool().get(ctx, &row, "vault/find")
	if errors.Is(err, sql.ErrNoRows) {
		if err = s.makeVault(ctx, keys); err != nil {
			return err
		}
		err = s.pool().get(ctx, &row, "vault/find")
	}
	if err != nil {
		return err
	}
	s.vault.keys = keys
	return s.vault.follow(row)
}

// makeVault adds the row of vault, unless another replica does.
func (s *Store) makeVault(ctx context.Context, keys *secret.Keys) error {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // which does not fail
	var sealed [2]string
	for i, root := range [][]byte{fresh, keys.Root()} {
		var err error
		if sealed[i], err = keys.SealRow(vaultHashes, base64.StdEncoding.EncodeToString(root)); err != nil {
			return err
		}
	}
	_, err := s.pool().exec(ctx, "vault/make", int64(keys.Writer()), sealed[0], sealed[1])
	return err
}

// follow takes over what the database says.
func (v *vault) follow(row vaultRow) error {
	id := uint32(row.Key) //nolint:gosec // it came from one
	if err := v.keys.Write(id); err != nil {
		return fmt.Errorf("the database is sealed with a key that is missing: %w", err)
	}
	text, err := v.keys.OpenRow(vaultHashes, row.Hashes)
	if err != nil {
		return fmt.Errorf("the key of hashes: %w", err)
	}
	root, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return fmt.Errorf("the key of hashes: %w", err)
	}
	if v.root == nil {
		if err = v.keys.WithHashes(root); err != nil {
			return err
		}
		v.root = root
	}
	v.sealing.Store(row.Sealing)
	return nil
}

// FollowVault takes over what the database says by now: which key writes, and whether rows are
// sealed. It returns how many rows ziyara rekey has still to seal.
func (s *Store) FollowVault(ctx context.Context) (left int, err error) {
	var row vaultRow
	if err = s.pool().get(ctx, &row, "vault/find"); err != nil {
		return 0, err
	}
	return row.Left, s.vault.follow(row)
}
