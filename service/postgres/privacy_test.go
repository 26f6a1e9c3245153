package postgres_test

import (
	"regexp"
	"testing"

	"ziyara/privacy"
	"ziyara/service/servicetest"
)

// Each column of the inventory is in the schema, and each column of the schema that may be
// about a person by its name is in the inventory, or is one of those below.
func TestInventoryIsThatOfTheSchema(t *testing.T) {
	t.Parallel()
	db := connect(t, servicetest.Database(t))
	known := map[string]bool{ // about no person
		"branches.address": true, "changes.reason": true, "messages.reason": true,
		"services.needs": true, "services.place_per_visitor": true, "appointments.answer_by": true,
		"appointment_events.cancellation_reason": true, // one of a list
		"audit_log.subject":                      true, // a reference
		"department_texts.needs_approval":        true,
	}
	listed := make(map[string]bool)
	for _, c := range privacy.Inventory() {
		listed[c.Table+"."+c.Column] = true
	}
	suspect := regexp.MustCompile(`(^|_)(person|mobile|identity|email|representative|wakala|wakala_expires|visitor|comment|note|needs|` +
		`actor|by|reason|text|address|network|answer|staff|subject|browser|sealed)(_|$)`)
	place := regexp.MustCompile(`_place$|_limit$|_counts$`) // numbers of places, not whose they are
	rows, err := db.QueryContext(t.Context(), `
		SELECT c.table_name || '.' || c.column_name, c.column_name
		FROM information_schema.columns c
		JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err says what is wrong
	schema := make(map[string]bool)
	for rows.Next() {
		var name, column string
		if err = rows.Scan(&name, &column); err != nil {
			t.Fatal(err)
		}
		schema[name] = true
		if suspect.MatchString(column) && !place.MatchString(column) && !listed[name] && !known[name] {
			t.Errorf("%s may be about a person, and privacy.Inventory lacks it", name)
		}
	}
	if err = rows.Err(); err != nil {
		t.Fatal(err)
	}
	for name := range listed {
		if !schema[name] {
			t.Errorf("privacy.Inventory has %s, and the schema does not", name)
		}
	}
}
