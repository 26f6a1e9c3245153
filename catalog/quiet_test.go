package catalog_test

import (
	"strings"
	"testing"

	"ziyara/catalog"
)

// Quiet hours leave at least four hours of a day.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	name := catalog.Text{AR: "فرع", EN: "Branch"}
	for _, tt := range []struct {
		name  string
		quiet catalog.Quiet
		none  bool
		want  string // part of the error; "" for none
	}{
		{"none", catalog.Quiet{}, true, ""},
		{"none at any time", catalog.Quiet{From: 540, To: 540}, true, ""},
		{"21:00 to 09:00", catalog.Quiet{From: 1260, To: 540}, false, ""},
		{"within a day", catalog.Quiet{From: 60, To: 360}, false, ""},
		{"20 hours", catalog.Quiet{From: 600, To: 360}, false, ""},
		{"a minute more", catalog.Quiet{From: 600, To: 361}, false, "left of a day"},
		{"before midnight", catalog.Quiet{From: -1, To: 360}, false, "want 0 to 1439"},
		{"behind the end of the day", catalog.Quiet{From: 60, To: 1440}, false, "want 0 to 1439"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.quiet.None(); got != tt.none {
				t.Errorf("None() = %t, want %t", got, tt.none)
			}
			branch := catalog.Branch{Slug: "b", Name: name, City: name, Address: name, Zone: "Asia/Riyadh", Quiet: tt.quiet}
			_, err := catalog.NewCentre([]catalog.Branch{branch}, nil, nil, nil)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("NewCentre() = %v, want an error that mentions %q", err, tt.want)
			}
		})
	}
}
