package console

import (
	"strings"
	"testing"
)

// Digits of text become Arabic ones; what names something by its digits, what is typed,
// and what a machine reads stay.
func TestArabicDigits(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{`<p>6.8% من 5,656</p>`, `<p>٦٫٨٪ من ٥٬٦٥٦</p>`},
		{
			`<time datetime="2026-11-22"><bdi>9:06 ص</bdi></time> 22 نوفمبر 2026م.`,
			`<time datetime="2026-11-22"><bdi>٩:٠٦ ص</bdi></time> ٢٢ نوفمبر ٢٠٢٦م.`,
		},
		{`<bdi dir="ltr">V-7K3F-9Q2M-R</bdi>`, `<bdi dir="ltr">V-7K3F-9Q2M-R</bdi>`},
		{`+966500000001 1000000008 +9665•••••001 05•••01`, `+966500000001 1000000008 +9665•••••001 05•••01`},
		{
			`<textarea>12</textarea><code>v2</code><kbd>1</kbd><blockquote>25 <b>3</b></blockquote>4`,
			`<textarea>12</textarea><code>v2</code><kbd>1</kbd><blockquote>25 <b>3</b></blockquote>٤`,
		},
		{`a &#34;7&#34; &lt;8&gt; & 9`, `a &#34;٧&#34; &lt;٨&gt; & ٩`},
		{`<input value="12"><option value="3">3</option>`, `<input value="12"><option value="3">٣</option>`},
		{`1. و2, ثم 3%`, `١. و٢, ثم ٣٪`},
		{`<unclosed 1`, `<unclosed 1`}, {"", ""},
	} {
		if got := string(inArabicDigits([]byte(c[0]))); got != c[1] {
			t.Errorf("%s\nbecomes %s\nwant    %s", c[0], got, c[1])
		}
	}
}

// Whatever a page says, only digits and the signs beside them change.
func FuzzArabicDigits(f *testing.F) {
	f.Add(`<p class="a 1">12 &amp; 3.5% V-1</p>`)
	f.Add("<>& ;<code>")
	back := strings.NewReplacer("٠", "0", "١", "1", "٢", "2", "٣", "3", "٤", "4", "٥", "5", "٦", "6", "٧", "7", "٨", "8", "٩", "9",
		"٫", ".", "٬", ",", "٪", "%")
	f.Fuzz(func(t *testing.T, page string) {
		if got := back.Replace(string(inArabicDigits([]byte(page)))); got != back.Replace(page) {
			t.Errorf("%q becomes %q", page, got)
		}
	})
}
