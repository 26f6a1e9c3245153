package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"ziyara/scheduling"
	"ziyara/service"
)

const reportRounds = 5

// reportsOf measures every report of a quarter, by department, over HTTP.
func reportsOf(ctx context.Context, replica *service.Service, from scheduling.Date, r *report) error {
	var list struct {
		Reports []struct {
			Name string `json:"report"`
		} `json:"reports"`
	}
	if err := askStaff(ctx, http.MethodGet, replica.URL()+"/v1/reports", nil, &list); err != nil {
		return err
	}
	if len(list.Reports) == 0 {
		return fmt.Errorf("no reports")
	}
	for _, one := range list.Reports {
		to := from + 90
		if one.Name == "forecast" {
			to = from + 20
		}
		query := url.Values{"from": {from.String()}, "to": {to.String()}, "group_by": {"department"}}
		var took []time.Duration
		for range reportRounds {
			began := time.Now()
			var answer any
			if err := askStaff(ctx, http.MethodGet, replica.URL()+"/v1/reports/"+one.Name+"?"+query.Encode(), nil, &answer); err != nil {
				return err
			}
			took = append(took, time.Since(began))
		}
		r.line("| the report %s, %d days of %d visits by department | %.0f ms, at most %.0f | |",
			one.Name, int(to-from)+1, listedVisits, milliseconds(median(took)), milliseconds(slices.Max(took)))
	}
	return nil
}
