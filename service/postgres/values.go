package postgres

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/lib/pq"

	"ziyara/scheduling"
)

// lowestID is lower than every id: a page from it on is the first.
const lowestID = "00000000-0000-0000-0000-000000000000"

// null returns s, or NULL for "".
func null(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

// nullTime returns t, or NULL for the zero time.
func nullTime(t time.Time) sql.NullTime { return sql.NullTime{Time: t, Valid: !t.IsZero()} }

// nullLimit returns a limit, NULL for 0.
func nullLimit(n int) sql.NullInt64 { return sql.NullInt64{Int64: int64(n), Valid: n > 0} }

// nullDate returns d, or NULL for 0.
func nullDate(d scheduling.Date) sql.NullString {
	return sql.NullString{String: d.String(), Valid: d != 0}
}

// before returns t, or an instant after all others for the zero time.
func before(t time.Time) any {
	if t.IsZero() {
		return "infinity"
	}
	return t
}

// slugs returns the list, or NULL for nil.
func slugs(list []string) any {
	if list == nil {
		return nil
	}
	return pq.Array(list)
}

// document returns the JSON, or NULL for nil.
func document(raw json.RawMessage) any {
	if raw == nil {
		return nil
	}
	return []byte(raw)
}

// optional returns s for a field of JSON, nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// utc returns the instant in UTC, the zero time for NULL.
func utc(t sql.NullTime) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return t.Time.UTC()
}

// dateOf returns the date of a DATE column, which the driver returns as
// midnight UTC.
func dateOf(t time.Time) scheduling.Date { return scheduling.NewDate(t.Date()) }

// jsonOf is a jsonb column that holds a T.
type jsonOf[T any] struct{ v T }

func asJSON[T any](v T) jsonOf[T] { return jsonOf[T]{v} }

// Scan decodes the column.
func (j *jsonOf[T]) Scan(src any) error {
	data, ok := src.([]byte)
	if !ok {
		return fmt.Errorf("postgres: %T is not jsonb", src)
	}
	return json.Unmarshal(data, &j.v)
}

// Value encodes the column.
func (j jsonOf[T]) Value() (driver.Value, error) {
	data, err := json.Marshal(j.v)
	return string(data), err
}

// counts is a smallint[] without NULLs.
type counts []int16

// Scan reads the text form {1,2,3}; NULL is nil.
func (c *counts) Scan(src any) error {
	if src == nil {
		*c = nil
		return nil
	}
	text, ok := src.([]byte)
	if !ok || len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return fmt.Errorf("postgres: %T is not a smallint[]", src)
	}
	list := make(counts, 0, len(text)/2)
	n, digits, sign := 0, false, 1
	for _, b := range text[1:] {
		switch {
		case b >= '0' && b <= '9':
			n, digits = n*10+int(b-'0'), true
		case b == '-' && !digits:
			sign = -1
		case (b == ',' || b == '}') && digits:
			list = append(list, int16(sign*n)) //nolint:gosec // the column is a smallint
			n, digits, sign = 0, false, 1
		case b == '}' && len(list) == 0:
		default:
			return fmt.Errorf("postgres: unexpected %q in a smallint[]", b)
		}
	}
	*c = list
	return nil
}

// Value writes the text form {1,2,3}.
func (c counts) Value() (driver.Value, error) { return c.text(), nil }

func (c counts) text() string {
	text := make([]byte, 0, 2+2*len(c))
	text = append(text, '{')
	for i, n := range c {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, int64(n), 10)
	}
	return string(append(text, '}'))
}

// generation returns the generation of the links to a visit that were ended so often, as
// slots.Appointment.LinkGeneration does.
func generation(ended int) uint8 { return uint8(min(ended, math.MaxUint8)) } //nolint:gosec // it is bounded
