package survey_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"ziyara/survey"
)

func TestNew(t *testing.T) {
	t.Parallel()
	yes := true
	for _, tt := range []struct {
		name         string
		satisfaction int
		comment      string
		lang         string
		want         survey.Answer
		err          error
	}{
		{"the least", 1, "", "ar", survey.Answer{Satisfaction: 1, Resolved: &yes, Lang: "ar"}, nil},
		{"the most", 5, "", "en", survey.Answer{Satisfaction: 5, Resolved: &yes, Lang: "en"}, nil},
		{"less than the least", 0, "", "ar", survey.Answer{}, survey.ErrSatisfaction},
		{"more than the most", 6, "", "ar", survey.Answer{}, survey.ErrSatisfaction},
		{
			"lines stay, control characters go", 3, "  سريع\r\nولطيف\x00\x07 ", "fr",
			survey.Answer{Satisfaction: 3, Resolved: &yes, Comment: "سريع\nولطيف", Lang: "ar"}, nil,
		},
		{"only space is no comment", 3, " \n\t", "ar", survey.Answer{Satisfaction: 3, Resolved: &yes, Lang: "ar"}, nil},
		{
			"as long as allowed", 3, strings.Repeat("ش", survey.MaxComment), "ar",
			survey.Answer{Satisfaction: 3, Resolved: &yes, Comment: strings.Repeat("ش", survey.MaxComment), Lang: "ar"}, nil,
		},
		{"too long", 3, strings.Repeat("ش", survey.MaxComment+1), "ar", survey.Answer{}, survey.ErrComment},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := survey.New(tt.satisfaction, &yes, tt.comment, tt.lang)
			if !errors.Is(err, tt.err) || tt.err == nil && err != nil {
				t.Fatalf("New = %v, want %v", err, tt.err)
			}
			if tt.err == nil && got.Resolved != tt.want.Resolved {
				t.Error("Resolved is lost")
			}
			got.Resolved, tt.want.Resolved = nil, nil
			if got != tt.want {
				t.Errorf("New = %+v, want %+v", got, tt.want)
			}
		})
	}
}

// For any comment, the kept one is text within the limit, and cleaning it again
// does not change it.
func TestNewKeepsText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, err := survey.New(4, nil, string(rapid.SliceOf(rapid.Byte()).Draw(t, "comment")), "ar")
		if err != nil {
			return
		}
		if !utf8.ValidString(a.Comment) || strings.ContainsRune(a.Comment, 0) || utf8.RuneCountInString(a.Comment) > survey.MaxComment {
			t.Fatalf("kept %q", a.Comment)
		}
		again, err := survey.New(4, nil, a.Comment, "ar")
		if err != nil || again != a {
			t.Fatalf("again: %+v, %v", again, err)
		}
	})
}
