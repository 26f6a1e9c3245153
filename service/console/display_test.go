package console

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The latest number that is awaited is large; the others follow, each once, as it was
// called last.
func TestBoard(t *testing.T) {
	t.Parallel()
	nine := time.Date(2026, time.November, 23, 6, 0, 0, 0, time.UTC)
	at := func(seconds int) time.Time { return nine.Add(time.Duration(seconds) * time.Second) }
	for _, c := range []struct {
		name   string
		calls  []call
		now    *call
		fresh  bool
		before []int
	}{
		{"none", nil, nil, false, nil},
		{"one", []call{{1, "4", at(-5), true}}, &call{1, "4", at(-5), true}, true, nil},
		{"one for a while", []call{{1, "4", at(-60), true}}, &call{1, "4", at(-60), true}, false, nil},
		{"all there", []call{{1, "4", at(-9), false}, {2, "5", at(-5), false}}, nil, false, []int{2, 1}},
		{"two at once", []call{{1, "4", at(-9), true}, {2, "5", at(-5), true}}, &call{2, "5", at(-5), true}, true, []int{1}},
		{
			"called again", []call{{1, "4", at(-90), false}, {2, "5", at(-50), true}, {1, "4", at(-5), true}, {2, "5", at(-2), true}},
			&call{2, "5", at(-2), true}, true, []int{1},
		},
		{"many", []call{
			{1, "1", at(-90), false}, {2, "2", at(-80), false}, {3, "3", at(-70), false}, {4, "4", at(-60), false}, {5, "5", at(-50), false},
			{6, "6", at(-40), false}, {7, "7", at(-30), false},
		}, nil, false, []int{7, 6, 5, 4, 3, 2}},
	} {
		var p displayPage
		p.board(c.calls, nine)
		var before []int
		for _, b := range p.Before {
			before = append(before, b.Number)
		}
		if diff := cmp.Diff(c.now, p.Now); diff != "" || p.Fresh != c.fresh || !cmp.Equal(before, c.before) {
			t.Errorf("%s: now %+v, fresh %v, before %v\n%s", c.name, p.Now, p.Fresh, before, diff)
		}
	}
}
