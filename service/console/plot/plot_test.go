package plot

import (
	"bytes"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestCeiling(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ most, end, step float64 }{
		{0, 1, 1}, {-3, 1, 1}, {math.Inf(1), 1, 1}, {math.NaN(), 1, 1}, {0.093, 0.1, 0.02}, {1, 1, 0.2}, {7, 8, 2}, {12, 15, 5},
		{5656, 6000, 2000},
	} {
		end, step := Ceiling(c.most)
		if math.Abs(end-c.end) > 1e-9 || math.Abs(step-c.step) > 1e-9 {
			t.Errorf("Ceiling(%v) = %v, %v, want %v, %v", c.most, end, step, c.end, c.step)
		}
	}
}

func of(list ...float64) (out []Point) {
	for i := range list {
		p := Point{Label: strconv.Itoa(i)}
		if list[i] >= 0 {
			p.Value = &list[i]
		}
		out = append(out, p)
	}
	return out
}

func drawn(t *testing.T, l Lines) string {
	t.Helper()
	l.Write = func(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
	l.Mark = l.Write
	var out bytes.Buffer
	if err := l.Draw().Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// places are where the points are, in percent from the left.
func places(page string) (list []float64) {
	for _, found := range regexp.MustCompile(`<circle[^>]* cx="([0-9.]+)%"`).FindAllStringSubmatch(page, -1) {
		x, _ := strconv.ParseFloat(found[1], 64)
		list = append(list, x)
	}
	return list
}

// Time runs in the direction of the language, and the two pictures mirror each other.
func TestDirection(t *testing.T) {
	t.Parallel()
	points := of(3, 1, 4, 1, 5)
	ltr, rtl := places(drawn(t, Lines{Points: points})), places(drawn(t, Lines{Points: points, RTL: true}))
	if len(ltr) != 5 || !slices.IsSorted(ltr) {
		t.Errorf("from left to right: %v", ltr)
	}
	for i := range ltr {
		if math.Abs(ltr[i]+rtl[i]-100) > 0.01 {
			t.Errorf("point %d is at %v and %v", i, ltr[i], rtl[i])
		}
	}
}

// Nothing is drawn where there is no figure; a line leads over a few closed days and not
// over a longer gap.
func TestGaps(t *testing.T) {
	t.Parallel()
	page := drawn(t, Lines{Points: of(1, -1, -1, 2, -1, -1, -1, -1, 3)})
	if n := strings.Count(page, "<circle"); n != 3 {
		t.Errorf("%d points, want 3", n)
	}
	if n := strings.Count(page, `class="line"`); n != 1 {
		t.Errorf("%d lines, want one over two closed days", n)
	}
	for _, points := range [][]Point{of(-1), of(0), of(7)} {
		if page := drawn(t, Lines{Points: points}); strings.Contains(page, "NaN") || strings.Contains(page, "Inf") {
			t.Errorf("a picture of %v: %s", points, page)
		}
	}
}

// What a page shows is text, whatever the words are, and nothing that its policy refuses.
func TestWordsAreText(t *testing.T) {
	t.Parallel()
	points := of(1, 2)
	points[0].Label = `<script>"&`
	page := drawn(t, Lines{About: `"><script>`, Points: points, Spans: []Span{{End: 2, Now: true, Text: "<b>"}}})
	if strings.Contains(page, "<script>") || strings.Contains(page, "<b>") || strings.Contains(page, "style=") {
		t.Error(page)
	}
}

// A bar ends where its figure is, from where lines begin.
func TestBar(t *testing.T) {
	t.Parallel()
	half, all, none := 5.0, 10.0, (*float64)(nil)
	for _, c := range []struct {
		bar      Bar
		x, width float64
		ok       bool
	}{
		{Bar{Value: &half, Most: 10}, 0, 50, true}, {Bar{RTL: true, Value: &half, Most: 10}, 50, 50, true},
		{Bar{Value: &all, Most: 5}, 0, 100, true}, {Bar{Value: none, Most: 5}, 0, 0, false}, {Bar{Value: &half}, 0, 0, false},
	} {
		if x, width, ok := c.bar.bar(); x != c.x || width != c.width || ok != c.ok {
			t.Errorf("%+v: %v, %v, %v", c.bar, x, width, ok)
		}
	}
}
