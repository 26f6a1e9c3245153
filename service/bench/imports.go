package bench

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"ziyara/scheduling"
	"ziyara/service"
)

// importedVisits is how many visits move in.
const importedVisits = 100_000

// imports measures how long the visits of another system take to move in, as a file of the
// given number of lines, and how long a second run takes, which finds them.
func imports(ctx context.Context, c Config, r *report) error {
	file := visitsFile(importedVisits, time.Now())
	var took [2]time.Duration
	for run := range took {
		began := time.Now()
		result, err := service.ImportVisits(ctx, service.Config{DatabaseURL: c.DatabaseURL, Secret: []byte(benchSecret)}, file,
			service.ImportOptions{Actor: "bench"})
		if err != nil {
			return err
		}
		took[run] = time.Since(began)
		if n := [...]int{result.Imported, result.Before}[run]; n != importedVisits {
			return fmt.Errorf("run %d: %+v", run+1, result.Counts)
		}
	}
	r.line("| %d visits of another system move in, %.0f MB of CSV, %d days | %.1f s, %.0f/s; a second run, which finds them: %.1f s | |",
		importedVisits, float64(len(file))/1e6, benchDays, took[0].Seconds(), importedVisits/took[0].Seconds(), took[1].Seconds())
	return nil
}

// visitsFile writes visits, each of another person, spread over the days and hours of a desk group.
func visitsFile(n int, now time.Time) []byte {
	var b bytes.Buffer
	b.WriteString("old_reference,service,branch,date,time,name,identity,mobile,email,language\n")
	zone, err := time.LoadLocation("Asia/Riyadh")
	if err != nil {
		panic(err) // the program has it
	}
	tomorrow := scheduling.DateOf(now, zone) + 1
	for i := range n {
		date := tomorrow + scheduling.Date(i%benchDays)           //nolint:gosec // a few days
		at := scheduling.Clock(7, 30+20*(i/benchDays%startsADay)) // each start of a day, in turn
		fmt.Fprintf(&b, "OLD-%d,%s,%s,%s,%s,محمد عبدالله العتيبي %s,%s,05%08d,,ar\n", i, importService, benchBranch, date, at,
			letters(i), nationalID(int64(i)), i)
	}
	return b.Bytes()
}

const (
	importService = "import"
	// startsADay is how many visits of twenty minutes begin on a day of benchPlan.
	startsADay = 27
)

// letters spells a number, so that names differ.
func letters(n int) string {
	word := []rune{}
	for ; n > 0; n /= 10 {
		word = append(word, []rune("ابتثجحخدذر")[n%10])
	}
	return string(append(word, 'ي'))
}
