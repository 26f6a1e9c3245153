package postgres

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"ziyara/fault"
	"ziyara/once"
	"ziyara/slots"
)

// errConflict marks a transaction that should be tried again.
var errConflict = errors.New("postgres: ended in favour of another transaction")

// constraints maps constraints that are rules of the domain to the domain's
// errors. A migration has named each of them, except primary keys, which are
// named after their tables.
var constraints = map[string]error{
	"appointments_person_overlap": slots.ErrPersonBusy,
	// Another booking of the person took the same place number meanwhile; the
	// next attempt sees it and takes the next number, if there is one.
	"appointments_person_limit":     fmt.Errorf("%w: %w", errConflict, slots.ErrPersonLimit),
	"appointments_visits_of_mobile": fmt.Errorf("%w: %w", errConflict, slots.ErrMobileLimit),
	// Another hold of the same address or mobile took the same number, or none
	// was left.
	"appointments_address_limit":       fmt.Errorf("%w: %w", errConflict, &slots.HoldLimitError{}),
	"appointments_mobile_limit":        fmt.Errorf("%w: %w", errConflict, &slots.HoldLimitError{}),
	"appointments_address_places_left": &slots.HoldLimitError{},
	"appointments_mobile_places_left":  &slots.HoldLimitError{},
	// The former names, in use until the next release drops them
	// (migrations/00023_names_of_limits.sql).
	"appointments_address_place_check": &slots.HoldLimitError{},
	"appointments_mobile_place_check":  &slots.HoldLimitError{},
	"appointments_wakala_valid": &slots.VisitorError{Fields: []slots.Field{
		{Name: "representative/wakala_expires", Fault: slots.FaultExpired}}},
	// Another booking of the person, or another run of the import, decided meanwhile.
	"imported_visits_visit":   errConflict,
	"imported_visits_pkey":    errConflict,
	"idempotency_keys_pkey":   once.ErrAnswered,
	"waitlist_entries_person": slots.ErrAlreadyWaiting,
	"department_texts_pkey":   fault.ErrEdited,
}

// translate turns an error of the driver into one of the domain: a violated
// constraint into its rule, an unreachable server into fault.ErrUnavailable. nil
// and sql.ErrNoRows stay as they are.
func translate(action string, err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if errors.Is(err, fault.ErrUncertain) {
		return fmt.Errorf("%s: %w", action, err)
	}
	if answered, ok := errors.AsType[*pq.Error](err); ok {
		if rule := constraints[answered.Constraint]; rule != nil {
			return rule
		}
		switch answered.Code {
		case "40001", "40P01": // serialization_failure, deadlock_detected
			return fmt.Errorf("%s: %w: %w: %w", action, errConflict, fault.ErrUnavailable, err)
		case "57014", "25P03", // query_canceled, by statement_timeout or by us; idle_in_transaction_session_timeout
			"25006": // read_only_sql_transaction: the server has become a standby
			return fmt.Errorf("%s: %w: %w", action, fault.ErrUnavailable, err)
		}
		switch answered.Code.Class() {
		case "08", "53", "57", "58": // connection, resources, operator intervention, system
			return fmt.Errorf("%s: %w: %w", action, fault.ErrUnavailable, err)
		}
		return fmt.Errorf("%s: %w", action, err)
	}
	if unreachable(err) {
		return fmt.Errorf("%s: %w: %w", action, fault.ErrUnavailable, err)
	}
	return fmt.Errorf("%s: %w", action, err)
}

// isID reports whether a text that came from outside is a UUID. Statements are not run with
// another one: the server would refuse it, and write it into its log.
func isID(text string) bool { return uuid.Validate(text) == nil }

func unreachable(err error) bool {
	var network net.Error
	return errors.As(err, &network) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		isContext(err)
}

// withSettings returns the URL of the database with the settings of a session.
func withSettings(c Config) (string, error) {
	u, err := url.Parse(c.URL)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return "", errors.New("database: DATABASE_URL is not a postgres:// URL") // the URL itself holds a password
	}
	q := u.Query()
	timeout := strconv.FormatInt(c.Timeout.Milliseconds(), 10)
	for name, value := range map[string]string{
		"statement_timeout": timeout,
		// No transaction waits long for a replica that lost its connection.
		"idle_in_transaction_session_timeout": timeout,
		"timezone":                            "UTC",
		"connect_timeout":                     "5",
		"application_name":                    "ziyara",
		// Parameters have names and numbers of visitors, and the log keeps what it has.
		"log_parameter_max_length_on_error": "0",
		// Statements that visitors wait for read few rows by an index. Without
		// these settings the server plans by the last known sizes of tables, and
		// reads all of a table that was small then.
		"enable_seqscan":   "off",
		"enable_hashjoin":  "off",
		"enable_mergejoin": "off",
		// With them, a plan that reads a small table as a whole looks so
		// expensive that the server would compile it, which takes a tenth of a
		// second each time.
		"jit": "off",
	} {
		if !q.Has(name) {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}
