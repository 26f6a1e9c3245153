package service_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// Whoever owns the tables can change the log, but not unnoticed: the audit names the entry.
func TestRewrittenLogIsNoticed(t *testing.T) {
	t.Parallel()
	const loose = "SET session_replication_role = replica; " // no trigger runs
	for _, c := range []struct {
		name, tamper, want string
		quiet              bool // a replica that has seen the log does not notice by itself
	}{
		{"nothing", "SELECT 1", "", true},
		{"another actor", "UPDATE audit_log SET actor = 'nobody' WHERE id = 3", "entry 3 or its seal was changed", true},
		{"another reason", "UPDATE audit_log SET reason = 'none' WHERE id = 3", "entry 3 or its seal was changed", true},
		{"another date", "UPDATE audit_log SET at = at - interval '1 second' WHERE id = 3", "entry 3 or its seal was changed", true},
		{"removed", "DELETE FROM audit_log WHERE id = 3", "entry 3 was removed", true},
		{"removed with its seal", "DELETE FROM audit_log WHERE id = 3; DELETE FROM audit_seals WHERE entry = 3",
			"seals 3 to 3 were removed", true},
		{"removed, and the seals moved up",
			"DELETE FROM audit_log WHERE id = 3; DELETE FROM audit_seals WHERE entry = 3; " +
				"UPDATE audit_seals SET number = number - 1 WHERE number = 4",
			"entry 4 or its seal was changed", false},
		{"another seal", `UPDATE audit_seals SET hash = sha256('3') WHERE entry = 3`, "entry 3 or its seal was changed", true},
		{"added with a date of yesterday",
			`INSERT INTO audit_log (id, at, actor, action, subject) OVERRIDING SYSTEM VALUE VALUES (9, now() - interval '1 day', 'a', 'b', 'c')`,
			"entry 9 is dated earlier", true},
		{"added with a date of tomorrow",
			`INSERT INTO audit_log (id, at, actor, action, subject) OVERRIDING SYSTEM VALUE VALUES (9, now() + interval '1 day', 'a', 'b', 'c')`,
			"entry 9 is dated later", true},
		{"added between old ones",
			`INSERT INTO audit_log (id, at, actor, action, subject) OVERRIDING SYSTEM VALUE VALUES (-1, now() - interval '1 day', 'a', 'b', 'c')`,
			"entry -1 was added later", true},
		{"the end cut off", "DELETE FROM audit_log WHERE id > 2; DELETE FROM audit_seals WHERE entry > 2",
			"the end of the log was cut off", false},
		{"all another", "DELETE FROM audit_log; DELETE FROM audit_seals", "the end of the log was cut off", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var said bytes.Buffer
			centre := servicetest.Open(t, 1, func(c *service.Config) { c.Log = slog.New(slog.NewTextHandler(&said, nil)) })
			// Four things of two hours ago.
			servicetest.Exec(t, centre.DatabaseURL, loose+`
				INSERT INTO audit_log (at, actor, action, subject, reason)
				SELECT now() - interval '2 hours', 'noura', 'approved', 'appointment V-' || n, 'fits' FROM generate_series(1, 4) AS n;
				RESET session_replication_role`)
			centre.Job("seal-log")
			_, head, _ := strings.Cut(said.String(), "head=")
			head = strings.TrimSpace(head)
			servicetest.Exec(t, centre.DatabaseURL, loose+c.tamper+"; RESET session_replication_role")
			said.Reset()
			centre.Job("seal-log")
			if noticed := strings.Contains(said.String(), "rewritten"); noticed == c.quiet {
				t.Errorf("the replica says %q", said.String())
			}
			var out strings.Builder
			faults, err := service.AuditLog(t.Context(), service.Config{DatabaseURL: centre.DatabaseURL}, head, &out)
			if err != nil {
				t.Fatal(err)
			}
			if (faults > 0) != (c.want != "") || !strings.Contains(out.String(), c.want) {
				t.Errorf("%d faults:\n%swant %q", faults, out.String(), c.want)
			}
			if strings.Contains(out.String(), "entry 1 ") || strings.Contains(out.String(), "entry 2 ") {
				t.Errorf("it accuses an entry that nobody touched:\n%s", out.String())
			}
		})
	}
}

// Entries get their seals in portions, whatever order they are committed in, from several
// replicas at once, and each one.
func TestSealsOfLateEntries(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	for i := range 30 {
		n := 2*i + 1 // the even ones are committed later
		insert := `INSERT INTO audit_log (id, actor, action, subject) OVERRIDING SYSTEM VALUE VALUES (%d, 'noura', 'approved', 'x')`
		servicetest.Exec(t, centre.DatabaseURL, fmt.Sprintf(insert, n+1))
		done := make(chan error, 2)
		for _, r := range centre.Replicas {
			go func() { done <- r.RunJob(context.Background(), "seal-log") }()
		}
		servicetest.Exec(t, centre.DatabaseURL, fmt.Sprintf(insert, n))
		for range centre.Replicas {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
	}
	centre.Job("seal-log")
	if n := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM audit_seals WHERE number <= 60"); n != 60 {
		t.Errorf("%d entries are sealed, want 60", n)
	}
	centre.AuditClean()
}

// A replica says when its role could change the log, and does not serve as another role than
// it is told; a role that only serves does not migrate.
func TestServingRole(t *testing.T) {
	t.Parallel()
	database := servicetest.Database(t)
	serving := servicetest.Serving(database)
	start := func(databaseURL, role string) (said string, err error) {
		var log bytes.Buffer
		s, err := service.New(t.Context(), service.Config{
			DatabaseURL: databaseURL, Secret: []byte(servicetest.Secret), Listen: "127.0.0.1:0", LazyStatements: true, SMS: service.NoSMS,
			ServingRole: role, Log: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err == nil {
			ctx, stop := context.WithCancel(t.Context())
			stop()
			err = s.Run(ctx)
		}
		return log.String(), err
	}
	owner, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	const warning = "can change the log"
	for _, c := range []struct {
		name, url, role string
		warns           bool
		want            error
	}{
		{"the owner", database, "", true, nil},
		{"the owner, and another role is wanted", database, servicetest.ServingRole, false, service.ErrServingRole},
		{"the owner, who is wanted", database, owner.User.Username(), false, service.ErrServingRole},
		{"the role that serves", serving, "", false, nil},
		{"the role that serves, which is wanted", serving, servicetest.ServingRole, false, nil},
	} {
		said, err := start(c.url, c.role)
		if !errors.Is(err, c.want) || strings.Contains(said, warning) != c.warns {
			t.Errorf("%s: got %v, and says %q", c.name, err, said)
		}
	}
	if err = service.Prepare(t.Context(), serving); err != nil {
		t.Errorf("on a schema that is up to date: %v", err)
	}
	servicetest.Exec(t, database, "DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)")
	if err = service.Prepare(t.Context(), serving); !errors.Is(err, service.ErrSchema) {
		t.Errorf("on an old schema: got %v, want %v", err, service.ErrSchema)
	}
	if err = service.Prepare(t.Context(), servicetest.EmptyDatabase(t)); err != nil {
		t.Errorf("the owner of an empty database: %v", err)
	}
}
