package slots_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ziyara/slots"
)

func TestParseIdentity(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		want       slots.Identity // zero: refused
	}{
		{"a national identity begins with 1", "1000000008", slots.Identity{Kind: slots.NationalID, Number: "1000000008"}},
		{"a resident's begins with 2", "2000000006", slots.Identity{Kind: slots.ResidentID, Number: "2000000006"}},
		{"Arabic-Indic digits", "١٠٠٠٠٠٠٠٠٨", slots.Identity{Kind: slots.NationalID, Number: "1000000008"}},
		{"Persian digits", "۱۰۰۰۰۰۰۰۰۸", slots.Identity{Kind: slots.NationalID, Number: "1000000008"}},
		{"digits of both", "١٠٠٠٠٠٠٠08", slots.Identity{Kind: slots.NationalID, Number: "1000000008"}},
		{"spaces and hyphens", " 10000-00008 ", slots.Identity{Kind: slots.NationalID, Number: "1000000008"}},
		{"a national identity's check digit is wrong", "1000000009", slots.Identity{}},
		{"a resident's check digit is wrong", "2000000008", slots.Identity{}},
		{"two digits are swapped", "1000000080", slots.Identity{}},
		{"a border number begins with 3", "3000000001", slots.Identity{Kind: slots.BorderNo, Number: "3000000001"}},
		{"or with 4, without a check digit", "4000000002", slots.Identity{Kind: slots.BorderNo, Number: "4000000002"}},
		{"or with 5", "5000000003", slots.Identity{Kind: slots.BorderNo, Number: "5000000003"}},
		{"a border number is as long as the others", "300000000", slots.Identity{}},
		{"nobody's begins with 0", "0000000000", slots.Identity{}},
		{"nor with 6", "6000000004", slots.Identity{}},
		{"an establishment is not a visitor", "7000000005", slots.Identity{}},
		{"with any last digit", "7001234567", slots.Identity{}},
		{"nor with 8", "8000000004", slots.Identity{}},
		{"the Emirates", "AE784199912345678", slots.Identity{Kind: slots.GCCID, Number: "AE-784199912345678"}},
		{"Bahrain, with a hyphen", "BH-870101234", slots.Identity{Kind: slots.GCCID, Number: "BH-870101234"}},
		{"Kuwait, in lower case", "kw 287010112345", slots.Identity{Kind: slots.GCCID, Number: "KW-287010112345"}},
		{"Oman, the shortest", "OM-123456", slots.Identity{Kind: slots.GCCID, Number: "OM-123456"}},
		{"Qatar, in Arabic-Indic digits", "QA-٢٨٧٦٣٤٠٠١٢٣", slots.Identity{Kind: slots.GCCID, Number: "QA-28763400123"}},
		{"a number of the Gulf is six digits at least", "OM-12345", slots.Identity{}},
		{"and fifteen at most", "AE7841999123456789", slots.Identity{}},
		{"Saudi numbers have no country", "SA-1000000008", slots.Identity{}},
		{"other countries are not of the Gulf", "EG-29001011234567", slots.Identity{}},
		{"a country without a number", "AE", slots.Identity{}},
		{"letters in a number of the Gulf", "AE-78419A991234", slots.Identity{}},
		{"empty", "", slots.Identity{}},
		{"a digit short", "100000000", slots.Identity{}},
		{"a digit more", "10000000080", slots.Identity{}},
		{"letters", "10000O0008", slots.Identity{}},
		{"a newline", "1000000008\n", slots.Identity{}},
		{"a control character", "10000\x0000008", slots.Identity{}},
		{"a direction mark", "\u200f1000000008", slots.Identity{Kind: slots.NationalID, Number: "1000000008"}},
		{"a hyphen that does not break", "100000\u20110008", slots.Identity{Kind: slots.NationalID, Number: "1000000008"}},
		{"full width", "１０００００００0８", slots.Identity{Kind: slots.NationalID, Number: "1000000008"}},
		{"a digit of another script", "१000000008", slots.Identity{}},
		{"not UTF-8", "\xff1000000008", slots.Identity{}},
		{"far too long, if only of hyphens", "1000000008" + strings.Repeat("-", 55), slots.Identity{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := slots.ParseIdentity(tc.text)
			if got != tc.want || (tc.want == slots.Identity{}) != errors.Is(err, slots.ErrIdentity) {
				t.Errorf("ParseIdentity(%q) = %v, %v, want %v", tc.text, got, err, tc.want)
			}
		})
	}
}

// Of the ten last digits one fits, and a single wrong digit is noticed.
func TestParseIdentityChecksTheDigit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[12][0-9]{8}`).Draw(t, "body")
		var fitting []string
		for _, last := range "0123456789" {
			if _, err := slots.ParseIdentity(body + string(last)); err == nil {
				fitting = append(fitting, body+string(last))
			}
		}
		if len(fitting) != 1 {
			t.Fatalf("fitting: %v, want one", fitting)
		}
		right := fitting[0]
		i := rapid.IntRange(1, 9).Draw(t, "position")
		wrong := right[:i] + string('0'+(right[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "error")))%10) + right[i+1:]
		if _, err := slots.ParseIdentity(wrong); err == nil {
			t.Fatalf("%s was written %s and accepted", right, wrong)
		}
	})
}

func FuzzParseIdentity(f *testing.F) {
	for _, s := range []string{"1000000008", "٢٠٠٠٠٠٠٠٠٦", "3000000001", "AE-784199912345678", "7000000005", "ae\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := slots.ParseIdentity(s)
		if err != nil {
			if id != (slots.Identity{}) || !errors.Is(err, slots.ErrIdentity) {
				t.Fatalf("ParseIdentity(%q) = %v, %v", s, id, err)
			}
			return
		}
		if strings.Trim(id.Number, "0123456789-ABEHKMOQUW") != "" || len(id.Number) > 18 {
			t.Fatalf("ParseIdentity(%q) = %v: not a plain number", s, id)
		}
		if again, err := slots.ParseIdentity(id.Number); err != nil || again != id {
			t.Fatalf("ParseIdentity(%q) = %v, %v, want what it came from", id.Number, again, err)
		}
	})
}
