package bench

import (
	"context"
	"fmt"
	"time"

	"ziyara/service"
)

// portalPages compares the page of days and times with the same data as JSON: the state of
// each day of a month, which needs the same search, and the starts of one day. All sides
// take compressed answers, as browsers do.
func portalPages(ctx context.Context, c Config, replica *service.Service, r *report) error {
	day := time.Now().AddDate(0, 0, 1).Format(time.DateOnly)
	of := func(path, query string) string {
		return fmt.Sprintf("%s/v1/services/%s/%s?branch=%s&%s", replica.URL(), benchService, path, benchBranch, query)
	}
	page, month, starts := load{packed: true}, load{packed: true}, load{packed: true}
	for range rounds {
		for _, side := range []struct {
			*load
			url string
		}{
			{&month, of("days", "month="+time.Now().AddDate(0, 1, 0).Format("2006-01"))},
			{&starts, of("slots", "from="+day+"&to="+day)},
			{&page, fmt.Sprintf("%s/services/%s/%s?day=%s", replica.URL(), benchService, benchBranch, day)},
		} {
			if err := side.run(ctx, side.url, c); err != nil {
				return err
			}
		}
	}
	both := 1/month.perSecond() + 1/starts.perSecond() // the time of the machine for one of each
	r.line("| days of a month and starts of a day as JSON, %d connections | %.0f and %.0f requests/s, median %.2f and %.2f ms | 1 |",
		c.Connections, month.perSecond(), starts.perSecond(), month.median(), starts.median())
	r.line("| page of four weeks and the starts of a day | %.0f requests/s, median %.2f ms, p99 %.2f ms | × %.2f of the time |",
		page.perSecond(), page.median(), page.p99(), 1/page.perSecond()/both)
	return nil
}
