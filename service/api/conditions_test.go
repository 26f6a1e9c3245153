package api

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"ziyara/fault"
)

// RFC 9110, sections 8.8.3, 13.1.1, 13.1.2 and 5.6.1.2.
func TestEntityTags(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]error{
		``:                       errNoVersion,
		` `:                      errNoVersion,
		`,`:                      errNoVersion,
		`*`:                      nil,
		` * `:                    nil,
		`"1"`:                    nil,
		`"0", "1"`:               nil,
		`"1","2"`:                nil,
		`,, "0" ,, "1" ,`:        nil,
		"\"0\",\t\"1\"":          nil,
		`W/"1"`:                  nil, // weakened by a proxy
		`"a,b", "1"`:             nil, // a comma inside a tag
		`"", "1"`:                nil,
		`"2"`:                    fault.ErrEdited,
		`"0", "2"`:               fault.ErrEdited,
		`"01"`:                   fault.ErrEdited,
		`"+1"`:                   fault.ErrEdited,
		`"1,2"`:                  fault.ErrEdited, // one tag, not two
		`"x, "1"`:                &invalidError{}, // a space is in no tag
		`"18446744073709551617"`: fault.ErrEdited,
		`1`:                      &invalidError{},
		`"1`:                     &invalidError{},
		`1"`:                     &invalidError{},
		`"0" "1"`:                &invalidError{},
		`w/"1"`:                  &invalidError{},
		`W/ "1"`:                 &invalidError{},
		`W/`:                     &invalidError{},
		`*, "1"`:                 &invalidError{},
		`"1", *`:                 &invalidError{},
		`'1'`:                    &invalidError{},
	} {
		check := func(name string, err error) {
			_, malformed := errors.AsType[*invalidError](want)
			if _, ok := errors.AsType[*invalidError](err); malformed != ok || !malformed && !errors.Is(err, want) {
				t.Errorf("%s of %q: %v, want %v", name, header, err, want)
			}
		}
		check("matches", matches(header, versionTag(1)))
		list, err := versions(header)
		if err == nil && !list.Has(1) {
			err = fault.ErrEdited
		}
		check("versions", err)
		if got := knows(header, versionTag(1)); got != (want == nil) {
			t.Errorf("knows of %q: %v", header, got)
		}
	}
}

// Conditions on several lines are one list (RFC 9110, section 5.3).
func TestConditionsOnSeveralLines(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	app.Get("/", joinConditions, func(c *fiber.Ctx) error { return c.SendString(c.Get("If-Match") + "|" + c.Get("If-None-Match")) })
	for want, lines := range map[string][]string{
		`|`: nil, `"1"|`: {`"1"`}, `"0", "1"|`: {`"0"`, `"1"`}, `"0", "1", W/"2"|`: {"\"0\",\t\"1\"", `W/"2"`},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["If-Match"] = lines
		answer, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if got := strings.ReplaceAll(string(body), ",  ", ", "); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", lines, got, err, want)
		}
		_ = answer.Body.Close()
	}
}

// Whatever is sent is read without panic, and a list that is read names the same
// tags when it is written again in the plainest way.
func FuzzEntityTags(f *testing.F) {
	for _, seed := range []string{``, `*`, `"1"`, `W/"1", "a,b"`, `,"",`, `"é"`, `"1`, "\t"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		list, ok := parseEntityTags(header)
		if !ok {
			if list.any || list.tags != nil {
				t.Fatalf("%q: refused with %+v", header, list)
			}
			return
		}
		for _, tag := range list.tags {
			if len(tag) < 2 || tag[0] != '"' || strings.IndexByte(tag[1:], '"') != len(tag)-2 || !strings.Contains(header, tag) {
				t.Fatalf("%q: tag %q", header, tag)
			}
		}
		again := strings.Join(list.tags, ", ")
		if list.any {
			again = "*"
		}
		if second, ok := parseEntityTags(again); !ok || second.any != list.any || !slices.Equal(second.tags, list.tags) {
			t.Fatalf("%q: read as %+v, written as %q, read as %+v, %v", header, list, again, second, ok)
		}
	})
}
