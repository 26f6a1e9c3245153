package servicetest

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"ziyara/service/secret"
)

// keysOf returns the keys of a replica over the database.
func keysOf(t testing.TB, databaseURL string) *secret.Keys {
	t.Helper()
	keys, err := secret.New([]byte(Secret))
	if err != nil {
		t.Fatal(err)
	}
	text, err := keys.OpenRow("hashes of the vault", Query[string](t, databaseURL, "SELECT hashes FROM vault"))
	if err != nil {
		t.Fatal(err)
	}
	root, err := base64.StdEncoding.DecodeString(text)
	if err == nil {
		err = keys.WithHashes(root)
	}
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// Hash returns how a value ("mobile", "identity", "email", "representative") is found in a column.
func Hash(t testing.TB, databaseURL, of, value string) string {
	t.Helper()
	return "#" + keysOf(t, databaseURL).Hash(of, value)
}

// Unsealed returns a sealed text of the row with an id: of a visit or an entry as a JSON array of name, identity
// number, mobile, e-mail address and what is known of the representative.
func Unsealed(t testing.TB, databaseURL, table, id, text string) string {
	t.Helper()
	opened, err := keysOf(t, databaseURL).OpenRow(table+"/"+id, text)
	if err != nil {
		t.Fatalf("%s of %s: %v", table, id, err)
	}
	return opened
}

// InClear has every replica write rows in clear, as before ziyara rekey, so that a test can write them itself.
func (c *Centre) InClear() {
	c.t.Helper()
	Exec(c.t, c.DatabaseURL, "UPDATE vault SET sealing = false")
	c.Job("follow keys")
}

// Booked returns what is sealed of the one booked visit, as Unsealed has it, and more empty texts.
func Booked(t testing.TB, databaseURL string) []string {
	t.Helper()
	row := Query[string](t, databaseURL, "SELECT id || ' ' || visitor_name FROM appointments WHERE status = 'booked'")
	id, name, _ := strings.Cut(row, " ")
	var parts []string
	if err := json.Unmarshal([]byte(Unsealed(t, databaseURL, "appointments", id, name)), &parts); err != nil {
		t.Fatal(err)
	}
	return append(parts, make([]string, 8)...)
}
