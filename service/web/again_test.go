package web

import (
	"bytes"
	"fmt"
	"testing"
)

// A page that says the same is compressed once; one that differs in a letter, as by what
// only its reader may see, is another page.
func TestPagesAreSentAgain(t *testing.T) {
	t.Parallel()
	kept := newAgain(1 << 20)
	page := func(name string) []byte { return bytes.Repeat([]byte("<p>"+name+"</p>"), 100) }
	first := kept.packed(page("نورة"))
	for _, tc := range []struct {
		body []byte
		same bool
	}{{page("نورة"), true}, {page("نورا"), false}, {page("نورة"), true}, {append(page("نورة"), ' '), false}} {
		got := kept.packed(tc.body)
		if (got == first) != tc.same || !bytes.Equal(got.Identity, tc.body) {
			t.Errorf("%.20s: the same page %v, want %v", tc.body, got == first, tc.same)
		}
	}
}

// What a page was written into is used again.
func TestPagesSentAgainAreCopies(t *testing.T) {
	t.Parallel()
	kept := newAgain(1 << 20)
	body := []byte("<p>one</p>")
	first := kept.packed(body)
	copy(body, "<p>two</p>")
	if string(first.Identity) != "<p>one</p>" {
		t.Errorf("the kept page became %s", first.Identity)
	}
}

// However many different pages are asked for, a bounded number is kept, those asked for
// again and again among them.
func TestPagesSentAgainAreBounded(t *testing.T) {
	t.Parallel()
	kept := newAgain(10_000)
	page := func(n int) []byte { return fmt.Appendf(nil, "%01000d", n) }
	often := kept.packed(page(0))
	for n := range 100 {
		kept.packed(page(n + 1))
		if kept.packed(page(0)) != often {
			t.Fatalf("the page was forgotten after %d others", n+1)
		}
	}
	if n := len(kept.young) + len(kept.old); n > 2*10_000/1500 {
		t.Errorf("%d pages are kept", n)
	}
}
