package slots_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/texts"
)

// faults are the fields that err is about.
func faults(err error) []slots.Field {
	if visitor, ok := errors.AsType[*slots.VisitorError](err); ok {
		return visitor.Fields
	}
	return nil
}

func TestNewVisitor(t *testing.T) {
	t.Parallel()
	name, id, email := slots.Field{Name: "name", Fault: slots.FaultName},
		slots.Field{Name: "id", Fault: slots.FaultID}, slots.Field{Name: "email", Fault: slots.FaultEmail}
	for _, tc := range []struct {
		title           string
		name, id, email string
		want            []slots.Field
	}{
		{"an e-mail address is not needed", "نورة القحطاني", "1000000008", "", nil},
		{"one may be given", "Noura", "1000000008", "noura@example.sa", nil},
		{"spaces around are cut", "  Noura ", " 1000000008 ", " noura@example.sa ", nil},
		{"a name of two letters", "مي", "1000000008", "", nil},
		{"vowel signs are part of a name", "مُحَمَّد", "1000000008", "", nil},
		{"a name of 120 letters, of two bytes each", strings.Repeat("ن", 120), "1000000008", "", nil},
		{"a name has two letters at least", "ن", "1000000008", "", []slots.Field{name}},
		{"and 120 at most", strings.Repeat("ن", 121), "1000000008", "", []slots.Field{name}},
		{"a name is needed", "", "1000000008", "", []slots.Field{name}},
		{"spaces are no name", "    ", "1000000008", "", []slots.Field{name}},
		{"digits are no name", "12345", "1000000008", "", []slots.Field{name}},
		{"a control character in a name", "Nou\x07ra", "1000000008", "", []slots.Field{name}},
		{"a second line in a name", "Noura\nAli", "1000000008", "", []slots.Field{name}},
		{"nothing but invisible marks", "\u200f\u2066\u00a0\u200c", "1000000008", "", []slots.Field{name}},
		{"a name that is not UTF-8", "Nou\xffra", "1000000008", "", []slots.Field{name}},
		{"a wrong check digit", "Noura", "1000000009", "", []slots.Field{id}},
		{"an establishment is not a visitor", "Noura", "7000000005", "", []slots.Field{id}},
		{"no at sign", "Noura", "1000000008", "noura.example.sa", []slots.Field{email}},
		{"no dot in the domain", "Noura", "1000000008", "noura@localhost", []slots.Field{email}},
		{"an address with a display name", "Noura", "1000000008", "Noura <noura@example.sa>", []slots.Field{email}},
		{"two addresses", "Noura", "1000000008", "a@example.sa, b@example.sa", []slots.Field{email}},
		{"a header smuggled in", "Noura", "1000000008", "a@example.sa\r\nBcc: b@example.sa", []slots.Field{email}},
		{"an address literal", "Noura", "1000000008", "noura@[10.0.0.1]", []slots.Field{email}},
		{"an address of 254 bytes", "Noura", "1000000008", strings.Repeat("a", 243) + "@example.sa", nil},
		{"a longer one", "Noura", "1000000008", strings.Repeat("a", 244) + "@example.sa", []slots.Field{email}},
		{"digits are counted", "Noura", "100000000", "", []slots.Field{{Name: "id", Fault: slots.FaultID, Digits: 9}}},
		{"without what separates them", "Noura", "١٠٠-٠٠٠ ٠٠٠٨٨", "", []slots.Field{{Name: "id", Fault: slots.FaultID, Digits: 11}}},
		{"but not with letters", "Noura", "10000000x", "", []slots.Field{id}},
		{"every fault is told at once", "", "", "@", []slots.Field{name, id, email}},
	} {
		t.Run(tc.title, func(t *testing.T) {
			t.Parallel()
			got, err := slots.NewVisitor(tc.name, tc.id, tc.email)
			if diff := cmp.Diff(tc.want, faults(err)); diff != "" {
				t.Fatalf("NewVisitor: %v, faults (-want +got):\n%s", err, diff)
			}
			want := slots.Visitor{}
			if tc.want == nil {
				want = slots.Visitor{
					Name: strings.TrimSpace(tc.name), Email: strings.TrimSpace(tc.email),
					Identity: slots.Identity{Kind: slots.NationalID, Number: "1000000008"},
				}
			}
			if got != want {
				t.Errorf("NewVisitor = %+v, want %+v", got, want)
			}
		})
	}
}

func TestNewRepresentative(t *testing.T) {
	t.Parallel()
	principal, err := slots.ParseIdentity("1000000008")
	if err != nil {
		t.Fatal(err)
	}
	expires := scheduling.NewDate(2027, 1, 31)
	for _, tc := range []struct {
		title            string
		name, id, wakala string
		want             []slots.Field
	}{
		{"a power of attorney is a number", "Ali", "2000000006", "431234567", nil},
		{"in Arabic-Indic digits", "علي", "٢٠٠٠٠٠٠٠٠٦", " ٤٣١٢٣٤٥٦٧ ", nil},
		{"of 20 digits at most", "Ali", "2000000006", strings.Repeat("4", 21), []slots.Field{
			{Name: "wakala", Fault: slots.FaultWakala, Digits: 21},
		}},
		{"it is needed", "Ali", "2000000006", "", []slots.Field{{Name: "wakala", Fault: slots.FaultWakala}}},
		{"letters are no number", "Ali", "2000000006", "43A", []slots.Field{{Name: "wakala", Fault: slots.FaultWakala}}},
		{"a name is needed", "", "2000000006", "431234567", []slots.Field{{Name: "name", Fault: slots.FaultName}}},
		{"an identity is needed", "Ali", "2000000007", "431234567", []slots.Field{{Name: "id", Fault: slots.FaultID}}},
		{"nobody represents themselves", "Ali", "1000000008", "431234567", []slots.Field{{Name: "id", Fault: slots.FaultSelf}}},
		{"nor in other digits", "Ali", "١٠٠٠٠٠٠٠٠٨", "431234567", []slots.Field{{Name: "id", Fault: slots.FaultSelf}}},
		{"every fault is told at once", "1", "x", "y", []slots.Field{
			{Name: "name", Fault: slots.FaultName}, {Name: "id", Fault: slots.FaultID}, {Name: "wakala", Fault: slots.FaultWakala},
		}},
	} {
		t.Run(tc.title, func(t *testing.T) {
			t.Parallel()
			got, err := slots.NewRepresentative(tc.name, tc.id, tc.wakala, expires, principal)
			if diff := cmp.Diff(tc.want, faults(err)); diff != "" {
				t.Fatalf("NewRepresentative: %v, faults (-want +got):\n%s", err, diff)
			}
			want := slots.Representative{}
			if tc.want == nil {
				want = slots.Representative{
					Name: tc.name, Wakala: "431234567", Expires: expires,
					Identity: slots.Identity{Kind: slots.ResidentID, Number: "2000000006"},
				}
			}
			if got != want {
				t.Errorf("NewRepresentative = %+v, want %+v", got, want)
			}
		})
	}
}

// Where the number of digits is wrong, the text says how many were typed and how many
// are needed, each in its plural form.
func TestFieldsCountDigits(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]texts.Text{
		0: slots.FaultID.Text(),
		1: {
			AR: "يتكون الرقم الذي كتبتموه من رقم واحد، ورقم الهوية الوطنية أو الإقامة من 10 أرقام.",
			EN: "You typed 1 digit. A national ID or iqama number has 10 digits.",
		},
		2: {
			AR: "يتكون الرقم الذي كتبتموه من رقمين، ورقم الهوية الوطنية أو الإقامة من 10 أرقام.",
			EN: "You typed 2 digits. A national ID or iqama number has 10 digits.",
		},
		9: {
			AR: "يتكون الرقم الذي كتبتموه من 9 أرقام، ورقم الهوية الوطنية أو الإقامة من 10 أرقام.",
			EN: "You typed 9 digits. A national ID or iqama number has 10 digits.",
		},
		11: {
			AR: "يتكون الرقم الذي كتبتموه من 11 رقمًا، ورقم الهوية الوطنية أو الإقامة من 10 أرقام.",
			EN: "You typed 11 digits. A national ID or iqama number has 10 digits.",
		},
	} {
		if got := (slots.Field{Name: "id", Fault: slots.FaultID, Digits: n}).Text(); got != want {
			t.Errorf("%d digits: %+v, want %+v", n, got, want)
		}
	}
	wakala := slots.Field{Name: "wakala", Fault: slots.FaultWakala, Digits: 21}.Text()
	if want := "You typed 21 digits. The number of a power of attorney has at most 20 digits."; wakala.EN != want {
		t.Errorf("of a power of attorney: %q, want %q", wakala.EN, want)
	}
}

// What goes to a log names the fields and never what was written into them.
func TestVisitorErrorNamesTheFields(t *testing.T) {
	t.Parallel()
	_, err := slots.NewVisitor("Noura", "1234", "noura@localhost")
	if got, want := err.Error(), "slots: unacceptable id, email"; got != want {
		t.Errorf("the error says %q, want %q", got, want)
	}
}
