package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/service"
	"ziyara/slots"
)

const (
	rushService = "rush"
	rushPlaces  = 10
	rushClients = 1000
	rushRounds  = 5
)

// rush lets a thousand clients, each with an open connection to one of two
// replicas, ask for the same start with ten places at the same moment. It
// measures the time from that moment, which is the same for all, to each
// answer, so that waiting in any queue counts. The clients share the machine.
func rush(ctx context.Context, c Config, first *service.Service, r *report) error {
	return with(ctx, c, true, func(second *service.Service) error {
		starts, err := rushStarts(first.Centre(), time.Now().UTC())
		if err != nil {
			return err
		}
		var medians, slowest []time.Duration
		for round := range rushRounds {
			took, err := rushOnce(starts[round], first.URL(), second.URL())
			if err != nil {
				return err
			}
			medians = append(medians, took[len(took)/2])
			slowest = append(slowest, took[len(took)-1])
		}
		slices.Sort(medians)
		slices.Sort(slowest)
		median, middle, worst := medians[rushRounds/2], slowest[rushRounds/2], slowest[rushRounds-1]
		r.line("| %d clients claim %d places over HTTP, two replicas, %d times "+
			"| %d got one each time; p50 %.0f ms, p100 %.0f ms (the middle of the rounds), p100 %.0f ms (the worst) | |",
			rushClients, rushPlaces, rushRounds, rushPlaces, milliseconds(median), milliseconds(middle), milliseconds(worst))
		return nil
	})
}

// rushStarts returns the starts of one day that have not been asked for yet.
func rushStarts(centre *centre.Snapshot, now time.Time) ([]time.Time, error) {
	service, group, err := centre.Desk(rushService, benchBranch)
	if err != nil {
		return nil, err
	}
	visit, err := slots.ShapeOf(service, 1, catalog.Public)
	if err != nil {
		return nil, err
	}
	var starts []time.Time
	for _, s := range slots.Free(group.Calendar.Day(group.Calendar.DateOf(now)+2), nil, visit, now) {
		starts = append(starts, s.Start)
	}
	if len(starts) < rushRounds {
		return nil, fmt.Errorf("too few starts: %d", len(starts))
	}
	return starts, nil
}

// rushOnce returns the waiting time of each client, ascending.
func rushOnce(start time.Time, urls ...string) ([]time.Duration, error) {
	body, err := json.Marshal(map[string]any{"service": rushService, "branch": benchBranch, "start": start})
	if err != nil {
		return nil, err
	}
	var connected, done sync.WaitGroup
	took, status, errs := make([]time.Duration, rushClients), make([]int, rushClients), make([]error, rushClients)
	var began time.Time
	begin := make(chan struct{})
	for i := range rushClients {
		connected.Add(1)
		done.Go(func() {
			url := urls[i%len(urls)]
			client := &fasthttp.Client{MaxConnsPerHost: 1, MaxIdemponentCallAttempts: 1}
			defer client.CloseIdleConnections()
			_, _, errs[i] = client.Get(nil, url+"/healthz") // opens the connection
			connected.Done()
			<-begin
			if errs[i] != nil {
				return
			}
			status[i], errs[i] = claim(client, url, body)
			took[i] = time.Since(began)
		})
	}
	connected.Wait()
	began = time.Now()
	close(begin)
	done.Wait()
	if err := summary(errs); err != nil {
		return nil, err
	}
	given := 0
	for _, s := range status {
		switch s {
		case http.StatusCreated:
			given++
		case http.StatusConflict:
		default:
			return nil, fmt.Errorf("a claim was answered with status %d", s)
		}
	}
	if given != rushPlaces {
		return nil, fmt.Errorf("%d of %d clients got one of %d places", given, rushClients, rushPlaces)
	}
	slices.Sort(took)
	return took, nil
}

// claim asks for the place and returns the status of the answer.
func claim(client *fasthttp.Client, url string, body []byte) (int, error) {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	request.Header.SetMethod(http.MethodPost)
	request.Header.SetContentType("application/json")
	request.SetRequestURI(url + "/v1/holds")
	request.SetBodyRaw(body)
	err := client.Do(request, response)
	return response.StatusCode(), err
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
