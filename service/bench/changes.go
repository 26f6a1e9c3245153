package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/service"
	"ziyara/slots"
)

const (
	closedService = "closed"
	closedPlaces  = 200
	closedFirst   = 3 // days from today to the first closure
	coordinator   = "bench-coordinator"
)

// changes closes a desk group over HTTP on a day with forty, then with five
// thousand booked visits. It measures when the answer arrives and when the
// messages to all visitors have been written. The clock keeps running.
func changes(ctx context.Context, c Config, replica *service.Service, r *report) error {
	for i, visits := range []int{40, 5000} {
		day, err := crowded(ctx, c, replica, closedFirst+7*i, visits)
		if err != nil {
			return err
		}
		answered, told, err := closeDay(ctx, replica.URL(), day, visits)
		if err != nil {
			return err
		}
		r.line("| a day with %d visits is closed: another place held for each, and told "+
			"| answered after %.0f ms, all messages written after %.0f ms | |",
			visits, milliseconds(answered), milliseconds(told))
	}
	return nil
}

// crowded books the given number of visits on one day, and returns when the day
// begins.
func crowded(ctx context.Context, c Config, replica *service.Service, ahead, visits int) (time.Time, error) {
	now := time.Now().UTC()
	_, group, err := replica.Centre().Desk(closedService, benchBranch)
	if err != nil {
		return time.Time{}, err
	}
	date := group.Calendar.DateOf(now) + scheduling.Date(ahead) //nolint:gosec // a few days
	found, err := replica.Booker().Search(ctx, slots.Query{
		Service: closedService, Branch: benchBranch, From: date, To: date, Party: 1, Channel: catalog.Public,
	}, now)
	days := found.Days
	if err != nil {
		return time.Time{}, err
	}
	if len(days) == 0 || len(days[0].Slots)*closedPlaces < visits {
		return time.Time{}, fmt.Errorf("too few places on %s", date)
	}
	starts := days[0].Slots
	var wg sync.WaitGroup
	errs := make([]error, c.Callers)
	for i := range c.Callers {
		wg.Go(func() {
			for n := i; n < visits && errs[i] == nil; n += c.Callers {
				_, errs[i] = bookOne(replica.Booker(), closedService, starts[n%len(starts)].Start, now)
			}
		})
	}
	wg.Wait()
	return group.Calendar.Day(date).Start, summary(errs)
}

// changed is the part of a change that we read.
type changed struct {
	ID       string         `json:"id"`
	State    string         `json:"state"`
	Affected int            `json:"affected"`
	Outcomes map[string]int `json:"outcomes"`
}

// closeDay closes a day. It returns how long the answer took, and how long it
// took until the last message to a visitor was written.
func closeDay(ctx context.Context, url string, day time.Time, visits int) (answered, told time.Duration, err error) {
	reason := map[string]string{"ar": "صيانة", "en": "Maintenance"}
	body, err := json.Marshal(map[string]any{"reason": reason, "edit": map[string]any{"close": []any{
		map[string]any{"start": day, "end": day.Add(24 * time.Hour), "reason": reason},
	}}})
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	var c changed
	if err = askStaff(ctx, http.MethodPost, url+"/v1/desk-groups/"+closedService+"/changes", body, &c); err != nil {
		return 0, 0, err
	}
	answered = time.Since(began)
	for c.State != "applied" {
		if time.Since(began) > 5*time.Minute {
			return 0, 0, fmt.Errorf("the change is %s: %v", c.State, c.Outcomes)
		}
		time.Sleep(20 * time.Millisecond)
		if err = askStaff(ctx, http.MethodGet, url+"/v1/changes/"+c.ID, nil, &c); err != nil {
			return 0, 0, err
		}
	}
	told = time.Since(began)
	if c.Affected != visits || c.Outcomes["waiting"] != visits {
		return 0, 0, fmt.Errorf("%d visits are affected, with outcomes %v; want %d waiting for an answer", c.Affected, c.Outcomes, visits)
	}
	return answered, told, nil
}

// askStaff sends a request as staff and decodes the answer.
func askStaff(ctx context.Context, method, url string, body []byte, dest any) error {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+coordinator)
	request.Header.Set("If-Match", "*")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // it was read
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: status %d", method, request.URL.Path, response.StatusCode)
	}
	return json.NewDecoder(response.Body).Decode(dest)
}

// signIn accepts only the measurement itself.
func signIn(_ context.Context, bearer string) (access.Staff, error) {
	if bearer != coordinator {
		return access.Staff{}, access.ErrSignIn
	}
	return access.Staff{ID: "bench", Name: "bench", Roles: []access.Role{access.Admin}}, nil
}
