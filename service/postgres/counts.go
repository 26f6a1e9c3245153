package postgres

import (
	"database/sql/driver"
	"fmt"
	"strconv"
)

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
