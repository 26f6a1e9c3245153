package postgres

import (
	"context"
	"database/sql"
	"encoding/base64"

	"github.com/lib/pq"

	"ziyara/notify/webhook"
	"ziyara/service/secret"
)

// rekeyPortion is how many rows are sealed in one transaction.
const rekeyPortion = 250

// Switch makes the ring's primary key the one that writes, in all replicas, and has them
// seal rows from now on.
func (s *Store) Switch(ctx context.Context) error {
	if err := s.vault.keys.Write(s.vault.keys.Primary()); err != nil {
		return err
	}
	hashes, err := s.vault.keys.SealRow(vaultHashes, base64.StdEncoding.EncodeToString(s.vault.root))
	if err != nil {
		return err
	}
	if _, err = s.pool().exec(ctx, "vault/switch", int64(s.vault.keys.Writer()), hashes); err != nil {
		return err
	}
	_, err = s.FollowVault(ctx)
	return err
}

// CountLeft returns how many rows are in clear or sealed with another key than the one that
// writes.
func (s *Store) CountLeft(ctx context.Context) (left int, err error) {
	err = s.pool().get(ctx, &left, "vault/left", s.vault.keys.RowPrefix())
	return left, err
}

// NoteLeft has replicas tell how many rows are left.
func (s *Store) NoteLeft(ctx context.Context, left int) error {
	_, err := s.pool().exec(ctx, "vault/note_left", left)
	return err
}

// EndRekey seals the secrets of webhooks with the key that writes, and removes what is of no use
// any more once all rows are sealed with it.
func (s *Store) EndRekey(ctx context.Context) error {
	err := s.transact(ctx, func(q session) error {
		var rows []struct {
			ID     string `db:"id"`
			Secret []byte `db:"secret"`
			Former []byte `db:"former_secret"`
		}
		if err := q.list(ctx, &rows, "vault/webhooks"); err != nil {
			return err
		}
		for _, r := range rows { // a ministry has a few
			for _, sealed := range []*[]byte{&r.Secret, &r.Former} {
				if *sealed == nil {
					continue
				}
				plain, err := s.vault.keys.OpenSealed(*sealed, webhook.Bind(r.ID))
				if err != nil {
					return err
				}
				if *sealed, err = s.vault.keys.Seal(plain, webhook.Bind(r.ID)); err != nil {
					return err
				}
			}
			if _, err := q.exec(ctx, "vault/save_webhook", r.ID, r.Secret, r.Former); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		_, err = s.pool().exec(ctx, "vault/end")
	}
	return err
}

// Rekey seals once what is left, in portions, and tells each how many it sealed. It leaves rows that others
// are changing.
func (s *Store) Rekey(ctx context.Context, each func(sealed int) error) error {
	for _, t := range rekeyed() {
		after := t.lowest
		for after != "" {
			var sealed int
			err := s.transact(ctx, func(q session) (err error) {
				after, sealed, err = q.rekey(ctx, t, after)
				return err
			})
			if err != nil {
				return err
			}
			if err = each(sealed); err != nil {
				return err
			}
		}
	}
	return nil
}

// rekeyTable is a table with rows to seal, and the statements that read a portion after an id and
// write it.
type rekeyTable struct {
	read, save, lowest string
	// seal returns the arguments that the saving statement has after the ids.
	seal func(v *vault, rows []rekeyRow) ([]any, error)
}

func rekeyed() []rekeyTable {
	people := func(table string) func(*vault, []rekeyRow) ([]any, error) {
		return func(v *vault, rows []rekeyRow) ([]any, error) { return sealPersonal(v, table, rows) }
	}
	texts := func(table string) func(*vault, []rekeyRow) ([]any, error) {
		return func(v *vault, rows []rekeyRow) ([]any, error) { return sealTexts(v, table, rows) }
	}
	return []rekeyTable{
		{"vault/visits", "vault/save_visits", lowestID, people(visitsTable)},
		{"vault/entries", "vault/save_entries", lowestID, people(entriesTable)},
		{"vault/checks", "vault/save_checks", lowestID, people(checksTable)},
		{"vault/messages", "vault/save_messages", "0", texts(messagesTable)},
		{"vault/comments", "vault/save_comments", lowestID, texts(commentsTable)},
		{"vault/notes", "vault/save_notes", lowestID + " " + lowestID, texts(notesTable)},
	}
}

// rekeyRow is a row to seal; of a text only ID, Place and Name.
type rekeyRow struct {
	ID       string         `db:"id"`
	Place    string         `db:"place"` // the id for which it is sealed
	Name     sql.NullString `db:"visitor_name"`
	Number   sql.NullString `db:"identity"`
	Mobile   sql.NullString `db:"mobile"`
	Email    sql.NullString `db:"email"`
	ByName   sql.NullString `db:"representative_name"`
	ByKind   sql.NullString `db:"representative_identity_kind"`
	ByNumber sql.NullString `db:"representative_identity"`
	Wakala   sql.NullString `db:"wakala"`
}

// rekey seals a portion of a table after an id. It returns the last id, "" at the end.
func (q session) rekey(ctx context.Context, t rekeyTable, after string) (last string, sealed int, err error) {
	var rows []rekeyRow
	v := &q.store.vault
	if err = q.list(ctx, &rows, t.read, after, v.keys.RowPrefix(), rekeyPortion); err != nil || len(rows) == 0 {
		return "", 0, err
	}
	arguments, err := t.seal(v, rows)
	if err != nil {
		return "", 0, err
	}
	ids := make(pq.StringArray, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	if _, err = q.exec(ctx, t.save, append([]any{ids}, arguments...)...); err != nil {
		return "", 0, err
	}
	return ids[len(ids)-1], len(ids), nil
}

// sealPersonal returns the columns of rows, sealed, with the keys of their names, and the e-mail
// addresses as they were.
func sealPersonal(v *vault, table string, rows []rekeyRow) ([]any, error) {
	var name, key, number, mobile, email, byNumber, former []sql.NullString
	for _, r := range rows {
		if table == visitsTable && !r.Name.Valid { // a hold: only its mobile is known
			for _, column := range []*[]sql.NullString{&name, &key, &number, &email, &byNumber, &former} {
				*column = append(*column, sql.NullString{})
			}
			mobile = append(mobile, null(v.hash(ofMobile, r.Mobile.String)))
			continue
		}
		p, err := v.open(table, r.ID, personal{
			Name: r.Name.String, Number: r.Number.String, Mobile: r.Mobile.String, Email: r.Email.String,
			ByName: r.ByName.String, ByKind: r.ByKind.String, ByNumber: r.ByNumber.String, Wakala: r.Wakala.String,
		})
		if err != nil {
			return nil, err
		}
		kept, err := v.keep(table, r.ID, p)
		if err != nil {
			return nil, err
		}
		name, key, number = append(name, null(kept.Name)), append(key, null(v.nameKey(p.Name))), append(number, null(kept.Number))
		mobile, email, byNumber = append(mobile, null(kept.Mobile)), append(email, null(kept.Email)), append(byNumber, null(kept.ByNumber))
		former = append(former, r.Email)
	}
	return []any{pq.Array(name), pq.Array(key), pq.Array(number), pq.Array(mobile), pq.Array(email), pq.Array(byNumber), pq.Array(former)}, nil
}

// sealTexts returns the texts of rows, sealed.
func sealTexts(v *vault, table string, rows []rekeyRow) ([]any, error) {
	texts := make(pq.StringArray, len(rows))
	for i, r := range rows {
		text, err := v.openText(table, r.Place, r.Name.String)
		if err != nil {
			return nil, err
		}
		if texts[i], err = v.keepText(table, r.Place, text); err != nil {
			return nil, err
		}
	}
	return []any{texts}, nil
}

// SealedWith returns how many rows are sealed with the key with an id; the key that writes has at least one.
func (s *Store) SealedWith(ctx context.Context, id uint32) (n int, err error) {
	err = s.pool().get(ctx, &n, "vault/sealed_with", secret.RowPrefixOf(id), int64(id))
	return n, err
}
