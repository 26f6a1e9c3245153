package catalog_test

import (
	"testing"
	"time"

	"ziyara/catalog"
)

// A service says what reception goes by, or nothing; what can't be kept is
// refused.
func TestHallRules(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		edit func(*catalog.HallRules)
		ok   bool
	}{
		{"the default", func(*catalog.HallRules) {}, true},
		{"nothing", func(r *catalog.HallRules) { *r = catalog.HallRules{} }, true},
		{"nobody is early", func(r *catalog.HallRules) { r.Early = 0 }, true},
		{"half a minute", func(r *catalog.HallRules) { r.Late = 30 * time.Second }, false},
		{"early by a night", func(r *catalog.HallRules) { r.Early = 9 * time.Hour }, false},
		{"a no-show who keeps the turn", func(r *catalog.HallRules) { r.Late, r.NoShow = 20*time.Minute, 15*time.Minute }, false},
		{"a no-show at once", func(r *catalog.HallRules) { r.Late, r.NoShow = 0, 0 }, false},
		{"an unknown turn", func(r *catalog.HallRules) { r.LateTurn = "never" }, false},
		{"a turn that is kept", func(r *catalog.HallRules) { r.LateTurn = catalog.LateKept }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := valid()
			s.Hall = catalog.DefaultHallRules()
			tt.edit(&s.Hall)
			if err := s.Validate(); (err == nil) != tt.ok {
				t.Errorf("got %v, want it allowed: %t", err, tt.ok)
			}
			if r := s.HallRules(); tt.name == "nothing" && r != catalog.DefaultHallRules() {
				t.Errorf("without a word: %+v", r)
			}
		})
	}
}

// Needs that ask for a desk, and those that don't.
func TestWantsAccessibleDesk(t *testing.T) {
	t.Parallel()
	for need, want := range map[string]bool{
		"wheelchair": true, "visual": true, "elderly_companion": true, "sign_language": false, "documents": false,
	} {
		if got := catalog.WantsAccessibleDesk([]string{"documents", need}); got != want {
			t.Errorf("%s: %t, want %t", need, got, want)
		}
	}
}
