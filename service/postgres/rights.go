package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// Two roles of the database share the work (docs/adr/0055): the owner of the tables
// migrates, another one serves. The one that serves reads all tables and has the rights
// below, no others: it can't change an entry of the log, change the schema, or empty a
// table. A lock on a row needs UPDATE.
const (
	adds  = "INSERT"
	edits = "UPDATE"
	drops = "DELETE"
)

// rights are those of the role that serves, by table, besides SELECT.
//
//nolint:gochecknoglobals // a table
var rights = map[string][]string{
	// The database numbers and dates the entries.
	"audit_log":                 {adds + " (actor, action, subject, department_id, branch_id, before, after, reason, request_id)"},
	"audit_seals":               {adds + " (number, entry, hash)"},
	"appointment_confirmations": {adds},
	"appointment_events":        {adds, edits + " (reason)"},
	"appointments":              {adds, edits, drops},
	"arrivals":                  {adds, edits},
	"branches":                  {adds, edits},
	"cancellation_reasons":      {adds, edits},
	"centre":                    {edits},
	"centre_versions":           {adds, drops},
	"change_groups":             {adds},
	"change_visits":             {adds, edits, drops},
	"changes":                   {adds, edits, drops},
	"confirmed_emails":          {adds, drops},
	"delayed_places":            {adds, edits, drops},
	"demand_counts":             {adds, edits, drops},
	"department_texts":          {adds, edits},
	"departments":               {adds, edits},
	"desk_group_plans":          {adds, drops},
	"desk_group_services":       {adds, drops},
	"desk_groups":               {adds, edits},
	"desks":                     {adds, edits, drops},
	"early_receipts":            {adds, edits, drops},
	"feeds":                     {adds, edits},
	"hall_calls":                {adds},
	"hall_days":                 {adds, edits},
	"hall_delays":               {adds},
	"entities":                  {adds, edits},
	"holiday_lists":             {adds, edits},
	"idempotency_keys":          {adds, edits, drops},
	"idle_days":                 {adds, edits, drops},
	"imported_visits":           {adds, drops},
	"ledger_days":               {adds, edits},
	"message_days":              {adds, edits},
	"message_numbers":           {adds, edits, drops},
	"message_usage":             {adds, edits},
	"messages":                  {adds, edits},
	"published_clock":           {edits},
	"published_days":            {adds, edits, drops},
	"rebookings":                {adds, edits, drops},
	"reminder_clock":            {edits},
	"service_standings":         {adds, edits},
	"services":                  {adds, edits},
	"staff_sessions":            {adds, edits, drops},
	"survey_answers":            {adds, edits},
	"unsupported_visits":        {adds, drops},
	"vault":                     {adds, edits},
	"verifications":             {adds, edits, drops},
	"visitors_away":             {adds, edits, drops},
	"waitlist_entries":          {adds, edits, drops},
	"waitlist_log":              {adds, edits, drops},
	"waitlist_marks":            {adds, drops},
	"waitlist_offers":           {adds},
	"webhook_clock":             {edits},
	"webhook_deliveries":        {adds, edits, drops},
	"webhooks":                  {adds, edits, drops},
}

// Grant gives a role that exists what serving needs, and takes from it what would change
// the log. The URL is that of the owner. Several replicas may call it at once.
func Grant(ctx context.Context, databaseURL, role string) (err error) {
	db, err := newMigrator(databaseURL).connect(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("grant: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if err = grant(ctx, tx, role); err != nil {
		return fmt.Errorf("grant to %s: %w", role, err)
	}
	return tx.Commit()
}

func grant(ctx context.Context, tx *sqlx.Tx, role string) error {
	to := pq.QuoteIdentifier(role)
	statements := []string{
		"SELECT pg_advisory_xact_lock(hashtext('ziyara.rights'))",
		"GRANT USAGE ON SCHEMA public TO " + to,
		"GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + to,
		"REVOKE ALL ON audit_log, audit_seals FROM " + to,
		"GRANT SELECT ON audit_log, audit_seals TO " + to,
	}
	for _, table := range slices.Sorted(maps.Keys(rights)) {
		statements = append(statements, fmt.Sprintf("GRANT %s ON %s TO %s", strings.Join(rights[table], ", "), pq.QuoteIdentifier(table), to))
	}
	_, err := tx.ExecContext(ctx, strings.Join(statements, ";\n"))
	return err
}

// MakeServing makes a role that serves, with a new password, and returns the URL with which
// it connects. The URL is that of an owner who may make roles.
func MakeServing(ctx context.Context, databaseURL, role string) (_ string, err error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "", errors.New("database: not a postgres:// URL") // the URL itself holds a password
	}
	db, err := connect(ctx, Config{URL: databaseURL, MaxConnections: 1, Timeout: lockTimeout})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var exists bool
	if err = db.GetContext(ctx, &exists, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role); err != nil {
		return "", fmt.Errorf("make role: %w", err)
	}
	verb := "CREATE"
	if exists {
		verb = "ALTER"
	}
	password := rand.Text()
	_, err = db.ExecContext(ctx, fmt.Sprintf("%s ROLE %s LOGIN PASSWORD %s", verb, pq.QuoteIdentifier(role), pq.QuoteLiteral(password)))
	if err != nil {
		return "", fmt.Errorf("make role: %w", err)
	}
	u.User = url.UserPassword(role, password)
	return u.String(), nil
}

// Serving is who serves, as the database sees it.
type Serving struct {
	Role string `db:"role"`
	// CanRewrite is whether the role could change entries of the log: as an owner or
	// a superuser, or by rights that it should not have.
	CanRewrite bool `db:"can_rewrite"`
}

// Serving returns who serves.
func (s *AuditLog) Serving(ctx context.Context) (Serving, error) {
	var found Serving
	return found, s.pool().get(ctx, &found, "audit/serving")
}
