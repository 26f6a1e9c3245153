//go:build peers

package scheduling_test

import (
	"bufio"
	"bytes"
	"os/exec"
	"testing"
	"time"

	"ziyara/scheduling"
)

// umalqura prints "Gregorian Hijri" for every day of the years 1420 to 1500 in
// the calendar islamic-umalqura of ICU (part of Node.js).
const umalqura = `
const format = new Intl.DateTimeFormat('en-u-ca-islamic-umalqura-nu-latn',
  {timeZone: 'UTC', year: 'numeric', month: '2-digit', day: '2-digit'});
if (format.resolvedOptions().calendar !== 'islamic-umalqura') {
  throw new Error('this Node.js does not know the calendar islamic-umalqura');
}
const lines = [];
for (let t = Date.UTC(1999, 3, 17); t < Date.UTC(2077, 10, 17); t += 86400000) {
  const part = Object.fromEntries(format.formatToParts(t).map(p => [p.type, p.value]));
  const year = (part.year ?? part.relatedYear).padStart(4, '0');
  lines.push(new Date(t).toISOString().slice(0, 10) + ' ' + [year, part.month, part.day].join('-'));
}
console.log(lines.join('\n'));
`

// TestPeerHijri compares every day of the years 1420 to 1500 with ICU; earlier
// years followed other rules. If ICU differs from 1451 on, its tables are not
// the ones that our calendar was taken from (docs/adr/0012).
func TestPeerHijri(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	node := exec.CommandContext(t.Context(), "node", "--eval", umalqura)
	node.Stderr = &stderr
	out, err := node.Output()
	if err != nil {
		t.Fatalf("ask ICU: %v; make peers installs Node.js\n%s", err, &stderr)
	}

	days := 0
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); days++ {
		day, want, _ := bytes.Cut(lines.Bytes(), []byte(" "))
		gregorian, err := time.Parse(time.DateOnly, string(day))
		if err != nil {
			t.Fatal(err)
		}
		got := scheduling.HijriOf(scheduling.NewDate(gregorian.Date()))
		if got.String() != string(want) {
			t.Errorf("HijriOf(%s) = %s, want %s as in ICU", day, got, want)
		}
	}
	if want := 28704; days != want { // 81 years
		t.Errorf("compared %d days, want %d", days, want)
	}
}
