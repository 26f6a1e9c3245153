package web

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// The field for a code is filled in by telephones, says where the code went, what is
// wrong with it and from when another can be sent, and Enter does not send another.
func TestVerification(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code        Code
		has, hasNot []string
	}{
		"sent": {
			Code{Mobile: "+9665••••567", Until: "8:42 am", Again: "8:38 am", Resend: "/visits/code/again"},
			[]string{
				`autocomplete="one-time-code"`, `inputmode="numeric"`, `dir="ltr"`, `aria-describedby="code-about"`,
				"<bdi>+9665••••567</bdi>", "valid until <bdi>8:42 am</bdi>", "another code from <bdi>8:38 am</bdi>",
				`formaction="/visits/code/again" formnovalidate`,
			},
			[]string{"aria-invalid", "maxlength"},
		},
		"late": {Code{Until: "8:42 am"}, []string{"Did no code arrive?"}, []string{"another code from"}},
		"wrong": {
			Code{Until: "8:42 am", Wrong: "Try again"},
			[]string{`aria-describedby="code-wrong code-about" aria-invalid="true"`, "Try again"}, nil,
		},
	} {
		var out bytes.Buffer
		if err := Verification(Page{Lang: "en"}, c.code).Render(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(out.String()), " ")
		for _, want := range c.has {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s in\n%s", name, want, text)
			}
		}
		for _, not := range c.hasNot {
			if strings.Contains(text, not) {
				t.Errorf("%s: %s in\n%s", name, not, text)
			}
		}
		if first := regexp.MustCompile(`<button[^>]*>`).FindString(text); strings.Contains(first, "formaction") {
			t.Errorf("%s: Enter presses %s", name, first)
		}
	}
}
