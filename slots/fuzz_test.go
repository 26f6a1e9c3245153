package slots_test

import (
	"errors"
	"testing"
	"unicode"
	"unicode/utf8"

	"ziyara/scheduling"
	"ziyara/slots"
)

// What is taken over of a visitor can be shown and stored, and means the same when it is
// read again.
func FuzzNewVisitor(f *testing.F) {
	f.Add("نورة العتيبي", "1000000008", "noura@example.sa")
	f.Add("José\u200c", "AE-784199912345678", `"a b"@example.com`)
	f.Add("a\x00b", "", "a@b.c\r\nBcc: x@y.z")
	f.Add("\u202eevil", "٢٠٠٠٠٠٠٠٠٦", "noura@مثال.إختبار")
	f.Fuzz(func(t *testing.T, name, id, email string) {
		v, err := slots.NewVisitor(name, id, email)
		if err != nil {
			wrong, ok := errors.AsType[*slots.VisitorError](err)
			if !ok || len(wrong.Fields) == 0 {
				t.Fatalf("NewVisitor(%q, %q, %q): %v", name, id, email, err)
			}
			for _, field := range wrong.Fields {
				if field.Text().AR == "" || field.Text().EN == "" {
					t.Fatalf("nothing is said about %+v", field)
				}
			}
			return
		}
		for _, text := range []string{v.Name, v.Email, slots.NameKey(v.Name)} {
			for _, r := range text {
				if unicode.IsControl(r) || r == utf8.RuneError {
					t.Fatalf("NewVisitor(%q, %q, %q) = %+q", name, id, email, v)
				}
			}
		}
		if len(v.Email) > slots.MaxEmail || utf8.RuneCountInString(v.Name) > slots.MaxName {
			t.Fatalf("too long: %+q", v)
		}
		if again, err := slots.NewVisitor(v.Name, v.Identity.Number, v.Email); again != v || err != nil {
			t.Fatalf("%+q, and then %+q, %v", v, again, err)
		}
		self, err := slots.NewRepresentative(v.Name, id, "1", scheduling.Date(0), v.Identity)
		if err == nil {
			t.Fatalf("%+v represents the same number", self)
		}
	})
}
