package api

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// defaultLimit is how many elements a page has when the request names no limit.
const defaultLimit = 50

// limitOf returns the limit that a request names, or the default for 0.
func limitOf(named int) int {
	if named == 0 {
		return defaultLimit
	}
	return named
}

// paged cuts a list that was read with a limit of one more down to the limit,
// and returns the cursor of the next page, "" when there is none.
func paged[T any](list []T, limit int, cursor func(last T) string) (page []T, next string) {
	if len(list) <= limit {
		return list, ""
	}
	return list[:limit], cursor(list[limit-1])
}

// cursorAfter names the element of a list after which a page begins, by what
// the list is sorted by: an instant, then an id.
func cursorAfter(at time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(at.UTC().Format(time.RFC3339Nano) + " " + id))
}

// openCursor returns the instant and the id, a UUID, that cursorAfter was given;
// zero for "".
func openCursor(cursor string) (at time.Time, id string, err error) {
	if cursor == "" {
		return time.Time{}, "", nil
	}
	if at, id, err = readCursor(cursor); err != nil || len(id) != 36 || uuid.Validate(id) != nil {
		return time.Time{}, "", invalid("?cursor", wrongForm())
	}
	return at, id, nil
}

// openNumbered returns the instant and the number, from 1, that cursorAfter was
// given; zero for "".
func openNumbered(cursor string) (at time.Time, number int64, err error) {
	if cursor == "" {
		return time.Time{}, 0, nil
	}
	at, id, err := readCursor(cursor)
	if err == nil {
		number, err = strconv.ParseInt(id, 10, 64)
	}
	if err != nil || number < 1 {
		return time.Time{}, 0, invalid("?cursor", wrongForm())
	}
	return at, number, nil
}

func readCursor(cursor string) (at time.Time, id string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return time.Time{}, "", err
	}
	instant, id, _ := strings.Cut(string(raw), " ")
	at, err = time.Parse(time.RFC3339Nano, instant)
	return at, id, err
}

// numberCursor names an element of a list that is sorted by number.
func numberCursor(n int64) string { return strconv.FormatInt(n, 10) }

// openNumber returns what numberCursor was given; 0 for "".
func openNumber(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || n < 1 {
		return 0, invalid("?cursor", wrongForm())
	}
	return n, nil
}
