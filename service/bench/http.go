package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/valyala/fasthttp"

	"ziyara/service"
	"ziyara/service/secret"
)

// httpBookings measures complete bookings as the portal makes them: two
// requests, each with an idempotency key, for a visitor who has already
// verified a mobile number. Meanwhile the periodic jobs deliver the messages.
func httpBookings(ctx context.Context, c Config, replica *service.Service, r *report) error {
	keys, err := secret.New([]byte(benchSecret))
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	from, err := spreadPlaces(c, replica.Centre(), httpService, now)
	if err != nil {
		return err
	}
	client := &fasthttp.Client{MaxConnsPerHost: c.Callers}
	defer client.CloseIdleConnections()
	var visitors atomic.Int64
	var booked rate
	err = booked.run(ctx, c, from, func(start time.Time) error {
		var hold struct{ ID, Token string }
		if err := post(client, replica.URL()+"/v1/holds", map[string]any{
			"service": httpService, "branch": benchBranch, "start": start,
		}, &hold); err != nil {
			return err
		}
		n := visitors.Add(1)
		proof := keys.Sign("mobile", fmt.Sprintf("+9665%08d", n), now.Add(time.Hour))
		return post(client, replica.URL()+"/v1/appointments", map[string]any{
			"hold": hold.ID, "hold_token": hold.Token, "verification": proof, "documents_acknowledged": true,
			"visitor": map[string]any{"name": "زائر", "id": nationalID(n)},
		}, &struct{}{})
	})
	if err != nil {
		return err
	}
	r.line("| complete bookings over HTTP, two requests with idempotency keys, %d callers, messages delivered beside%s | %.0f/s | |",
		c.Callers, booked.note(), booked.perSecond())
	return nil
}

// post sends a request that creates something and reads the answer.
func post(client *fasthttp.Client, url string, body, answer any) error {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request.SetRequestURI(url)
	request.Header.SetMethod(fasthttp.MethodPost)
	request.Header.SetContentType("application/json")
	request.Header.Set("Idempotency-Key", uuid.NewString())
	request.SetBodyRaw(data)
	if err = client.Do(request, response); err != nil {
		return err
	}
	if response.StatusCode() != fasthttp.StatusCreated {
		return fmt.Errorf("%s: status %d: %s", url, response.StatusCode(), response.Body())
	}
	return json.Unmarshal(response.Body(), answer)
}

// nationalID returns the n-th national ID: ten digits, of which the last is a
// Luhn check digit.
func nationalID(n int64) string {
	digits := fmt.Sprintf("1%08d", n)
	sum := 0
	for i := range digits {
		d := int(digits[i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}
